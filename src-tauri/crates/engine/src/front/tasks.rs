//! A task from a person's words, and what the program does about time and at its end.

use crate::{Answered, Engine, base::words, sources::place::host_of};
use assent_journal::NewRun;
use assent_protocol::{
    Grant, RunId, RunStatus, Turn,
    wire::{Change, NewTask},
};
use std::path::PathBuf;

impl Engine {
    /// Records a task and its first turn. Nothing runs until [`Engine::drive`] or [`Engine::spawn`].
    ///
    /// # Errors
    /// For an empty goal, or a folder that does not exist.
    pub fn new_task(&self, task: NewTask) -> Answered<RunId> {
        let goal = task.goal.trim();
        if goal.is_empty() {
            return Err(words::bad_input("engine.goal.empty", &[]));
        }
        self.whole()?;
        let settings = self.settings()?;
        let (hosts, granted): (Vec<String>, Vec<String>) =
            task.grants.into_iter().partition(|grant| grant.contains("://"));
        let hosts = hosts.iter().map(|text| host_of(text)).collect::<Answered<Vec<_>>>()?;
        let folders = if granted.is_empty() {
            let mut named = assent_planner::folders_named(goal, &self.0.config.home);
            named.extend(settings.folders.iter().map(PathBuf::from).filter(|folder| folder.is_dir()));
            named
        } else {
            granted.iter().map(|text| self.folder(text)).collect::<Answered<Vec<_>>>()?
        };
        let mut grants: Vec<Grant> = Vec::new();
        for folder in folders {
            let folder = folder.display().to_string();
            if !grants.iter().any(|grant| grant.folder == folder) {
                grants.push(Grant { folder, shared: false });
            }
        }
        let now = self.0.host.now();
        self.present();
        let model = self.model_name(task.model)?;
        self.check_agent(&model, grants.len())?;
        self.wake_domains(|domain| domain.model(&model).is_some())?;
        let new = NewRun { goal: goal.to_owned(), mode: task.mode.unwrap_or(settings.mode), model, grants, hosts };
        let run = self.0.journal.add_run(&new, now)?;
        self.0.journal.add_turn(run, &Turn::User { text: goal.to_owned() }, now)?;
        self.0.host.changed(Change::Run { run, status: RunStatus::Running });
        Ok(run)
    }

    /// What must happen every second or so: expiry, reminders and automations that came due, a freeze asked for from outside.
    pub fn tick(&self) {
        let now = self.0.host.now();
        self.0.journal.count_days_in(&self.0.host.zone());
        self.heed_freeze();
        self.expire_cards(now);
        self.fire_reminders(now);
        self.fire_automations(now);
        self.end_quiet(now);
    }

    /// Ends the servers and anchors the head of the history. Call it before the program ends.
    pub fn close(&self) {
        self.end_servers();
        let _ = self.0.journal.anchor_now();
        let _ = std::fs::remove_file(crate::front::socket::path(&self.0.config.data));
    }
}
