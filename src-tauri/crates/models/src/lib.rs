//! The models: the built-in planner, which needs no network, and the interfaces of the common providers, one file each
//! (`open_ai`, `responses`, `anthropic`, `gemini`) over one way of asking (`remote`).
//! This is the only crate with an HTTP client for models.

mod anthropic;
pub mod clerk;
pub mod context;
pub mod folders;
mod gemini;
pub mod letters;
pub mod local;
mod open_ai;
pub mod planner;
pub mod prices;
pub mod remote;
mod responses;
pub mod secret;
pub mod when;

pub use folders::folders_named;
pub use local::find_local;
pub use planner::Planner;
pub use prices::Prices;
pub use remote::{Remote, origin_of};
pub use secret::Secret;
pub use when::when;
