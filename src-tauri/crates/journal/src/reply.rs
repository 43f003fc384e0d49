//! Replies of models elsewhere: who answered, what it used and cost, and what the provider must get back. Beside the
//! turn that holds the words.

use crate::{
    error::{JournalError, Result, from_json},
    event,
    journal::Journal,
    run, turn,
};
use assent_protocol::{RunId, Tokens, Turn};
use rusqlite::{Row, Transaction, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE reply (
    id        INTEGER PRIMARY KEY,
    turn_id   INTEGER NOT NULL UNIQUE REFERENCES turn(id),
    run_id    INTEGER NOT NULL REFERENCES run(id),
    model     TEXT NOT NULL,
    input     INTEGER,
    cached    INTEGER,
    stored    INTEGER,
    output    INTEGER,
    reasoning INTEGER,
    cost      INTEGER,
    instead   TEXT,
    kept      TEXT
) STRICT;
CREATE INDEX reply_of_run ON reply(run_id, turn_id);
";

/// What is known of one reply besides its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// The model that answered.
    pub model: String,
    /// Its tokens, where the provider counts them.
    pub tokens: Option<Tokens>,
    /// Billionths of a US dollar at the price of that day; none where no price is known.
    pub cost: Option<i64>,
    /// Why it answered in place of another model, from this reply on.
    pub instead: Option<String>,
    /// What the provider must get back with it.
    pub kept: Option<String>,
}

/// Sums over the replies of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Replies.
    pub replies: u32,
    /// Tokens read.
    pub input: u64,
    /// Tokens written.
    pub output: u64,
    /// Billionths of a US dollar of the replies with a price.
    pub cost: i64,
    /// Replies without one.
    pub unpriced: u32,
}

/// What a reply takes from the limits of its run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Charge {
    /// Tokens.
    pub tokens: Option<u32>,
    /// The row in which they were set aside.
    pub aside: Option<i64>,
}

impl Journal {
    /// Adds the model's turn: with what is known of a model elsewhere, and with the tokens it is charged; what was set
    /// aside for it is free again.
    ///
    /// # Errors
    /// [`JournalError::NotFound`] for the run, or when it cannot be written.
    pub fn add_reply(&self, run: RunId, words: &Turn, reply: Option<&Reply>, charge: Charge, now: i64) -> Result<()> {
        self.write(|tx| {
            if run::find(tx, run)?.is_none() {
                return Err(JournalError::NotFound(run.to_string()));
            }
            let turn = turn::add(tx, run, words, now)?;
            let mut rows = vec![("turn", turn)];
            if let Some(reply) = reply {
                rows.push(("reply", add(tx, turn, run, reply)?));
            }
            if let Some(tokens) = charge.tokens {
                tx.prepare_cached("UPDATE turn SET tokens = ? WHERE id = ?")?.execute(params![tokens, turn])?;
            }
            if let Some(aside) = charge.aside {
                tx.prepare_cached("DELETE FROM reservation WHERE id = ?")?.execute([aside])?;
                rows.push(("reservation", aside));
            }
            let model = reply.map(|reply| &reply.model);
            let body = json!({"id": run, "turn": "model", "model": model, "tokens": charge.tokens});
            event::append(tx, now, "turn", &run.to_string(), body, &rows)?;
            Ok(())
        })
    }

    /// For each turn of a model in order: the turn, and its reply row where there is one (the built-in planner has none).
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn replies(&self, run: RunId) -> Result<Vec<(Turn, Option<Reply>)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT t.body, r.model, r.input, r.cached, r.stored, r.output, r.reasoning, r.cost, r.instead, r.kept
                 FROM turn t LEFT JOIN reply r ON r.turn_id = t.id WHERE t.run_id = ? AND t.kind = 'model' ORDER BY t.id",
            )?;
            let mut rows = statement.query([run.0])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                let turn = from_json(format_args!("A turn of {run}"), &row.get::<_, String>(0)?)?;
                list.push((turn, read(row)?));
            }
            Ok(list)
        })
    }

    /// What the models elsewhere have used in a run.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn used(&self, run: RunId) -> Result<Used> {
        self.read(|connection| {
            let used = connection
                .prepare_cached(
                    "SELECT count(*), coalesce(sum(input), 0), coalesce(sum(output), 0), coalesce(sum(cost), 0),
                        count(*) - count(cost) FROM reply WHERE run_id = ?",
                )?
                .query_row([run.0], |row| {
                    let number = |at| row.get::<_, i64>(at).map(|n| u64::try_from(n).unwrap_or(0));
                    Ok(Used {
                        replies: row.get(0)?,
                        input: number(1)?,
                        output: number(2)?,
                        cost: row.get(3)?,
                        unpriced: row.get(4)?,
                    })
                })?;
            Ok(used)
        })
    }
}

fn add(tx: &Transaction<'_>, turn: i64, run: RunId, reply: &Reply) -> Result<i64> {
    let tokens = reply.tokens.as_ref();
    let count = |of: fn(&Tokens) -> u64| tokens.map(|t| i64::try_from(of(t)).unwrap_or(i64::MAX));
    tx.prepare_cached(
        "INSERT INTO reply (turn_id, run_id, model, input, cached, stored, output, reasoning, cost, instead, kept)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        turn,
        run.0,
        reply.model,
        count(|t| t.input),
        count(|t| t.cached),
        count(|t| t.stored),
        count(|t| t.output),
        count(|t| t.reasoning),
        reply.cost,
        reply.instead,
        reply.kept
    ])?;
    Ok(tx.last_insert_rowid())
}

fn read(row: &Row<'_>) -> Result<Option<Reply>> {
    let Some(model) = row.get::<_, Option<String>>(1)? else { return Ok(None) };
    let count = |at| row.get::<_, Option<i64>>(at).map(|n| n.and_then(|n| u64::try_from(n).ok()));
    let tokens = match (count(2)?, count(5)?) {
        (Some(input), Some(output)) => Some(Tokens {
            input,
            cached: count(3)?.unwrap_or(0),
            stored: count(4)?.unwrap_or(0),
            output,
            reasoning: count(6)?.unwrap_or(0),
        }),
        _ => None,
    };
    Ok(Some(Reply { model, tokens, cost: row.get(7)?, instead: row.get(8)?, kept: row.get(9)? }))
}
