//! What happened while the user was away, and what an automation would have done before it is switched on.

use crate::{ActionId, AutomationId, FiringId, FiringStatus, RuleId, RunId, Triage, UndoState};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One line of a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DigestLine {
    /// What it is about, in a sentence.
    pub text: String,
    /// How many times.
    pub count: u32,
    /// The automation whose it is.
    pub automation: Option<AutomationId>,
    /// The firing.
    pub firing: Option<FiringId>,
    /// The run.
    pub run: Option<RunId>,
    /// The action.
    pub action: Option<ActionId>,
    /// Milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub at: i64,
}

/// An action that ran without anybody being asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnaskedLine {
    /// Which.
    pub action: ActionId,
    /// Its run.
    pub run: RunId,
    /// The automation whose run it is.
    pub automation: Option<AutomationId>,
    /// What it did.
    pub title: String,
    /// The rule that allowed it; none where the mode did.
    pub rule: Option<RuleId>,
    /// By which rule or mode, in words.
    pub because: String,
    /// Whether it can be undone.
    pub undo: UndoState,
}

/// What happened since the user last looked. Every firing and every run is in one list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Digest {
    /// From when, in milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub since: i64,
    /// Until when.
    #[ts(type = "number")]
    pub until: i64,
    /// "12 done, 2 wait for you, 1 expired".
    pub words: String,
    /// Runs that ended by themselves.
    pub done: Vec<DigestLine>,
    /// Runs that wait for the user or are under way, and missed times that ask.
    pub waiting: Vec<DigestLine>,
    /// Cards that nobody answered in time.
    pub expired: Vec<DigestLine>,
    /// Runs that failed or were stopped, actions whose outcome nobody knows, and what could not be watched.
    pub failed: Vec<DigestLine>,
    /// Requests that were not understood, so that nothing was done.
    #[serde(default)]
    pub not_understood: Vec<DigestLine>,
    /// Firings that led to nothing: missed, overlapped, over the cap, slept through.
    pub skipped: Vec<DigestLine>,
    /// What triage noted.
    pub noted: Vec<DigestLine>,
    /// What triage left, counted.
    pub dropped: u32,
    /// What ran unasked, and why it might.
    pub unasked: Vec<UnaskedLine>,
}

/// One event of the past, and what it would have led to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LookedBack {
    /// When, in milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub at: i64,
    /// What happened.
    pub what: String,
    /// What triage would have said.
    pub triage: Triage,
    /// What would have become of it.
    pub status: FiringStatus,
    /// Why, in a sentence.
    pub reason: String,
}

/// A dry look back: nothing of it happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LookBack {
    /// The last events, newest first.
    pub events: Vec<LookedBack>,
    /// What a run of it would do, as far as it can be told before.
    pub would: String,
}
