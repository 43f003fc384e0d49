//! What can go wrong between a request and its answer: which troubles pass, how long to wait, and the sentence for each.

use super::draft::ServerError;
use assent_agent::ModelError;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;
use std::time::Duration;

/// Before anything of an answer was used: some troubles pass, and the request is sent again.
pub enum Trouble {
    /// Asking again does not help.
    Final(ModelError),
    /// It may. `error` is the sentence after so many attempts.
    Passing { wait: Option<Duration>, error: Box<dyn FnOnce(u32) -> ModelError + Send> },
    /// The answer broke off.
    Cut,
}

/// Half a second, then one, then two.
pub fn back_off(attempt: u32) -> Duration {
    Duration::from_millis(500 << attempt.saturating_sub(1).min(4))
}

/// How long a server asks to wait: in its headers, else in the body of its answer.
pub fn wait_of(headers: &HeaderMap, body: &str) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(millis) = text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()) {
        return seconds(millis / 1000.0);
    }
    if let Some(after) = text(RETRY_AFTER.as_str()) {
        if let Ok(number) = after.parse::<f64>() {
            return seconds(number);
        }
        // A date, held against the server's own clock.
        let at = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|at| at.timestamp().as_millisecond());
        if let (Some(then), Some(now)) = (at(after), text(DATE.as_str()).and_then(at)) {
            return seconds((then - now).max(0) as f64 / 1000.0);
        }
    }
    let value: Value = serde_json::from_str(body).ok()?;
    let error = [&value["error"], &value[0]["error"]].into_iter().find(|error| !error.is_null())?;
    let delays = error["details"].as_array().into_iter().flatten().filter_map(|d| d["retryDelay"].as_str());
    delays.chain(error["message"].as_str().and_then(|text| text.split("try again in ").nth(1))).find_map(span)
}

// "1.5s", "20ms", "1m2s" at the beginning of a text.
fn span(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = None;
    while let Some(end) = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).filter(|end| *end > 0) {
        let Ok(number) = rest[..end].parse::<f64>() else { break };
        let unit: String = rest[end..].chars().take_while(char::is_ascii_lowercase).collect();
        let one = match unit.as_str() {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => break,
        };
        total = Some(total.unwrap_or(0.0) + number * one);
        rest = &rest[end + unit.len()..];
    }
    total.and_then(seconds)
}

fn seconds(number: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(number).ok()
}

/// What a server says went wrong, from the body of its answer.
pub fn error_text(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(value) => message_of(&value),
        // A web page says nothing that a person wants to read here.
        Err(_) if body.trim_start().starts_with('<') => String::new(),
        Err(_) => body.to_owned(),
    }
}

// Where the words of an error stand, the likeliest first.
const WORDS: &[&str] = &[
    "error",
    "message",
    "detail",
    "msg",
    "error_msg",
    "error_message",
    "errmsg",
    "error_description",
    "status_msg",
    "base_resp",
    "errors",
    "title",
];

/// The words of an error object, in whatever shape.
pub fn message_of(error: &Value) -> String {
    words(error, 5).unwrap_or_else(|| error.to_string())
}

fn words(value: &Value, depth: u8) -> Option<String> {
    let deeper = depth.checked_sub(1)?;
    match value {
        // Some relay the error of another server as its text.
        Value::String(text) if text.trim_start().starts_with('{') => {
            serde_json::from_str(text).ok().and_then(|inner| words(&inner, deeper)).or_else(|| Some(text.clone()))
        }
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Array(list) => list.iter().find_map(|one| words(one, deeper)),
        Value::Object(fields) => WORDS.iter().find_map(|name| words(fields.get(*name)?, deeper)),
        _ => None,
    }
}

/// The error that an event or a whole answer is, if it is one; `name` is what the stream calls it.
pub fn error_in(name: &str, value: &Value) -> Option<ServerError> {
    let one = match value {
        Value::Array(list) if list.len() == 1 => &list[0],
        one => one,
    };
    let fields = one.as_object()?;
    let there = |name: &&str| {
        let empty = |value: &Value| match value {
            Value::Null | Value::Bool(false) => true,
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            _ => false,
        };
        fields.get(*name).is_some_and(|value| !empty(value))
    };
    let said = |error: &Value| Some(ServerError { text: message_of(error), passes: passes(error) || passes(one) });
    if there(&"error") {
        return said(&fields["error"]);
    }
    let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
    let named = name == "error" || kind == "error" || fields.get("object").and_then(Value::as_str) == Some("error");
    let answers = ["choices", "candidates", "output", "content", "content_block", "delta", "response", "item", "usage"];
    let known = ["response.", "message", "content_block", "ping"].iter().any(|start| kind.starts_with(start));
    if named || (!known && !answers.iter().any(there) && WORDS.iter().any(there) && words(one, 5).is_some()) {
        return said(one);
    }
    None
}

