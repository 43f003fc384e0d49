//! What our own reader of times cannot read, read by Duckling: "a quarter past 3pm", "the thirteenth", "xmas at 6 pm".
//!
//! It is asked only about words that all belong to times, and what it says counts only when it used every one of them. A
//! stretch of time ("this weekend", "between 3 and 4") is no moment: the user is asked.

use chrono::{DateTime, FixedOffset};
use duckling::{
    Context, DimensionKind, DimensionValue, Grain, Lang, Locale, Options, Region, TimePoint, TimeValue, parse,
};
use jiff::{Timestamp, Zoned, civil};
use std::panic::catch_unwind;

/// A moment, or a day whose time is free.
#[derive(Debug, Clone, PartialEq)]
pub enum Moment {
    Exact(Zoned),
    Day(civil::Date),
}

/// The longest text that is read, in bytes: the work grows faster than the text.
const LONGEST: usize = 120;

/// Words around a time that change nothing about it.
const AROUND: &[&str] = &["at", "on", "by", "for", "about", "around", "exactly", "approximately", "from", "starting"];

/// The moment that all of `text` means, seen from `now`; none when a word is left over or it is no single moment.
pub fn moment(text: &str, now: &Zoned) -> Option<Moment> {
    if text.len() > LONGEST || !text.split_whitespace().all(belongs) || disagrees(text) || names_somebody(text) {
        return None;
    }
    let reference = reference(now)?;
    // Its own release builds catch a panic, builds for tests do not.
    let found = catch_unwind(|| {
        let locale = Locale::new(Lang::EN, Some(Region::US));
        let context = Context::new(reference, locale);
        parse(text, &locale, &[DimensionKind::Time], &context, &Options { with_latent: false })
    })
    .ok()?;
    let [one] = found.as_slice() else { return None };
    let left = format!("{} {}", text.get(..one.start)?, text.get(one.end..)?).to_lowercase();
    if !left.split_whitespace().all(|word| AROUND.contains(&word.trim_matches(['.', '!', '?', ',']))) {
        return None;
    }
    let DimensionValue::Time(TimeValue::Single { value, .. }) = &one.value else { return None };
    match value {
        TimePoint::Naive { value, grain } => {
            let at: civil::DateTime = value.format("%Y-%m-%dT%H:%M:%S").to_string().parse().ok()?;
            match grain {
                Grain::Second | Grain::Minute | Grain::Hour => {
                    at.to_zoned(now.time_zone().clone()).ok().map(Moment::Exact)
                }
                Grain::Day => Some(Moment::Day(at.date())),
                // Duckling names a week by its first day.
                Grain::Week if at.date() > now.date() => Some(Moment::Day(at.date())),
                _ => None,
            }
        }
        TimePoint::Instant { value, grain } => {
            let at = Timestamp::from_second(value.timestamp()).ok()?.to_zoned(now.time_zone().clone());
            match grain {
                Grain::Second | Grain::Minute | Grain::Hour => Some(Moment::Exact(at)),
                Grain::Day | Grain::Week | Grain::Month | Grain::Year => Some(Moment::Day(at.date())),
                _ => None,
            }
        }
    }
}

// "May at 5pm": a month without a day beside it is no day, and may be a person.
fn names_somebody(text: &str) -> bool {
    let words = super::words(text);
    let is_day = |word: &String| {
        word.trim_end_matches(|c: char| c.is_alphabetic()).parse::<u8>().is_ok_and(|day| (1..=31).contains(&day))
            || super::number(word).is_some_and(|day| (1..=31).contains(&day))
            || ["ides", "last", "next", "this", "of", "in"].contains(&word.as_str())
            || WEAK.contains(&word.as_str())
                && (word.ends_with("th") || word.ends_with("teen") || ORDINALS.contains(&word.as_str()))
    };
    let is_month = |word: &str| ["may", "march", "april", "june", "august", "january"].contains(&word);
    words.iter().enumerate().any(|(at, word)| {
        is_month(word) && ![at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|at| words.get(at)).any(is_day)
            // "the thirty of may", "may the 4th"
            && words.get(at + 1).is_none_or(|next| next != "the")
    })
}

const ORDINALS: &[&str] = &["first", "second", "third"];

fn reference(now: &Zoned) -> Option<DateTime<FixedOffset>> {
    let offset = FixedOffset::east_opt(now.offset().seconds())?;
    Some(DateTime::from_timestamp(now.timestamp().as_second(), 0)?.with_timezone(&offset))
}

// Duckling takes twelve hours off or on where a part of the day and its hour contradict each other, and counts a length
// in years from the first of a month: neither is what was said.
fn disagrees(text: &str) -> bool {
    let words = super::words(text);
    let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
    let hours =
        words.iter().filter_map(|word| super::number(word).or_else(|| super::clock(word).map(|(h, ..)| h.into())));
    let wrong = |hour: i64| {
        (has(&["morning"]) && hour == 12)
            || (has(&["afternoon"]) && (7..12).contains(&hour))
            || (has(&["evening", "tonight", "night"]) && (1..4).contains(&hour))
    };
    if words.iter().filter(|word| is_clock(word)).count() > 1
        || (super::after(&words.iter().map(String::as_str).collect::<Vec<_>>())
            .is_some_and(|(span, rest)| (span.get_hours() != 0 || span.get_minutes() != 0) && !rest.is_empty()))
    {
        return true;
    }
    let settled = has(&["am", "pm", "a.m", "p.m"]);
    (!settled && hours.into_iter().any(wrong))
        || (has(&["in"]) && has(&["years", "months", "year", "month"]) && has(&["at"]))
}

