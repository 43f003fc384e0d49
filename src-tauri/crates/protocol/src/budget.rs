//! The limits of a run (DESIGN 4.6): what can be set, how much is used, and what a run that used one up waits for.

use crate::RunId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LimitName {
    /// Replies of the model.
    Turns,
    /// Actions of any kind.
    Actions,
    /// Changes that nobody was asked about.
    UnaskedChanges,
    /// Minutes of work, without the time spent waiting for a person.
    Minutes,
    /// Tokens that the model read and wrote.
    Tokens,
    /// Actions within an hour that leave this computer or spend.
    OutwardAnHour,
    /// Recipients within an hour that nothing was sent to before.
    NewRecipientsAnHour,
}

impl LimitName {
    /// All of them, in the order they are shown.
    pub const ALL: [LimitName; 7] = [
        LimitName::Turns,
        LimitName::Actions,
        LimitName::UnaskedChanges,
        LimitName::Minutes,
        LimitName::Tokens,
        LimitName::OutwardAnHour,
        LimitName::NewRecipientsAnHour,
    ];

    /// The snake_case name, as a person types it.
    pub fn name(self) -> &'static str {
        match self {
            LimitName::Turns => "turns",
            LimitName::Actions => "actions",
            LimitName::UnaskedChanges => "unasked_changes",
            LimitName::Minutes => "minutes",
            LimitName::Tokens => "tokens",
            LimitName::OutwardAnHour => "outward_an_hour",
            LimitName::NewRecipientsAnHour => "new_recipients_an_hour",
        }
    }

    /// The inverse of [`LimitName::name`].
    pub fn parse(name: &str) -> Option<LimitName> {
        LimitName::ALL.into_iter().find(|limit| limit.name() == name)
    }
}

/// Limits as a person set them; none where the next in line counts: the task's own, then the settings', then the mode's.
///
/// ```
/// use assent_protocol::{Budget, LimitName};
/// let mut task = Budget::default();
/// task.set(LimitName::Actions, Some(20));
/// let settings = Budget { turns: Some(10), actions: Some(40), ..Budget::default() };
/// assert_eq!(task.or(settings), Budget { turns: Some(10), actions: Some(20), ..Budget::default() });
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields = nullable)]
pub struct Budget {
    /// [`LimitName::Turns`].
    pub turns: Option<u32>,
    /// [`LimitName::Actions`].
    pub actions: Option<u32>,
    /// [`LimitName::UnaskedChanges`].
    pub unasked_changes: Option<u32>,
    /// [`LimitName::Minutes`].
    pub minutes: Option<u32>,
    /// [`LimitName::Tokens`]; without it there is no limit on them.
    pub tokens: Option<u32>,
    /// [`LimitName::OutwardAnHour`].
    pub outward_an_hour: Option<u32>,
    /// [`LimitName::NewRecipientsAnHour`].
    pub new_recipients_an_hour: Option<u32>,
}

impl Budget {
    /// What is set for this limit.
    pub fn get(&self, limit: LimitName) -> Option<u32> {
        match limit {
            LimitName::Turns => self.turns,
            LimitName::Actions => self.actions,
            LimitName::UnaskedChanges => self.unasked_changes,
            LimitName::Minutes => self.minutes,
            LimitName::Tokens => self.tokens,
            LimitName::OutwardAnHour => self.outward_an_hour,
            LimitName::NewRecipientsAnHour => self.new_recipients_an_hour,
        }
    }

    /// Sets this limit, or leaves it to the next in line.
    pub fn set(&mut self, limit: LimitName, most: Option<u32>) {
        let field = match limit {
            LimitName::Turns => &mut self.turns,
            LimitName::Actions => &mut self.actions,
            LimitName::UnaskedChanges => &mut self.unasked_changes,
            LimitName::Minutes => &mut self.minutes,
            LimitName::Tokens => &mut self.tokens,
            LimitName::OutwardAnHour => &mut self.outward_an_hour,
            LimitName::NewRecipientsAnHour => &mut self.new_recipients_an_hour,
        };
        *field = most;
    }

    /// This, and `next` where this says nothing.
    #[must_use]
    pub fn or(mut self, next: Budget) -> Budget {
        for limit in LimitName::ALL {
            self.set(limit, self.get(limit).or(next.get(limit)));
        }
        self
    }
}

/// How a run stands against one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Used {
    /// Which limit.
    pub limit: LimitName,
    /// How much is used, from committed rows.
    pub used: u32,
    /// How much there is; none where nothing is set.
    pub most: Option<u32>,
}

/// A run that used up a limit, or goes round in circles, and waits for the user to say how to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Paused {
    /// The run.
    pub run: RunId,
    /// The goal of its task.
    pub goal: String,
    /// Why it stands still, in a sentence.
    pub why: String,
    /// The limit that is spent; none for a breaker, where "go on" is enough.
    pub limit: Option<LimitName>,
    /// What that limit would have to be for the run to do as much again.
    pub raise_to: Option<u32>,
}
