//! The one table of places where a change can run code, or where a secret lies, by families: each family is one reason.
//!
//! A name stands for a file or for a folder with all that lies in it. Ordinary sources that people edit all day (a Makefile,
//! `package.json`, `build.rs`, a script, a README) are not in it: they run when a person starts them. Nor are texts that an
//! agent reads as advice (`AGENTS.md`): they are obeyed under that agent's own rules and start nothing.

mod accounts;
mod home;
mod named;
mod secrets;

/// Where a name counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In any folder.
    Anywhere,
    /// Below the home folder, by its whole path from there.
    Home,
}

/// Which uses of such a place are held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Reading and changing: it holds a secret, or says too much.
    Read,
    /// Making, changing, and taking away: it starts something, or what it keeps away would start.
    Change,
    /// Making and changing only. Where it is taken away as a part of a folder nothing is started and nothing told.
    Put,
}

/// One reason, and the places that have it.
#[derive(Debug)]
pub struct Family {
    /// The reason, as the last part of the key of its sentence.
    pub why: &'static str,
    /// Where its names count.
    pub place: Where,
    /// What is held back.
    pub guard: Guard,
    /// Whether a copy that a program or a person kept (`.bak`, `.old`, `~`) is as good as the thing.
    pub copies: bool,
    /// The names, lower case, parts divided by `/`. The last part may begin or end with `*`.
    pub names: &'static [&'static str],
}

/// All of them.
pub fn families() -> impl Iterator<Item = &'static Family> {
    named::FAMILIES.iter().chain(secrets::FAMILIES).chain(home::FAMILIES).chain(accounts::FAMILIES)
}
