//! Which words are the parts of a request: a conditional random field over the words and their neighbours.

use crate::features::Word;
use crfs::{Attribute, Model};

/// The kinds of parts.
pub const LABELS: &[&str] = &["when", "often", "what", "who", "where", "list", "field", "address"];

/// Words that are one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Of [`LABELS`].
    pub label: &'static str,
    /// Bytes in the text.
    pub start: usize,
    /// Bytes in the text.
    pub end: usize,
}

/// The model, read once.
pub struct Tagger(Model<'static>);

impl Tagger {
    pub fn new(bytes: &'static [u8]) -> Option<Tagger> {
        Model::new(bytes).ok().map(Tagger)
    }

    /// The parts of the words of a text whose likeliest intent is `wanted`.
    pub fn read(&self, words: &[Word], wanted: &str) -> Vec<Span> {
        let rows = attributes(words, wanted);
        let Ok(tagger) = self.0.tagger() else { return Vec::new() };
        let Ok(tags) = tagger.tag(&rows) else { return Vec::new() };
        let mut out: Vec<Span> = Vec::new();
        let mut before = "";
        for (word, tag) in words.iter().zip(tags) {
            let bare = tag.get(2..).unwrap_or_default();
            let Some(label) = LABELS.iter().copied().find(|label| *label == bare) else {
                before = "";
                continue;
            };
            match out.last_mut() {
                Some(last) if tag.starts_with("I-") && before == label => last.end = word.end,
                _ => out.push(Span { label, start: word.start, end: word.end }),
            }
            before = label;
        }
        out
    }
}

/// What is known of each word.
pub fn attributes(words: &[Word], wanted: &str) -> Vec<Vec<Attribute>> {
    let text = |at: usize, by: isize| {
        at.checked_add_signed(by).and_then(|at| words.get(at)).map_or("-", |word| word.text.as_str())
    };
    (0..words.len())
        .map(|at| {
            let word = text(at, 0);
            let (before, after) = (text(at, -1), text(at, 1));
            let tail: String = word.chars().skip(word.chars().count().saturating_sub(3)).collect();
            let mut names = vec![
                format!("w={word}"),
                format!("p={before}"),
                format!("n={after}"),
                format!("pp={}", text(at, -2)),
                format!("nn={}", text(at, 2)),
                format!("pw={before}|{word}"),
                format!("wn={word}|{after}"),
                format!("t={tail}"),
                format!("i={wanted}"),
                format!("ip={wanted}|{before}"),
                "b".to_owned(),
            ];
            if word.chars().any(|c| c.is_ascii_digit()) {
                names.push("digit".to_owned());
            }
            if at == 0 {
                names.push("first".to_owned());
            }
            names.into_iter().map(|name| Attribute::new(name, 1.0)).collect()
        })
        .collect()
}
