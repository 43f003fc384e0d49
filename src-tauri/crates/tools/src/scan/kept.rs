//! What was found in each folder, kept until the folder changes. Bounded: the folder trees that were asked for longest ago
//! go first.

use super::Folders;
use assent_agent::Place;
use rustix::fs::Stat;
use std::{
    ffi::OsString,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Folders kept, of all trees together; each takes a few hundred bytes.
const MOST_KEPT: usize = 200_000;
/// Names kept, of all trees together.
const MOST_NAMES: usize = 1_000_000;
/// A change within this time of the listing may have left the same times: such a folder is listed again. Clocks of file
/// systems tick at most every 10 ms, but some keep whole or even seconds only.
const TICK: i128 = 50_000_000;
const COARSE_TICK: i128 = 2_500_000_000;

/// When and what a folder was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    pub dev: u64,
    ino: u64,
    modified: i128,
    changed: i128,
}

impl Stamp {
    pub fn of(stat: &Stat) -> Stamp {
        let nanoseconds = |seconds: i128, rest: i128| seconds * 1_000_000_000 + rest;
        Stamp {
            dev: stat.st_dev,
            ino: stat.st_ino,
            modified: nanoseconds(stat.st_mtime.into(), stat.st_mtime_nsec.into()),
            changed: nanoseconds(stat.st_ctime.into(), stat.st_ctime_nsec.into()),
        }
    }

    /// Whether a change after `listed` (nanoseconds since 1970) must show in the times.
    pub fn settled(&self, listed: i128) -> bool {
        let last = self.modified.max(self.changed);
        let tick = if self.changed % 1_000_000_000 == 0 { COARSE_TICK } else { TICK };
        listed - last > tick
    }
}

/// One thing of note in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A folder to enter.
    Folder,
    Secret,
    Steering,
    /// It is entered as well.
    SteeringFolder,
    /// A socket, pipe or device.
    Special,
    Linked {
        ino: u64,
        names: u64,
    },
}

/// One folder, listed.
#[derive(Debug)]
pub struct Kept {
    pub stamp: Stamp,
    /// Whether its times can be trusted next time.
    pub settled: bool,
    pub entries: u64,
    pub found: Vec<(OsString, Found)>,
}

/// What the verdicts rest on beside the folders themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    root: PathBuf,
    grants: Vec<String>,
    places: [(PathBuf, Option<(u64, u64)>); 4],
}

impl About {
    pub fn of(root: &Path, place: &Place) -> About {
        let known =
            |path: &PathBuf| (path.clone(), std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino())));
        About {
            root: root.to_owned(),
            grants: place.grants.iter().map(|grant| grant.folder.clone()).collect(),
            places: [&place.home, &place.data, &place.copies, &place.notes].map(known),
        }
    }
}

struct Tree {
    about: About,
    folders: Arc<Folders>,
    names: usize,
}

// The one that was asked for last stands last.
static TREES: Mutex<Vec<Tree>> = Mutex::new(Vec::new());

/// What is known of it.
pub fn of(about: &About) -> Arc<Folders> {
    let trees = TREES.lock().unwrap_or_else(PoisonError::into_inner);
    trees.iter().find(|tree| tree.about == *about).map(|tree| tree.folders.clone()).unwrap_or_default()
}

/// Keeps what was found. After a look that did not end, what was known of the rest stays.
pub fn keep(about: About, mut folders: Folders, whole: bool) {
    let mut trees = TREES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(at) = trees.iter().position(|tree| tree.about == about) {
        let before = trees.remove(at).folders;
        if !whole {
            for (path, kept) in before.iter() {
                folders.entry(path.clone()).or_insert_with(|| kept.clone());
            }
        }
    }
    let names = folders.values().map(|kept| kept.found.len()).sum();
    trees.push(Tree { about, folders: Arc::new(folders), names });
    let room = |trees: &[Tree]| {
        trees.iter().map(|tree| tree.folders.len()).sum::<usize>() <= MOST_KEPT
            && trees.iter().map(|tree| tree.names).sum::<usize>() <= MOST_NAMES
    };
    while !trees.is_empty() && !room(&trees) {
        trees.remove(0);
    }
}
