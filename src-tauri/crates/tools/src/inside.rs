//! What lies in a folder that goes somewhere: how much, and which of it is a place where a change runs code or opens secrets,
//! there or where it was. Each name counts as if it were written by itself at its final path. Looked through whole, by
//! handle, without following links.

use crate::{
    handle::Entry,
    mark::Kind,
    protected::{
        Bounds, Use,
        names::{Spot, may_be_a_place, plain},
        repository::Shape,
        table::{Family, Guard},
    },
};
use assent_protocol::Reach;
use rustix::{
    fd::{AsFd, BorrowedFd, OwnedFd},
    fs::{self, AtFlags, Dir, FileType, Mode, OFlags},
    io::Errno,
};
use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::{Component, Path, PathBuf},
};

/// Deeper folders cannot be looked through, so that no folder can use up the stack or the handles.
const DEEPEST: usize = 200;
/// Places that are named one by one.
const MOST_NAMED: usize = 3;

/// What happens to the thing that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goes<'a> {
    /// It is there afterwards and here no more.
    Moved(&'a Path),
    /// It is there as well.
    Copied(&'a Path),
    /// It is here no more.
    Taken,
}

/// A place in it that counts by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Where it will be; where it is, if it is taken away.
    pub path: PathBuf,
    /// The last part of the key of the reason.
    pub why: &'static str,
    /// How far it reaches.
    pub reach: Reach,
}

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// Files, links and folders; the root is not counted.
    pub entries: usize,
    /// Bytes of all files.
    pub bytes: u64,
    /// The first places that count.
    pub hits: Vec<Hit>,
}

/// Looks through `entry`, which is a folder, a file or a link.
///
/// # Errors
/// When `entry` itself cannot be looked at. A folder in it that cannot be is a hit.
pub fn look(entry: &Entry, goes: Goes<'_>, bounds: &Bounds) -> Result<Inside, Errno> {
    let kind = entry.stat()?.as_ref().map(Kind::of).ok_or(Errno::NOENT)?;
    let (from, to) = match goes {
        Goes::Moved(to) => (Some(entry.path.as_path()), Some(to)),
        Goes::Copied(to) => (None, Some(to)),
        Goes::Taken => (Some(entry.path.as_path()), None),
    };
    if matches!(kind, Kind::File | Kind::Other) {
        return Ok(Inside::default());
    }
    let mut search = Search {
        bounds,
        copied: matches!(goes, Goes::Copied(_)),
        from: from.map(|path| bounds.spot(path)),
        to: to.map(|path| bounds.spot(path)),
        root: to.unwrap_or(&entry.path).to_owned(),
        within: PathBuf::new(),
        found: Inside::default(),
    };
    match kind {
        Kind::Link => search.link(&entry.folder, entry.name.as_os_str()),
        Kind::Folder => {
            search.names_of_programs(entry);
            match entry.open_folder() {
                Ok(open) => search.folder(open, 0),
                Err(_) => search.hit("unseen", Reach::Protected),
            }
        }
        Kind::File | Kind::Other => {}
    }
    Ok(search.found)
}

struct Search<'a> {
    bounds: &'a Bounds,
    copied: bool,
    from: Option<Spot>,
    to: Option<Spot>,
    // Where the thing is afterwards, and where in it the search is.
    root: PathBuf,
    within: PathBuf,
    found: Inside,
}

