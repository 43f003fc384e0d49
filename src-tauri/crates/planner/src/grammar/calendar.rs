//! Requests about the calendar.

use crate::{
    cursor::Cursor,
    request::Ask,
    when::{is_days, is_when, minutes},
};

const CALENDAR: &[&str] = &["calendar", "agenda", "schedule"];

/// "add to calendar: TEXT WHEN [for LENGTH]", "add TEXT to my calendar WHEN", "what is on my calendar DAYS", "cancel TEXT
/// on my calendar".
pub fn calendar(c: &mut Cursor) -> Option<Vec<Ask>> {
    let start = c.at;
    let ways: [fn(&mut Cursor) -> Option<Ask>; 3] = [listed, cancelled, added];
    ways.iter().find_map(|way| {
        c.at = start;
        way(c).map(|ask| vec![ask])
    })
}

fn listed(c: &mut Cursor) -> Option<Ask> {
    if !(c.eat(&["what do i have"]) || c.eat(c.known.words.show)) {
        return None;
    }
    c.eat(&["on", "in"]);
    c.skip(c.known.words.articles);
    if !c.eat(CALENDAR) {
        return None;
    }
    c.eat(&["for", "on"]);
    let days = c.take_text().map(|text| text.trim_end_matches(['?', '.', '!', ' ']).to_lowercase());
    // "the schedule of the next concert" asks for something else.
    if days.as_deref().is_some_and(|days| !is_days(days)) {
        return None;
    }
    Some(Ask::ListEvents { days: days.filter(|text| !text.is_empty()).unwrap_or_else(|| "today".to_owned()) })
}

fn cancelled(c: &mut Cursor) -> Option<Ask> {
    if !c.eat(&["cancel", "take", "remove", "delete"]) {
        return None;
    }
    c.eat(&["event", "the event"]);
    let (from, end) = (c.at, c.at + c.rest().len());
    for at in from + 1..end {
        c.at = at;
        if c.eat(&["on", "off", "from", "in"]) {
            c.skip(c.known.words.articles);
            if c.eat(CALENDAR) && c.at_end() {
                return Some(Ask::CancelEvent { text: c.span(from, at)? });
            }
        }
    }
    None
}

fn added(c: &mut Cursor) -> Option<Ask> {
    if !c.eat(&["add", "put", "schedule"]) {
        return None;
    }
    let (from, end) = (c.at, c.at + c.rest().len());
    for at in from..end {
        c.at = at;
        if !c.eat(&["to", "on", "in", "into"]) {
            continue;
        }
        c.skip(c.known.words.articles);
        if !c.eat(CALENDAR) {
            continue;
        }
        c.eat(&[":"]);
        let (before, after) = (from..at, c.at..end);
        // What is said before the calendar's name is the title, unless nothing is; the time stands last.
        let (text, time) = match (before.is_empty(), after.is_empty()) {
            (false, false) => (before, Some(after)),
            (true, false) => (after, None),
            (false, true) => (before, None),
            (true, true) => return None,
        };
        c.at = end;
        return match time {
            Some(time) => event(&c.span(text.start, text.end)?, &c.span(time.start, time.end)?),
            None => {
                (text.start + 1..text.end).find_map(|cut| event(&c.span(text.start, cut)?, &c.span(cut, text.end)?))
            }
        };
    }
    None
}

// "friday 3pm for 1 hour"
fn event(title: &str, time: &str) -> Option<Ask> {
    let time = time.trim_end_matches(['.', '!', '?', ' ']);
    let (when, minutes) = match time.rsplit_once(" for ") {
        Some((when, length)) => (when, Some(minutes(length)?)),
        None => (time, None),
    };
    let title = title.trim_end_matches([',', ':', ';', ' ']).trim_end_matches(" on").to_owned();
    let when = when.trim_start_matches("on ").to_owned();
    (is_when(&when) && !title.is_empty()).then_some(Ask::AddEvent { title, when, minutes })
}
