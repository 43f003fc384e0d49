// An answer is meant for what stands there when it is given: keys and clicks that were meant for something else do
// nothing (ux-01), whatever the keyboard's layout (ux-03).

import { fireEvent } from "@testing-library/svelte";
import { afterEach, expect, test, vi } from "vitest";
import { action, card } from "../host/fake-data";
import { keyOf } from "../state/keys";
import { byTestId, NOW, stage } from "./stage";

afterEach(() => void vi.useRealTimers());

interface Pressed extends KeyboardEventInit {
  altGraph?: boolean;
}

function event(key: string, code: string, more: Pressed = {}): KeyboardEvent {
  const made = new KeyboardEvent("keydown", { key, code, bubbles: true, cancelable: true, ...more });
  const plain = made.getModifierState.bind(made);
  const held = (name: string): boolean => (name === "AltGraph" ? (more.altGraph ?? false) : plain(name));
  return Object.defineProperty(made, "getModifierState", { value: held });
}

function press(key: string, code: string, more: Pressed = {}, target: EventTarget = document.body): void {
  target.dispatchEvent(event(key, code, more));
}

const FREEZE = { ctrlKey: true, shiftKey: true };

// Key N and key P of each layout, with and without capitals.
test.each([
  ["Russian", "т", "З"],
  ["Ukrainian with CapsLock", "Т", "з"],
  ["Greek", "ν", "Π"],
  ["Hebrew", "מ", "פ"],
  ["Arabic", "ى", "ح"],
  ["Persian", "د", "ح"],
  ["Georgian", "ნ", "პ"],
  ["Thai", "ื", "ย"],
  ["Hindi", "न", "प"],
  ["Korean", "ㅜ", "ㅖ"],
  ["kana", "み", "せ"],
  ["full width", "ｎ", "Ｐ"],
  ["Latin with CapsLock", "N", "p"],
])("ux_03 the shortcuts and the freeze work on the layout: %s", async (_, n, p) => {
  const { desk, pass, called } = await stage();
  press(p, "KeyP", FREEZE);
  await pass(0);
  expect(called("freeze")).toHaveLength(1);
  press(n, "KeyN");
  await pass(0);
  expect(desk.dialog).toBe("task");
});

test("ux_03 Ctrl+K and g h work on a Russian layout, and a Latin letter counts where it is", async () => {
  const { desk, pass } = await stage();
  press("п", "KeyG");
  press("р", "KeyH");
  await pass(10);
  expect(desk.view).toBe("history");
  // Dvorak: the letter t stands on the key K.
  press("t", "KeyK", { ctrlKey: true });
  expect(desk.dialog).toBe(null);
  press("л", "KeyK", { ctrlKey: true });
  expect(desk.dialog).toBe("palette");
});

test("ux_03 a letter that AltGr types and a dead key do nothing; a slash behind AltGr searches", async () => {
  const { desk, pass, called } = await stage();
  press("т", "KeyN", { altGraph: true });
  press("Dead", "KeyN");
  press("n", "KeyN", { altGraph: true, ctrlKey: true, altKey: true });
  expect(desk.dialog).toBe(null);
  press("Dead", "KeyP", FREEZE);
  await pass(0);
  expect(called("freeze")).toHaveLength(1);
  press("/", "Digit7", { altGraph: true, ctrlKey: true, altKey: true });
  await pass(10);
  expect(desk.view).toBe("history");
});

test("ux_03 a key chosen on another layout is the key at its place", () => {
  expect(keyOf(event("т", "KeyN"))).toBe("n");
  expect(keyOf(event("Щ", "KeyO", FREEZE))).toBe("Control+Shift+o");
  expect(keyOf(event("٣", "Digit3"))).toBe("3");
  expect(keyOf(event("ñ", "Semicolon"))).toBe("ñ");
  expect(keyOf(event("ą", "KeyA", { altGraph: true }))).toBe(null);
});

test("ux_03 no key acts while a composition is under way, and its Enter chooses no command", async () => {
  const { desk, pass, called } = await stage();
  press("n", "KeyN", { isComposing: true });
  press("Process", "KeyN", { keyCode: 229 });
  press("P", "KeyP", { ...FREEZE, isComposing: true });
  await pass(0);
  expect(desk.dialog).toBe(null);
  expect(called("freeze")).toEqual([]);
  desk.dialog = "palette";
  await pass(0);
  press("Enter", "Enter", { keyCode: 229 }, byTestId("palette"));
  await pass(0);
  expect(desk.dialog).toBe("palette");
});

test("ux_03 the freeze works from a text field and under a dialog, and in haste it only freezes", async () => {
  const { pass, called } = await stage();
  press("n", "KeyN");
  await pass(0);
  press("P", "KeyP", FREEZE, byTestId("goal"));
  await pass(50);
  press("P", "KeyP", FREEZE, byTestId("goal"));
  await pass(50);
  expect(called("freeze")).toHaveLength(1);
  expect(called("unfreeze")).toEqual([]);
  await pass(800);
  press("P", "KeyP", FREEZE, byTestId("goal"));
  await pass(0);
  expect(called("unfreeze")).toHaveLength(1);
});

