// Believable automations and accounts for the fake host.

import type { Account, Automation, AutomationDraft, AutomationRow, AutomationView, Firing } from "./wire";

const MINUTE = 60_000;
const HOME = "/home/ola";

function draft(change: Partial<AutomationDraft>): AutomationDraft {
  const none = {
    turns: null,
    actions: null,
    unasked_changes: null,
    minutes: null,
    tokens: null,
    outward_an_hour: null,
    new_recipients_an_hour: null,
  };
  return {
    name: "Morning list",
    goal: "list my to-dos",
    trigger: { on: "time", when: "every weekday at 9", zone: null },
    mode: "semi",
    grants: [`${HOME}/Notes`],
    model: null,
    budget: none,
    triage: [],
    otherwise: "propose",
    missed: "once",
    overlap: "skip",
    per_hour: 12,
    still_for: 2,
    ...change,
  };
}

export function automationOf(now: number, id: string, change: Partial<Automation> = {}): Automation {
  return { id, draft: draft({}), state: "on", proposed_by: null, made_at: now, next_at: null, ...change };
}

function view(automation: Automation, row: Partial<AutomationRow>, firings: Firing[] = []): AutomationView {
  const sentence = `${automation.draft.goal}.`;
  return {
    row: { automation, sentence, standing: "on", waiting: 0, trouble: null, ...row },
    rules: [],
    firings,
  };
}

function firing(now: number, id: string, change: Partial<Firing>): Firing {
  return {
    id,
    automation: "m2",
    status: "started",
    triage: null,
    count: 1,
    due_at: now - 30 * MINUTE,
    until_at: now - 30 * MINUTE,
    what: "invoice.pdf",
    reason: "No condition fits it, so it is as you set for everything else.",
    run: "r1",
    run_status: "done",
    waiting: 0,
    ...change,
  };
}

export function automationViews(now: number): AutomationView[] {
  const folder = `${HOME}/Downloads`;
  const proposed = draft({ name: "Archive", goal: `tidy ${folder} by type` });
  const watched = draft({
    name: "Downloads",
    goal: `tidy ${folder} by type`,
    trigger: { on: "folder", folder, below: false },
    grants: [folder],
  });
  return [
    view(automationOf(now, "m3", { draft: proposed, state: "draft", proposed_by: "r2" }), {
      sentence: `Every Sunday at 20: tidy ${folder} by type. Semi-autonomous, may touch: ${folder}.`,
      standing: "a draft, proposed in r2; switching it on is yours",
    }),
    view(
      automationOf(now, "m1", { next_at: now + 60 * MINUTE }),
      {
        sentence: `Every weekday at 9: list my to-dos. Semi-autonomous, may touch: ${HOME}/Notes.`,
        standing: "on, next Mon 2026-11-23 09:00 CET",
      },
      [
        firing(now, "g1", {
          automation: "m1",
          status: "asked",
          what: "Fri 09:00",
          run: null,
          run_status: null,
        }),
        firing(now, "g2", { automation: "m1", what: "Thu 09:00" }),
      ],
    ),
    view(
      automationOf(now, "m2", { draft: watched }),
      {
        sentence: `When a file appears or changes in ${folder}: tidy ${folder} by type. Semi-autonomous, may touch: ${folder}.`,
        standing: "on · waiting for you (2)",
        waiting: 2,
        trouble: `The folder ${folder} is not there, so it cannot be watched. It goes on when the folder is back.`,
      },
      [firing(now, "g3", { run_status: "waiting" })],
    ),
  ];
}

export function accounts(now: number): Account[] {
  const host = (name: string, port: number) => ({ host: name, port, security: "tls" as const });
  return [
    {
      name: "home",
      address: "ola@example.org",
      user: "ola@example.org",
      servers: { kind: "mail", imap: host("imap.example.org", 993), smtp: host("smtp.example.org", 465) },
      status: "ready",
      has_password: true,
      last_error: null,
      made_at: now - 4000 * MINUTE,
    },
    {
      name: "diary",
      address: "ola@example.org",
      user: "ola",
      servers: { kind: "calendar", url: "https://dav.example.org/ola/diary" },
      status: "failed",
      has_password: true,
      last_error: "The server refused the password.",
      made_at: now - 4000 * MINUTE,
    },
  ];
}
