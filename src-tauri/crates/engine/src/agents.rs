//! Runs that a second mind takes part in: helpers that a run hands a part of its task to, external agents that Assent
//! starts (`acp`) or that ask it for leave (`mcp_clients`), and a reviewer that comments on cards.

pub(crate) mod acp;
pub(crate) mod helpers;
pub(crate) mod mcp_clients;
pub(crate) mod reviewer;
