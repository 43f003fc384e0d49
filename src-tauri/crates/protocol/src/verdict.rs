//! The decision core's answer to the facts, with reasons that the sentence on the card is made from.

use crate::{RuleId, texts};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How far a task may go by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing with an effect runs.
    Suggest,
    /// Nothing changes unasked.
    Ask,
    /// What runs unasked stays here and can be undone.
    Semi,
    /// Goes on to the end within its budget and grants; the floor still asks.
    Auto,
}

impl Mode {
    /// Every mode, from the most cautious.
    pub const ALL: &'static [Mode] = &[Mode::Suggest, Mode::Ask, Mode::Semi, Mode::Auto];

    /// The name in words.
    pub fn words(self) -> String {
        texts::say(
            match self {
                Mode::Suggest => "core.mode.suggest",
                Mode::Ask => "core.mode.ask",
                Mode::Semi => "core.mode.semi",
                Mode::Auto => "core.mode.auto",
            },
            &[],
        )
    }
}

/// The three answers, and the fourth that the mode *suggest* turns every effect into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Runs by itself.
    Allow,
    /// Stays in the plan and does not run.
    Suggest,
    /// Becomes a card.
    Ask,
    /// Refused.
    Deny,
}

/// Why, as a code. Each has a sentence `policy.reason.<code>` in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// Floor: touches Assent's own data.
    OwnFiles,
    /// Floor: would change Assent's own rules or settings.
    Configure,
    /// Floor: a protected place.
    Protected,
    /// Floor: deletes with no recoverable copy.
    NoCopy,
    /// Floor: the code cannot read what it does.
    NotInspectable,
    /// Floor: a target came from content the user did not write.
    UntrustedTarget,
    /// Floor: the payload carries what the user did not type and would leave.
    UntrustedPayload,
    /// Floor: sends, spends or runs with neither undo nor hold.
    NoReversal,
    /// Floor: malformed, unknown, or an error while deciding.
    Malformed,
    /// A deny rule matches.
    DenyRule,
    /// An ask rule matches.
    AskRule,
    /// A rule that might allow it could not be read against this call.
    RuleUnread,
    /// The user rejected this very call in this run.
    RejectedBefore,
    /// A limit is spent.
    LimitSpent,
    /// A breaker tripped.
    Breaker,
    /// An allow rule matches.
    AllowRule,
    /// Reads only, inside the grants.
    Observes,
    /// Reads outside the grants.
    ObservesOutside,
    /// An undoable change within the mode's size.
    UndoableChange,
    /// More items than the mode does unasked.
    TooMany,
    /// Lies outside the grants.
    OutsideGrants,
    /// A target that the model made up after it had read what others wrote.
    Influenced,
    /// A held send whose every target the user typed.
    HeldSend,
    /// Leaves this computer.
    Leaves,
    /// Spends.
    Spends,
    /// The mode asks for every change.
    ModeAsks,
    /// The mode only suggests.
    ModeSuggests,
}

/// One reason, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Reason {
    /// The code.
    pub code: ReasonCode,
    /// The value or place it is about, for the sentence.
    pub detail: Option<String>,
}

impl Reason {
    /// A reason with nothing more to say.
    pub fn plain(code: ReasonCode) -> Self {
        Reason { code, detail: None }
    }

    /// The sentence for a person.
    pub fn sentence(&self) -> String {
        let code = serde_json::to_value(self.code).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        let detail = self.detail.as_deref().unwrap_or_default();
        texts::say(&format!("policy.reason.{code}"), &[("detail", detail)]).trim().to_owned()
    }
}

/// The answer with its reasons in order of weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Verdict {
    /// What happens now.
    pub answer: Answer,
    /// Whether a card would be an escalation: it looks different, notifies, and takes a deliberate gesture.
    pub escalate: bool,
    /// Whether the floor had a say, so that no rule can be offered and `--approve all` cannot answer.
    pub floor: bool,
    /// Weightiest first; never empty.
    pub reasons: Vec<Reason>,
    /// The rule that settled it, if one did.
    pub rule: Option<RuleId>,
}
