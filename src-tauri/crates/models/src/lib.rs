//! The models: the built-in planner, which needs no network, and OpenAI Chat Completions with everything that speaks it.
//! This is the only crate with an HTTP client for models.

pub mod folders;
pub mod open_ai;
pub mod planner;
pub mod secret;
pub mod when;

pub use folders::folders_named;
pub use open_ai::OpenAi;
pub use planner::Planner;
pub use secret::Secret;
pub use when::when;
