//! Requests about letters: looking for them, writing and sending them. An address is only ever the user's own word.

use crate::{cursor::Cursor, request::Ask, text::Token};

/// What letters are called.
const LETTERS: &[&str] =
    &["mail", "mails", "e-mail", "e-mails", "email", "emails", "letter", "letters", "message", "messages"];
const MAILBOX: &[&str] = &["mail", "mails", "e-mail", "email", "emails", "mailbox", "inbox", "letters"];
const NEW: &[&str] = &["unread", "new", "newest", "latest"];
/// What stands between a letter's people and its words.
const SAYING: &[&str] = &[
    ":",
    "saying",
    "saying that",
    "that says",
    "the message",
    "this message",
    "the message:",
    "a message",
    "the words",
    "a message saying",
    "with the text",
    "with the message",
];
/// Letters of a subject that is made of the text.
const MOST_SUBJECT: usize = 60;

/// "search my mail for TEXT", "find letters from NAME", "what is new in my mail".
pub fn search(c: &mut Cursor) -> Option<Vec<Ask>> {
    let start = c.at;
    if c.eat(&["what is new in", "what's new in", "show", "show me", "list", "check"]) {
        c.skip(c.known.words.articles);
        let unread = c.eat(NEW);
        return (c.eat(MAILBOX) && c.at_end())
            .then(|| vec![Ask::SearchMail { words: None, from: None, unread: unread || asks_for_news(c, start) }]);
    }
    if !c.eat(&["search", "find", "look for", "search for", "look in", "look through", "search in", "search through"]) {
        return None;
    }
    c.skip(c.known.words.articles);
    let unread = c.eat(NEW);
    if !(c.eat(MAILBOX) || c.eat(LETTERS)) {
        return None;
    }
    let from = c.eat(&["from", "by"]);
    if !from && !c.eat(&["for", "about", "with", "on", "that mention", "mentioning", "containing"]) {
        return None;
    }
    let text = c.take_text()?;
    let text = text.trim_end_matches(['.', '?', '!', ' ']).to_owned();
    let (words, from) = if from { (None, Some(text)) } else { (Some(text), None) };
    Some(vec![Ask::SearchMail { words, from, unread }])
}

fn asks_for_news(c: &mut Cursor, start: usize) -> bool {
    let end = std::mem::replace(&mut c.at, start);
    let news = c.sees(&["what is new in", "what's new in"]);
    c.at = end;
    news
}

/// "send ADDRESS the message TEXT", "write a letter to ADDRESS and ADDRESS about SUBJECT: TEXT", "send the message TEXT to
/// ADDRESS", "draft a mail to ADDRESS: TEXT".
pub fn letter(c: &mut Cursor) -> Option<Vec<Ask>> {
    let send = if c.eat(&["send", "write", "mail", "email", "e-mail"]) {
        true
    } else if c.eat(&["draft", "prepare", "write a draft of", "draft of"]) {
        false
    } else {
        return None;
    };
    c.skip(c.known.words.articles);
    let named = c.eat(LETTERS);
    let from = c.at;
    c.eat(&["to"]);
    let (to, subject, text) = match people(c) {
        Some(to) => {
            let subject = subject(c);
            if !c.eat(SAYING) {
                return None;
            }
            c.eat(&[":"]);
            (to, subject, c.take_text()?)
        }
        // The words first, as they stand behind "the message", and then to whom.
        None if named => backwards(c, from)?,
        None => return None,
    };
    let subject = subject.unwrap_or_else(|| begins(&text));
    Some(vec![if send { Ask::SendLetter { to, subject, text } } else { Ask::DraftLetter { to, subject, text } }])
}

// "TEXT to ADDRESS"
fn backwards(c: &mut Cursor, from: usize) -> Option<(Vec<String>, Option<String>, String)> {
    let end = from + {
        c.at = from;
        c.rest().len()
    };
    for at in from + 1..end {
        c.at = at;
        if c.eat(&["to"])
            && let Some(to) = people(c)
            && c.at_end()
        {
            c.at = from;
            c.eat(&[":", "that says", "saying"]);
            let text = c.span(c.at, at)?;
            c.at = end;
            return Some((to, None, text));
        }
    }
    None
}

// Addresses, one after the other.
fn people(c: &mut Cursor) -> Option<Vec<String>> {
    let mut all = Vec::new();
    loop {
        let token = c.peek().filter(|token| is_address(token))?;
        all.push(token.raw.clone());
        c.at += 1;
        let at = c.at;
        let joined = c.eat(&[",", "and", "&", ", and"]);
        if !(joined && c.peek().is_some_and(is_address)) {
            c.at = at;
            return Some(all);
        }
    }
}

// "about the plan", up to the colon.
fn subject(c: &mut Cursor) -> Option<String> {
    let start = c.at;
    if !c.eat(&["about", "with the subject", "subject", "on"]) {
        return None;
    }
    c.eat(&[":"]);
    let from = c.at;
    let end = from + c.rest().len();
    let stop = (from + 1..end).find(|at| {
        c.at = *at;
        c.sees(SAYING)
    });
    c.at = stop.unwrap_or(start);
    c.span(from, stop?)
}

fn is_address(token: &Token) -> bool {
    let parts = token.raw.split_once('@').filter(|(name, _)| !name.is_empty());
    !token.quoted && parts.is_some_and(|(_, domain)| domain.contains('.') && !domain.contains('@'))
}

// The beginning of the text, as whole words.
fn begins(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut subject = String::new();
    for word in line.split_whitespace() {
        if !subject.is_empty() && subject.chars().count() + word.chars().count() >= MOST_SUBJECT {
            return subject + " …";
        }
        if !subject.is_empty() {
            subject.push(' ');
        }
        subject.extend(word.chars().take(MOST_SUBJECT));
    }
    subject.trim_end_matches(['.', '!', ',', ';']).to_owned()
}
