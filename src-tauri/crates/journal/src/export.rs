//! Export: JSON Lines with every action and every event, so that another program can check the chain; CSV with a line
//! an action, for a table.

use crate::{
    action,
    error::{JournalError, Result, to_json},
    journal::Journal,
    verify::utc,
};
use assent_protocol::{Action, Decider, canonical::hex};
use rusqlite::Connection;
use serde_json::json;
use std::io::{self, Write};

/// Actions read at once.
const PIECE: u32 = 200;

const COLUMNS: [&str; 13] = [
    "id",
    "run",
    "proposed",
    "ended",
    "status",
    "tool",
    "title",
    "decided by",
    "rule",
    "decided",
    "reason",
    "note",
    "arguments",
];

impl Journal {
    /// One JSON object a line: first `{"type":"action", "action": …}` for each action, then
    /// `{"type":"event", "seq", "at", "kind", "subject", "salt", "body", "commitment", "hash"}` for each event
    /// (bytes as hex), from which the chain can be computed anew. Gives the number of lines.
    ///
    /// # Errors
    /// [`JournalError::Export`] when `out` does not take it, or when the history cannot be read.
    pub fn export_jsonl(&self, out: &mut dyn Write) -> Result<u64> {
        self.read_all(|connection| {
            let mut lines = 0;
            each_action(connection, |action| {
                lines += 1;
                let line = to_json(action.id, &json!({"type": "action", "action": action}))?;
                writeln!(out, "{line}").map_err(JournalError::Export)
            })?;
            let mut statement = connection.prepare(
                "SELECT seq, at, kind, subject, salt, body, commitment, hash
                 FROM event JOIN event_body USING (seq) ORDER BY seq",
            )?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let bytes = |column: usize| row.get::<_, Vec<u8>>(column).map(|bytes| hex(&bytes));
                let text = |column: usize| row.get::<_, String>(column);
                let line = json!({"type": "event", "seq": row.get::<_, i64>(0)?, "at": row.get::<_, i64>(1)?,
                    "kind": text(2)?, "subject": text(3)?, "salt": bytes(4)?, "body": text(5)?,
                    "commitment": bytes(6)?, "hash": bytes(7)?});
                writeln!(out, "{line}").map_err(JournalError::Export)?;
                lines += 1;
            }
            out.flush().map_err(JournalError::Export)?;
            Ok(lines)
        })
    }

    /// A heading and a line an action, times in UTC. Cells that a spreadsheet would take for a formula begin with `'`.
    /// Gives the number of actions.
    ///
    /// # Errors
    /// [`JournalError::Export`] when `out` does not take it, or when the history cannot be read.
    pub fn export_csv(&self, out: &mut dyn Write) -> Result<u64> {
        let failed = |error: csv::Error| JournalError::Export(io::Error::other(error));
        self.read_all(|connection| {
            let mut lines = 0;
            // RFC 4180 ends a line with both.
            let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
            table.write_record(COLUMNS).map_err(failed)?;
            each_action(connection, |action| {
                lines += 1;
                table.write_record(cells(&action).map(plain)).map_err(failed)
            })?;
            table.flush().map_err(JournalError::Export)?;
            Ok(lines)
        })
    }
}

fn each_action(connection: &Connection, mut take: impl FnMut(Action) -> Result<()>) -> Result<()> {
    let mut last = 0;
    loop {
        let piece = action::load(connection, "WHERE a.id > ? ORDER BY a.id LIMIT ?", [last, i64::from(PIECE)])?;
        let Some(end) = piece.last() else { return Ok(()) };
        last = end.id.0;
        piece.into_iter().try_for_each(&mut take)?;
    }
}

fn cells(action: &Action) -> [String; 13] {
    let decision = action.decision.as_ref();
    let rule = match decision.map(|decision| &decision.by) {
        Some(Decider::Rule { rule }) => rule.to_string(),
        _ => String::new(),
    };
    [
        action.id.to_string(),
        action.run.to_string(),
        utc(action.proposed_at),
        action.ended_at.map(utc).unwrap_or_default(),
        action.status.name().to_owned(),
        action.tool.clone(),
        action.title.clone(),
        decision.map(|decision| decision.by.name().to_owned()).unwrap_or_default(),
        rule,
        decision.map(|decision| utc(decision.at)).unwrap_or_default(),
        decision.and_then(|decision| decision.reason.clone()).unwrap_or_default(),
        action.note.clone().unwrap_or_default(),
        action.args.to_string(),
    ]
}

// A title, a reason or a file's name can come from anyone, and spreadsheets run formulas, also behind spaces and in the
// wide letters of East Asian scripts.
fn plain(cell: String) -> String {
    let first = cell.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0').chars().next();
    let formula = first.is_some_and(|c| "=+-@＝＋－＠".contains(c)) || cell.starts_with(['\t', '\r']);
    if formula { format!("'{cell}") } else { cell }
}
