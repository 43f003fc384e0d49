//! A folder: which files appeared or changed in it. While it is watched the system tells; what came before that, or faster
//! than the system could tell, is found by the times of the files. Links are not followed; hidden files, and those that a
//! program is still writing or keeps for itself, are not looked at ([`assent_protocol::apart`]).

use assent_protocol::apart::{Beside, is_left_alone, is_of_a_program, is_unready};
use notify::{
    Event, EventKind, RecursiveMode, Watcher,
    event::{AccessKind, ModifyKind},
};
use std::{
    collections::{HashMap, HashSet},
    fs::{self, Metadata},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Paths that are kept apart; where more change at once, the folder is looked through.
const KEPT: usize = 10_000;
/// Entries that are looked at in one look.
const LOOKED_AT: usize = 200_000;
/// Milliseconds for which it is known which files were told: in a full look those come again that changed meanwhile.
const KNOWN: i64 = 10_000;
/// A folder that never comes to rest is looked at all the same.
const LONGEST: u32 = 15;

/// One file that is new or changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// When it last changed in any way (its contents, its name, its place), in milliseconds since 1970 (UTC).
    pub changed: i64,
    /// The same file with the same contents in the same place has the same key.
    pub key: String,
}

/// A folder that is being watched, until this is dropped.
pub struct Folder {
    folder: PathBuf,
    // Device and number: one that was made anew in its place is another.
    is: Option<(u64, u64)>,
    below: bool,
    told: Arc<Mutex<Told>>,
    // Keys of files that a look gave lately, and when they changed.
    given: Mutex<HashMap<String, i64>>,
    // Files that a download is still to become, looked at again each time.
    waiting: Mutex<HashSet<PathBuf>>,
    _watcher: notify::RecommendedWatcher,
}

#[derive(Default)]
struct Told {
    paths: HashSet<PathBuf>,
    first: Option<Instant>,
    last: Option<Instant>,
    // More changed than was kept, or the system lost count.
    lost: bool,
}

/// What a look came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    /// The files, by path.
    pub files: Vec<File>,
    /// Whether there were more than could be looked at.
    pub more: bool,
}

impl Folder {
    /// Begins to watch. `wake` is called, from another thread, whenever something changed.
    ///
    /// # Errors
    /// What the system says: the folder is gone, or it watches no more folders.
    pub fn watch(folder: &Path, below: bool, wake: impl Fn() + Send + 'static) -> Result<Folder, String> {
        let told = Arc::new(Mutex::new(Told::default()));
        let heard = told.clone();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if hear(&mut heard.lock().unwrap_or_else(PoisonError::into_inner), event) {
                wake();
            }
        })
        .map_err(|error| error.to_string())?;
        let depth = if below { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
        watcher.watch(folder, depth).map_err(|error| error.to_string())?;
        let (given, waiting) = (Mutex::default(), Mutex::default());
        Ok(Folder { folder: folder.to_owned(), is: identity(folder), below, told, given, waiting, _watcher: watcher })
    }

    /// Whether it is still there, and the same.
    pub fn is_there(&self) -> bool {
        self.is.is_some() && self.is == identity(&self.folder)
    }

    /// Files that changed after `since` and before it was watched.
    pub fn before(&self, since: i64) -> Look {
        let mut look = changed_since(&self.folder, self.below, since - KNOWN);
        // Those up to `since` were seen in an earlier life.
        let earlier: Vec<File> = look.files.extract_if(.., |file| file.changed <= since).collect();
        self.fresh(Look { files: earlier, more: false });
        self.fresh(look)
    }

    /// What changed, once nothing has changed for `still`; none before that. `since` is where a full look begins when
    /// single changes were lost.
    pub fn settled(&self, still: Duration, since: i64) -> Option<Look> {
        let (paths, lost) = {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            let (first, last) = (told.first?, told.last?);
            if last.elapsed() < still && first.elapsed() < still * LONGEST {
                return None;
            }
            let taken = std::mem::take(&mut *told);
            (taken.paths, taken.lost)
        };
        if lost {
            return Some(self.fresh(changed_since(&self.folder, self.below, since - KNOWN)));
        }
        let mut look = Look::default();
        let waited = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        for path in paths.union(&waited).filter(|path| !self.is_of_a_program(path)) {
            match fs::symlink_metadata(path) {
                // What lay in a new folder before the system watched it was not told.
                Ok(stat) if stat.is_dir() && self.below && *path != self.folder => {
                    let inner = changed_since(path, true, since);
                    look.files.extend(inner.files);
                    look.more |= inner.more;
                }
                Ok(stat) => look.files.extend(file(path, &stat)),
                Err(_) => {}
            }
        }
        look.files.sort_by(|a, b| a.path.cmp(&b.path));
        look.files.dedup();
        Some(self.fresh(look))
    }

    // Whether it lies in a folder that is hidden or that a program fills, below the one that is watched.
    fn is_of_a_program(&self, path: &Path) -> bool {
        let above = path.parent().and_then(|above| above.strip_prefix(&self.folder).ok());
        above
            .into_iter()
            .flat_map(Path::iter)
            .map(|name| name.to_string_lossy())
            .any(|name| name.starts_with('.') || is_of_a_program(&name))
    }

    // Without what was given before, in the same state.
    fn fresh(&self, mut look: Look) -> Look {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).extend(take_awaited(&mut look));
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        look.files.retain(|file| given.insert(file.key.clone(), file.changed).is_none());
        let newest = given.values().max().copied().unwrap_or_default();
        given.retain(|_, changed| *changed >= newest - KNOWN);
        look
    }
}

