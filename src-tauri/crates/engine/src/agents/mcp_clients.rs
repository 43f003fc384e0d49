//! Agents elsewhere that ask here whether they may do something (`assent mcp`). Each that is connected has a run of its
//! own; a request in it is an action whose effect is the answer. What Assent knows of such an agent is what it claims to
//! be called, and of its calls what can be read in them. When it goes away, what still waits is withdrawn.

use crate::{
    Answered, Control, Engine, Notice,
    base::{
        driver::{Driver, MCP_CLIENT},
        words,
    },
};
use assent_journal::{JournalError, NewRun};
use assent_protocol::{
    Action, Mode, ProposedCall, Run, RunId, RunStatus, Status, Turn, texts,
    visible::visible,
    wire::{Change, ErrorCode, HistoryQuery, WireError},
};
use assent_tools::elsewhere::{Elsewhere, client_name};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
};

/// In front of the agent's name, where a run names its model.
/// Agents at a time.
const MOST_SESSIONS: usize = 16;
/// Requests of one agent that wait at a time, and all that one connection may send.
const MOST_OPEN: usize = 16;
const MOST_REQUESTS: u32 = 2_000;
/// Characters of an agent's own words.
const MOST_WORDS: usize = 4_000;
/// Actions of the past that an agent is shown.
const SHOWN: usize = 20;

/// The agents that are connected now.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<HashMap<RunId, Session>>,
    // Held from the look at what waits until one more does.
    asking: Mutex<()>,
}

struct Session {
    client: String,
    /// The process that the request came from: the one that started `assent mcp`.
    asker: Option<i32>,
    sent: u32,
}

impl Engine {
    /// An agent has connected: what it asks for is kept in a run of its own. `asker` is the process that speaks for it.
    ///
    /// # Errors
    /// When there are too many, or the journal cannot be written.
    pub(crate) fn attend(&self, claimed: &str, asker: Option<i32>) -> Answered<RunId> {
        self.whole()?;
        let client = client_name(claimed);
        let mut sessions = self.sessions();
        if sessions.len() >= MOST_SESSIONS {
            return Err(words::bad_input("elsewhere.many", &[("count", &MOST_SESSIONS.to_string())]));
        }
        let goal = texts::say("elsewhere.goal", &[("client", &client)]);
        let model = format!("{MCP_CLIENT}{client}");
        let new = NewRun { goal, mode: Mode::Ask, model, grants: Vec::new(), hosts: Vec::new() };
        let run = self.0.journal.add_run(&new, self.0.host.now())?;
        sessions.insert(run, Session { client, asker, sent: 0 });
        drop(sessions);
        self.0.host.changed(Change::Run { run, status: RunStatus::Running });
        Ok(run)
    }

    /// An agent has gone: what it waits for is withdrawn.
    pub(crate) fn leave(&self, run: RunId) {
        self.sessions().remove(&run);
        self.close_session(run);
    }

    /// Sessions that were open when the program ended are over.
    pub(crate) fn close_old_sessions(&self) {
        for run in self.0.journal.unfinished_runs().unwrap_or_default() {
            if matches!(Driver::of(&run.model), Driver::McpClient(_)) {
                self.close_session(run.id);
            }
        }
    }

    /// Whether one of these processes is an agent that waits for an answer here.
    pub(crate) fn asks_here(&self, processes: &[i32]) -> bool {
        self.sessions().values().any(|session| session.asker.is_some_and(|asker| processes.contains(&asker)))
    }

    /// A call that an agent wants to make, as a request of its run. Gives the name by which its answer is asked for.
    ///
    /// # Errors
    /// For what is no call, too many at a time, and while everything or this agent is stopped.
    pub fn elsewhere_request(
        &self,
        run: RunId,
        tool: String,
        arguments: Value,
        why: Option<String>,
    ) -> Answered<String> {
        let _asking = self.0.agents.sessions.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let (row, client, call) = self.may_ask(run)?;
        let tool = Elsewhere::of(&client, &tool).map_err(words::bad_input_said)?;
        let call = ProposedCall {
            call,
            tool: assent_agent::Tool::spec(&tool).name,
            args: arguments.to_string(),
            says: why.map(|why| why.chars().take(MOST_WORDS).collect()),
        };
        self.keep_turn(run, String::new(), vec![call.clone()])?;
        let turns = self.0.journal.turns(run)?;
        self.judge_here(&row, &turns, &call)?;
        self.spawn(run);
        Ok(call.call)
    }

