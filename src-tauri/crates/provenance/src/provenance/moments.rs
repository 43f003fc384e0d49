//! Numbers, dates, times and lengths of time in the notations that people and tools use, each as one value, so that
//! `1,200.00` and `1200`, or `May 15th, 2024` and `2024-05-15`, are the same.

use std::collections::HashSet;

/// A number in ten-thousandths.
pub(super) type Number = i64;

/// A day; a year that was not written is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Day {
    pub(super) year: Option<u16>,
    pub(super) month: u8,
    pub(super) day: u8,
}

/// Minutes since midnight.
pub(super) type Minute = u16;

/// What a text says about numbers and times.
#[derive(Debug, Clone, Default)]
pub(super) struct Moments {
    pub(super) numbers: HashSet<Number>,
    pub(super) days: HashSet<Day>,
    pub(super) minutes: HashSet<Minute>,
    /// A day with a time right behind it.
    pub(super) moments: HashSet<(Day, Minute)>,
    /// Minutes that something lasts.
    pub(super) lengths: HashSet<Minute>,
    /// Days that something lasts or is away.
    pub(super) spans: HashSet<u16>,
    /// Every reading of each number that is no part of a day, a time or a length.
    pub(super) bare: Vec<Vec<Number>>,
}

/// Numbers of one text that are looked for again.
const MOST_BARE: usize = 50;

const MONTHS: [&str; 12] = [
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
/// The months of other languages that a letter may come in, as they stand in dates.
const FOREIGN: [&str; 12] = [
    "januar janvier enero gennaio stycznia janeiro januari",
    "februar février febrero febbraio lutego fevereiro februari",
    "märz mars marzo marca março maart",
    "avril abril aprile kwietnia",
    "mai mayo maggio maja maio mei",
    "juni juin junio giugno czerwca junho",
    "juli juillet julio luglio lipca julho",
    "août agosto sierpnia augustus",
    "septembre septiembre settembre września setembro",
    "oktober octobre octubre ottobre października outubro",
    "novembre noviembre listopada novembro",
    "dezember décembre diciembre dicembre grudnia dezembro",
];
const COUNTS: [(&str, u16); 20] = [
    ("half", 0),
    ("a", 1),
    ("an", 1),
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("fifteen", 15),
    ("twenty", 20),
    ("thirty", 30),
    ("sixty", 60),
    ("hundred", 100),
];

impl Moments {
    /// Reads a folded text, and adds what it says.
    pub(super) fn add(&mut self, folded: &str) {
        let signs = |c: char| matches!(c, '年' | '月' | '년' | '월' | '日' | '일' | '号');
        let spelt: String;
        let folded = if folded.contains(signs) {
            // 2024年6月3日 and 2024년 6월 3일
            spelt = folded
                .replace("년 ", "-")
                .replace("월 ", "-")
                .replace(['年', '月', '년', '월'], "-")
                .replace(['日', '일', '号'], " ");
            &spelt
        } else {
            folded
        };
        let words = words(folded);
        let mut last: Option<(Day, usize)> = None;
        for (at, word) in words.iter().enumerate() {
            self.numbers.extend(numbers(word.text));
            let counted = COUNTS.iter().find(|(name, n)| *n > 1 && *name == word.text);
            let times = match word.text {
                "once" => Some(1),
                "twice" => Some(2),
                "dozen" => Some(12),
                _ => None,
            };
            let counted = counted.map(|(_, n)| Number::from(*n)).or(times);
            self.numbers.extend(counted.map(|n| n * 10_000));
            // "1 249,50": a group of three behind a group of up to three belongs to it.
            if let Some(before) = at.checked_sub(1).map(|n| words[n].text) {
                let digits = |text: &str, most: usize| {
                    !text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit())
                };
                let (whole, part) = word.text.split_once([',', '.']).unwrap_or((word.text, ""));
                if digits(before, 3) && digits(whole, 3) && whole.len() == 3 && (part.is_empty() || digits(part, 4)) {
                    self.numbers.extend(numbers(&format!("{before}{}", word.text)));
                }
            }
            for day in days(&words, at) {
                self.days.insert(day);
                last = Some((day, at));
            }
            if let Some(minute) = minute(&words, at) {
                self.minutes.insert(minute);
                if clock_words(&words, at) {
                    self.minutes.insert((minute + 720) % 1440);
                }
                if let Some((day, _)) = last.filter(|(_, since)| at - since <= 4) {
                    self.moments.insert((day, minute));
                }
            }
            self.lengths.extend(length(&words, at));
            self.spans.extend(span(&words, at));
            if self.bare.len() < MOST_BARE && alone(&words, at) {
                self.bare.push(numbers(word.text));
            }
        }
    }

    /// Whether this day is a written day and a written number of days or nights: "from 13 November, for 5 days".
    pub(super) fn counted_to(&self, day: Day) -> bool {
        let Some(year) = day.year else { return false };
        let number = |day: Day| civil(day.year.unwrap_or(year), day.month, day.day);
        let wanted = number(day);
        self.days.iter().take(MOST_BARE).any(|from| {
            self.spans.iter().take(MOST_BARE).any(|span| {
                let apart = wanted - number(*from);
                // A stay of five days ends on the fifth or the morning after; "three days before" counts back.
                let span = i64::from(*span);
                apart == span || apart == span - 1 || apart == -span
            })
        })
    }

    /// Whether something was said to last or to be away this long, `unit` being the minutes of one.
    pub(super) fn lasts(&self, count: f64, unit: f64) -> bool {
        let near = |minutes: f64| (count * unit - minutes).abs() < 0.5;
        self.lengths.iter().any(|length| near(f64::from(*length)))
            || self.spans.iter().any(|days| near(f64::from(*days) * 1440.0))
    }

    /// Whether this day was written, with its year or without.
    pub(super) fn has_day(&self, day: Day) -> bool {
        self.days.contains(&day) || self.days.contains(&Day { year: None, ..day })
    }
}

