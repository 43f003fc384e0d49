//! The history as people look through it: newest first, searched and filtered, a page at a time.

use crate::{action, error::Result, journal::Journal, search::Query};
use assent_protocol::{
    Action, ActionId,
    wire::{HistoryPage, HistoryQuery},
};
use rusqlite::{Connection, params_from_iter, types::Value};

/// What a page holds unless asked for, and at most.
const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 1000;

impl Journal {
    /// One page, newest first. Every word of the search must occur, in any text of the action, also within words.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn history(&self, query: &HistoryQuery) -> Result<HistoryPage> {
        let limit = if query.limit == 0 { PAGE } else { query.limit.min(LARGEST_PAGE) } as usize;
        self.read(|connection| {
            let mut ids = find(connection, query, limit + 1)?;
            let more = ids.len() > limit;
            ids.truncate(limit);
            Ok(HistoryPage { actions: these(connection, &ids)?, more })
        })
    }

    /// The last `n` actions, newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn recent_actions(&self, n: u32) -> Result<Vec<Action>> {
        self.read(|connection| action::load(connection, "ORDER BY a.id DESC LIMIT ?", [n]))
    }
}

fn find(connection: &Connection, query: &HistoryQuery, limit: usize) -> Result<Vec<i64>> {
    let words = Query::parse(&query.search);
    let mut values: Vec<Value> = Vec::new();
    let mut tests: Vec<&str> = Vec::new();
    let mut test = |sql: &'static str, value: Value| {
        tests.push(sql);
        values.push(value);
    };
    // CROSS JOIN keeps this order: the index gives its matches newest first and stops when the page is full.
    // The plus keeps the pairs from driving instead, which would ask the index once for each of them.
    let (id, from) = match words {
        Some(Query { matching: Some(matching), pairs }) => {
            test("search MATCH ?", Value::Text(matching));
            if let Some(pairs) = pairs {
                test(
                    "+search.rowid IN (SELECT rowid FROM search_pairs WHERE search_pairs MATCH ?)",
                    Value::Text(pairs),
                );
            }
            ("search.rowid", "search CROSS JOIN action a ON a.id = search.rowid")
        }
        Some(Query { matching: None, pairs: Some(pairs) }) => {
            test("search_pairs MATCH ?", Value::Text(pairs));
            ("search_pairs.rowid", "search_pairs CROSS JOIN action a ON a.id = search_pairs.rowid")
        }
        _ => ("a.id", "action a"),
    };
    if let Some(status) = &query.status {
        test("a.status = ?", Value::Text(status.clone()));
    }
    if let Some(tool) = &query.tool {
        test("a.tool = ?", Value::Text(tool.clone()));
    }
    if let Some(run) = query.run {
        test("a.run_id = ?", Value::Integer(run.0));
    }
    if let Some(before) = query.before {
        let older = match id {
            "search.rowid" => "search.rowid < ?",
            "search_pairs.rowid" => "search_pairs.rowid < ?",
            _ => "a.id < ?",
        };
        test(older, Value::Integer(before.0));
    }
    let filter = if tests.is_empty() { String::new() } else { format!("WHERE {}", tests.join(" AND ")) };
    let mut statement =
        connection.prepare_cached(&format!("SELECT {id} FROM {from} {filter} ORDER BY {id} DESC LIMIT {limit}"))?;
    let found = statement.query_map(params_from_iter(values), |row| row.get(0))?;
    Ok(found.collect::<std::result::Result<_, _>>()?)
}

fn these(connection: &Connection, ids: &[i64]) -> Result<Vec<Action>> {
    let mut list = Vec::with_capacity(ids.len());
    for id in ids {
        list.extend(action::load(connection, "WHERE a.id = ?", [ActionId(*id).0])?);
    }
    Ok(list)
}
