//! calendar.change: an event gets another time, title or place.

use super::{
    account::Calendars,
    event::{Event, whens},
    ics::{Block, Calendar, escaped, folded},
    occurrences,
    plan::{self, Plan},
    time::{When, Zone, said},
    wanted::{Wanted, taken_back},
};
use crate::{
    input::{parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, visible::visible};
use jiff::{Span, Timestamp, ToSpan, civil};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::ops::Range;

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
    let mut set: Vec<(&'static str, String)> = Vec::new();
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
    let mut edits = Edits { calendar, place, all: Vec::new() };
    if event.start != before.start && before.rule.is_some() {
        set.extend(edits.series(&mut event, &before)?);
    }
    edits.set(&calendar.events[at], &set);
    let text = edits.text();
    Ok(Plan { text, title: "calendar.change.title", event, before: Some(before), effect: Effect::Modify })
}

// What is put in place of which bytes.
struct Edits<'a> {
    calendar: &'a Calendar<'a>,
    place: &'a Place,
    all: Vec<(Range<usize>, String)>,
}

impl Edits<'_> {
    // The lines that are set take the place of those of their name, or stand before the end of the event. Its version
    // goes up, so that other programs take the newer one.
    fn set(&mut self, block: &Block, set: &[(&'static str, String)]) {
        let sequence = block.line("SEQUENCE").and_then(|line| line.value.trim().parse::<u32>().ok()).unwrap_or(0);
        let stamp =
            Timestamp::from_millisecond(self.place.now).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ").to_string();
        let mut set: Vec<(&str, String)> = set.to_vec();
        set.push(("SEQUENCE", format!("SEQUENCE:{}", sequence.saturating_add(1))));
        for name in ["DTSTAMP", "LAST-MODIFIED"] {
            set.extend(block.line(name).map(|_| (name, format!("{name}:{stamp}"))));
        }
        let length = set.iter().any(|(name, _)| *name == "DTEND");
        let mut new: Vec<&(&str, String)> = set.iter().collect();
        for old in &block.lines {
            if let Some(first) = new.iter().position(|(name, _)| *name == old.name) {
                self.put(old.range.clone(), &new.remove(first).1);
            } else if set.iter().any(|(name, _)| *name == old.name) || (length && old.name == "DURATION") {
                self.all.push((old.range.clone(), String::new()));
            }
        }
        // The last line of the block is its end, unless that is missing.
        let whole = &self.calendar.text[block.range.clone()];
        let end = block.range.start + whole.to_ascii_uppercase().rfind("END:VEVENT").unwrap_or(whole.len());
        new.into_iter().for_each(|(_, text)| self.put(end..end, text));
    }

    fn put(&mut self, range: Range<usize>, line: &str) {
        self.all.push((range, folded(line, self.calendar.newline)));
    }

    // A series that moves takes along what is left out, what is besides and what is instead of one of its times, and the
    // days of its rule.
    fn series(&mut self, event: &mut Event, before: &Event) -> Result<Vec<(&'static str, String)>, ToolError> {
        let rule = before.rule.clone().unwrap_or_default();
        let moved = moved_rule(&rule, before, event).ok_or_else(|| {
            let values = [("title", visible(&before.title)), ("rule", visible(&rule))];
            ToolError::BadInput(say(
                "calendar.rule_moves",
                &values.each_ref().map(|(name, value)| (*name, value.as_str())),
            ))
        })?;
        let (days, seconds) = shift(&rule, before.start.civil(), event.start.civil());
        let moved = moved.split(';').map(|part| until_moved(part, before, days, seconds)).collect::<Vec<_>>().join(";");
        let start = event.start.clone();
        let to = |when: &When| {
            let at = occurrences::wall(when, before).checked_add(days).and_then(|at| at.checked_add(seconds));
            let at = at.unwrap_or_else(|_| when.civil());
            // A day alone stays one.
            if let When::Day(_) = when { When::Day(at.date()) } else { start.moved(at) }
        };
        let blocks =
            self.calendar.events.iter().filter(|block| block.text("UID").as_deref() == Some(before.id.as_str()));
        for block in blocks {
            let instead = block.line("RECURRENCE-ID").and_then(When::of);
            if let Some(when) = instead {
                let range = block
                    .line("RECURRENCE-ID")
                    .and_then(|line| line.param("RANGE"))
                    .map(|range| format!(";RANGE={range}"));
                let name = format!("RECURRENCE-ID{}", range.unwrap_or_default());
                self.set(block, &[("RECURRENCE-ID", to(&when).line(&name))]);
                continue;
            }
            for line in block.lines.iter().filter(|line| matches!(line.name.as_str(), "EXDATE" | "RDATE")) {
                let lines: Vec<String> =
                    whens(line).iter().map(|when| folded(&to(when).line(&line.name), self.calendar.newline)).collect();
                self.all.push((line.range.clone(), lines.concat()));
            }
        }
        event.without = before.without.iter().map(to).collect();
        event.with = before.with.iter().map(to).collect();
        event.rule = Some(moved.clone());
        Ok(if moved == rule { Vec::new() } else { vec![("RRULE", format!("RRULE:{moved}"))] })
    }

    fn text(mut self) -> String {
        self.all.sort_by_key(|(range, _)| (range.start, range.end));
        let (mut out, mut at) = (String::new(), 0);
        for (range, text) in self.all {
            out.push_str(self.calendar.text.get(at..range.start).unwrap_or_default());
            out.push_str(&text);
            at = range.end;
        }
        out + &self.calendar.text[at..]
    }
}

fn part<'a>(rule: &'a str, name: &str) -> Option<&'a str> {
    rule.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='))
}

