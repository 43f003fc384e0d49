// Generated from src-tauri/crates/protocol by its test `wire`. Do not edit.

/**
 * An account with all that is known about it.
 */
export type Account = {
/**
 * What it is called.
 */
name: string,
/**
 * The user's own address in it.
 */
address: string,
/**
 * What the servers know the user by.
 */
user: string,
/**
 * Where it is.
 */
servers: AccountServers,
/**
 * Off, ready or failed.
 */
status: ServerStatus,
/**
 * Whether there is a password for it.
 */
has_password: boolean,
/**
 * What the last try said, hidden characters made visible.
 */
last_error: string | null,
/**
 * Milliseconds since 1970 (UTC).
 */
made_at: number, };

/**
 * An account as the user wants it.
 */
export type AccountDraft = {
/**
 * What it is called: letters, digits, `-` and `_`.
 */
name: string,
/**
 * The user's own address in it.
 */
address: string,
/**
 * What the servers know the user by.
 */
user: string,
/**
 * Where it is.
 */
servers: AccountServers,
/**
 * Goes to the keychain, bound to the servers' hosts.
 */
password: string, };

/**
 * What an account is, and where.
 */
export type AccountServers = { "kind": "mail",
/**
 * Where letters are read (IMAP).
 */
imap: MailHost,
/**
 * Where letters are sent (SMTP).
 */
smtp: MailHost, } | { "kind": "calendar",
/**
 * `https://…`, or `http://` on this computer.
 */
url: string, };

/**
 * Everything about one action. This is the card, the step in the timeline and the row in the history.
 */
export type Action = {
/**
 * Its id.
 */
id: ActionId,
/**
 * The run it belongs to.
 */
run: RunId,
/**
 * The model's own id for the call.
 */
call: string,
/**
 * The tool's name, as `files.move`.
 */
tool: string,
/**
 * Verb and object, made by code.
 */
title: string,
/**
 * The exact arguments, canonical.
 */
args: unknown,
/**
 * Hex SHA-256 over call, definition, targets and their state.
 */
digest: string,
/**
 * Where it stands.
 */
status: Status,
/**
 * What the code found out.
 */
facts: Facts,
/**
 * What the decision core said.
 */
verdict: Verdict,
/**
 * What would happen, for the eye.
 */
preview: Preview,
/**
 * How it was settled.
 */
decision: Decision | null,
/**
 * What each item came to, once it ended.
 */
outcomes: Array<ItemOutcome>,
/**
 * One sentence on how it ended.
 */
note: string | null,
/**
 * Undo.
 */
undo: UndoState,
/**
 * The agent's own words about it.
 */
says: string | null,
/**
 * The action that this one is an edit of.
 */
edit_of: ActionId | null,
/**
 * Milliseconds since 1970 (UTC).
 */
proposed_at: number,
/**
 * When the card lapses.
 */
expires_at: number | null,
/**
 * When it ended.
 */
ended_at: number | null,
/**
 * While it is held: when it starts, if its task goes on. Past that, the hold begins again once the task does.
 */
held_until: number | null, };

/**
 * One proposed call of one tool.
 */
export type ActionId = string;

/**
 * Which mode fits a task, and why.
 */
export type Advice = {
/**
 * The mode.
 */
mode: Mode,
/**
 * One sentence.
 */
sentence: string,
/**
 * What it follows from, a sentence each.
 */
why: Array<string>,
/**
 * What would still ask in that mode, a few words each.
 */
asks: Array<string>,
/**
 * What the run may use up before it pauses.
 */
budget: string, };

/**
 * An agent that was added.
 */
export type Agent = {
/**
 * Its name.
 */
name: string,
/**
 * Its program.
 */
command: string,
/**
 * Its arguments.
 */
args: Array<string>,
/**
 * Whether it may open connections.
 */
network: boolean,
/**
 * Names of its variables; their values are in the keychain.
 */
secrets: Array<string>,
/**
 * Why it cannot work on this computer, in a sentence.
 */
missing: string | null,
/**
 * Milliseconds since 1970 (UTC).
 */
made_at: number, };

/**
 * An agent as the user wants it. The values of `secrets` go to the keychain and nowhere else.
 */
export type AgentDraft = {
/**
 * Its name: letters, digits, `-` and `_`. A task is given to it by the model `agent:NAME`.
 */
name: string,
/**
 * The program that speaks ACP on its standard input and output: a name in `PATH`, or an absolute path.
 */
command: string,
/**
 * Its arguments.
 */
args: Array<string>,
/**
 * Whether it may open connections: all or none, there is no choosing of hosts.
 */
network: boolean,
/**
 * Variables of its environment.
 */
secrets: Array<[string, string]>, };

/**
 * The three answers, and the fourth that the mode *suggest* turns every effect into.
 */
export type Answer = "allow" | "suggest" | "ask" | "deny";

/**
 * An automation as kept.
 */
export type Automation = {
/**
 * Its id.
 */
id: AutomationId,
/**
 * What it says.
 */
draft: AutomationDraft,
/**
 * Whether it fires.
 */
state: AutomationState,
/**
 * The run whose agent proposed it; none where a person made it.
 */
proposed_by: RunId | null,
/**
 * Milliseconds since 1970 (UTC).
 */
made_at: number,
/**
 * The next time, in milliseconds since 1970 (UTC); none for what does not go by the clock.
 */
next_at: number | null, };

/**
 * What an automation says, before it has an id: this is what the user approves.
 */