/// A value that is a day, a time or both, and nothing else.
pub(super) fn moment(value: &str) -> Option<(Option<Day>, Option<Minute>)> {
    let value = value.trim();
    // Most values are addresses and names: a sign that no day is written with says so at once.
    let foreign = |byte: u8| b"@_=?#&%$\\".contains(&byte);
    if value.len() > 40 || !value.bytes().any(|byte| byte.is_ascii_digit()) || value.bytes().any(foreign) {
        return None;
    }
    let mut read = Moments::default();
    let folded = value.to_lowercase();
    read.add(&folded);
    let whole = words(&folded).iter().all(|word| {
        word.text.trim_end_matches('z').bytes().all(|byte| byte.is_ascii_digit() || b":.-/+".contains(&byte))
            || MONTHS.iter().any(|month| named(month, word.text))
            || ordinal(word.text).is_some()
            || ["am", "pm", "z", "utc", "at", "noon", "midnight", "of", "the"].contains(&word.text)
            || half_of_day(word.text).is_some()
    });
    let day = read.days.iter().find(|day| day.year.is_some()).or_else(|| read.days.iter().next()).copied();
    let minute = read.minutes.iter().next().copied();
    (whole && (day.is_some() || minute.is_some())).then_some((day, minute))
}

/// Every reading of a number as people write it: `1,200.00`, `1.200,00`, `1 200`, `$98.70`, `10%`.
pub(super) fn numbers(word: &str) -> Vec<Number> {
    let core = word.trim_matches(|c: char| !c.is_ascii_digit());
    if core.is_empty() || core.len() > 20 || !core.bytes().all(|byte| byte.is_ascii_digit() || b".,'_".contains(&byte))
    {
        return Vec::new();
    }
    if core.len() <= 14 && core.bytes().all(|byte| byte.is_ascii_digit()) {
        return core.parse::<Number>().map(|number| vec![number * 10_000]).unwrap_or_default();
    }
    let mut found = Vec::new();
    for point in ['.', ','] {
        let (whole, part) = core.rsplit_once(point).unwrap_or((core, ""));
        let grouped: Vec<&str> = whole.split(['.', ',', '\'', '_']).collect();
        let groups_fit = grouped.len() == 1 || grouped[1..].iter().all(|group| group.len() == 3);
        if groups_fit && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit()) {
            found.extend(ten_thousandths(&grouped.concat(), part));
        }
    }
    let groups: Vec<&str> = core.split(['.', ',', '\'', '_']).collect();
    if groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3) {
        found.extend(ten_thousandths(&groups.concat(), ""));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn ten_thousandths(whole: &str, part: &str) -> Option<Number> {
    format!("{whole}{part:0<4}").parse().ok()
}

struct Word<'a> {
    text: &'a str,
}

