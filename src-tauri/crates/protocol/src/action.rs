//! An action on its way from proposal to outcome, as the journal keeps it and the front ends show it.

use crate::{ActionId, Facts, RuleId, RunId, Verdict};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Where an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Refused by the floor, a rule, or as malformed.
    Denied,
    /// Settled with yes by a rule or the mode.
    Allowed,
    /// Part of a plan that does not run.
    Suggested,
    /// A card.
    Waiting,
    /// The user said yes.
    Approved,
    /// The user said no.
    Rejected,
    /// Nobody answered in time.
    Expired,
    /// No longer wanted before it was answered.
    Withdrawn,
    /// Replaced by an edited action.
    Superseded,
    /// Approved, and waiting out its hold.
    Held,
    /// Taken back during its hold.
    Recalled,
    /// Settled with yes, but a freeze came before the start.
    Frozen,
    /// Its one attempt has begun.
    Started,
    /// Ended as it should.
    Succeeded,
    /// Some items did, some did not.
    Partly,
    /// Ended without its effect.
    Failed,
    /// Stopped on the way.
    Cancelled,
    /// Nobody knows how it ended.
    Unknown,
    /// Taken back.
    Undone,
    /// Settled with yes for an agent elsewhere, which was told so. Assent did not run it and does not know how it ended.
    HandedOver,
}

impl Status {
    /// Whether nothing more will happen by itself.
    pub fn settled(self) -> bool {
        !matches!(self, Status::Allowed | Status::Waiting | Status::Approved | Status::Held | Status::Started)
    }

    /// The snake_case name, as in the journal and in `--json`.
    pub fn name(self) -> &'static str {
        match self {
            Status::Denied => "denied",
            Status::Allowed => "allowed",
            Status::Suggested => "suggested",
            Status::Waiting => "waiting",
            Status::Approved => "approved",
            Status::Rejected => "rejected",
            Status::Expired => "expired",
            Status::Withdrawn => "withdrawn",
            Status::Superseded => "superseded",
            Status::Held => "held",
            Status::Recalled => "recalled",
            Status::Frozen => "frozen",
            Status::Started => "started",
            Status::Succeeded => "succeeded",
            Status::Partly => "partly",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
            Status::Unknown => "unknown",
            Status::Undone => "undone",
            Status::HandedOver => "handed_over",
        }
    }

    /// The inverse of [`Status::name`].
    pub fn parse(name: &str) -> Option<Status> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}

/// Who or what settled an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Decider {
    /// The person, in the window or the terminal.
    User,
    /// The person, by `--approve all`.
    Flag,
    /// A rule.
    Rule {
        /// Which.
        rule: RuleId,
    },
    /// The task's mode.
    Mode,
    /// The floor.
    Floor,
    /// Nobody in time.
    Expiry,
    /// A freeze.
    Freeze,
}

impl Decider {
    /// One word: `user`, `flag`, `rule`, `mode`, `floor`, `expiry` or `freeze`.
    pub fn name(&self) -> &'static str {
        match self {
            Decider::User => "user",
            Decider::Flag => "flag",
            Decider::Rule { .. } => "rule",
            Decider::Mode => "mode",
            Decider::Floor => "floor",
            Decider::Expiry => "expiry",
            Decider::Freeze => "freeze",
        }
    }
}

/// How an action was settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Decision {
    /// By whom.
    pub by: Decider,
    /// When, in milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub at: i64,
    /// The digest it is bound to (hex SHA-256).
    pub digest: String,
    /// The user's reason, if one was given.
    pub reason: Option<String>,
}

/// What one item of a batch came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ItemOutcome {
    /// Position in the batch, from 0.
    pub item: u32,
    /// succeeded, failed, cancelled or unknown.
    pub status: Status,
    /// What went wrong, in a sentence.
    pub note: Option<String>,
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffLine {
    /// `" "`, `"+"` or `"-"`.
    pub sign: String,
    /// The line, hidden characters made visible.
    pub text: String,
}

/// What is now and what would be, for one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Pair {
    /// Position in the batch.
    pub item: u32,
    /// Now; empty for something new.
    pub before: String,
    /// Then; empty for something taken away.
    pub after: String,
    /// A few words more: a size, why it is there.
    pub note: Option<String>,
}

/// What the card shows of the effect. Texts are whole; hidden characters are made visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Preview {
    /// Items with before and after.
    Pairs {
        /// One an item.
        rows: Vec<Pair>,
    },
    /// A difference of one text.
    Lines {
        /// What is changed.
        subject: String,
        /// All lines.
        lines: Vec<DiffLine>,
    },
    /// Names and values.
    Fields {
        /// Name, value.
        rows: Vec<(String, String)>,
    },
}

/// Whether and how an action can be undone now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "undo", rename_all = "snake_case")]
pub enum UndoState {
    /// There is nothing to undo.
    Nothing,
    /// It can be undone.
    Ready,
    /// It was.
    Done,
    /// It cannot, because.
    Cannot {
        /// The reason.
        because: String,
    },
}

/// Everything about one action. This is the card, the step in the timeline and the row in the history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Action {
    /// Its id.
    pub id: ActionId,
    /// The run it belongs to.
    pub run: RunId,
    /// The model's own id for the call.
    pub call: String,
    /// The tool's name, as `files.move`.
    pub tool: String,
    /// Verb and object, made by code.
    pub title: String,
    /// The exact arguments, canonical.
    #[ts(type = "unknown")]
    pub args: serde_json::Value,
    /// Hex SHA-256 over call, definition, targets and their state.
    pub digest: String,
    /// Where it stands.
    pub status: Status,
    /// What the code found out.
    pub facts: Facts,
    /// What the decision core said.
    pub verdict: Verdict,
    /// What would happen, for the eye.
    pub preview: Preview,
    /// How it was settled.
    pub decision: Option<Decision>,
    /// What each item came to, once it ended.
    pub outcomes: Vec<ItemOutcome>,
    /// One sentence on how it ended.
    pub note: Option<String>,
    /// Undo.
    pub undo: UndoState,
    /// The agent's own words about it.
    pub says: Option<String>,
    /// The action that this one is an edit of.
    pub edit_of: Option<ActionId>,
    /// Milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub proposed_at: i64,
    /// When the card lapses.
    #[ts(type = "number | null")]
    pub expires_at: Option<i64>,
    /// When it ended.
    #[ts(type = "number | null")]
    pub ended_at: Option<i64>,
    /// While it is held: when it starts, if its task goes on. Past that, the hold begins again once the task does.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub held_until: Option<i64>,
}
