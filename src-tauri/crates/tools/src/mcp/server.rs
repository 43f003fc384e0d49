//! A server that the user added: it starts when it is first needed, and is started anew when it is gone.

use super::{
    definition::Definition,
    elicit::{Elicited, Reply},
    launch,
    oauth::{Kept, SignIn},
    session::{Broken, Session, Times},
};
use crate::words::say;
use assent_protocol::{ServerFolder, Transport};
use rmcp::model::{CallToolResult, JsonObject};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool},
};

/// What the engine hears of a server.
pub trait Watch: Send + Sync {
    /// The server asks the person something; waits for the answer.
    fn ask(&self, elicited: &Elicited) -> Reply;
    /// A tool's definition is not the one that was looked at; `now` is none where the tool is gone.
    fn changed(&self, server: &str, tool: &str, now: Option<&Definition>);
    /// The answer to a call came after nobody waited for it any more; `said` is its text.
    fn late(&self, _server: &str, _tool: &str, _args: &serde_json::Value, _said: &str) {}
    /// What a sign-in gave, or its renewal, to be kept among the server's secrets; none where it is worth nothing any more.
    fn signed_in(&self, server: &str, credentials: Option<&str>);
}

/// Everything that a server is started with.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Its name.
    pub name: String,
    /// How it is reached.
    pub transport: Transport,
    /// Folders that it sees besides its own.
    pub folders: Vec<ServerFolder>,
    /// Whether it may open connections.
    pub network: bool,
    /// Its own variables, and no others.
    pub secrets: Vec<(String, String)>,
    /// A folder of its own: where it starts, and its home.
    pub own_folder: PathBuf,
    /// The user's home folder, which is never in its sandbox as a whole.
    pub home: PathBuf,
    /// Assent's own folder, of which it sees nothing but `own_folder`.
    pub data: PathBuf,
    /// What [`launch::fingerprint`] gave when the user looked at it.
    pub fingerprint: String,
    /// How long things may take.
    pub times: Times,
}

/// One server.
pub struct Server {
    config: ServerConfig,
    watch: Arc<dyn Watch>,
    session: Mutex<Option<Arc<Session>>>,
    kept: Kept,
}

impl Server {
    /// One that has not started yet.
    pub fn new(config: ServerConfig, watch: Arc<dyn Watch>) -> Server {
        Server { kept: Kept::of(&config, watch.clone()), config, watch, session: Mutex::new(None) }
    }

    /// What it is started with.
    pub fn config(&self) -> &ServerConfig {
        &self.config
    }

    /// Whether it runs now, and if so whether in a sandbox.
    pub fn running(&self) -> Option<bool> {
        let session = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        session.as_ref().filter(|session| session.is_alive()).map(|session| session.boxed)
    }

    /// The tools that it offers now; starts it where it does not run.
    ///
    /// # Errors
    /// A sentence that says why it could not be asked.
    pub fn definitions(&self) -> Result<Vec<Definition>, String> {
        let within = self.config.times.start;
        match self.session()?.definitions(within) {
            Ok(definitions) => Ok(definitions),
            // It may have ended since; once more with a new one.
            Err(_) if self.running().is_none() => self.session()?.definitions(within),
            Err(error) => Err(error),
        }
    }

    /// Makes sure that `pinned` is what the server offers now.
    ///
    /// # Errors
    /// A sentence; the engine has heard of it, too.
    pub fn check(&self, pinned: &Definition) -> Result<(), String> {
        let now = self.definitions()?;
        let now = now.iter().find(|definition| definition.tool == pinned.tool);
        if now.is_some_and(|now| now.hash() == pinned.hash()) {
            return Ok(());
        }
        self.watch.changed(&self.config.name, &pinned.tool, now);
        Err(say(if now.is_some() { "mcp.tool.changed" } else { "mcp.tool.gone" }, &[]))
    }

    /// Calls a tool once, on the session that is there: a call is never repeated on a new one.
    ///
    /// # Errors
    /// [`Broken`].
    pub fn call(&self, tool: &str, args: JsonObject, stop: &Arc<AtomicBool>) -> Result<CallToolResult, Broken> {
        let session = self.session().map_err(Broken::Refused)?;
        session.call(tool, args, stop, self.config.times.call)
    }

    /// Begins a sign-in at its address. Once it is finished, the next request goes with it.
    ///
    /// # Errors
    /// A sentence: it is no address, or it does not say where to sign in.
    pub fn sign_in(&self) -> Result<SignIn, String> {
        let Transport::Http { url } = &self.config.transport else { return Err(say("mcp.sign_in.no_address", &[])) };
        if self.kept.challenge().is_none() {
            // What it says to somebody whom it does not know tells where to sign in, and what for.
            let _ = self.definitions();
        }
        SignIn::begin(url, &self.kept)
    }

    /// Ends it with everything that it started.
    pub fn end(&self) {
        if let Some(session) = self.session.lock().unwrap_or_else(PoisonError::into_inner).take() {
            session.end();
        }
    }

    fn session(&self) -> Result<Arc<Session>, String> {
        let mut kept = self.session.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = kept.as_ref().filter(|session| session.is_alive()) {
            return Ok(session.clone());
        }
        if let Some(why) = launch::unpinned(&self.config.transport) {
            return Err(why);
        }
        if launch::fingerprint(&self.config.transport)? != self.config.fingerprint {
            return Err(say("mcp.launch.changed", &[]));
        }
        let session = Arc::new(Session::open(&self.config, self.watch.clone(), self.kept.clone())?);
        *kept = Some(session.clone());
        Ok(session)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}
