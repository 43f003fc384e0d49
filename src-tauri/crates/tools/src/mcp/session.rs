//! One running server: the process or the address, the conversation with it, and its end. Everything runs on one
//! thread of its own that lives as long as the program, because a sandbox dies with the thread that started it.

use super::{
    Elicited, Reply, ServerConfig, Watch,
    definition::Definition,
    http, launch,
    lenient::{Noted, Talk},
    lines::Lines,
    oauth::{self, Kept},
};
use crate::words::{cut, say};
use assent_protocol::{Transport, visible::visible};
use rmcp::{
    ClientHandler, RoleClient,
    model::{
        CallToolRequestParams, CallToolResult, ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult,
        ElicitationAction, ElicitationCapability, ErrorData, FormElicitationCapability, Implementation, JsonObject,
        PaginatedRequestParams, ProtocolVersion, Tool,
    },
    service::{
        ClientInitializeError, ClientLifecycleMode, RequestContext, RunningService, ServiceError,
        serve_client_with_lifecycle,
    },
    transport::{
        async_rw::AsyncRwTransport,
        streamable_http_client::{AuthRequiredError, InsufficientScopeError},
    },
};
use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::ChildStderr,
    runtime::Handle,
};

/// One message of a server. A longer one ends the session.
pub const MOST_MESSAGE: usize = 16 * 1024 * 1024;
/// Pages of one list of tools. What a server offers beyond is not looked at.
const MOST_PAGES: usize = 100;
/// What is kept of what a server writes to its error output.
const MOST_ERRORS: usize = 4 * 1024;
/// How often a waiting call looks whether it must stop.
const LOOK: Duration = Duration::from_millis(25);

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Until the server is ready.
    pub start: Duration,
    /// One call; the time in which the person is asked does not count.
    pub call: Duration,
}

impl Default for Times {
    fn default() -> Times {
        Times { start: Duration::from_secs(30), call: Duration::from_secs(120) }
    }
}

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The server answered that it will not; nothing is known to have happened.
    Refused(String),
    /// It was cut off: the run stopped.
    Stopped,
    /// It was cut off: time, or the server is gone. What happened is unknown.
    Lost(String),
}

/// A server that runs.
pub struct Session {
    service: RunningService<RoleClient, Handler>,
    group: Option<i32>,
    errors: Arc<Mutex<String>>,
    overlong: Arc<AtomicBool>,
    kept: Kept,
    /// Whether it is in a sandbox.
    pub boxed: bool,
}

/// What answers a server's own requests. Sampling and roots are not offered.
#[derive(Clone)]
pub struct Handler {
    server: String,
    watch: Arc<dyn Watch>,
    calls: Arc<Mutex<Vec<Call>>>,
    asking: Arc<AtomicUsize>,
}

#[derive(Clone)]
struct Call {
    stop: Arc<AtomicBool>,
    over: Arc<AtomicBool>,
}

/// The thread that all servers are spoken to on.
pub fn runtime() -> Result<&'static Handle, String> {
    static RUNTIME: OnceLock<Result<Handle, String>> = OnceLock::new();
    let made = RUNTIME.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        let handle = runtime.handle().clone();
        std::thread::Builder::new()
            .name("mcp".to_owned())
            .spawn(move || runtime.block_on(std::future::pending::<()>()))
            .map_err(|e| e.to_string())?;
        Ok(handle)
    });
    made.as_ref().map_err(Clone::clone)
}

impl Session {
    /// Starts or reaches the server and greets it.
    ///
    /// # Errors
    /// A sentence with the end of what the server wrote to its error output.
    pub fn open(config: &ServerConfig, watch: Arc<dyn Watch>, kept: Kept) -> Result<Session, String> {
        let handle = runtime()?;
        let (tell, told) = mpsc::channel();
        let config = config.clone();
        let within = config.times.start;
        let task = handle.spawn(async move {
            let opened = tokio::time::timeout(within, connect(config, watch, kept)).await;
            let late = say("mcp.session.slow_start", &[("count", &within.as_secs().to_string())]);
            let _ = tell.send(opened.unwrap_or(Err(late)));
        });
        // A little longer than the task itself takes, which ends in time by itself.
        told.recv_timeout(within + Duration::from_secs(5)).unwrap_or_else(|_| {
            task.abort();
            Err(say("mcp.session.slow_start", &[("count", &within.as_secs().to_string())]))
        })
    }

