//! What feeds do against the rules of XML, put right before they are read: so that one bad sign, or one bad entry, does not
//! cost the whole feed.

use std::borrow::Cow;

/// Entries that are looked at one by one.
const MOST: usize = 2_000;
/// Elements that hold text, in which markup may stand that nobody escaped.
const TEXTS: &[&str] = &["title", "description", "summary", "content", "content:encoded", "dc:title", "author"];

/// The feed as XML in UTF-8: without its own word about its encoding, with signs that XML takes, and with the names and
/// numbers that readers know.
pub fn xml(text: &str) -> String {
    let start = text.find('<').map_or("", |at| &text[at..]);
    let body = match start.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, body)| body),
        None => start,
    };
    let body: String = body.chars().filter(|c| !is_forbidden(*c)).collect();
    versioned(&ampersands(&body)).into_owned()
}

fn is_forbidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{80}'..)) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

// An ampersand that begins no entity is meant as itself.
fn ampersands(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // What stands in these is no markup.
        let whole = ["<![CDATA[", "<!--"].iter().zip(["]]>", "-->"]).find(|(open, _)| rest.starts_with(**open));
        let length = match whole {
            Some((_, close)) => rest.find(close).map_or(rest.len(), |at| at + close.len()),
            None => 1,
        };
        out.push_str(if rest.starts_with('&') && !is_entity(&rest[1..]) { "&amp;" } else { &rest[..length] });
        rest = &rest[length..];
    }
    out.push_str(rest);
    out
}

fn is_entity(after: &str) -> bool {
    let name = after.split(';').next().unwrap_or_default();
    let sound = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        }
        .and_then(char::from_u32)
        .is_some_and(|c| !is_forbidden(c)),
        None => !name.is_empty() && name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric()),
    };
    sound && after.len() > name.len()
}

// Old and made-up versions are read as the ones that came of them.
fn versioned(text: &str) -> Cow<'_, str> {
    let Some((root, end)) = root(text) else { return Cow::Borrowed(text) };
    let head = &text[root..end];
    if let Some(attributes) = head.strip_prefix("<rss") {
        if ["0.91", "0.92", "2.0"].iter().any(|known| head.contains(&format!("version=\"{known}\""))) {
            return Cow::Borrowed(text);
        }
        let names: String =
            attributes.split_whitespace().filter(|part| part.starts_with("xmlns")).collect::<Vec<_>>().join(" ");
        let names = names.trim_end_matches(['>', '/']);
        return Cow::Owned(format!("{}<rss version=\"2.0\" {names}>{}", &text[..root], &text[end..]));
    }
    if head.contains("purl.org/atom/ns#") {
        let renamed = [("issued", "published"), ("modified", "updated"), ("tagline", "subtitle")];
        let text = text
            .replace("http://purl.org/atom/ns#", "http://www.w3.org/2005/Atom")
            .replace("https://www.w3.org", "http://www.w3.org");
        return Cow::Owned(renamed.iter().fold(text, |text, (from, to)| {
            text.replace(&format!("<{from}>"), &format!("<{to}>")).replace(&format!("</{from}>"), &format!("</{to}>"))
        }));
    }
    Cow::Borrowed(text)
}

// Where the root element's own tag begins and ends.
fn root(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    loop {
        at += text[at..].find('<')?;
        let end = at + text[at..].find('>')? + 1;
        if !text[at..].starts_with("<?") && !text[at..].starts_with("<!") {
            return Some((at, end));
        }
        at = end;
    }
}

/// The entries of a feed that cannot be read as a whole, each as a feed of its own: first as it stands, then with its texts
/// taken as they are.
pub fn one_by_one(xml: &str) -> Vec<[String; 2]> {
    let Some((from, to)) = root(xml) else { return Vec::new() };
    let head = &xml[from..to];
    let name = head[1..].split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
    let entry = if name.ends_with("feed") { "entry" } else { "item" };
    let (open, close) = if name == "rss" { ("<channel>", "</channel>") } else { ("", "") };
    let feed = |entry: &str| format!("{head}{open}{entry}{close}</{name}>");
    let mut list = Vec::new();
    let mut rest = &xml[to..];
    while let Some(at) = opening(rest, entry).filter(|_| list.len() < MOST) {
        rest = &rest[at..];
        let close = format!("</{entry}>");
        // One without an end goes to where the next begins; the last may be cut off.
        let next = opening(&rest[1..], entry).map(|at| at + 1);
        let end = rest.find(&close).map(|at| at + close.len()).filter(|end| next.is_none_or(|next| *end <= next));
        if let Some(end) = end {
            list.push([feed(&rest[..end]), feed(&plain(&rest[..end]))]);
        }
        rest = &rest[end.or(next).unwrap_or(rest.len())..];
    }
    list
}

// Where `<name` begins, and not the beginning of a longer name.
fn opening(text: &str, name: &str) -> Option<usize> {
    let tag = format!("<{name}");
    let mut found = text.match_indices(&tag).map(|(at, _)| at);
    found.find(|at| text[at + tag.len()..].starts_with(|c: char| c == '>' || c.is_whitespace()))
}

// The entry with the contents of its texts as they stand, whatever markup is in them.
fn plain(entry: &str) -> String {
    TEXTS.iter().fold(entry.to_owned(), |entry, name| {
        let close = format!("</{name}>");
        let Some(at) = opening(&entry, name) else { return entry };
        let Some(from) = entry[at..].find('>').map(|end| at + end + 1) else { return entry };
        let Some(to) = entry[from..].find(&close).map(|end| from + end) else { return entry };
        if entry[from..to].contains("]]>") {
            return entry;
        }
        format!("{}<{name}><![CDATA[{}]]>{}", &entry[..at], &entry[from..to], &entry[to..])
    })
}
