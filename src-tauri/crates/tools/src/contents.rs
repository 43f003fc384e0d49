//! The text of one file is put in place of what is there, or of nothing: in a new file beside it, exchanged only if the
//! old one still is what was looked at. Writing, editing, notes and to-dos all do this.

use crate::{
    attributes::{Attributes, hex, sync},
    batch::{blank, refuse_own},
    failure::{errno, failed, sentence},
    folders::{Surroundings, Surveyor, make_above, remove_empty},
    handle::{CHANGED, Entry, Handles, Whole, passing_name},
    origin::{self, WRITTEN},
    paths::{Resolved, text_of},
    protected::{Bounds, Use},
    relocate::conflict,
    words::{say, shown_path},
};
use assent_agent::{Place, ToolError, ToolFacts, Undone};
use assent_protocol::{DiffLine, Effect, Preview, Reach, visible::visible};
use rustix::{
    fs::{self, AtFlags, Mode, RenameFlags},
    io::Errno,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use similar::{ChangeTag, TextDiff};
use std::{
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use xattr::FileExt;

/// Larger files are not edited, replaced or searched.
pub const MOST_BYTES: u64 = 10 * 1024 * 1024;
// A card shows every line up to this many; beyond, the changed ones with three around them.
const MOST_LINES_WHOLE: usize = 2_000;

/// The inverse of one replacement, complete before it starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replaced {
    path: String,
    before: Option<Before>,
    after: String,
    passing: String,
    around: Surroundings,
    /// For lists: the one line that changes, so that it alone can be taken back after other changes.
    line: Option<LineChange>,
}

/// The file that was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Before {
    sha256: String,
    attributes: Attributes,
    // Where it had other names, each of which keeps the file as it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    names: Option<Names>,
}

/// The other names of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Names {
    inode: (u64, u64),
    // Those in the granted folders.
    inside: Vec<String>,
    // Whether there are more.
    elsewhere: bool,
}

/// One line of a list, before and after. `before` is none for a line that is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineChange {
    /// Without its line break.
    pub before: Option<String>,
    /// Without its line break.
    pub after: String,
}

/// What is at a path now.
pub struct Current {
    /// Its bytes; none if there is nothing.
    pub bytes: Option<Vec<u8>>,
    /// Its state; empty if there is nothing.
    pub state: String,
    /// How far it reaches by the names that the opened file has.
    pub names: Reach,
    /// Whether it has others.
    pub several_names: bool,
}

impl Current {
    /// Its text; empty if there is nothing, none if it is not text.
    pub fn text(&self) -> Option<&str> {
        self.bytes.as_deref().map_or(Some(""), |bytes| std::str::from_utf8(bytes).ok())
    }
}

/// Reads what is at `path`.
///
/// # Errors
/// For anything but a regular file of at most 10 MB.
pub fn current(path: &Path, place: &Place) -> Result<Current, ToolError> {
    let found = match Handles::new(place).entry(path).and_then(|entry| entry.read_whole(MOST_BYTES)) {
        Ok(found) => found,
        Err(Errno::NOENT) => None,
        Err(Errno::FBIG) => return Err(ToolError::Failed(say("tools.text.too_big", &[("path", &shown_path(path))]))),
        Err(error) => return Err(failed(error, path)),
    };
    Ok(match found {
        None => Current { bytes: None, state: String::new(), names: Reach::Inside, several_names: false },
        Some(whole) => {
            let names = match whole.names {
                ..=1 => Reach::Inside,
                count => Bounds::of(place).names_of(whole.inode, count, Use::Change),
            };
            if names == Reach::OwnFiles {
                return Err(ToolError::Refused(say("tools.path.own_files", &[])));
            }
            Current { state: state_of(&whole), names, several_names: whole.names > 1, bytes: Some(whole.bytes) }
        }
    })
}

