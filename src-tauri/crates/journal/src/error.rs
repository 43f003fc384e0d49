//! What can go wrong with the history, each as a sentence that says what happened and what to do.

use assent_protocol::{ActionId, QuestionId, RuleId, RunId, Status};
use rusqlite::ErrorCode;
use std::{io, path::PathBuf};

/// Why the history could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another Assent has the folder.
    #[error("Assent is already open on {folder}. Use that one, close it, or name another folder with --data.", folder = .folder.display())]
    Locked {
        /// The data folder.
        folder: PathBuf,
    },
    /// The file is of a later version.
    #[error("The history {path} was written by a newer Assent (format {found}, and this one knows up to {known}). Nothing was changed. Update Assent, or name another folder with --data.", path = .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The last format that this program knows.
        known: i64,
    },
    /// The file is not a whole history.
    #[error("The history {path} is damaged: {what}. Nothing was repaired or thrown away. Copy its folder to a safe place first; then put back a backup, or move assent.db away to begin a new history.", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        what: String,
    },
    /// The folder or a file in it cannot be made or opened.
    #[error("The folder for the history, {path}, cannot be used: {source}. Check that it exists, is yours and can be written to.", path = .path.display())]
    Folder {
        /// Where.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no such row.
    #[error("There is no {0} in the history.")]
    NotFound(String),
    /// The card was answered before.
    #[error("{0} is already decided: it is {name}. The first answer counts.", name = .1.name())]
    AlreadyDecided(ActionId, Status),
    /// The question was answered before.
    #[error("{0} is already answered. The first answer counts.")]
    AlreadyAnswered(QuestionId),
    /// The card's time is over.
    #[error("The card {0} has lapsed, so it can no longer be approved. Ask for it again.")]
    Lapsed(ActionId),
    /// What was decided is not what would run.
    #[error(
        "What {0} would do now is not what was decided, so it was not started. Look at the new card and decide again."
    )]
    DigestDiffers(ActionId),
    /// A row does not fit the chain of events.
    #[error(
        "What is kept about {0} was changed outside Assent, so it was not approved or started. Run `assent verify`."
    )]
    Altered(ActionId),
    /// Nobody has said yes.
    #[error("{0} is {name} and has no decision that lets it start.", name = .1.name())]
    NotApproved(ActionId, Status),
    /// It leaves this computer and has not been held.
    #[error("{0} has to be held before it starts, so it was not started.")]
    NotHeld(ActionId),
    /// It is past recalling.
    #[error("{0} is {name}, so it cannot be recalled any more.", name = .1.name())]
    TooLate(ActionId, Status),
    /// Its one attempt has been made.
    #[error("{0} was started before. An action starts at most once; propose it again to repeat it.")]
    AlreadyStarted(ActionId),
    /// The action has not begun, or has ended before.
    #[error("{0} is {name}, so nothing can be recorded as its outcome.", name = .1.name())]
    NotStarted(ActionId, Status),
    /// Everything is frozen.
    #[error("Everything is frozen, so nothing starts. Unfreeze to go on.")]
    Frozen,
    /// The rule that allowed it does not hold any more.
    #[error("The rule {0} does not allow this any more: {1} Decide on the card instead.")]
    RuleGone(RuleId, String),
    /// The run was stopped.
    #[error("The run {0} was stopped, so nothing in it starts.")]
    RunStopped(RunId),
    /// A change of status that does not exist.
    #[error("{subject} is {from} and cannot become {to}.")]
    Impossible {
        /// What.
        subject: String,
        /// What it is.
        from: String,
        /// What it was to be.
        to: String,
    },
    /// A row holds something that this program cannot read.
    #[error(
        "{what} in the history cannot be read: {why}. It was changed outside Assent or is damaged; run `assent verify`."
    )]
    Unreadable {
        /// Which row.
        what: String,
        /// Why.
        why: String,
    },
    /// An export could not be written.
    #[error("The export could not be written: {0}. Check that there is room and that the file can be written to.")]
    Export(io::Error),
    /// The system gives no random bytes, without which no event can be sealed.
    #[error("The system gave no random bytes ({0}), so nothing was recorded. Try again; restart if it stays so.")]
    NoRandom(String),
    /// SQLite could not do it.
    #[error("{}", storage(.0))]
    Storage(#[from] rusqlite::Error),
}

/// What a person is shown of it. Those who branch on a kind of error match [`JournalError`] before this.
impl From<JournalError> for assent_protocol::wire::WireError {
    fn from(error: JournalError) -> Self {
        Self { code: assent_protocol::wire::ErrorCode::Other, message: error.to_string() }
    }
}

pub(crate) type Result<T> = std::result::Result<T, JournalError>;

impl JournalError {
    /// A damaged file is told as such, wherever it is noticed.
    pub(crate) fn at(self, path: &std::path::Path) -> JournalError {
        match self {
            JournalError::Storage(error) if is_damage(&error) => {
                JournalError::Damaged { path: path.to_owned(), what: error.to_string() }
            }
            other => other,
        }
    }
}

/// The text of a row as what it stands for.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(what: impl std::fmt::Display, text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|error| JournalError::Unreadable { what: what.to_string(), why: error.to_string() })
}

/// What stands for a value in a row.
pub(crate) fn to_json<T: serde::Serialize>(what: impl std::fmt::Display, value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| JournalError::Unreadable { what: what.to_string(), why: error.to_string() })
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

fn storage(error: &rusqlite::Error) -> String {
    let said = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "The disk is full. Make room and try again.",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "Another program holds the file. Close it and try again."
        }
        Some(ErrorCode::ReadOnly) => "The file cannot be written to. Check its permissions.",
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            "The disk could not be read or written. Check the disk and that the file is still there."
        }
        _ => "Run `assent verify`.",
    };
    format!("The history could not be read or written, so nothing was changed: {error}. {said}")
}
