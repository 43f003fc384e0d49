//! What a change of a calendar comes to: its new text, and the card. Adding, changing and cancelling share it.

use super::{
    event::Event,
    ics::{Calendar, decoded},
    located, occurrences, opened,
    time::{own, shown},
};
use crate::{
    contents::{self, Current, describe_own},
    paths::Resolved,
    protected::Use,
    words::{say, shown_name, shown_path},
};
use assent_agent::{Place, ToolError, ToolFacts};
use assent_protocol::{
    Effect, Preview, Reach,
    visible::{visible, visible_lines},
};
use jiff::ToSpan;

/// A new text for a calendar.
pub struct Plan {
    /// The whole text.
    pub text: String,
    /// Name of the sentence for the card: `calendar.add.title`.
    pub title: &'static str,
    /// The event as it will be, or as it was for one that goes.
    pub event: Event,
    /// As it is now, for one that changes.
    pub before: Option<Event>,
    /// What it does to the event.
    pub effect: Effect,
}

/// The facts of a call that makes `plan` of the calendar named.
pub fn describe(
    named: Option<&str>,
    place: &Place,
    title: &str,
    plan: impl FnOnce(&Calendar<'_>) -> Result<Plan, ToolError>,
) -> Result<ToolFacts, ToolError> {
    let (at, field) = located(named, place, Use::Change)?;
    if at.reach == Reach::OwnFiles {
        return Ok(describe_own(&at, field, visible(title)));
    }
    let (now, text) = opened(&at, place)?;
    writable(&now, &at)?;
    let calendar = super::read(&text, &at)?;
    let plan = plan(&calendar)?;
    let when = shown(&plan.event.start, &plan.event.end, &own(place));
    let values = [("title", visible(&plan.event.title)), ("when", when), ("calendar", shown_name(&at.path))];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    let facts = contents::describe(&at, field, &now, &plan.text, say(plan.title, &values), place);
    let others: Vec<Event> = calendar.events.iter().filter_map(Event::read).collect();
    let mut rows = rows(&plan, &others, "calendar.nobody_told", place);
    rows.push((say("tools.words.path", &[]), shown_path(&at.path)));
    // A new file, or else what becomes of the event in the one that is there.
    let effect = if now.bytes.is_none() { Effect::Create } else { plan.effect };
    Ok(ToolFacts { preview: Preview::Fields { rows }, effect, ..facts })
}

/// The text that the calendar named will have.
pub fn text(
    named: Option<&str>,
    place: &Place,
    plan: impl FnOnce(&Calendar<'_>) -> Result<Plan, ToolError>,
) -> Result<String, ToolError> {
    let (at, _) = located(named, place, Use::Change)?;
    let (now, text) = opened(&at, place)?;
    writable(&now, &at)?;
    Ok(plan(&super::read(&text, &at)?)?.text)
}

// Only lines of one event are ever changed, so that a file in an old encoding is not put into another.
fn writable(now: &Current, at: &Resolved) -> Result<(), ToolError> {
    match decoded(now.bytes.as_deref().unwrap_or_default()).1 {
        true => Err(ToolError::Failed(say("calendar.encoding", &[("path", &shown_path(&at.path))]))),
        false => Ok(()),
    }
}

/// What a card says of an event: `others` may happen at the same time, and `people` is the sentence about its guests.
pub fn rows(plan: &Plan, others: &[Event], people: &str, place: &Place) -> Vec<(String, String)> {
    let own = own(place);
    let event = &plan.event;
    let mut rows = Vec::new();
    let mut row = |key: &str, value: String| rows.push((say(key, &[]), value));
    row("calendar.row.title", visible(&event.title));
    if let Some(before) = plan.before.as_ref().filter(|before| before.title != event.title) {
        row("calendar.row.title_before", visible(&before.title));
    }
    row("calendar.row.when", shown(&event.start, &event.end, &own));
    if let Some(before) = &plan.before
        && (before.start != event.start || before.end != event.end)
    {
        row("calendar.row.when_before", shown(&before.start, &before.end, &own));
    }
    if let Some(doubt) = event.start.doubt() {
        row("calendar.row.zone", doubt);
    }
    if let Some(place) = &event.place {
        row("calendar.row.where", visible(place));
    }
    if let Some(rule) = &event.rule {
        row("calendar.row.repeats", say("calendar.repeats", &[("rule", &visible(rule))]));
    }
    if !event.people.is_empty() {
        let names: Vec<String> = event.people.iter().map(|one| visible(one)).collect();
        row("calendar.row.people", format!("{}\n{}", names.join("\n"), say(people, &[])));
    }
    if plan.effect != Effect::Delete {
        row("calendar.row.conflicts", conflicts(event, others, place));
    }
    rows
}

// What else happens at the same time.
fn conflicts(event: &Event, others: &[Event], place: &Place) -> String {
    let own = own(place);
    let others: Vec<Event> = others.iter().filter(|other| other.id != event.id).cloned().collect();
    let (Some(from), Some(to)) = (event.start.moment(&own), event.end.moment(&own)) else { return String::new() };
    let to = if to > from { to } else { from.checked_add(1.minute()).unwrap_or(to) };
    let (found, _) = occurrences::between(&others, &from, &to);
    if found.is_empty() {
        return say("calendar.no_conflicts", &[]);
    }
    let line = |one: &occurrences::Occurrence<'_>| {
        let when = shown(&one.start, &one.end, &own);
        say("calendar.conflict", &[("title", &visible_lines(&one.event.title).join(" ")), ("when", &when)])
    };
    found.iter().take(10).map(line).collect::<Vec<_>>().join("\n")
}

/// The one event of that id; the whole series of one that repeats.
pub fn find(calendar: &Calendar<'_>, id: &str) -> Result<(usize, Event), ToolError> {
    let found = calendar.events.iter().enumerate().filter_map(|(at, block)| Some((at, Event::read(block)?)));
    let mut found = found.filter(|(_, event)| event.id == id && event.instead.is_none());
    found.next().ok_or_else(|| ToolError::BadInput(say("calendar.no_event", &[("id", &visible(id))])))
}
