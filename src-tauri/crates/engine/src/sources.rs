//! What a task can reach: models, servers, accounts, ready domains; and the settings and keys that belong to them.

use assent_agent::Model;
use std::sync::{Arc, Mutex};

pub(crate) mod accounts;
pub(crate) mod connections;
pub(crate) mod domains;
pub(crate) mod models;
pub(crate) mod place;

/// What this room alone looks after; the tools of this computer are read by the rooms above.
pub(crate) struct Sources {
    pub(crate) tools: domains::Tools,
    stand_in: Option<Arc<dyn Model>>,
    connections: connections::Connections,
    account_tools: Mutex<Option<Arc<accounts::Tools>>>,
}

impl Sources {
    /// With a model that takes the place of the one in the settings, for tests.
    pub(crate) fn new(tools: domains::Tools, stand_in: Option<Arc<dyn Model>>) -> Sources {
        Sources { tools, stand_in, connections: connections::Connections::default(), account_tools: Mutex::default() }
    }
}
