//! Automations: listed, made, tried, switched, run and removed.

use crate::arguments::{AutomationParts, AutomationWhat};
use crate::out::{Style, words};
use crate::tasks::bad_usage;
use crate::{Answered, Desk, Ended, card};
use assent_protocol::{
    AutomationDraft, AutomationId, AutomationRow, AutomationView, Budget, Firing, Missed, Mode, Overlap, Trigger,
    wire::WireError,
};
use serde_json::json;

impl Desk {
    pub(crate) fn automation(&self, what: AutomationWhat) -> Answered {
        match what {
            AutomationWhat::List => self.list_automations(),
            AutomationWhat::Show { id } => {
                let view = self.engine.automation(id)?;
                self.show_view(&view);
                Ok(Ended::Done)
            }
            AutomationWhat::Add { parts, on } => {
                let view = self.engine.add_automation(self.draft(*parts)?, on)?;
                self.show_automation(&view.row);
                if !on {
                    self.out.say(Style::Dim, "cli.automation.next", &[("id", &view.row.automation.id.to_string())]);
                }
                Ok(Ended::Done)
            }
            AutomationWhat::Run { id } => {
                let run = self.engine.run_automation(id)?;
                self.out.object(&json!({"type": "automation_run", "automation": id, "run": run}));
                self.out.say(Style::Plain, "cli.automation.run", &[("run", &run.to_string())]);
                Ok(Ended::Done)
            }
            AutomationWhat::Pause { id } => self.pause(id),
            AutomationWhat::Resume { id, confirm } => self.resume_automation(id, confirm.as_deref()),
            AutomationWhat::Remove { id } => {
                self.engine.remove_automation(id)?;
                self.out.note("cli.automation.removed", &[("id", &id.to_string())]);
                Ok(Ended::Done)
            }
            AutomationWhat::MakeUp { firing, leave } => {
                self.engine.answer_firing(firing, !leave)?;
                let key = if leave { "cli.automation.left" } else { "cli.automation.made_up" };
                self.out.note(key, &[("firing", &firing.to_string())]);
                Ok(Ended::Done)
            }
        }
    }

    fn list_automations(&self) -> Answered {
        let all = self.engine.automations()?;
        if all.paused {
            self.out.say(Style::Alert, "cli.automation.all_paused", &[]);
        }
        if all.asleep {
            self.out.say(Style::Alert, "cli.automation.asleep", &[]);
        }
        all.list.iter().for_each(|row| self.show_automation(row));
        if all.list.is_empty() {
            self.out.say(Style::Plain, "cli.automation.none", &[]);
        }
        Ok(Ended::Done)
    }

    fn pause(&self, id: Option<AutomationId>) -> Answered {
        match id {
            Some(id) => {
                let view = self.engine.switch_automation(id, false, None)?;
                self.show_automation(&view.row);
            }
            None => {
                self.engine.pause_automations(true)?;
                self.out.note("cli.automation.all_paused", &[]);
            }
        }
        Ok(Ended::Done)
    }

    fn resume_automation(&self, id: Option<AutomationId>, confirm: Option<&str>) -> Answered {
        match id {
            Some(id) => {
                let view = self.engine.switch_automation(id, true, confirm)?;
                self.show_automation(&view.row);
            }
            None => {
                self.engine.pause_automations(false)?;
                self.out.note("cli.automation.all_resumed", &[]);
            }
        }
        Ok(Ended::Done)
    }

    fn draft(&self, parts: AutomationParts) -> Result<AutomationDraft, WireError> {
        let AutomationParts {
            goal,
            name,
            when,
            zone,
            folder,
            below,
            mode,
            grant,
            model,
            limit,
            missed,
            overlap,
            per_hour,
        } = parts;
        let trigger = match (when, folder) {
            (Some(when), None) => Trigger::Time { when, zone },
            (None, Some(folder)) => Trigger::Folder { folder, below },
            _ => return Err(bad_usage("cli.automation.one_trigger", &[])),
        };
        let mut budget = Budget::default();
        limit.iter().for_each(|(limit, most)| budget.set(*limit, Some(*most)));
        let mut draft = AutomationDraft::new(name.unwrap_or_default(), goal, trigger);
        draft.mode = mode.map_or(draft.mode, Mode::from);
        draft.missed = missed.map_or(draft.missed, Missed::from);
        draft.overlap = overlap.map_or(draft.overlap, Overlap::from);
        draft.per_hour = per_hour.unwrap_or(draft.per_hour);
        Ok(AutomationDraft { grants: grant, model, budget, ..draft })
    }

    pub(crate) fn show_automation(&self, row: &AutomationRow) {
        let automation = &row.automation;
        self.out.object(&json!({
            "type": "automation", "id": automation.id, "state": automation.state, "name": automation.draft.name,
            "sentence": row.sentence, "standing": row.standing, "waiting": row.waiting, "trouble": row.trouble,
            "next": automation.next_at.and_then(card::rfc_3339), "draft": automation.draft,
            "proposed_by": automation.proposed_by,
        }));
        let id = automation.id.to_string();
        self.out.say(Style::Strong, "cli.automation", &[("id", &id), ("name", &automation.draft.name)]);
        self.out.line(Style::Plain, &format!("     {}", row.sentence));
        self.out.line(Style::Dim, &format!("     {}", row.standing));
        if let Some(trouble) = &row.trouble {
            self.out.line(Style::Bad, &format!("     {trouble}"));
        }
    }

    fn show_view(&self, view: &AutomationView) {
        self.show_automation(&view.row);
        if view.rules.is_empty() {
            self.out.say(Style::Dim, "cli.automation.no_rules", &[]);
        } else {
            self.out.say(Style::Plain, "cli.automation.rules", &[]);
            view.rules.iter().for_each(|rule| self.show_rule(rule));
        }
        view.firings.iter().for_each(|firing| self.show_firing(firing));
    }

    pub(crate) fn show_firing(&self, firing: &Firing) {
        self.out.object(&json!({
            "type": "firing", "id": firing.id, "automation": firing.automation, "status": firing.status,
            "triage": firing.triage, "count": firing.count, "due": card::rfc_3339(firing.due_at),
            "until": card::rfc_3339(firing.until_at), "what": firing.what, "reason": firing.reason, "run": firing.run,
            "run_status": firing.run_status, "waiting": firing.waiting,
        }));
        let status = words(&format!("cli.firing.{}", firing.status.name()), &[]);
        let mut came = match (firing.run, firing.run_status) {
            (Some(run), Some(_)) if firing.waiting > 0 => {
                words("cli.firing.waits", &[("run", &run.to_string()), ("count", &firing.waiting.to_string())])
            }
            (Some(run), Some(how)) => words(
                "cli.firing.run",
                &[("run", &run.to_string()), ("how", &words(&format!("cli.run.{}", how.name()), &[]))],
            ),
            _ => status,
        };
        if firing.count > 1 {
            came = words("cli.firing.times", &[("came", &came), ("count", &firing.count.to_string())]);
        }
        let values = [("id", firing.id.to_string()), ("what", firing.what.clone()), ("came", came)];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.out.say(Style::Plain, "cli.firing", &values);
        self.out.line(Style::Dim, &format!("       {}", firing.reason));
    }
}
