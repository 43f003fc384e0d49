//! Questions that an agent asks the user, and their answers.

use crate::{
    error::{JournalError, Result},
    event,
    journal::Journal,
    run, seal, turn,
};
use assent_protocol::{Question, QuestionId, RunId, Turn};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE question (
    id          INTEGER PRIMARY KEY,
    run_id      INTEGER NOT NULL REFERENCES run(id),
    call        TEXT NOT NULL,
    asked_at    INTEGER NOT NULL,
    answered_at INTEGER,
    text        TEXT NOT NULL,
    answer      TEXT
) STRICT;
CREATE INDEX question_of_run ON question(run_id, id);
CREATE INDEX question_open ON question(id) WHERE answered_at IS NULL;
";

/// What there is to choose from, as a JSON list of texts; none for a question that is answered in words.
pub(crate) const CHOICES: &str = "ALTER TABLE question ADD COLUMN choices TEXT;";

impl Journal {
    /// Records a question. The same question for the same call, still open, is not asked twice. `choices` are the
    /// answers to choose from; empty for one that is answered in words.
    ///
    /// # Errors
    /// [`JournalError::NotFound`] for the run, or when it cannot be written.
    pub fn add_question(&self, run: RunId, call: &str, text: &str, choices: &[String], now: i64) -> Result<QuestionId> {
        let choices = (!choices.is_empty()).then(|| json!(choices).to_string());
        self.write(|tx| {
            if run::find(tx, run)?.is_none() {
                return Err(JournalError::NotFound(run.to_string()));
            }
            let first = tx
                .prepare_cached(
                    "SELECT id FROM question WHERE run_id = ? AND call = ? AND text = ? AND answered_at IS NULL",
                )?
                .query_row(params![run.0, call, text], |row| row.get(0))
                .optional()?;
            if let Some(first) = first {
                return Ok(QuestionId(first));
            }
            tx.execute(
                "INSERT INTO question (run_id, call, asked_at, text, choices) VALUES (?, ?, ?, ?, ?)",
                params![run.0, call, now, text, choices],
            )?;
            let id = QuestionId(tx.last_insert_rowid());
            event::append(tx, now, "question", &id.to_string(), json!({"id": id, "run": run}), &[("question", id.0)])?;
            Ok(id)
        })
    }

    /// Questions that a running or waiting run still wants answered, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn open_questions(&self) -> Result<Vec<Question>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT q.id, q.run_id, q.call, q.text, q.asked_at, q.choices FROM question q JOIN run r ON r.id = q.run_id
                 WHERE q.answered_at IS NULL AND r.status IN ('running', 'waiting') ORDER BY q.id",
            )?;
            let list = statement.query_map([], read)?.collect::<std::result::Result<_, _>>()?;
            Ok(list)
        })
    }

    /// The questions of a run with their answers, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn questions_of(&self, run: RunId) -> Result<Vec<(Question, Option<String>)>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, run_id, call, text, asked_at, choices, answer FROM question WHERE run_id = ? ORDER BY id",
            )?;
            let list = statement
                .query_map([run.0], |row| Ok((read(row)?, row.get(6)?)))?
                .collect::<std::result::Result<_, _>>()?;
            Ok(list)
        })
    }

    /// Closes a question that no call of the model waits on: a server's, whose own call gets the answer.
    ///
    /// # Errors
    /// [`JournalError::AlreadyAnswered`], [`JournalError::NotFound`], or when it cannot be written.
    pub fn close_question(&self, id: QuestionId, answer: &str, now: i64) -> Result<()> {
        self.write(|tx| {
            answered(tx, id, answer, now)?;
            event::append(
                tx,
                now,
                "question",
                &id.to_string(),
                json!({"id": id, "closed": true}),
                &[("question", id.0)],
            )?;
            Ok(())
        })
    }

    /// Records the user's answer, and with it what the model is told.
    ///
    /// # Errors
    /// [`JournalError::AlreadyAnswered`], [`JournalError::NotFound`], or when it cannot be written.
    pub fn answer_question(&self, id: QuestionId, answer: &str, result: &Turn, now: i64) -> Result<()> {
        self.write(|tx| {
            let run = answered(tx, id, answer, now)?;
            let turn = turn::add(tx, run, result, now)?;
            let rows = [("question", id.0), ("turn", turn)];
            event::append(tx, now, "question", &id.to_string(), json!({"id": id, "answered": true}), &rows)?;
            Ok(())
        })
    }
}

fn answered(tx: &Transaction<'_>, id: QuestionId, answer: &str, now: i64) -> Result<RunId> {
    let (run, open): (i64, bool) = tx
        .query_row("SELECT run_id, answered_at IS NULL FROM question WHERE id = ?", [id.0], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?
        .ok_or_else(|| JournalError::NotFound(id.to_string()))?;
    if !open {
        return Err(JournalError::AlreadyAnswered(id));
    }
    seal::alarm_if_altered(tx, "question", id.0, "question", &id.to_string(), now)?;
    tx.execute("UPDATE question SET answer = ?, answered_at = ? WHERE id = ?", params![answer, now, id.0])?;
    Ok(RunId(run))
}

fn read(row: &Row<'_>) -> rusqlite::Result<Question> {
    Ok(Question {
        id: QuestionId(row.get(0)?),
        run: RunId(row.get(1)?),
        call: row.get(2)?,
        text: row.get(3)?,
        asked_at: row.get(4)?,
        choices: row
            .get::<_, Option<String>>(5)?
            .and_then(|choices| serde_json::from_str(&choices).ok())
            .unwrap_or_default(),
    })
}