/// The facts of replacing what is at `at` with `text`.
pub fn describe(at: &Resolved, field: &str, now: &Current, text: &str, title: String, place: &Place) -> ToolFacts {
    let at = &Resolved { path: at.path.clone(), reach: at.reach.max(now.names) };
    let subject = subject(at, now, place);
    let effect = if now.bytes.is_some() { Effect::Modify } else { Effect::Create };
    let preview = match now.text() {
        Some(before) => Preview::Lines { subject, lines: difference(before, text) },
        None => Preview::Lines { subject, lines: difference("", text) },
    };
    ToolFacts {
        title,
        targets: vec![at.target(field, &now.state)],
        items: 1,
        bytes: text.len() as u64,
        preview,
        ..blank(effect)
    }
}

// What is changed, and what about it the user has to know.
fn subject(at: &Resolved, now: &Current, place: &Place) -> String {
    let mut parts = vec![match now.text() {
        Some(_) => shown_path(&at.path),
        None => say("tools.text.replaces_data", &[("path", &shown_path(&at.path))]),
    }];
    if at.reach != Reach::Inside {
        parts.extend(at.why(&Bounds::of(place), Use::Change));
    }
    if now.several_names {
        parts.push(say("tools.words.other_names", &[]));
    }
    parts.join(" · ")
}

/// The facts of a call on Assent's own files, of which nothing is read or told. The floor denies it.
pub fn describe_own(at: &Resolved, field: &str, title: String) -> ToolFacts {
    let rows = vec![(say("tools.words.path", &[]), shown_path(&at.path))];
    let preview = Preview::Fields { rows };
    ToolFacts { title, targets: vec![at.target(field, "")], items: 1, preview, ..blank(Effect::Modify) }
}

/// Keeps what is there now and makes the inverse ready.
///
/// # Errors
/// When the copy cannot be kept: then nothing may be replaced.
pub fn prepare(path: &Path, text: &str, line: Option<LineChange>, place: &Place) -> Result<Replaced, ToolError> {
    let mut handles = Handles::new(place);
    let found = match handles.entry(path).and_then(|entry| entry.read_whole(MOST_BYTES)) {
        Err(Errno::NOENT) => None,
        other => other.map_err(|error| failed(error, path))?,
    };
    let before = match found {
        None => None,
        Some(Whole { bytes, attributes, inode, names }) => {
            let names = (names > 1).then(|| other_names(path, inode, names, place));
            Some(Before { sha256: keep(&bytes, &place.copies)?, attributes, names })
        }
    };
    Ok(Replaced {
        path: text_of(path),
        before,
        after: digest(text.as_bytes()),
        passing: passing_name(path),
        around: Surveyor::default().survey(&[path]),
        line,
    })
}

fn other_names(path: &Path, inode: (u64, u64), count: u64, place: &Place) -> Names {
    let mut inside = Bounds::of(place).names_inside(inode);
    let elsewhere = (inside.len() as u64) < count;
    inside.retain(|name| name != path);
    Names { inode, inside: inside.iter().filter_map(|name| name.to_str().map(str::to_owned)).collect(), elsewhere }
}

/// Held while a path is replaced or a copy is kept: runs that go on at once would take one another's file away in the middle,
/// and each would find the list as it was before the other.
pub fn alone(path: &Path) -> MutexGuard<'static, ()> {
    static PATHS: [Mutex<()>; 32] = [const { Mutex::new(()) }; 32];
    let sum = Sha256::digest(path.as_os_str().as_encoded_bytes());
    PATHS[usize::from(sum[0]) % PATHS.len()].lock().unwrap_or_else(PoisonError::into_inner)
}

/// Puts `text` at the first target of `facts`, if that still is as it was described.
///
/// # Errors
/// When it has changed meanwhile, and whatever the system answers; then the file is as it was.
pub fn run(text: &str, facts: &ToolFacts, place: &Place) -> Result<(), ToolError> {
    refuse_own(facts)?;
    let Some(target) = facts.targets.first() else { return Err(ToolError::Failed(say("tools.input.facts", &[]))) };
    let path = Path::new(&target.shown);
    let _alone = alone(path);
    put(path, text.as_bytes(), Some(&target.state), place)
}

