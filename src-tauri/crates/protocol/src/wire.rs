//! What crosses to the window and the terminal: views, the events that say what changed, and errors with a code
//! only where the window branches on it. `ui/src/host/wire.ts` is generated from these types and checked by a test.

use crate::{Action, ActionId, Budget, Level, Mode, Paused, Question, Remark, Rule, Run, RunId, RunStatus, Step, Used};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// An error a person can act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[error("{message}")]
pub struct WireError {
    /// What the window branches on.
    pub code: ErrorCode,
    /// What happened and what to do, in a sentence.
    pub message: String,
}

/// The codes the window branches on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The card was answered before.
    AlreadyDecided,
    /// What would run is not what was shown any more; there is a new card.
    Changed,
    /// An escalation needs its amount or recipient typed.
    NeedsConfirmation,
    /// An input of a form does not fit.
    BadInput,
    /// There is no such thing.
    NotFound,
    /// Everything is frozen.
    Frozen,
    /// Anything else.
    Other,
}

/// What changed; a view reads itself anew when it is touched by one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Change {
    /// An action has a new status, or is new.
    Action {
        /// Which.
        action: ActionId,
        /// Its run.
        run: RunId,
    },
    /// A run has a new status, or is new.
    Run {
        /// Which.
        run: RunId,
        /// How it stands.
        status: RunStatus,
    },
    /// The agent says something; text as it comes, in pieces.
    Says {
        /// In which run.
        run: RunId,
        /// The next piece.
        text: String,
    },
    /// Rules, settings, reminders or the freeze changed.
    Settings,
    /// An automation changed or fired.
    Automations,
    /// Show this card: a notification was clicked.
    Open {
        /// Which.
        action: ActionId,
    },
}

/// A card in the inbox with what stands around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Card {
    /// The action.
    pub action: Action,
    /// The goal of its task.
    pub goal: String,
    /// The mode of its task.
    pub mode: Mode,
    /// Where a helper asks: the goals from the user's own task down to the one that handed this on.
    pub chain: Vec<String>,
    /// "Stays on this computer", "Leaves this computer → …".
    pub destination: String,
    /// "Can be undone …", "Cannot be undone".
    pub reversal: String,
    /// "14 items · 82.4 MB".
    pub size: String,
    /// Why it asks, a sentence each.
    pub why: Vec<String>,
    /// Where the values came from, a sentence each.
    pub values_from: Vec<String>,
    /// When it lapses and what happens then.
    pub expires: String,
    /// What has to be typed, for an escalation; none where holding the button is enough.
    pub confirm: Option<String>,
    /// Whether anything on it had to be made visible.
    pub hidden_characters: bool,
    /// What a reviewer said about it. It is an opinion, and nothing rests on it.
    pub remarks: Vec<Remark>,
    /// The tool's input as JSON Schema, for the edit form.
    #[ts(type = "unknown")]
    pub schema: serde_json::Value,
}

/// What waits for the user, escalations first, then oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Inbox {
    /// Cards.
    pub cards: Vec<Card>,
    /// Questions.
    pub questions: Vec<Question>,
    /// Actions whose outcome nobody knows, until the user has looked at them.
    pub unknown: Vec<Action>,
    /// Runs that stand still at a limit.
    pub paused: Vec<Paused>,
    /// Actions in their hold, which can still be recalled.
    #[serde(default)]
    pub held: Vec<Action>,
}

/// A run with its timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RunView {
    /// The run.
    pub run: Run,
    /// Its steps in order.
    pub steps: Vec<Step>,
    /// "8 done: 6 can be undone, 2 cannot".
    pub receipt: String,
    /// What it used of each limit.
    pub used: Vec<Used>,
    /// What was said when four fifths of a limit were used, a sentence each.
    pub warnings: Vec<String>,
    /// Why it stands still, when that is at a limit.
    pub paused: Option<Paused>,
    /// What the models elsewhere have used; none where none was asked.
    pub spent: Option<Spent>,
}

/// What the models of a run have used so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Spent {
    /// Their replies.
    pub replies: u32,
    /// Tokens read.
    #[ts(type = "number")]
    pub input: u64,
    /// Tokens written.
    #[ts(type = "number")]
    pub output: u64,
    /// US dollars, of those replies whose price is known; none where none is.
    pub cost: Option<f64>,
    /// Replies without a known price.
    pub unpriced: u32,
    /// All of it in a sentence.
    pub words: String,
}

/// What a model costs, in US dollars for a million tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PriceRow {
    /// The origin that it holds for.
    pub host: String,
    /// The model.
    pub model: String,
    /// Tokens read.
    pub input: f64,
    /// Tokens read from the provider's cache.
    pub cached: f64,
    /// Tokens written.
    pub output: f64,
}

/// A run in the list of tasks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RunRow {
    /// The run.
    pub run: Run,
    /// How many cards it waits for.
    pub waiting: u32,
    /// How many actions it did.
    pub done: u32,
}

/// A search in the history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct HistoryQuery {
    /// Words or pieces of words; empty for all.
    pub search: String,
    /// Only this status.
    pub status: Option<String>,
    /// Only this tool.
    pub tool: Option<String>,
    /// Only this run.
    pub run: Option<RunId>,
    /// How many, newest first; 100 when 0.
    pub limit: u32,
    /// Only older than this action.
    pub before: Option<ActionId>,
}

