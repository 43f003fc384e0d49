//! Delegations: which run handed which part of its task to which other, with what tools, and whether it has been told
//! what came of it.

use crate::{
    error::{JournalError, Result, from_json, to_json},
    event,
    journal::Journal,
    run::{self, NewRun},
    turn,
};
use assent_protocol::{Budget, RunId, Turn};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE delegation (
    id          INTEGER PRIMARY KEY,
    parent_id   INTEGER NOT NULL REFERENCES run(id),
    call        TEXT NOT NULL,
    child_id    INTEGER NOT NULL UNIQUE REFERENCES run(id),
    at          INTEGER NOT NULL,
    reported_at INTEGER,
    tools       TEXT,
    left_out    TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX delegation_of_call ON delegation(parent_id, call);
";

/// One part of a task, handed to a helper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegation {
    /// The run that handed it on.
    pub parent: RunId,
    /// Its call that did.
    pub call: String,
    /// The helper's run.
    pub child: RunId,
    /// The tools that the helper was given; none for all.
    pub tools: Option<Vec<String>>,
    /// What was asked for and not given, a sentence each.
    pub left_out: Vec<String>,
    /// Whether the parent has been told what came of it.
    pub reported: bool,
}

/// A helper that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHelper {
    /// Its run.
    pub run: NewRun,
    /// Its limits.
    pub budget: Budget,
    /// The tools that it is given; none for all.
    pub tools: Option<Vec<String>>,
    /// What was asked for and not given, a sentence each.
    pub left_out: Vec<String>,
}

impl Journal {
    /// Records a helper's run with its first turn, for a call of its parent. The same call makes no second helper.
    ///
    /// # Errors
    /// [`JournalError::NotFound`] for the parent, or when it cannot be written.
    pub fn delegate(&self, parent: RunId, call: &str, new: &NewHelper, now: i64) -> Result<RunId> {
        self.write(|tx| {
            if run::find(tx, parent)?.is_none() {
                return Err(JournalError::NotFound(parent.to_string()));
            }
            let known = tx
                .prepare_cached("SELECT child_id FROM delegation WHERE parent_id = ? AND call = ?")?
                .query_row(params![parent.0, call], |row| row.get(0))
                .optional()?;
            if let Some(known) = known {
                return Ok(RunId(known));
            }
            let child = run::add(tx, &new.run, None, Some(&new.budget), now)?;
            let turn = turn::add(tx, child, &Turn::User { text: new.run.goal.clone() }, now)?;
            let body = json!({"id": child, "turn": "begin"});
            event::append(tx, now, "turn", &child.to_string(), body, &[("turn", turn)])?;
            let tools = new.tools.as_ref().map(|tools| to_json("the tools", tools)).transpose()?;
            tx.execute(
                "INSERT INTO delegation (parent_id, call, child_id, at, tools, left_out) VALUES (?, ?, ?, ?, ?, ?)",
                params![parent.0, call, child.0, now, tools, to_json("what was left out", &new.left_out)?],
            )?;
            let rows = [("delegation", tx.last_insert_rowid())];
            let body = json!({"id": parent, "call": call, "helper": child, "budget": new.budget, "tools": new.tools});
            event::append(tx, now, "delegation", &parent.to_string(), body, &rows)?;
            Ok(child)
        })
    }

    /// Tells a parent what came of its helper, once: false where it has been told before.
    ///
    /// # Errors
    /// [`JournalError::NotFound`] for a run that is nobody's helper, or when it cannot be written.
    pub fn report(&self, child: RunId, told: &Turn, now: i64) -> Result<bool> {
        self.write(|tx| {
            let found = of(tx, child)?.ok_or_else(|| JournalError::NotFound(child.to_string()))?;
            if found.reported {
                return Ok(false);
            }
            tx.execute("UPDATE delegation SET reported_at = ? WHERE child_id = ?", params![now, child.0])?;
            let id: i64 = tx.query_row("SELECT id FROM delegation WHERE child_id = ?", [child.0], |row| row.get(0))?;
            let turn = turn::add(tx, found.parent, told, now)?;
            let body = json!({"id": found.parent, "turn": "result"});
            event::append(tx, now, "turn", &found.parent.to_string(), body, &[("turn", turn)])?;
            let body = json!({"id": found.parent, "helper": child, "reported": true});
            event::append(tx, now, "delegation", &found.parent.to_string(), body, &[("delegation", id)])?;
            Ok(true)
        })
    }

    /// What a run is a helper for; none for a task of the user's.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn delegation(&self, child: RunId) -> Result<Option<Delegation>> {
        self.read(|connection| of(connection, child))
    }

    /// What a run handed on, oldest first.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn delegations(&self, parent: RunId) -> Result<Vec<Delegation>> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM delegation WHERE parent_id = ? ORDER BY id"))?;
            let mut rows = statement.query([parent.0])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                list.push(read(row)?);
            }
            Ok(list)
        })
    }

    /// Whether no helper was ever asked for, so that the many questions about them can be spared.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn no_delegations(&self) -> Result<bool> {
        self.read(|connection| {
            let any = "SELECT NOT EXISTS (SELECT 1 FROM delegation)";
            Ok(connection.prepare_cached(any)?.query_row([], |row| row.get(0))?)
        })
    }
}

const COLUMNS: &str = "parent_id, call, child_id, tools, left_out, reported_at IS NOT NULL";

fn of(connection: &Connection, child: RunId) -> Result<Option<Delegation>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM delegation WHERE child_id = ?"))?;
    statement.query_row([child.0], |row| Ok(read(row))).optional()?.transpose()
}

fn read(row: &Row<'_>) -> Result<Delegation> {
    let child = RunId(row.get(2)?);
    let tools: Option<String> = row.get(3)?;
    Ok(Delegation {
        parent: RunId(row.get(0)?),
        call: row.get(1)?,
        child,
        tools: tools.map(|text| from_json(format!("The tools of {child}"), &text)).transpose()?,
        left_out: from_json(format!("What was left out for {child}"), &row.get::<_, String>(4)?)?,
        reported: row.get(5)?,
    })
}
