//! What the documents and comments point to is there: files, and the documents themselves.

use crate::sources::{Source, below, none, root, rust};

fn documents() -> Vec<Source> {
    let mut found = below(".github", &["md"]);
    found.push(Source { path: "README.md".into(), text: crate::sources::read("README.md") });
    found
}

// Names of files of the repository, as they stand between backticks or in brackets: with an ending that a source has.
fn named(text: &str) -> Vec<&str> {
    let endings = [".rs", ".md", ".toml", ".ts", ".svelte", ".json"];
    let parts = text.split(|sign: char| sign.is_whitespace() || "`()[]{}\"',;:*|".contains(sign));
    let names =
        parts.map(|part| part.trim_start_matches("./").trim_end_matches('.').split('#').next().unwrap_or_default());
    names
        .filter(|name| endings.iter().any(|ending| name.ends_with(ending) && name.len() > ending.len()))
        .filter(|name| name.chars().all(|sign| sign.is_ascii_alphanumeric() || "/_-.".contains(sign)))
        .filter(|name| !name.starts_with(['/', '.']) && !name.contains(".."))
        .collect()
}

#[test]
fn files_that_the_documents_name_are_there() {
    let mut all: Vec<String> =
        below("src-tauri", &["rs", "toml", "json"]).into_iter().map(|source| source.path).collect();
    all.extend(below("tests", &["rs", "toml", "json", "md"]).into_iter().map(|source| source.path));
    all.extend(below("ui", &["ts", "svelte", "json"]).into_iter().map(|source| source.path));
    all.extend(documents().into_iter().map(|source| source.path));
    all.push("Cargo.toml".into());
    // Files of the user's and of other programs that a document speaks of.
    let others = ["AGENTS.md", "package.json", "build.rs", "config.json", "settings.json"];
    let there = |name: &str| {
        others.contains(&name)
            || root().join(name).exists()
            || all.iter().any(|path| path.ends_with(&format!("/{name}")))
    };
    let missing = documents().into_iter().flat_map(|document| {
        let gone: Vec<String> =
            named(&document.text).into_iter().filter(|name| !there(name)).map(str::to_owned).collect();
        gone.into_iter().map(move |name| format!("{}: {name}", document.path))
    });
    none(missing.collect(), "A document names a file that is not there:");
}

#[test]
fn documents_that_the_sources_name_are_there() {
    let missing = rust().into_iter().flat_map(|source| {
        let names: Vec<String> = source
            .text
            .lines()
            .filter(|line| line.trim_start().starts_with("//"))
            .flat_map(named)
            .filter(|name| name.ends_with(".md") && name.chars().next().is_some_and(char::is_uppercase))
            .filter(|name| {
                *name != "AGENTS.md" && !root().join(".github").join(name).exists() && !root().join(name).exists()
            })
            .map(str::to_owned)
            .collect();
        names.into_iter().map(move |name| format!("{}: {name}", source.path))
    });
    none(missing.collect(), "A comment names a document that is not there:");
}
