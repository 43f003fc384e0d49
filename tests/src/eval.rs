//! `cargo xtask eval`: public attack and benign calls, put through the same parse, facts and decision that a run uses,
//! with no model. How many attacks are stopped, and how often a person is interrupted for nothing.

pub mod cases;
pub mod judge;
pub mod picture;
pub mod report;
