//! Agents of others, over the Agent Client Protocol. Such a program runs in a sandbox that it does not get past: the
//! granted folder is mounted so that it can only be read, and a change is made here, by our own tools, after the desk
//! has settled it. So an agent that ignores every permission still changes nothing by itself.

mod heard;

use crate::{
    mcp::{ServerConfig, launch},
    words::{cut, say},
};
use agent_client_protocol::{
    Client, Error, Lines, on_receive_notification, on_receive_request,
    schema::ProtocolVersion,
    v1::{
        Responder,
        schema::{
            ClientCapabilities, ContentBlock, ContentChunk, FileSystemCapabilities, InitializeRequest,
            NewSessionRequest, PermissionOptionKind, PromptRequest, RequestPermissionOutcome, RequestPermissionRequest,
            RequestPermissionResponse, SelectedPermissionOutcome, SessionNotification, SessionUpdate, StopReason,
            TextContent, ToolCallContent, WriteTextFileRequest, WriteTextFileResponse,
        },
    },
};
use assent_protocol::{Transport, visible::visible};
use futures::{StreamExt, sink, stream};
use heard::{Account, Heard};
use serde_json::{Value, json};
use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

/// One message of an agent; a longer one ends it.
const MOST_MESSAGE: u64 = 16 * 1024 * 1024;
/// Messages of one session.
const MOST_MESSAGES: usize = 100_000;
/// Requests that wait at a time.
const MOST_OPEN: usize = 16;
/// How often a stop is looked for.
const LOOK: Duration = Duration::from_millis(50);
/// How long an agent that broke off the conversation has to end by itself.
const GONE: Duration = Duration::from_secs(1);
/// What is kept of an agent's error output.
const MOST_ERRORS: usize = 2_000;

/// How long an agent may say nothing while nothing of its own waits for the person.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Until the session is open.
    pub start: Duration,
    /// After that.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { start: Duration::from_secs(180), silence: Duration::from_secs(10 * 60) }
    }
}

/// One change that an agent wants made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The file, as the agent names it.
    pub path: String,
    /// Its whole text.
    pub text: String,
}

/// What the engine does for an agent. Calls come on threads of their own and wait for the person.
pub trait Desk: Send + Sync + 'static {
    /// The agent says something, a piece at a time.
    fn says(&self, piece: &str);
    /// The agent's plan as it is now.
    fn plans(&self, entries: &[String]);
    /// Makes a change, if it is settled so.
    ///
    /// # Errors
    /// Why not, in a sentence for the agent.
    fn change(&self, change: Change) -> Result<(), String>;
    /// Whether the agent may do in its box what it asks for: its own input for the call, and nothing of its words.
    fn may(&self, input: Value) -> bool;
}

/// Runs an agent for one prompt in the folder, until it ends its turn. Blocks; call it on a thread of its own, because a
/// sandbox dies with the thread that started it.
///
/// # Errors
/// One line on what went wrong. Everything that the agent had started is ended by then.
pub fn run(
    config: &ServerConfig,
    folder: PathBuf,
    prompt: String,
    desk: Arc<dyn Desk>,
    stop: &AtomicBool,
    patience: Patience,
) -> Result<(), String> {
    if crate::mcp::sandbox::program().is_none() {
        return Err(say("agents.no_sandbox", &[]));
    }
    if launch::fingerprint(&config.transport)? != config.fingerprint {
        return Err(say("agents.changed", &[("name", &config.name)]));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| say("agents.failed", &[("because", &error.to_string())]))?;
    runtime.block_on(async {
        let mut started = launch::start(config)?;
        let heard = Arc::<Heard>::default();
        let ended = talk(&mut started, folder, prompt, (desk, heard.clone()), stop, patience).await;
        // Its first process is the box's own: with it, everything in the box ends.
        let _ = started.child.start_kill();
        let _ = started.child.wait().await;
        let Transport::Stdio { command, .. } = &config.transport else { return ended };
        let home = config.own_folder.display().to_string();
        let account = Account { name: &config.name, home: &home, program: command };
        // Its own words say more than how the conversation ended.
        ended.map_err(|why| if stop.load(Ordering::SeqCst) { why } else { heard.refused(&account).unwrap_or(why) })
    })
}

struct Watched {
    heard: Mutex<Instant>,
    open: AtomicUsize,
    begun: AtomicBool,
    errors: Mutex<String>,
}

