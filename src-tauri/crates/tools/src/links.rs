//! One file, many names. A regular file with several names is the same file under each, so what a call may do with it
//! follows from all of them: a name in a granted folder does not make a key elsewhere a granted file.

use crate::{
    handle::{CHANGED, Entry, OTHER_NAMES},
    protected::{Bounds, Use},
};
use assent_protocol::Reach;
use rustix::{
    fd::{AsFd, OwnedFd},
    fs::{self, CWD, Dir, FileType, Mode, OFlags, Stat},
    io::Errno,
};
use std::{
    cell::{OnceCell, RefCell},
    collections::{HashMap, HashSet},
    ffi::OsStr,
    fs::File,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// Deeper folders are not searched; a name in one counts as one that lies elsewhere.
const DEEPEST: usize = 400;

type Inode = (u64, u64);

/// What is known of files with several names, in one call.
#[derive(Default)]
pub struct Links {
    // In the granted folders: every file with more than one name.
    inside: OnceCell<HashMap<Inode, Vec<PathBuf>>>,
    // Assent's own files and those of protected places, for looking and for changing.
    own: OnceCell<HashSet<Inode>>,
    places: [OnceCell<HashSet<Inode>>; 2],
    judged: RefCell<HashMap<(Inode, bool), Reach>>,
}

impl Links {
    pub(crate) fn reach(&self, bounds: &Bounds, file: Inode, count: u64, wanted: Use) -> Reach {
        if count <= 1 {
            return Reach::Inside;
        }
        let key = (file, wanted == Use::Change);
        if let Some(known) = self.judged.borrow().get(&key) {
            return *known;
        }
        let here = self.inside(bounds, file);
        let all = u64::try_from(here.len()).is_ok_and(|found| found >= count);
        // One of its names inside may be that of a protected place.
        let named = here.iter().map(|path| bounds.reach(path, wanted)).filter(|reach| *reach > Reach::Outside).max();
        let elsewhere = match all {
            true => Reach::Inside,
            false if self.own(bounds).contains(&file) => Reach::OwnFiles,
            false if self.places(bounds, wanted).contains(&file) => Reach::Protected,
            false => Reach::Outside,
        };
        let reach = named.map_or(elsewhere, |named| named.max(elsewhere));
        self.judged.borrow_mut().insert(key, reach);
        reach
    }

    fn own(&self, bounds: &Bounds) -> &HashSet<Inode> {
        self.own.get_or_init(|| files_in(bounds.own_folders().into_iter()))
    }

    fn places(&self, bounds: &Bounds, wanted: Use) -> &HashSet<Inode> {
        let places = &self.places[usize::from(wanted == Use::Change)];
        places.get_or_init(|| files_in(bounds.places(wanted).iter().map(PathBuf::as_path)))
    }

    pub(crate) fn inside(&self, bounds: &Bounds, file: Inode) -> Vec<PathBuf> {
        let inside = self.inside.get_or_init(|| {
            let mut found = HashMap::new();
            let mut roots: Vec<&Path> = bounds.roots().collect();
            roots.sort();
            // A folder in another one is looked through once.
            roots.dedup_by(|later, earlier| later.starts_with(earlier));
            for root in roots {
                each_file(root, &mut |open, name, path| {
                    if let Ok(stat) = fs::statat(open, name, fs::AtFlags::SYMLINK_NOFOLLOW)
                        && count(&stat) > 1
                    {
                        let names: &mut Vec<PathBuf> = found.entry((stat.st_dev, stat.st_ino)).or_default();
                        names.push(path.join(name));
                    }
                });
            }
            found
        });
        inside.get(&file).cloned().unwrap_or_default()
    }
}

/// How many names a file has. The system's number differs in width between its interfaces.
pub fn count(stat: &Stat) -> u64 {
    fn wide(number: impl Into<u64>) -> u64 {
        number.into()
    }
    wide(stat.st_nlink)
}

/// Opens a regular file for reading, unless by its names it reaches further than `allowed`: what is opened is what is
/// looked at, whatever lay under the name before.
///
/// # Errors
/// As [`Entry::open_file`], and [`OTHER_NAMES`].
pub fn open(entry: &Entry, bounds: &Bounds, allowed: Reach) -> Result<File, Errno> {
    let file = entry.open_file()?;
    check(&fs::fstat(&file)?, bounds, allowed)?;
    Ok(file)
}

/// Whether a file that is open reaches no further than `allowed`.
///
/// # Errors
/// [`OTHER_NAMES`].
pub fn check(stat: &Stat, bounds: &Bounds, allowed: Reach) -> Result<(), Errno> {
    let reach = bounds.names_of((stat.st_dev, stat.st_ino), count(stat), Use::Look);
    if reach > allowed { Err(OTHER_NAMES) } else { Ok(()) }
}

/// Puts `bytes` into the file itself, which keeps all its names: for taking back what was changed through one of them.
/// What is there under the name now must be the file `expected`.
///
/// # Errors
/// `CHANGED` when it is another file, and what the system answers.
pub fn put_in_place(entry: &Entry, expected: Inode, bytes: &[u8]) -> Result<File, Errno> {
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NOCTTY;
    // Opening a device can already do something.
    if entry.stat()?.is_none_or(|stat| (stat.st_dev, stat.st_ino) != expected) {
        return Err(CHANGED);
    }
    let file = File::from(fs::openat(&entry.folder, entry.name.as_os_str(), flags, Mode::empty())?);
    let stat = fs::fstat(&file)?;
    if (stat.st_dev, stat.st_ino) != expected || FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(CHANGED);
    }
    std::os::unix::fs::FileExt::write_all_at(&file, bytes, 0).map_err(|error| crate::failure::errno(&error))?;
    fs::ftruncate(&file, bytes.len() as u64)?;
    crate::attributes::sync(&file)?;
    Ok(file)
}

