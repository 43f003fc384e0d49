//! OpenAI Chat Completions, and everything that speaks it: Ollama, llama.cpp, LM Studio, vLLM, OpenRouter.

use crate::remote::{
    Asked, Reader, Wire,
    draft::{Draft, Finish, Part, Speak, bad_json},
    kept::Piece,
    loose,
    telling::{Replay, Said, arguments},
    trouble::error_in,
};
use assent_agent::{ModelError, Tokens};
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde::Deserialize;
use serde_json::{Map, Value, json, value::RawValue};
use std::collections::HashMap;

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
    // The call that the pieces with an index belong to now.
    at: HashMap<u64, String>,
    // Pieces without an index or an id belong to the call before.
    last: String,
    // Reasoning on its way, and its place among the parts.
    reasoning: Option<(usize, String)>,
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default, deserialize_with = "loose::list")]
    choices: Vec<Choice>,
    #[serde(default, deserialize_with = "loose::maybe")]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Option<Delta>,
    // An answer in one piece has a message.
    #[serde(default)]
    message: Option<Delta>,
    #[serde(default, deserialize_with = "loose::words")]
    text: Option<String>,
    #[serde(default, deserialize_with = "loose::name")]
    finish_reason: Option<String>,
    #[serde(default)]
    error: Value,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default, deserialize_with = "loose::words")]
    content: Option<String>,
    #[serde(default, deserialize_with = "loose::words")]
    refusal: Option<String>,
    #[serde(default, deserialize_with = "loose::words")]
    reasoning_content: Option<String>,
    #[serde(default, deserialize_with = "loose::list")]
    reasoning_details: Vec<Value>,
    #[serde(default, deserialize_with = "loose::list")]
    tool_calls: Vec<Piecemeal>,
    // As it was before there were several calls.
    #[serde(default)]
    function_call: Option<Function>,
}

#[derive(Deserialize, Default)]
struct Piecemeal {
    #[serde(default, deserialize_with = "loose::count")]
    index: Option<u64>,
    #[serde(default, deserialize_with = "loose::name")]
    id: Option<String>,
    #[serde(default)]
    function: Option<Function>,
    #[serde(default)]
    extra_content: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Function {
    #[serde(default, deserialize_with = "loose::name")]
    name: Option<String>,
    // Some servers send an object instead of its text.
    #[serde(default)]
    arguments: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default, deserialize_with = "loose::count")]
    prompt_tokens: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    completion_tokens: Option<u64>,
    #[serde(default, deserialize_with = "loose::maybe")]
    prompt_tokens_details: Option<Details>,
    #[serde(default, deserialize_with = "loose::maybe")]
    completion_tokens_details: Option<Details>,
}

#[derive(Deserialize, Default)]
struct Details {
    #[serde(default, deserialize_with = "loose::count")]
    cached_tokens: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    reasoning_tokens: Option<u64>,
}

impl Reader for Reading {
    fn event(&mut self, _: &str, data: &str, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        let chunk: Chunk = serde_json::from_str(data).map_err(|error| bad_json(&error))?;
        if let Some(usage) = chunk.usage {
            draft.tokens = Some(Tokens {
                input: usage.prompt_tokens.unwrap_or(0),
                cached: usage.prompt_tokens_details.and_then(|d| d.cached_tokens).unwrap_or(0),
                stored: 0,
                output: usage.completion_tokens.unwrap_or(0),
                reasoning: usage.completion_tokens_details.and_then(|d| d.reasoning_tokens).unwrap_or(0),
            });
        }
        let Some(choice) = chunk.choices.into_iter().next() else { return Ok(()) };
        if let Some(error) = error_in("", &json!({"error": choice.error})) {
            draft.error = Some(error);
            return Ok(());
        }
        let is_whole = choice.message.is_some();
        for delta in [choice.delta, choice.message].into_iter().flatten() {
            self.reason(delta.reasoning_content, delta.reasoning_details, draft);
            for text in [delta.content, delta.refusal].into_iter().flatten() {
                draft.say(&text, speak);
            }
            let old = delta.function_call.filter(|_| delta.tool_calls.is_empty());
            let old = old.map(|function| Piecemeal { function: Some(function), ..Piecemeal::default() });
            let mut here = Vec::new();
            for piece in delta.tool_calls.into_iter().chain(old) {
                self.piece(piece, is_whole, &mut here, draft)?;
            }
        }
        draft.say(&choice.text.unwrap_or_default(), speak);
        // Some send an empty reason with every piece.
        let reason = choice.finish_reason.filter(|reason| !matches!(reason.trim(), "" | "null" | "None"));
        if let Some(reason) = reason {
            if let Some((at, text)) = self.reasoning.take() {
                draft.parts.splice(at..at, own(&Own::ReasoningContent(text)));
            }
            draft.finish = Some(Finish::of(&reason));
        }
        Ok(())
    }
}

