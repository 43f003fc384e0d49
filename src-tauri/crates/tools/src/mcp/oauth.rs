//! Signing in to a server that asks for it: OAuth 2.1 with PKCE, as the MCP specification has it, by way of the user's own
//! browser. The browser comes back to a port of this computer that is open for this one sign-in. What the server gives is
//! a secret of its connection; it is renewed by itself, and given to nobody but the addresses that the server names.

use super::{ServerConfig, Watch, http, session};
use crate::words::{cut, say};
use assent_protocol::visible::visible;
use reqwest::Url;
use rmcp::transport::{
    AuthError, AuthorizationManager,
    auth::{
        AuthorizationRequest, CredentialRefreshGuard, CredentialStore, InMemoryCredentialStore, OAuthState,
        StoredCredentials,
    },
};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The name among a server's secrets that a sign-in is kept by.
pub const SIGN_IN: &str = "sign-in";
/// How long the browser may take.
const PATIENCE: Duration = Duration::from_secs(10 * 60);
/// How long the server may take to say where to sign in.
const GREETING: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(50);
/// Where the browser comes back to.
const BACK: &str = "/signed-in";
/// A request of a browser; a longer one is none of ours.
const MOST_REQUEST: usize = 16 * 1024;

/// The sign-in of one server: here while the program runs, and with whoever watches the server.
#[derive(Clone)]
pub struct Kept {
    server: String,
    watch: Arc<dyn Watch>,
    credentials: Arc<Mutex<Option<StoredCredentials>>>,
    // What the server said when it last turned a request away: where to sign in, and what for.
    challenge: Arc<Mutex<Option<String>>>,
    renewing: Arc<tokio::sync::Mutex<()>>,
}

impl Kept {
    /// What is among the secrets of this server.
    pub fn of(config: &ServerConfig, watch: Arc<dyn Watch>) -> Kept {
        let text = config.secrets.iter().find(|(name, _)| name == SIGN_IN).map(|(_, text)| text.as_str());
        let credentials = text.and_then(|text| serde_json::from_str(text).ok());
        Kept {
            server: config.name.clone(),
            watch,
            credentials: Arc::new(Mutex::new(credentials)),
            challenge: Arc::default(),
            renewing: Arc::default(),
        }
    }

    /// What gives every request to `url` its token, as long as there is one.
    pub(super) async fn manager(&self, url: &str) -> Result<AuthorizationManager, AuthError> {
        let mut manager = AuthorizationManager::new(url).await?;
        manager.set_credential_store(self.clone());
        if self.now().is_some() {
            manager.initialize_from_store().await?;
        }
        Ok(manager)
    }

    /// Remembers how a request was turned away.
    pub(super) fn turned_away(&self, challenge: &str) {
        *self.challenge.lock().unwrap_or_else(PoisonError::into_inner) = Some(challenge.to_owned());
    }

