//! The accounts that the mail tools work with, and what is the same for all of them: which account is meant, how a
//! result is labelled, what kind of trouble ends in which error.

use super::{
    letter,
    mailbox::{At, Mailbox, Raw, Trouble},
};
use crate::words::say;
use assent_agent::{Target, ToolError, ToolFacts};
use assent_protocol::{
    Effect, ItemOutcome, Preview, Provenance, Reach, Reversal, Status, canonical::hex, visible::visible,
};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Letters that one call changes at most.
pub const MOST_LETTERS: usize = 100;

/// Hands a letter over to be sent.
pub trait Post: Send + Sync {
    /// Sends it to these addresses.
    ///
    /// # Errors
    /// [`Trouble::Refused`] when it was not taken, [`Trouble::Lost`] when it may have been.
    fn send(&self, from: &str, to: &[String], letter: &[u8]) -> Result<(), Trouble>;
}

impl Post for super::smtp::Smtp {
    fn send(&self, from: &str, to: &[String], letter: &[u8]) -> Result<(), Trouble> {
        super::smtp::Smtp::send(self, from, to, letter)
    }
}

/// One account of letters.
#[derive(Clone)]
pub struct MailAccount {
    /// What the user calls it.
    pub name: String,
    /// The user's own address in it.
    pub address: String,
    /// Where its letters lie.
    pub mailbox: Arc<dyn Mailbox>,
    /// How it sends.
    pub post: Arc<dyn Post>,
}

/// Every account of letters that is switched on.
#[derive(Clone)]
pub struct Desk(pub Arc<Vec<MailAccount>>);

impl Desk {
    /// The account that a call means: the one it names, else the only one.
    ///
    /// # Errors
    /// `BadInput` with the names there are.
    pub fn account(&self, name: Option<&str>) -> Result<&MailAccount, ToolError> {
        let names = || self.0.iter().map(|account| account.name.as_str()).collect::<Vec<_>>().join(", ");
        match (name, self.0.as_slice()) {
            (None, [only]) => Ok(only),
            (Some(name), all) => all.iter().find(|account| account.name == name).ok_or_else(|| {
                ToolError::BadInput(say("mail.account.unknown", &[("name", &visible(name)), ("names", &names())]))
            }),
            (None, _) => Err(ToolError::BadInput(say("mail.account.which", &[("names", &names())]))),
        }
    }
}

impl MailAccount {
    /// The account in words, as it stands on cards.
    pub fn words(&self) -> String {
        say("mail.account.words", &[("name", &self.name), ("address", &visible(&self.address))])
    }

    /// What is read from the whole mailbox.
    pub fn source(&self) -> String {
        say("mail.source.list", &[("name", &self.name)])
    }

    /// The letters of these ids, each read once, with its hash.
    ///
    /// # Errors
    /// `BadInput` for none, too many, or one that is not there.
    pub fn letters(&self, ids: &[String]) -> Result<Vec<(At, Raw, String)>, ToolError> {
        if ids.is_empty() || ids.len() > MOST_LETTERS {
            return Err(ToolError::BadInput(say("mail.letters.count", &[("most", &MOST_LETTERS.to_string())])));
        }
        ids.iter()
            .map(|id| {
                let at = At::parse(id)
                    .ok_or_else(|| ToolError::BadInput(say("mail.trouble.gone", &[("letter", &visible(id))])))?;
                let raw = self.mailbox.read(&at).map_err(failed)?;
                let hash = sha(&raw.bytes);
                Ok((at, raw, hash))
            })
            .collect()
    }

    /// The facts that every tool of an account begins with.
    pub fn facts(&self, title: String, effect: Effect, rows: Vec<(String, String)>) -> ToolFacts {
        let changes = effect != Effect::Observe;
        ToolFacts {
            title,
            effect,
            reversal: if effect == Effect::Send { Reversal::None } else { Reversal::Undoable },
            inspectable: true,
            targets: Vec::new(),
            items: u32::from(changes),
            bytes: 0,
            preview: Preview::Fields { rows },
            provenance: (!changes).then_some(Provenance::Untrusted),
            account: Some(self.words()),
        }
    }
}

/// Where a letter comes from, as the label of what is read in it.
pub fn source_of(bytes: &[u8]) -> String {
    let from = letter::sender(bytes);
    let key = if from.is_empty() { "mail.source.nobody" } else { "mail.source.letter" };
    say(key, &[("from", &visible(&from))])
}

/// One target of a call.
pub fn target(field: String, shown: &str, state: String) -> Target {
    Target { field, shown: shown.to_owned(), state, reach: Reach::Inside }
}

/// The hash of some bytes.
pub fn sha(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Trouble before anything was done.
pub fn failed(trouble: Trouble) -> ToolError {
    ToolError::Failed(trouble.to_string())
}

/// How one item of a change ended.
pub fn outcome(item: usize, done: Result<(), Trouble>) -> ItemOutcome {
    let (status, note) = match done {
        Ok(()) => (Status::Succeeded, None),
        Err(Trouble::Refused(note)) => (Status::Failed, Some(note)),
        Err(Trouble::Lost(note)) => (Status::Unknown, Some(note)),
    };
    ItemOutcome { item: u32::try_from(item).unwrap_or(u32::MAX), status, note }
}
