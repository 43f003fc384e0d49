//! A reply as far as it was read. It becomes a reply only when everything in it can be used; nothing is guessed at.

use super::{
    events::too_large,
    kept::Kept,
    loose::settled,
    names::ToolNames,
    thoughts::{Listening, answer, writes_call},
};
use assent_agent::{ModelError, Reply, Tokens};
use assent_protocol::{ProposedCall, Turn, texts::say, visible::visible};
use serde_json::value::RawValue;
use std::collections::HashSet;

/// The most calls of one reply that are read. The loop looks at fewer, and says so to the model.
const MOST_CALLS: usize = 128;

/// Where a piece of text goes as it is heard.
pub type Speak<'a> = &'a mut (dyn FnMut(&str) + Send);

/// What was read so far.
#[derive(Debug, Default)]
pub struct Draft {
    /// In the order in which the model made it.
    pub parts: Vec<Part>,
    /// As the provider counts.
    pub tokens: Option<Tokens>,
    /// How the model ended; none while it goes on.
    pub finish: Option<Finish>,
    /// What the server said went wrong.
    pub error: Option<ServerError>,
    /// Keeps thoughts out of what is heard.
    pub listening: Listening,
}

/// One piece of a reply.
#[derive(Debug)]
pub enum Part {
    /// Words.
    Text { text: String, mark: Option<String> },
    /// A call. `key` tells the pieces of parallel calls apart.
    Call(Call),
    /// The provider's own item, which goes back to it as it came: reasoning, and its signature.
    Own(Box<RawValue>),
}

/// A call on its way.
#[derive(Debug, Default)]
pub struct Call {
    /// Where its next piece belongs, in the provider's own counting.
    pub key: String,
    /// The provider's id.
    pub id: String,
    /// The name as the model said it.
    pub name: String,
    /// The arguments, byte for byte.
    pub args: String,
    /// A signature that goes back with it.
    pub mark: Option<String>,
}

/// How a model ended its reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// By itself, with or without calls.
    Done,
    /// At its length limit.
    Length,
    /// The provider held it back.
    Filtered,
    /// In a way that is not known.
    Other(String),
}

impl Finish {
    /// What a server's word for the end means, in any of the ways in which servers write it.
    pub fn of(reason: &str) -> Finish {
        let plain: String = reason.trim().to_lowercase().replace(['-', ' '], "_");
        let plain = plain.trim_matches(|c| matches!(c, '<' | '>' | '|')).trim_start_matches("finish_reason_");
        match plain {
            "" | "null" | "none" | "stop" | "stopped" | "stop_sequence" | "end" | "end_turn" | "eos" | "eos_token"
            | "eot" | "eot_id" | "im_end" | "endoftext" | "done" | "finish" | "finished" | "complete" | "completed"
            | "success" | "normal" | "tool_calls" | "tool_call" | "tool_use" | "tools" | "function_call"
            | "function_calls" => Finish::Done,
            "length"
            | "max_length"
            | "max_tokens"
            | "max_new_tokens"
            | "max_output_tokens"
            | "max_completion_tokens"
            | "model_length"
            | "token_limit"
            | "context_length"
            | "context_length_exceeded"
            | "model_context_window_exceeded" => Finish::Length,
            "content_filter"
            | "content_filtered"
            | "safety"
            | "refusal"
            | "recitation"
            | "blocklist"
            | "spii"
            | "prohibited_content"
            | "language"
            | "image_safety"
            | "sensitive"
            | "guardrail_intervened"
            | "moderation" => Finish::Filtered,
            _ => Finish::Other(reason.to_owned()),
        }
    }
}

/// An error inside of a stream.
#[derive(Debug, Clone)]
pub struct ServerError {
    /// The server's words.
    pub text: String,
    /// It passes: the same request may be sent again.
    pub passes: bool,
}

impl Draft {
    /// More words.
    pub fn say(&mut self, more: &str, speak: Speak) {
        if more.is_empty() {
            return;
        }
        match self.parts.last_mut() {
            Some(Part::Text { text, mark: None }) => text.push_str(more),
            _ => self.parts.push(Part::Text { text: more.to_owned(), mark: None }),
        }
        let heard = self.listening.hear(more);
        if !heard.is_empty() {
            speak(&heard);
        }
    }

