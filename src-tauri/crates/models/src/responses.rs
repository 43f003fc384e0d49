//! OpenAI Responses. Nothing is stored at the provider: its reasoning comes encrypted and goes back as it came.

use crate::remote::{
    Asked, Reader, Wire,
    draft::{Call, Draft, Finish, Part, Speak, bad_json},
    kept::Piece,
    loose,
    telling::{Offered, Replay, Said, arguments},
    trouble::error_in,
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
    // The calls by their place and their item's id. Some servers give all one place, or change the ids on the way.
    calls: Vec<Begun>,
}

// Its place, its item's id, and its key.
type Begun = (Option<u64>, String, String);

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type", default, deserialize_with = "loose::name")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "loose::count")]
    output_index: Option<u64>,
    #[serde(default, deserialize_with = "loose::name")]
    item_id: Option<String>,
    #[serde(default)]
    delta: Option<Box<RawValue>>,
    #[serde(default)]
    item: Option<Box<RawValue>>,
    #[serde(default)]
    response: Option<Box<RawValue>>,
    #[serde(default)]
    output: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Whole {
    #[serde(default, deserialize_with = "loose::list")]
    output: Vec<Box<RawValue>>,
    #[serde(default, deserialize_with = "loose::maybe")]
    usage: Option<Usage>,
    #[serde(default)]
    error: Value,
    #[serde(default, deserialize_with = "loose::name")]
    status: Option<String>,
    #[serde(default)]
    incomplete_details: Value,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default, deserialize_with = "loose::count")]
    input_tokens: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    output_tokens: Option<u64>,
    #[serde(default, deserialize_with = "loose::maybe")]
    input_tokens_details: Option<Details>,
    #[serde(default, deserialize_with = "loose::maybe")]
    output_tokens_details: Option<Details>,
}

#[derive(Deserialize, Default)]
struct Details {
    #[serde(default, deserialize_with = "loose::count")]
    cached_tokens: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    cache_write_tokens: Option<u64>,
    #[serde(default, deserialize_with = "loose::count")]
    reasoning_tokens: Option<u64>,
}

#[derive(Deserialize)]
struct OutputItem {
    #[serde(rename = "type", default, deserialize_with = "loose::name")]
    kind: Option<String>,
    #[serde(default, deserialize_with = "loose::name")]
    id: Option<String>,
    #[serde(default, deserialize_with = "loose::name")]
    call_id: Option<String>,
    #[serde(default, deserialize_with = "loose::name")]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "loose::words")]
    content: Option<String>,
}

impl Reader for Reading {
    fn event(&mut self, name: &str, data: &str, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        let event: Event = serde_json::from_str(data).map_err(|error| bad_json(&error))?;
        match event.kind.as_deref().unwrap_or(name) {
            "response.output_text.delta" | "response.refusal.delta" => {
                let more = loose::arguments(event.delta.as_deref())?;
                self.heard |= !more.is_empty();
                draft.say(&more, speak);
            }
            "response.output_item.added" => {
                let Some(item) = event.item else { return Ok(()) };
                let item: OutputItem = read(&item)?;
                if item.kind.as_deref() == Some("function_call") {
                    let call = self.begun(event.output_index, item.id.as_deref(), draft)?;
                    (call.id, call.name) = (item.call_id.unwrap_or_default(), item.name.unwrap_or_default());
                }
            }
            "response.function_call_arguments.delta" => {
                let more = loose::arguments(event.delta.as_deref())?;
                if !more.is_empty() {
                    let key = self.key(event.output_index, event.item_id.as_deref());
                    let call = match key {
                        Some(key) => draft.call(&key)?,
                        None => self.begun(event.output_index, event.item_id.as_deref(), draft)?,
                    };
                    call.args.push_str(&more);
                }
            }
            "response.output_item.done" => {
                if let Some(item) = event.item {
                    self.whole_item(event.output_index, &item, draft, speak)?;
                }
            }
            "response.completed" | "response.incomplete" | "response.failed" | "response.done" => {
                if let Some(response) = event.response {
                    self.end_of(&read::<Whole>(&response)?, draft, speak)?;
                }
            }
            _ if event.output.is_some() => {
                let whole: Whole = serde_json::from_str(data).map_err(|error| bad_json(&error))?;
                self.end_of(&whole, draft, speak)?;
            }
            _ => {}
        }
        Ok(())
    }
}

