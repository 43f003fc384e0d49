//! One thing goes from one name to another and back: by rename where that is possible, else copied, compared and only
//! then taken away. Moving, renaming and trashing all do this.

use crate::{
    failure::sentence,
    folders::Surroundings,
    handle::{CHANGED, Entry, Handles, passing_name},
    mark::Mark,
    paths::text_of,
    tree,
    words::{say, shown_path},
};
use assent_agent::{Place, ToolError, Undone};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use std::{
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
};

/// The inverse of one relocation, complete before it starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Relocated {
    /// Where it was.
    pub from: String,
    /// Where it goes.
    pub to: String,
    mark: Mark,
    other_disk: bool,
    // The name under which it is on its way between two disks.
    passing: String,
    around: Surroundings,
}

impl Relocated {
    /// Looks up everything that taking it back will need; `around` are the folders that it touches.
    ///
    /// # Errors
    /// When `from` is gone.
    pub fn ready(from: &Path, to: &Path, around: Surroundings, handles: &mut Handles) -> Result<Relocated, ToolError> {
        let failed = |error: Errno| crate::failure::failed(error, from);
        let entry = handles.entry(from).map_err(failed)?;
        let mark = entry.mark().map_err(failed)?.ok_or_else(|| failed(Errno::NOENT))?;
        let there = to.ancestors().skip(1).find_map(|folder| std::fs::metadata(folder).ok());
        let other_disk = there.is_some_and(|found| std::os::unix::fs::MetadataExt::dev(&found) != mark.device);
        Ok(Relocated { from: text_of(from), to: text_of(to), mark, other_disk, passing: passing_name(to), around })
    }

    /// Takes it back, if it is still what it was.
    pub fn undo(&self, place: &Place) -> Undone {
        let mut handles = Handles::new(place);
        match self.take_back(&mut handles) {
            Ok(undone) => undone,
            Err(error) => Undone::Conflict(sentence(error, Path::new(&self.to))),
        }
    }

    fn take_back(&self, handles: &mut Handles) -> Result<Undone, Errno> {
        let (from_path, to_path) = (PathBuf::from(&self.from), PathBuf::from(&self.to));
        let (from, to) = (existing(&from_path, handles)?, existing(&to_path, handles)?);
        let before = from.as_ref().map(Entry::mark).transpose()?.flatten();
        let after = to.as_ref().map(Entry::mark).transpose()?.flatten();
        let untouched = before.as_ref().is_some_and(|now| self.mark.holds(now, false));
        // What came back from another disk is there under a new inode.
        let home_again = before.as_ref().is_some_and(|now| self.mark.holds(now, self.other_disk));
        let arrived = after.as_ref().is_some_and(|now| self.mark.holds(now, self.other_disk));
        match (from, to) {
            (Some(_), to) if home_again && after.is_none() => {
                self.clear(to.as_ref());
                self.around.take_back(handles);
                Ok(Undone::NotNeeded)
            }
            (Some(from), Some(to)) if untouched && arrived && self.other_disk && tree::equal(&from, &to)? => {
                // It was stopped after the copy and before the original was taken away.
                tree::remove(&to)?;
                self.around.take_back(handles);
                Ok(Undone::Restored)
            }
            (Some(from), Some(to)) if arrived && before.is_none() => {
                let expected = after.map(|now| now.state()).unwrap_or_default();
                go(&to, &from, &expected, &AtomicBool::new(false))?;
                self.clear(Some(&from));
                handles.forget(&to_path);
                self.around.take_back(handles);
                Ok(Undone::Restored)
            }
            (None, Some(_)) if arrived => Ok(conflict("tools.undo.folder_gone", &from_path)),
            _ if arrived => Ok(conflict("tools.undo.occupied", &from_path)),
            _ if after.is_some() => Ok(conflict("tools.undo.changed", &to_path)),
            _ => Ok(conflict("tools.undo.gone", &to_path)),
        }
    }

    // Takes away what was left on its way when the program was stopped.
    fn clear(&self, at: Option<&Entry>) {
        if let Some(entry) = at {
            let left = entry.sibling(&self.passing);
            if left.stat().is_ok_and(|found| found.is_some()) {
                let _ = tree::remove(&left);
            }
        }
    }
}

/// Moves `from` to `to`, if `from` still is in the state `expected` and `to` is free.
///
/// # Errors
/// `CHANGED`, `EXIST`, and what the system answers; then nothing was moved.
pub fn go(from: &Entry, to: &Entry, expected: &str, stop: &AtomicBool) -> Result<(), Errno> {
    let before = from.mark()?.ok_or(Errno::NOENT)?;
    if before.state() != expected {
        return Err(CHANGED);
    }
    match from.rename_to(to) {
        Ok(()) => {
            let arrived = to.mark()?.ok_or(CHANGED)?;
            if (arrived.device, arrived.inode) == (before.device, before.inode) {
                return Ok(());
            }
            // Something else took the name between the look and the rename: it goes back where it was.
            to.rename_to(from)?;
            Err(CHANGED)
        }
        Err(Errno::XDEV) => go_across(from, to, &before, stop),
        Err(error) => Err(error),
    }
}

fn go_across(from: &Entry, to: &Entry, before: &Mark, stop: &AtomicBool) -> Result<(), Errno> {
    let passing = to.sibling(passing_name(&to.path));
    if passing.stat()?.is_some() {
        tree::remove(&passing)?;
    }
    tree::copy(from, &passing, stop)?;
    let arrived = match from.mark()? {
        Some(now) if before.holds(&now, false) => passing.rename_to(to),
        _ => Err(CHANGED),
    };
    if let Err(error) = arrived {
        let _ = tree::remove(&passing);
        return Err(error);
    }
    rustix::fs::fsync(&to.folder)?;
    // Taken aside first, so that it is either whole or gone.
    let aside = from.sibling(passing_name(&to.path));
    let taken = from.rename_to(&aside).and_then(|()| match aside.mark()? {
        Some(now) if before.holds(&now, false) => Ok(()),
        _ => aside.rename_to(from).and(Err(CHANGED)),
    });
    if let Err(error) = taken {
        tree::remove(to)?;
        return Err(error);
    }
    tree::remove(&aside)
}

fn existing(path: &Path, handles: &mut Handles) -> Result<Option<Entry>, Errno> {
    match handles.entry(path) {
        Ok(entry) => Ok(Some(entry)),
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A conflict in the words of `key`.
pub fn conflict(key: &str, path: &Path) -> Undone {
    Undone::Conflict(say(key, &[("path", &shown_path(path))]))
}
