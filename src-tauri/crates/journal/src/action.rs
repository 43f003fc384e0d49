//! Actions: one proposed call of one tool each, from the proposal to the end. The [`Action`] that the front ends show
//! is put together here from the rows of several tables.

use crate::{
    decision,
    error::{JournalError, Result, from_json, to_json},
    event,
    journal::Journal,
    run, seal, search, turn,
};
use assent_protocol::{
    Action, ActionId, Decider, Effect, Facts, Preview, Reversal, RunId, Status, Turn, UndoState, Verdict, canonical,
};
use rusqlite::{Connection, OptionalExtension, Params, Row, Transaction, params};
use serde_json::{Value, json};

pub(crate) const CREATE: &str = "
CREATE TABLE action (
    id           INTEGER PRIMARY KEY,
    run_id       INTEGER NOT NULL REFERENCES run(id),
    status       TEXT NOT NULL,
    tool         TEXT NOT NULL,
    effect       TEXT NOT NULL,
    asked        INTEGER NOT NULL,
    edit_of      INTEGER REFERENCES action(id),
    proposed_at  INTEGER NOT NULL,
    expires_at   INTEGER,
    ended_at     INTEGER,
    undone_at    INTEGER,
    dismissed_at INTEGER,
    call         TEXT NOT NULL,
    definition   TEXT NOT NULL,
    digest       TEXT NOT NULL,
    call_digest  TEXT NOT NULL,
    title        TEXT NOT NULL,
    says         TEXT,
    args         TEXT NOT NULL,
    facts        TEXT NOT NULL,
    verdict      TEXT NOT NULL,
    preview      TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX action_once ON action(run_id, call, digest) WHERE edit_of IS NULL;
CREATE INDEX action_of_run ON action(run_id, status);
CREATE INDEX action_by_status ON action(status, expires_at);
CREATE INDEX action_by_tool ON action(tool);
CREATE INDEX action_asked ON action(proposed_at) WHERE asked;
CREATE INDEX action_undone ON action(undone_at) WHERE undone_at IS NOT NULL;
";

/// What the counts of a run and the step of a call read, so that neither gets slower as a run or a history grows. The
/// words of [`OUTWARD`] must be those of the index: SQLite looks for the very same.
pub(crate) const INDEXES: &str = "
CREATE INDEX action_in_run ON action(run_id);
CREATE INDEX action_of_call ON action(run_id, call);
CREATE INDEX action_by_effect ON action(run_id, effect, status);
CREATE INDEX action_outward ON action(run_id)
WHERE (effect IN ('send', 'spend')
    OR (effect <> 'observe' AND CASE WHEN json_valid(facts) THEN json_extract(facts, '$.destination') END IS NOT 'here'));
CREATE INDEX turn_by_kind ON turn(run_id, kind, tokens);
CREATE INDEX decision_by ON decision(action_id, by);
";

/// Whether an action leaves this computer. Observing is left out: reading in a place that the user named sends nothing, and
/// any other reading is a send.
pub(crate) const OUTWARD: &str = "(effect IN ('send', 'spend')
    OR (effect <> 'observe' AND CASE WHEN json_valid(facts) THEN json_extract(facts, '$.destination') END IS NOT 'here'))";

/// A proposal, with what the code found out about it and what the decision core said.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAction {
    /// The run.
    pub run: RunId,
    /// The model's id for the call.
    pub call: String,
    /// The tool's name.
    pub tool: String,
    /// Hash of the tool's definition.
    pub definition: String,
    /// Verb and object, made by code.
    pub title: String,
    /// The exact arguments.
    pub args: Value,
    /// Hex SHA-256 over call, definition, targets and their state.
    pub digest: String,
    /// What the code found out.
    pub facts: Facts,
    /// What the decision core said.
    pub verdict: Verdict,
    /// What would happen, for the eye.
    pub preview: Preview,
    /// The agent's own words.
    pub says: Option<String>,
    /// The action that this is an edit of.
    pub edit_of: Option<ActionId>,
    /// denied, allowed, suggested, waiting or approved.
    pub status: Status,
    /// Who settled it; needed for allowed and approved.
    pub decided_by: Option<Decider>,
    /// When the card lapses.
    pub expires_at: Option<i64>,
}

