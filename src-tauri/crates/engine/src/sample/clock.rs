//! The front end of a sample: its clock is moved by hand, and what a window would show is kept for the story.

use crate::{Host, Notice};
use assent_protocol::{ActionId, RunId, RunStatus, wire::Change};
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

/// What was heard since it was last told.
#[derive(Default)]
pub(super) struct Heard {
    /// Each once, in the order in which they were first heard of.
    pub(super) actions: Vec<ActionId>,
    /// Runs that ended.
    pub(super) ended: Vec<RunId>,
    pub(super) notices: Vec<Notice>,
}

/// A host whose time is what it was set to.
pub(super) struct MovedClock {
    now: AtomicI64,
    heard: Mutex<Heard>,
}

impl MovedClock {
    pub(super) fn at(now: i64) -> MovedClock {
        MovedClock { now: AtomicI64::new(now), heard: Mutex::default() }
    }

    pub(super) fn to(&self, now: i64) {
        self.now.store(now, Ordering::SeqCst);
    }

    pub(super) fn heard(&self) -> Heard {
        std::mem::take(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Host for MovedClock {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }
    fn zone(&self) -> String {
        "UTC".to_owned()
    }
    fn changed(&self, change: Change) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        match change {
            Change::Action { action, .. } if !heard.actions.contains(&action) => heard.actions.push(action),
            Change::Run { run, status: RunStatus::Done } if !heard.ended.contains(&run) => heard.ended.push(run),
            _ => {}
        }
    }
    fn notify(&self, notice: Notice) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).notices.push(notice);
    }
    fn withdraw(&self, _: &str) {}
}
