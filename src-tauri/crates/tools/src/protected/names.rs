//! Names compared with the table. A file system may take several spellings for one name: other case, other Unicode forms,
//! signs that are not seen, blanks and dots at the end. All of them are read as the plain one.

use super::table::{Family, Where, families};
use std::{borrow::Cow, collections::HashMap, sync::OnceLock};
use unicode_normalization::UnicodeNormalization;

/// A path as the table sees it: plain names, and from which of them on they lie below the home folder.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    pub parts: Vec<String>,
    pub home: Option<usize>,
}

impl Spot {
    /// The family of the place that the first `end` parts name, of those that `held` wants.
    pub fn ending_at(&self, end: usize, held: impl Fn(&Family) -> bool) -> Option<&'static Family> {
        let (last, before) = self.parts[..end].split_last()?;
        let before_home = self.home.and_then(|home| before.get(home..));
        rows(last)
            .filter(|row| held(row.family))
            .find(|row| match row.family.place {
                Where::Anywhere => ends_with(before, &row.before),
                Where::Home => before_home.is_some_and(|before| before == row.before.as_slice()),
            })
            .map(|row| row.family)
    }
}

/// Whether any place of the table is called so; most names are done with here.
pub(crate) fn may_be_a_place(name: &str) -> bool {
    rows(name).next().is_some()
}

/// A name in its plain spelling.
pub(crate) fn plain(name: &[u8]) -> Cow<'_, str> {
    let simple = name.iter().all(|sign| matches!(sign, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'.'));
    if simple
        && name.last() != Some(&b'.')
        && let Ok(name) = std::str::from_utf8(name)
    {
        return Cow::Borrowed(name);
    }
    let text = String::from_utf8_lossy(name);
    let text: String = text.nfkc().filter(|sign| !unseen(*sign)).flat_map(char::to_lowercase).collect();
    // `.git::$INDEX_ALLOCATION` is `.git` on the disks of one system.
    let text = text.split_once(":$").map_or(text.as_str(), |(name, _)| name.trim_end_matches(':'));
    let trimmed = text.trim_end_matches(['.', ' ']);
    Cow::Owned(if trimmed.is_empty() { text } else { trimmed }.to_owned())
}

// Signs that one file system or another leaves out when it compares names.
fn unseen(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

struct Row {
    before: Vec<&'static str>,
    family: &'static Family,
}

#[derive(Default)]
struct Index {
    whole: HashMap<&'static str, Vec<Row>>,
    // By what stands after the last dot.
    ending: HashMap<&'static str, Vec<Row>>,
    // Start and end of the other patterns.
    others: Vec<(&'static str, &'static str, Row)>,
}

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = Index::default();
        for (family, name) in families().flat_map(|family| family.names.iter().map(move |name| (family, *name))) {
            let mut before: Vec<&str> = name.split('/').collect();
            let last = before.pop().unwrap_or_default();
            let row = Row { before, family };
            match last.split_once('*') {
                None => index.whole.entry(last).or_default().push(row),
                Some(("", end)) if end.rfind('.') == Some(0) => index.ending.entry(&end[1..]).or_default().push(row),
                Some((start, end)) => index.others.push((start, end, row)),
            }
        }
        index
    })
}

fn rows(name: &str) -> impl Iterator<Item = &'static Row> {
    let kept = kept_copy(name);
    named(name).chain(kept.into_iter().flat_map(named).filter(|row| row.family.copies))
}

fn named(name: &str) -> impl Iterator<Item = &'static Row> {
    let index = index();
    let whole = index.whole.get(name).into_iter().flatten();
    let ending = name.rsplit_once('.').and_then(|(_, end)| index.ending.get(end)).into_iter().flatten();
    let fits = move |start: &str, end: &str| {
        name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
    };
    let others = index.others.iter().filter(move |(start, end, _)| fits(start, end)).map(|(_, _, row)| row);
    let open = open_to_all(name);
    whole.chain(ending).chain(others).filter(move |row| !(row.family.copies && open))
}

// The name that a kept copy was made of: `id_rsa.bak`, `.pgpass~`, `.netrc.swp`, `server.key.2`, `id_rsa (copy)`.
fn kept_copy(name: &str) -> Option<&str> {
    let mut left = name;
    loop {
        let cut = left.strip_suffix('~').or_else(|| {
            let (stem, end) = left.rsplit_once(['.', '_', ' ', '-'])?;
            let copy = matches!(
                end,
                "bak"
                    | "back"
                    | "backup"
                    | "old"
                    | "orig"
                    | "original"
                    | "save"
                    | "saved"
                    | "copy"
                    | "(copy)"
                    | "tmp"
                    | "swp"
                    | "swo"
                    | "prev"
                    | "previous"
                    | "new"
                    | "dpkg-old"
                    | "dpkg-dist"
                    | "rpmsave"
                    | "rpmnew"
                    | "disabled"
            );
            let number = !end.is_empty()
                && end.trim_matches(['(', ')']).len() <= 8
                && end.trim_matches(['(', ')']).bytes().all(|sign| sign.is_ascii_digit());
            (copy || number).then_some(stem)
        });
        match cut {
            Some(stem) if !stem.is_empty() => left = stem,
            _ => break,
        }
    }
    // An editor keeps a dot in front of its copy as well.
    let swapped = name.ends_with("swp") || name.ends_with("swo");
    if swapped && let Some(stem) = left.strip_prefix('.').filter(|stem| !stem.is_empty()) {
        // `.` of the thing's own name stays where there were two.
        return Some(stem);
    }
    (left != name).then_some(left)
}

// Certificates and public halves of keys are made to be given away.
fn open_to_all(name: &str) -> bool {
    name.ends_with(".pub")
        || name.ends_with(".pem")
            && ["cert", "ca", "chain", "fullchain", "pub", "root", "bundle", "dhparam", "intermediate", "tls-ca"]
                .iter()
                .any(|start| {
                    name.strip_prefix(start).is_some_and(|rest| {
                        rest.starts_with(|sign: char| !sign.is_alphabetic())
                            || rest.starts_with("cert")
                            || rest.starts_with("lic")
                            || rest.starts_with("s.")
                    })
                })
        || matches!(name, "example.env" | "sample.env" | ".env.example" | ".env.sample" | ".env.template" | ".env.dist")
}

fn ends_with(parts: &[String], wanted: &[&str]) -> bool {
    parts.len() >= wanted.len()
        && parts[parts.len() - wanted.len()..].iter().zip(wanted).all(|(one, other)| one == other)
}