// Runs without white space, with what only stands around or between them taken off; `2024-05-15t10:00` is two.
fn words(folded: &str) -> Vec<Word<'_>> {
    let between = |c: char| c.is_whitespace() || "()[]{}<>\"'`;|=~*".contains(c);
    let mut found = Vec::new();
    for rough in folded.split(between) {
        let trimmed = rough.trim_matches(|c: char| ",.:!?-".contains(c));
        if trimmed.is_empty() {
            continue;
        }
        match trimmed.split_once('t') {
            Some((day, time)) if iso(day).is_some() && time.starts_with(|c: char| c.is_ascii_digit()) => {
                found.extend([Word { text: day }, Word { text: time }]);
            }
            _ => match trimmed.split_once('-') {
                // "1-hour", "90-minute"
                Some((count, unit))
                    if unit.starts_with(|c: char| c.is_alphabetic()) && count.parse::<u16>().is_ok() =>
                {
                    found.extend([Word { text: count }, Word { text: unit.split('-').next().unwrap_or(unit) }]);
                }
                _ => found.push(Word { text: trimmed }),
            },
        }
    }
    found
}

fn days(words: &[Word<'_>], at: usize) -> Vec<Day> {
    let text = words[at].text;
    if let Some(day) = iso(text) {
        return vec![day];
    }
    let parts: Vec<&str> = text.split(['.', '/', '-']).collect();
    if parts.len() == 3 && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())) {
        let (Ok(a), Ok(b), Ok(year)) = (parts[0].parse::<u8>(), parts[1].parse::<u8>(), parts[2].parse::<u16>()) else {
            return Vec::new();
        };
        let year = if year < 100 { 2000 + year } else { year };
        // Between dots the day stands first. With other signs, which is the month is the country's habit: both count.
        let habits = if text.contains('.') && b <= 12 { 1 } else { 2 };
        return [(a, b), (b, a)][..habits].iter().filter_map(|(day, month)| made(Some(year), *month, *day)).collect();
    }
    let foreign = || FOREIGN.iter().position(|names| names.split(' ').any(|name| name == text));
    let Some(month) = MONTHS.iter().position(|month| named(month, text)).or_else(foreign) else { return Vec::new() };
    let month = month as u8 + 1;
    let next = |step: usize| words.get(at + step).map(|word| word.text);
    let year_at =
        |step: usize| next(step).and_then(|t| t.parse::<u16>().ok()).filter(|year| (1000..3000).contains(year));
    let before = |step: usize| at.checked_sub(step).map(|n| words[n].text);
    if let Some(day) = before(1).filter(|t| *t != "of").or(before(2)).and_then(ordinal) {
        return made(year_at(1), month, day).into_iter().collect();
    }
    match next(1).and_then(ordinal) {
        Some(day) => made(year_at(2), month, day).into_iter().collect(),
        None => Vec::new(),
    }
}

fn iso(text: &str) -> Option<Day> {
    let mut parts = text.split(['-', '/', '.']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || parts.next().is_some() {
        return None;
    }
    made(Some(year.parse().ok()?), month.parse().ok()?, day.parse().ok()?)
}

fn made(year: Option<u16>, month: u8, day: u8) -> Option<Day> {
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Day { year, month, day })
}

fn named(month: &str, text: &str) -> bool {
    text == month || (text.len() >= 3 && text.is_ascii() && month.starts_with(text) && text.len() <= 4)
}

fn ordinal(text: &str) -> Option<u8> {
    let digits = ["st", "nd", "rd", "th", "."].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    digits.parse().ok().filter(|day| (1..=31).contains(day))
}

fn half_of_day(text: &str) -> Option<(u16, bool)> {
    let (digits, evening) =
        text.strip_suffix("am").map(|d| (d, false)).or(text.strip_suffix("pm").map(|d| (d, true)))?;
    let (hour, minute) = digits.split_once([':', '.']).unwrap_or((digits, "0"));
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    ((1..=12).contains(&hour) && minute < 60).then_some((hour % 12 * 60 + minute, evening))
}

