//! What a letter is about, and whether it tries to give orders to whoever reads it, by plain rules in several languages: a
//! letter is only ever read, and what it says about itself counts for nothing. No rule here lets anything happen; they sort,
//! and they call a person sooner rather than later.

mod commands;
mod kinds;
mod plain;
mod words;

pub use commands::commands;
pub use kinds::{Kind, ORDER, kind, order_number, shouts};
pub use words::{ANGER, LEGAL};
