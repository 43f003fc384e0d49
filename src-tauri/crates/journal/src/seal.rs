//! Rows are held against the chain: every event carries a seal (a hash) of each row that it has changed, so that a row
//! edited behind the program's back is found by `verify`, and before an action is approved or started.
//!
//! A seal covers all columns that are not null, by name. So a migration may add a column that may be null;
//! one that changes rows otherwise must write an event with their new seals.

use crate::{error::Result, event};
use assent_protocol::canonical::hex;
use rusqlite::{Connection, Row, Statement, Transaction, types::ValueRef};
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Every table whose rows are sealed, and the column that its rows are grouped by: one seal a group.
const SEALED: &[(&str, &str)] = &[
    ("run", "id"),
    ("turn", "id"),
    ("reply", "id"),
    ("action", "id"),
    ("decision", "action_id"),
    ("hold", "action_id"),
    ("attempt", "action_id"),
    ("outcome", "action_id"),
    ("item", "action_id"),
    ("inverse", "action_id"),
    ("rule", "id"),
    ("rule_use", "action_id"),
    ("question", "id"),
    ("reminder", "id"),
    ("remark", "action_id"),
    ("setting", "id"),
    ("connection", "id"),
    ("connection_tool", "id"),
    ("account", "id"),
    ("reservation", "id"),
    ("limit_warning", "id"),
    ("automation", "id"),
    ("firing", "id"),
    ("delegation", "id"),
    ("label", "id"),
];

/// What `verify` reads from the body of an event.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Touched {
    /// Table, key, seal; an empty seal where no row is left.
    #[serde(default)]
    pub rows: Vec<(String, i64, String)>,
}

/// The last seal of each group and the event that it came with.
pub(crate) type Seals = HashMap<(String, i64), (String, i64)>;

/// The first group that does not fit.
pub(crate) struct Misfit {
    /// The event that sealed it last, if any did.
    pub seq: Option<i64>,
    /// Which row, in words.
    pub what: String,
}

/// The seal of one group as it is now; empty when it has no rows.
pub(crate) fn of(connection: &Connection, table: &str, key: i64) -> Result<String> {
    let column = SEALED.iter().find(|(name, _)| *name == table).map_or("id", |(_, column)| column);
    let mut statement = connection.prepare_cached(&format!("SELECT * FROM {table} WHERE {column} = ? ORDER BY id"))?;
    let columns = by_name(&statement);
    let mut group = Group::default();
    let mut rows = statement.query([key])?;
    while let Some(row) = rows.next()? {
        group.add(row, &columns)?;
    }
    Ok(group.seal())
}

/// Whether a group is as the last event of `kind` on `subject` that sealed it says, and that event is authentic.
pub(crate) fn intact(connection: &Connection, table: &str, key: i64, kind: &str, subject: &str) -> Result<bool> {
    let mut statement =
        connection.prepare_cached("SELECT seq FROM event WHERE subject = ? AND kind = ? ORDER BY seq DESC")?;
    let mut events = statement.query([subject, kind])?;
    while let Some(event) = events.next()? {
        let Some(body) = event::authentic_body(connection, event.get(0)?)? else { return Ok(false) };
        let touched: Touched = serde_json::from_str(&body).unwrap_or_default();
        if let Some((_, _, seal)) = touched.rows.iter().find(|(name, of, _)| name == table && *of == key) {
            return Ok(*seal == of(connection, table, key)?);
        }
    }
    // What no event has sealed must not be there.
    Ok(of(connection, table, key)?.is_empty())
}

/// Before a row is changed by something that must go on whatever was done to it (a stop, a rejection): if it does not
/// fit, an alarm goes into the chain, so that the new seal does not hide the old change.
pub(crate) fn alarm_if_altered(
    tx: &Transaction<'_>,
    table: &str,
    key: i64,
    kind: &str,
    subject: &str,
    now: i64,
) -> Result<()> {
    if !intact(tx, table, key, kind, subject)? {
        alarm(tx, subject, table, now)?;
    }
    Ok(())
}

