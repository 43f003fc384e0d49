//! Plain words for a time that comes again ("every weekday at 9", "every 15 minutes", "on the first of the month") to cron
//! fields, or to a number of minutes where no cron field can say it.
//!
//! What is understood, and nothing else beside it:
//! - `every 15 minutes`, `every hour`, `every 2 hours`, `hourly`
//! - `every day at 9`, `daily at 9 and 17:30`, `every morning`, `at noon every day`
//! - `every weekday at 9`, `on weekends at 10`, `every monday and thursday at 8:15`, `mondays at 9`, `weekly`
//! - `on the first of the month`, `on the 15th of each month at 7`, `on the last day of the month`, `monthly`,
//!   `every first monday of the month at 9`
//!
//! A day without a time is 9:00.

use super::words::{PartOfDay, hour_in, hour_of, number, part_of_day, time, unit, weekday, words};
use crate::when::words::Length;

/// A time that comes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repeat {
    /// Five cron fields each: minute, hour, day of the month, month, day of the week. It comes at each of them.
    Cron(Vec<String>),
    /// So many minutes after the last time.
    Minutes(u32),
}

/// What `text` means; none where the words mean no time that comes again.
///
/// ```
/// use assent_planner::when::{Repeat, repeat};
/// assert_eq!(repeat("every weekday at 9"), Some(Repeat::Cron(vec!["0 9 * * MON-FRI".to_owned()])));
/// assert_eq!(repeat("every 45 minutes"), Some(Repeat::Minutes(45)));
/// ```
pub fn repeat(text: &str) -> Option<Repeat> {
    let words = words(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut meaning = Meaning::default();
    let mut rest = words.as_slice();
    while !rest.is_empty() {
        rest = meaning.step(rest)?;
    }
    meaning.repeat()
}

#[derive(Debug, Default)]
struct Meaning {
    minutes: Option<u32>,
    // Days of the month and of the week, as cron has them.
    days: Option<(String, String)>,
    // Hour, minute, and whether the half of the day is settled.
    times: Vec<(i8, i8, bool)>,
    // It chooses the half of the day of every hour beside it.
    part: Option<PartOfDay>,
}

impl Meaning {
    fn step<'a, 'w>(&mut self, words: &'a [&'w str]) -> Option<&'a [&'w str]> {
        if self.minutes.is_none()
            && self.days.is_none()
            && let Some(rest) = self.often(words)
        {
            return Some(rest);
        }
        if self.part.is_none()
            && let Some((part, today, rest)) = part_of_day(words)
            && !today
        {
            self.part = Some(part);
            return Some(rest);
        }
        if let ["and", rest @ ..] = words
            && !self.times.is_empty()
        {
            let (time, rest) = clock_or_hour(rest)?;
            self.times.push(time);
            return Some(rest);
        }
        let (time, rest) = time(words)?;
        self.times.push(time);
        Some(rest)
    }

    fn often<'a, 'w>(&mut self, words: &'a [&'w str]) -> Option<&'a [&'w str]> {
        match words {
            ["hourly", rest @ ..] => {
                self.minutes = Some(60);
                Some(rest)
            }
            ["daily", rest @ ..] => self.on("*", "*", rest),
            ["weekly", rest @ ..] => self.on("*", "MON", rest),
            ["monthly", rest @ ..] => self.on("1", "*", rest),
            ["every" | "each", n, u, rest @ ..] if number(n).is_some() && *n != "a" && *n != "an" => {
                let n = number(n).filter(|n| *n > 0)?;
                let minutes = match unit(u)? {
                    Length::Minute => n,
                    Length::Hour => n * 60,
                    Length::Day if n == 1 => return self.on("*", "*", rest),
                    _ => return None,
                };
                self.minutes = Some(u32::try_from(minutes).ok()?);
                Some(rest)
            }
            ["every" | "each", u, rest @ ..] if unit(u).is_some() => match unit(u)? {
                Length::Minute => {
                    self.minutes = Some(1);
                    Some(rest)
                }
                Length::Hour => {
                    self.minutes = Some(60);
                    Some(rest)
                }
                Length::Day => self.on("*", "*", rest),
                Length::Week => match rest {
                    ["on", name, rest @ ..] if weekday(name).is_some() => self.on("*", &short(name)?, rest),
                    _ => self.on("*", "MON", rest),
                },
                Length::Month => match rest {
                    ["on", "the", d, rest @ ..] if day_of_month(d).is_some() => self.on(&day_of_month(d)?, "*", rest),
                    _ => self.on("1", "*", rest),
                },
                Length::Year => None,
            },
            ["every" | "each", "day", rest @ ..] => self.on("*", "*", rest),
            ["every" | "each", rest @ ..] if part_of_day(rest).is_some() => {
                let (part, _, rest) = part_of_day(rest)?;
                self.part = Some(part);
                self.on("*", "*", rest)
            }
            ["every" | "each" | "on" | "the", rest @ ..] => self.days(rest),
            _ => self.days(words).filter(|_| words[0].ends_with('s')),
        }
    }

    // What follows "every" or "on".
    fn days<'a, 'w>(&mut self, words: &'a [&'w str]) -> Option<&'a [&'w str]> {
        match words {
            ["the", rest @ ..] => self.days(rest),
            ["weekday" | "weekdays", rest @ ..] => self.on("*", "MON-FRI", rest),
            ["weekend" | "weekends", rest @ ..] => self.on("*", "SAT,SUN", rest),
            ["last", "day", rest @ ..] => self.on("L", "*", of_the_month(rest)?),
            [d, name, rest @ ..] if ordinal(d).is_some() && plain_weekday(name).is_some() => {
                let days = format!("{}#{}", short(name)?, ordinal(d)?);
                self.on("*", &days, of_the_month(rest)?)
            }
            [d, rest @ ..] if day_of_month(d).is_some() && of_the_month(rest).is_some() => {
                self.on(&day_of_month(d)?, "*", of_the_month(rest)?)
            }
            [name, ..] if plain_weekday(name).is_some() => {
                let mut names = Vec::new();
                let mut rest = words;
                loop {
                    match rest {
                        ["and", name, after @ ..] if !names.is_empty() && plain_weekday(name).is_some() => {
                            names.push(short(name)?);
                            rest = after;
                        }
                        [name, after @ ..] if plain_weekday(name).is_some() => {
                            names.push(short(name)?);
                            rest = after;
                        }
                        _ => break,
                    }
                }
                self.on("*", &names.join(","), rest)
            }
            _ => None,
        }
    }

    fn on<'a, 'w>(&mut self, month: &str, week: &str, rest: &'a [&'w str]) -> Option<&'a [&'w str]> {
        if self.days.is_some() || self.minutes.is_some() {
            return None;
        }
        self.days = Some((month.to_owned(), week.to_owned()));
        Some(rest)
    }

    fn repeat(self) -> Option<Repeat> {
        match (self.minutes, self.days) {
            (Some(minutes), None) if self.times.is_empty() && self.part.is_none() => Some(match minutes {
                1 => Repeat::Cron(vec!["* * * * *".to_owned()]),
                60 => Repeat::Cron(vec!["0 * * * *".to_owned()]),
                n if n < 60 && 60 % n == 0 => Repeat::Cron(vec![format!("*/{n} * * * *")]),
                n if n % 60 == 0 && n < 24 * 60 && 24 % (n / 60) == 0 => {
                    Repeat::Cron(vec![format!("0 */{} * * *", n / 60)])
                }
                n => Repeat::Minutes(n),
            }),
            (None, Some((month, week))) => {
                let times = hours(&self.times, self.part, &month == "*" && &week == "*")?;
                let field = |(hour, minute): (i8, i8)| format!("{minute} {hour} {month} * {week}");
                Some(Repeat::Cron(times.into_iter().map(field).collect()))
            }
            _ => None,
        }
    }
}

