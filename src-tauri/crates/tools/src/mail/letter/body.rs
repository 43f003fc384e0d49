//! The words of a letter, from whatever parts it is made of, and the names of what is attached. Broken parts are read as
//! far as they go; what cannot be read is said.

use super::{flowed, header, invitation, transfer};
use crate::{
    encoding,
    web::text::readable,
    words::{cut, say},
};
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use reqwest::Url;
use std::borrow::Cow;

/// Parts that are read of one letter.
const MOST_PARTS: usize = 200;
/// How deep letters may lie in letters.
const DEEPEST: usize = 6;
/// Letters of plain text that may be no more than "your program shows no pages".
const STUB: usize = 250;

/// What was read.
#[derive(Default)]
pub struct Body {
    /// Its words, line ends as `\n`.
    pub text: String,
    /// Names and bytes of what is attached.
    pub attached: Vec<(String, usize)>,
}

/// Reads the body of a letter whose headers were mended.
pub fn read(message: &Message<'_>) -> Body {
    let mut reading = Reading { left: MOST_PARTS, ..Reading::default() };
    let mut text = reading.part(message, 0, 0).text;
    reading.extra.dedup();
    for extra in reading.extra {
        text.push_str("\n\n");
        text.push_str(&extra);
    }
    Body { text: text.trim_matches(['\n', ' ']).to_owned(), attached: reading.attached }
}

