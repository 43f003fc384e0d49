//! OpenAI Chat Completions, and everything that speaks it: Ollama, llama.cpp, LM Studio, vLLM, OpenRouter.

use crate::remote::{
    Asked, Reader, Wire,
    draft::{Draft, Finish, Part, ServerError, Speak, bad_json},
    kept::Piece,
    telling::{Replay, Said, arguments},
    trouble::{message_of, passes},
};
use assent_agent::{ModelError, Tokens};
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};

/// The interface.
pub(crate) struct OpenAi;

impl Wire for OpenAi {
    fn name(&self) -> &'static str {
        "openai"
    }

    fn place(&self, base: &str, _model: &str) -> (String, Option<&'static str>) {
        let base = base.strip_suffix("/chat/completions").unwrap_or(base);
        (format!("{base}/chat/completions"), None)
    }

    fn key(&self, key: &str) -> (HeaderName, String) {
        (AUTHORIZATION, format!("Bearer {key}"))
    }

    // Some relatives refuse the answer to a call whose reasoning is missing.
    fn replay(&self) -> Replay {
        Replay::Always
    }

    fn body(&self, asked: &Asked<'_>) -> Result<String, serde_json::Error> {
        let mut messages = vec![json!({"role": "system", "content": asked.system})];
        for said in asked.said {
            match said {
                Said::User(text) => messages.push(json!({"role": "user", "content": text})),
                Said::Model(pieces) => messages.push(assistant(pieces, asked)),
                Said::Results(results) => messages.extend(
                    results
                        .iter()
                        .map(|(call, text)| json!({"role": "tool", "tool_call_id": call.call, "content": text})),
                ),
            }
        }
        let mut body = json!({
            "model": asked.model,
            "messages": messages,
            "stream": true,
            "stream_options": {"include_usage": true},
        });
        if !asked.tools.is_empty() {
            let tool = |t: &crate::remote::telling::Offered| {
                json!({"type": "function", "function": {
                    "name": t.name, "description": t.description, "parameters": t.schema,
                }})
            };
            body["tools"] = asked.tools.iter().map(tool).collect();
        }
        serde_json::to_string(&body)
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Reading::default())
    }
}

