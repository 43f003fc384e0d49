//! Gemini's `generateContent`, streamed. A call's signature goes back on the same part, byte for byte.

use crate::remote::{
    Asked, Reader, Wire,
    draft::{Draft, Finish, Part, Speak, bad_json},
    kept::Piece,
    loose,
    telling::{Arguments, Replay, Said},
    trouble::error_in,
};
use assent_agent::{ModelError, Tokens};
use reqwest::header::HeaderName;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json, value::RawValue};

/// The interface.
pub(crate) struct Gemini;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    system_instruction: Value,
    contents: Vec<Content<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Value>,
}

#[derive(Serialize)]
struct Content<'a> {
    role: &'static str,
    parts: Vec<OutPart<'a>>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct OutPart<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_call: Option<OutCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_response: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thought_signature: Option<&'a str>,
}

#[derive(Serialize)]
struct OutCall<'a> {
    id: &'a str,
    name: String,
    args: Arguments,
}

impl Wire for Gemini {
    fn name(&self) -> &'static str {
        "gemini"
    }

    fn place(&self, base: &str, model: &str) -> (String, Option<&'static str>) {
        let base = if base.is_empty() { "/v1beta" } else { base };
        let model = model.strip_prefix("models/").unwrap_or(model);
        (format!("{base}/models/{model}:streamGenerateContent"), Some("alt=sse"))
    }

    fn key(&self, key: &str) -> (HeaderName, String) {
        (HeaderName::from_static("x-goog-api-key"), key.to_owned())
    }

    fn replay(&self) -> Replay {
        Replay::Always
    }

    fn body(&self, asked: &Asked<'_>) -> Result<String, serde_json::Error> {
        let mut contents: Vec<Content<'_>> = Vec::new();
        for said in asked.said {
            let (role, parts) = match said {
                Said::User(text) => ("user", vec![OutPart { text: Some(text), ..OutPart::default() }]),
                Said::Model(pieces) => ("model", pieces.iter().filter_map(|piece| part(piece, asked)).collect()),
                Said::Results(results) => {
                    let response = |(call, text): &(&assent_protocol::ProposedCall, String)| OutPart {
                        function_response: Some(json!({"id": call.call, "name": asked.tool(&call.tool),
                            "response": {"result": text}})),
                        ..OutPart::default()
                    };
                    ("user", results.iter().map(response).collect())
                }
            };
            contents.push(Content { role, parts });
        }
        let tool = |t: &crate::remote::telling::Offered| json!({"name": t.name, "description": t.description, "parametersJsonSchema": t.schema});
        let tools: Vec<Value> = asked.tools.iter().map(tool).collect();
        let tools = if tools.is_empty() { Vec::new() } else { vec![json!({"functionDeclarations": tools})] };
        let system_instruction = json!({"parts": [{"text": asked.system}]});
        serde_json::to_string(&Body { system_instruction, contents, tools })
    }

    fn reader(&self) -> Box<dyn Reader> {
        Box::new(Reading::default())
    }
}

fn part<'a>(piece: &Piece<'a>, asked: &Asked<'_>) -> Option<OutPart<'a>> {
    match piece {
        Piece::Own(_) => None,
        Piece::Text { text, mark } => {
            Some(OutPart { text: Some(text), thought_signature: *mark, ..OutPart::default() })
        }
        Piece::Call { call, mark } => Some(OutPart {
            function_call: Some(OutCall {
                id: &call.call,
                name: asked.tool(&call.tool),
                args: Arguments::new(&call.args),
            }),
            thought_signature: *mark,
            ..OutPart::default()
        }),
    }
}

#[derive(Default)]
struct Reading {
    calls: usize,
}

// Relays write the names in either way.
#[derive(Deserialize)]
struct Chunk {
    #[serde(default, deserialize_with = "loose::list")]
    candidates: Vec<Candidate>,
    #[serde(default, alias = "promptFeedback")]
    prompt_feedback: Value,
    #[serde(default, alias = "usageMetadata", deserialize_with = "loose::maybe")]
    usage_metadata: Option<Usage>,
}

