//! Counts that limits, breakers and the corner of the window are made from: always from committed rows, so that a
//! restart resets none.

use crate::{error::Result, journal::Journal};
use assent_protocol::RunId;
use rusqlite::{Connection, params};

/// How far back repeated calls are looked for.
const DIGESTS: u32 = 18;

/// What the user has said to go on after counts in no breaker.
const SINCE: &str = "action.id > ifnull((SELECT pardoned FROM run WHERE run.id = ?1), 0)";

/// What a run has used so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Replies of the model.
    pub turns: u32,
    /// Actions proposed; an edit and what it replaces count once.
    pub actions: u32,
    /// Actions that change something, that a rule or the mode settled with yes, and that started or still will: the calls
    /// of one reply are all judged before the first of them starts.
    pub unasked_changes: u32,
    /// Failed or denied actions since the last one that ended otherwise.
    pub errors_in_row: u32,
    /// Rejections since the user's last other answer.
    pub rejections_in_row: u32,
    /// [`crate::call_digest`] of the last 18 calls of the model, newest last.
    pub last_digests: Vec<String>,
    /// [`crate::call_digest`] of every call that the user rejected.
    pub rejected_digests: Vec<String>,
}

impl Journal {
    /// What a run has used so far.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn tally(&self, run: RunId) -> Result<Tally> {
        self.read(|connection| {
            let count = |sql: &str| -> Result<u32> {
                Ok(connection.prepare_cached(sql)?.query_row([run.0], |row| row.get(0))?)
            };
            let texts = |sql: &str| texts(connection, sql, run);
            let mut last_digests = texts(&format!(
                "SELECT call_digest FROM action WHERE run_id = ?1 AND edit_of IS NULL AND {SINCE} ORDER BY id DESC LIMIT {DIGESTS}"
            ))?;
            last_digests.reverse();
            let ends = texts(&format!(
                "SELECT status FROM action WHERE run_id = ?1 AND {SINCE} AND status IN
                    ('failed', 'denied', 'succeeded', 'partly', 'cancelled', 'unknown', 'undone')
                 ORDER BY id DESC LIMIT 100"
            ))?;
            let answers = texts(&format!(
                "SELECT action.status FROM decision d JOIN action ON action.id = d.action_id
                 WHERE run_id = ?1 AND {SINCE} AND d.by IN ('user', 'flag') AND action.status <> 'superseded'
                 ORDER BY d.id DESC LIMIT 100"
            ))?;
            Ok(Tally {
                turns: count("SELECT count(*) FROM turn WHERE run_id = ? AND kind = 'model'")?,
                actions: count("SELECT count(*) FROM action WHERE run_id = ? AND status <> 'superseded'")?,
                unasked_changes: count(
                    "SELECT count(*) FROM action a JOIN decision d ON d.action_id = a.id LEFT JOIN attempt t ON t.action_id = a.id
                     WHERE a.run_id = ? AND a.effect <> 'observe' AND d.by IN ('rule', 'mode')
                        AND (t.id IS NOT NULL OR a.status IN ('allowed', 'held'))",
                )?,
                errors_in_row: leading(&ends, |status| matches!(status, "failed" | "denied")),
                rejections_in_row: leading(&answers, |status| status == "rejected"),
                last_digests,
                rejected_digests: texts(
                    "SELECT DISTINCT call_digest FROM action WHERE run_id = ? AND status = 'rejected' ORDER BY call_digest",
                )?,
            })
        })
    }

    /// Actions since `since`: started unasked (by a rule or the mode), shown as a card, undone.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn today(&self, since: i64) -> Result<(u32, u32, u32)> {
        self.read(|connection| {
            let counts = connection
                .prepare_cached(
                    "SELECT
                        (SELECT count(*) FROM attempt t JOIN decision d ON d.action_id = t.action_id
                         WHERE t.at >= ?1 AND d.by IN ('rule', 'mode')),
                        (SELECT count(*) FROM action WHERE asked AND proposed_at >= ?1),
                        (SELECT count(*) FROM action WHERE undone_at IS NOT NULL AND undone_at >= ?1)",
                )?
                .query_row(params![since], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(counts)
        })
    }

    /// Each tool that ever started, how often, and when last.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn last_run_of_tool(&self) -> Result<Vec<(String, u32, Option<i64>)>> {
        self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT tool, count(*), max(at) FROM attempt GROUP BY tool ORDER BY tool")?;
            let list = statement
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
                .collect::<std::result::Result<_, _>>()?;
            Ok(list)
        })
    }
}

fn texts(connection: &Connection, sql: &str, run: RunId) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached(sql)?;
    let found = statement.query_map([run.0], |row| row.get(0))?;
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

fn leading(newest_first: &[String], counts: impl Fn(&str) -> bool) -> u32 {
    let run = newest_first.iter().take_while(|status| counts(status)).count();
    u32::try_from(run).unwrap_or(u32::MAX)
}
