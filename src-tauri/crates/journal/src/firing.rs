//! Firings: each is accounted for once, in the transaction that also makes its run; so after a kill it neither is lost nor
//! happens again.

use crate::{
    automation::{self, Cursor},
    error::{JournalError, Result, from_json},
    event,
    journal::Journal,
    run::{self, NewRun},
    seal, turn,
};
use assent_protocol::{AutomationId, Budget, Firing, FiringId, FiringStatus, RunId, RunStatus, Triage, Turn};
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, params};
use serde_json::{Value, json};

pub(crate) const CREATE: &str = "
CREATE TABLE firing (
    id            INTEGER PRIMARY KEY,
    automation_id INTEGER NOT NULL REFERENCES automation(id),
    key           TEXT NOT NULL,
    status        TEXT NOT NULL,
    triage        TEXT,
    count         INTEGER NOT NULL,
    at            INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    until_at      INTEGER NOT NULL,
    run_id        INTEGER REFERENCES run(id),
    what          TEXT NOT NULL,
    reason        TEXT NOT NULL,
    happening     TEXT,
    UNIQUE (automation_id, key)
) STRICT;
CREATE INDEX firing_at ON firing(at);
CREATE INDEX firing_open ON firing(status, automation_id, id) WHERE status IN ('queued', 'asked');
";

/// What is asked at each firing must not read all the earlier ones.
pub(crate) const INDEXES: &str = "
CREATE INDEX firing_lately ON firing(automation_id, at);
CREATE INDEX firing_span ON firing(automation_id, until_at);
CREATE INDEX firing_passed ON firing(until_at) WHERE status IN ('missed', 'slept', 'asked');
";

/// A run that a firing makes.
#[derive(Debug, Clone, PartialEq)]
pub struct FiringRun {
    /// The run.
    pub run: NewRun,
    /// Its limits.
    pub budget: Budget,
    /// What it begins with: the goal, and what happened.
    pub turns: Vec<Turn>,
}

/// A firing to be accounted for.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFiring {
    /// Whose.
    pub automation: AutomationId,
    /// What makes it the one it is: a second one with the same key is the same firing.
    pub key: String,
    /// What becomes of it.
    pub status: FiringStatus,
    /// What triage said.
    pub triage: Option<Triage>,
    /// How many it stands for.
    pub count: u32,
    /// First and last moment, in milliseconds since 1970 (UTC).
    pub span: (i64, i64),
    /// What happened.
    pub what: String,
    /// Why it came to this.
    pub reason: String,
    /// All of what happened, for a run that starts later.
    pub happening: Option<String>,
    /// The run it makes now.
    pub run: Option<FiringRun>,
    /// Whether more of the same key are added to it, as for what is over a cap.
    pub adds_up: bool,
}