export type AutomationDraft = {
/**
 * A short name.
 */
name: string,
/**
 * The task in the user's own words.
 */
goal: string,
/**
 * What sets it off.
 */
trigger: Trigger,
/**
 * How far it may go.
 */
mode: Mode,
/**
 * Folders that it may touch, and hosts that it may read, as `https://example.org`.
 */
grants: Array<string>,
/**
 * The model that drives it; none for the setting.
 */
model: string | null,
/**
 * Limits of each of its runs.
 */
budget: Budget,
/**
 * What events lead to.
 */
triage: Array<TriageRule>,
/**
 * What events lead to that no rule fits.
 */
otherwise: Triage,
/**
 * Times that were missed.
 */
missed: Missed,
/**
 * Firings while it runs.
 */
overlap: Overlap,
/**
 * Runs an hour; what is more is counted and left.
 */
per_hour: number,
/**
 * Seconds that a folder must be still before it counts as one event.
 */
still_for: number, };

/**
 * An automation.
 */
export type AutomationId = string;

/**
 * An automation in the list.
 */
export type AutomationRow = {
/**
 * The automation.
 */
automation: Automation,
/**
 * "Every weekday at 9, list to-dos. Semi-autonomous, in 1 folder."
 */
sentence: string,
/**
 * "on, next Mon 2026-11-23 09:00 CET", "a draft; switching it on is yours", "waiting for you (2)".
 */
standing: string,
/**
 * Cards of its runs that wait for the user.
 */
waiting: number,
/**
 * Why it cannot be watched at the moment: a folder that is gone.
 */
trouble: string | null, };

/**
 * Whether an automation fires.
 */
export type AutomationState = "draft" | "off" | "on";

/**
 * One automation with what it may do and what it did.
 */
export type AutomationView = {
/**
 * The automation.
 */
row: AutomationRow,
/**
 * "Allowed without asking": the rules that hold only here, also those that are off.
 */
rules: Array<Rule>,
/**
 * The last firings, newest first.
 */
firings: Array<Firing>, };

/**
 * All automations.
 */
export type Automations = {
/**
 * The user paused all of them.
 */
paused: boolean,
/**
 * They sleep, because the user was not there for a week.
 */
asleep: boolean,
/**
 * Each of them: drafts first, then oldest first.
 */
list: Array<AutomationRow>, };

/**
 * Limits as a person set them; none where the next in line counts: the task's own, then the settings', then the mode's.
 *
 * ```
 * use assent_protocol::{Budget, LimitName};
 * let mut task = Budget::default();
 * task.set(LimitName::Actions, Some(20));
 * let settings = Budget { turns: Some(10), actions: Some(40), ..Budget::default() };
 * assert_eq!(task.or(settings), Budget { turns: Some(10), actions: Some(20), ..Budget::default() });
 * ```
 */
export type Budget = {
/**
 * [`LimitName::Turns`].
 */
turns?: number | null,
/**
 * [`LimitName::Actions`].
 */
actions?: number | null,
/**
 * [`LimitName::UnaskedChanges`].
 */
unasked_changes?: number | null,
/**
 * [`LimitName::Minutes`].
 */
minutes?: number | null,
/**
 * [`LimitName::Tokens`]; without it there is no limit on them.
 */
tokens?: number | null,
/**
 * [`LimitName::OutwardAnHour`].
 */
outward_an_hour?: number | null,
/**
 * [`LimitName::NewRecipientsAnHour`].
 */
new_recipients_an_hour?: number | null, };

/**
 * A card in the inbox with what stands around it.
 */
export type Card = {
/**
 * The action.
 */
action: Action,
/**
 * The goal of its task.
 */
goal: string,
/**
 * The mode of its task.
 */
mode: Mode,
/**
 * Where a helper asks: the goals from the user's own task down to the one that handed this on.
 */
chain: Array<string>,
/**
 * "Stays on this computer", "Leaves this computer → …".
 */
destination: string,
/**
 * "Can be undone …", "Cannot be undone".
 */
reversal: string,
/**
 * "14 items · 82.4 MB".
 */
size: string,
/**
 * Why it asks, a sentence each.
 */
why: Array<string>,
/**
 * Where the values came from, a sentence each.
 */
values_from: Array<string>,
/**
 * When it lapses and what happens then.
 */
expires: string,
/**
 * What has to be typed, for an escalation; none where holding the button is enough.
 */
confirm: string | null,
/**
 * Whether anything on it had to be made visible.
 */
hidden_characters: boolean,
/**
 * What a reviewer said about it. It is an opinion, and nothing rests on it.
 */
remarks: Array<Remark>,
/**
 * The tool's input as JSON Schema, for the edit form.
 */
schema: unknown, };

/**
 * What changed; a view reads itself anew when it is touched by one.
 */
export type Change = { "event": "action",
/**
 * Which.
 */
action: ActionId,
/**
 * Its run.
 */
run: RunId, } | { "event": "run",
/**
 * Which.
 */
run: RunId,
/**
 * How it stands.
 */
status: RunStatus, } | { "event": "says",
/**
 * In which run.
 */
run: RunId,
/**
 * The next piece.
 */
text: string, } | { "event": "settings" } | { "event": "automations" } | { "event": "open",
/**
 * Which.
 */
action: ActionId, };

/**
 * A test of one argument. Paths may have `*` for every element of a list: `/items/*\/to`.
 */
export type Condition = { "test": "equals",
/**
 * JSON pointer, with `*` for each element.
 */
path: string,
/**
 * The value.
 */
value: unknown, } | { "test": "one_of",
/**
 * JSON pointer, with `*` for each element.
 */
path: string,
/**
 * The values.
 */
values: unknown[], } | { "test": "under_folder",
/**
 * JSON pointer, with `*` for each element.
 */
path: string,
/**
 * Absolute folder.
 */
folder: string, } | { "test": "host",
/**
 * JSON pointer.
 */
path: string,
/**
 * Host name, lower case.
 */
host: string, } | { "test": "domain",
/**
 * JSON pointer.
 */
path: string,
/**
 * Domain name, lower case.
 */
domain: string, } | { "test": "at_most",
/**
 * JSON pointer.
 */
path: string,
/**
 * The bound, in the argument's own unit.
 */
bound: number, };

/**
 * A server with all that is known about it.
 */
