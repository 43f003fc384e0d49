//! People: what is known of one, and a letter to one by name.

use super::mail;
use crate::{desk::Desk, grammar::title_of};
use assent_protocol::{texts::say, visible::visible};
use serde_json::{Value, json};

/// Says what is known of `who`.
pub fn show(who: &str, desk: &mut Desk) -> Option<()> {
    let found = found(who, desk)?;
    let lines: Vec<String> = found.iter().map(line).collect();
    if lines.is_empty() {
        desk.note(say("planner.contacts.none", &[("who", &visible(who))]));
    } else {
        desk.note(say("planner.contacts", &[("list", &super::list(&lines))]));
    }
    Some(())
}

/// Writes to `who`, by the one address that is known of them.
pub fn write(who: &str, text: &str, send: bool, desk: &mut Desk) -> Option<()> {
    if who.is_empty() || text.is_empty() {
        let key = if who.is_empty() { "planner.mail.to_whom" } else { "planner.mail.what" };
        desk.note(say(key, &[("who", &visible(who))]));
        return Some(());
    }
    if who.contains('@') {
        return mail::write(&[who.to_owned()], &title_of(text), text, send, desk);
    }
    let found = found(who, desk)?;
    let addresses: Vec<&str> = found
        .iter()
        .flat_map(|contact| contact["emails"].as_array().into_iter().flatten())
        .filter_map(Value::as_str)
        .collect();
    match addresses.as_slice() {
        [one] => mail::write(&[(*one).to_owned()], &title_of(text), text, send, desk),
        [] => {
            desk.note(say("planner.mail.whose", &[("who", &visible(who))]));
            Some(())
        }
        _ => {
            let lines: Vec<String> = found.iter().map(line).collect();
            let values = [("who", visible(who)), ("list", super::list(&lines))];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            desk.note(say("planner.mail.which", &values));
            Some(())
        }
    }
}

fn found(who: &str, desk: &mut Desk) -> Option<Vec<Value>> {
    let name = who.trim_end_matches("'s").trim_start_matches("my ").trim();
    let output =
        desk.look_or_say("contacts.find", json!({ "name": name }), say("planner.says.look", &[]), "contacts")?;
    Some(output["contacts"].as_array().cloned().unwrap_or_default())
}

fn line(contact: &Value) -> String {
    let many = |field: &str| {
        let values = contact[field].as_array().into_iter().flatten().filter_map(Value::as_str);
        values.map(str::to_owned).collect::<Vec<_>>().join(", ")
    };
    let text = |field: &str| contact[field].as_str().unwrap_or_default().to_owned();
    let parts = [text("name"), many("emails"), many("phones"), text("birthday"), text("address")];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
