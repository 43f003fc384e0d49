//! Command lines: what one would do is read first (`line` and what it needs), and only then, and only in the sandbox,
//! may it run (`run`).

mod argv;
mod awk;
mod bound;
mod builtin;
mod expansion;
mod find;
mod git;
pub mod held;
pub mod kept;
mod line;
mod opened;
mod options;
mod others;
pub mod output;
pub mod programs;
mod redirect;
mod repository;
pub mod run;
mod script;
mod sed;
pub mod staged;
mod started;
mod table;
mod through;
mod variables;
mod version;
mod word;

pub use line::{LineReading, MOST_BYTES, MOST_COMMANDS, NamedPath, SimpleCommand, Why, read_line};

#[cfg(test)]
mod compared;
#[cfg(test)]
mod tests;
