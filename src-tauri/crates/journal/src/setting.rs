//! Settings by key, and the freeze, which is one of them so that it survives a restart.

use crate::{error::Result, event, journal::Journal, seal};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE setting (
    id    INTEGER PRIMARY KEY,
    key   TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL
) STRICT;
";

const FROZEN: &str = "frozen";

impl Journal {
    /// The value of a setting.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        self.read(|connection| find(connection, key))
    }

    /// Sets a setting. Secrets do not belong here. Setting what is so already changes nothing.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_setting(&self, key: &str, value: &str, now: i64) -> Result<()> {
        if self.setting(key)?.as_deref() == Some(value) {
            return Ok(());
        }
        self.write(|tx| {
            let id = tx.query_row("SELECT id FROM setting WHERE key = ?", [key], |row| row.get::<_, i64>(0)).optional()?;
            let subject = format!("setting:{key}");
            if let Some(id) = id {
                seal::alarm_if_altered(tx, "setting", id, "setting", &subject, now)?;
            }
            let id: i64 = tx.query_row(
                "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2 RETURNING id",
                params![key, value],
                |row| row.get(0),
            )?;
            event::append(tx, now, "setting", &subject, json!({"key": key, "value": value}), &[("setting", id)])?;
            Ok(())
        })
    }

    /// Whether everything is frozen.
    ///
    /// # Errors
    /// When it cannot be read; take that as frozen.
    pub fn frozen(&self) -> Result<bool> {
        self.read(is_frozen)
    }

    /// Freezes or unfreezes everything. Once this returns, [`Journal::start`] refuses.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_frozen(&self, frozen: bool, now: i64) -> Result<()> {
        self.set_setting(FROZEN, if frozen { "yes" } else { "no" }, now)
    }
}

/// Whether everything is frozen, in a transaction that goes on. Anything but a clear "no" counts as a freeze.
pub(crate) fn is_frozen(connection: &Connection) -> Result<bool> {
    Ok(find(connection, FROZEN)?.is_some_and(|value| value != "no"))
}

fn find(connection: &Connection, key: &str) -> Result<Option<String>> {
    let mut statement = connection.prepare_cached("SELECT value FROM setting WHERE key = ?")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}
