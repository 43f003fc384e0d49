//! The journal through its own door, and through SQL behind its back.
#![expect(clippy::unwrap_used, reason = "helpers of tests stop a test where something is wrong")]

mod chain;
mod connecting;
mod deciding;
mod holding;
mod limits;
mod opening;
mod reading;
mod starting;
mod support;
mod trusting;
