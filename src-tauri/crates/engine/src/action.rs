//! The way of an action, from the goal to its outcome. Read in this order: `drive` (the loop of a run), `think` (asks the
//! model), `judge` with `facts` and `labels` (finds out what a call would do and where its values came from, and decides),
//! `answer` with `confirm` (the user's word), `hold` (waits where something leaves this computer), `start` (does it),
//! `undo` (takes it back). `limits` says what a run may use up, `offered_tools` what a model is told of.

use std::sync::atomic::{AtomicBool, AtomicUsize};

pub(crate) mod answer;
pub(crate) mod card;
pub(crate) mod confirm;
pub(crate) mod drive;
pub(crate) mod expiry;
pub(crate) mod facts;
pub(crate) mod helpers;
pub(crate) mod hold;
pub(crate) mod judge;
pub(crate) mod limits;
pub(crate) mod named;
pub(crate) mod notices;
pub(crate) mod offered_tools;
pub(crate) mod start;
pub(crate) mod think;
pub(crate) mod undo;
pub(crate) mod why;
pub(crate) mod writers;

/// Runs as this program drives them.
#[derive(Default)]
pub(crate) struct Runs {
    /// Whether they go on by themselves: not so in a sample or a test, which say when.
    pub(crate) goes_on: AtomicBool,
    /// How many are driven in the background.
    pub(crate) driven: AtomicUsize,
}