    /// The action of a request as it stands now: the user's edit, where there is one.
    ///
    /// # Errors
    /// When there is no such request.
    pub fn elsewhere_action(&self, run: RunId, call: String) -> Answered<Action> {
        let actions = self.0.journal.actions_of(run)?;
        actions.into_iter().rev().find(|action| action.call == call).ok_or_else(|| words::not_found(&call))
    }

    /// A question of an agent to the user.
    ///
    /// # Errors
    /// As [`Engine::elsewhere_request`].
    pub fn elsewhere_question(&self, run: RunId, text: String) -> Answered<String> {
        let _asking = self.0.agents.sessions.asking.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, _, call) = self.may_ask(run)?;
        let text = said(&text)?;
        let args = json!({"question": text}).to_string();
        let proposed = ProposedCall { call: call.clone(), tool: "ask_user".to_owned(), args, says: None };
        self.keep_turn(run, String::new(), vec![proposed])?;
        self.0.journal.add_question(run, &call, &visible(&text), &[], self.0.host.now())?;
        self.spawn(run);
        Ok(call)
    }

    /// The user's answer to a question; none as long as there is none.
    ///
    /// # Errors
    /// When there is no such question, or its run was stopped.
    pub fn elsewhere_answer(&self, run: RunId, call: String) -> Answered<Option<String>> {
        let questions = self.0.journal.questions_of(run)?;
        let found = questions.into_iter().find(|(question, _)| question.call == call);
        let (_, answer) = found.ok_or_else(|| words::not_found(&call))?;
        if answer.is_none() && self.run_row(run)?.status == RunStatus::Stopped {
            return Err(words::bad_input("elsewhere.stopped", &[]));
        }
        Ok(answer)
    }

    /// A message of an agent that nobody answers.
    ///
    /// # Errors
    /// As [`Engine::elsewhere_request`].
    pub fn elsewhere_notify(&self, run: RunId, text: String) -> Answered<()> {
        let (_, client, _) = self.may_ask(run)?;
        self.keep_turn(run, said(&text)?, Vec::new())?;
        self.0.host.notify(Notice {
            key: format!("message {run}"),
            title: texts::say("elsewhere.notice", &[("client", &client)]),
            body: texts::say("elsewhere.notice.body", &[("run", &run.to_string())]),
            action: None,
            urgent: false,
        });
        self.spawn(run);
        Ok(())
    }

    /// What agents of this one's name asked for, newest first; nothing of the user's own tasks.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn elsewhere_history(&self, run: RunId, search: String) -> Answered<Vec<Action>> {
        let (row, _) = self.session_of(run)?;
        let query = HistoryQuery { search, limit: 500, ..HistoryQuery::default() };
        let page = self.0.journal.history(&query)?;
        let mut same = HashMap::new();
        let mut found = Vec::new();
        for action in page.actions {
            let theirs = *same
                .entry(action.run)
                .or_insert_with(|| self.run_row(action.run).is_ok_and(|other| other.model == row.model));
            if theirs && found.len() < SHOWN {
                found.push(action);
            }
        }
        Ok(found)
    }

    /// The agent wants the answer no longer.
    ///
    /// # Errors
    /// When the journal cannot be written. A request that was answered stays so.
    pub fn elsewhere_withdraw(&self, run: RunId, call: String) -> Answered<()> {
        let action = self.elsewhere_action(run, call)?;
        self.take_back(&action, &texts::say("elsewhere.cancelled", &[]))?;
        self.spawn(run);
        Ok(())
    }

    /// What [`Engine::drive`] does in such a run: what was settled with yes is told, and nothing else goes on by itself.
    pub(crate) async fn drive_elsewhere(&self, run: &Run, control: &Arc<Control>) -> Answered<()> {
        while let Some(action) = self.settled_with_yes(run.id)? {
            if control.stop.load(Ordering::SeqCst) {
                return Ok(());
            }
            let turns = self.0.journal.turns(run.id)?;
            self.start(run, &turns, &action.call, control).await?;
        }
        let questions = self.0.journal.questions_of(run.id)?;
        let waits = self.waiting_count(run.id)? > 0 || questions.iter().any(|(_, answer)| answer.is_none());
        let status = if waits { RunStatus::Waiting } else { RunStatus::Done };
        self.settle(run, status, None)
    }

    fn settled_with_yes(&self, run: RunId) -> Answered<Option<Action>> {
        let actions = self.0.journal.actions_of(run)?;
        Ok(actions.into_iter().find(|action| matches!(action.status, Status::Approved | Status::Allowed)))
    }

    fn waiting_count(&self, run: RunId) -> Answered<usize> {
        let actions = self.0.journal.actions_of(run)?;
        Ok(actions.iter().filter(|action| action.status == Status::Waiting).count())
    }

    fn session_of(&self, run: RunId) -> Answered<(Run, String)> {
        let client = self.sessions().get(&run).map(|session| session.client.clone());
        let client = client.ok_or_else(|| words::bad_input("elsewhere.no_session", &[]))?;
        Ok((self.run_row(run)?, client))
    }

    // Everything that an agent sends is counted, so that one that floods is refused and fills no disk.
    fn may_ask(&self, run: RunId) -> Answered<(Run, String, String)> {
        let (row, client) = self.session_of(run)?;
        if self.frozen() {
            return Err(WireError { code: ErrorCode::Frozen, message: texts::say("engine.frozen", &[]) });
        }
        if row.status == RunStatus::Stopped {
            return Err(words::bad_input("elsewhere.stopped", &[]));
        }
        let questions = self.0.journal.questions_of(run)?;
        let open = self.waiting_count(run)? + questions.iter().filter(|(_, answer)| answer.is_none()).count();
        if open >= MOST_OPEN {
            return Err(words::bad_input("elsewhere.flood", &[("count", &open.to_string())]));
        }
        let mut sessions = self.sessions();
        let sent = sessions.get_mut(&run).map(|session| {
            session.sent += 1;
            session.sent
        });
        if sent.is_none_or(|sent| sent > MOST_REQUESTS) {
            return Err(words::bad_input("elsewhere.too_much", &[("count", &MOST_REQUESTS.to_string())]));
        }
        Ok((row, client, format!("e{}", sent.unwrap_or_default())))
    }

    fn keep_turn(&self, run: RunId, text: String, calls: Vec<ProposedCall>) -> Answered<()> {
        self.0.journal.add_turn(run, &Turn::Model { text, calls }, self.0.host.now())?;
        self.wake(run)
    }

    fn close_session(&self, run: RunId) {
        let gone = texts::say("elsewhere.gone", &[]);
        for action in self.0.journal.actions_of(run).unwrap_or_default() {
            let _ = self.take_back(&action, &gone);
        }
        let nobody = texts::say("elsewhere.question.gone", &[]);
        for (question, answer) in self.0.journal.questions_of(run).unwrap_or_default() {
            if answer.is_none() {
                let _ = self.0.journal.close_question(question.id, &nobody, self.0.host.now());
            }
        }
        if let Ok(row) = self.run_row(run) {
            let _ = self.settle(&row, RunStatus::Done, None);
        }
        self.quiet_if_answered(run);
    }

    fn take_back(&self, action: &Action, why: &str) -> Answered<()> {
        match self.0.journal.withdraw(action.id, why, self.0.host.now()) {
            Ok(()) => self.0.host.changed(Change::Action { action: action.id, run: action.run }),
            Err(JournalError::AlreadyDecided(..)) => {}
            Err(error) => return Err(words::other(error)),
        }
        Ok(())
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, HashMap<RunId, Session>> {
        self.0.agents.sessions.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn said(text: &str) -> Answered<String> {
    let text: String = text.trim().chars().take(MOST_WORDS).collect();
    if text.is_empty() { Err(words::bad_input("elsewhere.no_question", &[])) } else { Ok(text) }
}
