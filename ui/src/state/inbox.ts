// What the inbox lists, in which order, and what stays open when it changes.

import type { Action, Card, Inbox, Paused, Question } from "../host/wire";

export type Entry =
  | { kind: "card"; id: string; card: Card }
  | { kind: "question"; id: string; question: Question }
  | { kind: "held"; id: string; action: Action }
  | { kind: "unknown"; id: string; action: Action }
  | { kind: "paused"; id: string; paused: Paused };

export type GroupName = "now" | "held" | "waiting" | "questions" | "paused" | "unknown";

export interface Group {
  name: GroupName;
  entries: Entry[];
}

/** The groups that have something in them, escalations first. The core's order within a group is kept. */
export function groups(inbox: Inbox): Group[] {
  const cards = inbox.cards.map((card): Entry => ({ kind: "card", id: card.action.id, card }));
  const all: Group[] = [
    { name: "now", entries: cards.filter((entry) => escalates(entry)) },
    { name: "held", entries: inbox.held.map((action) => ({ kind: "held", id: action.id, action })) },
    { name: "waiting", entries: cards.filter((entry) => !escalates(entry)) },
    {
      name: "questions",
      entries: inbox.questions.map((question) => ({ kind: "question", id: question.id, question })),
    },
    {
      name: "paused",
      entries: inbox.paused.map((paused) => ({ kind: "paused", id: paused.run, paused })),
    },
    { name: "unknown", entries: inbox.unknown.map((action) => ({ kind: "unknown", id: action.id, action })) },
  ];
  return all.filter((group) => group.entries.length > 0);
}

export function entries(inbox: Inbox): Entry[] {
  return groups(inbox).flatMap((group) => group.entries);
}

/** How many of them wait for an answer: what is held goes on by itself. */
export function waitingCount(inbox: Inbox): number {
  return entries(inbox).filter((entry) => entry.kind !== "held").length;
}

export function escalates(entry: Entry): boolean {
  return entry.kind === "card" && entry.card.action.verdict.escalate;
}

/** The id `step` places from `id`, held at both ends; the first one when `id` is not there. */
export function neighbour(ids: string[], id: string | null, step: number): string | null {
  const at = id === null ? -1 : ids.indexOf(id);
  if (at < 0) return ids[0] ?? null;
  return ids[Math.min(Math.max(at + step, 0), ids.length - 1)] ?? null;
}

/**
 * What is open after a change: the same as before while it is still there, so that an arrival never moves it;
 * else what took its place in the list.
 */
export function keepOpen(before: string[], after: string[], open: string | null): string | null {
  if (open !== null && after.includes(open)) return open;
  if (open === null) return after[0] ?? null;
  const at = before.indexOf(open);
  const next = before.slice(at + 1).find((id) => after.includes(id));
  const previous = before.slice(0, Math.max(at, 0)).findLast((id) => after.includes(id));
  return next ?? previous ?? after[0] ?? null;
}

/** The cards that were not there before. */
export function arrivals(before: Inbox | null, after: Inbox): Card[] {
  if (!before) return [];
  const known = new Set(before.cards.map((card) => card.action.id));
  return after.cards.filter((card) => !known.has(card.action.id));
}

/** What is held and was not before. */
export function newlyHeld(before: Inbox | null, after: Inbox): Action[] {
  if (!before) return [];
  const known = new Set(before.held.map((action) => action.id));
  return after.held.filter((action) => !known.has(action.id));
}
