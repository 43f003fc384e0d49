// Times in words and as they are. Nothing here reads a clock.

import { say } from "../texts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "just now", "9 min", "3 h", "2 days". */
export function ago(then: number, now: number): string {
  const age = Math.max(0, now - then);
  if (age < MINUTE) return say("ui.time.now");
  if (age < HOUR) return say("ui.time.minutes", { count: Math.floor(age / MINUTE) });
  if (age < DAY) return say("ui.time.hours", { count: Math.floor(age / HOUR) });
  return say("ui.time.days", { count: Math.floor(age / DAY) });
}

/** `2026-11-22 19:34`, local: the same in every language (CARD-19). */
export function exactly(then: number): string {
  const date = new Date(then);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

function two(n: number): string {
  return String(n).padStart(2, "0");
}
