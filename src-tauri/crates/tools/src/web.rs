//! The web: one reader with strict rules of addresses, pages as readable text, feeds as entries. Everything read is what
//! others wrote.

pub mod address;
pub mod feed;
pub mod fetch;
pub mod local;
pub mod page;
pub mod reader;
pub mod text;

#[cfg(test)]
mod pages;
#[cfg(test)]
pub(crate) mod scripted;
#[cfg(test)]
mod threats;
