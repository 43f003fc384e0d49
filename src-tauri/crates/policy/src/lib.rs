//! The decision core: from the facts of an action, the user's rules, the mode and what is left of the limits to one
//! verdict with its reasons. Pure: no clock, no I/O, no async, so that every combination can be checked in a test.
#![warn(missing_docs)]

pub mod address;
pub mod advisor;
pub mod conditions;
pub mod cover;
pub mod decide;
pub mod delegation;
mod floor;
pub mod limits;
pub mod offers;
pub mod rules;
pub mod sentence;
pub mod trust;
pub mod why;

pub use cover::covered_by;
pub use decide::{Limits, decide, malformed};
pub use limits::{Adds, Bounds, Counts, LimitState, Pause, bounds, nearly_spent, pause, state, used};
pub use offers::{offers, preview, refuse, refuse_by_hand};
pub use rules::{CallView, Matched, covers, matching, pinned, programs_kept};
pub use sentence::sentence;
