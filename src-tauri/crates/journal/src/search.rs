//! Full-text search over what was proposed, decided and done. FTS5's own folding knows neither ł nor ø and its words do
//! not match in the middle, so a folded shadow of each action's text is indexed by trigrams, and queries are folded alike.

use crate::error::Result;
use assent_protocol::{ActionId, visible::has_hidden};
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::Value;
use std::collections::BTreeSet;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

// The index holds no text of its own (`content=`); 'secure-delete' takes erased words out of it at once.
pub(crate) const CREATE: &str = "
CREATE TABLE search_text (
    id   INTEGER PRIMARY KEY REFERENCES action(id),
    text TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE search USING fts5(text, content='search_text', content_rowid='id', tokenize='trigram case_sensitive 1');
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
";

// Words of one and two letters, which trigrams do not reach: which letters and pairs of letters each text has.
pub(crate) const CREATE_PAIRS: &str = "
CREATE VIRTUAL TABLE search_pairs USING fts5(pairs, content='', detail=none, tokenize='ascii');
INSERT INTO search_pairs (search_pairs, rank) VALUES ('secure-delete', 1);
";

/// Words of a query that are still looked for.
const MOST_WORDS: usize = 16;

/// A query, ready for SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    /// For `MATCH`: every word of three characters and more, quoted.
    pub matching: Option<String>,
    /// For `MATCH` among the pairs: every shorter word.
    pub pairs: Option<String>,
}

impl Query {
    /// None when nothing is asked for.
    pub(crate) fn parse(text: &str) -> Option<Query> {
        let folded = fold(text);
        let (long, short): (Vec<&str>, Vec<&str>) =
            folded.split_whitespace().take(MOST_WORDS).partition(|word| word.chars().nth(2).is_some());
        if long.is_empty() && short.is_empty() {
            return None;
        }
        // Quoted, so that nothing in a word is FTS5 syntax; words stand side by side, which means "and".
        let quoted: Vec<_> = long.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
        let matching = (!quoted.is_empty()).then(|| quoted.join(" "));
        let pairs: Vec<_> = short.into_iter().map(|word| token(&word.chars().collect::<Vec<_>>())).collect();
        Some(Query { matching, pairs: (!pairs.is_empty()).then(|| pairs.join(" ")) })
    }
}

/// Indexes the texts of a new action.
pub(crate) fn add(tx: &Transaction<'_>, id: ActionId, texts: &[&str]) -> Result<()> {
    let folded = fold_all(texts);
    tx.prepare_cached("INSERT INTO search_text (id, text) VALUES (?, ?)")?.execute(params![id.0, folded])?;
    tx.prepare_cached("INSERT INTO search (rowid, text) VALUES (?, ?)")?.execute(params![id.0, folded])?;
    add_pairs(tx, id.0, &folded)
}

/// Adds texts that became known later: a reason, a note, an outcome.
pub(crate) fn more(tx: &Transaction<'_>, id: ActionId, texts: &[&str]) -> Result<()> {
    let added = fold_all(texts);
    if added.is_empty() {
        return Ok(());
    }
    let old: Option<String> = tx
        .prepare_cached("SELECT text FROM search_text WHERE id = ?")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    let Some(old) = old else { return add(tx, id, texts) };
    let new = format!("{old}\n{added}");
    tx.prepare_cached("INSERT INTO search (search, rowid, text) VALUES ('delete', ?, ?)")?
        .execute(params![id.0, old])?;
    tx.prepare_cached("UPDATE search_text SET text = ? WHERE id = ?")?.execute(params![new, id.0])?;
    tx.prepare_cached("INSERT INTO search (rowid, text) VALUES (?, ?)")?.execute(params![id.0, new])?;
    tx.prepare_cached("INSERT INTO search_pairs (search_pairs, rowid, pairs) VALUES ('delete', ?, ?)")?
        .execute(params![id.0, pairs(&old)])?;
    add_pairs(tx, id.0, &new)
}

