//! What can go wrong between a request and its answer: which troubles pass, how long to wait, and the sentence for each.

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
        Ok(Value::Array(list)) if list.len() == 1 => {
            message_of(if list[0]["error"].is_null() { &list[0] } else { &list[0]["error"] })
        }
        Ok(value) if !value["error"].is_null() => message_of(&value["error"]),
        Ok(value) => message_of(&value),
        // A web page says nothing that a person wants to read here.
        Err(_) if body.trim_start().starts_with('<') => String::new(),
        Err(_) => body.to_owned(),
    }
}

/// The words of an error object.
pub fn message_of(error: &Value) -> String {
    error["message"].as_str().or_else(|| error.as_str()).map_or_else(|| error.to_string(), str::to_owned)
}

/// Whether an error object inside of a stream is of a kind that passes.
pub fn passes(error: &Value) -> bool {
    let code = &error["code"];
    let number = code.as_u64().or_else(|| code.as_str().and_then(|text| text.parse().ok()));
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
    number.is_some_and(|n| n == 429 || (500..600).contains(&n))
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
}
