//! Anthropic Messages. Thinking goes back with its signature, byte for byte, and only after an unaltered beginning:
//! the interface refuses it otherwise.

use crate::remote::{
    Asked, Reader, Wire,
    draft::{Draft, Finish, Part, Speak, bad_json},
    kept::Piece,
    loose,
    telling::{Arguments, Replay, Said},
};
use assent_agent::{ModelError, Tokens};
use reqwest::header::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use std::collections::HashMap;

// Thinking counts as well. Every model since 2025 may write this much.
const MOST_TOKENS: u32 = 16_000;

/// The interface.
pub(crate) struct Anthropic;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    stream: bool,
    system: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    messages: Vec<Message<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    description: &'a str,
    input_schema: &'a Value,
}

#[derive(Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Vec<Block<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Block<'a> {
    Own(&'a RawValue),
    Known(Known<'a>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Known<'a> {
    Text { text: &'a str },
    ToolUse { id: &'a str, name: String, input: Arguments },
    ToolResult { tool_use_id: &'a str, content: &'a str },
}

impl Wire for Anthropic {
    fn name(&self) -> &'static str {
        "anthropic"
    }

    fn place(&self, base: &str, _model: &str) -> (String, Option<&'static str>) {
        let base = base.strip_suffix("/messages").unwrap_or(base);
        let base = base.strip_suffix("/v1").unwrap_or(base);
        (format!("{base}/v1/messages"), None)
    }

    fn key(&self, key: &str) -> (HeaderName, String) {
        (HeaderName::from_static("x-api-key"), key.to_owned())
    }

    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[("anthropic-version", "2023-06-01")]
    }

    fn replay(&self) -> Replay {
        Replay::SamePast
    }

    fn body(&self, asked: &Asked<'_>) -> Result<String, serde_json::Error> {
        let mut messages: Vec<Message<'_>> = Vec::new();
        for said in asked.said {
            let (role, content) = match said {
                Said::User(text) => ("user", vec![Block::Known(Known::Text { text })]),
                Said::Model(pieces) => ("assistant", pieces.iter().map(|piece| block(piece, asked)).collect()),
                Said::Results(results) => {
                    let blocks = results
                        .iter()
                        .map(|(call, text)| Block::Known(Known::ToolResult { tool_use_id: &call.call, content: text }));
                    ("user", blocks.collect())
                }
            };
            // Roles take turns: what the user wrote beside results stands behind them.
            match messages.last_mut() {
                Some(last) if last.role == role => last.content.extend(content),
                _ => messages.push(Message { role, content }),
            }
        }
        let tools = asked
            .tools
            .iter()
            .map(|t| Tool { name: &t.name, description: &t.description, input_schema: &t.schema })
            .collect();
        let body =
            Body { model: asked.model, max_tokens: MOST_TOKENS, stream: true, system: asked.system, tools, messages };
        serde_json::to_string(&body)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Reading::default())
    }
}

fn block<'a>(piece: &Piece<'a>, asked: &Asked<'_>) -> Block<'a> {
    match piece {
        Piece::Own(item) => Block::Own(item),
        Piece::Text { text, .. } => Block::Known(Known::Text { text }),
        Piece::Call { call, .. } => Block::Known(Known::ToolUse {
            id: &call.call,
            name: asked.tool(&call.tool),
            input: Arguments::new(&call.args),
        }),
    }
}

#[derive(Default)]
struct Reading {
    tokens: Tokens,
    finish: Option<String>,
    // The call that a block's number stands for now: some relays give all blocks one number.
    calls: HashMap<u64, String>,
    // Thinking on its way, by the number of its block.
    thinking: HashMap<u64, Thinking>,
}

#[derive(Default, Serialize)]
struct Thinking {
    #[serde(rename = "type")]
    kind: &'static str,
    thinking: String,
    signature: String,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type", default, deserialize_with = "loose::name")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "loose::count")]
    index: Option<u64>,
    #[serde(default, deserialize_with = "loose::maybe")]
    message: Option<Whole>,
    #[serde(default)]
    content_block: Option<Box<RawValue>>,
    #[serde(default)]
    delta: Option<Delta>,
    #[serde(default, deserialize_with = "loose::maybe")]
    usage: Option<Usage>,
    // An answer in one piece is the message itself.
    #[serde(default)]
    content: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "loose::name")]
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct Whole {
    #[serde(default, deserialize_with = "loose::maybe")]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Start {
    #[serde(rename = "type", default, deserialize_with = "loose::name")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "loose::name")]
    id: Option<String>,
    #[serde(default, deserialize_with = "loose::name")]
    name: Option<String>,
    #[serde(default, deserialize_with = "loose::words")]
    text: Option<String>,
    #[serde(default, deserialize_with = "loose::maybe")]
    thinking: Option<String>,
    #[serde(default, deserialize_with = "loose::maybe")]
    signature: Option<String>,
    #[serde(default)]
    input: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default, deserialize_with = "loose::words")]
    text: Option<String>,
    #[serde(default)]
    partial_json: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "loose::maybe")]
    thinking: Option<String>,
    #[serde(default, deserialize_with = "loose::maybe")]
    signature: Option<String>,
    #[serde(default, deserialize_with = "loose::name")]
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default, deserialize_with = "loose::count")]
    input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    cache_read_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    output_tokens: Option<u64>,
}

