// The keys of the window: what they do, and where they do nothing.

import { afterEach, expect, test, vi } from "vitest";
import { BINDINGS, clash, type Command } from "../state/keys";
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

test("/ goes to the history and its search takes the keys", async () => {
  const { desk, pass } = await stage();
  press("/");
  await pass(10);
  expect(desk.view).toBe("history");
  expect(document.activeElement).toBe(byTestId("history-search"));
});

test("a key is changed in Settings, kept, shown on its button, and acts", async () => {
  const { desk, pass, called } = await stage();
  desk.go("settings");
  await pass(0);
  const change = row("new_task").querySelector<HTMLElement>("[data-testid=change-key]");
  change?.click();
  await pass(0);
  press("t", change ?? document.body);
  await pass(50);
  expect(called("setSettings").at(-1)?.[0]).toMatchObject({ keymap: { new_task: "t" } });
  expect(byTestId("new-task").querySelector("kbd")?.textContent).toBe("t");
  press("n");
  await pass(0);
  expect(desk.dialog).toBe(null);
  press("t");
  await pass(0);
  expect(desk.dialog).toBe("task");
});

test("a key is switched off and given back", async () => {
  const { desk, pass } = await stage();
  desk.go("settings");
  await pass(0);
  row("help").querySelector<HTMLElement>("[data-testid=no-key]")?.click();
  await pass(50);
  press("?", document.body, { shiftKey: true });
  expect(desk.dialog).toBe(null);
  row("help").querySelector<HTMLElement>("[data-testid=default-key]")?.click();
  await pass(50);
  press("?", document.body, { shiftKey: true });
  await pass(0);
  expect(desk.dialog).toBe("help");
});

test("a key that is taken is refused, and so are Enter and Space for an answer", () => {
  const taken = (command: Command, key: string): unknown => clash(BINDINGS, command, key);
  expect(taken("new_task", "j")).toEqual({ taken: "next" });
  expect(taken("new_task", "g")).toEqual({ taken: "inbox" });
  expect(taken("new_task", "Control+K")).toEqual({ taken: "palette" });
  expect(taken("new_task", "n")).toBe(null);
  expect(taken("approve", "Enter")).toBe("slip");
  expect(taken("reject", "Control+Space")).toBe("slip");
  expect(taken("new_task", "t")).toBe(null);
});

function row(command: Command): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-testid=key-row][data-command=${command}]`);
  if (!found) throw new Error(`no row for ${command}`);
  return found;
}
