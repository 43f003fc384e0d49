//! What automations keep an eye on. Nothing here acts: it says what is new.

pub mod folder;
pub mod look;
