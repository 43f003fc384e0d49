//! One pass through a folder, on two threads: listing waits for the disk, judging for the processor.

use super::{
    Folders, LONGEST, MOST_ENTRIES, Unfinished,
    kept::{Found, Kept, Stamp},
};
use crate::protected::{Bounds, Use};
use assent_agent::Place;
use assent_protocol::Reach;
use rustix::{
    fd::OwnedFd,
    fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, openat, statat},
    io::Errno,
};
use std::{
    ffi::OsStr,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

const THREADS: usize = 2;
/// A longer path can be made, but neither named in one call nor mounted over: the folder above is then not looked through.
const LONGEST_PATH: usize = 4_000;

/// What steers code without being a secret. What lies in it is judged as if it lay beside it.
const STEERING: &[&str] = &[".git", ".githooks", ".husky", ".vscode"];

/// What there is to go by.
pub struct Pass<'a> {
    pub place: &'a Place,
    pub root: &'a Path,
    pub before: &'a Folders,
    pub mounts: &'a [PathBuf],
}

/// What was seen.
#[derive(Default)]
pub struct Seen {
    pub folders: Vec<(PathBuf, Arc<Kept>)>,
    pub unread: Vec<PathBuf>,
}

// A folder to be listed, and where it is taken to lie.
struct Job {
    path: PathBuf,
    judged: PathBuf,
    // Whether it lies in one that steers code, and whether all of that is named already.
    steering: bool,
    frozen: bool,
}

#[derive(Default)]
struct Queue {
    jobs: Vec<Job>,
    working: usize,
    ended: Option<Unfinished>,
}

