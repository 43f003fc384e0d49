//! Whether a run gets on: calls that differ in nothing but one changing value and find the same again and again do not.

use assent_protocol::{ProposedCall, Status, Turn};
use serde_json::Value;
use std::collections::HashMap;

/// How many looks in a row, with this call as the last, differ from the one before in a single value that names no path,
/// and found the same but for that value. The user's own words begin the count anew.
pub fn same_but_one(turns: &[Turn], tool: &str, args: &Value) -> usize {
    let from = turns.iter().rposition(|turn| matches!(turn, Turn::User { .. })).map_or(0, |at| at + 1);
    let mut results: HashMap<&str, (Status, &Value)> = HashMap::new();
    let mut calls: Vec<&ProposedCall> = Vec::new();
    for turn in &turns[from..] {
        match turn {
            Turn::Result { call, status, output, .. } => drop(results.insert(call, (*status, output))),
            Turn::Model { calls: made, .. } => calls.extend(made),
            Turn::User { .. } => {}
        }
    }
    let mut count = 1;
    let mut found: Option<Value> = None;
    let mut after = args.clone();
    for call in calls.into_iter().rev() {
        // Calls of the same reply have no result yet, and this one is among them.
        let Some((status, output)) = results.get(call.call.as_str()) else { continue };
        let looked = *status == Status::Succeeded && output.get("done").is_none();
        let Ok(before) = serde_json::from_str::<Value>(&call.args) else { return count };
        let Some((old, _)) = one_difference(&before, &after).filter(|_| looked && call.tool == tool) else {
            return count;
        };
        let without = without(output, &old);
        if found.as_ref().is_some_and(|found| *found != without) {
            return count;
        }
        found = Some(without);
        after = before;
        count += 1;
    }
    count
}

// The only value that differs, before and after. Another path is another thing to look at, and so is another number in
// a list that is gone through: what it finds is compared.
fn one_difference(before: &Value, after: &Value) -> Option<(String, String)> {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            if old.len() != new.len() || !old.keys().all(|key| new.contains_key(key)) {
                return None;
            }
            only(old.iter().map(|(key, value)| (value, &new[key])))
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => only(old.iter().zip(new)),
        (Value::String(old), Value::String(new)) => {
            let path = |text: &str| text.starts_with(['/', '~']);
            (!path(old) && !path(new)).then(|| (old.clone(), new.clone()))
        }
        (Value::Number(_) | Value::Bool(_), Value::Number(_) | Value::Bool(_)) => {
            Some((before.to_string(), after.to_string()))
        }
        _ => None,
    }
}

fn only<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>) -> Option<(String, String)> {
    let mut found = None;
    for (old, new) in pairs.filter(|(old, new)| old != new) {
        if found.is_some() {
            return None;
        }
        found = Some(one_difference(old, new)?);
    }
    found
}

// What was found, without the value that was asked for: an answer that only gives it back is no progress. A value inside a
// longer text is left, since a name that was looked for and found is.
fn without(output: &Value, asked: &str) -> Value {
    match output {
        Value::String(text) if text == asked => Value::Null,
        Value::Number(number) if number.to_string() == asked => Value::Null,
        Value::Array(list) => list.iter().map(|value| without(value, asked)).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), without(value, asked))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    // Calls with their results, then the call that is judged.
    fn check(wanted: usize, tool: &str, calls: impl Iterator<Item = (Value, Value)>, last: Value) {
        let mut turns = vec![Turn::User { text: "look".into() }];
        for (n, (args, output)) in calls.enumerate() {
            let call = ProposedCall { call: n.to_string(), tool: tool.into(), args: args.to_string(), says: None };
            turns.push(Turn::Model { text: String::new(), calls: vec![call] });
            turns.push(Turn::Result {
                call: n.to_string(),
                tool: tool.into(),
                status: Status::Succeeded,
                output,
                reason: None,
                untrusted: None,
            });
        }
        assert_eq!(same_but_one(&turns, tool, &last), wanted, "{tool} {last}");
    }

    #[test]
    fn a_changing_value_that_finds_nothing_new_is_no_progress() {
        let line = |n: usize| json!({"line": format!("echo n{n:03}")});
        check(8, "shell.run", (0..7).map(|n| (line(n), json!({"output": "x"}))), line(7));
        let text = |n: usize| json!({"folder": "/a", "text": format!("nonce{n}")});
        check(8, "files.search", (0..7).map(|n| (text(n), json!({"matches": []}))), text(7));
        let url = |n: usize| json!({"url": format!("https://x.test/?n={n}")});
        let echo = |n: usize| json!({"asked": format!("https://x.test/?n={n}"), "text": "hello"});
        check(8, "web.fetch", (0..7).map(|n| (url(n), echo(n))), url(7));
        let page = |n: usize| json!({"list": {"page": n}});
        check(8, "x.list", (10..17).map(|n| (page(n), json!({"rows": []}))), page(17));
    }

    #[test]
    fn what_finds_something_new_each_time_is_progress() {
        let path = |n: usize| json!({"path": format!("/a/{n}")});
        check(1, "files.read", (0..30).map(|n| (path(n), json!({"text": ""}))), path(30));
        let cursor = |n: usize| json!({"cursor": n});
        check(2, "x.page", (0..30).map(|n| (cursor(n), json!({"rows": [n * 7919]}))), cursor(30));
        let todo = |n: usize| json!({"text": format!("buy {n}")});
        check(1, "todos.add", (0..30).map(|n| (todo(n), json!({"done": 1, "failed": 0}))), todo(30));
        let name = |n: usize| json!({"folder": "/a", "name": format!("{n}.txt")});
        let hit = |n: usize| json!({"matches": [{"path": format!("/a/{n}.txt")}]});
        check(2, "files.search", (0..30).map(|n| (name(n), hit(n))), name(30));
        let two = |n: usize| json!({"a": n, "b": n});
        check(1, "x.two", (0..30).map(|n| (two(n), json!({}))), two(30));
    }
}
