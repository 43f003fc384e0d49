//! JSON Feed as the feed reader takes it: a number for an id, a text that is missing or an odd attachment is no reason to
//! read nothing.

use serde_json::{Map, Value, json};

/// Whether this is a JSON Feed, whatever it was sent as.
pub fn is_feed(text: &str) -> bool {
    let start = text.trim_start_matches('\u{feff}').trim_start();
    start.starts_with('{')
        && serde_json::from_str::<Value>(start).is_ok_and(|feed| {
            let version = feed["version"].as_str().unwrap_or_default();
            version.contains("jsonfeed.org/version/") && feed["items"].is_array()
        })
}

/// The feed with what its entries need and nothing else. None for what is no JSON.
pub fn mended(text: &str) -> Option<String> {
    let feed: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let items: Vec<Value> = feed["items"].as_array()?.iter().filter_map(item).collect();
    let title = words(&feed["title"]).unwrap_or_default();
    Some(json!({"version": "https://jsonfeed.org/version/1.1", "title": title, "items": items}).to_string())
}

fn item(item: &Value) -> Option<Value> {
    let item = item.as_object()?;
    const TEXTS: &[&str] = &[
        "id",
        "url",
        "external_url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "date_published",
        "date_modified",
    ];
    let texts = TEXTS.iter().filter_map(|name| Some(((*name).to_owned(), json!(words(item.get(*name)?)?))));
    let mut kept: Map<String, Value> = texts.collect();
    let attached = item.get("attachments").and_then(|list| list.as_array()?.first()?.get("url")?.as_str());
    if let Some(url) = attached.filter(|_| !kept.contains_key("url") && !kept.contains_key("external_url")) {
        kept.insert("url".to_owned(), json!(url));
    }
    Some(Value::Object(kept))
}

// A text; a number is one as well.
fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
