//! The words that every part of Assent shares and that are written to disk or sent to the window:
//! ids, facts, verdicts, actions, rules, events and wire errors. No decisions are made here and nothing is read or written.
#![warn(missing_docs)]

pub mod account;
pub mod action;
pub mod agent;
pub mod apart;
pub mod automation;
pub mod budget;
pub mod canonical;
pub mod connection;
pub mod digest;
pub mod facts;
pub mod ids;
pub mod rule;
pub mod run;
pub mod sample;
pub mod texts;
pub mod trust;
pub mod verdict;
pub mod visible;
pub mod wire;

pub use account::*;
pub use action::*;
pub use agent::*;
pub use automation::*;
pub use budget::*;
pub use connection::*;
pub use digest::*;
pub use facts::*;
pub use ids::*;
pub use rule::*;
pub use run::*;
pub use sample::*;
pub use trust::*;
pub use verdict::*;