export type Connection = {
/**
 * Its name.
 */
name: string,
/**
 * How it is reached.
 */
transport: Transport,
/**
 * Folders that it sees besides its own.
 */
folders: Array<ServerFolder>,
/**
 * Whether it may open connections.
 */
network: boolean,
/**
 * Names of its variables; their values are in the keychain.
 */
secrets: Array<string>,
/**
 * How it stands.
 */
status: ServerStatus,
/**
 * Whether a sign-in waits for the browser.
 */
signing_in: boolean,
/**
 * What keeps it in, in words: "In a sandbox, without network", "Without a sandbox".
 */
kept_in: string,
/**
 * What the last try said, hidden characters made visible.
 */
last_error: string | null,
/**
 * Where it was imported from.
 */
imported_from: string | null,
/**
 * Milliseconds since 1970 (UTC).
 */
made_at: number,
/**
 * How often its tools ran.
 */
ran: number,
/**
 * When one last ran, in milliseconds since 1970 (UTC).
 */
last_used: number | null,
/**
 * Its tools.
 */
tools: Array<ServerTool>, };

/**
 * Who or what settled an action.
 */
export type Decider = { "by": "user" } | { "by": "flag" } | { "by": "rule",
/**
 * Which.
 */
rule: RuleId, } | { "by": "mode" } | { "by": "floor" } | { "by": "expiry" } | { "by": "freeze" };

/**
 * How an action was settled.
 */
export type Decision = {
/**
 * By whom.
 */
by: Decider,
/**
 * When, in milliseconds since 1970 (UTC).
 */
at: number,
/**
 * The digest it is bound to (hex SHA-256).
 */
digest: string,
/**
 * The user's reason, if one was given.
 */
reason: string | null, };

/**
 * What the user says a tool does. It counts for one definition only.
 */
export type Declaration = {
/**
 * What it does.
 */
effect: Effect,
/**
 * The tool of the same server that takes it back.
 */
undo: UndoBy | null, };

/**
 * Where the effect goes.
 */
export type Destination = "here" | "known_party" | "new_party" | "public" | "unknown";

/**
 * One line of a difference.
 */
export type DiffLine = {
/**
 * `" "`, `"+"` or `"-"`.
 */
sign: string,
/**
 * The line, hidden characters made visible.
 */
text: string, };

/**
 * What happened since the user last looked. Every firing and every run is in one list.
 */
export type Digest = {
/**
 * From when, in milliseconds since 1970 (UTC).
 */
since: number,
/**
 * Until when.
 */
until: number,
/**
 * "12 done, 2 wait for you, 1 expired".
 */
words: string,
/**
 * Runs that ended by themselves.
 */
done: Array<DigestLine>,
/**
 * Runs that wait for the user or are under way, and missed times that ask.
 */
waiting: Array<DigestLine>,
/**
 * Cards that nobody answered in time.
 */
expired: Array<DigestLine>,
/**
 * Runs that failed or were stopped, actions whose outcome nobody knows, and what could not be watched.
 */
failed: Array<DigestLine>,
/**
 * Requests that were not understood, so that nothing was done.
 */
not_understood: Array<DigestLine>,
/**
 * Firings that led to nothing: missed, overlapped, over the cap, slept through.
 */
skipped: Array<DigestLine>,
/**
 * What triage noted.
 */
noted: Array<DigestLine>,
/**
 * What triage left, counted.
 */
dropped: number,
/**
 * What ran unasked, and why it might.
 */
unasked: Array<UnaskedLine>, };

/**
 * One line of a digest.
 */
export type DigestLine = {
/**
 * What it is about, in a sentence.
 */
text: string,
/**
 * How many times.
 */
count: number,
/**
 * The automation whose it is.
 */
automation: AutomationId | null,
/**
 * The firing.
 */
firing: FiringId | null,
/**
 * The run.
 */
run: RunId | null,
/**
 * The action.
 */
action: ActionId | null,
/**
 * Milliseconds since 1970 (UTC).
 */
at: number, };

/**
 * What a rule that was earned rests on, and whether it still holds.
 */
export type Earned = {
/**
 * What it rested on when the user took it.
 */
evidence: Evidence,
/**
 * When it suspended itself, in milliseconds since 1970 (UTC).
 */
suspended_at: number | null, };

/**
 * What kind of thing the call does.
 */
export type Effect = "observe" | "create" | "modify" | "delete" | "execute" | "send" | "spend" | "configure";

/**
 * The codes the window branches on.
 */
export type ErrorCode = "already_decided" | "changed" | "needs_confirmation" | "bad_input" | "not_found" | "frozen" | "other";

/**
 * What a person made of the actions in one scope, counted from committed rows.
 */
export type Evidence = {
/**
 * Approved as shown, and ended as it should.
 */
approved: number,
/**
 * Changed before it ran.
 */
edited: number,
/**
 * Rejected.
 */
rejected: number,
/**
 * Done and taken back.
 */
undone: number,
/**
 * Done and gone wrong, wholly or in part.
 */
failed: number, };

/**
 * How a command ends.
 */
export type Exit = "fails" | "succeeds";

/**
 * The facts of one action (see the module).
 */
export type Facts = {
/**
 * What it does.
 */
effect: Effect,
/**
 * Where that goes.
 */
destination: Destination,
/**
 * How it is taken back.
 */
reversal: Reversal,
/**
 * The worst provenance among the targets.
 */
targets: Provenance,
/**
 * The worst provenance among the other values.
 */
payload: Provenance,
/**
 * The worst reach among the targets.
 */
reach: Reach,
/**
 * Whether the code can read what the call does. A tool that is not inspectable always asks.
 */
inspectable: boolean,
/**
 * Whether content that others can write to had been read before: then what the model made up may be theirs.
 */
influenced: boolean,
/**
 * How much.
 */
size: Size,
/**
 * Named untrusted origins, worst first.
 */
origins: Array<Origin>, };