/// The digest of tool and arguments alone, by which a repeated call is known ([`crate::Tally`]).
pub fn call_digest(tool: &str, args: &Value) -> String {
    canonical::digest(&[tool, &canonical::canonical(args)])
}

impl Journal {
    /// Records a proposal, with its decision where it is settled at once, and with the result that the model is told
    /// where there is one. A second proposal of the same call with the same digest in the same run changes nothing
    /// and gives the first id, so that a run can be gone on with after a crash.
    ///
    /// # Errors
    /// [`JournalError::NotFound`] for the run, [`JournalError::Impossible`] for a status that a proposal cannot have or
    /// a yes from nobody, or when it cannot be written.
    pub fn propose(&self, new: &NewAction, result: Option<&Turn>, now: i64) -> Result<ActionId> {
        self.write(|tx| {
            if new.edit_of.is_none()
                && let Some(first) = tx
                    .prepare_cached(
                        "SELECT id FROM action WHERE run_id = ? AND call = ? AND digest = ? AND edit_of IS NULL",
                    )?
                    .query_row(params![new.run.0, new.call, new.digest], |row| row.get(0))
                    .optional()?
            {
                return Ok(ActionId(first));
            }
            add(tx, new, result, now)
        })
    }

    /// One action.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn action(&self, id: ActionId) -> Result<Option<Action>> {
        self.read(|connection| Ok(load(connection, "WHERE a.id = ?", [id.0])?.pop()))
    }

    /// The actions of a run, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn actions_of(&self, run: RunId) -> Result<Vec<Action>> {
        self.read(|connection| load(connection, "WHERE a.run_id = ? ORDER BY a.id", [run.0]))
    }

    /// The actions of one call of a run, oldest first: more than one where it was edited or asked about again.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn actions_of_call(&self, run: RunId, call: &str) -> Result<Vec<Action>> {
        self.read(|connection| {
            load(connection, "WHERE a.run_id = ? AND a.call = ? ORDER BY a.id", params![run.0, call])
        })
    }

    /// The cards, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn waiting(&self) -> Result<Vec<Action>> {
        self.read(|connection| load(connection, "WHERE a.status = 'waiting' ORDER BY a.id", []))
    }

    /// The actions that wait out their hold, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn held(&self) -> Result<Vec<Action>> {
        self.read(|connection| load(connection, "WHERE a.status = 'held' ORDER BY a.id", []))
    }

    /// Actions whose outcome nobody knows and that the user has not looked at yet.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn unknown(&self) -> Result<Vec<Action>> {
        self.read(|c| load(c, "WHERE a.status = 'unknown' AND a.dismissed_at IS NULL ORDER BY a.id", []))
    }

    /// The user has looked at an unknown outcome; it stays unknown, and leaves the inbox.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn dismiss_unknown(&self, id: ActionId, now: i64) -> Result<()> {
        self.write(|tx| {
            let kept = kept(tx, id)?;
            seal::alarm_if_altered(tx, "action", id.0, "action", &id.to_string(), now)?;
            let done = tx.execute(
                "UPDATE action SET dismissed_at = ? WHERE id = ? AND status = 'unknown' AND dismissed_at IS NULL",
                params![now, id.0],
            )?;
            if done == 1 {
                let body = json!({"id": id, "status": kept.status, "digest": kept.digest, "by": null,
                    "reason": null, "dismissed": true});
                event::append(tx, now, "action", &id.to_string(), body, &[("action", id.0)])?;
            }
            Ok(())
        })
    }
}

/// What a transition needs to know of an action.
pub(crate) struct Kept {
    pub id: ActionId,
    pub run: RunId,
    pub call: String,
    pub tool: String,
    pub status: Status,
    pub digest: String,
    pub expires_at: Option<i64>,
    /// Whether it is to be held before it starts.
    pub recallable: bool,
}

/// What goes with a change of status.
#[derive(Default)]
pub(crate) struct Change<'a> {
    pub by: Option<&'a Decider>,
    pub reason: Option<&'a str>,
    /// Further tables with rows for this action that the same transaction has touched.
    pub touched: Vec<&'static str>,
    pub result: Option<&'a Turn>,
    /// More for the body of the event.
    pub more: Option<(&'static str, Value)>,
}

