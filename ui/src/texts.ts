// The one catalogue of texts, shared with Rust (`texts.rs`): flat keys, `{name}` is filled in, and `key.one` is
// taken when the value `count` is 1.

import core from "../../src-tauri/crates/protocol/texts/en/core.json";
import ui from "../../src-tauri/crates/protocol/texts/en/ui.json";

export type Key = keyof typeof ui | keyof typeof core;
export type Values = Record<string, string | number>;

const catalogue: Record<string, string> = { ...core, ...ui };

/** The text for `key`. A missing key is returned itself, so that a gap is seen and nothing fails. */
export function say(key: Key, values: Values = {}): string {
  const one = String(values["count"]) === "1" ? catalogue[`${key}.one`] : undefined;
  return fill(one ?? catalogue[key] ?? key, values);
}

/** Fills `{name}` in one pass, so that a value that itself holds `{name}` is never filled again. */
export function fill(template: string, values: Values): string {
  return template.replace(/\{([^}]*)\}/g, (whole, name: string) =>
    Object.hasOwn(values, name) ? String(values[name]) : whole,
  );
}
