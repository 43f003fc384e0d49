//! What a server answered, part by part, as the protocol says it should be. A part that is fine stays as it is; one that
//! cannot be read is named in words or left out, and never costs the rest.

use super::definition::UNREADABLE;
use crate::words::say;
use rmcp::model::{CallToolResult, ContentBlock, InitializeResult, ListToolsResult, ServerCapabilities, Tool};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// JSON-RPC's number for a method that is not known.
const UNKNOWN_METHOD: i64 = -32601;
/// JSON-RPC's first number for what a server makes up itself.
const OWN_ERROR: i64 = -32000;

/// An error with a number and words, whatever was sent as one.
pub fn error(sent: Value, method: &str) -> Value {
    let mut error = match sent {
        Value::Object(error) => error,
        other => Map::from_iter([("message".to_owned(), other)]),
    };
    let code = error.get("code").and_then(whole_number);
    // A greeting that is not understood is no reason to give up: the older one follows.
    let code = code.unwrap_or(if method == "server/discover" { UNKNOWN_METHOD } else { OWN_ERROR });
    let said = ["message", "error", "detail", "data", "code"]
        .iter()
        .find_map(|name| error.get(*name).filter(|said| !said.is_null()).map(words));
    error.insert("code".to_owned(), json!(code));
    error.insert("message".to_owned(), json!(said.unwrap_or_default()));
    Value::Object(error)
}

/// A result of `method` that the SDK can read.
pub fn result(sent: Value, method: &str) -> Value {
    match method {
        "initialize" => greeting(object(sent)),
        "tools/list" => list(object(sent)),
        "tools/call" => called(sent),
        _ if sent.is_null() => json!({}),
        _ => sent,
    }
}

/// An answer in words: the text of a result or an error.
pub fn words(answer: &Value) -> String {
    let parts = answer["content"].as_array().into_iter().flatten().filter_map(|part| part["text"].as_str());
    let text = parts.collect::<Vec<_>>().join("\n");
    match (answer.as_str().or_else(|| answer["message"].as_str()), text.is_empty()) {
        (Some(said), _) => said.to_owned(),
        (None, false) => text,
        (None, true) => answer.to_string(),
    }
}

fn whole_number(code: &Value) -> Option<i64> {
    let from_float = || code.as_f64().filter(|code| code.fract() == 0.0 && code.abs() < 1e15).map(|code| code as i64);
    code.as_i64().or_else(from_float).or_else(|| code.as_str()?.trim().parse().ok())
}

fn object(sent: Value) -> Map<String, Value> {
    if let Value::Object(map) = sent { map } else { Map::new() }
}

fn reads<T: DeserializeOwned>(value: &Value) -> Result<(), String> {
    T::deserialize(value).map(drop).map_err(|error| error.to_string())
}

// Keeps the fields that are wanted and, one by one, those others with which it can still be read.
fn readable<T: DeserializeOwned>(sent: Map<String, Value>, wanted: &[&str]) -> Map<String, Value> {
    let whole = Value::Object(sent);
    if reads::<T>(&whole).is_ok() {
        return object(whole);
    }
    let (mut kept, others): (Map<_, _>, Map<_, _>) =
        object(whole).into_iter().partition(|(name, _)| wanted.contains(&name.as_str()));
    for (name, value) in others {
        kept.insert(name.clone(), value);
        let tried = Value::Object(kept);
        let fits = reads::<T>(&tried).is_ok();
        kept = object(tried);
        if !fits {
            kept.remove(&name);
        }
    }
    kept
}

fn greeting(mut sent: Map<String, Value>) -> Value {
    let spoken = sent.get("protocolVersion").map(words).filter(|version| !version.is_empty());
    sent.insert("protocolVersion".to_owned(), json!(spoken.unwrap_or_else(|| "2025-11-25".to_owned())));
    let able = object(sent.remove("capabilities").unwrap_or_default());
    sent.insert("capabilities".to_owned(), Value::Object(readable::<ServerCapabilities>(able, &[])));
    let about = sent.remove("serverInfo").unwrap_or_default();
    let part = |name: &str| match &about {
        Value::Object(about) => about.get(name).map(words),
        Value::String(text) => Some(text.clone()),
        _ => None,
    };
    let info = json!({"name": part("name").unwrap_or_default(), "version": part("version").unwrap_or_default()});
    sent.insert("serverInfo".to_owned(), info);
    Value::Object(readable::<InitializeResult>(sent, &["protocolVersion", "capabilities", "serverInfo"]))
}

