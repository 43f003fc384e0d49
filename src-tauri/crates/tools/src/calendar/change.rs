//! calendar.change: an event gets another time, title or place.

use super::{
    account::Calendars,
    ics::{Block, Calendar, escaped, folded},
    plan::{self, Plan},
    time::{When, said},
    wanted::{Wanted, taken_back},
};
use crate::{
    input::{parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::Effect;
use jiff::ToSpan;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Change an event on the calendar; what is left out stays. Of an event that repeats, all times change.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The event's id, as calendar.list gives it.
    id: String,
    /// Another title.
    title: Option<String>,
    /// Another beginning, as for calendar.add. It lasts as long as before.
    start: Option<String>,
    /// Another length.
    minutes: Option<u32>,
    /// Another place.
    #[serde(rename = "where")]
    place: Option<String>,
    /// An .ics file, if the event is in none of the accounts.
    #[schemars(extend("format" = "path"))]
    calendar: Option<String>,
    /// The account; only needed where there are several.
    account: Option<String>,
}

/// The tool, with the accounts that it can work in.
pub struct Change(pub Calendars);

fn plan(input: &Input, calendar: &Calendar<'_>, place: &Place) -> Result<Plan, ToolError> {
    let bad = |sentence: String| ToolError::BadInput(sentence);
    let (at, before) = plan::find(calendar, &input.id)?;
    let mut event = before.clone();
    let mut set: Vec<(&str, String)> = Vec::new();
    if let Some(title) = &input.title {
        event.title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if event.title.is_empty() {
            return Err(bad(say("calendar.no_title", &[])));
        }
        set.push(("SUMMARY", format!("SUMMARY:{}", escaped(&event.title))));
    }
    if let Some(start) = &input.start {
        event.start = said(start, place).map_err(bad)?;
        set.push(("DTSTART", event.start.line("DTSTART")));
    }
    if input.start.is_some() || input.minutes.is_some() {
        let whole_day = |when: &When| matches!(when, When::Day(_));
        let length = match input.minutes {
            Some(_) if whole_day(&event.start) => return Err(bad(say("calendar.whole_day", &[]))),
            Some(minutes) => i64::from(minutes).minutes(),
            None if whole_day(&event.start) == whole_day(&before.start) => before.length(),
            None if whole_day(&event.start) => 1.day(),
            None => 1.hour(),
        };
        let end = event.start.civil().checked_add(length);
        event.end = event.start.moved(end.map_err(|_| bad(say("calendar.range", &[])))?);
        set.push(("DTEND", event.end.line("DTEND")));
    }
    if let Some(place) = &input.place {
        event.place = Some(place.clone());
        set.push(("LOCATION", format!("LOCATION:{}", escaped(place))));
    }
    if set.is_empty() {
        return Err(bad(say("calendar.nothing", &[])));
    }
    let text = replaced(calendar, &calendar.events[at], &set);
    Ok(Plan { text, title: "calendar.change.title", event, before: Some(before), effect: Effect::Modify })
}

// The lines that are set take the place of those of their name, or stand before the end of the event.
fn replaced(calendar: &Calendar<'_>, block: &Block, set: &[(&str, String)]) -> String {
    let line = |text: &str| folded(text, calendar.newline);
    let mut out = calendar.text[..block.range.start].to_owned();
    let mut at = block.range.start;
    let mut new: Vec<&(&str, String)> = set.iter().collect();
    for old in &block.lines {
        let length = old.name == "DURATION" && set.iter().any(|(name, _)| *name == "DTEND");
        let found = set.iter().find(|(name, _)| *name == old.name);
        if found.is_none() && !length {
            continue;
        }
        out.push_str(&calendar.text[at..old.range.start]);
        at = old.range.end;
        if let Some(found) = found
            && let Some(first) = new.iter().position(|(name, _)| *name == found.0)
        {
            out.push_str(&line(&new.remove(first).1));
        }
    }
    let whole = &calendar.text[at..block.range.end];
    // The last line of the block is its end.
    let end = whole.to_ascii_uppercase().rfind("END:VEVENT").unwrap_or(whole.len());
    out.push_str(&whole[..end]);
    new.iter().for_each(|(_, text)| out.push_str(&line(text)));
    out.push_str(&whole[end..]);
    out + &calendar.text[block.range.end..]
}

impl Change {
    fn wanted<'a>(&'a self, input: &'a Input) -> Wanted<'a> {
        let (account, file) = (input.account.as_deref(), input.calendar.as_deref());
        Wanted { calendars: &self.0, account, file, id: Some(&input.id), title: &input.id }
    }
}

impl Tool for Change {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("calendar.change")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        self.wanted(&input).describe(place, |calendar| plan(&input, calendar, place))
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let input: Input = parse(args)?;
        self.wanted(&input).prepare(facts, place, |calendar| plan(&input, calendar, place))
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        self.wanted(&input).run(facts, place, |calendar| plan(&input, calendar, place))
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        taken_back(&self.0, inverse, place)
    }
}
