//! What a model is: it reads a conversation and answers with words and calls.

use crate::ToolSpec;
pub use assent_protocol::Tokens;
use assent_protocol::{Mode, ProposedCall, Turn};
use std::{collections::HashMap, future::Future, pin::Pin, sync::Arc};

/// Everything a model is given for one reply.
#[derive(Debug, Clone)]
pub struct Request {
    /// The conversation so far; the goal is its first turn.
    pub turns: Arc<Vec<Turn>>,
    /// The tools it may call.
    pub tools: Vec<ToolSpec>,
    /// Folders it may touch, absolute.
    pub folders: Vec<String>,
    /// The folder of notes and to-dos, absolute.
    pub notes_folder: String,
    /// The user's home folder, absolute.
    pub home: String,
    /// Milliseconds since 1970 (UTC).
    pub now: i64,
    /// When the task began. A model is told this time, so that what it is told first never changes.
    pub began: i64,
    /// IANA name of the user's time zone.
    pub zone: String,
    /// How far the task may go, so that the model knows what to expect.
    pub mode: Mode,
    /// [`Reply::kept`] of earlier replies, by the first call of each.
    pub kept: HashMap<String, String>,
    /// Why the last reply to this very request could not be used.
    pub again: Option<String>,
}

/// One reply. No calls means that the model is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// What it says to the user.
    pub text: String,
    /// What it proposes, in order.
    pub calls: Vec<ProposedCall>,
    /// Tokens, where the provider says so.
    pub tokens: Option<Tokens>,
    /// What the provider must get back with this reply, byte for byte; only its own code reads it.
    pub kept: Option<String>,
}

/// Why there is no reply. The text says what happened and what the user can do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The model answered something that cannot be used; a re-ask may help.
    #[error("{0}")]
    Malformed(String),
    /// It cannot be reached or refuses; asking again at once does not help.
    #[error("{0}")]
    Unavailable(String),
    /// It understood nothing of what is asked. The text says what, and what it would understand.
    #[error("{0}")]
    NotUnderstood(String),
}

/// A reply on its way.
pub type Replying<'a> = Pin<Box<dyn Future<Output = Result<Reply, ModelError>> + Send + 'a>>;

/// The mind of an agent: the built-in planner, a provider, or a script in tests.
pub trait Model: Send + Sync {
    /// Its name, as the history shows it.
    fn name(&self) -> String;

    /// The next reply. `heard` is given each piece of text as it comes. Dropping the future cancels.
    fn reply<'a>(&'a self, request: &'a Request, heard: &'a (dyn Fn(&str) + Send + Sync)) -> Replying<'a>;
}