/**
 * One firing, or several that came to the same, accounted for once.
 */
export type Firing = {
/**
 * Its id.
 */
id: FiringId,
/**
 * Whose it is.
 */
automation: AutomationId,
/**
 * What became of it.
 */
status: FiringStatus,
/**
 * What triage said, where it was asked.
 */
triage: Triage | null,
/**
 * How many firings this row stands for.
 */
count: number,
/**
 * When it was due or seen, in milliseconds since 1970 (UTC); the first, where it stands for several.
 */
due_at: number,
/**
 * The last of several.
 */
until_at: number,
/**
 * What happened, hidden characters made visible.
 */
what: string,
/**
 * Why it came to this, in a sentence.
 */
reason: string,
/**
 * Its run.
 */
run: RunId | null,
/**
 * How that run stands.
 */
run_status: RunStatus | null,
/**
 * Cards of that run that wait for the user.
 */
waiting: number, };

/**
 * One firing of an automation.
 */
export type FiringId = string;

/**
 * What became of a firing.
 */
export type FiringStatus = "queued" | "started" | "dropped" | "noted" | "missed" | "asked" | "overlapped" | "capped" | "slept" | "failed";

/**
 * A folder that a task may touch.
 */
export type Grant = {
/**
 * Absolute, resolved folder.
 */
folder: string,
/**
 * Other people can write there, so what is read from it is untrusted.
 */
shared: boolean, };

/**
 * The answer to a [`HistoryQuery`].
 */
export type HistoryPage = {
/**
 * Newest first.
 */
actions: Array<Action>,
/**
 * Whether there are older ones.
 */
more: boolean, };

/**
 * A search in the history.
 */
export type HistoryQuery = {
/**
 * Words or pieces of words; empty for all.
 */
search: string,
/**
 * Only this status.
 */
status: string | null,
/**
 * Only this tool.
 */
tool: string | null,
/**
 * Only this run.
 */
run: RunId | null,
/**
 * How many, newest first; 100 when 0.
 */
limit: number,
/**
 * Only older than this action.
 */
before: ActionId | null, };

/**
 * What an import found.
 */
export type Imported = {
/**
 * Servers that were added, switched off.
 */
added: Array<string>,
/**
 * What was left out or needs a look, a sentence each.
 */
notes: Array<string>, };

/**
 * What waits for the user, escalations first, then oldest first.
 */
export type Inbox = {
/**
 * Cards.
 */
cards: Array<Card>,
/**
 * Questions.
 */
questions: Array<Question>,
/**
 * Actions whose outcome nobody knows, until the user has looked at them.
 */
unknown: Array<Action>,
/**
 * Runs that stand still at a limit.
 */
paused: Array<Paused>,
/**
 * Actions in their hold, which can still be recalled.
 */
held: Array<Action>, };

/**
 * What one item of a batch came to.
 */
export type ItemOutcome = {
/**
 * Position in the batch, from 0.
 */
item: number,
/**
 * succeeded, failed, cancelled or unknown.
 */
status: Status,
/**
 * What went wrong, in a sentence.
 */
note: string | null, };

/**
 * How much of something the user wants or expects.
 */
export type Level = "low" | "medium" | "high";

/**
 * What a limit counts.
 */
export type LimitName = "turns" | "actions" | "unasked_changes" | "minutes" | "tokens" | "outward_an_hour" | "new_recipients_an_hour";

/**
 * A program on this computer that offers models.
 */
export type LocalServer = {
/**
 * What usually listens there: Ollama, LM Studio, llama.cpp.
 */
name: string,
/**
 * The address for the settings.
 */
base_url: string,
/**
 * Its models.
 */
models: Array<string>, };

/**
 * A dry look back: nothing of it happened.
 */
export type LookBack = {
/**
 * The last events, newest first.
 */
events: Array<LookedBack>,
/**
 * What a run of it would do, as far as it can be told before.
 */
would: string, };

/**
 * One event of the past, and what it would have led to.
 */
export type LookedBack = {
/**
 * When, in milliseconds since 1970 (UTC).
 */
at: number,
/**
 * What happened.
 */
what: string,
/**
 * What triage would have said.
 */
triage: Triage,
/**
 * What would have become of it.
 */
status: FiringStatus,
/**
 * Why, in a sentence.
 */
reason: string, };

/**
 * A server of mail.
 */
export type MailHost = {
/**
 * Its name or address.
 */
host: string,
/**
 * Its port.
 */
port: number,
/**
 * How the connection is kept.
 */
security: Security, };

/**
 * What happens with times that passed while nothing could run.
 */
export type Missed = "once" | "skip" | "ask";

/**
 * How far a task may go by itself.
 */
export type Mode = "suggest" | "ask" | "semi" | "auto";

/**
 * A model, and where it is.
 */
export type ModelChoice = {
/**
 * Whose interface it speaks.
 */
provider: Provider,
/**
 * Its name; empty for none.
 */
model: string,
/**
 * Where it is; empty for the provider's usual address.
 */
base_url: string,
/**
 * Whether a key for this address is kept.
 */
has_key: boolean, };

/**
 * A new task from the window or the terminal.
 */
export type NewTask = {
/**
 * The goal in the user's words.
 */
goal: string,
/**
 * None for the setting.
 */
mode: Mode | null,
/**
 * Folders besides those that the goal names, and hosts as `https://example.org`.
 */
grants: Array<string>,
/**
 * None for the setting.
 */
model: string | null, };

/**
 * Where a number stands.
 */
export type NumberOf = { "of": "free_space",
/**
 * Absolute folder.
 */
folder: string, } | { "of": "file",
/**
 * Absolute path.
 */
path: string, } | { "of": "page",
/**
 * Its address.
 */
url: string, } | { "of": "command",
/**
 * The command line.
 */
line: string,
/**
 * The folder that it reads.
 */
folder: string, };

/**
 * Untrusted content that a value came from.
 */
