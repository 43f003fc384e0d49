//! Sending (SMTP). What went wrong before the letter was handed over is a failure; once the server may have taken it and
//! did not say so, nobody knows.

use super::{
    line::{PATIENCE, REACH},
    mailbox::Trouble,
};
use crate::words::say;
use assent_protocol::{MailHost, Security, visible::visible};
use lettre::{
    Address,
    address::Envelope,
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{SmtpConnection, TlsParameters},
        extension::ClientId,
    },
};
use std::{
    net::{SocketAddr, ToSocketAddrs},
    time::Duration,
};

/// Where letters are sent.
#[derive(Clone)]
pub struct Smtp {
    /// Where.
    pub host: MailHost,
    /// What the server knows the user by.
    pub user: String,
    /// The password, never shown.
    pub password: String,
}

impl Smtp {
    /// Connects and logs in, and sends nothing.
    ///
    /// # Errors
    /// What is wrong, in a sentence.
    pub fn check(&self) -> Result<(), Trouble> {
        let mut line = self.enter()?;
        let _ = line.quit();
        Ok(())
    }

    /// Hands a letter over.
    ///
    /// # Errors
    /// [`Trouble::Refused`] when the server did not take it, [`Trouble::Lost`] when it may have.
    pub fn send(&self, from: &str, to: &[String], letter: &[u8]) -> Result<(), Trouble> {
        let address = |text: &str| text.parse::<Address>();
        let wrong = |text: &str| Trouble::Refused(say("mail.address.wrong", &[("address", &visible(text))]));
        let recipients = to.iter().map(|one| address(one).map_err(|_| wrong(one))).collect::<Result<Vec<_>, _>>()?;
        let envelope =
            Envelope::new(Some(address(from).map_err(|_| wrong(from))?), recipients).map_err(|_| wrong(from))?;
        let mut line = self.enter()?;
        let sent = line.send(&envelope, letter);
        let _ = line.quit();
        let host = self.host.host.as_str();
        sent.map(|_| ()).map_err(|error| {
            let text = visible(&error.to_string());
            match error.status() {
                // An answer of the server's: it has not taken the letter.
                Some(_) => Trouble::Refused(say("mail.trouble.no", &[("host", host), ("text", &text)])),
                None => Trouble::Lost(say("mail.send.lost", &[("host", host), ("error", &text)])),
            }
        })
    }

    fn enter(&self) -> Result<SmtpConnection, Trouble> {
        let host = self.host.host.as_str();
        let port = self.host.port.to_string();
        let unreachable = |error: &dyn std::fmt::Display| {
            let error = visible(&error.to_string());
            Trouble::Refused(say("mail.trouble.unreachable", &[("host", host), ("port", &port), ("error", &error)]))
        };
        let at: Vec<SocketAddr> = (host, self.host.port).to_socket_addrs().map_err(|e| unreachable(&e))?.collect();
        if self.host.security == Security::Plain && !at.iter().all(|one| one.ip().is_loopback()) {
            return Err(Trouble::Refused(say("mail.trouble.plain", &[("host", host)])));
        }
        let parameters = || {
            TlsParameters::new_rustls(host.to_owned()).map_err(|error| {
                let error = visible(&error.to_string());
                Trouble::Refused(say("mail.trouble.tls", &[("host", host), ("error", &error)]))
            })
        };
        let hello = ClientId::Domain("localhost".to_owned());
        let at_once = (self.host.security == Security::Tls).then(parameters).transpose()?;
        let connected = SmtpConnection::connect(&at[..], Some(REACH), &hello, at_once.as_ref(), None);
        let mut line = connected.map_err(|error| unreachable(&error))?;
        let _ = line.set_timeout(Some(PATIENCE.min(Duration::from_secs(60))));
        if self.host.security == Security::Starttls {
            let parameters = parameters()?;
            line.starttls(&parameters, &hello).map_err(|error| {
                let error = visible(&error.to_string());
                Trouble::Refused(say("mail.trouble.tls", &[("host", host), ("error", &error)]))
            })?;
        }
        // A server of this computer may ask for no password.
        let asks = DEFAULT_MECHANISMS.iter().any(|one| line.server_info().supports_auth_mechanism(*one));
        if asks || self.host.security != Security::Plain {
            let keys = Credentials::new(self.user.clone(), self.password.clone());
            line.auth(DEFAULT_MECHANISMS, &keys).map_err(|error| {
                let text = visible(&error.to_string());
                Trouble::Refused(say("mail.trouble.login", &[("host", host), ("text", &text)]))
            })?;
        }
        Ok(line)
    }
}
