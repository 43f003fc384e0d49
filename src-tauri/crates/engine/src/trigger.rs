//! When an automation fires and what it leads to, as functions of what they are given: no clock, no disk, no journal.
//! `schedule` finds the next time, `due` accounts for the times that have come, `sift` says what an event leads to.

pub(crate) mod due;
pub(crate) mod schedule;
pub(crate) mod sift;
