//! What a server gave back, as the model gets it: at most 24 KB, the rest in a file that `results.read` pages.

use crate::{
    results,
    words::{cut, say},
};
use assent_agent::Place;
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Value, json};

/// What goes into the model's context of one result.
pub const MOST: usize = 24 * 1024;
/// What is kept of one result in all.
const MOST_KEPT: usize = 1024 * 1024;
/// What the model sees of a result that did not fit.
const START: usize = 8 * 1024;

/// The result of a call that came back, and whether the server calls it an error.
pub fn told(result: &CallToolResult, source: &str, place: &Place) -> (Value, bool) {
    let failed = result.is_error == Some(true);
    let value = match &result.structured_content {
        // The text beside a structured result says the same again.
        Some(structured) if !structured.is_null() && !failed => json!({"result": structured}),
        _ => json!({"text": text(result)}),
    };
    (capped(value, source, place), failed)
}

/// The words of a result, one part after another; what is no text is named.
pub fn text(result: &CallToolResult) -> String {
    let parts = result.content.iter().map(|part| match part {
        ContentBlock::Text(text) => text.text.clone(),
        other => {
            let whole = serde_json::to_value(other).unwrap_or_default();
            let kind = whole["type"].as_str().unwrap_or("?").to_owned();
            let inner = whole["resource"]["text"].as_str().map(str::to_owned);
            let about = ["mimeType", "uri", "name"].iter().filter_map(|key| whole[*key].as_str()).collect::<Vec<_>>();
            inner.unwrap_or_else(|| say("mcp.result.other", &[("kind", &kind), ("about", &about.join(", "))]))
        }
    });
    parts.collect::<Vec<_>>().join("\n")
}

/// `value` as it is, or its start and where the rest can be read.
pub fn capped(value: Value, source: &str, place: &Place) -> Value {
    let whole = value.to_string();
    if whole.len() <= MOST {
        return value;
    }
    // A text is paged as it is; anything else as JSON.
    let paged = value["text"].as_str().map_or_else(|| whole.clone(), str::to_owned);
    let (kept, dropped) = cut(&paged, MOST_KEPT);
    let (start, _) = cut(&paged, START);
    match results::keep(&place.data, source, kept) {
        Ok(id) => json!({"start": start, "truncated": true, "bytes": paged.len(), "more": {
            "tool": results::NAME, "result": id, "from": start.len(), "kept": kept.len(), "all": !dropped}}),
        Err(_) => json!({"start": start, "truncated": true, "bytes": paged.len()}),
    }
}
