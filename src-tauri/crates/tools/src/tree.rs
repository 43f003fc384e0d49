//! Whole trees by handle: copied with everything that belongs to them, compared, summed up and removed.

use crate::{
    attributes::{Attributes, hex, stamps, sync},
    failure::errno,
    handle::{CHANGED, Entry, SPECIAL},
    mark::{Kind, accessed, modified},
};
use rustix::{
    fs::{self, AtFlags, Dir, Mode, SeekFrom, Stat},
    io::Errno,
};
use sha2::{Digest, Sha256};
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    os::unix::{ffi::OsStrExt, fs::FileExt},
    path::Path,
    rc::Rc,
    sync::atomic::{AtomicBool, Ordering},
};

// Deeper trees are refused, so that no tree can use up the stack.
const DEEPEST: usize = 200;
const BLOCK: usize = 1 << 20;

/// Whether a file that is open may be copied.
pub type Allowed<'a> = &'a dyn Fn(&Stat) -> Result<(), Errno>;

/// Copies `from`, with all in it, to the name `to`, which must be free. What was copied is compared afterwards, and
/// is on the disk when this returns.
///
/// # Errors
/// `EXIST`, `NOSPC` and the like; `CANCELED` when `stop` is set. What was made so far is removed again.
pub fn copy(from: &Entry, to: &Entry, stop: &AtomicBool) -> Result<(), Errno> {
    copy_checked(from, to, stop, &|_| Ok(()))
}

/// The same, where each file is first looked at as it is opened.
///
/// # Errors
/// As [`copy`], and what `allowed` answers.
pub fn copy_checked(from: &Entry, to: &Entry, stop: &AtomicBool, allowed: Allowed<'_>) -> Result<(), Errno> {
    if to.stat()?.is_some() {
        return Err(Errno::EXIST);
    }
    let done =
        copy_entry(from, to, (stop, allowed), 0).and_then(|()| if equal(from, to)? { Ok(()) } else { Err(CHANGED) });
    if done.is_err() {
        // The error that is told is the first one.
        let _ = remove(to);
    }
    done
}

/// Whether two entries are the same by kind, names, bytes, modes and links.
pub fn equal(one: &Entry, other: &Entry) -> Result<bool, Errno> {
    equal_entry(one, other, 0)
}

/// A digest over names, kinds, inodes, sizes, times and links: equal only if nothing in the tree has changed.
pub fn summary(entry: &Entry) -> Result<String, Errno> {
    let mut sum = Sha256::new();
    summarise(entry, OsStr::new(""), &mut sum, 0)?;
    Ok(hex(&sum.finalize()))
}

/// Removes an entry with all in it. Links are removed, never followed.
pub fn remove(entry: &Entry) -> Result<(), Errno> {
    remove_entry(entry, 0)
}

