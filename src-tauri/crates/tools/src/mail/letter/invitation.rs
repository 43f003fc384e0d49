//! An invitation in a letter, as a person would tell it.

use crate::{
    calendar::{
        event::Event,
        ics::Calendar,
        time::{When, Zone, shown},
    },
    words::{cut, say},
};
use jiff::tz::TimeZone;

/// Events that are told of one invitation.
const MOST: usize = 5;

/// What a calendar in a letter says: what, when, where and who. None where it has no events.
pub fn told(text: &str) -> Option<String> {
    let calendar = Calendar::read(text)?;
    let method = text.lines().find_map(|line| line.trim().strip_prefix("METHOD:")).unwrap_or_default().trim();
    let key = match method.to_ascii_uppercase().as_str() {
        "CANCEL" => "mail.invitation.cancelled",
        "REPLY" | "COUNTER" => "mail.invitation.answer",
        _ => "mail.invitation",
    };
    let events: Vec<String> = calendar
        .events
        .iter()
        .filter_map(|block| Some((Event::read(block)?, block.text("DESCRIPTION").unwrap_or_default())))
        .take(MOST)
        .map(|(event, about)| one(&event, &about, key))
        .collect();
    (!events.is_empty()).then(|| events.join("\n\n"))
}

fn one(event: &Event, about: &str, key: &str) -> String {
    let mut lines = vec![say(key, &[("title", &event.title)])];
    // In the zone that it was written in: where the reader is, is not known here.
    let zone = match &event.start {
        When::At(_, Zone::Known(zone)) => zone.clone(),
        _ => TimeZone::UTC,
    };
    let when = match &event.start {
        When::At(at, Zone::Floating) => at.strftime("%A %-d %B %Y, %H:%M").to_string(),
        When::At(at, Zone::Unknown(name)) => format!("{} ({name})", at.strftime("%A %-d %B %Y, %H:%M")),
        start => shown(start, &event.end, &zone),
    };
    lines.push(say("mail.invitation.when", &[("when", &when)]));
    if event.rule.is_some() {
        lines.push(say("mail.invitation.repeats", &[]));
    }
    if let Some(place) = event.place.as_deref().filter(|place| !place.is_empty()) {
        lines.push(say("mail.invitation.where", &[("where", place)]));
    }
    if !event.people.is_empty() {
        let people: Vec<&str> = event.people.iter().take(20).map(String::as_str).collect();
        lines.push(say("mail.invitation.who", &[("who", &people.join(", "))]));
    }
    lines.push(cut(about, 5_000).0.to_owned());
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}
