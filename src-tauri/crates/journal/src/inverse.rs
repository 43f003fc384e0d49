//! Inverses: how each item of an action is taken back, on the disk before the effect begins.

use crate::{
    action::{self, Change},
    error::{JournalError, Result, from_json},
    event,
    journal::Journal,
    seal,
};
use assent_protocol::{ActionId, Status};
use rusqlite::{Transaction, params};
use serde_json::{Value, json};

pub(crate) const CREATE: &str = "
CREATE TABLE inverse (
    id        INTEGER PRIMARY KEY,
    action_id INTEGER NOT NULL REFERENCES action(id),
    item      INTEGER NOT NULL,
    tool      TEXT NOT NULL,
    data      TEXT NOT NULL,
    undone_at INTEGER
) STRICT;
CREATE INDEX inverse_of_action ON inverse(action_id, undone_at);
";

/// One inverse as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredInverse {
    /// Position of its item in the batch.
    pub item: u32,
    /// The tool that reads `data`.
    pub tool: String,
    /// Whatever the tool needs.
    pub data: Value,
    /// Whether it was used.
    pub undone: bool,
}

impl Journal {
    /// Keeps the inverses of an action; on the disk when this returns.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written: then the effect must not begin.
    pub fn keep_inverses(&self, id: ActionId, tool: &str, inverses: &[(u32, Value)]) -> Result<()> {
        if inverses.is_empty() {
            return Ok(());
        }
        self.write(|tx| {
            let kept = action::kept(tx, id)?;
            insert(tx, id, tool, inverses)?;
            let body = json!({"id": id, "status": kept.status, "digest": kept.digest, "by": null, "reason": null,
                "inverses": inverses.len()});
            // It belongs to the start that has just been recorded, and has that time.
            let at = event::last_at(tx)?;
            event::append(tx, at, "action", &id.to_string(), body, &[("inverse", id.0)])?;
            Ok(())
        })
    }

    /// The inverses of an action, in the order in which they were kept.
    ///
    /// # Errors
    /// [`JournalError::Altered`] when they are not as they were kept, so that an undo never does what somebody else
    /// wrote there; or when they cannot be read.
    pub fn inverses(&self, id: ActionId) -> Result<Vec<StoredInverse>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT item, tool, data, undone_at IS NOT NULL FROM inverse WHERE action_id = ? ORDER BY id",
            )?;
            let mut rows = statement.query([id.0])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                list.push(StoredInverse {
                    item: row.get(0)?,
                    tool: row.get(1)?,
                    data: from_json(format_args!("An inverse of {id}"), &row.get::<_, String>(2)?)?,
                    undone: row.get(3)?,
                });
            }
            if !seal::intact(connection, "inverse", id.0, "action", &id.to_string())? {
                return Err(JournalError::Altered(id));
            }
            Ok(list)
        })
    }

    /// Records that items were taken back; `whole` when nothing of the action is left, which is then undone.
    ///
    /// # Errors
    /// [`JournalError::Impossible`] when the action has had no effect.
    pub fn mark_undone(&self, id: ActionId, items: &[u32], whole: bool, now: i64) -> Result<()> {
        self.write(|tx| {
            let kept = action::kept(tx, id)?;
            use Status::{Cancelled, Failed, Partly, Succeeded, Undone, Unknown};
            if !matches!(kept.status, Succeeded | Partly | Unknown | Failed | Cancelled) {
                let (from, to) = (kept.status.name().to_owned(), Undone.name().to_owned());
                return Err(JournalError::Impossible { subject: id.to_string(), from, to });
            }
            for table in ["action", "inverse"] {
                seal::alarm_if_altered(tx, table, id.0, "action", &id.to_string(), now)?;
            }
            for item in items {
                tx.prepare_cached(
                    "UPDATE inverse SET undone_at = ? WHERE action_id = ? AND item = ? AND undone_at IS NULL",
                )?
                .execute(params![now, id.0, item])?;
            }
            let change = Change { touched: vec!["inverse"], more: Some(("undone", json!(items))), ..Change::default() };
            action::move_on(tx, &kept, if whole { Undone } else { kept.status }, change, now)
        })
    }
}

/// Puts `inverses` in place of those of the same items.
pub(crate) fn exchange(tx: &Transaction<'_>, id: ActionId, tool: &str, inverses: &[(u32, Value)]) -> Result<()> {
    for (item, _) in inverses {
        tx.prepare_cached("DELETE FROM inverse WHERE action_id = ? AND item = ?")?.execute(params![id.0, item])?;
    }
    insert(tx, id, tool, inverses)
}

fn insert(tx: &Transaction<'_>, id: ActionId, tool: &str, inverses: &[(u32, Value)]) -> Result<()> {
    for (item, data) in inverses {
        tx.prepare_cached("INSERT INTO inverse (action_id, item, tool, data) VALUES (?, ?, ?, ?)")?
            .execute(params![id.0, item, tool, data.to_string()])?;
    }
    Ok(())
}
