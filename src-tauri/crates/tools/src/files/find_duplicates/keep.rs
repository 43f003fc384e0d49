//! Which of several copies is kept. Copies of a whole folder stay in one folder, and the names of one file go together.

use super::File;
use std::collections::HashMap;

/// Words in names of folders and files that were made as copies.
const COPIES: &[&str] = &[
    "copy",
    "backup",
    "kopie",
    "kopia",
    "copie",
    "copia",
    "sicherung",
    "duplicate",
    "(1)",
    "(2)",
    "(3)",
    " 2",
    "old",
    "bak",
];

/// Of each group the paths, the one to keep first. `B` is what the files of a group have in common.
pub(super) fn in_order<B>(groups: Vec<(B, Vec<File>)>) -> Vec<(B, Vec<String>)> {
    let votes = votes(&groups);
    let order = |(about, files): (B, Vec<File>)| {
        let points: Vec<usize> = files
            .iter()
            .map(|file| files.iter().filter(|other| wins(&votes, file.path(), other.path())).count())
            .collect();
        let mut files: Vec<(usize, File)> = points.into_iter().zip(files).collect();
        files.sort_by(|(a, one), (b, other)| b.cmp(a).then_with(|| age(one).cmp(&age(other))));
        let mut paths = Vec::new();
        for (at, (_, file)) in files.into_iter().enumerate() {
            let all_here = file.names.len() as u64 == file.links;
            let names = file.names.into_iter().map(|(_, path)| path);
            match at {
                0 => paths.extend(names.take(1)),
                // A file that has a name elsewhere stays, whatever is taken away here.
                _ if all_here => paths.extend(names),
                _ => {}
            }
        }
        (about, paths)
    };
    groups.into_iter().map(order).collect()
}

// For two folders how often the first holds the older of two equal files, less how often the other does; and how many
// such files there are.
type Votes = HashMap<(String, String), (i64, i64)>;

fn votes<B>(groups: &[(B, Vec<File>)]) -> Votes {
    let mut votes = Votes::new();
    for (_, files) in groups.iter().filter(|(_, files)| files.len() <= 50) {
        for (at, one) in files.iter().enumerate() {
            for other in &files[at + 1..] {
                let (a, b) = roots(one.path(), other.path());
                let older = match time(one).cmp(&time(other)) {
                    std::cmp::Ordering::Less => 1,
                    std::cmp::Ordering::Equal => 0,
                    std::cmp::Ordering::Greater => -1,
                };
                let (key, older) = if a <= b { ((a, b), older) } else { ((b, a), -older) };
                let (sum, files) = votes.entry((key.0.to_owned(), key.1.to_owned())).or_default();
                *sum += older;
                *files += 1;
            }
        }
    }
    votes
}

fn wins(votes: &Votes, one: &str, other: &str) -> bool {
    let (a, b) = roots(one, other);
    if a == b {
        return false;
    }
    let of = |a: &str, b: &str| votes.get(&(a.to_owned(), b.to_owned())).copied().unwrap_or_default();
    let (sum, files) = if a < b { of(a, b) } else { (-of(b, a).0, of(b, a).1) };
    // Where their ages do not tell: the one that is not called a copy, then the shorter name.
    let name = |path: &str| (is_called_a_copy(path), path.len(), path.to_owned());
    if sum.abs() * 2 > files { sum > 0 } else { name(a) < name(b) }
}

// Where two paths part: `/a/Trip` and `/a/Trip backup` for `/a/Trip/x/1.jpg` and `/a/Trip backup/x/1.jpg`.
fn roots<'a>(one: &'a str, other: &'a str) -> (&'a str, &'a str) {
    let (mut a, mut b) = (one, other);
    while let (Some((above_a, last_a)), Some((above_b, last_b))) = (a.rsplit_once('/'), b.rsplit_once('/')) {
        if last_a != last_b || above_a.is_empty() || above_b.is_empty() {
            break;
        }
        (a, b) = (above_a, above_b);
    }
    (a, b)
}

fn is_called_a_copy(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let stem = name.rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
    COPIES.iter().any(|word| stem.ends_with(word) || stem.starts_with(&format!("{word} ")))
}

fn time(file: &File) -> i64 {
    file.names.first().map_or(i64::MAX, |(changed, _)| *changed)
}

// The oldest, then the one with the shortest name.
fn age(file: &File) -> (i64, usize, &str) {
    let path = file.path();
    (time(file), path.rsplit('/').next().unwrap_or(path).len(), path)
}
