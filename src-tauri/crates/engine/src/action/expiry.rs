//! Cards that nobody answered in time.

use crate::{Answered, Engine};
use assent_protocol::{RunId, wire::Change};
use std::sync::atomic::Ordering;

impl Engine {
    /// Lets cards lapse that nobody answered, and lets their runs go on.
    pub(crate) fn expire_cards(&self, now: i64) {
        for run in self.lapse(now).unwrap_or_default() {
            self.spawn(run);
        }
    }

    /// The same before cards are read or answered. Whoever notices that a card has lapsed lets its run go on, else it
    /// would wait for no card; a program that only looks leaves that to the one that drives.
    pub(crate) fn expire_before(&self, now: i64) -> Answered<()> {
        let runs = self.lapse(now)?;
        if self.0.runs.goes_on.load(Ordering::SeqCst) && tokio::runtime::Handle::try_current().is_ok() {
            runs.into_iter().for_each(|run| self.spawn(run));
        }
        Ok(())
    }

    fn lapse(&self, now: i64) -> Answered<Vec<RunId>> {
        let mut runs = Vec::new();
        for action in self.0.journal.expire_due(now)? {
            if let Ok(Some(action)) = self.0.journal.action(action) {
                self.0.host.changed(Change::Action { action: action.id, run: action.run });
                runs.push(action.run);
            }
        }
        runs.dedup();
        Ok(runs)
    }
}
