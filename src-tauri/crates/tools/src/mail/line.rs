//! A connection to a mail server: encrypted, except to this computer; given up after a while; and of which only so much
//! is read, whatever the server announces.

use super::mailbox::Trouble;
use crate::words::say;
use assent_protocol::{MailHost, Security, visible::visible};
use rustls_platform_verifier::BuilderVerifierExt;
use std::{
    future::Future,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream, rustls};

/// Everything that one conversation may take.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// To reach a server.
pub const REACH: Duration = Duration::from_secs(10);
/// What is read from a server before it has taken the password.
const MOST_GREETING: usize = 128 * 1024;
/// What is read from it in one conversation afterwards.
const MOST_READ: usize = 8 * 1024 * 1024;

/// A connection, plain or encrypted.
#[derive(Debug)]
pub enum Line {
    /// To this computer, or before STARTTLS.
    Plain(TcpStream),
    /// Encrypted.
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection that ends once it has given too much.
#[derive(Debug)]
pub struct Capped {
    line: Line,
    left: usize,
}

impl Capped {
    /// A line of which only a greeting is read, until [`Capped::trust`].
    pub fn new(line: Line) -> Capped {
        Capped { line, left: MOST_GREETING }
    }

    /// The server has taken the password: from now on it may send as much as letters need.
    pub fn trust(&mut self) {
        self.left = MOST_READ;
    }

    /// The line itself.
    pub fn into_line(self) -> Line {
        self.line
    }
}

/// Does something on a runtime of its own, so that it does not matter whose thread this is.
pub fn apart<T: Send>(work: impl AsyncFnOnce() -> Result<T, Trouble> + Send) -> Result<T, Trouble> {
    let failed = || Trouble::Refused(say("mail.trouble.thread", &[]));
    std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|_| failed())?;
            runtime.block_on(work())
        });
        thread.join().unwrap_or_else(|_| Err(failed()))
    })
}

/// Opens the connection; with STARTTLS it is still plain.
pub async fn open(to: &MailHost) -> Result<Line, Trouble> {
    let unreachable = |error: &dyn std::fmt::Display| {
        let values = [("host", to.host.as_str()), ("port", &to.port.to_string()), ("error", &error.to_string())];
        Trouble::Refused(say("mail.trouble.unreachable", &values))
    };
    let stream = within(REACH, TcpStream::connect((to.host.as_str(), to.port))).await;
    let stream = stream.ok_or_else(|| unreachable(&say("mail.trouble.silent", &[])))?.map_err(|e| unreachable(&e))?;
    let here = stream.peer_addr().is_ok_and(|peer| peer.ip().is_loopback());
    match to.security {
        Security::Plain if !here => Err(Trouble::Refused(say("mail.trouble.plain", &[("host", &to.host)]))),
        Security::Plain | Security::Starttls => Ok(Line::Plain(stream)),
        Security::Tls => encrypted(to, stream).await,
    }
}

/// The connection after the handshake.
pub async fn encrypted(to: &MailHost, stream: TcpStream) -> Result<Line, Trouble> {
    let refused = |error: &dyn std::fmt::Display| {
        let error = visible(&error.to_string());
        Trouble::Refused(say("mail.trouble.tls", &[("host", &to.host), ("error", &error)]))
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_platform_verifier())
        .map_err(|error| refused(&error))?
        .with_no_client_auth();
    let name = rustls::pki_types::ServerName::try_from(to.host.clone()).map_err(|error| refused(&error))?;
    let shaken = within(REACH, TlsConnector::from(Arc::new(config)).connect(name, stream)).await;
    let stream = shaken.ok_or_else(|| refused(&say("mail.trouble.silent", &[])))?.map_err(|error| refused(&error))?;
    Ok(Line::Tls(Box::new(stream)))
}

/// None when the time is over.
pub async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, work).await.ok()
}

impl AsyncRead for Capped {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            return Poll::Ready(Err(io::Error::other(say("mail.trouble.flood", &[]))));
        }
        let before = buffer.filled().len();
        let polled = match &mut self.line {
            Line::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Line::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        };
        self.left = self.left.saturating_sub(buffer.filled().len() - before);
        polled
    }
}

impl AsyncWrite for Capped {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut self.line {
            Line::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Line::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            Line::Plain(stream) => Pin::new(stream).poll_flush(context),
            Line::Tls(stream) => Pin::new(stream).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.line {
            Line::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Line::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}