/// The answer to a [`HistoryQuery`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct HistoryPage {
    /// Newest first.
    pub actions: Vec<Action>,
    /// Whether there are older ones.
    pub more: bool,
}

/// A tool as the Permissions view lists it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ToolRow {
    /// `files.move`.
    pub name: String,
    /// What it does, in a sentence.
    pub description: String,
    /// How often it ran.
    pub ran: u32,
    /// When it last ran, in milliseconds since 1970 (UTC).
    #[ts(type = "number | null")]
    pub last_used: Option<i64>,
    /// Rules on it.
    pub rules: Vec<Rule>,
}

/// What is always in the corner of the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Standing {
    /// The mode new tasks start in.
    pub mode: Mode,
    /// Whether everything is frozen.
    pub frozen: bool,
    /// Actions today that ran by a rule or the mode.
    pub ran_unasked: u32,
    /// Actions today that asked.
    pub asked: u32,
    /// Actions today that were undone.
    pub undone: u32,
    /// Cards waiting now.
    pub waiting: u32,
    /// Runs going on now.
    pub running: u32,
    /// Whether the keychain holds the head of the chain.
    pub anchored: bool,
    /// What Assent did to its own permissions within the last day: rules that suspended themselves or cannot be read,
    /// a sentence each.
    pub notices: Vec<String>,
}

/// Whose interface a model elsewhere speaks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    /// OpenAI Chat Completions and its relatives.
    #[default]
    Openai,
    /// OpenAI Responses.
    Responses,
    /// Anthropic Messages.
    Anthropic,
    /// Gemini's `generateContent`.
    Gemini,
}

/// A model, and where it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct ModelChoice {
    /// Whose interface it speaks.
    pub provider: Provider,
    /// Its name; empty for none.
    pub model: String,
    /// Where it is; empty for the provider's usual address.
    pub base_url: String,
    /// Whether a key for this address is kept.
    pub has_key: bool,
}

/// A program on this computer that offers models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LocalServer {
    /// What usually listens there: Ollama, LM Studio, llama.cpp.
    pub name: String,
    /// The address for the settings.
    pub base_url: String,
    /// Its models.
    pub models: Vec<String>,
}

/// What the user can set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Settings {
    /// The mode new tasks start in.
    pub mode: Mode,
    /// `planner`, or the name of a model at `base_url`.
    pub model: String,
    /// Where the model is asked; empty for the provider's usual address.
    pub base_url: String,
    /// Whose interface the model speaks.
    #[serde(default)]
    pub provider: Provider,
    /// The model that goes on where the first one cannot be reached; none where its name is empty.
    #[serde(default)]
    pub fallback: ModelChoice,
    /// The model, asked where the first one is, that says a few words about each card; none where its name is empty.
    #[serde(default)]
    pub reviewer: String,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// Folder for notes and to-dos.
    pub notes_folder: String,
    /// Folders that new tasks may touch.
    pub folders: Vec<String>,
    /// Whether single keys act.
    pub keys: bool,
    /// Keys that the user chose, by the name of the window's command; an empty one is switched off.
    #[serde(default)]
    pub keymap: BTreeMap<String, String>,
    /// Whether a key for the model is kept.
    pub has_key: bool,
    /// Whether the practice task was offered before.
    pub practised: bool,
    /// How much risk is acceptable: for the advice before a task.
    #[serde(default)]
    pub risk: Level,
    /// How complex tasks usually are.
    #[serde(default)]
    pub complexity: Level,
    /// How closely the user wants to watch.
    #[serde(default)]
    pub oversight: Level,
    /// Limits of every task that has none of its own.
    #[serde(default)]
    pub limits: Budget,
    /// Seconds that an outward action is held before it starts; 0 for none, and then nothing that is sent can be recalled.
    #[serde(default = "usual_hold")]
    pub hold_seconds: u32,
    /// Helpers of one task that are at work at the same time, with those of its helpers.
    #[serde(default = "usual_helpers")]
    pub helpers_at_once: u32,
    /// Hours in which notifications that can wait are held, as `22:00-07:00`; empty for none.
    #[serde(default)]
    pub quiet: String,
}

fn usual_hold() -> u32 {
    30
}

fn usual_helpers() -> u32 {
    4
}

/// A new task from the window or the terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NewTask {
    /// The goal in the user's words.
    pub goal: String,
    /// None for the setting.
    pub mode: Option<Mode>,
    /// Folders besides those that the goal names, and hosts as `https://example.org`.
    pub grants: Vec<String>,
    /// None for the setting.
    pub model: Option<String>,
}

/// What `verify` found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Verification {
    /// Whether the chain is whole and ends where the anchor says.
    pub ok: bool,
    /// Events read.
    #[ts(type = "number")]
    pub events: u64,
    /// The number of the first bad event.
    #[ts(type = "number | null")]
    pub first_bad: Option<u64>,
    /// In words: whole, broken where, or not anchored before when.
    pub message: String,
}

/// What an undo came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UndoReport {
    /// Actions undone.
    pub undone: u32,
    /// Items put back.
    pub items: u32,
    /// What could not be undone and why, a sentence each.
    pub problems: Vec<String>,
}
