//! The time zones that a calendar defines itself (`VTIMEZONE`, RFC 5545 3.6.5), whatever they are called: each becomes the
//! table of its changes in the form of the tz database (TZif, RFC 8536), so that it is a zone like any other.

use super::{ics::Line, time::When};
use jiff::{civil, tz::TimeZone};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

/// The years for which changes are worked out.
const FROM: i16 = 1900;
const TO: i16 = 2200;
/// Changes by one rule, and parts of one zone, that are read.
const MOST_CHANGES: u16 = 700;
const MOST_PARTS: usize = 200;

/// A definition as it is read: its name, and its parts with their lines.
#[derive(Debug, Default)]
pub struct Definition {
    /// `TZID`.
    pub name: String,
    /// Where it lies by its writer's own word (`X-LIC-LOCATION`).
    pub location: Option<String>,
    /// Whether each is the daylight part, and its lines.
    pub parts: Vec<(bool, Vec<Line>)>,
}

// From this moment on, so many seconds before UTC's clock.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    at: i64,
    offset: i32,
    is_daylight: bool,
}

impl Definition {
    /// The zone; none where nothing in it can be used.
    pub fn zone(&self) -> Option<TimeZone> {
        let named = TimeZone::get(&self.name).ok();
        let location = || self.location.as_deref().and_then(|name| TimeZone::get(name).ok());
        let rules = self.parts.iter().any(|(_, lines)| lines.iter().any(|line| line.name == "RRULE"));
        // A list of changes without a rule ends at some time, and a zone that is known goes on.
        if named.is_some() && !rules && self.parts.len() > 1 {
            return named;
        }
        self.read().or(named).or_else(location)
    }

    fn read(&self) -> Option<TimeZone> {
        let mut changes = Vec::new();
        let mut first: Option<(i64, i32)> = None;
        for (is_daylight, lines) in self.parts.iter().take(MOST_PARTS) {
            let Some((onsets, before, offset)) = part(lines) else { continue };
            for onset in onsets {
                let at = seconds(onset)?.saturating_sub(before.into());
                if first.is_none_or(|(earliest, _)| at < earliest) {
                    first = Some((at, before));
                }
                changes.push(Change { at, offset, is_daylight: *is_daylight });
            }
        }
        changes.sort_unstable();
        changes.dedup_by_key(|change| change.at);
        let (_, before) = first?;
        TimeZone::tzif(&self.name, &tzif(before, &changes)).ok()
    }
}

// When a part begins on the clock before it, that clock's offset, and its own.
fn part(lines: &[Line]) -> Option<(Vec<civil::DateTime>, i32, i32)> {
    let line = |name: &str| lines.iter().find(|line| line.name == name);
    let start = When::of(line("DTSTART")?)?.civil();
    let to = offset(&line("TZOFFSETTO")?.value)?;
    let from = line("TZOFFSETFROM").and_then(|line| offset(&line.value)).unwrap_or(to);
    let mut onsets = vec![start];
    for rule in lines.iter().filter(|line| line.name == "RRULE") {
        onsets.extend(repeated(rule.value.trim(), start, from).unwrap_or_default());
    }
    for more in lines.iter().filter(|line| line.name == "RDATE") {
        let values =
            more.value.split(',').filter_map(|value| When::of(&Line { value: value.to_owned(), ..more.clone() }));
        onsets.extend(values.map(|when| when.civil()));
    }
    Some((onsets, from, to))
}

fn repeated(rule: &str, start: civil::DateTime, from: i32) -> Option<Vec<civil::DateTime>> {
    let rule = rule.to_ascii_uppercase();
    if ["SECONDLY", "MINUTELY", "HOURLY"].iter().any(|often| rule.contains(often)) || rule.len() > 500 {
        return None;
    }
    // Its end is a moment, and everything else the clock before.
    let on_the_clock = |part: &str| match part.strip_prefix("UNTIL=") {
        Some(until) if until.ends_with('Z') => {
            let until = civil::DateTime::strptime("%Y%m%dT%H%M%SZ", until).ok()?;
            let until = until.checked_add(jiff::SignedDuration::from_secs(from.into())).ok()?;
            Some(format!("UNTIL={}Z", until.strftime("%Y%m%dT%H%M%S")))
        }
        Some(until) if until.len() == 8 => Some(format!("UNTIL={until}T235959Z")),
        Some(until) => Some(format!("UNTIL={until}Z")),
        None => Some(part.to_owned()),
    };
    let parts: Option<Vec<String>> = rule.split(';').filter(|part| !part.is_empty()).map(on_the_clock).collect();
    let rule: RRule<Unvalidated> = parts?.join(";").parse().ok()?;
    let utc = |at: civil::DateTime| Some(chrono::DateTime::from_timestamp(seconds(at)?, 0)?.with_timezone(&Tz::UTC));
    let year = |year: i16| civil::Date::new(year, 1, 1).ok().and_then(|day| utc(day.at(0, 0, 0, 0)));
    let begin = utc(start)?;
    let rule = rule.validate(begin).ok()?;
    let found = RRuleSet::new(begin).rrule(rule).after(year(FROM)?).before(year(TO)?).all(MOST_CHANGES);
    let civil = |at: &chrono::DateTime<Tz>| {
        civil::DateTime::strptime("%Y%m%dT%H%M%S", at.format("%Y%m%dT%H%M%S").to_string()).ok()
    };
    Some(found.dates.iter().filter_map(civil).collect())
}

fn seconds(at: civil::DateTime) -> Option<i64> {
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

/// `+0100`, `-03:30`, `+005258` in seconds.
pub fn offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !matches!(digits.len(), 2 | 4 | 6) || text.chars().any(|c| !(c.is_ascii_digit() || "+-:".contains(c))) {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |two| two.parse::<i32>().ok());
    let (hours, minutes, seconds) = (part(0)?, part(2)?, part(4)?);
    (hours < 25 && minutes < 60 && seconds < 60).then_some(sign * (hours * 3_600 + minutes * 60 + seconds))
}

fn tzif(before: i32, changes: &[Change]) -> Vec<u8> {
    const NAMES: &[u8] = b"STD\0DST\0";
    let mut kinds: Vec<(i32, bool)> = vec![(before, false)];
    let mut indexes = Vec::new();
    for change in changes {
        let kind = (change.offset, change.is_daylight);
        let index = kinds.iter().position(|known| *known == kind).unwrap_or_else(|| {
            kinds.push(kind);
            kinds.len() - 1
        });
        indexes.push(u8::try_from(index).unwrap_or(0));
    }
    let head = |out: &mut Vec<u8>, changes: usize, kinds: usize, names: usize| {
        out.extend(b"TZif2");
        out.extend([0; 15]);
        for count in [0, 0, 0, changes, kinds, names] {
            out.extend(u32::try_from(count).unwrap_or(0).to_be_bytes());
        }
    };
    let kind = |out: &mut Vec<u8>, (offset, is_daylight): (i32, bool)| {
        out.extend(offset.to_be_bytes());
        out.extend([u8::from(is_daylight), if is_daylight { 4 } else { 0 }]);
    };
    let mut out = Vec::new();
    // The first block is for readers of 32 bits, and says nothing.
    head(&mut out, 0, 1, 4);
    kind(&mut out, (before, false));
    out.extend(&NAMES[..4]);
    head(&mut out, changes.len(), kinds.len().min(256), NAMES.len());
    changes.iter().for_each(|change| out.extend(change.at.to_be_bytes()));
    out.extend(indexes);
    kinds.iter().take(256).for_each(|one| kind(&mut out, *one));
    out.extend(NAMES);
    out.extend(b"\n\n");
    out
}
