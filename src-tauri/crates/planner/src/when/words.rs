//! The components of a time, each read off the front of a list of words: a length, a day, a part of the day, a time.

use jiff::Span;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartOfDay {
    Morning,
    Afternoon,
    Evening,
    Night,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Day {
    Today,
    After(i32),
    // A weekday of the next calendar week, Monday first.
    NextWeek(&'static str),
    // A phrase for `interim`: a weekday or a date, and the weekday that was said beside a date.
    Phrase { text: String, year: bool, weekday: Option<&'static str> },
}

/// The months, in order.
pub const MONTHS: &[&str] = &[
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

// Lower-case words without commas; "9am," and "1h30m" come apart later.
pub fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .replace(',', " ")
        .replace('’', "'")
        .replace('@', " at ")
        .replace(" o clock", " o'clock")
        .replace(" oclock", " o'clock")
        .split_whitespace()
        .map(|w| w.trim_end_matches(['.', '!', '?']).to_owned())
        .filter(|w| !w.is_empty())
        .collect()
}

pub fn number(word: &str) -> Option<i64> {
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
pub enum Length {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

pub fn unit(word: &str) -> Option<Length> {
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
pub fn after<'a, 'w>(words: &'a [&'w str]) -> Option<(Span, &'a [&'w str])> {
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
            Length::Minute => span.try_minutes(span.get_minutes() + amount),
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

pub fn weekday(word: &str) -> Option<&'static str> {
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

pub fn day<'a, 'w>(words: &'a [&'w str]) -> Option<(Day, &'a [&'w str])> {
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
        ["next", name, rest @ ..] if weekday(name).is_some() => return Some((Day::NextWeek(weekday(name)?), rest)),
        ["this" | "coming", name, rest @ ..] if weekday(name).is_some() => {
            return Some((Day::Phrase { text: weekday(name)?.to_owned(), year: false, weekday: None }, rest));
        }
        [name, rest @ ..] if weekday(name).is_some() => {
            // "Friday 24 December": the date says more than the weekday, and has to fall on it.
            if let Some((Day::Phrase { text, year, .. }, rest)) = date(rest) {
                return Some((Day::Phrase { text, year, weekday: weekday(name) }, rest));
            }
            return Some((Day::Phrase { text: weekday(name)?.to_owned(), year: false, weekday: None }, rest));
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
            return Some((Day::Phrase { text: (*iso).to_owned(), year: true, weekday: None }, rest));
        }
        _ => return None,
    };
    Some(match year(rest.first()) {
        Some(year) => (Day::Phrase { text: format!("{day} {name} {year}"), year: true, weekday: None }, &rest[1..]),
        None => (Day::Phrase { text: format!("{day} {name}"), year: false, weekday: None }, rest),
    })
}

pub fn part_of_day<'a, 'w>(words: &'a [&'w str]) -> Option<(PartOfDay, bool, &'a [&'w str])> {
    let (today, words) = match words {
        ["tonight", rest @ ..] => return Some((PartOfDay::Night, true, rest)),
        ["this", rest @ ..] => (true, rest),
        ["in" | "at", "the", rest @ ..] => (false, rest),
        ["at", rest @ ..] if rest.first() == Some(&"night") => (false, rest),
        _ => (false, words),
    };
    let part = match *words.first()? {
        "morning" => PartOfDay::Morning,
        "afternoon" => PartOfDay::Afternoon,
        "evening" => PartOfDay::Evening,
        "night" => PartOfDay::Night,
        _ => return None,
    };
    Some((part, today, &words[1..]))
}

// Days from Monday.
pub fn offset(name: &str) -> i64 {
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
        .iter()
        .position(|day| *day == name)
        .unwrap_or_default() as i64
}

// The hour and minute of a part of the day that is said without one.
pub fn hour_of(part: PartOfDay) -> (i8, i8) {
    match part {
        PartOfDay::Morning => (9, 0),
        PartOfDay::Afternoon => (15, 0),
        PartOfDay::Evening => (18, 0),
        PartOfDay::Night => (20, 0),
    }
}

// The hour that is meant beside a part of the day; none where the two contradict each other.
pub fn hour_in(hour: i8, settled: bool, part: PartOfDay) -> Option<i8> {
    let fits = |hour: i8| match part {
        PartOfDay::Morning => (1..12).contains(&hour),
        PartOfDay::Afternoon => (12..19).contains(&hour),
        PartOfDay::Evening => hour >= 16 || hour == 0,
        PartOfDay::Night => !(5..17).contains(&hour),
    };
    let other = (hour + 12) % 24;
    match hour {
        _ if settled => fits(hour).then_some(hour),
        // 12 at night is midnight, 12 in the afternoon is noon.
        12 if matches!(part, PartOfDay::Evening | PartOfDay::Night) => Some(0),
        // "tonight at 2": of this night's end or of tomorrow's afternoon, nobody can say.
        1..5 if part == PartOfDay::Night => None,
        1..12 if part != PartOfDay::Morning => fits(other).then_some(other),
        _ => fits(hour).then_some(hour),
    }
}

// "9am", "9:30pm", "15:00", "9.30": hour, minute, and whether the half of the day is settled.
pub fn clock(word: &str) -> Option<(i8, i8, bool)> {
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
    let (hour, minute, settled) = on_clock(hour, minute, half)?;
    // "02:30" is written as on a clock of 24 hours.
    Some((hour, minute, settled || digits.starts_with('0')))
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

pub type TimeAndRest<'a, 'w> = ((i8, i8, bool), &'a [&'w str]);

pub fn time<'a, 'w>(words: &'a [&'w str]) -> Option<TimeAndRest<'a, 'w>> {
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