    /// Whether it still runs.
    pub fn is_alive(&self) -> bool {
        !self.service.is_closed() && !self.service.peer().is_transport_closed()
    }

    /// The tools that it offers now.
    ///
    /// # Errors
    /// A sentence.
    pub fn definitions(self: &Arc<Session>, within: Duration) -> Result<Vec<Definition>, String> {
        let (session, pages) = (self.clone(), Arc::<Mutex<Vec<Tool>>>::default());
        let kept = pages.clone();
        let listed = self.wait(within, &AtomicBool::new(false), async move { session.list(&kept).await });
        let tools = std::mem::take(&mut *pages.lock().unwrap_or_else(PoisonError::into_inner));
        // What was offered before it broke off is offered.
        match listed {
            Err(broken) if tools.is_empty() => Err(broken.sentence()),
            _ => Ok(Definition::list(&tools)),
        }
    }

    // Page by page, until there is none or the same place comes again.
    async fn list(&self, tools: &Mutex<Vec<Tool>>) -> Result<(), ServiceError> {
        let mut seen = HashSet::new();
        let mut cursor = None;
        for _ in 0..MOST_PAGES {
            let mut page = PaginatedRequestParams::default();
            page.cursor.clone_from(&cursor);
            let page = self.service.peer().list_tools(Some(page)).await?;
            tools.lock().unwrap_or_else(PoisonError::into_inner).extend(page.tools);
            match page.next_cursor {
                Some(next) if seen.insert(next.clone()) => cursor = Some(next),
                _ => break,
            }
        }
        Ok(())
    }

    /// Calls a tool once. `stop` cuts it off, and the server is told.
    ///
    /// # Errors
    /// [`Broken`]; after `Stopped` and `Lost` nobody knows what happened.
    pub fn call(
        self: &Arc<Session>,
        tool: &str,
        args: JsonObject,
        stop: &Arc<AtomicBool>,
        within: Duration,
    ) -> Result<CallToolResult, Broken> {
        let call = Call { stop: stop.clone(), over: Arc::default() };
        let handler = self.service.service();
        handler.calls().push(call.clone());
        let params = CallToolRequestParams::new(tool.to_owned()).with_arguments(args);
        let session = self.clone();
        let ended = self.wait(within, stop, async move { session.service.call_tool(params).await });
        call.over.store(true, Ordering::SeqCst);
        handler.calls().retain(|other| !Arc::ptr_eq(&other.over, &call.over));
        ended
    }

    /// Ends it with everything that it started.
    pub fn end(&self) {
        self.service.cancellation_token().cancel();
        if let Some(group) = self.group.and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }

    // Runs `work` on the servers' thread; dropping it there sends the server a cancellation.
    fn wait<T: Send + 'static>(
        &self,
        within: Duration,
        stop: &AtomicBool,
        work: impl Future<Output = Result<T, ServiceError>> + Send + 'static,
    ) -> Result<T, Broken> {
        let (tell, told) = mpsc::channel();
        let handle = runtime().map_err(Broken::Refused)?;
        let task = handle.spawn(async move {
            let _ = tell.send(work.await);
        });
        let mut left = within;
        loop {
            let began = Instant::now();
            match told.recv_timeout(LOOK) {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(ServiceError::McpError(error))) => return Err(Broken::Refused(plain(&error.message))),
                Ok(Err(error)) => {
                    return Err(self.turned_away(&error).unwrap_or_else(|| Broken::Lost(self.why(&error.to_string()))));
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(Broken::Lost(self.why(""))),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
            if stop.load(Ordering::SeqCst) {
                task.abort();
                return Err(Broken::Stopped);
            }
            if self.service.service().asking.load(Ordering::SeqCst) == 0 {
                left = left.saturating_sub(began.elapsed());
            }
            if left.is_zero() {
                task.abort();
                return Err(Broken::Lost(say("mcp.session.slow", &[("count", &within.as_secs().to_string())])));
            }
        }
    }

    // Nothing happened: the server did not even look at the call.
    fn turned_away(&self, error: &ServiceError) -> Option<Broken> {
        let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
        while let Some(current) = source {
            let unknown = current.downcast_ref::<AuthRequiredError>().map(|error| &error.www_authenticate_header);
            let short = current.downcast_ref::<InsufficientScopeError>().map(|error| &error.www_authenticate_header);
            if let Some(challenge) = unknown.or(short) {
                self.kept.turned_away(challenge);
                return Some(Broken::Refused(say("mcp.sign_in.wanted", &[])));
            }
            source = current.source();
        }
        None
    }

    fn why(&self, error: &str) -> String {
        if self.overlong.load(Ordering::SeqCst) {
            return say("mcp.session.too_long", &[("bytes", &MOST_MESSAGE.to_string())]);
        }
        let written = self.errors.lock().unwrap_or_else(PoisonError::into_inner).clone();
        said(&say("mcp.session.gone", &[("because", &plain(error))]), &written)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.end();
    }
}

