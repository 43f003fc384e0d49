//! The front door: the commands as the window and the terminal call them, in this program or through the local socket;
//! what they show; notifications; the switch that stops everything.

pub(crate) mod core;
pub(crate) mod freeze;
pub mod login;
pub(crate) mod notices;
pub(crate) mod practice;
pub(crate) mod socket;
pub(crate) mod views;