/// The action as it stands in this transaction.
pub(crate) fn kept(connection: &Connection, id: ActionId) -> Result<Kept> {
    let (run, call, tool, status, digest, expires_at, recallable) = connection
        .prepare_cached(
            "SELECT run_id, call, tool, status, digest, expires_at,
                ifnull(json_extract(facts, '$.reversal'), '') = 'recallable' FROM action WHERE id = ?",
        )?
        .query_row([id.0], |row| {
            let status: String = row.get(3)?;
            Ok((RunId(row.get(0)?), row.get(1)?, row.get(2)?, status, row.get(4)?, row.get(5)?, row.get(6)?))
        })
        .optional()?
        .ok_or_else(|| JournalError::NotFound(id.to_string()))?;
    Ok(Kept { id, run, call, tool, status: parse_status(id, &status)?, digest, expires_at, recallable })
}

/// Records a new action with its event, in a transaction that may hold more.
pub(crate) fn add(tx: &Transaction<'_>, new: &NewAction, result: Option<&Turn>, now: i64) -> Result<ActionId> {
    use Status::{Allowed, Approved, Denied, Suggested, Waiting};
    let run = run::find(tx, new.run)?.ok_or_else(|| JournalError::NotFound(new.run.to_string()))?;
    let nobody = matches!(new.status, Allowed | Approved) && new.decided_by.is_none();
    if nobody || !matches!(new.status, Denied | Allowed | Suggested | Waiting | Approved) {
        let from = if nobody { "a proposal that nobody has decided" } else { "a proposal" };
        let (subject, to) = (format!("The call {}", new.call), new.status.name().to_owned());
        return Err(JournalError::Impossible { subject, from: from.to_owned(), to });
    }
    tx.prepare_cached(
        "INSERT INTO action (run_id, status, tool, effect, asked, edit_of, proposed_at, expires_at, ended_at, call,
            definition, digest, call_digest, title, says, args, facts, verdict, preview)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        new.run.0,
        new.status.name(),
        new.tool,
        effect_name(new.facts.effect),
        new.status == Waiting,
        new.edit_of.map(|id| id.0),
        now,
        new.expires_at,
        new.status.settled().then_some(now),
        new.call,
        new.definition,
        new.digest,
        call_digest(&new.tool, &new.args),
        new.title,
        new.says,
        new.args.to_string(),
        to_json("facts", &new.facts)?,
        to_json("a verdict", &new.verdict)?,
        to_json("a preview", &new.preview)?
    ])?;
    let id = ActionId(tx.last_insert_rowid());
    let mut rows = vec![("action", id.0)];
    if let Some(by) = &new.decided_by {
        decision::add(tx, id, by, now, &new.digest, None)?;
        rows.push(("decision", id.0));
    }
    if let Some(result) = result {
        rows.push(("turn", turn::add(tx, new.run, result, now)?));
    }
    let reasons = new.verdict.reasons.iter().map(|reason| reason.sentence()).collect::<Vec<_>>();
    let mut texts = vec![new.title.as_str(), &new.tool, &run.goal];
    texts.extend(new.says.as_deref());
    texts.extend(reasons.iter().map(String::as_str));
    search::strings_in(&new.args, &mut texts);
    if let Some(Turn::Result { reason: Some(reason), .. }) = result {
        texts.push(reason);
    }
    search::add(tx, id, &texts)?;
    let body = json!({"id": id, "status": new.status, "digest": new.digest, "by": new.decided_by, "reason": null,
        "tool": new.tool, "definition": new.definition, "edit_of": new.edit_of});
    event::append(tx, now, "action", &id.to_string(), body, &rows)?;
    Ok(id)
}

/// Moves an action on, compare-and-set, with its result for the model and its event.
pub(crate) fn move_on(tx: &Transaction<'_>, kept: &Kept, to: Status, change: Change<'_>, now: i64) -> Result<()> {
    let moved = tx
        .prepare_cached(
            "UPDATE action SET status = ?1, ended_at = CASE WHEN ?2 THEN ifnull(ended_at, ?3) END,
                undone_at = CASE WHEN ?1 = 'undone' THEN ?3 ELSE undone_at END
             WHERE id = ?4 AND status = ?5",
        )?
        .execute(params![to.name(), to.settled(), now, kept.id.0, kept.status.name()])?;
    if moved != 1 {
        return Err(JournalError::AlreadyDecided(kept.id, kept.status));
    }
    let mut rows = vec![("action", kept.id.0)];
    rows.extend(change.touched.iter().map(|table| (*table, kept.id.0)));
    if let Some(result) = change.result {
        rows.push(("turn", turn::add(tx, kept.run, result, now)?));
    }
    if let Some(reason) = change.reason {
        search::more(tx, kept.id, &[reason])?;
    }
    let mut body =
        json!({"id": kept.id, "status": to, "digest": kept.digest, "by": change.by, "reason": change.reason});
    if let Some((name, value)) = change.more {
        body[name] = value;
    }
    event::append(tx, now, "action", &kept.id.to_string(), body, &rows)?;
    Ok(())
}