fn list(mut sent: Map<String, Value>) -> Value {
    let tools: Vec<Value> = match sent.remove("tools") {
        Some(Value::Array(tools)) => tools,
        // By name, as some write it.
        Some(Value::Object(tools)) => tools
            .into_iter()
            .map(|(name, tool)| {
                let mut tool = object(tool);
                tool.entry("name").or_insert(json!(name));
                Value::Object(tool)
            })
            .collect(),
        _ => Vec::new(),
    };
    let tools = tools.into_iter().enumerate().map(|(at, tool)| readable_tool(tool, at + 1)).collect();
    sent.insert("tools".to_owned(), Value::Array(tools));
    match sent.remove("nextCursor") {
        Some(Value::String(cursor)) => drop(sent.insert("nextCursor".to_owned(), json!(cursor))),
        Some(Value::Number(cursor)) => drop(sent.insert("nextCursor".to_owned(), json!(cursor.to_string()))),
        _ => {}
    }
    Value::Object(readable::<ListToolsResult>(sent, &["tools", "nextCursor"]))
}

// One that cannot be read stands in the list with the reason and cannot be used. Nothing of it is guessed: a claim that
// was misspelt might have been the warning.
fn readable_tool(tool: Value, number: usize) -> Value {
    let name = tool["name"].as_str().filter(|name| !name.trim().is_empty());
    let why = match (name, reads::<Tool>(&tool)) {
        (Some(_), Ok(())) => return tool,
        (Some(_), Err(why)) => why,
        (None, _) => say("mcp.tool.no_name", &[]),
    };
    let shown = name.map_or_else(|| format!("tool {number}"), str::to_owned);
    json!({
        "name": shown, "description": tool["description"].as_str().unwrap_or_default(),
        "inputSchema": {"type": "object"}, "_meta": {UNREADABLE: why, "definition": tool},
    })
}

fn called(sent: Value) -> Value {
    let mut sent = match sent {
        Value::Object(sent) => sent,
        Value::Null => Map::new(),
        other => Map::from_iter([("content".to_owned(), other)]),
    };
    // Other kinds of answers, which the SDK knows.
    if sent.get("resultType").is_some_and(|kind| ["input_required", "task"].iter().any(|known| kind == known)) {
        return Value::Object(sent);
    }
    let content = match sent.remove("content") {
        Some(Value::Array(parts)) => parts,
        Some(Value::Null) | None => Vec::new(),
        Some(other) => vec![other],
    };
    let mut content: Vec<Value> = content.into_iter().map(readable_part).collect();
    let failed = sent.remove("isError").filter(|failed| !failed.is_null()).map(|failed| match failed {
        Value::Bool(failed) => failed,
        Value::String(text) => !["false", "no", "0", ""].contains(&text.to_lowercase().as_str()),
        other => other.as_f64() != Some(0.0),
    });
    let known = |name: &str| matches!(name, "structuredContent" | "_meta" | "resultType");
    // An older or another shape: all of it is the answer.
    if content.is_empty() && sent.keys().any(|name| !known(name)) && !sent.contains_key("structuredContent") {
        content.push(text_part(&Value::Object(sent.clone()).to_string()));
    }
    sent.insert("content".to_owned(), Value::Array(content));
    if let Some(failed) = failed {
        sent.insert("isError".to_owned(), json!(failed));
    }
    Value::Object(readable::<CallToolResult>(sent, &["content", "isError"]))
}

fn text_part(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn readable_part(part: Value) -> Value {
    if reads::<ContentBlock>(&part).is_ok() {
        return part;
    }
    let text = part.as_str().or_else(|| part["text"].as_str()).or_else(|| part["resource"]["text"].as_str());
    if let Some(text) = text {
        return text_part(text);
    }
    let Some(kind) = part["type"].as_str() else { return text_part(&part.to_string()) };
    let about = ["mimeType", "uri", "name", "title"].iter().filter_map(|key| part[*key].as_str()).collect::<Vec<_>>();
    text_part(&say("mcp.result.other", &[("kind", kind), ("about", &about.join(", "))]))
}
