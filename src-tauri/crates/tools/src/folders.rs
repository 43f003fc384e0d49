//! Folders that an effect has to make, and the times of folders that it touches: undo takes both back.

use crate::{
    attributes::{Moment, stamps},
    handle::Handles,
    mark::Kind,
    paths::text_of,
};
use rustix::{
    fs::{self, AtFlags, Mode},
    io::Errno,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// A folder that was there before, and its times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderTimes {
    folder: String,
    accessed: Moment,
    modified: Moment,
}

/// What an effect at some paths does to the folders around them. Part of an inverse.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Folders that are not there yet, outermost first.
    made: Vec<String>,
    /// Folders that are there, before the effect.
    times: Vec<FolderTimes>,
}

/// Looks up surroundings for the items of one call; each folder once.
#[derive(Default)]
pub struct Surveyor {
    seen: HashMap<PathBuf, Option<(Moment, Moment)>>,
}

impl Surveyor {
    /// The surroundings of an effect at `paths`.
    pub fn survey(&mut self, paths: &[&Path]) -> Surroundings {
        let mut found = Surroundings::default();
        for path in paths {
            let mut missing = Vec::new();
            for folder in path.ancestors().skip(1) {
                match self.times(folder) {
                    None => missing.push(text_of(folder)),
                    Some((accessed, modified)) => {
                        let folder = text_of(folder);
                        if !found.times.iter().any(|known| known.folder == folder) {
                            found.times.push(FolderTimes { folder, accessed, modified });
                        }
                        break;
                    }
                }
            }
            for folder in missing.into_iter().rev() {
                if !found.made.contains(&folder) {
                    found.made.push(folder);
                }
            }
        }
        found
    }

    fn times(&mut self, folder: &Path) -> Option<(Moment, Moment)> {
        *self.seen.entry(folder.to_owned()).or_insert_with(|| {
            let found = std::fs::symlink_metadata(folder).ok()?;
            Some(((found.atime(), found.atime_nsec()), (found.mtime(), found.mtime_nsec())))
        })
    }
}

impl Surroundings {
    /// Takes back the folders that were made, as far as they are empty, then gives the others their times.
    pub fn take_back(&self, handles: &mut Handles) {
        remove_empty(self.made.iter().rev().map(Path::new), handles);
        for FolderTimes { folder, accessed, modified } in &self.times {
            if let Ok(open) = handles.folder(Path::new(folder)) {
                // A folder of somebody else cannot be given its times; everything that counts is back already.
                let _ = fs::futimens(&open, &stamps(*accessed, *modified));
            }
        }
    }
}

/// Makes the folders above `path` that are missing and returns those, outermost first.
///
/// # Errors
/// When one cannot be made, or something else has its name. Those made before it are taken back.
pub fn make_above(path: &Path, handles: &mut Handles) -> Result<Vec<PathBuf>, (Errno, PathBuf)> {
    let missing: Vec<&Path> = match path.parent() {
        // In a batch the folder is nearly always open already.
        Some(parent) if handles.folder(parent).is_ok() => Vec::new(),
        _ => path.ancestors().skip(1).take_while(|folder| std::fs::symlink_metadata(folder).is_err()).collect(),
    };
    let mut made: Vec<PathBuf> = Vec::new();
    for folder in missing.into_iter().rev() {
        match make(folder, handles) {
            Ok(()) => made.push(folder.to_owned()),
            Err(error) => {
                remove_empty(made.iter().rev().map(PathBuf::as_path), handles);
                return Err((error, folder.to_owned()));
            }
        }
    }
    Ok(made)
}

/// Makes one folder; its parent must be there.
///
/// # Errors
/// `EXIST` when something has its name.
pub fn make(folder: &Path, handles: &mut Handles) -> Result<(), Errno> {
    let entry = handles.entry(folder)?;
    fs::mkdirat(&entry.folder, entry.name.as_os_str(), Mode::from_raw_mode(0o755))
}

/// Removes folders, innermost first, as far as they are empty.
pub fn remove_empty<'a>(folders: impl Iterator<Item = &'a Path>, handles: &mut Handles) {
    for folder in folders {
        let Ok(entry) = handles.entry(folder) else { continue };
        if entry.stat().ok().flatten().as_ref().map(Kind::of) == Some(Kind::Folder)
            && fs::unlinkat(&entry.folder, entry.name.as_os_str(), AtFlags::REMOVEDIR).is_ok()
        {
            handles.forget(folder);
        }
    }
}
