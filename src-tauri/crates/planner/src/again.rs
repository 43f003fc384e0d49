//! Goals that are to be done again: at a time that comes again, or when a file appears in a folder. What is to be done
//! must be understood as well, so that nothing is proposed that would only fail each time.

use super::{
    cursor::Cursor,
    parse::{Known, one_by_one},
    request::{Ask, Part, Place},
    text::{Token, tokens},
};
use crate::when::repeat;

// The most words of a time.
const TIME: usize = 12;

/// What `text` asks for, when all of it is one goal with a time or a folder that sets it off.
pub fn automation(text: &str, known: &Known) -> Option<Part> {
    let all = tokens(text);
    let polite = {
        let mut cursor = Cursor::new(&all, text, known);
        cursor.skip(known.words.polite);
        cursor.at
    };
    let all = &all[polite..];
    let found = before(all, text, known).or_else(|| behind(all, text, known))?;
    let said = text[all.first()?.start..all.last()?.end].to_owned();
    Some(Part::Understood { ask: Box::new(found), said })
}

/// Whether `text` speaks anywhere of a time that comes again, or of a file that appears.
pub fn meant(text: &str, known: &Known) -> bool {
    let all = tokens(text);
    (0..all.len()).any(|at| {
        let rest = &all[at..];
        let timed = |end: usize| repeat(&tidied(&text[rest[0].start..rest[end].end])).is_some();
        (begins_again(&rest[0], known) && (1..rest.len().min(TIME)).any(timed))
            || appears(&mut Cursor::new(rest, text, known)).is_some()
    })
}

/// Whether `rest` is a goal that is to be done again: not a time alone, which belongs to what stands before it.
pub fn begins(rest: &[Token], text: &str, known: &Known) -> bool {
    let Some(first) = rest.first() else { return false };
    let timed = |end: usize| repeat(&tidied(&text[first.start..rest[end - 1].end])).is_some();
    let mut cursor = Cursor::new(rest, text, known);
    (begins_again(first, known) && !timed(rest.len()) && (1..rest.len().min(TIME)).any(timed))
        || (appears(&mut cursor).is_some() && !cursor.at_end())
}

/// What sets it off.
enum SetOff {
    Time(String),
    Folder(Place),
}

// "every weekday at 9, list to-dos", "when a file appears in ~/Downloads, tidy ~/Downloads by type"
fn before(all: &[Token], text: &str, known: &Known) -> Option<Ask> {
    if begins_again(all.first()?, known) {
        // The longest time that leaves a goal which is understood.
        return (1..all.len()).rev().find_map(|cut| {
            let when = &text[all[0].start..all[cut - 1].end];
            repeat(when.trim_end_matches([',', ':'])).is_some().then_some(())?;
            asked(SetOff::Time(tidied(when)), &all[cut..], text, known)
        });
    }
    let mut cursor = Cursor::new(all, text, known);
    let folder = appears(&mut cursor)?;
    asked(SetOff::Folder(folder), &all[cursor.at..], text, known)
}

// "list to-dos every weekday at 9", "tidy ~/Downloads by type whenever a file appears in ~/Downloads"
fn behind(all: &[Token], text: &str, known: &Known) -> Option<Ask> {
    (1..all.len()).find_map(|cut| {
        let rest = &all[cut..];
        let when = &text[rest[0].start..rest.last()?.end];
        let set_off = if begins_again(&rest[0], known) && repeat(&tidied(when)).is_some() {
            SetOff::Time(tidied(when))
        } else {
            let mut cursor = Cursor::new(rest, text, known);
            let folder = appears(&mut cursor)?;
            cursor.eat(&[".", "!"]);
            if !cursor.at_end() {
                return None;
            }
            SetOff::Folder(folder)
        };
        asked(set_off, &all[..cut], text, known)
    })
}

fn begins_again(token: &Token, known: &Known) -> bool {
    !token.quoted && known.words.again.contains(&token.word.as_str())
}

fn appears(cursor: &mut Cursor) -> Option<Place> {
    let words = cursor.known.words;
    let at = cursor.at;
    let found = (|| {
        cursor.eat(words.whenever).then_some(())?;
        cursor.skip(words.articles);
        cursor.eat(&["new"]);
        (cursor.eat(words.files) || cursor.eat(words.something)).then_some(())?;
        cursor.eat(words.appears).then_some(())?;
        cursor.eat(words.into).then_some(())?;
        cursor.folder()
    })();
    if found.is_none() {
        cursor.at = at;
    }
    found
}

fn asked(set_off: SetOff, rest: &[Token], text: &str, known: &Known) -> Option<Ask> {
    let mark = |token: &&Token| !token.quoted && [",", ":", ";", "-", "then"].contains(&token.word.as_str());
    let rest = &rest[rest.iter().take_while(mark).count()..];
    let goal = text[rest.first()?.start..rest.last()?.end].trim_end_matches([',', ';', ' ']).to_owned();
    let parts = one_by_one(&goal, known);
    // A reminder that repeats has a sentence of its own: it is no task.
    let task = |part: &Part| match part {
        Part::Understood { ask, .. } => !matches!(
            **ask,
            Ask::Remind { .. } | Ask::RemindAgainAndAgain { .. } | Ask::RemindSometime { .. } | Ask::Automate { .. }
        ),
        Part::NotUnderstood(_) => false,
    };
    (!parts.is_empty() && parts.iter().all(task)).then_some(match set_off {
        SetOff::Time(when) => Ask::Automate { goal, when: Some(when), folder: None },
        SetOff::Folder(folder) => Ask::Automate { goal, when: None, folder: Some(folder) },
    })
}

fn tidied(when: &str) -> String {
    when.trim_matches([',', ':', ';', '.', '!', ' ']).to_owned()
}
