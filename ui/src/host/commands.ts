// Generated from src-tauri/src/commands/list.rs by the test `architecture`. Do not edit.

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
} from "./wire";

/** Every command of the core. Each fails with a `WireError`. */
export interface Commands {
  standing(): Promise<Standing>;
  inbox(): Promise<Inbox>;
  card(action: ActionId): Promise<Card>;
  newTask(task: NewTask): Promise<RunId>;
  /** Makes the practice folder anew; starting the task is a second step. */
  practice(): Promise<NewTask>;
  runs(): Promise<RunRow[]>;
  /** Tasks in which all of these words were asked for, said or answered. */
  findTasks(words: string): Promise<RunRow[]>;
  run(run: RunId): Promise<RunView>;
  stopRun(run: RunId): Promise<void>;
  goOn(run: RunId): Promise<void>;
  /** Limits that are not named stay. A run that stood still at one of them goes on. */
  setLimits(run: RunId, limits: Budget): Promise<void>;
  say(run: RunId, text: string): Promise<void>;
  /**
   * `digest` is that of the card that was looked at. `confirm` is what was typed on an escalation, or the
   * action's own id where the button was held instead.
   */
  approve(action: ActionId, digest: string | null, confirm: string | null): Promise<Action>;
  reject(action: ActionId, reason: string | null, stop: boolean): Promise<Action>;
  /** The new action: approved, or waiting when it reaches further than what was shown. */
  edit(action: ActionId, args: unknown): Promise<Action>;
  /** Takes back what is held and has not started. */
  recall(action: ActionId): Promise<Action>;
  answer(question: QuestionId, text: string): Promise<void>;
  /** Takes one action (`a12`) or a whole run (`r3`) back. */
  undo(id: string): Promise<UndoReport>;
  dismissUnknown(action: ActionId): Promise<void>;
  history(query: HistoryQuery): Promise<HistoryPage>;
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
  /** Whether to make up for a time that was missed. */
  answerFiring(firing: FiringId, run: boolean): Promise<void>;
  /** What an automation like this would have done with the last events; nothing of it happens. */
  lookBack(draft: AutomationDraft): Promise<LookBack>;
  /** What happened since `digestSeen` was last called. */
  digest(): Promise<Digest>;
  /** `until` is in milliseconds since 1970, from the digest that was looked at. */
  digestSeen(until: number): Promise<void>;
  /** Says which rule ended or was made. */
  askNextTime(action: ActionId): Promise<string>;
  undoAll(actions: ActionId[]): Promise<UndoReport>;
  settings(): Promise<Settings>;
  setSettings(settings: Settings): Promise<Settings>;
  /** The key of the model, or of the one that takes its place. */
  setKey(key: string, fallback: boolean): Promise<string>;
  /** Programs on this computer that offer models; only for a person who asks for it. */
  findModels(): Promise<LocalServer[]>;
  freeze(): Promise<void>;
  unfreeze(): Promise<void>;
  verify(): Promise<Verification>;
  /** The first frame is drawn: the window may be shown. */
  ready(): Promise<void>;
  /** Writes the history to a file in Downloads, and says which. */
  export(format: string): Promise<string>;
  /** Shows a ready domain at work, in a folder and with a history of its own. */
  runSample(sample: Sample): Promise<SampleReport>;
}

/** The commands over a function that carries a name and its arguments to the core. */
export function commands(invoke: <T>(name: string, args?: Record<string, unknown>) => Promise<T>): Commands {
  return {
    standing: () => invoke("standing"),
    inbox: () => invoke("inbox"),
    card: (action) => invoke("card", { action }),
    newTask: (task) => invoke("new_task", { task }),
    practice: () => invoke("practice"),
    runs: () => invoke("runs"),
    findTasks: (words) => invoke("find_tasks", { words }),
    run: (run) => invoke("run", { run }),
    stopRun: (run) => invoke("stop_run", { run }),
    goOn: (run) => invoke("go_on", { run }),
    setLimits: (run, limits) => invoke("set_limits", { run, limits }),
    say: (run, text) => invoke("say", { run, text }),
    approve: (action, digest, confirm) => invoke("approve", { action, digest, confirm }),
    reject: (action, reason, stop) => invoke("reject", { action, reason, stop }),
    edit: (action, args) => invoke("edit", { action, args }),
    recall: (action) => invoke("recall", { action }),
    answer: (question, text) => invoke("answer", { question, text }),
    undo: (id) => invoke("undo", { id }),
    dismissUnknown: (action) => invoke("dismiss_unknown", { action }),
    history: (query) => invoke("history", { query }),
    why: (action) => invoke("why", { action }),
    ruleOffers: (action) => invoke("rule_offers", { action }),
    addRule: (action, draft, secondYes) => invoke("add_rule", { action, draft, secondYes }),
    rules: () => invoke("rules"),
    revokeRule: (rule) => invoke("revoke_rule", { rule }),
    trustOffers: () => invoke("trust_offers"),
    acceptTrust: (action) => invoke("accept_trust", { action }),
    declineTrust: (action) => invoke("decline_trust", { action }),
    advise: (task) => invoke("advise", { task }),
    tools: () => invoke("tools"),
    connections: () => invoke("connections"),
    addConnection: (draft) => invoke("add_connection", { draft }),
    testConnection: (name) => invoke("test_connection", { name }),
    switchConnection: (name, on) => invoke("switch_connection", { name, on }),
    signIn: (name) => invoke("sign_in", { name }),
    removeConnection: (name) => invoke("remove_connection", { name }),
    declareTool: (server, tool, declared) => invoke("declare_tool", { server, tool, declared }),
    acceptTool: (server, tool) => invoke("accept_tool", { server, tool }),
    importConnections: (file) => invoke("import_connections", { file }),
    agents: () => invoke("agents"),
    addAgent: (draft) => invoke("add_agent", { draft }),
    removeAgent: (name) => invoke("remove_agent", { name }),
    accounts: () => invoke("accounts"),
    addAccount: (draft) => invoke("add_account", { draft }),
    testAccount: (name) => invoke("test_account", { name }),
    switchAccount: (name, on) => invoke("switch_account", { name, on }),
    removeAccount: (name) => invoke("remove_account", { name }),
    automations: () => invoke("automations"),
    automation: (automation) => invoke("automation", { automation }),
    addAutomation: (draft, on) => invoke("add_automation", { draft, on }),
    changeAutomation: (automation, draft) => invoke("change_automation", { automation, draft }),
    switchAutomation: (automation, on, confirm) => invoke("switch_automation", { automation, on, confirm }),
    pauseAutomations: (paused) => invoke("pause_automations", { paused }),
    removeAutomation: (automation) => invoke("remove_automation", { automation }),
    runAutomation: (automation) => invoke("run_automation", { automation }),
    answerFiring: (firing, run) => invoke("answer_firing", { firing, run }),
    lookBack: (draft) => invoke("look_back", { draft }),
    digest: () => invoke("digest"),
    digestSeen: (until) => invoke("digest_seen", { until }),
    askNextTime: (action) => invoke("ask_next_time", { action }),
    undoAll: (actions) => invoke("undo_all", { actions }),
    settings: () => invoke("settings"),
    setSettings: (settings) => invoke("set_settings", { settings }),
    setKey: (key, fallback) => invoke("set_key", { key, fallback }),
    findModels: () => invoke("find_models"),
    freeze: () => invoke("freeze"),
    unfreeze: () => invoke("unfreeze"),
    verify: () => invoke("verify"),
    ready: () => invoke("ready"),
    export: (format) => invoke("export", { format }),
    runSample: (sample) => invoke("run_sample", { sample }),
  };
}
