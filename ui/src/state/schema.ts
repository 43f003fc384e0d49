// The form for a tool's arguments, made from its JSON Schema (draft 2020-12 as schemars writes it), and the check
// of what was put into it. What the form has no field for is edited as JSON.

import { say } from "../texts";

export type Field = { label: string; help: string | null; optional: boolean } & (
  | { kind: "text"; long: boolean }
  | { kind: "choice"; options: string[] }
  | { kind: "number"; whole: boolean; least: number | null; most: number | null }
  | { kind: "switch" }
  | { kind: "list"; item: Field; least: number }
  | { kind: "group"; fields: [string, Field][] }
  | { kind: "json" }
);

type Json = Record<string, unknown>;

const LONG_NAMES = new Set(["text", "body", "find", "replace", "message", "new_text"]);

/** The field for a whole schema; `name` labels it. */
export function fieldOf(schema: unknown, name = ""): Field {
  return read(record(schema), record(schema), name, false, 0);
}

function read(schema: Json, root: Json, name: string, optional: boolean, depth: number): Field {
  const { plain, nullable } = resolve(schema, root);
  const base = {
    label: words(name),
    help: typeof plain["description"] === "string" ? plain["description"] : null,
    optional: optional || nullable,
  };
  const type = plain["type"];
  if (depth > 8) return { ...base, kind: "json" };
  if (Array.isArray(plain["enum"]) && plain["enum"].every((one) => typeof one === "string")) {
    return { ...base, kind: "choice", options: plain["enum"] };
  }
  switch (type) {
    case "string":
      return { ...base, kind: "text", long: LONG_NAMES.has(name) };
    case "number":
    case "integer":
      return {
        ...base,
        kind: "number",
        whole: type === "integer",
        least: number(plain["minimum"]),
        most: number(plain["maximum"]),
      };
    case "boolean":
      return { ...base, kind: "switch" };
    case "array":
      return {
        ...base,
        kind: "list",
        item: read(record(plain["items"]), root, "", false, depth + 1),
        least: number(plain["minItems"]) ?? 0,
      };
    case "object": {
      if (!plain["properties"]) return { ...base, kind: "json" };
      const required = new Set(Array.isArray(plain["required"]) ? plain["required"] : []);
      const fields = Object.entries(record(plain["properties"])).map(([key, inner]): [string, Field] => [
        key,
        read(record(inner), root, key, !required.has(key), depth + 1),
      ]);
      return { ...base, kind: "group", fields };
    }
    default:
      return { ...base, kind: "json" };
  }
}

// Follows `$ref`, and reads "this or null" as "this, optional".
function resolve(schema: Json, root: Json): { plain: Json; nullable: boolean } {
  let plain = schema;
  let nullable = false;
  for (let step = 0; step < 8; step++) {
    const ref = plain["$ref"];
    const either = plain["anyOf"] ?? plain["oneOf"];
    const type = plain["type"];
    if (typeof ref === "string" && ref.startsWith("#/")) {
      const target = ref
        .slice(2)
        .split("/")
        .reduce<Json>((at, part) => record(at[part]), root);
      plain = { ...target, ...("description" in plain ? { description: plain["description"] } : {}) };
    } else if (Array.isArray(either)) {
      const options = either.map(record).filter((one) => one["type"] !== "null");
      if (options.length !== 1 || !options[0]) return { plain: {}, nullable };
      nullable ||= options.length < either.length;
      const { anyOf: _any, oneOf: _one, ...rest } = plain;
      plain = { ...options[0], ...rest };
    } else if (Array.isArray(type)) {
      const types = type.filter((one) => one !== "null");
      nullable ||= types.length < type.length;
      plain = { ...plain, type: types.length === 1 ? types[0] : undefined };
    } else return { plain, nullable };
  }
  return { plain, nullable };
}

/** An empty value for a new item. */
export function blank(field: Field): unknown {
  switch (field.kind) {
    case "text":
      return "";
    case "choice":
      return field.options[0] ?? "";
    case "number":
      return field.least ?? 0;
    case "switch":
      return false;
    case "list":
      return [];
    case "group":
      return Object.fromEntries(
        field.fields.filter(([, inner]) => !inner.optional).map(([key, inner]) => [key, blank(inner)]),
      );
    case "json":
      return null;
  }
}

/** Problems by JSON pointer; empty when everything fits. */
export function problems(field: Field, value: unknown, at = ""): Record<string, string> {
  if (value === undefined || value === null)
    return field.optional || field.kind === "json" ? {} : { [at]: say("ui.edit.required") };
  switch (field.kind) {
    case "text":
      // A long text may well be empty; a path, a name or a recipient may not.
      return value === "" && !field.optional && !field.long ? { [at]: say("ui.edit.required") } : {};
    case "number": {
      if (typeof value !== "number" || Number.isNaN(value)) return { [at]: say("ui.edit.not_number") };
      if (field.whole && !Number.isSafeInteger(value)) return { [at]: say("ui.edit.not_whole") };
      if (field.least !== null && value < field.least)
        return { [at]: say("ui.edit.too_small", { bound: field.least }) };
      if (field.most !== null && value > field.most)
        return { [at]: say("ui.edit.too_big", { bound: field.most }) };
      return {};
    }
    case "list": {
      const list = Array.isArray(value) ? value : [];
      const own = list.length < field.least ? { [at]: say("ui.edit.too_few", { bound: field.least }) } : {};
      return Object.assign(own, ...list.map((one, n) => problems(field.item, one, `${at}/${n}`)));
    }
    case "group":
      return Object.assign(
        {},
        ...field.fields.map(([key, inner]) => problems(inner, record(value)[key], `${at}/${key}`)),
      );
    default:
      return {};
  }
}

/** The value without optional fields that were left empty, which is how a tool expects them. */
export function tidy(field: Field, value: unknown): unknown {
  if (field.kind === "list" && Array.isArray(value)) return value.map((one) => tidy(field.item, one));
  if (field.kind !== "group" || typeof value !== "object" || value === null) return value;
  const out: Json = { ...(value as Json) };
  for (const [key, inner] of field.fields) {
    const now = out[key];
    if (inner.optional && (now === "" || now === null || now === undefined)) delete out[key];
    else if (now !== undefined) out[key] = tidy(inner, now);
  }
  return out;
}

/** Whether an item of a list has `words` in any of its values. */
export function itemMatches(value: unknown, wanted: string): boolean {
  return JSON.stringify(value ?? "")
    .toLowerCase()
    .includes(wanted.trim().toLowerCase());
}

function words(name: string): string {
  const spaced = name.replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
