//! What the engine adds to a tool's own description of a call: where each value came from, and so the facts that the
//! decision core decides by. What a run knows is read from its turns once, and then only from the new ones.

use crate::Engine;
use assent_agent::{ToolFacts, ToolSpec};
use assent_policy::{
    Author, Call, Content, Known, Ways, facts,
    reading::{Hints, read_tool},
};
use assent_protocol::{
    Destination, Effect, Facts, Origin, Provenance, Reach, Reversal, Run, Size, Turn, texts, visible::visible,
};
use assent_tools::elsewhere::Elsewhere;
use serde_json::Value;
use std::sync::PoisonError;

/// In a result: which model wrote what was read.
pub(crate) const WRITTEN_BY: &str = "written_by";
/// Endings of files that hold records.
const BOOKS: &[&str] = &["csv", "tsv", "json", "yaml", "yml"];
/// Values of a payload that are traced; a batch of thousands of paths inside the grants needs none of it.
const TRACED: usize = 500;

/// What a run knows of where values came from, and how much of its conversation that is. The user's words and the results
/// are counted apart: each list only ever grows at its end, while a result is put before what the user wrote meanwhile.
#[derive(Default)]
pub(crate) struct Knows {
    words: usize,
    results: usize,
    known: Known,
}

impl Engine {
    /// Lets `judge` see what the run knows after these turns, and of `typed`, which the user put into the form of a card:
    /// his own word for that card and for no other.
    pub(crate) fn with_known<T>(
        &self,
        run: &Run,
        turns: &[Turn],
        typed: Option<&str>,
        judge: impl FnOnce(&Known) -> T,
    ) -> T {
        let control = self.control(run.id);
        let mut knows = control.knows.lock().unwrap_or_else(PoisonError::into_inner);
        self.learn(run, turns, &mut knows);
        match typed {
            Some(text) => {
                let mut known = knows.known.clone();
                known.typed(text);
                judge(&known)
            }
            None => judge(&knows.known),
        }
    }

    fn learn(&self, run: &Run, turns: &[Turn], knows: &mut Knows) {
        if knows.words == 0 {
            run.hosts.iter().for_each(|host| knows.known.grant_host(host));
        }
        let (mut words, mut results) = (0, 0);
        for turn in turns {
            match turn {
                Turn::User { text } => {
                    words += 1;
                    if words > knows.words {
                        knows.known.typed(text);
                    }
                }
                Turn::Result { output, untrusted, tool, .. } => {
                    results += 1;
                    if results > knows.results {
                        self.learn_result(tool, untrusted.as_deref(), output, &mut knows.known);
                    }
                }
                Turn::Model { .. } => {}
            }
        }
        (knows.words, knows.results) = (knows.words.max(words), knows.results.max(results));
    }

    fn learn_result(&self, tool: &str, untrusted: Option<&str>, value: &Value, known: &mut Known) {
        let Some(source) = untrusted else { return learn_own(tool, value, known) };
        // The text of a page or a document holds no records, whatever it looks like.
        let records = !self.tool(tool).is_some_and(|tool| reading(&tool.spec()).text);
        let content = Content { source, author: Author::Others, value, records };
        match page_host(tool, value) {
            Some(host) => known.read_page(&host, &content),
            None => known.read(&content),
        }
    }
}

// The host that a page was read from, as the tool itself found it.
fn page_host(tool: &str, value: &Value) -> Option<String> {
    let address = (tool == assent_tools::web::fetch::NAME).then(|| value["url"].as_str()).flatten()?;
    assent_policy::address::host_of(address).map(|found| found.host)
}

// The user's own data, or what a model wrote and reads back.
fn learn_own(tool: &str, value: &Value, known: &mut Known) {
    let path = value["path"].as_str();
    let source = path.map_or_else(
        || texts::say("engine.origin.tool", &[("tool", tool)]),
        |path| texts::say("engine.origin.file", &[("path", &visible(path))]),
    );
    if let Some(writer) = value[WRITTEN_BY].as_str() {
        let source = texts::say("engine.origin.written", &[("what", &source), ("writer", writer)]);
        return known.read(&Content { source: &source, author: Author::Model, value, records: false });
    }
    known.read(&Content { source: &source, author: Author::Own, value, records: true });
    // A whole book of records, as contacts are kept; a text that only looks like one is none.
    let book = path.and_then(|path| path.rsplit_once('.')).is_some_and(|(_, end)| BOOKS.contains(&end));
    if book && value["truncated"] != Value::Bool(true) {
        known.read(&Content { source: &source, author: Author::Own, value: &value["text"], records: true });
    }
}

