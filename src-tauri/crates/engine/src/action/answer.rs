//! The user's word: approve, reject, edit, answer a question, write to a run, stop it. Each is committed before
//! anything else happens, and only once: whoever comes second is told that the card was answered.

use crate::{
    Answered, Engine,
    action::confirm::{confirmation, confirms},
    action::drive::result_turn,
    action::judge::{lapses_at, new_action},
    action::start::proposed,
    action::think::NOT_UNDERSTOOD,
    base::words,
    base::{driver::Driver, events::RunEvent},
};
use assent_journal::JournalError;
use assent_protocol::{
    Action, ActionId, Answer, Decider, Decision, QuestionId, RunId, RunStatus, Status, Turn, texts,
    wire::{Change, ErrorCode, WireError},
};
use serde_json::{Value, json};
use std::sync::PoisonError;

impl Engine {
    /// Approves a waiting card as it was shown. `digest` is the one that was seen; `confirm` is what an escalation asks
    /// to be typed (see [`Engine::card`]).
    ///
    /// # Errors
    /// When the card was answered before, is not the one seen, needs a confirmation, or everything is frozen.
    pub fn approve(&self, id: ActionId, digest: Option<&str>, confirm: Option<&str>, by: Decider) -> Answered<Action> {
        self.whole()?;
        let action = self.waiting_action(id)?;
        if self.frozen() {
            return Err(WireError { code: ErrorCode::Frozen, message: texts::say("engine.frozen", &[]) });
        }
        if digest.is_some_and(|seen| seen != action.digest) {
            return Err(WireError { code: ErrorCode::Changed, message: texts::say("engine.card.changed", &[]) });
        }
        let deliberate = action.verdict.escalate || action.verdict.floor;
        if by == Decider::Flag && deliberate {
            return Err(needs("engine.confirm.flag", &[]));
        }
        if action.verdict.escalate {
            let wanted = confirmation(&action);
            if !confirms(&action, confirm.unwrap_or_default()) {
                return Err(needs("engine.confirm.type", &[("text", &wanted), ("id", &id.to_string())]));
            }
        }
        let decided = self.settle_card(&action, by, None, Status::Approved, None)?;
        self.wake(action.run)?;
        self.quiet_if_answered(action.run);
        Ok(decided)
    }

    /// Rejects a waiting card. With `stop` the whole run ends and its other cards are withdrawn.
    ///
    /// # Errors
    /// When the card was answered before.
    pub fn reject(&self, id: ActionId, reason: Option<String>, stop: bool) -> Answered<Action> {
        let action = self.waiting_action(id)?;
        let reason = reason.filter(|text| !text.trim().is_empty());
        let told = result_turn(&proposed(&action), Status::Rejected, Value::Null, reason.clone());
        let decided = self.settle_card(&action, Decider::User, reason, Status::Rejected, Some(told))?;
        self.watch_trust();
        if stop {
            self.stop_run(action.run)?;
        } else {
            self.wake(action.run)?;
        }
        self.quiet_if_answered(action.run);
        Ok(decided)
    }

    /// Replaces a waiting card by one with other arguments. It counts as approved, unless it is more severe than what
    /// was shown or is an escalation: then the new card waits.
    ///
    /// # Errors
    /// When the arguments do not fit, are denied, or the card was answered before. The old card then stays.
    pub fn edit(&self, id: ActionId, args: Value) -> Answered<Action> {
        self.whole()?;
        let action = self.waiting_action(id)?;
        if self.frozen() {
            return Err(WireError { code: ErrorCode::Frozen, message: texts::say("engine.frozen", &[]) });
        }
        let run = self.run_row(action.run)?;
        let turns = self.0.journal.turns(run.id)?;
        let mut call = proposed(&action);
        call.args = args.to_string();
        let assessed = self
            .assess_edited(&run, &turns, &action.tool, &call.args)
            .map_err(|error| WireError { code: ErrorCode::BadInput, message: error.to_string() })?;
        if assessed.verdict.answer == Answer::Deny {
            let message = crate::action::judge::sentences(&assessed.verdict);
            return Err(WireError { code: ErrorCode::BadInput, message });
        }
        let now = self.0.host.now();
        let asks = assessed.verdict.escalate || assessed.facts.more_severe_than(&action.facts);
        let lapses = lapses_at(&assessed, now);
        let mut new = new_action(&run, &call, assessed, now);
        new.edit_of = Some(id);
        new.says = action.says.clone();
        (new.status, new.decided_by) =
            if asks { (Status::Waiting, None) } else { (Status::Approved, Some(Decider::User)) };
        // An edit gives no card more time, and what it makes of it may have less.
        new.expires_at = asks.then(|| action.expires_at.map_or(lapses, |until| until.min(lapses)));
        let decision = Decision { by: Decider::User, at: now, digest: action.digest.clone(), reason: None };
        let replaced = self.0.journal.replace(id, &decision, &new).map_err(already)?;
        self.0.host.changed(Change::Action { action: id, run: run.id });
        self.0.host.changed(Change::Action { action: replaced, run: run.id });
        self.watch_trust();
        if asks {
            self.happened(RunEvent::CardWaits(replaced));
        }
        self.wake(run.id)?;
        self.quiet_if_answered(run.id);
        self.action_row(replaced)
    }

