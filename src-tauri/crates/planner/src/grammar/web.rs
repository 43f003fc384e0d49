//! Requests about pages of the web.

use crate::{cursor::Cursor, request::Ask};

/// "read ADDRESS", "what does ADDRESS say", "save ADDRESS to FILE", "read ADDRESS and note it".
pub fn page(c: &mut Cursor) -> Option<Vec<Ask>> {
    let start = c.at;
    let asked = c.eat(&["what does", "what is on", "what's on", "what stands on"]);
    if !asked
        && !c.eat(&["read", "open", "fetch", "look at", "show me", "show", "summarise", "summarize", "save", "note"])
    {
        return None;
    }
    let verb = c.known.words;
    let saves = !asked && {
        let at = c.at;
        c.at = start;
        let saves = c.sees(&["save", "note"]);
        c.at = at;
        saves
    };
    c.eat(&["what"]);
    c.skip(verb.articles);
    c.eat(&["page at", "page", "web page", "site", "feed", "text of", "text from"]);
    let url = address(c)?;
    c.eat(&["say", "says", "have to say"]);
    if c.eat(&["and note it", "and note it down", "and make a note", "and make a note of it", "and save it as a note"])
    {
        return Some(vec![Ask::NotePage { url, title: called(c) }]);
    }
    if !saves {
        return Some(vec![Ask::ReadPage { url }]);
    }
    if c.eat(&["as a note", "as note", "to my notes", "in my notes", "into my notes", "to notes"])
        || c.rest().is_empty()
    {
        return Some(vec![Ask::NotePage { url, title: called(c) }]);
    }
    if !(c.eat(verb.into) || c.eat(&["as", "to"])) {
        return None;
    }
    c.path().map(|to| vec![Ask::SavePage { url, to }])
}

fn called(c: &mut Cursor) -> Option<String> {
    c.eat(c.known.words.called).then(|| c.take_text()).flatten()
}

fn address(c: &mut Cursor) -> Option<String> {
    let token = c.peek()?;
    let lower = token.raw.to_ascii_lowercase();
    let address = lower.starts_with("https://") || lower.starts_with("http://");
    if address {
        c.at += 1;
    }
    address.then(|| token.raw.clone())
}
