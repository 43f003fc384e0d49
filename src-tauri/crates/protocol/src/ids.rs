//! Short ids that a person can type: a letter for the kind, then the row number (`r3` a run, `a12` an action).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A text that is not an id of the kind that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an id; ids look like {1}12")]
pub struct BadId(pub String, pub char);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ts_rs::TS)]
        #[ts(type = "string")]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $letter, self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                text.strip_prefix($letter)
                    .and_then(|n| n.parse().ok())
                    .filter(|n| *n > 0)
                    .map($name)
                    .ok_or_else(|| BadId(text.to_owned(), $letter))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// One attempt at a task.
    RunId, 'r');
id!(
    /// One proposed call of one tool.
    ActionId, 'a');
id!(
    /// A standing decision of the user.
    RuleId, 'p');
id!(
    /// A question that an agent asked the user.
    QuestionId, 'q');
id!(
    /// A reminder.
    ReminderId, 'm');
id!(
    /// An automation.
    AutomationId, 'u');
id!(
    /// One firing of an automation.
    FiringId, 'f');
