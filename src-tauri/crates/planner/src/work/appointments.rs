//! The next event, and reminders and events that are taken away or moved by what they are called.

use super::{calendar, list, reminders};
use crate::{
    desk::Desk,
    when::{day_only, shown, when},
};
use assent_protocol::{texts::say, visible::visible};
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

/// Says which event comes next, of those with `text` in their titles.
pub fn next(text: Option<&str>, desk: &mut Desk) -> Option<()> {
    let (found, doubts) = ahead(desk)?;
    let wanted = text.unwrap_or_default().to_lowercase();
    let begins = |event: &&Value| {
        let start = event["start"].as_str().unwrap_or_default();
        start.parse::<jiff::Zoned>().map_or(true, |at| at.timestamp().as_millisecond() > desk.now)
    };
    let line = found.iter().filter(begins).find(|event| is_meant(&title(event), &wanted)).map(calendar::line);
    let shown = visible(text.unwrap_or_default());
    match (line, text) {
        (Some(event), _) => desk.note(say("planner.answer.next", &[("event", &event)])),
        (None, Some(_)) => desk.note(say("planner.calendar.none", &[("text", &shown)])),
        (None, None) => desk.note(say("planner.answer.next.none", &[])),
    }
    doubts.into_iter().for_each(|doubt| desk.note(doubt));
    Some(())
}

/// Takes away the one reminder or event that `text` means.
pub fn cancel(text: &str, when: Option<&str>, desk: &mut Desk) -> Option<()> {
    match only(text, when, desk)? {
        Found::Reminder(id) => {
            let says = say("planner.says.cancel", &[("text", &visible(text))]);
            desk.propose("reminders.cancel", json!({ "id": id }), &says);
        }
        Found::Event(id, line) => {
            let says = say("planner.says.event_off", &[("event", &line)]);
            desk.propose("calendar.cancel", json!({ "id": id }), &says);
        }
    }
    Some(())
}

/// Gives it another time.
pub fn change(text: &str, spoken: &str, desk: &mut Desk) -> Option<()> {
    let found = only(text, None, desk)?;
    let whole = day_only(spoken, desk.now, desk.zone);
    let at = match when(spoken, desk.now, desk.zone) {
        Ok(at) => at,
        Err(why) => {
            desk.note(say("planner.not_moved", &[("text", &visible(text)), ("why", &why)]));
            return Some(());
        }
    };
    let says = say("planner.says.remind", &[("when", &visible(spoken)), ("time", &shown(&at))]);
    match found {
        Found::Reminder(id) => {
            desk.propose("reminders.change", json!({"id": id, "at": at.to_string()}), &says);
        }
        Found::Event(id, line) => {
            // A day alone keeps the hour that the event has.
            let kept = whole.and_then(|day| {
                let hour = line.0.parse::<jiff::Zoned>().ok()?.time();
                Some(day.to_datetime(hour).strftime("%Y-%m-%dT%H:%M").to_string())
            });
            let start = match (kept, whole) {
                (Some(start), _) => start,
                (None, Some(day)) => day.to_string(),
                (None, None) => at.strftime("%Y-%m-%dT%H:%M").to_string(),
            };
            desk.propose("calendar.change", json!({"id": id, "start": start}), &says);
        }
    }
    Some(())
}

enum Found {
    Reminder(Value),
    Event(String, Line),
}

// When an event begins, as the tool says it.
struct Line(String, String);

impl std::ops::Deref for Line {
    type Target = str;

    fn deref(&self) -> &str {
        &self.1
    }
}

fn title(event: &Value) -> String {
    event["title"].as_str().unwrap_or_default().to_lowercase()
}

// "the dentist appointment" means "Dentist": each word that says which one stands in the title, both in lower case.
fn is_meant(title: &str, wanted: &str) -> bool {
    const GENERAL: &[&str] =
        &["the", "my", "a", "an", "with", "appointment", "meeting", "event", "reminder", "about", "to", "for", "of"];
    let words: Vec<&str> = wanted.split_whitespace().filter(|word| !GENERAL.contains(word)).collect();
    title.contains(wanted) || (!words.is_empty() && words.iter().all(|word| title.contains(word)))
}

// Events of the next year.
fn ahead(desk: &mut Desk) -> Option<(Vec<Value>, Vec<String>)> {
    let today = Timestamp::from_millisecond(desk.now).ok()?.to_zoned(desk.time_zone()).date();
    calendar::events(today, today.checked_add(1.year()).unwrap_or(today), desk)
}

// The one reminder or event; where there are more or none, the user is told.
fn only(text: &str, spoken: Option<&str>, desk: &mut Desk) -> Option<Found> {
    let wanted = text.to_lowercase();
    let day = spoken.and_then(|spoken| day_only(spoken, desk.now, desk.zone));
    let exact = spoken.filter(|_| day.is_none()).and_then(|spoken| when(spoken, desk.now, desk.zone).ok());
    // Of the day that was said, or of the hour.
    let at_time = |start: &str| {
        let date = start.parse::<jiff::Zoned>().map(|at| at.date()).or_else(|_| start.parse());
        match (day, &exact, spoken) {
            (Some(day), ..) => date.is_ok_and(|date| date == day),
            (None, Some(exact), _) => start.parse::<jiff::Zoned>().is_ok_and(|at| at == *exact),
            (None, None, Some(_)) => false,
            (None, None, None) => true,
        }
    };
    let set = reminders::all(desk);
    let events = ahead(desk);
    let (set, (events, doubts)) = (set?, events?);
    let mut found: Vec<(Found, String)> = Vec::new();
    let has = |row: &&Value| {
        is_meant(&row["text"].as_str().unwrap_or_default().to_lowercase(), &wanted)
            && at_time(row["at"].as_str().unwrap_or_default())
    };
    for row in set.iter().filter(has) {
        found.push((Found::Reminder(row["id"].clone()), super::row_line(row)));
    }
    let fits =
        |event: &&Value| is_meant(&title(event), &wanted) && at_time(event["start"].as_str().unwrap_or_default());
    for event in events.iter().filter(fits) {
        let id = event["id"].as_str().unwrap_or_default().to_owned();
        let known = |(one, _): &(Found, String)| matches!(one, Found::Event(other, _) if *other == id);
        if !found.iter().any(known) {
            let start = event["start"].as_str().unwrap_or_default().to_owned();
            let line = calendar::line(event);
            found.push((Found::Event(id, Line(start, line.clone())), line));
        }
    }
    if found.len() > 1 {
        let lines: Vec<String> = found.into_iter().map(|(_, line)| line).collect();
        desk.note(say("planner.several_fit", &[("text", &visible(text)), ("list", &list(&lines))]));
        return None;
    }
    let text = [text, spoken.unwrap_or_default()].join(" ");
    let one = found.pop().map(|(one, _)| one);
    if one.is_none() {
        desk.note(say("planner.none_fits", &[("text", &visible(text.trim()))]));
        doubts.into_iter().for_each(|doubt| desk.note(doubt));
    }
    one
}
