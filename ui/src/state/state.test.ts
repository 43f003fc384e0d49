// The pure half of the window.

import { expect, test } from "vitest";
import { moveCard, sample, sendCard } from "../host/fake-data";
import { fill, say } from "../texts";
import { arrivals, entries, groups, keepOpen, neighbour } from "./inbox";
import { batchField, ends, isLong, lineCount, without } from "./payload";
import { INERT_MS, Readiness } from "./readiness";
import { blank, fieldOf, problems, tidy } from "./schema";
import { ago } from "./time";
import { exactJson, visible } from "./visible";
import { STATUSES, statusWords } from "./words";

test("escalations come first, then cards, questions and unknown outcomes", () => {
  const { inbox } = sample(0);
  expect(groups(inbox).map((group) => [group.name, group.entries.map((entry) => entry.id)])).toEqual([
    ["now", ["a15"]],
    ["waiting", ["a11", "a13", "a12"]],
    ["questions", ["q1"]],
    ["unknown", ["a3"]],
  ]);
  expect(entries(inbox)).toHaveLength(6);
});

test("what is open stays open, and what took its place follows it", () => {
  expect(keepOpen(["a", "b"], ["c", "a", "b"], "b")).toBe("b");
  expect(keepOpen(["a", "b", "c"], ["a", "c"], "b")).toBe("c");
  expect(keepOpen(["a", "b"], ["a"], "b")).toBe("a");
  expect(keepOpen([], ["a"], null)).toBe("a");
  expect(keepOpen(["a"], [], "a")).toBe(null);
  expect(neighbour(["a", "b"], "b", 1)).toBe("b");
});

test("the first reading announces nothing", () => {
  const { inbox } = sample(0);
  expect(arrivals(null, inbox)).toEqual([]);
  expect(arrivals({ ...inbox, cards: [] }, inbox)).toHaveLength(4);
});

test("card_11 a press that began too soon does not count, however long it lasts", () => {
  let now = 0;
  const readiness = new Readiness(() => now);
  readiness.press();
  now = INERT_MS + 1;
  expect(readiness.release()).toBe(false);
  expect(readiness.release()).toBe(true);
  readiness.moved();
  expect(readiness.live()).toBe(false);
});

test("an endless line counts as many, and a long text shows its two ends", () => {
  expect(lineCount({ kind: "fields", rows: [["x", "y".repeat(96 * 50)]] })).toBe(50);
  expect(isLong({ kind: "fields", rows: [["x", "short"]] })).toBe(false);
  const { head, between, tail } = ends(Array.from({ length: 100 }, (_, n) => n));
  expect([head.at(-1), between, tail[0]]).toEqual([19, 60, 80]);
});

test("leaving out takes the item from the list that the preview shows", () => {
  const card = moveCard(0);
  expect(batchField(card)).toBe("items");
  expect(batchField(sendCard(0))).toBe(null);
  const left = without(card.action.args, "items", new Set([0, 2])) as { items: unknown[] };
  expect(left.items).toHaveLength(12);
});

const SCHEMA = {
  type: "object",
  required: ["items", "count"],
  properties: {
    items: { type: "array", minItems: 1, items: { $ref: "#/$defs/Item" } },
    count: { type: "integer", minimum: 1 },
    due: { type: ["string", "null"] },
    kind: { anyOf: [{ enum: ["a", "b"], type: "string" }, { type: "null" }] },
  },
  $defs: { Item: { type: "object", required: ["to"], properties: { to: { type: "string" } } } },
};

test("a form gives back the arguments that it was filled with", () => {
  const args = { items: [{ to: "x" }], count: 3, due: "2026-11-22", kind: "b", unknown: true };
  const field = fieldOf(SCHEMA);
  expect(problems(field, args)).toEqual({});
  expect(tidy(field, args)).toEqual(args);
});

test("a form says what does not fit, and leaves out what was left empty", () => {
  const field = fieldOf(SCHEMA);
  expect(Object.keys(problems(field, { items: [{ to: "" }], count: 0.5 }))).toEqual([
    "/items/0/to",
    "/count",
  ]);
  expect(Object.keys(problems(field, { items: [], count: 0 }))).toEqual(["/items", "/count"]);
  expect(tidy(field, { items: [], count: 1, due: "", kind: null })).toEqual({ items: [], count: 1 });
  expect(blank(field)).toEqual({ items: [], count: 1 });
});

test("card_05 what does not show is written out, once", () => {
  expect(visible("a\u202eb\u200e")).toBe("a\\u{202e}b\\u{200e}");
  expect(visible(visible("\u3164\u{e0041}\u00a0"))).toBe("\\u{3164}\\u{e0041}\\u{a0}");
  expect(visible("Zażółć -rf 文 👍")).toBe("Zażółć -rf 文 👍");
  expect(visible(`ls${" ".repeat(400)};x`)).toBe("ls⟨400 spaces⟩;x");
  expect(exactJson({ a: "\u202e" })).toBe('{\n  "a": "\\u{202e}"\n}');
});

test("ordinary text is shown as people write it, and what could deceive is written out", () => {
  for (const [text, shown] of [
    ["Prix\u00a0: 5\u202f000\u00a0€", "Prix : 5 000 €"],
    ["Donau\u00addampf\u00adschiff", "Donaudampfschiff"],
  ] as const)
    expect(visible(text)).toBe(shown);
  for (const text of [
    "می\u200cخواهم",
    "क\u094d\u200dष",
    "❤\ufe0f 👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 1\ufe0f\u20e3 👩🏽\u200d💻",
  ])
    expect(visible(text)).toBe(text);
  for (const text of [
    "a\u200db",
    "x\ufe0f",
    "pay\u00adpal.com",
    "x\u00a0",
    "long\u200bword",
    "a\u200cb",
    "❤\ufe0f\ufe0f",
  ])
    expect(visible(text)).toContain("\\u{");
  expect(exactJson({ a: "b\u00a0c" })).toContain("b\\u{a0}c");
});

test("no two statuses share a word", () => {
  expect(new Set(STATUSES.map(statusWords)).size).toBe(STATUSES.length);
  expect(STATUSES).toHaveLength(20);
});

test("texts follow the rule of the catalogue", () => {
  expect(say("ui.permissions.rule_count", { count: 1 })).toBe("1 rule");
  expect(say("ui.permissions.rule_count", { count: 2 })).toBe("2 rules");
  expect(fill("{a} {b} {c}", { a: "{b}", b: "x" })).toBe("{b} x {c}");
  expect(ago(0, 61_000)).toBe("1 min");
});
