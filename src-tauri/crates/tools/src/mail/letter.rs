//! A letter as it is read: addresses, subject, text, attachments by name. Whoever sent it wrote every byte of it.

pub mod body;
pub mod flowed;
pub mod header;
pub mod invitation;
pub mod transfer;

use super::mailbox::Heading;
use crate::words::{cut, say};
use assent_protocol::visible::readable_lines;
use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};
use serde_json::{Value, json};

/// Characters of a letter's text that are handed on; more is paged.
pub const MOST_TEXT: usize = 200_000;
/// Addresses of one field that are named; of more the number is told.
const MOST_ADDRESSES: usize = 50;
/// Letters of a thread that an answer names.
pub const MOST_REFERENCES: usize = 30;
/// Attachments that are named.
const MOST_ATTACHMENTS: usize = 50;

/// The Message-ID of a letter, without its brackets.
pub fn message_id(letter: &[u8]) -> Option<String> {
    MessageParser::new().parse_headers(letter)?.message_id().map(str::to_owned)
}

/// The Message-IDs that an answer to this letter names, its own last: what it refers to itself, at most
/// [`MOST_REFERENCES`] (RFC 5322, 3.6.4).
pub fn thread(letter: &[u8]) -> Vec<String> {
    let Some(parsed) = MessageParser::new().parse_headers(letter) else { return Vec::new() };
    let ids = |of: &mail_parser::HeaderValue<'_>| -> Vec<String> {
        let list = of.as_text_list().unwrap_or_default().iter().map(|id| id.to_string());
        list.filter(|id| is_id(id)).collect()
    };
    let mut all = ids(parsed.references());
    // An answer that only says what it answers; of several nobody knows the thread.
    if all.is_empty() {
        all = Some(ids(parsed.in_reply_to())).filter(|ids| ids.len() == 1).unwrap_or_default();
    }
    let own = parsed.message_id().unwrap_or_default();
    all.retain(|id| id != own);
    if all.len() >= MOST_REFERENCES {
        // The first names the thread, the last ones where it is.
        all.drain(1..all.len() + 2 - MOST_REFERENCES);
    }
    all.extend(Some(own.to_owned()).filter(|id| is_id(id)));
    all
}

fn is_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 500 && !id.chars().any(|c| c.is_control() || c.is_whitespace() || "<>".contains(c))
}

/// Who a letter is from, as an address; empty where it does not say.
pub fn sender(letter: &[u8]) -> String {
    let parsed = MessageParser::new().parse_headers(letter);
    let from = parsed.as_ref().and_then(writer).and_then(Address::first).and_then(|one| one.address());
    from.unwrap_or_default().to_owned()
}

// A letter without `From` may still say who handed it in.
fn writer<'a>(of: &'a Message<'_>) -> Option<&'a Address<'a>> {
    of.from().or_else(|| of.sender())
}

/// One letter of a list.
pub fn heading(of: &Heading) -> Value {
    let mended = header::mended_block(&of.header);
    let parsed = MessageParser::new().parse_headers(&mended[..]);
    let mut shown = parsed.as_ref().map_or_else(|| json!({}), headers);
    shown["id"] = json!(of.at.to_string());
    shown["read"] = json!(of.seen);
    shown["flagged"] = json!(of.flagged);
    shown["bytes"] = json!(of.size);
    shown
}

/// A whole letter: what its header says, its text, and what is attached. Broken parts are left out, never guessed.
pub fn letter(bytes: &[u8], size: u64) -> (Value, String) {
    let mended = header::mended(bytes);
    let Some(parsed) = MessageParser::new().parse(&mended) else {
        return (json!({}), crate::encoding::plain(bytes, None));
    };
    let mut shown = headers(&parsed);
    let reply_to = addresses(parsed.reply_to());
    if reply_to != json!([]) {
        shown["reply_to"] = reply_to;
    }
    if let Some(id) = parsed.message_id() {
        shown["message_id"] = json!(id);
    }
    let body = body::read(&parsed);
    let name = |name: &str| cut(&readable_lines(name).join(" "), 300).0.to_owned();
    let attachments = body.attached.iter().take(MOST_ATTACHMENTS);
    let attachments: Vec<Value> = attachments.map(|(file, size)| json!({"name": name(file), "bytes": size})).collect();
    if !attachments.is_empty() {
        shown["attachments"] = json!(attachments);
    }
    if body.attached.len() > MOST_ATTACHMENTS {
        shown["more_attachments"] = json!(body.attached.len() - MOST_ATTACHMENTS);
    }
    let (kept, _) = cut(body.text.trim_end(), MOST_TEXT);
    let mut text = readable_lines(kept).join("\n");
    if size > bytes.len() as u64 {
        text.push_str(&say("mail.read.long", &[("bytes", &size.to_string())]));
    }
    (shown, text)
}

