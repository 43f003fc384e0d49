//! The words of titles and previews. Names are drawn with nothing hidden.

use assent_protocol::visible::visible_name;
use std::path::{Path, PathBuf};

pub use assent_protocol::texts::say;

/// `path` for a person, hidden characters written out.
pub fn shown_path(path: &Path) -> String {
    let shown = escaped(path.as_os_str());
    shown.split('/').map(visible_name).collect::<Vec<_>>().join("/")
}

/// The last part of `path`, for a person.
pub fn shown_name(path: &Path) -> String {
    path.file_name().map_or_else(|| shown_path(path), |name| visible_name(&escaped(name)))
}

/// A name as text without loss: bytes that are not UTF-8 become `\xNN` (and then backslashes become `\\`).
pub fn escaped(name: &std::ffi::OsStr) -> String {
    if let Some(text) = name.to_str() {
        return text.to_owned();
    }
    let mut out = String::new();
    for chunk in std::os::unix::ffi::OsStrExt::as_bytes(name).utf8_chunks() {
        out.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

/// How a folder is called in a title: `Downloads` for one that lies right in the home folder, `~/…` or the whole path
/// for others, so that no two folders read the same.
pub fn folder_name(folder: &Path, home: &Path) -> String {
    match folder.strip_prefix(home) {
        Ok(rest) if rest.as_os_str().is_empty() => say("tools.words.home", &[]),
        Ok(rest) if rest.components().count() == 1 => shown_path(rest),
        Ok(rest) => format!("~/{}", shown_path(rest)),
        Err(_) => shown_path(folder),
    }
}

/// The deepest folder that holds all of `paths`.
pub fn common_folder<'a>(paths: impl IntoIterator<Item = &'a Path>) -> PathBuf {
    let mut common: Option<PathBuf> = None;
    for path in paths {
        let parent = path.parent().unwrap_or(path);
        common = Some(match common {
            None => parent.to_owned(),
            Some(so_far) => {
                so_far.components().zip(parent.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
            }
        });
    }
    common.unwrap_or_else(|| PathBuf::from("/"))
}

/// `path` as it reads beside others of the same folder.
pub fn relative(path: &Path, folder: &Path) -> String {
    match path.strip_prefix(folder) {
        Ok(rest) if !rest.as_os_str().is_empty() && folder != Path::new("/") => shown_path(rest),
        _ => shown_path(path),
    }
}

/// "3 files", "1 folder", "5 items".
pub fn counted(files: usize, folders: usize) -> String {
    let (key, count) = match (files, folders) {
        (files, 0) => ("tools.words.files", files),
        (0, folders) => ("tools.words.folders", folders),
        (files, folders) => ("tools.words.items", files + folders),
    };
    say(key, &[("count", &count.to_string())])
}

/// A size for a person, in powers of 1,000 as file managers show it.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut unit = 0;
    let mut whole = bytes;
    let mut tenth = 0;
    while whole >= 1000 && unit + 1 < UNITS.len() {
        tenth = whole % 1000 / 100;
        whole /= 1000;
        unit += 1;
    }
    if unit == 0 || whole >= 100 {
        format!("{whole} {}", UNITS[unit])
    } else {
        format!("{whole}.{tenth} {}", UNITS[unit])
    }
}

/// At most `most` bytes of `text`, cut between characters; whether something was cut.
pub fn cut(text: &str, most: usize) -> (&str, bool) {
    if text.len() <= most {
        return (text, false);
    }
    let mut end = most;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (&text[..end], true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_in_a_file_manager() {
        let sizes = [0, 999, 1_000, 1_550, 123_456, 30_000_000_000].map(size);
        assert_eq!(sizes, ["0 B", "999 B", "1.0 kB", "1.5 kB", "123 kB", "30.0 GB"]);
    }

    #[test]
    fn no_two_folders_read_the_same_in_a_title() {
        let home = Path::new("/home/u");
        let names = ["/home/u/Downloads", "/home/u/a/Downloads", "/Downloads"].map(|p| folder_name(Path::new(p), home));
        assert_eq!(names, ["Downloads", "~/a/Downloads", "/Downloads"]);
    }

    #[test]
    fn a_name_that_is_not_text_is_written_without_loss() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(escaped(std::ffi::OsStr::from_bytes(b"a\xff\\b")), "a\\xff\\\\b");
    }
}
