//! The hold: what leaves this computer waits between its decision and its start, and can be recalled until then. The
//! wait is counted by a clock that only goes forward; what it is worth after a restart or a freeze nobody can say, so it
//! begins again in full.

use crate::{Answered, Control, Engine, action::drive::result_turn, action::start::proposed, base::words};
use assent_agent::run_loop::{Event, Standing};
use assent_journal::JournalError;
use assent_protocol::{
    Action, ActionId, Answer, Decider, Run, Status, texts,
    wire::{Change, ErrorCode, WireError},
};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::Instant;

/// What a look at the hold of an action came to.
pub(crate) enum Held {
    /// It waits now.
    Waits(Event),
    /// It has waited.
    Over,
    /// What was settled does not hold any more.
    AsksAgain,
    /// It was recalled, or everything was frozen.
    Gone,
}

/// How a wait ended.
pub(crate) enum Waited {
    /// The holds of these calls are over.
    Over(Vec<String>),
    /// Something in the run was settled.
    Nudged,
}

impl Control {
    /// Whether this program waits for the hold of this call, and it is not over.
    pub(crate) fn holds_still(&self, call: &str) -> bool {
        self.ends().get(call).is_some_and(|end| *end > Instant::now())
    }

    fn ends(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        self.holds.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Takes back an outward action that is held, or settled and not held yet. It is never sent then; the model is told.
    ///
    /// # Errors
    /// When it has started: then what it sends is on its way.
    pub fn recall(&self, id: ActionId) -> Answered<Action> {
        let action = self.action_row(id)?;
        let why = texts::say("engine.recalled", &[]);
        let told = result_turn(&proposed(&action), Status::Recalled, Value::Null, Some(why));
        let recalled = self.0.journal.recall(id, &told, self.0.host.now()).map_err(|error| match error {
            JournalError::TooLate(_, status) => too_late(status),
            other => words::other(other),
        })?;
        self.control(action.run).ends().remove(&action.call);
        self.0.host.changed(Change::Action { action: id, run: action.run });
        self.wake(action.run)?;
        Ok(recalled)
    }

    /// Milliseconds that an outward action is held; 0 for none.
    pub(crate) fn hold_length(&self) -> i64 {
        self.settings().map_or(0, |settings| i64::from(settings.hold_seconds) * 1000)
    }

    /// Holds an action whose start is next, unless it has been held. A decision that nobody was asked for is looked at
    /// again when the hold is over: what was read meanwhile, the rules and the limits may be others.
    pub(crate) fn hold(&self, run: &Run, action: &Action, control: &Control) -> Answered<Held> {
        let over = control.ends().get(&action.call).copied();
        if action.status == Status::Held && over.is_some_and(|end| end <= Instant::now()) {
            control.ends().remove(&action.call);
            let unasked =
                action.decision.as_ref().is_some_and(|d| matches!(d.by, Decider::Mode | Decider::Rule { .. }));
            return Ok(if unasked && !self.still_allowed(run, action)? { Held::AsksAgain } else { Held::Over });
        }
        if self.0.stopped.is_set() {
            control.stop_now();
            return Ok(Held::Gone);
        }
        let length = self.hold_length();
        // It was settled as something that can be recalled.
        if length == 0 {
            return Ok(Held::AsksAgain);
        }
        match self.0.journal.hold(action.id, &action.digest, length, self.0.host.now()) {
            Ok(_) => {}
            Err(JournalError::Frozen) => {
                control.stop_now();
                return Ok(Held::Gone);
            }
            Err(JournalError::NotApproved(_, Status::Recalled)) => return Ok(Held::Gone),
            Err(error) => return Err(words::other(error)),
        }
        let length = Duration::from_millis(u64::try_from(length).unwrap_or_default());
        control.ends().insert(action.call.clone(), Instant::now() + length);
        self.0.host.changed(Change::Action { action: action.id, run: run.id });
        Ok(Held::Waits(Event::Call { call: action.call.clone(), standing: Standing::Held }))
    }

    /// Waits until the first of these holds is over, or something in the run is settled. Other runs go on.
    pub(crate) async fn wait_out(&self, calls: &[String], control: &Control) -> Waited {
        let first = calls.iter().filter_map(|call| control.ends().get(call).copied()).min();
        // One that nobody waits for any more was recalled or frozen.
        let Some(first) = first else { return Waited::Nudged };
        tokio::select! {
            () = tokio::time::sleep_until(first) => {}
            () = control.nudge.notified() => return Waited::Nudged,
        }
        let over = |call: &&String| !control.holds_still(call);
        Waited::Over(calls.iter().filter(over).cloned().collect())
    }

    fn still_allowed(&self, run: &Run, action: &Action) -> Answered<bool> {
        let turns = self.0.journal.turns(run.id)?;
        let now = self.assess_again(run, &turns, &action.tool, &proposed(action).args);
        Ok(now.is_ok_and(|assessed| assessed.verdict.answer == Answer::Allow))
    }
}

fn too_late(status: Status) -> WireError {
    let status = texts::say(&format!("core.status.{}", status.name()), &[]);
    WireError { code: ErrorCode::AlreadyDecided, message: texts::say("engine.recall.too_late", &[("status", &status)]) }
}