impl Journal {
    /// Accounts for firings of one automation, moves its cursor and makes their runs, all or nothing. A firing whose key is
    /// known changes nothing and has no run again. Gives the runs that were made, with the positions of their firings.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn fire(
        &self,
        id: AutomationId,
        firings: &[NewFiring],
        cursor: Option<&Cursor>,
        now: i64,
    ) -> Result<Vec<(usize, RunId)>> {
        self.write(|tx| {
            let mut runs = Vec::new();
            for (at, firing) in firings.iter().enumerate() {
                runs.extend(keep(tx, firing, now)?.map(|run| (at, run)));
            }
            if let Some(cursor) = cursor {
                automation::move_to(tx, id, cursor)?;
            }
            Ok(runs)
        })
    }

    /// Makes the run of a firing that was put off, or says what became of it instead. None where somebody was quicker.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn settle_firing(
        &self,
        id: FiringId,
        from: FiringStatus,
        to: FiringStatus,
        reason: &str,
        run: Option<&FiringRun>,
        now: i64,
    ) -> Result<Option<Option<RunId>>> {
        self.write(|tx| {
            let found: Option<(String, i64)> = tx
                .prepare_cached("SELECT status, automation_id FROM firing WHERE id = ?")?
                .query_row([id.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (status, automation) = found.ok_or_else(|| JournalError::NotFound(id.to_string()))?;
            if status != from.name() {
                return Ok(None);
            }
            seal::alarm_if_altered(tx, "firing", id.0, "firing", &id.to_string(), now)?;
            let run = run.map(|run| begin(tx, run, AutomationId(automation), now)).transpose()?;
            tx.execute(
                "UPDATE firing SET status = ?, reason = ?, run_id = ? WHERE id = ?",
                params![to.name(), reason, run.map(|run| run.0), id.0],
            )?;
            let body = json!({"id": id, "status": to, "run": run});
            event::append(tx, now, "firing", &id.to_string(), body, &[("firing", id.0)])?;
            Ok(Some(run))
        })
    }

    /// The newest firings, of one automation or of all.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn firings(&self, of: Option<AutomationId>, limit: u32) -> Result<Vec<Firing>> {
        let tail = "WHERE ?1 IS NULL OR f.automation_id = ?1 ORDER BY f.id DESC LIMIT ?2";
        self.read(|connection| load(connection, tail, params![of.map(|id| id.0), limit]))
    }

    /// Firings that were accounted for after `since`, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn firings_since(&self, since: i64) -> Result<Vec<Firing>> {
        self.read(|connection| load(connection, "WHERE f.at > ? ORDER BY f.id", [since]))
    }

    /// Firings that wait: for an earlier run, or for the user; oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn open_firings(&self, status: FiringStatus) -> Result<Vec<Firing>> {
        self.read(|connection| load(connection, "WHERE f.status = ? ORDER BY f.id", [status.name()]))
    }

    /// One firing, and all of what happened where its run was put off.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn firing(&self, id: FiringId) -> Result<Option<(Firing, Option<String>)>> {
        self.read(|connection| {
            let Some(firing) = load(connection, "WHERE f.id = ?", [id.0])?.pop() else { return Ok(None) };
            let happening = connection
                .prepare_cached("SELECT happening FROM firing WHERE id = ?")?
                .query_row([id.0], |row| row.get(0))?;
            Ok(Some((firing, happening)))
        })
    }

    /// Whether a firing with this key is accounted for.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn has_fired(&self, id: AutomationId, key: &str) -> Result<bool> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT 1 FROM firing WHERE automation_id = ? AND key = ?")?;
            Ok(statement.exists(params![id.0, key])?)
        })
    }

    /// Whether a firing of this automation lies on or across the span, in milliseconds since 1970 (UTC). One that stands
    /// for no times does not.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn is_accounted(&self, id: AutomationId, first: i64, last: i64) -> Result<bool> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT 1 FROM firing WHERE automation_id = ? AND due_at <= ? AND until_at >= ? AND count > 0",
            )?;
            Ok(statement.exists(params![id.0, last, first])?)
        })
    }

    /// Firings for times that were passed over, where some of those come after `now`, in milliseconds since 1970 (UTC).
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn passed_beyond(&self, now: i64) -> Result<Vec<Firing>> {
        let tail = "WHERE f.until_at > ? AND f.count > 0 AND f.status IN ('missed', 'slept', 'asked') ORDER BY f.id";
        self.read(|connection| load(connection, tail, [now]))
    }

    /// Lets a firing stand for the first `count` of its times only. One that stands for none asks nothing.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn give_back(&self, id: FiringId, count: u32, until: i64, reason: &str, now: i64) -> Result<()> {
        self.write(|tx| {
            seal::alarm_if_altered(tx, "firing", id.0, "firing", &id.to_string(), now)?;
            let changed = tx.execute(
                "UPDATE firing SET count = ?1, until_at = ?2, reason = ?3,
                    status = CASE WHEN ?1 = 0 AND status = 'asked' THEN 'missed' ELSE status END WHERE id = ?4",
                params![count, until, reason, id.0],
            )?;
            if changed == 0 {
                return Err(JournalError::NotFound(id.to_string()));
            }
            let body = json!({"id": id, "count": count, "until": until, "reason": reason});
            event::append(tx, now, "firing", &id.to_string(), body, &[("firing", id.0)])?;
            Ok(())
        })
    }

    /// How many runs of an automation began since `since`, how many are under way, and how many wait for the user.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn load_of(&self, id: AutomationId, since: i64) -> Result<(u32, u32, u32)> {
        self.read(|connection| {
            let load = connection
                .prepare_cached(
                    "SELECT ifnull(sum(started_at > ?2), 0), ifnull(sum(status = 'running'), 0),
                        ifnull(sum(status = 'waiting'), 0)
                     FROM run WHERE automation_id = ?1",
                )?
                .query_row(params![id.0, since], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(load)
        })
    }

    /// The firing of each automation that has waited longest for its run, and how many wait.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn queued(&self) -> Result<Vec<(AutomationId, FiringId, u32)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT automation_id, min(id), count(*) FROM firing WHERE status = 'queued'
                 GROUP BY automation_id ORDER BY min(id)",
            )?;
            let list = statement
                .query_map([], |row| Ok((AutomationId(row.get(0)?), FiringId(row.get(1)?), row.get(2)?)))?
                .collect::<std::result::Result<_, _>>()?;
            Ok(list)
        })
    }

    /// What the runs of an automation did since `since`: the arguments, when it began, and when it ended or was taken back;
    /// the last is none while it is under way.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn acts_of(&self, id: AutomationId, since: i64) -> Result<Vec<(Value, i64, Option<i64>)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT a.args, t.at, max(a.ended_at, ifnull(a.undone_at, 0)) FROM run r
                 JOIN action a ON a.run_id = r.id JOIN attempt t ON t.action_id = a.id
                 WHERE r.automation_id = ?1 AND a.effect <> 'observe'
                    AND (a.ended_at IS NULL OR a.ended_at > ?2 OR a.undone_at > ?2)",
            )?;
            let mut rows = statement.query(params![id.0, since])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                let args = from_json("An action of an automation", &row.get::<_, String>(0)?)?;
                list.push((args, row.get(1)?, row.get(2)?));
            }
            Ok(list)
        })
    }

    /// Cards that wait in the runs of each automation that has any.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn waiting_of_automations(&self) -> Result<Vec<(AutomationId, u32)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT r.automation_id, count(*) FROM action a JOIN run r ON r.id = a.run_id
                 WHERE a.status = 'waiting' AND r.automation_id IS NOT NULL GROUP BY r.automation_id",
            )?;
            let list = statement
                .query_map([], |row| Ok((AutomationId(row.get(0)?), row.get(1)?)))?
                .collect::<std::result::Result<_, _>>()?;
            Ok(list)
        })
    }
}

