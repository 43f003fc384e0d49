//! What every command begins with: the row it is about, whether the history is whole, and whether everything is frozen.

use crate::{Answered, Control, Engine, base::words};
use assent_protocol::{Action, ActionId, Run, RunId};
use std::sync::{Arc, PoisonError};

impl Engine {
    pub(crate) fn run_row(&self, id: RunId) -> Answered<Run> {
        self.0.journal.run(id)?.ok_or_else(|| words::not_found(&id.to_string()))
    }

    pub(crate) fn action_row(&self, id: ActionId) -> Answered<Action> {
        self.0.journal.action(id)?.ok_or_else(|| words::not_found(&id.to_string()))
    }

    /// Refuses to go on over a history that is not whole: what it says was decided cannot be relied on. Reading it,
    /// `verify`, export, undo, reject, stop and freeze work still.
    ///
    /// # Errors
    /// When the chain is broken; the sentence names the first event that does not fit.
    pub fn whole(&self) -> Answered<()> {
        let misfit = self.0.misfit.lock().unwrap_or_else(PoisonError::into_inner);
        match &*misfit {
            Some(found) => Err(words::refused("engine.history.broken", &[("found", found)])),
            None => Ok(()),
        }
    }

    /// Whether everything is frozen; yes where the journal cannot say.
    pub(crate) fn frozen(&self) -> bool {
        self.0.stopped.is_set() || self.0.journal.frozen().unwrap_or(true)
    }

    pub(crate) fn control(&self, run: RunId) -> Arc<Control> {
        let mut controls = self.0.controls.lock().unwrap_or_else(PoisonError::into_inner);
        controls.entry(run).or_default().clone()
    }

    pub(crate) fn controls(&self) -> Vec<Arc<Control>> {
        self.0.controls.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }
}

/// What no other action has, in this history or in one that begins anew in the same folder.
pub(crate) fn key_of(action: &Action) -> String {
    format!("{} {} {}", action.id, action.proposed_at, action.digest)
}
