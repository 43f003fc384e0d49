//! Commands that look something up or act on what is past: inbox, show, undo, dismiss, why, history, tasks, freeze,
//! verify, export. None of them needs a network or a model.

use crate::arguments::Format;
use crate::follow::{show_paused, show_question};
use crate::out::Style;
use crate::tasks::bad_usage;
use crate::{Answered, Desk, Ended, card};
use assent_protocol::{
    ActionId, RunStatus, Status,
    wire::{HistoryQuery, UndoReport},
};
use serde_json::json;
use std::path::Path;

impl Desk {
    pub(crate) fn inbox(&self) -> Answered {
        let inbox = self.engine.inbox()?;
        inbox.cards.iter().for_each(|card| card::show(&self.out, card));
        inbox.questions.iter().for_each(|question| show_question(self, question));
        for action in &inbox.unknown {
            card::show_action(&self.out, action);
            self.out.say(Style::Dim, "cli.inbox.unknown", &[("id", &action.id.to_string())]);
        }
        inbox.held.iter().for_each(|action| card::show_held(&self.out, action));
        for paused in &inbox.paused {
            show_paused(self, paused);
            let limit = paused.limit.map_or("", |limit| limit.name());
            let to = paused.raise_to.map_or_else(String::new, |to| to.to_string());
            let run = paused.run.to_string();
            let values =
                [("run", run.as_str()), ("goal", &paused.goal), ("why", &paused.why), ("limit", limit), ("to", &to)];
            let key = if paused.limit.is_some() { "cli.inbox.paused" } else { "cli.inbox.breaker" };
            self.out.say(Style::Strong, key, &values);
        }
        let waiting = inbox.cards.len() + inbox.questions.len() + inbox.paused.len();
        self.out.line(Style::Plain, "");
        match waiting {
            0 => self.out.say(Style::Plain, "cli.inbox.empty", &[]),
            n => self.out.say(Style::Strong, "cli.inbox.count", &[("count", &n.to_string())]),
        }
        Ok(Ended::Done)
    }

    pub(crate) fn show(&self, id: ActionId) -> Answered {
        card::show(&self.out, &self.engine.card(id)?);
        Ok(Ended::Done)
    }

    pub(crate) fn undo(&self, id: &str) -> Answered {
        let report = self.engine.undo(id)?;
        self.show_undone(id, &report)
    }

    pub(crate) fn show_undone(&self, id: &str, report: &UndoReport) -> Answered {
        self.out.object(&json!({
            "type": "undo", "id": id, "undone": report.undone, "items": report.items, "problems": report.problems,
        }));
        let values = [("count", report.items.to_string()), ("actions", report.undone.to_string())];
        self.out.say(Style::Strong, "cli.undo", &[("count", &values[0].1), ("actions", &values[1].1)]);
        report.problems.iter().for_each(|problem| self.out.line(Style::Bad, problem));
        Ok(if report.problems.is_empty() { Ended::Done } else { Ended::Failed })
    }

    pub(crate) fn look(&self, id: ActionId) -> Answered {
        let found = self.engine.look_for(id)?;
        self.out.message(&found);
        Ok(Ended::Done)
    }

    pub(crate) fn dismiss(&self, id: ActionId) -> Answered {
        self.engine.dismiss_unknown(id)?;
        self.out.note("cli.dismissed", &[("id", &id.to_string())]);
        Ok(Ended::Done)
    }

    pub(crate) fn why(&self, id: ActionId) -> Answered {
        let lines = self.engine.why(id)?;
        self.out.object(&json!({"type": "why", "id": id, "lines": lines}));
        lines.iter().for_each(|line| self.out.line(Style::Plain, line));
        Ok(Ended::Done)
    }

    pub(crate) fn history(&self, search: String, status: Option<String>, tool: Option<String>, limit: u32) -> Answered {
        if let Some(name) = status.as_deref().filter(|name| Status::parse(name).is_none()) {
            return Err(bad_usage("cli.history.status", &[("status", name)]));
        }
        let page = self.engine.history(&HistoryQuery { search, status, tool, limit, ..HistoryQuery::default() })?;
        for action in &page.actions {
            self.out.object(&card::action_json(action));
            let at = card::rfc_3339(action.proposed_at).unwrap_or_default();
            let line = card::action_line(action);
            self.out.say(Style::Plain, "cli.history.line", &[("at", &at), ("line", &line)]);
        }
        if page.actions.is_empty() {
            self.out.say(Style::Plain, "cli.history.empty", &[]);
        }
        if page.more {
            self.out.say(Style::Dim, "cli.history.more", &[]);
        }
        Ok(Ended::Done)
    }

    pub(crate) fn tasks(&self) -> Answered {
        let rows = self.engine.runs()?;
        for row in &rows {
            let run = &row.run;
            self.out.object(&json!({
                "type": "task", "run": run.id, "goal": run.goal, "mode": run.mode, "status": run.status,
                "waiting": row.waiting, "done": row.done, "note": run.note, "started": card::rfc_3339(run.started_at),
                "grants": run.grants.iter().map(|grant| &grant.folder).chain(&run.hosts).collect::<Vec<_>>(),
                "model": run.model, "parent": run.parent,
            }));
            let key = match run.status {
                RunStatus::Waiting if row.waiting > 0 => "cli.task.waiting",
                _ => "cli.task",
            };
            let status = crate::out::words(&format!("core.run.{}", run.status.name()), &[]);
            let values = [
                ("run", run.id.to_string()),
                ("goal", run.goal.clone()),
                ("status", status),
                ("mode", run.mode.words()),
                ("waiting", row.waiting.to_string()),
                ("done", row.done.to_string()),
            ];
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            self.out.say(Style::Plain, key, &values);
            if let Some(parent) = run.parent {
                self.out.say(Style::Dim, "cli.task.helper", &[("run", &parent.to_string())]);
            }
        }
        if rows.is_empty() {
            self.out.say(Style::Plain, "cli.tasks.empty", &[]);
        }
        Ok(Ended::Done)
    }

    pub(crate) fn unfreeze(&self) -> Answered {
        self.engine.unfreeze()?;
        self.out.note("cli.unfrozen", &[]);
        Ok(Ended::Done)
    }

    pub(crate) fn verify(&self) -> Answered {
        let found = self.engine.verify()?;
        self.out.object(&json!({
            "type": "verification", "ok": found.ok, "events": found.events, "first_bad": found.first_bad,
            "message": found.message,
        }));
        self.out.line(if found.ok { Style::Good } else { Style::Alert }, &found.message);
        Ok(if found.ok { Ended::Done } else { Ended::Failed })
    }

    pub(crate) fn export(&self, file: &Path, format: Format) -> Answered {
        let name = match format {
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
        };
        let file = &std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        self.engine.export(name, file)?;
        self.out.note("cli.exported", &[("file", &file.display().to_string())]);
        Ok(Ended::Done)
    }
}
