//! One page or feed as text, with what tells one version of it from the next. Used by the tool and by what watches pages.

use super::{
    address::Address,
    feed,
    reader::{Read, Reader, Version},
    text,
};
use crate::{encoding, words::say};
use assent_agent::Hosts;
use assent_protocol::{
    canonical::digest,
    visible::{readable_lines, visible},
};
use std::sync::atomic::AtomicBool;

/// A page that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it was in the end.
    pub address: Address,
    /// Its title.
    pub title: Option<String>,
    /// Its readable text, whole.
    pub text: String,
    /// Hex SHA-256 of the text: markup that changes and says nothing new does not change it.
    pub hash: String,
    /// What the server says of its version; to be given again at the next look.
    pub version: Version,
    /// Its entries, where it is a feed.
    pub feed: Option<feed::Feed>,
}

impl Page {
    /// Who wrote it, in words: "the page example.org".
    pub fn source(&self) -> String {
        source(&self.address, self.feed.is_some())
    }
}

/// What came of a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// The page.
    Page(Box<Page>),
    /// It is the version that was seen.
    Same,
    /// It lies at another host now, which was not followed.
    Elsewhere(String),
}

/// Looks at a page. Blocks; made for a thread of its own.
///
/// # Errors
/// A sentence that says why it could not be read.
pub fn look(reader: &Reader, address: &str, hosts: &Hosts, seen: &Version, stop: &AtomicBool) -> Result<Look, String> {
    let address = Address::read(address, hosts)?;
    let body = match reader.read(&address, hosts, seen, stop)? {
        Read::Body(body) => *body,
        Read::Same => return Ok(Look::Same),
        Read::Elsewhere(to) => return Ok(Look::Elsewhere(to)),
    };
    let decoded = encoding::text(&body.bytes, body.charset.as_deref());
    if !is_text(&body.kind, &decoded) {
        let kind = if body.kind.is_empty() { "application/octet-stream" } else { &body.kind };
        return Err(say("web.read.kind", &[("host", &body.address.host), ("kind", &visible(kind))]));
    }
    let mut title = None;
    let mut entries = None;
    let text = if feed::is_feed(&body.kind, &decoded) {
        let feed = feed::read(&decoded, &body.address)?;
        title.clone_from(&feed.title);
        let told = feed::told(&feed);
        entries = Some(feed);
        told
    } else if is_markup(&body.kind, &decoded) {
        title = text::title(&decoded);
        text::readable(&decoded, &body.address.url)
    } else {
        readable_lines(&decoded).join("\n")
    };
    let hash = digest(&[&text]);
    Ok(Look::Page(Box::new(Page { address: body.address, title, text, hash, version: body.version, feed: entries })))
}

/// Who wrote what lies at `address`.
pub fn source(address: &Address, is_feed: bool) -> String {
    say(if is_feed { "web.source.feed" } else { "web.source" }, &[("host", &address.host)])
}

fn is_markup(kind: &str, text: &str) -> bool {
    let begins = || {
        let start = crate::words::cut(text.trim_start(), 200).0.to_ascii_lowercase();
        start.starts_with("<!doctype html") || start.starts_with("<html")
    };
    matches!(kind, "text/html" | "application/xhtml+xml") || begins()
}

fn is_text(kind: &str, text: &str) -> bool {
    let said = kind.starts_with("text/")
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
        || matches!(kind, "application/json" | "application/xml" | "application/javascript" | "application/x-ndjson");
    (said || kind.is_empty()) && !text.contains('\0')
}
