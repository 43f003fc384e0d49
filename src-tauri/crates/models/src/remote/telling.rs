//! The conversation in an order that every provider accepts: each call has exactly one result, right after it. What was
//! said before never changes from one request to the next, since providers keep what they have read, and some refuse
//! their own reasoning after an altered beginning.

use super::{
    kept::{Kept, Piece, plain_pieces},
    names::{ToolNames, slim},
};
use crate::context::{self, Fitted};
use assent_agent::Request;
use assent_protocol::{ProposedCall, Status, Turn, canonical::digest, texts, texts::say, visible::visible};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The most bytes of one result that a model is given.
pub const LARGEST_RESULT: usize = 32 * 1024;
/// A task older than this is told the time anew.
const FRESH: i64 = 10 * 60 * 1000;

/// When the provider's own items go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// Always.
    Always,
    /// Unless the turn was shortened.
    Whole,
    /// Only when everything before is as it was.
    SamePast,
}

/// A tool as a provider is told about it.
#[derive(Debug)]
pub struct Offered {
    pub name: String,
    pub description: String,
    pub schema: Value,
}

/// One entry of the conversation.
#[derive(Debug)]
pub enum Said<'a> {
    User(String),
    Model(Vec<Piece<'a>>),
    Results(Vec<(&'a ProposedCall, String)>),
}

/// A request, ready to be written in a provider's words.
#[derive(Debug)]
pub struct Conversation {
    pub system: String,
    pub tools: Vec<Offered>,
    fitted: Fitted,
    kept: HashMap<String, Kept>,
    last: Vec<String>,
}

impl Conversation {
    /// What `request` comes to; `by` is the model, whose own items go back.
    pub fn new(request: &Request, names: &ToolNames, by: &str) -> Conversation {
        let kept = request.kept.iter().filter_map(|(call, text)| {
            let kept: Kept = serde_json::from_str(text).ok()?;
            (kept.by == by).then(|| (call.clone(), kept))
        });
        let tools = request.tools.iter().map(|tool| Offered {
            name: names.out(&tool.name),
            description: tool.description.clone(),
            schema: slim(&tool.schema),
        });
        let mut last = Vec::new();
        if request.now - request.began >= FRESH {
            last.push(say("model.now", &[("now", &time(request.now, &request.zone))]));
        }
        last.extend(request.again.as_ref().map(|reason| say("model.again", &[("reason", reason)])));
        Conversation {
            system: system(request),
            tools: tools.collect(),
            fitted: context::fit(&request.turns, context::ROOM),
            kept: kept.collect(),
            last,
        }
    }

    /// The entries in order, and a digest of all that a reply will stand on.
    pub fn said(&self, replay: Replay) -> (Vec<Said<'_>>, String) {
        let results = results(&self.fitted.turns);
        let tools: Vec<String> =
            self.tools.iter().map(|t| format!("{} {} {}", t.name, t.description, t.schema)).collect();
        let mut before = digest(&[&self.system, &tools.join("\n")]);
        let mut out = Vec::new();
        for turn in &self.fitted.turns {
            let said = match turn {
                Turn::User { text } => vec![Said::User(text.clone())],
                Turn::Model { text, calls } => {
                    let pieces = self.pieces(text, calls, replay, &before);
                    let told = |call: &ProposedCall| {
                        results.get(call.call.as_str()).map_or_else(|| say("model.status.missing", &[]), |t| result(t))
                    };
                    let told: Vec<_> = calls.iter().map(|call| (call, told(call))).collect();
                    let results = (!told.is_empty()).then_some(Said::Results(told));
                    let words = (!pieces.is_empty()).then_some(Said::Model(pieces));
                    words.into_iter().chain(results).collect()
                }
                // Told beside its call.
                Turn::Result { .. } => Vec::new(),
            };
            for said in said {
                before = digest(&[&before, &format!("{said:?}")]);
                out.push(said);
            }
        }
        for words in &self.last {
            let said = Said::User(words.clone());
            before = digest(&[&before, &format!("{said:?}")]);
            out.push(said);
        }
        (out, before)
    }

    fn pieces<'a>(&'a self, text: &'a str, calls: &'a [ProposedCall], replay: Replay, before: &str) -> Vec<Piece<'a>> {
        let first = calls.first().map(|call| call.call.as_str()).unwrap_or_default();
        let Some(kept) = self.kept.get(first) else { return plain_pieces(text, calls) };
        let own = match replay {
            Replay::Always => true,
            Replay::Whole => !self.fitted.shortened.contains(first),
            Replay::SamePast => !self.fitted.shortened.contains(first) && kept.before == before,
        };
        kept.pieces(text, calls, own)
    }
}

fn system(request: &Request) -> String {
    let folders = if request.folders.is_empty() { say("model.no_folders", &[]) } else { request.folders.join(", ") };
    say(
        "model.system",
        &[
            ("folders", &visible(&folders)),
            ("notes", &visible(&request.notes_folder)),
            ("home", &visible(&request.home)),
            ("began", &time(request.began, &request.zone)),
            ("mode", &request.mode.words()),
        ],
    )
}

fn time(at: i64, zone: &str) -> String {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    jiff::Timestamp::from_millisecond(at)
        .map(|at| at.to_zoned(zone).strftime("%A %Y-%m-%dT%H:%M:%S%:z[%Q]").to_string())
        .unwrap_or_default()
}

/// Arguments as they came. Providers refuse a whole conversation for arguments that are not an object, so such ones
/// are wrapped.
pub fn arguments(args: &str) -> String {
    let is_object = args.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(args).is_ok();
    if is_object { args.to_owned() } else { json!({"unreadable": args}).to_string() }
}

/// [`arguments`] for a provider that takes an object and not its text.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Arguments(Option<Box<serde_json::value::RawValue>>);

impl Arguments {
    pub fn new(args: &str) -> Arguments {
        Arguments(serde_json::value::RawValue::from_string(arguments(args)).ok())
    }
}

fn results(turns: &[Turn]) -> HashMap<&str, &Turn> {
    let mut out = HashMap::new();
    for turn in turns {
        if let Turn::Result { call, .. } = turn {
            out.entry(call.as_str()).or_insert(turn);
        }
    }
    out
}

fn result(turn: &Turn) -> String {
    let Turn::Result { status, output, reason, untrusted, .. } = turn else { return String::new() };
    let mut lines = vec![status_line(*status)];
    if let Some(reason) = reason {
        lines.push(say("model.reason", &[("reason", &visible(reason))]));
    }
    if !output.is_null() {
        let output = cut(&output.to_string());
        match untrusted {
            Some(source) => {
                let source = visible(source);
                lines.push(say("model.untrusted", &[("source", &source)]));
                lines.push(output);
                lines.push(say("model.untrusted_end", &[("source", &source)]));
            }
            None => lines.push(output),
        }
    }
    lines.join("\n")
}

fn status_line(status: Status) -> String {
    let key = format!("model.status.{}", status.name());
    if texts::has(&key) { say(&key, &[]) } else { say("model.status.open", &[]) }
}

fn cut(text: &str) -> String {
    if text.len() <= LARGEST_RESULT {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(LARGEST_RESULT);
    let left = (text.len() - end).to_string();
    format!("{}\n{}", &text[..end], say("model.cut", &[("count", &left)]))
}
