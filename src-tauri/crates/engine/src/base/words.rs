//! Errors and small phrases in the words of the catalogue.

use assent_protocol::{
    Status, texts,
    wire::{ErrorCode, WireError},
};

pub(crate) fn other(error: impl std::fmt::Display) -> WireError {
    WireError { code: ErrorCode::Other, message: error.to_string() }
}

/// What is refused though nothing was wrong with the asking.
pub(crate) fn refused(key: &str, values: &[(&str, &str)]) -> WireError {
    WireError { code: ErrorCode::Other, message: texts::say(key, values) }
}

pub(crate) fn bad_input(key: &str, values: &[(&str, &str)]) -> WireError {
    WireError { code: ErrorCode::BadInput, message: texts::say(key, values) }
}

/// Bad input that is said in a sentence already.
pub(crate) fn bad_input_said(message: String) -> WireError {
    WireError { code: ErrorCode::BadInput, message }
}

pub(crate) fn not_found(what: &str) -> WireError {
    WireError {
        code: ErrorCode::NotFound,
        message: texts::say("engine.not_found", &[("what", &assent_protocol::visible::visible(what))]),
    }
}

pub(crate) fn already() -> WireError {
    WireError { code: ErrorCode::AlreadyDecided, message: texts::say("engine.already", &[]) }
}

pub(crate) fn already_as(status: Status) -> WireError {
    let status = texts::say(&format!("core.status.{}", status.name()), &[]);
    WireError { code: ErrorCode::AlreadyDecided, message: texts::say("engine.already_as", &[("status", &status)]) }
}

/// With its first letter large, as a sentence begins.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Bytes for a person: 82.4 MB.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["", "kB", "MB", "GB", "TB"];
    if count < 1000 {
        return texts::say("engine.bytes", &[("count", &count.to_string())]);
    }
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// The length of a wait, in its largest unit: "7 days", "3 hours", "1 minute".
pub(crate) fn span(milliseconds: i64) -> String {
    let minutes = (milliseconds.max(0) + 30_000) / 60_000;
    let (key, count) = match minutes {
        0..60 => ("engine.span.minutes", minutes),
        60..2880 => ("engine.span.hours", (minutes + 30) / 60),
        _ => ("engine.span.days", (minutes + 720) / 1440),
    };
    texts::say(key, &[("count", &count.to_string())])
}
