//! A dry look back, before an automation is switched on: the last events, and what they would have led to. Nothing is kept
//! and nothing runs.

use crate::{
    Answered, Engine,
    automation::firing::HOUR,
    automation::folders::happening,
    automation::trigger::{
        schedule::{self, Schedule},
        sift::{Happening, sift},
    },
    clock, words,
};
use assent_planner::expect;
use assent_protocol::{AutomationDraft, FiringStatus, LookBack, LookedBack, Triage, Trigger, texts};
use assent_tools::watch::folder::changed_since;
use std::path::Path;

/// Events that are looked at.
const EVENTS: usize = 20;
/// How far back a time is looked for.
const YEARS: i64 = 2 * 366 * 24 * HOUR;

impl Engine {
    /// The last 20 events, and what this would have done with each.
    ///
    /// # Errors
    /// For a draft that cannot work.
    pub fn look_back(&self, draft: AutomationDraft) -> Answered<LookBack> {
        let draft = self.checked(draft)?;
        let now = self.0.host.now();
        let mut seen = match &draft.trigger {
            Trigger::Time { when, zone } => self.times_before(when, zone.as_deref(), now)?,
            Trigger::Folder { folder, below } => {
                changed_since(Path::new(folder), *below, 0).files.iter().map(happening).collect()
            }
            _ => Vec::new(),
        };
        seen.sort_by_key(|one| one.at);
        let seen = seen.split_off(seen.len().saturating_sub(EVENTS));
        let mut started: Vec<i64> = Vec::new();
        let mut events = Vec::new();
        for one in seen {
            let (triage, mut reason) = sift(&draft.triage, draft.otherwise, &one);
            let within = started.iter().filter(|at| **at > one.at - HOUR).count();
            let status = match triage {
                Triage::Drop => FiringStatus::Dropped,
                Triage::Note => FiringStatus::Noted,
                _ if within >= draft.per_hour as usize => {
                    reason = texts::say("automation.reason.capped", &[("count", &draft.per_hour.to_string())]);
                    FiringStatus::Capped
                }
                _ => {
                    started.push(one.at);
                    FiringStatus::Started
                }
            };
            events.push(LookedBack { at: one.at, what: one.what, triage, status, reason });
        }
        events.reverse();
        Ok(LookBack { events, would: self.would(&draft) })
    }

    fn times_before(&self, when: &str, zone: Option<&str>, now: i64) -> Answered<Vec<Happening>> {
        let schedule = Schedule::read(when).map_err(words::other)?;
        let zone = self.zone_of(zone);
        // From near to far, until there are enough of them.
        let mut span = HOUR;
        loop {
            let mut found = Vec::new();
            let mut at = now - span;
            while let Some(next) = schedule.next_after(at, &schedule::zone(&zone), now).filter(|next| *next <= now) {
                found.push(next);
                at = next;
            }
            if found.len() >= EVENTS || span >= YEARS {
                let last = found.split_off(found.len().saturating_sub(EVENTS));
                let happening =
                    |at: i64| Happening { what: clock::absolute(at, &zone), at, count: 1, ..Happening::default() };
                return Ok(last.into_iter().map(happening).collect());
            }
            span *= 6;
        }
    }

    // What the planner would do for these words; what a model elsewhere would do, nobody can tell before.
    fn would(&self, draft: &AutomationDraft) -> String {
        let home = self.0.config.home.display().to_string();
        let folders: Vec<String> = draft.grants.iter().filter(|grant| !grant.contains("://")).cloned().collect();
        let (expected, whole) = expect(&draft.goal, &home, &folders);
        let tools: Vec<&str> = expected.iter().map(|one| one.tool).collect();
        let model = self.model_name(draft.model.clone()).unwrap_or_default();
        match (tools.is_empty(), whole && model == "planner") {
            (true, true) => texts::say("automation.would.nothing", &[]),
            (true, false) => texts::say("automation.would.unknown", &[("model", &model)]),
            (false, true) => texts::say("automation.would.tools", &[("tools", &tools.join(", "))]),
            (false, false) => texts::say("automation.would.maybe", &[("tools", &tools.join(", ")), ("model", &model)]),
        }
    }
}
