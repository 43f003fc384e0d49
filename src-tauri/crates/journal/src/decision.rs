//! Decisions: who or what settled an action, once. The row can be written a single time for each action, so of two
//! answers that race the first counts and the other is told.

use crate::{
    action::{self, Change, Kept, NewAction},
    error::{JournalError, Result},
    hold,
    journal::Journal,
    seal, search,
};
use assent_protocol::{Action, ActionId, Decider, Decision, RuleId, RunId, Status, Turn};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

pub(crate) const CREATE: &str = "
CREATE TABLE decision (
    id        INTEGER PRIMARY KEY,
    action_id INTEGER NOT NULL UNIQUE REFERENCES action(id),
    by        TEXT NOT NULL,
    rule_id   INTEGER REFERENCES rule(id),
    at        INTEGER NOT NULL,
    digest    TEXT NOT NULL,
    reason    TEXT
) STRICT;
";

const NOBODY_IN_TIME: &str = "Nobody answered before the card lapsed. That is not a no.";
const WITHDRAWN: &str = "The task was stopped before anyone answered. That is not a no.";

impl Journal {
    /// Settles a card: `to` is approved, rejected, expired, withdrawn, superseded or frozen. An action that was allowed
    /// or approved can still become frozen before it starts; its first decision stays.
    ///
    /// # Errors
    /// [`JournalError::AlreadyDecided`] when it does not wait any more, [`JournalError::DigestDiffers`] when the
    /// decision is about something else than the card; for a yes also [`JournalError::Lapsed`] and
    /// [`JournalError::Altered`].
    pub fn decide(&self, id: ActionId, decision: &Decision, to: Status, result: Option<&Turn>) -> Result<Action> {
        let settled = self.write(|tx| {
            settle(tx, id, decision, to, result)?;
            let action = action::load(tx, "WHERE a.id = ?", [id.0])?.pop();
            action.ok_or_else(|| JournalError::NotFound(id.to_string()))
        });
        self.alarmed(settled, decision.at)
    }

    /// Replaces a card by the user's edit of it, in one transaction: the old one is superseded by `decision`, the new
    /// one is recorded as [`Journal::propose`] does, for the same run and call.
    ///
    /// # Errors
    /// As [`Journal::decide`] for a yes, and [`Journal::propose`].
    pub fn replace(&self, id: ActionId, decision: &Decision, new: &NewAction) -> Result<ActionId> {
        let replaced = self.write(|tx| {
            let old = action::kept(tx, id)?;
            // The edit is measured against what the card showed, so the card must be as it was recorded.
            can_take_yes(tx, &old, decision.at)?;
            settle(tx, id, decision, Status::Superseded, None)?;
            let next = NewAction { edit_of: Some(id), run: old.run, call: old.call, ..new.clone() };
            action::add(tx, &next, None, decision.at)
        });
        self.alarmed(replaced, decision.at)
    }

    /// The state of a target changed before the start: the old action is superseded, and `new` takes its place for the
    /// same run and call. It waits as a card, or is denied where that is what it was judged now; never more than that.
    ///
    /// # Errors
    /// [`JournalError::AlreadyDecided`] when the old one has started or ended.
    pub fn reopen(&self, id: ActionId, new: &NewAction, now: i64) -> Result<ActionId> {
        self.write(|tx| {
            let old = action::kept(tx, id)?;
            if old.status.settled() || old.status == Status::Started {
                return Err(JournalError::AlreadyDecided(id, old.status));
            }
            seal::alarm_if_altered(tx, "action", id.0, "action", &id.to_string(), now)?;
            action::move_on(tx, &old, Status::Superseded, Change::default(), now)?;
            let mut next = NewAction { edit_of: Some(id), run: old.run, call: old.call, ..new.clone() };
            if next.status != Status::Denied {
                next.status = Status::Waiting;
                next.decided_by = None;
            }
            action::add(tx, &next, None, now)
        })
    }

