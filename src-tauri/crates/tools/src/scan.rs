//! A complete look through a folder: what a program in the box must not see, change or speak to. It ends whole or it says
//! that it could not; nothing is left out by depth or count. A folder that has not changed since is not listed again.

mod kept;
mod pass;

use crate::{
    protected::canonical,
    words::{say, shown_path},
};
use assent_agent::Place;
use kept::Kept;
use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// A folder with more entries is not a folder to work in; it would take minutes and hundreds of megabytes.
const MOST_ENTRIES: u64 = 5_000_000;
/// How long a look may take. What it found until then is kept, so that the next one gets further.
const LONGEST: Duration = Duration::from_secs(30);

/// What lies in a folder and below it. Links are not followed, other mounts and secrets are not entered.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Scan {
    /// Keys, credentials, profiles and Assent's own files; a folder stands for all that is in it.
    pub secrets: Vec<PathBuf>,
    /// What steers code and is not secret: hooks, settings of git and of editors. These folders were entered.
    pub steering: Vec<PathBuf>,
    /// Files that have more than one name.
    pub linked: Vec<Linked>,
    /// Sockets, pipes and devices.
    pub sockets: Vec<PathBuf>,
    /// Folders that could not be listed.
    pub unread: Vec<PathBuf>,
    /// Where other file systems, or other parts of this one, are mounted.
    pub mounts: Vec<PathBuf>,
    /// How many entries were looked at.
    pub entries: u64,
}

/// A file with more than one name. The other names may lie anywhere on that disk. The count is of when the folder was
/// last listed: a name that is made elsewhere later is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// This name.
    pub path: PathBuf,
    /// The disk.
    pub dev: u64,
    /// Its number on that disk.
    pub ino: u64,
    /// How many names it has.
    pub names: u64,
}

/// Why a folder could not be looked through. Whoever gets this must not show the folder to a program.
#[derive(Debug)]
pub enum Unfinished {
    /// It cannot be listed, or the system does not tell what is mounted.
    Unreadable(PathBuf, io::Error),
    /// It holds more than can be looked at.
    TooMany(PathBuf),
    /// It took too long.
    Late(PathBuf),
    /// The user stopped it.
    Stopped,
}

impl Unfinished {
    /// A sentence for the user.
    pub fn sentence(&self) -> String {
        let about = |key, path: &Path, because: &str| say(key, &[("path", &shown_path(path)), ("because", because)]);
        match self {
            Unfinished::Unreadable(path, error) => about("tools.scan.unreadable", path, &error.to_string()),
            Unfinished::TooMany(path) => about("tools.scan.too_many", path, ""),
            Unfinished::Late(path) => about("tools.scan.late", path, ""),
            Unfinished::Stopped => say("tools.scan.stopped", &[]),
        }
    }
}

/// Looks through `folder`. Whoever was let into a protected folder sees what is in it; from outside none is entered.
///
/// # Errors
/// When not everything could be looked at.
pub fn scan(folder: &Path, place: &Place) -> Result<Arc<Scan>, Unfinished> {
    let folder = canonical(folder);
    let about = kept::About::of(&folder, place);
    let before = kept::of(&about);
    let mounts = mounts(&folder)?;
    let pass = pass::Pass { place, root: &folder, before: &before, mounts: &mounts };
    let (seen, ended) = pass.run();
    let scan = ended.map(|()| gathered(&seen, mounts));
    kept::keep(about, seen.folders.into_iter().collect(), scan.is_ok());
    scan.map(Arc::new)
}

fn gathered(seen: &pass::Seen, mounts: Vec<PathBuf>) -> Scan {
    let mut scan = Scan { mounts, unread: seen.unread.clone(), ..Scan::default() };
    for (path, folder) in &seen.folders {
        scan.entries += folder.entries;
        for (name, found) in &folder.found {
            let path = path.join(name);
            match *found {
                kept::Found::Folder => {}
                kept::Found::Secret => scan.secrets.push(path),
                kept::Found::Steering | kept::Found::SteeringFolder => scan.steering.push(path),
                kept::Found::Special => scan.sockets.push(path),
                kept::Found::Linked { ino, names } => {
                    scan.linked.push(Linked { path, dev: folder.stamp.dev, ino, names });
                }
            }
        }
    }
    for list in [&mut scan.secrets, &mut scan.steering, &mut scan.sockets, &mut scan.unread] {
        list.sort();
    }
    scan.linked.sort_by(|one, other| one.path.cmp(&other.path));
    scan
}

type Folders = HashMap<PathBuf, Arc<Kept>>;

// A bind of another folder has the same device, and a bind of a file shows in no listing: the system's own table has all.
fn mounts(folder: &Path) -> Result<Vec<PathBuf>, Unfinished> {
    let table = std::fs::read("/proc/self/mountinfo")
        .map_err(|error| Unfinished::Unreadable("/proc/self/mountinfo".into(), error))?;
    let mut found: Vec<PathBuf> = table
        .split(|byte| *byte == b'\n')
        .filter_map(|line| line.split(|byte| *byte == b' ').nth(4).map(unescaped))
        .filter(|path| path != folder && path.starts_with(folder))
        .collect();
    found.sort();
    found.dedup();
    Ok(found)
}

// Blanks and line ends stand as three octal digits there.
fn unescaped(field: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..3).filter(|digits| first == b'\\' && digits.iter().all(|d| (b'0'..b'8').contains(d)));
        match digits {
            Some(digits) => {
                bytes.push(digits.iter().fold(0, |value: u8, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')));
                rest = &after[3..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(test)]
mod tests;
