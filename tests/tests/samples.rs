//! The ready domains as anybody can start them, and what must hold of them whatever happens on the way.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

#[path = "samples/monitoring.rs"]
mod monitoring;
#[path = "samples/support.rs"]
mod support;
#[path = "samples/trading.rs"]
mod trading;

use assent_tests::{Home, Run};
use serde_json::Value;

/// Runs a sample in a home of its own, the way a person would.
fn sample(home: &Home, args: &[&str]) -> Run {
    home.json(&[&["sample"], args].concat())
}

/// The last line: digest, counts, folder.
fn report(run: &Run) -> &Value {
    run.lines.last().expect("a report")
}

fn count(run: &Run, name: &str) -> u64 {
    report(run)["counts"][name].as_u64().expect("a count")
}

/// Whether a line of the story or the digest has these words.
fn says(run: &Run, words: &str) -> bool {
    let story = run.lines.iter().filter_map(|line| line["text"].as_str());
    let digest = report(run)["digest"].as_array().into_iter().flatten().filter_map(Value::as_str);
    story.chain(digest).any(|line| line.contains(words))
}