impl Broken {
    /// It in words.
    pub fn sentence(self) -> String {
        match self {
            Broken::Refused(text) | Broken::Lost(text) => text,
            Broken::Stopped => say("mcp.session.stopped", &[]),
        }
    }
}

// First the newest greeting. A server that answers it with nothing, or ends at it, is greeted in the older way: the SDK
// falls back by itself only where it is told that the newer one is not known.
async fn connect(config: ServerConfig, watch: Arc<dyn Watch>, kept: Kept) -> Result<Session, String> {
    let newest =
        ClientLifecycleMode::Auto { preferred_versions: vec![ProtocolVersion::V_2026_07_28], legacy_version: None };
    match greet(&config, watch.clone(), &kept, newest).await {
        Ok(session) => Ok(session),
        Err(Greeted::Failed(why)) => Err(why),
        Err(Greeted::NotUnderstood(why)) => {
            greet(&config, watch, &kept, ClientLifecycleMode::Initialize).await.map_err(|older| match older {
                Greeted::Failed(later) | Greeted::NotUnderstood(later) if later != why => later,
                _ => why,
            })
        }
    }
}

/// Why a greeting came to nothing.
enum Greeted {
    /// Nothing to be done.
    Failed(String),
    /// The server said something else, or left.
    NotUnderstood(String),
}

async fn greet(
    config: &ServerConfig,
    watch: Arc<dyn Watch>,
    kept: &Kept,
    how: ClientLifecycleMode,
) -> Result<Session, Greeted> {
    let talk = Talk::new(&config.name, watch.clone());
    let handler = Handler { server: config.name.clone(), watch, calls: Arc::default(), asking: Arc::default() };
    let errors = Arc::<Mutex<String>>::default();
    let overlong = Arc::<AtomicBool>::default();
    let (heard, refused) = (errors.clone(), kept.clone());
    let failed = move |error: ClientInitializeError| {
        if let Some(challenge) = error.auth_challenge() {
            refused.turned_away(challenge);
            return Greeted::Failed(say("mcp.sign_in.wanted", &[]));
        }
        let written = heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let why = said(&say("mcp.session.no_start", &[("because", &plain(&error.to_string()))]), &written);
        match error {
            ClientInitializeError::ExpectedInitResult(_)
            | ClientInitializeError::ExpectedInitResponse(_)
            | ClientInitializeError::ConnectionClosed(_)
            | ClientInitializeError::LegacyFallbackFailed { .. } => Greeted::NotUnderstood(why),
            _ => Greeted::Failed(why),
        }
    };
    if let Transport::Http { url } = &config.transport {
        let url = http::address(url).map_err(Greeted::Failed)?;
        let signed_in = kept.manager(url.as_str()).await.map_err(|error| Greeted::Failed(oauth::failed(&error)))?;
        let transport = http::transport(&url, &config.secrets, signed_in).map_err(Greeted::Failed)?;
        let service = serve_client_with_lifecycle(handler, transport, how).await.map_err(failed)?;
        return Ok(Session { service, group: None, errors, overlong, kept: kept.clone(), boxed: false });
    }
    let started = launch::start(config).map_err(Greeted::Failed)?;
    let mut child = started.child;
    let group = child.id().and_then(|id| i32::try_from(id).ok());
    let (Some(output), Some(input)) = (child.stdout.take(), child.stdin.take()) else {
        return Err(Greeted::Failed(say("mcp.session.gone", &[("because", "")])));
    };
    if let Some(stderr) = child.stderr.take() {
        tokio::spawn(listen(stderr, errors.clone()));
    }
    // A start that fails takes its group with it; waiting for the process leaves none behind.
    let guard = Group(group);
    tokio::spawn(async move {
        let _ = child.wait().await;
    });
    let output = Lines::of(output, overlong.clone(), talk.clone());
    let inner = AsyncRwTransport::new(output, input).with_max_line_length(usize::MAX);
    let transport = Noted { inner, talk };
    let service = serve_client_with_lifecycle(handler, transport, how).await.map_err(failed)?;
    std::mem::forget(guard);
    Ok(Session { service, group, errors, overlong, kept: kept.clone(), boxed: started.boxed })
}

