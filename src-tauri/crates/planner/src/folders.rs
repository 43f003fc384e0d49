//! Which existing folders a goal names: they are what a task may touch unless the user says otherwise.

use crate::words::ENGLISH;
use std::path::{Path, PathBuf};

/// The existing folders that `goal` names, resolved, in order and without doubles: paths that begin with `~/` or `/`,
/// in quotes or not, and "my Downloads" (Documents, Desktop, Pictures, Music, Videos). Never `/`, never the home folder
/// and never a folder that holds it.
pub fn folders_named(goal: &str, home: &Path) -> Vec<PathBuf> {
    let tokens = crate::goal_tokens(goal);
    let mut out: Vec<PathBuf> = Vec::new();
    let mut add = |found: Option<PathBuf>| {
        if let Some(folder) = found
            && !out.contains(&folder)
        {
            out.push(folder);
        }
    };
    let mut at = 0;
    while at < tokens.len() {
        let token = &tokens[at];
        if token.raw.starts_with("~/") || token.raw.starts_with('/') {
            if token.quoted {
                add(resolved(&token.raw, home));
            } else {
                // The longest run of words that is a folder, so that names with spaces work.
                let limit = tokens.len().min(at + 12);
                let found = (at + 1..=limit).rev().find_map(|end| {
                    resolved(&goal[token.start..tokens[end - 1].end], home).map(|folder| (end, folder))
                });
                if let Some((end, folder)) = found {
                    add(Some(folder));
                    at = end;
                    continue;
                }
            }
        } else if !token.quoted {
            let before = at.checked_sub(1).map(|n| tokens[n].word.as_str());
            let after = tokens.get(at + 1).map(|t| t.word.as_str());
            add(known(&token.raw, before, after).and_then(|path| resolved(&path, home)));
        }
        at += 1;
    }
    out
}

// "Downloads" by its own name, "downloads" only where the words around it show that the folder is meant.
fn known(raw: &str, before: Option<&str>, after: Option<&str>) -> Option<String> {
    let (head, below) = raw.split_once('/').unwrap_or((raw, ""));
    let (_, name) = ENGLISH.known_folders.iter().find(|(spoken, _)| *spoken == head.to_lowercase())?;
    let meant = head == *name
        || before.is_some_and(|w| ["my", "in", "from", "inside", "into"].contains(&w) || ENGLISH.tidy.contains(&w))
        || after.is_some_and(|w| ENGLISH.folder.contains(&w));
    meant.then(|| format!("~/{name}/{below}"))
}

fn resolved(path: &str, home: &Path) -> Option<PathBuf> {
    let path = path.trim_end_matches([',', ';', ':', '.', '!', '?', ')']);
    let path = match path.strip_prefix("~/") {
        Some(below) => home.join(below.trim_start_matches('/')),
        None => PathBuf::from(path),
    };
    let folder = path.canonicalize().ok().filter(|path| path.is_dir())?;
    let home = home.canonicalize().unwrap_or_else(|_| home.to_owned());
    (!home.starts_with(&folder)).then_some(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::create_dir_all;

    #[test]
    fn only_existing_folders_that_the_goal_names_are_found() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().canonicalize().unwrap().join("home");
        for folder in ["Downloads", "Pictures/2026", "My Stuff", "a"] {
            create_dir_all(home.join(folder)).unwrap();
        }
        std::fs::write(home.join("a/file.txt"), "x").unwrap();
        let check = |goal: &str, expected: &[&str]| {
            let expected: Vec<PathBuf> = expected.iter().map(|name| home.join(name)).collect();
            assert_eq!(folders_named(goal, &home), expected, "{goal}");
        };
        check("tidy ~/Downloads by type and trash the duplicates", &["Downloads"]);
        check("tidy ~/Downloads, then ~/a.", &["Downloads", "a"]);
        check("tidy ~/Downloads/ and ~/Downloads", &["Downloads"]);
        check("tidy my Downloads, please", &["Downloads"]);
        check("look in downloads", &["Downloads"]);
        check("sort \"~/My Stuff\" by date", &["My Stuff"]);
        check("sort ~/My Stuff by date", &["My Stuff"]);
        check("move all photos in ~/a to Pictures/2026", &["a", "Pictures/2026"]);
        check("trash ~/a/file.txt", &[]);
        check("remind me to buy pictures", &[]);
        check("tidy ~/Nowhere and ~/ and ~ and / and /../", &[]);
        check("tidy ~/a/../ and ~/Downloads/../..", &[]);
        check(&format!("tidy {} by type", home.join("a").display()), &["a"]);
        check(&format!("tidy {}", root.path().display()), &[]);
        check("", &[]);
    }

    #[cfg(unix)]
    #[test]
    fn fs_a_link_is_resolved_and_cannot_name_the_home_folder() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().canonicalize().unwrap();
        create_dir_all(home.join("real")).unwrap();
        std::os::unix::fs::symlink(home.join("real"), home.join("link")).unwrap();
        std::os::unix::fs::symlink(&home, home.join("loop")).unwrap();
        assert_eq!(folders_named("tidy ~/link and ~/loop", &home), [home.join("real")]);
    }
}
