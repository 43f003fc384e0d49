//! Plain words for a time ("tomorrow at 9am", "in 2 hours", "next friday noon") to one exact moment in the user's zone.
//!
//! What is understood, in any order and nothing else beside it:
//! - `in 20 minutes`, `in 2 hours and 30 minutes`, `in 3 days at 10:00`, `2 weeks from now`, `in half an hour`
//! - a day: `today`, `tomorrow`, `the day after tomorrow`, `friday`, `next friday`, `24 December`, `December 24 2026`,
//!   `2026-12-24`. A weekday is the first such day after today, with or without "next". A date without a year that is
//!   past this year is next year's.
//! - a time: `at 9`, `9am`, `9:30 pm`, `9.30`, `15:00`, `9 o'clock`, `half past nine`, `noon`, `midnight`, `morning`
//!   (9:00), `afternoon` (15:00), `evening` (18:00), `tonight` (20:00)
//!
//! A day without a time is 9:00; a time without a day is its next occurrence. A time that a change of the clocks skips
//! moves forward by the gap; one that comes twice is the first. Hours and minutes are counted exactly, days by the
//! calendar.

use assent_protocol::{texts::say, visible::visible};
use interim::{Dialect, parse_date_string};
use jiff::{Span, Timestamp, ToSpan, Unit, Zoned, civil::Time, tz::TimeZone};

/// The moment that `text` means, seen from `now` (milliseconds since 1970 UTC) in the IANA zone `zone`.
///
/// # Errors
/// A sentence: the words mean no time, the time is past, a repeating time, or an unknown zone.
///
/// ```
/// let now = "2026-11-22T19:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond();
/// let at = assent_models::when("tomorrow at 9am", now, "Europe/Warsaw").unwrap();
/// assert_eq!(at.to_string(), "2026-11-23T09:00:00+01:00[Europe/Warsaw]");
/// ```
pub fn when(text: &str, now: i64, zone: &str) -> Result<Zoned, String> {
    if repeats(text) {
        return Err(say("planner.when.repeats", &[]));
    }
    let meaning = Meaning::read(text).ok_or_else(|| say("planner.when.unclear", &[("text", &visible(text.trim()))]))?;
    let tz = TimeZone::get(zone).map_err(|_| say("planner.when.zone", &[("zone", &visible(zone))]))?;
    let unclear = |_| say("planner.when.unclear", &[("text", &visible(text.trim()))]);
    let now = Timestamp::from_millisecond(now).map_err(unclear)?.to_zoned(tz);
    let at = meaning.resolve(&now).map_err(|why| match why {
        Unresolved::Unclear => say("planner.when.unclear", &[("text", &visible(text.trim()))]),
        Unresolved::NeedsTime => say("planner.when.needs_time", &[("text", &visible(text.trim()))]),
    })?;
    if at <= now {
        return Err(say("planner.when.past", &[("text", &visible(text.trim())), ("time", &shown(&at))]));
    }
    Ok(at)
}

/// Whether the words have the shape of a time, whatever the time is now.
pub fn is_when(text: &str) -> bool {
    Meaning::read(text).is_some()
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

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PartOfDay {
    Morning,
    Afternoon,
    Evening,
    Night,
}

#[derive(Debug, Clone, PartialEq)]
enum Day {
    Today,
    After(i32),
    // A phrase for `interim`: a weekday or a date.
    Phrase { text: String, year: bool },
}

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
        (!(exact && (meaning.time.is_some() || meaning.part.is_some()))
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
                let at = on(now, time)?;
                if at > *now { Ok(at) } else { on(&add_days(now, 1)?, time) }
            }
            (Some(Day::Today), None) => Err(Unresolved::NeedsTime),
            (Some(Day::Today), Some(time)) => on(now, time),
            (Some(Day::After(days)), time) => on(&add_days(now, *days)?, time.unwrap_or(NINE)),
            (Some(Day::Phrase { text, year }), time) => {
                let time = time.unwrap_or(NINE);
                let dated = |text: &str| parse_date_string(text, now.clone(), Dialect::Us).map(|at| at.date());
                let date = if *year {
                    dated(text).map_err(|_| Unresolved::Unclear)?
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
                        .find(|date| *date >= now.date())
                        .ok_or(Unresolved::Unclear)?
                };
                date.to_datetime(time).to_zoned(now.time_zone().clone()).map_err(|_| Unresolved::Unclear)
            }
        }
    }

    fn time_of_day(&self) -> Result<Option<Time>, Unresolved> {
        let (hour, minute) = match (self.time, self.part) {
            (None, None) => return Ok(None),
            (None, Some(PartOfDay::Morning)) => (9, 0),
            (None, Some(PartOfDay::Afternoon)) => (15, 0),
            (None, Some(PartOfDay::Evening)) => (18, 0),
            (None, Some(PartOfDay::Night)) => (20, 0),
            (Some((h, m, false)), Some(PartOfDay::Afternoon | PartOfDay::Evening)) if (1..12).contains(&h) => {
                (h + 12, m)
            }
            (Some((h, m, false)), Some(PartOfDay::Night)) if (5..12).contains(&h) => (h + 12, m),
            (Some((h, m, _)), _) => (h, m),
        };
        Time::new(hour, minute, 0, 0).map(Some).map_err(|_| Unresolved::Unclear)
    }
}

