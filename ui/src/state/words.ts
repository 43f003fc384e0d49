// A status in words that are never two things, and the tone it is drawn in.

import type { Decider, FiringStatus, RunStatus, Status } from "../host/wire";
import { say } from "../texts";

export type Tone = "good" | "plain" | "bad" | "now";

export const STATUSES: readonly Status[] = [
  "waiting",
  "succeeded",
  "partly",
  "failed",
  "unknown",
  "undone",
  "rejected",
  "denied",
  "expired",
  "withdrawn",
  "superseded",
  "suggested",
  "allowed",
  "approved",
  "held",
  "recalled",
  "frozen",
  "started",
  "cancelled",
  "handed_over",
];

export function statusWords(status: Status): string {
  return say(`core.status.${status}`);
}

export function statusTone(status: Status): Tone {
  switch (status) {
    case "succeeded":
    case "approved":
    case "allowed":
      return "good";
    case "failed":
    case "partly":
    case "denied":
    case "rejected":
      return "bad";
    case "waiting":
    case "unknown":
    case "frozen":
      return "now";
    default:
      return "plain";
  }
}

export function runTone(status: RunStatus): Tone {
  const tones = { running: "plain", waiting: "now", done: "good", stopped: "plain", failed: "bad" } as const;
  return tones[status];
}

export function firingTone(status: FiringStatus): Tone {
  if (status === "failed") return "bad";
  return status === "asked" ? "now" : "plain";
}

export function deciderWords(by: Decider): string {
  return by.by === "rule" ? say("core.by.rule", { rule: by.rule }) : say(`core.by.${by.by}`);
}
