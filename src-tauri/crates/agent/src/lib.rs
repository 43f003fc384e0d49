//! The agent loop and the two traits it is made of: [`Model`] thinks, [`Tool`] acts. Nothing here reads a clock,
//! opens a file or a connection.
#![warn(missing_docs)]

mod label;
pub mod model;
pub mod progress;
pub mod run_loop;
#[cfg(any(test, feature = "test-support"))]
pub mod scripted;
pub mod tool;

pub use label::*;
pub use model::*;
pub use tool::*;
