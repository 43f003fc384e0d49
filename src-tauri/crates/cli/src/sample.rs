//! The ready domains, shown without a display: the story as it happens, then the digest, the counts, and what to type next.

use crate::out::{Out, Style};
use crate::{Answered, Ended};
use assent_engine::run_sample;
use assent_protocol::{SampleCounts, SampleTask};
use serde_json::{Value, json};
use std::path::Path;

/// Runs one to its end.
pub(crate) async fn run(task: &SampleTask, home: &Path, out: Out) -> Answered {
    let tell = move |line: &assent_protocol::SampleLine| {
        out.object(&json!({"type": "sample_line", "at": line.at, "text": line.text}));
        if !out.json {
            out.line(Style::Plain, &format!("{}  {}", line.at, line.text));
        }
    };
    let report = run_sample(task, home, &tell).await?;
    out.line(Style::Plain, "");
    out.say(Style::Strong, "cli.sample.digest", &[]);
    report.digest.iter().for_each(|line| out.line(Style::Plain, &format!("  {line}")));
    out.line(Style::Plain, "");
    let counts = named(&report.counts);
    let values: Vec<(&str, &str)> = counts.iter().map(|(name, count)| (name.as_str(), count.as_str())).collect();
    out.say(Style::Strong, "cli.sample.counts", &values);
    out.say(Style::Plain, "cli.sample.folder", &[("folder", &report.folder)]);
    report.next.iter().for_each(|line| out.line(Style::Dim, &format!("  {line}")));
    out.object(&json!({
        "type": "sample", "sample": report.sample, "seed": task.seed, "folder": report.folder, "picture": report.picture,
        "digest": report.digest, "counts": report.counts, "next": report.next,
    }));
    Ok(Ended::Done)
}

fn named(counts: &SampleCounts) -> Vec<(String, String)> {
    match serde_json::to_value(counts) {
        Ok(Value::Object(counts)) => counts.into_iter().map(|(name, count)| (name, count.to_string())).collect(),
        _ => Vec::new(),
    }
}