/// Records that something about `subject` was changed outside the program.
pub(crate) fn alarm(tx: &Transaction<'_>, subject: &str, table: &str, now: i64) -> Result<()> {
    event::append(tx, now, "alarm", subject, json!({"altered": table}), &[]).map(|_| ())
}

/// Holds every row of every sealed table against `seals`.
pub(crate) fn misfit(connection: &Connection, mut seals: Seals) -> Result<Option<Misfit>> {
    let mut worst: Option<Misfit> = None;
    let mut found = |misfit: Misfit| {
        let earlier = worst.as_ref().is_none_or(|known| match (misfit.seq, known.seq) {
            (Some(new), Some(old)) => new < old,
            (Some(_), None) => true,
            _ => false,
        });
        if earlier {
            worst = Some(misfit);
        }
    };
    for (table, column) in SEALED {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY {column}, id"))?;
        let columns = by_name(&statement);
        let key_at = statement.column_index(column)?;
        let mut close = |key: i64, group: Group| match seals.remove(&((*table).to_owned(), key)) {
            Some((sealed, _)) if sealed == group.seal() => {}
            Some((_, seq)) => found(Misfit { seq: Some(seq), what: words(table, key, "was changed") }),
            None => found(Misfit { seq: None, what: words(table, key, "was put in") }),
        };
        let mut open: Option<(i64, Group)> = None;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let key = row.get(key_at)?;
            if let Some((before, group)) = open.take_if(|(before, _)| *before != key) {
                close(before, group);
            }
            open.get_or_insert_with(|| (key, Group::default())).1.add(row, &columns)?;
        }
        if let Some((key, group)) = open {
            close(key, group);
        }
    }
    for ((table, key), (seal, seq)) in seals {
        if !seal.is_empty() {
            found(Misfit { seq: Some(seq), what: words(&table, key, "was taken out") });
        }
    }
    Ok(worst)
}

fn words(table: &str, key: i64, what: &str) -> String {
    match table {
        "run" => format!("the row of run r{key} {what}"),
        "action" => format!("the row of action a{key} {what}"),
        "decision" | "hold" | "attempt" | "outcome" | "inverse" => format!("the {table} of action a{key} {what}"),
        "item" => format!("an item's outcome of action a{key} {what}"),
        "rule_use" => format!("the use of a rule for action a{key} {what}"),
        "rule" => format!("the row of rule p{key} {what}"),
        "question" => format!("the row of question q{key} {what}"),
        "reminder" => format!("the row of reminder m{key} {what}"),
        "remark" => format!("a remark on action a{key} {what}"),
        _ => format!("row {key} of the table {table} {what}"),
    }
}

fn by_name(statement: &Statement<'_>) -> Vec<(usize, String)> {
    let mut columns: Vec<(usize, String)> =
        statement.column_names().into_iter().map(str::to_owned).enumerate().collect();
    columns.sort_by(|a, b| a.1.cmp(&b.1));
    columns
}

#[derive(Default)]
struct Group {
    hash: Option<Sha256>,
}

impl Group {
    fn add(&mut self, row: &Row<'_>, columns: &[(usize, String)]) -> Result<()> {
        let hash = self.hash.get_or_insert_with(Sha256::new);
        hash.update([0]);
        for (index, name) in columns {
            let integer;
            let (tag, bytes): (u8, &[u8]) = match row.get_ref(*index)? {
                ValueRef::Null => continue,
                ValueRef::Integer(value) => {
                    integer = value.to_be_bytes();
                    (1, &integer)
                }
                ValueRef::Real(value) => {
                    integer = value.to_be_bytes();
                    (2, &integer)
                }
                ValueRef::Text(text) => (3, text),
                ValueRef::Blob(blob) => (4, blob),
            };
            hash.update([tag]);
            for part in [name.as_bytes(), bytes] {
                hash.update((part.len() as u64).to_be_bytes());
                hash.update(part);
            }
        }
        Ok(())
    }

    fn seal(self) -> String {
        self.hash.map(|hash| hex(&hash.finalize())).unwrap_or_default()
    }
}
