//! What the arguments of a tool are for.

use super::*;
use serde_json::json;

fn kinds(args: Value, effect: Effect) -> Vec<(String, Kind)> {
    let schema = json!({"properties": {"permission": {"enum": ["r", "w"]}, "level": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}});
    leaves(&schema, &args, effect).into_iter().map(|leaf| (leaf.field, leaf.kind)).collect()
}

#[test]
fn what_is_not_known_to_be_harmless_is_a_target() {
    let args = json!({"zorb": "x", "message_id": 4, "body": "hello", "permission": "r", "level": true, "amount": 5,
        "start_time": "2024-05-19", "title": "Lunch", "to_party": "Anna"});
    let read = kinds(args, Effect::Create);
    let of = |field: &str| read.iter().find(|(name, _)| name == field).map(|(_, kind)| *kind);
    for target in ["/zorb", "/message_id", "/to_party"] {
        assert_eq!(of(target), Some(Kind::Target), "{target}");
    }
    assert_eq!(of("/body"), Some(Kind::Prose));
    assert_eq!((of("/permission"), of("/level")), (Some(Kind::Choice), Some(Kind::Choice)));
    assert_eq!(
        (of("/amount"), of("/start_time"), of("/title")),
        (Some(Kind::Amount), Some(Kind::Moment), Some(Kind::Label))
    );
    assert_eq!(kinds(json!({"title": "Lunch"}), Effect::Delete)[0].1, Kind::Target);
}

#[test]
fn nested_values_and_json_in_a_text_are_looked_into() {
    let read = kinds(json!({"payload": "{\"to\": [\"anna@home.test\"]}", "list": [{"id": 1}]}), Effect::Send);
    assert_eq!(read, [("/payload/to/0".to_owned(), Kind::Target), ("/list/0/id".to_owned(), Kind::Target)]);
}