struct Shared {
    queue: Mutex<Queue>,
    more: Condvar,
    entries: AtomicU64,
    began: Instant,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // The next folders, or none when all is done or it is over.
    fn next(&self) -> Option<Vec<Job>> {
        let mut queue = self.queue();
        loop {
            if queue.ended.is_some() {
                return None;
            }
            if !queue.jobs.is_empty() {
                queue.working += 1;
                let from = queue.jobs.len() - (queue.jobs.len() / THREADS).clamp(1, 64);
                return Some(queue.jobs.split_off(from));
            }
            if queue.working == 0 {
                return None;
            }
            queue = self.more.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn done(&self, found: Vec<Job>, ended: Option<Unfinished>) {
        let mut queue = self.queue();
        queue.working -= 1;
        queue.jobs.extend(found);
        queue.ended = queue.ended.take().or(ended);
        self.more.notify_all();
    }
}

impl Pass<'_> {
    /// What was seen, and whether that is all.
    pub fn run(&self) -> (Seen, Result<(), Unfinished>) {
        let first = Job { path: self.root.to_owned(), judged: self.root.to_owned(), steering: false, frozen: false };
        let shared = Shared {
            queue: Mutex::new(Queue { jobs: vec![first], ..Queue::default() }),
            more: Condvar::new(),
            entries: AtomicU64::new(0),
            began: Instant::now(),
        };
        let mut seen = Seen::default();
        std::thread::scope(|scope| {
            let other: Vec<_> = (1..THREADS).map(|_| scope.spawn(|| self.work(&shared))).collect();
            let mut parts = vec![self.work(&shared)];
            parts.extend(other.into_iter().filter_map(|thread| thread.join().ok()));
            for part in parts {
                seen.folders.extend(part.folders);
                seen.unread.extend(part.unread);
            }
        });
        let ended = shared.queue().ended.take().map_or(Ok(()), Err);
        (seen, ended)
    }

    fn work(&self, shared: &Shared) -> Seen {
        let bounds = Bounds::of(self.place);
        let judge = Judge { start: bounds.reach(self.root, Use::Look).max(Reach::Outside), bounds };
        let mut seen = Seen::default();
        while let Some(jobs) = shared.next() {
            let mut found = Vec::new();
            let mut ended = None;
            for job in jobs {
                ended = self.one(&job, shared, &judge, &mut seen, &mut found).err();
                if ended.is_some() {
                    break;
                }
            }
            shared.done(found, ended);
        }
        seen
    }

    fn one(
        &self,
        job: &Job,
        shared: &Shared,
        judge: &Judge,
        seen: &mut Seen,
        more: &mut Vec<Job>,
    ) -> Result<(), Unfinished> {
        if self.place.stop.load(Ordering::Relaxed) {
            return Err(Unfinished::Stopped);
        }
        if shared.began.elapsed() > LONGEST {
            return Err(Unfinished::Late(self.root.to_owned()));
        }
        let kept = match self.known(job) {
            Some(kept) => kept,
            None => match list(job, judge, shared) {
                Ok(Some(kept)) => Arc::new(kept),
                Ok(None) => return Err(Unfinished::TooMany(self.root.to_owned())),
                // It has gone since its parent was listed.
                Err(Errno::NOENT) if job.path != self.root => return Ok(()),
                Err(error) if job.path == self.root => {
                    return Err(Unfinished::Unreadable(job.path.clone(), error.into()));
                }
                Err(_) => {
                    seen.unread.push(job.path.clone());
                    return Ok(());
                }
            },
        };
        if shared.entries.fetch_add(kept.entries, Ordering::Relaxed) + kept.entries > MOST_ENTRIES {
            return Err(Unfinished::TooMany(self.root.to_owned()));
        }
        let folders = kept.found.iter().filter_map(|(name, found)| match found {
            Found::Folder => Some(below(job, name, false)),
            Found::SteeringFolder => Some(below(job, name, true)),
            _ => None,
        });
        let below: Vec<Job> = folders.collect();
        if below.iter().any(|job| job.path.as_os_str().len() > LONGEST_PATH) {
            seen.unread.push(job.path.clone());
        } else {
            more.extend(below.into_iter().filter(|job| !self.mounts.contains(&job.path)));
        }
        seen.folders.push((job.path.clone(), kept));
        Ok(())
    }

    fn known(&self, job: &Job) -> Option<Arc<Kept>> {
        let kept = self.before.get(&job.path).filter(|kept| kept.settled)?;
        let stat = statat(CWD, &job.path, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        (Stamp::of(&stat) == kept.stamp).then(|| kept.clone())
    }
}

fn below(job: &Job, name: &OsStr, frozen: bool) -> Job {
    let path = job.path.join(name);
    let judged = if steers(name) { job.judged.clone() } else { job.judged.join(name) };
    Job { path, judged, steering: job.steering || steers(name), frozen: job.frozen || frozen }
}

fn steers(name: &OsStr) -> bool {
    STEERING.iter().any(|steering| name.eq_ignore_ascii_case(steering))
}

// None when it has more entries than can be looked at.
fn list(job: &Job, judge: &Judge, shared: &Shared) -> Result<Option<Kept>, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder: OwnedFd = openat(CWD, &job.path, flags, Mode::empty())?;
    let stamp = Stamp::of(&fstat(&folder)?);
    let listed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let settled = stamp.settled(i128::try_from(listed).unwrap_or_default());
    let mut kept = Kept { stamp, settled, entries: 0, found: Vec::new() };
    let already = shared.entries.load(Ordering::Relaxed);
    for entry in Dir::read_from(&folder)? {
        let entry = entry?;
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if matches!(name.as_bytes(), b"." | b"..") {
            continue;
        }
        kept.entries += 1;
        if already + kept.entries > MOST_ENTRIES {
            return Ok(None);
        }
        let stat = match statat(&folder, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => stat,
            Err(Errno::NOENT) => continue,
            Err(error) => return Err(error),
        };
        let kind = FileType::from_raw_mode(stat.st_mode);
        kept.found.extend(judge.found(job, name, kind, &stat).map(|found| (name.to_owned(), found)));
        if kind == FileType::RegularFile && stat.st_nlink > 1 {
            kept.found.push((name.to_owned(), Found::Linked { ino: stat.st_ino, names: stat.st_nlink }));
        }
    }
    kept.found.shrink_to_fit();
    Ok(Some(kept))
}

struct Judge {
    bounds: Bounds,
    start: Reach,
}

impl Judge {
    fn closed(&self, path: &Path) -> bool {
        self.bounds.reach(path, Use::Look) > self.start
    }

    fn found(&self, job: &Job, name: &OsStr, kind: FileType, stat: &Stat) -> Option<Found> {
        let folder = kind == FileType::Directory;
        if !folder && !matches!(kind, FileType::RegularFile | FileType::Symlink) {
            return Some(Found::Special);
        }
        // In a folder that steers code everything is judged; elsewhere, the folder that was entered is not closed, and most
        // entries reach no further. What a link leads to is not known from the link.
        let whole = job.steering || steers(name) || kind == FileType::Symlink;
        if !whole && !self.bounds.may_reach_further(name, (stat.st_dev, stat.st_ino)) {
            return folder.then_some(Found::Folder);
        }
        // The name of the steering folder itself is no reason to hide it.
        if !steers(name) && self.closed(&job.judged.join(name)) {
            return Some(Found::Secret);
        }
        let steering = job.steering || steers(name);
        let steers = steering && !job.frozen && self.closed(&job.path.join(name));
        match (folder, steers) {
            (true, true) => Some(Found::SteeringFolder),
            (true, false) => Some(Found::Folder),
            (false, true) => Some(Found::Steering),
            (false, false) => None,
        }
    }
}
