//! Reads the sources: files below a folder, what of them is code, the words in quotes.

use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// One source file.
pub struct Source {
    /// From the root of the workspace, with `/`.
    pub path: String,
    pub text: String,
}

/// The root of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace").to_owned()
}

pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path} could not be read: {e}"))
}

pub fn json(path: &str) -> Value {
    serde_json::from_str(&read(path)).unwrap_or_else(|e| panic!("{path} is no JSON: {e}"))
}

/// Every Rust file of the workspace.
pub fn rust() -> Vec<Source> {
    let mut found = below("src-tauri", &["rs"]);
    found.extend(below("tests", &["rs"]));
    assert!(found.len() > 20, "the Rust sources were not found");
    found
}

/// Every file of the front end.
pub fn ui() -> Vec<Source> {
    let found = below("ui/src", &["ts", "svelte", "css", "html", "js"]);
    assert!(found.len() > 5, "the sources of the front end were not found");
    found
}

/// Files with one of these endings, in order of their paths.
pub fn below(folder: &str, endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{} could not be read: {e}", folder.display())) {
            let path = entry.expect("an entry of a folder").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "gen", "node_modules", "dist"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending)) {
                let short = path.strip_prefix(root()).expect("a path of the workspace");
                let text =
                    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{} could not be read: {e}", path.display()));
                found.push(Source { path: short.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

impl Source {
    /// Whether it is part of no program: a test or a benchmark.
    pub fn is_test(&self) -> bool {
        let folder =
            |name: &str| self.path.starts_with(&format!("{name}/")) || self.path.contains(&format!("/{name}/"));
        folder("tests") || folder("benches") || self.path.contains(".test.") || self.path.ends_with("/tests.rs")
    }

    /// The lines of the program itself with their numbers: no comments, and not the tests at the end of the file.
    pub fn code(&self) -> Vec<(usize, &str)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let opens_tests =
            |n: &usize| lines[*n].trim() == "#[cfg(test)]" && lines.get(n + 1).is_some_and(|l| opens_module(l));
        let end = (0..lines.len()).find(opens_tests).unwrap_or(lines.len());
        let comment =
            |line: &str| ["//", "/*", "* ", "*/", "<!--"].iter().any(|mark| line.trim_start().starts_with(mark));
        let numbered = lines[..end].iter().enumerate().map(|(n, line)| (n + 1, *line));
        numbered.filter(|(_, line)| !comment(line)).collect()
    }

    /// `path:line` of each line of code that `wrong` is true for.
    pub fn places(&self, wrong: impl Fn(&str) -> bool) -> Vec<String> {
        let found = self.code().into_iter().filter(|(_, line)| wrong(line));
        found.map(|(n, line)| format!("{}:{n}: {}", self.path, line.trim())).collect()
    }
}

fn opens_module(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("mod ") && line.ends_with('{')
}

/// Panics with the list unless it is empty.
#[track_caller]
pub fn none(found: Vec<String>, rule: &str) {
    assert!(found.is_empty(), "{rule}\n{}", found.join("\n"));
}

#[test]
fn code_ends_where_the_tests_begin_and_has_no_comments() {
    let text = "//! Words.\nuse a;\n    // why\n#[cfg(test)]\nfn helper() {}\n#[cfg(test)]\nmod tests {\n    b();\n}\n";
    let source = Source { path: "x.rs".into(), text: text.into() };
    assert_eq!(source.code(), [(2, "use a;"), (4, "#[cfg(test)]"), (5, "fn helper() {}")]);
}