test("ux_01 a sentence whose field goes away answers no card", async () => {
  const { desk, host, pass, called } = await stage();
  desk.show("q1");
  await pass(800);
  const field = byTestId("answer");
  for (const letter of "wor") press(letter, "KeyX", {}, field);
  host.data.inbox.questions = [];
  desk.show("a12");
  await desk.read();
  for (let n = 0; n < 5; n++) {
    await pass(300);
    press("a", "KeyA");
  }
  expect(called("approve")).toEqual([]);
  await pass(800);
  press("a", "KeyA");
  await pass(0);
  expect(called("approve")).toHaveLength(1);
});

test("ux_01 the click or key that comes with the focus answers nothing", async () => {
  const { desk, pass, called } = await stage();
  desk.show("a12");
  await pass(800);
  window.dispatchEvent(new Event("focus"));
  await fireEvent.click(byTestId("approve"));
  press("a", "KeyA");
  await pass(0);
  expect(called("approve")).toEqual([]);
  await pass(800);
  await fireEvent.click(byTestId("approve"));
  expect(called("approve")).toHaveLength(1);
});

test("ux_01 a key that is let go over a card after a dialog answers nothing", async () => {
  const { desk, pass, called } = await stage();
  desk.show("a12");
  await pass(800);
  desk.dialog = "help";
  await pass(800);
  desk.dialog = null;
  await pass(100);
  press("a", "KeyA");
  await fireEvent.click(byTestId("approve"));
  expect(called("approve")).toEqual([]);
});

test("ux_01 a space bar that went down too soon does not count when it comes up", async () => {
  const { desk, pass, called } = await stage();
  desk.show("a12");
  await pass(500);
  press(" ", "Space", {}, byTestId("approve"));
  await pass(400);
  await fireEvent.click(byTestId("approve"));
  expect(called("approve")).toEqual([]);
});

test("ux_01 a hold and a typed name end with the contents that they were meant for", async () => {
  const escalation = (digest: string, confirm: string | null): void => {
    host.data.inbox.cards = [
      card(action(NOW, { id: "a1", digest, verdict: { ...held.verdict, escalate: true } }), { confirm }),
    ];
  };
  const held = action(NOW, { id: "a1" });
  const { desk, host, pass, called } = await stage();
  escalation("one", null);
  await desk.read();
  desk.show("a1");
  await pass(800);
  await fireEvent.pointerDown(byTestId("hold-approve"), { button: 0 });
  await pass(200);
  escalation("two", null);
  await desk.read();
  await pass(900);
  expect(called("approve")).toEqual([]);
  escalation("three", "Anna");
  await desk.read();
  await pass(800);
  await fireEvent.input(byTestId("confirm-text"), { target: { value: "Anna" } });
  escalation("four", "Anna");
  await desk.read();
  await pass(800);
  await fireEvent.click(byTestId("approve"));
  expect(called("approve")).toEqual([]);
});

test("ux_01 the second half of a double click does nothing to what came under the pointer", async () => {
  const { desk, host, pass, called } = await stage((data) => {
    data.inbox = { cards: [], questions: [], paused: [], held: [], unknown: [] };
    for (const id of ["a1", "a2"]) data.inbox.unknown.push(action(NOW, { id, status: "unknown" }));
  });
  desk.show("a1");
  await pass(0);
  await fireEvent.click(byTestId("dismiss-unknown"), { detail: 1 });
  host.data.inbox.unknown = host.data.inbox.unknown.filter((one) => one.id === "a2");
  await desk.read();
  await pass(0);
  await fireEvent.click(byTestId("dismiss-unknown"), { detail: 2 });
  await pass(0);
  expect(called("dismissUnknown")).toEqual([["a1"]]);
});

const asked = async (): Promise<Awaited<ReturnType<typeof stage>>> => {
  const found = await stage((data) => {
    for (const question of data.inbox.questions) question.choices = ["Add milk", "None of these"];
  });
  found.desk.show("q1");
  return found;
};

test("ux_01 a number chooses no answer of a question that has just appeared, and one later does", async () => {
  const { pass, called } = await asked();
  await pass(0);
  press("1", "Digit1");
  await fireEvent.click(byTestId("choice"));
  await pass(0);
  expect(called("answer")).toEqual([]);
  await pass(800);
  press("1", "Digit1", { repeat: true });
  press("1", "Digit1", { isComposing: true });
  press("9", "Digit9");
  await pass(0);
  expect(called("answer")).toEqual([]);
  press("1", "Digit1");
  await pass(0);
  expect(called("answer")).toEqual([["q1", "1"]]);
});

test("ux_01 a number chooses nothing under a dialog, nor where single keys are switched off", async () => {
  const { desk, host, pass, called } = await asked();
  await pass(800);
  desk.dialog = "task";
  await pass(0);
  press("1", "Digit1");
  desk.dialog = null;
  await pass(0);
  press("1", "Digit1");
  await pass(0);
  expect(called("answer"), "the key was meant for the dialog").toEqual([]);
  host.data.settings.keys = false;
  await desk.read();
  await pass(800);
  press("1", "Digit1");
  await pass(0);
  expect(called("answer")).toEqual([]);
  await fireEvent.click(byTestId("choice"));
  await pass(0);
  expect(called("answer")).toEqual([["q1", "1"]]);
});
