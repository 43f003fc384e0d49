// Every view in both themes: no accessibility violation that a tree alone can show. Contrast is checked in tokens.test.

import axe from "axe-core";
import { fireEvent } from "@testing-library/svelte";
import { afterEach, expect, test, vi } from "vitest";
import { VIEWS } from "../desk.svelte";
import { byTestId, stage } from "./stage";

afterEach(() => void vi.useRealTimers());

for (const theme of ["light", "dark"]) {
  for (const view of VIEWS) {
    test(`${view} has no violations in ${theme}`, async () => {
      const { desk, pass } = await stage((data) => (data.settings.theme = theme));
      desk.go(view);
      await pass(900);
      expect(document.documentElement.dataset["theme"]).toBe(theme);
      vi.useRealTimers();
      const { violations } = await axe.run(document.body, {
        rules: { "color-contrast": { enabled: false } },
      });
      expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`)).toEqual(
        [],
      );
    });
  }
}

test("two hundred cards are listed and one is open", async () => {
  const { pass } = await stage((data) => {
    const last = data.inbox.cards[3];
    if (last)
      data.inbox.cards = Array.from({ length: 200 }, (_, n) => ({
        ...last,
        action: { ...last.action, id: `a${n + 1}` },
      }));
  });
  await pass(0);
  expect(document.querySelectorAll('[data-testid="row"]').length).toBe(202);
  expect(document.querySelectorAll('[data-testid="card"]').length).toBe(1);
});

test("an empty first inbox offers the practice task", async () => {
  const { pass, called } = await stage(
    (data) => (data.inbox = { cards: [], questions: [], unknown: [], paused: [], held: [] }),
  );
  byTestId("practice").click();
  await pass(0);
  expect(called("newTask")[0]).toMatchObject([{ goal: "Tidy my practice folder by type", mode: "ask" }]);
});

test("lim_05 a task that stands still at a limit waits in the inbox, and one press raises it", async () => {
  const why = "50 of 50 turns of the model are used.";
  const paused = { run: "r1", goal: "Tidy up", why, limit: "turns" as const, raise_to: 100 };
  const { pass, called } = await stage(
    (data) => (data.inbox = { cards: [], questions: [], unknown: [], paused: [paused], held: [] }),
  );
  expect(byTestId("paused").textContent).toContain(why);
  byTestId("raise-limit").click();
  await pass(100);
  expect(called("setLimits")).toEqual([["r1", { turns: 100 }]]);
  expect(document.querySelector('[data-testid="paused"]')).toBe(null);
});

test("limits of every task are kept with the settings", async () => {
  const { desk, pass, called } = await stage();
  desk.go("settings");
  await pass(10);
  const field = byTestId("limit-actions") as HTMLInputElement;
  field.value = "20";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  await pass(0);
  byTestId("save-settings").click();
  await pass(100);
  expect(called("setSettings").at(-1)).toMatchObject([{ limits: { actions: 20, turns: null } }]);
});

test("what cannot be read says so and can be tried again", async () => {
  const { desk, host, pass } = await stage();
  const inbox = host.inbox;
  host.inbox = () => Promise.reject({ code: "other", message: "The core is gone." });
  await desk.read();
  await pass(0);
  expect(document.body.textContent).toContain("The core is gone.");
  host.inbox = inbox;
  await desk.read();
  await pass(0);
  expect(desk.failed).toBe(null);
});

test("the history says why, and undoes", async () => {
  const { desk, pass, called } = await stage();
  desk.go("history");
  await pass(300);
  document.querySelector<HTMLElement>('[data-testid="history-row"][data-id="a9"]')?.click();
  await pass(10);
  expect(byTestId("why").textContent).toContain("Semi-autonomous");
  byTestId("undo-action").click();
  await pass(300);
  expect(called("undo")).toEqual([["a9"]]);
  expect(document.querySelector('[data-id="a9"]')?.getAttribute("data-status")).toBe("undone");
});

test("hist_01 a task is found by an answer and opens", async () => {
  const { desk, pass } = await stage((data) => {
    const row = data.runs[0];
    if (row) row.run.note = "The animal is a rhinoceros.";
  });
  desk.go("history");
  await pass(50);
  await fireEvent.input(byTestId("history-search"), { target: { value: "RHINOCEROS" } });
  await pass(300);
  const found = byTestId("found-task");
  expect(found.dataset["id"]).toBe(desk.runs?.[0]?.run.id);
  await fireEvent.click(found);
  await pass(50);
  expect(desk.view).toBe("tasks");
  expect(desk.openRun).toBe(found.dataset["id"]);
});
