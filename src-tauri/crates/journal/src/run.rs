//! Runs: one attempt at a task each, with its goal, mode and grants.

use crate::{
    error::{JournalError, Result, from_json, to_json},
    event,
    journal::Journal,
    said, seal, worked,
};
use assent_protocol::{AutomationId, Budget, Grant, Mode, Run, RunId, RunStatus, wire::RunRow};
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE run (
    id         INTEGER PRIMARY KEY,
    status     TEXT NOT NULL,
    mode       TEXT NOT NULL,
    model      TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at   INTEGER,
    note       TEXT,
    goal       TEXT NOT NULL,
    grants     TEXT NOT NULL
) STRICT;
CREATE INDEX run_by_status ON run(status);
";

/// Hosts that a run may read; null for none, so that the seals of older rows still fit.
pub(crate) const HOSTS: &str = "ALTER TABLE run ADD COLUMN hosts TEXT;";

const COLUMNS: &str = "id, status, mode, model, started_at, ended_at, note, goal, grants, hosts, automation_id,
    (SELECT d.parent_id FROM delegation d WHERE d.child_id = run.id)";

/// A run that begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRun {
    /// The goal in the user's own words.
    pub goal: String,
    /// How far it may go.
    pub mode: Mode,
    /// The model that drives it.
    pub model: String,
    /// Where it may act.
    pub grants: Vec<Grant>,
    /// Hosts that it may read.
    pub hosts: Vec<String>,
}

impl Journal {
    /// Records a run, which is running from now on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_run(&self, new: &NewRun, now: i64) -> Result<RunId> {
        self.write(|tx| add(tx, new, None, None, now))
    }

    /// One run.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn run(&self, id: RunId) -> Result<Option<Run>> {
        self.read(|connection| find(connection, id))
    }

    /// The newest runs, at most `limit`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn runs(&self, limit: u32) -> Result<Vec<RunRow>> {
        self.read(|connection| rows(connection, "ORDER BY id DESC LIMIT ?", [limit]))
    }

    /// Runs that are running or waiting, oldest first: what a start goes on with.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn unfinished_runs(&self) -> Result<Vec<Run>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM run WHERE status IN ('running', 'waiting') ORDER BY id"
            ))?;
            let mut rows = statement.query([])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                list.push(read(row)?);
            }
            Ok(list)
        })
    }

    /// Says how a run stands now, with a note on why it stopped or failed. Saying what is so already changes nothing.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn set_run_status(&self, id: RunId, status: RunStatus, note: Option<&str>, now: i64) -> Result<()> {
        let run = self.run(id)?.ok_or_else(|| JournalError::NotFound(id.to_string()))?;
        if run.status == status && run.note.as_deref() == note {
            return Ok(());
        }
        self.write(|tx| {
            seal::alarm_if_altered(tx, "run", id.0, "run", &id.to_string(), now)?;
            let works = |status| status == RunStatus::Running;
            worked::keep_time(tx, id, works(run.status), works(status), now)?;
            let over = !matches!(status, RunStatus::Running | RunStatus::Waiting);
            tx.execute(
                "UPDATE run SET status = ?, note = ?, ended_at = ? WHERE id = ?",
                params![status.name(), note, over.then_some(now), id.0],
            )?;
            let body = json!({"id": id, "status": status, "note": note});
            event::append(tx, now, "run", &id.to_string(), body, &[("run", id.0)])?;
            said::more(tx, id, note.unwrap_or_default())?;
            Ok(())
        })
    }
}

/// Records a run, with limits that it has from the start, in a transaction that goes on.
pub(crate) fn add(
    tx: &Transaction<'_>,
    new: &NewRun,
    automation: Option<AutomationId>,
    budget: Option<&Budget>,
    now: i64,
) -> Result<RunId> {
    tx.execute(
        "INSERT INTO run (status, mode, model, started_at, goal, grants, hosts, automation_id, budget)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            RunStatus::Running.name(),
            to_json("the mode", &new.mode)?,
            new.model,
            now,
            new.goal,
            to_json("the grants", &new.grants)?,
            if new.hosts.is_empty() { None } else { Some(to_json("the hosts", &new.hosts)?) },
            automation.map(|id| id.0),
            budget.map(|budget| to_json("the limits", budget)).transpose()?
        ],
    )?;
    let id = RunId(tx.last_insert_rowid());
    let mut body = json!({"id": id, "status": RunStatus::Running, "mode": new.mode, "model": new.model});
    if let Some(automation) = automation {
        body["automation"] = json!(automation);
    }
    event::append(tx, now, "run", &id.to_string(), body, &[("run", id.0)])?;
    said::more(tx, id, &new.goal)?;
    Ok(id)
}

/// One run, in a transaction that goes on.
pub(crate) fn find(connection: &Connection, id: RunId) -> Result<Option<Run>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM run WHERE id = ?"))?;
    statement.query_row([id.0], |row| Ok(read(row))).optional()?.transpose()
}

/// Runs with what they did and what they wait for.
pub(crate) fn rows(connection: &Connection, tail: &str, values: impl Params) -> Result<Vec<RunRow>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS},
            (SELECT count(*) FROM action a WHERE a.run_id = run.id AND a.status = 'waiting'),
            (SELECT count(*) FROM action a WHERE a.run_id = run.id AND a.effect <> 'observe'
                AND a.status IN ('succeeded', 'partly', 'undone'))
         FROM run {tail}"
    ))?;
    let mut rows = statement.query(values)?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(RunRow { run: read(row)?, waiting: row.get(12)?, done: row.get(13)? });
    }
    Ok(list)
}

fn read(row: &Row<'_>) -> Result<Run> {
    let id = RunId(row.get(0)?);
    let status: String = row.get(1)?;
    let what = || format!("The run {id}");
    let unknown = || JournalError::Unreadable { what: what(), why: format!("no run is {status:?}") };
    Ok(Run {
        id,
        status: RunStatus::parse(&status).ok_or_else(unknown)?,
        mode: from_json(what(), &row.get::<_, String>(2)?)?,
        model: row.get(3)?,
        started_at: row.get(4)?,
        ended_at: row.get(5)?,
        note: row.get(6)?,
        goal: row.get(7)?,
        grants: from_json(what(), &row.get::<_, String>(8)?)?,
        hosts: row.get::<_, Option<String>>(9)?.map_or_else(|| Ok(Vec::new()), |text| from_json(what(), &text))?,
        automation: row.get::<_, Option<i64>>(10)?.map(AutomationId),
        parent: row.get::<_, Option<i64>>(11)?.map(RunId),
    })
}
