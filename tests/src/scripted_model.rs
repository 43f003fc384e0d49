//! A scripted model behind a real socket: it speaks each of the four interfaces, answers step by step, and can be made to
//! fail in between. It stands in for a provider's mind and for its bad days, and for nothing else.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Whose interface the server speaks, by the name of the setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// `openai`
    OpenAi,
    /// `responses`
    Responses,
    /// `anthropic`
    Anthropic,
    /// `gemini`
    Gemini,
}

/// All four.
pub const INTERFACES: [Interface; 4] =
    [Interface::OpenAi, Interface::Responses, Interface::Anthropic, Interface::Gemini];

/// One answer: words, and calls as `(id, tool, arguments)`.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// Words.
    pub text: String,
    /// Calls.
    pub calls: Vec<(String, String, Value)>,
    /// A signature that has to come back with the calls; none for a model that does not reason.
    pub signature: Option<String>,
}

/// What becomes of a request.
#[derive(Debug, Clone)]
pub enum Event {
    /// It is answered.
    Says(Said),
    /// A status with an empty body, and with `retry-after` where it is 429.
    Status(u16),
    /// The answer stops in the middle.
    Cut(Said),
    /// Nothing comes; the connection stays open.
    Silent,
}

/// A running server. It ends when dropped.
pub struct ScriptedModel {
    address: String,
    bodies: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Interface {
    /// The name of the setting.
    pub fn name(self) -> &'static str {
        match self {
            Interface::OpenAi => "openai",
            Interface::Responses => "responses",
            Interface::Anthropic => "anthropic",
            Interface::Gemini => "gemini",
        }
    }

    fn written(self, said: &Said) -> String {
        let events = match self {
            Interface::OpenAi => open_ai(said),
            Interface::Responses => responses(said),
            Interface::Anthropic => anthropic(said),
            Interface::Gemini => gemini(said),
        };
        let end = if self == Interface::OpenAi { "data: [DONE]\n\n" } else { "" };
        events.iter().map(|event| format!("data: {event}\n\n")).collect::<String>() + end
    }
}

impl ScriptedModel {
    /// Starts a server that answers one request after the other as `script` says; past its end it is done.
    pub fn start(interface: Interface, script: Vec<Event>) -> ScriptedModel {
        let mut script = script.into_iter();
        let done = || Event::Says(Said { text: "Done.".into(), ..Said::default() });
        ScriptedModel::by(interface, move |_| script.next().unwrap_or_else(done))
    }

