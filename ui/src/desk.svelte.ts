// What the window shows, read from the core and read anew whenever the core says that something changed.
// It decides nothing: every act is a call of the host, and what came of it arrives as a change.

import { getContext, setContext, tick } from "svelte";
import type { Host } from "./host/host";
import { wireError } from "./host/host";
import type {
  Change,
  ErrorCode,
  Inbox,
  NewTask,
  RunRow,
  RunView,
  Settings,
  Standing,
  TrustOffer,
  UndoReport,
} from "./host/wire";
import { secondsLeft } from "./state/held";
import { arrivals, entries, keepOpen, neighbour, newlyHeld } from "./state/inbox";
import { chosen, type Binding, type Command } from "./state/keys";
import { INERT_MS, type Clock } from "./state/readiness";
import { say } from "./texts";
import { putTheme } from "./theme";

export type View = "inbox" | "tasks" | "history" | "automations" | "permissions" | "connections" | "settings";
export const VIEWS: readonly View[] = [
  "inbox",
  "tasks",
  "history",
  "automations",
  "permissions",
  "connections",
  "settings",
];

export interface Notice {
  id: number;
  text: string;
  bad: boolean;
}

export interface Times {
  /** Wall time in milliseconds since 1970. */
  now: () => number;
  /** Monotonic milliseconds. */
  clock: Clock;
}

/** Changes that come within this time are read once. */
const TOGETHER_MS = 40;
const NOTICE_MS = 8000;
const SAYS_MAX = 4000;

export class Desk {
  readonly host: Host;
  readonly clock: Clock;
  readonly #now: () => number;

  view = $state<View>("inbox");
  dialog = $state<"task" | "palette" | "help" | null>(null);
  standing = $state.raw<Standing | null>(null);
  settings = $state.raw<Settings | null>(null);
  inbox = $state.raw<Inbox | null>(null);
  /** Rules that were earned and wait for an answer. */
  trust = $state.raw<TrustOffer[]>([]);
  runs = $state.raw<RunRow[] | null>(null);
  runView = $state.raw<RunView | null>(null);
  failed = $state<string | null>(null);
  /** The open entry of the inbox, and the open run. */
  open = $state<string | null>(null);
  openRun = $state<string | null>(null);
  /** In a narrow window: whether the open thing lies over its list. */
  over = $state(false);
  says = $state<Record<string, string>>({});
  notices = $state<Notice[]>([]);
  spoken = $state("");
  bindings: Binding[] = $derived(chosen(this.settings?.keymap ?? {}));
  now = $state(0);
  /** Counts changes, so that views with questions of their own can ask again. */
  touched = $state(0);

  #commands = new Map<Command, () => void>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #noticeId = 0;
  #lastDecided: string | null = null;
  #froze = -INERT_MS;

  constructor(host: Host, times: Times = { now: () => Date.now(), clock: () => performance.now() }) {
    this.host = host;
    this.clock = times.clock;
    this.#now = times.now;
    this.now = times.now();
  }