fn children(entry: &Entry) -> Result<Vec<Entry>, Errno> {
    let open = Rc::new(entry.open_folder()?);
    let mut found = Vec::new();
    for child in Dir::read_from(&open)? {
        let child = child?;
        let name = OsStr::from_bytes(child.file_name().to_bytes());
        if name != "." && name != ".." {
            found.push(Entry { folder: open.clone(), name: name.to_owned(), path: entry.path.join(name) });
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn copy_entry(
    from: &Entry,
    to: &Entry,
    (stop, allowed): (&AtomicBool, Allowed<'_>),
    depth: usize,
) -> Result<(), Errno> {
    if stop.load(Ordering::Relaxed) {
        return Err(Errno::CANCELED);
    }
    if depth > DEEPEST {
        return Err(Errno::NAMETOOLONG);
    }
    let stat = from.stat()?.ok_or(CHANGED)?;
    match Kind::of(&stat) {
        Kind::File => {
            let source = from.open_file()?;
            allowed(&fs::fstat(&source)?)?;
            let target = to.create()?;
            copy_bytes(&source, &target, stop)?;
            Attributes::of(&source)?.give(&target, true)?;
            sync(&target)
        }
        Kind::Link => {
            let text: OsString = from.link_text()?;
            fs::symlinkat(text.as_os_str(), &to.folder, to.name.as_os_str())?;
            let times = stamps(accessed(&stat), modified(&stat));
            fs::utimensat(&to.folder, to.name.as_os_str(), &times, AtFlags::SYMLINK_NOFOLLOW)
        }
        Kind::Folder => {
            let attributes = Attributes::of(&File::from(from.open_folder()?))?;
            fs::mkdirat(&to.folder, to.name.as_os_str(), Mode::from_raw_mode(0o700))?;
            let made = Rc::new(to.open_folder()?);
            for child in children(from)? {
                let name = child.name.clone();
                let target = Entry { folder: made.clone(), path: to.path.join(&name), name };
                copy_entry(&child, &target, (stop, allowed), depth + 1)?;
            }
            let made = File::from(to.open_folder()?);
            attributes.give(&made, true)?;
            sync(&made)
        }
        Kind::Other => Err(SPECIAL),
    }
}

// Holes are kept as holes, so that a sparse file stays as small as it is.
fn copy_bytes(from: &File, to: &File, stop: &AtomicBool) -> Result<(), Errno> {
    let mut block = vec![0; BLOCK];
    for (start, end) in data_ranges(from)? {
        let mut at = start;
        while at < end {
            if stop.load(Ordering::Relaxed) {
                return Err(Errno::CANCELED);
            }
            let most = usize::try_from(end - at).unwrap_or(BLOCK).min(BLOCK);
            let read = from.read_at(&mut block[..most], at).map_err(|error| errno(&error))?;
            if read == 0 {
                break;
            }
            to.write_all_at(&block[..read], at).map_err(|error| errno(&error))?;
            at += read as u64;
        }
    }
    to.set_len(from.metadata().map_err(|error| errno(&error))?.len()).map_err(|error| errno(&error))
}

fn data_ranges(file: &File) -> Result<Vec<(u64, u64)>, Errno> {
    let size = file.metadata().map_err(|error| errno(&error))?.len();
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < size {
        let start = match fs::seek(file, SeekFrom::Data(at)) {
            Ok(start) => start,
            Err(Errno::NXIO) => break,
            // Not every disk knows holes.
            Err(_) => return Ok(vec![(0, size)]),
        };
        at = fs::seek(file, SeekFrom::Hole(start))?;
        ranges.push((start, at));
    }
    Ok(ranges)
}

fn equal_entry(one: &Entry, other: &Entry, depth: usize) -> Result<bool, Errno> {
    if depth > DEEPEST {
        return Err(Errno::NAMETOOLONG);
    }
    let (Some(a), Some(b)) = (one.stat()?, other.stat()?) else { return Ok(false) };
    if Kind::of(&a) != Kind::of(&b) {
        return Ok(false);
    }
    match Kind::of(&a) {
        Kind::File => Ok(a.st_mode == b.st_mode && equal_bytes(&one.open_file()?, &other.open_file()?)?),
        Kind::Link => Ok(one.link_text()? == other.link_text()?),
        Kind::Folder => {
            let (ours, theirs) = (children(one)?, children(other)?);
            if a.st_mode != b.st_mode || ours.len() != theirs.len() {
                return Ok(false);
            }
            for (one, other) in ours.iter().zip(&theirs) {
                if one.name != other.name || !equal_entry(one, other, depth + 1)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Kind::Other => Ok(false),
    }
}

fn equal_bytes(one: &File, other: &File) -> Result<bool, Errno> {
    let length = |file: &File| file.metadata().map(|found| found.len()).map_err(|error| errno(&error));
    if length(one)? != length(other)? {
        return Ok(false);
    }
    // What is a hole in both reads as zeros in both.
    let (mut ours, mut theirs) = (vec![0; BLOCK], vec![0; BLOCK]);
    for (start, end) in data_ranges(one)?.into_iter().chain(data_ranges(other)?) {
        let mut at = start;
        while at < end {
            let most = usize::try_from(end - at).unwrap_or(BLOCK).min(BLOCK);
            one.read_exact_at(&mut ours[..most], at).map_err(|error| errno(&error))?;
            other.read_exact_at(&mut theirs[..most], at).map_err(|error| errno(&error))?;
            if ours[..most] != theirs[..most] {
                return Ok(false);
            }
            at += most as u64;
        }
    }
    Ok(true)
}

fn summarise(entry: &Entry, inside: &OsStr, sum: &mut Sha256, depth: usize) -> Result<(), Errno> {
    if depth > DEEPEST {
        return Err(Errno::NAMETOOLONG);
    }
    let mut mark = entry.mark()?.ok_or(Errno::NOENT)?;
    let folder = mark.kind == Kind::Folder;
    if folder {
        // A folder's own size and time follow from what lies in it, and undo gives them back only nearly.
        (mark.size, mark.modified) = (0, (0, 0));
    }
    for part in [inside.as_bytes(), mark.state().as_bytes()] {
        sum.update((part.len() as u64).to_be_bytes());
        sum.update(part);
    }
    if folder {
        for child in children(entry)? {
            let inside = Path::new(inside).join(&child.name);
            summarise(&child, inside.as_os_str(), sum, depth + 1)?;
        }
    }
    Ok(())
}

fn remove_entry(entry: &Entry, depth: usize) -> Result<(), Errno> {
    if depth > DEEPEST {
        return Err(Errno::NAMETOOLONG);
    }
    let stat = entry.stat()?.ok_or(Errno::NOENT)?;
    if Kind::of(&stat) != Kind::Folder {
        return fs::unlinkat(&entry.folder, entry.name.as_os_str(), AtFlags::empty());
    }
    for child in children(entry)? {
        remove_entry(&child, depth + 1)?;
    }
    fs::unlinkat(&entry.folder, entry.name.as_os_str(), AtFlags::REMOVEDIR)
}