/// The text of a part in any encoding, line ends as `\n`; none where it is no text.
pub fn text_of(message: &Message<'_>, part: &MessagePart<'_>) -> Option<String> {
    let label = part.content_type().and_then(|kind| kind.attribute("charset"));
    let html = matches!(part.body, PartType::Html(_));
    if !html && !matches!(part.body, PartType::Text(_)) {
        return None;
    }
    let bytes = unpacked(message, part);
    let text = if html { encoding::text(&bytes, label) } else { encoding::plain(&bytes, label) };
    Some(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn unpacked<'a>(message: &'a Message<'_>, part: &'a MessagePart<'_>) -> Cow<'a, [u8]> {
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let packed = part.content_transfer_encoding().unwrap_or_default().trim().to_ascii_lowercase();
    match packed.as_str() {
        packed if packed.starts_with("base64") => Cow::Owned(transfer::base64_body(raw)),
        packed if packed.starts_with("quoted") => Cow::Owned(transfer::quoted(raw)),
        _ => Cow::Borrowed(raw),
    }
}

#[derive(Default)]
struct Reading {
    attached: Vec<(String, usize)>,
    // Invitations, and what has to be said about parts that cannot be read.
    extra: Vec<String>,
    left: usize,
}

#[derive(Default)]
struct Words {
    text: String,
    // From a page, which has everything that plain text beside it has.
    rich: bool,
    // Neither plain text nor a page.
    odd: bool,
}

impl Reading {
    fn part(&mut self, message: &Message<'_>, id: usize, depth: usize) -> Words {
        let Some(part) = message.parts.get(id).filter(|_| self.left > 0 && depth <= DEEPEST * 4) else {
            return Words::default();
        };
        self.left -= 1;
        match &part.body {
            PartType::Multipart(inner) => self.several(message, part, inner, depth),
            PartType::Message(inner) => self.inside(part, inner, depth),
            PartType::Text(_) | PartType::Html(_) => self.leaf(message, part, id),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => self.binary(part, bytes),
        }
    }

    fn several(&mut self, message: &Message<'_>, of: &MessagePart<'_>, inner: &[u32], depth: usize) -> Words {
        let subtype = of.content_type().and_then(|kind| kind.subtype()).unwrap_or_default().to_ascii_lowercase();
        if subtype == "encrypted" {
            self.extra.push(say("mail.read.encrypted", &[]));
        }
        let all: Vec<Words> = inner.iter().map(|id| self.part(message, *id as usize, depth + 1)).collect();
        let all = all.into_iter().filter(|words| !is_blank(&words.text));
        match subtype.as_str() {
            "alternative" => best(all.collect()),
            // The others are what the first one shows.
            "related" => all.into_iter().next().unwrap_or_default(),
            _ => all
                .reduce(|first, next| Words {
                    text: format!("{}\n\n{}", first.text.trim_end(), next.text),
                    rich: first.rich || next.rich,
                    odd: first.odd && next.odd,
                })
                .unwrap_or_default(),
        }
    }

    fn inside(&mut self, part: &MessagePart<'_>, inner: &Message<'_>, depth: usize) -> Words {
        let raw = inner.raw_message.as_ref();
        // One that was encoded has headers that nobody mended yet.
        let own = part.encoding != mail_parser::Encoding::None;
        let mended = if own { header::mended(raw) } else { Cow::Borrowed(raw) };
        let parsed = own.then(|| MessageParser::new().parse(&mended)).flatten();
        let inner = parsed.as_ref().unwrap_or(inner);
        let from = inner.from().and_then(|from| from.first()).and_then(|from| from.address()).unwrap_or_default();
        let date = inner.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default();
        let subject = cut(inner.subject().unwrap_or_default(), 1_000).0;
        let head = say("mail.read.inside", &[("from", from), ("subject", subject), ("date", &date)]);
        let name = part.attachment_name().map_or_else(|| subject.to_owned(), str::to_owned);
        self.attached.push((name, (part.offset_end.saturating_sub(part.offset_body)) as usize));
        let words = self.part(inner, 0, depth + 4);
        Words { text: format!("{head}\n{}", words.text), ..words }
    }

    fn leaf(&mut self, message: &Message<'_>, part: &MessagePart<'_>, id: usize) -> Words {
        let text = text_of(message, part).unwrap_or_default();
        let kind = part.content_type();
        let subtype = kind.and_then(|kind| kind.subtype()).unwrap_or("plain").to_ascii_lowercase();
        let attached = part.content_disposition().is_some_and(|shown| shown.is_attachment());
        let named = part.attachment_name();
        if subtype == "calendar" {
            self.extra.extend(invitation::told(&text));
        }
        let shown = matches!(subtype.as_str(), "plain" | "html") || kind.is_some_and(|kind| kind.ctype() != "text");
        if attached || (id > 0 && named.is_some()) || subtype == "calendar" {
            let name = named.unwrap_or(if subtype == "calendar" { "invite.ics" } else { "" });
            self.attached.push((name.to_owned(), unpacked(message, part).len()));
            return Words::default();
        }
        if matches!(part.body, PartType::Html(_)) {
            // There is no place that addresses in it could be meant from.
            let text = Url::parse("about:blank").map(|nowhere| readable(&text, &nowhere)).unwrap_or_default();
            return Words { text, rich: true, odd: false };
        }
        let attribute = |name| kind.and_then(|kind| kind.attribute(name)).unwrap_or_default().to_ascii_lowercase();
        let text = match attribute("format").as_str() {
            "flowed" => flowed::joined(&text, attribute("delsp") == "yes"),
            _ => text,
        };
        let (text, packed) = transfer::without_uuencoded(&text);
        self.attached.extend(packed);
        Words { text, rich: false, odd: !shown }
    }

    fn binary(&mut self, part: &MessagePart<'_>, bytes: &[u8]) -> Words {
        let name = part.attachment_name().unwrap_or_default();
        let kind = part.content_type().map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()));
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        match kind.as_str() {
            // What a server says of a letter that could not be handed over.
            "message/delivery-status" | "message/disposition-notification" | "message/global-delivery-status" => {
                return Words { text: encoding::plain(bytes, None).replace("\r\n", "\n"), rich: false, odd: true };
            }
            "application/ics" => self.extra.extend(invitation::told(&encoding::plain(bytes, None))),
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => self.extra.push(say("mail.read.encrypted", &[])),
            "application/ms-tnef" | "application/vnd.ms-tnef" => self.extra.push(say("mail.read.winmail", &[])),
            _ if name.eq_ignore_ascii_case("winmail.dat") => self.extra.push(say("mail.read.winmail", &[])),
            _ => {}
        }
        self.attached.push((name.to_owned(), bytes.len()));
        Words::default()
    }
}

// Of several ways to say the same: the plain one, unless it says next to nothing.
fn best(all: Vec<Words>) -> Words {
    let (rich, plain): (Vec<Words>, Vec<Words>) = all.into_iter().partition(|words| words.rich);
    let (odd, plain): (Vec<Words>, Vec<Words>) = plain.into_iter().partition(|words| words.odd);
    let rich = rich.into_iter().next_back();
    let plain = plain.into_iter().next();
    match (plain, rich) {
        (Some(plain), Some(rich)) => {
            let stub = plain.text.len() < STUB && plain.text.trim().len() * 3 < rich.text.len();
            if stub { rich } else { plain }
        }
        (plain, rich) => plain.or(rich).or(odd.into_iter().next()).unwrap_or_default(),
    }
}

fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{34f}' | '\u{ad}'))
}
