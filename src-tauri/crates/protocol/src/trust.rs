//! Trust that is earned and advice before a task: what the journal counts, what is offered because of it, and which
//! mode fits. An offer is never taken by itself, and advice is only advice.

use crate::{ActionId, Decider, Effect, Mode, RuleDraft, RunId, Status};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a person made of the actions in one scope, counted from committed rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Evidence {
    /// Approved as shown, and ended as it should.
    pub approved: u32,
    /// Changed before it ran.
    pub edited: u32,
    /// Rejected.
    pub rejected: u32,
    /// Done and taken back.
    pub undone: u32,
    /// Done and gone wrong, wholly or in part.
    pub failed: u32,
}

impl Evidence {
    /// Everything counted.
    pub fn total(&self) -> u32 {
        self.approved + self.against()
    }

    /// What speaks against doing it unasked.
    pub fn against(&self) -> u32 {
        self.edited + self.rejected + self.undone + self.failed
    }
}

/// One action of the past, as far as trust looks at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// Which.
    pub action: ActionId,
    /// Its run.
    pub run: RunId,
    /// Hash of the tool's definition at that time.
    pub definition: String,
    /// What it did.
    pub effect: Effect,
    /// The arguments.
    pub args: serde_json::Value,
    /// How it stands.
    pub status: Status,
    /// Who settled it.
    pub by: Option<Decider>,
    /// The user put other arguments in its place.
    pub edited: bool,
    /// It is itself what the user put in the place of another.
    pub is_edit: bool,
    /// Some of it was taken back.
    pub taken_back: bool,
    /// Milliseconds between the moment when a person could first see it, or answered the one before, and the answer.
    pub looked_ms: i64,
    /// When anything last happened to it, in milliseconds since 1970 (UTC).
    pub at: i64,
}

/// A rule that the user's own answers speak for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TrustOffer {
    /// The newest action that it rests on; the offer is answered by this id.
    pub action: ActionId,
    /// The run of that action.
    pub run: RunId,
    /// The rule that it would make.
    pub draft: RuleDraft,
    /// Its sentence.
    pub sentence: String,
    /// What it rests on.
    pub evidence: Evidence,
    /// The same in words.
    pub words: String,
    /// Lower end of the 95 % interval on "you would approve", in per cent, rounded down.
    pub bound: u32,
    /// What it has to reach, in per cent.
    pub bar: u32,
    /// Cards that wait now and that it would have answered.
    pub covers: Vec<ActionId>,
}

/// What a rule that was earned rests on, and whether it still holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Earned {
    /// What it rested on when the user took it.
    pub evidence: Evidence,
    /// When it suspended itself, in milliseconds since 1970 (UTC).
    #[ts(type = "number | null")]
    pub suspended_at: Option<i64>,
}

/// How much of something the user wants or expects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Little.
    Low,
    /// As usual.
    #[default]
    Medium,
    /// Much.
    High,
}

impl Level {
    /// Every level, from low to high.
    pub const ALL: &'static [Level] = &[Level::Low, Level::Medium, Level::High];
}

/// Which mode fits a task, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Advice {
    /// The mode.
    pub mode: Mode,
    /// One sentence.
    pub sentence: String,
    /// What it follows from, a sentence each.
    pub why: Vec<String>,
    /// What would still ask in that mode, a few words each.
    pub asks: Vec<String>,
    /// What the run may use up before it pauses.
    pub budget: String,
}
