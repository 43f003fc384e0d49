//! Plain words for a time ("tomorrow at 9am", "in 2 hours", "next friday noon") to one exact moment in the user's zone.
//!
//! What is understood, in any order and nothing else beside it:
//! - `in 20 minutes`, `in 2 hours and 30 minutes`, `in 3 days at 10:00`, `2 weeks from now`, `in half an hour`
//! - a day: `today`, `tomorrow`, `the day after tomorrow`, `friday`, `next friday`, `24 December`, `December 24 2026`,
//!   `2026-12-24`. A weekday is the first such day after today; with "next" it is that of the next week, which begins on
//!   Monday. A date without a year that is past this year is next year's.
//! - a time: `at 9`, `9am`, `9:30 pm`, `9.30`, `15:00`, `9 o'clock`, `half past nine`, `noon`, `midnight`, `morning`
//!   (9:00), `afternoon` (15:00), `evening` (18:00), `tonight` (20:00)
//!
//! What is said in another way ("a quarter past 3pm", "the thirteenth") is read by [`spoken`], and only where no word of it
//! is left over.
//!
//! A day without a time is 9:00; a time without a day is its next occurrence, of both halves of the day where neither am
//! nor pm, a part of the day nor a leading zero says which. A part of the day chooses the half, 12 at night is midnight,
//! and where the two contradict each other ("tonight at 2") the user is asked. A time that a change of the clocks skips
//! moves forward by the gap; one that comes twice is the first. Hours and minutes are counted exactly, days by the
//! calendar.

mod repeat;
mod spoken;
mod words;

pub use repeat::{Repeat, repeat};
pub use spoken::{belongs, left_over};

use assent_protocol::{texts::say, visible::visible};
use interim::{Dialect, parse_date_string};
use jiff::{
    Span, Timestamp, ToSpan, Unit, Zoned,
    civil::{self, Time},
    tz::TimeZone,
};
use spoken::Moment;
pub(crate) use words::MONTHS;
use words::{Day, PartOfDay, after, clock, day, number, part_of_day, time, unit, weekday, words};

/// The moment that `text` means, seen from `now` (milliseconds since 1970 UTC) in the IANA zone `zone`.
///
/// # Errors
/// A sentence: the words mean no time, the time is past, a repeating time, or an unknown zone.
///
/// ```
/// let now = "2026-11-22T19:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
/// let at = assent_planner::when("tomorrow at 9am", now, "Europe/Warsaw").unwrap();
/// assert_eq!(at.to_string(), "2026-11-23T09:00:00+01:00[Europe/Warsaw]");
/// ```
pub fn when(text: &str, now: i64, zone: &str) -> Result<Zoned, String> {
    if repeats(text) {
        return Err(say("planner.when.repeats", &[]));
    }
    let tz = TimeZone::get(zone).map_err(|_| say("planner.when.zone", &[("zone", &visible(zone))]))?;
    let unclear = |_| say("planner.when.unclear", &[("text", &visible(text.trim()))]);
    let now = Timestamp::from_millisecond(now).map_err(unclear)?.to_zoned(tz);
    let at = moment(text, &now).map_err(|why| match why {
        Unresolved::Unclear => say("planner.when.unclear", &[("text", &visible(text.trim()))]),
        Unresolved::Contradicts => say("planner.when.contradicts", &[("text", &visible(text.trim()))]),
        Unresolved::NeedsTime => say("planner.when.needs_time", &[("text", &visible(text.trim()))]),
    })?;
    if at <= now {
        return Err(say("planner.when.past", &[("text", &visible(text.trim())), ("time", &shown(&at))]));
    }
    Ok(at)
}