/// Files that changed after `since`, in milliseconds since 1970 (UTC).
pub fn changed_since(folder: &Path, below: bool, since: i64) -> Look {
    let mut look = Look::default();
    let mut open = vec![folder.to_owned()];
    let mut looked_at = 0;
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            looked_at += 1;
            if looked_at > LOOKED_AT {
                look.more = true;
                return look;
            }
            let Ok(stat) = entry.metadata() else { continue };
            if stat.is_dir()
                && below
                && !hidden(&entry.path())
                && !is_of_a_program(&entry.file_name().to_string_lossy())
            {
                open.push(entry.path());
            }
            look.files.extend(file(&entry.path(), &stat).filter(|file| file.changed > since));
        }
    }
    look.files.sort_by(|a, b| a.path.cmp(&b.path));
    look
}

// True where it is worth a look.
fn hear(told: &mut Told, event: notify::Result<Event>) -> bool {
    let now = Instant::now();
    match event {
        Ok(event) if event.need_rescan() => told.lost = true,
        Ok(Event { kind: EventKind::Access(kind), .. }) if !matches!(kind, AccessKind::Close(_)) => return false,
        Ok(event) => {
            let done = is_done(&event);
            let wanted: Vec<PathBuf> = event.paths.into_iter().filter(|path| !hidden(path)).collect();
            if wanted.is_empty() && !done {
                return false;
            }
            if told.paths.len() + wanted.len() > KEPT {
                told.lost = true;
                told.paths.clear();
            }
            if !told.lost {
                told.paths.extend(wanted);
            }
        }
        Err(_) => told.lost = true,
    }
    told.first.get_or_insert(now);
    told.last = Some(now);
    true
}

fn identity(folder: &Path) -> Option<(u64, u64)> {
    fs::metadata(folder).ok().filter(Metadata::is_dir).map(|stat| (stat.dev(), stat.ino()))
}

fn hidden(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    name.starts_with('.') || is_left_alone(&name)
}

// Takes out the files that a download is still to become.
fn take_awaited(look: &mut Look) -> Vec<PathBuf> {
    let mut folders: HashMap<PathBuf, Beside> = HashMap::new();
    let awaited = look.files.extract_if(.., |file| {
        let (Some(folder), Some(name)) = (file.path.parent(), file.path.file_name()) else { return false };
        let beside = folders.entry(folder.to_owned()).or_insert_with(|| {
            let names = fs::read_dir(folder).into_iter().flatten().flatten().take(LOOKED_AT);
            let names: Vec<String> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            Beside::of(names.iter().map(String::as_str))
        });
        beside.awaits(&name.to_string_lossy(), file.bytes)
    });
    awaited.map(|file| file.path).collect()
}

// Whether something went away that another file may have waited for.
fn is_done(event: &Event) -> bool {
    let went = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
    let unready = |path: &PathBuf| path.file_name().is_some_and(|name| is_unready(&name.to_string_lossy()));
    went && event.paths.iter().any(unready)
}

fn file(path: &Path, stat: &Metadata) -> Option<File> {
    if !stat.is_file() || hidden(path) {
        return None;
    }
    let changed = stat.ctime().saturating_mul(1000).saturating_add(stat.ctime_nsec() / 1_000_000);
    let key = format!(
        "{}:{}:{}.{}:{}:{}",
        stat.dev(),
        stat.ino(),
        stat.mtime(),
        stat.mtime_nsec(),
        stat.size(),
        path.to_string_lossy()
    );
    Some(File { path: path.to_owned(), bytes: stat.size(), changed, key })
}

#[cfg(test)]
mod tests;
