//! Accounts: the mailboxes and calendars that the user added. Their passwords are in the keychain and nowhere else.

use crate::ServerStatus;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a connection is kept from being read on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after a first word in the open.
    Starttls,
    /// None: only for a server on this computer.
    Plain,
}

/// A server of mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MailHost {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept.
    pub security: Security,
}

/// What an account is, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AccountServers {
    /// A mailbox.
    Mail {
        /// Where letters are read (IMAP).
        imap: MailHost,
        /// Where letters are sent (SMTP).
        smtp: MailHost,
    },
    /// A calendar (CalDAV).
    Calendar {
        /// `https://…`, or `http://` on this computer.
        url: String,
    },
}

/// An account as the user wants it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountDraft {
    /// What it is called: letters, digits, `-` and `_`.
    pub name: String,
    /// The user's own address in it.
    pub address: String,
    /// What the servers know the user by.
    pub user: String,
    /// Where it is.
    pub servers: AccountServers,
    /// Goes to the keychain, bound to the servers' hosts.
    pub password: String,
}

/// An account with all that is known about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Account {
    /// What it is called.
    pub name: String,
    /// The user's own address in it.
    pub address: String,
    /// What the servers know the user by.
    pub user: String,
    /// Where it is.
    pub servers: AccountServers,
    /// Off, ready or failed.
    pub status: ServerStatus,
    /// Whether there is a password for it.
    pub has_password: bool,
    /// What the last try said, hidden characters made visible.
    pub last_error: Option<String>,
    /// Milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub made_at: i64,
}
