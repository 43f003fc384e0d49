//! Reminders: what Assent tells the user at a time.

use crate::{
    error::{JournalError, Result},
    event,
    journal::Journal,
    seal,
};
use assent_protocol::ReminderId;
use rusqlite::{Connection, Params, params};
use serde_json::json;

// AUTOINCREMENT: the id of a reminder that was taken back is never given to another.
pub(crate) const CREATE: &str = "
CREATE TABLE reminder (
    id    INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL,
    at    INTEGER NOT NULL,
    zone  TEXT NOT NULL,
    text  TEXT NOT NULL
) STRICT;
CREATE INDEX reminder_due ON reminder(state, at);
";

/// A reminder as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// Its id.
    pub id: ReminderId,
    /// What to say.
    pub text: String,
    /// When, in milliseconds since 1970 (UTC).
    pub at: i64,
    /// The IANA time zone that the time was given in.
    pub zone: String,
    /// `set`, `fired` or `cancelled`.
    pub state: String,
}

impl Journal {
    /// Sets a reminder.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_reminder(&self, text: &str, at: i64, zone: &str, now: i64) -> Result<ReminderId> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO reminder (state, at, zone, text) VALUES ('set', ?, ?, ?)",
                params![at, zone, text],
            )?;
            let id = ReminderId(tx.last_insert_rowid());
            let body = json!({"id": id, "state": "set"});
            event::append(tx, now, "reminder", &id.to_string(), body, &[("reminder", id.0)])?;
            Ok(id)
        })
    }

    /// All reminders, soonest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn reminders(&self) -> Result<Vec<Reminder>> {
        self.read(|connection| load(connection, "ORDER BY at, id", []))
    }

    /// One reminder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn reminder(&self, id: ReminderId) -> Result<Option<Reminder>> {
        self.read(|connection| Ok(load(connection, "WHERE id = ?", [id.0])?.pop()))
    }

    /// Puts a reminder as given, in place of what is kept under its id or back where it was removed.
    ///
    /// # Errors
    /// [`JournalError::Impossible`] for a state that is none, or when it cannot be written.
    pub fn put_reminder(&self, reminder: &Reminder, now: i64) -> Result<()> {
        let Reminder { id, text, at, zone, state } = reminder;
        if !matches!(state.as_str(), "set" | "fired" | "cancelled") {
            let (subject, from) = (id.to_string(), "a reminder".to_owned());
            return Err(JournalError::Impossible { subject, from, to: state.clone() });
        }
        self.write(|tx| {
            if !load(tx, "WHERE id = ?", [id.0])?.is_empty() {
                seal::alarm_if_altered(tx, "reminder", id.0, "reminder", &id.to_string(), now)?;
            }
            tx.execute(
                "INSERT INTO reminder (id, state, at, zone, text) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET state = ?2, at = ?3, zone = ?4, text = ?5",
                params![id.0, state, at, zone, text],
            )?;
            let body = json!({"id": id, "state": state});
            event::append(tx, now, "reminder", &id.to_string(), body, &[("reminder", id.0)])?;
            Ok(())
        })
    }

    /// Removes a reminder: the undo of setting it. One that is gone already stays gone.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn remove_reminder(&self, id: ReminderId, now: i64) -> Result<()> {
        self.write(|tx| {
            if tx.execute("DELETE FROM reminder WHERE id = ?", [id.0])? == 1 {
                let body = json!({"id": id, "state": "removed"});
                event::append(tx, now, "reminder", &id.to_string(), body, &[("reminder", id.0)])?;
            }
            Ok(())
        })
    }

    /// Reminders that are set and whose time has come, soonest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn due_reminders(&self, now: i64) -> Result<Vec<Reminder>> {
        self.read(|connection| load(connection, "WHERE state = 'set' AND at <= ? ORDER BY at, id", [now]))
    }
}

fn load(connection: &Connection, tail: &str, values: impl Params) -> Result<Vec<Reminder>> {
    let mut statement = connection.prepare_cached(&format!("SELECT id, text, at, zone, state FROM reminder {tail}"))?;
    let list = statement
        .query_map(values, |row| {
            Ok(Reminder {
                id: ReminderId(row.get(0)?),
                text: row.get(1)?,
                at: row.get(2)?,
                zone: row.get(3)?,
                state: row.get(4)?,
            })
        })?
        .collect::<std::result::Result<_, _>>()?;
    Ok(list)
}
