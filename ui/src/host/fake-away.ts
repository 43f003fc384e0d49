// Believable automations and accounts for the fake host.

import type {
  Account,
  Automation,
  AutomationDraft,
  AutomationRow,
  AutomationView,
  Digest,
  DigestLine,
  Firing,
  LookBack,
  Sample,
  SampleReport,
} from "./wire";

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
    reason: "No condition matched; the default applies.",
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

/** A digest's lists where nothing happened. */
export const NOTHING = {
  done: [],
  waiting: [],
  expired: [],
  failed: [],
  skipped: [],
  noted: [],
  dropped: 0,
  unasked: [],
};

function line(now: number, text: string, change: Partial<DigestLine> = {}): DigestLine {
  return {
    text,
    count: 1,
    automation: "m2",
    firing: "g3",
    run: "r1",
    action: null,
    at: now - 30 * MINUTE,
    ...change,
  };
}

export function digestOf(now: number): Digest {
  return {
    since: now - 600 * MINUTE,
    until: now,
    words: "1 done, 1 waiting for you, 3 skipped. 2 actions ran unasked.",
    ...NOTHING,
    done: [line(now, "Downloads: invoice.pdf")],
    waiting: [line(now, "Morning list: Fri 09:00 (a time that was missed)")],
    skipped: [line(now, "Downloads: more than 12 runs an hour", { count: 3, run: null })],
    unasked: ["invoice.pdf", "ticket.pdf"].map((name, at) => ({
      action: `a${71 + at}`,
      run: "r1",
      automation: "m2",
      title: `Move ${name} to Documents`,
      rule: at === 0 ? "p2" : null,
      because: at === 0 ? "By rule p2: allow moving files within ~/Downloads." : "By the mode of the task.",
      undo: { undo: "ready" as const },
    })),
  };
}

export function lookBackOf(now: number): LookBack {
  return {
    events: ["invoice.pdf", "movie.part"].map((what, at) => ({
      at: now - (at + 1) * 60 * MINUTE,
      what,
      triage: at === 0 ? "propose" : "drop",
      status: at === 0 ? "started" : "dropped",
      reason: at === 0 ? "No condition matched; the default applies." : "Its name ends with .part.",
    })),
    would: "Each run may change files in ~/Downloads unasked, and asks before anything leaves this computer.",
  };
}

export function sampleOf(sample: Sample): SampleReport {
  const folder = `${HOME}/Assent samples/${sample}`;
  return {
    sample,
    folder,
    picture: sample === "trading" ? `${folder}/picture.svg` : null,
    story: [
      { at: "Mon 2025-01-06 00:00", text: "A small server, watched while nobody looks." },
      {
        at: "Mon 2025-01-06 11:00",
        text: "a2 Move 3 files to the trash: done without asking, since it can be undone.",
      },
    ],
    digest: ["4 done · 46 noted · 2 ran unasked"],
    counts: {
      noted: 46,
      proposed: 4,
      ran_by_rule: 1,
      ran_by_mode: 1,
      escalated: 2,
      approved: 2,
      rejected: 0,
      expired: 0,
      asked: 0,
      undone: 1,
    },
    next: [`assent --data "${folder}/assent" history`],
  };
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
