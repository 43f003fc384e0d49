//! Folders opened once and used by handle. No component of a path may be a link when it is opened, so a folder that is
//! swapped for a link after it was checked makes the open fail instead of leading elsewhere.

use crate::{
    attributes::{Attributes, hex},
    failure::errno,
    mark::{Kind, Mark},
};
use assent_agent::Place;
use rustix::{
    fd::OwnedFd,
    fs::{self, AtFlags, CWD, Mode, OFlags, RenameFlags, Stat},
    io::Errno,
};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    ffi::{OsStr, OsString},
    fs::File,
    hash::{BuildHasher, Hasher, RandomState},
    io::Read,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    rc::Rc,
    sync::OnceLock,
};

/// Told when a thing is no longer what was looked at.
pub const CHANGED: Errno = Errno::STALE;
/// Told for pipes, sockets and devices.
pub const SPECIAL: Errno = Errno::OPNOTSUPP;
/// Told for a file that has names where the call may not look.
pub const OTHER_NAMES: Errno = Errno::MLINK;

// Open folders kept for a batch; a batch over more folders opens some again.
const MOST_OPEN: usize = 128;

/// The folders of one call, opened once each.
pub struct Handles {
    roots: Vec<PathBuf>,
    open: HashMap<PathBuf, Rc<OwnedFd>>,
}

impl Handles {
    /// None opened yet; `place` says which roots nothing may lead out of.
    pub fn new(place: &Place) -> Handles {
        Handles { roots: place.grants.iter().map(|g| PathBuf::from(&g.folder)).collect(), open: HashMap::new() }
    }

    /// Opens a folder by its resolved path.
    ///
    /// # Errors
    /// `LOOP` when any component is a link.
    pub fn folder(&mut self, path: &Path) -> Result<Rc<OwnedFd>, Errno> {
        if let Some(open) = self.open.get(path) {
            return Ok(open.clone());
        }
        if self.open.len() >= MOST_OPEN {
            self.sync();
            self.open.clear();
        }
        let opened = match self.roots.iter().find(|root| path.starts_with(root)) {
            Some(root) if path != root => {
                let base = open_beneath(&open_root()?, root.strip_prefix("/").unwrap_or(root))?;
                open_beneath(&base, path.strip_prefix(root).unwrap_or(path))?
            }
            _ => open_beneath(&open_root()?, path.strip_prefix("/").unwrap_or(path))?,
        };
        let opened = Rc::new(opened);
        self.open.insert(path.to_owned(), opened.clone());
        Ok(opened)
    }

    /// The folder that holds `path`, opened, with the name in it.
    ///
    /// # Errors
    /// As [`Handles::folder`]; `INVAL` for `/` itself.
    pub fn entry(&mut self, path: &Path) -> Result<Entry, Errno> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(Errno::INVAL) };
        Ok(Entry { folder: self.folder(parent)?, name: name.to_owned(), path: path.to_owned() })
    }

    /// Forgets what lies at or under `path`, after it was renamed or removed.
    pub fn forget(&mut self, path: &Path) {
        self.open.retain(|open, _| !open.starts_with(path));
    }

    /// Writes the names in every opened folder to the disk, once at the end of a batch.
    pub fn sync(&self) {
        for folder in self.open.values() {
            // The effect has happened; a disk that cannot confirm it does not undo it.
            let _ = fs::fsync(folder);
        }
    }
}

/// A name in an opened folder.
pub struct Entry {
    /// The folder.
    pub folder: Rc<OwnedFd>,
    /// The name.
    pub name: OsString,
    /// The path it was opened by, for sentences.
    pub path: PathBuf,
}

impl Entry {
    /// The same folder with another name.
    pub fn sibling(&self, name: impl Into<OsString>) -> Entry {
        let name = name.into();
        Entry { folder: self.folder.clone(), path: self.path.with_file_name(&name), name }
    }

