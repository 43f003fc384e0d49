//! The ready domains: what one is asked to show, and what it showed.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A ready domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// A folder, a page and free space are watched.
    Monitoring,
    /// Letters of customers are sorted, answered and, where it needs a person, handed on.
    Support,
    /// Orders on paper, bounded by a rule.
    Trading,
}

impl Sample {
    /// The snake_case name.
    pub fn name(self) -> &'static str {
        match self {
            Sample::Monitoring => "monitoring",
            Sample::Support => "support",
            Sample::Trading => "trading",
        }
    }
}

/// What a sample is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(deny_unknown_fields)]
pub struct SampleTask {
    /// Which.
    pub sample: Sample,
    /// The same seed gives the same story.
    #[serde(default = "first")]
    pub seed: u32,
    /// Days to go on for; none for as long as the story is.
    #[serde(default)]
    pub days: Option<u32>,
    /// Its own folder; none for one below "Assent samples" in the home folder.
    #[serde(default)]
    pub folder: Option<String>,
    /// For support: a folder of other letters (`.eml`) to read; none for those of the sample.
    #[serde(default)]
    pub letters: Option<String>,
}

fn first() -> u32 {
    1
}

/// Something that happened in a sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SampleLine {
    /// When, on the sample's own clock: "Mon 2025-02-03 18:01".
    pub at: String,
    /// What, in a sentence.
    pub text: String,
}

/// How often what happened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SampleCounts {
    /// Looked at, and nothing came of it but a line.
    pub noted: u32,
    /// Changes that were proposed.
    pub proposed: u32,
    /// Of these, done without asking because a rule of the user's allows it.
    pub ran_by_rule: u32,
    /// Of these, done without asking because the mode allows what can be undone.
    pub ran_by_mode: u32,
    /// The person was told at once.
    pub escalated: u32,
    /// Of what was asked, how much the person approved.
    pub approved: u32,
    /// Of what was asked, how much the person turned down.
    pub rejected: u32,
    /// Of what was asked, how much nobody answered in time.
    pub expired: u32,
    /// Questions to the person.
    pub asked: u32,
    /// Taken back.
    pub undone: u32,
}

/// What came of a sample. All of it is read from its own journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SampleReport {
    /// Which.
    pub sample: Sample,
    /// Its own folder.
    pub folder: String,
    /// A picture in it, where there is one.
    pub picture: Option<String>,
    /// What happened, oldest first.
    pub story: Vec<SampleLine>,
    /// The digest, a line each; the first one sums up.
    pub digest: Vec<String>,
    /// How often what happened.
    pub counts: SampleCounts,
    /// Commands that show more, one a line.
    pub next: Vec<String>,
}