  /** Listens and reads everything once. */
  async start(): Promise<() => void> {
    const stopListening = this.host.onChange((change) => this.changed(change));
    const minute = setInterval(() => (this.now = this.#now()), 20_000);
    // Only what is held changes from second to second.
    const second = setInterval(() => {
      if (this.inbox?.held.length) this.now = this.#now();
    }, 1000);
    await this.read();
    return () => {
      stopListening();
      clearInterval(minute);
      clearInterval(second);
      clearTimeout(this.#timer);
    };
  }

  async read(): Promise<void> {
    const asked = ++this.#asked;
    try {
      const run = this.openRun;
      const [standing, inbox, runs, settings, trust, runView] = await Promise.all([
        this.host.standing(),
        this.host.inbox(),
        this.host.runs(),
        this.host.settings(),
        this.host.trustOffers(),
        run ? this.host.run(run) : null,
      ]);
      // An answer that was overtaken by a newer question would show the past.
      if (asked !== this.#asked) return;
      this.#announce(inbox);
      const before = this.inbox ? entries(this.inbox).map((entry) => entry.id) : [];
      const after = entries(inbox).map((entry) => entry.id);
      this.open = keepOpen(before, after, this.open);
      if (this.open === null && this.view === "inbox") this.over = false;
      this.standing = standing;
      this.inbox = inbox;
      this.runs = runs;
      this.settings = settings;
      this.trust = trust;
      if (run === this.openRun) this.runView = runView;
      this.now = this.#now();
      this.failed = null;
      putTheme(settings.theme);
      this.touched += 1;
    } catch (thrown) {
      if (asked === this.#asked) this.failed = wireError(thrown).message;
    }
  }

  changed(change: Change): void {
    if (change.event === "says") {
      this.says[change.run] = ((this.says[change.run] ?? "") + change.text).slice(-SAYS_MAX);
      return;
    }
    if (change.event === "open") this.show(change.action);
    if (change.event === "run" || change.event === "action") delete this.says[change.run];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(), TOGETHER_MS);
  }

  // Going somewhere.

  go(view: View): void {
    this.view = view;
    this.over = false;
    if (view === "tasks" && !this.openRun) {
      const first = this.runs?.[0];
      if (first) void this.pickRun(first.run.id, false);
    }
  }

  show(id: string): void {
    this.view = "inbox";
    this.open = id;
    this.over = true;
  }

  move(step: number): void {
    if (this.view === "inbox" && this.inbox) {
      this.open = neighbour(
        entries(this.inbox).map((entry) => entry.id),
        this.open,
        step,
      );
    } else if (this.view === "tasks" && this.runs) {
      const next = neighbour(
        this.runs.map((row) => row.run.id),
        this.openRun,
        step,
      );
      if (next) void this.pickRun(next, false);
    }
  }

  async pickRun(run: string, over = true): Promise<void> {
    this.openRun = run;
    this.over = over;
    if (this.runView?.run.id !== run) this.runView = null;
    const view = await this.try(() => this.host.run(run));
    if (view && this.openRun === run) this.runView = view;
  }

  // Acting.

  /** Awaits `act`; a failure becomes a notice and null. */
  async try<T>(
    act: () => Promise<T>,
    onError?: (code: ErrorCode, message: string) => boolean,
  ): Promise<T | null> {
    try {
      return await act();
    } catch (thrown) {
      const { code, message } = wireError(thrown);
      if (!onError?.(code, message)) this.notice(message, true);
      if (code === "already_decided" || code === "changed" || code === "not_found") void this.read();
      return null;
    }
  }

  /** As `try`, then reads everything anew. Gives whether it worked. */
  async act(act: () => Promise<unknown>, done?: string): Promise<boolean> {
    let worked = false;
    await this.try(async () => {
      await act();
      worked = true;
    });
    if (worked && done) this.notice(done);
    await this.read();
    return worked;
  }

  decided(action: string): void {
    this.#lastDecided = action;
  }

  async undo(id: string): Promise<void> {
    const report = await this.try(() => this.host.undo(id));
    if (report) this.#tell(report);
    await this.read();
  }

  async undoAll(actions: string[]): Promise<void> {
    const report = await this.try(() => this.host.undoAll(actions));
    if (report) this.#tell(report);
    await this.read();
  }

  /** Takes back what is held. */
  async recall(id: string): Promise<void> {
    await this.act(() => this.host.recall(id), say("ui.held.recalled"));
  }

  async begin(task: NewTask): Promise<boolean> {
    const run = await this.try(() => this.host.newTask(task));
    if (!run) return false;
    this.dialog = null;
    this.openRun = run;
    this.view = "tasks";
    this.over = true;
    await this.read();
    return true;
  }

  async practise(): Promise<void> {
    const task = await this.try(() => this.host.practice());
    if (task) await this.begin(task);
  }

  /** Freezes, or unfreezes. A second press in haste means the freeze again, never its end. */
  async freeze(): Promise<void> {
    const frozen = this.standing?.frozen ?? false;
    if (!frozen) this.#froze = this.clock();
    else if (this.clock() - this.#froze < INERT_MS) return;
    await this.act(() => (frozen ? this.host.unfreeze() : this.host.freeze()));
  }

  async save(format: "jsonl" | "csv"): Promise<void> {
    const path = await this.try(() => this.host.export(format));
    if (path) this.notice(say("ui.history.exported", { path }));
  }

  // Commands from keys and the palette. What a view can do it registers while it is there.

  on(command: Command, act: () => void): () => void {
    this.#commands.set(command, act);
    return () => {
      if (this.#commands.get(command) === act) this.#commands.delete(command);
    };
  }

  /** How the key of a command is spelled beside what it does; empty while it has none. */
  key(command: Command): string {
    return this.bindings.find((one) => one.command === command)?.shown ?? "";
  }

  run(command: Command): void {
    const own = this.#commands.get(command);
    if (own) return own();
    switch (command) {
      case "next":
        return this.move(1);
      case "previous":
        return this.move(-1);
      case "new_task":
        this.dialog = "task";
        return;
      case "help":
      case "palette":
        this.dialog = command;
        return;
      case "freeze":
        return void this.freeze();
      case "search":
        this.go("history");
        // The field is there once the view is drawn.
        void tick().then(() => this.#commands.get("search")?.());
        return;
      case "undo":
        if (this.#lastDecided) void this.undo(this.#lastDecided);
        return;
      case "recall": {
        // The one that was held last is the one that was a mistake.
        const last = this.inbox?.held.at(-1);
        if (last) void this.recall(last.id);
        return;
      }
      case "inbox":
      case "tasks":
      case "history":
      case "automations":
      case "permissions":
      case "connections":
      case "settings":
        return this.go(command);
      default:
        return;
    }
  }

  // Telling.

  notice(text: string, bad = false): void {
    const id = ++this.#noticeId;
    this.notices = [...this.notices.slice(-2), { id, text, bad }];
    if (!bad) setTimeout(() => this.dismiss(id), NOTICE_MS);
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  #tell(report: UndoReport): void {
    if (report.undone > 0) this.notice(say("ui.tasks.undone", { count: report.undone, items: report.items }));
    else if (report.problems.length === 0) this.notice(say("ui.tasks.undo_nothing"));
    for (const problem of report.problems) this.notice(problem, true);
  }

  #announce(inbox: Inbox): void {
    const held = newlyHeld(this.inbox, inbox)[0];
    if (held) {
      const seconds = secondsLeft(held, this.#now());
      this.spoken = say("ui.held.spoken", { title: held.title, seconds });
    }
    const cards = arrivals(this.inbox, inbox);
    const first = cards[0];
    if (!first) return;
    const urgent = cards.find((card) => card.action.verdict.escalate);
    if (urgent) this.spoken = say("ui.inbox.arrived_now", { title: urgent.action.title });
    else if (cards.length > 1) this.spoken = say("ui.inbox.arrived_many", { count: cards.length });
    else this.spoken = say("ui.inbox.arrived", { title: first.action.title });
  }
}

const DESK = Symbol("desk");

export function putDesk(desk: Desk): void {
  setContext(DESK, desk);
}

export function theDesk(): Desk {
  return getContext<Desk>(DESK);
}
