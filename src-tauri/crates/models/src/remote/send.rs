//! One attempt: the request goes out, its answer is read to the end, and whatever is in the way gets its name.

use super::{
    Reader, Remote,
    draft::{Draft, Finish, ServerError, Speak, bad_json},
    events::{Events, Sent, too_large},
    trouble::{Trouble, error_in, error_text, is_about_money, wait_of},
};
use assent_agent::ModelError;
use assent_protocol::{texts::say, visible::visible};
use reqwest::{Response, StatusCode, header::CONTENT_TYPE};
use serde::de::IgnoredAny;
use serde_json::{Value, value::RawValue};
use std::time::Duration;

// A local model reads a long conversation before its first word.
const FIRST_BYTE: Duration = Duration::from_secs(300);
const BETWEEN_CHUNKS: Duration = Duration::from_secs(60);
// A longer wait is said instead of waited.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
// What is read of an answer that is not a stream.
const LARGEST_BODY: usize = 4 * 1024 * 1024;
const LARGEST_ERROR: usize = 64 * 1024;

impl Remote {
    pub(super) async fn attempt(&self, body: &str, speak: Speak<'_>) -> Result<Draft, Trouble> {
        let response = self.send(body).await?;
        let draft = self.read(response, speak).await?;
        match draft.error.as_ref().filter(|error| error.passes) {
            Some(error) => Err(self.passing("model.error", None, None, self.clean(&error.text))),
            None => Ok(draft),
        }
    }

    async fn send(&self, body: &str) -> Result<Response, Trouble> {
        let sending =
            self.client.post(self.endpoint.clone()).header(CONTENT_TYPE, "application/json").body(body.to_owned());
        let response = match tokio::time::timeout(FIRST_BYTE, sending.send()).await {
            Err(_) => return Err(Trouble::Final(self.unavailable("model.slow", &[]))),
            Ok(Err(_)) => return Err(self.passing("model.connect", None, None, String::new())),
            Ok(Ok(response)) => response,
        };
        if response.status().is_success() { Ok(response) } else { Err(self.refused(response).await) }
    }

    async fn refused(&self, response: Response) -> Trouble {
        let status = response.status();
        let headers = response.headers().clone();
        let fixed = |key| Trouble::Final(self.unavailable(key, &[("status", status.as_str())]));
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => fixed("model.unauthorized"),
            StatusCode::NOT_FOUND => {
                Trouble::Final(self.unavailable("model.not_found", &[("model", &visible(&self.model))]))
            }
            StatusCode::TOO_MANY_REQUESTS => {
                let body = text(response).await;
                if is_about_money(&body) {
                    let reason = self.clean(&error_text(&body));
                    let values = [("status", status.as_str()), ("reason", reason.as_str())];
                    return Trouble::Final(self.unavailable("model.refused", &values));
                }
                match wait_of(&headers, &body) {
                    Some(wait) if wait > LONGEST_WAIT => {
                        let seconds = wait.as_secs_f64().ceil().to_string();
                        Trouble::Final(self.unavailable("model.too_many_wait", &[("seconds", &seconds)]))
                    }
                    wait => self.passing("model.too_many", None, wait, String::new()),
                }
            }
            status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
                let wait = wait_of(&headers, "").filter(|wait| *wait <= LONGEST_WAIT);
                self.passing("model.server", Some(status), wait, String::new())
            }
            status if status.is_redirection() => fixed("model.redirect"),
            status => {
                let reason = self.clean(&error_text(&text(response).await));
                let values = [("status", status.as_str()), ("reason", reason.as_str())];
                Trouble::Final(self.unavailable("model.refused", &values))
            }
        }
    }

    async fn read(&self, mut response: Response, speak: Speak<'_>) -> Result<Draft, Trouble> {
        let (mut draft, mut reader, mut events) = (Draft::default(), self.wire.reader(), Events::default());
        let mut form = Form::Open(Vec::new());
        loop {
            let chunk = match tokio::time::timeout(BETWEEN_CHUNKS, response.chunk()).await {
                // What comes after the end is a count of tokens at most.
                Err(_) | Ok(Err(_)) if draft.has_ended() => break,
                Err(_) | Ok(Err(_)) => return Err(Trouble::Cut),
                Ok(Ok(chunk)) => chunk,
            };
            let Some(bytes) = chunk else { break };
            let mut now = bytes.to_vec();
            if let Form::Open(begun) = form {
                form = Form::of([begun, now].concat());
                now = if let Form::Stream(first) = &mut form { std::mem::take(first) } else { Vec::new() };
            }
            match &mut form {
                Form::Page => return Err(Trouble::Final(self.unavailable("model.page", &[]))),
                Form::Open(body) | Form::Whole(body) => {
                    body.extend_from_slice(&now);
                    if body.len() > LARGEST_BODY {
                        return Err(Trouble::Final(too_large()));
                    }
                }
                Form::Stream(_) => {
                    for sent in events.take(&now).map_err(Trouble::Final)? {
                        hear(&sent, &mut *reader, &mut draft, speak).map_err(Trouble::Final)?;
                    }
                }
            }
            if events.is_done() || draft.error.is_some() {
                break;
            }
        }
        match form {
            Form::Whole(body) => {
                let bad = |_| Trouble::Final(ModelError::Malformed(say("model.bad_text", &[])));
                let data = String::from_utf8(body).map_err(bad)?;
                if serde_json::from_str::<IgnoredAny>(&data).is_ok() {
                    hear(&Sent { data, ..Sent::default() }, &mut *reader, &mut draft, speak).map_err(Trouble::Final)?;
                    // One whole piece says by itself that it is the end.
                    draft.finish = draft.finish.take().or(Some(Finish::Done));
                } else {
                    // Several pieces without the form of events, of which a broken one was cut.
                    for value in serde_json::Deserializer::from_str(&data).into_iter::<Box<RawValue>>() {
                        let value = value.map_err(|error| match error.is_eof() {
                            true => Trouble::Cut,
                            false => Trouble::Final(bad_json(&error)),
                        })?;
                        let sent = Sent { data: value.get().to_owned(), ..Sent::default() };
                        hear(&sent, &mut *reader, &mut draft, speak).map_err(Trouble::Final)?;
                    }
                }
            }
            _ if draft.has_ended() => {}
            _ => {
                for sent in events.end() {
                    hear(&sent, &mut *reader, &mut draft, speak).map_err(Trouble::Final)?;
                }
                if !draft.has_ended() && draft.parts.is_empty() && events.stray().len() > "data: ".len() {
                    draft.error = Some(ServerError { text: events.stray().to_owned(), passes: false });
                }
            }
        }
        reader.end(&mut draft);
        if draft.has_ended() || events.is_done() { Ok(draft) } else { Err(Trouble::Cut) }
    }

    fn passing(
        &self,
        key: &'static str,
        status: Option<StatusCode>,
        wait: Option<Duration>,
        reason: String,
    ) -> Trouble {
        let host = self.shown();
        let error = move |count: u32| {
            let (status, count) = (status.map(|s| s.as_str().to_owned()).unwrap_or_default(), count.to_string());
            let values =
                [("host", host.as_str()), ("status", status.as_str()), ("count", count.as_str()), ("reason", &reason)];
            ModelError::Unavailable(say(key, &values))
        };
        Trouble::Passing { wait, error: Box::new(error) }
    }
}