impl Reader for Reading {
    fn event(&mut self, name: &str, data: &str, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        let event: Event = serde_json::from_str(data).map_err(|error| bad_json(&error))?;
        for usage in [event.message.and_then(|message| message.usage), event.usage].into_iter().flatten() {
            self.count(&usage, draft);
        }
        let index = event.index.unwrap_or(0);
        let kind = event.kind.as_deref().unwrap_or(if event.content.is_some() { "message" } else { name });
        match kind {
            "content_block_start" => {
                if let Some(block) = event.content_block {
                    self.start(index, &block, draft, speak)?;
                }
            }
            "content_block_delta" => {
                if let Some(delta) = event.delta {
                    self.delta(index, delta, draft, speak)?;
                }
            }
            "content_block_stop" => draft.parts.extend(self.thinking.remove(&index).and_then(|t| t.part())),
            "message_delta" => self.finish = self.finish.take().or(event.delta.and_then(|delta| delta.stop_reason)),
            "message_stop" => draft.finish = Some(ended(self.finish.take())),
            "message" => {
                let content = event.content.as_deref().map_or("null", RawValue::get);
                if content.starts_with('"') {
                    draft.say(&loose::arguments(event.content.as_deref())?, speak);
                } else if content != "null" {
                    let blocks: Vec<Box<RawValue>> = serde_json::from_str(content).map_err(|error| bad_json(&error))?;
                    for (index, block) in (0..).zip(blocks) {
                        self.start(index, &block, draft, speak)?;
                        draft.parts.extend(self.thinking.remove(&index).and_then(|t| t.part()));
                    }
                }
                draft.finish = Some(ended(event.stop_reason));
            }
            // `ping`, and what may come.
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, draft: &mut Draft) {
        // Some relays leave the last event out; the reason for the end says that it is the end.
        if draft.finish.is_none() && self.finish.is_some() {
            draft.finish = Some(ended(self.finish.take()));
        }
    }
}

impl Reading {
    fn start(&mut self, index: u64, block: &RawValue, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        let start: Start = serde_json::from_str(block.get()).map_err(|error| bad_json(&error))?;
        match start.kind.as_deref().unwrap_or_default() {
            "text" => draft.say(&start.text.unwrap_or_default(), speak),
            "tool_use" => {
                let call = draft.new_call()?;
                self.calls.insert(index, call.key.clone());
                (call.id, call.name) = (start.id.unwrap_or_default(), start.name.unwrap_or_default());
                // A stream begins with an empty object that its pieces replace.
                call.args = loose::arguments(start.input.as_deref().filter(|input| input.get() != "{}"))?;
            }
            "thinking" => {
                let (thinking, signature) = (start.thinking.unwrap_or_default(), start.signature.unwrap_or_default());
                self.thinking.insert(index, Thinking { kind: "thinking", thinking, signature });
            }
            // `redacted_thinking`, and what may come: as it is.
            _ => draft.parts.push(Part::Own(block.to_owned())),
        }
        Ok(())
    }

    fn delta(&mut self, index: u64, delta: Delta, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        draft.say(&delta.text.unwrap_or_default(), speak);
        let more = loose::arguments(delta.partial_json.as_deref())?;
        if !more.is_empty() {
            let key = self.calls.get(&index).cloned().unwrap_or_else(|| index.to_string());
            draft.call(&key)?.args.push_str(&more);
        }
        if let Some(thinking) = self.thinking.get_mut(&index) {
            thinking.thinking.push_str(&delta.thinking.unwrap_or_default());
            thinking.signature.push_str(&delta.signature.unwrap_or_default());
        }
        Ok(())
    }

    // Counts come twice; the later one is the whole. What is read from the cache is not in `input_tokens`.
    fn count(&mut self, usage: &Usage, draft: &mut Draft) {
        let tokens = &mut self.tokens;
        if let Some(input) = usage.input_tokens {
            tokens.cached = usage.cache_read_input_tokens.unwrap_or(tokens.cached);
            tokens.stored = usage.cache_creation_input_tokens.unwrap_or(tokens.stored);
            tokens.input = input + tokens.cached + tokens.stored;
        }
        tokens.output = usage.output_tokens.unwrap_or(tokens.output);
        draft.tokens = Some(tokens.clone());
    }
}

impl Thinking {
    fn part(&self) -> Option<Part> {
        serde_json::value::to_raw_value(self).ok().map(Part::Own)
    }
}

fn ended(reason: Option<String>) -> Finish {
    reason.map_or(Finish::Done, |reason| Finish::of(&reason))
}
