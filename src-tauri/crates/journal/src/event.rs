//! The chain of events. Each event commits to its salted body, `SHA256(0x02 ‖ salt ‖ body)`, and to everything before
//! it, `SHA256(0x01 ‖ seq ‖ previous hash ‖ at ‖ kind ‖ subject ‖ commitment)`. Numbers are 8 bytes, big-endian; `kind`
//! and `subject` are preceded by their length, also 8 bytes. The hash before the first event is 32 zero bytes.
//! Salt and body stand in a table of their own, so that they can be erased one day without breaking the chain.

use crate::{
    error::{JournalError, Result},
    seal,
};
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const CREATE: &str = "
CREATE TABLE event (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    commitment BLOB NOT NULL,
    hash       BLOB NOT NULL
) STRICT;
CREATE INDEX event_of ON event(subject, kind, seq);
CREATE TABLE event_body (
    seq  INTEGER PRIMARY KEY REFERENCES event(seq),
    salt BLOB NOT NULL,
    body TEXT NOT NULL
) STRICT;
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END;
CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'an event is never deleted'); END;
CREATE TRIGGER event_body_is_never_changed BEFORE UPDATE ON event_body
BEGIN SELECT RAISE(ABORT, 'the body of an event is never changed'); END;
";

/// 32 bytes of SHA-256.
pub(crate) type Hash = [u8; 32];

/// The last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub seq: i64,
    pub hash: Hash,
}

/// An event as the file has it; any byte of it may have been changed.
pub(crate) struct Kept<'a> {
    pub seq: i64,
    pub at: i64,
    pub kind: &'a [u8],
    pub subject: &'a [u8],
    pub commitment: &'a [u8],
}

/// Adds one event. `rows` are the rows that the change has touched, as `(table, key)`: their seals go into the body.
pub(crate) fn append(
    tx: &Transaction<'_>,
    now: i64,
    kind: &str,
    subject: &str,
    mut body: Value,
    rows: &[(&str, i64)],
) -> Result<i64> {
    let seals = rows
        .iter()
        .map(|(table, key)| Ok(json!([table, key, seal::of(tx, table, *key)?])))
        .collect::<Result<Vec<_>>>()?;
    if !seals.is_empty() {
        body["rows"] = Value::Array(seals);
    }
    let body = body.to_string();
    let mut salt = [0u8; 16];
    getrandom::fill(&mut salt).map_err(|error| JournalError::NoRandom(error.to_string()))?;
    let before = head(tx)?;
    let (seq, commitment) = (before.seq + 1, commitment(&salt, body.as_bytes()));
    let event =
        Kept { seq, at: now, kind: kind.as_bytes(), subject: subject.as_bytes(), commitment: commitment.as_slice() };
    let hash = link(&before.hash, &event);
    tx.prepare_cached("INSERT INTO event (seq, at, kind, subject, commitment, hash) VALUES (?, ?, ?, ?, ?, ?)")?
        .execute(params![seq, now, kind, subject, commitment, hash])?;
    tx.prepare_cached("INSERT INTO event_body (seq, salt, body) VALUES (?, ?, ?)")?
        .execute(params![seq, salt, body])?;
    Ok(seq)
}

/// The last event; `seq` 0 and zeroes when there is none.
pub(crate) fn head(connection: &Connection) -> Result<Head> {
    let last = connection
        .prepare_cached("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok(Head { seq: row.get(0)?, hash: row.get(1)? }))
        .optional()?;
    Ok(last.unwrap_or(Head { seq: 0, hash: [0; 32] }))
}

/// The time of the last event.
pub(crate) fn last_at(connection: &Connection) -> Result<i64> {
    let mut statement = connection.prepare_cached("SELECT at FROM event ORDER BY seq DESC LIMIT 1")?;
    Ok(statement.query_row([], |row| row.get(0)).optional()?.unwrap_or_default())
}

/// The hash that the file has for an event.
pub(crate) fn hash_at(connection: &Connection, seq: i64) -> Result<Option<Hash>> {
    if seq == 0 {
        return Ok(Some([0; 32]));
    }
    let found = connection
        .prepare_cached("SELECT hash FROM event WHERE seq = ?")?
        .query_row([seq], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    Ok(found.and_then(|hash| hash.try_into().ok()))
}

/// The body of an event, if body and event fit their hashes and the event before.
pub(crate) fn authentic_body(connection: &Connection, seq: i64) -> Result<Option<String>> {
    let Some(before) = hash_at(connection, seq - 1)? else { return Ok(None) };
    let body = connection
        .prepare_cached(
            "SELECT at, CAST(kind AS BLOB), CAST(subject AS BLOB), commitment, hash, salt, CAST(body AS BLOB)
             FROM event JOIN event_body USING (seq) WHERE seq = ?",
        )?
        .query_row([seq], |row| {
            let column = |i| row.get::<_, Vec<u8>>(i);
            let (kind, subject, kept, hash) = (column(1)?, column(2)?, column(3)?, column(4)?);
            let (salt, body) = (column(5)?, column(6)?);
            let event = Kept { seq, at: row.get(0)?, kind: &kind, subject: &subject, commitment: &kept };
            let fits = commitment(&salt, &body).as_slice() == kept && link(&before, &event).as_slice() == hash;
            Ok(if fits { String::from_utf8(body).ok() } else { None })
        })
        .optional()?;
    Ok(body.flatten())
}

/// The salted hash of a body.
pub(crate) fn commitment(salt: &[u8], body: &[u8]) -> Hash {
    let mut hash = Sha256::new();
    hash.update([2]);
    hash.update(salt);
    hash.update(body);
    hash.finalize().into()
}

/// The hash of an event that follows `before`.
pub(crate) fn link(before: &Hash, event: &Kept<'_>) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1]);
    hash.update(event.seq.to_be_bytes());
    hash.update(before);
    hash.update(event.at.to_be_bytes());
    for text in [event.kind, event.subject] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.update(event.commitment);
    hash.finalize().into()
}
