// Which key does what. None acts in a text field, and single keys can be switched off.

import { createKeybindingsHandler } from "tinykeys";

export type Command =
  | "next"
  | "previous"
  | "open"
  | "approve"
  | "reject"
  | "edit"
  | "undo"
  | "new_task"
  | "search"
  | "inbox"
  | "tasks"
  | "history"
  | "permissions"
  | "connections"
  | "settings"
  | "help"
  | "palette"
  | "freeze";

export interface Binding {
  command: Command;
  /** In the notation of tinykeys; the first is the one that is shown. */
  keys: string[];
  shown: string;
}

export const BINDINGS: readonly Binding[] = [
  { command: "next", keys: ["j"], shown: "j" },
  { command: "previous", keys: ["k"], shown: "k" },
  { command: "open", keys: ["Enter"], shown: "Enter" },
  { command: "approve", keys: ["a"], shown: "a" },
  { command: "reject", keys: ["r"], shown: "r" },
  { command: "edit", keys: ["e"], shown: "e" },
  { command: "undo", keys: ["u"], shown: "u" },
  { command: "new_task", keys: ["n"], shown: "n" },
  { command: "search", keys: ["/", "Shift+/"], shown: "/" },
  { command: "inbox", keys: ["g i"], shown: "g i" },
  { command: "tasks", keys: ["g t"], shown: "g t" },
  { command: "history", keys: ["g h"], shown: "g h" },
  { command: "permissions", keys: ["g p"], shown: "g p" },
  { command: "connections", keys: ["g c"], shown: "g c" },
  { command: "settings", keys: ["g s"], shown: "g s" },
  { command: "help", keys: ["?", "Shift+?"], shown: "?" },
  { command: "palette", keys: ["Control+k", "Meta+k"], shown: "Ctrl+K" },
  { command: "freeze", keys: ["Control+Shift+p", "Meta+Shift+p"], shown: "Ctrl+Shift+P" },
];

/** Whether `target` takes text, so that a key belongs to it. */
export function typesInto(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (
    target.isContentEditable ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  )
    return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button"].includes(target.type);
}

/** Whether Enter on `target` already does something of its own. */
export function answersEnter(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a, summary, input, label") !== null;
}

/** Listens to the keys until the returned function is called. `blocked` is asked at each press. */
export function listen(
  target: Window,
  singleKeys: boolean,
  act: (command: Command) => void,
  blocked: () => boolean,
): () => void {
  const fresh = (): ((event: KeyboardEvent) => void) =>
    createKeybindingsHandler(
      bindings(
        singleKeys,
        (command) => {
          // A sequence that fired leaves its siblings half typed in tinykeys 4: begin anew.
          handler = fresh();
          act(command);
        },
        blocked,
      ),
      { ignore: () => false },
    ) as (event: KeyboardEvent) => void;
  let handler = fresh();
  const heard = (event: KeyboardEvent): void => handler(event);
  target.addEventListener("keydown", heard);
  return () => target.removeEventListener("keydown", heard);
}

function bindings(
  singleKeys: boolean,
  act: (command: Command) => void,
  blocked: () => boolean,
): Record<string, (event: KeyboardEvent) => void> {
  const map: Record<string, (event: KeyboardEvent) => void> = {};
  for (const { command, keys } of BINDINGS) {
    for (const key of keys) {
      const chord = key.includes("Control") || key.includes("Meta");
      if (!chord && !singleKeys) continue;
      map[key] = (event) => {
        if (event.repeat && command !== "next" && command !== "previous") return;
        if (typesInto(event.target)) return;
        if (command === "open" && answersEnter(event.target)) return;
        if (blocked() && command !== "freeze") return;
        event.preventDefault();
        act(command);
      };
    }
  }
  return map;
}