/// Indexes the pairs of what was written before there was an index of them.
pub(crate) fn index_pairs(tx: &Transaction<'_>) -> rusqlite_migration::HookResult {
    let mut texts = tx.prepare("SELECT id, text FROM search_text ORDER BY id")?;
    let mut rows = texts.query([])?;
    while let Some(row) = rows.next()? {
        let (id, text): (i64, String) = (row.get(0)?, row.get(1)?);
        tx.prepare_cached("INSERT INTO search_pairs (rowid, pairs) VALUES (?, ?)")?
            .execute(params![id, pairs(&text)])?;
    }
    Ok(())
}

fn add_pairs(tx: &Transaction<'_>, id: i64, folded: &str) -> Result<()> {
    tx.prepare_cached("INSERT INTO search_pairs (rowid, pairs) VALUES (?, ?)")?.execute(params![id, pairs(folded)])?;
    Ok(())
}

// Each letter and each pair of neighbours within a word, once.
fn pairs(folded: &str) -> String {
    let mut found: BTreeSet<Vec<char>> = BTreeSet::new();
    for word in folded.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for run in letters.chunks(1).chain(letters.windows(2)) {
            if !found.contains(run) {
                found.insert(run.to_vec());
            }
        }
    }
    found.iter().map(|letters| token(letters)).collect::<Vec<_>>().join(" ")
}

// In letters and digits alone, which no tokenizer takes apart.
fn token(letters: &[char]) -> String {
    letters.iter().map(|c| format!("{:x}", u32::from(*c))).collect::<Vec<_>>().join("x")
}

/// Every text and number in arguments.
pub(crate) fn strings_in<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => into.push(text),
        Value::Array(list) => list.iter().for_each(|value| strings_in(value, into)),
        Value::Object(map) => map.values().for_each(|value| strings_in(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// `text` without case, accents and what cannot be seen; every space is a plain one.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd() {
        if c.is_whitespace() {
            out.push(' ');
        } else if c.is_ascii() {
            if !c.is_ascii_control() {
                out.push(c.to_ascii_lowercase());
            }
        } else if !is_combining_mark(c) && !has_hidden(c.encode_utf8(&mut [0; 4])) {
            c.to_lowercase().for_each(|c| push_folded(&mut out, c));
        }
    }
    out
}

fn fold_all(texts: &[&str]) -> String {
    let folded: Vec<String> = texts.iter().map(|text| fold(text)).filter(|text| !text.trim().is_empty()).collect();
    folded.join("\n")
}

// Letters that Unicode does not take apart, as people type them without the right keyboard.
fn push_folded(out: &mut String, c: char) {
    match c {
        'ł' => out.push('l'),
        'ø' => out.push('o'),
        'đ' | 'ð' => out.push('d'),
        'ħ' => out.push('h'),
        'ŧ' => out.push('t'),
        'ı' => out.push('i'),
        'ς' => out.push('σ'),
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        c if is_combining_mark(c) => {}
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_letters_of_their_own_are_folded() {
        for (text, folded) in [
            ("Zażółć Gęślą Jaźń", "zazolc gesla jazn"),
            ("Straße STRAẞE", "strasse strasse"),
            ("Đurđevac Øresund Æther Œuvre", "durdevac oresund aether oeuvre"),
            ("Iıİi", "iiii"),
            ("Ὀδυσσεύς", "οδυσσευσ"),
            ("ﬁle\u{a0}①\tx", "file 1 x"),
            ("inv\u{200b}oi\u{202e}ce\u{ad}.pdf", "invoice.pdf"),
        ] {
            assert_eq!(fold(text), folded, "{text}");
        }
    }

    #[test]
    fn the_pairs_of_a_text_lie_within_its_words() {
        assert_eq!(pairs("ab a\nł"), "61 61x62 62 142");
        assert_eq!(pairs("aa"), "61 61x61");
        assert_eq!(pairs(" "), "");
    }

    #[test]
    fn a_query_is_only_ever_words() {
        assert_eq!(Query::parse(" \u{200b} "), None);
        let query = Query::parse("Ab \"NEAR(x\" żółw* text:abc").unwrap();
        assert_eq!(query.matching.as_deref(), Some(r#""""near(x""" "zolw*" "text:abc""#));
        assert_eq!(query.pairs.as_deref(), Some("61x62"));
    }
}