fn moment(text: &str, now: &Zoned) -> Result<Zoned, Unresolved> {
    if let Some(meaning) = Meaning::read(text) {
        return meaning.resolve(now);
    }
    // A bare length or hour is no time in a sentence, but it is one where a time is asked for.
    let bare = || ["in", "at"].iter().find_map(|word| Meaning::read(&format!("{word} {text}")));
    let Some(spoken) = spoken::moment(text, now) else {
        let meaning = bare().filter(|_| !text.trim().is_empty());
        return match (meaning, words(text).first().and_then(|word| number(word))) {
            (Some(meaning), _) => meaning.resolve(now),
            (None, Some(_)) => match spoken::moment(&format!("at {text}"), now) {
                Some(Moment::Exact(at)) => Ok(at),
                _ => Err(Unresolved::Unclear),
            },
            (None, None) => Err(Unresolved::Unclear),
        };
    };
    match spoken {
        Moment::Exact(at) => Ok(at),
        Moment::Day(day) if day == now.date() => Err(Unresolved::NeedsTime),
        Moment::Day(day) => day.to_datetime(NINE).to_zoned(now.time_zone().clone()).map_err(|_| Unresolved::Unclear),
    }
}

/// The day that `text` names without an hour, today or later; none for a moment or for no time.
pub fn day_only(text: &str, now: i64, zone: &str) -> Option<civil::Date> {
    let now = Timestamp::from_millisecond(now).ok()?.to_zoned(TimeZone::get(zone).ok()?);
    let at = match Meaning::read(text) {
        Some(meaning) if meaning.day.is_some() && meaning.time.is_none() && meaning.part.is_none() => {
            Meaning { time: Some((23, 59, true)), ..meaning }.resolve(&now).ok()?.date()
        }
        Some(_) => return None,
        None => match spoken::moment(text, &now)? {
            Moment::Day(day) => day,
            Moment::Exact(_) => return None,
        },
    };
    (at >= now.date()).then_some(at)
}

/// Whether the words have the shape of a time, whatever the time is now.
pub fn is_when(text: &str) -> bool {
    // Any moment does for the shape.
    Meaning::read(text).is_some()
        || Timestamp::from_second(1_795_000_000)
            .is_ok_and(|now| spoken::moment(text, &now.to_zoned(TimeZone::UTC)).is_some())
}

/// Whether the words ask for a time that repeats.
pub fn repeats(text: &str) -> bool {
    let words = words(text);
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["every" | "each", rest @ ..] => {
            !rest.is_empty()
                && rest.iter().all(|w| {
                    unit(w).is_some()
                        || weekday(w).is_some()
                        || number(w).is_some()
                        || clock(w).is_some()
                        || REPEATING.contains(w)
                })
        }
        ["daily" | "weekly" | "monthly" | "yearly" | "hourly", rest @ ..] => {
            rest.is_empty() || is_when(&rest.join(" "))
        }
        _ => false,
    }
}

/// The minutes of a length ("1 hour", "90 minutes", "an hour and 30 minutes"); none for what is no length of a day.
pub fn minutes(text: &str) -> Option<i64> {
    let said = words(text);
    let said: Vec<&str> = ["in"].into_iter().chain(said.iter().map(String::as_str)).collect();
    let (span, rest) = after(&said)?;
    let whole = i64::from(span.get_hours()) * 60 + span.get_minutes();
    let other = span.get_days() != 0 || span.get_weeks() != 0 || span.get_months() != 0 || span.get_years() != 0;
    (rest.is_empty() && !other && (1..=24 * 60).contains(&whole)).then_some(whole)
}

