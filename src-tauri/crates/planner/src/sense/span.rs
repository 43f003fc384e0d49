//! Finds the time in a sentence, and what is left of the sentence without it.

use crate::when::{belongs, is_days, length, repeat};
use assent_reader::Span;
use std::ops::Range;

/// The most words of one time.
const LONGEST: usize = 9;

/// A word with the bytes that it stands for.
pub struct Bit<'a> {
    pub text: &'a str,
    pub at: Range<usize>,
}

/// The words of `said`, without marks around them.
pub fn bits(said: &str) -> Vec<Bit<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    for raw in said.split_whitespace() {
        let start = at + said[at..].find(raw).unwrap_or_default();
        at = start + raw.len();
        let bare = raw.trim_matches([',', '.', '!', '?', ';', ':', '"', '“', '”']);
        if !bare.is_empty() {
            let start = start + raw.find(bare).unwrap_or_default();
            out.push(Bit { text: bare, at: start..start + bare.len() });
        }
    }
    out
}

/// The bytes of the time in `said`: the longest run of words that is one. Of two that are as long the one that the trained
/// reader marked, else the last.
pub fn time(said: &str, spans: &[Span]) -> Option<Range<usize>> {
    let bits = bits(said);
    let marked = |at: &Range<usize>| {
        spans.iter().any(|span| ["when", "often"].contains(&span.label) && span.start < at.end && at.start < span.end)
    };
    let mut best: Option<(usize, bool, Range<usize>)> = None;
    for from in 0..bits.len() {
        let run = bits[from..].iter().take(LONGEST).take_while(|bit| belongs(bit.text)).count();
        for to in (from + 1..=from + run).rev() {
            let at = bits[from].at.start..bits[to - 1].at.end;
            let spoken = &said[at.clone()];
            if !(is_days(spoken) || repeat(spoken).is_some()) {
                continue;
            }
            let found = (to - from, marked(&at), at);
            if best.as_ref().is_none_or(|best| (found.0, found.1) >= (best.0, best.1)) {
                best = Some(found);
            }
            break;
        }
    }
    best.map(|(.., at)| at)
}

/// The bytes of a bare length ("10 minutes"), for what counts from now.
pub fn lasting(said: &str) -> Option<Range<usize>> {
    let bits = bits(said);
    (0..bits.len()).find_map(|from| {
        (from + 1..=bits.len().min(from + 5)).rev().find_map(|to| {
            let at = bits[from].at.start..bits[to - 1].at.end;
            length(&said[at.clone()]).then_some(at)
        })
    })
}

/// `said` without the bytes of `gone`, blanks and marks at the seam made one.
pub fn without(said: &str, gone: Option<&Range<usize>>) -> String {
    let Some(gone) = gone else { return said.trim().to_owned() };
    let (before, after) = (&said[..gone.start], &said[gone.end..]);
    let before = before.trim_end();
    let before = ["at", "on", "by", "for", "from", "around", "about", "in"]
        .iter()
        .find_map(|word| before.strip_suffix(word).filter(|rest| rest.is_empty() || rest.ends_with(' ')))
        .unwrap_or(before);
    let joined = format!("{} {}", before.trim_end(), after.trim_start_matches([' ', ',', ':', '-']));
    joined.trim().to_owned()
}

/// The words that the trained reader marked as `label`, joined.
pub fn marked(said: &str, spans: &[Span], label: &str) -> Option<String> {
    let found: Vec<&str> =
        spans.iter().filter(|span| span.label == label).filter_map(|span| said.get(span.start..span.end)).collect();
    (!found.is_empty()).then(|| found.join(" "))
}
