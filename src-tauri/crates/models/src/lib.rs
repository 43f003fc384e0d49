//! The models elsewhere: the interfaces of the common providers, one file each (`open_ai`, `responses`, `anthropic`,
//! `gemini`) over one way of asking (`remote`), and what they cost. The planner, which needs no network, is `assent-planner`.
//! This is the only crate with an HTTP client for models.

mod anthropic;
pub mod context;
mod gemini;
pub mod local;
mod open_ai;
pub mod prices;
pub mod remote;
mod responses;
pub mod secret;

pub use local::find_local;
pub use prices::Prices;
pub use remote::{Remote, origin_of};
pub use secret::Secret;
