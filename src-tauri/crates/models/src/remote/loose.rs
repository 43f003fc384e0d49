//! Fields as servers really write them: a null for a list, a list for a text, a float for a count, a number for a name.
//! Only the form is loose. What a field says is never guessed, and the arguments of a call stay byte for byte.

use super::draft::bad_json;
use assent_agent::ModelError;
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error};
use serde_json::{Value, value::RawValue};

/// A field that costs nothing else where it has another form: then there is none.
pub fn maybe<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Option<T>, D::Error> {
    let raw = Option::<Box<RawValue>>::deserialize(from)?;
    Ok(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()))
}

/// A list; null and an empty text are none, an item without its list is the only one, and null is no item.
pub fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(from: D) -> Result<Vec<T>, D::Error> {
    let Some(raw) = Option::<Box<RawValue>>::deserialize(from)? else { return Ok(Vec::new()) };
    match raw.get() {
        "null" | "\"\"" | "{}" => Ok(Vec::new()),
        text if text.starts_with('[') => {
            let items: Vec<Option<T>> = serde_json::from_str(text).map_err(D::Error::custom)?;
            Ok(items.into_iter().flatten().collect())
        }
        text => serde_json::from_str(text).map(|one| vec![one]).map_err(D::Error::custom),
    }
}

/// A count: a number of any form, also as a text. Anything else is none.
pub fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) => number.as_u64().or_else(|| number.as_f64().map(|float| float as u64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

/// A short name: a text, a number, or an object that has a type.
pub fn name<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(fields) => fields.get("type").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    })
}

/// Words: a text, or a list of parts, of which thoughts are left out.
pub fn words<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let mut out = String::new();
    join(&Value::deserialize(from)?, &mut out);
    Ok((!out.is_empty()).then_some(out))
}

fn join(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Array(parts) => parts.iter().for_each(|part| join(part, out)),
        Value::Object(fields) => {
            let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
            if kind.contains("think") || kind.contains("thought") || kind.contains("reason") {
                return;
            }
            let inner = ["text", "content", "value", "refusal"].iter().find_map(|name| fields.get(*name));
            inner.into_iter().for_each(|inner| join(inner, out));
        }
        _ => {}
    }
}

/// The arguments of a call: an object as it stands, or a text that holds it; none where there are none.
pub fn arguments(raw: Option<&RawValue>) -> Result<String, ModelError> {
    match raw.map(RawValue::get) {
        None | Some("null") => Ok(String::new()),
        Some(text) if text.starts_with('"') => serde_json::from_str(text).map_err(|error| bad_json(&error)),
        Some(text) => Ok(text.to_owned()),
    }
}

/// Whether these arguments are a whole object.
pub fn is_object(args: &str) -> bool {
    args.trim_start().starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(args).is_ok()
}

/// The arguments of a whole reply: nothing in its forms is the empty object, and an object that was written as a text
/// twice is that object. Everything else stays.
pub fn settled(args: String) -> String {
    match args.trim() {
        "" | "null" | "[]" | "\"\"" => "{}".to_owned(),
        text if text.starts_with('"') => {
            serde_json::from_str::<String>(text).ok().filter(|inner| is_object(inner)).unwrap_or(args)
        }
        _ => args,
    }
}
