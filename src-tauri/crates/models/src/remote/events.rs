//! Reads server-sent events piece by piece, within fixed bounds. What an event says is the provider's file's business.

use assent_agent::ModelError;
use assent_protocol::texts::say;

const LARGEST_LINE: usize = 1024 * 1024;
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;

/// A stream of events on its way.
#[derive(Debug, Default)]
pub struct Events {
    line: Vec<u8>,
    data: String,
    bytes: usize,
    done: bool,
    any: bool,
}

impl Events {
    /// Takes the next bytes and gives the data of every event that they end.
    pub fn take(&mut self, bytes: &[u8]) -> Result<Vec<String>, ModelError> {
        let mut out = Vec::new();
        self.bytes += bytes.len();
        if self.bytes > LARGEST_ANSWER {
            return Err(too_large());
        }
        for byte in bytes {
            if *byte == b'\n' {
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
    pub fn end(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        let mut out = Vec::new();
        if !line.is_empty() && self.line(&line, &mut out).is_err() {
            return None;
        }
        let data = out.pop().unwrap_or_else(|| std::mem::take(&mut self.data));
        let whole = serde_json::from_str::<serde::de::IgnoredAny>(&data).is_ok();
        (whole && !self.done).then_some(data)
    }

    /// Whether the server sent the mark `[DONE]`.
    pub fn is_done(&self) -> bool {
        self.done
    }

    fn line(&mut self, line: &[u8], out: &mut Vec<String>) -> Result<(), ModelError> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            let data = std::mem::take(&mut self.data);
            if !data.trim().is_empty() && !self.done {
                self.any = true;
                out.push(data);
            }
            return Ok(());
        }
        let text = std::str::from_utf8(line).map_err(|_| ModelError::Malformed(say("model.bad_text", &[])))?;
        if let Some(data) = text.strip_prefix("data:") {
            // Most servers send one line an event; a second `data:` line goes on with the same one.
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
            if self.data.len() > LARGEST_LINE {
                return Err(too_large());
            }
            if self.data.trim() == "[DONE]" {
                self.data.clear();
                self.done = true;
            }
        } else if text.trim_start().starts_with('{') && !self.any && self.data.is_empty() {
            // An error in place of a stream.
            self.any = true;
            out.push(text.to_owned());
        }
        Ok(())
    }
}

/// The error for what is over the bounds.
pub fn too_large() -> ModelError {
    ModelError::Malformed(say("model.too_large", &[]))
}
