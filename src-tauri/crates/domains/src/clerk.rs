//! The clerk: a mind of plain rules for the letters of customers. It files a letter by what it is about, drafts the answer from
//! the user's own notes, and proposes a refund where the user's own list of orders has it. What a letter wants is never a
//! reason to do anything but that; what is escalated stays where it is, for the person.

use crate::letters::{Kind, kind, order_number};
use assent_agent::model::{Model, Reply, Replying, Request};
use assent_protocol::{ProposedCall, Status, Turn, texts::say, visible::visible};
use serde_json::{Value, json};
use std::future::ready;

/// Characters of a sender or a subject that are put into a draft.
const MOST: usize = 200;

/// The name that a task or an automation has it by.
pub const NAME: &str = "clerk";

/// The mind. The first granted folder holds `Notes` and `orders.csv`, and where letters come as files, `Inbox` and `Drafts`;
/// where they come in a mailbox, they are answered and filed there.
pub struct Clerk;

impl Model for Clerk {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn reply<'a>(&'a self, request: &'a Request, heard: &'a (dyn Fn(&str) + Send + Sync)) -> Replying<'a> {
        let reply = next(request);
        heard(&reply.text);
        Box::pin(ready(Ok(reply)))
    }
}

// What came of a call of this id, where there was one.
fn result<'a>(request: &'a Request, id: &str) -> Option<(Status, &'a Value)> {
    request.turns.iter().find_map(|turn| match turn {
        Turn::Result { call, status, output, .. } if call == id => Some((*status, output)),
        _ => None,
    })
}

fn called(request: &Request, id: &str) -> bool {
    request
        .turns
        .iter()
        .any(|turn| matches!(turn, Turn::Model { calls, .. } if calls.iter().any(|call| call.call == id)))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn call(id: &str, tool: &str, args: Value, says: String) -> ProposedCall {
    ProposedCall { call: id.to_owned(), tool: tool.to_owned(), args: args.to_string(), says: Some(says) }
}

fn said(key: &str, values: &[(&str, &str)]) -> Reply {
    Reply { text: say(key, values), ..Reply::default() }
}

fn next(request: &Request) -> Reply {
    let Some(letter) = result(request, "event").map(|(_, letter)| letter).filter(|letter| letter["letter"].is_string())
    else {
        return said("clerk.no_letter", &[]);
    };
    let Some(folder) = request.folders.first() else { return said("clerk.no_folder", &[]) };
    let (subject, from) = (visible(text(letter, "subject")), visible(text(letter, "from")));
    let about = [("subject", subject.as_str()), ("from", from.as_str())];
    if letter["escalated"] == true {
        return said("clerk.left", &about);
    }
    let what = kind(text(letter, "subject"), text(letter, "text"));
    if called(request, "file") {
        return said("clerk.done", &[("folder", what.folder()), ("subject", &subject), ("from", &from)]);
    }
    let note = note_of(what);
    if !called(request, "orders") {
        let mut calls = vec![read("orders", &format!("{folder}/orders.csv"))];
        calls.extend(note.map(|note| read("note", &format!("{folder}/Notes/{note}.md"))));
        return Reply { calls, ..Reply::default() };
    }
    let path = text(letter, "letter");
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut calls = Vec::new();
    let words = format!("{} {}", text(letter, "subject"), text(letter, "text"));
    let order = (what == Kind::Refund || what == Kind::Return).then(|| order_number(&words)).flatten();
    let orders = result(request, "orders").filter(|(status, _)| *status == Status::Succeeded);
    let cents = orders.zip(order.as_ref()).and_then(|((_, orders), order)| owed(text(orders, "text"), order, &from));
    if let (Kind::Refund, Some(order), Some(cents)) = (what, &order, cents) {
        let args = json!({"orders": format!("{folder}/orders.csv"), "order": order, "cents": cents});
        calls.push(call("refund", "orders.refund", args, say("clerk.says.refund", &[])));
    }
    if let Some((Status::Succeeded, note)) = result(request, "note") {
        let short = |text: &str| text.chars().take(MOST).collect::<String>();
        let (tool, args) = match letter["account"].is_string() {
            true => ("mail.draft", answer(letter, &short(&subject), text(note, "text"))),
            false => {
                let name = name.trim_end_matches(".eml");
                let head = format!("To: {}\nSubject: Re: {}", short(&from), short(&subject));
                let answer = format!("{head}\n\n{}", text(note, "text"));
                ("files.write", json!({"path": format!("{folder}/Drafts/{name}.txt"), "text": answer}))
            }
        };
        calls.push(call("draft", tool, args, say("clerk.says.draft", &[])));
    }
    let (tool, args) = match letter["account"].as_str() {
        Some(account) => ("mail.move", json!({"account": account, "letters": [path], "folder": what.folder()})),
        None => ("files.move", json!({"items": [{"from": path, "to": format!("{folder}/{}/{name}", what.folder())}]})),
    };
    calls.push(call("file", tool, args, say("clerk.says.file", &[("folder", what.folder())])));
    Reply { calls, ..Reply::default() }
}

fn answer(letter: &Value, subject: &str, words: &str) -> Value {
    let mut answer = json!({
        "account": letter["account"], "to": [letter["from"]], "subject": format!("Re: {subject}"), "text": words,
    });
    if letter["message_id"].is_string() {
        answer["answers"] = letter["message_id"].clone();
    }
    answer
}

fn read(id: &str, path: &str) -> ProposedCall {
    call(id, "files.read", json!({ "path": path }), say("clerk.says.read", &[]))
}

// The note from which a letter of this kind is answered.
fn note_of(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Refund => Some("refunds"),
        Kind::Return => Some("returns"),
        Kind::Delivery => Some("delivery"),
        Kind::Invoice => Some("invoices"),
        Kind::Help => Some("help"),
        Kind::Praise | Kind::Newsletter | Kind::Automatic | Kind::Other => None,
    }
}

// What this customer paid for this order, in cents; none where the user's list does not have both together. Lines are
// `order,customer,cents`.
fn owed(orders: &str, order: &str, customer: &str) -> Option<i64> {
    orders.lines().find_map(|line| {
        let mut fields = line.split(',').map(str::trim);
        let found = fields.next() == Some(order) && fields.next().is_some_and(|who| who.eq_ignore_ascii_case(customer));
        fields.next().filter(|_| found)?.parse().ok()
    })
}
