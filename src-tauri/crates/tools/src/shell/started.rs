//! What a line will read and start beside what it names: the settings that tools read by themselves, and whatever the
//! files that it runs name in turn. All of it is bound to the approval, as far as it can be known.

use super::line::LineReading;
use std::path::{Path, PathBuf};

/// Files that tools read by themselves, in the folder where they start.
const READ: &[(&[&str], &[&str])] = &[
    (&["make", "gmake"], &["GNUmakefile", "makefile", "Makefile"]),
    (&["just"], &["justfile", "Justfile", ".justfile"]),
    (
        &["npm", "npx", "pnpm", "yarn", "bun", "bunx", "node"],
        &["package.json", ".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml"],
    ),
    (&["cargo", "rustc"], &["Cargo.toml", "build.rs", ".cargo/config.toml", ".cargo/config", "rust-toolchain.toml"]),
    (
        &["python", "python3", "pip", "pip3", "uv", "pytest", "tox", "nox", "poetry", "hatch"],
        &[
            "pyproject.toml",
            "setup.py",
            "setup.cfg",
            "conftest.py",
            "tox.ini",
            "noxfile.py",
            "pytest.ini",
            "sitecustomize.py",
        ],
    ),
    (&["go"], &["go.mod", "go.work"]),
    (&["cmake"], &["CMakeLists.txt", "CMakePresets.json"]),
    (&["ninja"], &["build.ninja"]),
    (&["gradle", "mvn", "ant"], &["build.gradle", "build.gradle.kts", "settings.gradle", "pom.xml", "build.xml"]),
    (&["rake", "ruby", "bundle"], &["Rakefile", "Gemfile"]),
    (&["docker", "podman"], &["Dockerfile", "docker-compose.yml", "compose.yaml"]),
    (&["pre-commit"], &[".pre-commit-config.yaml"]),
    (&["git"], &[".gitattributes", ".gitmodules", ".git/config", ".git/config.worktree", ".git/info/attributes"]),
];
/// More files are not bound; the rest is said on the card.
const MOST: usize = 64;
const MOST_BYTES: u64 = 1024 * 1024;
const DEEPEST: usize = 6;

/// The files, and whether there is more than can be known.
pub(super) fn files(reading: &LineReading, named: &[PathBuf], folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    let add = |path: PathBuf, found: &mut Vec<PathBuf>| {
        if found.len() < MOST && path.is_file() && !found.contains(&path) {
            found.push(path);
        }
    };
    for program in &reading.programs {
        let last = program.rsplit('/').next().unwrap_or_default();
        if program.contains('/') {
            add(folder.join(program), &mut found);
        }
        for (tools, files) in READ {
            if tools
                .iter()
                .any(|tool| last == *tool || last.strip_prefix(tool).is_some_and(|rest| rest.starts_with(['.', '3'])))
            {
                files.iter().for_each(|file| add(folder.join(file), &mut found));
            }
        }
        if last == "git" {
            for hook in std::fs::read_dir(folder.join(".git/hooks")).into_iter().flatten().flatten() {
                if hook.path().extension().is_none_or(|end| end != "sample") {
                    add(hook.path(), &mut found);
                }
            }
        }
    }
    let own = found.len();
    named.iter().for_each(|path| add(path.clone(), &mut found));
    let mut at = 0;
    let mut last_of_level = found.len();
    let mut depth = 0;
    while let Some(file) = found.get(at).cloned() {
        at += 1;
        for word in words_of(&file) {
            let beside = file.parent().unwrap_or(folder);
            for base in [folder, beside] {
                for end in ["", ".py", ".sh", ".js", ".mk"] {
                    let path = base.join(format!("{word}{end}"));
                    if path.starts_with(folder) {
                        add(path, &mut found);
                    }
                }
            }
        }
        if at == last_of_level {
            (depth, last_of_level) = (depth + 1, found.len());
            if depth >= DEEPEST {
                break;
            }
        }
    }
    // What the line names is bound already.
    let named_here: Vec<PathBuf> = named.to_vec();
    found
        .into_iter()
        .enumerate()
        .filter(|(at, path)| *at < own || !named_here.contains(path))
        .map(|(_, path)| path)
        .collect()
}

// Every word of a text that may name a file: whatever language it is in, a file that it uses stands there by its name.
fn words_of(file: &Path) -> Vec<String> {
    if std::fs::metadata(file).is_ok_and(|found| found.len() > MOST_BYTES) {
        return Vec::new();
    }
    let Ok(text) = std::fs::read_to_string(file) else { return Vec::new() };
    let mut words: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | '~')))
        .map(|word| word.trim_start_matches("./").trim_end_matches('.').to_owned())
        .filter(|word| !word.is_empty() && word.len() < 200 && !word.starts_with('/') && !word.contains(".."))
        .collect();
    words.sort();
    words.dedup();
    words
}
