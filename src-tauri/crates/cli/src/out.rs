//! Everything printed goes through here: text made visible, colours only for a terminal, JSON one object a line.

use assent_protocol::{texts, visible, wire::WireError};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};

/// How a line looks on a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Strong,
    Dim,
    Good,
    Bad,
    Alert,
}

/// Where output goes and in which form.
#[derive(Debug, Clone, Copy)]
pub struct Out {
    pub json: bool,
    colour: bool,
}

/// A text of the catalogue; the values are made visible, since most come from outside.
pub fn words(key: &str, values: &[(&str, &str)]) -> String {
    let seen: Vec<(&str, String)> = values.iter().map(|(name, value)| (*name, visible::visible(value))).collect();
    let values: Vec<(&str, &str)> = seen.iter().map(|(name, value)| (*name, value.as_str())).collect();
    texts::say(key, &values)
}

impl Out {
    pub fn new(json: bool) -> Out {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Out { json, colour: wanted && !json && std::io::stdout().is_terminal() }
    }

    /// One line of text, hidden characters made visible. Nothing with `--json`.
    pub fn line(&self, style: Style, text: &str) {
        if self.json {
            return;
        }
        let text = visible::visible(text);
        let code = match style {
            _ if !self.colour => "",
            Style::Plain => "",
            Style::Strong => "1",
            Style::Dim => "2",
            Style::Good => "32",
            Style::Bad => "31",
            Style::Alert => "1;31",
        };
        print(&if code.is_empty() { text } else { format!("\x1b[{code}m{text}\x1b[0m") });
    }

    /// A text of the catalogue on its own line; it may hold line breaks. Nothing with `--json`.
    pub fn say(&self, style: Style, key: &str, values: &[(&str, &str)]) {
        for line in words(key, values).lines() {
            self.line(style, line);
        }
    }

    /// A text of the catalogue, also with `--json`, where it is a message.
    pub fn note(&self, key: &str, values: &[(&str, &str)]) {
        self.message(&words(key, values));
    }

    /// What the agent or Assent says, in both forms.
    pub fn message(&self, text: &str) {
        self.object(&json!({"type": "message", "text": text}));
        text.lines().for_each(|line| self.line(Style::Plain, line));
    }

    /// One JSON object on its own line, only with `--json`.
    pub fn object(&self, value: &Value) {
        if self.json {
            print(&ink_only(&value.to_string()));
        }
    }

    /// An error: on the error output, or as an object with `--json`.
    pub fn error(&self, error: &WireError) {
        self.object(&json!({"type": "error", "code": error.code, "text": error.message}));
        if !self.json {
            for line in error.message.lines() {
                let _ = writeln!(std::io::stderr(), "{}", visible::visible(line));
            }
        }
    }

    /// A question on the terminal, without a line break after it.
    pub fn ask(&self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = write!(out, "{} ", visible::visible_lines(text).join("\n"));
        let _ = out.flush();
    }
}

// A reader that went away (`assent history | head`) is no error of ours.
fn print(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

// JSON must stay exact for scripts and harmless for whoever looks at it in a terminal: what has no ink is written as
// JSON's own escape, which reads back as the same character.
fn ink_only(text: &str) -> String {
    if text.is_ascii() && !text.contains('\u{7f}') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\u{7f}' && (c.is_ascii() || !visible::has_hidden(c.encode_utf8(&mut [0; 4]))) {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_08_json_never_carries_a_terminal_escape_and_reads_back_the_same() {
        let wild = "\x1b[2J\x1b]8;;http://x\x07\u{9b}8m\u{202e}\u{7f}e\u{301} 🦀 \u{e0041} zażółć";
        let line = ink_only(&json!({ "text": wild }).to_string());
        assert!(!line.chars().any(|c| c.is_control() || visible::has_hidden(c.encode_utf8(&mut [0; 4]))), "{line}");
        assert!(line.contains("zażółć"));
        assert_eq!(serde_json::from_str::<Value>(&line).expect("JSON"), json!({ "text": wild }));
    }

    #[test]
    fn card_08_a_value_in_a_sentence_is_made_visible() {
        assert!(!words("cli.question", &[("id", "q1"), ("text", "\x1b[2J")]).contains('\x1b'));
    }
}
