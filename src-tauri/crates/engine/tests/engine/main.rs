//! The engine's commands from outside, in one program: each of many would carry the whole engine once more.

mod automations;
mod bad_input;
mod by_hand;
mod commands;
mod connections;
mod domains;
mod helpers;
mod holds;
mod lapsing;
mod limits;
mod programs;
mod proposals;
mod py_servers;
mod returning;
mod trust;
mod week;
