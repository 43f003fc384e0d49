//! calendar.add: a new event.

use super::{
    account::Calendars,
    event::Event,
    ics::{Calendar, escaped, folded},
    plan::Plan,
    time::{When, said},
    wanted::{Wanted, taken_back},
};
use crate::{
    input::{parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, canonical::digest, visible::visible};
use jiff::{Timestamp, ToSpan};
use rrule::{RRule, Unvalidated};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Put an event on the calendar. Nobody is invited by it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What it is.
    title: String,
    /// When it begins: 2026-11-27T15:00 in the user's zone, or 2026-11-27 for a whole day.
    start: String,
    /// How long it lasts in minutes; without it an hour, or the whole day.
    minutes: Option<u32>,
    /// Where.
    #[serde(rename = "where")]
    place: Option<String>,
    /// How it repeats, as an RRULE: FREQ=WEEKLY;BYDAY=MO.
    repeat: Option<String>,
    /// An .ics file, if the event is in none of the accounts.
    #[schemars(extend("format" = "path"))]
    calendar: Option<String>,
    /// The account; only needed where there are several.
    account: Option<String>,
}

/// The tool, with the accounts that it can work in.
pub struct Add(pub Calendars);

fn plan(input: &Input, calendar: &Calendar<'_>, place: &Place) -> Result<Plan, ToolError> {
    let bad = |sentence: String| ToolError::BadInput(sentence);
    let title = input.title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.is_empty() {
        return Err(bad(say("calendar.no_title", &[])));
    }
    let start = said(&input.start, place).map_err(bad)?;
    let length = match (input.minutes, &start) {
        (Some(minutes), When::At(..)) => i64::from(minutes).minutes(),
        (None, When::At(..)) => 1.hour(),
        (Some(_), When::Day(_)) => return Err(bad(say("calendar.whole_day", &[]))),
        (None, When::Day(_)) => 1.day(),
    };
    let end = start
        .civil()
        .checked_add(length)
        .map_err(|_| bad(say("calendar.time", &[("text", &visible(&input.start))])))?;
    let end = start.moved(end);
    if let Some(rule) = &input.repeat {
        let often = rule.to_ascii_uppercase();
        let sound =
            rule.parse::<RRule<Unvalidated>>().is_ok() && !often.contains("SECONDLY") && !often.contains("MINUTELY");
        if !sound || rule.contains(['\n', '\r']) {
            return Err(bad(say("calendar.rule", &[("rule", &visible(rule))])));
        }
    }
    let stamp = Timestamp::from_millisecond(place.now).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string();
    let id = format!("{}@assent", &digest(&[&title, &input.start, calendar.text])[..24]);
    let mut lines = vec!["BEGIN:VEVENT".to_owned(), format!("UID:{id}"), format!("DTSTAMP:{stamp}")];
    lines.extend([start.line("DTSTART"), end.line("DTEND"), format!("SUMMARY:{}", escaped(&title))]);
    lines.extend(input.place.as_ref().map(|place| format!("LOCATION:{}", escaped(place))));
    lines.extend(input.repeat.as_ref().map(|rule| format!("RRULE:{}", rule.trim())));
    lines.push("END:VEVENT".to_owned());
    let block: String = lines.iter().map(|line| folded(line, calendar.newline)).collect();
    let event = Event {
        id,
        title,
        start,
        end,
        place: input.place.clone(),
        people: Vec::new(),
        rule: input.repeat.clone(),
        without: Vec::new(),
        with: Vec::new(),
        instead: None,
        onward: false,
        cancelled: false,
    };
    let text = match calendar.end {
        Some(end) => {
            let (before, after) = calendar.text.split_at(end);
            let line_end = if before.ends_with(['\n', '\r']) { "" } else { calendar.newline };
            format!("{before}{line_end}{block}{after}")
        }
        None => {
            let head: String = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Assent//Assent//EN"]
                .iter()
                .map(|line| folded(line, calendar.newline))
                .collect();
            format!("{head}{block}{}", folded("END:VCALENDAR", calendar.newline))
        }
    };
    Ok(Plan { text, title: "calendar.add.title", event, before: None, effect: Effect::Modify })
}

impl Add {
    fn wanted<'a>(&'a self, input: &'a Input) -> Wanted<'a> {
        let (account, file) = (input.account.as_deref(), input.calendar.as_deref());
        Wanted { calendars: &self.0, account, file, id: None, title: &input.title }
    }
}

impl Tool for Add {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("calendar.add")
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
