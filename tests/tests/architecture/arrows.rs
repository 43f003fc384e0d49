//! Which package may depend on which, compared with `cargo metadata`. A new arrow is a decision: it is made here,
//! with its reason in the commit.

use crate::sources::{Source, below, none, root};
use serde_json::Value;
use std::{collections::BTreeMap, path::Path, process::Command};

/// Each package of ours, and those of ours that it may use.
const ARROWS: &[(&str, &[&str])] = &[
    // The words that everything shares stand on nothing.
    ("assent-protocol", &[]),
    // The decision core and the journal know words only: neither can be talked into anything by the other.
    ("assent-policy", &["assent-protocol"]),
    // Where values came from is found out without knowing what will be decided by it: only its tests ask the decision core.
    ("assent-provenance", &["assent-policy", "assent-protocol"]),
    ("assent-journal", &["assent-protocol"]),
    // The loop is told what the decision core said, in words. It meets neither that core nor the journal.
    ("assent-agent", &["assent-protocol"]),
    // What the loop drives, each behind a trait of the loop. The planner needs no network, so it has no part in the models.
    ("assent-planner", &["assent-agent", "assent-protocol", "assent-reader"]),
    // Weights, and what reads and makes them: it knows nothing of what is done with a reading.
    ("assent-reader", &[]),
    ("assent-models", &["assent-agent", "assent-protocol"]),
    ("assent-tools", &["assent-agent", "assent-protocol"]),
    // The ready domains: tools and a model of their own, made from what the tools share.
    ("assent-domains", &["assent-agent", "assent-protocol", "assent-tools"]),
    // The only place where the parts meet.
    (
        "assent-engine",
        &[
            "assent-protocol",
            "assent-policy",
            "assent-provenance",
            "assent-agent",
            "assent-planner",
            "assent-models",
            "assent-tools",
            "assent-domains",
            "assent-journal",
        ],
    ),
    // Front ends see the engine and the words.
    ("assent-cli", &["assent-engine", "assent-protocol"]),
    ("assent-desktop", &["assent-engine", "assent-protocol"]),
    // It starts in seconds because it has nothing to compile.
    ("assent-xtask", &[]),
    // What tests of the whole program look at beside it. The shell they drive as a program.
    (
        "assent-tests",
        &["assent-protocol", "assent-policy", "assent-provenance", "assent-agent", "assent-tools", "assent-engine"],
    ),
];

/// Packages of others that belong to one place. A name that ends with `*` stands for all that begin so.
const OWNERS: &[(&str, &[&str])] = &[
    // The shell is the only code that knows Tauri.
    ("tauri*", &["assent-desktop"]),
    ("wry", &["assent-desktop"]),
    // Only the models open connections, and the tools for servers of others.
    ("reqwest", &["assent-models", "assent-tools"]),
    ("async-imap", &["assent-tools"]),
    ("lettre", &["assent-tools"]),
    ("tokio-rustls", &["assent-tools"]),
    // The tools speak to servers with it; `assent mcp` is one itself, on its own standard input and output, which opens no
    // connection and starts nothing.
    ("rmcp", &["assent-tools", "assent-cli"]),
    ("hyper", &[]),
    ("ureq", &[]),
    // Only the journal writes SQL; a test flips a byte behind its back.
    ("rusqlite", &["assent-journal", "assent-tests"]),
    ("rusqlite_migration", &["assent-journal"]),
    // One list of the words, from which TypeScript's is made.
    ("ts-rs", &["assent-protocol"]),
    // Only the tools touch a user's files.
    ("trash", &["assent-tools"]),
    ("keyring", &["assent-engine"]),
    ("clap", &["assent-cli"]),
];

#[test]
fn packages_depend_on_each_other_only_along_the_allowed_arrows() {
    let allowed: BTreeMap<&str, &[&str]> = ARROWS.iter().copied().collect();
    let mut wrong = Vec::new();
    for (package, dependencies) in packages() {
        let Some(allowed) = allowed.get(package.as_str()) else {
            wrong.push(format!("{package} is not in the list of arrows"));
            continue;
        };
        let ours = dependencies.iter().filter(|name| name.starts_with("assent-") && !allowed.contains(&name.as_str()));
        wrong.extend(ours.map(|name| format!("{package} → {name}")));
    }
    none(wrong, "An arrow that is not allowed:");
}