#[derive(Deserialize)]
struct Candidate {
    #[serde(default)]
    content: Option<Parts>,
    #[serde(default, alias = "finishReason", deserialize_with = "loose::name")]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Parts {
    #[serde(default, deserialize_with = "loose::list")]
    parts: Vec<InPart>,
}

#[derive(Deserialize)]
struct InPart {
    #[serde(default, deserialize_with = "loose::words")]
    text: Option<String>,
    #[serde(default, deserialize_with = "loose::maybe")]
    thought: Option<bool>,
    #[serde(default, alias = "functionCall")]
    function_call: Option<InCall>,
    #[serde(default, alias = "thoughtSignature")]
    thought_signature: Option<String>,
}

#[derive(Deserialize)]
struct InCall {
    #[serde(default, deserialize_with = "loose::name")]
    id: Option<String>,
    #[serde(default, deserialize_with = "loose::name")]
    name: Option<String>,
    #[serde(default, alias = "arguments")]
    args: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default, alias = "promptTokenCount", deserialize_with = "loose::count")]
    prompt_token_count: Option<u64>,
    #[serde(default, alias = "cachedContentTokenCount", deserialize_with = "loose::count")]
    cached_content_token_count: Option<u64>,
    #[serde(default, alias = "candidatesTokenCount", deserialize_with = "loose::count")]
    candidates_token_count: Option<u64>,
    #[serde(default, alias = "thoughtsTokenCount", deserialize_with = "loose::count")]
    thoughts_token_count: Option<u64>,
}

impl Reader for Reading {
    fn event(&mut self, _: &str, data: &str, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        if data.trim_start().starts_with('[') {
            // Without `alt=sse` the chunks come as one list.
            let list: Vec<Box<RawValue>> = serde_json::from_str(data).map_err(|error| bad_json(&error))?;
            return list.iter().try_for_each(|chunk| {
                draft.error =
                    draft.error.take().or(serde_json::from_str(chunk.get()).ok().and_then(|v| error_in("", &v)));
                if draft.error.is_some() { Ok(()) } else { self.event("", chunk.get(), draft, speak) }
            });
        }
        let chunk: Chunk = serde_json::from_str(data).map_err(|error| bad_json(&error))?;
        if let Some(usage) = chunk.usage_metadata {
            let (answer, thoughts) =
                (usage.candidates_token_count.unwrap_or(0), usage.thoughts_token_count.unwrap_or(0));
            draft.tokens = Some(Tokens {
                input: usage.prompt_token_count.unwrap_or(0),
                cached: usage.cached_content_token_count.unwrap_or(0),
                stored: 0,
                output: answer.saturating_add(thoughts),
                reasoning: thoughts,
            });
        }
        let feedback = &chunk.prompt_feedback;
        if feedback["blockReason"].is_string() || feedback["block_reason"].is_string() {
            draft.finish = Some(Finish::Filtered);
        }
        let Some(candidate) = chunk.candidates.into_iter().next() else { return Ok(()) };
        for part in candidate.content.into_iter().flat_map(|content| content.parts) {
            self.part(part, draft, speak)?;
        }
        let unsaid = |reason: &String| !matches!(reason.as_str(), "" | "FINISH_REASON_UNSPECIFIED");
        if let Some(reason) = candidate.finish_reason.filter(unsaid) {
            draft.finish = Some(Finish::of(&reason));
        }
        Ok(())
    }
}

impl Reading {
    fn part(&mut self, part: InPart, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
        if let Some(call) = part.function_call {
            self.calls += 1;
            let drafted = draft.call(&self.calls.to_string())?;
            (drafted.id, drafted.name) = (call.id.unwrap_or_default(), call.name.unwrap_or_default());
            drafted.args = loose::arguments(call.args.as_deref())?;
            drafted.mark = part.thought_signature;
            return Ok(());
        }
        // Thoughts are for nobody; their signature stands on a part of its own or on the next call.
        let text = part.text.filter(|_| part.thought != Some(true)).unwrap_or_default();
        match part.thought_signature {
            Some(mark) => {
                if !text.is_empty() {
                    speak(&text);
                }
                draft.parts.push(Part::Text { text, mark: Some(mark) });
            }
            None => draft.say(&text, speak),
        }
        Ok(())
    }
}
