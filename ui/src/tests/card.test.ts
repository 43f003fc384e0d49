// The card: its order, and the threats that are answered on it.

import { fireEvent } from "@testing-library/svelte";
import { afterEach, expect, test, vi } from "vitest";
import { action, card } from "../host/fake-data";
import { byTestId, NOW, stage } from "./stage";
import { watched } from "./setup";

afterEach(() => void vi.useRealTimers());

const approves = (): HTMLElement[] =>
  [...document.querySelectorAll<HTMLElement>("button")].filter((one) =>
    (one.textContent ?? "").trim().startsWith("Approve"),
  );

test("a card is read from top to bottom in the designed order", async () => {
  const { desk, pass } = await stage();
  desk.show("a12");
  await pass(0);
  const parts = [...byTestId("card").querySelectorAll("[data-part]")].map((one) =>
    one.getAttribute("data-part"),
  );
  expect(parts).toEqual([
    "head",
    "title",
    "exact",
    "destination",
    "reversal",
    "size",
    "payload",
    "facts",
    "values",
    "why",
    "expires",
    "says",
  ]);
});

test("card_01 the heading is the code's, and the agent's words stand last", async () => {
  const { desk, pass } = await stage((data) => {
    data.inbox.cards = [
      card(action(NOW, { tool: "files.trash", title: "Move to trash: a.txt", says: "Read file" })),
    ];
  });
  desk.show("a1");
  await pass(0);
  expect(document.querySelector("#card-title")?.textContent).toBe("Move to trash: a.txt");
  const says = document.querySelector('[data-part="says"]');
  expect(says?.textContent).toContain("Read file");
  expect(says?.compareDocumentPosition(byTestId("approve"))).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});

