//! Where what was read came from, when others can write there.

use crate::words::{cut, say, shown_name};
use assent_agent::{Inode, Label, Place};
use assent_protocol::visible::visible;
use rustix::io::Errno;
use std::{
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Marks that browsers, mail programs and other systems put on what they bring in.
const MARKS: &[&str] =
    &["user.xdg.origin.url", "user.xdg.referrer.url", "user.Zone.Identifier", "com.apple.quarantine"];

/// Anybody can write it, so it is shown short.
const MOST_SOURCE: usize = 120;

/// What Assent puts on a file that it wrote in a task which had read what others wrote: their words may be in it, and the
/// next task must not take them for the user's.
pub const WRITTEN: &str = "user.assent.origin";

/// Things in a folder that are looked at one by one when it is moved or copied; a larger one is labelled whole.
const MOST_CARRIED: usize = 20_000;

/// "the file x.pdf in Downloads", if the file at the resolved `path` may hold other people's words.
pub fn untrusted(path: &Path, place: &Place) -> Option<String> {
    let name = shown_name(path);
    let folder = path.parent().map(shown_name).unwrap_or_default();
    if let Some(source) = by_place(path, place) {
        return Some(source);
    }
    if let Ok(Some(source)) = xattr::get(path, WRITTEN) {
        let source = String::from_utf8_lossy(&source).into_owned();
        let source = visible(cut(&source, MOST_SOURCE).0);
        return Some(say("tools.origin.written", &[("name", &name), ("folder", &folder), ("source", &source)]));
    }
    match label(path, place) {
        Some(label) if label.others => {
            let source = visible(cut(&label.source, MOST_SOURCE).0);
            return Some(say("tools.origin.labelled", &[("name", &name), ("folder", &folder), ("source", &source)]));
        }
        Some(label) => place.labels.read_of_the_model(&visible(cut(&label.source, MOST_SOURCE).0)),
        None => {}
    }
    marked(path).then(|| named("tools.origin.marked", path))
}

/// Lets the label of what is at `from` go along to `to`, with all that is in a folder. Called just before something is
/// moved, and just after it was copied: a label that is too early is one too many, and none is missing.
///
/// # Errors
/// When it cannot be kept; then nothing may be moved.
pub fn carry(from: &Path, to: &Path, place: &Place) -> Result<(), Errno> {
    // A place whose files are others' anyway needs no label, until they leave it.
    if place.labels.kept.is_none() || by_place(to, place).is_some() {
        return Ok(());
    }
    // A folder out of which everything is others' stays so as a whole, also for what comes into it later.
    let folder = std::fs::symlink_metadata(from).is_ok_and(|found| found.is_dir());
    if folder && let Some(source) = whole(from, place) {
        return keep(to, inode_of(to).or(inode_of(from)), &Label { others: true, source }, place);
    }
    carry_one(from, to, place)?;
    if !folder {
        return Ok(());
    }
    // By the path alone, where the file has got another inode since.
    let within = place.labels.kept.as_ref().map(|kept| kept.within(from)).unwrap_or_default();
    for (path, label) in within {
        if let Ok(rest) = path.strip_prefix(from) {
            let there = to.join(rest);
            keep(&there, inode_of(&there).or(inode_of(&path)), &label, place)?;
        }
    }
    let mut left = MOST_CARRIED;
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let entries = std::fs::read_dir(from.join(&inner)).into_iter().flatten().filter_map(Result::ok);
        for entry in entries {
            let rest = inner.join(entry.file_name());
            left = left.saturating_sub(1);
            if left == 0 {
                let source = say("tools.origin.large", &[("folder", &shown_name(from))]);
                return keep(to, inode_of(to).or(inode_of(from)), &Label { others: true, source }, place);
            }
            carry_one(&from.join(&rest), &to.join(&rest), place)?;
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(rest);
            }
        }
    }
    Ok(())
}

/// Files that a command changed and that are labelled one by one.
const MOST_LABELLED: usize = 100;

/// Labels what a command changed: it can have read anything that it reached, and nobody can tell what it took from where.
/// Where that is many files, the folders that it might change are labelled instead.
///
/// # Errors
/// When it cannot be kept.
pub fn command_changed(changed: &[PathBuf], folders: &[PathBuf], place: &Place) -> Result<(), Errno> {
    let source = place.others.clone().unwrap_or_else(|| say("tools.origin.command", &[]));
    let label = Label { others: true, source };
    let labelled = if changed.len() > MOST_LABELLED { folders } else { changed };
    labelled.iter().try_for_each(|path| keep(path, inode_of(path), &label, place))
}

