//! When an automation fires and what it leads to, as functions of what they are given: no clock, no disk, no journal.
//! `schedule` finds the next time, `due` accounts for the times that have come, `crossing` tells when a number
//! crosses a line, `letter` reads what arrived, `sift` says what an event leads to, `quiet` when notifications are held.

pub(crate) mod conditions;
pub(crate) mod crossing;
pub(crate) mod due;
pub(crate) mod letter;
pub(crate) mod quiet;
pub(crate) mod schedule;
pub(crate) mod sift;
