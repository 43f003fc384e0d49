//! Outcomes: how the one attempt of an action ended, as a whole and for each item of a batch.

use crate::{
    action::{self, Change},
    decision,
    error::{JournalError, Result},
    inverse,
    journal::Journal,
    seal, search,
};
use assent_protocol::{ActionId, ItemOutcome, Status, Turn};
use rusqlite::{Connection, Transaction, params};
use serde_json::{Value, json};

pub(crate) const CREATE: &str = "
CREATE TABLE outcome (
    id        INTEGER PRIMARY KEY,
    action_id INTEGER NOT NULL UNIQUE REFERENCES action(id),
    status    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    note      TEXT
) STRICT;
CREATE TABLE item (
    id        INTEGER PRIMARY KEY,
    action_id INTEGER NOT NULL REFERENCES action(id),
    item      INTEGER NOT NULL,
    status    TEXT NOT NULL,
    note      TEXT
) STRICT;
CREATE INDEX item_of_action ON item(action_id, id);
";

const NOBODY_KNOWS: &str =
    "Assent ended while this was under way, so nobody knows how it came out. Look before doing it again.";

impl Journal {
    /// Records how a started action ended: `status` is succeeded, partly, failed, cancelled, unknown or handed over. An inverse in
    /// `inverses` takes the place of those kept for the same item.
    ///
    /// # Errors
    /// [`JournalError::NotStarted`] when it has not started or has ended before, [`JournalError::Impossible`] for
    /// another status.
    #[expect(clippy::too_many_arguments, reason = "one transaction with all that is known at the end")]
    pub fn finish(
        &self,
        id: ActionId,
        status: Status,
        outcomes: &[ItemOutcome],
        note: Option<&str>,
        inverses: &[(u32, Value)],
        result: Option<&Turn>,
        now: i64,
    ) -> Result<()> {
        use Status::{Cancelled, Failed, HandedOver, Partly, Started, Succeeded, Unknown};
        if !matches!(status, Succeeded | Partly | Failed | Cancelled | Unknown | HandedOver) {
            let (from, to) = (Started.name().to_owned(), status.name().to_owned());
            return Err(JournalError::Impossible { subject: id.to_string(), from, to });
        }
        self.write(|tx| {
            let kept = action::kept(tx, id)?;
            if kept.status != Started {
                return Err(JournalError::NotStarted(id, kept.status));
            }
            alarms(tx, id, now)?;
            let mut change = Change { result, ..Change::default() };
            change.touched.push("outcome");
            for outcome in outcomes {
                tx.prepare_cached("INSERT INTO item (action_id, item, status, note) VALUES (?, ?, ?, ?)")?
                    .execute(params![id.0, outcome.item, outcome.status.name(), outcome.note])?;
            }
            if !outcomes.is_empty() {
                change.touched.push("item");
            }
            if !inverses.is_empty() {
                inverse::exchange(tx, id, &kept.tool, inverses)?;
                change.touched.push("inverse");
            }
            if let Some(note) = note {
                change.more = Some(("note", json!(note)));
            }
            end(tx, &kept, status, note, change, now)?;
            let mut texts: Vec<&str> = note.into_iter().collect();
            texts.extend(outcomes.iter().filter_map(|outcome| outcome.note.as_deref()));
            if let Some(Turn::Result { reason: Some(told), .. }) = result {
                texts.push(told);
            }
            search::more(tx, id, &texts)
        })
    }

    /// After a crash: what had started and not ended becomes unknown, and the model is told so. Nothing is done again.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn recover(&self, now: i64) -> Result<Vec<ActionId>> {
        self.write(|tx| {
            let left = decision::ids(tx, "SELECT id FROM action WHERE status = 'started' AND id > ? ORDER BY id", 0)?;
            for id in &left {
                let kept = action::kept(tx, *id)?;
                alarms(tx, *id, now)?;
                let told = action::no_output(&kept, Status::Unknown, NOBODY_KNOWS);
                let change = Change { touched: vec!["outcome"], result: Some(&told), ..Change::default() };
                end(tx, &kept, Status::Unknown, Some(NOBODY_KNOWS), change, now)?;
            }
            Ok(left)
        })
    }
}

/// What each item of an action came to.
pub(crate) fn items(connection: &Connection, id: ActionId) -> Result<Vec<ItemOutcome>> {
    let mut statement =
        connection.prepare_cached("SELECT item, status, note FROM item WHERE action_id = ? ORDER BY id")?;
    let mut rows = statement.query([id.0])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let status: String = row.get(1)?;
        let status = Status::parse(&status).ok_or_else(|| JournalError::Unreadable {
            what: format!("An item of {id}"),
            why: format!("no item is {status:?}"),
        })?;
        list.push(ItemOutcome { item: row.get(0)?, status, note: row.get(2)? });
    }
    Ok(list)
}

// The effect has happened or may have, so its end is recorded whatever was done to the rows.
fn alarms(tx: &Transaction<'_>, id: ActionId, now: i64) -> Result<()> {
    for table in ["action", "attempt", "inverse"] {
        seal::alarm_if_altered(tx, table, id.0, "action", &id.to_string(), now)?;
    }
    Ok(())
}

fn end(
    tx: &Transaction<'_>,
    kept: &action::Kept,
    status: Status,
    note: Option<&str>,
    change: Change<'_>,
    now: i64,
) -> Result<()> {
    tx.prepare_cached("INSERT INTO outcome (action_id, status, at, note) VALUES (?, ?, ?, ?)")?.execute(params![
        kept.id.0,
        status.name(),
        now,
        note
    ])?;
    action::move_on(tx, kept, status, change, now)
}
