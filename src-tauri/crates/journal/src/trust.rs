//! What trust is counted from: the deeds of one tool, always from committed rows, so that a restart forgets none.

use crate::{
    decision,
    error::{JournalError, Result, from_json},
    journal::Journal,
};
use assent_protocol::{ActionId, Deed, Effect, RunId, Status};
use rusqlite::{Connection, Row, params};

/// How far back trust looks for one tool.
const DEEDS: u32 = 500;

const COLUMNS: &str = "
    SELECT a.id, a.run_id, a.definition, a.effect, a.args, a.status, d.by, d.rule_id, d.at, d.digest, d.reason,
        EXISTS (SELECT 1 FROM action c WHERE c.edit_of = a.id AND c.call_digest <> a.call_digest),
        EXISTS (SELECT 1 FROM action p WHERE p.id = a.edit_of AND p.call_digest <> a.call_digest),
        EXISTS (SELECT 1 FROM inverse i WHERE i.action_id = a.id AND i.undone_at IS NOT NULL),
        a.proposed_at,
        (SELECT e.at FROM decision e WHERE e.by = 'user' AND e.id < d.id ORDER BY e.id DESC LIMIT 1),
        max(a.proposed_at, ifnull(d.at, 0), ifnull(a.ended_at, 0), ifnull(a.undone_at, 0),
            ifnull((SELECT max(i.undone_at) FROM inverse i WHERE i.action_id = a.id), 0)) AS last
    FROM action a LEFT JOIN decision d ON d.action_id = a.id";

const BY_HAND: &str = "NOT EXISTS (SELECT 1 FROM run r WHERE r.id = a.run_id AND r.automation_id IS NOT NULL)";

impl Journal {
    /// The newest deeds of a tool, newest first. What a person let an automation do speaks for nothing elsewhere.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn deeds(&self, tool: &str) -> Result<Vec<Deed>> {
        let query = format!(
            "{COLUMNS} WHERE a.tool = ?1 AND a.effect <> 'observe' AND {BY_HAND} ORDER BY a.id DESC LIMIT {DEEDS}"
        );
        self.read(|connection| load(connection, &query, tool, 0))
    }

    /// The deeds of a tool that something happened to since `since`, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn deeds_since(&self, tool: &str, since: i64) -> Result<Vec<Deed>> {
        let query = format!("{COLUMNS} WHERE a.tool = ?1 AND last >= ?2 ORDER BY a.id");
        self.read(|connection| load(connection, &query, tool, since))
    }

    /// How often a tool started, how many of its last 20 were taken back, rejected or went wrong, and how often it
    /// started since `since`.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn experience(&self, tool: &str, since: i64) -> Result<(u32, u32, u32)> {
        self.read(|connection| {
            let counts = connection
                .prepare_cached(
                    "SELECT (SELECT count(*) FROM attempt WHERE tool = ?1),
                        (SELECT count(*) FROM (SELECT id, status FROM action WHERE tool = ?1 ORDER BY id DESC LIMIT 20) a
                         WHERE a.status IN ('undone', 'rejected', 'failed', 'partly', 'unknown', 'recalled')
                            OR EXISTS (SELECT 1 FROM inverse i WHERE i.action_id = a.id AND i.undone_at IS NOT NULL)),
                        (SELECT count(*) FROM attempt WHERE tool = ?1 AND at >= ?2)",
                )?
                .query_row(params![tool, since], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(counts)
        })
    }

    /// The newest actions that a person approved and that ended as they should, newest first: what an offer can rest on.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn last_approved(&self, n: u32) -> Result<Vec<ActionId>> {
        self.read(|connection| {
            let query = format!(
                "SELECT a.id FROM action a JOIN decision d ON d.action_id = a.id
                 WHERE d.by = 'user' AND a.status = 'succeeded' AND a.effect <> 'observe' AND {BY_HAND}
                 ORDER BY a.id DESC LIMIT ?"
            );
            decision::ids(connection, &query, n.into())
        })
    }
}

fn load(connection: &Connection, query: &str, tool: &str, since: i64) -> Result<Vec<Deed>> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows =
        if query.contains("?2") { statement.query(params![tool, since])? } else { statement.query([tool])? };
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row)?);
    }
    Ok(list)
}

fn read(row: &Row<'_>) -> Result<Deed> {
    let action = ActionId(row.get(0)?);
    let what = || format!("The action {action}");
    let strange = |name: &str| JournalError::Unreadable { what: what(), why: format!("{name:?} is not known") };
    let (effect, status): (String, String) = (row.get(3)?, row.get(5)?);
    let decision = decision::read(row, 6)?;
    let decided_at: Option<i64> = row.get(8)?;
    let shown_at: i64 = row.get(14)?;
    let before: Option<i64> = row.get(15)?;
    let since = before.map_or(shown_at, |before| before.max(shown_at));
    Ok(Deed {
        action,
        run: RunId(row.get(1)?),
        definition: row.get(2)?,
        effect: from_json::<Effect>(what(), &format!("\"{effect}\""))?,
        args: from_json(what(), &row.get::<_, String>(4)?)?,
        status: Status::parse(&status).ok_or_else(|| strange(&status))?,
        by: decision.map(|decision| decision.by),
        edited: row.get(11)?,
        is_edit: row.get(12)?,
        taken_back: row.get(13)?,
        looked_ms: decided_at.map_or(0, |at| at.saturating_sub(since)),
        at: row.get(16)?,
    })
}