// What an answer is, by its first bytes: many servers say the wrong kind.
enum Form {
    // Too little has come to tell.
    Open(Vec<u8>),
    Page,
    // JSON in one piece, or in several without the form of events.
    Whole(Vec<u8>),
    // Events, of which these are the first bytes.
    Stream(Vec<u8>),
}

impl Form {
    fn of(bytes: Vec<u8>) -> Form {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        if bytes.len() < MARK.len() && MARK.starts_with(&bytes) {
            return Form::Open(bytes);
        }
        let rest = bytes.strip_prefix(MARK).unwrap_or(&bytes);
        match rest.iter().find(|byte| !byte.is_ascii_whitespace()) {
            None => Form::Open(bytes),
            Some(b'<') => Form::Page,
            Some(b'{' | b'[') => Form::Whole(rest.to_vec()),
            Some(_) => Form::Stream(bytes),
        }
    }
}

// Events that only keep a line open.
const KEEPS_ALIVE: &[&str] = &["ping", "pong", "heartbeat", "keepalive", "keep-alive", "keep_alive"];

// One event, which may be nothing, an error in any shape, or a piece of the answer.
fn hear(sent: &Sent, reader: &mut dyn Reader, draft: &mut Draft, speak: Speak<'_>) -> Result<(), ModelError> {
    let data = sent.data.trim();
    let plain = data.trim_matches('"');
    if KEEPS_ALIVE.contains(&plain.to_lowercase().as_str()) || matches!(data, "null" | "{}" | "[]" | "\"\"") {
        return Ok(());
    }
    if plain.starts_with(char::is_alphabetic) {
        // Words where JSON was due are what went wrong.
        draft.error = Some(ServerError { text: plain.to_owned(), passes: false });
        return Ok(());
    }
    let value: Value = serde_json::from_str(data).map_err(|error| bad_json(&error))?;
    if !(value.is_object() || value.is_array()) {
        return Ok(());
    }
    match error_in(&sent.name, &value) {
        Some(error) => draft.error = Some(error),
        None => reader.event(&sent.name, data, draft, speak)?,
    }
    Ok(())
}

async fn text(mut response: Response) -> String {
    let mut body = Vec::new();
    while let Ok(Ok(Some(bytes))) = tokio::time::timeout(BETWEEN_CHUNKS, response.chunk()).await {
        body.extend_from_slice(&bytes);
        if body.len() > LARGEST_ERROR {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}
