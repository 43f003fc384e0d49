// The seam: everything the window can ask of the core. It grows only when a view needs something new.
// Every call fails with a `WireError`.

import type {
  Account,
  AccountDraft,
  Action,
  ActionId,
  Advice,
  Agent,
  AgentDraft,
  AutomationDraft,
  AutomationId,
  AutomationView,
  Automations,
  Budget,
  Card,
  Change,
  Connection,
  Declaration,
  Digest,
  FiringId,
  HistoryPage,
  HistoryQuery,
  Imported,
  Inbox,
  LocalServer,
  LookBack,
  NewTask,
  QuestionId,
  Rule,
  RuleDraft,
  RuleId,
  RuleOffer,
  RunId,
  RunRow,
  RunView,
  Sample,
  SampleReport,
  ServerDraft,
  Settings,
  Standing,
  ToolRow,
  TrustOffer,
  UndoReport,
  Verification,
  WireError,
} from "./wire";

export type ExportFormat = "jsonl" | "csv";

export interface Host {
  standing(): Promise<Standing>;
  inbox(): Promise<Inbox>;
  card(action: ActionId): Promise<Card>;
  newTask(task: NewTask): Promise<RunId>;
  runs(): Promise<RunRow[]>;
  run(run: RunId): Promise<RunView>;
  stopRun(run: RunId): Promise<void>;
  goOn(run: RunId): Promise<void>;
  /** Limits that are not named stay. A run that stood still at one of them goes on. */
  setLimits(run: RunId, limits: Partial<Budget>): Promise<void>;
  /** `digest` is that of the card that was looked at; `confirm` is what was typed on an
   * escalation, or the action's own id where it was held instead. */
  approve(action: ActionId, digest: string, confirm: string | null): Promise<Action>;
  reject(action: ActionId, reason: string | null, stop: boolean): Promise<Action>;
  /** The new action: approved, or waiting when it reaches further than what was shown. */
  edit(action: ActionId, args: unknown): Promise<Action>;
  /** Takes back what is held and has not started. */
  recall(action: ActionId): Promise<Action>;
  answer(question: QuestionId, text: string): Promise<void>;
  say(run: RunId, text: string): Promise<void>;
  /** Takes one action (`a12`) or a whole run (`r3`) back. */
  undo(id: ActionId | RunId): Promise<UndoReport>;
  dismissUnknown(action: ActionId): Promise<void>;
  history(query: HistoryQuery): Promise<HistoryPage>;
  /** The file that was written, or null when the user called it off. */
  export(format: ExportFormat): Promise<string | null>;
  why(action: ActionId): Promise<string[]>;
  ruleOffers(action: ActionId): Promise<RuleOffer[]>;
  addRule(action: ActionId, draft: RuleDraft, secondYes: boolean): Promise<Rule>;
  rules(): Promise<Rule[]>;
  revokeRule(rule: RuleId): Promise<void>;
  /** Rules that the user's own answers speak for; nothing is taken by itself. */
  trustOffers(): Promise<TrustOffer[]>;
  acceptTrust(action: ActionId): Promise<Rule>;
  declineTrust(action: ActionId): Promise<void>;
  /** Which mode fits a task that is not started yet. */
  advise(task: NewTask): Promise<Advice>;
  tools(): Promise<ToolRow[]>;
  connections(): Promise<Connection[]>;
  /** Adds a server and looks at it; one that does not answer is kept, switched off, with its error. */
  addConnection(draft: ServerDraft): Promise<Connection>;
  testConnection(name: string): Promise<Connection>;
  switchConnection(name: string, on: boolean): Promise<Connection>;
  /** Asks where to sign in and opens the browser there; gives the address. */
  signIn(name: string): Promise<string>;
  removeConnection(name: string): Promise<void>;
  /** Null takes back what was said: the tool always asks again. */
  declareTool(server: string, tool: string, declared: Declaration | null): Promise<Connection>;
  acceptTool(server: string, tool: string): Promise<Connection>;
  importConnections(file: string): Promise<Imported>;
  agents(): Promise<Agent[]>;
  /** Its program is pinned as it is now. */
  addAgent(draft: AgentDraft): Promise<Agent>;
  removeAgent(name: string): Promise<void>;
  accounts(): Promise<Account[]>;
  /** The password goes to the keychain; the account is tried once. */
  addAccount(draft: AccountDraft): Promise<Account>;
  testAccount(name: string): Promise<Account>;
  switchAccount(name: string, on: boolean): Promise<Account>;
  removeAccount(name: string): Promise<void>;
  automations(): Promise<Automations>;
  automation(automation: AutomationId): Promise<AutomationView>;
  addAutomation(draft: AutomationDraft, on: boolean): Promise<AutomationView>;
  changeAutomation(automation: AutomationId, draft: AutomationDraft): Promise<AutomationView>;
  /** What an agent proposed is switched on only with its id as confirmation. */
  switchAutomation(automation: AutomationId, on: boolean, confirm: string | null): Promise<AutomationView>;
  pauseAutomations(paused: boolean): Promise<void>;
  removeAutomation(automation: AutomationId): Promise<void>;
  runAutomation(automation: AutomationId): Promise<RunId>;
  /** What an automation like this would have done with the last events; nothing of it happens. */
  lookBack(draft: AutomationDraft): Promise<LookBack>;
  /** What happened since `digestSeen` was last called. */
  digest(): Promise<Digest>;
  /** `until` is in milliseconds since 1970, from the digest that was looked at. */
  digestSeen(until: number): Promise<void>;
  /** Says which rule ended or was made. */
  askNextTime(action: ActionId): Promise<string>;
  /** Shows a ready domain at work, in a folder and with a history of its own. */
  runSample(sample: Sample): Promise<SampleReport>;
  undoAll(actions: ActionId[]): Promise<UndoReport>;
  /** Whether to make up for a time that was missed. */
  answerFiring(firing: FiringId, run: boolean): Promise<void>;
  settings(): Promise<Settings>;
  setSettings(settings: Settings): Promise<Settings>;
  /** The key of the model, or of the one that takes its place. */
  setKey(key: string, fallback: boolean): Promise<void>;
  /** Programs on this computer that offer models; only for a person who asks for it. */
  findModels(): Promise<LocalServer[]>;
  freeze(): Promise<void>;
  unfreeze(): Promise<void>;
  verify(): Promise<Verification>;
  /** Makes the practice folder anew; starting the task is a second step. */
  practice(): Promise<NewTask>;
  /** The first frame is drawn: the window may be shown. */
  ready(): Promise<void>;
  /** Calls back on every change until the returned function is called. */
  onChange(callback: (change: Change) => void): () => void;
}

/** Whatever was thrown, as an error with a code and a sentence. */
export function wireError(thrown: unknown): WireError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "message" in thrown) {
    return thrown as WireError;
  }
  return { code: "other", message: thrown instanceof Error ? thrown.message : String(thrown) };
}
