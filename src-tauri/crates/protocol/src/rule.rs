//! Standing decisions of the user: what they match, for how long, and how they read as one sentence.

use crate::{ActionId, AutomationId, Earned, RuleId, RunId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a rule answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RuleAnswer {
    /// Runs unasked.
    Allow,
    /// Always asks.
    Ask,
    /// Never.
    Deny,
}

/// A test of one argument. Paths may have `*` for every element of a list: `/items/*/to`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "test", rename_all = "snake_case", deny_unknown_fields)]
pub enum Condition {
    /// The value is exactly this.
    Equals {
        /// JSON pointer, with `*` for each element.
        path: String,
        /// The value.
        #[ts(type = "unknown")]
        value: serde_json::Value,
    },
    /// The value is one of these.
    OneOf {
        /// JSON pointer, with `*` for each element.
        path: String,
        /// The values.
        #[ts(type = "unknown[]")]
        values: Vec<serde_json::Value>,
    },
    /// The resolved path lies in this folder or below it.
    UnderFolder {
        /// JSON pointer, with `*` for each element.
        path: String,
        /// Absolute folder.
        folder: String,
    },
    /// The host of the address is exactly this.
    Host {
        /// JSON pointer.
        path: String,
        /// Host name, lower case.
        host: String,
    },
    /// The part after the @, exactly.
    Domain {
        /// JSON pointer.
        path: String,
        /// Domain name, lower case.
        domain: String,
    },
    /// The number is at most this.
    AtMost {
        /// JSON pointer.
        path: String,
        /// The bound, in the argument's own unit.
        bound: i64,
    },
}

/// Where a rule holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "scope", rename_all = "snake_case", deny_unknown_fields)]
pub enum Scope {
    /// One run.
    Run {
        /// Which.
        run: RunId,
    },
    /// The runs of one automation.
    Automation {
        /// Which.
        automation: AutomationId,
    },
    /// Everywhere.
    Everywhere,
}

/// What a rule says, before it has an id: this is what the user approves, and what is stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct RuleDraft {
    /// What it answers.
    pub answer: RuleAnswer,
    /// The tool's name.
    pub tool: String,
    /// Hash of the tool's definition that the user saw; a changed tool is not covered.
    pub definition: String,
    /// All must hold. None means every call of the tool.
    pub conditions: Vec<Condition>,
    /// Where.
    pub scope: Scope,
    /// Milliseconds since 1970 (UTC) after which it ends.
    #[ts(type = "number | null")]
    pub until: Option<i64>,
    /// How often it may still be used.
    pub uses_left: Option<u32>,
    /// How often a day.
    pub per_day: Option<u32>,
    /// How much a day, in hundredths of the sum's own currency; for a tool that pays.
    #[serde(default)]
    #[ts(type = "number | null")]
    pub amount_per_day: Option<i64>,
}

/// A rule as kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Rule {
    /// Its id.
    pub id: RuleId,
    /// What it says.
    pub draft: RuleDraft,
    /// The sentence that the user approved.
    pub sentence: String,
    /// The card it was made on.
    pub from: Option<ActionId>,
    /// Milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub made_at: i64,
    /// Milliseconds since 1970 (UTC); none when it never matched.
    #[ts(type = "number | null")]
    pub last_used: Option<i64>,
    /// How often it was used.
    pub used: u32,
    /// How often it was used since local midnight.
    pub used_today: u32,
    /// What was spent with it since local midnight, in hundredths.
    #[serde(default)]
    #[ts(type = "number")]
    pub spent_today: i64,
    /// False once revoked, spent, expired or unreadable; a rule that is off never allows.
    pub on: bool,
    /// Why it is off, in words.
    pub off_because: Option<String>,
    /// What it rests on, when it was offered because of the user's own answers; none for a rule made by hand.
    pub earned: Option<Earned>,
    /// Another rule that answers the same wherever this one does, so that this one could go.
    pub covered_by: Option<RuleId>,
}

/// One choice in "Allow from now on": a rule it would make, and what that would have meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RuleOffer {
    /// The rule.
    pub draft: RuleDraft,
    /// Its sentence.
    pub sentence: String,
    /// Of the last 200 actions, how many it matches.
    pub matched: u32,
    /// How many of those the user approved.
    pub approved: u32,
    /// How many the user rejected: any takes a second yes.
    pub rejected: u32,
    /// "would have matched 7 of your last 200 actions: 6 you approved, 1 you rejected".
    pub history: String,
}
