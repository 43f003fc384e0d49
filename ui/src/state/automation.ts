// An automation as the fields of its form, and back. What the form does not show stays as it was.

import type {
  AutomationDraft,
  Exit,
  Missed,
  Mode,
  NumberOf,
  Overlap,
  Side,
  Triage,
  Trigger,
} from "../host/wire";

export interface AutomationFields {
  name: string;
  goal: string;
  /** A trigger that the form cannot make is kept as it is. */
  kind: "time" | "folder" | "mailbox" | "page" | "number" | "command" | "kept";
  when: string;
  /** A folder: the one watched, the one whose disk is measured, or the one that a command reads. */
  folder: string;
  below: boolean;
  account: string;
  /** Of letters; empty for the inbox. */
  letters_in: string;
  url: string;
  /** Minutes between two looks. */
  every: number | null;
  number_of: NumberOf["of"];
  path: string;
  line: string;
  after: string;
  side: Side;
  /** In whole units, as it is typed; the wire has hundredths. */
  beyond: number | null;
  back: number | null;
  exit: Exit;
  mode: Mode;
  grants: string;
  otherwise: Triage;
  missed: Missed;
  overlap: Overlap;
  per_hour: number | null;
  actions: number | null;
  minutes: number | null;
}

/** The usual choices of the core. */
const PER_HOUR = 12;
const STILL_FOR = 2;
const EVERY = 15;

export function fieldsOf(draft: AutomationDraft | null): AutomationFields {
  const trigger = draft?.trigger;
  const number = trigger?.on === "number" ? trigger.of : undefined;
  return {
    name: draft?.name ?? "",
    goal: draft?.goal ?? "",
    kind: kindOf(trigger?.on),
    when: trigger?.on === "time" ? trigger.when : "",
    folder: folderOf(trigger),
    below: trigger?.on === "folder" && trigger.below,
    account: trigger?.on === "mailbox" ? trigger.account : "",
    letters_in: trigger?.on === "mailbox" ? trigger.folder : "",
    url: trigger?.on === "page" ? trigger.url : number?.of === "page" ? number.url : "",
    every: trigger && "minutes" in trigger ? trigger.minutes : EVERY,
    number_of: number?.of ?? "free_space",
    path: number?.of === "file" ? number.path : "",
    line: trigger?.on === "command" ? trigger.line : number?.of === "command" ? number.line : "",
    after: trigger?.on === "number" ? trigger.after : "",
    side: trigger?.on === "number" ? trigger.side : "below",
    beyond: trigger?.on === "number" ? trigger.line / 100 : null,
    back: trigger?.on === "number" ? trigger.back / 100 : 0,
    exit: trigger?.on === "command" ? trigger.exit : "fails",
    mode: draft?.mode ?? "semi",
    grants: draft?.grants.join("\n") ?? "",
    otherwise: draft?.otherwise ?? "propose",
    missed: draft?.missed ?? "once",
    overlap: draft?.overlap ?? "skip",
    per_hour: draft?.per_hour ?? PER_HOUR,
    actions: draft?.budget.actions ?? null,
    minutes: draft?.budget.minutes ?? null,
  };
}

export function draftOf(fields: AutomationFields, kept: AutomationDraft | null): AutomationDraft {
  return {
    name: fields.name.trim(),
    goal: fields.goal.trim(),
    trigger: triggerOf(fields, kept),
    mode: fields.mode,
    grants: fields.grants
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean),
    model: kept?.model ?? null,
    budget: { ...(kept?.budget ?? NO_LIMITS), actions: fields.actions, minutes: fields.minutes },
    triage: kept?.triage ?? [],
    otherwise: fields.otherwise,
    missed: fields.missed,
    overlap: fields.overlap,
    per_hour: fields.per_hour ?? PER_HOUR,
    still_for: kept?.still_for ?? STILL_FOR,
  };
}

function kindOf(on: Trigger["on"] | undefined): AutomationFields["kind"] {
  if (on === undefined) return "time";
  const known = ["time", "folder", "mailbox", "page", "number", "command"] as const;
  return known.find((kind) => kind === on) ?? "kept";
}

function folderOf(trigger: Trigger | undefined): string {
  if (trigger?.on === "folder" || trigger?.on === "command") return trigger.folder;
  return trigger?.on === "number" && "folder" in trigger.of ? trigger.of.folder : "";
}

function triggerOf(fields: AutomationFields, kept: AutomationDraft | null): Trigger {
  if (fields.kind === "kept" && kept) return kept.trigger;
  const folder = fields.folder.trim();
  const minutes = fields.every ?? EVERY;
  switch (fields.kind) {
    case "folder":
      return { on: "folder", folder, below: fields.below };
    case "mailbox":
      return {
        on: "mailbox",
        account: fields.account.trim(),
        folder: fields.letters_in.trim(),
        minutes,
      };
    case "page":
      return { on: "page", url: fields.url.trim(), minutes };
    case "number":
      return {
        on: "number",
        of: numberOf(fields, folder),
        after: fields.after,
        side: fields.side,
        line: hundredths(fields.beyond),
        back: hundredths(fields.back),
        minutes,
      };
    case "command":
      return { on: "command", line: fields.line.trim(), folder, exit: fields.exit, minutes };
    default:
      return {
        on: "time",
        when: fields.when.trim(),
        zone: kept?.trigger.on === "time" ? kept.trigger.zone : null,
      };
  }
}

function numberOf(fields: AutomationFields, folder: string): NumberOf {
  switch (fields.number_of) {
    case "file":
      return { of: "file", path: fields.path.trim() };
    case "page":
      return { of: "page", url: fields.url.trim() };
    case "command":
      return { of: "command", line: fields.line.trim(), folder };
    default:
      return { of: "free_space", folder };
  }
}

const hundredths = (number: number | null): number => Math.round((number ?? 0) * 100);

const NO_LIMITS = {
  turns: null,
  actions: null,
  unasked_changes: null,
  minutes: null,
  tokens: null,
  outward_an_hour: null,
  new_recipients_an_hour: null,
};
