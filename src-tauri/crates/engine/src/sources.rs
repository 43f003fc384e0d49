//! What a task can reach: models, servers, accounts, ready domains; and the settings and keys that belong to them.

pub(crate) mod accounts;
pub(crate) mod connections;
pub(crate) mod domains;
pub(crate) mod keychain;
pub(crate) mod models;
pub(crate) mod settings;