/// Whether a word may belong to a time.
pub fn belongs(word: &str) -> bool {
    let word = word.trim_matches(['.', ',', '!', '?', '(', ')', '@']).to_lowercase();
    word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) || strong(&word) || weak(&word)
}

/// The first words of `text` that could belong to a time: where they stand beside a time that was read, that time may be
/// the wrong one. What is in quotes is the user's own text.
pub fn left_over(text: &str) -> Option<String> {
    let tokens = crate::text::tokens(text);
    let words: Vec<&str> = tokens.iter().filter(|t| !t.quoted).map(|t| t.word.as_str()).collect();
    let counted = |pair: &&[&str]| super::number(pair[0]).is_some_and(|_| super::unit(pair[1]).is_some());
    let lonely = words.last().filter(|last| LONELY.contains(last)).map(|word| (*word).to_owned());
    let alone = words.iter().find(|word| strong(word)).map(|word| (*word).to_owned());
    lonely.or(alone).or_else(|| words.windows(2).find(counted).map(|pair| pair.join(" ")))
}

// What nobody ends a text with: what it belongs to was taken for the time.
const LONELY: &[&str] = &[
    "for", "until", "till", "before", "after", "since", "from", "past", "to", "between", "of", "than", "every", "each",
    "the", "a", "an", "my", "with",
];

// Whether a word belongs to a time wherever it stands.
fn strong(word: &str) -> bool {
    let word = word.trim_matches(['.', ',', '!', '?', '(', ')']).to_lowercase();
    let bare = word.strip_suffix("'s").unwrap_or(&word);
    super::weekday(bare).is_some_and(|_| !["sun", "sat", "mon", "wed"].contains(&bare))
        || STRONG.contains(&bare)
        || is_clock(bare)
}

// "9am", "7:30", "15h30", "3p".
fn is_clock(word: &str) -> bool {
    let digits = word.trim_end_matches(|c: char| c.is_alphabetic() || c == '.');
    let end = word[digits.len()..].trim_matches('.');
    let number = |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
    match digits.split_once([':', 'h']) {
        Some((hour, minute)) => number(hour) && number(minute),
        None => {
            digits.len() <= 4 && digits.parse::<u16>().is_ok() && ["am", "pm", "a.m", "p.m", "a", "p"].contains(&end)
        }
    }
}

fn weak(word: &str) -> bool {
    WEAK.contains(&word)
        || super::unit(word).is_some()
        || super::number(word).is_some()
        || super::weekday(word).is_some()
        || word.split('-').count() > 1
            && word.split('-').all(|part| super::number(part).is_some() || WEAK.contains(&part))
}

const STRONG: &[&str] = &[
    "today",
    "tomorrow",
    "tomorrows",
    "tonight",
    "tonite",
    "noon",
    "midday",
    "midnight",
    "o'clock",
    "oclock",
    "am",
    "pm",
    "a.m",
    "p.m",
    "morning",
    "afternoon",
    "evening",
    "january",
    "february",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "christmas",
    "xmas",
    "easter",
    "thanksgiving",
    "halloween",
    "mondays",
    "tuesdays",
    "wednesdays",
    "thursdays",
    "fridays",
    "saturdays",
    "sundays",
    "weekend",
    "fortnight",
];

const WEAK: &[&str] = &[
    "a",
    "an",
    "the",
    "of",
    "in",
    "at",
    "on",
    "by",
    "for",
    "to",
    "past",
    "after",
    "before",
    "until",
    "till",
    "from",
    "this",
    "next",
    "coming",
    "upcoming",
    "last",
    "current",
    "now",
    "right",
    "about",
    "around",
    "exactly",
    "approximately",
    "sharp",
    "half",
    "quarter",
    "quarters",
    "couple",
    "pair",
    "few",
    "more",
    "and",
    "hence",
    "later",
    "ago",
    "night",
    "day",
    "days",
    "mid",
    "early",
    "late",
    "end",
    "eve",
    "new",
    "year's",
    "years",
    "valentine's",
    "valentines",
    "ides",
    "closest",
    "march",
    "may",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "sept",
    "oct",
    "nov",
    "dec",
    "thirteen",
    "fourteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "fifty",
    "sixty",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "thirtieth",
    "gmt",
    "utc",
    "cet",
    "cest",
    "bst",
    "pst",
    "pdt",
    "est",
    "edt",
    "cst",
    "ist",
    "m",
    "p",
    "@",
    "weekend",
    "time",
    "hundred",
    "oh",
    "starting",
    "week",
    "month",
    "rest",
    "remainder",
    "every",
    "each",
    "the",
    "a",
    "an",
    "my",
    "with",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let now: Zoned = "2026-11-24T09:00:00+01:00[Europe/Warsaw]".parse().unwrap();
        moment(text, &now).map(|moment| match moment {
            Moment::Exact(at) => at.datetime().to_string(),
            Moment::Day(day) => day.to_string(),
        })
    }

    #[test]
    fn what_is_spoken_becomes_a_moment_or_a_day() {
        for (text, expected) in [
            ("a quarter past 3pm", "2026-11-24T15:15:00"),
            ("xmas at 6 pm", "2026-12-25T18:00:00"),
            ("the thirteenth", "2026-12-13"),
            ("first tuesday of march", "2027-03-02"),
            ("three days after easter", "2027-03-31"),
            ("thursday 8:00 GMT", "2026-11-26T09:00:00"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_single_moment_is_not_guessed_at() {
        for text in [
            "",
            "this weekend",
            "thursday between 3 and 4pm",
            "friday with Eva",
            "tonight at 2",
            "this afternoon at 11",
            "in 4 years at 5pm",
            "nine",
            &"tomorrow ".repeat(100),
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
