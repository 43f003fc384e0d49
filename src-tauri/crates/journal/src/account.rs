//! Accounts: where each is and whether it is switched on. Passwords are never here.

use crate::{
    error::{JournalError, Result, from_json, to_json},
    event,
    journal::Journal,
    seal,
};
use assent_protocol::AccountServers;
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE account (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    made_at    INTEGER NOT NULL,
    is_on      INTEGER NOT NULL,
    address    TEXT NOT NULL,
    user       TEXT NOT NULL,
    servers    TEXT NOT NULL,
    last_error TEXT
) STRICT;
";

/// An account as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAccount {
    /// What it is called.
    pub name: String,
    /// The user's own address in it.
    pub address: String,
    /// What the servers know the user by.
    pub user: String,
    /// Where it is.
    pub servers: AccountServers,
    /// Whether it is switched on.
    pub on: bool,
    /// What the last try said.
    pub last_error: Option<String>,
    /// Milliseconds since 1970 (UTC).
    pub made_at: i64,
}

impl Journal {
    /// Keeps an account, in place of the one of its name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_account(&self, account: &StoredAccount, now: i64) -> Result<()> {
        self.write(|tx| {
            let subject = subject(&account.name);
            if let Some(id) = id_of(tx, &account.name)? {
                seal::alarm_if_altered(tx, "account", id, "account", &subject, now)?;
            }
            let id: i64 = tx.query_row(
                "INSERT INTO account (name, made_at, is_on, address, user, servers, last_error)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (name) DO UPDATE SET is_on = ?3, address = ?4, user = ?5, servers = ?6, last_error = ?7
                 RETURNING id",
                params![
                    account.name,
                    account.made_at,
                    account.on,
                    account.address,
                    account.user,
                    to_json("servers", &account.servers)?,
                    account.last_error
                ],
                |row| row.get(0),
            )?;
            let body = json!({"account": account.name, "on": account.on, "servers": account.servers,
                "error": account.last_error});
            event::append(tx, now, "account", &subject, body, &[("account", id)])?;
            Ok(())
        })
    }

    /// Every account, by name. A row that was changed outside Assent is left out, and [`Journal::verify`] names it: no
    /// password goes to a host that somebody else wrote there.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn accounts(&self) -> Result<Vec<StoredAccount>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, name, address, user, servers, is_on, last_error, made_at FROM account ORDER BY name",
            )?;
            let mut rows = statement.query([])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                let (id, name): (i64, String) = (row.get(0)?, row.get(1)?);
                if seal::intact(connection, "account", id, "account", &subject(&name))? {
                    list.push(StoredAccount {
                        name,
                        address: row.get(2)?,
                        user: row.get(3)?,
                        servers: from_json("servers", &row.get::<_, String>(4)?)?,
                        on: row.get(5)?,
                        last_error: row.get(6)?,
                        made_at: row.get(7)?,
                    });
                }
            }
            Ok(list)
        })
    }

    /// Removes an account. The history keeps what was done in it.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn remove_account(&self, name: &str, now: i64) -> Result<()> {
        self.write(|tx| {
            let id = id_of(tx, name)?.ok_or_else(|| JournalError::NotFound(name.to_owned()))?;
            tx.execute("DELETE FROM account WHERE id = ?", [id])?;
            let body = json!({"account": name, "removed": true});
            event::append(tx, now, "account", &subject(name), body, &[("account", id)])?;
            Ok(())
        })
    }
}

fn subject(name: &str) -> String {
    format!("account:{name}")
}

fn id_of(tx: &Transaction<'_>, name: &str) -> Result<Option<i64>> {
    Ok(tx.query_row("SELECT id FROM account WHERE name = ?", [name], |row| row.get(0)).optional()?)
}
