//! Automations: listed, made, tried, switched, run and removed.

use crate::arguments::{AutomationParts, AutomationWhat};
use crate::out::{Style, words};
use crate::tasks::{absolute, bad_usage};
use crate::{Answered, Desk, Ended, card};
use assent_protocol::{
    AutomationDraft, AutomationId, AutomationRow, AutomationView, Budget, Firing, Missed, Mode, NumberOf, Overlap,
    Side, Trigger, wire::WireError,
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
            AutomationWhat::LookBack { id } => self.show_look_back(id),
            AutomationWhat::MakeUp { firing, leave } => {
                self.engine.answer_firing(firing, !leave)?;
                let key = if leave { "cli.automation.left" } else { "cli.automation.made_up" };
                self.out.note(key, &[("firing", &firing.to_string())]);
                Ok(Ended::Done)
            }
        }
    }

    fn show_look_back(&self, id: AutomationId) -> Answered {
        let draft = self.engine.automation(id)?.row.automation.draft;
        let back = self.engine.look_back(draft)?;
        for event in &back.events {
            self.out.object(&json!({
                "type": "looked_back", "at": card::rfc_3339(event.at), "what": event.what, "triage": event.triage,
                "status": event.status, "reason": event.reason,
            }));
            let came = words(&format!("cli.look_back.{}", event.status.name()), &[]);
            self.out.say(Style::Plain, "cli.look_back", &[("what", &event.what), ("came", &came)]);
            self.out.line(Style::Dim, &format!("       {}", event.reason));
        }
        if back.events.is_empty() {
            self.out.say(Style::Plain, "cli.look_back.none", &[]);
        }
        self.out.object(&json!({"type": "look_back", "events": back.events.len(), "would": back.would}));
        self.out.line(Style::Strong, &back.would);
        Ok(Ended::Done)
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
        let trigger = trigger(&parts)?;
        let AutomationParts { goal, name, mode, grant, model, limit, missed, overlap, per_hour, triage, .. } = parts;
        let triage =
            triage.into_iter().map(|text| self.engine.triage_rule(text)).collect::<Result<Vec<_>, WireError>>()?;
        let mut budget = Budget::default();
        limit.iter().for_each(|(limit, most)| budget.set(*limit, Some(*most)));
        let mut draft = AutomationDraft::new(name.unwrap_or_default(), goal, trigger);
        draft.mode = mode.map_or(draft.mode, Mode::from);
        draft.missed = missed.map_or(draft.missed, Missed::from);
        draft.overlap = overlap.map_or(draft.overlap, Overlap::from);
        draft.per_hour = per_hour.unwrap_or(draft.per_hour);
        Ok(AutomationDraft { grants: grant, model, budget, triage, ..draft })
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
                &[("run", &run.to_string()), ("how", &words(&format!("core.run.{}", how.name()), &[]))],
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

fn trigger(parts: &AutomationParts) -> Result<Trigger, WireError> {
    let minutes = parts.every;
    let after = parts.after.clone().unwrap_or_default();
    let mut found = Vec::new();
    found.extend(parts.when.clone().map(|when| Trigger::Time { when, zone: parts.zone.clone() }));
    found.extend(parts.folder.clone().map(|folder| Trigger::Folder { folder: absolute(&folder), below: parts.below }));
    found.extend(parts.page.clone().map(|url| Trigger::Page { url, minutes }));
    let folder = parts.letters_in.clone().unwrap_or_default();
    found.extend(parts.mailbox.clone().map(|account| Trigger::Mailbox { account, folder, minutes }));
    let line = match (parts.above, parts.beneath) {
        (Some(line), _) => Some((Side::Above, line)),
        (None, line) => line.map(|line| (Side::Below, line)),
    };
    let number = |of: NumberOf| match line {
        Some((side, line)) => {
            let back = parts.back.unwrap_or_default();
            Ok(Trigger::Number { of, after: after.clone(), side, line, back, minutes })
        }
        None => Err(bad_usage("cli.automation.line", &[])),
    };
    if let Some(folder) = &parts.free_space {
        found.push(number(NumberOf::FreeSpace { folder: absolute(folder) })?);
    }
    if let Some(place) = &parts.number_in {
        let of = if place.contains("://") {
            NumberOf::Page { url: place.clone() }
        } else {
            NumberOf::File { path: absolute(place) }
        };
        found.push(number(of)?);
    }
    if let Some(command) = parts.command.clone() {
        let folder = absolute(parts.folder_of_command.as_deref().unwrap_or("."));
        found.push(match parts.exit {
            Some(exit) => Trigger::Command { line: command, folder, exit: exit.into(), minutes },
            None => number(NumberOf::Command { line: command, folder })?,
        });
    }
    match found.pop() {
        Some(trigger) if found.is_empty() => Ok(trigger),
        _ => Err(bad_usage("cli.automation.one_trigger", &[])),
    }
}
