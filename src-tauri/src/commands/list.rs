//! Every command of the window, in one list. The handler, the manifest and the capability (`build.rs`), and
//! `ui/src/host/commands.ts` are made from it. The comment on a command is what the front end reads.
//!
//! Under `engine` a command is a function of the engine. One that settles what a run waits for also lets the run go on.
//! Under `app` it needs the program around the engine.

use super::{Answer, Shell, commands, export_history, show_sample};
use crate::window;
use assent_protocol::{
    Account, AccountDraft, Action, ActionId, Advice, Agent, AgentDraft, AutomationDraft, AutomationId, AutomationView,
    Automations, Budget, Connection, Decider, Declaration, Digest, FiringId, Imported, LookBack, QuestionId, Rule,
    RuleDraft, RuleId, RuleOffer, RunId, Sample, SampleReport, ServerDraft, TrustOffer,
    wire::{
        Card, HistoryPage, HistoryQuery, Inbox, LocalServer, NewTask, RunRow, RunView, Settings, Standing, ToolRow,
        UndoReport, Verification,
    },
};
use serde_json::Value;
use tauri::{AppHandle, State};

commands! {
    engine {
        standing() -> Standing = |engine| engine.standing();
        inbox() -> Inbox = |engine| engine.inbox();
        card(action: ActionId) -> Card = |engine| engine.card(action);
        new_task(task: NewTask) -> RunId = |engine| engine.new_task(task).inspect(|run| engine.spawn(*run));
        /// Makes the practice folder anew; starting the task is a second step.
        practice() -> NewTask = |engine| engine.practice();
        runs() -> Vec<RunRow> = |engine| engine.runs();
        /// Tasks in which all of these words were asked for, said or answered.
        find_tasks(words: String) -> Vec<RunRow> = |engine| engine.find_tasks(&words);
        run(run: RunId) -> RunView = |engine| engine.run(run);
        stop_run(run: RunId) -> () = |engine| engine.stop_run(run);
        go_on(run: RunId) -> () = |engine| engine.go_on(run).inspect(|()| engine.spawn(run));
        /// Limits that are not named stay. A run that stood still at one of them goes on.
        set_limits(run: RunId, limits: Budget) -> () =
            |engine| engine.set_limits(run, &limits).inspect(|()| engine.spawn(run));
        say(run: RunId, text: String) -> () = |engine| engine.say(run, &text).inspect(|()| engine.spawn(run));
        /// `digest` is that of the card that was looked at. `confirm` is what was typed on an escalation, or the
        /// action's own id where the button was held instead.
        approve(action: ActionId, digest: Option<String>, confirm: Option<String>) -> Action =
            |engine| engine.approve(action, digest.as_deref(), confirm.as_deref(), Decider::User)
                .inspect(|done| engine.spawn(done.run));
        reject(action: ActionId, reason: Option<String>, stop: bool) -> Action =
            |engine| engine.reject(action, reason, stop).inspect(|action| engine.spawn(action.run));
        /// The new action: approved, or waiting when it reaches further than what was shown.
        edit(action: ActionId, args: Value) -> Action =
            |engine| engine.edit(action, args).inspect(|action| engine.spawn(action.run));
        /// Takes back what is held and has not started.
        recall(action: ActionId) -> Action = |engine| engine.recall(action).inspect(|action| engine.spawn(action.run));
        answer(question: QuestionId, text: String) -> () =
            |engine| engine.answer(question, &text).map(|run| engine.spawn(run));
        /// Takes one action (`a12`) or a whole run (`r3`) back.
        undo(id: String) -> UndoReport = |engine| engine.undo(&id);
        dismiss_unknown(action: ActionId) -> () = |engine| engine.dismiss_unknown(action);
        history(query: HistoryQuery) -> HistoryPage = |engine| engine.history(&query);
        why(action: ActionId) -> Vec<String> = |engine| engine.why(action);
        rule_offers(action: ActionId) -> Vec<RuleOffer> = |engine| engine.rule_offers(action);
        add_rule(action: ActionId, draft: RuleDraft, second_yes: bool) -> Rule =
            |engine| engine.add_rule(action, draft, second_yes);
        rules() -> Vec<Rule> = |engine| engine.rules();
        revoke_rule(rule: RuleId) -> () = |engine| engine.revoke_rule(rule);
        /// Rules that the user's own answers speak for; nothing is taken by itself.
        trust_offers() -> Vec<TrustOffer> = |engine| engine.trust_offers();
        accept_trust(action: ActionId) -> Rule = |engine| engine.accept_trust(action);
        decline_trust(action: ActionId) -> () = |engine| engine.decline_trust(action);
        /// Which mode fits a task that is not started yet.
        advise(task: NewTask) -> Advice = |engine| engine.advise(&task);
        tools() -> Vec<ToolRow> = |engine| engine.tools();
        connections() -> Vec<Connection> = |engine| engine.connections();
        /// Adds a server and looks at it; one that does not answer is kept, switched off, with its error.
        add_connection(draft: ServerDraft) -> Connection = |engine| engine.add_connection(draft);
        test_connection(name: String) -> Connection = |engine| engine.test_connection(&name);
        switch_connection(name: String, on: bool) -> Connection = |engine| engine.switch_connection(&name, on);
        /// Asks where to sign in and opens the browser there; gives the address.
        sign_in(name: String) -> String = |engine| engine.sign_in(&name, true);
        remove_connection(name: String) -> () = |engine| engine.remove_connection(&name);
        /// Null takes back what was said: the tool always asks again.
        declare_tool(server: String, tool: String, declared: Option<Declaration>) -> Connection =
            |engine| engine.declare_tool(&server, &tool, declared);
        accept_tool(server: String, tool: String) -> Connection = |engine| engine.accept_tool(&server, &tool);
        import_connections(file: String) -> Imported = |engine| engine.import_connections(&file);
        agents() -> Vec<Agent> = |engine| engine.agents();
        /// Its program is pinned as it is now.
        add_agent(draft: AgentDraft) -> Agent = |engine| engine.add_agent(draft);
        remove_agent(name: String) -> () = |engine| engine.remove_agent(&name);
        accounts() -> Vec<Account> = |engine| engine.accounts();
        /// The password goes to the keychain; the account is tried once.
        add_account(draft: AccountDraft) -> Account = |engine| engine.add_account(draft);
        test_account(name: String) -> Account = |engine| engine.test_account(&name);
        switch_account(name: String, on: bool) -> Account = |engine| engine.switch_account(&name, on);
        remove_account(name: String) -> () = |engine| engine.remove_account(&name);
        automations() -> Automations = |engine| engine.automations();
        automation(automation: AutomationId) -> AutomationView = |engine| engine.automation(automation);
        add_automation(draft: AutomationDraft, on: bool) -> AutomationView = |engine| engine.add_automation(draft, on);
        change_automation(automation: AutomationId, draft: AutomationDraft) -> AutomationView =
            |engine| engine.change_automation(automation, draft);
        /// What an agent proposed is switched on only with its id as confirmation.
        switch_automation(automation: AutomationId, on: bool, confirm: Option<String>) -> AutomationView =
            |engine| engine.switch_automation(automation, on, confirm.as_deref());
        pause_automations(paused: bool) -> () = |engine| engine.pause_automations(paused);
        remove_automation(automation: AutomationId) -> () = |engine| engine.remove_automation(automation);
        run_automation(automation: AutomationId) -> RunId = |engine| engine.run_automation(automation);
        /// Whether to make up for a time that was missed.
        answer_firing(firing: FiringId, run: bool) -> () = |engine| engine.answer_firing(firing, run);
        /// What an automation like this would have done with the last events; nothing of it happens.
        look_back(draft: AutomationDraft) -> LookBack = |engine| engine.look_back(draft);
        /// What happened since `digestSeen` was last called.
        digest() -> Digest = |engine| engine.digest();
        /// `until` is in milliseconds since 1970, from the digest that was looked at.
        digest_seen(until: i64) -> () = |engine| engine.digest_seen(until);
        /// Says which rule ended or was made.
        ask_next_time(action: ActionId) -> String = |engine| engine.ask_next_time(action);
        undo_all(actions: Vec<ActionId>) -> UndoReport = |engine| engine.undo_all(actions);
        settings() -> Settings = |engine| engine.settings();
        set_settings(settings: Settings) -> Settings = |engine| engine.set_settings(settings);
        /// The key of the model, or of the one that takes its place.
        set_key(key: String, fallback: bool) -> String = |engine| engine.set_key(&key, fallback);
        /// Programs on this computer that offer models; only for a person who asks for it.
        find_models() -> Vec<LocalServer> = |engine| Ok(tauri::async_runtime::block_on(engine.find_models()));
        freeze() -> () = |engine| engine.freeze();
        unfreeze() -> () = |engine| engine.unfreeze();
        verify() -> Verification = |engine| engine.verify();
    }
    app {
        /// The first frame is drawn: the window may be shown.
        ready() -> () = |app| {
            window::ready(app);
            Ok(())
        };
        /// Writes the history to a file in Downloads, and says which.
        export(format: String) -> String = |app| export_history(app, &format);
        /// Shows a ready domain at work, in a folder and with a history of its own.
        run_sample(sample: Sample) -> SampleReport = |app| show_sample(app, sample);
    }
}
