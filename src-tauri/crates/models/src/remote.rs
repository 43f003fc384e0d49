//! Asking a model elsewhere, the same way for every provider: one request, an answer that is streamed, retries where
//! they are safe. Each provider's file says only what is its own: where, how the key is shown, how a conversation is
//! written and how an answer is read.
//!
//! Nothing of a reply is used before it is whole, so a reply that breaks off is asked for again. The key goes to the one
//! address it was given for: no redirect is followed, and plain http is for this computer only.

mod address;
pub(crate) mod draft;
pub(crate) mod events;
pub(crate) mod kept;
pub(crate) mod loose;
mod names;
mod send;
pub(crate) mod telling;
mod thoughts;
pub(crate) mod trouble;

pub use address::origin_of;
pub use telling::LARGEST_RESULT;

use crate::{Secret, anthropic::Anthropic, gemini::Gemini, open_ai::OpenAi, responses::Responses};
use address::Address;
use assent_agent::{Model, ModelError, Reply, Replying, Request};
use assent_protocol::{texts::say, visible::visible, wire::Provider};
use draft::{Draft, Speak};
use kept::Kept;
use names::ToolNames;
use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};
use telling::{Conversation, Offered, Replay, Said};
use trouble::{Trouble, back_off};

/// How a pause is made; tests record it instead.
pub type Pause = Arc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

const CONNECT: Duration = Duration::from_secs(10);
const RETRIES: u32 = 3;
const CUT_RETRIES: u32 = 2;

/// What is a provider's own.
pub(crate) trait Wire: Send + Sync {
    /// A short name for the interface.
    fn name(&self) -> &'static str;
    /// The path of the request below `base`, which has no `/` at its end, and its query.
    fn place(&self, base: &str, model: &str) -> (String, Option<&'static str>);
    /// The header that shows the key.
    fn key(&self, key: &str) -> (HeaderName, String);
    /// Other headers of every request.
    fn headers(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }
    /// When the provider's own items go back to it.
    fn replay(&self) -> Replay;
    /// The body of a request.
    fn body(&self, asked: &Asked<'_>) -> Result<String, serde_json::Error>;
    /// What reads one answer.
    fn reader(&self) -> Box<dyn Reader>;
}

/// A request as each provider writes it.
pub(crate) struct Asked<'a> {
    pub(crate) model: &'a str,
    pub(crate) system: &'a str,
    pub(crate) tools: &'a [Offered],
    pub(crate) said: &'a [Said<'a>],
    names: &'a ToolNames,
}

impl Asked<'_> {
    /// The provider's name for a tool.
    pub(crate) fn tool(&self, name: &str) -> String {
        self.names.out(name)
    }
}

/// Reads one answer, event by event; an answer that came in one piece is one event.
pub(crate) trait Reader: Send {
    /// Takes the data of the next event, which is JSON and no error; `name` is what the stream calls it, if it does.
    fn event(&mut self, name: &str, data: &str, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError>;

    /// The stream is at its end, and was not broken off.
    fn end(&mut self, _draft: &mut Draft) {}
}

/// A model behind an address.
pub struct Remote {
    wire: Box<dyn Wire>,
    address: Address,
    endpoint: Url,
    model: String,
    key: Option<Secret>,
    client: reqwest::Client,
    pause: Pause,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = f.debug_struct("Remote");
        out.field("interface", &self.wire.name()).field("address", &self.address.shown());
        out.field("model", &self.model).field("key", &self.key).finish()
    }
}

/// Where each provider's models are when nothing else is said.
pub fn usual_address(provider: Provider) -> &'static str {
    match provider {
        Provider::Openai | Provider::Responses => "https://api.openai.com/v1",
        Provider::Anthropic => "https://api.anthropic.com",
        Provider::Gemini => "https://generativelanguage.googleapis.com/v1beta",
    }
}

