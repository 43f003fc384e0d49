//! What a tool is: it says what a call would do before it does it, makes the inverse ready, and does it once.

use crate::label::Labels;
use assent_protocol::{Destination, Effect, Grant, ItemOutcome, Preview, Provenance, Reach, Reversal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};

/// What the model is told about a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolSpec {
    /// `family.verb`.
    pub name: String,
    /// What it does and when to use it: the tool's own doc comment.
    pub description: String,
    /// JSON Schema of the input. Unknown fields are refused.
    pub schema: Value,
}

impl ToolSpec {
    /// Hash of the whole definition; a rule made for one definition does not cover another.
    pub fn definition(&self) -> String {
        assent_protocol::canonical::digest(&[
            &self.name,
            &self.description,
            &assent_protocol::canonical::canonical(&self.schema),
        ])
    }
}

/// Where a call acts: the task's grants, and the folders that are Assent's own.
#[derive(Debug, Clone)]
pub struct Place {
    /// Folders of the task.
    pub grants: Vec<Grant>,
    /// The user's home folder.
    pub home: PathBuf,
    /// Assent's own data folder: out of reach for every tool.
    pub data: PathBuf,
    /// Where copies for undo are kept (inside `data`, mode 0700).
    pub copies: PathBuf,
    /// Whose words may be in what is written, where the task has read what others wrote.
    pub others: Option<String>,
    /// What is known of who wrote which file.
    pub labels: Labels,
    /// The folder of notes and to-dos.
    pub notes: PathBuf,
    /// Hosts of the network that the user named.
    pub hosts: Hosts,
    /// Programs that a rule forbids here, whatever starts them.
    pub denied: Vec<String>,
    /// Programs that a rule asks about.
    pub asked: Vec<String>,
    /// The moment of the call, in milliseconds since 1970 (UTC).
    pub now: i64,
    /// The user's time zone, as `Europe/Warsaw`.
    pub zone: String,
    /// Set when everything must stop: a tool looks at it between items.
    pub stop: Arc<AtomicBool>,
}

/// Hosts that the user named, each as `example.org:443`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    /// In addresses in their own words.
    pub typed: Vec<String>,
    /// Granted to the task. Only these may lie in the local network behind a name that does not say so.
    pub granted: Vec<String>,
}

/// One thing a call would act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// JSON pointer of the argument, as `/items/3/from`.
    pub field: String,
    /// Absolute resolved path, or the object's name.
    pub shown: String,
    /// Device, inode, size and times, or the SHA-256 of the contents: whatever must not differ at the start.
    /// Empty for something that must not exist yet.
    pub state: String,
    /// Where it lies.
    pub reach: Reach,
}

/// What a tool finds out about a call without doing it.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolFacts {
    /// Verb and object in plain words, made by code: "Move 14 files into 4 folders in Downloads".
    pub title: String,
    /// What it does.
    pub effect: Effect,
    /// How it is taken back.
    pub reversal: Reversal,
    /// Whether the code can read everything the call does.
    pub inspectable: bool,
    /// What it acts on. JSON pointers that are not listed here are payload.
    pub targets: Vec<Target>,
    /// How many items it has; an observing call has 0.
    pub items: u32,
    /// Bytes in them.
    pub bytes: u64,
    /// What the card shows.
    pub preview: Preview,
    /// Provenance that the tool knows by itself (reading the user's own file), if any.
    pub provenance: Option<Provenance>,
    /// The account elsewhere that it acts in, in words ("the calendar home.test"); none for this computer.
    pub account: Option<String>,
}

/// One recorded inverse, made ready before the effect. `tool` reads its own `data` back in [`Tool::undo`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inverse {
    /// Position of its item.
    pub item: u32,
    /// Whatever the tool needs.
    pub data: Value,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Output {
    /// For the model and the history; capped by the tool at 32 KB.
    pub value: Value,
    /// For each item of a batch, in order; empty for a call that observes.
    pub items: Vec<ItemOutcome>,
    /// Where others can write to what was read, in words; none for the user's own.
    pub untrusted: Option<String>,
    /// What only became known by doing it (where the trash put a file), in place of the inverse of the same item.
    pub inverses: Vec<Inverse>,
}

/// What came of undoing one inverse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undone {
    /// It is as before.
    Restored,
    /// The effect had not happened, so there was nothing to take back.
    NotNeeded,
    /// It is not taken back, because: changed since, or in the way.
    Conflict(String),
}

/// What a call pays or orders, at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worth {
    /// Hundredths of the currency's unit.
    pub amount: i64,
    /// ISO code.
    pub currency: String,
    /// Above what the user set as ordinary: where it asks, it is an escalation.
    pub large: bool,
    /// When what it was reckoned with is too old, in milliseconds since 1970 (UTC): a card about it lapses then.
    pub until: Option<i64>,
}

/// A sentence for the user and the model: what was wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// The input does not fit the schema.
    #[error("{0}")]
    BadInput(String),
    /// It must not be done at all (leaves the grant through a link, Assent's own data).
    #[error("{0}")]
    Refused(String),
    /// It was tried and did not work.
    #[error("{0}")]
    Failed(String),
}

/// One tool. All calls are blocking and are made on a thread for blocking work.
pub trait Tool: Send + Sync {
    /// Name, description and schema.
    fn spec(&self) -> ToolSpec;

    /// Reads what the call would do, and changes nothing.
    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError>;

    /// Makes the inverse of every item ready and durable. Called after the decision and before [`Tool::run`].
    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError>;

    /// Does it. An item that fails does not end the others; a set `place.stop` ends the rest as cancelled.
    /// `facts` is what was described and checked just before.
    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError>;

    /// Takes one item back, if it is still as the action left it.
    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone;

    /// [`Tool::run`] for the action of this key, which no other action has: what the effect can be found by afterwards is
    /// made from it.
    fn run_as(&self, key: &str, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let _ = key;
        self.run(args, facts, place)
    }

    /// Whether the effect of the action of this key can be seen where it would be, after its outcome was lost. None for a
    /// tool that cannot look.
    fn happened(&self, key: &str, args: &Value, place: &Place) -> Option<Result<bool, String>> {
        let _ = (key, args, place);
        None
    }

    /// Where what this call sends goes, for a tool that knows the people it writes to.
    fn destination(&self, args: &Value, place: &Place) -> Option<Destination> {
        let _ = (args, place);
        None
    }

    /// Whether what it sends can be held back for a while before it starts, so that it can be recalled.
    fn can_wait(&self) -> bool {
        true
    }

    /// What it pays or orders, for a tool that spends; found by the tool itself and never taken from the model's words.
    fn worth(&self, _args: &Value, _place: &Place) -> Option<Worth> {
        None
    }

    /// The programs that a call would start, by every name that each goes by: what a rule can name as `/programs/*`. None
    /// for a tool that starts none; a program that the tool cannot read is not among them, and such a call asks anyway.
    fn programs(&self, _args: &Value, _place: &Place) -> Option<Vec<String>> {
        None
    }

    /// How undo reads on the card: "Undo until you empty the trash". Empty for the usual words.
    fn undo_words(&self) -> String {
        String::new()
    }
}