    /// A new call, whatever others there are.
    pub fn new_call(&mut self) -> Result<&mut Call, ModelError> {
        self.call(&format!("#{}", self.calls()))
    }

    /// The calls so far.
    pub fn called(&self) -> impl Iterator<Item = &Call> {
        self.parts.iter().filter_map(|part| if let Part::Call(call) = part { Some(call) } else { None })
    }

    /// The call with this key, which is new if there is none yet.
    pub fn call(&mut self, key: &str) -> Result<&mut Call, ModelError> {
        let known = self.parts.iter().position(|part| matches!(part, Part::Call(call) if call.key == key));
        let at = match known {
            Some(at) => at,
            None => {
                if self.calls() >= MOST_CALLS {
                    let count = MOST_CALLS.to_string();
                    return Err(ModelError::Malformed(say("model.too_many_calls", &[("count", &count)])));
                }
                self.parts.push(Part::Call(Call { key: key.to_owned(), ..Call::default() }));
                self.parts.len() - 1
            }
        };
        match &mut self.parts[at] {
            Part::Call(call) => Ok(call),
            _ => Err(too_large()),
        }
    }

    /// The number of calls so far.
    pub fn calls(&self) -> usize {
        self.called().count()
    }

    /// Whether the answer is whole.
    pub fn has_ended(&self) -> bool {
        self.finish.is_some() || self.error.is_some()
    }

    /// The reply, when everything in it can be used.
    pub fn reply(
        mut self,
        names: &ToolNames,
        turns: &[Turn],
        kept: Kept,
        host: &str,
        clean: impl Fn(&str) -> String,
    ) -> Result<Reply, ModelError> {
        if let Some(error) = &self.error {
            let reason = clean(&error.text);
            return Err(ModelError::Unavailable(say("model.error", &[("host", host), ("reason", &reason)])));
        }
        match self.finish {
            None | Some(Finish::Done) => {}
            Some(Finish::Length) => return Err(ModelError::Malformed(say("model.length", &[]))),
            Some(Finish::Filtered) => {
                return Err(ModelError::Unavailable(say("model.filtered", &[("host", host)])));
            }
            Some(Finish::Other(reason)) => {
                return Err(ModelError::Malformed(say("model.finish", &[("reason", &clean(&reason))])));
            }
        }
        for part in &mut self.parts {
            if let Part::Text { text, mark: None } = part {
                *text = answer(text);
            }
        }
        let kept = kept.of(&self.parts);
        let (mut text, mut calls, mut ids) = (String::new(), Vec::new(), Ids::new(turns));
        for part in self.parts {
            match part {
                Part::Text { text: words, .. } => text.push_str(&words),
                Part::Own(_) => {}
                Part::Call(call) if call.name.is_empty() => {
                    return Err(ModelError::Malformed(say("model.nameless", &[])));
                }
                Part::Call(call) => {
                    calls.push(ProposedCall {
                        call: ids.unique(call.id),
                        tool: names.back(&call.name),
                        // A tool without arguments may be called with none.
                        args: settled(call.args),
                        says: None,
                    });
                }
            }
        }
        if text.trim().is_empty() && calls.is_empty() {
            return Err(ModelError::Malformed(say("model.empty", &[])));
        }
        if calls.is_empty() && writes_call(&text, names) {
            return Err(ModelError::Malformed(say("model.call_as_text", &[("host", host)])));
        }
        Ok(Reply { text, calls, tokens: self.tokens, kept })
    }
}

/// The error for an event that cannot be read.
pub fn bad_json(error: &serde_json::Error) -> ModelError {
    ModelError::Malformed(say("model.bad_json", &[("reason", &visible(&error.to_string()))]))
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
        // Providers take ids of letters, digits, `_` and `-` back; any other is replaced.
        let fits =
            !id.is_empty() && id.len() <= 64 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        let mut candidate = if fits { id } else { String::new() };
        while candidate.is_empty() || self.used.contains(&candidate) {
            self.count += 1;
            candidate = format!("c{}", self.count);
        }
        self.used.insert(candidate.clone());
        candidate
    }
}
