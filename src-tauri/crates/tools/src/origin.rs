//! Where what was read came from, when others can write there.

use crate::words::{cut, say, shown_name};
use assent_agent::Place;
use assent_protocol::visible::visible;
use std::path::Path;

/// Marks that browsers, mail programs and other systems put on what they bring in.
const MARKS: &[&str] =
    &["user.xdg.origin.url", "user.xdg.referrer.url", "user.Zone.Identifier", "com.apple.quarantine"];

/// Anybody can write it, so it is shown short.
const MOST_SOURCE: usize = 120;

/// What Assent puts on a file that it wrote in a task which had read what others wrote: their words may be in it, and the
/// next task must not take them for the user's.
pub const WRITTEN: &str = "user.assent.origin";

/// "the file x.pdf in Downloads", if the file at the resolved `path` may hold other people's words.
pub fn untrusted(path: &Path, place: &Place) -> Option<String> {
    let name = shown_name(path);
    let folder = path.parent().map(shown_name).unwrap_or_default();
    let file = |key: &str| Some(say(key, &[("name", &name), ("folder", &folder)]));
    if in_downloads(path, place) {
        return file("tools.origin.downloads");
    }
    if place.grants.iter().any(|grant| grant.shared && path.starts_with(&grant.folder)) {
        return file("tools.origin.shared");
    }
    if let Ok(Some(source)) = xattr::get(path, WRITTEN) {
        let source = String::from_utf8_lossy(&source).into_owned();
        let source = visible(cut(&source, MOST_SOURCE).0);
        return Some(say("tools.origin.written", &[("name", &name), ("folder", &folder), ("source", &source)]));
    }
    marked(path).then(|| file("tools.origin.marked")).flatten()
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
