//! What limits are counted from: the budget that a person set for a run, the time it worked, the tokens it used and
//! set aside, what left this computer within the hour, and the warnings that were given.
//!
//! *Within an hour.* Starts of the last hour, those that a clock that was moved back has put into the future, and what
//! is settled with yes and will start: the calls of one reply are all judged before the first of them starts.

use crate::{
    action::OUTWARD,
    error::{JournalError, Result, from_json, to_json},
    event,
    journal::Journal,
    seal,
};
use assent_protocol::{Budget, LimitName, RunId, Used};
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
ALTER TABLE run ADD COLUMN budget TEXT;
ALTER TABLE run ADD COLUMN pardoned INTEGER;
ALTER TABLE run ADD COLUMN worked_ms INTEGER;
ALTER TABLE run ADD COLUMN working_from INTEGER;
ALTER TABLE turn ADD COLUMN tokens INTEGER;
CREATE TABLE reservation (
    id     INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run(id),
    at     INTEGER NOT NULL,
    tokens INTEGER NOT NULL
) STRICT;
CREATE INDEX reservation_of_run ON reservation(run_id);
CREATE TABLE limit_warning (
    id     INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run(id),
    at     INTEGER NOT NULL,
    name   TEXT NOT NULL,
    used   INTEGER NOT NULL,
    most   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX limit_warning_once ON limit_warning(run_id, name, most);
";

const HOUR: i64 = 60 * 60_000;
/// What a run has used so far, besides what is in [`crate::Tally`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// Milliseconds of work, without the time spent waiting for a person.
    pub worked_ms: i64,
    /// Tokens of the model, with those set aside for replies that never came.
    pub tokens: u32,
    /// Outward actions that started within the last hour or are about to.
    pub outward: u32,
    /// New recipients of those.
    pub new_recipients: u32,
}

impl Journal {
    /// What a run has used by `now`.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be read.
    pub fn usage(&self, run: RunId, now: i64) -> Result<Usage> {
        self.read(|connection| {
            let (outward, new_recipients) = connection
                .prepare_cached(&format!(
                    "SELECT count(*), ifnull(sum(CASE
                        WHEN json_extract(a.facts, '$.destination') IN ('new_party', 'unknown')
                        THEN max(1, ifnull(json_extract(a.facts, '$.size.recipients'), 0)) ELSE 0 END), 0)
                     FROM action a LEFT JOIN attempt t ON t.action_id = a.id
                     WHERE a.run_id = ?1 AND {OUTWARD}
                        AND (t.at > ?2 OR t.id IS NULL AND a.status IN ('allowed', 'approved', 'held'))"
                ))?
                .query_row(params![run.0, now - HOUR], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let tokens: i64 = connection
                .prepare_cached(
                    "SELECT (SELECT ifnull(sum(tokens), 0) FROM turn WHERE run_id = ?1)
                        + (SELECT ifnull(sum(tokens), 0) FROM reservation WHERE run_id = ?1)",
                )?
                .query_row([run.0], |row| row.get(0))?;
            let tokens = u32::try_from(tokens).unwrap_or(u32::MAX);
            let worked_ms = self.tallied.worked(connection, run, now)?;
            Ok(Usage { worked_ms, tokens, outward, new_recipients })
        })
    }

    /// The limits that a person set for this run.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn budget(&self, run: RunId) -> Result<Budget> {
        self.read(|connection| {
            let kept: Option<Option<String>> = connection
                .prepare_cached("SELECT budget FROM run WHERE id = ?")?
                .query_row([run.0], |row| row.get(0))
                .optional()?;
            kept.flatten()
                .map_or_else(|| Ok(Budget::default()), |text| from_json(format!("The limits of {run}"), &text))
        })
    }

    /// Sets the limits of a run.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn set_budget(&self, run: RunId, budget: &Budget, now: i64) -> Result<()> {
        let body = json!({"id": run, "budget": budget});
        let text = to_json("the limits", budget)?;
        self.write(|tx| change(tx, run, "UPDATE run SET budget = ? WHERE id = ?", params![text, run.0], body, now))
    }

    /// The user says to go on: failures and rejections so far count in no breaker any more.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn pardon(&self, run: RunId, now: i64) -> Result<()> {
        let body = json!({"id": run, "pardoned": true});
        let sql = "UPDATE run SET pardoned = (SELECT max(id) FROM action WHERE run_id = ?1) WHERE id = ?1";
        self.write(|tx| change(tx, run, sql, params![run.0], body, now))
    }

    /// Sets tokens aside for a reply that will be asked for. They stay used until [`Journal::add_reply`], so that a kill
    /// between the two never makes a reply free.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn reserve_tokens(&self, run: RunId, tokens: u32, now: i64) -> Result<i64> {
        self.write(|tx| {
            tx.prepare_cached("INSERT INTO reservation (run_id, at, tokens) VALUES (?, ?, ?)")?
                .execute(params![run.0, now, tokens])?;
            let id = tx.last_insert_rowid();
            let body = json!({"id": run, "reserved": tokens});
            event::append(tx, now, "tokens", &run.to_string(), body, &[("reservation", id)])?;
            Ok(id)
        })
    }

    /// Records that four fifths of a limit are used; false where that was said before for a limit of this size.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn warn(&self, run: RunId, near: &Used, now: i64) -> Result<bool> {
        let most = near.most.unwrap_or_default();
        let said = self.warnings(run)?.iter().any(|old| old.limit == near.limit && old.most == Some(most));
        if said {
            return Ok(false);
        }
        self.write(|tx| {
            tx.execute(
                "INSERT INTO limit_warning (run_id, at, name, used, most) VALUES (?, ?, ?, ?, ?)",
                params![run.0, now, near.limit.name(), near.used, most],
            )?;
            let id = tx.last_insert_rowid();
            let body = json!({"id": run, "limit": near.limit, "used": near.used, "most": most});
            event::append(tx, now, "limit_warning", &run.to_string(), body, &[("limit_warning", id)])?;
            Ok(true)
        })
    }

    /// The warnings that were given for a run, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn warnings(&self, run: RunId) -> Result<Vec<Used>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT name, used, most FROM limit_warning WHERE run_id = ? ORDER BY id")?;
            let mut rows = statement.query([run.0])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                let name: String = row.get(0)?;
                if let Some(limit) = LimitName::parse(&name) {
                    list.push(Used { limit, used: row.get(1)?, most: Some(row.get(2)?) });
                }
            }
            Ok(list)
        })
    }
}

fn change(
    tx: &Transaction<'_>,
    run: RunId,
    sql: &str,
    values: impl rusqlite::Params,
    body: serde_json::Value,
    now: i64,
) -> Result<()> {
    seal::alarm_if_altered(tx, "run", run.0, "run", &run.to_string(), now)?;
    if tx.execute(sql, values)? == 0 {
        return Err(JournalError::NotFound(run.to_string()));
    }
    event::append(tx, now, "run", &run.to_string(), body, &[("run", run.0)])?;
    Ok(())
}
