//! Turns: the conversation of a run with its model, in order.

use crate::{
    error::{JournalError, Result, from_json, to_json},
    event,
    journal::Journal,
    run, said,
};
use assent_protocol::{RunId, Turn};
use rusqlite::{Transaction, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE turn (
    id     INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run(id),
    at     INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    call   TEXT,
    body   TEXT NOT NULL
) STRICT;
CREATE INDEX turn_of_run ON turn(run_id, id);
";

impl Journal {
    /// Adds a turn at the end of the conversation.
    ///
    /// # Errors
    /// [`JournalError::NotFound`] for the run, or when it cannot be written.
    pub fn add_turn(&self, run: RunId, turn: &Turn, now: i64) -> Result<()> {
        self.write(|tx| {
            if run::find(tx, run)?.is_none() {
                return Err(JournalError::NotFound(run.to_string()));
            }
            let id = add(tx, run, turn, now)?;
            let body = json!({"id": run, "turn": kind(turn)});
            event::append(tx, now, "turn", &run.to_string(), body, &[("turn", id)])?;
            Ok(())
        })
    }

    /// The conversation so far.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn turns(&self, run: RunId) -> Result<Vec<Turn>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT body FROM turn WHERE run_id = ? ORDER BY id")?;
            let mut rows = statement.query([run.0])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                list.push(from_json(format_args!("A turn of {run}"), &row.get::<_, String>(0)?)?);
            }
            Ok(list)
        })
    }
}

/// Adds a turn in a transaction whose event names it.
pub(crate) fn add(tx: &Transaction<'_>, run: RunId, turn: &Turn, now: i64) -> Result<i64> {
    let call = if let Turn::Result { call, .. } = turn { Some(call) } else { None };
    tx.prepare_cached("INSERT INTO turn (run_id, at, kind, call, body) VALUES (?, ?, ?, ?, ?)")?.execute(params![
        run.0,
        now,
        kind(turn),
        call,
        to_json("a turn", turn)?
    ])?;
    let id = tx.last_insert_rowid();
    if let Some(words) = said::words_of(turn) {
        said::more(tx, run, words)?;
    }
    Ok(id)
}

fn kind(turn: &Turn) -> &'static str {
    match turn {
        Turn::User { .. } => "user",
        Turn::Model { .. } => "model",
        Turn::Result { .. } => "result",
    }
}
