// The Connections view: how a server stands, saying what a tool does, a changed tool, adding one.

import { fireEvent } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, expect, test, vi } from "vitest";
import { byTestId, stage, type Stage } from "./stage";

afterEach(() => void vi.useRealTimers());

async function opened(): Promise<Stage> {
  const it = await stage();
  it.desk.go("connections");
  await it.pass(100);
  return it;
}

function tool(name: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-testid="server-tool"][data-name="${name}"]`);
  if (!found) throw new Error(`there is no tool ${name}`);
  return found;
}

test("a server shows how it stands, what it may reach, its error and what it did", async () => {
  await opened();
  const text = document.body.textContent ?? "";
  for (const part of [
    "In a sandbox, without network",
    "did not answer within 30 seconds",
    "Ran 7 times",
    "1 tool changed",
  ])
    expect(text).toContain(part);
});

test("what a tool does is declared by the user, and an undo with it", async () => {
  const { called, pass } = await opened();
  const row = tool("memory.delete_entities");
  const does = row.querySelector<HTMLSelectElement>('[data-testid="does"]') as HTMLSelectElement;
  expect(row.textContent).toContain("always asks");
  await fireEvent.change(does, { target: { value: "create" } });
  await pass(100);
  expect(called("declareTool")).toEqual([["memory", "delete_entities", { effect: "create", undo: null }]]);
  const again = tool("memory.delete_entities");
  const by = again.querySelector<HTMLSelectElement>('[data-testid="undo-tool"]') as HTMLSelectElement;
  await fireEvent.change(by, { target: { value: "create_entities" } });
  const args = again.querySelector<HTMLInputElement>('[data-testid="undo-args"]') as HTMLInputElement;
  await fireEvent.input(args, { target: { value: '{"a":"args:/b"}' } });
  (again.querySelector('[data-testid="undo-save"]') as HTMLElement).click();
  await pass(100);
  const undo = { tool: "create_entities", args: { a: "args:/b" } };
  expect(called("declareTool")[1]).toEqual(["memory", "delete_entities", { effect: "create", undo }]);
});

test("mcp_01 a changed tool shows the difference and can only be accepted", async () => {
  const { called, pass } = await opened();
  const row = tool("memory.read_graph");
  expect(row.querySelector('[data-testid="does"]')).toBe(null);
  expect(row.textContent).toContain("\\u{200b} <IMPORTANT>");
  (row.querySelector('[data-testid="accept"]') as HTMLElement).click();
  await pass(100);
  expect(called("acceptTool")).toEqual([["memory", "read_graph"]]);
  expect(tool("memory.read_graph").querySelector('[data-testid="does"]')).not.toBe(null);
});

test("a server is added with its folders and secrets, and a name that is not taken is said", async () => {
  const { called, pass, host } = await opened();
  byTestId("add-connection").click();
  await tick();
  const put = (id: string, value: string): Promise<boolean> =>
    fireEvent.input(byTestId(id), { target: { value } }) as unknown as Promise<boolean>;
  await put("server-name", "a b");
  await put("server-command", "node");
  await put("server-args", "/opt/a.js\n--quiet");
  await put("server-secrets", "KEY=a=b");
  byTestId("server-add").click();
  await pass(0);
  expect(byTestId("add-problem").textContent).toContain("letters");
  await put("server-name", "ab");
  byTestId("server-add").click();
  await pass(100);
  expect(called("addConnection")[1]).toEqual([
    {
      name: "ab",
      transport: { transport: "stdio", command: "node", args: ["/opt/a.js", "--quiet"] },
      folders: [],
      network: false,
      secrets: [["KEY", "a=b"]],
    },
  ]);
  expect(host.data.connections.map((one) => one.name)).toContain("ab");
  expect(document.querySelector("dialog")).toBe(null);
});

test("a server is switched, and removed only with a second press", async () => {
  const { called, pass } = await opened();
  (document.querySelector('[data-name="issues"] [data-testid="switch"]') as HTMLElement).click();
  await pass(100);
  expect(called("switchConnection")).toEqual([["issues", true]]);
  (document.querySelector('[data-name="issues"] [data-testid="remove"]') as HTMLElement).click();
  await pass(0);
  expect(called("removeConnection")).toEqual([]);
  byTestId("remove-sure").click();
  await pass(100);
  expect(called("removeConnection")).toEqual([["issues"]]);
});

test("an account shows where it is, how it stands and its last error", async () => {
  await opened();
  const row = document.querySelector('[data-testid="account"][data-name="diary"]') as HTMLElement;
  for (const part of [
    "calendar",
    "https://dav.example.org/ola/diary",
    "does not work",
    "refused the password",
  ])
    expect(row.textContent).toContain(part);
});

test("an account is added, and its password leaves the field whatever comes of it", async () => {
  const { called, pass } = await opened();
  byTestId("add-account").click();
  await tick();
  const put = (id: string, value: string): Promise<boolean> =>
    fireEvent.input(byTestId(id), { target: { value } }) as unknown as Promise<boolean>;
  const secret = byTestId("account-password") as HTMLInputElement;
  await put("account-name", "a b");
  await put("account-address", "ola@example.org");
  await put("imap-host", "imap.example.org");
  await put("smtp-host", "smtp.example.org");
  secret.value = "open sesame";
  byTestId("account-add").click();
  await pass(100);
  expect(byTestId("account-problem").textContent).toContain("letters");
  expect(secret.value).toBe("");
  await put("account-name", "work");
  secret.value = "open sesame";
  byTestId("account-add").click();
  await pass(100);
  expect(called("addAccount")[1]).toEqual([
    {
      name: "work",
      address: "ola@example.org",
      user: "ola@example.org",
      servers: {
        kind: "mail",
        imap: { host: "imap.example.org", port: 993, security: "tls" },
        smtp: { host: "smtp.example.org", port: 465, security: "tls" },
      },
      password: "open sesame",
    },
  ]);
  expect(document.querySelector("dialog")).toBe(null);
});

test("an account is removed only with a second press", async () => {
  const { called, pass } = await opened();
  (document.querySelector('[data-name="home"] [data-testid="account-remove"]') as HTMLElement).click();
  await pass(0);
  expect(called("removeAccount")).toEqual([]);
  byTestId("account-remove-sure").click();
  await pass(100);
  expect(called("removeAccount")).toEqual([["home"]]);
});

test("a server at an address is signed in to with the browser, and the address is there to copy", async () => {
  const { called, pass } = await opened();
  const row = (): HTMLElement =>
    document.querySelector<HTMLElement>('[data-testid="connection"][data-name="calendar"]') as HTMLElement;
  expect(row().querySelector('[data-testid="signing-in"]')).toBe(null);
  (row().querySelector('[data-testid="sign-in"]') as HTMLElement).click();
  await pass(100);
  expect(called("signIn")).toEqual([["calendar"]]);
  expect(row().querySelector('[data-testid="signing-in"]')?.textContent).toContain(
    "https://mcp.example.org/authorize",
  );
  for (const name of ["memory", "issues"])
    expect(document.querySelector(`[data-name="${name}"] [data-testid="sign-in"]`)).toBe(null);
});

test("an agent of others is added, chosen for a task, and forgotten", async () => {
  const { desk, called, pass } = await opened();
  const click = (id: string): void => (byTestId(id) as HTMLElement).click();
  const fill = (id: string, value: string): Promise<boolean> =>
    fireEvent.input(byTestId(id) as HTMLElement, { target: { value } });
  const named = (): (string | null)[] =>
    [...document.querySelectorAll('[data-testid="agent"]')].map((row) => row.getAttribute("data-name"));
  expect(named()).toEqual(["opencode"]);
  expect(byTestId("agent").textContent).toContain("it can send what it reads in its folder to any host");
  click("add-agent");
  await pass(50);
  await fill("agent-name", "no name");
  await fill("agent-command", "node");
  await fill("agent-args", "agent.mjs\n\nacp");
  await fill("agent-secrets", "KEY=v4lue");
  click("agent-add");
  await pass(50);
  expect(byTestId("agent-problem").textContent).toContain("is no name for an agent");
  await fill("agent-name", "mine");
  click("agent-add");
  await pass(100);
  const draft = { command: "node", args: ["agent.mjs", "acp"], network: false, secrets: [["KEY", "v4lue"]] };
  expect(called("addAgent").at(-1)).toEqual([{ name: "mine", ...draft }]);
  expect(named()).toEqual(["opencode", "mine"]);
  desk.dialog = "task";
  await pass(100);
  const choice = byTestId("model") as HTMLSelectElement;
  expect([...choice.options].map((option) => option.value)).toContain("agent:mine");
  desk.dialog = null;
  await pass(50);
  click("agent-remove");
  await pass(20);
  click("agent-remove-sure");
  await pass(100);
  expect(called("removeAgent")).toEqual([["opencode"]]);
  expect(named()).toEqual(["mine"]);
});
