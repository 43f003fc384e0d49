//! OpenAI Chat Completions, and everything that speaks it: Ollama, llama.cpp, LM Studio, vLLM, OpenRouter.
//!
//! A reply is streamed. Nothing of it is used before it is whole, so a reply that breaks off is asked for again. The key
//! goes to the one address it was given for: no redirect is followed, and plain http is for this computer only.

mod address;
mod messages;
mod stream;

pub use address::origin_of;

use crate::Secret;
use address::Address;
use assent_agent::{Model, ModelError, Reply, Replying, Request};
use assent_protocol::{texts::say, visible::visible};
use messages::ToolNames;
use reqwest::{
    Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER},
};
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};
use stream::Reading;

/// How a pause is made; tests record it instead.
pub type Pause = Arc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// A model behind an address that speaks Chat Completions.
pub struct OpenAi {
    address: Address,
    model: String,
    key: Option<Secret>,
    client: reqwest::Client,
    pause: Pause,
}

impl std::fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut out = f.debug_struct("OpenAi");
        out.field("address", &self.address.shown()).field("model", &self.model).field("key", &self.key).finish()
    }
}

const CONNECT: Duration = Duration::from_secs(10);
// A local model reads a long conversation before its first word.
const FIRST_BYTE: Duration = Duration::from_secs(300);
const BETWEEN_CHUNKS: Duration = Duration::from_secs(60);
const LONGEST_WAIT: u64 = 20;
const RETRIES: u32 = 3;
const CUT_RETRIES: u32 = 2;
// What is read of an answer that is not a stream.
const LARGEST_BODY: usize = 4 * 1024 * 1024;

impl OpenAi {
    /// A model named `model` behind `base_url`, such as `https://api.openai.com/v1` or `http://127.0.0.1:11434/v1`.
    /// The key belongs to this address: [`origin_of`] names it, and a key kept for another is never to be given here.
    ///
    /// # Errors
    /// A sentence: the address is neither https nor http on this computer, or the key cannot be sent.
    pub fn new(base_url: &str, model: &str, key: Option<Secret>) -> Result<OpenAi, String> {
        let address = Address::parse(base_url)?;
        let mut headers = HeaderMap::new();
        let key = key.filter(|key| !key.is_empty());
        if let Some(key) = &key {
            let mut value =
                HeaderValue::from_str(&format!("Bearer {}", key.expose())).map_err(|_| say("model.key", &[]))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
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
        Ok(OpenAi { address, model: model.to_owned(), key, client, pause })
    }

    /// The same model with another way to pause between attempts.
    pub fn with_pause(mut self, pause: Pause) -> OpenAi {
        self.pause = pause;
        self
    }

    async fn ask(&self, request: &Request, heard: &(dyn Fn(&str) + Send + Sync)) -> Result<Reply, ModelError> {
        let names = ToolNames::new(&request.tools);
        let body = messages::body(request, &self.model, &names).to_string();
        let (mut failures, mut cuts) = (0, 0);
        let mut has_spoken = false;
        loop {
            let mut response = match self.send(&body).await {
                Ok(response) => response,
                Err(Trouble::Final(error)) => return Err(error),
                Err(Trouble::Passing { wait, error }) => {
                    failures += 1;
                    if failures > RETRIES {
                        return Err(error(failures));
                    }
                    (self.pause)(wait.unwrap_or_else(|| back_off(failures))).await;
                    continue;
                }
            };
            // What was heard of a reply that broke off is not said twice.
            let silent = has_spoken;
            let mut speak = |text: &str| {
                has_spoken = true;
                if !silent {
                    heard(text);
                }
            };
            match self.read(&mut response, &mut speak).await {
                Ok(reading) => return reading.reply(&names, &request.turns, &self.shown(), |text| self.clean(text)),
                Err(Broken::Cut) => {
                    cuts += 1;
                    if cuts > CUT_RETRIES {
                        let count = cuts.to_string();
                        return Err(self.unavailable("model.cut_stream", &[("count", &count)]));
                    }
                    (self.pause)(back_off(cuts)).await;
                }
                Err(Broken::Final(error)) => return Err(error),
            }
        }
    }

    async fn send(&self, body: &str) -> Result<Response, Trouble> {
        let sending =
            self.client.post(self.address.endpoint()).header(CONTENT_TYPE, "application/json").body(body.to_owned());
        let response = match tokio::time::timeout(FIRST_BYTE, sending.send()).await {
            Err(_) => return Err(Trouble::Final(self.unavailable("model.slow", &[]))),
            Ok(Err(_)) => return Err(self.passing("model.connect", None, None)),
            Ok(Ok(response)) => response,
        };
        let status = response.status();
        match status {
            status if status.is_success() => Ok(response),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(Trouble::Final(self.unavailable("model.unauthorized", &[("status", status.as_str())])))
            }
            StatusCode::NOT_FOUND => {
                Err(Trouble::Final(self.unavailable("model.not_found", &[("model", &visible(&self.model))])))
            }
            StatusCode::TOO_MANY_REQUESTS => {
                let wait =
                    response.headers().get(RETRY_AFTER).and_then(|v| v.to_str().ok()?.trim().parse::<u64>().ok());
                match wait {
                    Some(seconds) if seconds > LONGEST_WAIT => {
                        let seconds = seconds.to_string();
                        Err(Trouble::Final(self.unavailable("model.too_many_wait", &[("seconds", &seconds)])))
                    }
                    wait => Err(self.passing("model.too_many", None, wait.map(Duration::from_secs))),
                }
            }
            status if status.is_server_error() => Err(self.passing("model.server", Some(status), None)),
            status if status.is_redirection() => {
                Err(Trouble::Final(self.unavailable("model.redirect", &[("status", status.as_str())])))
            }
            status => {
                let reason = self.clean(&stream::error_text(&self.body(response).await.unwrap_or_default()));
                let values = [("status", status.as_str()), ("reason", reason.as_str())];
                Err(Trouble::Final(self.unavailable("model.refused", &values)))
            }
        }
    }

