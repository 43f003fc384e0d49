//! What only one place may do, looked for in the sources: SQL, the clock, processes, Tauri, raw HTML.

use crate::sources::{none, rust, ui};

const SQL: &[&str] =
    &["SELECT ", "INSERT INTO ", "INSERT OR ", "DELETE FROM ", "CREATE TABLE", "CREATE INDEX", "PRAGMA "];
const CLOCK: &[&str] = &["SystemTime::now", "Utc::now", "Local::now", "Timestamp::now", "Zoned::now"];
/// Who starts a process. Anything but the tools and xtask is one file, with its reason.
const PROCESSES: &[&str] = &[
    "src-tauri/crates/tools/",
    "src-tauri/crates/xtask/",
    // The editor that the person at the terminal chose, on a file of the program's own.
    "src-tauri/crates/cli/src/editor.rs",
    // The program itself once more, with the environment that WebKit needs on some machines.
    "src-tauri/src/window.rs",
];
/// What lets text become markup or code.
const MARKUP: &[&str] =
    &["{@html", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function("];

#[test]
fn only_the_journal_speaks_sql() {
    only_in(
        &["src-tauri/crates/journal/"],
        |line| SQL.iter().any(|word| line.contains(word)),
        "SQL outside the journal:",
    );
}

#[test]
fn wall_time_is_read_by_the_engine_and_the_front_ends_hosts_only() {
    // A folder that changed in the moment in which it was listed is known by the clock of the disk alone.
    let places = [
        "src-tauri/crates/engine/",
        "src-tauri/src/",
        "src-tauri/crates/cli/src/host",
        "src-tauri/crates/xtask/",
        "src-tauri/crates/tools/src/scan/pass.rs",
    ];
    only_in(&places, |line| CLOCK.iter().any(|word| line.contains(word)), "Time comes in as an argument; read here:");
}

#[test]
fn on_a_models_behalf_only_the_tools_start_processes() {
    only_in(PROCESSES, starts_processes, "A process started outside the tools:");
}

#[test]
fn the_loop_and_the_decision_core_read_no_file_no_network_and_no_clock() {
    let outside =
        ["std::fs", "std::net", "std::process", "std::env", "std::io", "Instant::now", "thread::sleep", "tokio::"];
    let pure = ["src-tauri/crates/policy/src/", "src-tauri/crates/provenance/src/", "src-tauri/crates/agent/src/"];
    let sources = rust().into_iter().filter(|s| pure.iter().any(|place| s.path.starts_with(place)) && !s.is_test());
    let found = sources.flat_map(|s| s.places(|line| outside.iter().any(|word| line.contains(word))));
    none(found.collect(), "No I/O and no clock in here:");
}

#[test]
fn only_one_file_of_the_front_end_knows_tauri() {
    let others = ui().into_iter().filter(|s| s.path != "ui/src/host/tauri.ts");
    none(
        others.flat_map(|s| s.places(|line| line.contains("@tauri-apps"))).collect(),
        "Tauri belongs in ui/src/host/tauri.ts:",
    );
    let index = crate::sources::read("ui/index.html");
    assert!(!index.contains("__TAURI"), "index.html reaches for Tauri");
}

#[test]
fn no_text_becomes_markup_in_the_front_end() {
    let program = ui().into_iter().filter(|s| !s.is_test());
    let found = program.flat_map(|s| s.places(|line| MARKUP.iter().any(|word| line.contains(word))));
    none(found.collect(), "Text is shown as text, never as markup or code:");
}

/// Panics unless every line that `wrong` is true for lies below one of `places`, or in a test.
#[track_caller]
fn only_in(places: &[&str], wrong: impl Fn(&str) -> bool, rule: &str) {
    let elsewhere =
        rust().into_iter().filter(|s| !s.is_test() && !places.iter().any(|place| s.path.starts_with(place)));
    none(elsewhere.flat_map(|s| s.places(&wrong)).collect(), rule);
}

fn starts_processes(line: &str) -> bool {
    let several = line.split_once("process::{").is_some_and(|(_, names)| names.contains("Command"));
    several || line.contains("process::Command") || line.contains("posix_spawn")
}

#[test]
fn a_process_is_seen_however_it_is_imported() {
    assert!(starts_processes("use std::process::Command;"));
    assert!(starts_processes("use std::process::{Child, Command};"));
    assert!(starts_processes("    tokio::process::Command::new(\"ls\")"));
    assert!(!starts_processes("use std::{path::Path, process::ExitCode};"));
    assert!(!starts_processes("use clap::Command;"));
}
