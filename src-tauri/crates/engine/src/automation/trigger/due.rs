//! The times that have come, each in exactly one place: it fires, it is missed, or the user is asked.

use super::schedule::Schedule;
use assent_protocol::Missed;
use jiff::tz::TimeZone;

/// What is later than this was missed: nothing could run when its time came.
pub(crate) const LATE: i64 = 90_000;
/// Times that are told apart; what a clock leaps over beyond that is one more.
pub(crate) const COUNTED: u32 = 10_000;

/// Times of one automation up to now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Due {
    /// The time that fires now, and whether that makes up for missed ones.
    pub(crate) fires: Option<(i64, bool)>,
    /// Times that are missed: first, last, how many.
    pub(crate) missed: Option<(i64, i64, u32)>,
    /// Of those, the user is asked.
    pub(crate) asks: bool,
    /// The next time.
    pub(crate) next: Option<i64>,
}

/// Accounts for every time from `next` (inclusive) up to `now`.
pub(crate) fn due(schedule: &Schedule, next: i64, now: i64, zone: &TimeZone, from: i64, missed: Missed) -> Due {
    if next > now {
        return Due { next: Some(next), ..Due::default() };
    }
    let (mut last, mut before, mut count) = (next, None, 1);
    while let Some(later) = schedule.next_after(last, zone, from).filter(|later| *later <= now) {
        before = Some(last);
        count += 1;
        if count > COUNTED {
            // Where the clock leapt over years: the last one before now is all that matters.
            let near = schedule.next_after(now - LATE, zone, from).filter(|near| *near <= now);
            last = near.unwrap_or(later);
            break;
        }
        last = later;
    }
    let after = schedule.next_after(now, zone, from);
    let on_time = now - last <= LATE;
    let earlier = before.map(|before| (next, before, count - 1));
    match (on_time, missed) {
        // One that comes on time makes up for those before it.
        (true, _) => Due { fires: Some((last, false)), missed: earlier, asks: false, next: after },
        (false, Missed::Once) => Due { fires: Some((last, true)), missed: earlier, asks: false, next: after },
        (false, Missed::Skip) => Due { missed: Some((next, last, count)), next: after, ..Due::default() },
        (false, Missed::Ask) => Due { missed: Some((next, last, count)), asks: true, next: after, fires: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600_000;

    fn hourly(next: i64, now: i64, missed: Missed) -> Due {
        due(&Schedule::Every(HOUR), next, now, &TimeZone::UTC, 0, missed)
    }

    #[test]
    fn a_time_that_comes_on_time_fires() {
        let found = hourly(HOUR, HOUR + 500, Missed::Skip);
        assert_eq!(found, Due { fires: Some((HOUR, false)), next: Some(2 * HOUR), ..Due::default() });
    }

    #[test]
    fn missed_times_are_made_up_for_once_skipped_or_asked_about() {
        let now = 5 * HOUR + HOUR / 2;
        let once = hourly(HOUR, now, Missed::Once);
        assert_eq!((once.fires, once.missed), (Some((5 * HOUR, true)), Some((HOUR, 4 * HOUR, 4))));
        let skip = hourly(HOUR, now, Missed::Skip);
        assert_eq!((skip.fires, skip.missed, skip.asks), (None, Some((HOUR, 5 * HOUR, 5)), false));
        let ask = hourly(HOUR, now, Missed::Ask);
        assert_eq!((ask.fires, ask.missed, ask.asks), (None, Some((HOUR, 5 * HOUR, 5)), true));
    }

    #[test]
    fn a_clock_that_leaps_ten_years_ends_soon_and_fires_at_most_once() {
        let found = due(&Schedule::Every(60_000), 60_000, 87_600 * HOUR, &TimeZone::UTC, 0, Missed::Once);
        assert!(found.fires.is_some());
        assert_eq!(found.missed.map(|(.., count)| count), Some(COUNTED));
        assert_eq!(found.next, Some(87_600 * HOUR + 60_000));
    }

    proptest! {
        #[test]
        fn every_time_is_accounted_for_once(
            steps in proptest::collection::vec(1i64..(20 * HOUR), 1..40),
            policy in 0usize..3,
        ) {
            let policy = [Missed::Once, Missed::Skip, Missed::Ask][policy];
            let (mut now, mut next, mut seen) = (0, HOUR, Vec::new());
            for step in steps {
                now += step;
                let found = hourly(next, now, policy);
                if let Some((first, last, count)) = found.missed {
                    let each: Vec<i64> = (first / HOUR..=last / HOUR).map(|n| n * HOUR).collect();
                    prop_assert_eq!(each.len(), count as usize);
                    seen.extend(each);
                }
                seen.extend(found.fires.map(|(at, _)| at));
                next = found.next.unwrap();
            }
            let expected: Vec<i64> = (1..=now / HOUR).map(|n| n * HOUR).collect();
            prop_assert_eq!(seen, expected);
        }
    }
}
