// The Automations view: what each says, switching, a draft's deliberate yes, missed times, and making one.

import { fireEvent } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import type { Trigger } from "../host/wire";
import { automationViews } from "../host/fake-away";
import { draftOf, fieldsOf } from "../state/automation";
import { byTestId, NOW, stage, type Stage } from "./stage";

afterEach(() => void vi.useRealTimers());

async function opened(): Promise<Stage> {
  const it = await stage();
  it.desk.go("automations");
  await it.pass(100);
  return it;
}
function within(automation: string, id: string): HTMLElement {
  const css = `[data-testid="automation"][data-id="${automation}"] [data-testid="${id}"]`;
  const found = document.querySelector<HTMLElement>(css);
  if (!found) throw new Error(`nothing matches ${css}`);
  return found;
}
const put = (element: HTMLElement, value: string): Promise<boolean> =>
  fireEvent.input(element, { target: { value } }) as unknown as Promise<boolean>;

test("what the form does not show is kept, whatever is changed", () => {
  for (const { row } of automationViews(NOW)) {
    const rich = {
      ...row.automation.draft,
      triage: [{ triage: "escalate" as const, when: [{ test: "says" as const, words: ["overdue"] }] }],
      model: "some-model",
      still_for: 9,
    };
    expect(draftOf(fieldsOf(rich), rich)).toEqual(rich);
  }
});

test("each says what sets it off, when it is next, and why it cannot be watched", async () => {
  await opened();
  expect(within("m1", "automation-sentence").textContent).toContain("Every weekday at 9");
  expect(document.body.textContent).toContain("next Mon 2026-11-23 09:00 CET");
  expect(within("m2", "automation-trouble").textContent).toContain("is not there");
});

test("a draft is switched on only with its id, and has no switch and no run", async () => {
  const { called, pass } = await opened();
  for (const id of ["automation-switch", "run-now"])
    expect(() => within("m3", id)).toThrow("nothing matches");
  const on = within("m3", "automation-confirm-on") as HTMLButtonElement;
  expect(on.disabled).toBe(true);
  await put(within("m3", "automation-confirm"), "m1");
  expect(on.disabled).toBe(true);
  await put(within("m3", "automation-confirm"), "m3");
  on.click();
  await pass(100);
  expect(called("switchAutomation")).toEqual([["m3", true, "m3"]]);
  within("m3", "automation-switch").click();
  await pass(100);
  expect(called("switchAutomation")[1]).toEqual(["m3", false, null]);
});

test("all are paused and let go on", async () => {
  const { called, pass } = await opened();
  byTestId("pause-all").click();
  await pass(100);
  expect(byTestId("all-paused").textContent).toContain("are skipped");
  byTestId("pause-all").click();
  await pass(100);
  expect(called("pauseAutomations")).toEqual([[true], [false]]);
});

test("a time that was missed is made up for or left, by a word", async () => {
  const { called, pass } = await opened();
  const details = within("m1", "automation-past").closest("details") as HTMLDetailsElement;
  details.open = true;
  await fireEvent(details, new Event("toggle"));
  await pass(100);
  expect(within("m1", "firing").dataset["status"]).toBe("asked");
  within("m1", "make-up").click();
  await pass(100);
  expect(called("answerFiring")).toEqual([["g1", true]]);
  expect(details.textContent).toContain("Only what its mode allows.");
});

test("one is made by the form, on or off, and what does not fit is said", async () => {
  const { called, pass } = await opened();
  byTestId("add-automation").click();
  await tick();
  byTestId("automation-save").click();
  await pass(0);
  expect(byTestId("automation-problem").textContent).toBe("Say what should be done.");
  await put(byTestId("automation-goal"), "list my to-dos");
  byTestId("automation-save").click();
  await pass(0);
  expect(byTestId("automation-problem").textContent).toContain("is not understood");
  await put(byTestId("automation-when"), "every weekday at 9");
  byTestId("automation-save-off").click();
  await pass(100);
  expect(called("addAutomation")[1]).toMatchObject([
    {
      goal: "list my to-dos",
      trigger: { on: "time", when: "every weekday at 9" },
      mode: "semi",
      per_hour: 12,
    },
    false,
  ]);
  expect(document.querySelector("dialog")).toBe(null);
});

