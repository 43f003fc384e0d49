//! The catalogue: every key that the program asks for is in it.

use crate::sources::{Source, below, none, rust, ui};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const CATALOGUE: &str = "src-tauri/crates/protocol/texts/en";

#[test]
fn every_text_that_rust_says_is_in_the_catalogue() {
    missing(rust());
}

#[test]
fn every_text_that_the_window_says_is_in_the_catalogue() {
    missing(ui());
}

#[test]
fn every_file_of_the_catalogue_is_read_by_the_program() {
    let reader = crate::sources::read("src-tauri/crates/protocol/src/texts.rs");
    let forgotten = catalogue().into_keys().filter(|path| {
        let name = path.rsplit('/').next().unwrap_or_default();
        !reader.contains(&format!("texts/en/{name}\""))
    });
    none(forgotten.collect(), "Not read by texts.rs:");
}

#[track_caller]
fn missing(sources: Vec<Source>) {
    let known: BTreeSet<String> = catalogue().into_values().flatten().collect();
    let mut wrong = Vec::new();
    for source in sources.into_iter().filter(|s| !s.is_test()) {
        let lines: Vec<&str> = source.code().into_iter().map(|(_, line)| line).collect();
        for key in said(&lines.join("\n")) {
            if !known.contains(&key) {
                wrong.push(format!("{}: {key}", source.path));
            }
        }
    }
    none(wrong, "Not in texts/en:");
}

fn catalogue() -> BTreeMap<String, Vec<String>> {
    let files = below(CATALOGUE, &["json"]);
    assert!(!files.is_empty(), "no catalogue");
    let read = |file: Source| {
        let texts: BTreeMap<String, Value> =
            serde_json::from_str(&file.text).unwrap_or_else(|e| panic!("{} is not flat JSON: {e}", file.path));
        (file.path, texts.into_keys().collect())
    };
    files.into_iter().map(read).collect()
}

/// The keys written out in the first argument of each call of `say`: one, or several where it chooses.
/// A method of that name is something else.
fn said(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, word) in code.match_indices("say(") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.') || code[..at].ends_with("fn ") {
            continue;
        }
        found.extend(literals_of_first_argument(&code[at + word.len()..]).into_iter().filter(|text| is_key(text)));
    }
    found
}

fn literals_of_first_argument(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut depth = 0_i32;
    let mut letters = code.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' | '\'' | '`' => found.push(letters.by_ref().take_while(|c| *c != letter).collect()),
            '(' | '{' | '[' => depth += 1,
            ')' | '}' | ']' => depth -= 1,
            ',' if depth == 0 => break,
            _ => {}
        }
        if depth < 0 {
            break;
        }
    }
    found
}

/// Whether a text looks like `area.some.key`; a key that is put together, as in `format!("cli.{name}")`, does not.
fn is_key(text: &str) -> bool {
    let part =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    text.contains('.') && text.split('.').all(part)
}

#[test]
fn keys_are_found_where_they_are_said() {
    let code = r#"
        texts::say("engine.a", &[("at", "x.y")]) + &say(if b { "cli.b" } else { "cli.c" }, &[]);
        say(match (x, y) { (1, _) => "ui.one", _ => "ui.two" }, &[]); say(&format!("cli.{name}"), &[]);
        engine.say("not.this", "text"); fn say("nor.this"); say('ui.three'); say(key, &["nor.that"]);
    "#;
    assert_eq!(said(code), ["engine.a", "cli.b", "cli.c", "ui.one", "ui.two", "ui.three"]);
}
