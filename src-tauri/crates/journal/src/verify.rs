//! `verify`: the chain from its first event, the rows against the chain, and the end against the anchor.

use crate::{
    anchor::Held,
    error::{JournalError, Result},
    event::{self, Hash},
    journal::{self, Journal},
    seal::{self, Seals, Touched},
};
use assent_protocol::wire::Verification;
use rusqlite::{Connection, Row, types::ValueRef};

impl Journal {
    /// Reads everything and says whether it is whole. `ok` means that no event and no row was changed and that the
    /// end is where the anchor says; where nothing is anchored, the message says that instead of a plain "whole".
    pub fn verify(&self) -> Verification {
        let looked = self.read_all(|connection| {
            journal::whole(connection, &self.path)?;
            let chain = chain(connection, 0)?;
            let held = self.anchoring.look(connection)?;
            judge(connection, chain, &held, true)
        });
        looked.unwrap_or_else(|error: JournalError| Verification {
            ok: false,
            events: 0,
            first_bad: None,
            message: error.to_string(),
        })
    }
}

/// So many of the newest events are looked at when the history is opened.
const LOOKED_AT: i64 = 1_000;

impl Journal {
    /// Whether the newest events, from the last anchor on and a thousand at least, follow from each other and from what
    /// the keychain holds. None when they do; else a sentence that names the first that does not. Quick: `verify` looks at
    /// everything.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn first_misfit(&self) -> Result<Option<String>> {
        self.read(|connection| {
            let last = event::head(connection)?.seq;
            let held = self.anchoring.look(connection)?;
            let from = match &held {
                Held::Fits(mark) => mark.seq.min(last - LOOKED_AT).max(0),
                _ => (last - LOOKED_AT).max(0),
            };
            let found = chain(connection, from)?;
            let judged = judge(connection, Chain { seals: Seals::new(), alarm: None, ..found }, &held, false)?;
            Ok((!judged.ok && (judged.first_bad.is_some() || matches!(held, Held::Differs(_))))
                .then_some(judged.message))
        })
    }
}

struct Chain {
    events: u64,
    last: i64,
    seals: Seals,
    // The first alarm that nobody has acknowledged.
    alarm: Option<(i64, String)>,
    // The first event that does not fit, and how.
    broken: Option<(i64, &'static str)>,
}

// The events after `from`, which is taken as it is.
fn chain(connection: &Connection, from: i64) -> Result<Chain> {
    let mut chain = Chain { events: 0, last: from, seals: Seals::new(), alarm: None, broken: None };
    let Some(mut before) = event::hash_at(connection, from)? else {
        chain.broken = Some((from, "is missing"));
        return Ok(chain);
    };
    let mut statement = connection.prepare(
        "SELECT e.seq, e.at, e.kind, e.subject, e.commitment, e.hash, b.salt, b.body
         FROM event e LEFT JOIN event_body b USING (seq) WHERE e.seq > ? ORDER BY e.seq",
    )?;
    // An event before the first is one too many.
    let mut rows = statement.query([if from == 0 { i64::MIN } else { from }])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        if seq != chain.last + 1 {
            chain.broken = Some((chain.last + 1, "is missing"));
            break;
        }
        match one(row, seq, &before)? {
            Ok(hash) => before = hash,
            Err(how) => {
                chain.broken = Some((seq, how));
                break;
            }
        }
        remember(&mut chain, row, seq)?;
        chain.events += 1;
        chain.last = seq;
    }
    if chain.broken.is_none() {
        let bodies: i64 = connection.query_row("SELECT count(*) FROM event_body", [], |row| row.get(0))?;
        if bodies != chain.last {
            chain.broken = Some((chain.last + 1, "has a body but does not exist"));
        }
    }
    Ok(chain)
}

fn one(row: &Row<'_>, seq: i64, before: &Hash) -> Result<std::result::Result<Hash, &'static str>> {
    let (kind, subject) = (bytes(row, 2)?, bytes(row, 3)?);
    let (commitment, hash) = (bytes(row, 4)?, bytes(row, 5)?);
    if matches!(row.get_ref(7)?, ValueRef::Null) {
        return Ok(Err("has lost its body"));
    }
    if event::commitment(bytes(row, 6)?, bytes(row, 7)?).as_slice() != commitment {
        return Ok(Err("has another body than it was written with"));
    }
    let link = event::link(before, &event::Kept { seq, at: row.get(1)?, kind, subject, commitment });
    Ok(if link.as_slice() == hash { Ok(link) } else { Err("was changed, or one before it") })
}

fn remember(chain: &mut Chain, row: &Row<'_>, seq: i64) -> Result<()> {
    match bytes(row, 2)? {
        b"alarm" if chain.alarm.is_none() => {
            chain.alarm = Some((seq, String::from_utf8_lossy(bytes(row, 3)?).into_owned()));
        }
        b"acknowledged" => chain.alarm = None,
        _ => {}
    }
    let touched: Touched = serde_json::from_slice(bytes(row, 7)?).unwrap_or_default();
    for (table, key, seal) in touched.rows {
        chain.seals.insert((table, key), (seal, seq));
    }
    Ok(())
}

fn bytes<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8]> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        _ => &[],
    })
}

