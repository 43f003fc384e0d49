//! A task and its run, and the turns of the conversation with the model.

use crate::{Action, AutomationId, Mode, QuestionId, RunId, Status};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Goes on by itself.
    Running,
    /// Waits for the user.
    Waiting,
    /// Ended by itself.
    Done,
    /// Stopped by the user, a limit or a freeze.
    Stopped,
    /// Could not go on.
    Failed,
}

impl RunStatus {
    /// The snake_case name.
    pub fn name(self) -> &'static str {
        match self {
            RunStatus::Running => "running",
            RunStatus::Waiting => "waiting",
            RunStatus::Done => "done",
            RunStatus::Stopped => "stopped",
            RunStatus::Failed => "failed",
        }
    }

    /// The inverse of [`RunStatus::name`].
    pub fn parse(name: &str) -> Option<RunStatus> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}

/// A folder that a task may touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Grant {
    /// Absolute, resolved folder.
    pub folder: String,
    /// Other people can write there, so what is read from it is untrusted.
    pub shared: bool,
}

/// A run, as the front ends show it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The goal in the user's own words.
    pub goal: String,
    /// How far it may go.
    pub mode: Mode,
    /// Where it may act.
    pub grants: Vec<Grant>,
    /// Hosts that it may read besides those in the user's words, each as `https://example.org`.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// The model that drives it.
    pub model: String,
    /// How it stands.
    pub status: RunStatus,
    /// Why it stopped or failed.
    pub note: Option<String>,
    /// The automation whose firing it is.
    #[serde(default)]
    pub automation: Option<AutomationId>,
    /// The run that handed it on, where it is a helper's.
    pub parent: Option<RunId>,
    /// Milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub started_at: i64,
    /// Milliseconds since 1970 (UTC).
    #[ts(type = "number | null")]
    pub ended_at: Option<i64>,
}

/// One call as the model made it, before anything is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProposedCall {
    /// The model's id for it, unique in the run.
    pub call: String,
    /// The tool's name.
    pub tool: String,
    /// The arguments, byte for byte.
    pub args: String,
    /// The model's own words about this call.
    pub says: Option<String>,
}

/// One entry of the conversation, in order. The model never sees a call without exactly one result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "turn", rename_all = "snake_case")]
pub enum Turn {
    /// The user's words: the goal first, later messages and answers.
    User {
        /// The words.
        text: String,
    },
    /// The model's reply.
    Model {
        /// What it says.
        text: String,
        /// What it proposes.
        calls: Vec<ProposedCall>,
    },
    /// What came of a call.
    Result {
        /// Which call.
        call: String,
        /// The tool.
        tool: String,
        /// How it ended.
        status: Status,
        /// What the tool gave back, or what was done, as JSON.
        #[ts(type = "unknown")]
        output: serde_json::Value,
        /// Why it did not run, or went wrong; the user's own reason for a rejection.
        reason: Option<String>,
        /// Where the output came from, when others can write there.
        untrusted: Option<String>,
    },
}

/// Tokens of one reply, as the provider counts them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Read, all together.
    pub input: u64,
    /// Of `input`: taken from the provider's cache.
    pub cached: u64,
    /// Of `input`: put into the provider's cache.
    pub stored: u64,
    /// Written, all together.
    pub output: u64,
    /// Of `output`: reasoning that is not shown.
    pub reasoning: u64,
}

/// What a reviewer said about a proposal, with hidden characters made visible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Remark {
    /// The model that said it.
    pub by: String,
    /// Its words.
    pub text: String,
}

/// A question that an agent asks the user: a card of its own kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Question {
    /// Its id.
    pub id: QuestionId,
    /// The run that waits for it.
    pub run: RunId,
    /// The call it answers.
    pub call: String,
    /// The agent's words.
    pub text: String,
    /// Answers to choose from, each by its number from 1 on; empty for a question that is answered in words.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub asked_at: i64,
}

/// A step in the timeline of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Step {
    /// What the user said.
    User {
        /// The words.
        text: String,
    },
    /// What the agent said.
    Agent {
        /// The words.
        text: String,
    },
    /// Something that Assent itself did in the run: it went on with another model.
    Notice {
        /// The words.
        text: String,
    },
    /// An action.
    Action {
        /// Which.
        action: Box<Action>,
    },
    /// A question to the user.
    Question {
        /// Which.
        question: Question,
        /// What the user answered.
        answer: Option<String>,
    },
}