pub(crate) fn reading(spec: &ToolSpec) -> assent_policy::reading::ToolReading {
    read_tool(&spec.name, &spec.description, &spec.schema, Hints::default())
}

/// Facts of a call in an account elsewhere; `hold` says whether what it sends is held first. The user's declaration says what the tool does; its own words can only make
/// that graver for one call.
pub(crate) fn elsewhere(
    spec: &ToolSpec,
    args: &Value,
    described: &ToolFacts,
    hold: bool,
    pinned: &[String],
    known: &Known,
) -> Facts {
    let mut tool = reading(spec);
    tool.effect = described.effect;
    let back = described.reversal;
    // What leaves and cannot be undone is held, so that it can be recalled.
    let outward = if hold && back == Reversal::None { Reversal::Recallable } else { back };
    let ways = Ways { change: back, delete: back, outward };
    let mut found = facts(&Call { tool: &tool, schema: &spec.schema, args, ways, pinned }, known);
    found.inspectable &= described.inspectable;
    found.reach = described.targets.iter().map(|target| target.reach).fold(found.reach, Reach::max);
    found
}

/// Facts of a call that an agent elsewhere wants to make: as its tool's name and the arguments read, and never milder
/// than what nobody can look into is. Where the agent has its values from, and where the effect goes, cannot be known.
pub(crate) fn asked_elsewhere(tool: &Elsewhere, args: &Value, described: &ToolFacts, known: &Known) -> Facts {
    let read = read_tool(tool.own_name(), "", &Value::Null, Hints::default());
    let ways = Ways { change: Reversal::None, delete: Reversal::None, outward: Reversal::None };
    let mut found = facts(&Call { tool: &read, schema: &Value::Null, args, ways, pinned: &[] }, known);
    found.inspectable &= read.understood && found.effect != Effect::Execute;
    found.destination = Destination::Unknown;
    found.targets = found.targets.max(Provenance::Model);
    found.payload = found.payload.max(Provenance::Model);
    found.influenced = true;
    found.reach = described.targets.iter().map(|target| target.reach).fold(found.reach, Reach::max);
    if found.effect == Effect::Observe {
        // What it reads there is not what was granted here.
        found.reach = found.reach.max(Reach::Outside);
    }
    found
}

/// Facts of a call on this computer.
pub(crate) fn here(args: &Value, described: &ToolFacts, known: &Known) -> Facts {
    let mut origins = Vec::new();
    let mut trace = |field: &str, value: &str| {
        let traced = known.trace(value, &[]);
        if let (Provenance::Untrusted, Some(source)) = (traced.provenance, traced.source) {
            origins.push(Origin { field: field.to_owned(), source });
        }
        traced.provenance
    };
    let mut targets = Provenance::User;
    let mut reach = Reach::Inside;
    for target in &described.targets {
        reach = reach.max(target.reach);
        // A path inside a grant is the user's own target, whoever named the file.
        if target.reach != Reach::Inside {
            let raw = args.pointer(&target.field).and_then(Value::as_str).unwrap_or(&target.shown);
            targets = targets.max(trace(&target.field, raw));
        }
    }
    let mut payload = Provenance::User;
    let mut leaves = Vec::new();
    texts_in(args, String::new(), &mut leaves);
    let target = |field: &str| described.targets.iter().any(|target| target.field == field);
    for (field, value) in leaves.iter().take(TRACED).filter(|(field, _)| !target(field)) {
        payload = payload.max(trace(field, value));
    }
    origins.dedup_by(|a, b| a.source == b.source);
    Facts {
        effect: described.effect,
        destination: Destination::Here,
        reversal: described.reversal,
        targets,
        payload,
        reach,
        inspectable: described.inspectable,
        influenced: known.read_others(),
        size: Size { items: described.items, bytes: described.bytes, amount: None, recipients: 0 },
        origins,
    }
}

fn texts_in(value: &Value, field: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((field, text.clone())),
        Value::Number(number) => found.push((field, number.to_string())),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, inner)| texts_in(inner, format!("{field}/{n}"), found));
        }
        Value::Object(map) => map.iter().for_each(|(key, inner)| {
            texts_in(inner, format!("{field}/{}", key.replace('~', "~0").replace('/', "~1")), found)
        }),
        Value::Null | Value::Bool(_) => {}
    }
}