const NINE: Time = Time::constant(9, 0, 0, 0);

fn on(day: &Zoned, time: Time) -> Result<Zoned, Unresolved> {
    day.date().to_datetime(time).to_zoned(day.time_zone().clone()).map_err(|_| Unresolved::Unclear)
}

fn add_days(now: &Zoned, days: i32) -> Result<Zoned, Unresolved> {
    now.checked_add(days.days()).map_err(|_| Unresolved::Unclear)
}

// Lower-case words without commas; "9am," and "1h30m" come apart later.
fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace(',', " ")
        .replace('’', "'")
        .split_whitespace()
        .map(|w| w.trim_end_matches(['.', '!', '?']).to_owned())
        .filter(|w| !w.is_empty())
        .collect()
}

fn number(word: &str) -> Option<i64> {
    const WORDS: &[&str] =
        &["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    match word {
        "a" | "an" => Some(1),
        "fifteen" => Some(15),
        "twenty" => Some(20),
        "thirty" => Some(30),
        "forty" => Some(40),
        _ => WORDS.iter().position(|w| *w == word).map(|n| n as i64).or_else(|| {
            word.bytes().all(|b| b.is_ascii_digit()).then(|| word.parse().ok()).flatten().filter(|n| *n < 100_000)
        }),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

fn unit(word: &str) -> Option<Length> {
    Some(match word {
        "m" | "min" | "mins" | "minute" | "minutes" => Length::Minute,
        "h" | "hr" | "hrs" | "hour" | "hours" => Length::Hour,
        "d" | "day" | "days" => Length::Day,
        "w" | "week" | "weeks" => Length::Week,
        "month" | "months" => Length::Month,
        "year" | "years" => Length::Year,
        _ => return None,
    })
}

// "in 2 hours and 30 minutes", "in half an hour", "3 days from now".
fn after<'a, 'w>(words: &'a [&'w str]) -> Option<(Span, &'a [&'w str])> {
    let (leads, mut rest) = match words {
        ["in" | "after", rest @ ..] => (true, rest),
        _ => (false, words),
    };
    let mut span = Span::new();
    let mut any = false;
    loop {
        let (amount, length, next) = match rest {
            ["half", "an", "hour", next @ ..] => (30, Length::Minute, next),
            ["half", "a", "day", next @ ..] => (12, Length::Hour, next),
            [n, u, next @ ..] if number(n).is_some() && unit(u).is_some() => (number(n)?, unit(u)?, next),
            [nu, next @ ..] => match nu.find(|c: char| c.is_alphabetic()).filter(|at| *at > 0) {
                Some(at) => match (number(&nu[..at]), unit(&nu[at..])) {
                    (Some(n), Some(u)) => (n, u, next),
                    _ => break,
                },
                None => break,
            },
            [] => break,
        };
        span = match length {
            Length::Minute => span.try_minutes(i64::from(span.get_minutes()) + amount),
            Length::Hour => span.try_hours(i64::from(span.get_hours()) + amount),
            Length::Day => span.try_days(i64::from(span.get_days()) + amount),
            Length::Week => span.try_weeks(i64::from(span.get_weeks()) + amount),
            Length::Month => span.try_months(i64::from(span.get_months()) + amount),
            Length::Year => span.try_years(i64::from(span.get_years()) + amount),
        }
        .ok()?;
        any = true;
        rest = next;
        if let ["and", more @ ..] = rest
            && more.len() >= 2
            && number(more[0]).is_some()
            && unit(more[1]).is_some()
        {
            rest = more;
        }
    }
    if !any {
        return None;
    }
    match rest {
        ["from", "now", rest @ ..] if !leads => Some((span, rest)),
        rest if leads => Some((span, rest)),
        _ => None,
    }
}