/// The same for a list, where the state that counts is the one read just before; [`alone`] since then.
///
/// # Errors
/// As [`run`].
pub fn put(path: &Path, bytes: &[u8], expected: Option<&str>, place: &Place) -> Result<(), ToolError> {
    let mut handles = Handles::new(place);
    let made = make_above(path, &mut handles).map_err(|(error, at)| failed(error, &at))?;
    let done = handles.entry(path).and_then(|entry| put_at(&entry, bytes, expected, place.others.as_deref()));
    done.and_then(|()| origin::wrote(path, place)).map_err(|error| {
        remove_empty(made.iter().rev().map(PathBuf::as_path), &mut handles);
        failed(error, path)
    })
}

impl Replaced {
    /// Takes it back, if the file still is as the action left it.
    pub fn undo(&self, place: &Place) -> Undone {
        let mut handles = Handles::new(place);
        let path = Path::new(&self.path);
        let _alone = alone(path);
        match self.take_back(path, &mut handles, place) {
            Ok(undone) => undone,
            Err(error) => Undone::Conflict(sentence(error, path)),
        }
    }

    fn take_back(&self, path: &Path, handles: &mut Handles, place: &Place) -> Result<Undone, Errno> {
        let entry = match handles.entry(path) {
            Ok(entry) => entry,
            Err(Errno::NOENT) if self.before.is_none() => return Ok(Undone::NotNeeded),
            Err(error) => return Err(error),
        };
        let left = entry.sibling(&self.passing);
        if left.stat()?.is_some() {
            fs::unlinkat(&left.folder, left.name.as_os_str(), AtFlags::empty())?;
        }
        let now = match entry.read_whole(MOST_BYTES) {
            Err(Errno::FBIG) => return Ok(conflict("tools.undo.changed", path)),
            other => other?,
        };
        let sum = now.as_ref().map(|whole| digest(&whole.bytes));
        let undone = match (&self.before, now) {
            (None, None) => Undone::NotNeeded,
            (Some(before), _) if sum.as_ref() == Some(&before.sha256) && before.sha256 != self.after => {
                Undone::NotNeeded
            }
            (Some(_), None) => return Ok(conflict("tools.undo.gone", path)),
            (None, Some(whole)) if sum.as_ref() == Some(&self.after) => {
                entry.remove_verified(whole.inode, &self.passing)?;
                Undone::Restored
            }
            (Some(before), Some(whole)) if sum.as_ref() == Some(&self.after) => {
                let Some(bytes) = kept(&before.sha256, &place.copies) else {
                    return Ok(conflict("tools.undo.no_copy", path));
                };
                if !relink(before, &entry, &whole, handles)? {
                    exchange(&entry, &bytes, &whole, &before.attributes, true)?;
                    if before.names.as_ref().is_some_and(|names| names.elsewhere) {
                        fs::fsync(&entry.folder)?;
                        return Ok(conflict("tools.undo.other_names", path));
                    }
                }
                Undone::Restored
            }
            (_, Some(whole)) => return self.take_back_line(&entry, &whole),
        };
        if undone == Undone::Restored {
            fs::fsync(&entry.folder)?;
        }
        self.around.take_back(handles);
        Ok(undone)
    }

    // The list was changed since: the one line is taken back, if it can be told.
    fn take_back_line(&self, entry: &Entry, whole: &Whole) -> Result<Undone, Errno> {
        let changed = conflict("tools.undo.changed", &entry.path);
        let (Some(change), Ok(text)) = (&self.line, std::str::from_utf8(&whole.bytes)) else { return Ok(changed) };
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let is = |line: &str, wanted: &str| line.trim_end_matches(['\n', '\r']) == wanted;
        let fitting: Vec<usize> = (0..lines.len()).filter(|at| is(lines[*at], &change.after)).collect();
        match (fitting.as_slice(), &change.before) {
            ([at], before) => {
                let line = before.as_ref().map_or_else(String::new, |text| lines[*at].replacen(&change.after, text, 1));
                let bytes = [&lines[..*at].concat(), &line, &lines[at + 1..].concat()].map(String::as_str).concat();
                exchange(entry, bytes.as_bytes(), whole, &whole.attributes, false)?;
                fs::fsync(&entry.folder)?;
                Ok(Undone::Restored)
            }
            ([], Some(before)) if lines.iter().any(|line| is(line, before)) => Ok(Undone::NotNeeded),
            _ => Ok(changed),
        }
    }
}

