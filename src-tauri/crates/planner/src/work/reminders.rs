//! Reminders: set at a time, moved, and cancelled by their words.

use super::{list, row_line, rows};
use crate::{
    desk::Desk,
    when::{shown, when},
};
use assent_protocol::{texts::say, visible::visible};
use serde_json::{Value, json};

/// Sets one.
pub fn set(text: &str, spoken: &str, desk: &mut Desk) -> Option<()> {
    match when(spoken, desk.now, desk.zone) {
        Ok(at) => {
            let args = json!({"text": text, "at": at.to_string()});
            let says = say("planner.says.remind", &[("when", &visible(spoken)), ("time", &shown(&at))]);
            desk.propose("reminders.set", args, &says);
        }
        Err(why) => unset(text, &why, desk),
    }
    Some(())
}

/// Moves one to another time.
pub fn change(text: &str, spoken: &str, desk: &mut Desk) -> Option<()> {
    let id = found(text, desk)?;
    match when(spoken, desk.now, desk.zone) {
        Ok(at) => {
            let says = say("planner.says.remind", &[("when", &visible(spoken)), ("time", &shown(&at))]);
            desk.propose("reminders.change", json!({"id": id, "at": at.to_string()}), &says);
        }
        Err(why) => unset(text, &why, desk),
    }
    Some(())
}

/// Cancels one.
pub fn cancel(text: &str, desk: &mut Desk) -> Option<()> {
    let id = found(text, desk)?;
    desk.propose("reminders.cancel", json!({"id": id}), &say("planner.says.cancel", &[("text", &visible(text))]));
    Some(())
}

fn unset(text: &str, why: &str, desk: &mut Desk) {
    desk.note(say("planner.no_reminder", &[("text", &visible(text)), ("why", why)]));
}

/// The reminders that are set.
pub fn all(desk: &mut Desk) -> Option<Vec<Value>> {
    let output = desk.look_or_say("reminders.list", json!({}), say("planner.says.look", &[]), "reminders")?;
    let is_set = |row: &Value| row["state"].as_str().is_none_or(|state| state == "set");
    Some(rows(&output).into_iter().filter(is_set).collect())
}

// The id of the one reminder that `text` means.
fn found(text: &str, desk: &mut Desk) -> Option<Value> {
    let set = all(desk)?;
    let wanted = text.to_lowercase();
    let said = |row: &Value| row["text"].as_str().unwrap_or_default().to_lowercase();
    let mut fitting: Vec<Value> = set.into_iter().filter(|r| said(r).contains(&wanted)).collect();
    if fitting.len() > 1 && fitting.iter().filter(|r| said(r) == wanted).count() == 1 {
        fitting.retain(|r| said(r) == wanted);
    }
    match fitting.as_slice() {
        [one] => Some(one["id"].clone()),
        [] => {
            desk.note(say("planner.reminder.none", &[("text", &visible(text))]));
            None
        }
        many => {
            let lines: Vec<String> = many.iter().map(row_line).collect();
            desk.note(say("planner.reminder.several", &[("text", &visible(text)), ("list", &list(&lines))]));
            None
        }
    }
}