impl Search<'_> {
    fn folder(&mut self, open: OwnedFd, depth: usize) {
        if depth > DEEPEST {
            return self.hit("unseen", Reach::Protected);
        }
        let Ok(list) = Dir::read_from(&open) else { return self.hit("unseen", Reach::Protected) };
        let mut shape = Shape::default();
        for child in list {
            let Ok(child) = child else { return self.hit("unseen", Reach::Protected) };
            let name = child.file_name().to_bytes();
            if name != b"." && name != b".." {
                self.found.entries += 1;
                self.child(open.as_fd(), OsStr::from_bytes(name), child.file_type(), &mut shape, depth);
            }
        }
        if shape.is_repository() {
            self.hit("repository", Reach::Protected);
        }
    }

    fn child(&mut self, open: BorrowedFd<'_>, name: &OsStr, kind: FileType, shape: &mut Shape, depth: usize) {
        let plain = plain(name.as_bytes());
        shape.with(&plain);
        self.within.push(name);
        for spot in [&mut self.from, &mut self.to].into_iter().flatten() {
            spot.parts.push(plain.clone().into_owned());
        }
        if may_be_a_place(&plain) {
            self.place();
        }
        let stat = match kind {
            FileType::Directory | FileType::Symlink => None,
            // A name that vanished meanwhile has nothing to tell.
            _ => fs::statat(open, name, AtFlags::SYMLINK_NOFOLLOW).ok(),
        };
        let kind = stat.as_ref().map_or(kind, |stat| FileType::from_raw_mode(stat.st_mode));
        match (kind, stat) {
            (FileType::Directory, _) => {
                let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
                match fs::openat(open, name, flags, Mode::empty()) {
                    Ok(below) => self.folder(below, depth + 1),
                    Err(Errno::NOENT) => {}
                    Err(_) => self.hit("unseen", Reach::Protected),
                }
            }
            (FileType::Symlink, _) => self.link(open, name),
            (FileType::RegularFile, Some(stat)) => {
                self.found.bytes = self.found.bytes.saturating_add(u64::try_from(stat.st_size).unwrap_or(0));
                if self.copied && stat.st_nlink > 1 {
                    self.other_names(&stat);
                }
            }
            _ => {}
        }
        self.within.pop();
        for spot in [&mut self.from, &mut self.to].into_iter().flatten() {
            spot.parts.pop();
        }
    }

    // Whether the last name is a place of the table, where it will be or where it was.
    fn place(&mut self) {
        let put = |family: &Family| family.place_counts(true);
        let taken = |family: &Family| family.place_counts(false);
        let at = |spot: &Option<Spot>, held: &dyn Fn(&Family) -> bool| {
            spot.as_ref().and_then(|spot| spot.ending_at(spot.parts.len(), held)).map(|family| family.why)
        };
        if let Some(why) = at(&self.to, &put).or_else(|| at(&self.from, &taken)) {
            self.hit(why, Reach::Protected);
        }
    }

    // A copy of a file that has names elsewhere is a copy of what lies there.
    fn other_names(&mut self, stat: &fs::Stat) {
        match self.bounds.names_of((stat.st_dev, stat.st_ino), crate::links::count(stat), Use::Look) {
            Reach::Inside => {}
            Reach::Outside => self.hit("outside_name", Reach::Outside),
            reach => self.hit("protected_name", reach),
        }
    }

    // A link counts as the place that it leads to from where it will lie.
    fn link(&mut self, open: impl AsFd, name: &OsStr) {
        if self.to.is_none() {
            return;
        }
        let Ok(text) = fs::readlinkat(open, name, Vec::new()) else { return };
        let text = PathBuf::from(OsString::from(OsStr::from_bytes(text.as_bytes())));
        let at = self.root.join(&self.within);
        let leads = leads_to(at.parent().unwrap_or(&at), &text);
        // What it leads to is not put there: only a place of the table by its name counts, and Assent's own files.
        let reach = self.bounds.reach(&leads, Use::Look);
        let by_name = self.bounds.spot(&leads);
        let steers = (1..=by_name.parts.len()).find_map(|end| by_name.ending_at(end, |_| true));
        if reach == Reach::OwnFiles {
            self.hit("protected_name", reach);
        } else if let Some(family) = steers {
            self.hit(family.why, Reach::Protected);
        }
    }

    // A folder on the way of a shell that will lie in what goes there.
    fn names_of_programs(&mut self, entry: &Entry) {
        if self.to.is_none() {
            return;
        }
        let below: Vec<PathBuf> = self.bounds.programs_below(&self.root);
        if below.iter().any(|rest| std::fs::symlink_metadata(entry.path.join(rest)).is_ok()) {
            self.hit("programs", Reach::Protected);
        }
    }

    fn hit(&mut self, why: &'static str, reach: Reach) {
        let path = self.root.join(&self.within);
        let hits = &mut self.found.hits;
        // The gravest is always among those that are told.
        let graver = hits.iter().all(|hit| hit.reach < reach);
        if hits.len() < MOST_NAMED || graver {
            hits.truncate(MOST_NAMED - 1);
            hits.push(Hit { path, why, reach });
        }
    }
}

impl Family {
    fn place_counts(&self, put: bool) -> bool {
        put || self.guard != Guard::Put
    }
}

fn leads_to(folder: &Path, text: &Path) -> PathBuf {
    let mut real = if text.is_absolute() { PathBuf::from("/") } else { folder.to_owned() };
    for part in text.components() {
        match part {
            Component::Normal(name) => real.push(name),
            Component::ParentDir => {
                real.pop();
            }
            _ => {}
        }
    }
    real
}

#[cfg(test)]
mod tests;