fn weekday(word: &str) -> Option<&'static str> {
    const DAYS: &[(&str, &[&str])] = &[
        ("monday", &["mon"]),
        ("tuesday", &["tue", "tues"]),
        ("wednesday", &["wed"]),
        ("thursday", &["thu", "thur", "thurs"]),
        ("friday", &["fri"]),
        ("saturday", &["sat"]),
        ("sunday", &["sun"]),
    ];
    DAYS.iter().find(|(name, short)| *name == word || short.contains(&word)).map(|(name, _)| *name)
}

fn month(word: &str) -> Option<&'static str> {
    MONTHS.iter().find(|m| **m == word || (word.len() >= 3 && word.len() <= 4 && m.starts_with(word))).copied()
}

fn day_of_month(word: &str) -> Option<i64> {
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    bare.parse().ok().filter(|n| (1..=31).contains(n) && bare.len() <= 2)
}

fn year(word: Option<&&str>) -> Option<i64> {
    word.filter(|w| w.len() == 4).and_then(|w| w.parse().ok()).filter(|y| (2000..2200).contains(y))
}

fn day<'a, 'w>(words: &'a [&'w str]) -> Option<(Day, &'a [&'w str])> {
    let words = match words {
        ["on" | "by", rest @ ..] => rest,
        _ => words,
    };
    match words {
        ["today", rest @ ..] => return Some((Day::Today, rest)),
        ["tomorrow", rest @ ..] => return Some((Day::After(1), rest)),
        ["the", "day", "after", "tomorrow", rest @ ..] | ["day", "after", "tomorrow", rest @ ..] => {
            return Some((Day::After(2), rest));
        }
        ["next", "week", rest @ ..] => return Some((Day::After(7), rest)),
        ["next" | "this" | "coming", name, rest @ ..] if weekday(name).is_some() => {
            return Some((Day::Phrase { text: weekday(name)?.to_owned(), year: false }, rest));
        }
        [name, rest @ ..] if weekday(name).is_some() => {
            // "Friday 24 December": the date says more than the weekday.
            if let Some((dated, rest)) = date(rest) {
                return Some((dated, rest));
            }
            return Some((Day::Phrase { text: weekday(name)?.to_owned(), year: false }, rest));
        }
        _ => {}
    }
    date(words)
}

fn date<'a, 'w>(words: &'a [&'w str]) -> Option<(Day, &'a [&'w str])> {
    let words = match words {
        ["the", rest @ ..] => rest,
        _ => words,
    };
    let (day, name, rest) = match words {
        [d, "of", m, rest @ ..] | [d, m, rest @ ..] if day_of_month(d).is_some() && month(m).is_some() => {
            (day_of_month(d)?, month(m)?, rest)
        }
        [m, d, rest @ ..] if month(m).is_some() && day_of_month(d).is_some() => (day_of_month(d)?, month(m)?, rest),
        [iso, rest @ ..] if iso.parse::<jiff::civil::Date>().is_ok() && iso.len() == 10 => {
            return Some((Day::Phrase { text: (*iso).to_owned(), year: true }, rest));
        }
        _ => return None,
    };
    Some(match year(rest.first()) {
        Some(year) => (Day::Phrase { text: format!("{day} {name} {year}"), year: true }, &rest[1..]),
        None => (Day::Phrase { text: format!("{day} {name}"), year: false }, rest),
    })
}