export type Origin = {
/**
 * JSON pointer of the argument.
 */
field: string,
/**
 * What it came from, in words: "the page example.org", "the file invoice.pdf in Downloads".
 */
source: string, };

/**
 * What happens with a firing while a run of the automation is still under way.
 */
export type Overlap = "skip" | "queue";

/**
 * What is now and what would be, for one item.
 */
export type Pair = {
/**
 * Position in the batch.
 */
item: number,
/**
 * Now; empty for something new.
 */
before: string,
/**
 * Then; empty for something taken away.
 */
after: string,
/**
 * A few words more: a size, why it is there.
 */
note: string | null, };

/**
 * A run that used up a limit, or goes round in circles, and waits for the user to say how to go on.
 */
export type Paused = {
/**
 * The run.
 */
run: RunId,
/**
 * The goal of its task.
 */
goal: string,
/**
 * Why it stands still, in a sentence.
 */
why: string,
/**
 * The limit that is spent; none for a breaker, where "go on" is enough.
 */
limit: LimitName | null,
/**
 * What that limit would have to be for the run to do as much again.
 */
raise_to: number | null, };

/**
 * What the card shows of the effect. Texts are whole; hidden characters are made visible.
 */
export type Preview = { "kind": "pairs",
/**
 * One an item.
 */
rows: Array<Pair>, } | { "kind": "lines",
/**
 * What is changed.
 */
subject: string,
/**
 * All lines.
 */
lines: Array<DiffLine>, } | { "kind": "fields",
/**
 * Name, value.
 */
rows: Array<[string, string]>, };

/**
 * Who a value came from.
 */
export type Provenance = "user" | "linked" | "own_data" | "model" | "untrusted";

/**
 * Whose interface a model elsewhere speaks.
 */
export type Provider = "openai" | "responses" | "anthropic" | "gemini";

/**
 * A question that an agent asks the user: a card of its own kind.
 */
export type Question = {
/**
 * Its id.
 */
id: QuestionId,
/**
 * The run that waits for it.
 */
run: RunId,
/**
 * The call it answers.
 */
call: string,
/**
 * The agent's words.
 */
text: string,
/**
 * Answers to choose from, each by its number from 1 on; empty for a question that is answered in words.
 */
choices: Array<string>,
/**
 * Milliseconds since 1970 (UTC).
 */
asked_at: number, };

/**
 * A question that an agent asked the user.
 */
export type QuestionId = string;

/**
 * Whether the targets lie where the task may act.
 */
export type Reach = "inside" | "outside" | "protected" | "own_files";

/**
 * One reason, with what it is about.
 */
export type Reason = {
/**
 * The code.
 */
code: ReasonCode,
/**
 * The value or place it is about, for the sentence.
 */
detail: string | null, };

/**
 * Why, as a code. Each has a sentence `policy.reason.<code>` in the catalogue.
 */
export type ReasonCode = "own_files" | "configure" | "protected" | "no_copy" | "not_inspectable" | "untrusted_target" | "untrusted_payload" | "no_reversal" | "malformed" | "deny_rule" | "ask_rule" | "rule_unread" | "rejected_before" | "limit_spent" | "breaker" | "allow_rule" | "observes" | "observes_outside" | "undoable_change" | "too_many" | "outside_grants" | "influenced" | "held_send" | "leaves" | "spends" | "mode_asks" | "mode_suggests";

/**
 * What a reviewer said about a proposal, with hidden characters made visible.
 */
export type Remark = {
/**
 * The model that said it.
 */
by: string,
/**
 * Its words.
 */
text: string, };

/**
 * How the effect can be taken back.
 */
export type Reversal = "undoable" | "recallable" | "none";

/**
 * A rule as kept.
 */
export type Rule = {
/**
 * Its id.
 */
id: RuleId,
/**
 * What it says.
 */
draft: RuleDraft,
/**
 * The sentence that the user approved.
 */
sentence: string,
/**
 * The card it was made on.
 */
from: ActionId | null,
/**
 * Milliseconds since 1970 (UTC).
 */
made_at: number,
/**
 * Milliseconds since 1970 (UTC); none when it never matched.
 */
last_used: number | null,
/**
 * How often it was used.
 */
used: number,
/**
 * How often it was used since local midnight.
 */
used_today: number,
/**
 * What was spent with it since local midnight, in hundredths.
 */
spent_today: number,
/**
 * False once revoked, spent, expired or unreadable; a rule that is off never allows.
 */
on: boolean,
/**
 * Why it is off, in words.
 */
off_because: string | null,
/**
 * What it rests on, when it was offered because of the user's own answers; none for a rule made by hand.
 */
earned: Earned | null,
/**
 * Another rule that answers the same wherever this one does, so that this one could go.
 */
covered_by: RuleId | null, };

/**
 * What a rule answers.
 */
export type RuleAnswer = "allow" | "ask" | "deny";

/**
 * What a rule says, before it has an id: this is what the user approves, and what is stored as JSON.
 */
export type RuleDraft = {
/**
 * What it answers.
 */
answer: RuleAnswer,
/**
 * The tool's name.
 */
tool: string,
/**
 * Hash of the tool's definition that the user saw; a changed tool is not covered.
 */
definition: string,
/**
 * All must hold. None means every call of the tool.
 */
conditions: Array<Condition>,
/**
 * Where.
 */
scope: Scope,
/**
 * Milliseconds since 1970 (UTC) after which it ends.
 */
until: number | null,
/**
 * How often it may still be used.
 */
uses_left: number | null,
/**
 * How often a day.
 */
per_day: number | null,
/**
 * How much a day, in hundredths of the sum's own currency; for a tool that pays.
 */
amount_per_day: number | null, };

/**
 * A standing decision of the user.
 */
export type RuleId = string;

/**
 * One choice in "Allow from now on": a rule it would make, and what that would have meant.
 */
