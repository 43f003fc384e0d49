//! What is taken out of the folders that a box shows: a file gives way to an empty device, a folder to an empty folder.

use crate::{
    protected,
    scan::{Unfinished, scan},
};
use assent_agent::Place;
use std::{
    fs,
    os::unix::fs::FileTypeExt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Each cover is a mount, and each takes time, the more the more there are. A folder with more secrets and sockets than this is not shown.
const MOST: usize = 500;

/// What must not be in a box, and what must stay as it is.
#[derive(Debug, Default)]
pub struct Found {
    /// Secrets, sockets, and what could not be looked into.
    pub hidden: Vec<PathBuf>,
    /// Hooks and settings that run programs.
    pub frozen: Vec<PathBuf>,
}

/// Looks through all of `shown`. What `named` holds was the user's to allow, but what lies in it is looked at all the same.
///
/// # Errors
/// When one of them cannot be looked through as a whole.
pub fn look(shown: &[&Path], place: &Place, named: &[PathBuf]) -> Result<Found, Unfinished> {
    let mut found = Found::default();
    let allowed = |path: &Path| named.iter().any(|named| named.starts_with(path));
    let mut left: Vec<PathBuf> = shown.iter().map(|path| real(path)).collect();
    let mut looked: Vec<PathBuf> = Vec::new();
    while let Some(path) = left.pop() {
        if looked.contains(&path) {
            continue;
        }
        looked.push(path.clone());
        match fs::metadata(&path) {
            Ok(stat) if stat.is_dir() => {}
            Ok(stat) if speaks(&stat.file_type()) => {
                found.hidden.push(path);
                continue;
            }
            _ => continue,
        }
        let seen = scan(&path, place)?;
        for secret in &seen.secrets {
            // A link to a secret is itself none; what it leads to is.
            let leads = real(secret);
            if allowed(secret) || allowed(&leads) { left.push(leads) } else { found.hidden.push(leads) }
        }
        found.frozen.extend(seen.steering.iter().filter(|path| !allowed(path)).cloned());
        let mounts = seen.mounts.iter().filter(|mount| !shown.iter().any(|shown| shown.starts_with(mount)));
        found.hidden.extend(seen.sockets.iter().chain(&seen.unread).chain(mounts).cloned());
        if found.hidden.len() + found.frozen.len() > MOST {
            return Err(Unfinished::TooMany(path));
        }
    }
    Ok(found)
}

/// Where a program stands that is started for no task: it sees what it is shown, and no secrets.
pub fn beside(home: &Path, data: &Path) -> Place {
    Place {
        grants: Vec::new(),
        home: home.to_owned(),
        data: data.to_owned(),
        copies: data.to_owned(),
        others: None,
        labels: assent_agent::Labels::default(),
        denied: Vec::new(),
        asked: Vec::new(),
        notes: home.join("Notes"),
        hosts: assent_agent::Hosts::default(),
        now: 0,
        zone: String::new(),
        stop: Arc::default(),
    }
}

/// Each once, and none that lies in another.
pub fn outermost(paths: &[PathBuf]) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = paths.iter().map(|path| real(path)).collect();
    all.sort();
    let mut kept: Vec<PathBuf> = Vec::new();
    for path in all {
        if !kept.last().is_some_and(|last| path.starts_with(last)) {
            kept.push(path);
        }
    }
    kept
}

fn speaks(kind: &fs::FileType) -> bool {
    kind.is_socket() || kind.is_fifo() || kind.is_char_device() || kind.is_block_device()
}

// To a file nothing can be appended, not even nothing.
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| protected::canonical(path))
}
