//! The tools that an agent elsewhere is offered, and what it sends to them.

use assent_protocol::{texts::say, visible::visible};
use rmcp::model::{JsonObject, Tool};
use serde_json::{Value, json};
use std::sync::Arc;

/// What an agent wants.
pub enum Wanted {
    /// To know whether a call may be made.
    Approval {
        /// The tool that it would call.
        tool: String,
        /// Its arguments.
        arguments: JsonObject,
        /// In its own words.
        why: Option<String>,
    },
    /// An answer of the person.
    Question(String),
    /// To leave a message.
    Notice(String),
    /// What was asked before.
    History(String),
}

/// What is offered.
pub fn all() -> Vec<Tool> {
    let text = |name: &str| json!({"type": "string", "description": say(&format!("elsewhere.mcp.{name}"), &[])});
    let arguments = json!({"type": "object", "description": say("elsewhere.mcp.request_approval.arguments", &[])});
    let approval = json!({
        "tool": text("request_approval.tool"), "arguments": arguments, "why": text("request_approval.why"),
    });
    vec![
        tool("request_approval", approval, &["tool", "arguments"]),
        tool("ask_user", json!({"question": text("ask_user.question")}), &["question"]),
        tool("notify", json!({"text": text("notify.text")}), &["text"]),
        tool("history", json!({"search": text("history.search")}), &[]),
    ]
}

/// Reads a call strictly: a field that is not known might be what the agent counts on.
///
/// # Errors
/// A sentence on what does not fit.
pub fn read(name: &str, mut with: JsonObject) -> Result<Wanted, String> {
    let wrong = |because: &str| say("elsewhere.mcp.bad_input", &[("because", &visible(because))]);
    let mut text = |name: &str, needed: bool| match with.remove(name) {
        Some(Value::String(text)) => Ok(Some(text)),
        None | Some(Value::Null) if !needed => Ok(None),
        _ => Err(wrong(name)),
    };
    let wanted = match name {
        "request_approval" => {
            let (tool, why) = (text("tool", true)?.unwrap_or_default(), text("why", false)?);
            let Some(Value::Object(arguments)) = with.remove("arguments") else { return Err(wrong("arguments")) };
            Wanted::Approval { tool, arguments, why }
        }
        "ask_user" => Wanted::Question(text("question", true)?.unwrap_or_default()),
        "notify" => Wanted::Notice(text("text", true)?.unwrap_or_default()),
        "history" => Wanted::History(text("search", false)?.unwrap_or_default()),
        _ => return Err(say("elsewhere.mcp.unknown_tool", &[("tool", &visible(name))])),
    };
    match with.keys().next() {
        Some(unknown) => Err(wrong(unknown)),
        None => Ok(wanted),
    }
}

fn tool(name: &'static str, properties: Value, required: &[&str]) -> Tool {
    let schema = json!({
        "type": "object", "properties": properties, "required": required, "additionalProperties": false,
    });
    let schema: JsonObject = serde_json::from_value(schema).unwrap_or_default();
    Tool::new(name, say(&format!("elsewhere.mcp.{name}"), &[]), Arc::new(schema))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_strictly() {
        let object = |value: Value| value.as_object().cloned().unwrap();
        for (name, with, fits) in [
            ("request_approval", json!({"tool": "x", "arguments": {}}), true),
            ("request_approval", json!({"tool": "x", "arguments": "{}"}), false),
            ("request_approval", json!({"tool": "x", "arguments": {}, "approved": true}), false),
            ("ask_user", json!({}), false),
            ("notify", json!({"text": 1}), false),
            ("history", json!({}), true),
            ("approve", json!({"id": "a1"}), false),
        ] {
            assert_eq!(read(name, object(with.clone())).is_ok(), fits, "{name} {with}");
        }
        assert_eq!(all().len(), 4);
    }
}