/// Kills the group unless it is forgotten.
struct Group(Option<i32>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0.and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}

async fn listen(stderr: ChildStderr, errors: Arc<Mutex<String>>) {
    let mut lines = BufReader::new(stderr);
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = tokio::io::AsyncReadExt::take(&mut lines, MOST_ERRORS as u64).read_until(b'\n', &mut line).await;
        if !matches!(read, Ok(bytes) if bytes > 0) {
            return;
        }
        let mut kept = errors.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_str(&String::from_utf8_lossy(&line));
        if kept.len() > MOST_ERRORS {
            let mut from = kept.len() - MOST_ERRORS;
            while !kept.is_char_boundary(from) {
                from += 1;
            }
            kept.drain(..from);
        }
    }
}

// The end of what it wrote says most.
fn said(sentence: &str, written: &str) -> String {
    let last: Vec<&str> = written.lines().filter(|line| !line.trim().is_empty()).rev().take(3).collect();
    if last.is_empty() {
        return sentence.to_owned();
    }
    let last: Vec<String> = last.into_iter().rev().map(plain).collect();
    say("mcp.session.it_wrote", &[("sentence", sentence), ("text", &last.join(" / "))])
}

fn plain(text: &str) -> String {
    visible(cut(text, 600).0)
}

impl Handler {
    fn calls(&self) -> std::sync::MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask(&self, message: String, schema: serde_json::Value) -> Reply {
        // Only a call that is under way may ask, and the person sees in which task.
        let Some(call) = self.calls().last().cloned() else { return Reply::Decline };
        let asked = Elicited { server: self.server.clone(), message, schema, stop: call.stop, over: call.over };
        if asked.refused().is_some() {
            return Reply::Decline;
        }
        let watch = self.watch.clone();
        self.asking.fetch_add(1, Ordering::SeqCst);
        let reply = tokio::task::spawn_blocking(move || watch.ask(&asked)).await;
        self.asking.fetch_sub(1, Ordering::SeqCst);
        reply.unwrap_or(Reply::Cancel)
    }
}

impl ClientHandler for Handler {
    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let reply = match request {
            ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } => {
                let schema = serde_json::to_value(requested_schema).unwrap_or_default();
                self.ask(message, schema).await
            }
            // An address is never opened on a server's word.
            _ => Reply::Decline,
        };
        Ok(match reply {
            Reply::Accept(form) => ElicitResult::new(ElicitationAction::Accept).with_content(form),
            Reply::Decline => ElicitResult::new(ElicitationAction::Decline),
            Reply::Cancel => ElicitResult::new(ElicitationAction::Cancel),
        })
    }

    fn get_info(&self) -> ClientConfig {
        let mut can = ClientCapabilities::default();
        can.elicitation =
            Some(ElicitationCapability::new().with_form(FormElicitationCapability::new().with_schema_validation(true)));
        let mut info = ClientConfig::new(can, Implementation::new("assent", env!("CARGO_PKG_VERSION")));
        // The last version that is greeted with `initialize`; later ones are asked for what they know instead.
        info.protocol_version = ProtocolVersion::V_2025_11_25;
        info
    }
}