/// All the words of a letter, also those that nobody sees: every part of text, as it stands, names of what is attached, and
/// letters within it; and whether something in it is made so that a person does not see it.
pub fn everything(bytes: &[u8]) -> (String, bool) {
    let (mut words, mut hides) = (String::new(), false);
    if let Some(parsed) = MessageParser::new().parse(&header::mended(bytes)) {
        gather(&parsed, &mut words, &mut hides, 0);
    }
    (cut(&words, MOST_TEXT).0.to_owned(), hides)
}

fn gather(of: &Message<'_>, words: &mut String, hides: &mut bool, depth: usize) {
    for part in of.parts.iter().take(200) {
        words.push_str(part.attachment_name().unwrap_or_default());
        words.push('\n');
        let text = body::text_of(of, part).unwrap_or_default();
        match &part.body {
            PartType::Text(_) => words.push_str(&text),
            PartType::Html(_) => {
                words.push_str(&mail_parser::decoders::html::html_to_text(&text));
                words.push('\n');
                words.push_str(&comments(&text));
                *hides |= hidden(&text);
            }
            PartType::Message(inner) if depth < 5 => gather(inner, words, hides, depth + 1),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => {
                // A text that only calls itself something else.
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                words.push_str(cut(text, 20_000).0);
            }
            PartType::Message(_) | PartType::Multipart(_) => {}
        }
        words.push('\n');
    }
}

fn comments(html: &str) -> String {
    let found = html.split("<!--").skip(1).filter_map(|rest| rest.split("-->").next());
    found.collect::<Vec<_>>().join("\n")
}

// The ways in which a page hides words from people.
fn hidden(html: &str) -> bool {
    const WAYS: &[&str] = &[
        "display:none",
        "visibility:hidden",
        "font-size:0",
        "font-size:1px",
        "opacity:0;",
        "opacity:0\"",
        "max-height:0",
        "mso-hide:all",
        "color:#fff;",
        "color:#fff\"",
        "color:#ffffff",
        "color:white",
        "color:transparent",
        "text-indent:-9",
        "left:-9",
        "hidden=\"",
        "<spanhidden",
        "<divhidden",
        "<phidden",
    ];
    let plain: String = html.to_lowercase().chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
    let plain = plain.replace("background-color:", "ground:").replace("background:", "ground:");
    WAYS.iter().any(|way| plain.contains(way))
}

fn headers(of: &Message<'_>) -> Value {
    let subject: String = of.subject().unwrap_or_default().chars().take(1000).collect();
    let date = date(of);
    let mut shown = json!({"from": addresses(writer(of)), "to": addresses(of.to()), "subject": subject, "date": date});
    let cc = addresses(of.cc());
    if cc != json!([]) {
        shown["cc"] = cc;
    }
    for (name, field) in [("to", of.to()), ("cc", of.cc())] {
        let count = field.map_or(0, |list| list.iter().count());
        if count > MOST_ADDRESSES {
            shown[format!("{name}_count")] = json!(count);
        }
    }
    shown
}

// The day as the letter says it; where it says none that there is, as the server that took the letter does.
fn date(of: &Message<'_>) -> Option<String> {
    let sound = |date: mail_parser::DateTime| Some(date.to_rfc3339()).filter(|_| date.is_valid());
    // Without seconds, with a zone by name, with a wrong day of the week.
    let loose = || {
        let raw = of.header_raw("Date")?.trim();
        let parser = jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true);
        Some(parser.parse_zoned(raw).ok()?.timestamp().to_string())
    };
    let received = || of.received()?.date().and_then(sound);
    of.date().cloned().and_then(sound).or_else(loose).or_else(received)
}

// `name` is whatever the sender wrote; only `address` says where an answer would go.
fn addresses(field: Option<&Address<'_>>) -> Value {
    let one = |address: &mail_parser::Addr<'_>| {
        let mut shown = json!({"address": address.address().unwrap_or_default()});
        if let Some(name) = address.name().filter(|name| !name.is_empty()) {
            shown["name"] = json!(name.chars().take(200).collect::<String>());
        }
        shown
    };
    Value::Array(field.into_iter().flat_map(Address::iter).take(MOST_ADDRESSES).map(one).collect())
}

#[cfg(test)]
mod tests;
