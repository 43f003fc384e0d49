// What is held before it leaves this computer: how long it can still be recalled, in plain words.

import type { Action } from "../host/wire";
import { say } from "../texts";

/** A start takes a moment; only what is still there after that stands still. */
const STARTING_MS = 3000;

/** Whether it is held, or was when everything was frozen: a card that the freeze answered was not. */
export function canRecall(action: Action): boolean {
  const frozen = action.status === "frozen" && action.decision?.by.by !== "freeze";
  return action.status === "held" || (frozen && action.facts.reversal === "recallable");
}

/** Whole seconds until it goes out, 0 from then on. */
export function secondsLeft(action: Action, now: number): number {
  return Math.max(0, Math.ceil(((action.held_until ?? now) - now) / 1000));
}

/** "Goes out in 24 s", and what it is once that is over. */
export function heldWords(action: Action, now: number): string {
  if (action.status === "frozen") return say("ui.held.frozen");
  const left = secondsLeft(action, now);
  if (left > 0) return say("ui.held.in", { seconds: left });
  return say(now - (action.held_until ?? 0) < STARTING_MS ? "ui.held.now" : "ui.held.still");
}