/// Whose words a thing that is no file may hold, by the name that it is labelled under; the model's are noted.
pub fn words_in(name: &str, place: &Place) -> Option<String> {
    let label = place.labels.kept.as_ref()?.of(Path::new(name), None)?;
    if !label.others {
        place.labels.read_of_the_model(&label.source);
    }
    label.others.then_some(label.source)
}

/// Labels what this call has just written at `path`.
///
/// # Errors
/// When it cannot be kept.
pub fn wrote(path: &Path, place: &Place) -> Result<(), Errno> {
    let label = match (&place.others, &place.labels.writer) {
        (Some(source), _) => Label { others: true, source: source.clone() },
        (None, Some(source)) => Label { others: false, source: source.clone() },
        (None, None) => return Ok(()),
    };
    keep(path, inode_of(path), &label, place)
}

fn carry_one(from: &Path, to: &Path, place: &Place) -> Result<(), Errno> {
    let others = || by_place(from, place).or_else(|| marked(from).then(|| named("tools.origin.marked", from)));
    let found = others().map(|source| Label { others: true, source }).or_else(|| label(from, place));
    match found {
        Some(label) => keep(to, inode_of(to).or(inode_of(from)), &label, place),
        None => Ok(()),
    }
}

fn keep(path: &Path, inode: Option<Inode>, label: &Label, place: &Place) -> Result<(), Errno> {
    let Some(kept) = &place.labels.kept else { return Ok(()) };
    kept.keep(path, inode, label).map_err(|_| Errno::IO)
}

// Of the thing itself, of its inode, or of a folder that it lies in.
fn label(path: &Path, place: &Place) -> Option<Label> {
    let kept = place.labels.kept.as_ref()?;
    let mut found = kept.of(path, inode_of(path));
    for folder in path.ancestors().skip(1).take_while(|folder| folder.parent().is_some()) {
        if found.as_ref().is_some_and(|label| label.others) {
            break;
        }
        found = kept.of(folder, inode_of(folder)).filter(|label| label.others).or(found);
    }
    found
}

fn inode_of(path: &Path) -> Option<Inode> {
    std::fs::symlink_metadata(path).ok().map(|found| (found.dev(), found.ino()))
}

fn named(key: &str, path: &Path) -> String {
    let folder = path.parent().map(shown_name).unwrap_or_default();
    say(key, &[("name", &shown_name(path)), ("folder", &folder)])
}

// Whose words everything in a folder is, by where the folder lies or what it is.
fn whole(folder: &Path, place: &Place) -> Option<String> {
    let inside = folder.join("-");
    (in_downloads(&inside, place) || in_shared(&inside, place)).then(|| named("tools.origin.folder", folder))
}

fn by_place(path: &Path, place: &Place) -> Option<String> {
    if in_downloads(path, place) {
        return Some(named("tools.origin.downloads", path));
    }
    in_shared(path, place).then(|| named("tools.origin.shared", path))
}

fn in_shared(path: &Path, place: &Place) -> bool {
    place.grants.iter().any(|grant| grant.shared && path.starts_with(&grant.folder))
}

/// The first of these files that may hold other people's words.
pub fn among<'a>(paths: impl IntoIterator<Item = &'a Path>, place: &Place) -> Option<String> {
    paths.into_iter().find_map(|path| untrusted(path, place))
}

fn in_downloads(path: &Path, place: &Place) -> bool {
    let named = |part: &std::ffi::OsStr| part.to_string_lossy().to_lowercase() == "downloads";
    path.parent().is_some_and(|folder| folder.iter().any(named) || folder.starts_with(download_folder(place)))
}

// Its name in the user's own language, as the desktop keeps it.
fn download_folder(place: &Place) -> std::path::PathBuf {
    let names = std::fs::read_to_string(place.home.join(".config/user-dirs.dirs")).unwrap_or_default();
    let line = names.lines().find_map(|line| line.trim().strip_prefix("XDG_DOWNLOAD_DIR="));
    let text = line.map(|text| text.trim_matches('"')).unwrap_or_default();
    match text.strip_prefix("$HOME/") {
        Some(rest) if !rest.is_empty() => place.home.join(rest),
        _ if text.len() > 1 && text.starts_with('/') => text.into(),
        _ => place.home.join("Downloads"),
    }
}

fn marked(path: &Path) -> bool {
    let has = |name: &&str| xattr::get(path, name).ok().flatten().is_some();
    let mut beside = path.as_os_str().to_owned();
    beside.push(":Zone.Identifier");
    MARKS.iter().any(has) || Path::new(&beside).exists()
}

#[cfg(test)]
mod tests;
