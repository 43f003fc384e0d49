//! The advice before a task starts: which mode fits, from the plan, the user's own history and three wishes.

use crate::{Answered, Engine, words};
use assent_policy::advisor::{self, Experience, Step, Wishes};
use assent_protocol::{Advice, Effect, wire::NewTask};

/// "Often" looks at the last 30 days.
const MONTH_MS: i64 = 30 * 24 * 60 * 60 * 1000;

impl Engine {
    /// Which mode fits this task, and why. Nothing is started or looked at on the disk.
    ///
    /// # Errors
    /// For an empty goal, or when the journal cannot be read.
    pub fn advise(&self, task: &NewTask) -> Answered<Advice> {
        let goal = task.goal.trim();
        if goal.is_empty() {
            return Err(words::bad_input("engine.goal.empty", &[]));
        }
        let settings = self.settings()?;
        let model = task.model.as_deref().unwrap_or(&settings.model);
        let home = self.0.config.home.display().to_string();
        let mut folders: Vec<String> = task.grants.iter().filter(|grant| !grant.contains("://")).cloned().collect();
        if folders.is_empty() {
            folders.clone_from(&settings.folders);
        }
        let (expected, whole) = assent_planner::expect(goal, &home, &folders);
        let mut steps = Vec::new();
        for one in expected {
            steps.push(self.step(one.tool, one.batch)?);
        }
        // A model may do more than the planner would, and what the planner does not understand it may understand.
        if model != "planner" || !whole {
            let told = advisor::read_goal(goal);
            steps.extend(
                told.into_iter().filter(|step| !steps.iter().any(|known| same_kind(known, step))).collect::<Vec<_>>(),
            );
        }
        let wishes = Wishes { risk: settings.risk, complexity: settings.complexity, oversight: settings.oversight };
        Ok(advisor::advise(&steps, &wishes))
    }

    fn step(&self, tool: &str, batch: bool) -> Answered<Step> {
        let now = self.0.host.now();
        let (ran, regretted, this_month) = self.0.journal.experience(tool, now.saturating_sub(MONTH_MS))?;
        Ok(Step {
            tool: Some(tool.to_owned()),
            facts: advisor::expected(effect_of(tool)),
            experience: Experience { ran, regretted, this_month },
            batch,
        })
    }
}

fn same_kind(a: &Step, b: &Step) -> bool {
    a.facts.effect == b.facts.effect
}

// The built-in tools that the planner uses, by the verb of their name; all of their changes can be undone.
fn effect_of(tool: &str) -> Effect {
    match tool.rsplit('.').next().unwrap_or_default() {
        "list" | "read" | "search" | "find_duplicates" => Effect::Observe,
        "add" | "set" | "copy" | "make_folder" | "write" | "propose" => Effect::Create,
        "trash" | "cancel" => Effect::Delete,
        _ => Effect::Modify,
    }
}