    /// Its stat, links not followed; none if there is nothing.
    pub fn stat(&self) -> Result<Option<Stat>, Errno> {
        match fs::statat(&self.folder, self.name.as_os_str(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Its mark; none if there is nothing.
    pub fn mark(&self) -> Result<Option<Mark>, Errno> {
        let Some(stat) = self.stat()? else { return Ok(None) };
        let link = if Kind::of(&stat) == Kind::Link { Some(self.link_text()?) } else { None };
        Ok(Some(Mark::of(&stat, link.as_deref())))
    }

    /// Where a link points.
    pub fn link_text(&self) -> Result<OsString, Errno> {
        let text = fs::readlinkat(&self.folder, self.name.as_os_str(), Vec::new())?;
        Ok(OsStr::from_bytes(text.as_bytes()).to_owned())
    }

    /// Opens a regular file for reading. Never waits: what is not a regular file is refused.
    pub fn open_file(&self) -> Result<File, Errno> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NOCTTY;
        // Opening a device can already do something, so it is looked at before and after.
        match self.stat()?.as_ref().map(Kind::of) {
            None => return Err(Errno::NOENT),
            Some(Kind::Folder) => return Err(Errno::ISDIR),
            Some(Kind::Link) => return Err(Errno::LOOP),
            Some(Kind::Other) => return Err(SPECIAL),
            Some(Kind::File) => {}
        }
        let file = File::from(fs::openat(&self.folder, self.name.as_os_str(), flags, Mode::empty())?);
        if Kind::of(&fs::fstat(&file)?) != Kind::File {
            return Err(SPECIAL);
        }
        Ok(file)
    }

    /// Everything about a regular file of at most `most` bytes, read through one handle; none if there is nothing.
    ///
    /// # Errors
    /// `FBIG` when it is larger.
    pub fn read_whole(&self, most: u64) -> Result<Option<Whole>, Errno> {
        let mut file = match self.open_file() {
            Ok(file) => file,
            Err(Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error),
        };
        let stat = fs::fstat(&file)?;
        let attributes = Attributes::of(&file)?;
        let mut bytes = Vec::new();
        file.by_ref().take(most + 1).read_to_end(&mut bytes).map_err(|error| errno(&error))?;
        if bytes.len() as u64 > most {
            return Err(Errno::FBIG);
        }
        Ok(Some(Whole { bytes, attributes, inode: (stat.st_dev, stat.st_ino), names: crate::links::count(&stat) }))
    }

    /// Makes a new file with mode 0600; never opens one that exists.
    pub fn create(&self) -> Result<File, Errno> {
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(File::from(fs::openat(&self.folder, self.name.as_os_str(), flags, Mode::from_raw_mode(0o600))?))
    }

    /// Opens it as a folder, links not followed.
    pub fn open_folder(&self) -> Result<OwnedFd, Errno> {
        fs::openat(&self.folder, self.name.as_os_str(), FOLDER | OFlags::NOFOLLOW, Mode::empty())
    }

    /// Gives it the name of `to`, if nothing has that name.
    ///
    /// # Errors
    /// `EXIST` when something has; `XDEV` on another disk.
    pub fn rename_to(&self, to: &Entry) -> Result<(), Errno> {
        let (from_name, to_name) = (self.name.as_os_str(), to.name.as_os_str());
        match fs::renameat_with(&self.folder, from_name, &to.folder, to_name, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS) => self.rename_without_flags(to),
            other => other,
        }
    }

    // Some network and user-space disks do not know the flag. A second link never replaces; a folder can only
    // replace an empty folder, and that is looked for first.
    fn rename_without_flags(&self, to: &Entry) -> Result<(), Errno> {
        let Some(stat) = self.stat()? else { return Err(Errno::NOENT) };
        if Kind::of(&stat) == Kind::Folder {
            if to.stat()?.is_some() {
                return Err(Errno::EXIST);
            }
            return fs::renameat(&self.folder, self.name.as_os_str(), &to.folder, to.name.as_os_str());
        }
        fs::linkat(&self.folder, self.name.as_os_str(), &to.folder, to.name.as_os_str(), AtFlags::empty())?;
        fs::unlinkat(&self.folder, self.name.as_os_str(), AtFlags::empty())
    }

    /// Removes a file or link, if it still is the inode `expected`. It is first taken aside under `aside`, so that
    /// what is looked at and what is removed are the same thing.
    pub fn remove_verified(&self, expected: (u64, u64), aside: &str) -> Result<(), Errno> {
        let aside = self.sibling(aside);
        self.rename_to(&aside)?;
        let stat = aside.stat()?.ok_or(CHANGED)?;
        if (stat.st_dev, stat.st_ino) != expected {
            aside.rename_to(self)?;
            return Err(CHANGED);
        }
        fs::unlinkat(&aside.folder, aside.name.as_os_str(), AtFlags::empty())
    }
}

/// A file's bytes and what belongs to them.
pub struct Whole {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Mode, times, extended attributes.
    pub attributes: Attributes,
    /// Device and inode.
    pub inode: (u64, u64),
    /// How many names it has.
    pub names: u64,
}

/// The name of something on its way to `path`, the same all through one run of the program, so that the inverse that is
/// written beforehand can name it, and nobody else can guess it.
pub fn passing_name(path: &Path) -> String {
    static SECRET: OnceLock<[u64; 2]> = OnceLock::new();
    let random = || RandomState::new().build_hasher().finish();
    let secret = SECRET.get_or_init(|| [random(), random()]);
    let mut sum = Sha256::new();
    for part in secret {
        sum.update(part.to_be_bytes());
    }
    sum.update(path.as_os_str().as_encoded_bytes());
    format!(".assent-{}", &hex(&sum.finalize())[..32])
}

const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

fn open_root() -> Result<OwnedFd, Errno> {
    fs::openat(CWD, "/", FOLDER, Mode::empty())
}

#[cfg(target_os = "linux")]
fn open_beneath(base: &OwnedFd, rest: &Path) -> Result<OwnedFd, Errno> {
    use rustix::fs::ResolveFlags;
    let rest = if rest.as_os_str().is_empty() { Path::new(".") } else { rest };
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    // AGAIN says that something on the way was renamed meanwhile, so nothing could be promised.
    for _ in 0..16 {
        match fs::openat2(base, rest, FOLDER, Mode::empty(), resolve) {
            Err(Errno::AGAIN) => {}
            Err(Errno::NOSYS) => return open_step_by_step(base, rest),
            other => return other,
        }
    }
    Err(CHANGED)
}

#[cfg(not(target_os = "linux"))]
fn open_beneath(base: &OwnedFd, rest: &Path) -> Result<OwnedFd, Errno> {
    open_step_by_step(base, rest)
}

// For systems without openat2: each component by itself, none of them a link.
fn open_step_by_step(base: &OwnedFd, rest: &Path) -> Result<OwnedFd, Errno> {
    let mut open = fs::openat(base, ".", FOLDER, Mode::empty())?;
    for part in rest.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::Normal(name) => {
                open = match fs::openat(&open, name, FOLDER | OFlags::NOFOLLOW, Mode::empty()) {
                    // A link at the end answers so when a folder is asked for.
                    Err(Errno::NOTDIR) if is_link(&open, name) => return Err(Errno::LOOP),
                    other => other?,
                };
            }
            _ => return Err(Errno::INVAL),
        }
    }
    Ok(open)
}

fn is_link(folder: &OwnedFd, name: &OsStr) -> bool {
    fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| Kind::of(&stat) == Kind::Link)
}