fn part_of_day<'a, 'w>(words: &'a [&'w str]) -> Option<(PartOfDay, bool, &'a [&'w str])> {
    let (today, words) = match words {
        ["tonight", rest @ ..] => return Some((PartOfDay::Night, true, rest)),
        ["this", rest @ ..] => (true, rest),
        ["in" | "at", "the", rest @ ..] => (false, rest),
        ["at", rest @ ..] if rest.first() == Some(&"night") => (false, rest),
        _ => (false, words),
    };
    let part = match words.first()? {
        &"morning" => PartOfDay::Morning,
        &"afternoon" => PartOfDay::Afternoon,
        &"evening" => PartOfDay::Evening,
        &"night" => PartOfDay::Night,
        _ => return None,
    };
    Some((part, today, &words[1..]))
}

// "9am", "9:30pm", "15:00", "9.30": hour, minute, and whether the half of the day is settled.
fn clock(word: &str) -> Option<(i8, i8, bool)> {
    let (digits, half) = match word.strip_suffix("am").or_else(|| word.strip_suffix("a.m")) {
        Some(digits) => (digits, Some(false)),
        None => match word.strip_suffix("pm").or_else(|| word.strip_suffix("p.m")) {
            Some(digits) => (digits, Some(true)),
            None => (word, None),
        },
    };
    let (hour, minute) = match digits.split_once([':', '.']) {
        Some((h, m)) if m.len() == 2 && (1..=2).contains(&h.len()) => (h.parse::<i8>().ok()?, m.parse::<i8>().ok()?),
        Some(_) => return None,
        None if half.is_some() => (digits.parse::<i8>().ok()?, 0),
        None => return None,
    };
    on_clock(hour, minute, half)
}

fn on_clock(hour: i8, minute: i8, half: Option<bool>) -> Option<(i8, i8, bool)> {
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(pm) => hour % 12 + if pm { 12 } else { 0 },
        None => hour,
    };
    ((0..24).contains(&hour) && (0..60).contains(&minute)).then_some((
        hour,
        minute,
        half.is_some() || hour > 12 || hour == 0,
    ))
}

type TimeAndRest<'a, 'w> = ((i8, i8, bool), &'a [&'w str]);

fn time<'a, 'w>(words: &'a [&'w str]) -> Option<TimeAndRest<'a, 'w>> {
    let (at, words) = match words {
        ["at" | "by" | "around", rest @ ..] => (true, rest),
        _ => (false, words),
    };
    let hour_word = |w: &str| number(w).filter(|n| (0..24).contains(n) && w != "a" && w != "an").map(|n| n as i8);
    match words {
        ["noon" | "midday", rest @ ..] => Some(((12, 0, true), rest)),
        ["midnight", rest @ ..] => Some(((0, 0, true), rest)),
        ["half", "past", h, rest @ ..] if hour_word(h).is_some() => half_of_day(hour_word(h)?, 30, rest),
        ["quarter", "past", h, rest @ ..] if hour_word(h).is_some() => half_of_day(hour_word(h)?, 15, rest),
        ["quarter", "to", h, rest @ ..] if hour_word(h).is_some_and(|h| h > 0) => {
            half_of_day(hour_word(h)? - 1, 45, rest)
        }
        [h, "o'clock", rest @ ..] if hour_word(h).is_some() => half_of_day(hour_word(h)?, 0, rest),
        [h, "am" | "pm" | "a.m" | "p.m", ..] if hour_word(h).is_some() => half_of_day(hour_word(h)?, 0, &words[1..]),
        [h, "am" | "pm" | "a.m" | "p.m", rest @ ..] if clock(h).is_some_and(|(h, ..)| h <= 12) => {
            let (hour, minute, _) = clock(h)?;
            Some((on_clock(hour, minute, Some(words[1].starts_with('p')))?, rest))
        }
        [word, rest @ ..] if clock(word).is_some() => Some((clock(word)?, rest)),
        [h, rest @ ..] if at && hour_word(h).is_some() => half_of_day(hour_word(h)?, 0, rest),
        _ => None,
    }
}

fn half_of_day<'a, 'w>(hour: i8, minute: i8, rest: &'a [&'w str]) -> Option<TimeAndRest<'a, 'w>> {
    match rest {
        ["am" | "a.m", rest @ ..] => Some((on_clock(hour, minute, Some(false))?, rest)),
        ["pm" | "p.m", rest @ ..] => Some((on_clock(hour, minute, Some(true))?, rest)),
        _ => Some((on_clock(hour, minute, None)?, rest)),
    }
}

#[cfg(test)]
#[path = "when_tests.rs"]
mod tests;