export type RuleOffer = {
/**
 * The rule.
 */
draft: RuleDraft,
/**
 * Its sentence.
 */
sentence: string,
/**
 * Of the last 200 actions, how many it matches.
 */
matched: number,
/**
 * How many of those the user approved.
 */
approved: number,
/**
 * How many the user rejected: any takes a second yes.
 */
rejected: number,
/**
 * "would have matched 7 of your last 200 actions: 6 you approved, 1 you rejected".
 */
history: string, };

/**
 * A run, as the front ends show it.
 */
export type Run = {
/**
 * Its id.
 */
id: RunId,
/**
 * The goal in the user's own words.
 */
goal: string,
/**
 * How far it may go.
 */
mode: Mode,
/**
 * Where it may act.
 */
grants: Array<Grant>,
/**
 * Hosts that it may read besides those in the user's words, each as `https://example.org`.
 */
hosts: Array<string>,
/**
 * The model that drives it.
 */
model: string,
/**
 * How it stands.
 */
status: RunStatus,
/**
 * Why it stopped or failed.
 */
note: string | null,
/**
 * The automation whose firing it is.
 */
automation: AutomationId | null,
/**
 * The run that handed it on, where it is a helper's.
 */
parent: RunId | null,
/**
 * Milliseconds since 1970 (UTC).
 */
started_at: number,
/**
 * Milliseconds since 1970 (UTC).
 */
ended_at: number | null, };

/**
 * One attempt at a task.
 */
export type RunId = string;

/**
 * A run in the list of tasks.
 */
export type RunRow = {
/**
 * The run.
 */
run: Run,
/**
 * How many cards it waits for.
 */
waiting: number,
/**
 * How many actions it did.
 */
done: number, };

/**
 * How a run stands.
 */
export type RunStatus = "running" | "waiting" | "done" | "stopped" | "failed";

/**
 * A run with its timeline.
 */
export type RunView = {
/**
 * The run.
 */
run: Run,
/**
 * Its steps in order.
 */
steps: Array<Step>,
/**
 * "8 done: 6 can be undone, 2 cannot".
 */
receipt: string,
/**
 * What it used of each limit.
 */
used: Array<Used>,
/**
 * What was said when four fifths of a limit were used, a sentence each.
 */
warnings: Array<string>,
/**
 * Why it stands still, when that is at a limit.
 */
paused: Paused | null,
/**
 * What the models elsewhere have used; none where none was asked.
 */
spent: Spent | null, };

/**
 * A ready domain.
 */
export type Sample = "monitoring" | "support" | "trading";

/**
 * How often what happened.
 */
export type SampleCounts = {
/**
 * Looked at, and nothing came of it but a line.
 */
noted: number,
/**
 * Changes that were proposed.
 */
proposed: number,
/**
 * Of these, done without asking because a rule of the user's allows it.
 */
ran_by_rule: number,
/**
 * Of these, done without asking because the mode allows what can be undone.
 */
ran_by_mode: number,
/**
 * The person was told at once.
 */
escalated: number,
/**
 * Of what was asked, how much the person approved.
 */
approved: number,
/**
 * Of what was asked, how much the person turned down.
 */
rejected: number,
/**
 * Of what was asked, how much nobody answered in time.
 */
expired: number,
/**
 * Questions to the person.
 */
asked: number,
/**
 * Taken back.
 */
undone: number, };

/**
 * Something that happened in a sample.
 */
export type SampleLine = {
/**
 * When, on the sample's own clock: "Mon 2025-02-03 18:01".
 */
at: string,
/**
 * What, in a sentence.
 */
text: string, };

/**
 * What came of a sample. All of it is read from its own journal.
 */
export type SampleReport = {
/**
 * Which.
 */
sample: Sample,
/**
 * Its own folder.
 */
folder: string,
/**
 * A picture in it, where there is one.
 */
picture: string | null,
/**
 * What happened, oldest first.
 */
story: Array<SampleLine>,
/**
 * The digest, a line each; the first one sums up.
 */
digest: Array<string>,
/**
 * How often what happened.
 */
counts: SampleCounts,
/**
 * Commands that show more, one a line.
 */
next: Array<string>, };

/**
 * What a sample is asked for.
 */
export type SampleTask = {
/**
 * Which.
 */
sample: Sample,
/**
 * The same seed gives the same story.
 */
seed: number,
/**
 * Days to go on for; none for as long as the story is.
 */
days: number | null,
/**
 * Its own folder; none for one below "Assent samples" in the home folder.
 */
folder: string | null,
/**
 * For support: a folder of other letters (`.eml`) to read; none for those of the sample.
 */
letters: string | null, };

/**
 * Where a rule holds.
 */
export type Scope = { "scope": "run",
/**
 * Which.
 */
run: RunId, } | { "scope": "automation",
/**
 * Which.
 */
automation: AutomationId, } | { "scope": "everywhere" };

/**
 * How a connection is kept from being read on the way.
 */
export type Security = "tls" | "starttls" | "plain";

/**
 * A server as the user wants it. The values of `secrets` go to the keychain and nowhere else.
 */
export type ServerDraft = {
/**
 * Its name in front of its tools' names: letters, digits, `-` and `_`.
 */
name: string,
/**
 * How it is reached.
 */
transport: Transport,
/**
 * Folders that it sees besides its own.
 */
folders: Array<ServerFolder>,
/**
 * Whether it may open connections.
 */
network: boolean,
/**
 * Variables of its environment; for HTTP the one called `token` is sent as the bearer token.
 */
secrets: Array<[string, string]>, };

/**
 * A folder that a server sees.
 */
export type ServerFolder = {
/**
 * Absolute.
 */
path: string,
/**
 * Whether it may change what lies there.
 */
write: boolean, };

/**
 * How a server stands.
 */
export type ServerStatus = "off" | "ready" | "running" | "failed";

/**
 * A tool of a server, with hidden characters made visible in every text.
 */
