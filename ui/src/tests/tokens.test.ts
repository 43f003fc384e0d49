// Every pair of colours that text is drawn in has a contrast of at least 4.5 to 1, in both themes (WCAG 2.2, 1.4.3).

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync("src/styles/tokens.css", "utf8");
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[\da-f]{6}), (#[\da-f]{6})\)/g)].map((m) => [
    m[1],
    { light: m[2] ?? "", dark: m[3] ?? "" },
  ]),
);
const GROUNDS = ["paper", "panel", "hover"];
const PAIRS: [string, string][] = [
  ...["ink", "soft", "faint", "accent", "warn", "del-ink"].flatMap((ink) =>
    GROUNDS.map((ground): [string, string] => [ink, ground]),
  ),
  ["accent-ink", "accent"],
  ["accent-ink", "accent-hover"],
  ["accent", "accent-soft"],
  ["ink", "accent-soft"],
  ["soft", "accent-soft"],
  ["soft", "chip"],
  ["ink", "chip"],
  ["warn-ink", "warn"],
  ["warn", "warn-soft"],
  ["ink", "warn-soft"],
  ["soft", "warn-soft"],
  ["add-ink", "add"],
  ["del-ink", "del"],
  ["soft", "del"],
];

for (const theme of ["light", "dark"] as const) {
  test(`text can be read in ${theme}`, () => {
    const low = PAIRS.map(
      ([ink, ground]) =>
        [`${ink} on ${ground}`, contrast(colour(ink, theme), colour(ground, theme))] as const,
    ).filter(([, ratio]) => ratio < 4.5);
    expect(low).toEqual([]);
  });
}

test("colours stand in tokens.css alone", () => {
  const sources = import.meta.glob("../**/*.svelte", { query: "?raw", import: "default", eager: true });
  for (const [path, source] of Object.entries(sources)) {
    expect(String(source).match(/#[\da-f]{3,8}\b(?=[;\s])|rgba?\(|hsl\(/i)?.[0], path).toBeUndefined();
    expect(String(source).includes("{@html"), path).toBe(false);
    expect(/\sstyle="/.test(String(source)), path).toBe(false);
  }
});

function colour(name: string, theme: "light" | "dark"): string {
  const token = tokens.get(name);
  if (!token) throw new Error(`no colour ${name}`);
  return token[theme];
}
function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].toSorted((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
function luminance(hex: string): number {
  const part = (at: number): number => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}
