//! One event, read from its lines.

use super::{
    ics::{Block, Line, unescaped},
    time::{When, Zone},
};
use jiff::{Span, ToSpan, civil};

/// An event, or one changed occurrence of one that repeats.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its id, the same for all its occurrences.
    pub id: String,
    /// Its title.
    pub title: String,
    /// When it begins, the first time.
    pub start: When,
    /// When it ends.
    pub end: When,
    /// Where.
    pub place: Option<String>,
    /// Who is invited, by name or address; the organiser first.
    pub people: Vec<String>,
    /// `RRULE`, as it is written.
    pub rule: Option<String>,
    /// Occurrences that are left out.
    pub without: Vec<When>,
    /// Occurrences besides.
    pub with: Vec<When>,
    /// The occurrence that this one is instead of.
    pub instead: Option<When>,
    /// It is instead of all later ones as well (`RANGE=THISANDFUTURE`).
    pub onward: bool,
    /// It was called off.
    pub cancelled: bool,
}

impl Event {
    /// Reads an event; none where it has no start.
    pub fn read(block: &Block) -> Option<Event> {
        let start = When::of(block.line("DTSTART")?)?;
        let end = end(block, &start);
        let list = |name: &str| -> Vec<When> {
            let lines = block.lines.iter().filter(|line| line.name == name);
            lines.flat_map(whens).collect()
        };
        let organizer = block.lines.iter().filter(|line| line.name == "ORGANIZER");
        let invited = block.lines.iter().filter(|line| line.name == "ATTENDEE");
        let mut people: Vec<String> = organizer.chain(invited).map(person).collect();
        people.dedup();
        Some(Event {
            id: block.text("UID").unwrap_or_default(),
            title: block.text("SUMMARY").unwrap_or_default(),
            place: block.text("LOCATION"),
            people,
            rule: block.line("RRULE").map(|line| line.value.trim().to_owned()),
            without: list("EXDATE"),
            with: list("RDATE"),
            instead: block.line("RECURRENCE-ID").and_then(When::of),
            onward: block
                .line("RECURRENCE-ID")
                .and_then(|line| line.param("RANGE"))
                .is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE")),
            cancelled: block.text("STATUS").is_some_and(|status| status.eq_ignore_ascii_case("CANCELLED")),
            start,
            end,
        })
    }

    /// How long it lasts.
    pub fn length(&self) -> Span {
        self.end.civil().since(self.start.civil()).unwrap_or_default()
    }
}

fn end(block: &Block, start: &When) -> When {
    let end = block.line("DTEND").and_then(When::of).map(|end| beside(&end, start));
    if let Some(end) = end.filter(|end| end.civil() >= start.civil()) {
        return end;
    }
    let said = block.line("DURATION").and_then(|line| line.value.trim().parse::<Span>().ok());
    let day = matches!(start, When::Day(_));
    let length = said.filter(|span| !span.is_negative()).unwrap_or(if day { 1.day() } else { Span::new() });
    start.moved(start.civil().checked_add(length).unwrap_or(civil::DateTime::MAX))
}

// The end on the wall of the start, whose zone may be another.
fn beside(end: &When, start: &When) -> When {
    match (end, start) {
        (When::At(at, Zone::Known(zone)), When::At(_, Zone::Known(of))) if zone != of => {
            let there = at.to_zoned(zone.clone()).map(|at| at.with_time_zone(of.clone()).datetime());
            start.moved(there.unwrap_or(*at))
        }
        (When::At(at, _), When::Day(_)) if at.time() != civil::Time::midnight() => {
            When::Day(at.date().tomorrow().unwrap_or(at.date()))
        }
        (end, start) => start.moved(end.civil()),
    }
}

/// The times of a line that lists some.
pub fn whens(line: &Line) -> Vec<When> {
    let one =
        |value: &str| When::of(&Line { value: value.split('/').next().unwrap_or(value).to_owned(), ..line.clone() });
    line.value.split(',').filter_map(one).collect()
}

fn person(line: &Line) -> String {
    let address = unescaped(&line.value);
    let address = address.trim_start_matches("mailto:").trim_start_matches("MAILTO:").to_owned();
    match line.param("CN") {
        Some(name) if !name.is_empty() && name != address => format!("{name} <{address}>"),
        _ => address,
    }
}
