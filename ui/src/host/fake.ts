// A stand-in for the core with believable data, for tests and for `npm run dev`. It keeps what it is told in memory
// and follows the core's own rules only as far as a view can see them.

import { automationOf, digestOf, lookBackOf, NOTHING, sampleOf } from "./fake-away";
import { sample, type Sample } from "./fake-data";
import type { Host } from "./host";
import type { Action, Change, Decider, ErrorCode, Rule, Status, WireError } from "./wire";

export interface FakeHost extends Host {
  data: Sample;
  /** Every call with its arguments, in order. */
  calls: { name: string; args: unknown[] }[];
  emit(change: Change): void;
}

export function fakeHost(data: Sample = sample(Date.now())): FakeHost {
  const callbacks = new Set<(change: Change) => void>();
  const calls: FakeHost["calls"] = [];
  const emit = (change: Change): void => callbacks.forEach((callback) => callback(change));

  function card(id: string) {
    const found = data.inbox.cards.find((one) => one.action.id === id);
    if (!found)
      throw wrong(
        data.history.some((one) => one.id === id) ? "already_decided" : "not_found",
        `The card ${id} was answered already.`,
      );
    return found;
  }
  function stand(id: string, status: "stopped" | "running"): void {
    for (const row of data.runs) if (row.run.id === id) row.run.status = status;
    const view = data.views[id];
    if (view) view.run.status = status;
  }
  function settle(id: string, status: Status, reason: string | null = null): Action {
    const { action } = card(id);
    const by: Decider = { by: "user" };
    const decided: Action = {
      ...action,
      status,
      decision: { by, at: data.now, digest: action.digest, reason },
      undo: status === "succeeded" ? { undo: "ready" } : { undo: "nothing" },
      ended_at: data.now,
    };
    data.inbox.cards = data.inbox.cards.filter((one) => one.action.id !== id);
    put(decided);
    return decided;
  }
  function put(action: Action): void {
    data.history = [action, ...data.history.filter((one) => one.id !== action.id)];
    for (const view of Object.values(data.views)) {
      view.steps = view.steps.map((step) =>
        step.step === "action" && step.action.id === action.id ? { step: "action", action } : step,
      );
    }
    emit({ event: "action", action: action.id, run: action.run });
  }
  function undoOne(action: Action): number {
    if (action.undo.undo !== "ready") return 0;
    put({ ...action, status: "undone", undo: { undo: "done" } });
    return 1;
  }

  function connection(name: string) {
    const found = data.connections.find((one) => one.name === name);
    if (!found) throw wrong("not_found", `There is no connection ${name}.`);
    return found;
  }
  function account(name: string) {
    const found = data.accounts.find((one) => one.name === name);
    if (!found) throw wrong("not_found", `There is no account ${name}.`);
    return found;
  }
  function automation(id: string) {
    const found = data.automations.find((one) => one.row.automation.id === id);
    if (!found) throw wrong("not_found", `There is no automation ${id}.`);
    return found;
  }
  function serverTool(server: string, name: string) {
    const found = connection(server).tools.find((one) => one.tool === name);
    if (!found) throw wrong("not_found", `There is no tool ${name}.`);
    return found;
  }

  const host: Host = {
    standing: async () => ({ ...data.standing, waiting: data.inbox.cards.length }),
    inbox: async () => structuredClone(data.inbox),
    card: async (id) => structuredClone(card(id)),
    newTask: async (task) => {
      const id = `r${data.runs.length + 1}`;
      const run = {
        id,
        goal: task.goal,
        mode: task.mode ?? data.settings.mode,
        grants: task.grants
          .filter((one) => !one.includes("://"))
          .map((folder) => ({ folder, shared: false })),
        hosts: task.grants.filter((one) => one.includes("://")),
        model: task.model ?? data.settings.model,
        status: "running" as const,
        note: null,
        automation: null,
        parent: null,
        started_at: data.now,
        ended_at: null,
      };
      data.runs = [{ run, waiting: 0, done: 0 }, ...data.runs];
      const steps = [{ step: "user" as const, text: task.goal }];
      data.views[id] = { run, steps, receipt: "", spent: null, used: [], warnings: [], paused: null };
      return id;
    },
    runs: async () => structuredClone(data.runs),
    run: async (id) => {
      const view = data.views[id];
      if (!view) throw wrong("not_found", `There is no task ${id}.`);
      return structuredClone(view);
    },
    stopRun: async (id) => stand(id, "stopped"),
    goOn: async (id) => stand(id, "running"),
    setLimits: async (id) => {
      data.inbox.paused = data.inbox.paused.filter((one) => one.run !== id);
      const view = data.views[id];
      if (view) view.paused = null;
      stand(id, "running");
    },
    approve: async (id, digest, confirm) => {
      const found = card(id);
      if (found.action.digest !== digest)
        throw wrong("changed", "What would run is not what was shown any more; there is a new card.");
      if (found.confirm !== null && found.confirm !== confirm)
        throw wrong("needs_confirmation", `Type ${found.confirm} to approve.`);
      return settle(id, "succeeded");
    },
    reject: async (id, reason, stop) => {
      const action = settle(id, "rejected", reason);
      if (stop) await host.stopRun(action.run);
      return action;
    },
    edit: async (id, args) => {
      settle(id, "superseded");
      const old = data.history[0] as Action;
      const edited: Action = {
        ...old,
        id: `a${900 + calls.length}`,
        args,
        edit_of: id,
        status: "succeeded",
        undo: { undo: "ready" },
      };
      put(edited);
      return edited;
    },
    recall: async (id) => {
      const held = data.inbox.held.find((one) => one.id === id);
      if (!held) throw wrong("already_decided", "This cannot be recalled any more: it is succeeded.");
      data.inbox.held = data.inbox.held.filter((one) => one !== held);
      const recalled: Action = { ...held, status: "recalled", held_until: null };
      put(recalled);
      return recalled;
    },
    answer: async (id) => {
      data.inbox.questions = data.inbox.questions.filter((one) => one.id !== id);
    },
    say: async (id, text) => {
      data.views[id]?.steps.push({ step: "user", text });
    },
    undo: async (id) => {
      const actions = data.history.filter((one) => one.id === id || one.run === id);
      const undone = actions.reduce((sum, one) => sum + undoOne(one), 0);
      return { undone, items: undone, problems: [] };
    },
    dismissUnknown: async (id) => {
      data.inbox.unknown = data.inbox.unknown.filter((one) => one.id !== id);
    },
    history: async (query) => {
      const words = query.search.toLowerCase();
      const actions = data.history.filter(
        (one) =>
          (!query.status || one.status === query.status) &&
          (!query.tool || one.tool === query.tool) &&
          JSON.stringify([one.title, one.args, one.note, one.decision?.reason]).toLowerCase().includes(words),
      );
      return { actions: structuredClone(actions.slice(0, query.limit || 100)), more: false };
    },
    export: async (format) => `/home/ola/Downloads/assent-history.${format}`,
    why: async (id) =>
      data.why[id] ?? [
        "Semi-autonomous mode does changes that can be undone, inside the task's folders, up to 25 items.",
      ],
    ruleOffers: async () => structuredClone(data.offers),
    addRule: async (id, draft, secondYes) => {
      const offer = data.offers.find(
        (one) =>
          one.draft.tool === draft.tool &&
          JSON.stringify(one.draft.conditions) === JSON.stringify(draft.conditions),
      );
      if (offer && offer.rejected > 0 && !secondYes)
        throw wrong("needs_confirmation", "You rejected one of these before: say yes a second time.");
      const rule: Rule = {
        id: `p${data.rules.length + 1}`,
        draft,
        sentence: offer?.sentence ?? draft.tool,
        from: id,
        made_at: data.now,
        last_used: null,
        used: 0,
        used_today: 0,
        spent_today: 0,
        on: true,
        off_because: null,
        earned: null,
        covered_by: null,
      };
      data.rules = [...data.rules, rule];
      return rule;
    },
    rules: async () => structuredClone(data.rules),
    revokeRule: async (id) => {
      data.rules = data.rules.map((one) =>
        one.id === id ? { ...one, on: false, off_because: "You revoked it." } : one,
      );
    },
    trustOffers: async () => structuredClone(data.trust),
    acceptTrust: async (id) => {
      const offer = data.trust.find((one) => one.action === id);
      if (!offer) throw wrong("bad_input", `Nothing is offered on ${id}.`);
      data.trust = data.trust.filter((one) => one !== offer);
      const rule: Rule = {
        ...(data.rules[0] as Rule),
        id: `p${data.rules.length + 1}`,
        draft: offer.draft,
        sentence: offer.sentence,
        from: id,
        last_used: null,
        used: 0,
        earned: { evidence: offer.evidence, suspended_at: null },
      };
      data.rules = [...data.rules, rule];
      return rule;
    },
    declineTrust: async (id) => void (data.trust = data.trust.filter((one) => one.action !== id)),
    advise: async (task) => ({
      mode: /pay|send/.test(task.goal) ? "ask" : "auto",
      sentence: `The mode ${/pay|send/.test(task.goal) ? "ask" : "autonomous"} fits: moving files can be undone, and it ran 12 times without being undone or rejected, often of late.`,
      why: [
        "Moving files can be undone, and it ran 12 times without being undone or rejected, often of late.",
      ],
      asks: ["moving files, when it is more than 1000 at once"],
      budget: "It pauses and asks after 400 actions, 200 changes without asking, or 120 minutes.",
    }),
    tools: async () =>
      data.tools.map((tool) => ({
        ...tool,
        rules: data.rules.filter((rule) => rule.on && rule.draft.tool === tool.name),
      })),
    connections: async () => structuredClone(data.connections),
    addConnection: async (draft) => {
      if (!/^[\w-]+$/.test(draft.name)) throw wrong("bad_input", "Use up to 24 letters, digits, - and _.");
      const { secrets, ...rest } = draft;
      const added = {
        ...rest,
        secrets: secrets.map(([name]) => name),
        status: "running" as const,
        kept_in: "In a sandbox, without network",
        signing_in: false,
        last_error: null,
        imported_from: null,
        made_at: data.now,
        ran: 0,
        last_used: null,
        tools: [],
      };
      data.connections = [...data.connections, added];
      return structuredClone(added);
    },
    testConnection: async (name) => structuredClone(connection(name)),
    switchConnection: async (name, on) => {
      connection(name).status = on ? "running" : "off";
      return structuredClone(connection(name));
    },
    signIn: async (name) => {
      connection(name).signing_in = true;
      return "https://mcp.example.org/authorize?client_id=assent&state=7f3a";
    },
    removeConnection: async (name) => {
      data.connections = data.connections.filter((one) => one.name !== name);
    },
    declareTool: async (server, name, declared) => {
      serverTool(server, name).declared = declared;
      return structuredClone(connection(server));
    },
    acceptTool: async (server, name) => {
      Object.assign(serverTool(server, name), { suspended: null, difference: [], declared: null });
      return structuredClone(connection(server));
    },
    importConnections: async () => ({ added: ["git"], notes: [] }),
    agents: async () => structuredClone(data.agents),
    addAgent: async (draft) => {
      if (!/^[a-z0-9_-]{1,24}$/i.test(draft.name))
        throw wrong("bad_input", `“${draft.name}” is no name for an agent.`);
      const secrets = draft.secrets.map(([name]) => name);
      const added = { ...draft, secrets, missing: null, made_at: data.now };
      data.agents = [...data.agents, added];
      return added;
    },
    removeAgent: async (name) => {
      data.agents = data.agents.filter((one) => one.name !== name);
    },
    accounts: async () => structuredClone(data.accounts),
    addAccount: async ({ password, ...rest }) => {
      if (!/^[\w-]+$/.test(rest.name)) throw wrong("bad_input", "Use up to 24 letters, digits, - and _.");
      const status = password ? ("ready" as const) : ("failed" as const);
      const added = { ...rest, status, has_password: password !== "", last_error: null, made_at: data.now };
      data.accounts = [...data.accounts, added];
      return structuredClone(added);
    },
    testAccount: async (name) => structuredClone(account(name)),
    switchAccount: async (name, on) => {
      account(name).status = on ? "ready" : "off";
      return structuredClone(account(name));
    },
    removeAccount: async (name) => {
      data.accounts = data.accounts.filter((one) => one.name !== name);
    },
    automations: async () => ({
      paused: data.automationsPaused,
      asleep: false,
      list: structuredClone(data.automations.map((one) => one.row)),
    }),
    automation: async (id) => structuredClone(automation(id)),
    addAutomation: async (draft, on) => {
      if (draft.trigger.on === "time" && !draft.trigger.when)
        throw wrong("bad_input", "“” is not understood as a time that comes again.");
      const state = on ? ("on" as const) : ("off" as const);
      const added = {
        row: {
          automation: automationOf(data.now, `m${data.automations.length + 1}`, { draft, state }),
          sentence: `${draft.goal}.`,
          standing: state,
          waiting: 0,
          trouble: null,
        },
        rules: [],
        firings: [],
      };
      data.automations = [...data.automations, added];
      return structuredClone(added);
    },
    changeAutomation: async (id, draft) => {
      automation(id).row.automation.draft = draft;
      return structuredClone(automation(id));
    },
    switchAutomation: async (id, on, confirm) => {
      const one = automation(id).row.automation;
      if (on && one.state === "draft" && confirm !== id) throw wrong("needs_confirmation", `Type ${id}.`);
      one.state = on ? "on" : "off";
      return structuredClone(automation(id));
    },
    pauseAutomations: async (paused) => void (data.automationsPaused = paused),
    removeAutomation: async (id) => {
      data.automations = data.automations.filter((one) => one.row.automation.id !== id);
    },
    lookBack: async () => lookBackOf(data.now),
    digest: async () => (data.digestSeen ? { ...digestOf(data.now), ...NOTHING } : digestOf(data.now)),
    digestSeen: async () => void (data.digestSeen = true),
    askNextTime: async () => "Always ask before moving files, in the runs of this automation.",
    runSample: async (which) => sampleOf(which),
    undoAll: async (actions) => ({ undone: actions.length, items: actions.length, problems: [] }),
    runAutomation: async () => data.runs[0]?.run.id ?? "r1",
    answerFiring: async (id, run) => {
      for (const one of data.automations)
        for (const firing of one.firings) if (firing.id === id) firing.status = run ? "started" : "missed";
    },
    settings: async () => structuredClone(data.settings),
    setSettings: async (settings) => (data.settings = structuredClone(settings)),
    setKey: async (_key, fallback) => {
      (fallback ? data.settings.fallback : data.settings).has_key = true;
      return "";
    },
    findModels: async () => [
      { name: "Ollama", base_url: "http://127.0.0.1:11434/v1", models: ["qwen3:8b", "llama3.2"] },
    ],
    freeze: async () => void (data.standing.frozen = true),
    unfreeze: async () => void (data.standing.frozen = false),
    verify: async () => ({ ok: true, events: 1284, first_bad: null, message: "The history is whole." }),
    practice: async () => ({
      goal: "Tidy my practice folder by type",
      mode: "ask",
      grants: ["/home/ola/Assent practice"],
      model: "planner",
    }),
    ready: async () => {},
    onChange: (callback) => {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
  };

  // Every call is written down, so that a test can say what a view asked for and what it did not.
  const recorded = Object.fromEntries(
    Object.entries(host).map(([name, call]) => [
      name,
      (...args: unknown[]) => {
        calls.push({ name, args });
        return (call as (...args: unknown[]) => unknown)(...args);
      },
    ]),
  ) as unknown as Host;
  return { ...recorded, data, calls, emit };
}

function wrong(code: ErrorCode, message: string): WireError {
  return { code, message };
}