    /// Starts a server that answers each request by what is in it, so that it does not matter which comes first.
    pub fn by(interface: Interface, mut says: impl FnMut(&str) -> Event + Send + 'static) -> ScriptedModel {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of this computer");
        let address = format!("http://{}", listener.local_addr().expect("its address"));
        let (bodies, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (kept, stopped) = (bodies.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let Ok(mut stream) = stream else { continue };
                let Some(body) = request(&mut stream) else { continue };
                let event = says(&body);
                kept.lock().unwrap_or_else(PoisonError::into_inner).push(body);
                match event {
                    Event::Silent => silent.push(stream),
                    event => answer(&mut stream, interface, &event),
                }
            }
        });
        ScriptedModel { address, bodies, stop, thread: Some(thread) }
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The bodies of all requests so far.
    pub fn bodies(&self) -> Vec<String> {
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a connection.
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

// One request, read whole, so that closing the connection does not reset what was sent.
fn request(stream: &mut TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_lowercase();
        if let Some(number) = line.strip_prefix("content-length: ") {
            length = number.parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    String::from_utf8(body).ok()
}

fn answer(stream: &mut TcpStream, interface: Interface, event: &Event) {
    let head = |status: u16, length: usize| {
        let wait = if status == 429 { "retry-after-ms: 30\r\n" } else { "" };
        format!(
            "HTTP/1.1 {status} X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n{wait}content-length: {length}\r\n\r\n"
        )
    };
    let text = match event {
        Event::Says(said) => {
            let body = interface.written(said);
            head(200, body.len()) + &body
        }
        Event::Cut(said) => {
            let body = interface.written(said);
            let half = body.len() / 2;
            head(200, body.len()) + &body[..body.floor_char_boundary(half)]
        }
        Event::Status(status) => head(*status, 0),
        Event::Silent => return,
    };
    let _ = stream.write_all(text.as_bytes());
}

fn open_ai(said: &Said) -> Vec<Value> {
    let delta = |delta: Value, finish: Option<&str>| json!({"choices": [{"delta": delta, "finish_reason": finish}]});
    let mut list = Vec::new();
    if let Some(signature) = &said.signature {
        list.push(delta(json!({"reasoning_content": signature}), None));
    }
    list.push(delta(json!({"content": said.text}), None));
    for (n, (id, tool, args)) in said.calls.iter().enumerate() {
        let call = json!({"index": n, "id": id, "function": {"name": tool, "arguments": args.to_string()}});
        list.push(delta(json!({"tool_calls": [call]}), None));
    }
    list.push(delta(json!({}), Some(if said.calls.is_empty() { "stop" } else { "tool_calls" })));
    list.push(json!({"choices": [], "usage": {"prompt_tokens": 1000, "completion_tokens": 10}}));
    list
}

fn responses(said: &Said) -> Vec<Value> {
    let mut list = vec![json!({"type": "response.created", "response": {"status": "in_progress"}})];
    if let Some(signature) = &said.signature {
        let item = json!({"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": signature});
        list.push(json!({"type": "response.output_item.done", "output_index": 0, "item": item}));
    }
    if !said.text.is_empty() {
        list.push(json!({"type": "response.output_text.delta", "output_index": 1, "delta": said.text}));
    }
    for (n, (id, tool, args)) in said.calls.iter().enumerate() {
        let item = json!({"type": "function_call", "call_id": id, "name": tool, "arguments": args.to_string()});
        list.push(json!({"type": "response.output_item.done", "output_index": n + 2, "item": item}));
    }
    let usage = json!({"input_tokens": 1000, "output_tokens": 10});
    list.push(json!({"type": "response.completed", "response": {"status": "completed", "usage": usage}}));
    list
}

fn anthropic(said: &Said) -> Vec<Value> {
    let mut list = vec![json!({"type": "message_start", "message": {"usage": {"input_tokens": 1000}}})];
    let mut block = |start: Value, delta: Option<Value>| {
        let n = list.len();
        list.push(json!({"type": "content_block_start", "index": n, "content_block": start}));
        list.extend(delta.map(|delta| json!({"type": "content_block_delta", "index": n, "delta": delta})));
        list.push(json!({"type": "content_block_stop", "index": n}));
    };
    if let Some(signature) = &said.signature {
        let delta = json!({"type": "signature_delta", "signature": signature});
        block(json!({"type": "thinking", "thinking": "", "signature": ""}), Some(delta));
    }
    if !said.text.is_empty() {
        let delta = json!({"type": "text_delta", "text": said.text});
        block(json!({"type": "text", "text": ""}), Some(delta));
    }
    for (id, tool, args) in &said.calls {
        let delta = json!({"type": "input_json_delta", "partial_json": args.to_string()});
        block(json!({"type": "tool_use", "id": id, "name": tool, "input": {}}), Some(delta));
    }
    let stop = if said.calls.is_empty() { "end_turn" } else { "tool_use" };
    list.push(json!({"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": 10}}));
    list.push(json!({"type": "message_stop"}));
    list
}

fn gemini(said: &Said) -> Vec<Value> {
    let chunk = |part: Value, finish: Option<&str>| {
        json!({"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": finish}],
            "usageMetadata": {"promptTokenCount": 1000, "candidatesTokenCount": 10}})
    };
    let mut list = vec![chunk(json!({"text": said.text}), None)];
    for (n, (id, tool, args)) in said.calls.iter().enumerate() {
        let mut part = json!({"functionCall": {"id": id, "name": tool, "args": args}});
        if let Some(signature) = said.signature.as_ref().filter(|_| n == 0) {
            part["thoughtSignature"] = json!(signature);
        }
        list.push(chunk(part, None));
    }
    list.push(chunk(json!({"text": ""}), Some("STOP")));
    list
}