fn assistant(pieces: &[Piece<'_>], asked: &Asked<'_>) -> Value {
    let mut message = Map::new();
    message.insert("role".into(), json!("assistant"));
    let (mut words, mut calls, mut details) = (String::new(), Vec::new(), Vec::new());
    let mut reasoning = String::new();
    for piece in pieces {
        match piece {
            Piece::Text { text, .. } => words.push_str(text),
            Piece::Call { call, mark } => {
                let mut value = json!({"id": call.call, "type": "function", "function": {
                    "name": asked.tool(&call.tool), "arguments": arguments(&call.args),
                }});
                if let Some(extra) = mark.and_then(|mark| serde_json::from_str::<Value>(mark).ok()) {
                    value["extra_content"] = extra;
                }
                calls.push(value);
            }
            Piece::Own(item) => match serde_json::from_str::<Own>(item.get()) {
                Ok(Own::ReasoningContent(text)) => reasoning.push_str(&text),
                Ok(Own::ReasoningDetails(value)) => details.push(value),
                Err(_) => {}
            },
        }
    }
    message.insert("content".into(), if words.is_empty() && !calls.is_empty() { Value::Null } else { json!(words) });
    if !reasoning.is_empty() {
        message.insert("reasoning_content".into(), json!(reasoning));
    }
    if !details.is_empty() {
        message.insert("reasoning_details".into(), Value::Array(details));
    }
    if !calls.is_empty() {
        message.insert("tool_calls".into(), Value::Array(calls));
    }
    Value::Object(message)
}

// The two ways in which the relatives show reasoning that they want back.
#[derive(Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
enum Own {
    ReasoningContent(String),
    ReasoningDetails(Value),
}

#[derive(Default)]
struct Reading {
    // Pieces without an index belong to the call before, unless they bring an id of their own.
    unnumbered: usize,
    last: String,
    // Reasoning on its way, and its place among the parts.
    reasoning: Option<(usize, String)>,
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
    reasoning_content: Option<String>,
    #[serde(default)]
    reasoning_details: Option<Vec<Value>>,
    #[serde(default)]
    tool_calls: Option<Vec<Piecemeal>>,
}

#[derive(Deserialize)]
struct Piecemeal {
    #[serde(default)]
    index: Option<u64>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    function: Option<Function>,
    #[serde(default)]
    extra_content: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Function {
    #[serde(default)]
    name: Option<String>,
    // Some servers send an object instead of its text.
    #[serde(default)]
    arguments: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    #[serde(default)]
    prompt_tokens_details: Option<PromptDetails>,
    #[serde(default)]
    completion_tokens_details: Option<CompletionDetails>,
}

#[derive(Deserialize)]
struct PromptDetails {
    #[serde(default)]
    cached_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct CompletionDetails {
    #[serde(default)]
    reasoning_tokens: Option<u64>,
}

impl Reader for Reading {
    fn event(&mut self, data: &str, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        let chunk: Chunk = serde_json::from_str(data).map_err(|error| bad_json(&error))?;
        if let Some(error) = chunk.error.filter(|e| !e.is_null()) {
            draft.error = Some(ServerError { text: message_of(&error), passes: passes(&error) });
            return Ok(());
        }
        if let Some(usage) = chunk.usage {
            draft.tokens = Some(Tokens {
                input: usage.prompt_tokens,
                cached: usage.prompt_tokens_details.and_then(|d| d.cached_tokens).unwrap_or(0),
                stored: 0,
                output: usage.completion_tokens,
                reasoning: usage.completion_tokens_details.and_then(|d| d.reasoning_tokens).unwrap_or(0),
            });
        }
        let Some(choice) = chunk.choices.into_iter().next() else { return Ok(()) };
        if let Some(delta) = choice.delta {
            self.reason(delta.reasoning_content, delta.reasoning_details, draft);
            for text in [delta.content, delta.refusal].into_iter().flatten() {
                draft.say(&text, speak);
            }
            for piece in delta.tool_calls.into_iter().flatten() {
                self.piece(piece, draft)?;
            }
        }
        if let Some((at, text)) = choice.finish_reason.as_ref().and_then(|_| self.reasoning.take()) {
            draft.parts.splice(at..at, own(&Own::ReasoningContent(text)));
        }
        match choice.finish_reason.as_deref() {
            None => {}
            Some("stop" | "tool_calls" | "function_call" | "") => draft.finish = Some(Finish::Done),
            Some("length") => draft.finish = Some(Finish::Length),
            Some("content_filter") => draft.finish = Some(Finish::Filtered),
            Some(other) => draft.finish = Some(Finish::Other(other.to_owned())),
        }
        Ok(())
    }
}

impl Reading {
    fn reason(&mut self, content: Option<String>, details: Option<Vec<Value>>, draft: &mut Draft) {
        for detail in details.into_iter().flatten() {
            draft.parts.extend(own(&Own::ReasoningDetails(detail)));
        }
        let Some(more) = content.filter(|text| !text.is_empty()) else { return };
        let (_, text) = self.reasoning.get_or_insert_with(|| (draft.parts.len(), String::new()));
        text.push_str(&more);
    }

    fn piece(&mut self, piece: Piecemeal, draft: &mut Draft) -> Result<(), ModelError> {
        let id = piece.id.unwrap_or_default();
        let known = |id: &str| {
            draft.parts.iter().find_map(|part| match part {
                Part::Call(call) if call.id == id => Some(call.key.clone()),
                _ => None,
            })
        };
        let key = match piece.index {
            Some(index) => index.to_string(),
            None if id.is_empty() && !self.last.is_empty() => self.last.clone(),
            None => known(&id).unwrap_or_else(|| {
                self.unnumbered += 1;
                format!("u{}", self.unnumbered)
            }),
        };
        self.last.clone_from(&key);
        let call = draft.call(&key)?;
        if !id.is_empty() {
            call.id = id;
        }
        if let Some(extra) = piece.extra_content.filter(|extra| extra.get() != "null") {
            call.mark = Some(extra.get().to_owned());
        }
        if let Some(function) = piece.function {
            if let Some(name) = function.name.filter(|name| !name.is_empty())
                && call.name != name
            {
                call.name.push_str(&name);
            }
            match function.arguments.as_deref().map(RawValue::get) {
                Some("null") | None => {}
                Some(text) if text.starts_with('"') => {
                    call.args.push_str(&serde_json::from_str::<String>(text).map_err(|error| bad_json(&error))?);
                }
                Some(object) => call.args.push_str(object),
            }
        }
        Ok(())
    }
}

fn own(item: &Own) -> Option<Part> {
    let text = serde_json::to_string(item).ok()?;
    RawValue::from_string(text).ok().map(Part::Own)
}
