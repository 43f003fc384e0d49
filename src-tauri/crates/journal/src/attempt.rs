//! Attempts: the one start of an action. Everything that must hold is looked at again in the transaction that writes
//! the row, and the row can be written a single time for each action, ever.

use crate::{
    action::{self, Change, Kept},
    decision,
    error::{JournalError, Result},
    hold,
    journal::Journal,
    rule, run, seal, setting,
};
use assent_protocol::{ActionId, Decider, RunStatus, Status};
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE attempt (
    id        INTEGER PRIMARY KEY,
    action_id INTEGER NOT NULL UNIQUE REFERENCES action(id),
    tool      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    digest    TEXT NOT NULL
) STRICT;
CREATE INDEX attempt_of_tool ON attempt(tool, at);
CREATE INDEX attempt_by_time ON attempt(at, action_id);
";

impl Journal {
    /// Starts an action: when this returns, the start is on the disk and the effect may begin. `digest` is what the
    /// caller has just found anew. A rule that allowed it loses one use.
    ///
    /// # Errors
    /// [`JournalError::Frozen`], [`JournalError::AlreadyStarted`], [`JournalError::NotApproved`],
    /// [`JournalError::RunStopped`], [`JournalError::DigestDiffers`], [`JournalError::Altered`],
    /// [`JournalError::RuleGone`], or when it cannot be written: then nothing has started and nothing may.
    pub fn start(&self, id: ActionId, digest: &str, now: i64) -> Result<()> {
        let zone = self.zone();
        let started = self.write(|tx| {
            let kept = action::kept(tx, id)?;
            if setting::is_frozen(tx)? {
                return Err(JournalError::Frozen);
            }
            let by = may_start(tx, &kept, digest)?;
            hold::is_over(tx, &kept)?;
            let mut change = Change { touched: vec!["attempt"], ..Change::default() };
            if let Decider::Rule { rule } = by {
                rule::consume(tx, rule, id, now, &zone)?;
                change.touched.push("rule_use");
                change.more = Some(("rule", json!(rule)));
            }
            tx.prepare_cached("INSERT INTO attempt (action_id, tool, at, digest) VALUES (?, ?, ?, ?)")?
                .execute(params![id.0, kept.tool, now, digest])?;
            action::move_on(tx, &kept, Status::Started, change, now)
        });
        self.alarmed(started, now)
    }
}

/// Whether everything that a start needs holds now, but the hold itself.
pub(crate) fn may_start(tx: &Transaction<'_>, kept: &Kept, digest: &str) -> Result<Decider> {
    let id = kept.id;
    let tried =
        tx.prepare_cached("SELECT 1 FROM attempt WHERE action_id = ?")?.query_row([id.0], |_| Ok(())).optional()?;
    if tried.is_some() {
        return Err(JournalError::AlreadyStarted(id));
    }
    if !matches!(kept.status, Status::Allowed | Status::Approved | Status::Held | Status::Frozen) {
        return Err(JournalError::NotApproved(id, kept.status));
    }
    let decision = decision::find(tx, id)?.ok_or(JournalError::NotApproved(id, kept.status))?;
    if digest != kept.digest || digest != decision.digest {
        return Err(JournalError::DigestDiffers(id));
    }
    let subject = id.to_string();
    if matches!(decision.by, Decider::Freeze | Decider::Expiry | Decider::Floor) {
        return Err(JournalError::NotApproved(id, kept.status));
    }
    let untouched = seal::intact(tx, "action", id.0, "action", &subject)?
        && seal::intact(tx, "decision", id.0, "action", &subject)?
        && seal::intact(tx, "run", kept.run.0, "run", &kept.run.to_string())?;
    if !untouched {
        return Err(JournalError::Altered(id));
    }
    let run = run::find(tx, kept.run)?.ok_or_else(|| JournalError::NotFound(kept.run.to_string()))?;
    if run.status == RunStatus::Stopped {
        return Err(JournalError::RunStopped(run.id));
    }
    Ok(decision.by)
}
