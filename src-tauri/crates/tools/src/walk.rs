//! What lies in a folder and below it, without following links and without entering what the call may not look at.

use crate::{mark::Kind, paths::Resolver, protected::Use, words::escaped};
use assent_agent::Place;
use assent_protocol::Reach;
use std::{
    fs::{DirEntry, Metadata},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    time::UNIX_EPOCH,
};

/// More entries than this are not looked at in one call.
const MOST_LOOKED_AT: usize = 500_000;

/// One entry.
pub struct Seen {
    /// Its path.
    pub path: PathBuf,
    /// Its name, escaped where it is not valid text.
    pub name: String,
    /// Whether the name is valid text, so that the entry can be acted on.
    pub text: bool,
    /// Its kind.
    pub kind: Kind,
    /// Its stat, of a link itself.
    pub stat: Metadata,
    /// Whether it is a place that the call may not look into: protected, Assent's own, or a file that has names outside.
    pub closed: bool,
}

impl Seen {
    /// Milliseconds since 1970 (UTC).
    pub fn modified(&self) -> i64 {
        let since = |time: std::time::SystemTime| match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
        };
        self.stat.modified().map(since).unwrap_or_default()
    }

    fn of(entry: &DirEntry) -> Option<Seen> {
        // Of something that vanished while it was listed there is nothing to tell.
        let stat = entry.metadata().ok()?;
        let name = entry.file_name();
        let kind = match stat.file_type() {
            kind if kind.is_file() => Kind::File,
            kind if kind.is_dir() => Kind::Folder,
            kind if kind.is_symlink() => Kind::Link,
            _ => Kind::Other,
        };
        Some(Seen {
            path: entry.path(),
            text: name.to_str().is_some(),
            name: escaped(&name),
            kind,
            stat,
            closed: false,
        })
    }
}

/// Visits what lies in `folder`, each level sorted by name, folders before what is in them. `visit` answers whether to
/// go on. Gives back whether everything was visited.
pub fn walk(folder: &Path, depth: usize, place: &Place, mut visit: impl FnMut(&Seen) -> bool) -> std::io::Result<bool> {
    let resolver = Resolver::new(place);
    // Whoever may look at a protected folder may look at what is in it; from outside none is entered.
    let start = resolver.reach(folder, Use::Look);
    let device = std::fs::metadata(folder)?.dev();
    let mut left = vec![(folder.to_owned(), 1)];
    let mut looked_at = 0;
    let mut first = true;
    while let Some((folder, level)) = left.pop() {
        let listed = match std::fs::read_dir(&folder) {
            Ok(listed) => listed,
            Err(error) if first => return Err(error),
            Err(_) => continue,
        };
        first = false;
        let mut seen: Vec<Seen> = listed.flatten().filter_map(|entry| Seen::of(&entry)).collect();
        seen.sort_by(|a, b| a.name.cmp(&b.name));
        let mut below = Vec::new();
        for mut entry in seen {
            looked_at += 1;
            if looked_at > MOST_LOOKED_AT || place.stop.load(Ordering::Relaxed) {
                return Ok(false);
            }
            entry.closed = resolver.reach(&entry.path, Use::Look) > start.max(Reach::Outside)
                || (entry.kind == Kind::File
                    && resolver.bounds().names_of(inode(&entry), entry.stat.nlink(), Use::Look) > start);
            if !visit(&entry) {
                return Ok(false);
            }
            if entry.kind == Kind::Folder && !entry.closed && level < depth && entry.stat.dev() == device {
                below.push((entry.path, level + 1));
            }
        }
        left.extend(below.into_iter().rev());
    }
    Ok(true)
}

fn inode(entry: &Seen) -> (u64, u64) {
    (entry.stat.dev(), entry.stat.ino())
}
