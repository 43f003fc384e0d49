//! Requests that the grammar does not read: a trained reader says what is likely wanted, rules take the parts out of the
//! user's words, and what is not sure is asked.
//!
//! The grammar always comes first. Where words decide, a rule does: "remind me" is never a letter. Nothing here moves,
//! renames or trashes files; for that the grammar has to read every word.

mod build;
mod files;
mod places;
mod span;

use crate::{
    request::{Ask, Talk},
    understanding::piece,
    words::Words,
};
use assent_protocol::Mode;
use assent_reader::Reading;

/// Surer than this, it is done as if it had been said in the grammar's words.
const ACT: f32 = 0.85;
/// The same for what is sent or taken away.
const ACT_ON_OTHERS: f32 = 0.9;
/// The same where no card would be shown.
const ACT_UNASKED: f32 = 0.99;
/// Less sure than this, it is no reading.
const ASK: f32 = 0.25;
/// What may stand beside a reading to choose from.
const BESIDE: f32 = 0.06;

/// What `said` is likely to ask for; none where nothing is likely.
pub fn sensed(said: &str, mode: Mode, words: &Words) -> Option<Ask> {
    if !said.chars().any(char::is_alphabetic) {
        return None;
    }
    let reading = ruled(said, assent_reader::read(said));
    let sum =
        |fits: fn(&str) -> bool| -> f32 { reading.intents.iter().filter(|(name, _)| fits(name)).map(|(_, p)| p).sum() };
    let (outside, talk) = (sum(|name| name.starts_with("out_")), sum(|name| name == "small_talk"));
    let best = reading.intents.first().map(|(name, p)| (*name, *p))?;
    if outside + talk > best.1.max(0.5) || best.0.starts_with("out_") && outside > ASK {
        let talk = if talk > outside { Talk::Small } else { Talk::Outside };
        return Some(Ask::Say(talk));
    }
    if best.0 == "small_talk" {
        return (best.1 > 0.5).then_some(Ask::Say(Talk::Small));
    }
    let mut readings: Vec<(Ask, f32)> = Vec::new();
    for (name, p) in reading.intents.iter().take(5).filter(|(_, p)| *p >= BESIDE) {
        if let Some(ask) = build::built(name, said, &reading.spans, words)
            // One word is no request, but it may be a greeting or a cry for help.
            && (matches!(ask, Ask::Say(_)) || said.split_whitespace().count() > 1)
        {
            // Two names for the same request count together.
            match readings.iter_mut().find(|(other, _)| *other == ask) {
                Some((_, sum)) => *sum += p,
                None => readings.push((ask, *p)),
            }
        }
    }
    let (first, p) = readings.first()?.clone();
    if best.1 < ASK || p < ASK {
        return None;
    }
    let bar = match (first.takes_away(), first.changes() && matches!(mode, Mode::Semi | Mode::Auto)) {
        (_, true) => ACT_UNASKED,
        (true, false) => ACT_ON_OTHERS,
        (false, false) => ACT,
    };
    // A rival that would do the same is none.
    // Files are moved only by words that were all understood, or after a yes.
    let is_sure = p >= bar && !matches!(first, Ask::Tidy { .. });
    if is_sure || readings.len() == 1 && !first.changes() && p >= 0.5 {
        return Some(first);
    }
    let readings: Vec<Ask> =
        readings.into_iter().map(|(ask, _)| ask).filter(|ask| !matches!(ask, Ask::Say(_))).collect();
    let mut kept: Vec<Ask> = Vec::new();
    for ask in readings {
        if kept.iter().all(|other| piece(other) != piece(&ask)) && kept.len() < 3 {
            kept.push(ask);
        }
    }
    (!kept.is_empty()).then(|| Ask::Choose { said: said.to_owned(), readings: kept })
}

// Words that decide, whatever was learnt.
fn ruled(said: &str, mut reading: Reading) -> Reading {
    let low = format!(" {} ", said.to_lowercase().replace(['.', ',', '!', '?', ':'], " "));
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| low.contains(&format!(" {phrase} ")));
    let mut only = |allowed: &[&str]| {
        let all: f32 = reading.intents.iter().filter(|(name, _)| allowed.contains(name)).map(|(_, p)| p).sum();
        if all > 0.0 {
            for (name, p) in &mut reading.intents {
                *p = if allowed.contains(name) { *p / all } else { 0.0 };
            }
            reading.intents.sort_by(|a, b| b.1.total_cmp(&a.1));
        }
    };
    let words: Vec<&str> = low.split_whitespace().collect();
    // "Anna's phone number"
    let asks_for = words.windows(2).any(|pair| {
        let owner = pair[0].ends_with("'s") && !["what's", "where's", "who's", "it's"].contains(&pair[0]);
        owner && ["phone", "number", "address", "email", "e-mail", "mobile", "cell"].contains(&pair[1])
    });
    if has(&["remind me", "reminder", "reminders"]) {
        only(&[
            "calendar_set",
            "alarm_set",
            "calendar_query",
            "alarm_query",
            "calendar_remove",
            "alarm_remove",
            "calendar_move",
            "history",
        ]);
    } else if has(&[
        "how many days",
        "how many weeks",
        "what time is it",
        "what day is it",
        "which weekday",
        "what date is",
    ]) && !has(&["weather", "rain", "news", "when is it"])
    {
        only(&["datetime_query", "datetime_convert", "history"]);
    } else if asks_for {
        only(&["contact_query", "contact_add", "email_query", "email_send"]);
    } else if has(&["wake me", "wake me up"]) {
        only(&["alarm_set"]);
    }
    reading
}
