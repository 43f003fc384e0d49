//! The time that a run worked. A run works while its status is running. Its time is the sum of the steps between its
//! events, in the order of the chain: a step back of the clock counts nothing, and a step of more than [`LONGEST_STEP`]
//! counts as that much, because then the machine slept, the clock was moved or the program was not there. It is made from
//! committed rows alone, so a restart resets nothing, and time spent waiting for a person is no work.

use crate::{
    error::{JournalError, Result},
    event,
};
use assent_protocol::RunId;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// The longest step between two events that counts as work, in milliseconds.
pub const LONGEST_STEP: i64 = 5 * 60_000;

/// How far the events of each running run were added up, so that the next look reads only the new ones. For committed
/// rows only: the chain does not change behind what was read of it.
#[derive(Debug, Default)]
pub(crate) struct Tallied(Mutex<HashMap<RunId, Sum>>);

// The events from `from` to `seq`, of which the last of the run was at `at`.
#[derive(Debug, Clone, Copy)]
struct Sum {
    from: i64,
    seq: i64,
    at: Option<i64>,
    ms: i64,
}

impl Tallied {
    /// Milliseconds that a run has worked by `now`. `connection` must see what is committed and no more.
    pub(crate) fn worked(&self, connection: &Connection, run: RunId, now: i64) -> Result<i64> {
        let stand = stand(connection, run)?;
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(from) = stand.working_from else {
            sums.remove(&run);
            return Ok(stand.kept);
        };
        let before = sums.get(&run).copied().filter(|sum| sum.from == from);
        let sum = add_up(connection, run, before.unwrap_or(Sum { from, seq: from - 1, at: None, ms: 0 }))?;
        sums.insert(run, sum);
        Ok(stand.kept.saturating_add(sum.until(now)))
    }
}

impl Sum {
    fn until(self, now: i64) -> i64 {
        self.ms.saturating_add(self.at.map_or(0, |at| step(at, now)))
    }
}

/// Before the status of a run changes: what it worked is put down when it stops working, and where in the chain it
/// began when it starts.
pub(crate) fn keep_time(tx: &Transaction<'_>, run: RunId, working: bool, will_work: bool, now: i64) -> Result<()> {
    if working && !will_work {
        let stand = stand(tx, run)?;
        let more = match stand.working_from {
            Some(from) => add_up(tx, run, Sum { from, seq: from - 1, at: None, ms: 0 })?.until(now),
            None => 0,
        };
        let worked = stand.kept.saturating_add(more);
        tx.execute("UPDATE run SET worked_ms = ? WHERE id = ?", params![worked, run.0])?;
    } else if !working && will_work {
        let next = event::head(tx)?.seq + 1;
        tx.execute("UPDATE run SET working_from = ? WHERE id = ?", params![next, run.0])?;
    }
    Ok(())
}

struct Stand {
    kept: i64,
    // The first event of the time that it works now; none while it does not.
    working_from: Option<i64>,
}

fn stand(connection: &Connection, run: RunId) -> Result<Stand> {
    let (status, kept, from): (String, Option<i64>, Option<i64>) = connection
        .prepare_cached("SELECT status, worked_ms, working_from FROM run WHERE id = ?")?
        .query_row([run.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?
        .ok_or_else(|| JournalError::NotFound(run.to_string()))?;
    let working_from = (status == "running").then(|| from.unwrap_or_default());
    Ok(Stand { kept: kept.unwrap_or_default(), working_from })
}

// The events of a run are those about itself and about its actions.
fn add_up(connection: &Connection, run: RunId, mut sum: Sum) -> Result<Sum> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, at, subject = ?2 OR EXISTS (SELECT 1 FROM action
            WHERE id = CAST(substr(subject, 2) AS INTEGER) AND run_id = ?3 AND subject = 'a' || id)
         FROM event WHERE seq > ?1 ORDER BY seq",
    )?;
    let mut events = statement.query(params![sum.seq, run.to_string(), run.0])?;
    while let Some(event) = events.next()? {
        sum.seq = event.get(0)?;
        if event.get(2)? {
            let at = event.get(1)?;
            sum.ms = sum.ms.saturating_add(sum.at.map_or(0, |before| step(before, at)));
            sum.at = Some(at);
        }
    }
    Ok(sum)
}

fn step(before: i64, after: i64) -> i64 {
    after.saturating_sub(before).clamp(0, LONGEST_STEP)
}