// How far each time of a series moves, in days and seconds: the beginning may lie many turns further on, and its
// exceptions do not.
fn shift(rule: &str, from: civil::DateTime, to: civil::DateTime) -> (Span, Span) {
    let days = days(from, to);
    let days = match part(&rule.to_ascii_uppercase(), "FREQ") {
        Some("DAILY" | "HOURLY") => 0,
        Some("WEEKLY") => (days + 3).rem_euclid(7) - 3,
        _ if days.abs() < 16 => days,
        _ => i64::from(to.day()) - i64::from(from.day()),
    };
    let time =
        |at: civil::DateTime| i64::from(at.hour()) * 3_600 + i64::from(at.minute()) * 60 + i64::from(at.second());
    (days.days(), (time(to) - time(from)).seconds())
}

fn days(from: civil::DateTime, to: civil::DateTime) -> i64 {
    from.date().until(to.date()).map(|span| i64::from(span.get_days())).unwrap_or(0)
}

// The rule on its new days; none where it cannot be said what they are.
fn moved_rule(rule: &str, before: &Event, event: &Event) -> Option<String> {
    let (from, to) = (before.start.civil(), event.start.civil());
    if from.date() == to.date() {
        return Some(rule.to_owned());
    }
    let often = part(&rule.to_ascii_uppercase(), "FREQ").map(str::to_owned)?;
    let turned = days(from, to);
    let mut parts = Vec::new();
    for part in rule.split(';') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = match (name.trim().to_ascii_uppercase().as_str(), often.as_str()) {
            ("BYDAY", "WEEKLY") => value.split(',').map(|day| turn(day, turned)).collect::<Option<Vec<_>>>()?.join(","),
            ("BYDAY", "DAILY" | "HOURLY") if turned.rem_euclid(7) != 0 => return None,
            ("BYDAY", "MONTHLY" | "YEARLY") => nth(value, from.date(), to.date())?,
            ("BYMONTHDAY", "MONTHLY" | "YEARLY") if value == from.day().to_string() => to.day().to_string(),
            ("BYMONTH", "YEARLY") if value == from.month().to_string() => to.month().to_string(),
            ("BYMONTHDAY" | "BYSETPOS" | "BYYEARDAY" | "BYWEEKNO", _) => return None,
            ("BYMONTH", _) if from.month() != to.month() => return None,
            _ => value.to_owned(),
        };
        parts.push(if part.contains('=') { format!("{name}={value}") } else { part.to_owned() });
    }
    Some(parts.join(";"))
}

// An end that is the last time itself moves with it.
fn until_moved(part: &str, before: &Event, days: Span, seconds: Span) -> String {
    let moved = || {
        let (name, value) = part.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("UNTIL"))?;
        let until = When::read(value.trim(), Zone::Floating)?;
        if matches!(until, When::Day(_)) || occurrences::wall(&until, before).time() != before.start.civil().time() {
            return None;
        }
        let at = until.civil().checked_add(days).and_then(|at| at.checked_add(seconds)).ok()?;
        let end = if value.trim().ends_with(['Z', 'z']) { "Z" } else { "" };
        Some(format!("{name}={}{end}", at.strftime("%Y%m%dT%H%M%S")))
    };
    moved().unwrap_or_else(|| part.to_owned())
}

const WEEK: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

fn turn(day: &str, by: i64) -> Option<String> {
    let at = WEEK.iter().position(|known| known.eq_ignore_ascii_case(day.trim()))?;
    let at = (i64::try_from(at).ok()? + by).rem_euclid(7);
    WEEK.get(usize::try_from(at).ok()?).map(|day| (*day).to_owned())
}

// "The second Monday" on the day that the new beginning is; none where the rule names other days.
fn nth(value: &str, from: civil::Date, to: civil::Date) -> Option<String> {
    let name = |date: civil::Date| WEEK[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0)];
    let place = |date: civil::Date| (date.day() - 1) / 7 + 1;
    let is_last = |date: civil::Date| date.day() + 7 > date.days_in_month();
    match value.trim().to_ascii_uppercase().strip_suffix(name(from))? {
        "-1" if is_last(from) && is_last(to) => Some(format!("-1{}", name(to))),
        count if count.parse() == Ok(place(from)) => Some(format!("{}{}", place(to), name(to))),
        _ => None,
    }
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
