//! The desktop's trash as freedesktop.org describes it (trash specification 1.0): `files` with the things, `info` with
//! a note on where each came from. One can in the home folder, one on each other disk.

use crate::{
    handle::{Entry, Handles},
    protected::canonical,
    words::cut,
};
use assent_agent::Place;
use rustix::{fs::AtFlags, io::Errno};
use std::{
    collections::HashSet,
    ffi::OsStr,
    io::Write,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt},
    },
    path::{Path, PathBuf},
};

// `.trashinfo` and a number must still fit into the 255 bytes of a name.
const LONGEST_NAME: usize = 235;

/// One trash can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrashCan {
    root: PathBuf,
    // On a disk other than the home's, paths in the notes are relative to its top.
    top: Option<PathBuf>,
}

impl TrashCan {
    /// The can for what lies at the resolved `path`: the one on its own disk.
    pub fn of(path: &Path, place: &Place) -> TrashCan {
        let home = canonical(&data_home(place).join("Trash"));
        let device = |path: &Path| path.ancestors().find_map(|a| std::fs::metadata(a).ok()).map(|found| found.dev());
        let folder = path.parent().unwrap_or(path);
        let here = device(folder);
        if here == device(&home) {
            return TrashCan { root: home, top: None };
        }
        let top = folder.ancestors().take_while(|a| device(a) == here).last().unwrap_or(folder).to_owned();
        match on_its_disk(&top, rustix::process::getuid().as_raw(), may_write) {
            Some(root) => TrashCan { root, top: Some(top) },
            // A can there cannot be had: what is trashed is copied to the one at home, which the specification allows.
            None => TrashCan { root: home, top: None },
        }
    }

    /// Where a thing of that name would lie: a name that is free in the can and not in `taken`, which it joins.
    pub fn free(&self, name: &OsStr, taken: &mut HashSet<PathBuf>) -> PathBuf {
        let name = name.to_string_lossy();
        let (stem, end) = match name.rsplit_once('.') {
            Some((stem, end)) if !stem.is_empty() && end.len() <= 16 => (stem, format!(".{end}")),
            _ => (name.as_ref(), String::new()),
        };
        let (stem, _) = cut(stem, LONGEST_NAME - end.len());
        for number in 1_u32.. {
            let name = if number == 1 { format!("{stem}{end}") } else { format!("{stem}.{number}{end}") };
            let path = self.root.join("files").join(name);
            let free = |path: &Path| std::fs::symlink_metadata(path).is_err();
            if !taken.contains(&path) && free(&path) && free(&note_of(&path)) {
                taken.insert(path.clone());
                return path;
            }
        }
        self.root.join("files").join(name.as_ref())
    }

    /// Makes the can if it is not there.
    pub fn make(&self) -> Result<(), Errno> {
        for part in ["files", "info"] {
            let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(self.root.join(part));
            made.map_err(|error| crate::failure::errno(&error))?;
        }
        Ok(())
    }

    /// Writes the note for `from`, that will lie at `trashed`. The name is taken from then on.
    ///
    /// # Errors
    /// `EXIST` when the name is taken.
    pub fn note(&self, from: &Path, trashed: &Path, handles: &mut Handles) -> Result<Entry, Errno> {
        let entry = handles.entry(&note_of(trashed))?;
        let mut file = entry.create()?;
        let shown = self.top.as_ref().and_then(|top| from.strip_prefix(top).ok()).unwrap_or(from);
        // The time of the note itself, so that no clock is needed.
        let written = file
            .metadata()
            .map_err(|error| crate::failure::errno(&error))
            .map(|found| jiff::Timestamp::from_second(found.mtime()).unwrap_or_default())?;
        let date = written.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let text = format!("[Trash Info]\nPath={}\nDeletionDate={date}\n", encoded(shown));
        if let Err(error) = file.write_all(text.as_bytes()) {
            drop_note(&entry);
            return Err(crate::failure::errno(&error));
        }
        Ok(entry)
    }
}

// The user's can on the disk with this top: in the common one, else one of their own. None where neither can be made.
fn on_its_disk(top: &Path, user: u32, may_write: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let shared = top.join(".Trash");
    // A common can counts only with the sticky bit, and if it is no link.
    let sound = std::fs::symlink_metadata(&shared).is_ok_and(|found| found.is_dir() && found.mode() & 0o1000 != 0);
    let places = [sound.then(|| shared.join(user.to_string())), Some(top.join(format!(".Trash-{user}")))];
    places.into_iter().flatten().find(|root| match std::fs::symlink_metadata(root) {
        // One that leads elsewhere or is somebody else's could show what is in it to others.
        Ok(found) => found.is_dir() && found.uid() == user && may_write(root),
        Err(_) => root.parent().is_some_and(&may_write),
    })
}

fn may_write(folder: &Path) -> bool {
    use rustix::fs::Access;
    rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// The note that belongs to what lies at `trashed`.
pub fn note_of(trashed: &Path) -> PathBuf {
    let mut name = trashed.file_name().unwrap_or_default().to_owned();
    name.push(".trashinfo");
    let root = trashed.parent().and_then(Path::parent).unwrap_or(trashed);
    root.join("info").join(name)
}

/// Takes a note away. One that is left is cleaned up by the desktop.
pub fn drop_note(note: &Entry) {
    let _ = rustix::fs::unlinkat(&note.folder, note.name.as_os_str(), AtFlags::empty());
}

fn data_home(place: &Place) -> PathBuf {
    let own_home = std::env::var_os("HOME").is_some_and(|home| Path::new(&home) == place.home);
    std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|folder| own_home && folder.is_absolute())
        .unwrap_or_else(|| place.home.join(".local/share"))
}

fn encoded(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(byte) {
            out.push(char::from(*byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_note_is_percent_encoded_but_for_its_slashes() {
        assert_eq!(encoded(Path::new("/a b/ż\n%")), "/a%20b/%C5%BC%0A%25");
    }

    #[test]
    fn a_disk_on_which_no_can_can_be_made_has_none() {
        let disk = tempfile::tempdir().unwrap();
        let top = disk.path();
        let me = rustix::process::getuid().as_raw();
        let own = top.join(format!(".Trash-{me}"));
        assert_eq!(on_its_disk(top, me, |_| true), Some(own.clone()));
        assert_eq!(on_its_disk(top, me, |_| false), None, "its top cannot be written to");
        std::fs::create_dir(&own).unwrap();
        assert_eq!(on_its_disk(top, me, |path| path == own), Some(own.clone()), "one that is there will do");
        assert_eq!(on_its_disk(top, me + 1, |path| path != top), None, "a can of somebody else's");
        std::fs::remove_dir(&own).unwrap();
        std::os::unix::fs::symlink("/tmp", &own).unwrap();
        assert_eq!(on_its_disk(top, me, |_| true), None, "a link");
        let shared = top.join(".Trash");
        std::fs::create_dir(&shared).unwrap();
        assert_eq!(on_its_disk(top, me, |_| true), None, "a common can without the sticky bit");
        std::fs::set_permissions(&shared, std::os::unix::fs::PermissionsExt::from_mode(0o1777)).unwrap();
        assert_eq!(on_its_disk(top, me, |_| true), Some(shared.join(me.to_string())));
    }
}
