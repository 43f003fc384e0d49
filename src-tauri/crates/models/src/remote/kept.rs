//! What a provider gives beside words and calls and must get back: reasoning items and signatures, byte for byte, in
//! their places. It goes back only to the model that made it.

use super::draft::Part;
use assent_protocol::ProposedCall;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The parts of one reply in order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Kept {
    /// Interface and model that made it.
    pub by: String,
    /// A digest of everything that was sent before it.
    pub before: String,
    /// The parts.
    pub parts: Vec<KeptPart>,
}

/// One part; texts and calls stand in the turn itself, of which these are the places.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeptPart {
    /// The provider's own item.
    Own(Box<RawValue>),
    /// So many bytes of the turn's text.
    Text { bytes: usize, mark: Option<String> },
    /// The next call.
    Call { mark: Option<String> },
}

/// One part of a turn that goes back.
#[derive(Debug)]
pub enum Piece<'a> {
    Own(&'a RawValue),
    Text { text: &'a str, mark: Option<&'a str> },
    Call { call: &'a ProposedCall, mark: Option<&'a str> },
}

impl Kept {
    /// Nothing yet, of this model after this conversation.
    pub fn new(by: String, before: String) -> Kept {
        Kept { by, before, parts: Vec::new() }
    }

    /// What is to be kept of these parts; nothing where words and calls say it all, or where nothing was called: a
    /// provider asks for its items back only while a call is being answered.
    pub fn of(mut self, parts: &[Part]) -> Option<String> {
        let called = parts.iter().any(|part| matches!(part, Part::Call(_)));
        let special = parts.iter().any(|part| match part {
            Part::Own(_) => true,
            Part::Text { mark, .. } => mark.is_some(),
            Part::Call(call) => call.mark.is_some(),
        });
        if !called || !special {
            return None;
        }
        self.parts = parts
            .iter()
            .map(|part| match part {
                Part::Own(item) => KeptPart::Own(item.clone()),
                Part::Text { text, mark } => KeptPart::Text { bytes: text.len(), mark: mark.clone() },
                Part::Call(call) => KeptPart::Call { mark: call.mark.clone() },
            })
            .collect();
        serde_json::to_string(&self).ok()
    }

    /// The turn's words and calls with what was kept in its place; `own` says whether the provider's items go along.
    pub fn pieces<'a>(&'a self, text: &'a str, calls: &'a [ProposedCall], own: bool) -> Vec<Piece<'a>> {
        let (mut at, mut rest) = (0, calls.iter());
        let mut out = Vec::new();
        for part in &self.parts {
            match part {
                KeptPart::Own(item) if own => out.push(Piece::Own(item)),
                KeptPart::Own(_) => {}
                KeptPart::Text { bytes, mark } => {
                    // A shortened turn has fewer bytes than were kept.
                    let end = (at + bytes).min(text.len());
                    let words = text.get(at..end).unwrap_or_default();
                    at = end;
                    if !words.is_empty() || mark.is_some() {
                        out.push(Piece::Text { text: words, mark: mark.as_deref() });
                    }
                }
                KeptPart::Call { mark } => {
                    out.extend(rest.next().map(|call| Piece::Call { call, mark: mark.as_deref() }));
                }
            }
        }
        out.extend(rest.map(|call| Piece::Call { call, mark: None }));
        out
    }
}

/// A turn of which nothing was kept.
pub fn plain_pieces<'a>(text: &'a str, calls: &'a [ProposedCall]) -> Vec<Piece<'a>> {
    let words = (!text.is_empty()).then_some(Piece::Text { text, mark: None });
    words.into_iter().chain(calls.iter().map(|call| Piece::Call { call, mark: None })).collect()
}
