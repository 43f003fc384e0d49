//! `assent mcp`: a server of the Model Context Protocol on the standard input and output of this program, so that an agent
//! elsewhere can ask the person here. It opens no connection and starts nothing. Where the window or `assent core` has the
//! data folder open, cards appear there; otherwise this program opens it, and they are answered from another terminal.

mod answers;
mod tools;

use crate::{Answered, Desk, Ended};
use answers::{Told, told};
use assent_engine::{Attendance, Config, Core, Engine, Host};
use assent_protocol::{
    texts::say,
    wire::{ErrorCode, WireError},
};
use rmcp::{
    RoleServer, ServerHandler, ServiceExt,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData, Implementation,
        ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ServerCapabilities, ServerConfig,
    },
    service::RequestContext,
};
use serde_json::Value;
use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, ReadBuf, Stdin, stdin, stdout},
    sync::Notify,
};

/// How often an answer is looked for, and how often the agent is told that it is not there yet.
const LOOK: Duration = Duration::from_millis(200);
const LOOKS_A_WORD: u32 = 25;
/// How long others can still ask the engine here, once the agent is gone.
const GRACE: Duration = Duration::from_secs(1);
/// How often the engine looks at the clock, where it is here.
const BEAT: Duration = Duration::from_secs(1);

impl Desk {
    pub(crate) async fn mcp(&self) -> Answered {
        if let Core::Here(engine) = &self.engine {
            keep_going(engine)?;
        }
        let counter = Arc::new(Counter {
            config: self.config.clone(),
            host: self.host.clone(),
            core: Mutex::new(self.engine.clone()),
            session: Mutex::default(),
        });
        let closed = Arc::new(Notify::new());
        let failed = |error: &dyn std::fmt::Display| WireError { code: ErrorCode::Other, message: error.to_string() };
        let serving = counter
            .clone()
            .serve((Input { from: stdin(), closed: closed.clone() }, stdout()))
            .await
            .map_err(|error| failed(&error))?;
        tokio::select! {
            ended = serving.waiting() => { ended.map_err(|error| failed(&error))?; }
            () = crate::core::asked_to_end() => {}
            () = closed.notified() => {}
        }
        // Dropped before the engine is closed, so that what waits is withdrawn.
        counter.end();
        let core = counter.core.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if core.here().is_ok() {
            // Whoever has just answered in another terminal still reads here what came of it.
            tokio::time::sleep(GRACE).await;
        }
        core.close();
        Ok(Ended::Done)
    }
}

// As `assent core` does: other terminals answer through the socket, and what goes on here goes on.
fn keep_going(engine: &Engine) -> Result<(), WireError> {
    engine.listen()?;
    engine.resume_all();
    let engine = engine.clone();
    tokio::spawn(async move {
        let mut beat = tokio::time::interval(BEAT);
        loop {
            beat.tick().await;
            engine.tick();
        }
    });
    Ok(())
}

/// The agent's end of the line. The SDK lets requests under way come to their end after it is closed; an agent that is
/// gone wants no answer any more.
struct Input {
    from: Stdin,
    closed: Arc<Notify>,
}

impl AsyncRead for Input {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let read = Pin::new(&mut self.from).poll_read(context, into);
        if matches!(read, Poll::Ready(Err(_))) || (read.is_ready() && into.filled().len() == before) {
            self.closed.notify_one();
        }
        read
    }
}

/// Where one agent is served.
struct Counter {
    config: Config,
    host: Arc<dyn Host>,
    core: Mutex<Core>,
    session: Mutex<Option<Arc<Session>>>,
}

/// From the first request of an agent to its end, or to the end of the program that has the engine.
struct Session {
    core: Core,
    attendance: Attendance,
}

impl ServerHandler for Counter {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("assent", env!("CARGO_PKG_VERSION")))
            .with_instructions(say("elsewhere.mcp.instructions", &[]))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let wanted = match tools::read(&request.name, request.arguments.unwrap_or_default()) {
            Ok(wanted) => wanted,
            Err(why) => return Ok(shown(Told::refused(&why)).into()),
        };
        let answered = match self.session(&context) {
            Ok(session) => self.answer(&session, wanted, &context).await,
            Err(error) => Err(error),
        };
        Ok(shown(answered.unwrap_or_else(|error| Told::refused(&error.message))).into())
    }
}