// The hours and minutes that are meant. None where a part of the day contradicts one, and for an hour after midnight
// on a named day, because "Monday night at 12" is a Tuesday.
fn hours(times: &[(i8, i8, bool)], part: Option<PartOfDay>, daily: bool) -> Option<Vec<(i8, i8)>> {
    let Some(part) = part else {
        let said: Vec<(i8, i8)> = times.iter().map(|(hour, minute, _)| (*hour, *minute)).collect();
        return Some(if said.is_empty() { vec![(9, 0)] } else { said });
    };
    if times.is_empty() {
        return Some(vec![hour_of(part)]);
    }
    let night = part == PartOfDay::Night || part == PartOfDay::Evening;
    let meant = |(hour, minute, settled): &(i8, i8, bool)| {
        let hour = hour_in(*hour, *settled, part)?;
        (daily || !night || hour >= 12).then_some((hour, *minute))
    };
    times.iter().map(meant).collect()
}

// After "and" an hour needs no "at".
fn clock_or_hour<'a, 'w>(words: &'a [&'w str]) -> Option<super::words::TimeAndRest<'a, 'w>> {
    time(words).or_else(|| match words {
        [h, rest @ ..] => {
            let hour = number(h).filter(|n| (0..24).contains(n) && *h != "a" && *h != "an")?;
            Some(((i8::try_from(hour).ok()?, 0, false), rest))
        }
        [] => None,
    })
}

