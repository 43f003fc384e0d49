//! OpenAI Responses. Nothing is stored at the provider: its reasoning comes encrypted and goes back as it came.

use crate::remote::{
    Asked, Reader, Wire,
    draft::{Draft, Finish, Part, ServerError, Speak, bad_json},
    kept::Piece,
    telling::{Offered, Replay, Said, arguments},
    trouble::{message_of, passes},
};
use assent_agent::{ModelError, Tokens};
use reqwest::header::{AUTHORIZATION, HeaderName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

/// The interface.
pub(crate) struct Responses;

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    instructions: &'a str,
    input: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Value>,
    stream: bool,
    store: bool,
    include: [&'static str; 1],
}

#[derive(Serialize)]
#[serde(untagged)]
enum Item<'a> {
    Own(&'a RawValue),
    Known(Value),
}

impl Wire for Responses {
    fn name(&self) -> &'static str {
        "responses"
    }

    fn place(&self, base: &str, _model: &str) -> (String, Option<&'static str>) {
        let base = base.strip_suffix("/responses").unwrap_or(base);
        (format!("{base}/responses"), None)
    }

    fn key(&self, key: &str) -> (HeaderName, String) {
        (AUTHORIZATION, format!("Bearer {key}"))
    }

    fn replay(&self) -> Replay {
        Replay::Whole
    }

    fn body(&self, asked: &Asked<'_>) -> Result<String, serde_json::Error> {
        let mut input = Vec::new();
        for said in asked.said {
            match said {
                Said::User(text) => input.push(Item::Known(json!({"role": "user", "content": text}))),
                Said::Model(pieces) => input.extend(pieces.iter().map(|piece| item(piece, asked))),
                Said::Results(results) => input.extend(results.iter().map(|(call, text)| {
                    Item::Known(json!({"type": "function_call_output", "call_id": call.call, "output": text}))
                })),
            }
        }
        let tool = |t: &Offered| {
            json!({"type": "function", "name": t.name, "description": t.description, "parameters": t.schema,
                "strict": false})
        };
        serde_json::to_string(&Body {
            model: asked.model,
            instructions: asked.system,
            input,
            tools: asked.tools.iter().map(tool).collect(),
            stream: true,
            store: false,
            include: ["reasoning.encrypted_content"],
        })
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Reading::default())
    }
}

fn item<'a>(piece: &Piece<'a>, asked: &Asked<'_>) -> Item<'a> {
    match piece {
        Piece::Own(item) => Item::Own(item),
        Piece::Text { text, .. } => Item::Known(json!({"role": "assistant", "content": text})),
        Piece::Call { call, .. } => Item::Known(json!({"type": "function_call", "call_id": call.call,
            "name": asked.tool(&call.tool), "arguments": arguments(&call.args)})),
    }
}

#[derive(Default)]
struct Reading {
    // Whether text came in pieces, so that a whole message does not say it again.
    heard: bool,
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    object: Option<String>,
    #[serde(default)]
    output_index: u64,
    #[serde(default)]
    delta: Option<Value>,
    #[serde(default)]
    item: Option<Box<RawValue>>,
    #[serde(default)]
    response: Option<Box<RawValue>>,
    // The `error` event carries its words itself, or in an object.
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    code: Option<Value>,
}

#[derive(Deserialize)]
struct Whole {
    #[serde(default)]
    output: Vec<Box<RawValue>>,
    #[serde(default)]
    usage: Option<Usage>,
    #[serde(default)]
    error: Option<Value>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    incomplete_details: Option<Value>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
    #[serde(default)]
    input_tokens_details: Value,
    #[serde(default)]
    output_tokens_details: Value,
}

#[derive(Deserialize)]
struct OutputItem {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    call_id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    arguments: String,
    #[serde(default)]
    content: Option<Vec<Content>>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    refusal: Option<String>,
}

impl Reader for Reading {
    fn event(&mut self, data: &str, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        let event: Event = serde_json::from_str(data).map_err(|error| bad_json(&error))?;
        let key = event.output_index.to_string();
        match event.kind.as_str() {
            "response.output_text.delta" | "response.refusal.delta" => {
                self.heard = true;
                draft.say(event.delta.as_ref().and_then(Value::as_str).unwrap_or_default(), speak);
            }
            "response.output_item.added" => {
                let Some(item) = event.item else { return Ok(()) };
                let item: OutputItem = read(&item)?;
                if item.kind == "function_call" {
                    let call = draft.call(&key)?;
                    (call.id, call.name) = (item.call_id, item.name);
                }
            }
            "response.function_call_arguments.delta" => {
                let more = event.delta.as_ref().and_then(Value::as_str).unwrap_or_default();
                draft.call(&key)?.args.push_str(more);
            }
            "response.output_item.done" => {
                if let Some(item) = event.item {
                    self.whole_item(&key, &item, draft, speak)?;
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" => {
                if let Some(response) = event.response {
                    self.end(&read::<Whole>(&response)?, draft);
                }
            }
            "error" => {
                let error = event.error.unwrap_or_else(|| json!({"message": event.message, "code": event.code}));
                draft.error = Some(ServerError { text: message_of(&error), passes: passes(&error) });
            }
            _ if event.object.as_deref() == Some("response") => {
                let whole: Whole = serde_json::from_str(data).map_err(|error| bad_json(&error))?;
                for (index, item) in whole.output.iter().enumerate() {
                    self.heard = false;
                    self.whole_item(&index.to_string(), item, draft, speak)?;
                }
                self.end(&whole, draft);
            }
            _ => {
                if let Some(error) = event.error.filter(|error| !error.is_null()) {
                    draft.error = Some(ServerError { text: message_of(&error), passes: passes(&error) });
                }
            }
        }
        Ok(())
    }
}

impl Reading {
    fn whole_item(&mut self, key: &str, raw: &RawValue, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        let item: OutputItem = read(raw)?;
        match item.kind.as_str() {
            "function_call" => {
                let call = draft.call(key)?;
                (call.id, call.name, call.args) = (item.call_id, item.name, item.arguments);
            }
            "message" if self.heard => self.heard = false,
            "message" => {
                for content in item.content.into_iter().flatten() {
                    for text in [content.text, content.refusal].into_iter().flatten() {
                        draft.say(&text, speak);
                    }
                }
            }
            "reasoning" => draft.parts.push(Part::Own(raw.to_owned())),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, whole: &Whole, draft: &mut Draft) {
        if let Some(usage) = &whole.usage {
            draft.tokens = Some(Tokens {
                input: usage.input_tokens,
                cached: usage.input_tokens_details["cached_tokens"].as_u64().unwrap_or(0),
                stored: usage.input_tokens_details["cache_write_tokens"].as_u64().unwrap_or(0),
                output: usage.output_tokens,
                reasoning: usage.output_tokens_details["reasoning_tokens"].as_u64().unwrap_or(0),
            });
        }
        if let Some(error) = whole.error.as_ref().filter(|error| !error.is_null()) {
            draft.error = Some(ServerError { text: message_of(error), passes: passes(error) });
            return;
        }
        let why = whole.incomplete_details.as_ref().and_then(|details| details["reason"].as_str());
        draft.finish = Some(match (whole.status.as_deref(), why) {
            (None | Some("completed"), _) => Finish::Done,
            (_, Some("max_output_tokens")) => Finish::Length,
            (_, Some("content_filter")) => Finish::Filtered,
            (Some(status), why) => Finish::Other(why.unwrap_or(status).to_owned()),
        });
    }
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, ModelError> {
    serde_json::from_str(raw.get()).map_err(|error| bad_json(&error))
}