export type ServerTool = {
/**
 * Its name on cards and in rules: `server.tool`.
 */
name: string,
/**
 * Its own name.
 */
tool: string,
/**
 * What the server says about it, whole.
 */
description: string,
/**
 * What the server claims, a sentence each: "It says that it only reads".
 */
hints: Array<string>,
/**
 * Hash of the definition that was looked at.
 */
definition: string,
/**
 * What the user says it does; none until they did.
 */
declared: Declaration | null,
/**
 * What its own words read like: a proposal, which counts for nothing until the user declares it.
 */
proposed: Effect,
/**
 * Why it cannot be called now.
 */
suspended: string | null,
/**
 * What changed in its definition since it was looked at.
 */
difference: Array<DiffLine>,
/**
 * What to be careful about, a sentence each: a name that looks like another's.
 */
warnings: Array<string>,
/**
 * How often it ran.
 */
ran: number, };

/**
 * What the user can set.
 */
export type Settings = {
/**
 * The mode new tasks start in.
 */
mode: Mode,
/**
 * `planner`, or the name of a model at `base_url`.
 */
model: string,
/**
 * Where the model is asked; empty for the provider's usual address.
 */
base_url: string,
/**
 * Whose interface the model speaks.
 */
provider: Provider,
/**
 * The model that goes on where the first one cannot be reached; none where its name is empty.
 */
fallback: ModelChoice,
/**
 * The model, asked where the first one is, that says a few words about each card; none where its name is empty.
 */
reviewer: string,
/**
 * `system`, `light` or `dark`.
 */
theme: string,
/**
 * Folder for notes and to-dos.
 */
notes_folder: string,
/**
 * Folders that new tasks may touch.
 */
folders: Array<string>,
/**
 * Whether single keys act.
 */
keys: boolean,
/**
 * Keys that the user chose, by the name of the window's command; an empty one is switched off.
 */
keymap: { [key in string]: string },
/**
 * Whether a key for the model is kept.
 */
has_key: boolean,
/**
 * Whether the practice task was offered before.
 */
practised: boolean,
/**
 * How much risk is acceptable: for the advice before a task.
 */
risk: Level,
/**
 * How complex tasks usually are.
 */
complexity: Level,
/**
 * How closely the user wants to watch.
 */
oversight: Level,
/**
 * Limits of every task that has none of its own.
 */
limits: Budget,
/**
 * Seconds that an outward action is held before it starts; 0 for none, and then nothing that is sent can be recalled.
 */
hold_seconds: number,
/**
 * Helpers of one task that are at work at the same time, with those of its helpers.
 */
helpers_at_once: number,
/**
 * Hours in which notifications that can wait are held, as `22:00-07:00`; empty for none.
 */
quiet: string, };

/**
 * A side of a line.
 */
export type Side = "above" | "below";

/**
 * How much an action touches.
 */
export type Size = {
/**
 * Things acted on.
 */
items: number,
/**
 * Bytes in them.
 */
bytes: number,
/**
 * Hundredths of the currency's unit and its ISO code, for payments and orders.
 */
amount: [number, string] | null,
/**
 * People or accounts addressed.
 */
recipients: number, };

/**
 * What the models of a run have used so far.
 */
export type Spent = {
/**
 * Their replies.
 */
replies: number,
/**
 * Tokens read.
 */
input: number,
/**
 * Tokens written.
 */
output: number,
/**
 * US dollars, of those replies whose price is known; none where none is.
 */
cost: number | null,
/**
 * Replies without a known price.
 */
unpriced: number,
/**
 * All of it in a sentence.
 */
words: string, };

/**
 * What is always in the corner of the window.
 */
export type Standing = {
/**
 * The mode new tasks start in.
 */
mode: Mode,
/**
 * Whether everything is frozen.
 */
frozen: boolean,
/**
 * Actions today that ran by a rule or the mode.
 */
ran_unasked: number,
/**
 * Actions today that asked.
 */
asked: number,
/**
 * Actions today that were undone.
 */
undone: number,
/**
 * Cards waiting now.
 */
waiting: number,
/**
 * Runs going on now.
 */
running: number,
/**
 * Whether the keychain holds the head of the chain.
 */
anchored: boolean,
/**
 * What Assent did to its own permissions within the last day: rules that suspended themselves or cannot be read,
 * a sentence each.
 */
notices: Array<string>, };

/**
 * Where an action stands.
 */
export type Status = "denied" | "allowed" | "suggested" | "waiting" | "approved" | "rejected" | "expired" | "withdrawn" | "superseded" | "held" | "recalled" | "frozen" | "started" | "succeeded" | "partly" | "failed" | "cancelled" | "unknown" | "undone" | "handed_over";

/**
 * A step in the timeline of a run.
 */
export type Step = { "step": "user",
/**
 * The words.
 */
text: string, } | { "step": "agent",
/**
 * The words.
 */
text: string, } | { "step": "notice",
/**
 * The words.
 */
text: string, } | { "step": "action",
/**
 * Which.
 */
action: Action, } | { "step": "question",
/**
 * Which.
 */
question: Question,
/**
 * What the user answered.
 */
answer: string | null, };

/**
 * A condition on what happened. Each is plain, so that the same event is always judged the same.
 */
export type Test = { "test": "says",
/**
 * The words.
 */
words: Array<string>, } | { "test": "from",
/**
 * Addresses and domains.
 */
senders: Array<string>, } | { "test": "ends",
/**
 * Endings, as `.pdf`.
 */
endings: Array<string>, } | { "test": "at_least",
/**
 * Bytes.
 */
bytes: number, } | { "test": "above",
/**
 * Hundredths.
 */
hundredths: number, } | { "test": "below",
/**
 * Hundredths.
 */
hundredths: number, };

/**
 * A tool as the Permissions view lists it.
 */
