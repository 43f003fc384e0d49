//! The time zones that a calendar names, described in it: a server need not know them by name (RFC 4791, 4.1).

use super::ics::{Calendar, folded};
use jiff::{Timestamp, ToSpan, civil, tz::TimeZone};
use std::collections::BTreeSet;

/// Years after its beginning for which the changes of the clocks are given: for one event, and for one that repeats.
const ONCE: i16 = 1;
const REPEATED: i16 = 10;

/// The text with a `VTIMEZONE` for each zone that it names and does not describe.
pub fn described(text: &str) -> String {
    let Some(calendar) = Calendar::read(text) else { return text.to_owned() };
    let Some(first) = calendar.events.first() else { return text.to_owned() };
    let lines = || calendar.events.iter().flat_map(|event| &event.lines);
    let named: BTreeSet<&str> = lines().filter_map(|line| line.param("TZID")).collect();
    let known = |name: &&&str| text.lines().any(|line| line.trim_end() == format!("TZID:{name}"));
    let years = if lines().any(|line| line.name == "RRULE") { REPEATED } else { ONCE };
    let begins =
        lines().filter(|line| line.name == "DTSTART").filter_map(|line| line.value.get(..4)?.parse().ok()).min();
    let mut block = String::new();
    for name in named.iter().filter(|name| !known(name)) {
        if let (Ok(zone), Some(begins)) = (TimeZone::get(name), begins) {
            zone_lines(name, &zone, begins, years).iter().for_each(|line| block += &folded(line, calendar.newline));
        }
    }
    format!("{}{block}{}", &text[..first.range.start], &text[first.range.start..])
}

fn zone_lines(name: &str, zone: &TimeZone, begins: i16, years: i16) -> Vec<String> {
    let moment = |year: i16| civil::Date::new(year, 1, 1).ok()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp());
    let from = moment(begins.saturating_sub(1)).unwrap_or(Timestamp::UNIX_EPOCH);
    let to = moment(begins.saturating_add(years).saturating_add(1)).unwrap_or(from);
    let mut lines = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{name}")];
    let mut part = |kind: &str, start: String, before: i32, after: i32| {
        let offsets = [format!("TZOFFSETFROM:{}", offset(before)), format!("TZOFFSETTO:{}", offset(after))];
        lines.push(format!("BEGIN:{kind}"));
        lines.push(format!("DTSTART:{start}"));
        lines.extend(offsets);
        lines.push(format!("END:{kind}"));
    };
    let changes: Vec<_> =
        zone.preceding(from).take(1).chain(zone.following(from).take_while(|change| change.timestamp() < to)).collect();
    for change in &changes {
        let before = change.timestamp().checked_sub(1.second()).map_or(change.offset(), |just| zone.to_offset(just));
        let kind = if change.dst().is_dst() { "DAYLIGHT" } else { "STANDARD" };
        let start = before.to_datetime(change.timestamp()).strftime("%Y%m%dT%H%M%S").to_string();
        part(kind, start, before.seconds(), change.offset().seconds());
    }
    if changes.is_empty() {
        let always = zone.to_offset(from).seconds();
        part("STANDARD", "19700101T000000".to_owned(), always, always);
    }
    lines.push("END:VTIMEZONE".to_owned());
    lines
}

fn offset(seconds: i32) -> String {
    let minutes = seconds.abs() / 60;
    format!("{}{:02}{:02}", if seconds < 0 { '-' } else { '+' }, minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_that_is_named_is_described_once_with_the_hours_at_which_its_clocks_change() {
        let event =
            |lines: &str| format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
        let text = event("DTSTART;TZID=Europe/Warsaw:20261127T150000");
        let with = described(&text);
        for part in [
            "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Warsaw\r\n",
            "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n",
            "BEGIN:DAYLIGHT\r\nDTSTART:20260329T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\n",
            "END:VTIMEZONE\r\nBEGIN:VEVENT\r\n",
        ] {
            assert!(with.contains(part), "{part}: {with}");
        }
        assert_eq!(described(&with), with);
        for plain in
            [event("DTSTART:20261127T140000Z"), event("DTSTART;TZID=Mars/Base:20261127T150000"), "x".to_owned()]
        {
            assert_eq!(described(&plain), plain);
        }
        let tokyo = described(&event("DTSTART;TZID=Asia/Tokyo:20261127T150000"));
        assert!(tokyo.contains("TZOFFSETTO:+0900"), "{tokyo}");
    }
}
