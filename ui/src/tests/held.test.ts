// What is held: where it shows, how long it says it still can be recalled, and the key and the button that recall it.

import { userEvent } from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { action, facts } from "../host/fake-data";
import type { Action } from "../host/wire";
import { canRecall, heldWords } from "../state/held";
import { byTestId, NOW, stage, type Stage } from "./stage";

afterEach(() => void vi.useRealTimers());

function held(change: Partial<Action> = {}): Action {
  const by = { by: "user" } as const;
  return action(NOW, {
    id: "a77",
    title: "Send a message to anna@example.org",
    status: "held",
    held_until: NOW + 24_000,
    decision: { by, at: NOW, digest: "d", reason: null },
    ...change,
  });
}

async function opened(one: Action): Promise<Stage> {
  const it = await stage((data) => (data.inbox.held = [one]));
  it.desk.show(one.id);
  await it.pass(0);
  return it;
}

test("a hold says how long it is, that it is over, and what stands still", () => {
  const at = (ms: number): string => heldWords(held(), NOW + ms);
  expect([at(0), at(23_500), at(24_000), at(60_000)]).toEqual([
    "Goes out in 24 s",
    "Goes out in 1 s",
    "Going out now",
    "This task is paused. The hold restarts when it continues.",
  ]);
  expect(heldWords(held({ status: "frozen" }), NOW)).toContain("Frozen before it was sent");
});

test("what is held or was frozen in its hold can be recalled, and nothing else", () => {
  const frozen = held({ status: "frozen", facts: facts({ reversal: "recallable" }) });
  const by = { by: "freeze" } as const;
  const answered = { ...frozen, decision: { by, at: NOW, digest: "d", reason: null } };
  const all = [held(), frozen, answered, held({ status: "frozen" }), held({ status: "succeeded" })];
  expect(all.map(canRecall)).toEqual([true, true, false, false, false]);
});

test("what is held is listed, counts as nothing that waits, and its button recalls it", async () => {
  const { called, desk, pass } = await opened(held());
  const waiting = document.querySelector('[data-testid="nav-inbox"] b')?.textContent;
  expect(waiting).toBe(String(desk.inbox!.cards.length + 2));
  expect(byTestId("held").textContent).toContain("Decided by you. It has not started.");
  expect(byTestId("held-words").textContent).toBe("Goes out in 24 s");
  byTestId("recall").click();
  await pass(100);
  expect(called("recall")).toEqual([["a77"]]);
  expect(document.querySelector('[data-testid="held"]')).toBe(null);
  expect(document.body.textContent).toContain("Recalled in time. It was not done.");
});

test("the key recalls what is held from any view, and does nothing where nothing is", async () => {
  const { called, desk, pass } = await opened(held());
  desk.go("history");
  await pass(0);
  const user = userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTime(ms) });
  await user.keyboard("c");
  await pass(100);
  await user.keyboard("c");
  await pass(100);
  expect(called("recall")).toEqual([["a77"]]);
});

test("what is newly held is said aloud once", async () => {
  const { desk, host } = await stage();
  host.data.inbox.held = [held()];
  await desk.read();
  await tick();
  expect(byTestId("spoken").textContent).toBe(
    "Held: Send a message to anna@example.org. It goes out in 24 seconds and can be recalled until then.",
  );
});

test("the length of the hold is set, and none is said to ask for each sending", async () => {
  const { called, desk, pass } = await stage();
  desk.go("settings");
  await pass(0);
  const user = userEvent.setup({ advanceTimers: (ms) => vi.advanceTimersByTime(ms) });
  await user.clear(byTestId("hold-seconds"));
  await user.type(byTestId("hold-seconds"), "0");
  expect(byTestId("hold-off").textContent).toContain("asks you to confirm");
  byTestId("save-settings").click();
  await pass(100);
  expect(called("setSettings")).toMatchObject([[{ hold_seconds: 0 }]]);
});
