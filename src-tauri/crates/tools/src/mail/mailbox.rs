//! What a mailbox can do, whoever keeps it: a server, or a folder of files. Nothing here decides whether it may be done.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Letters that one search gives back at most.
pub const MOST_FOUND: usize = 50;
/// What is read of one letter at most; the rest of a longer one stays on the server.
pub const MOST_LETTER: usize = 2 * 1024 * 1024;

/// Where a letter lies. As text `INBOX:7:42`: folder, the folder's generation, number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The folder.
    pub folder: String,
    /// Numbers of one generation are never used twice.
    pub generation: u32,
    /// The number in the folder.
    pub number: u32,
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.folder, self.generation, self.number)
    }
}

impl At {
    /// The inverse of its text.
    pub fn parse(text: &str) -> Option<At> {
        let mut parts = text.rsplitn(3, ':');
        let number = parts.next()?.parse().ok()?;
        let generation = parts.next()?.parse().ok()?;
        let folder = parts.next().filter(|folder| !folder.is_empty())?.to_owned();
        Some(At { folder, generation, number })
    }
}

/// A letter in a list, as its sender wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// Where it lies.
    pub at: At,
    /// Its header: From, To, Cc, Subject, Date, Message-ID, as bytes.
    pub header: Vec<u8>,
    /// Whether it was read.
    pub seen: bool,
    /// Whether it is flagged.
    pub flagged: bool,
    /// Bytes of the whole letter.
    pub size: u64,
}

/// A letter, or the beginning of a long one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// At most [`MOST_LETTER`] bytes.
    pub bytes: Vec<u8>,
    /// Bytes of the whole letter.
    pub size: u64,
    /// Whether it was read.
    pub seen: bool,
    /// Whether it is flagged.
    pub flagged: bool,
}

/// What to look for. All of what is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The folder; the inbox where none is given.
    pub folder: Option<String>,
    /// Words anywhere in the letter.
    pub words: Option<String>,
    /// Part of the sender.
    pub from: Option<String>,
    /// Part of a recipient.
    pub to: Option<String>,
    /// Part of the subject.
    pub subject: Option<String>,
    /// On or after this day, `2026-11-23`.
    pub since: Option<String>,
    /// Only those that were not read, or only those that were.
    pub unread: Option<bool>,
}

/// What a letter can be marked as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flag {
    /// Read.
    Seen,
    /// Flagged.
    Flagged,
}

/// A folder with a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Of letters that were sent.
    Sent,
    /// Of letters that are being written.
    Drafts,
}

/// Why something in a mailbox did not work, in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nothing was done.
    #[error("{0}")]
    Refused(String),
    /// It was cut off on the way; what happened is not known.
    #[error("{0}")]
    Lost(String),
}

/// A mailbox. All calls are blocking.
pub trait Mailbox: Send + Sync {
    /// Folders by name.
    fn folders(&self) -> Result<Vec<String>, Trouble>;

    /// The folder that is used for this; made where there is none.
    fn folder_for(&self, purpose: Use) -> Result<String, Trouble>;

    /// The newest letters that fit, at most [`MOST_FOUND`], and how many there are in all.
    fn search(&self, query: &Query) -> Result<(Vec<Heading>, usize), Trouble>;

    /// What arrived in a folder behind this place, oldest first, at most [`MOST_FOUND`]; and the place to look behind next
    /// time. With no place, or where the folder was made anew, nothing counts as new.
    fn arrived(&self, folder: &str, behind: Option<&At>) -> Result<(At, Vec<At>), Trouble>;

    /// A letter, without marking it as read.
    fn read(&self, at: &At) -> Result<Raw, Trouble>;

    /// Moves a letter and says where it lies now.
    fn move_to(&self, at: &At, folder: &str) -> Result<At, Trouble>;

    /// Sets or takes away a mark.
    fn mark(&self, at: &At, flag: Flag, on: bool) -> Result<(), Trouble>;

    /// Puts a letter into a folder and says where it lies. It must have a Message-ID of its own.
    fn append(&self, folder: &str, letter: &[u8], draft: bool) -> Result<At, Trouble>;

    /// Takes a letter out for good: only for a draft that was made a moment ago.
    fn remove(&self, at: &At) -> Result<(), Trouble>;

    /// The letter of this Message-ID in a folder.
    fn find(&self, folder: &str, message_id: &str) -> Result<Option<At>, Trouble>;

    /// The letter of this Message-ID, in whichever folder.
    fn find_anywhere(&self, message_id: &str) -> Result<Option<At>, Trouble>;

    /// Whether a letter to this address was sent before.
    fn wrote_to(&self, address: &str) -> Result<bool, Trouble>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_place_reads_back_and_nothing_else_does() {
        let at = At { folder: "Old: mail".into(), generation: 7, number: 42 };
        assert_eq!(at.to_string(), "Old: mail:7:42");
        assert_eq!(At::parse("Old: mail:7:42"), Some(at));
        for text in ["", "INBOX", "INBOX:1", ":1:2", "INBOX:x:2", "INBOX:1:-2"] {
            assert_eq!(At::parse(text), None, "{text}");
        }
    }
}
