//! A command that may change folders works on copies of them, made of what was kept for undo, and our own code brings over
//! what it changed: whole, and without what would lie in a protected place. What was changed in the folder meanwhile is
//! never overwritten, and a command that was stopped has changed nothing.

use super::{
    held::Held,
    kept::{Snapshot, Thing, paths},
};
use crate::{
    attributes::{stamps, sync},
    contents::{keep, kept},
    failure::{errno, failed, sentence},
    handle::{CHANGED, Entry, Handles, passing_name},
    mark::{Kind, Mark},
    paths::text_of,
    protected::{Bounds, Use},
    words::say,
};
use assent_agent::{Place, ToolError};
use assent_protocol::Reach;
use rustix::{
    fs::{self, AtFlags, Mode, RenameFlags},
    io::Errno,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    io::Write,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

/// A larger file that a command makes is not brought over.
const MOST_BROUGHT: u64 = 256 * 1024 * 1024;

/// Copies of folders, gone when dropped.
pub struct Staged {
    root: PathBuf,
    folders: Vec<(PathBuf, PathBuf)>,
    before: HashMap<PathBuf, Stamp>,
}

// What no write leaves as it is: inode and the time of its last change.
type Stamp = (u64, i64, i64);

/// What came of bringing the changes over.
#[derive(Debug, Default)]
pub struct Brought {
    /// What is changed now.
    pub changed: BTreeSet<PathBuf>,
    /// What would have lain in a protected place, and waits.
    pub held: Vec<Held>,
    /// What could not be brought over, in sentences.
    pub problems: Vec<String>,
}

impl Staged {
    /// Copies of `folders` as they are in `snapshot`.
    ///
    /// # Errors
    /// When a copy cannot be made.
    pub fn of(snapshot: &Snapshot, folders: &[PathBuf], place: &Place) -> Result<Staged, ToolError> {
        let root = place.data.join("boxes").join(passing_name(Path::new(&format!("{:?}", std::time::Instant::now()))));
        let here = |error: std::io::Error| failed(errno(&error), &root);
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&root).map_err(here)?;
        let mut staged = Staged { root: root.clone(), folders: Vec::new(), before: HashMap::new() };
        let mut outermost: Vec<&PathBuf> = folders.iter().collect();
        outermost.sort();
        for folder in outermost {
            if !staged.folders.iter().any(|(above, _)| folder.starts_with(above)) {
                let copy = root.join(staged.folders.len().to_string());
                staged.folders.push((folder.clone(), copy));
            }
        }
        let mut inodes = HashMap::new();
        for (path, thing) in &snapshot.0 {
            let Some(copy) = staged.copy_of(path) else { continue };
            make(&copy, thing, &mut inodes, place).map_err(|error| failed(error, path))?;
        }
        // Last, because every entry that is made gives its folder a new time and may be in one that is not writable.
        for (path, thing) in snapshot.0.iter().rev().filter(|(_, thing)| thing.mark.kind == Kind::Folder) {
            let (Some(copy), Some(attributes)) = (staged.copy_of(path), &thing.attributes) else { continue };
            let given = File::open(&copy).map_err(|error| errno(&error)).and_then(|file| attributes.give(&file, true));
            given.map_err(|error| failed(error, path))?;
        }
        for path in snapshot.0.keys() {
            let stamp = staged.copy_of(path).and_then(|copy| stamp(&copy));
            staged.before.extend(stamp.map(|stamp| (path.clone(), stamp)));
        }
        Ok(staged)
    }

    /// Which folder is shown at which path.
    pub fn shown(&self) -> Vec<(PathBuf, PathBuf)> {
        self.folders.clone()
    }

    /// Brings over what differs from `snapshot`. `allowed` is what the card named.
    ///
    /// # Errors
    /// When what is held back cannot be kept.
    pub fn bring_over(&self, snapshot: &Snapshot, allowed: &[PathBuf], place: &Place) -> Result<Brought, ToolError> {
        let bounds = Bounds::of(place);
        let repositories = self.repositories();
        let waits = |path: &Path| {
            let steers = repositories.iter().any(|folder| steers_repository(folder, path));
            (steers || bounds.reach(path, Use::Change) >= Reach::Protected)
                && !allowed.iter().any(|allowed| path.starts_with(allowed))
        };
        let mut brought = Brought::default();
        let mut now = BTreeMap::new();
        for (real, copy) in &self.folders {
            for path in paths(std::slice::from_ref(copy)) {
                let Ok(rest) = path.strip_prefix(copy) else { continue };
                now.insert(if rest.as_os_str().is_empty() { real.clone() } else { real.join(rest) }, path);
            }
        }
        let mut handles = Handles::new(place);
        // What is gone or of another kind goes first, from the inside out.
        for (path, thing) in snapshot.0.iter().rev() {
            let kind = now.get(path).and_then(|copy| kind(copy));
            if self.copy_of(path).is_none() || kind == Some(thing.mark.kind) {
                continue;
            }
            if waits(path) {
                brought.held.push(Held::gone(path, &thing.mark));
            } else {
                brought.note(path, take_away(&mut handles, path, &thing.mark));
            }
        }
        let mut folders = Vec::new();
        for (path, copy) in &now {
            let before = snapshot.0.get(path).filter(|thing| Some(thing.mark.kind) == kind(copy));
            if before.is_some() && stamp(copy) == self.before.get(path).copied() {
                continue;
            }
            let found = match found(copy, before, place) {
                Ok(Some(found)) => found,
                Ok(None) => continue,
                Err(error) => {
                    brought.problems.push(sentence(error, path));
                    continue;
                }
            };
            if waits(path) {
                brought.held.push(Held::of(path, &found, before.map(|thing| &thing.mark)));
                continue;
            }
            if found.mark.kind == Kind::Folder {
                folders.push((path.clone(), found.attributes.clone()));
            }
            brought.note(path, put(&mut handles, path, &found, before.map(|thing| &thing.mark), place));
        }
        for (path, attributes) in folders.into_iter().rev() {
            let Some(attributes) = attributes else { continue };
            let given = handles.entry(&path).and_then(|entry| attributes.give(&File::from(entry.open_folder()?), true));
            brought.problems.extend(given.err().map(|error| sentence(error, &path)));
        }
        handles.sync();
        Ok(brought)
    }

    fn copy_of(&self, path: &Path) -> Option<PathBuf> {
        self.folders.iter().find_map(|(real, copy)| {
            let rest = path.strip_prefix(real).ok()?;
            Some(if rest.as_os_str().is_empty() { copy.clone() } else { copy.join(rest) })
        })
    }

    // Folders that git takes for a repository, by what is in them and not by their name.
    fn repositories(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        for (real, copy) in &self.folders {
            for path in paths(std::slice::from_ref(copy)) {
                if path.join("HEAD").symlink_metadata().is_ok()
                    && path.join("objects").is_dir()
                    && path.join("refs").is_dir()
                    && let Ok(rest) = path.strip_prefix(copy)
                {
                    found.push(if rest.as_os_str().is_empty() { real.clone() } else { real.join(rest) });
                }
            }
        }
        found
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // A command may have made folders that cannot be written; what is left lies in Assent's own folder.
        for path in paths(std::slice::from_ref(&self.root)) {
            if path.is_dir() && !path.is_symlink() {
                let _ = fs::chmod(&path, Mode::from_raw_mode(0o700));
            }
        }
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

impl Brought {
    fn note(&mut self, path: &Path, done: Result<(), Errno>) {
        match done {
            Ok(()) => {
                self.changed.insert(path.to_owned());
            }
            Err(CHANGED | Errno::EXIST | Errno::NOTEMPTY) => {
                self.problems.push(say("tools.shell.meanwhile", &[("path", &text_of(path))]));
            }
            Err(error) => self.problems.push(sentence(error, path)),
        }
    }
}

fn steers_repository(folder: &Path, path: &Path) -> bool {
    path.strip_prefix(folder).is_ok_and(|rest| {
        let first = rest.components().next().map(|part| part.as_os_str().to_string_lossy().to_lowercase());
        matches!(first.as_deref(), Some("config" | "config.worktree" | "hooks"))
            || rest.to_string_lossy().to_lowercase() == "info/attributes"
    })
}

fn stamp(path: &Path) -> Option<Stamp> {
    let found = path.symlink_metadata().ok()?;
    Some((found.ino(), found.ctime(), found.ctime_nsec()))
}

fn kind(path: &Path) -> Option<Kind> {
    fs::lstat(path).ok().map(|stat| Kind::of(&stat))
}

// One thing of a copy, as it was kept. Two names of one file stay two names of one file.
fn make(copy: &Path, thing: &Thing, inodes: &mut HashMap<(u64, u64), PathBuf>, place: &Place) -> Result<(), Errno> {
    let io = |error: std::io::Error| errno(&error);
    match thing.mark.kind {
        Kind::Folder => std::fs::DirBuilder::new().mode(0o700).create(copy).map_err(io),
        Kind::Link => {
            fs::symlink(thing.mark.link.as_deref().unwrap_or_default(), copy)?;
            let times = stamps(thing.mark.modified, thing.mark.modified);
            fs::utimensat(fs::CWD, copy, &times, AtFlags::SYMLINK_NOFOLLOW)
        }
        Kind::File => {
            if let Some(first) = inodes.get(&(thing.mark.device, thing.mark.inode)) {
                return std::fs::hard_link(first, copy).map_err(io);
            }
            let (Some(sum), Some(attributes)) = (&thing.sha256, &thing.attributes) else { return Err(Errno::IO) };
            let bytes = kept(sum, &place.copies).ok_or(Errno::IO)?;
            let mut file = File::create_new(copy).map_err(io)?;
            file.write_all(&bytes).map_err(io)?;
            attributes.give(&file, true)?;
            inodes.insert((thing.mark.device, thing.mark.inode), copy.to_owned());
            Ok(())
        }
        Kind::Other => Err(Errno::OPNOTSUPP),
    }
}

// What lies in the copy now, kept; none where it is as it was.
fn found(copy: &Path, before: Option<&Thing>, place: &Place) -> Result<Option<Thing>, Errno> {
    let mut handles = Handles::new(place);
    let entry = handles.entry(copy)?;
    let thing = super::kept::thing(&entry, Some(place), MOST_BROUGHT)?.ok_or(Errno::NOENT)?;
    let same = before.is_some_and(|before| {
        before.sha256 == thing.sha256
            && before.mark.link == thing.mark.link
            && super::kept::same_attributes(before.attributes.as_ref(), thing.attributes.as_ref())
    });
    Ok((!same).then_some(thing))
}

/// Puts a kept thing in the place of what is there, if that still is `before`.
///
/// # Errors
/// [`CHANGED`] and `EXIST` where somebody else was there meanwhile.
pub(super) fn put(
    handles: &mut Handles,
    path: &Path,
    thing: &Thing,
    before: Option<&Mark>,
    place: &Place,
) -> Result<(), Errno> {
    let entry = handles.entry(path)?;
    let there = entry.mark()?;
    match (before, &there) {
        (None, None) => {}
        (None, Some(there)) if there.kind == Kind::Folder && thing.mark.kind == Kind::Folder => return Ok(()),
        (None, Some(_)) => return Err(Errno::EXIST),
        (Some(before), Some(there)) if before.holds(there, false) => {}
        (Some(_), _) => return Err(CHANGED),
    }
    let passing = entry.sibling(passing_name(path));
    match thing.mark.kind {
        Kind::Folder if there.is_some() => return Ok(()),
        Kind::Folder => return fs::mkdirat(&entry.folder, entry.name.as_os_str(), Mode::from_raw_mode(0o700)),
        Kind::Link => {
            let text = thing.mark.link.as_deref().unwrap_or_default();
            fs::symlinkat(text, &passing.folder, passing.name.as_os_str())?;
            let times = stamps(thing.mark.modified, thing.mark.modified);
            fs::utimensat(&passing.folder, passing.name.as_os_str(), &times, AtFlags::SYMLINK_NOFOLLOW)?;
        }
        Kind::File => {
            let (Some(sum), Some(attributes)) = (&thing.sha256, &thing.attributes) else { return Err(Errno::IO) };
            let bytes = kept(sum, &place.copies).ok_or(Errno::IO)?;
            let mut file = passing.create()?;
            file.write_all(&bytes).map_err(|error| errno(&error))?;
            attributes.give(&file, true)?;
            sync(&file)?;
        }
        Kind::Other => return Err(Errno::OPNOTSUPP),
    }
    let placed = match there {
        None => passing.rename_to(&entry),
        Some(there) => exchange(&passing, &entry, &there),
    };
    if placed.is_err() {
        let _ = fs::unlinkat(&passing.folder, passing.name.as_os_str(), AtFlags::empty());
    }
    placed
}

// The old one is looked at once more after it was taken, so that nothing that somebody else wrote is lost.
fn exchange(passing: &Entry, entry: &Entry, there: &Mark) -> Result<(), Errno> {
    let swap = || {
        fs::renameat_with(
            &passing.folder,
            passing.name.as_os_str(),
            &entry.folder,
            entry.name.as_os_str(),
            RenameFlags::EXCHANGE,
        )
    };
    match swap() {
        Ok(()) => {}
        Err(Errno::INVAL | Errno::NOSYS) => {
            entry.remove_verified((there.device, there.inode), &passing_name(&entry.path.join("old")))?;
            return passing.rename_to(entry);
        }
        Err(error) => return Err(error),
    }
    if passing.mark()?.is_none_or(|taken| !there.holds(&taken, false)) {
        swap()?;
        return Err(CHANGED);
    }
    fs::unlinkat(&passing.folder, passing.name.as_os_str(), AtFlags::empty())
}

/// Takes away what is there, if it still is `before`.
///
/// # Errors
/// [`CHANGED`] or `NOTEMPTY` where somebody else was there meanwhile.
pub(super) fn take_away(handles: &mut Handles, path: &Path, before: &Mark) -> Result<(), Errno> {
    let entry = handles.entry(path)?;
    let Some(there) = entry.mark()? else { return Ok(()) };
    if !before.holds(&there, false) {
        return Err(CHANGED);
    }
    if there.kind == Kind::Folder {
        handles.forget(path);
        return fs::unlinkat(&entry.folder, entry.name.as_os_str(), AtFlags::REMOVEDIR);
    }
    entry.remove_verified((there.device, there.inode), &passing_name(path))
}

/// What is kept of attributes, for whoever holds something back.
pub(super) fn keep_list(list: &impl serde::Serialize, place: &Place) -> Result<String, ToolError> {
    let text = serde_json::to_vec(list).map_err(|error| ToolError::Failed(error.to_string()))?;
    keep(&text, &place.copies)
}