/// Whether `text` names a day or a stretch of days that the calendar can list.
pub fn is_days(text: &str) -> bool {
    const STRETCHES: &[&str] = &[
        "today",
        "this week",
        "next week",
        "this weekend",
        "weekend",
        "next weekend",
        "this month",
        "next month",
        "rest of the week",
        "remainder of the week",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let low = text.to_lowercase();
    let bare = low.trim_start_matches("for ").trim_start_matches("in ").trim_start_matches("the ");
    STRETCHES.contains(&bare) || is_when(text)
}

/// Whether the words name an hour and no day alone.
pub fn has_hour(text: &str) -> bool {
    Timestamp::from_second(1_795_000_000)
        .is_ok_and(|now| day_only(text, now.as_millisecond(), "UTC").is_none() && is_when(text))
}

/// Whether `text` is a bare length, as in "10 minutes".
pub fn length(text: &str) -> bool {
    let said = words(text);
    let said: Vec<&str> = ["in"].into_iter().chain(said.iter().map(String::as_str)).collect();
    after(&said).is_some_and(|(_, rest)| rest.is_empty())
}

/// A moment as a person reads it: `Monday 23 November 2026, 09:00 (Europe/Warsaw)`.
pub fn shown(at: &Zoned) -> String {
    let zone = at.time_zone().iana_name().unwrap_or("UTC").to_owned();
    format!("{} ({zone})", at.strftime("%A %-d %B %Y, %H:%M"))
}

const REPEATING: &[&str] = &[
    "at",
    "on",
    "in",
    "the",
    "and",
    "morning",
    "evening",
    "afternoon",
    "night",
    "noon",
    "midnight",
    "weekday",
    "weekdays",
    "weekend",
    "other",
    "second",
    "am",
    "pm",
    "o'clock",
];

#[derive(Debug, Default, Clone)]
struct Meaning {
    after: Option<Span>,
    day: Option<Day>,
    // Hour, minute, and whether the half of the day is settled by am, pm or a 24-hour form.
    time: Option<(i8, i8, bool)>,
    part: Option<PartOfDay>,
}

enum Unresolved {
    Unclear,
    NeedsTime,
    // A part of the day and an hour that do not go together.
    Contradicts,
}

impl Meaning {
    fn read(text: &str) -> Option<Meaning> {
        let words = words(text);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut meaning = Meaning::default();
        let mut rest = words.as_slice();
        if rest.is_empty() {
            return None;
        }
        while !rest.is_empty() {
            rest = meaning.step(rest)?;
        }
        // "in 2 hours at 10:00" says two times.
        let exact = meaning.after.is_some_and(|span| span.get_hours() != 0 || span.get_minutes() != 0);
        // "in 4 years at 5pm": nobody counts so far to the day.
        let far = meaning.after.is_some_and(|span| span.get_months() != 0 || span.get_years() != 0);
        (!((exact || far) && (meaning.time.is_some() || meaning.part.is_some()))
            && !(meaning.after.is_some() && meaning.day.is_some()))
        .then_some(meaning)
    }

    // Takes the next component off the front.
    fn step<'a, 'w>(&mut self, words: &'a [&'w str]) -> Option<&'a [&'w str]> {
        if self.after.is_none()
            && let Some((span, rest)) = after(words)
        {
            self.after = Some(span);
            return Some(rest);
        }
        if self.day.is_none()
            && let Some((day, rest)) = day(words)
        {
            self.day = Some(day);
            return Some(rest);
        }
        if self.part.is_none()
            && let Some((part, today, rest)) = part_of_day(words)
        {
            if today && self.day.replace(Day::Today).is_some() {
                return None;
            }
            self.part = Some(part);
            return Some(rest);
        }
        if self.time.is_none()
            && let Some((time, rest)) = time(words)
        {
            self.time = Some(time);
            return Some(rest);
        }
        None
    }

    fn resolve(&self, now: &Zoned) -> Result<Zoned, Unresolved> {
        let time = self.time_of_day()?;
        let whole = |at: Zoned| at.round(Unit::Second).map_err(|_| Unresolved::Unclear);
        if let Some(span) = self.after {
            let at = now.checked_add(span).map_err(|_| Unresolved::Unclear)?;
            return match time {
                None => whole(at),
                Some(time) => on(&at, time),
            };
        }
        match (&self.day, time) {
            (None, None) => Err(Unresolved::Unclear),
            (None, Some(time)) => {
                // "at 9" said at 20:00 is 21:00: a clock of twelve hours is guessed towards what comes next.
                let other = (!self.settled() && time.hour() <= 12)
                    .then(|| time.checked_add(12.hours()).unwrap_or(time.wrapping_add(12.hours())));
                for day in [now.clone(), add_days(now, 1)?] {
                    for time in [Some(time), other].into_iter().flatten() {
                        let at = on(&day, time)?;
                        if at > *now {
                            return Ok(at);
                        }
                    }
                }
                Err(Unresolved::Unclear)
            }
            (Some(Day::Today), None) => Err(Unresolved::NeedsTime),
            // Midnight ends the day that was named, and "tonight at 12:30" lies behind it.
            (Some(Day::Today), Some(time)) if self.after_midnight(time) => on(&add_days(now, 1)?, time),
            (Some(Day::Today), Some(time)) => on(now, time),
            (Some(Day::NextWeek(name)), time) => {
                let monday = 7 - i64::from(now.date().weekday().to_monday_zero_offset());
                let ahead = monday + words::offset(name);
                on(&add_days(now, i32::try_from(ahead).map_err(|_| Unresolved::Unclear)?)?, time.unwrap_or(NINE))
            }
            (Some(Day::After(days)), time) => {
                let time = time.unwrap_or(NINE);
                let more = i32::from(self.after_midnight(time) && self.part.is_some());
                on(&add_days(now, *days + more)?, time)
            }
            (Some(Day::Phrase { text, year, weekday: said }), time) => {
                let time = time.unwrap_or(NINE);
                let falls = |date: &civil::Date| {
                    said.is_none_or(|name| words::offset(name) == i64::from(date.weekday().to_monday_zero_offset()))
                };
                let dated = |text: &str| parse_date_string(text, now.clone(), Dialect::Us).map(|at| at.date());
                let date = if *year {
                    dated(text).ok().filter(falls).ok_or(Unresolved::Unclear)?
                } else if weekday(text).is_some() {
                    let date = dated(text).map_err(|_| Unresolved::Unclear)?;
                    if date > now.date() {
                        date
                    } else {
                        date.checked_add(7.days()).map_err(|_| Unresolved::Unclear)?
                    }
                } else {
                    // The next such date, today included; a 29 February may be eight years away.
                    (now.year()..=now.year() + 8)
                        .filter_map(|year| dated(&format!("{text} {year}")).ok())
                        .find(|date| *date >= now.date() && falls(date))
                        .ok_or(Unresolved::Unclear)?
                };
                date.to_datetime(time).to_zoned(now.time_zone().clone()).map_err(|_| Unresolved::Unclear)
            }
        }
    }

    fn time_of_day(&self) -> Result<Option<Time>, Unresolved> {
        let (hour, minute) = match (self.time, self.part) {
            (None, None) => return Ok(None),
            (None, Some(part)) => words::hour_of(part),
            (Some((hour, minute, settled)), Some(part)) => {
                (words::hour_in(hour, settled, part).ok_or(Unresolved::Contradicts)?, minute)
            }
            (Some((hour, minute, _)), None) => (hour, minute),
        };
        Time::new(hour, minute, 0, 0).map(Some).map_err(|_| Unresolved::Unclear)
    }

    // Whether nothing is left to guess about the half of the day.
    fn settled(&self) -> bool {
        self.part.is_some() || self.time.is_none_or(|(.., settled)| settled)
    }

    // An hour of the night that belongs to the day after the one that was named.
    fn after_midnight(&self, time: Time) -> bool {
        let night = matches!(self.part, Some(PartOfDay::Night | PartOfDay::Evening));
        time.hour() == 0 && (night || (time.minute() == 0 && self.time.is_some_and(|(hour, ..)| hour == 0)))
    }
}

const NINE: Time = Time::constant(9, 0, 0, 0);

fn on(day: &Zoned, time: Time) -> Result<Zoned, Unresolved> {
    day.date().to_datetime(time).to_zoned(day.time_zone().clone()).map_err(|_| Unresolved::Unclear)
}

fn add_days(now: &Zoned, days: i32) -> Result<Zoned, Unresolved> {
    now.checked_add(days.days()).map_err(|_| Unresolved::Unclear)
}

#[cfg(test)]
mod tests;
