//! The conversation as Chat Completions wants it: every call has exactly one result, right after it.

use assent_agent::{Request, ToolSpec};
use assent_protocol::{ProposedCall, Status, Turn, texts, texts::say, visible::visible};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// Tool names as this interface allows them: `files.list` is `files_list`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ToolNames {
    out: HashMap<String, String>,
    back: HashMap<String, String>,
}

impl ToolNames {
    pub fn new(tools: &[ToolSpec]) -> ToolNames {
        let mut names = ToolNames::default();
        for tool in tools {
            let plain = plain(&tool.name);
            let mut candidate = plain.clone();
            let mut count = 2;
            while names.back.contains_key(&candidate) {
                let end = format!("_{count}");
                candidate = plain.chars().take(64 - end.len()).collect::<String>() + &end;
                count += 1;
            }
            names.back.insert(candidate.clone(), tool.name.clone());
            names.out.insert(tool.name.clone(), candidate);
        }
        names
    }

    fn out(&self, tool: &str) -> String {
        self.out.get(tool).cloned().unwrap_or_else(|| plain(tool))
    }

    /// Our name for a name the model said; an unknown one stays as it is and is refused later.
    pub fn back(&self, name: &str) -> String {
        self.back.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}

fn plain(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let plain: String = name.chars().take(64).map(|c| if fits(c) { c } else { '_' }).collect();
    if plain.is_empty() { "_".to_owned() } else { plain }
}

/// The most bytes of one result that a model is given.
pub const LARGEST_RESULT: usize = 32 * 1024;

/// The request's body.
pub fn body(request: &Request, model: &str, names: &ToolNames) -> Value {
    let mut messages = vec![json!({"role": "system", "content": system(request)})];
    let results = results(&request.turns);
    for turn in &request.turns {
        match turn {
            Turn::User { text } => messages.push(json!({"role": "user", "content": text})),
            Turn::Model { text, calls } => {
                messages.push(assistant(text, calls, names));
                for call in calls {
                    let content =
                        results.get(call.call.as_str()).map_or_else(|| say("model.status.missing", &[]), |t| result(t));
                    messages.push(json!({"role": "tool", "tool_call_id": call.call, "content": content}));
                }
            }
            // Written beside its call.
            Turn::Result { .. } => {}
        }
    }
    let mut body = json!({
        "model": model,
        "messages": messages,
        "stream": true,
        "stream_options": {"include_usage": true},
    });
    if !request.tools.is_empty() {
        let tool = |t: &ToolSpec| {
            json!({"type": "function", "function": {
                "name": names.out(&t.name), "description": t.description, "parameters": t.schema,
            }})
        };
        body["tools"] = request.tools.iter().map(tool).collect();
    }
    body
}

fn system(request: &Request) -> String {
    let folders = if request.folders.is_empty() { say("model.no_folders", &[]) } else { request.folders.join(", ") };
    let zone = jiff::tz::TimeZone::get(&request.zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let now = jiff::Timestamp::from_millisecond(request.now)
        .map(|at| at.to_zoned(zone).strftime("%A %Y-%m-%dT%H:%M:%S%:z[%Q]").to_string())
        .unwrap_or_default();
    say(
        "model.system",
        &[
            ("folders", &visible(&folders)),
            ("notes", &visible(&request.notes_folder)),
            ("home", &visible(&request.home)),
            ("now", &now),
            ("mode", &request.mode.words()),
        ],
    )
}

fn assistant(text: &str, calls: &[ProposedCall], names: &ToolNames) -> Value {
    let mut message = Map::new();
    message.insert("role".into(), json!("assistant"));
    message.insert("content".into(), if text.is_empty() && !calls.is_empty() { Value::Null } else { json!(text) });
    if !calls.is_empty() {
        let call = |c: &ProposedCall| {
            json!({"id": c.call, "type": "function", "function": {
                "name": names.out(&c.tool), "arguments": arguments(&c.args),
            }})
        };
        message.insert("tool_calls".into(), calls.iter().map(call).collect());
    }
    Value::Object(message)
}

// As they came. Servers refuse a whole conversation for arguments that are not an object, so such ones are wrapped.
fn arguments(args: &str) -> String {
    match serde_json::from_str::<Value>(args) {
        Ok(Value::Object(_)) => args.to_owned(),
        _ => json!({"unreadable": args}).to_string(),
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
    let end = (0..=LARGEST_RESULT).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
    let left = (text.len() - end).to_string();
    format!("{}\n{}", &text[..end], say("model.cut", &[("count", &left)]))
}
