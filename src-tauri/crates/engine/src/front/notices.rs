//! What reaches the person as a notification: an escalation, or cards that hold up a run. One for each run, replaced
//! rather than stacked, withdrawn when answered, and never with the contents of anything in its body.

use crate::{
    Engine, Notice,
    automation::trigger::{quiet, schedule},
};
use assent_protocol::{Action, RunId, Status, texts};
use std::{
    collections::BTreeMap,
    sync::{MutexGuard, PoisonError},
};

impl Engine {
    /// After a run came to rest: say so if it waits for the person.
    pub(crate) fn tell_if_needed(&self, run: RunId) {
        let waiting = self.waiting_of(run);
        let questions = self.0.journal.open_questions().unwrap_or_default();
        let questions = questions.iter().filter(|question| question.run == run).count();
        let urgent = waiting.iter().find(|action| action.verdict.escalate);
        let count = waiting.len() + questions;
        if count == 0 && self.is_paused(run) {
            return self.tell(Notice {
                key: key(run),
                title: texts::say("engine.notice.paused", &[]),
                body: texts::say("engine.notice.paused.body", &[("run", &run.to_string())]),
                action: None,
                urgent: false,
            });
        }
        if count == 0 {
            return self.withdraw(&key(run));
        }
        let body = match urgent {
            Some(_) => texts::say("engine.notice.escalation", &[]),
            None => texts::say("engine.notice.waiting", &[("count", &count.to_string())]),
        };
        let first = urgent.or(waiting.first());
        self.tell(Notice {
            key: key(run),
            title: first.map_or_else(|| texts::say("engine.notice.question", &[]), |action| action.title.clone()),
            body,
            action: first.map(|action| action.id),
            urgent: urgent.is_some(),
        });
    }

    /// Tells the person, unless it can wait and these are quiet hours.
    pub(crate) fn tell(&self, notice: Notice) {
        if !notice.urgent && self.is_quiet(self.0.host.now()) {
            self.held_back().insert(notice.key.clone(), notice);
            return;
        }
        self.0.host.notify(notice);
    }

    /// What was told under this key is settled.
    pub(crate) fn withdraw(&self, key: &str) {
        self.held_back().remove(key);
        self.0.host.withdraw(key);
    }

    /// Tells what was held back, once the quiet hours are over.
    pub(crate) fn end_quiet(&self, now: i64) {
        if self.held_back().is_empty() || self.is_quiet(now) {
            return;
        }
        let held = std::mem::take(&mut *self.held_back());
        for notice in held.into_values() {
            self.0.host.notify(notice);
        }
    }

    fn is_quiet(&self, now: i64) -> bool {
        let hours = self.settings().ok().and_then(|settings| quiet::read(&settings.quiet).ok().flatten());
        hours.is_some_and(|hours| quiet::is_quiet(hours, now, &schedule::zone(&self.0.host.zone())))
    }

    fn held_back(&self) -> MutexGuard<'_, BTreeMap<String, Notice>> {
        self.0.held_back.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After an answer: nothing of this run waits any more.
    pub(crate) fn quiet_if_answered(&self, run: RunId) {
        if self.waiting_of(run).is_empty() {
            self.withdraw(&key(run));
        }
    }

    fn is_paused(&self, run: RunId) -> bool {
        self.run_row(run).and_then(|run| self.paused(&run)).is_ok_and(|paused| paused.is_some())
    }

    fn waiting_of(&self, run: RunId) -> Vec<Action> {
        let mut actions = self.0.journal.actions_of(run).unwrap_or_default();
        actions.retain(|action| action.status == Status::Waiting);
        actions
    }
}

fn key(run: RunId) -> String {
    format!("run {run}")
}
