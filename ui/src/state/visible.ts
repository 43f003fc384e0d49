// The window's own half of `visible.rs`, for what is drawn raw (arguments, the agent's words): whatever would be
// invisible or reorder the line is written out. Text that went through the core is left as it is.

import { ordinary } from "./ordinary";

// Drawn as nothing although they are letters, marks or symbols; the same as in `visible.rs`.
const UNSEEN: readonly (readonly [number, number])[] = [
  [0x34f, 0x34f],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xffa0, 0xffa0],
  [0x16fe4, 0x16fe4],
  [0x1d159, 0x1d159],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];
const spelled = (code: number): string => `\\u{${code.toString(16)}}`;
const HIDDEN = new RegExp(
  `[\\p{C}\\p{Zl}\\p{Zp}${UNSEEN.map(([from, to]) => `${spelled(from)}-${spelled(to)}`).join("")}]|(?! )\\p{Zs}`,
  "gu",
);

/** One line, with everything that does not show written as `\u{…}`; what ordinary text needs stays text. */
export function visible(line: string): string {
  return written(line, true);
}

/** The same where every character counts. */
export function visibleExact(line: string): string {
  return written(line, false);
}

function written(line: string, prose: boolean): string {
  if (line.search(HIDDEN) < 0) return counted(line);
  const chars = [...line];
  const one = (c: string, at: number): string => {
    HIDDEN.lastIndex = 0;
    return HIDDEN.test(c) ? (ordinary(chars, at, prose) ?? spelled(c.codePointAt(0) ?? 0)) : c;
  };
  return counted(chars.map(one).join(""));
}

function counted(line: string): string {
  return line.replace(/ {17,}/g, (spaces) => `⟨${spaces.length} spaces⟩`);
}

/** The same for a text whose line breaks are drawn as such. */
export function visibleText(text: string): string {
  return text.split(/\r?\n/).map(visible).join("\n");
}

/** A value as indented JSON; the indent is ours, so only what stands within the lines is looked at. */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, null, 2)
    .split("\n")
    .map((line) => {
      const indent = /^ */.exec(line)?.[0] ?? "";
      return indent + visibleExact(line.slice(indent.length));
    })
    .join("\n");
}
