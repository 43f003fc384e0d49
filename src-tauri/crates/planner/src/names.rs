//! Names and paths as text: free names, extensions, folders by type, date and size.

use super::{request::Naming, words::Words};
use jiff::{Timestamp, tz::TimeZone};
use std::collections::HashSet;

/// `folder/name`.
pub fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// The last component.
pub fn last(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

/// The folder that holds `path`.
pub fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((parent, _)) => parent,
    }
}

/// `~/x` with the home folder in place of `~`.
pub fn expand(path: &str, home: &str) -> String {
    let home = home.trim_end_matches('/');
    match path.strip_prefix('~') {
        Some("") => home.to_owned(),
        Some(below) if below.starts_with('/') => format!("{home}{below}"),
        _ => path.to_owned(),
    }
}

/// A name split before its extension: `("a", ".tar.gz")`, `(".profile", "")`.
pub fn split(name: &str) -> (&str, &str) {
    let at = match name.rfind('.') {
        Some(0) | None => name.len(),
        Some(at) if at + 1 == name.len() => name.len(),
        Some(at) if name[..at].to_ascii_lowercase().ends_with(".tar") && at > 4 => at - 4,
        Some(at) => at,
    };
    name.split_at(at)
}

/// The last extension, lower case, without the dot.
pub fn extension(name: &str) -> String {
    match name.rfind('.') {
        Some(at) if at > 0 => name[at + 1..].to_lowercase(),
        _ => String::new(),
    }
}

/// `name`, or `name (2)` and so on, whichever is free; it is then taken. Case does not tell names apart, because on
/// some disks it does not.
pub fn free(name: &str, taken: &mut HashSet<String>) -> String {
    let (stem, extension) = split(name);
    let mut candidate = name.to_owned();
    let mut count = 2u64;
    while !taken.insert(candidate.to_lowercase()) {
        candidate = format!("{stem} ({count}){extension}");
        count += 1;
    }
    candidate
}

/// The folder of a name's type.
pub fn kind(name: &str, words: &Words) -> &'static str {
    let extension = extension(name);
    words.kinds.iter().find(|(_, all)| all.contains(&extension.as_str())).map_or(words.other, |(kind, _)| kind)
}

/// `2026/2026-08`, the month in which a file was last changed.
pub fn month(modified: i64, zone: &TimeZone) -> Option<String> {
    let at = Timestamp::from_millisecond(modified).ok()?.to_zoned(zone.clone());
    Some(at.strftime("%Y/%Y-%m").to_string())
}

/// The folder of a size.
pub fn size(bytes: u64, words: &Words) -> &'static str {
    match bytes {
        0..=1_000_000 => words.sizes[0],
        1_000_001..=100_000_000 => words.sizes[1],
        _ => words.sizes[2],
    }
}

/// The new name of the `nth` file, or the same name where nothing changes.
pub fn renamed(name: &str, nth: u64, naming: &Naming) -> String {
    let (stem, rest) = split(name);
    match naming {
        Naming::Extension(to) => match name.rfind('.') {
            Some(at) if at > 0 => format!("{}.{to}", &name[..at]),
            _ => name.to_owned(),
        },
        Naming::Numbered { before, width, first, after } => {
            let number = first.saturating_add(nth);
            let pattern_has_it = !rest.is_empty() && after.to_lowercase().ends_with(&rest.to_lowercase());
            format!("{before}{number:0width$}{after}{}", if pattern_has_it { "" } else { rest })
        }
        Naming::Replace { find, with } => {
            let new = stem.replace(find.as_str(), with);
            let new = if with.is_empty() { new.trim() } else { &new };
            if new.is_empty() { name.to_owned() } else { format!("{new}{rest}") }
        }
        Naming::Lower => name.to_lowercase(),
        Naming::Upper => format!("{}{rest}", stem.to_uppercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::ENGLISH;

    #[test]
    fn a_taken_name_gets_a_number_before_its_extension() {
        let mut taken = ["a.txt", "a (2).txt", "b.tar.gz", ".env", "none"].map(str::to_owned).into();
        assert_eq!(free("A.txt", &mut taken), "A (3).txt");
        assert_eq!(free("b.tar.gz", &mut taken), "b (2).tar.gz");
        assert_eq!(free(".env", &mut taken), ".env (2)");
        assert_eq!(free("none", &mut taken), "none (2)");
        assert_eq!(free("new", &mut taken), "new");
        assert_eq!(free("new", &mut taken), "new (2)");
    }

    #[test]
    fn odd_names_have_a_kind_and_never_a_panic() {
        for (name, expected) in [
            ("a.PDF", "Documents"),
            ("x.tar.gz", "Archives"),
            (".jpg", "Other"),
            ("jpg", "Other"),
            ("a.", "Other"),
            ("é.ﬀ", "Other"),
            ("a.jpg ", "Other"),
            ("İ.mp3", "Music"),
        ] {
            assert_eq!(kind(name, &ENGLISH), expected, "{name}");
            assert_eq!(split(name).0.len() + split(name).1.len(), name.len());
        }
        assert_eq!((parent("/a"), parent("/a/b/"), last("/a/b/")), ("/", "/a", "b"));
        assert_eq!(
            (expand("~", "/h"), expand("~/x", "/h/"), expand("~x", "/h")),
            ("/h".into(), "/h/x".into(), "~x".into())
        );
    }
}
