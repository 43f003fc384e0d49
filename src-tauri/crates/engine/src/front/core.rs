//! The engine as a front end sees it: in this program, or in the one that has the data folder open, asked through its
//! local socket. One list of functions makes both, so the two can never drift apart.

use crate::{
    Answered, Engine,
    base::words,
    front::socket::{self, Line, Reached},
};
use assent_protocol::{
    Account, AccountDraft, Action, ActionId, Advice, Agent, AgentDraft, AutomationDraft, AutomationId, AutomationView,
    Automations, Budget, Connection, Decider, Declaration, Digest, FiringId, Imported, LookBack, Question, QuestionId,
    Rule, RuleDraft, RuleId, RuleOffer, Run, RunId, ServerDraft, TriageRule, TrustOffer,
    wire::{
        Card, ErrorCode, HistoryPage, HistoryQuery, Inbox, LocalServer, NewTask, PriceRow, RunRow, RunView, Settings,
        Standing, ToolRow, UndoReport, Verification, WireError,
    },
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The engine, wherever it is.
#[derive(Clone)]
pub enum Core {
    /// In this program.
    Here(Engine),
    /// In the program that has the data folder open.
    There(Line),
}

// `plain` functions take what they are given; those that borrow say in which form it travels.
macro_rules! functions {
    (
        plain { $( $name:ident($($arg:ident: $type:ty),*) -> $answer:ty; )* }
        borrowing { $( $lent:ident($($part:ident: $borrowed:ty as $kept:ty),*) -> $given:ty = $call:expr; )* }
    ) => {
        #[expect(clippy::missing_errors_doc, reason = "each fails as the engine's function of its name, or when the line is cut")]
        impl Core {
            $(
                #[doc = concat!("[`Engine::", stringify!($name), "`].")]
                pub fn $name(&self, $($arg: $type),*) -> Answered<$answer> {
                    match self {
                        Core::Here(engine) => engine.$name($($arg),*),
                        Core::There(line) => line.ask(stringify!($name), &($($arg,)*)),
                    }
                }
            )*
            $(
                #[doc = concat!("[`Engine::", stringify!($lent), "`].")]
                pub fn $lent(&self, $($part: $borrowed),*) -> Answered<$given> {
                    match self {
                        Core::Here(engine) => engine.$lent($($part),*),
                        Core::There(line) => line.ask(stringify!($lent), &($($part,)*)),
                    }
                }
            )*
        }

        /// Does what a line asks for.
        pub(crate) fn answer(engine: &Engine, name: &str, with: Value) -> Answered<Value> {
            match name {
                $( stringify!($name) => {
                    let ($($arg,)*): ($($type,)*) = read(with)?;
                    written(engine.$name($($arg),*)?)
                } )*
                $( stringify!($lent) => {
                    let call: fn(&Engine, ($($kept,)*)) -> Answered<$given> = $call;
                    written(call(engine, read(with)?)?)
                } )*
                _ => Err(words::bad_input("engine.socket.unknown", &[("name", name)])),
            }
        }
    };
}

functions! {
    plain {
        standing() -> Standing;
        inbox() -> Inbox;
        card(id: ActionId) -> Card;
        new_task(task: NewTask) -> RunId;
        practice() -> NewTask;
        runs() -> Vec<RunRow>;
        run(id: RunId) -> RunView;
        stop_run(run: RunId) -> ();
        go_on(run: RunId) -> ();
        reject(id: ActionId, reason: Option<String>, stop: bool) -> Action;
        edit(id: ActionId, args: Value) -> Action;
        recall(id: ActionId) -> Action;
        look_for(id: ActionId) -> String;
        dismiss_unknown(id: ActionId) -> ();
        why(id: ActionId) -> Vec<String>;
        rule_offers(id: ActionId) -> Vec<RuleOffer>;
        add_rule(from: ActionId, draft: RuleDraft, second_yes: bool) -> Rule;
        preview_rule(draft: RuleDraft) -> RuleOffer;
        make_rule(draft: RuleDraft, second_yes: bool) -> Rule;
        rules() -> Vec<Rule>;
        revoke_rule(id: RuleId) -> ();
        tools() -> Vec<ToolRow>;
        settings() -> Settings;
        set_settings(settings: Settings) -> Settings;
        domains() -> Vec<String>;
        set_domains(names: Vec<String>) -> ();
        freeze() -> ();
        trust_offers() -> Vec<TrustOffer>;
        accept_trust(id: ActionId) -> Rule;
        decline_trust(id: ActionId) -> ();
        unfreeze() -> ();
        verify() -> Verification;
        connections() -> Vec<Connection>;
        add_connection(draft: ServerDraft) -> Connection;
        accounts() -> Vec<Account>;
        add_account(draft: AccountDraft) -> Account;
        server_questions(run: RunId) -> Vec<Question>;
        prices() -> (Vec<PriceRow>, String);
        automations() -> Automations;
        look_back(draft: AutomationDraft) -> LookBack;
        triage_rule(text: String) -> TriageRule;
        digest() -> Digest;
        digest_since(since: i64) -> Digest;
        digest_seen(until: i64) -> ();
        ask_next_time(id: ActionId) -> String;
        undo_all(ids: Vec<ActionId>) -> UndoReport;
        automation(id: AutomationId) -> AutomationView;
        add_automation(draft: AutomationDraft, on: bool) -> AutomationView;
        change_automation(id: AutomationId, draft: AutomationDraft) -> AutomationView;
        remove_automation(id: AutomationId) -> ();
        run_automation(id: AutomationId) -> RunId;
        pause_automations(paused: bool) -> ();
        answer_firing(id: FiringId, run: bool) -> ();
        agents() -> Vec<Agent>;
        add_agent(draft: AgentDraft) -> Agent;
        elsewhere_request(run: RunId, tool: String, arguments: Value, why: Option<String>) -> String;
        elsewhere_action(run: RunId, call: String) -> Action;
        elsewhere_question(run: RunId, text: String) -> String;
        elsewhere_answer(run: RunId, call: String) -> Option<String>;
        elsewhere_notify(run: RunId, text: String) -> ();
        elsewhere_history(run: RunId, search: String) -> Vec<Action>;
        elsewhere_withdraw(run: RunId, call: String) -> ();
    }
    borrowing {
        find_tasks(words: &str as String) -> Vec<RunRow> = |engine, (words,)| engine.find_tasks(&words);
        approve(
            id: ActionId as ActionId,
            digest: Option<&str> as Option<String>,
            confirm: Option<&str> as Option<String>,
            by: Decider as Decider
        ) -> Action = |engine, (id, digest, confirm, by)| {
            // Only a person at a terminal or its flag answers through the line; nothing else has a word here.
            let by = if by == Decider::Flag { Decider::Flag } else { Decider::User };
            engine.approve(id, digest.as_deref(), confirm.as_deref(), by)
        };
        answer(id: QuestionId as QuestionId, text: &str as String) -> RunId
            = |engine, (id, text)| engine.answer(id, &text);
        say(run: RunId as RunId, text: &str as String) -> () = |engine, (run, text)| engine.say(run, &text);
        undo(id: &str as String) -> UndoReport = |engine, (id,)| engine.undo(&id);
        history(query: &HistoryQuery as HistoryQuery) -> HistoryPage = |engine, (query,)| engine.history(&query);
        set_limits(run: RunId as RunId, set: &Budget as Budget) -> ()
            = |engine, (run, set)| engine.set_limits(run, &set);
        set_key(key: &str as String, fallback: bool as bool) -> String
            = |engine, (key, fallback)| engine.set_key(&key, fallback);
        test_connection(name: &str as String) -> Connection = |engine, (name,)| engine.test_connection(&name);
        switch_connection(name: &str as String, on: bool as bool) -> Connection
            = |engine, (name, on)| engine.switch_connection(&name, on);
        sign_in(name: &str as String, browser: bool as bool) -> String
            = |engine, (name, browser)| engine.sign_in(&name, browser);
        remove_connection(name: &str as String) -> () = |engine, (name,)| engine.remove_connection(&name);
        test_account(name: &str as String) -> Account = |engine, (name,)| engine.test_account(&name);
        switch_account(name: &str as String, on: bool as bool) -> Account
            = |engine, (name, on)| engine.switch_account(&name, on);
        remove_account(name: &str as String) -> () = |engine, (name,)| engine.remove_account(&name);
        declare_tool(
            server: &str as String,
            tool: &str as String,
            declared: Option<Declaration> as Option<Declaration>
        ) -> Connection = |engine, (server, tool, declared)| engine.declare_tool(&server, &tool, declared);
        accept_tool(server: &str as String, tool: &str as String) -> Connection
            = |engine, (server, tool)| engine.accept_tool(&server, &tool);
        import_connections(file: &str as String) -> Imported = |engine, (file,)| engine.import_connections(&file);
        remove_agent(name: &str as String) -> () = |engine, (name,)| engine.remove_agent(&name);
        advise(task: &NewTask as NewTask) -> Advice = |engine, (task,)| engine.advise(&task);
        switch_automation(
            id: AutomationId as AutomationId,
            on: bool as bool,
            confirm: Option<&str> as Option<String>
        ) -> AutomationView = |engine, (id, on, confirm)| engine.switch_automation(id, on, confirm.as_deref());
        export(format: &str as String, to: &Path as PathBuf) -> ()
            = |engine, (format, to)| engine.export(&format, &to);
    }
}

impl Core {
    /// A line to the program that has `data` open; none where nobody listens.
    ///
    /// # Errors
    /// When somebody holds the socket and does not answer.
    pub fn there(data: &Path) -> Answered<Option<Core>> {
        match Line::to(data) {
            Reached::Line(line) => Ok(Some(Core::There(line))),
            Reached::Nobody => Ok(None),
            Reached::Silent(message) => Err(WireError { code: ErrorCode::Other, message }),
        }
    }

    /// The engine in this program.
    ///
    /// # Errors
    /// When another program has it: what needs it here must wait until that one is closed.
    pub fn here(&self) -> Answered<&Engine> {
        match self {
            Core::Here(engine) => Ok(engine),
            Core::There(_) => Err(words::bad_input("engine.socket.here_only", &[])),
        }
    }

    /// [`Engine::drive`]. Where another program has the engine, it drives; cutting the line does not stop it.
    ///
    /// # Errors
    /// As [`Engine::drive`], or when the line is cut.
    pub async fn drive(&self, id: RunId) -> Answered<Run> {
        match self {
            Core::Here(engine) => engine.drive(id).await,
            Core::There(line) => {
                let line = line.clone();
                let asked = tokio::task::spawn_blocking(move || line.ask(socket::DRIVE, &(id,))).await;
                asked.map_err(words::other)?
            }
        }
    }

    /// Lets an agent elsewhere ask here, until what this gives is dropped or this program ends.
    ///
    /// # Errors
    /// When there are too many of them, or the line is cut.
    pub fn attend(&self, claimed: &str) -> Answered<Attendance> {
        match self {
            Core::Here(engine) => {
                let run = engine.attend(claimed, socket::parent_of_this())?;
                Ok(Attendance { run, held: Held::Here(engine.clone()) })
            }
            Core::There(line) => {
                let (run, stream) = line.attend(claimed)?;
                Ok(Attendance { run, held: Held::There(stream) })
            }
        }
    }

    /// [`Engine::find_models`]: looked for from here, whoever has the engine, since it is the same computer.
    pub async fn find_models(&self) -> Vec<LocalServer> {
        crate::sources::models::find().await
    }

    /// [`Engine::close`]; nothing where another program has it.
    pub fn close(&self) {
        if let Core::Here(engine) = self {
            engine.close();
        }
    }
}

/// The time that an agent elsewhere is connected.
pub struct Attendance {
    /// Its run.
    pub run: RunId,
    held: Held,
}

enum Held {
    Here(Engine),
    // The other end sees it close, also when this program is killed.
    There(std::os::unix::net::UnixStream),
}

impl Drop for Attendance {
    fn drop(&mut self) {
        match &self.held {
            Held::Here(engine) => engine.leave(self.run),
            Held::There(stream) => {
                let _ = stream.shutdown(std::net::Shutdown::Both);
            }
        }
    }
}

fn read<T: DeserializeOwned>(with: Value) -> Answered<T> {
    serde_json::from_value(with)
        .map_err(|error| words::bad_input("engine.socket.args", &[("error", &error.to_string())]))
}

fn written<T: Serialize>(answer: T) -> Answered<Value> {
    serde_json::to_value(answer).map_err(|error: serde_json::Error| -> WireError { words::other(error) })
}
