//! The history: one SQLite file with everything that was proposed, decided, started and undone, and a salted hash
//! chain of events beside it. Every change of state is one transaction with its event; only this crate writes SQL.
//!
//! Start reading at [`Journal`]; then one file a table: `run`, `turn`, `reply`, `action`, `decision`, `hold`, `attempt`, `outcome`,
//! `inverse`, `rule`, `question`, `reminder`, `setting`, `connection`, `account`, `budget`, `automation`, `firing`, `event`. What
//! follows from them: `seal` (rows are held
//! against the chain), `anchor` (the chain against the keychain), `search`, `history`, `tally`, `export`.
#![warn(missing_docs)]

mod account;
mod action;
mod anchor;
mod attempt;
mod automation;
mod budget;
mod connection;
mod decision;
mod delegation;
mod digest;
mod error;
mod event;
mod export;
mod firing;
mod history;
mod hold;
mod inverse;
mod journal;
mod label;
mod migrations;
mod outcome;
mod place;
mod question;
mod remark;
mod reminder;
mod reply;
mod rule;
mod run;
mod said;
mod seal;
mod search;
mod setting;
mod tally;
mod trust;
mod turn;
mod verify;
mod worked;

pub use account::StoredAccount;
pub use action::{NewAction, call_digest};
pub use anchor::Anchor;
pub use automation::Cursor;
pub use budget::Usage;
pub use connection::{StoredServer, StoredTool};
pub use delegation::{Delegation, NewHelper};
pub use error::JournalError;
pub use firing::{FiringRun, NewFiring};
pub use inverse::StoredInverse;
pub use journal::Journal;
pub use label::StoredLabel;
pub use reminder::Reminder;
pub use reply::{Charge, Reply, Used};
pub use run::NewRun;
pub use tally::Tally;
pub use worked::LONGEST_STEP;
