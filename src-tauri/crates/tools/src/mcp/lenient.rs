//! Reads what a server says leniently. The SDK reads a message as a whole or not at all, so that one bad part would cost
//! the call or the server; here each message is mended first, part by part, as far as its meaning is plain.

use super::{Watch, mend};
use assent_protocol::canonical::canonical;
use rmcp::{
    RoleClient,
    model::{ClientNotification, ClientRequest, JsonRpcMessage, RequestId},
    service::{RxJsonRpcMessage, TxJsonRpcMessage},
    transport::Transport,
};
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many requests are remembered: those under way, and those whose answer may still come late.
const MOST_OPEN: usize = 256;

/// What was asked of a server and is not answered yet.
pub struct Talk {
    server: String,
    watch: Arc<dyn Watch>,
    open: Mutex<Vec<Asked>>,
}

struct Asked {
    id: Value,
    method: String,
    /// The tool and its arguments, of a call.
    call: Option<(String, Value)>,
    /// Nobody waits for the answer any more.
    given_up: bool,
}

impl Talk {
    /// Nothing asked yet.
    pub fn new(server: &str, watch: Arc<dyn Watch>) -> Arc<Talk> {
        Arc::new(Talk { server: server.to_owned(), watch, open: Mutex::default() })
    }

    fn open(&self) -> MutexGuard<'_, Vec<Asked>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asks(&self, message: &TxJsonRpcMessage<RoleClient>) {
        match message {
            JsonRpcMessage::Request(request) => {
                let call = match &request.request {
                    ClientRequest::CallToolRequest(call) => {
                        let args = call.params.arguments.clone().map_or(json!({}), Value::Object);
                        Some((call.params.name.to_string(), args))
                    }
                    _ => None,
                };
                let mut open = self.open();
                if open.len() >= MOST_OPEN {
                    open.remove(0);
                }
                let (id, method) = (request.id.clone().into_json_value(), request.request.method().to_owned());
                open.push(Asked { id, method, call, given_up: false });
            }
            JsonRpcMessage::Notification(told) => {
                if let ClientNotification::CancelledNotification(cancelled) = &told.notification {
                    let id = cancelled.params.request_id.clone().map(RequestId::into_json_value);
                    self.open().iter_mut().filter(|asked| Some(&asked.id) == id.as_ref()).for_each(|asked| {
                        asked.given_up = true;
                    });
                }
            }
            _ => {}
        }
    }

    /// The messages in what a server sent, each as the SDK can read it. What is no message is nothing.
    pub fn heard(&self, sent: &[u8]) -> Vec<Vec<u8>> {
        let text = sent.strip_prefix("\u{feff}".as_bytes()).unwrap_or(sent);
        let Ok(whole) = serde_json::from_slice::<Value>(text) else {
            // Too deep or no text: the SDK says so, or leaves it out.
            return vec![text.to_vec()];
        };
        let messages = if let Value::Array(batch) = whole { batch } else { vec![whole] };
        messages
            .into_iter()
            .filter_map(|message| if let Value::Object(message) = message { self.message(message) } else { None })
            .map(|message| message.to_string().into_bytes())
            .collect()
    }

    fn message(&self, mut message: Map<String, Value>) -> Option<Value> {
        message.insert("jsonrpc".to_owned(), json!("2.0"));
        if message.contains_key("method") {
            // A null where nothing belongs is nothing.
            message.retain(|key, value| !(value.is_null() && matches!(key.as_str(), "id" | "params")));
            return Some(Value::Object(message));
        }
        let error = message.remove("error").filter(|error| !error.is_null());
        let result = message.remove("result");
        if error.is_none() && result.is_none() {
            return None;
        }
        let asked = self.answered(message.get("id"));
        // An answer to what nobody asked.
        if asked.is_none() && message.get("id").is_some_and(|id| !id.is_null()) {
            return None;
        }
        if let Some(asked) = &asked {
            message.insert("id".to_owned(), asked.id.clone());
        }
        let method = asked.as_ref().map_or("", |asked| asked.method.as_str());
        let (name, answer) = match (error, result) {
            (Some(error), _) => ("error", mend::error(error, method)),
            (None, result) => ("result", mend::result(result.unwrap_or_default(), method)),
        };
        if let Some(asked) = asked.filter(|asked| asked.given_up) {
            if let Some((tool, args)) = asked.call {
                self.watch.late(&self.server, &tool, &args, &mend::words(&answer));
            }
            return None;
        }
        message.insert(name.to_owned(), answer);
        Some(Value::Object(message))
    }

    // An answer without an id can only be meant for what was asked, if that was one thing.
    fn answered(&self, id: Option<&Value>) -> Option<Asked> {
        let mut open = self.open();
        let at = match id.filter(|id| !id.is_null()) {
            Some(id) => open.iter().position(|asked| same(&asked.id, id))?,
            None => {
                let mut waits = open.iter().enumerate().filter(|(_, asked)| !asked.given_up).map(|(at, _)| at);
                waits.next().filter(|_| waits.next().is_none())?
            }
        };
        Some(open.remove(at))
    }
}

// `1`, `1.0` and `"1"` are one number.
fn same(asked: &Value, id: &Value) -> bool {
    let number = |id: &Value| id.as_f64().or_else(|| id.as_str()?.trim().parse().ok());
    asked == id || number(asked).is_some_and(|asked| number(id) == Some(asked)) || canonical(asked) == canonical(id)
}

/// A transport that notes what is asked on it.
pub struct Noted<T> {
    /// The transport.
    pub inner: T,
    /// What is asked and heard on it.
    pub talk: Arc<Talk>,
}

impl<T: Transport<RoleClient>> Transport<RoleClient> for Noted<T> {
    type Error = T::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        self.talk.asks(&item);
        self.inner.send(item)
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleClient>> {
        self.inner.receive().await
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.inner.close().await
    }
}