impl Counter {
    async fn answer(
        &self,
        session: &Arc<Session>,
        wanted: tools::Wanted,
        context: &RequestContext<RoleServer>,
    ) -> Result<Told, WireError> {
        use tools::Wanted;
        match wanted {
            Wanted::Approval { tool, arguments, why } => {
                let call = on(session, move |s| {
                    s.core.elsewhere_request(s.attendance.run, tool, Value::Object(arguments), why)
                });
                self.approval(session, call.await?, context).await
            }
            Wanted::Question(text) => {
                let call = on(session, move |s| s.core.elsewhere_question(s.attendance.run, text)).await?;
                self.question(session, call, context).await
            }
            Wanted::Notice(text) => {
                on(session, move |s| s.core.elsewhere_notify(s.attendance.run, text)).await?;
                Ok(Told::plain(&say("elsewhere.mcp.noted", &[])))
            }
            Wanted::History(search) => {
                let past = on(session, move |s| s.core.elsewhere_history(s.attendance.run, search)).await?;
                Ok(answers::past(&past))
            }
        }
    }

    async fn approval(
        &self,
        session: &Arc<Session>,
        call: String,
        context: &RequestContext<RoleServer>,
    ) -> Result<Told, WireError> {
        let mut looks = 0;
        loop {
            let asked = call.clone();
            let action = self.or_cut(on(session, move |s| s.core.elsewhere_action(s.attendance.run, asked)).await)?;
            if let Some(told) = told(&action) {
                return Ok(told);
            }
            if !patience(context, &mut looks).await {
                let asked = call.clone();
                on(session, move |s| s.core.elsewhere_withdraw(s.attendance.run, asked)).await?;
                return Ok(Told::refused(&say("elsewhere.mcp.withdrawn", &[])));
            }
        }
    }

    async fn question(
        &self,
        session: &Arc<Session>,
        call: String,
        context: &RequestContext<RoleServer>,
    ) -> Result<Told, WireError> {
        let mut looks = 0;
        loop {
            let asked = call.clone();
            let answer = self.or_cut(on(session, move |s| s.core.elsewhere_answer(s.attendance.run, asked)).await)?;
            if let Some(answer) = answer {
                return Ok(answers::answer(&answer));
            }
            if !patience(context, &mut looks).await {
                return Ok(Told::refused(&say("elsewhere.mcp.withdrawn", &[])));
            }
        }
    }

    // An agent that only looks at the tools leaves no trace: its run begins with the first request.
    fn session(&self, context: &RequestContext<RoleServer>) -> Result<Arc<Session>, WireError> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = session.as_ref() {
            return Ok(session.clone());
        }
        let claimed = context
            .client_info()
            .or_else(|| context.peer.peer_info().map(|info| info.client_info.clone()))
            .map(|info| info.name)
            .unwrap_or_default();
        let core = self.reach()?;
        let attendance = core.attend(&claimed)?;
        Ok(session.insert(Arc::new(Session { core, attendance })).clone())
    }

    // The program that had the engine may have ended since: then another has it, or this one takes it.
    fn reach(&self) -> Result<Core, WireError> {
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(&*core, Core::There(_)) {
            *core = match Core::there(&self.config.data)? {
                Some(there) => there,
                None => {
                    let engine = Engine::open(self.config.clone(), self.host.clone())?;
                    keep_going(&engine)?;
                    Core::Here(engine)
                }
            };
        }
        Ok(core.clone())
    }

    // Whoever had the engine is gone, and with it what waited.
    fn or_cut<T>(&self, answered: Result<T, WireError>) -> Result<T, WireError> {
        let mut session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        match answered {
            Err(error) if error.code == ErrorCode::Other => {
                session.take();
                Err(WireError { message: say("elsewhere.mcp.cut", &[]), ..error })
            }
            other => other,
        }
    }

    fn end(&self) {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

async fn on<T: Send + 'static>(
    session: &Arc<Session>,
    ask: impl FnOnce(&Session) -> Result<T, WireError> + Send + 'static,
) -> Result<T, WireError> {
    let session = session.clone();
    let asked = tokio::task::spawn_blocking(move || ask(&session)).await;
    asked.map_err(|error| WireError { code: ErrorCode::Other, message: error.to_string() })?
}

/// Waits for the next look, and tells an agent that wants to know that nobody has answered yet. False when it wants the
/// answer no longer.
async fn patience(context: &RequestContext<RoleServer>, looks: &mut u32) -> bool {
    *looks += 1;
    if looks.is_multiple_of(LOOKS_A_WORD)
        && let Some(token) = context.meta.get_progress_token()
    {
        let progress =
            ProgressNotificationParam::new(token, f64::from(*looks)).with_message(say("elsewhere.mcp.waiting", &[]));
        let _ = context.peer.notify_progress(progress).await;
    }
    tokio::select! {
        () = tokio::time::sleep(LOOK) => true,
        () = context.ct.cancelled() => false,
    }
}

fn shown(told: Told) -> CallToolResult {
    let text = format!("{}\n{}", told.sentence, told.value);
    let content = vec![ContentBlock::text(text)];
    let mut result = if told.refused { CallToolResult::error(content) } else { CallToolResult::success(content) };
    result.structured_content = Some(told.value);
    result
}
