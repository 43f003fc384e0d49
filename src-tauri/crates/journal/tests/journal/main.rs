//! The journal through its own door, and through SQL behind its back.

mod chain;
mod deciding;
mod opening;
mod reading;
mod starting;
mod support;
