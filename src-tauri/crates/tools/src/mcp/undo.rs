//! Taking a server's action back by another tool of the same server, as the user declared: the arguments are copied out
//! of the call or its structured result, and nothing is guessed.

use assent_protocol::UndoBy;
use serde_json::{Map, Value};

/// Whether the arguments need the call's result.
pub fn needs_result(by: &UndoBy) -> bool {
    texts(&by.args).iter().any(|text| text.starts_with("result:"))
}

/// The arguments of the inverse. None where something is not there, or a list that should name things is empty.
pub fn filled(template: &Value, args: &Value, result: &Value) -> Option<Value> {
    match template {
        Value::String(text) => match text.split_once(':') {
            Some(("args", path)) => picked(args, path),
            Some(("result", path)) => picked(result, path),
            _ => Some(template.clone()),
        },
        Value::Array(list) => list.iter().map(|inner| filled(inner, args, result)).collect(),
        Value::Object(map) => {
            let filled = map.iter().map(|(key, inner)| Some((key.clone(), filled(inner, args, result)?)));
            filled.collect::<Option<Map<_, _>>>().map(Value::Object)
        }
        other => Some(other.clone()),
    }
}

/// What lies at a path such as `/entities/*/name`.
fn picked(value: &Value, path: &str) -> Option<Value> {
    let Some((before, after)) = path.split_once("/*") else {
        return value.pointer(path).cloned();
    };
    let list = value.pointer(before)?.as_array()?;
    let picked = list.iter().map(|one| picked(one, after)).collect::<Option<Vec<Value>>>()?;
    Some(Value::Array(picked))
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn arguments_are_copied_from_the_call_and_its_result_and_nothing_is_made_up() {
        let args = json!({"entities": [{"name": "a"}, {"name": "b"}], "where": {"id": 7}});
        let result = json!({"created": [{"name": "a"}]});
        let fill = |template: Value| filled(&template, &args, &result);
        assert_eq!(fill(json!({"names": "args:/entities/*/name"})), Some(json!({"names": ["a", "b"]})));
        assert_eq!(fill(json!({"names": "result:/created/*/name"})), Some(json!({"names": ["a"]})));
        assert_eq!(fill(json!({"id": "args:/where/id", "force": false})), Some(json!({"id": 7, "force": false})));
        assert_eq!(fill(json!({"x": "result:/nothing"})), None);
        assert_eq!(fill(json!({"x": "args:/entities/*/none"})), None);
    }
}
