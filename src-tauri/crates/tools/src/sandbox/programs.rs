//! Programs that must not be startable: every file of the system that is such a program, by its name, through a link, as
//! another name of the same file, or inside a program that is many in one.

use std::{
    collections::{HashMap, HashSet},
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Where the programs of a box lie.
const SYSTEM: &[&str] = &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"];
/// Folders whose change means that a program came or went.
const WATCHED: &[&str] = &[
    "/usr",
    "/usr/bin",
    "/usr/sbin",
    "/usr/lib",
    "/usr/libexec",
    "/usr/share",
    "/usr/games",
    "/usr/local",
    "/usr/local/bin",
    "/usr/local/sbin",
    "/usr/local/lib",
    "/bin",
    "/sbin",
    "/lib",
    "/etc/alternatives",
];
/// After this time the system's folders are listed again, because something may have come deeper in them.
const LONGEST: Duration = Duration::from_secs(600);
/// Programs that are many in one: the name of the one to be is given as an argument.
const MANY_IN_ONE: &[&str] = &["busybox", "toybox", "coreutils", "uutils", "sbase-box", "ubase-box"];
/// A program of this kind is not larger.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

struct Known {
    listed: Instant,
    stamps: Vec<Option<(u64, i64, i64)>>,
    programs: Vec<Program>,
    answers: HashMap<Vec<String>, Vec<PathBuf>>,
}

struct Program {
    path: PathBuf,
    // What lies at the end of its links.
    identity: (u64, u64),
    link: bool,
}

static KNOWN: Mutex<Option<Known>> = Mutex::new(None);

/// The files to be covered so that none of `denied` starts.
///
/// # Errors
/// A few words, when a folder of the system cannot be listed.
pub fn files(denied: &[String]) -> Result<Vec<PathBuf>, String> {
    if denied.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let stamps: Vec<_> = WATCHED.iter().map(|folder| stamp(Path::new(folder))).collect();
    let fresh = known.as_ref().is_some_and(|known| known.stamps == stamps && known.listed.elapsed() < LONGEST);
    if !fresh {
        let programs = listed().map_err(|error| error.to_string())?;
        *known = Some(Known { listed: Instant::now(), stamps, programs, answers: HashMap::new() });
    }
    let Some(known) = known.as_mut() else { return Ok(Vec::new()) };
    if let Some(answer) = known.answers.get(denied) {
        return Ok(answer.clone());
    }
    let answer = found(&known.programs, denied);
    known.answers.insert(denied.to_vec(), answer.clone());
    Ok(answer)
}

fn found(programs: &[Program], denied: &[String]) -> Vec<PathBuf> {
    let named = |program: &Program| {
        denied.iter().any(|name| {
            Path::new(name) == program.path
                || (!name.contains('/') && program.path.file_name().is_some_and(|last| last == name.as_str()))
        })
    };
    let written: HashSet<(u64, u64)> = denied
        .iter()
        .filter(|name| name.starts_with('/'))
        .filter_map(|name| fs::metadata(name).ok())
        .map(|found| (found.dev(), found.ino()))
        .collect();
    let mut identities: HashSet<(u64, u64)> =
        programs.iter().filter(|program| named(program)).map(|program| program.identity).collect();
    identities.extend(written);
    identities.extend(programs.iter().filter(|program| holds(program, denied)).map(|program| program.identity));
    let mut found: Vec<PathBuf> = programs
        .iter()
        .filter(|program| !program.link && identities.contains(&program.identity))
        .map(|program| program.path.clone())
        .collect();
    found.sort();
    found.dedup();
    found
}

// Whether it is many programs in one, and one of `denied` among them.
fn holds(program: &Program, denied: &[String]) -> bool {
    let last = program.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let plain = last.split(['.', '_']).next().unwrap_or_default();
    if program.link || !MANY_IN_ONE.contains(&plain) {
        return false;
    }
    let small = fs::metadata(&program.path).is_ok_and(|found| found.len() <= MOST_BYTES);
    // One that cannot be looked into holds it in doubt.
    let Some(bytes) = small.then(|| fs::read(&program.path).ok()).flatten() else { return true };
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    denied
        .iter()
        .map(|name| name.rsplit('/').next().unwrap_or_default().as_bytes())
        .filter(|name| !name.is_empty())
        .any(|name| {
            bytes.windows(name.len()).enumerate().any(|(at, window)| {
                window == name
                    && !part(at.checked_sub(1).and_then(|at| bytes.get(at)))
                    && !part(bytes.get(at + name.len()))
            })
        })
}

fn listed() -> std::io::Result<Vec<Program>> {
    let mut programs = Vec::new();
    let mut left: Vec<PathBuf> = SYSTEM
        .iter()
        .map(PathBuf::from)
        .filter(|path| fs::symlink_metadata(path).is_ok_and(|found| found.is_dir()))
        .collect();
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                left.push(entry.path());
                continue;
            }
            // A link that leads nowhere starts nothing.
            let stat = if kind.is_symlink() { fs::metadata(entry.path()) } else { entry.metadata() };
            let Ok(stat) = stat else { continue };
            if stat.is_file() && stat.mode() & 0o111 != 0 {
                programs.push(Program {
                    path: entry.path(),
                    identity: (stat.dev(), stat.ino()),
                    link: kind.is_symlink(),
                });
            }
        }
    }
    Ok(programs)
}

fn stamp(folder: &Path) -> Option<(u64, i64, i64)> {
    fs::metadata(folder).ok().map(|found| (found.ino(), found.ctime(), found.ctime_nsec()))
}
