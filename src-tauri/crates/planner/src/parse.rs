//! Takes the user's words apart into requests.
//!
//! Requests are joined by "and", "then", ",", ";", "." or a new line, and only where the words after the joint are a
//! request themselves: "remind me tomorrow to buy milk and call Anna" is one reminder.

use super::{
    again,
    cursor::Cursor,
    grammar,
    request::{Ask, Part},
    text::{Token, tokens},
    words::Words,
};

/// What the grammar may know about the world: no disk, only what the request says.
pub struct Known<'a> {
    pub words: &'static Words,
    /// Absolute.
    pub home: &'a str,
    /// Granted folders, absolute: they tell where a path with spaces ends.
    pub folders: &'a [String],
}

/// The parts of `text` in order. What is to be done again is one part, whatever is in it.
pub fn parts(text: &str, known: &Known) -> Vec<Part> {
    if let Some(part) = again::automation(text, known) {
        return vec![part];
    }
    let parts = match later(text, known) {
        Some((now, again)) => [now, again].into_iter().flat_map(|text| self::parts(text, known)).collect(),
        None => one_by_one(text, known),
    };
    // What is meant for later must not happen now because a neighbour of it was not understood.
    if parts.iter().any(|part| matches!(part, Part::NotUnderstood(_))) && again::meant(text, known) {
        return vec![Part::NotUnderstood(text.trim().to_owned())];
    }
    parts
}

// What is to be done now, and behind it what is to be done again: no text of a to-do goes on into that.
fn later<'a>(text: &'a str, known: &Known) -> Option<(&'a str, &'a str)> {
    let all = tokens(text);
    let segments = segments(&all, known.words);
    let at = (1..segments.len()).find(|n| again::begins(&all[segments[*n].0..], text, known))?;
    Some((&text[..all[segments[at - 1].1 - 1].end], &text[all[segments[at].0].start..]))
}

/// The parts of `text` in order, each to be done now.
pub fn one_by_one(text: &str, known: &Known) -> Vec<Part> {
    let all = tokens(text);
    let segments = segments(&all, known.words);
    let read = |from: usize, to: usize| request(&all[segments[from].0..segments[to].1], text, known);
    let alone: Vec<bool> = (0..segments.len()).map(|n| read(n, n).is_some()).collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < segments.len() {
        let block_end = (at + 1..segments.len()).find(|n| alone[*n]).unwrap_or(segments.len());
        match (at..block_end).rev().find_map(|to| read(at, to).map(|asks| (to, asks))) {
            Some((to, asks)) => {
                let said = text[all[segments[at].0].start..all[segments[to].1 - 1].end].to_owned();
                out.extend(asks.into_iter().map(|ask| Part::Understood { ask: Box::new(ask), said: said.clone() }));
                at = to + 1;
            }
            None => {
                let (from, to) = segments[at];
                out.push(Part::NotUnderstood(text[all[from].start..all[to - 1].end].to_owned()));
                at += 1;
            }
        }
    }
    out
}

fn request(block: &[Token], text: &str, known: &Known) -> Option<Vec<Ask>> {
    grammar::asks(&mut Cursor::new(block, text, known))
}

// Ranges of tokens between joints.
fn segments(all: &[Token], words: &Words) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let close = |start: usize, end: usize, out: &mut Vec<(usize, usize)>| {
        if start < end {
            out.push((start, end));
        }
    };
    while at < all.len() {
        let token = &all[at];
        let literal = token.word == ":"
            && all[start..at].iter().any(|t| words.literal.contains(&t.word.as_str()) || t.word.contains('@'))
            && all.get(at + 1).is_some_and(|next| !next.quoted);
        if literal {
            close(start, all.len(), &mut out);
            return out;
        }
        if !token.quoted
            && ([",", ";", ".", "!", "?", "\n"].contains(&token.word.as_str())
                || words.joints.contains(&token.word.as_str()))
        {
            close(start, at, &mut out);
            start = at + 1;
        }
        at += 1;
    }
    close(start, all.len(), &mut out);
    out
}
