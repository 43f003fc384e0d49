//! The window's commands, one line each: the engine has a function of the same name. A command that settles what a
//! run waits for also lets the run go on. `build.rs` and `capabilities/main.json` list the same names.

mod connections;

use crate::window;
use assent_engine::{Engine, clock};
use assent_protocol::{
    Action, ActionId, Advice, AutomationDraft, AutomationId, AutomationView, Automations, Budget, Decider, Digest,
    FiringId, LookBack, QuestionId, Rule, RuleDraft, RuleId, RuleOffer, RunId, Sample, SampleReport, SampleTask,
    TrustOffer, texts,
    wire::{
        Card, ErrorCode, HistoryPage, HistoryQuery, Inbox, LocalServer, NewTask, RunRow, RunView, Settings, Standing,
        ToolRow, UndoReport, Verification, WireError,
    },
};
use serde_json::Value;
use std::path::PathBuf;
use tauri::{AppHandle, Manager, State, WebviewWindow, Wry, ipc::Invoke};

type Answer<T> = Result<T, WireError>;

/// The engine, or the sentence that says why there is none.
pub struct Shell(Answer<Engine>);

impl Shell {
    /// What opening the engine came to.
    pub fn new(opened: Answer<Engine>) -> Self {
        Shell(opened)
    }

    /// The engine, if it could be opened.
    pub fn engine(&self) -> Answer<&Engine> {
        self.0.as_ref().map_err(Clone::clone)
    }

    // The engine reads and writes files, so it is asked on a thread that may wait.
    async fn ask<T: Send + 'static>(&self, ask: impl FnOnce(&Engine) -> Answer<T> + Send + 'static) -> Answer<T> {
        let engine = self.engine()?.clone();
        let asked = tauri::async_runtime::spawn_blocking(move || ask(&engine)).await;
        asked.unwrap_or_else(|_| Err(other(texts::say("desktop.command.failed", &[]))))
    }
}

/// Every command of the window.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        ready,
        standing,
        inbox,
        card,
        new_task,
        practice,
        runs,
        run,
        stop_run,
        go_on,
        set_limits,
        say,
        approve,
        reject,
        edit,
        recall,
        answer,
        undo,
        dismiss_unknown,
        history,
        export,
        why,
        rule_offers,
        add_rule,
        rules,
        revoke_rule,
        trust_offers,
        accept_trust,
        decline_trust,
        advise,
        tools,
        connections::connections,
        connections::add_connection,
        connections::test_connection,
        connections::switch_connection,
        connections::sign_in,
        connections::remove_connection,
        connections::declare_tool,
        connections::accept_tool,
        connections::import_connections,
        connections::agents,
        connections::add_agent,
        connections::remove_agent,
        connections::accounts,
        connections::add_account,
        connections::test_account,
        connections::switch_account,
        connections::remove_account,
        automations,
        automation,
        add_automation,
        change_automation,
        switch_automation,
        pause_automations,
        remove_automation,
        run_automation,
        answer_firing,
        look_back,
        digest,
        digest_seen,
        ask_next_time,
        undo_all,
        run_sample,
        settings,
        set_settings,
        set_key,
        find_models,
        freeze,
        unfreeze,
        verify,
    ]
}

#[tauri::command]
async fn ready(window: WebviewWindow) {
    window::ready(&window);
}

#[tauri::command]
async fn standing(shell: State<'_, Shell>) -> Answer<Standing> {
    shell.ask(|engine| engine.standing()).await
}

#[tauri::command]
async fn inbox(shell: State<'_, Shell>) -> Answer<Inbox> {
    shell.ask(|engine| engine.inbox()).await
}

#[tauri::command]
async fn card(shell: State<'_, Shell>, action: ActionId) -> Answer<Card> {
    shell.ask(move |engine| engine.card(action)).await
}

#[tauri::command]
async fn new_task(shell: State<'_, Shell>, task: NewTask) -> Answer<RunId> {
    shell.ask(move |engine| engine.new_task(task).inspect(|run| engine.spawn(*run))).await
}

#[tauri::command]
async fn practice(shell: State<'_, Shell>) -> Answer<NewTask> {
    shell.ask(|engine| engine.practice()).await
}

#[tauri::command]
async fn runs(shell: State<'_, Shell>) -> Answer<Vec<RunRow>> {
    shell.ask(|engine| engine.runs()).await
}

#[tauri::command]
async fn run(shell: State<'_, Shell>, run: RunId) -> Answer<RunView> {
    shell.ask(move |engine| engine.run(run)).await
}

#[tauri::command]
async fn stop_run(shell: State<'_, Shell>, run: RunId) -> Answer<()> {
    shell.ask(move |engine| engine.stop_run(run)).await
}

#[tauri::command]
async fn go_on(shell: State<'_, Shell>, run: RunId) -> Answer<()> {
    shell.ask(move |engine| engine.go_on(run).inspect(|()| engine.spawn(run))).await
}

