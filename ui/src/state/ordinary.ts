// Characters without ink that ordinary text needs, the window's half of `visible/ordinary.rs`: where one stands as people
// write, it is text; anywhere else it is written out.

/** Every space of Unicode's but the plain one. */
const SPACE = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/u;
const EMOJI = /\p{Extended_Pictographic}|[\u2190-\u21ff\u25a0-\u27bf\u2b00-\u2bff\u{1f000}-\u{1faff}]/u;
const SKIN = /\ufe0f|\p{Emoji_Modifier}/u;
/** Scripts whose letters change by what they are joined to. */
const JOINING = [
  /[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc]/u,
  /[\u0700-\u074f]/u,
  /[\u07c0-\u07ff]/u,
  ...Array.from({ length: 10 }, (_, n) => block(0x900 + n * 0x80)),
  /[\u0f00-\u0fff]/u,
  /[\u1000-\u109f]/u,
  /[\u1780-\u17ff]/u,
  /[\u1800-\u18af]/u,
];
const VIRAMA = /[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]/u;
const FLAGS = ["gbeng", "gbsct", "gbwls"].map((flag) => `🏴${[...flag].map(tag).join("")}\u{e007f}`);

function block(from: number): RegExp {
  return new RegExp(`[\\u{${from.toString(16)}}-\\u{${(from + 0x7f).toString(16)}}]`, "u");
}

function tag(letter: string): string {
  return String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0));
}

/** What the character at `at` is drawn as: itself, a space or nothing. None where it has no place there. */
export function ordinary(chars: readonly string[], at: number, prose: boolean): string | undefined {
  const [c, before, after] = [chars[at] ?? "", chars[at - 1] ?? "", chars[at + 1] ?? ""];
  if (c === "\ufe0e" || c === "\ufe0f") {
    const keycap = after === "\u20e3" && /[0-9#*]/u.test(before);
    return keycap || EMOJI.test(before) ? c : undefined;
  }
  if (c === "\u200d" && joinsEmoji(chars, at)) return c;
  if (c === "\u200d" || c === "\u200c") return joinsLetters(before, after) ? c : undefined;
  if (c >= "\u{e0020}" && c <= "\u{e007f}") return isFlag(chars, at) ? c : undefined;
  if (c === "\u00ad" && prose) return breaksAWord(chars, at) ? "" : undefined;
  if (prose && SPACE.test(c)) return betweenInk(chars, at) ? " " : undefined;
  return undefined;
}

function joinsEmoji(chars: readonly string[], at: number): boolean {
  let first = at - 1;
  while (first >= 0 && SKIN.test(chars[first] ?? "")) first -= 1;
  const beside = chars[at - 1] ?? "";
  const joined = EMOJI.test(beside) || SKIN.test(beside);
  return joined && EMOJI.test(chars[first] ?? "") && EMOJI.test(chars[at + 1] ?? "");
}

function joinsLetters(before: string, after: string): boolean {
  const same = JOINING.some((script) => script.test(before) && script.test(after));
  return same || (VIRAMA.test(before) && /^[ !-/:-@[-`{-~]?$/u.test(after));
}

function isFlag(chars: readonly string[], at: number): boolean {
  const start = chars.slice(0, at).lastIndexOf("🏴");
  const rest = start < 0 ? "" : chars.slice(start).join("");
  return FLAGS.some((flag) => rest.startsWith(flag) && at - start < [...flag].length);
}

// In an address or the name of a file it would make two of them look the same.
function breaksAWord(chars: readonly string[], at: number): boolean {
  const left = chars.slice(0, at).join("").split(/\s/u).pop() ?? "";
  const right =
    chars
      .slice(at + 1)
      .join("")
      .split(/\s/u)[0] ?? "";
  return (
    /^["(]?[\p{Alphabetic}\u00ad-]*\p{Alphabetic}$/u.test(left) &&
    /^\p{Alphabetic}[\p{Alphabetic}\u00ad-]*[.,;:!?)"]*$/u.test(right)
  );
}

function betweenInk(chars: readonly string[], at: number): boolean {
  const ink = (c: string): boolean => c !== " " && !SPACE.test(c);
  const seen = (c: string | undefined): boolean => c !== undefined && !/\p{C}|\p{Z}/u.test(c);
  return seen(chars.slice(0, at).findLast(ink)) && seen(chars.slice(at + 1).find(ink));
}
