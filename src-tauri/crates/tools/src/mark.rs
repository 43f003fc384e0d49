//! What makes a thing the same thing: kind, device, inode, size and modification time. The time of the last change of
//! the inode is left out, because a rename changes it.

use crate::{attributes::Moment, words::escaped};
use rustix::fs::{FileType, Stat};
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;

/// What kind of thing an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe, socket or device.
    Other,
}

impl Kind {
    /// The kind in a stat.
    pub fn of(stat: &Stat) -> Kind {
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Kind::File,
            FileType::Directory => Kind::Folder,
            FileType::Symlink => Kind::Link,
            _ => Kind::Other,
        }
    }

    /// The word in results.
    pub fn name(self) -> &'static str {
        match self {
            Kind::File => "file",
            Kind::Folder => "folder",
            Kind::Link => "link",
            Kind::Other => "other",
        }
    }
}

/// When a thing was last read. The system's number of nanoseconds differs in type between its interfaces.
pub fn accessed(stat: &Stat) -> Moment {
    (stat.st_atime, i64::try_from(stat.st_atime_nsec).unwrap_or(0))
}

/// When the contents last changed.
pub fn modified(stat: &Stat) -> Moment {
    (stat.st_mtime, i64::try_from(stat.st_mtime_nsec).unwrap_or(0))
}

/// The identity of an entry at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Its kind.
    pub kind: Kind,
    /// Device number.
    pub device: u64,
    /// Inode number.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// Modification time: seconds, nanoseconds.
    pub modified: Moment,
    /// Where a link points.
    pub link: Option<String>,
}

impl Mark {
    /// From a stat, and the text of a link.
    pub fn of(stat: &Stat, link: Option<&OsStr>) -> Mark {
        Mark {
            kind: Kind::of(stat),
            device: stat.st_dev,
            inode: stat.st_ino,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: modified(stat),
            link: link.map(escaped),
        }
    }

    /// The state that an approval is bound to.
    pub fn state(&self) -> String {
        let Mark { kind, device, inode, size, modified: (seconds, nanos), link } = self;
        let link = link.as_deref().map(|text| format!(":{text}")).unwrap_or_default();
        format!("{}:{device}:{inode}:{size}:{seconds}.{nanos:09}{link}", kind.name())
    }

    /// Whether `now` is still the same thing and unchanged. A folder is itself whatever lies in it: moving it back
    /// loses nothing. After a move to another disk (`copied`) only what a copy keeps can be compared.
    pub fn holds(&self, now: &Mark, copied: bool) -> bool {
        let identity = copied || (self.device == now.device && self.inode == now.inode);
        let content = match self.kind {
            Kind::Folder => !copied || self.modified == now.modified,
            Kind::Link => self.link == now.link,
            Kind::File | Kind::Other => self.size == now.size && self.modified == now.modified,
        };
        self.kind == now.kind && identity && content
    }
}
