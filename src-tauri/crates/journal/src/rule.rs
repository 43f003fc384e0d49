//! Rules: the user's standing decisions, and each use of one.

use crate::{
    error::{JournalError, Result, to_json},
    event,
    journal::Journal,
    seal,
    verify::utc,
};
use assent_protocol::{ActionId, Earned, Evidence, Rule, RuleAnswer, RuleDraft, RuleId, Scope};
use rusqlite::{Connection, Row, Transaction, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE rule (
    id              INTEGER PRIMARY KEY,
    answer          TEXT NOT NULL,
    tool            TEXT NOT NULL,
    made_at         INTEGER NOT NULL,
    from_action     INTEGER REFERENCES action(id),
    revoked_at      INTEGER,
    revoked_because TEXT,
    sentence        TEXT NOT NULL,
    draft           TEXT NOT NULL
) STRICT;
CREATE TABLE rule_use (
    id        INTEGER PRIMARY KEY,
    rule_id   INTEGER NOT NULL REFERENCES rule(id),
    action_id INTEGER NOT NULL UNIQUE REFERENCES action(id),
    at        INTEGER NOT NULL
) STRICT;
CREATE INDEX rule_use_of_rule ON rule_use(rule_id, at);
";

/// A rule that the user's own answers spoke for keeps what they were, and when it suspended itself.
pub(crate) const EARNED: &str = "
ALTER TABLE rule ADD COLUMN earned TEXT;
ALTER TABLE rule ADD COLUMN suspended_at INTEGER;
";

impl Journal {
    /// Keeps a rule under the sentence that the user approved.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_rule(&self, draft: &RuleDraft, sentence: &str, from: Option<ActionId>, now: i64) -> Result<RuleId> {
        self.keep_rule(draft, sentence, from, None, now)
    }

    /// Keeps a rule that was offered because of `evidence` and that the user took.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_earned_rule(
        &self,
        draft: &RuleDraft,
        sentence: &str,
        from: ActionId,
        evidence: &Evidence,
        now: i64,
    ) -> Result<RuleId> {
        self.keep_rule(draft, sentence, Some(from), Some(evidence), now)
    }

    fn keep_rule(
        &self,
        draft: &RuleDraft,
        sentence: &str,
        from: Option<ActionId>,
        earned: Option<&Evidence>,
        now: i64,
    ) -> Result<RuleId> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO rule (answer, tool, made_at, from_action, sentence, draft, earned) VALUES (?, ?, ?, ?, ?, ?, ?)",
                params![
                    to_json("an answer", &draft.answer)?.trim_matches('"'),
                    draft.tool,
                    now,
                    from.map(|id| id.0),
                    sentence,
                    to_json("a rule", draft)?,
                    earned.map(|evidence| to_json("evidence", evidence)).transpose()?
                ],
            )?;
            let id = RuleId(tx.last_insert_rowid());
            let body = json!({"id": id, "sentence": sentence, "from": from, "draft": draft, "earned": earned});
            event::append(tx, now, "rule", &id.to_string(), body, &[("rule", id.0)])?;
            Ok(id)
        })
    }

    /// All rules, also those that are off, oldest first. `uses_left` is what is left of it now.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn rules(&self, now: i64) -> Result<Vec<Rule>> {
        self.read(|connection| load(connection, None, now, &self.zone()))
    }

    /// Switches a rule off for good. A rule that is revoked already stays as it is.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn revoke_rule(&self, id: RuleId, because: &str, now: i64) -> Result<()> {
        self.switch_off(id, because, false, now)
    }

    /// Switches an earned rule off because it does not hold any more: the same as revoking it, by nobody, and said so.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn suspend_rule(&self, id: RuleId, because: &str, now: i64) -> Result<()> {
        self.switch_off(id, because, true, now)
    }

    fn switch_off(&self, id: RuleId, because: &str, by_itself: bool, now: i64) -> Result<()> {
        self.write(|tx| {
            if load(tx, Some(id), now, &self.zone())?.is_empty() {
                return Err(JournalError::NotFound(id.to_string()));
            }
            seal::alarm_if_altered(tx, "rule", id.0, "rule", &id.to_string(), now)?;
            let done = tx.execute(
                "UPDATE rule SET revoked_at = ?1, revoked_because = ?2, suspended_at = CASE WHEN ?3 THEN ?1 END
                 WHERE id = ?4 AND revoked_at IS NULL",
                params![now, because, by_itself, id.0],
            )?;
            if done == 1 {
                let what = if by_itself { "suspended" } else { "revoked" };
                let body = json!({"id": id, what: because});
                event::append(tx, now, "rule", &id.to_string(), body, &[("rule", id.0)])?;
            }
            Ok(())
        })
    }
}

