//! Holds: the delay between the decision on an outward action and its start. The engine waits; what is kept here is how
//! long and since when, so that a front end can count down, and a status that only one of start, recall and freeze can
//! take over.

use crate::{
    action::{self, Change, Kept},
    attempt,
    decision::ids,
    error::{JournalError, Result},
    journal::Journal,
    seal, search, setting,
};
use assent_protocol::{Action, ActionId, Decider, RunId, Status, Turn};
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE hold (
    id        INTEGER PRIMARY KEY,
    action_id INTEGER NOT NULL UNIQUE REFERENCES action(id),
    length_ms INTEGER NOT NULL,
    began_at  INTEGER NOT NULL
) STRICT;
";

const STOPPED: &str = "The task was stopped during the hold, so this was recalled and nothing was sent.";

impl Journal {
    /// Begins the hold of an action that is settled with yes, or begins it again in full for one that was held or frozen
    /// before. `digest` is what the caller has just found anew.
    ///
    /// # Errors
    /// As [`Journal::start`]: what may not start is not held either.
    pub fn hold(&self, id: ActionId, digest: &str, length_ms: i64, now: i64) -> Result<Action> {
        let held = self.write(|tx| {
            let kept = action::kept(tx, id)?;
            if setting::is_frozen(tx)? {
                return Err(JournalError::Frozen);
            }
            attempt::may_start(tx, &kept, digest)?;
            if !kept.recallable || (kept.status == Status::Frozen && !was_held(tx, id)?) {
                return Err(JournalError::NotApproved(id, kept.status));
            }
            tx.prepare_cached(
                "INSERT INTO hold (action_id, length_ms, began_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (action_id) DO UPDATE SET length_ms = ?2, began_at = ?3",
            )?
            .execute(params![id.0, length_ms, now])?;
            let more = Some(("hold", json!({"length_ms": length_ms, "began_at": now})));
            action::move_on(tx, &kept, Status::Held, Change { touched: vec!["hold"], more, ..Change::default() }, now)?;
            one(tx, id)
        });
        self.alarmed(held, now)
    }

    /// Takes an outward action back before it has started: in its hold, frozen in it, or settled and not yet held. Of a
    /// recall and a start that race, one wins and the other is told.
    ///
    /// # Errors
    /// [`JournalError::TooLate`] once it has started or ended, or for an action that is never held.
    pub fn recall(&self, id: ActionId, told: &Turn, now: i64) -> Result<Action> {
        self.write(|tx| {
            let kept = action::kept(tx, id)?;
            let early = kept.recallable && matches!(kept.status, Status::Allowed | Status::Approved);
            let frozen = kept.status == Status::Frozen && was_held(tx, id)?;
            if !(early || frozen || kept.status == Status::Held) {
                return Err(JournalError::TooLate(id, kept.status));
            }
            recall(tx, &kept, told, now)?;
            one(tx, id)
        })
    }

    /// What is held becomes frozen. Call it after [`Journal::set_frozen`], which already lets nothing start.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn freeze_held(&self, now: i64) -> Result<Vec<ActionId>> {
        const HELD: &str = "SELECT id FROM action WHERE status = 'held' AND id > ? ORDER BY id";
        if self.read(|connection| ids(connection, HELD, 0))?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|tx| {
            let held = ids(tx, HELD, 0)?;
            for id in &held {
                let kept = action::kept(tx, *id)?;
                seal::alarm_if_altered(tx, "action", id.0, "action", &id.to_string(), now)?;
                let change = Change { by: Some(&Decider::Freeze), ..Change::default() };
                action::move_on(tx, &kept, Status::Frozen, change, now)?;
            }
            Ok(held)
        })
    }
}

/// Recalls everything of a run that is held, because the run is stopped.
pub(crate) fn recall_all(tx: &Transaction<'_>, run: RunId, now: i64) -> Result<Vec<ActionId>> {
    let held = ids(
        tx,
        "SELECT a.id FROM action a JOIN hold h ON h.action_id = a.id
         WHERE a.run_id = ? AND a.status IN ('held', 'frozen') ORDER BY a.id",
        run.0,
    )?;
    for id in &held {
        let kept = action::kept(tx, *id)?;
        recall(tx, &kept, &action::no_output(&kept, Status::Recalled, STOPPED), now)?;
    }
    Ok(held)
}

/// Whether nothing that has to be held starts without it.
pub(crate) fn is_over(tx: &Transaction<'_>, kept: &Kept) -> Result<()> {
    let id = kept.id;
    if kept.status == Status::Frozen || (kept.recallable && kept.status != Status::Held) {
        return Err(JournalError::NotHeld(id));
    }
    if kept.status == Status::Held && !seal::intact(tx, "hold", id.0, "action", &id.to_string())? {
        return Err(JournalError::Altered(id));
    }
    Ok(())
}

fn recall(tx: &Transaction<'_>, kept: &Kept, told: &Turn, now: i64) -> Result<()> {
    seal::alarm_if_altered(tx, "action", kept.id.0, "action", &kept.id.to_string(), now)?;
    let change = Change { by: Some(&Decider::User), result: Some(told), ..Change::default() };
    action::move_on(tx, kept, Status::Recalled, change, now)?;
    if let Turn::Result { reason: Some(reason), .. } = told {
        search::more(tx, kept.id, &[reason])?;
    }
    Ok(())
}

fn was_held(tx: &Transaction<'_>, id: ActionId) -> Result<bool> {
    let found =
        tx.prepare_cached("SELECT 1 FROM hold WHERE action_id = ?")?.query_row([id.0], |_| Ok(())).optional()?;
    Ok(found.is_some())
}

fn one(tx: &Transaction<'_>, id: ActionId) -> Result<Action> {
    let action = action::load(tx, "WHERE a.id = ?", [id.0])?.pop();
    action.ok_or_else(|| JournalError::NotFound(id.to_string()))
}
