//! The rules of the house that a machine can check.

use crate::sources::{Source, none, rust, ui};

const LONGEST: usize = 500;
/// Files that may be longer: each says why.
const LONG: &[&str] = &[
    // Written by the protocol's tests.
    "ui/src/host/wire.ts",
    // Sample rows for the development server and the tests: one list.
    "ui/src/host/fake-data.ts",
];

#[test]
fn every_rust_file_opens_with_what_it_is_for() {
    let silent = rust().into_iter().filter(|s| !s.text.starts_with("//! ")).map(|s| s.path);
    none(silent.collect(), "The first line of these is not `//! …`:");
}

#[test]
fn no_file_is_longer_than_a_hard_look_allows() {
    let long = |s: &Source| s.text.lines().count() > LONGEST && !LONG.contains(&s.path.as_str());
    let found =
        rust().into_iter().chain(ui()).filter(long).map(|s| format!("{}: {} lines", s.path, s.text.lines().count()));
    none(found.collect(), "Longer than 500 lines; is there more than one idea in it?");
}

#[test]
fn a_module_has_the_name_of_its_file() {
    none(rust().into_iter().map(|s| s.path).filter(|path| path.ends_with("/mod.rs")).collect(), "No mod.rs:");
}

#[test]
fn a_lint_is_silenced_only_with_a_reason() {
    let bare = |s: Source| s.places(|line| line.contains("#[allow(") || line.contains("#![allow("));
    none(
        rust().into_iter().filter(|s| !s.path.starts_with("tests/tests/architecture/")).flat_map(bare).collect(),
        "Use #[expect(…, reason = …)]:",
    );
}

#[test]
fn nothing_is_left_for_later_in_a_comment() {
    let later = ["TODO", "FIXME", "XXX", "HACK"];
    let own = "tests/tests/architecture/house.rs";
    let words = |line: &str| line.split(|c: char| !c.is_alphanumeric()).any(|word| later.contains(&word));
    let sources = rust().into_iter().chain(ui()).filter(|s| s.path != own);
    let found = sources.flat_map(|s| {
        let lines = s.text.lines().enumerate().filter(|(_, line)| words(line));
        lines.map(|(n, line)| format!("{}:{}: {}", s.path, n + 1, line.trim())).collect::<Vec<_>>()
    });
    none(found.collect(), "Do it, or leave it out:");
}
