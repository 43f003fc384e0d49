//! A trained reader of requests: what is wanted, of a closed list of intents, and which words are its parts, each with a
//! confidence. It knows nothing about what is done with that.
//!
//! What is wanted comes from a softmax over hashed word and character n-grams, the parts from a conditional random field.
//! Both are in `weights/`, with where they come from, and are made anew by `cargo xtask train --data DIR`.

mod features;
mod intents;
mod parts;
pub mod train;

pub use intents::INTENTS;
pub use parts::{LABELS, Span};

use std::sync::OnceLock;

const INTENT_WEIGHTS: &[u8] = include_bytes!("../weights/intents.bin");
const PART_WEIGHTS: &[u8] = include_bytes!("../weights/parts.crf");

/// What a text was read as.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// Intents of [`INTENTS`] with their probabilities, likeliest first. They come to 1.
    pub intents: Vec<(&'static str, f32)>,
    /// The parts, in the order of the text.
    pub spans: Vec<Span>,
}

/// Reads `text`, of which only the first 400 bytes count: nobody asks for one thing in more words.
pub fn read(text: &str) -> Reading {
    let text = features::beginning(text);
    let words = features::words(text);
    let weights = intents::Weights::new(INTENT_WEIGHTS);
    let intents = weights.read(&features::ngrams(&words));
    let wanted = intents.first().map_or("", |(name, _)| *name);
    Reading { spans: tagger().map(|tagger| tagger.read(&words, wanted)).unwrap_or_default(), intents }
}

fn tagger() -> Option<&'static parts::Tagger> {
    static TAGGER: OnceLock<Option<parts::Tagger>> = OnceLock::new();
    TAGGER.get_or_init(|| parts::Tagger::new(PART_WEIGHTS)).as_ref()
}