fn of_the_month<'a, 'w>(words: &'a [&'w str]) -> Option<&'a [&'w str]> {
    match words {
        ["of" | "in", "the" | "each" | "every", "month", rest @ ..] => Some(rest),
        ["of", "month", rest @ ..] | ["every" | "each", "month", rest @ ..] => Some(rest),
        _ => None,
    }
}

fn ordinal(word: &str) -> Option<usize> {
    const NAMES: &[&str] = &["first", "second", "third", "fourth"];
    NAMES.iter().position(|name| *name == word).map(|at| at + 1)
}

fn day_of_month(word: &str) -> Option<String> {
    if let Some(n) = ordinal(word) {
        return Some(n.to_string());
    }
    let bare = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end))?;
    bare.parse::<u8>().ok().filter(|n| (1..=31).contains(n)).map(|n| n.to_string())
}

// "monday", "mondays", "mon".
fn plain_weekday(word: &str) -> Option<&'static str> {
    weekday(word).or_else(|| weekday(word.strip_suffix('s')?))
}

fn short(word: &str) -> Option<String> {
    plain_weekday(word).map(|name| name[..3].to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, fields: &[&str]) {
        let expected = Repeat::Cron(fields.iter().map(|field| (*field).to_owned()).collect());
        assert_eq!(repeat(text), Some(expected), "{text}");
    }

    #[test]
    fn plain_words_become_cron_fields() {
        check("every weekday at 9", &["0 9 * * MON-FRI"]);
        check("on weekends at 10:30", &["30 10 * * SAT,SUN"]);
        check("every 15 minutes", &["*/15 * * * *"]);
        check("every minute", &["* * * * *"]);
        check("every hour", &["0 * * * *"]);
        check("hourly", &["0 * * * *"]);
        check("every 2 hours", &["0 */2 * * *"]);
        check("every day at 9 and 17:30", &["0 9 * * *", "30 17 * * *"]);
        check("daily", &["0 9 * * *"]);
        check("at noon every day", &["0 12 * * *"]);
        check("every morning", &["0 9 * * *"]);
        check("every evening", &["0 18 * * *"]);
        check("every monday and thursday at 8:15pm", &["15 20 * * MON,THU"]);
        check("every monday, wednesday and friday at 7", &["0 7 * * MON,WED,FRI"]);
        check("mondays at 9", &["0 9 * * MON"]);
        check("every week on friday at 16:00", &["0 16 * * FRI"]);
        check("on the first of the month", &["0 9 1 * *"]);
        check("on the 15th of each month at 7", &["0 7 15 * *"]);
        check("on the last day of the month at 18:00", &["0 18 L * *"]);
        check("every first monday of the month at 9", &["0 9 * * MON#1"]);
        check("monthly", &["0 9 1 * *"]);
        check("every evening at 7", &["0 19 * * *"]);
        check("every night at 11", &["0 23 * * *"]);
        check("every night at 12:30", &["30 0 * * *"]);
        check("every morning at 7", &["0 7 * * *"]);
        check("every monday evening at 6", &["0 18 * * MON"]);
        check("every afternoon at 12 and 3", &["0 12 * * *", "0 15 * * *"]);
        check("every month on the 3rd", &["0 9 3 * *"]);
    }

    #[test]
    fn what_no_cron_field_can_say_is_a_number_of_minutes() {
        assert_eq!(repeat("every 45 minutes"), Some(Repeat::Minutes(45)));
        assert_eq!(repeat("every 5 hours"), Some(Repeat::Minutes(300)));
    }

    #[test]
    fn what_does_not_come_again_or_is_not_all_understood_is_refused() {
        for text in [
            "tomorrow at 9",
            "at 9",
            "every",
            "every 0 minutes",
            "every blue moon",
            "every weekday at 25",
            "every 15 minutes at 9",
            "friday",
            "",
            "every other day",
            "every evening at 9am",
            "every morning at 12",
            "every monday night at 12",
        ] {
            assert_eq!(repeat(text), None, "{text}");
        }
    }
}
