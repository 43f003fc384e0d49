//! What was said in each run: its goal, the user's words, the answers, and how it ended, folded as the search folds a query.
//! Runs are few beside actions, so that the words are looked for in the texts themselves.

use crate::{
    error::{Result, from_json},
    journal::Journal,
    run,
    search::fold,
};
use assent_protocol::{RunId, Turn, wire::RunRow};
use rusqlite::{Transaction, params, params_from_iter, types::Value};

pub(crate) const CREATE: &str = "
CREATE TABLE said (
    run_id INTEGER PRIMARY KEY REFERENCES run(id),
    text   TEXT NOT NULL
) STRICT;
";

/// Bytes of one run that are searched. What is longer is no talk.
const MOST: usize = 256 * 1024;
/// Words of a query that are still looked for.
const MOST_WORDS: usize = 16;

impl Journal {
    /// The runs in which all of these words were said or asked for, also within words, newest first. No words find
    /// nothing.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn find_runs(&self, words: &str, limit: u32) -> Result<Vec<RunRow>> {
        let folded = fold(words);
        let words: Vec<Value> =
            folded.split_whitespace().take(MOST_WORDS).map(|word| Value::Text(word.to_owned())).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let all = vec!["instr(text, ?) > 0"; words.len()].join(" AND ");
        let tail = format!("WHERE id IN (SELECT run_id FROM said WHERE {all}) ORDER BY id DESC LIMIT {limit}");
        self.read(|connection| run::rows(connection, &tail, params_from_iter(words)))
    }
}

/// Adds what was said.
pub(crate) fn more(tx: &Transaction<'_>, run: RunId, text: &str) -> Result<()> {
    let folded = fold(text);
    if folded.trim().is_empty() {
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO said (run_id, text) VALUES (?1, ?2) ON CONFLICT (run_id)
         DO UPDATE SET text = text || char(10) || excluded.text WHERE length(text) < ?3",
    )?
    .execute(params![run.0, folded, MOST as i64])?;
    Ok(())
}

/// The words of a turn, where somebody said something.
pub(crate) fn words_of(turn: &Turn) -> Option<&str> {
    match turn {
        Turn::User { text } | Turn::Model { text, .. } => Some(text),
        Turn::Result { .. } => None,
    }
}

/// Takes up what was said before it was kept.
pub(crate) fn take_up(tx: &Transaction<'_>) -> rusqlite_migration::HookResult {
    let mut kept = tx.prepare(
        "SELECT id, NULL, goal FROM run UNION ALL SELECT run_id, kind, body FROM turn WHERE kind <> 'result'
         UNION ALL SELECT id, NULL, note FROM run WHERE note IS NOT NULL",
    )?;
    let mut rows = kept.query([])?;
    while let Some(row) = rows.next()? {
        let (run, kind, text): (i64, Option<String>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let turn: Option<Turn> = kind.and_then(|_| from_json("a turn", &text).ok());
        let said = turn.as_ref().map_or(Some(text.as_str()), words_of);
        if let Some(said) = said {
            more(tx, RunId(run), said).map_err(|error| rusqlite_migration::HookError::Hook(error.to_string()))?;
        }
    }
    Ok(())
}