    /// Answers an agent's question.
    ///
    /// # Errors
    /// When it was answered before.
    pub fn answer(&self, id: QuestionId, text: &str) -> Answered<RunId> {
        self.whole()?;
        if let Some(run) = self.answer_server(id, text)? {
            return Ok(run);
        }
        let question = self
            .0
            .journal
            .open_questions()?
            .into_iter()
            .find(|question| question.id == id)
            .ok_or_else(words::already)?;
        let turn = Turn::Result {
            call: question.call.clone(),
            tool: "ask_user".to_owned(),
            status: Status::Succeeded,
            output: json!({"answer": text}),
            reason: None,
            untrusted: None,
        };
        self.0.journal.answer_question(id, text, &turn, self.0.host.now()).map_err(already)?;
        self.wake(question.run)?;
        Ok(question.run)
    }

    /// Writes to a run: a running one reads it at its next step, an ended one goes on.
    ///
    /// # Errors
    /// For an empty text.
    pub fn say(&self, run: RunId, text: &str) -> Answered<()> {
        self.whole()?;
        let text = text.trim();
        if text.is_empty() {
            return Err(words::bad_input("engine.message.empty", &[]));
        }
        self.happened(RunEvent::UserActs);
        if self.0.above.at_work(self, run) {
            return Err(words::bad_input("agents.at_work", &[]));
        }
        if matches!(Driver::of(&self.run_row(run)?.model), Driver::McpClient(_)) {
            return Err(words::bad_input("elsewhere.say", &[]));
        }
        let turn = Turn::User { text: text.to_owned() };
        let now = self.0.host.now();
        let control = self.control(run);
        // Held over both, so that a driver that rebuilds at this moment sees the words once and not twice.
        let mut said = control.said.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.journal.add_turn(run, &turn, now)?;
        said.push(turn);
        drop(said);
        self.pardon(run)?;
        self.wake(run)
    }

    /// Lets a run that a freeze or the user stopped go on from where it was.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn go_on(&self, run: RunId) -> Answered<()> {
        self.whole()?;
        let row = self.run_row(run)?;
        // An agent of others is not there any more; a new message starts it anew.
        if row.status == RunStatus::Done
            || (matches!(Driver::of(&row.model), Driver::Acp(_)) && !self.0.above.at_work(self, run))
        {
            return Ok(());
        }
        // Going on as it is would end at once, and call that done.
        if row.status == RunStatus::Failed && row.note == Some(texts::say(NOT_UNDERSTOOD, &[])) {
            return Err(words::bad_input("engine.not_understood.again", &[("run", &run.to_string())]));
        }
        self.pardon(run)?;
        self.wake(run)
    }

    /// Ends a run: nothing new starts, a batch under way stops between items, its cards are withdrawn.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn stop_run(&self, run: RunId) -> Answered<()> {
        let now = self.0.host.now();
        let note = texts::say("engine.stopped", &[]);
        self.0.journal.set_run_status(run, RunStatus::Stopped, Some(&note), now)?;
        self.control(run).stop_now();
        for action in self.0.journal.withdraw_of(run, now)? {
            self.0.host.changed(Change::Action { action, run });
        }
        self.0.host.changed(Change::Run { run, status: RunStatus::Stopped });
        self.quiet_if_answered(run);
        self.stop_helpers(run)?;
        self.tell_parent(&self.run_row(run)?)
    }

    /// The user has looked at an action whose outcome nobody knows.
    ///
    /// # Errors
    /// When there is no such action.
    pub fn dismiss_unknown(&self, id: ActionId) -> Answered<()> {
        let action = self.action_row(id)?;
        self.0.journal.dismiss_unknown(id, self.0.host.now())?;
        self.0.host.changed(Change::Action { action: id, run: action.run });
        Ok(())
    }

    // The user's word is a decision to go on, also for a run that a freeze or a limit stopped.
    pub(crate) fn wake(&self, run: RunId) -> Answered<()> {
        if self.run_row(run)?.status != RunStatus::Running {
            self.0.journal.set_run_status(run, RunStatus::Running, None, self.0.host.now())?;
        }
        self.0.host.changed(Change::Run { run, status: RunStatus::Running });
        self.control(run).nudge.notify_one();
        Ok(())
    }

    fn waiting_action(&self, id: ActionId) -> Answered<Action> {
        self.happened(RunEvent::UserActs);
        self.expire_before(self.0.host.now())?;
        let action = self.action_row(id)?;
        if action.status == Status::Waiting { Ok(action) } else { Err(words::already_as(action.status)) }
    }

    fn settle_card(
        &self,
        action: &Action,
        by: Decider,
        reason: Option<String>,
        to: Status,
        told: Option<Turn>,
    ) -> Answered<Action> {
        let decision = Decision { by, at: self.0.host.now(), digest: action.digest.clone(), reason };
        let decided = self.0.journal.decide(action.id, &decision, to, told.as_ref()).map_err(already)?;
        self.0.host.changed(Change::Action { action: action.id, run: action.run });
        Ok(decided)
    }
}

fn needs(key: &str, values: &[(&str, &str)]) -> WireError {
    WireError { code: ErrorCode::NeedsConfirmation, message: texts::say(key, values) }
}

fn already(error: JournalError) -> WireError {
    match error {
        JournalError::AlreadyDecided(..) => words::already(),
        other => words::other(other),
    }
}
