//! Says what a call would do or did, from its arguments and its result, and never more than the result says.

use super::{
    desk::{Outcome, status_words},
    names,
};
use assent_protocol::{Status, texts::say, visible::visible};
use serde_json::Value;

/// What a call does, inside a sentence: "move 14 files".
pub fn what(tool: &str, args: &Value) -> String {
    describe("planner.what", tool, args, None)
}

/// What came of a call, in one or two sentences. Where the user edited it, the result's `edited` holds the arguments that
/// were used.
pub fn outcome(tool: &str, args: &Value, outcome: Option<&Outcome>) -> String {
    let args = outcome.map(|o| &o.output["edited"]).filter(|edited| edited.is_object()).unwrap_or(args);
    let what = what(tool, args);
    let Some(outcome) = outcome else { return say("planner.report.unknown", &[("what", &what)]) };
    let mut reason = outcome.reason.as_deref().map(visible).unwrap_or_default();
    match outcome.status {
        Status::Succeeded => return describe("planner.done", tool, args, outcome.output["done"].as_u64()),
        Status::Partly => {
            let done = outcome.output["done"].as_u64().unwrap_or_default();
            let failed = outcome.output["failed"].as_u64().unwrap_or_default();
            if reason.is_empty() {
                reason = first_note(&outcome.output);
            }
            let values = [("what", what.as_str()), ("done", &done.to_string()), ("failed", &failed.to_string())];
            return with_reason(say("planner.report.partly", &values), "planner.report.because", &reason);
        }
        Status::Rejected => {
            return with_reason(
                say("planner.report.rejected", &[("what", &what)]),
                "planner.report.your_reason",
                &reason,
            );
        }
        Status::Failed if reason.is_empty() => reason = first_note(&outcome.output),
        _ => {}
    }
    let key = format!("planner.report.{}", outcome.status.name());
    let sentence = if assent_protocol::texts::has(&key) {
        say(&key, &[("what", &what)])
    } else {
        say("planner.report.other", &[("what", &what), ("status", &status_words(outcome.status))])
    };
    with_reason(sentence, "planner.report.because", &reason)
}

fn with_reason(sentence: String, key: &str, reason: &str) -> String {
    if reason.is_empty() { sentence } else { format!("{sentence} {}", say(key, &[("reason", reason)])) }
}

fn first_note(output: &Value) -> String {
    let notes = output["items"].as_array().into_iter().flatten();
    notes.filter_map(|item| item["note"].as_str()).map(visible).next().unwrap_or_default()
}

fn describe(prefix: &str, tool: &str, args: &Value, done: Option<u64>) -> String {
    let items = args["items"].as_array().or_else(|| args["paths"].as_array());
    let planned = items.map_or(1, Vec::len) as u64;
    let done = done.unwrap_or(planned);
    let count = done.to_string();
    let first = items.and_then(|items| items.first());
    let path = first
        .and_then(|item| item.as_str().or_else(|| item["from"].as_str()).or_else(|| item["path"].as_str()))
        .or_else(|| args["path"].as_str())
        .unwrap_or_default();
    let text = |field: &str| visible(args[field].as_str().unwrap_or_default());
    let name = if planned == 1 { visible(names::last(path)) } else { String::new() };
    let to =
        first.and_then(|item| item["to"].as_str().or_else(|| item["name"].as_str())).map(visible).unwrap_or_default();
    let at = args["at"].as_str().map(time).unwrap_or_default();
    let values = [
        ("count", count.as_str()),
        ("name", &name),
        ("path", &visible(path)),
        ("to", &to),
        ("text", &text("text")),
        ("new_text", &text("new_text")),
        ("title", &text("title")),
        ("subject", &text("subject")),
        ("at", &at),
        ("symbol", &text("symbol")),
        ("goal", &text("goal")),
    ];
    let many = format!("{prefix}.{tool}.many");
    if planned != 1 && assent_protocol::texts::has(&many) {
        return say(&many, &values);
    }
    let key = format!("{prefix}.{tool}");
    if assent_protocol::texts::has(&key) {
        say(&key, &values)
    } else {
        say(&format!("{prefix}.other"), &[("tool", tool)])
    }
}

fn time(at: &str) -> String {
    at.parse::<jiff::Zoned>().map_or_else(|_| visible(at), |at| crate::when::shown(&at))
}
