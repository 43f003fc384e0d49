//! Remarks: what a reviewer said about a proposal. Nothing reads them but a person; no decision can rest on one.

use crate::{
    error::{JournalError, Result},
    event,
    journal::Journal,
    search,
};
use assent_protocol::{ActionId, Remark};
use rusqlite::{OptionalExtension, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE remark (
    id        INTEGER PRIMARY KEY,
    action_id INTEGER NOT NULL REFERENCES action(id),
    at        INTEGER NOT NULL,
    by        TEXT NOT NULL,
    text      TEXT NOT NULL
) STRICT;
CREATE INDEX remark_of_action ON remark(action_id, id);
";

impl Journal {
    /// Keeps what `by` said about a proposal.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn add_remark(&self, id: ActionId, by: &str, text: &str, now: i64) -> Result<()> {
        self.write(|tx| {
            let known =
                tx.prepare_cached("SELECT 1 FROM action WHERE id = ?")?.query_row([id.0], |_| Ok(())).optional()?;
            if known.is_none() {
                return Err(JournalError::NotFound(id.to_string()));
            }
            tx.execute(
                "INSERT INTO remark (action_id, at, by, text) VALUES (?, ?, ?, ?)",
                params![id.0, now, by, text],
            )?;
            search::more(tx, id, &[text])?;
            event::append(tx, now, "remark", &id.to_string(), json!({"id": id, "by": by}), &[("remark", id.0)])?;
            Ok(())
        })
    }

    /// What was said about a proposal, oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn remarks(&self, id: ActionId) -> Result<Vec<Remark>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT by, text FROM remark WHERE action_id = ? ORDER BY id")?;
            let found = statement.query_map([id.0], |row| Ok(Remark { by: row.get(0)?, text: row.get(1)? }))?;
            Ok(found.collect::<std::result::Result<_, _>>()?)
        })
    }
}