// Gives the name back to the file that had it, where another name has kept that file as it was. Whether it could.
fn relink(before: &Before, entry: &Entry, whole: &Whole, handles: &mut Handles) -> Result<bool, Errno> {
    let Some(names) = &before.names else { return Ok(false) };
    for name in &names.inside {
        let Ok(other) = handles.entry(Path::new(name)) else { continue };
        let kept = other.read_whole(MOST_BYTES).ok().flatten();
        if !kept.is_some_and(|kept| kept.inode == names.inode && digest(&kept.bytes) == before.sha256) {
            continue;
        }
        let passing = entry.sibling(passing_name(&entry.path));
        let linked = fs::linkat(
            &other.folder,
            other.name.as_os_str(),
            &passing.folder,
            passing.name.as_os_str(),
            AtFlags::empty(),
        );
        if linked.is_err() {
            continue;
        }
        let arrived = passing.stat()?.is_some_and(|stat| (stat.st_dev, stat.st_ino) == names.inode);
        return match if arrived { put_over(&passing, entry, whole) } else { Err(CHANGED) } {
            Ok(()) => Ok(true),
            Err(error) => {
                drop_passing(&passing);
                Err(error)
            }
        };
    }
    Ok(false)
}

// `others` is whose words may be in `bytes`: the file carries it, so that whoever reads it later is told.
fn put_at(entry: &Entry, bytes: &[u8], expected: Option<&str>, others: Option<&str>) -> Result<(), Errno> {
    let now = entry.read_whole(MOST_BYTES)?;
    let state = now.as_ref().map(state_of).unwrap_or_default();
    if expected.is_some_and(|expected| expected != state) {
        return Err(CHANGED);
    }
    match now {
        Some(whole) => {
            let mut attributes = whole.attributes.clone();
            attributes.extended.extend(others.map(|source| (WRITTEN.to_owned(), hex(source.as_bytes()))));
            exchange(entry, bytes, &whole, &attributes, false)?;
        }
        None => {
            let passing = passing(entry, bytes)?;
            let file = passing.open_file()?;
            if let Some(source) = others {
                // A disk that keeps no attributes keeps no label either.
                let _ = file.set_xattr(WRITTEN, source.as_bytes());
            }
            let placed = fs::fchmod(&file, Mode::from_raw_mode(0o644)).and_then(|()| passing.rename_to(entry));
            placed.inspect_err(|_| drop_passing(&passing))?;
        }
    }
    fs::fsync(&entry.folder)
}

// A new file with all of `bytes` on the disk, beside `entry`.
fn passing(entry: &Entry, bytes: &[u8]) -> Result<Entry, Errno> {
    let passing = entry.sibling(passing_name(&entry.path));
    if passing.stat()?.is_some() {
        drop_passing(&passing);
    }
    let mut file = passing.create()?;
    let written = file.write_all(bytes).map_err(|error| errno(&error)).and_then(|()| sync(&file));
    written.inspect_err(|_| drop_passing(&passing))?;
    Ok(passing)
}

// Puts `bytes` in place of the file `old`; whatever else is found there instead goes back.
fn exchange(entry: &Entry, bytes: &[u8], old: &Whole, attributes: &Attributes, times: bool) -> Result<(), Errno> {
    let passing = passing(entry, bytes)?;
    let placed = passing.open_file().and_then(|file| {
        attributes.give(&file, times)?;
        sync(&file)?;
        put_over(&passing, entry, old)
    });
    placed.inspect_err(|_| drop_passing(&passing))
}

