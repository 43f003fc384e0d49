//! A letter as it is read: addresses, subject, text, attachments by name. Whoever sent it wrote every byte of it.

use super::mailbox::Heading;
use crate::words::{cut, say};
use assent_protocol::visible::visible_lines;
use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};
use serde_json::{Value, json};

/// Characters of a letter's text that are handed on; more is paged.
pub const MOST_TEXT: usize = 200_000;
/// Addresses of one field that are named; of more the number is told.
const MOST_ADDRESSES: usize = 50;
/// Attachments that are named.
const MOST_ATTACHMENTS: usize = 50;

/// The Message-ID of a letter, without its brackets.
pub fn message_id(letter: &[u8]) -> Option<String> {
    MessageParser::new().parse_headers(letter)?.message_id().map(str::to_owned)
}

/// Who a letter is from, as an address; empty where it does not say.
pub fn sender(letter: &[u8]) -> String {
    let parsed = MessageParser::new().parse_headers(letter);
    let from = parsed.as_ref().and_then(Message::from).and_then(Address::first).and_then(|one| one.address());
    from.unwrap_or_default().to_owned()
}

/// One letter of a list.
pub fn heading(of: &Heading) -> Value {
    let parsed = MessageParser::new().parse_headers(&of.header[..]);
    let mut shown = parsed.as_ref().map_or_else(|| json!({}), headers);
    shown["id"] = json!(of.at.to_string());
    shown["read"] = json!(of.seen);
    shown["flagged"] = json!(of.flagged);
    shown["bytes"] = json!(of.size);
    shown
}

/// A whole letter: what its header says, its text, and what is attached. Broken parts are left out, never guessed.
pub fn letter(bytes: &[u8], size: u64) -> (Value, String) {
    let Some(parsed) = MessageParser::new().parse(bytes) else {
        return (json!({}), String::from_utf8_lossy(bytes).into_owned());
    };
    let mut shown = headers(&parsed);
    let reply_to = addresses(parsed.reply_to());
    if reply_to != json!([]) {
        shown["reply_to"] = reply_to;
    }
    if let Some(id) = parsed.message_id() {
        shown["message_id"] = json!(id);
    }
    let attachments: Vec<Value> = parsed
        .attachments()
        .take(MOST_ATTACHMENTS)
        .map(|part| json!({"name": part.attachment_name().unwrap_or_default(), "bytes": part.contents().len()}))
        .collect();
    if !attachments.is_empty() {
        shown["attachments"] = json!(attachments);
    }
    if parsed.attachment_count() > MOST_ATTACHMENTS {
        shown["more_attachments"] = json!(parsed.attachment_count() - MOST_ATTACHMENTS);
    }
    let mut text = String::new();
    for part in 0..parsed.text_body_count().min(20) {
        if let Some(more) = parsed.body_text(part) {
            text.push_str(&more);
            text.push('\n');
        }
        if text.len() > MOST_TEXT {
            break;
        }
    }
    let (kept, _) = cut(&text, MOST_TEXT);
    let mut text = visible_lines(kept.trim_end()).join("\n");
    if size > bytes.len() as u64 {
        text.push_str(&say("mail.read.long", &[("bytes", &size.to_string())]));
    }
    (shown, text)
}

/// All the words of a letter, also those that nobody sees: every part of text, as it stands, names of what is attached, and
/// letters within it; and whether something in it is made so that a person does not see it.
pub fn everything(bytes: &[u8]) -> (String, bool) {
    let (mut words, mut hides) = (String::new(), false);
    if let Some(parsed) = MessageParser::new().parse(bytes) {
        gather(&parsed, &mut words, &mut hides, 0);
    }
    (cut(&words, MOST_TEXT).0.to_owned(), hides)
}

fn gather(of: &Message<'_>, words: &mut String, hides: &mut bool, depth: usize) {
    for part in of.parts.iter().take(200) {
        words.push_str(part.attachment_name().unwrap_or_default());
        words.push('\n');
        match &part.body {
            PartType::Text(text) => words.push_str(text),
            PartType::Html(html) => {
                words.push_str(&mail_parser::decoders::html::html_to_text(html));
                words.push('\n');
                words.push_str(&comments(html));
                *hides |= hidden(html);
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
    let date = of.date().map(mail_parser::DateTime::to_rfc3339);
    let mut shown = json!({"from": addresses(of.from()), "to": addresses(of.to()), "subject": subject, "date": date});
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
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_read_with_its_addresses_text_and_attachments() {
        let letter_text = "From: =?utf-8?q?Anna_=C5=81?= <anna@example.org>\r\nTo: me@example.org\r\nSubject: Hi\r\n\
            Message-ID: <1@x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
            --b\r\nContent-Type: text/html\r\n\r\n<p>Hello <b>you</b></p><script>x()</script>\r\n\
            --b\r\nContent-Disposition: attachment; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\nPDF\r\n--b--\r\n";
        let (shown, text) = letter(letter_text.as_bytes(), 1);
        assert_eq!(shown["from"], json!([{"address": "anna@example.org", "name": "Anna Ł"}]));
        assert_eq!(shown["attachments"][0]["name"], "a.pdf");
        assert!(text.contains("Hello you") && !text.contains('<'), "{text}");
        assert_eq!(message_id(letter_text.as_bytes()).as_deref(), Some("1@x"));
    }

    #[test]
    fn broken_and_enormous_letters_are_read_as_far_as_they_go() {
        let many = (0..10_000).map(|n| format!("a{n}@example.org")).collect::<Vec<_>>().join(", ");
        let (shown, _) = letter(format!("To: {many}\r\n\r\nHello").as_bytes(), 1);
        assert_eq!((shown["to"].as_array().map(Vec::len), &shown["to_count"]), (Some(50), &json!(10_000)));
        let nested = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n".repeat(5_000);
        for bytes in
            [&b""[..], b"\xff\xfe\x00", b"Content-Type: multipart/mixed; boundary=\r\n\r\n--", nested.as_bytes()]
        {
            let (_, text) = letter(bytes, bytes.len() as u64);
            assert!(text.len() <= MOST_TEXT * 4);
        }
        let (_, text) = letter(b"Subject: x\r\n\r\nbeginning", 50_000_000);
        assert!(text.starts_with("beginning") && text.contains("50000000"), "{text}");
        let (_, text) = letter(b"Subject: x\r\n\r\n\x1b[2J\xe2\x80\xae", 1);
        assert!(text.contains("\\u{1b}") && text.contains("\\u{202e}"), "{text}");
    }
}