/// Takes one use of a rule for a start, if the rule still holds.
pub(crate) fn consume(tx: &Transaction<'_>, id: RuleId, action: ActionId, now: i64, zone: &str) -> Result<()> {
    let gone = |why: String| Err(JournalError::RuleGone(id, why));
    let Some(rule) = load(tx, Some(id), now, zone)?.pop() else { return gone("It does not exist.".to_owned()) };
    if !rule.on {
        return gone(rule.off_because.unwrap_or_default());
    }
    if !seal::intact(tx, "rule", id.0, "rule", &id.to_string())? {
        return gone("It was changed outside Assent.".to_owned());
    }
    if rule.draft.answer != RuleAnswer::Allow {
        return gone("It does not allow.".to_owned());
    }
    if let Some(cap) = rule.draft.per_day
        && rule.used_today >= cap
    {
        return gone(format!("It was used {} of {cap} times today.", rule.used_today));
    }
    if let Some(cap) = rule.draft.amount_per_day {
        let sum: Option<i64> = tx
            .prepare_cached("SELECT json_extract(facts, '$.size.amount[0]') FROM action WHERE id = ?")?
            .query_row(params![action.0], |row| row.get(0))?;
        if sum.is_none_or(|sum| rule.spent_today.saturating_add(sum) > cap) {
            return gone("With this, more would be spent today than it allows.".to_owned());
        }
    }
    tx.prepare_cached("INSERT INTO rule_use (rule_id, action_id, at) VALUES (?, ?, ?)")?
        .execute(params![id.0, action.0, now])?;
    Ok(())
}

fn load(connection: &Connection, only: Option<RuleId>, now: i64, zone: &str) -> Result<Vec<Rule>> {
    let mut statement = connection.prepare_cached(
        "SELECT id, tool, draft, sentence, from_action, made_at, revoked_at, revoked_because,
            (SELECT max(at) FROM rule_use u WHERE u.rule_id = rule.id),
            (SELECT count(*) FROM rule_use u WHERE u.rule_id = rule.id),
            (SELECT count(*) FROM rule_use u WHERE u.rule_id = rule.id AND u.at >= ?1),
            earned, suspended_at,
            (SELECT coalesce(sum(json_extract(a.facts, '$.size.amount[0]')), 0)
                FROM rule_use u JOIN action a ON a.id = u.action_id WHERE u.rule_id = rule.id AND u.at >= ?1)
         FROM rule WHERE ?2 IS NULL OR id = ?2 ORDER BY id",
    )?;
    let mut rows = statement.query(params![midnight(now, zone), only.map(|id| id.0)])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(row, now)?);
    }
    Ok(list)
}

fn read(row: &Row<'_>, now: i64) -> Result<Rule> {
    let draft = serde_json::from_str::<RuleDraft>(&row.get::<_, String>(2)?);
    let unreadable = draft.is_err();
    let mut draft = match draft {
        Ok(draft) => draft,
        Err(_) => nothing(row.get(1)?),
    };
    let used: u32 = row.get(9)?;
    draft.uses_left = draft.uses_left.map(|uses| uses.saturating_sub(used));
    let off_because = if unreadable {
        Some("It cannot be read.".to_owned())
    } else if row.get::<_, Option<i64>>(6)?.is_some() {
        Some(row.get::<_, Option<String>>(7)?.unwrap_or_default())
    } else if draft.uses_left == Some(0) {
        Some("It was used as often as it may be.".to_owned())
    } else {
        draft.until.filter(|until| *until <= now).map(|until| format!("It ended on {}.", utc(until)))
    };
    Ok(Rule {
        id: RuleId(row.get(0)?),
        draft,
        sentence: row.get(3)?,
        from: row.get::<_, Option<i64>>(4)?.map(ActionId),
        made_at: row.get(5)?,
        last_used: row.get(8)?,
        used,
        used_today: row.get(10)?,
        spent_today: row.get(13)?,
        on: off_because.is_none(),
        off_because,
        earned: earned(row)?,
        covered_by: None,
    })
}

// Evidence that cannot be read still marks the rule as one that must not outlive its trust.
fn earned(row: &Row<'_>) -> Result<Option<Earned>> {
    let suspended_at = row.get(12)?;
    let kept: Option<String> = row.get(11)?;
    Ok(kept.map(|text| Earned { evidence: serde_json::from_str(&text).unwrap_or_default(), suspended_at }))
}

// Stands for a rule that cannot be read, so that it can be listed and revoked; it is off, and asks at most.
fn nothing(tool: String) -> RuleDraft {
    RuleDraft {
        answer: RuleAnswer::Ask,
        tool,
        definition: String::new(),
        conditions: Vec::new(),
        scope: Scope::Everywhere,
        until: None,
        uses_left: None,
        per_day: None,
        amount_per_day: None,
    }
}

// The day is that of whoever the limit was made for, and not of the system that the program happens to run on.
fn midnight(now: i64, zone: &str) -> i64 {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or_else(|_| jiff::tz::TimeZone::system());
    let day = jiff::Timestamp::from_millisecond(now).map(|now| now.to_zoned(zone)).and_then(|now| now.start_of_day());
    day.map_or(now - now.rem_euclid(86_400_000), |day| day.timestamp().as_millisecond())
}
