// How much there is to read on a card, which of it is drawn at first, and how items are left out.

import type { Card, Preview } from "../host/wire";

/** Over this many lines, Approve waits until the end was seen (CARD-02). */
export const LONG_LINES = 40;
/** Lines drawn at each end of a long text. */
export const END_LINES = 20;
/** Items drawn before "Show all". */
export const FIRST_ROWS = 8;

const COLUMNS = 96;

/** Lines as they are drawn: a line without breaks that goes on and on counts as many. */
export function lineCount(preview: Preview): number {
  switch (preview.kind) {
    case "pairs":
      return sum(preview.rows.map((row) => Math.max(drawn(row.before), drawn(row.after))));
    case "lines":
      return sum(preview.lines.map((line) => drawn(line.text)));
    case "fields":
      return sum(preview.rows.map(([, value]) => drawn(value)));
  }
}

export function isLong(preview: Preview): boolean {
  return lineCount(preview) > LONG_LINES;
}

/** The two ends of a list of lines, and how many lie between; nothing between when it is short. */
export function ends<T>(lines: T[]): { head: T[]; between: number; tail: T[] } {
  if (lines.length <= LONG_LINES) return { head: lines, between: 0, tail: [] };
  return {
    head: lines.slice(0, END_LINES),
    between: lines.length - 2 * END_LINES,
    tail: lines.slice(-END_LINES),
  };
}

/** The argument that holds the items of a batch: the one list that is as long as the preview says. */
export function batchField(card: Card): string | null {
  const preview = card.action.preview;
  if (preview.kind !== "pairs" || preview.rows.length < 2 || !isRecord(card.action.args)) return null;
  const count = Math.max(...preview.rows.map((row) => row.item)) + 1;
  const lists = Object.entries(card.action.args).filter(
    ([, value]) => Array.isArray(value) && value.length === count,
  );
  return lists.length === 1 ? (lists[0]?.[0] ?? null) : null;
}

/** The arguments without the items in `left`. */
export function without(args: unknown, field: string, left: ReadonlySet<number>): unknown {
  if (!isRecord(args)) return args;
  const list = args[field];
  if (!Array.isArray(list)) return args;
  return { ...args, [field]: list.filter((_, item) => !left.has(item)) };
}

function drawn(text: string): number {
  return sum(text.split("\n").map((line) => Math.max(1, Math.ceil(line.length / COLUMNS))));
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
