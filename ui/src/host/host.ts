// The seam: everything the window can ask of the core. It grows only when a view needs something new.
// Every call fails with a `WireError`.

import type { Commands } from "./commands";
import type { Change, WireError } from "./wire";

export interface Host extends Commands {
  /** Calls back on every change until the returned function is called. */
  onChange(callback: (change: Change) => void): () => void;
}

/** Whatever was thrown, as an error with a code and a sentence. */
export function wireError(thrown: unknown): WireError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as WireError;
  }
  return { code: "other", message: thrown instanceof Error ? thrown.message : String(thrown) };
}