    /// A call that nobody was asked about was settled anew, as it is now: the old action is superseded, and `new` takes
    /// its place, allowed by a rule or the mode as the old one was.
    ///
    /// # Errors
    /// [`JournalError::NotApproved`] unless a rule or the mode allowed the old one, and it has not started.
    pub fn renew(&self, id: ActionId, new: &NewAction, now: i64) -> Result<ActionId> {
        let renewed = self.write(|tx| {
            let old = action::kept(tx, id)?;
            let by = find(tx, id)?.map(|decision| decision.by);
            let unasked = |by: &Option<Decider>| matches!(by, Some(Decider::Mode | Decider::Rule { .. }));
            if old.status != Status::Allowed
                || !unasked(&by)
                || new.status != Status::Allowed
                || !unasked(&new.decided_by)
            {
                return Err(JournalError::NotApproved(id, old.status));
            }
            seal::alarm_if_altered(tx, "action", id.0, "action", &id.to_string(), now)?;
            action::move_on(tx, &old, Status::Superseded, Change::default(), now)?;
            let next = NewAction { edit_of: Some(id), run: old.run, call: old.call, ..new.clone() };
            action::add(tx, &next, None, now)
        });
        self.alarmed(renewed, now)
    }

    /// Withdraws every card of a run and recalls what is held; the model is told for each.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn withdraw_of(&self, run: RunId, now: i64) -> Result<Vec<ActionId>> {
        self.write(|tx| {
            let mut cards =
                ids(tx, "SELECT id FROM action WHERE run_id = ? AND status = 'waiting' ORDER BY id", run.0)?;
            for id in &cards {
                let kept = action::kept(tx, *id)?;
                end(tx, &kept, Status::Withdrawn, None, WITHDRAWN, now)?;
            }
            cards.extend(hold::recall_all(tx, run, now)?);
            Ok(cards)
        })
    }

    /// Withdraws one action that has not started, because whoever asked for it wants it no longer.
    ///
    /// # Errors
    /// [`JournalError::AlreadyDecided`] when it has started or ended, or when it cannot be written.
    pub fn withdraw(&self, id: ActionId, why: &str, now: i64) -> Result<()> {
        self.write(|tx| {
            let kept = action::kept(tx, id)?;
            if kept.status.settled() || kept.status == Status::Started {
                return Err(JournalError::AlreadyDecided(id, kept.status));
            }
            end(tx, &kept, Status::Withdrawn, None, why, now)
        })
    }

    /// Lets cards lapse whose time is over: `expired`, which is not a rejection, and the model is told so.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn expire_due(&self, now: i64) -> Result<Vec<ActionId>> {
        const DUE: &str = "SELECT id FROM action WHERE status = 'waiting' AND expires_at <= ? ORDER BY id";
        // Called every second: without a card to expire, nothing is written and nobody waits.
        if self.read(|connection| ids(connection, DUE, now))?.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|tx| {
            let due = ids(tx, DUE, now)?;
            for id in &due {
                let kept = action::kept(tx, *id)?;
                add(tx, *id, &Decider::Expiry, now, &kept.digest, None)?;
                end(tx, &kept, Status::Expired, Some(&Decider::Expiry), NOBODY_IN_TIME, now)?;
            }
            Ok(due)
        })
    }

    /// Whatever was refused because a row does not fit the chain goes into the chain as an alarm.
    pub(crate) fn alarmed<T>(&self, outcome: Result<T>, now: i64) -> Result<T> {
        if let Err(JournalError::Altered(id)) = &outcome {
            self.write(|tx| seal::alarm(tx, &id.to_string(), "action", now))?;
        }
        outcome
    }
}

/// Records a decision; a second one for the same action fails.
pub(crate) fn add(
    tx: &Transaction<'_>,
    id: ActionId,
    by: &Decider,
    at: i64,
    digest: &str,
    reason: Option<&str>,
) -> Result<()> {
    let rule = if let Decider::Rule { rule } = by { Some(rule.0) } else { None };
    tx.prepare_cached("INSERT INTO decision (action_id, by, rule_id, at, digest, reason) VALUES (?, ?, ?, ?, ?, ?)")?
        .execute(params![id.0, by.name(), rule, at, digest, reason])?;
    Ok(())
}

/// The decision on an action, if there is one.
pub(crate) fn find(connection: &Connection, id: ActionId) -> Result<Option<Decision>> {
    let mut statement =
        connection.prepare_cached("SELECT by, rule_id, at, digest, reason FROM decision WHERE action_id = ?")?;
    Ok(statement.query_row([id.0], |row| Ok(read(row, 0))).optional()?.transpose()?.flatten())
}

