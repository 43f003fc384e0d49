//! Automations: what the user lets happen without being there, and where each of them stands with its clock.

use crate::{
    error::{JournalError, Result, from_json, to_json},
    event,
    journal::Journal,
    seal,
};
use assent_protocol::{Automation, AutomationDraft, AutomationId, AutomationState, RunId};
use rusqlite::{Connection, Params, Row, Transaction, params};
use serde_json::json;

// A cursor says how far an automation has looked. It moves with every look, so it stands apart from what the user
// approved; that nothing fires twice is held by the firings themselves.
pub(crate) const CREATE: &str = "
CREATE TABLE automation (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    state       TEXT NOT NULL,
    name        TEXT NOT NULL,
    made_at     INTEGER NOT NULL,
    proposed_by INTEGER REFERENCES run(id),
    removed_at  INTEGER,
    draft       TEXT NOT NULL
) STRICT;
CREATE TABLE automation_cursor (
    automation_id INTEGER PRIMARY KEY REFERENCES automation(id),
    next_at       INTEGER,
    looked_at     INTEGER,
    seen          TEXT
) STRICT;
CREATE INDEX automation_due ON automation_cursor(next_at) WHERE next_at IS NOT NULL;
ALTER TABLE run ADD COLUMN automation_id INTEGER REFERENCES automation(id);
CREATE INDEX run_of_automation ON run(automation_id, id) WHERE automation_id IS NOT NULL;
";

/// How far an automation has looked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Its next time, in milliseconds since 1970 (UTC).
    pub next_at: Option<i64>,
    /// Changes up to here were seen, in milliseconds since 1970 (UTC).
    pub looked_at: Option<i64>,
    /// What was there when it last looked, in the trigger's own form.
    pub seen: Option<String>,
}

impl Journal {
    /// Keeps an automation.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_automation(
        &self,
        draft: &AutomationDraft,
        state: AutomationState,
        proposed_by: Option<RunId>,
        now: i64,
    ) -> Result<AutomationId> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO automation (state, name, made_at, proposed_by, draft) VALUES (?, ?, ?, ?, ?)",
                params![state.name(), draft.name, now, proposed_by.map(|run| run.0), to_json("an automation", draft)?],
            )?;
            let id = AutomationId(tx.last_insert_rowid());
            tx.execute("INSERT INTO automation_cursor (automation_id) VALUES (?)", [id.0])?;
            let body = json!({"id": id, "state": state, "draft": draft, "proposed_by": proposed_by});
            event::append(tx, now, "automation", &id.to_string(), body, &[("automation", id.0)])?;
            Ok(id)
        })
    }

    /// All automations that are not removed: drafts first, then oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn automations(&self) -> Result<Vec<Automation>> {
        self.read(|connection| {
            load(connection, "WHERE removed_at IS NULL ORDER BY state = 'draft' DESC, automation.id", [])
        })
    }

    /// Automations that are on and whose time has come, soonest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn due_automations(&self, now: i64) -> Result<Vec<Automation>> {
        let tail = "WHERE next_at <= ? AND state = 'on' AND removed_at IS NULL ORDER BY next_at, automation.id";
        self.read(|connection| load(connection, tail, [now]))
    }

    /// One automation, also a removed one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn automation(&self, id: AutomationId) -> Result<Option<Automation>> {
        self.read(|connection| find(connection, id))
    }

    /// Puts what an automation says and how it stands in place of what is kept.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn put_automation(
        &self,
        id: AutomationId,
        draft: &AutomationDraft,
        state: AutomationState,
        now: i64,
    ) -> Result<()> {
        let text = to_json("an automation", draft)?;
        let body = json!({"id": id, "state": state, "draft": draft});
        let sql = "UPDATE automation SET state = ?, name = ?, draft = ? WHERE id = ? AND removed_at IS NULL";
        self.write(|tx| change(tx, id, sql, params![state.name(), draft.name, text, id.0], body, now))
    }

    /// Removes an automation: it fires no more and is not listed. What it did stays in the history.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn remove_automation(&self, id: AutomationId, now: i64) -> Result<()> {
        let body = json!({"id": id, "removed": true});
        let sql = "UPDATE automation SET removed_at = ?, state = 'off' WHERE id = ? AND removed_at IS NULL";
        self.write(|tx| change(tx, id, sql, params![now, id.0], body, now))
    }

    /// How far an automation has looked.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn cursor(&self, id: AutomationId) -> Result<Cursor> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT next_at, looked_at, seen FROM automation_cursor WHERE automation_id = ?")?;
            let mut rows = statement.query([id.0])?;
            let Some(row) = rows.next()? else { return Ok(Cursor::default()) };
            Ok(Cursor { next_at: row.get(0)?, looked_at: row.get(1)?, seen: row.get(2)? })
        })
    }

    /// Says how far an automation has looked.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_cursor(&self, id: AutomationId, cursor: &Cursor) -> Result<()> {
        if self.cursor(id)? == *cursor {
            return Ok(());
        }
        self.write(|tx| move_to(tx, id, cursor))
    }
}

/// Moves a cursor in the transaction of the firings that it moved for.
pub(crate) fn move_to(tx: &Transaction<'_>, id: AutomationId, cursor: &Cursor) -> Result<()> {
    tx.prepare_cached("UPDATE automation_cursor SET next_at = ?, looked_at = ?, seen = ? WHERE automation_id = ?")?
        .execute(params![cursor.next_at, cursor.looked_at, cursor.seen, id.0])?;
    Ok(())
}

/// One automation, in a transaction that goes on.
pub(crate) fn find(connection: &Connection, id: AutomationId) -> Result<Option<Automation>> {
    Ok(load(connection, "WHERE automation.id = ?", [id.0])?.pop())
}

fn change(
    tx: &Transaction<'_>,
    id: AutomationId,
    sql: &str,
    values: impl Params,
    body: serde_json::Value,
    now: i64,
) -> Result<()> {
    seal::alarm_if_altered(tx, "automation", id.0, "automation", &id.to_string(), now)?;
    if tx.execute(sql, values)? == 0 {
        return Err(JournalError::NotFound(id.to_string()));
    }
    event::append(tx, now, "automation", &id.to_string(), body, &[("automation", id.0)])?;
    Ok(())
}

fn load(connection: &Connection, tail: &str, values: impl Params) -> Result<Vec<Automation>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT automation.id, state, made_at, proposed_by, draft, next_at
         FROM automation LEFT JOIN automation_cursor ON automation_id = automation.id {tail}"
    ))?;
    let mut rows = statement.query(values)?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row)?);
    }
    Ok(list)
}

fn read(row: &Row<'_>) -> Result<Automation> {
    let id = AutomationId(row.get(0)?);
    let what = || format!("The automation {id}");
    let state: String = row.get(1)?;
    let unknown = || JournalError::Unreadable { what: what(), why: format!("no automation is {state:?}") };
    Ok(Automation {
        id,
        state: AutomationState::parse(&state).ok_or_else(unknown)?,
        made_at: row.get(2)?,
        proposed_by: row.get::<_, Option<i64>>(3)?.map(RunId),
        draft: from_json(what(), &row.get::<_, String>(4)?)?,
        next_at: row.get(5)?,
    })
}
