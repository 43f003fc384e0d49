// Which key does what. None but the freeze acts in a text field; each can be changed or switched off, and all single
// ones at once.

import { createKeybindingsHandler } from "tinykeys";
import { composes, latin, press, Typing } from "./press";

export type Command =
  | "next"
  | "previous"
  | "open"
  | "approve"
  | "reject"
  | "edit"
  | "undo"
  | "recall"
  | "new_task"
  | "search"
  | "inbox"
  | "tasks"
  | "history"
  | "automations"
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
  { command: "recall", keys: ["c"], shown: "c" },
  { command: "new_task", keys: ["n"], shown: "n" },
  { command: "search", keys: ["/", "Shift+/"], shown: "/" },
  { command: "inbox", keys: ["g i"], shown: "g i" },
  { command: "tasks", keys: ["g t"], shown: "g t" },
  { command: "history", keys: ["g h"], shown: "g h" },
  { command: "automations", keys: ["g a"], shown: "g a" },
  { command: "permissions", keys: ["g p"], shown: "g p" },
  { command: "connections", keys: ["g c"], shown: "g c" },
  { command: "settings", keys: ["g s"], shown: "g s" },
  { command: "help", keys: ["?", "Shift+?"], shown: "?" },
  { command: "palette", keys: ["Control+k", "Meta+k"], shown: "Ctrl+K" },
  { command: "freeze", keys: ["Control+Shift+p", "Meta+Shift+p"], shown: "Ctrl+Shift+P" },
];

/** The bindings with what the user chose instead. */
export function chosen(keymap: Readonly<Record<string, string | undefined>>): Binding[] {
  return BINDINGS.map((binding) => {
    const own = keymap[binding.command];
    return own === undefined
      ? binding
      : { command: binding.command, keys: own ? [own] : [], shown: spelled(own) };
  });
}

/** The key of a press in the notation of tinykeys; null for one that cannot be chosen. */
export function keyOf(event: KeyboardEvent): string | null {
  const pressed = latin(event);
  if (composes(event) || event.getModifierState("AltGraph")) return null;
  if (["Control", "Shift", "Alt", "Meta", "AltGraph", "Dead", "Tab", "Escape", "+"].includes(pressed))
    return null;
  const held = [
    event.ctrlKey && "Control",
    event.altKey && "Alt",
    event.shiftKey && "Shift",
    event.metaKey && "Meta",
  ].filter((one) => one !== false);
  const key = pressed === " " ? "Space" : pressed.length === 1 ? pressed.toLowerCase() : pressed;
  return [...held, key].join("+");
}

/** Why `command` cannot have `key`: another has it, or it would approve by a slip. */
export function clash(
  bindings: readonly Binding[],
  command: Command,
  key: string,
): { taken: Command } | "slip" | null {
  const last = key.split("+").at(-1) ?? "";
  if (["approve", "reject", "edit"].includes(command) && ["Enter", "Space"].includes(last)) return "slip";
  // The first key of a sequence is taken as well: pressed alone it only begins.
  const other = bindings.find(
    (one) =>
      one.command !== command &&
      one.keys.some((keys) => (keys.split(" ")[0] ?? "").toLowerCase() === key.toLowerCase()),
  );
  return other ? { taken: other.command } : null;
}

function spelled(key: string): string {
  const parts = key.split("+");
  const last = parts.pop() ?? "";
  const held = parts.filter((one) => one !== "Shift" || last.length > 1 || /[a-z]/.test(last));
  const name = held.length > 0 && last.length === 1 ? last.toUpperCase() : last;
  return [...held.map((one) => (one === "Control" ? "Ctrl" : one)), name].join("+");
}

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

/** Commands that answer a card. */
const ANSWERS: readonly Command[] = ["approve", "reject", "edit"];

/** Listens to the keys until the returned function is called. `blocked` is asked at each press. */
export function listen(
  target: Window,
  singleKeys: boolean,
  all: readonly Binding[],
  act: (command: Command) => void,
  blocked: () => boolean,
  typing: Typing = new Typing(() => performance.now()),
): () => void {
  let now: KeyboardEvent | undefined;
  const heard = ({ command, chord }: Heard): void => {
    if (!now) return;
    if (now.repeat && command !== "next" && command !== "previous") return;
    const freezes = command === "freeze" && chord;
    if (typesInto(now.target) && !freezes) return;
    if (command === "open" && answersEnter(now.target)) return;
    if (blocked() && command !== "freeze") return;
    if (ANSWERS.includes(command) && !chord && typing.goesOn()) return typing.heard();
    now.preventDefault();
    act(command);
  };
  const fresh = (): ((event: KeyboardEvent) => void) =>
    createKeybindingsHandler(
      heardBy(singleKeys, all, (what) => {
        // A sequence that fired leaves its siblings half typed in tinykeys 4: begin anew.
        handler = fresh();
        heard(what);
      }),
      { ignore: () => false },
    ) as (event: KeyboardEvent) => void;
  let handler = fresh();
  const down = (event: KeyboardEvent): void => {
    const pressed = press(event);
    now = event;
    if (pressed) handler(pressed as KeyboardEvent);
    if (typesInto(event.target) && !event.ctrlKey && !event.metaKey) typing.heard();
  };
  target.addEventListener("keydown", down);
  return () => target.removeEventListener("keydown", down);
}

interface Heard {
  command: Command;
  /** Whether the key is held together with one that types no text. */
  chord: boolean;
}

function heardBy(
  singleKeys: boolean,
  all: readonly Binding[],
  heard: (what: Heard) => void,
): Record<string, () => void> {
  const map: Record<string, () => void> = {};
  for (const { command, keys } of all) {
    for (const key of keys) {
      const chord = ["Control", "Meta", "Alt"].some((held) => key.includes(held));
      if (chord || singleKeys) map[key] = () => heard({ command, chord });
    }
  }
  return map;
}