/// A decision from the five columns by, rule_id, at, digest, reason that begin at `first`; none where they are null.
pub(crate) fn read(row: &Row<'_>, first: usize) -> Result<Option<Decision>> {
    let Some(name) = row.get::<_, Option<String>>(first)? else { return Ok(None) };
    let by = match (name.as_str(), row.get::<_, Option<i64>>(first + 1)?) {
        ("user", _) => Decider::User,
        ("flag", _) => Decider::Flag,
        ("rule", Some(rule)) => Decider::Rule { rule: RuleId(rule) },
        ("mode", _) => Decider::Mode,
        ("floor", _) => Decider::Floor,
        ("expiry", _) => Decider::Expiry,
        ("freeze", _) => Decider::Freeze,
        _ => {
            let why = format!("nobody called {name:?} decides");
            return Err(JournalError::Unreadable { what: "A decision".to_owned(), why });
        }
    };
    Ok(Some(Decision { by, at: row.get(first + 2)?, digest: row.get(first + 3)?, reason: row.get(first + 4)? }))
}

/// The ids that `query` finds for one value.
pub(crate) fn ids(connection: &Connection, query: &str, value: i64) -> Result<Vec<ActionId>> {
    let mut statement = connection.prepare_cached(query)?;
    let found = statement.query_map([value], |row| row.get(0).map(ActionId))?;
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

fn settle(tx: &Transaction<'_>, id: ActionId, decision: &Decision, to: Status, result: Option<&Turn>) -> Result<()> {
    use Status::{Allowed, Approved, Expired, Frozen, Rejected, Superseded, Waiting, Withdrawn};
    let kept = action::kept(tx, id)?;
    let waits = kept.status == Waiting;
    let may = match to {
        Approved | Rejected | Expired | Withdrawn | Superseded => waits,
        Frozen => waits || matches!(kept.status, Allowed | Approved),
        _ => {
            let (from, to) = (kept.status.name().to_owned(), to.name().to_owned());
            return Err(JournalError::Impossible { subject: id.to_string(), from, to });
        }
    };
    if !may {
        return Err(JournalError::AlreadyDecided(id, kept.status));
    }
    if decision.digest != kept.digest {
        return Err(JournalError::DigestDiffers(id));
    }
    if to == Approved {
        can_take_yes(tx, &kept, decision.at)?;
    } else {
        seal::alarm_if_altered(tx, "action", id.0, "action", &id.to_string(), decision.at)?;
    }
    let mut change = Change { by: Some(&decision.by), reason: decision.reason.as_deref(), result, ..Change::default() };
    if waits {
        add(tx, id, &decision.by, decision.at, &decision.digest, decision.reason.as_deref())?;
        change.touched.push("decision");
    }
    action::move_on(tx, &kept, to, change, decision.at)?;
    if let Some(Turn::Result { reason: Some(told), .. }) = result
        && decision.reason.as_ref() != Some(told)
    {
        search::more(tx, id, &[told])?;
    }
    Ok(())
}

fn can_take_yes(tx: &Transaction<'_>, kept: &Kept, at: i64) -> Result<()> {
    if kept.status != Status::Waiting {
        return Err(JournalError::AlreadyDecided(kept.id, kept.status));
    }
    if kept.expires_at.is_some_and(|end| end <= at) {
        return Err(JournalError::Lapsed(kept.id));
    }
    if !seal::intact(tx, "action", kept.id.0, "action", &kept.id.to_string())? {
        return Err(JournalError::Altered(kept.id));
    }
    Ok(())
}

fn end(tx: &Transaction<'_>, kept: &Kept, to: Status, by: Option<&Decider>, reason: &str, now: i64) -> Result<()> {
    seal::alarm_if_altered(tx, "action", kept.id.0, "action", &kept.id.to_string(), now)?;
    let told = action::no_output(kept, to, reason);
    let touched = if by.is_some() { vec!["decision"] } else { Vec::new() };
    action::move_on(tx, kept, to, Change { by, touched, result: Some(&told), ..Change::default() }, now)
}