impl Reading {
    fn begun<'a>(
        &mut self,
        index: Option<u64>,
        item: Option<&str>,
        draft: &'a mut Draft,
    ) -> Result<&'a mut Call, ModelError> {
        let call = draft.new_call()?;
        self.calls.push((index, item.unwrap_or_default().to_owned(), call.key.clone()));
        Ok(call)
    }

    // Both say it, else the item's id, else the place; the latest one counts.
    fn key(&self, index: Option<u64>, item: Option<&str>) -> Option<String> {
        let item = item.unwrap_or_default();
        let find = |fits: &dyn Fn(&Begun) -> bool| self.calls.iter().rev().find(|one| fits(one));
        find(&|(at, id, _)| *at == index && id == item)
            .or_else(|| find(&|(at, _, _)| index.is_some() && *at == index))
            .or_else(|| find(&|(_, id, _)| !item.is_empty() && id == item))
            .or_else(|| if index.is_none() && item.is_empty() { self.calls.last() } else { None })
            .map(|(_, _, key)| key.clone())
    }

    fn whole_item(
        &mut self,
        index: Option<u64>,
        raw: &RawValue,
        draft: &mut Draft,
        speak: Speak<'_>,
    ) -> Result<(), ModelError> {
        let item: OutputItem = read(raw)?;
        match item.kind.as_deref().unwrap_or_default() {
            "function_call" => {
                let id = item.call_id.unwrap_or_default();
                let same =
                    |key: &String| draft.called().any(|call| call.key == *key && (call.id == id || call.id.is_empty()));
                let key = self.key(index, item.id.as_deref()).filter(same).or_else(|| {
                    draft.called().find(|call| !id.is_empty() && call.id == id).map(|call| call.key.clone())
                });
                let call = match key {
                    Some(key) => draft.call(&key)?,
                    None => self.begun(index, item.id.as_deref(), draft)?,
                };
                call.id = id;
                call.name = item.name.unwrap_or_default();
                let args = loose::arguments(item.arguments.as_deref())?;
                // Some leave out at the end what came in pieces.
                if !args.is_empty() {
                    call.args = args;
                }
            }
            "message" if self.heard => self.heard = false,
            "message" => draft.say(&item.content.unwrap_or_default(), speak),
            "reasoning" => draft.parts.push(Part::Own(raw.to_owned())),
            _ => {}
        }
        Ok(())
    }

    fn end_of(&mut self, whole: &Whole, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        // An answer in one piece, or a stream that says everything in its last event.
        let (silent, uncalled) = (draft.parts.is_empty(), draft.calls() == 0);
        for (index, item) in (0..).zip(&whole.output) {
            let is_call = || read::<OutputItem>(item).is_ok_and(|item| item.kind.as_deref() == Some("function_call"));
            if silent || (uncalled && is_call()) {
                self.heard = false;
                self.whole_item(Some(index), item, draft, speak)?;
            }
        }
        if let Some(usage) = &whole.usage {
            let read = usage.input_tokens_details.as_ref();
            draft.tokens = Some(Tokens {
                input: usage.input_tokens.unwrap_or(0),
                cached: read.and_then(|d| d.cached_tokens).unwrap_or(0),
                stored: read.and_then(|d| d.cache_write_tokens).unwrap_or(0),
                output: usage.output_tokens.unwrap_or(0),
                reasoning: usage.output_tokens_details.as_ref().and_then(|d| d.reasoning_tokens).unwrap_or(0),
            });
        }
        if let Some(error) = error_in("", &json!({"error": whole.error})) {
            draft.error = Some(error);
            return Ok(());
        }
        let why = whole.incomplete_details["reason"].as_str();
        draft.finish = Some(match (whole.status.as_deref(), why) {
            (None | Some("completed"), _) => Finish::Done,
            (Some(status), why) => Finish::of(why.unwrap_or(status)),
        });
        Ok(())
    }
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, ModelError> {
    serde_json::from_str(raw.get()).map_err(|error| bad_json(&error))
}