test("a reviewer's words stand below the agent's, as somebody else's, and change nothing", async () => {
  const remarks = [{ by: "critic", text: "Approve\u202e it <b>now</b>" }];
  const { desk, pass } = await stage((data) => {
    data.inbox.cards = [card(action(NOW, { says: "You named it." }), { remarks })];
  });
  desk.show("a1");
  await pass(0);
  const remark = byTestId("remark");
  expect(remark.textContent).toContain("The reviewer critic says");
  expect(remark.textContent).toContain("Approve\\u{202e} it <b>now</b>");
  expect(remark.querySelector("b")).toBe(null);
  const says = document.querySelector('[data-part="says"]');
  expect(says?.compareDocumentPosition(remark)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
  expect(remark.compareDocumentPosition(byTestId("approve"))).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});

test("card_02 approve waits until the end of a long payload was seen", async () => {
  const lines = Array.from({ length: 60 }, (_, n) => ({ sign: "+", text: `line ${n}` }));
  const { desk, pass, called } = await stage((data) => {
    data.inbox.cards = [card(action(NOW, { preview: { kind: "lines", subject: "mail", lines } }))];
  });
  desk.show("a1");
  await pass(800);
  await fireEvent.click(byTestId("approve"));
  expect(called("approve")).toEqual([]);
  watched.forEach((end) => end.seen());
  await pass(0);
  await fireEvent.click(byTestId("approve"));
  expect(called("approve")).toHaveLength(1);
});

test("card_03 an argument that draws a button adds none", async () => {
  const fake = "\n\n[Approve] Approved by user ✔ ┌──┐";
  const { desk, pass } = await stage((data) => {
    data.inbox.cards = [
      card(action(NOW, { args: { text: fake }, preview: { kind: "fields", rows: [["Text", fake]] } })),
    ];
  });
  desk.show("a1");
  await pass(0);
  expect(approves()).toHaveLength(1);
});

test("card_04 markup from outside is text", async () => {
  const evil = '<img src=x onerror="alert(1)"><style>*{}</style>[x](javascript:alert(1))&nbsp;';
  const { desk, pass } = await stage((data) => {
    const rows: [string, string][] = [[evil, evil]];
    data.inbox.cards = [
      card(action(NOW, { title: evil, says: evil, args: { evil }, preview: { kind: "fields", rows } }), {
        goal: evil,
      }),
    ];
  });
  desk.show("a1");
  await pass(0);
  expect(byTestId("card").querySelectorAll("img, style, a, iframe, script")).toHaveLength(0);
  expect(document.querySelector("#card-title")?.textContent).toBe(evil);
});

test("card_10 a double click decides once", async () => {
  const { desk, pass, called } = await stage();
  desk.show("a12");
  await pass(800);
  await Promise.all([fireEvent.click(byTestId("approve")), fireEvent.click(byTestId("approve"))]);
  await pass(0);
  expect(called("approve")).toEqual([["a12", "d-a12", null]]);
});

test("card_11 nothing is approved within 700 ms, and Enter never approves", async () => {
  const { desk, pass, called } = await stage();
  desk.show("a12");
  await pass(650);
  await fireEvent.click(byTestId("approve"));
  expect(called("approve")).toEqual([]);
  await pass(100);
  const enter = new KeyboardEvent("keydown", { key: "Enter", cancelable: true, bubbles: true });
  byTestId("approve").dispatchEvent(enter);
  expect(enter.defaultPrevented).toBe(true);
  await fireEvent.click(byTestId("approve"));
  await pass(0);
  expect(called("approve")).toHaveLength(1);
});

test("card_11 a new card takes neither the focus nor the place of the open one", async () => {
  const { desk, host, pass } = await stage();
  desk.show("a12");
  await pass(800);
  byTestId("reject").focus();
  host.data.inbox.cards = [card(action(NOW, { id: "a99", title: "New" })), ...host.data.inbox.cards];
  host.emit({ event: "action", action: "a99", run: "r1" });
  await pass(100);
  expect(byTestId("card").dataset["id"]).toBe("a12");
  expect(document.activeElement).toBe(byTestId("reject"));
  expect(byTestId("spoken").textContent).toBe("New card: New");
  expect(byTestId("approve").dataset["live"]).toBe("true");
});

test("an escalation takes a held press, and letting go early does nothing", async () => {
  const { desk, pass, called } = await stage();
  desk.show("a15");
  await pass(800);
  await fireEvent.pointerDown(byTestId("hold-approve"), { button: 0 });
  await pass(600);
  await fireEvent.pointerUp(byTestId("hold-approve"));
  await pass(600);
  expect(called("approve")).toEqual([]);
  await fireEvent.pointerDown(byTestId("hold-approve"), { button: 0 });
  await pass(1050);
  // Holding is the gesture; the core is given what it asks for where no text has to be typed.
  expect(called("approve")).toEqual([["a15", "d-a15", "a15"]]);
});

test("an escalation with a text to type takes exactly that text", async () => {
  const { desk, pass, called } = await stage((data) => {
    for (const one of data.inbox.cards) if (one.action.id === "a15") one.confirm = "240.00 EUR";
  });
  desk.show("a15");
  await pass(800);
  await fireEvent.click(byTestId("approve"));
  expect(called("approve")).toEqual([]);
  await fireEvent.input(byTestId("confirm-text"), { target: { value: "240.00 EUR" } });
  await fireEvent.click(byTestId("approve"));
  await pass(0);
  expect(called("approve")).toEqual([["a15", "d-a15", "240.00 EUR"]]);
});

test("leaving items out is an edit", async () => {
  const { desk, pass, called } = await stage();
  desk.show("a12");
  await pass(800);
  await fireEvent.click(document.querySelector('[data-testid="item"][data-item="1"]') as HTMLElement);
  expect(byTestId("approve").textContent).toContain("Approve 13 of 14");
  await pass(800);
  await fireEvent.click(byTestId("approve"));
  await pass(0);
  expect(called("approve")).toEqual([]);
  const [, args] = called("edit")[0] as [string, { items: { from: string }[] }];
  expect(args.items).toHaveLength(13);
  expect(args.items[1]?.from).toContain("-rf.pdf");
});

test("a rule with a past rejection takes a second yes", async () => {
  const { desk, pass, called } = await stage();
  desk.show("a12");
  await pass(800);
  await fireEvent.click(byTestId("auto-approve"));
  await pass(0);
  await fireEvent.click(
    document.querySelectorAll<HTMLElement>('[data-testid="offer"] input')[2] as HTMLElement,
  );
  expect((byTestId("allow-rule") as HTMLButtonElement).disabled).toBe(true);
  await fireEvent.click(byTestId("second-yes"));
  await fireEvent.click(byTestId("allow-rule"));
  await pass(0);
  expect(called("addRule")[0]?.[2]).toBe(true);
  expect(called("approve")).toEqual([]);
});

test("an edited call is sent whole", async () => {
  const { desk, pass, called } = await stage();
  desk.show("a11");
  await pass(800);
  await fireEvent.click(byTestId("edit"));
  await pass(0);
  await fireEvent.input(document.querySelector('[name="/title"]') as HTMLElement, {
    target: { value: "Trip" },
  });
  await fireEvent.click(byTestId("edit-submit"));
  await pass(0);
  expect(called("edit")[0]).toEqual([
    "a11",
    { title: "Trip", text: "- train 8:05\n- hotel Wolne Miasto\n- museum on Sunday" },
  ]);
});

test("card_11 Enter in the edit form approves nothing", async () => {
  const { desk, pass } = await stage();
  desk.show("a11");
  await pass(800);
  await fireEvent.click(byTestId("edit"));
  await pass(0);
  const title = document.querySelector('[name="/title"]') as HTMLElement;
  expect(document.activeElement).toBe(title);
  for (const at of [title, byTestId("edit-submit")]) {
    const enter = new KeyboardEvent("keydown", { key: "Enter", cancelable: true, bubbles: true });
    at.dispatchEvent(enter);
    expect(enter.defaultPrevented).toBe(true);
  }
});

test("a rejection carries its reason and whether to stop", async () => {
  const { desk, pass, called } = await stage();
  desk.show("a12");
  await pass(800);
  await fireEvent.click(byTestId("reject"));
  await pass(0);
  await fireEvent.input(byTestId("reject-reason"), { target: { value: "not now" } });
  await fireEvent.click(byTestId("reject-stop"));
  await pass(0);
  expect(called("reject")).toEqual([["a12", "not now", true]]);
});

test("a helper's card names the tasks above it, hidden characters and all", async () => {
  const { desk, pass } = await stage((data) => {
    data.inbox.cards = [{ ...card(action(NOW, {})), chain: ["sort both folders", "the first\u202e part"] }];
  });
  desk.show("a1");
  await pass(0);
  const chain = byTestId("card-chain").textContent ?? "";
  expect(chain).toContain("sort both folders › the first");
  expect(chain).not.toContain("\u202e");
});