test("every kind of trigger goes through the form and back unchanged", () => {
  const triggers: Trigger[] = [
    { on: "time", when: "every hour", zone: "Europe/Warsaw" },
    { on: "folder", folder: "/home/ada/in", below: true },
    { on: "mailbox", account: "work", folder: "Bills", minutes: 5 },
    { on: "page", url: "https://example.org/news", minutes: 20 },
    {
      on: "number",
      of: { of: "free_space", folder: "/home" },
      after: "",
      side: "below",
      line: 1050,
      back: 50,
      minutes: 5,
    },
    {
      on: "number",
      of: { of: "file", path: "/home/ada/p.csv" },
      after: "EUR",
      side: "above",
      line: -3,
      back: 0,
      minutes: 1,
    },
    {
      on: "number",
      of: { of: "page", url: "https://example.org" },
      after: "",
      side: "above",
      line: 1,
      back: 0,
      minutes: 9,
    },
    {
      on: "number",
      of: { of: "command", line: "wc -l a", folder: "/srv" },
      after: "",
      side: "above",
      line: 100,
      back: 0,
      minutes: 9,
    },
    { on: "command", line: "test -f ok", folder: "/srv", exit: "succeeds", minutes: 3 },
  ];
  const [first] = automationViews(NOW);
  for (const trigger of triggers) {
    const draft = { ...first!.row.automation.draft, trigger };
    expect(draftOf(fieldsOf(draft), draft)).toEqual(draft);
  }
});

test("it is removed only with a second press", async () => {
  const { called, pass } = await opened();
  within("m1", "remove-automation").click();
  await pass(0);
  expect(called("removeAutomation")).toEqual([]);
  within("m1", "remove-automation-sure").click();
  await pass(100);
  expect(called("removeAutomation")).toEqual([["m1"]]);
});

test("what happened while the user was away is listed, asked about next time, taken back, and marked as seen", async () => {
  const { called, pass } = await opened();
  expect(byTestId("digest-words").textContent).toContain("2 actions ran unasked");
  expect(document.body.textContent).toContain("more than 12 runs an hour (3 times)");
  byTestId("ask-next-time").click();
  await pass(100);
  expect(called("askNextTime")).toEqual([["a71"]]);
  expect(document.body.textContent).toContain("Always ask before moving files");
  byTestId("undo-all").click();
  await pass(100);
  expect(called("undoAll")).toEqual([[["a71", "a72"]]]);
  byTestId("digest-seen").click();
  await pass(100);
  expect(called("digestSeen")).toEqual([[NOW]]);
  expect(document.querySelector('[data-testid="digest"]')).toBe(null);
});

test("a draft in the form is tried on the last events before it is kept", async () => {
  const { called, pass } = await opened();
  byTestId("add-automation").click();
  await tick();
  byTestId("look-back").click();
  await pass(0);
  expect(called("lookBack")).toEqual([]);
  await put(byTestId("automation-goal"), "tidy ~/Downloads by type");
  byTestId("look-back").click();
  await pass(0);
  expect(called("lookBack")[0]).toMatchObject([{ goal: "tidy ~/Downloads by type" }]);
  expect(byTestId("look-back-list").textContent).toContain("Its name ends with .part.");
  expect(called("addAutomation")).toEqual([]);
});

test("a ready domain runs by a click and tells its story, its digest and where it lies", async () => {
  const { called, pass } = await opened();
  byTestId("sample-trading").click();
  await pass(100);
  expect(called("runSample")).toEqual([["trading"]]);
  expect(byTestId("sample-digest").textContent).toContain("2 ran unasked");
  expect(byTestId("sample-story").querySelectorAll("li")).toHaveLength(2);
  expect(document.body.textContent).toContain("/home/ola/Assent samples/trading/picture.svg");
});
