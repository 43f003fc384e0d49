//! The head of the chain, kept where an editor of the file cannot reach: the chain alone cannot tell that its tail was
//! cut, that it was made anew from some point, or that an older copy was put back. The anchor can, up to where it is.

use crate::{
    error::Result,
    event::{self, Head},
    journal::Journal,
};
use assent_protocol::canonical::hex;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Events between two anchors.
const EVERY: i64 = 200;

/// Where the head of the chain is kept: the system's keychain, or a stand-in in tests.
/// The value is JSON: `{"seq": 412, "hash": "<hex>", "from": 0}`.
pub trait Anchor: Send + Sync {
    /// What was stored last; `None` when nothing ever was.
    ///
    /// # Errors
    /// In words, when the keychain is locked or missing.
    fn load(&self) -> std::result::Result<Option<String>, String>;

    /// Keeps `head` instead of what was stored before.
    ///
    /// # Errors
    /// In words, when the keychain is locked or missing.
    fn store(&self, head: &str) -> std::result::Result<(), String>;
}

/// What the anchor holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    pub seq: i64,
    pub hash: String,
    /// The event up to which nothing was anchored when this anchor was begun: 0 when it was there from the start.
    #[serde(default)]
    pub from: i64,
}

/// How the file and the anchor stand to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Held {
    /// The chain has the anchored event.
    Fits(Mark),
    /// Nothing was stored.
    Nothing,
    /// The chain does not have the anchored event.
    Differs(Mark),
    /// Something was stored that is not an anchor.
    Unreadable,
    /// The keychain does not answer; why.
    Silent(String),
}

pub(crate) struct Anchoring {
    anchor: Arc<dyn Anchor>,
    state: Mutex<State>,
}

struct State {
    held: Held,
    // What a first anchor would be `from`.
    from: i64,
    // Where storing was last tried, so that a locked keychain is not asked at every event.
    tried: i64,
    failing: bool,
}

impl Anchoring {
    /// Compares the file with the anchor; a new file is anchored at once.
    pub(crate) fn begin(anchor: Arc<dyn Anchor>, connection: &Connection, made: bool) -> Result<Anchoring> {
        let held = compare(&*anchor, connection)?;
        let head = event::head(connection)?;
        let from = if made { 0 } else { head.seq };
        let anchoring = Anchoring { anchor, state: Mutex::new(State { held, from, tried: head.seq, failing: false }) };
        let begins = matches!(anchoring.state().held, Held::Nothing);
        if made && begins {
            anchoring.store(&mut anchoring.state(), &head);
        }
        Ok(anchoring)
    }

    /// After a commit: every 200 events the head is stored.
    pub(crate) fn moved_to(&self, head: &Head) {
        let mut state = self.state();
        let last = match &state.held {
            Held::Fits(mark) => mark.seq.max(state.tried),
            Held::Nothing => state.tried,
            _ => return,
        };
        if head.seq >= last + EVERY {
            self.store(&mut state, head);
        }
    }

    fn store(&self, state: &mut State, head: &Head) -> bool {
        let from = match &state.held {
            // An older head must not overtake a newer one.
            Held::Fits(mark) if mark.seq >= head.seq => return !state.failing,
            Held::Fits(mark) => mark.from,
            Held::Nothing => state.from,
            // What tells of a cut or a swap is never written over.
            Held::Differs(_) | Held::Unreadable | Held::Silent(_) => return false,
        };
        let mark = Mark { seq: head.seq, hash: hex(&head.hash), from };
        state.tried = head.seq;
        let stored = serde_json::to_string(&mark).is_ok_and(|text| self.anchor.store(&text).is_ok());
        state.failing = !stored;
        if stored {
            state.held = Held::Fits(mark);
        }
        stored
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the keychain anew.
    pub(crate) fn look(&self, connection: &Connection) -> Result<Held> {
        compare(&*self.anchor, connection)
    }
}

impl Journal {
    /// Stores the head of the chain now: when idle and at exit. False when the keychain does not answer, or holds a
    /// head that this file does not have: that is never written over, except by [`Journal::acknowledge`].
    pub fn anchor_now(&self) -> bool {
        let Ok(head) = self.read(event::head) else { return false };
        // A keychain that was locked before may have been opened since; what it holds is looked at first.
        let silent = matches!(self.anchoring.state().held, Held::Silent(_));
        let found = if silent { self.read(|connection| self.anchoring.look(connection)).ok() } else { None };
        let mut state = self.anchoring.state();
        if let Some(held) = found {
            state.held = held;
        }
        self.anchoring.store(&mut state, &head)
    }

    /// Whether the keychain holds a head that this file has, and took the last one given to it.
    pub fn anchored(&self) -> bool {
        let state = self.anchoring.state();
        matches!(state.held, Held::Fits(_)) && !state.failing
    }

    /// The user has seen what `verify` says about the anchor or an alarm, and goes on from here: an event says so,
    /// and the head is anchored anew. What lies before stays named as not anchored.
    ///
    /// # Errors
    /// When the event cannot be written.
    pub fn acknowledge(&self, now: i64) -> Result<bool> {
        self.write(|tx| {
            let before = match self.anchoring.look(tx)? {
                Held::Fits(mark) | Held::Differs(mark) => json!(mark),
                Held::Nothing | Held::Unreadable | Held::Silent(_) => json!(null),
            };
            event::append(tx, now, "acknowledged", "journal", json!({"anchor": before}), &[])
        })?;
        let head = self.read(event::head)?;
        let mut state = self.anchoring.state();
        state.from = head.seq;
        state.held = Held::Nothing;
        Ok(self.anchoring.store(&mut state, &head))
    }
}

fn compare(anchor: &dyn Anchor, connection: &Connection) -> Result<Held> {
    let text = match anchor.load() {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(Held::Nothing),
        Err(why) => return Ok(Held::Silent(why)),
    };
    let Ok(mark) = serde_json::from_str::<Mark>(&text) else { return Ok(Held::Unreadable) };
    let fits = event::hash_at(connection, mark.seq)?.is_some_and(|hash| hex(&hash) == mark.hash);
    Ok(if fits { Held::Fits(mark) } else { Held::Differs(mark) })
}
