//! What lies in the folders that a command may change, kept before it runs, so that it can be as before: names, bytes,
//! mode, times and extended attributes. Too many or too large things are not kept, and then there is no undo.

use crate::{
    attributes::{Attributes, stamps},
    batch::stored,
    contents::{MOST_BYTES, keep, kept},
    failure::{errno, failed, sentence},
    handle::{Entry, Handles, passing_name},
    mark::{Kind, Mark},
    paths::text_of,
    relocate::conflict,
};
use assent_agent::{Inverse, Place, ToolError, Undone};
use rustix::{
    fs::{self, AtFlags, Mode},
    io::Errno,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::Write,
    path::{Path, PathBuf},
};

/// More entries than this are not kept.
pub const MOST_ENTRIES: usize = 2_000;
/// More bytes than this are not kept.
pub const MOST_KEPT: u64 = 64 * 1024 * 1024;

/// How much lies in the folders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amount {
    /// Files, folders and links.
    pub entries: usize,
    /// Bytes in the files.
    pub bytes: u64,
}

/// One thing as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Thing {
    pub(super) mark: Mark,
    pub(super) attributes: Option<Attributes>,
    pub(super) sha256: Option<String>,
}

/// One thing that a command changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Change {
    path: String,
    before: Option<Thing>,
    after: Option<Mark>,
}

/// The inverse of a command.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kept {
    /// Before it ran: the digest of the list of everything, which lies among the copies.
    Before { list: String },
    /// After it: the digest of the list of what it changed.
    After { list: String },
}

/// Everything in some folders, at one moment.
#[derive(Debug, Default)]
pub struct Snapshot(pub(super) BTreeMap<PathBuf, Thing>);

/// How much lies in `folders`, if it is little enough to be kept.
pub fn amount(folders: &[PathBuf]) -> Option<Amount> {
    let mut amount = Amount::default();
    each(folders, &mut |_, mark| {
        amount.entries += 1;
        amount.bytes = amount.bytes.saturating_add(mark.size);
        let fits = mark.kind != Kind::Other && mark.size <= MOST_BYTES;
        fits && amount.entries <= MOST_ENTRIES && amount.bytes <= MOST_KEPT
    })
    .then_some(amount)
}

impl Snapshot {
    /// Keeps a copy of everything.
    ///
    /// # Errors
    /// When something cannot be read or kept: then the command must not run.
    pub fn take(folders: &[PathBuf], place: &Place) -> Result<(Snapshot, Vec<Inverse>), ToolError> {
        let mut all = BTreeMap::new();
        let mut handles = Handles::new(place);
        for path in paths(folders) {
            let entry = handles.entry(&path).map_err(|error| failed(error, &path))?;
            if let Some(thing) = thing(&entry, Some(place), MOST_BYTES).map_err(|error| failed(error, &path))? {
                all.insert(path, thing);
            }
        }
        let snapshot = Snapshot(all);
        let list: Vec<(String, &Thing)> = snapshot.0.iter().map(|(path, thing)| (text_of(path), thing)).collect();
        let list = keep(json(&list)?.as_bytes(), &place.copies)?;
        let data = crate::batch::data(&Kept::Before { list })?;
        Ok((snapshot, vec![Inverse { item: 0, data }]))
    }

    /// The one that an inverse names.
    pub fn of(inverse: &Inverse, place: &Place) -> Option<Snapshot> {
        let Ok(Kept::Before { list }) = stored::<Kept>(&inverse.data) else { return None };
        let list: Vec<(String, Thing)> = serde_json::from_slice(&kept(&list, &place.copies)?).ok()?;
        Some(Snapshot(list.into_iter().map(|(path, thing)| (PathBuf::from(path), thing)).collect()))
    }

    /// Whether what was looked at for the card is what was kept: of the two, the kept one is what runs.
    pub fn agrees(&self, path: &Path, sha256: &str) -> bool {
        self.0.get(path).is_none_or(|thing| thing.sha256.as_deref() == Some(sha256))
    }

    /// What differs now, as the inverse that takes only that back, with the paths for the user. With `at`, only those
    /// paths and the folders above them: the rest is somebody else's work.
    ///
    /// # Errors
    /// When the list cannot be kept.
    pub fn changes(
        self,
        folders: &[PathBuf],
        at: Option<&BTreeSet<PathBuf>>,
        place: &Place,
    ) -> Result<(Vec<Inverse>, Vec<PathBuf>), ToolError> {
        let mut changes = self.differences(folders, place);
        if let Some(at) = at {
            let above: BTreeSet<&Path> = at.iter().flat_map(|path| path.ancestors()).collect();
            changes.retain(|change| {
                let path = Path::new(&change.path);
                let folder = change.before.as_ref().is_some_and(|thing| thing.mark.kind == Kind::Folder);
                at.contains(path) || folder && above.contains(path)
            });
        }
        let named: Vec<PathBuf> = changes
            .iter()
            .filter(|change| {
                change
                    .after
                    .as_ref()
                    .or(change.before.as_ref().map(|thing| &thing.mark))
                    .is_some_and(|mark| mark.kind != Kind::Folder)
                    || change.before.is_none()
                    || change.after.is_none()
            })
            .map(|change| PathBuf::from(&change.path))
            .collect();
        let list = keep(json(&changes)?.as_bytes(), &place.copies)?;
        Ok((vec![Inverse { item: 0, data: crate::batch::data(&Kept::After { list })? }], named))
    }

