//! Reminders: rows of the journal, set, changed and cancelled by tools that live here because only the engine meets
//! the journal, and fired by the tick.

use crate::{Engine, Host, Notice};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_journal::{Journal, Reminder};
use assent_protocol::{
    Effect, ItemOutcome, Preview, Provenance, ReminderId, Reversal, Status, texts, visible::visible, wire::Change,
};
use assent_tools::origin::{words_in, wrote};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};

/// The four reminder tools.
pub(crate) fn tools(journal: &Arc<Journal>, host: &Arc<dyn Host>) -> Vec<Arc<dyn Tool>> {
    [Verb::Set, Verb::Change, Verb::Cancel, Verb::List]
        .into_iter()
        .map(|verb| Arc::new(ReminderTool { verb, journal: journal.clone(), host: host.clone() }) as Arc<dyn Tool>)
        .collect()
}

impl Engine {
    /// Fires what came due, also what came due while the program was not running.
    pub(crate) fn fire_reminders(&self, now: i64) {
        for mut reminder in self.0.journal.due_reminders(now).unwrap_or_default() {
            reminder.state = "fired".to_owned();
            // Committed first: after a kill it is not fired a second time.
            if self.0.journal.put_reminder(&reminder, now).is_ok() {
                self.0.host.notify(Notice {
                    key: format!("reminder {}", reminder.id),
                    title: visible(&reminder.text),
                    body: texts::say(
                        "engine.reminder.due",
                        &[("at", &crate::clock::absolute(reminder.at, &reminder.zone))],
                    ),
                    action: None,
                    urgent: true,
                });
                self.0.host.changed(Change::Settings);
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Verb {
    Set,
    Change,
    Cancel,
    List,
}

struct ReminderTool {
    verb: Verb,
    journal: Arc<Journal>,
    host: Arc<dyn Host>,
}

impl ReminderTool {
    fn name(&self) -> &'static str {
        match self.verb {
            Verb::Set => "reminders.set",
            Verb::Change => "reminders.change",
            Verb::Cancel => "reminders.cancel",
            Verb::List => "reminders.list",
        }
    }

    /// The reminder before (none for a new one) and after (none for a cancelled one).
    fn plan(&self, args: &Value) -> Result<(Option<Reminder>, Option<Reminder>), ToolError> {
        let fields: &[&str] = match self.verb {
            Verb::Set => &["text", "at"],
            Verb::Change => &["id", "text", "at"],
            Verb::Cancel => &["id"],
            Verb::List => &[],
        };
        let known = args.as_object().is_some_and(|map| map.keys().all(|key| fields.contains(&key.as_str())));
        if !known {
            return Err(ToolError::BadInput(texts::say("engine.reminder.fields", &[("fields", &fields.join(", "))])));
        }
        let text = args.get("text").and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
        let at = args.get("at").and_then(Value::as_str).map(|at| self.time(at)).transpose()?;
        let before = match self.verb {
            Verb::Set | Verb::List => None,
            Verb::Change | Verb::Cancel => Some(self.known(args)?),
        };
        let after = match (self.verb, &before) {
            (Verb::Set, _) => {
                let (Some(text), Some((at, zone))) = (text, at) else {
                    return Err(ToolError::BadInput(texts::say("engine.reminder.needs", &[])));
                };
                Some(Reminder { id: ReminderId(0), text: text.to_owned(), at, zone, state: "set".to_owned() })
            }
            (Verb::Change, Some(before)) => {
                let (at, zone) = at.unwrap_or((before.at, before.zone.clone()));
                let text = text.unwrap_or(&before.text).to_owned();
                Some(Reminder { text, at, zone, ..before.clone() })
            }
            _ => None,
        };
        Ok((before, after))
    }

    fn time(&self, text: &str) -> Result<(i64, String), ToolError> {
        let zoned: jiff::Zoned = text
            .parse()
            .map_err(|_| ToolError::BadInput(texts::say("engine.reminder.time", &[("text", &visible(text))])))?;
        let at = zoned.timestamp().as_millisecond();
        if at <= self.host.now() {
            return Err(ToolError::BadInput(texts::say("engine.reminder.past", &[("text", &visible(text))])));
        }
        Ok((at, zoned.time_zone().iana_name().unwrap_or("UTC").to_owned()))
    }

    fn known(&self, args: &Value) -> Result<Reminder, ToolError> {
        let id = args.get("id").and_then(Value::as_str).and_then(|id| id.parse::<ReminderId>().ok());
        id.and_then(|id| self.journal.reminder(id).ok().flatten())
            .filter(|reminder| reminder.state == "set")
            .ok_or_else(|| ToolError::BadInput(texts::say("engine.reminder.unknown", &[])))
    }
}

fn row(reminder: &Reminder) -> String {
    format!("{} · {}", crate::clock::absolute(reminder.at, &reminder.zone), visible(&reminder.text))
}

impl Tool for ReminderTool {
    fn spec(&self) -> ToolSpec {
        let text = json!({"type": "string", "description": texts::say("engine.reminder.field.text", &[])});
        let at = json!({"type": "string", "description": texts::say("engine.reminder.field.at", &[])});
        let id = json!({"type": "string", "description": texts::say("engine.reminder.field.id", &[])});
        let (properties, required) = match self.verb {
            Verb::Set => (json!({"text": text, "at": at}), json!(["text", "at"])),
            Verb::Change => (json!({"id": id, "text": text, "at": at}), json!(["id"])),
            Verb::Cancel => (json!({"id": id}), json!(["id"])),
            Verb::List => (json!({}), json!([])),
        };
        ToolSpec {
            name: self.name().to_owned(),
            description: texts::say(&format!("engine.tool.{}", self.name()), &[]),
            schema: json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false}),
        }
    }

    fn describe(&self, args: &Value, _place: &Place) -> Result<ToolFacts, ToolError> {
        let (before, after) = self.plan(args)?;
        let about = after.as_ref().or(before.as_ref());
        let mut rows = Vec::new();
        for (key, reminder) in [("engine.reminder.before", &before), ("engine.reminder.after", &after)] {
            if let Some(reminder) = reminder {
                rows.push((texts::say(key, &[]), row(reminder)));
            }
        }
        let (effect, reversal) = match self.verb {
            Verb::Set => (Effect::Create, Reversal::Undoable),
            Verb::Change => (Effect::Modify, Reversal::Undoable),
            Verb::Cancel => (Effect::Delete, Reversal::Undoable),
            Verb::List => (Effect::Observe, Reversal::None),
        };
        let text = about.map(|reminder| visible(&reminder.text)).unwrap_or_default();
        let at = about.map(|reminder| crate::clock::absolute(reminder.at, &reminder.zone)).unwrap_or_default();
        Ok(ToolFacts {
            title: texts::say(&format!("engine.title.{}", self.name()), &[("text", &text), ("at", &at)]),
            effect,
            reversal,
            inspectable: true,
            targets: Vec::new(),
            items: u32::from(self.verb != Verb::List),
            bytes: 0,
            preview: Preview::Fields { rows },
            provenance: Some(Provenance::OwnData),
            account: None,
        })
    }

    fn prepare(&self, args: &Value, _facts: &ToolFacts, _place: &Place) -> Result<Vec<Inverse>, ToolError> {
        // A new reminder's inverse needs its id, which only the effect knows; see `run`.
        let (before, _) = self.plan(args)?;
        Ok(before.map(|before| Inverse { item: 0, data: kept(&before) }).into_iter().collect())
    }

    fn run(&self, args: &Value, _facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let failed = |error: assent_journal::JournalError| ToolError::Failed(error.to_string());
        let now = self.host.now();
        if self.verb == Verb::List {
            let list = self.journal.reminders().map_err(failed)?;
            let list: Vec<Value> = list
                .iter()
                .filter(|reminder| reminder.state == "set")
                .map(|reminder| json!({"id": reminder.id, "text": reminder.text, "at": crate::clock::absolute(reminder.at, &reminder.zone)}))
                .collect();
            let names = list.iter().filter_map(|one| one["id"].as_str()).map(label_of);
            let sources: Vec<String> = names.filter_map(|name| words_in(&name, place)).collect();
            let untrusted = sources.into_iter().next();
            return Ok(Output { value: json!({"reminders": list}), untrusted, ..Output::default() });
        }
        let (before, after) = self.plan(args)?;
        let mut inverses = Vec::new();
        let id = match (before, after) {
            (None, Some(new)) => {
                let id = self.journal.add_reminder(&new.text, new.at, &new.zone, now).map_err(failed)?;
                inverses.push(Inverse { item: 0, data: json!({"remove": id}) });
                id
            }
            (Some(_), Some(changed)) => {
                self.journal.put_reminder(&changed, now).map_err(failed)?;
                changed.id
            }
            (Some(mut gone), None) => {
                gone.state = "cancelled".to_owned();
                self.journal.put_reminder(&gone, now).map_err(failed)?;
                gone.id
            }
            (None, None) => return Err(ToolError::BadInput(texts::say("engine.reminder.unknown", &[]))),
        };
        wrote(Path::new(&label_of(&id.to_string())), place).map_err(|error| ToolError::Failed(error.to_string()))?;
        let items = vec![ItemOutcome { item: 0, status: Status::Succeeded, note: None }];
        Ok(Output { value: json!({"id": id}), items, untrusted: None, inverses })
    }

    fn undo(&self, inverse: &Inverse, _place: &Place) -> Undone {
        let now = self.host.now();
        let done = match inverse.data.get("remove").and_then(Value::as_str).and_then(|id| id.parse().ok()) {
            Some(id) => self.journal.remove_reminder(id, now),
            None => match read(&inverse.data) {
                Some(before) => self.journal.put_reminder(&before, now),
                None => return Undone::Conflict(texts::say("engine.reminder.unknown", &[])),
            },
        };
        match done {
            Ok(()) => Undone::Restored,
            Err(error) => Undone::Conflict(error.to_string()),
        }
    }
}

// What the label of a reminder is kept under: it is no file.
fn label_of(id: &str) -> String {
    format!("reminder:{id}")
}

fn kept(reminder: &Reminder) -> Value {
    json!({"id": reminder.id, "text": reminder.text, "at": reminder.at, "zone": reminder.zone, "state": reminder.state})
}

fn read(data: &Value) -> Option<Reminder> {
    Some(Reminder {
        id: data["id"].as_str()?.parse().ok()?,
        text: data["text"].as_str()?.to_owned(),
        at: data["at"].as_i64()?,
        zone: data["zone"].as_str()?.to_owned(),
        state: data["state"].as_str()?.to_owned(),
    })
}