    async fn read(&self, response: &mut Response, speak: &mut (dyn FnMut(&str) + Send)) -> Result<Reading, Broken> {
        let kind =
            response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_lowercase();
        if kind.starts_with("text/html") {
            return Err(Broken::Final(self.unavailable("model.page", &[])));
        }
        let mut reading = Reading::default();
        let mut whole = kind.starts_with("application/json").then(Vec::new);
        loop {
            let chunk = match tokio::time::timeout(BETWEEN_CHUNKS, response.chunk()).await {
                Err(_) => return Err(Broken::Cut),
                Ok(Err(_)) => return Err(Broken::Cut),
                Ok(Ok(chunk)) => chunk,
            };
            let Some(bytes) = chunk else { break };
            match &mut whole {
                Some(body) => {
                    body.extend_from_slice(&bytes);
                    if body.len() > LARGEST_BODY {
                        return Err(Broken::Final(ModelError::Malformed(say("model.too_large", &[]))));
                    }
                }
                None => {
                    reading.take(&bytes, speak).map_err(Broken::Final)?;
                    if reading.is_done() {
                        return Ok(reading);
                    }
                }
            }
        }
        match whole {
            // A server that does not stream answers in one piece.
            Some(body) => reading.whole(&body, speak).map_err(Broken::Final)?,
            None => reading.end(speak).map_err(Broken::Final)?,
        }
        if reading.has_ended() { Ok(reading) } else { Err(Broken::Cut) }
    }

    async fn body(&self, mut response: Response) -> Option<String> {
        let mut body = Vec::new();
        while let Ok(Ok(Some(bytes))) = tokio::time::timeout(BETWEEN_CHUNKS, response.chunk()).await {
            body.extend_from_slice(&bytes);
            if body.len() > 64 * 1024 {
                break;
            }
        }
        Some(String::from_utf8_lossy(&body).into_owned())
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

    fn passing(&self, key: &'static str, status: Option<StatusCode>, wait: Option<Duration>) -> Trouble {
        let host = self.shown();
        let error = move |count: u32| {
            let (status, count) = (status.map(|s| s.as_str().to_owned()).unwrap_or_default(), count.to_string());
            ModelError::Unavailable(say(key, &[("host", &host), ("status", &status), ("count", &count)]))
        };
        Trouble::Passing { wait, error: Box::new(error) }
    }
}

impl Model for OpenAi {
    fn name(&self) -> String {
        self.model.clone()
    }

    fn reply<'a>(&'a self, request: &'a Request, heard: &'a (dyn Fn(&str) + Send + Sync)) -> Replying<'a> {
        Box::pin(self.ask(request, heard))
    }
}

// Before any byte of an answer: some troubles pass, and the request is sent again.
enum Trouble {
    Final(ModelError),
    Passing { wait: Option<Duration>, error: Box<dyn FnOnce(u32) -> ModelError + Send> },
}

enum Broken {
    Cut,
    Final(ModelError),
}

// Half a second, then one, then two.
fn back_off(attempt: u32) -> Duration {
    Duration::from_millis(500 << attempt.saturating_sub(1).min(4))
}

#[cfg(test)]
mod tests;
