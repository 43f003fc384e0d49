//! What belongs to a file beside its bytes: mode, times and extended attributes. Undo gives them back.

use crate::{
    failure::errno,
    mark::{accessed, modified},
    words::escaped,
};
use rustix::{
    fs::{self, Mode, Timespec, Timestamps},
    io::Errno,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs::File};
use xattr::FileExt;

/// Seconds and nanoseconds since 1970.
pub type Moment = (i64, i64);

/// Mode, owner, times, extended attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attributes {
    /// Permission bits.
    pub mode: u32,
    /// User and group.
    pub owner: (u32, u32),
    /// Last read.
    pub accessed: Moment,
    /// Last change of the contents.
    pub modified: Moment,
    /// Name to value, values in hex.
    pub extended: BTreeMap<String, String>,
}

impl Attributes {
    /// Reads them through an open handle.
    pub fn of(file: &File) -> Result<Attributes, Errno> {
        let stat = fs::fstat(file)?;
        let mut extended = BTreeMap::new();
        // A disk without extended attributes answers with an error: then there are none.
        for name in file.list_xattr().into_iter().flatten() {
            // A name that is not UTF-8 cannot be kept; no program in use makes one.
            if let (Some(text), Ok(Some(value))) = (name.to_str(), file.get_xattr(&name)) {
                extended.insert(text.to_owned(), hex(&value));
            }
        }
        Ok(Attributes {
            mode: stat.st_mode & 0o7777,
            owner: (stat.st_uid, stat.st_gid),
            accessed: accessed(&stat),
            modified: modified(&stat),
            extended,
        })
    }

    /// Gives mode, owner and extended attributes to an open file, and its times where `times` is set.
    ///
    /// # Errors
    /// When the mode cannot be set. An owner or attribute that this user or disk may not set is left as it is.
    pub fn give(&self, file: &File, times: bool) -> Result<(), Errno> {
        let stat = fs::fstat(file)?;
        if (stat.st_uid, stat.st_gid) != self.owner {
            let (user, group) = self.owner;
            let _ = fs::fchown(file, Some(fs::Uid::from_raw(user)), Some(fs::Gid::from_raw(group)));
        }
        for (name, value) in &self.extended {
            if let Some(value) = unhex(value) {
                let _ = file.set_xattr(name, &value);
            }
        }
        for name in file.list_xattr().into_iter().flatten() {
            if !self.extended.contains_key(&escaped(&name)) {
                let _ = file.remove_xattr(&name);
            }
        }
        fs::fchmod(file, Mode::from_raw_mode(self.mode))?;
        if times {
            fs::futimens(file, &stamps(self.accessed, self.modified))?;
        }
        Ok(())
    }
}

/// Two times as the system takes them.
pub fn stamps(accessed: Moment, modified: Moment) -> Timestamps {
    let spec = |(seconds, nanos): Moment| Timespec { tv_sec: seconds, tv_nsec: nanos };
    Timestamps { last_access: spec(accessed), last_modification: spec(modified) }
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// Writes everything to the disk.
pub fn sync(file: &File) -> Result<(), Errno> {
    file.sync_all().map_err(|error| errno(&error))
}