// Every file in `places`, by the number that the list of its folder gives, so that none has to be looked at.
fn files_in<'p>(places: impl Iterator<Item = &'p Path>) -> HashSet<Inode> {
    let mut found = HashSet::new();
    for place in places {
        let Some(itself) = crate::protected::identity_of(place) else { continue };
        found.insert(itself);
        each(place, &mut |_, _, kind, number, _| {
            if kind != FileType::Directory {
                found.insert((itself.0, number));
            }
            true
        });
    }
    found
}

fn each_file(folder: &Path, visit: &mut dyn FnMut(&OwnedFd, &OsStr, &Path)) {
    each(folder, &mut |open, name, kind, _, path| {
        if matches!(kind, FileType::RegularFile | FileType::Unknown) {
            visit(open, name, path);
        }
        true
    });
}

type Visit<'a> = dyn FnMut(&OwnedFd, &OsStr, FileType, u64, &Path) -> bool + 'a;

// Visits what lies in `folder` and below it, links not followed, until `visit` says no.
fn each(folder: &Path, visit: &mut Visit<'_>) {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    if let Ok(open) = fs::openat(CWD, folder, flags, Mode::empty()) {
        below(open, folder, visit, 0);
    }
}

fn below(open: OwnedFd, path: &Path, visit: &mut Visit<'_>, depth: usize) -> bool {
    let Ok(list) = Dir::read_from(&open) else { return true };
    let mut folders = Vec::new();
    for child in list.flatten() {
        let name = OsStr::from_bytes(child.file_name().to_bytes());
        if name == "." || name == ".." {
            continue;
        }
        let mut kind = child.file_type();
        if kind == FileType::Unknown
            && let Ok(stat) = fs::statat(open.as_fd(), name, fs::AtFlags::SYMLINK_NOFOLLOW)
        {
            kind = FileType::from_raw_mode(stat.st_mode);
        }
        if !visit(&open, name, kind, child.ino(), path) {
            return false;
        }
        if kind == FileType::Directory && depth < DEEPEST {
            folders.push(name.to_owned());
        }
    }
    folders.into_iter().all(|name| {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match fs::openat(&open, name.as_os_str(), flags, Mode::empty()) {
            Ok(inner) => below(inner, &path.join(&name), visit, depth + 1),
            Err(_) => true,
        }
    })
}

#[cfg(test)]
mod tests;