#[tauri::command]
async fn set_limits(shell: State<'_, Shell>, run: RunId, limits: Budget) -> Answer<()> {
    shell.ask(move |engine| engine.set_limits(run, &limits).inspect(|()| engine.spawn(run))).await
}

#[tauri::command]
async fn say(shell: State<'_, Shell>, run: RunId, text: String) -> Answer<()> {
    shell.ask(move |engine| engine.say(run, &text).inspect(|()| engine.spawn(run))).await
}

#[tauri::command]
async fn approve(
    shell: State<'_, Shell>,
    action: ActionId,
    digest: Option<String>,
    confirm: Option<String>,
) -> Answer<Action> {
    shell
        .ask(move |engine| {
            let approved = engine.approve(action, digest.as_deref(), confirm.as_deref(), Decider::User);
            approved.inspect(|action| engine.spawn(action.run))
        })
        .await
}

#[tauri::command]
async fn reject(shell: State<'_, Shell>, action: ActionId, reason: Option<String>, stop: bool) -> Answer<Action> {
    shell.ask(move |engine| engine.reject(action, reason, stop).inspect(|action| engine.spawn(action.run))).await
}

#[tauri::command]
async fn edit(shell: State<'_, Shell>, action: ActionId, args: Value) -> Answer<Action> {
    shell.ask(move |engine| engine.edit(action, args).inspect(|action| engine.spawn(action.run))).await
}

#[tauri::command]
async fn recall(shell: State<'_, Shell>, action: ActionId) -> Answer<Action> {
    shell.ask(move |engine| engine.recall(action).inspect(|action| engine.spawn(action.run))).await
}

#[tauri::command]
async fn answer(shell: State<'_, Shell>, question: QuestionId, text: String) -> Answer<()> {
    shell.ask(move |engine| engine.answer(question, &text).map(|run| engine.spawn(run))).await
}

#[tauri::command]
async fn undo(shell: State<'_, Shell>, id: String) -> Answer<UndoReport> {
    shell.ask(move |engine| engine.undo(&id)).await
}

#[tauri::command]
async fn dismiss_unknown(shell: State<'_, Shell>, action: ActionId) -> Answer<()> {
    shell.ask(move |engine| engine.dismiss_unknown(action)).await
}

#[tauri::command]
async fn history(shell: State<'_, Shell>, query: HistoryQuery) -> Answer<HistoryPage> {
    shell.ask(move |engine| engine.history(&query)).await
}

#[tauri::command]
async fn export(app: AppHandle, shell: State<'_, Shell>, format: String) -> Answer<String> {
    let to = export_path(&app, &format)?;
    shell.ask(move |engine| engine.export(&format, &to).map(|()| to.display().to_string())).await
}

#[tauri::command]
async fn why(shell: State<'_, Shell>, action: ActionId) -> Answer<Vec<String>> {
    shell.ask(move |engine| engine.why(action)).await
}

#[tauri::command]
async fn rule_offers(shell: State<'_, Shell>, action: ActionId) -> Answer<Vec<RuleOffer>> {
    shell.ask(move |engine| engine.rule_offers(action)).await
}

#[tauri::command]
async fn add_rule(shell: State<'_, Shell>, action: ActionId, draft: RuleDraft, second_yes: bool) -> Answer<Rule> {
    shell.ask(move |engine| engine.add_rule(action, draft, second_yes)).await
}

#[tauri::command]
async fn rules(shell: State<'_, Shell>) -> Answer<Vec<Rule>> {
    shell.ask(|engine| engine.rules()).await
}

#[tauri::command]
async fn revoke_rule(shell: State<'_, Shell>, rule: RuleId) -> Answer<()> {
    shell.ask(move |engine| engine.revoke_rule(rule)).await
}

#[tauri::command]
async fn trust_offers(shell: State<'_, Shell>) -> Answer<Vec<TrustOffer>> {
    shell.ask(|engine| engine.trust_offers()).await
}

#[tauri::command]
async fn accept_trust(shell: State<'_, Shell>, action: ActionId) -> Answer<Rule> {
    shell.ask(move |engine| engine.accept_trust(action)).await
}

#[tauri::command]
async fn decline_trust(shell: State<'_, Shell>, action: ActionId) -> Answer<()> {
    shell.ask(move |engine| engine.decline_trust(action)).await
}

#[tauri::command]
async fn advise(shell: State<'_, Shell>, task: NewTask) -> Answer<Advice> {
    shell.ask(move |engine| engine.advise(&task)).await
}

#[tauri::command]
async fn tools(shell: State<'_, Shell>) -> Answer<Vec<ToolRow>> {
    shell.ask(|engine| engine.tools()).await
}

#[tauri::command]
async fn automations(shell: State<'_, Shell>) -> Answer<Automations> {
    shell.ask(|engine| engine.automations()).await
}

#[tauri::command]
async fn automation(shell: State<'_, Shell>, automation: AutomationId) -> Answer<AutomationView> {
    shell.ask(move |engine| engine.automation(automation)).await
}

#[tauri::command]
async fn add_automation(shell: State<'_, Shell>, draft: AutomationDraft, on: bool) -> Answer<AutomationView> {
    shell.ask(move |engine| engine.add_automation(draft, on)).await
}

