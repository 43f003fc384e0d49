//! What is done with the calendar: days are listed, events added and taken off.

use crate::{
    desk::Desk,
    when::{day_only, shown, when},
};
use assent_protocol::{texts::say, visible::visible};
use jiff::{Timestamp, ToSpan, Zoned, civil};
use serde_json::{Value, json};

pub fn list(days: &str, desk: &mut Desk) -> Option<()> {
    let Some((from, to)) = range(days, desk) else {
        desk.note(say("planner.calendar.days", &[("text", &visible(days))]));
        return Some(());
    };
    let (events, doubts) = events(from, to, desk)?;
    let lines: Vec<String> = events.iter().map(line).collect();
    let values = [("from", from.to_string()), ("to", to.to_string()), ("count", lines.len().to_string())];
    let mut values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let lines = super::list(&lines);
    values.push(("list", &lines));
    let key = match (lines.is_empty(), doubts.is_empty()) {
        (true, true) => "planner.answer.events.none",
        // What could not be read is no nothing.
        (true, false) => "planner.answer.events.none_read",
        (false, _) => "planner.answer.events",
    };
    desk.note(say(key, &values));
    doubts.into_iter().for_each(|doubt| desk.note(doubt));
    Some(())
}

pub fn add(title: &str, spoken: &str, minutes: Option<i64>, desk: &mut Desk) -> Option<()> {
    if let Some(day) = day_only(spoken, desk.now, desk.zone) {
        if minutes.is_some() {
            desk.note(say("planner.calendar.no_hour", &[("title", &visible(title))]));
            return Some(());
        }
        let says = say("planner.says.event", &[("when", &visible(spoken)), ("time", &day.to_string())]);
        desk.propose("calendar.add", json!({"title": title, "start": day.to_string()}), &says);
        return Some(());
    }
    match when(spoken, desk.now, desk.zone) {
        Ok(at) => {
            let mut args = json!({"title": title, "start": at.strftime("%Y-%m-%dT%H:%M").to_string()});
            if let Some(minutes) = minutes {
                args["minutes"] = json!(minutes);
            }
            let says = say("planner.says.event", &[("when", &visible(spoken)), ("time", &shown(&at))]);
            desk.propose("calendar.add", args, &says);
        }
        Err(why) => desk.note(say("planner.calendar.not_added", &[("title", &visible(title)), ("why", &why)])),
    }
    Some(())
}

pub fn cancel(text: &str, desk: &mut Desk) -> Option<()> {
    let today = today(desk)?;
    let (found, doubts) = events(today, today.checked_add(1.year()).unwrap_or(today), desk)?;
    let wanted = text.to_lowercase();
    let mut ids: Vec<(&str, String)> = Vec::new();
    for event in
        found.iter().filter(|event| event["title"].as_str().unwrap_or_default().to_lowercase().contains(&wanted))
    {
        let id = event["id"].as_str().unwrap_or_default();
        if !ids.iter().any(|(known, _)| *known == id) {
            ids.push((id, line(event)));
        }
    }
    match ids.as_slice() {
        [(id, line)] => {
            desk.propose("calendar.cancel", json!({ "id": id }), &say("planner.says.event_off", &[("event", line)]));
        }
        [] => {
            desk.note(say("planner.calendar.none", &[("text", &visible(text))]));
            doubts.into_iter().for_each(|doubt| desk.note(doubt));
        }
        several => {
            let lines: Vec<String> = several.iter().map(|(_, line)| line.clone()).collect();
            let values = [("text", visible(text)), ("list", super::list(&lines))];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            desk.note(say("planner.calendar.several", &values));
        }
    }
    Some(())
}

fn today(desk: &Desk) -> Option<civil::Date> {
    Timestamp::from_millisecond(desk.now).ok().map(|now| now.to_zoned(desk.time_zone()).date())
}

fn range(days: &str, desk: &Desk) -> Option<(civil::Date, civil::Date)> {
    let days = days.trim_start_matches("for ").trim_start_matches("the ");
    let today = today(desk)?;
    let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
    let week = |from: civil::Date| Some((from, from.checked_add(6.days()).ok()?));
    match days {
        "today" => Some((today, today)),
        "this weekend" | "the weekend" | "weekend" => {
            Some((monday.checked_add(5.days()).ok()?.max(today), monday.checked_add(6.days()).ok()?))
        }
        "next weekend" => Some((monday.checked_add(12.days()).ok()?, monday.checked_add(13.days()).ok()?)),
        "this week" => week(monday),
        "next week" => week(monday.checked_add(7.days()).ok()?),
        "rest of the week" | "remainder of the week" => Some((today, monday.checked_add(6.days()).ok()?)),
        "this month" => Some((today.first_of_month(), today.last_of_month())),
        "next month" => {
            let next = today.first_of_month().checked_add(1.month()).ok()?;
            Some((next, next.last_of_month()))
        }
        name if month_of(name).is_some() => {
            // The next such month, this one included.
            let month = month_of(name)?;
            let year = today.year() + i16::from(month < today.month());
            let first = civil::Date::new(year, month, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        day => {
            let spoken = || when(day, desk.now, desk.zone).ok().map(|at| at.date());
            let day = day_only(day, desk.now, desk.zone).or_else(spoken)?;
            Some((day, day))
        }
    }
}

fn month_of(name: &str) -> Option<i8> {
    let name = name.strip_prefix("in ").unwrap_or(name);
    crate::when::MONTHS.iter().position(|month| *month == name).and_then(|at| i8::try_from(at + 1).ok())
}

// The events, and sentences about what may be missing among them.
pub fn events(from: civil::Date, to: civil::Date, desk: &mut Desk) -> Option<(Vec<Value>, Vec<String>)> {
    let args = json!({"from": from.to_string(), "to": to.to_string()});
    let output = desk.look_or_say("calendar.list", args, say("planner.says.look", &[]), "calendar")?;
    let mut doubts = Vec::new();
    if let Some(count) = output["unreadable"].as_u64().filter(|count| *count > 0) {
        doubts.push(say("planner.answer.events.unread", &[("count", &count.to_string())]));
    }
    if output["truncated"] == json!(true) {
        doubts.push(say("planner.answer.events.truncated", &[]));
    }
    Some((output["events"].as_array().cloned().unwrap_or_default(), doubts))
}

pub fn line(event: &Value) -> String {
    let text = |field: &str| event[field].as_str().unwrap_or_default();
    let when = text("start").parse::<Zoned>().map_or_else(|_| text("start").to_owned(), |at| shown(&at));
    let note = Some(text("note")).filter(|note| !note.is_empty()).map(|note| format!(" ({note})"));
    format!("{when}: {}{}", visible(text("title")), note.unwrap_or_default())
}
