// The keys of the window: what they do, and where they do nothing.

import { afterEach, expect, test, vi } from "vitest";
import { byTestId, stage } from "./stage";

afterEach(() => void vi.useRealTimers());

function press(key: string, target: EventTarget = document.body, more: KeyboardEventInit = {}): void {
  target.dispatchEvent(
    new KeyboardEvent("keydown", {
      key,
      code: `Key${key.toUpperCase()}`,
      bubbles: true,
      cancelable: true,
      ...more,
    }),
  );
}

test("j and k move along the inbox and stop at its ends", async () => {
  const { desk, pass } = await stage();
  expect(desk.open).toBe("a15");
  press("k");
  expect(desk.open).toBe("a15");
  press("j");
  await pass(0);
  expect(desk.open).toBe("a11");
});

test("a approves once the card is live, and never an escalation", async () => {
  const { desk, pass, called } = await stage();
  await pass(800);
  press("a");
  desk.show("a12");
  await pass(100);
  press("a");
  expect(called("approve")).toEqual([]);
  await pass(800);
  press("a", document.body, { repeat: true });
  expect(called("approve")).toEqual([]);
  press("a");
  await pass(0);
  expect(called("approve")).toEqual([["a12", "d-a12", null]]);
});

test("no key acts in a text field or under a dialog", async () => {
  const { desk, pass } = await stage();
  desk.show("q1");
  await pass(800);
  press("n", byTestId("answer"));
  expect(desk.dialog).toBe(null);
  press("n");
  await pass(0);
  expect(desk.dialog).toBe("task");
  press("j");
  expect(desk.open).toBe("q1");
});

test("g and a letter goes to a view", async () => {
  const { desk, pass } = await stage();
  for (const [letter, view] of [
    ["h", "history"],
    ["t", "tasks"],
    ["p", "permissions"],
    ["s", "settings"],
    ["i", "inbox"],
  ]) {
    press("g");
    press(letter as string);
    await pass(10);
    expect(desk.view).toBe(view);
  }
});

test("single keys can be switched off; the freeze stays", async () => {
  const { desk, pass, called } = await stage((data) => (data.settings.keys = false));
  await pass(800);
  press("n");
  expect(desk.dialog).toBe(null);
  press("P", document.body, { ctrlKey: true, shiftKey: true });
  await pass(0);
  expect(called("freeze")).toHaveLength(1);
});
