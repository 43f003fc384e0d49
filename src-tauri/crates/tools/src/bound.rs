//! What a call that only looks is bound to: the file or folder itself, by device and inode, and for a file its size and
//! times. A name that leads to another thing after it was settled is another call.

use crate::{
    handle::CHANGED,
    mark::Kind,
    words::{say, shown_path},
};
use assent_agent::{ToolError, ToolFacts};
use assent_protocol::{Effect, Reach};
use rustix::{
    fs::{self, Stat},
    io::Errno,
};
use std::{fs::File, path::Path};

/// The state of a name that nothing had.
const NOTHING: &str = "nothing";

/// Gives each place that a looking call names the state that its decision is bound to, where the tool gave none. A
/// folder is itself whatever comes to lie in it, so that a new file in it asks nobody again.
pub fn bind(facts: &mut ToolFacts) {
    if facts.effect != Effect::Observe {
        return;
    }
    for target in &mut facts.targets {
        if target.state.is_empty() && target.reach != Reach::OwnFiles && Path::new(&target.shown).is_absolute() {
            target.state = state(&target.shown);
        }
    }
}

/// Refuses to go on where a place that a looking call is bound to is another thing by now. What a file holds may grow
/// while it is read; what it is may not change.
///
/// # Errors
/// With the name of the place.
pub fn still_there(facts: &ToolFacts) -> Result<(), ToolError> {
    if facts.effect != Effect::Observe {
        return Ok(());
    }
    let bound = facts.targets.iter().filter(|target| is_bound(&target.state));
    for target in bound {
        if identity(&state(&target.shown)) != identity(&target.state) {
            let path = shown_path(Path::new(&target.shown));
            return Err(ToolError::Failed(say("tools.bound.exchanged", &[("path", &path)])));
        }
    }
    Ok(())
}

/// Whether the file that was opened is the very one that the call is bound to, and as it was then.
///
/// # Errors
/// [`CHANGED`] when it is not.
pub fn is_that(facts: &ToolFacts, file: &File) -> Result<(), Errno> {
    let Some(target) = facts.targets.first().filter(|target| is_bound(&target.state)) else { return Ok(()) };
    if of(&fs::fstat(file)?) == target.state { Ok(()) } else { Err(CHANGED) }
}

fn state(path: &str) -> String {
    match fs::lstat(path) {
        Ok(stat) => of(&stat),
        Err(Errno::NOENT | Errno::NOTDIR) => NOTHING.to_owned(),
        Err(error) => format!("unreadable:{}", error.raw_os_error()),
    }
}

// The time of the last change of the inode is part of it: nobody can set that one back.
fn of(stat: &Stat) -> String {
    let identity = identity_of(stat);
    if Kind::of(stat) != Kind::File {
        return identity;
    }
    let (size, changed) = (stat.st_size, (stat.st_ctime, stat.st_ctime_nsec));
    format!("{identity}:{size}:{}.{:09}:{}.{:09}", stat.st_mtime, stat.st_mtime_nsec, changed.0, changed.1)
}

/// Which thing it is, whatever is in it.
pub fn identity_of(stat: &Stat) -> String {
    format!("is:{}:{}:{}", Kind::of(stat).name(), stat.st_dev, stat.st_ino)
}

fn is_bound(state: &str) -> bool {
    state == NOTHING || state.starts_with("is:")
}

// Kind, device and inode.
fn identity(state: &str) -> &str {
    state.match_indices(':').nth(3).map_or(state, |(at, _)| &state[..at])
}

#[cfg(test)]
mod tests;
