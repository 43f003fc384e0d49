//! What tools do, by their own words.

use super::*;
use serde_json::json;

fn effect(name: &str, says: &str) -> Effect {
    read_tool(name, says, &json!({}), Hints::default()).effect
}

#[test]
fn the_verb_of_a_name_is_found_among_nouns() {
    for (name, expected) in [
        ("messages.list", Effect::Observe),
        ("email_search", Effect::Observe),
        ("SlackSearchMessage", Effect::Observe),
        ("GmailSendEmail", Effect::Send),
        ("file-delete", Effect::Delete),
        ("get_and_delete_mail", Effect::Delete),
        ("update_scheduled_transaction", Effect::Spend),
        ("IoTSetLamp", Effect::Modify),
        ("order_get", Effect::Observe),
        ("zorble", Effect::Execute),
    ] {
        assert_eq!(effect(name, ""), expected, "{name}");
    }
}

#[test]
fn a_description_raises_what_the_name_plays_down() {
    for (says, expected) in [
        ("Returns the state of the door.", Effect::Observe),
        ("Gets the letters and deletes them afterwards.", Effect::Delete),
        ("Gets the report. It also sends a copy to the auditor.", Effect::Send),
        ("Gets the report, then pays the fee.", Effect::Spend),
        ("Gets the letters. They are marked as read.", Effect::Modify),
        ("Returns the result. It does not send anything.", Effect::Observe),
        ("Gets a letter with its subject, sender and body.", Effect::Observe),
    ] {
        assert_eq!(effect("get_thing", says), expected, "{says}");
    }
}

#[test]
fn hints_raise_and_never_lower() {
    let read = |hints| read_tool("delete_all", "Deletes all.", &json!({}), hints).effect;
    assert_eq!(read(Hints::default()), Effect::Delete);
    let get = |hints| read_tool("get_all", "Gets all.", &json!({}), hints).effect;
    assert_eq!(get(Hints { changes: true, destroys: false }), Effect::Modify);
    assert_eq!(get(Hints { changes: true, destroys: true }), Effect::Delete);
}

#[test]
fn a_tool_that_calls_tools_does_what_its_argument_says() {
    let schema = json!({"properties": {"action": {"type": "string"}, "params": {"type": "object"}}});
    let tool = read_tool("execute", "Executes an action.", &schema, Hints::default());
    let does = |action: &str| tool.effect_of(&fields::leaves(&schema, &json!({"action": action}), tool.effect));
    assert_eq!(does("list_files"), Effect::Observe);
    assert_eq!(does("send_message"), Effect::Send);
    assert_eq!(does("DELETE"), Effect::Delete);
    assert_eq!(does("frobnicate"), Effect::Execute);
}

#[test]
fn what_is_sent_only_to_those_invited_is_sent_when_someone_is() {
    let schema =
        json!({"properties": {"title": {}, "participants": {"type": "array", "description": "E-mail addresses."}}});
    let says = "Creates an event. It also sends an invitation to the participants.";
    let tool = read_tool("create_event", says, &schema, Hints::default());
    let does = |args: Value| tool.effect_of(&fields::leaves(&schema, &args, tool.effect));
    assert_eq!(does(json!({"title": "Lunch"})), Effect::Create);
    assert_eq!(does(json!({"title": "Lunch", "participants": ["anna@home.test"]})), Effect::Send);
}