    fn differences(self, folders: &[PathBuf], place: &Place) -> Vec<Change> {
        let mut handles = Handles::new(place);
        let mut now: BTreeMap<PathBuf, Mark> = BTreeMap::new();
        for path in paths(folders) {
            if let Ok(Some(mark)) = handles.entry(&path).and_then(|entry| entry.mark()) {
                now.insert(path, mark);
            }
        }
        let mut changes = Vec::new();
        for (path, thing) in self.0 {
            let after = now.remove(&path);
            let same = after.as_ref() == Some(&thing.mark)
                && handles
                    .entry(&path)
                    .and_then(|entry| attributes(&entry))
                    .is_ok_and(|found| same_attributes(found.as_ref(), thing.attributes.as_ref()));
            if !same {
                changes.push(Change { path: text_of(&path), before: Some(thing), after });
            }
        }
        changes.extend(now.into_iter().map(|(path, mark)| Change {
            path: text_of(&path),
            before: None,
            after: Some(mark),
        }));
        changes.sort_by(|one, other| one.path.cmp(&other.path));
        changes
    }
}

/// Takes a command back.
pub fn undo(inverse: &Inverse, place: &Place) -> Undone {
    let (list, after) = match stored::<Kept>(&inverse.data) {
        Ok(Kept::Before { list }) => (list, false),
        Ok(Kept::After { list }) => (list, true),
        Err(conflict) => return conflict,
    };
    let Some(bytes) = kept(&list, &place.copies) else {
        return conflict("tools.undo.no_copy", Path::new(&list));
    };
    if !after {
        // Nobody saw how it ended, so nobody can say what is its work and what the user's.
        return Undone::Conflict(crate::words::say("tools.shell.undo.unknown", &[]));
    }
    let Ok(changes) = serde_json::from_slice::<Vec<Change>>(&bytes) else {
        return Undone::Conflict(crate::words::say("tools.undo.unreadable", &[]));
    };
    match take_back(&changes, place) {
        Ok(undone) => undone,
        Err((error, path)) => Undone::Conflict(sentence(error, &path)),
    }
}

fn take_back(changes: &[Change], place: &Place) -> Result<Undone, (Errno, PathBuf)> {
    let mut handles = Handles::new(place);
    let mut as_before = true;
    for change in changes {
        let path = Path::new(&change.path);
        let now = mark(&mut handles, path).map_err(|error| (error, path.to_owned()))?;
        let folder = |mark: Option<&Mark>| mark.is_some_and(|mark| mark.kind == Kind::Folder);
        let before = change.before.as_ref().map(|thing| &thing.mark);
        as_before &= match (before, now.as_ref()) {
            (None, None) => true,
            (Some(before), Some(now)) => {
                before.kind == now.kind
                    && before.modified == now.modified
                    && before.link == now.link
                    && (before.kind == Kind::Folder || before.size == now.size)
            }
            _ => false,
        };
        // What lies in a folder has marks of its own.
        let left_alone = now == change.after || folder(now.as_ref()) && folder(change.after.as_ref());
        if !left_alone && !as_before {
            return Ok(conflict(if now.is_none() { "tools.undo.gone" } else { "tools.undo.changed" }, path));
        }
    }
    if as_before {
        return Ok(Undone::NotNeeded);
    }
    for change in changes.iter().rev() {
        let path = Path::new(&change.path);
        let kept_folder = change.before.as_ref().is_some_and(|thing| thing.mark.kind == Kind::Folder);
        if change.after.as_ref().is_some_and(|after| !(after.kind == Kind::Folder && kept_folder)) {
            remove(&mut handles, path, change.after.as_ref()).map_err(|error| (error, path.to_owned()))?;
        }
    }
    for change in changes {
        if let Some(thing) = &change.before {
            let path = Path::new(&change.path);
            put(&mut handles, path, thing, change.after.as_ref(), place).map_err(|error| (error, path.to_owned()))?;
        }
    }
    // Last, because every entry that is put or taken gives its folder a new time.
    for change in changes.iter().rev() {
        if let Some(Thing { mark, attributes: Some(attributes), .. }) = &change.before
            && mark.kind == Kind::Folder
        {
            let path = Path::new(&change.path);
            let given = handles.entry(path).and_then(|entry| attributes.give(&File::from(entry.open_folder()?), true));
            given.map_err(|error| (error, path.to_owned()))?;
        }
    }
    handles.sync();
    Ok(Undone::Restored)
}