export type ToolRow = {
/**
 * `files.move`.
 */
name: string,
/**
 * What it does, in a sentence.
 */
description: string,
/**
 * How often it ran.
 */
ran: number,
/**
 * When it last ran, in milliseconds since 1970 (UTC).
 */
last_used: number | null,
/**
 * Rules on it.
 */
rules: Array<Rule>, };

/**
 * How a server is reached.
 */
export type Transport = { "transport": "stdio",
/**
 * The program: a name that is looked up in `PATH`, or an absolute path.
 */
command: string,
/**
 * Its arguments.
 */
args: Array<string>, } | { "transport": "http",
/**
 * `https://…`, or `http://` on this computer.
 */
url: string, };

/**
 * What a firing leads to, from calm to loud.
 */
export type Triage = "drop" | "note" | "propose" | "escalate";

/**
 * What events like this lead to. Of several rules that fit, the loudest counts, whatever their order.
 */
export type TriageRule = {
/**
 * What it leads to.
 */
triage: Triage,
/**
 * All must hold.
 */
when: Array<Test>, };

/**
 * What sets an automation off.
 */
export type Trigger = { "on": "time",
/**
 * Plain words ("every weekday at 9") or five cron fields.
 */
when: string,
/**
 * IANA name of the zone; none for the user's own, wherever that is at the time.
 */
zone: string | null, } | { "on": "folder",
/**
 * Absolute folder.
 */
folder: string,
/**
 * Folders in it as well.
 */
below: boolean, } | { "on": "mailbox",
/**
 * The account, by its name.
 */
account: string,
/**
 * The folder of letters; empty for the inbox.
 */
folder: string,
/**
 * Minutes between two looks.
 */
minutes: number, } | { "on": "page",
/**
 * Its address.
 */
url: string,
/**
 * Minutes between two looks.
 */
minutes: number, } | { "on": "number",
/**
 * Where it stands.
 */
of: NumberOf,
/**
 * The number after this text; empty for the first one.
 */
after: string,
/**
 * On which side it is beyond the line.
 */
side: Side,
/**
 * The line, in hundredths.
 */
line: number,
/**
 * By how much it must come back before it can cross again, in hundredths.
 */
back: number,
/**
 * Minutes between two looks.
 */
minutes: number, } | { "on": "command",
/**
 * The command line.
 */
line: string,
/**
 * The folder that it reads.
 */
folder: string,
/**
 * What sets it off.
 */
exit: Exit,
/**
 * Minutes between two runs of it.
 */
minutes: number, };

/**
 * A rule that the user's own answers speak for.
 */
export type TrustOffer = {
/**
 * The newest action that it rests on; the offer is answered by this id.
 */
action: ActionId,
/**
 * The run of that action.
 */
run: RunId,
/**
 * The rule that it would make.
 */
draft: RuleDraft,
/**
 * Its sentence.
 */
sentence: string,
/**
 * What it rests on.
 */
evidence: Evidence,
/**
 * The same in words.
 */
words: string,
/**
 * Lower end of the 95 % interval on "you would approve", in per cent, rounded down.
 */
bound: number,
/**
 * What it has to reach, in per cent.
 */
bar: number,
/**
 * Cards that wait now and that it would have answered.
 */
covers: Array<ActionId>, };

/**
 * An action that ran without anybody being asked.
 */
export type UnaskedLine = {
/**
 * Which.
 */
action: ActionId,
/**
 * Its run.
 */
run: RunId,
/**
 * The automation whose run it is.
 */
automation: AutomationId | null,
/**
 * What it did.
 */
title: string,
/**
 * The rule that allowed it; none where the mode did.
 */
rule: RuleId | null,
/**
 * By which rule or mode, in words.
 */
because: string,
/**
 * Whether it can be undone.
 */
undo: UndoState, };

/**
 * How one tool takes another back.
 */
export type UndoBy = {
/**
 * The tool's own name.
 */
tool: string,
/**
 * Its arguments. A text `args:/a/*\/b` or `result:/a/*\/b` stands for what lies there in the call or in its structured
 * result; `*` stands for every element of a list, and makes a list.
 */
args: unknown, };

/**
 * What an undo came to.
 */
export type UndoReport = {
/**
 * Actions undone.
 */
undone: number,
/**
 * Items put back.
 */
items: number,
/**
 * What could not be undone and why, a sentence each.
 */
problems: Array<string>, };

/**
 * Whether and how an action can be undone now.
 */
export type UndoState = { "undo": "nothing" } | { "undo": "ready" } | { "undo": "done" } | { "undo": "cannot",
/**
 * The reason.
 */
because: string, };

/**
 * How a run stands against one limit.
 */
export type Used = {
/**
 * Which limit.
 */
limit: LimitName,
/**
 * How much is used, from committed rows.
 */
used: number,
/**
 * How much there is; none where nothing is set.
 */
most: number | null, };

/**
 * The answer with its reasons in order of weight.
 */
export type Verdict = {
/**
 * What happens now.
 */
answer: Answer,
/**
 * Whether a card would be an escalation: it looks different, notifies, and takes a deliberate gesture.
 */
escalate: boolean,
/**
 * Whether the floor had a say, so that no rule can be offered and `--approve all` cannot answer.
 */
floor: boolean,
/**
 * Weightiest first; never empty.
 */
reasons: Array<Reason>,
/**
 * The rule that settled it, if one did.
 */
rule: RuleId | null, };

/**
 * What `verify` found.
 */
export type Verification = {
/**
 * Whether the chain is whole and ends where the anchor says.
 */
ok: boolean,
/**
 * Events read.
 */
events: number,
/**
 * The number of the first bad event.
 */
first_bad: number | null,
/**
 * In words: whole, broken where, or not anchored before when.
 */
message: string, };

/**
 * An error a person can act on.
 */
export type WireError = {
/**
 * What the window branches on.
 */
code: ErrorCode,
/**
 * What happened and what to do, in a sentence.
 */
message: string, };
