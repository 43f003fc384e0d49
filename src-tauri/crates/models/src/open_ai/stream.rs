//! Reads a streamed answer piece by piece. Anything that does not fit is an error and never guessed at.

use super::messages::ToolNames;
use assent_agent::{ModelError, Reply};
use assent_protocol::{ProposedCall, Turn, texts::say, visible::visible};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashSet;

const LARGEST_LINE: usize = 1024 * 1024;
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
const MOST_CALLS: usize = 128;

/// What was read so far.
#[derive(Debug, Default)]
pub struct Reading {
    line: Vec<u8>,
    data: String,
    text: String,
    calls: Vec<Call>,
    finish: Option<String>,
    error: Option<String>,
    tokens: Option<(u64, u64)>,
    done: bool,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Call {
    index: Option<u64>,
    id: String,
    name: String,
    arguments: String,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    error: Option<Value>,
}

#[derive(Deserialize)]
struct Choice {
    // A stream has deltas, an answer in one piece has a message.
    #[serde(default, alias = "message")]
    delta: Option<Delta>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
    #[serde(default)]
    tool_calls: Option<Vec<Piece>>,
}

#[derive(Deserialize)]
struct Piece {
    #[serde(default)]
    index: Option<u64>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    function: Option<Function>,
}

#[derive(Deserialize)]
struct Function {
    #[serde(default)]
    name: Option<String>,
    // Some servers send an object instead of its text.
    #[serde(default)]
    arguments: Option<Value>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
}

type Speak<'a> = &'a mut (dyn FnMut(&str) + Send);

impl Reading {
    /// Takes the next bytes of a stream.
    pub fn take(&mut self, bytes: &[u8], speak: Speak) -> Result<(), ModelError> {
        self.bytes += bytes.len();
        if self.bytes > LARGEST_ANSWER {
            return Err(ModelError::Malformed(say("model.too_large", &[])));
        }
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.line(&line, speak)?;
            } else {
                self.line.push(*byte);
                if self.line.len() > LARGEST_LINE {
                    return Err(ModelError::Malformed(say("model.too_large", &[])));
                }
            }
        }
        Ok(())
    }

    /// The stream is at its end; a last line may lack its line break.
    pub fn end(&mut self, speak: Speak) -> Result<(), ModelError> {
        let line = std::mem::take(&mut self.line);
        // Half a line is what a broken connection leaves.
        if self.has_ended() || line.is_empty() {
            return if self.data.is_empty() || self.has_ended() { Ok(()) } else { self.event_or_cut(speak) };
        }
        if self.line(&line, speak).is_err() {
            return Ok(());
        }
        self.event_or_cut(speak)
    }

    /// Takes an answer that came in one piece.
    pub fn whole(&mut self, body: &[u8], speak: Speak) -> Result<(), ModelError> {
        let text = std::str::from_utf8(body).map_err(|_| ModelError::Malformed(say("model.bad_text", &[])))?;
        self.chunk(text, speak)
    }

    /// Whether the server said that nothing more comes.
    pub fn is_done(&self) -> bool {
        self.done || self.error.is_some()
    }

    /// Whether the answer is whole.
    pub fn has_ended(&self) -> bool {
        self.is_done() || self.finish.is_some()
    }

    /// The reply, when everything in it can be used.
    pub fn reply(
        self,
        names: &ToolNames,
        turns: &[Turn],
        host: &str,
        clean: impl Fn(&str) -> String,
    ) -> Result<Reply, ModelError> {
        if let Some(error) = &self.error {
            return Err(ModelError::Unavailable(say("model.error", &[("host", host), ("reason", &clean(error))])));
        }
        match self.finish.as_deref() {
            None | Some("stop" | "tool_calls" | "function_call" | "") => {}
            Some("length") => return Err(ModelError::Malformed(say("model.length", &[]))),
            Some("content_filter") => return Err(ModelError::Unavailable(say("model.filtered", &[("host", host)]))),
            Some(other) => return Err(ModelError::Malformed(say("model.finish", &[("reason", &clean(other))]))),
        }
        if self.text.trim().is_empty() && self.calls.is_empty() {
            return Err(ModelError::Malformed(say("model.empty", &[])));
        }
        let mut calls = Vec::new();
        let mut ids = Ids::new(turns);
        for call in self.calls {
            if call.name.is_empty() {
                return Err(ModelError::Malformed(say("model.nameless", &[])));
            }
            // A tool without arguments may be called with none.
            let args = if call.arguments.trim().is_empty() { "{}".to_owned() } else { call.arguments };
            calls.push(ProposedCall { call: ids.unique(call.id), tool: names.back(&call.name), args, says: None });
        }
        Ok(Reply { text: self.text, calls, tokens: self.tokens })
    }

    fn line(&mut self, line: &[u8], speak: Speak) -> Result<(), ModelError> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return self.event(speak);
        }
        let text = std::str::from_utf8(line).map_err(|_| ModelError::Malformed(say("model.bad_text", &[])))?;
        if let Some(data) = text.strip_prefix("data:") {
            // Most servers send one line an event; a second `data:` line goes on with the same one.
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
            if self.data.len() > LARGEST_LINE {
                return Err(ModelError::Malformed(say("model.too_large", &[])));
            }
            if self.data.trim() == "[DONE]" {
                self.data.clear();
                self.done = true;
            }
        } else if !text.starts_with(':') && text.trim_start().starts_with('{') && self.text.is_empty() {
            // An error in place of a stream.
            self.chunk(text, speak)?;
        }
        Ok(())
    }

    fn event(&mut self, speak: Speak) -> Result<(), ModelError> {
        let data = std::mem::take(&mut self.data);
        if data.trim().is_empty() || self.done { Ok(()) } else { self.chunk(&data, speak) }
    }

    // At the end of a stream without its end mark, what cannot be read was cut.
    fn event_or_cut(&mut self, speak: Speak) -> Result<(), ModelError> {
        let whole = serde_json::from_str::<Value>(&self.data).is_ok();
        if whole { self.event(speak) } else { Ok(()) }
    }

    fn chunk(&mut self, text: &str, speak: Speak) -> Result<(), ModelError> {
        let chunk: Chunk = serde_json::from_str(text)
            .map_err(|e| ModelError::Malformed(say("model.bad_json", &[("reason", &visible(&e.to_string()))])))?;
        if let Some(error) = chunk.error.filter(|e| !e.is_null()) {
            self.error = Some(message_of(&error));
            return Ok(());
        }
        if let Some(usage) = chunk.usage {
            self.tokens = Some((usage.prompt_tokens, usage.completion_tokens));
        }
        let Some(choice) = chunk.choices.into_iter().next() else { return Ok(()) };
        if let Some(delta) = choice.delta {
            for text in [delta.content, delta.refusal].into_iter().flatten().filter(|text| !text.is_empty()) {
                self.text.push_str(&text);
                speak(&text);
            }
            for piece in delta.tool_calls.into_iter().flatten() {
                self.piece(piece)?;
            }
        }
        if let Some(finish) = choice.finish_reason {
            self.finish = Some(finish);
        }
        Ok(())
    }

    // Pieces of several calls may come mixed: the index tells them apart, and where there is none, a new id.
    fn piece(&mut self, piece: Piece) -> Result<(), ModelError> {
        let id = piece.id.unwrap_or_default();
        let at = match piece.index {
            Some(index) => self.calls.iter().position(|call| call.index == Some(index)),
            None if id.is_empty() => self.calls.len().checked_sub(1),
            None => self.calls.iter().position(|call| call.id == id),
        };
        let at = match at {
            Some(at) => at,
            None if self.calls.len() >= MOST_CALLS => return Err(ModelError::Malformed(say("model.too_large", &[]))),
            None => {
                self.calls.push(Call { index: piece.index, ..Call::default() });
                self.calls.len() - 1
            }
        };
        let call = &mut self.calls[at];
        if !id.is_empty() {
            call.id = id;
        }
        if let Some(function) = piece.function {
            if let Some(name) = function.name.filter(|name| !name.is_empty())
                && call.name != name
            {
                call.name.push_str(&name);
            }
            match function.arguments {
                Some(Value::String(text)) => call.arguments.push_str(&text),
                Some(Value::Null) | None => {}
                Some(object) => call.arguments.push_str(&object.to_string()),
            }
        }
        Ok(())
    }
}