fn minute(words: &[Word<'_>], at: usize) -> Option<Minute> {
    let text = words[at].text;
    if let Some((minute, evening)) = half_of_day(text) {
        return Some(minute + if evening { 720 } else { 0 });
    }
    let next = words.get(at + 1).map(|word| word.text);
    if let Some(half @ ("am" | "pm")) = next.map(|t| t.trim_end_matches('.'))
        && let Some((minute, evening)) = half_of_day(&format!("{text}{half}"))
    {
        return Some(minute + if evening { 720 } else { 0 });
    }
    if let (Some(part), Some(way)) = (quarters(text), next) {
        let hour = words.get(at + 2).and_then(|word| hour(word.text))?;
        return match way {
            "past" | "after" => Some(hour * 60 + part),
            "to" | "before" => Some((hour * 60 + 1440 - part) % 1440),
            _ => None,
        };
    }
    match text {
        "noon" => return Some(720),
        "midnight" => return Some(0),
        _ => {}
    }
    let clock = text.trim_end_matches('z').split(['+']).next().unwrap_or(text);
    let mut parts = clock.split(':');
    let (hour, minute) = (parts.next()?.parse::<u16>().ok()?, parts.next()?.get(..2)?.parse::<u16>().ok()?);
    (hour < 24 && minute < 60).then(|| hour * 60 + minute)
}

// "Quarter to seven" is one of two times of a day.
fn clock_words(words: &[Word<'_>], at: usize) -> bool {
    quarters(words[at].text).is_some()
}

fn quarters(text: &str) -> Option<u16> {
    match text {
        "quarter" => Some(15),
        "half" => Some(30),
        "ten" => Some(10),
        "twenty" => Some(20),
        _ => None,
    }
}

fn hour(text: &str) -> Option<u16> {
    let named = COUNTS.iter().find(|(name, n)| *name == text && *n > 0).map(|(_, n)| *n);
    named.or_else(|| text.parse().ok()).filter(|hour| *hour <= 12)
}

fn length(words: &[Word<'_>], at: usize) -> Option<Minute> {
    let unit = match words[at].text.trim_end_matches('s') {
        "hour" | "hr" | "h" => 60,
        "minute" | "min" => 1,
        _ => return None,
    };
    let before = |step: usize| at.checked_sub(step).map(|n| words[n].text);
    let count = before(1)?;
    if before(1) == Some("an") && before(2) == Some("half") {
        return Some(unit / 2);
    }
    if let Some((whole, part)) = count.split_once('.') {
        let tenths = whole.parse::<u16>().ok()?.checked_mul(10)? + part.get(..1)?.parse::<u16>().ok()?;
        return Some(tenths.checked_mul(unit)? / 10);
    }
    let named = COUNTS.iter().find(|(name, _)| *name == count).map(|(_, n)| *n);
    named.or_else(|| count.parse().ok()).filter(|n| *n > 0)?.checked_mul(unit)
}

fn span(words: &[Word<'_>], at: usize) -> Option<u16> {
    let unit = match words[at].text.trim_end_matches('s') {
        "day" | "night" => 1,
        "week" => 7,
        "fortnight" => 14,
        _ => return None,
    };
    let count = words.get(at.checked_sub(1)?)?.text;
    let named = COUNTS.iter().find(|(name, n)| *name == count && *n > 0).map(|(_, n)| *n);
    named.or_else(|| count.parse().ok()).filter(|n| (1..=400).contains(n))?.checked_mul(unit)
}

// A number in figures that stands for itself.
fn alone(words: &[Word<'_>], at: usize) -> bool {
    let text = words[at].text;
    let figures = text.bytes().next().is_some_and(|byte| byte.is_ascii_digit() || b"$+".contains(&byte))
        && text.chars().all(|c| c.is_ascii_digit() || ".,'$€£%".contains(c));
    let beside = |word: Option<&Word<'_>>| {
        word.is_some_and(|word| {
            let unit = word.text.trim_end_matches('s');
            MONTHS.iter().any(|month| named(month, word.text))
                || FOREIGN.iter().any(|names| names.split(' ').any(|name| name == word.text))
                || matches!(
                    unit,
                    "am" | "pm"
                        | "hour"
                        | "hr"
                        | "h"
                        | "minute"
                        | "min"
                        | "day"
                        | "night"
                        | "week"
                        | "month"
                        | "year"
                        | "fortnight"
                        | "of"
                        | "at"
                        | "uhr"
                        | "o'clock"
                )
        })
    };
    figures
        && !numbers(text).is_empty()
        && days(words, at).is_empty()
        && minute(words, at).is_none()
        && !beside(at.checked_sub(1).and_then(|n| words.get(n)))
        && !beside(words.get(at + 1))
        // A year.
        && !(text.len() == 4 && (text.starts_with("19") || text.starts_with("20")))
}

// Days since the first of March of the year 0.
fn civil(year: u16, month: u8, day: u8) -> i64 {
    let (month, year) = (i64::from(month), i64::from(year));
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    365 * year + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (153 * month + 2) / 5
        + i64::from(day)
}

#[cfg(test)]
mod tests;
