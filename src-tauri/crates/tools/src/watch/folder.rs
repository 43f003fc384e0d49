//! A folder: which files appeared or changed in it. While it is watched the system tells; what came before that, or faster
//! than the system could tell, is found by the times of the files. Links are not followed; hidden files, and those that a
//! program is still downloading, are not looked at.

use notify::{Event, EventKind, RecursiveMode, Watcher, event::AccessKind};
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
/// Endings of files that are not finished.
const UNFINISHED: &[&str] = &[".part", ".partial", ".crdownload", ".download", ".tmp", ".swp", "~"];

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
        let given = Mutex::default();
        Ok(Folder { folder: folder.to_owned(), is: identity(folder), below, told, given, _watcher: watcher })
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
        for path in paths {
            match fs::symlink_metadata(&path) {
                // What lay in a new folder before the system watched it was not told.
                Ok(stat) if stat.is_dir() && self.below && path != self.folder => {
                    let inner = changed_since(&path, true, since);
                    look.files.extend(inner.files);
                    look.more |= inner.more;
                }
                Ok(stat) => look.files.extend(file(&path, &stat)),
                Err(_) => {}
            }
        }
        look.files.sort_by(|a, b| a.path.cmp(&b.path));
        look.files.dedup();
        Some(self.fresh(look))
    }

    // Without what was given before, in the same state.
    fn fresh(&self, mut look: Look) -> Look {
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
            if stat.is_dir() && below && !hidden(&entry.path()) {
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
            let wanted: Vec<PathBuf> = event.paths.into_iter().filter(|path| !hidden(path)).collect();
            if wanted.is_empty() {
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
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    name.starts_with('.') || UNFINISHED.iter().any(|ending| name.ends_with(ending))
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
mod tests {
    use super::*;
    use std::sync::mpsc;

    const LONG: Duration = Duration::from_secs(20);

    fn names(look: &Look) -> Vec<String> {
        let name = |file: &File| file.path.file_name().unwrap().to_string_lossy().into_owned();
        look.files.iter().map(name).collect()
    }

    // Waits on what the system tells until these files were seen.
    fn seen(watched: &Folder, woken: &mpsc::Receiver<()>, wanted: &[&str]) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        while !wanted.iter().all(|name| found.iter().any(|f| f == name)) {
            woken.recv_timeout(LONG).expect("the system tells of a change");
            found.extend(watched.settled(Duration::ZERO, 0).iter().flat_map(names));
        }
        found
    }

    fn watched(folder: &Path, below: bool) -> (Folder, mpsc::Receiver<()>) {
        let (woke, woken) = mpsc::channel();
        let wake = move || {
            let _ = woke.send(());
        };
        (Folder::watch(folder, below, wake).unwrap(), woken)
    }

    #[test]
    fn files_that_appear_change_or_are_moved_in_are_seen_and_others_are_not() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let here = folder.path();
        let (watch, woken) = watched(here, false);
        fs::write(here.join(".hidden"), "x").unwrap();
        fs::write(here.join("film.mkv.part"), "x").unwrap();
        fs::create_dir(here.join("below")).unwrap();
        fs::write(here.join("below/deep.txt"), "x").unwrap();
        fs::write(outside.path().join("moved.txt"), "x").unwrap();
        fs::rename(outside.path().join("moved.txt"), here.join("moved.txt")).unwrap();
        fs::write(here.join("new.txt"), "x").unwrap();
        let mut found = seen(&watch, &woken, &["moved.txt", "new.txt"]);
        found.sort();
        found.dedup();
        assert_eq!(found, ["moved.txt", "new.txt"]);
    }

    #[test]
    fn with_folders_below_what_lies_in_a_new_folder_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let (watch, woken) = watched(folder.path(), true);
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/deep.txt"), "x").unwrap();
        assert!(seen(&watch, &woken, &["deep.txt"]).contains(&"deep.txt".to_owned()));
    }

    #[test]
    fn nothing_is_said_while_the_folder_still_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (watch, woken) = watched(folder.path(), false);
        assert_eq!(watch.settled(Duration::ZERO, 0), None);
        fs::write(folder.path().join("a"), "x").unwrap();
        woken.recv_timeout(LONG).unwrap();
        assert_eq!(watch.settled(Duration::from_secs(3600), 0), None);
        assert_eq!(names(&watch.settled(Duration::ZERO, 0).unwrap()), ["a"]);
    }

    #[test]
    fn a_flood_is_not_kept_one_by_one_and_nothing_of_it_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let mut told = Told::default();
        for n in 0..KEPT + 2 {
            let path = folder.path().join(format!("{n}"));
            hear(&mut told, Ok(Event::new(EventKind::Create(notify::event::CreateKind::File)).add_path(path)));
        }
        assert!(told.lost && told.paths.is_empty());
        fs::write(folder.path().join("one"), "x").unwrap();
        assert_eq!(names(&changed_since(folder.path(), false, 0)), ["one"]);
    }

    #[test]
    fn a_folder_that_vanished_is_not_there_and_cannot_be_watched() {
        let folder = tempfile::tempdir().unwrap();
        let (watch, _woken) = watched(folder.path(), false);
        let path = folder.path().to_owned();
        // Moved and not removed, so that the one in its place cannot have its number.
        let aside = tempfile::tempdir().unwrap();
        fs::rename(&path, aside.path().join("moved")).unwrap();
        assert!(!watch.is_there());
        assert!(Folder::watch(&path, false, || ()).is_err());
        fs::create_dir(&path).unwrap();
        assert!(!watch.is_there(), "another folder under its name is another");
    }

    #[test]
    fn what_was_given_is_not_given_again_when_the_system_lost_count() {
        let folder = tempfile::tempdir().unwrap();
        let here = folder.path();
        fs::write(here.join("old"), "x").unwrap();
        let since = changed_since(here, false, 0).files[0].changed;
        let (watch, woken) = watched(here, false);
        assert_eq!(names(&watch.before(since)), [] as [&str; 0], "it was seen in an earlier life");
        fs::write(here.join("new"), "x").unwrap();
        let lost = || {
            let mut told = watch.told.lock().unwrap();
            (told.lost, told.first, told.last) = (true, Some(Instant::now()), Some(Instant::now()));
        };
        lost();
        assert_eq!(names(&watch.settled(Duration::ZERO, since).unwrap()), ["new"]);
        lost();
        assert_eq!(names(&watch.settled(Duration::ZERO, since).unwrap()), [] as [&str; 0]);
        drop(woken);
    }
}