/// What a server says went wrong, from the body of its answer.
pub fn error_text(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(value) if !value["error"].is_null() => message_of(&value["error"]),
        Ok(value) => message_of(&value),
        // A web page says nothing that a person wants to read here.
        Err(_) if body.trim_start().starts_with('<') => String::new(),
        Err(_) => body.to_owned(),
    }
}

fn message_of(error: &Value) -> String {
    error["message"].as_str().or_else(|| error.as_str()).map_or_else(|| error.to_string(), str::to_owned)
}

// Small servers number the calls of each answer anew; in a run every id stands once.
struct Ids {
    used: HashSet<String>,
    count: usize,
}

impl Ids {
    fn new(turns: &[Turn]) -> Ids {
        let calls = turns.iter().filter_map(|turn| match turn {
            Turn::Model { calls, .. } => Some(calls),
            _ => None,
        });
        let used: HashSet<String> = calls.flatten().map(|call| call.call.clone()).collect();
        Ids { count: used.len(), used }
    }

    fn unique(&mut self, id: String) -> String {
        let fits = !id.is_empty() && id.len() <= 128 && id.chars().all(|c| c.is_ascii_graphic());
        let mut candidate = if fits { id } else { String::new() };
        while candidate.is_empty() || self.used.contains(&candidate) {
            self.count += 1;
            candidate = format!("c{}", self.count);
        }
        self.used.insert(candidate.clone());
        candidate
    }
}
