//! What every room stands on: where things are kept, the seam to whoever shows things, the clock, settings, notices,
//! labels of files, and small words. It calls no other room.

pub mod clock;
pub(crate) mod config;
pub(crate) mod driver;
pub(crate) mod events;
pub(crate) mod host;
pub(crate) mod keychain;
pub(crate) mod labels;
pub(crate) mod notices;
pub(crate) mod quiet;
pub(crate) mod rows;
pub(crate) mod settings;
pub(crate) mod words;
