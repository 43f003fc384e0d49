//! The seam to whoever shows things: the window, the terminal, or a test. It grows only when a command needs something new.

use assent_protocol::{ActionId, wire::Change};

/// What a person should be told even when they are not looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// One for each run: a later notice with the same key takes the place of the earlier.
    pub key: String,
    /// What it is about.
    pub title: String,
    /// A few fixed words; never the contents of anything.
    pub body: String,
    /// The card to open.
    pub action: Option<ActionId>,
    /// An escalation.
    pub urgent: bool,
}

/// What the engine needs of the program around it.
pub trait Host: Send + Sync {
    /// Milliseconds since 1970 (UTC).
    fn now(&self) -> i64;
    /// IANA name of the user's time zone.
    fn zone(&self) -> String;
    /// Something changed; called after it is committed.
    fn changed(&self, change: Change);
    /// Tell the person. Called after the card is committed.
    fn notify(&self, notice: Notice);
    /// What [`Host::notify`] said under this key is settled.
    fn withdraw(&self, key: &str);
}