// Gives `passing` the name of `entry`, if that still is the file `old`, which goes.
fn put_over(passing: &Entry, entry: &Entry, old: &Whole) -> Result<(), Errno> {
    let names = (passing.name.as_os_str(), entry.name.as_os_str());
    match fs::renameat_with(&passing.folder, names.0, &entry.folder, names.1, RenameFlags::EXCHANGE) {
        // Not every disk can exchange two names.
        Err(Errno::INVAL | Errno::NOSYS) => {
            same(entry, old)?;
            fs::renameat(&passing.folder, names.0, &entry.folder, names.1)
        }
        Err(error) => Err(error),
        Ok(()) => match same(passing, old) {
            Ok(()) => fs::unlinkat(&passing.folder, names.0, AtFlags::empty()),
            Err(error) => {
                fs::renameat_with(&passing.folder, names.0, &entry.folder, names.1, RenameFlags::EXCHANGE)?;
                Err(error)
            }
        },
    }
}

fn same(entry: &Entry, old: &Whole) -> Result<(), Errno> {
    let now = entry.read_whole(MOST_BYTES)?.ok_or(CHANGED)?;
    if now.inode == old.inode && now.bytes == old.bytes { Ok(()) } else { Err(CHANGED) }
}

fn drop_passing(passing: &Entry) {
    // The error that is told is the one that led here.
    let _ = fs::unlinkat(&passing.folder, passing.name.as_os_str(), AtFlags::empty());
}

fn state_of(whole: &Whole) -> String {
    let state = format!("sha256:{}:{:o}", digest(&whole.bytes), whole.attributes.mode);
    // Another file with the same text is not the same where others share it.
    if whole.names > 1 { format!("{state}:{}:{}:{}", whole.inode.0, whole.inode.1, whole.names) } else { state }
}

/// Hex SHA-256.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

// Keeps `bytes` under their digest, on the disk before this returns.
pub(crate) fn keep(bytes: &[u8], copies: &Path) -> Result<String, ToolError> {
    let sum = digest(bytes);
    let stored = copies.join(&sum);
    let _alone = alone(&stored);
    if kept(&sum, copies).is_some() {
        return Ok(sum);
    }
    let write = || -> std::io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(copies)?;
        let passing = copies.join(passing_name(&stored));
        let _ = std::fs::remove_file(&passing);
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&passing)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&passing, &stored)?;
        std::fs::File::open(copies)?.sync_all()
    };
    write().map_err(|error| {
        ToolError::Failed(say("tools.undo.cannot_keep", &[("because", &sentence(errno(&error), copies))]))
    })?;
    Ok(sum)
}

pub(crate) fn kept(sum: &str, copies: &Path) -> Option<Vec<u8>> {
    let bytes = std::fs::read(copies.join(sum)).ok()?;
    (digest(&bytes) == sum).then_some(bytes)
}

fn difference(before: &str, after: &str) -> Vec<DiffLine> {
    let diff = TextDiff::configure().timeout(Duration::from_millis(500)).diff_lines(before, after);
    let whole = before.lines().count().max(after.lines().count()) <= MOST_LINES_WHOLE;
    let mut lines = Vec::new();
    let mut push = |tag: ChangeTag, value: &str| {
        let sign = match tag {
            ChangeTag::Equal => " ",
            ChangeTag::Insert => "+",
            ChangeTag::Delete => "-",
        };
        lines.push(DiffLine { sign: sign.to_owned(), text: visible(value.strip_suffix('\n').unwrap_or(value)) });
    };
    if whole {
        diff.iter_all_changes().for_each(|change| push(change.tag(), change.value()));
        return lines;
    }
    for (at, group) in diff.grouped_ops(3).iter().enumerate() {
        if at > 0 {
            push(ChangeTag::Equal, "⋯");
        }
        for op in group {
            diff.iter_changes(op).for_each(|change| push(change.tag(), change.value()));
        }
    }
    lines
}