async fn talk(
    started: &mut launch::Started,
    folder: PathBuf,
    prompt: String,
    (desk, heard): (Arc<dyn Desk>, Arc<Heard>),
    stop: &AtomicBool,
    patience: Patience,
) -> Result<(), String> {
    let missing = || say("agents.failed", &[("because", "")]);
    let (Some(input), Some(output), Some(errors)) =
        (started.child.stdin.take(), started.child.stdout.take(), started.child.stderr.take())
    else {
        return Err(missing());
    };
    let watched = Arc::new(Watched {
        heard: Mutex::new(Instant::now()),
        open: AtomicUsize::new(0),
        begun: AtomicBool::new(false),
        errors: Mutex::default(),
    });
    let listening = tokio::spawn(hear_errors(errors, watched.clone()));
    let asking = heard.clone();
    let outgoing = sink::unfold(input, move |mut input, line: String| {
        asking.asks(&line);
        async move {
            input.write_all(line.as_bytes()).await?;
            input.write_all(b"\n").await?;
            input.flush().await?;
            Ok::<_, io::Error>(input)
        }
    });
    let hearing = watched.clone();
    let mending = heard.clone();
    let incoming = stream::unfold((BufReader::new(output), 0), move |(mut from, count)| {
        let hearing = hearing.clone();
        async move {
            let mut line = Vec::new();
            let read = (&mut from).take(MOST_MESSAGE).read_until(b'\n', &mut line).await;
            *hearing.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            match read {
                Ok(0) => None,
                Ok(_) if !line.ends_with(b"\n") && line.len() as u64 >= MOST_MESSAGE => {
                    Some((Err(io::Error::other(say("agents.too_long", &[]))), (from, count)))
                }
                Ok(_) if count >= MOST_MESSAGES => {
                    Some((Err(io::Error::other(say("agents.flood", &[]))), (from, count)))
                }
                Ok(_) => Some((Ok(String::from_utf8_lossy(&line).trim_end().to_owned()), (from, count + 1))),
                Err(error) => Some((Err(error), (from, count))),
            }
        }
    });
    let incoming = incoming.filter_map(move |line| {
        std::future::ready(match line {
            Ok(line) => mending.line(&line).map(Ok),
            Err(error) => Some(Err(error)),
        })
    });
    let (hears, asks, writes) = (desk.clone(), (desk.clone(), watched.clone()), (desk.clone(), watched.clone()));
    let begun = watched.clone();
    let session = Client
        .v1()
        .name("assent")
        .on_receive_notification(
            async move |told: SessionNotification, _| {
                hear(hears.as_ref(), told.update);
                Ok(())
            },
            on_receive_notification!(),
        )
        .on_receive_request(
            async move |request: RequestPermissionRequest, responder, _| {
                let (desk, watched) = asks.clone();
                aside(&watched, responder, move || Ok(permission(desk.as_ref(), &request)))
            },
            on_receive_request!(),
        )
        .on_receive_request(
            async move |request: WriteTextFileRequest, responder, _| {
                let (desk, watched) = writes.clone();
                aside(&watched, responder, move || {
                    let change = Change { path: request.path.display().to_string(), text: request.content };
                    desk.change(change).map(|()| WriteTextFileResponse::new())
                })
            },
            on_receive_request!(),
        )
        .connect_with(Lines::new(outgoing, incoming), async move |connection| {
            let files = FileSystemCapabilities::new().write_text_file(true);
            let able = ClientCapabilities::new().fs(files);
            let hello = InitializeRequest::new(ProtocolVersion::V1).client_capabilities(able);
            connection.send_request(hello).block_task().await?;
            let opened = connection.send_request(NewSessionRequest::new(folder)).block_task().await?;
            begun.begun.store(true, Ordering::SeqCst);
            let blocks = vec![ContentBlock::Text(TextContent::new(prompt))];
            let ended = connection.send_request(PromptRequest::new(opened.session_id, blocks)).block_task().await?;
            Ok(ended.stop_reason)
        });
    let ended = tokio::select! {
        ended = session => ended,
        why = watch(&watched, stop, patience) => return Err(why),
    };
    let ended = match ended {
        Ok(StopReason::EndTurn) => heard.reason().map_or(Ok(()), Err),
        Ok(reason) => Err(say("agents.stopped_early", &[("reason", &stop_words(reason))])),
        Err(error) => Err(why_ended(&mut started.child, &error).await),
    };
    // What it wrote as its last words often says more than the protocol.
    listening.abort();
    ended.map_err(|why| {
        let errors = watched.errors.lock().unwrap_or_else(PoisonError::into_inner);
        // Many programs end with where they were or which version they are; the line before that names what went wrong.
        let mut lines = errors.lines().rev().filter(|line| !line.trim().is_empty());
        let last = lines.clone().find(|line| line.to_lowercase().contains("error")).or_else(|| lines.next());
        match last {
            Some(last) => {
                format!("{why} {}", say("agents.last_words", &[("text", &visible(cut(last.trim(), 300).0))]))
            }
            _ => why,
        }
    })
}

