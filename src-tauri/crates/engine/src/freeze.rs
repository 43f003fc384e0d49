//! The one switch that stops everything. It is committed first, so that no start row can follow it, and it outlives
//! a restart.

use crate::{Answered, Engine, words};
use assent_protocol::{RunStatus, texts, wire::Change};

impl Engine {
    /// Stops every run and every batch under way, and lets nothing start until [`Engine::unfreeze`]. Cards stay.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn freeze(&self) -> Answered<()> {
        let now = self.0.host.now();
        self.0.journal.set_frozen(true, now).map_err(words::other)?;
        for control in self.controls() {
            control.stop_now();
        }
        for action in self.0.journal.freeze_held(now).map_err(words::other)? {
            if let Ok(Some(action)) = self.0.journal.action(action) {
                self.0.host.changed(Change::Action { action: action.id, run: action.run });
            }
        }
        self.end_servers();
        let note = texts::say("engine.frozen.run", &[]);
        for run in self.0.journal.unfinished_runs().map_err(words::other)? {
            if run.status == RunStatus::Running {
                self.0.journal.set_run_status(run.id, RunStatus::Stopped, Some(&note), now).map_err(words::other)?;
                self.0.host.changed(Change::Run { run: run.id, status: RunStatus::Stopped });
            }
        }
        let _ = std::fs::remove_file(self.0.config.freeze_mark());
        self.0.host.changed(Change::Settings);
        Ok(())
    }

    /// Lets things start again. Runs that the freeze stopped stay stopped until the user writes to them.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn unfreeze(&self) -> Answered<()> {
        let _ = std::fs::remove_file(self.0.config.freeze_mark());
        self.0.journal.set_frozen(false, self.0.host.now()).map_err(words::other)?;
        self.0.host.changed(Change::Settings);
        Ok(())
    }

    /// Whether everything is frozen; yes where the journal cannot say.
    pub(crate) fn frozen(&self) -> bool {
        self.0.journal.frozen().unwrap_or(true)
    }
}
