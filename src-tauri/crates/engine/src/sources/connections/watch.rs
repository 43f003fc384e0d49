//! What a running server says besides results: a question to the person, and definitions that are not what they were.

use crate::{Answered, Desk, Engine};
use assent_journal::StoredTool;
use assent_protocol::{
    Action, Question, QuestionId, RunId, RunStatus, Status, canonical::canonical, texts, visible::visible, wire::Change,
};
use assent_tools::mcp::{Definition, Elicited, Reply, Watch};
use serde_json::Value;
use std::{
    sync::{Arc, PoisonError, Weak, mpsc},
    time::{Duration, Instant},
};

/// How long a server's question waits for the person.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// Actions among which the one is looked for whose answer came late.
const LATELY: u32 = 500;
/// Letters of a late answer that are kept.
const LATE: usize = 4_000;
const LOOK: Duration = Duration::from_millis(50);

/// A question of a server that waits for its answer.
pub(crate) struct Asked {
    elicited: Elicited,
    run: RunId,
    answer: mpsc::Sender<Reply>,
}

/// The engine's ear at a server. It does not keep the engine alive, which keeps the server.
pub(super) struct Ears(pub(super) Weak<Desk>);

impl Watch for Ears {
    fn ask(&self, elicited: &Elicited) -> Reply {
        let Some(desk) = self.0.upgrade() else { return Reply::Cancel };
        Engine(desk).ask_for_server(elicited).unwrap_or(Reply::Cancel)
    }

    fn changed(&self, server: &str, tool: &str, now: Option<&Definition>) {
        if let Some(desk) = self.0.upgrade() {
            Engine(desk).suspend(server, tool, now);
        }
    }

    fn late(&self, server: &str, tool: &str, args: &Value, said: &str) {
        if let Some(desk) = self.0.upgrade() {
            Engine(desk).keep_late(server, tool, args, said);
        }
    }

    fn signed_in(&self, server: &str, credentials: Option<&str>) {
        if let Some(desk) = self.0.upgrade() {
            Engine(desk).keep_sign_in(server, credentials);
        }
    }
}

impl Engine {
    // What nobody waited for any more is no outcome: the model was told that nobody knows. It is kept beside it, for the
    // person who looks.
    fn keep_late(&self, server: &str, tool: &str, args: &Value, said: &str) {
        let offered = self.connected_tools();
        let late = |action: &&Action| {
            let of_server = action.tool.strip_prefix(server).is_some_and(|rest| rest.starts_with('.'));
            let cut_off = matches!(action.status, Status::Unknown | Status::Failed | Status::Cancelled);
            of_server
                && cut_off
                && canonical(&action.args) == canonical(args)
                && offered.get(&action.tool).is_some_and(|known| known.own_name() == tool)
        };
        let actions = self.0.journal.recent_actions(LATELY).unwrap_or_default();
        let Some(action) = actions.iter().find(late) else { return };
        let text: String = said.chars().take(LATE).collect();
        let text = texts::say("mcp.late", &[("server", server), ("text", &visible(&text))]);
        if self.0.journal.add_remark(action.id, "", &text, self.0.host.now()).is_ok() {
            self.0.host.changed(Change::Action { action: action.id, run: action.run });
        }
    }

    /// Gives the answer to the server that waits for it; none where no server does.
    pub(crate) fn answer_server(&self, id: QuestionId, text: &str) -> Answered<Option<RunId>> {
        let mut asked = self.0.sources.connections.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(waiting) = asked.get(&id) else { return Ok(None) };
        let reply = waiting.elicited.read(text).map_err(super::refused)?;
        self.0.journal.close_question(id, text, self.0.host.now())?;
        let run = waiting.run;
        let _ = waiting.answer.send(reply);
        asked.remove(&id);
        drop(asked);
        self.0.host.changed(Change::Run { run, status: RunStatus::Running });
        Ok(Some(run))
    }

    /// Questions of servers in this run: their calls are under way and wait for the answer.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn server_questions(&self, run: RunId) -> Answered<Vec<Question>> {
        let mut open = self.0.journal.open_questions()?;
        let asked = self.0.sources.connections.asked.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|question| question.run == run && asked.contains_key(&question.id));
        Ok(open)
    }

    /// Questions of servers that were open when the program ended: their calls are over.
    pub(crate) fn close_old_questions(&self) {
        for question in self.0.journal.open_questions().unwrap_or_default() {
            let actions = self.0.journal.actions_of(question.run).unwrap_or_default();
            if actions.iter().any(|action| action.call == question.call) {
                let nobody = texts::say("engine.connection.nobody", &[]);
                let _ = self.0.journal.close_question(question.id, &nobody, self.0.host.now());
            }
        }
    }

    fn ask_for_server(&self, elicited: &Elicited) -> Answered<Reply> {
        let Some(run) = self.run_of(elicited) else { return Ok(Reply::Cancel) };
        let actions = self.0.journal.actions_of(run)?;
        let Some(action) = actions.into_iter().rev().find(|action| action.status == Status::Started) else {
            return Ok(Reply::Cancel);
        };
        let (answer, answered) = mpsc::channel();
        let id = {
            // Held over both, so that an answer that comes at once finds who waits for it.
            let mut asked = self.0.sources.connections.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let text = elicited.question();
            let id = self.0.journal.add_question(run, &action.call, &text, &[], self.0.host.now())?;
            asked.insert(id, Asked { elicited: elicited.clone(), run, answer });
            id
        };
        self.0.host.changed(Change::Run { run, status: RunStatus::Running });
        self.happened(crate::base::events::RunEvent::Rests(run));
        let began = Instant::now();
        let reply = loop {
            match answered.recv_timeout(LOOK) {
                Ok(reply) => return Ok(reply),
                Err(_) if elicited.is_over() || began.elapsed() > PATIENCE => break Reply::Cancel,
                Err(_) => {}
            }
        };
        self.0.sources.connections.asked.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
        let nobody = texts::say("engine.connection.nobody", &[]);
        let _ = self.0.journal.close_question(id, &nobody, self.0.host.now());
        self.0.host.changed(Change::Run { run, status: RunStatus::Running });
        Ok(reply)
    }

    // A run is known by the mark that stops it, which its call carries.
    fn run_of(&self, elicited: &Elicited) -> Option<RunId> {
        let controls = self.0.controls.lock().unwrap_or_else(PoisonError::into_inner);
        controls.iter().find(|(_, control)| Arc::ptr_eq(&control.stop, &elicited.stop)).map(|(run, _)| *run)
    }

    fn suspend(&self, server: &str, tool: &str, now: Option<&Definition>) {
        let rows = self.0.journal.server_tools().unwrap_or_default();
        let Some(row) = rows.into_iter().find(|row| row.server == server && row.tool == tool) else { return };
        let key = if now.is_some() { "mcp.tool.changed" } else { "mcp.tool.gone" };
        let offered = Some(now.map(Definition::text).unwrap_or_default());
        let new = StoredTool { suspended: Some(texts::say(key, &[])), offered, ..row.clone() };
        if new != row && self.0.journal.put_server_tool(&new, self.0.host.now()).is_ok() {
            self.connections_changed();
        }
    }
}