// `rows` says whether the rows are compared with the chain as well.
fn judge(connection: &Connection, chain: Chain, held: &Held, rows: bool) -> Result<Verification> {
    let Chain { events, last, seals, alarm, broken } = chain;
    let bad = |first_bad: Option<i64>, message: String| Verification {
        ok: false,
        events,
        first_bad: first_bad.and_then(|seq| u64::try_from(seq).ok()),
        message,
    };
    if let Some((seq, how)) = broken {
        return Ok(bad(Some(seq), format!("The chain is broken: event {seq} {how}. Everything before it is whole.")));
    }
    match held {
        Held::Differs(mark) if mark.seq > last => {
            let (seq, next) = (mark.seq, last + 1);
            let message = format!(
                "The end is missing: the history ends at event {last}, but the keychain knows of event {seq}. \
                 Its tail was cut off, or an older copy was put back."
            );
            return Ok(bad(Some(next), message));
        }
        Held::Differs(mark) => {
            let message = format!(
                "The chain fits together, but event {} is not the one that the keychain knows: \
                 the history was written anew, or belongs to another folder.",
                mark.seq
            );
            return Ok(bad(Some(mark.seq), message));
        }
        Held::Unreadable => {
            let message = "The chain fits together, but what the keychain holds for it is not an anchor, \
                 so its end cannot be checked."
                .to_owned();
            return Ok(bad(None, message));
        }
        Held::Fits(_) | Held::Nothing | Held::Silent(_) => {}
    }
    if rows && let Some(misfit) = seal::misfit(connection, seals)? {
        let last_word = misfit.seq.map(|seq| format!(" since event {seq}")).unwrap_or_default();
        let message =
            format!("The chain is whole, but a row does not fit it: {}{last_word}, outside Assent.", misfit.what);
        return Ok(bad(misfit.seq, message));
    }
    if let Some((seq, subject)) = alarm {
        let message = format!(
            "The chain is whole, but event {seq} is an alarm: what was kept about {subject} had been changed outside Assent."
        );
        return Ok(bad(Some(seq), message));
    }
    Ok(Verification { ok: true, events, first_bad: None, message: whole(connection, events, last, held)? })
}

fn whole(connection: &Connection, events: u64, last: i64, held: &Held) -> Result<String> {
    let count = if events == 1 { "1 event".to_owned() } else { format!("{events} events") };
    Ok(match held {
        Held::Fits(mark) if mark.from == 0 => {
            format!("Whole: {count}, anchored in the keychain up to event {}.", mark.seq)
        }
        Held::Fits(mark) => format!(
            "Whole: {count}, anchored in the keychain up to event {}. What came before {} (event {}) was not anchored \
             at the time and cannot be verified against it.",
            mark.seq,
            day_of(connection, mark.from)?,
            mark.from
        ),
        Held::Nothing => format!(
            "The chain is whole, but not anchored: {count}, and the keychain knows of none. \
             What came before {} cannot be verified: a cut end or an older copy would not be noticed.",
            day_of(connection, last)?
        ),
        _ => format!(
            "The chain is whole, but not anchored: {count}, and the keychain does not answer. \
             What came before {} cannot be verified: a cut end or an older copy would not be noticed.",
            day_of(connection, last)?
        ),
    })
}

fn day_of(connection: &Connection, seq: i64) -> Result<String> {
    let at: i64 =
        connection.query_row("SELECT ifnull(max(at), 0) FROM event WHERE seq = ?", [seq], |row| row.get(0))?;
    Ok(utc(at))
}

/// Milliseconds since 1970 as `2026-11-22T19:30:00Z`.
pub(crate) fn utc(at: i64) -> String {
    jiff::Timestamp::from_millisecond(at).map(|at| at.to_string()).unwrap_or_else(|_| at.to_string())
}
