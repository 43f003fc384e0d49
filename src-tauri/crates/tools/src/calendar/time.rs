//! Times of a calendar: what a line says, what a call says, and how a person reads them.

use super::ics::Line;
use crate::words::say;
use assent_agent::Place;
use assent_protocol::visible::visible;
use jiff::{Timestamp, ToSpan, Zoned, civil, tz::TimeZone};

/// A time of an event.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    /// A whole day.
    Day(civil::Date),
    /// A time of day.
    At(civil::DateTime, Zone),
}

/// The zone of a time.
#[derive(Debug, Clone, PartialEq)]
pub enum Zone {
    /// One that is known.
    Known(TimeZone),
    /// Wherever the user is.
    Floating,
    /// A name that nobody knows; read as if it were the user's own.
    Unknown(String),
}

impl When {
    /// Reads `DTSTART` and its like.
    pub fn of(line: &Line) -> Option<When> {
        let value = line.value.trim();
        // Some give a whole day its midnight.
        let is_day = line.param("VALUE").is_some_and(|kind| kind.eq_ignore_ascii_case("DATE"));
        let value = if is_day { value.get(..8).unwrap_or(value) } else { value };
        When::read(value, line.zone.clone())
    }

    /// Reads `20261127`, `20261127T150000` or `20261127T140000Z`.
    pub fn read(value: &str, zone: Zone) -> Option<When> {
        let (value, zone) = match value.strip_suffix(['Z', 'z']) {
            Some(value) => (value, Zone::Known(TimeZone::UTC)),
            None => (value, zone),
        };
        if !value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'T') {
            return None;
        }
        match value.len() {
            8 => civil::Date::strptime("%Y%m%d", value).ok().map(When::Day),
            15 => civil::DateTime::strptime("%Y%m%dT%H%M%S", value).ok().map(|at| When::At(at, zone)),
            _ => None,
        }
    }

    /// The day and hour on the wall, midnight for a day.
    pub fn civil(&self) -> civil::DateTime {
        match self {
            When::Day(day) => day.to_datetime(civil::Time::midnight()),
            When::At(at, _) => *at,
        }
    }

    /// The same on another day and hour.
    pub fn moved(&self, to: civil::DateTime) -> When {
        match self {
            When::Day(_) => When::Day(to.date()),
            When::At(_, zone) => When::At(to, zone.clone()),
        }
    }

    /// The moment, for a user in `own`. A time that a change of the clocks skips moves forward by the gap.
    pub fn moment(&self, own: &TimeZone) -> Option<Zoned> {
        let zone = match self {
            When::At(_, Zone::Known(zone)) => zone,
            _ => own,
        };
        Some(self.civil().to_zoned(zone.clone()).ok()?.with_time_zone(own.clone()))
    }

    /// What makes the zone doubtful, in words.
    pub fn doubt(&self) -> Option<String> {
        match self {
            When::At(_, Zone::Unknown(name)) => Some(say("calendar.zone_unknown", &[("zone", &visible(name))])),
            _ => None,
        }
    }

    /// `DTSTART…` with this value.
    pub fn line(&self, name: &str) -> String {
        match self {
            When::Day(day) => format!("{name};VALUE=DATE:{}", day.strftime("%Y%m%d")),
            When::At(at, Zone::Known(zone))
                if zone.iana_name().is_none_or(|name| name == "UTC" || name == "Etc/UTC") =>
            {
                let utc = at.to_zoned(zone.clone()).map(|at| at.with_time_zone(TimeZone::UTC).datetime());
                format!("{name}:{}Z", utc.unwrap_or(*at).strftime("%Y%m%dT%H%M%S"))
            }
            When::At(at, zone) => {
                let id = match zone {
                    Zone::Known(zone) => {
                        zone.iana_name().map(|id| format!(";TZID={}", parameter(id))).unwrap_or_default()
                    }
                    Zone::Unknown(id) => format!(";TZID=\"{}\"", id.replace('"', "")),
                    Zone::Floating => String::new(),
                };
                format!("{name}{id}:{}", at.strftime("%Y%m%dT%H%M%S"))
            }
        }
    }
}

