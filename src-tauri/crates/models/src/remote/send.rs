//! One attempt: the request goes out, its answer is read to the end, and whatever is in the way gets its name.

use super::{
    Remote,
    draft::{Draft, Speak},
    events::{Events, too_large},
    trouble::{Trouble, error_text, is_about_money, wait_of},
};
use assent_agent::ModelError;
use assent_protocol::{texts::say, visible::visible};
use reqwest::{Response, StatusCode, header::CONTENT_TYPE};
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
        let kind =
            response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default().to_lowercase();
        if kind.starts_with("text/html") {
            return Err(Trouble::Final(self.unavailable("model.page", &[])));
        }
        let (mut draft, mut reader, mut events) = (Draft::default(), self.wire.reader(), Events::default());
        // A server that does not stream answers in one piece.
        let mut whole = kind.starts_with("application/json").then(Vec::new);
        loop {
            let chunk = match tokio::time::timeout(BETWEEN_CHUNKS, response.chunk()).await {
                // What comes after the end is a count of tokens at most.
                Err(_) | Ok(Err(_)) if draft.has_ended() => break,
                Err(_) | Ok(Err(_)) => return Err(Trouble::Cut),
                Ok(Ok(chunk)) => chunk,
            };
            let Some(bytes) = chunk else { break };
            if let Some(body) = &mut whole {
                body.extend_from_slice(&bytes);
                if body.len() > LARGEST_BODY {
                    return Err(Trouble::Final(too_large()));
                }
                continue;
            }
            for data in events.take(&bytes).map_err(Trouble::Final)? {
                reader.event(&data, &mut draft, speak).map_err(Trouble::Final)?;
            }
            if events.is_done() || draft.error.is_some() {
                break;
            }
        }
        let last = match whole {
            Some(body) => Some(
                String::from_utf8(body)
                    .map_err(|_| Trouble::Final(ModelError::Malformed(say("model.bad_text", &[]))))?,
            ),
            None if draft.has_ended() => None,
            None => events.end(),
        };
        if let Some(data) = last {
            reader.event(&data, &mut draft, speak).map_err(Trouble::Final)?;
        }
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
