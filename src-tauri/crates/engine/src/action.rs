//! The way of an action, from the goal to its outcome. Read in this order: `drive` (the loop of a run), `think` (asks the
//! model), `judge` with `facts` and `labels` (finds out what a call would do and where its values came from, and decides),
//! `answer` with `confirm` (the user's word), `hold` (waits where something leaves this computer), `start` (does it),
//! `undo` (takes it back). `limits` says what a run may use up, `offered_tools` what a model is told of.

pub(crate) mod answer;
pub(crate) mod confirm;
pub(crate) mod drive;
pub(crate) mod facts;
pub(crate) mod hold;
pub(crate) mod judge;
pub(crate) mod labels;
pub(crate) mod limits;
pub(crate) mod offered_tools;
pub(crate) mod start;
pub(crate) mod think;
pub(crate) mod undo;
