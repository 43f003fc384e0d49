//! What is done with letters: some are looked for, one is written or sent.

use crate::desk::Desk;
use assent_protocol::{texts::say, visible::visible};
use serde_json::{Value, json};

pub fn search(words: Option<&str>, from: Option<&str>, unread: bool, desk: &mut Desk) -> Option<()> {
    let mut args = json!({});
    if let Some(words) = words {
        args["words"] = json!(words);
    }
    if let Some(from) = from {
        args["from"] = json!(from);
    }
    if unread {
        args["unread"] = json!(true);
    }
    let output = desk.look_or_say("mail.search", args, say("planner.says.look", &[]), "mail")?;
    let letters: Vec<String> = output["letters"].as_array().into_iter().flatten().map(line).collect();
    let found = output["found"].as_u64().unwrap_or_default().max(letters.len() as u64).to_string();
    let list = super::list(&letters);
    let key = if letters.is_empty() { "planner.answer.letters.none" } else { "planner.answer.letters" };
    desk.note(say(key, &[("count", &found), ("list", &list)]));
    Some(())
}

pub fn write(to: &[String], subject: &str, text: &str, send: bool, desk: &mut Desk) -> Option<()> {
    let args = json!({"to": to, "subject": subject, "text": text});
    let tool = if send { "mail.send" } else { "mail.draft" };
    desk.propose(tool, args, &say("planner.says.own_words", &[]));
    Some(())
}

fn line(letter: &Value) -> String {
    let from = letter["from"][0]["address"].as_str().or_else(|| letter["from"][0]["name"].as_str());
    let parts = [letter["date"].as_str(), from, letter["subject"].as_str()];
    parts.into_iter().flatten().map(visible).collect::<Vec<_>>().join(" · ")
}