/// The result that the model is told when an action ends without one from its tool.
pub(crate) fn no_output(kept: &Kept, status: Status, reason: &str) -> Turn {
    Turn::Result {
        call: kept.call.clone(),
        tool: kept.tool.clone(),
        status,
        output: Value::Null,
        reason: Some(reason.to_owned()),
        untrusted: None,
    }
}

/// Actions put together from their rows. `tail` is what follows the joins, with `a` for the action.
pub(crate) fn load(connection: &Connection, tail: &str, values: impl Params) -> Result<Vec<Action>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT a.id, a.run_id, a.call, a.tool, a.title, a.args, a.digest, a.status, a.facts, a.verdict, a.preview,
            a.says, a.edit_of, a.proposed_at, a.expires_at, a.ended_at, o.note,
            EXISTS (SELECT 1 FROM inverse i WHERE i.action_id = a.id AND i.undone_at IS NULL),
            o.id IS NOT NULL, d.by, d.rule_id, d.at, d.digest, d.reason,
            CASE WHEN a.status = 'held' THEN h.began_at + h.length_ms END
         FROM action a LEFT JOIN decision d ON d.action_id = a.id LEFT JOIN outcome o ON o.action_id = a.id
            LEFT JOIN hold h ON h.action_id = a.id {tail}"
    ))?;
    let mut rows = statement.query(values)?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        list.push(read(connection, row)?);
    }
    Ok(list)
}

fn read(connection: &Connection, row: &Row<'_>) -> Result<Action> {
    let id = ActionId(row.get(0)?);
    let json_at = |column: usize| -> Result<String> { Ok(row.get(column)?) };
    let what = || format!("The action {id}");
    let status = parse_status(id, &row.get::<_, String>(7)?)?;
    let facts: Facts = from_json(what(), &json_at(8)?)?;
    let ended: bool = row.get(18)?;
    Ok(Action {
        id,
        run: RunId(row.get(1)?),
        call: row.get(2)?,
        tool: row.get(3)?,
        title: row.get(4)?,
        args: from_json(what(), &json_at(5)?)?,
        digest: row.get(6)?,
        status,
        undo: undo_state(status, &facts, row.get(17)?),
        facts,
        verdict: from_json(what(), &json_at(9)?)?,
        preview: from_json(what(), &json_at(10)?)?,
        decision: decision::read(row, 19)?,
        outcomes: if ended { crate::outcome::items(connection, id)? } else { Vec::new() },
        note: row.get(16)?,
        says: row.get(11)?,
        edit_of: row.get::<_, Option<i64>>(12)?.map(ActionId),
        proposed_at: row.get(13)?,
        expires_at: row.get(14)?,
        ended_at: row.get(15)?,
        held_until: row.get(24)?,
    })
}

fn undo_state(status: Status, facts: &Facts, inverses_left: bool) -> UndoState {
    match status {
        Status::Undone => UndoState::Done,
        Status::Succeeded | Status::Partly | Status::Unknown if inverses_left => UndoState::Ready,
        Status::Succeeded | Status::Partly | Status::Unknown
            if facts.effect != Effect::Observe && facts.reversal != Reversal::Undoable =>
        {
            UndoState::Cannot { because: "Its effect cannot be taken back.".to_owned() }
        }
        _ => UndoState::Nothing,
    }
}

fn parse_status(id: ActionId, name: &str) -> Result<Status> {
    Status::parse(name).ok_or_else(|| JournalError::Unreadable {
        what: format!("The action {id}"),
        why: format!("no action is {name:?}"),
    })
}

fn effect_name(effect: Effect) -> String {
    serde_json::to_value(effect).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}
