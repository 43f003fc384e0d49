//! Reads server-sent events piece by piece, within fixed bounds, as servers really write them: any line end, a byte order
//! mark, no empty line between two events, raw JSON where an event was due. What an event says is the provider's file's
//! business.

use assent_agent::ModelError;
use assent_protocol::texts::say;
use serde::de::IgnoredAny;

const LARGEST_LINE: usize = 1024 * 1024;
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
const LARGEST_STRAY: usize = 300;

/// A stream of events on its way.
#[derive(Debug, Default)]
pub struct Events {
    line: Vec<u8>,
    name: String,
    data: String,
    stray: String,
    bytes: usize,
    after_return: bool,
    begun: bool,
    done: bool,
}

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// What `event:` says; empty for most servers.
    pub name: String,
    /// Its data.
    pub data: String,
}

impl Events {
    /// Takes the next bytes and gives every event that they end.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<Sent>, ModelError> {
        let mut out = Vec::new();
        self.bytes += bytes.len();
        if self.bytes > LARGEST_ANSWER {
            return Err(too_large());
        }
        for byte in bytes {
            let ends = matches!(byte, b'\n' | b'\r');
            // A line ends with either or both.
            if *byte == b'\n' && self.after_return {
                self.after_return = false;
                continue;
            }
            self.after_return = *byte == b'\r';
            if ends {
                let line = std::mem::take(&mut self.line);
                self.line(&line, &mut out)?;
            } else {
                self.line.push(*byte);
                if self.line.len() > LARGEST_LINE {
                    return Err(too_large());
                }
            }
        }
        Ok(out)
    }

    /// The stream is at its end. A last event may lack its empty line; half an event is what a broken connection leaves.
    pub fn end(&mut self) -> Vec<Sent> {
        let line = std::mem::take(&mut self.line);
        let mut out = Vec::new();
        if !line.is_empty() && self.line(&line, &mut out).is_err() {
            return Vec::new();
        }
        if !self.done && is_whole(&self.data) {
            self.sent(&mut out);
        }
        out
    }

    /// Whether the server sent the mark `[DONE]`.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// The first words that stand in no event.
    pub fn stray(&self) -> &str {
        self.stray.trim()
    }

    fn line(&mut self, line: &[u8], out: &mut Vec<Sent>) -> Result<(), ModelError> {
        let line = if self.begun { line } else { line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line) };
        self.begun = true;
        if line.is_empty() {
            self.sent(out);
            self.name.clear();
            return Ok(());
        }
        let text = std::str::from_utf8(line).map_err(|_| ModelError::Malformed(say("model.bad_text", &[])))?;
        let value = |rest: &str| rest.strip_prefix(' ').unwrap_or(rest).to_owned();
        if let Some(data) = text.strip_prefix("data:").map(value) {
            if data.trim() == "[DONE]" {
                self.sent(out);
                self.done = true;
                return Ok(());
            }
            self.more(&data, out)
        } else if let Some(name) = text.strip_prefix("event:").map(value) {
            // A new name without an empty line before it is a new event.
            self.sent(out);
            self.name = name.trim().to_owned();
            Ok(())
        } else if ["id:", "retry:", ":"].iter().any(|field| text.starts_with(field)) {
            Ok(())
        } else if text.trim_start().starts_with('{') && is_whole(text) {
            // An error in place of an event.
            self.sent(out);
            self.more(text, out)?;
            self.sent(out);
            Ok(())
        } else if !self.data.is_empty() && !is_whole(&self.data) {
            // JSON over several lines, of which only the first has its field.
            self.more(text, out)
        } else {
            if self.stray.len() < LARGEST_STRAY {
                self.stray.push_str(text);
                self.stray.push(' ');
            }
            Ok(())
        }
    }

    fn more(&mut self, data: &str, out: &mut Vec<Sent>) -> Result<(), ModelError> {
        // Most servers send one line an event; a second line goes on with the same one, unless that is whole.
        if !self.data.is_empty() {
            if is_whole(&self.data) {
                self.sent(out);
            } else {
                self.data.push('\n');
            }
        }
        self.data.push_str(data);
        if self.data.len() > LARGEST_LINE { Err(too_large()) } else { Ok(()) }
    }

    fn sent(&mut self, out: &mut Vec<Sent>) {
        let data = std::mem::take(&mut self.data);
        if !data.trim().is_empty() && !self.done {
            out.push(Sent { name: self.name.clone(), data });
        }
    }
}

fn is_whole(data: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(data).is_ok()
}

/// The error for what is over the bounds.
pub fn too_large() -> ModelError {
    ModelError::Malformed(say("model.too_large", &[]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(body: &str, wanted: &[(&str, &str)]) {
        let wanted: Vec<(String, String)> = wanted.iter().map(|(n, d)| ((*n).to_owned(), (*d).to_owned())).collect();
        for size in [1, 2, 3, 7, body.len()] {
            let mut events = Events::default();
            let mut got: Vec<Sent> = Vec::new();
            for piece in body.as_bytes().chunks(size) {
                got.extend(events.take(piece).unwrap());
            }
            got.extend(events.end());
            let got: Vec<(String, String)> = got.into_iter().map(|sent| (sent.name, sent.data)).collect();
            assert_eq!(got, wanted, "{body:?} in pieces of {size}");
        }
    }

    #[test]
    fn events_are_read_as_servers_write_them() {
        let two = [("", "{\"a\":1}"), ("", "{\"b\":2}")];
        for body in [
            "data: {\"a\":1}\n\ndata: {\"b\":2}\n\n",
            "data:{\"a\":1}\r\n\r\ndata:{\"b\":2}\r\n\r\n",
            "data: {\"a\":1}\r\rdata: {\"b\":2}\r\r",
            "\u{feff}data: {\"a\":1}\n\ndata: {\"b\":2}",
            "data: {\"a\":1}\ndata: {\"b\":2}\n",
            ": hello\n\nid: 1\nretry: 5\ndata: {\"a\":1}\n\n:\n\n\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\ndata: {}\n\n",
            "data: {\"a\":1}\n\n{\"b\":2}\n\n",
            "data:\n\ndata: {\"a\":1}\n\ndata: {\"b\":2}\ndata: [DONE]\n",
        ] {
            check(body, &two);
        }
        check("data: {\ndata: \"a\":1}\n\n", &[("", "{\n\"a\":1}")]);
        check("data: {\n  \"a\": 1\n}\n\n", &[("", "{\n  \"a\": 1\n}")]);
        check("event: x\ndata: {}\nevent: y\ndata: {}\n\ndata: {}\n\n", &[("x", "{}"), ("y", "{}"), ("", "{}")]);
        check("event: x\n\ndata: {\"a\"", &[]);
    }

    #[test]
    fn an_endless_line_an_endless_event_and_an_endless_stream_are_refused() {
        let endless = |piece: &str| {
            let mut events = Events::default();
            (0..10_000).find_map(|_| events.take(piece.as_bytes()).err()).is_some()
        };
        for piece in ["x".repeat(1_000), format!("data: {}\n", "x".repeat(1_000)), format!(":{}\n", "x".repeat(1_000))]
        {
            assert!(endless(&piece));
        }
    }
}