#[tauri::command]
async fn change_automation(
    shell: State<'_, Shell>,
    automation: AutomationId,
    draft: AutomationDraft,
) -> Answer<AutomationView> {
    shell.ask(move |engine| engine.change_automation(automation, draft)).await
}

#[tauri::command]
async fn switch_automation(
    shell: State<'_, Shell>,
    automation: AutomationId,
    on: bool,
    confirm: Option<String>,
) -> Answer<AutomationView> {
    shell.ask(move |engine| engine.switch_automation(automation, on, confirm.as_deref())).await
}

#[tauri::command]
async fn pause_automations(shell: State<'_, Shell>, paused: bool) -> Answer<()> {
    shell.ask(move |engine| engine.pause_automations(paused)).await
}

#[tauri::command]
async fn remove_automation(shell: State<'_, Shell>, automation: AutomationId) -> Answer<()> {
    shell.ask(move |engine| engine.remove_automation(automation)).await
}

#[tauri::command]
async fn run_automation(shell: State<'_, Shell>, automation: AutomationId) -> Answer<RunId> {
    shell.ask(move |engine| engine.run_automation(automation)).await
}

#[tauri::command]
async fn answer_firing(shell: State<'_, Shell>, firing: FiringId, run: bool) -> Answer<()> {
    shell.ask(move |engine| engine.answer_firing(firing, run)).await
}

#[tauri::command]
async fn look_back(shell: State<'_, Shell>, draft: AutomationDraft) -> Answer<LookBack> {
    shell.ask(move |engine| engine.look_back(draft)).await
}

#[tauri::command]
async fn digest(shell: State<'_, Shell>) -> Answer<Digest> {
    shell.ask(|engine| engine.digest()).await
}

#[tauri::command]
async fn digest_seen(shell: State<'_, Shell>, until: i64) -> Answer<()> {
    shell.ask(move |engine| engine.digest_seen(until)).await
}

#[tauri::command]
async fn ask_next_time(shell: State<'_, Shell>, action: ActionId) -> Answer<String> {
    shell.ask(move |engine| engine.ask_next_time(action)).await
}

#[tauri::command]
async fn undo_all(shell: State<'_, Shell>, actions: Vec<ActionId>) -> Answer<UndoReport> {
    shell.ask(move |engine| engine.undo_all(actions)).await
}

// It has an engine, a journal and a clock of its own, so it needs nothing of this one.
#[tauri::command]
async fn run_sample(app: AppHandle, sample: Sample) -> Answer<SampleReport> {
    let home = app.path().home_dir().map_err(|error| other(error.to_string()))?;
    let task = SampleTask { sample, seed: 1, days: None, folder: None, letters: None };
    let run = move || tauri::async_runtime::block_on(assent_engine::run_sample(&task, &home, &|_| ()));
    let ran = tauri::async_runtime::spawn_blocking(run).await;
    ran.unwrap_or_else(|_| Err(other(texts::say("desktop.command.failed", &[]))))
}

#[tauri::command]
async fn settings(shell: State<'_, Shell>) -> Answer<Settings> {
    shell.ask(|engine| engine.settings()).await
}

#[tauri::command]
async fn set_settings(shell: State<'_, Shell>, settings: Settings) -> Answer<Settings> {
    shell.ask(move |engine| engine.set_settings(settings)).await
}

#[tauri::command]
async fn set_key(shell: State<'_, Shell>, key: String, fallback: bool) -> Answer<String> {
    shell.ask(move |engine| engine.set_key(&key, fallback)).await
}

#[tauri::command]
async fn find_models(shell: State<'_, Shell>) -> Answer<Vec<LocalServer>> {
    Ok(shell.engine()?.find_models().await)
}

#[tauri::command]
async fn freeze(shell: State<'_, Shell>) -> Answer<()> {
    shell.ask(|engine| engine.freeze()).await
}

#[tauri::command]
async fn unfreeze(shell: State<'_, Shell>) -> Answer<()> {
    shell.ask(|engine| engine.unfreeze()).await
}

#[tauri::command]
async fn verify(shell: State<'_, Shell>) -> Answer<Verification> {
    shell.ask(|engine| engine.verify()).await
}

// Named by the millisecond, so that no export ever overwrites one before it.
fn export_path(app: &AppHandle, format: &str) -> Answer<PathBuf> {
    if !matches!(format, "jsonl" | "csv") {
        return Err(WireError { code: ErrorCode::BadInput, message: texts::say("desktop.export.format", &[]) });
    }
    let place = app.path().download_dir().ok().filter(|folder| folder.is_dir());
    let folder = place.or_else(|| app.path().home_dir().ok());
    let folder = folder.ok_or_else(|| other(texts::say("desktop.export.no_folder", &[])))?;
    Ok(folder.join(format!("assent-history-{}.{format}", clock::now())))
}

fn other(message: String) -> WireError {
    WireError { code: ErrorCode::Other, message }
}
