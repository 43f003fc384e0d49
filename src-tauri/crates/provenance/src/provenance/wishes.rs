//! What the user asked for, in deeds: the words of their texts, without what stands in quotes, as the verbs and nouns
//! that they are forms of.

use super::wording::{asks_only, unquoted};
use super::{Known, normal::folded};
use crate::reading::lexicon::forms;
use std::collections::HashSet;

/// Words for all there is. As a target they name nothing in particular.
const BULK: &str = "all any every everything everyone everybody anyone anybody each entire whole both alle alles jeder tous \
    tout todos todo tutti tutto wszystko wszystkie wszyscy";

/// Longer words of one text whose parts are looked at.
const MOST_WITHIN: usize = 200;

/// The words that were spoken, in every form that they could be one of.
#[derive(Debug, Clone, Default)]
pub(super) struct Wishes {
    spoken: HashSet<String>,
    /// Words within a longer one, "research-sharing", beside it: a wish, or the name of a thing.
    within: Vec<(String, HashSet<String>)>,
    /// Whether a sentence that asks for a change speaks of all there is.
    of_all: bool,
}

impl Wishes {
    pub(super) fn add(&mut self, text: &str) {
        for sentence in unquoted(text).split_inclusive(['.', '?', '!', '\n']) {
            let lower = sentence.to_lowercase();
            let words = || lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            self.of_all |= words().any(|word| BULK.split(' ').any(|bulk| bulk == word)) && !asks_only(sentence);
            for run in lower.split_whitespace().map(|run| run.trim_matches(|c: char| !c.is_alphanumeric())) {
                let parts = || run.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
                if parts().count() > 1 && self.within.len() < MOST_WITHIN {
                    self.within.push((folded(run), parts().flat_map(forms).collect()));
                } else {
                    self.spoken.extend(parts().flat_map(forms));
                }
            }
        }
    }
}

/// Whether a value names all there is and nothing in particular.
pub(crate) fn bulk(value: &str) -> bool {
    let value = value.trim().trim_start_matches('@').to_lowercase();
    let mut words = value.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    let signs = !value.is_empty() && words.peek().is_none() && value.chars().any(|c| "*%".contains(c));
    signs
        || words.next().is_some_and(|word| {
            BULK.split(' ').any(|bulk| bulk == word) || matches!(word, "here" | "channel" if value.len() < 8)
        })
}

impl Known {
    /// Whether the user, outside quotes, used one of these words (with spaces between) in any form.
    pub fn speaks_of(&self, words: &str) -> bool {
        words.split(' ').any(|word| self.spoken(word))
    }

    // What things are called by where they are kept is their name, and no word in it a wish.
    fn spoken(&self, word: &str) -> bool {
        let name = |run: &str| self.others.find(run).is_some() || self.own.find(run).is_some();
        self.wishes.spoken.contains(word)
            || self.wishes.within.iter().any(|(run, parts)| parts.contains(word) && !name(run))
    }

    /// Whether the user, outside quotes, used a word of which this is a form: "declined" where they wrote "decline".
    pub fn speaks_as(&self, word: &str) -> bool {
        forms(word).iter().any(|form| self.spoken(form))
    }

    /// Whether the user asked for something to be done to all there is.
    pub fn asks_of_all(&self) -> bool {
        self.wishes.of_all
    }
}
