// A press of a key as the bindings know it, whatever layout the keyboard has.

import { INERT_MS, type Clock } from "./readiness";

/** What tinykeys looks at. */
export interface Press {
  key: string;
  code: string;
  getModifierState: (held: string) => boolean;
}

/** A press that belongs to a composition: its Enter chooses a word, and its letters are not typed yet. */
export function composes(event: KeyboardEvent): boolean {
  // WebKit ends the composition before it tells of the key that ended it; 229 is what is left to see.
  return event.isComposing || event.keyCode === 229;
}

/**
 * The key of a press. A letter of a script that is not Latin is taken by its place on the keyboard, so that `т` on a
 * Russian layout is `n`. A letter of full width is the letter.
 */
export function latin(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.normalize("NFKC") : event.key;
  const place = /^(?:Key([A-Z])|Digit([0-9]))$/.exec(event.code);
  // A dead or unknown key is text to come, unless Ctrl or Meta is held: then it can only be meant by its place.
  const unsaid = ["Dead", "Unidentified", "Process"].includes(key) && (event.ctrlKey || event.metaKey);
  const foreign = /^[\p{L}\p{M}\p{N}]/u.test(key) && !/^[\p{Script=Latin}0-9]/u.test(key);
  if (place?.[1] && (unsaid || foreign)) return place[1].toLowerCase();
  return (foreign && place?.[2]) || key;
}

/** The press for the bindings; null while a composition is under way and for a letter that AltGr types. */
export function press(event: KeyboardEvent): Press | null {
  if (composes(event)) return null;
  const key = latin(event);
  const code = event.code || "Unidentified";
  if (!event.getModifierState("AltGraph"))
    return { key, code, getModifierState: (held) => event.getModifierState(held) };
  // Some layouts have `/` or `?` on the AltGr level only. Windows says Ctrl and Alt for it.
  if (!/^[!-/:-@[-`{-~]$/.test(key)) return null;
  return { key, code, getModifierState: (held) => held === "Shift" && event.shiftKey };
}

/** Whether text is being typed: a field that goes away under the hands leaves the rest of the sentence to the window. */
export class Typing {
  #clock: Clock;
  #last = -INERT_MS;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A key went into a field, or was more of the same. */
  heard(): void {
    this.#last = this.#clock();
  }

  goesOn(): boolean {
    return this.#clock() - this.#last < INERT_MS;
  }
}