impl Reading {
    fn reason(&mut self, content: Option<String>, details: Vec<Value>, draft: &mut Draft) {
        for detail in details {
            draft.parts.extend(own(&Own::ReasoningDetails(detail)));
        }
        let Some(more) = content.filter(|text| !text.is_empty()) else { return };
        let (_, text) = self.reasoning.get_or_insert_with(|| (draft.parts.len(), String::new()));
        text.push_str(&more);
    }

    // `here`: the calls that this very list has named already.
    fn piece(
        &mut self,
        piece: Piecemeal,
        is_whole: bool,
        here: &mut Vec<String>,
        draft: &mut Draft,
    ) -> Result<(), ModelError> {
        let id = piece.id.unwrap_or_default();
        let (name, args) = match piece.function {
            Some(function) => (function.name.unwrap_or_default(), loose::arguments(function.arguments.as_deref())?),
            None => Default::default(),
        };
        let known = self.of(piece.index, &id, &name, draft);
        if known.is_none() && id.is_empty() && name.is_empty() && args.is_empty() {
            return Ok(());
        }
        let known = known.filter(|_| !is_whole || name.is_empty());
        let known = known.and_then(|key| draft.called().find(|call| call.key == key));
        let again = known.is_some_and(|call| {
            !name.is_empty() && (here.contains(&call.key) || loose::is_object(&call.args)) && !call.name.is_empty()
        });
        if let Some(call) = known.filter(|call| again && !id.is_empty() && call.id == id)
            && call.name == name
            && (args.is_empty() || call.args == args)
        {
            // The same call, said once more at its end.
            return Ok(());
        }
        let key = known.filter(|_| !again).map(|call| call.key.clone());
        let call = match key {
            Some(key) => draft.call(&key)?,
            None => draft.new_call()?,
        };
        self.last.clone_from(&call.key);
        if let Some(index) = piece.index {
            self.at.insert(index, call.key.clone());
        }
        if !name.is_empty() {
            here.push(call.key.clone());
        }
        if !id.is_empty() {
            call.id = id;
        }
        if let Some(extra) = piece.extra_content.filter(|extra| extra.get() != "null") {
            call.mark = Some(extra.get().to_owned());
        }
        if call.name != name {
            call.name.push_str(&name);
        }
        // An empty object before the first piece stands for nothing.
        if call.args == "{}" && args.starts_with('{') {
            call.args.clear();
        }
        call.args.push_str(&args);
        Ok(())
    }

    // The call that a piece goes on with: an id says it, else the index, else it is the one before. Many servers give
    // all calls one index, or one id.
    fn of(&self, index: Option<u64>, id: &str, name: &str, draft: &Draft) -> Option<String> {
        let by_id = draft.called().find(|call| !id.is_empty() && call.id == id).map(|call| call.key.clone());
        let by_index = index.and_then(|index| self.at.get(&index)).cloned();
        let id_of = |key: &str| draft.called().find(|call| call.key == key).map_or("", |call| call.id.as_str());
        match (by_id, by_index) {
            (Some(_), Some(at)) if id_of(&at) == id => Some(at),
            (Some(key), Some(_)) => Some(key),
            (Some(key), None) => (index.is_none() || name.is_empty()).then_some(key),
            (None, Some(at)) => (id.is_empty() || id_of(&at).is_empty()).then_some(at),
            (None, None) => (index.is_none() && id.is_empty() && !self.last.is_empty()).then(|| self.last.clone()),
        }
    }
}

fn own(item: &Own) -> Option<Part> {
    let text = serde_json::to_string(item).ok()?;
    RawValue::from_string(text).ok().map(Part::Own)
}
