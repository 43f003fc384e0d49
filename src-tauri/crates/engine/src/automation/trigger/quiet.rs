//! Quiet hours: a part of the day in which notifications are held. Answers never are, and neither is what cannot wait.

use jiff::{Timestamp, civil::Time, tz::TimeZone};

/// Reads `22:00-07:00`; none for no quiet hours.
///
/// # Errors
/// When it is something else.
pub(crate) fn read(text: &str) -> Result<Option<(Time, Time)>, ()> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (from, to) = text.split_once('-').ok_or(())?;
    let time = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let two = |text: &str| (text.len() == 2).then(|| text.parse::<i8>().ok()).flatten();
        Time::new(two(hour)?, two(minute)?, 0, 0).ok()
    };
    let (from, to) = (time(from).ok_or(())?, time(to).ok_or(())?);
    if from == to { Err(()) } else { Ok(Some((from, to))) }
}

/// Whether `now` lies in them.
pub(crate) fn is_quiet(hours: (Time, Time), now: i64, zone: &TimeZone) -> bool {
    let Ok(now) = Timestamp::from_millisecond(now) else { return false };
    let now = now.to_zoned(zone.clone()).time();
    let (from, to) = hours;
    if from < to { from <= now && now < to } else { from <= now || now < to }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_over_midnight_are_quiet_on_both_sides_of_it() {
        let hours = read("22:00-07:00").unwrap().unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap().as_millisecond();
        let quiet = |text: &str| is_quiet(hours, at(text), &TimeZone::UTC);
        assert!(quiet("2026-11-23T22:00:00Z") && quiet("2026-11-23T03:00:00Z") && quiet("2026-11-23T06:59:59Z"));
        assert!(!quiet("2026-11-23T07:00:00Z") && !quiet("2026-11-23T21:59:59Z"));
        let day = read("12:30-13:00").unwrap().unwrap();
        assert!(is_quiet(day, at("2026-11-23T12:45:00Z"), &TimeZone::UTC));
    }

    #[test]
    fn what_is_no_part_of_a_day_is_refused() {
        assert_eq!(read(" "), Ok(None));
        for text in ["22", "22:00", "22:00-22:00", "25:00-07:00", "9:00-10:00", "-", "22:00-07:00-08:00"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
