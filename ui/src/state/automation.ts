// An automation as the fields of its form, and back. What the form does not show stays as it was.

import type { AutomationDraft, Missed, Mode, Overlap, Triage, Trigger } from "../host/wire";

export interface AutomationFields {
  name: string;
  goal: string;
  /** A trigger that the form cannot make is kept as it is. */
  kind: "time" | "folder" | "kept";
  when: string;
  folder: string;
  below: boolean;
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

export function fieldsOf(draft: AutomationDraft | null): AutomationFields {
  const trigger = draft?.trigger;
  return {
    name: draft?.name ?? "",
    goal: draft?.goal ?? "",
    kind: kindOf(trigger?.on),
    when: trigger?.on === "time" ? trigger.when : "",
    folder: trigger?.on === "folder" ? trigger.folder : "",
    below: trigger?.on === "folder" && trigger.below,
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
  if (on === undefined || on === "time") return "time";
  return on === "folder" ? "folder" : "kept";
}

function triggerOf(fields: AutomationFields, kept: AutomationDraft | null): Trigger {
  if (fields.kind === "kept" && kept) return kept.trigger;
  const zone = kept?.trigger.on === "time" ? kept.trigger.zone : null;
  return fields.kind === "folder"
    ? { on: "folder", folder: fields.folder.trim(), below: fields.below }
    : { on: "time", when: fields.when.trim(), zone };
}

const NO_LIMITS = {
  turns: null,
  actions: null,
  unasked_changes: null,
  minutes: null,
  tokens: null,
  outward_an_hour: null,
  new_recipients_an_hour: null,
};