/// Whether an error object inside of a stream is of a kind that passes.
pub fn passes(error: &Value) -> bool {
    let code = &error["code"];
    let number = |value: &Value| {
        let number = value.as_f64().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
        number.is_some_and(|n| n == 429.0 || (500.0..600.0).contains(&n))
    };
    let kinds = [error["type"].as_str(), code.as_str(), error["status"].as_str()];
    let known = [
        "overloaded_error",
        "rate_limit_error",
        "api_error",
        "server_error",
        "rate_limit_exceeded",
        "overloaded",
        "server_is_overloaded",
        "UNAVAILABLE",
        "RESOURCE_EXHAUSTED",
        "INTERNAL",
    ];
    ["code", "status", "status_code", "http_status"].iter().any(|name| number(&error[*name]))
        || kinds.into_iter().flatten().any(|kind| known.contains(&kind))
}

/// Whether a refusal for too many requests is about money, which no wait brings back.
pub fn is_about_money(body: &str) -> bool {
    serde_json::from_str::<Value>(body).is_ok_and(|value| {
        let error = &value["error"];
        [&error["code"], &error["type"]].into_iter().any(|kind| {
            matches!(kind.as_str(), Some("insufficient_quota" | "billing_hard_limit_reached" | "billing_error"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(&'static str, &str)], body: &str) -> Option<u128> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        wait_of(&map, body).map(|wait| wait.as_millis())
    }

    #[test]
    fn the_wait_that_a_server_asks_for_is_found_wherever_it_stands() {
        assert_eq!(check(&[("retry-after", "2")], ""), Some(2_000));
        assert_eq!(check(&[("retry-after", "2"), ("retry-after-ms", "1500")], ""), Some(1_500));
        let date = [("retry-after", "Sun, 22 Nov 2026 10:00:07 GMT"), ("date", "Sun, 22 Nov 2026 10:00:00 GMT")];
        assert_eq!(check(&date, ""), Some(7_000));
        let gemini = r#"{"error":{"code":429,"details":[{"@type":"x"},{"@type":"RetryInfo","retryDelay":"34.07s"}]}}"#;
        assert_eq!(check(&[], gemini), Some(34_070));
        let open_ai = r#"{"error":{"message":"Rate limit reached. Please try again in 1m2.5s. Visit …"}}"#;
        assert_eq!(check(&[], open_ai), Some(62_500));
        assert_eq!(check(&[], r#"{"error":{"message":"try again in 20ms."}}"#), Some(20));
        for nothing in ["", "<html>", r#"{"error":{"message":"try again in a while"}}"#, "[]"] {
            assert_eq!(check(&[], nothing), None, "{nothing}");
        }
        assert_eq!(check(&[("retry-after", "-5")], ""), None);
        assert_eq!(check(&[("retry-after", "1e300")], ""), None);
    }

    #[test]
    fn an_error_is_known_in_every_shape_and_an_answer_is_none() {
        for (body, wanted) in [
            (r#"{"error":"no memory"}"#, "no memory"),
            (r#"{"error":{"message":"no memory"}}"#, "no memory"),
            (r#"{"error":{"error":{"message":"no memory"}}}"#, "no memory"),
            (r#"{"error":{"message":"{\"error\":{\"message\":\"no memory\"}}"}}"#, "no memory"),
            (r#"[{"error":{"message":"no memory"}}]"#, "no memory"),
            (r#"{"object":"error","message":"no memory","type":"BadRequestError","code":400}"#, "no memory"),
            (r#"{"object":"error","message":"no memory","choices":[]}"#, "no memory"),
            (r#"{"type":"error","message":"no memory","code":null}"#, "no memory"),
            (r#"{"code":"InvalidParameter","message":"no memory","request_id":"x"}"#, "no memory"),
            (r#"{"detail":"no memory"}"#, "no memory"),
            (r#"{"detail":[{"loc":["body"],"msg":"no memory"}]}"#, "no memory"),
            (r#"{"error_code":336000,"error_msg":"no memory"}"#, "no memory"),
            (r#"{"errors":[{"message":"no memory"}],"success":false}"#, "no memory"),
            (r#"{"choices":null,"base_resp":{"status_code":1004,"status_msg":"no memory"}}"#, "no memory"),
        ] {
            let found = error_in("", &serde_json::from_str(body).unwrap());
            assert_eq!(found.map(|error| error.text).as_deref(), Some(wanted), "{body}");
        }
        for body in [
            r#"{"choices":[{"delta":{"content":"x"}}],"error":null}"#,
            r#"{"choices":[{"delta":{"content":"x"}}],"error":{},"message":"ok"}"#,
            r#"{"choices":[{"delta":{}}],"base_resp":{"status_code":0,"status_msg":"success"}}"#,
            r#"{"choices":[],"usage":{"prompt_tokens":1}}"#,
            r#"{"type":"message_start","message":{"usage":{}}}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"message","content":[]}"#,
            r#"{"candidates":[{}]}"#,
            r#"{"choices":[]}"#,
            "{}",
            "[]",
        ] {
            assert!(error_in("", &serde_json::from_str(body).unwrap()).is_none(), "{body}");
        }
    }
}