impl Remote {
    /// A model named `model` behind `base_url`, such as `https://api.openai.com/v1` or `http://127.0.0.1:11434/v1`.
    /// The key belongs to this address: [`origin_of`] names it, and a key kept for another is never to be given here.
    ///
    /// # Errors
    /// A sentence: the address is neither https nor http on this computer, or the key cannot be sent.
    pub fn new(provider: Provider, base_url: &str, model: &str, key: Option<Secret>) -> Result<Remote, String> {
        let wire: Box<dyn Wire> = match provider {
            Provider::Openai => Box::new(OpenAi),
            Provider::Responses => Box::new(Responses),
            Provider::Anthropic => Box::new(Anthropic),
            Provider::Gemini => Box::new(Gemini),
        };
        let address = Address::parse(base_url)?;
        let mut headers = HeaderMap::new();
        let key = key.filter(|key| !key.is_empty());
        if let Some(key) = &key {
            let (name, value) = wire.key(key.expose());
            let mut value = HeaderValue::from_str(&value).map_err(|_| say("model.key", &[]))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        for (name, value) in wire.headers() {
            headers.insert(*name, HeaderValue::from_static(value));
        }
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .default_headers(headers)
            .user_agent("assent");
        if address.is_here() {
            // A proxy elsewhere must not carry what is meant for this computer.
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|e| say("model.client", &[("reason", &e.without_url().to_string())]))?;
        let pause: Pause = Arc::new(|length| Box::pin(tokio::time::sleep(length)));
        let (path, query) = wire.place(address.path(), model);
        let endpoint = address.at(&path, query);
        Ok(Remote { wire, address, endpoint, model: model.to_owned(), key, client, pause })
    }

    /// The same model with another way to pause between attempts.
    pub fn with_pause(mut self, pause: Pause) -> Remote {
        self.pause = pause;
        self
    }

    async fn ask(&self, request: &Request, heard: &(dyn Fn(&str) + Send + Sync)) -> Result<Reply, ModelError> {
        let names = ToolNames::new(&request.tools);
        let by = format!("{} {}", self.wire.name(), self.model);
        let conversation = Conversation::new(request, &names, &by);
        let (said, before) = conversation.said(self.wire.replay());
        let asked = Asked {
            model: &self.model,
            system: &conversation.system,
            tools: &conversation.tools,
            said: &said,
            names: &names,
        };
        let body = self.wire.body(&asked).map_err(|error| draft::bad_json(&error))?;
        drop(said);
        let draft = self.attempts(&body, heard).await?;
        draft.reply(&names, &request.turns, Kept::new(by, before), &self.shown(), |text| self.clean(text))
    }

    async fn attempts(&self, body: &str, heard: &(dyn Fn(&str) + Send + Sync)) -> Result<Draft, ModelError> {
        let (mut failures, mut cuts) = (0, 0);
        let mut has_spoken = false;
        loop {
            // What was heard of a reply that broke off is not said twice.
            let silent = has_spoken;
            let mut speak = |text: &str| {
                has_spoken = true;
                if !silent {
                    heard(text);
                }
            };
            match self.attempt(body, &mut speak).await {
                Ok(draft) => return Ok(draft),
                Err(Trouble::Final(error)) => return Err(error),
                Err(Trouble::Passing { wait, error }) => {
                    failures += 1;
                    if failures > RETRIES {
                        return Err(error(failures));
                    }
                    (self.pause)(wait.unwrap_or_else(|| back_off(failures))).await;
                }
                Err(Trouble::Cut) => {
                    cuts += 1;
                    if cuts > CUT_RETRIES {
                        let count = cuts.to_string();
                        return Err(self.unavailable("model.cut_stream", &[("count", &count)]));
                    }
                    (self.pause)(back_off(cuts)).await;
                }
            }
        }
    }

    fn shown(&self) -> String {
        self.address.shown()
    }

    // What a server says, in one safe line without the key.
    fn clean(&self, text: &str) -> String {
        let masked = self.key.as_ref().map_or_else(|| text.to_owned(), |key| key.mask(text));
        let line: String = masked.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect();
        visible(&line)
    }

    fn unavailable(&self, key: &str, values: &[(&str, &str)]) -> ModelError {
        let host = self.shown();
        let mut all = vec![("host", host.as_str())];
        all.extend_from_slice(values);
        ModelError::Unavailable(say(key, &all))
    }
}

impl Model for Remote {
    fn name(&self) -> String {
        self.model.clone()
    }

    fn reply<'a>(&'a self, request: &'a Request, heard: &'a (dyn Fn(&str) + Send + Sync)) -> Replying<'a> {
        Box::pin(self.ask(request, heard))
    }
}

#[cfg(test)]
mod tests;