fn keep(tx: &Transaction<'_>, new: &NewFiring, now: i64) -> Result<Option<RunId>> {
    let known: Option<i64> = tx
        .prepare_cached("SELECT id FROM firing WHERE automation_id = ? AND key = ?")?
        .query_row(params![new.automation.0, new.key], |row| row.get(0))
        .optional()?;
    let (id, run) = match known {
        Some(_) if !new.adds_up => return Ok(None),
        Some(id) => {
            let subject = FiringId(id).to_string();
            seal::alarm_if_altered(tx, "firing", id, "firing", &subject, now)?;
            tx.prepare_cached(
                "UPDATE firing SET count = count + ?, until_at = max(until_at, ?), what = ? WHERE id = ?",
            )?
            .execute(params![new.count, new.span.1, new.what, id])?;
            (id, None)
        }
        None => {
            let run = new.run.as_ref().map(|run| begin(tx, run, new.automation, now)).transpose()?;
            tx.prepare_cached(
                "INSERT INTO firing (automation_id, key, status, triage, count, at, due_at, until_at, run_id, what, reason,
                    happening) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                new.automation.0,
                new.key,
                new.status.name(),
                new.triage.map(triage_name),
                new.count,
                now,
                new.span.0,
                new.span.1,
                run.map(|run| run.0),
                new.what,
                new.reason,
                new.happening
            ])?;
            (tx.last_insert_rowid(), run)
        }
    };
    let body = json!({
        "id": FiringId(id), "automation": new.automation, "status": new.status, "triage": new.triage,
        "count": new.count, "due": new.span.0, "until": new.span.1, "run": run, "reason": new.reason,
    });
    event::append(tx, now, "firing", &FiringId(id).to_string(), body, &[("firing", id)])?;
    Ok(run)
}

fn begin(tx: &Transaction<'_>, new: &FiringRun, automation: AutomationId, now: i64) -> Result<RunId> {
    let id = run::add(tx, &new.run, Some(automation), Some(&new.budget), now)?;
    for words in &new.turns {
        let turn = turn::add(tx, id, words, now)?;
        event::append(tx, now, "turn", &id.to_string(), json!({"id": id, "turn": "begin"}), &[("turn", turn)])?;
    }
    Ok(id)
}

fn triage_name(triage: Triage) -> &'static str {
    match triage {
        Triage::Drop => "drop",
        Triage::Note => "note",
        Triage::Propose => "propose",
        Triage::Escalate => "escalate",
    }
}

fn load(connection: &Connection, tail: &str, values: impl Params) -> Result<Vec<Firing>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT f.id, f.automation_id, f.status, f.triage, f.count, f.due_at, f.until_at, f.run_id, f.what, f.reason, r.status,
            (SELECT count(*) FROM action a WHERE a.run_id = f.run_id AND a.status = 'waiting')
         FROM firing f LEFT JOIN run r ON r.id = f.run_id {tail}"
    ))?;
    let mut rows = statement.query(values)?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row)?);
    }
    Ok(list)
}

fn read(row: &Row<'_>) -> Result<Firing> {
    let id = FiringId(row.get(0)?);
    let status: String = row.get(2)?;
    let unknown =
        || JournalError::Unreadable { what: format!("The firing {id}"), why: format!("no firing is {status:?}") };
    let triage: Option<String> = row.get(3)?;
    Ok(Firing {
        id,
        automation: AutomationId(row.get(1)?),
        status: FiringStatus::parse(&status).ok_or_else(unknown)?,
        triage: triage.and_then(|name| {
            [Triage::Drop, Triage::Note, Triage::Propose, Triage::Escalate]
                .into_iter()
                .find(|t| triage_name(*t) == name)
        }),
        count: row.get(4)?,
        due_at: row.get(5)?,
        until_at: row.get(6)?,
        run: row.get::<_, Option<i64>>(7)?.map(RunId),
        what: row.get(8)?,
        reason: row.get(9)?,
        run_status: row.get::<_, Option<String>>(10)?.and_then(|name| RunStatus::parse(&name)),
        waiting: row.get(11)?,
    })
}
