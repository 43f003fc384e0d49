//! What an agent elsewhere is told. Only `allowed` is a yes, and every other end has a word of its own.

use assent_protocol::{Action, Status, texts::say};
use serde_json::{Value, json};

/// An answer: a sentence, and the same for a program.
pub struct Told {
    pub sentence: String,
    pub value: Value,
    /// Whether it is anything but what was asked for.
    pub refused: bool,
}

impl Told {
    /// Nothing was asked of the person, because.
    pub fn refused(why: &str) -> Told {
        Told { sentence: why.to_owned(), value: json!({"decision": "refused", "reason": why}), refused: true }
    }

    pub fn plain(sentence: &str) -> Told {
        Told { sentence: sentence.to_owned(), value: json!({"noted": true}), refused: false }
    }
}

/// The answer to a request; none as long as it waits.
pub fn told(action: &Action) -> Option<Told> {
    let edited = action.edit_of.is_some();
    let (decision, key) = match action.status {
        Status::Waiting | Status::Allowed | Status::Approved | Status::Held | Status::Started => return None,
        Status::HandedOver if edited => ("allowed", "elsewhere.mcp.edited"),
        Status::HandedOver => ("allowed", "elsewhere.mcp.allowed"),
        Status::Rejected => ("rejected", "elsewhere.mcp.rejected"),
        Status::Denied => ("denied", "elsewhere.mcp.denied"),
        Status::Expired => ("expired", "elsewhere.mcp.expired"),
        Status::Withdrawn => ("withdrawn", "elsewhere.mcp.withdrawn"),
        other => (other.name(), "elsewhere.mcp.other"),
    };
    let reason = action.decision.as_ref().and_then(|decision| decision.reason.clone());
    let denied = action.verdict.reasons.iter().map(|reason| reason.sentence()).collect::<Vec<_>>().join(" ");
    let reason = reason.or_else(|| (action.status == Status::Denied).then_some(denied));
    let mut value = json!({
        "decision": decision,
        "id": action.id,
        "by": action.decision.as_ref().map(|decision| decision.by.name()),
        "reason": reason,
    });
    if decision == "allowed" {
        value["arguments"] = action.args.clone();
        value["digest"] = json!(action.digest);
        value["edited"] = json!(edited);
    }
    let sentence = match &reason {
        Some(reason) => format!("{} {reason}", say(key, &[])),
        None => say(key, &[]),
    };
    Some(Told { sentence, value, refused: false })
}

/// The person's answer to a question.
pub fn answer(text: &str) -> Told {
    Told { sentence: text.to_owned(), value: json!({"answer": text}), refused: false }
}

/// What was asked for before.
pub fn past(actions: &[Action]) -> Told {
    let rows: Vec<Value> = actions
        .iter()
        .map(|action| {
            json!({
                "id": action.id, "title": action.title, "arguments": action.args, "status": action.status,
                "reason": action.decision.as_ref().and_then(|decision| decision.reason.clone()),
            })
        })
        .collect();
    Told { sentence: rows.len().to_string(), value: json!({"requests": rows}), refused: false }
}