// A name as a parameter's value: in quotes where it needs them.
fn parameter(id: &str) -> String {
    if id.contains([':', ';', ',']) { format!("\"{}\"", id.replace('"', "")) } else { id.to_owned() }
}

/// The zone of a name that the calendar does not define: `Europe/Warsaw`, also behind the prefix that some programs put
/// before it, a name of Windows', or an offset.
pub fn zone(id: &str) -> Zone {
    let known = |id: &str| TimeZone::get(id).ok().map(Zone::Known);
    let id = id.trim();
    let parts: Vec<&str> = id.trim_matches('/').split('/').collect();
    let behind = |count: usize| (parts.len() > count).then(|| known(&parts[parts.len() - count..].join("/"))).flatten();
    let fixed = || {
        let digits = ["UTC", "GMT", ""].iter().find_map(|start| id.strip_prefix(start))?;
        let offset = digits.starts_with(['+', '-']).then(|| super::defined::offset(digits)).flatten()?;
        jiff::tz::Offset::from_seconds(offset).ok().map(|offset| Zone::Known(TimeZone::fixed(offset)))
    };
    known(id)
        .or_else(|| behind(3))
        .or_else(|| behind(2))
        .or_else(|| known(super::windows::zone(id)?))
        .or_else(fixed)
        .unwrap_or_else(|| Zone::Unknown(id.to_owned()))
}

/// The user's zone.
pub fn own(place: &Place) -> TimeZone {
    TimeZone::get(&place.zone).unwrap_or(TimeZone::UTC)
}

/// A time of a call: `2026-11-27` for a whole day, `2026-11-27T15:00` in the user's zone, or with an offset or a zone.
///
/// # Errors
/// A sentence.
pub fn said(text: &str, place: &Place) -> Result<When, String> {
    let text = text.trim();
    let own = own(place);
    let wrong = || say("calendar.time", &[("text", &visible(text))]);
    if let Ok(at) = text.parse::<Zoned>() {
        return Ok(When::At(at.datetime(), Zone::Known(at.time_zone().clone())));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(When::At(at.to_zoned(own.clone()).datetime(), Zone::Known(own)));
    }
    if text.len() == 10 {
        return text.parse::<civil::Date>().map(When::Day).map_err(|_| wrong());
    }
    text.parse::<civil::DateTime>().map(|at| When::At(at, Zone::Known(own))).map_err(|_| wrong())
}

/// "Friday 27 November 2026, 15:00–16:00 (Europe/Warsaw)".
pub fn shown(start: &When, end: &When, own: &TimeZone) -> String {
    const DAY: &str = "%A %-d %B %Y";
    match (start, end) {
        (When::Day(first), _) => {
            let last = end.civil().date().checked_sub(1.day()).unwrap_or(*first);
            match last > *first {
                true => format!("{} – {}", first.strftime(DAY), last.strftime(DAY)),
                false => first.strftime(DAY).to_string(),
            }
        }
        _ => {
            let (Some(from), Some(to)) = (start.moment(own), end.moment(own)) else { return String::new() };
            let zone = own.iana_name().unwrap_or("UTC");
            let until = if from.date() == to.date() { "%H:%M" } else { "%A %-d %B %Y, %H:%M" };
            format!("{}–{} ({zone})", from.strftime("%A %-d %B %Y, %H:%M"), to.strftime(until))
        }
    }
}

/// As `calendar.list` gives it: `2026-11-27`, or with the user's offset and zone.
pub fn told(when: &When, own: &TimeZone) -> String {
    match when {
        When::Day(day) => day.to_string(),
        at => at.moment(own).map(|at| at.to_string()).unwrap_or_default(),
    }
}