    /// What [`Kept::turned_away`] heard last.
    pub(super) fn challenge(&self) -> Option<String> {
        self.challenge.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn now(&self) -> Option<StoredCredentials> {
        self.credentials.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn put(&self, credentials: Option<StoredCredentials>) -> Result<(), AuthError> {
        let text = credentials.as_ref().map(serde_json::to_string).transpose();
        let text = text.map_err(|error| AuthError::CredentialStoreError(error.to_string()))?;
        *self.credentials.lock().unwrap_or_else(PoisonError::into_inner) = credentials;
        let (watch, server) = (self.watch.clone(), self.server.clone());
        // A keychain can take its time.
        tokio::task::spawn_blocking(move || watch.signed_in(&server, text.as_deref()))
            .await
            .map_err(|error| AuthError::CredentialStoreError(error.to_string()))
    }
}

#[async_trait::async_trait]
impl CredentialStore for Kept {
    async fn load(&self) -> Result<Option<StoredCredentials>, AuthError> {
        Ok(self.now())
    }

    async fn save(&self, credentials: StoredCredentials) -> Result<(), AuthError> {
        self.put(Some(credentials)).await
    }

    async fn clear(&self) -> Result<(), AuthError> {
        self.put(None).await
    }

    // A renewed token makes the old one worthless, so two calls never renew it side by side.
    async fn acquire_refresh_guard(&self) -> Result<Option<CredentialRefreshGuard>, AuthError> {
        Ok(Some(CredentialRefreshGuard::new(self.renewing.clone().lock_owned().await)))
    }
}

/// Opens the address of a sign-in in the user's browser, if there is one. Nothing is said where there is none: the front
/// ends show the address, too.
pub fn show(address: &str) {
    let _ = open::that_detached(address);
}

/// A sign-in that waits for the browser.
pub struct SignIn {
    state: OAuthState,
    // What is kept so far must not be used for asking anew, and stays if nothing comes of it.
    new: InMemoryCredentialStore,
    kept: Kept,
    back: TcpListener,
    port: u16,
    address: Url,
}

impl SignIn {
    /// Asks the server at `url` where its people sign in, and opens the way back.
    ///
    /// # Errors
    /// A sentence: it is no address, does not answer, or names no place that a browser may be sent to.
    pub(super) fn begin(url: &str, kept: &Kept) -> Result<SignIn, String> {
        let (url, kept) = (http::address(url)?, kept.clone());
        let (tell, told) = mpsc::channel();
        session::runtime()?.spawn(async move {
            let asked = tokio::time::timeout(GREETING, begin(&url, kept)).await;
            let late = || Err(say("mcp.session.slow_start", &[("count", &GREETING.as_secs().to_string())]));
            let _ = tell.send(asked.unwrap_or_else(|_| late()));
        });
        told.recv().unwrap_or_else(|_| Err(say("mcp.session.stopped", &[])))
    }

    /// What the user's browser has to open.
    pub fn address(&self) -> &str {
        self.address.as_str()
    }

    /// Waits until the browser is back, and takes what it brings. The watch of the server has it then.
    ///
    /// # Errors
    /// A sentence: the server said no, nobody came in ten minutes, or `stop` was set.
    pub fn finish(self, stop: &AtomicBool) -> Result<(), String> {
        let (tell, told) = mpsc::channel();
        let task = session::runtime()?.spawn(async move {
            let waited = tokio::time::timeout(PATIENCE, self.come_back()).await;
            let _ = tell.send(waited.unwrap_or_else(|_| Err(say("mcp.sign_in.nobody", &[]))));
        });
        loop {
            match told.recv_timeout(LOOK) {
                Ok(ended) => return ended,
                Err(mpsc::RecvTimeoutError::Disconnected) => return Err(say("mcp.session.stopped", &[])),
                Err(mpsc::RecvTimeoutError::Timeout) if stop.load(Ordering::SeqCst) => {
                    task.abort();
                    return Err(say("mcp.session.stopped", &[]));
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
        }
    }

    async fn come_back(mut self) -> Result<(), String> {
        loop {
            let Ok((mut browser, _)) = self.back.accept().await else { continue };
            let Some(came) = self.asked_for(&mut browser).await else {
                answer(&mut browser, "404 Not Found", "mcp.sign_in.page.nothing").await;
                continue;
            };
            let refused = came.query_pairs().find(|(name, _)| name == "error").map(|(_, why)| why.into_owned());
            let ended = match refused {
                Some(why) => Err(say("mcp.sign_in.refused", &[("because", &plain(&why))])),
                None => self.take(&came).await.map_err(|error| failed(&error)),
            };
            let page = if ended.is_ok() { "mcp.sign_in.page.done" } else { "mcp.sign_in.page.failed" };
            answer(&mut browser, "200 OK", page).await;
            return ended;
        }
    }

    async fn take(&mut self, came: &Url) -> Result<(), AuthError> {
        self.state.handle_callback_url(came.as_str()).await?;
        let credentials = self.new.load().await?;
        self.kept.challenge.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.kept.put(credentials).await
    }

    // Whatever else knocks at the port, such as another page of the browser, does not know the state of this sign-in.
    async fn asked_for(&self, browser: &mut TcpStream) -> Option<Url> {
        let request = tokio::time::timeout(Duration::from_secs(5), read(browser)).await.ok()??;
        let target = request.strip_prefix("GET ")?.split(' ').next()?;
        let came = Url::parse(&format!("http://127.0.0.1:{}{target}", self.port)).ok()?;
        let state =
            |url: &Url| url.query_pairs().find(|(name, _)| name == "state").map(|(_, value)| value.into_owned());
        (came.path() == BACK && state(&came).is_some() && state(&came) == state(&self.address)).then_some(came)
    }
}

async fn begin(url: &Url, kept: Kept) -> Result<SignIn, String> {
    let back = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|error| error.to_string())?;
    let port = back.local_addr().map_err(|error| error.to_string())?.port();
    let mut manager = AuthorizationManager::new(url.as_str()).await.map_err(|error| failed(&error))?;
    let new = InMemoryCredentialStore::new();
    manager.set_credential_store(new.clone());
    let mut state = OAuthState::Unauthorized(manager);
    let mut request = AuthorizationRequest::new(format!("http://127.0.0.1:{port}{BACK}"))
        .with_client_name("Assent")
        .with_initial_scope_selection();
    request.challenge = kept.challenge();
    state.start_authorization(request).await.map_err(|error| failed(&error))?;
    let address = state.get_authorization_url().await.map_err(|error| failed(&error))?;
    // It comes from the server, and the browser must not be sent to a file, a program or the local network with it.
    let address = http::address(&address)?;
    Ok(SignIn { state, new, kept, back, port, address })
}

async fn read(browser: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut part = [0; 2048];
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = browser.read(&mut part).await.ok()?;
        if read == 0 || bytes.len() > MOST_REQUEST {
            return None;
        }
        bytes.extend_from_slice(&part[..read]);
    }
    String::from_utf8(bytes).ok()
}

async fn answer(browser: &mut TcpStream, status: &str, text: &str) {
    let page = format!("<!doctype html><meta charset=utf-8><title>Assent</title><p>{}", say(text, &[]));
    let reply = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    let _ = browser.write_all(reply.as_bytes()).await;
    let _ = browser.shutdown().await;
}

pub(super) fn failed(error: &AuthError) -> String {
    match error {
        AuthError::NoAuthorizationSupport => say("mcp.sign_in.none", &[]),
        other => say("mcp.sign_in.failed", &[("because", &plain(&other.to_string()))]),
    }
}

fn plain(text: &str) -> String {
    visible(cut(text, 600).0)
}