fn mark(handles: &mut Handles, path: &Path) -> Result<Option<Mark>, Errno> {
    match handles.entry(path) {
        Ok(entry) => entry.mark(),
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(error) => Err(error),
    }
}

fn remove(handles: &mut Handles, path: &Path, after: Option<&Mark>) -> Result<(), Errno> {
    let entry = handles.entry(path)?;
    let Some(after) = after else { return Ok(()) };
    if after.kind == Kind::Folder {
        handles.forget(path);
        return fs::unlinkat(&entry.folder, entry.name.as_os_str(), AtFlags::REMOVEDIR);
    }
    entry.remove_verified((after.device, after.inode), &passing_name(path))
}

fn put(handles: &mut Handles, path: &Path, thing: &Thing, after: Option<&Mark>, place: &Place) -> Result<(), Errno> {
    let entry = handles.entry(path)?;
    match thing.mark.kind {
        Kind::Folder => {
            if after.is_none_or(|after| after.kind != Kind::Folder) {
                fs::mkdirat(&entry.folder, entry.name.as_os_str(), Mode::from_raw_mode(0o700))?;
            }
        }
        Kind::Link => {
            let text = thing.mark.link.as_deref().unwrap_or_default();
            fs::symlinkat(text, &entry.folder, entry.name.as_os_str())?;
            let times = stamps(thing.mark.modified, thing.mark.modified);
            fs::utimensat(&entry.folder, entry.name.as_os_str(), &times, AtFlags::SYMLINK_NOFOLLOW)?;
        }
        Kind::File => {
            let (Some(sum), Some(attributes)) = (&thing.sha256, &thing.attributes) else { return Err(Errno::IO) };
            let bytes = kept(sum, &place.copies).ok_or(Errno::IO)?;
            let passing = entry.sibling(passing_name(path));
            let mut file = passing.create()?;
            let written = file.write_all(&bytes).map_err(|error| errno(&error));
            let done = written
                .and_then(|()| attributes.give(&file, true))
                .and_then(|()| crate::attributes::sync(&file))
                .and_then(|()| passing.rename_to(&entry));
            if let Err(error) = done {
                let _ = fs::unlinkat(&passing.folder, passing.name.as_os_str(), AtFlags::empty());
                return Err(error);
            }
        }
        Kind::Other => return Err(Errno::OPNOTSUPP),
    }
    Ok(())
}

pub(super) fn thing(entry: &Entry, keeping: Option<&Place>, most: u64) -> Result<Option<Thing>, Errno> {
    let Some(mark) = entry.mark()? else { return Ok(None) };
    let sha256 = match (mark.kind, keeping) {
        (Kind::File, Some(place)) => {
            let whole = entry.read_whole(most)?.ok_or(Errno::NOENT)?;
            Some(keep(&whole.bytes, &place.copies).map_err(|_| Errno::NOSPC)?)
        }
        (Kind::Other, _) => return Err(Errno::OPNOTSUPP),
        _ => None,
    };
    Ok(Some(Thing { attributes: attributes(entry)?, mark, sha256 }))
}

fn attributes(entry: &Entry) -> Result<Option<Attributes>, Errno> {
    Ok(match entry.mark()?.map(|mark| mark.kind) {
        Some(Kind::File) => Some(Attributes::of(&entry.open_file()?)?),
        Some(Kind::Folder) => Some(Attributes::of(&File::from(entry.open_folder()?))?),
        _ => None,
    })
}

// Reading changes when a thing was last read.
pub(super) fn same_attributes(one: Option<&Attributes>, other: Option<&Attributes>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            (one.mode, one.owner, one.modified, &one.extended)
                == (other.mode, other.owner, other.modified, &other.extended)
        }
        _ => false,
    }
}

fn json(value: &impl Serialize) -> Result<String, ToolError> {
    serde_json::to_string(value).map_err(|error| ToolError::Failed(error.to_string()))
}

pub(super) fn paths(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    each(folders, &mut |path, _| {
        found.push(path.to_owned());
        found.len() <= MOST_ENTRIES * 4
    });
    found
}

// Walks the folders, each itself first, until `goes_on` says no; whether it never did.
fn each(folders: &[PathBuf], goes_on: &mut dyn FnMut(&Path, &Mark) -> bool) -> bool {
    let mut left: Vec<PathBuf> = folders.to_vec();
    while let Some(path) = left.pop() {
        let Ok(stat) = fs::lstat(&path) else { continue };
        let mark = Mark::of(&stat, None);
        if path.to_str().is_none() || !goes_on(&path, &mark) {
            return false;
        }
        if mark.kind == Kind::Folder {
            let Ok(entries) = std::fs::read_dir(&path) else { return false };
            left.extend(entries.flatten().map(|entry| entry.path()));
        }
    }
    true
}