#[test]
fn no_arrow_is_allowed_that_nobody_needs() {
    let packages = packages();
    let idle = ARROWS.iter().flat_map(|(package, allowed)| {
        let has = packages.get(*package).cloned().unwrap_or_default();
        let unused = allowed.iter().filter(move |name| !has.iter().any(|other| other == *name));
        unused.map(|name| format!("{package} → {name}")).collect::<Vec<_>>()
    });
    none(idle.collect(), "Allowed, and in no Cargo.toml; take it out of the list:");
}

#[test]
fn no_dependency_is_declared_that_no_source_names() {
    let mut idle = Vec::new();
    for package in metadata()["packages"].as_array().expect("packages") {
        let sources = sources_of(package);
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let name = name(dependency);
            if !sources.iter().any(|source| may_use(source, dependency) && names(source, &name)) {
                idle.push(format!("{} → {name}", self::name(package)));
            }
        }
    }
    none(idle, "Declared, and never named in a source:");
}

#[test]
fn no_package_of_the_list_is_gone() {
    let packages = packages();
    let gone = ARROWS.iter().filter(|(name, _)| !packages.contains_key(*name)).map(|(name, _)| (*name).to_owned());
    none(gone.collect(), "In the list of arrows, but not in the workspace:");
}

#[test]
fn xtask_depends_on_nothing_at_all() {
    assert_eq!(packages()["assent-xtask"], Vec::<String>::new());
}

#[test]
fn a_dependency_that_belongs_to_one_place_is_used_nowhere_else() {
    let mut wrong = Vec::new();
    for (package, dependencies) in packages() {
        for name in dependencies {
            let owned = OWNERS.iter().find(|(pattern, _)| match pattern.strip_suffix('*') {
                Some(start) => name.starts_with(start),
                None => name == *pattern,
            });
            if owned.is_some_and(|(_, owners)| !owners.contains(&package.as_str())) {
                wrong.push(format!("{package} → {name}"));
            }
        }
    }
    none(wrong, "A dependency that belongs elsewhere:");
}

#[test]
fn the_decision_core_takes_nothing_but_words_and_json() {
    // Provenance also reads the notations in which values and records hide: pure functions from text to text.
    const READERS: [&str; 4] = ["base64", "csv", "saphyr-parser", "unicode-normalization"];
    for (package, readers) in [("assent-policy", &[][..]), ("assent-provenance", &READERS)] {
        let own = normal(package);
        let strange = own.into_iter().filter(|name| {
            !["assent-protocol", "serde_json", "thiserror"].contains(&name.as_str())
                && !readers.contains(&name.as_str())
        });
        none(strange.collect(), &format!("{package} is pure; it has no use for:"));
    }
}

/// Each package with all it depends on, for the program, its build and its tests alike.
fn packages() -> BTreeMap<String, Vec<String>> {
    named(|_| true)
}

fn normal(package: &str) -> Vec<String> {
    named(|dependency| dependency["kind"].is_null()).remove(package).expect("a package of the workspace")
}

fn named(counts: impl Fn(&Value) -> bool) -> BTreeMap<String, Vec<String>> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
            (name(package), dependencies.filter(|d| counts(d)).map(name).collect())
        })
        .collect()
}

fn name(value: &Value) -> String {
    value["name"].as_str().expect("a name").to_owned()
}

fn metadata() -> Value {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]).current_dir(root());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON")
}

// The shell's folder holds the folders of the other packages; they are not its own.
fn sources_of(package: &Value) -> Vec<Source> {
    let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
    let folder = manifest.parent().and_then(|folder| folder.strip_prefix(root()).ok()).expect("in the workspace");
    let inner = folder.join("crates");
    let all = below(&folder.to_string_lossy(), &["rs"]).into_iter();
    all.filter(|source| !Path::new(&source.path).starts_with(&inner)).collect()
}

// What the program depends on is for the program; tests have a list of their own. The package of tests is all tests.
fn may_use(source: &Source, dependency: &Value) -> bool {
    match dependency["kind"].as_str() {
        Some("build") => source.path.ends_with("build.rs"),
        Some(_) => true,
        None => !source.is_test() || source.path.starts_with("tests/"),
    }
}

fn names(source: &Source, dependency: &str) -> bool {
    let ident = dependency.replace('-', "_");
    source.text.lines().filter(|line| !line.trim_start().starts_with("//")).any(|line| {
        line.match_indices(&ident).any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = &line[at + ident.len()..];
            let whole = !before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let path = after.starts_with("::") || (line[..at].ends_with("use ") && after.starts_with([';', ' ']));
            whole && path
        })
    })
}