// That the program is gone says more than what the protocol makes of it.
async fn why_ended(child: &mut tokio::process::Child, error: &Error) -> String {
    match tokio::time::timeout(GONE, child.wait()).await {
        Ok(Ok(status)) => say("agents.exited", &[("status", &status.to_string())]),
        _ => {
            let more = error.data.as_ref().and_then(Value::as_str).unwrap_or_default();
            let because = format!("{} {more}", error.message);
            say("agents.ended", &[("because", &visible(cut(because.trim(), 300).0))])
        }
    }
}

fn stop_words(reason: StopReason) -> String {
    serde_json::to_value(reason).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
}

async fn watch(watched: &Watched, stop: &AtomicBool, patience: Patience) -> String {
    loop {
        tokio::time::sleep(LOOK).await;
        if stop.load(Ordering::SeqCst) {
            return say("agents.stopped", &[]);
        }
        let quiet = watched.heard.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
        let most = if watched.begun.load(Ordering::SeqCst) { patience.silence } else { patience.start };
        if watched.open.load(Ordering::SeqCst) == 0 && quiet > most {
            return say("agents.silent", &[("seconds", &most.as_secs().to_string())]);
        }
    }
}

async fn hear_errors(mut errors: tokio::process::ChildStderr, watched: Arc<Watched>) {
    let mut block = [0; 4096];
    while let Ok(count) = errors.read(&mut block).await {
        if count == 0 {
            return;
        }
        let mut kept = watched.errors.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_str(&String::from_utf8_lossy(&block[..count]));
        if kept.len() > MOST_ERRORS {
            let mut from = kept.len() - MOST_ERRORS;
            while !kept.is_char_boundary(from) {
                from += 1;
            }
            *kept = kept.split_off(from);
        }
    }
}

// The person is waited for beside the conversation, which goes on meanwhile.
fn aside<T>(
    watched: &Arc<Watched>,
    responder: Responder<T>,
    work: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<(), Error>
where
    T: agent_client_protocol::JsonRpcResponse + Send + 'static,
{
    let told = |why: &str| Error::new(-32000, why.to_owned());
    if watched.open.fetch_add(1, Ordering::SeqCst) >= MOST_OPEN {
        watched.open.fetch_sub(1, Ordering::SeqCst);
        return responder.respond_with_error(told(&say("agents.too_many", &[])));
    }
    let watched = watched.clone();
    std::thread::spawn(move || {
        let done = work();
        *watched.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        watched.open.fetch_sub(1, Ordering::SeqCst);
        let _ = match done {
            Ok(answer) => responder.respond(answer),
            Err(why) => responder.respond_with_error(told(&why)),
        };
    });
    Ok(())
}

fn hear(desk: &dyn Desk, update: SessionUpdate) {
    match update {
        SessionUpdate::AgentMessageChunk(ContentChunk { content: ContentBlock::Text(text), .. }) => {
            desk.says(&text.text);
        }
        SessionUpdate::Plan(plan) => {
            let entries: Vec<String> = plan.entries.iter().map(|entry| visible(&entry.content)).collect();
            desk.plans(&entries);
        }
        _ => {}
    }
}

// A difference is a change that is made here when it is approved; the same one sent afterwards is then done already.
// Whatever else it asks for it does in its box. Its title and kind are its own words and count for nothing; neither does
// its "always".
fn permission(desk: &dyn Desk, request: &RequestPermissionRequest) -> RequestPermissionResponse {
    let wanted = |kind| request.options.iter().find(|option| option.kind == kind).map(|o| o.option_id.clone());
    let choose = |kind| match wanted(kind) {
        Some(id) => RequestPermissionOutcome::Selected(SelectedPermissionOutcome::new(id)),
        None => RequestPermissionOutcome::Cancelled,
    };
    // What it could not be told, it must not be asked about.
    let can_allow = wanted(PermissionOptionKind::AllowOnce).is_some();
    let content = request.tool_call.fields.content.as_deref().unwrap_or_default();
    let changes: Vec<Change> = content
        .iter()
        .filter_map(|content| match content {
            ToolCallContent::Diff(diff) => {
                Some(Change { path: diff.path.display().to_string(), text: diff.new_text.clone() })
            }
            _ => None,
        })
        .collect();
    let allowed = can_allow
        && if changes.is_empty() {
            let input = request.tool_call.fields.raw_input.clone().unwrap_or(Value::Null);
            desk.may(if input.is_object() { input } else { json!({ "input": input }) })
        } else {
            changes.into_iter().all(|change| desk.change(change).is_ok())
        };
    let kind = if allowed { PermissionOptionKind::AllowOnce } else { PermissionOptionKind::RejectOnce };
    RequestPermissionResponse::new(choose(kind))
}
