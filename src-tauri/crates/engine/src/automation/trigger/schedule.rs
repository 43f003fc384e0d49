//! A time that comes again: from plain words or cron fields to the next moment after another, in a time zone.
//!
//! A clock that is put forward skips an hour, and one that is put back has an hour twice: a time within that hour comes
//! once on either day, at the first moment after the gap, or in the first of the two hours. What comes every so many
//! minutes goes by elapsed time.

use assent_planner::when::{Repeat, repeat};
use assent_protocol::{texts, visible::visible};
use croner::{Cron, parser::CronParser};
use jiff::{Timestamp, Zoned, tz::TimeZone};

/// A time that comes again.
#[derive(Debug, Clone)]
pub(crate) enum Schedule {
    Cron(Vec<Cron>),
    Every(i64),
}

impl Schedule {
    /// Reads plain words, or five cron fields.
    ///
    /// # Errors
    /// A sentence: what was not understood and what would be.
    pub(crate) fn read(when: &str) -> Result<Schedule, String> {
        let unclear = || texts::say("automation.when.unclear", &[("when", &visible(when.trim()))]);
        let fields = match repeat(when) {
            Some(Repeat::Minutes(minutes)) => return Ok(Schedule::Every(i64::from(minutes) * 60_000)),
            Some(Repeat::Cron(fields)) => fields,
            None => apart(when.trim()),
        };
        let parser = CronParser::builder().seconds(croner::parser::Seconds::Disallowed).build();
        let list =
            fields.iter().map(|field| parser.parse(field)).collect::<Result<Vec<_>, _>>().map_err(|_| unclear())?;
        let schedule = Schedule::Cron(list);
        // "0 9 31 2 *" is a time that never comes.
        let probe = Timestamp::from_millisecond(1_700_000_000_000).map_err(|_| unclear())?;
        if schedule.next_after(probe.as_millisecond(), &TimeZone::UTC, 0).is_none() {
            return Err(texts::say("automation.when.never", &[("when", &visible(when.trim()))]));
        }
        Ok(schedule)
    }

    /// The first moment after `after`, in milliseconds since 1970 (UTC). `from` is where an interval is counted from.
    pub(crate) fn next_after(&self, after: i64, zone: &TimeZone, from: i64) -> Option<i64> {
        match self {
            Schedule::Every(length) => {
                let passed = after.saturating_sub(from).max(-1).div_euclid(*length);
                Some(from + (passed + 1) * length)
            }
            Schedule::Cron(list) => {
                let after: Zoned = Timestamp::from_millisecond(after).ok()?.to_zoned(zone.clone());
                let next = |cron: &Cron| cron.find_next_occurrence(&after, false).ok();
                list.iter().filter_map(next).map(|at| at.timestamp().as_millisecond()).min()
            }
        }
    }
}

/// The zone of that name; UTC where there is none.
pub(crate) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

// Fields that name their hours and minutes one by one are as many fixed times: a fixed time is never lost in an hour that
// is skipped, and never comes twice in one that is doubled.
fn apart(fields: &str) -> Vec<String> {
    let parts: Vec<&str> = fields.split_whitespace().collect();
    let [minutes, hours, rest @ ..] = parts.as_slice() else { return vec![fields.to_owned()] };
    let listed = |field: &str| field.split(',').all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    if rest.len() != 3 || !listed(minutes) || !listed(hours) {
        return vec![fields.to_owned()];
    }
    let rest = rest.join(" ");
    let pairs = hours.split(',').flat_map(|hour| minutes.split(',').map(move |minute| (minute, hour)));
    pairs.map(|(minute, hour)| format!("{minute} {hour} {rest}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    fn times(when: &str, from: &str, to: &str, zone_name: &str) -> Vec<String> {
        let (schedule, zone) = (Schedule::read(when).unwrap(), zone(zone_name));
        let (mut now, to) = (at(from), at(to));
        let mut found = Vec::new();
        while let Some(next) = schedule.next_after(now, &zone, at(from)).filter(|next| *next < to) {
            assert!(next > now);
            found.push(
                Timestamp::from_millisecond(next).unwrap().to_zoned(zone.clone()).strftime("%d %H:%M %Z").to_string(),
            );
            now = next;
        }
        found
    }

    #[test]
    fn a_time_in_a_skipped_hour_comes_once() {
        // Warsaw goes from 02:00 to 03:00 on 29 March 2026.
        for when in ["every day at 2:30", "30 2 * * *"] {
            let found = times(when, "2026-03-27T12:00:00Z", "2026-03-30T12:00:00Z", "Europe/Warsaw");
            assert_eq!(found, ["28 02:30 CET", "29 03:00 CEST", "30 02:30 CEST"], "{when}");
        }
        let found = times("30 2,14 * * *", "2026-03-28T20:00:00Z", "2026-03-30T10:00:00Z", "Europe/Warsaw");
        assert_eq!(found, ["29 03:00 CEST", "29 14:30 CEST", "30 02:30 CEST"]);
    }

    #[test]
    fn a_time_in_a_doubled_hour_comes_once() {
        // Warsaw goes from 03:00 back to 02:00 on 25 October 2026.
        for when in ["every day at 2:30", "30 2 * * *", "30 2,14 25 * *"] {
            let found = times(when, "2026-10-24T20:00:00Z", "2026-10-25T10:00:00Z", "Europe/Warsaw");
            assert_eq!(found, ["25 02:30 CEST"], "{when}");
        }
    }

    #[test]
    fn what_comes_every_15_minutes_goes_by_elapsed_time_through_both_changes() {
        let spring = times("every 15 minutes", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z", "Europe/Warsaw");
        assert_eq!(
            spring,
            [
                "29 01:15 CET",
                "29 01:30 CET",
                "29 01:45 CET",
                "29 03:00 CEST",
                "29 03:15 CEST",
                "29 03:30 CEST",
                "29 03:45 CEST"
            ]
        );
        let autumn = times("every 15 minutes", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z", "Europe/Warsaw");
        assert_eq!(autumn.len(), 7, "{autumn:?}");
        assert_eq!(times("every 45 minutes", "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z", "Europe/Warsaw").len(), 3);
    }

    #[test]
    fn a_time_that_never_comes_or_is_none_is_refused() {
        for when in ["0 9 31 2 *", "* * * * * *", "61 * * * *", "soon", "0 9 * *", "@reboot"] {
            assert!(Schedule::read(when).is_err(), "{when}");
        }
    }

    proptest! {
        #[test]
        fn the_next_time_is_always_later_and_never_skips_one(
            start in 1_700_000_000_000i64..1_900_000_000_000,
            step in 1i64..200_000_000,
            which in 0usize..6,
            zone_at in 0usize..4,
        ) {
            let when = ["every weekday at 9", "every 15 minutes", "every 7 minutes", "30 2 * * *", "on the last day of the month", "*/5 8-17 * * MON"][which];
            let zone = zone(["Europe/Warsaw", "America/New_York", "Australia/Lord_Howe", "UTC"][zone_at]);
            let schedule = Schedule::read(when).unwrap();
            let next = schedule.next_after(start, &zone, 0).unwrap();
            prop_assert!(next > start);
            // From any moment before it, it is the same one.
            let between = start + step.min(next - start - 1);
            prop_assert_eq!(schedule.next_after(between, &zone, 0), Some(next));
        }
    }
}
