//! Feeds: RSS, Atom and JSON Feed as entries with their ids.

use super::{address::Address, text::readable};
use crate::words::{cut, say};
use assent_protocol::visible::visible;

/// Entries of one feed; the newest stand first in almost all.
const MOST: usize = 2_000;
/// Of those, how many are told.
const TOLD: usize = 200;
/// Bytes of one summary.
const SUMMARY: usize = 1_000;

/// A feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Its name.
    pub title: Option<String>,
    /// Its entries in the feed's own order.
    pub entries: Vec<Entry>,
    /// How many more it has.
    pub more: usize,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What keeps it apart from others of the feed; made from its link and title where it names none.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it leads.
    pub link: Option<String>,
    /// Milliseconds since 1970 (UTC).
    pub published: Option<i64>,
    /// Its summary or the start of its text, as readable text.
    pub summary: String,
}

/// Whether a body of this media type, or that begins so, is a feed.
pub fn is_feed(kind: &str, text: &str) -> bool {
    if matches!(kind, "application/rss+xml" | "application/atom+xml" | "application/feed+json" | "application/rdf+xml")
    {
        return true;
    }
    let xml = matches!(kind, "application/xml" | "text/xml" | "");
    let start = cut(text, 1_000).0;
    xml && ["<rss", "<feed", "<rdf:RDF"].iter().any(|root| start.contains(root))
}

/// Reads a feed.
///
/// # Errors
/// A sentence for what is none.
pub fn read(bytes: &[u8], address: &Address) -> Result<Feed, String> {
    let parser = feed_rs::parser::Builder::new().base_uri(Some(address.url.as_str())).build();
    let feed = parser
        .parse(bytes)
        .map_err(|error| say("web.feed.unreadable", &[("because", &visible(cut(&error.to_string(), 200).0))]))?;
    let words = |text: &feed_rs::model::Text| readable(&text.content, &address.url);
    let line = |text: &feed_rs::model::Text| words(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let entries = feed.entries.iter().take(MOST).map(|entry| {
        let body = entry.content.as_ref().and_then(|content| content.body.as_deref());
        let summary = entry.summary.as_ref().map(words).or_else(|| body.map(|body| readable(body, &address.url)));
        Entry {
            id: entry.id.clone(),
            title: entry.title.as_ref().map(line).unwrap_or_default(),
            link: entry.links.first().map(|link| visible(&link.href)),
            published: entry.published.or(entry.updated).map(|at| at.timestamp_millis()),
            summary: cut(&summary.unwrap_or_default(), SUMMARY).0.to_owned(),
        }
    });
    let entries = entries.collect();
    let more = feed.entries.len().saturating_sub(MOST);
    Ok(Feed { title: feed.title.as_ref().map(line), entries, more })
}

/// The entries as text, one a paragraph.
pub fn told(feed: &Feed) -> String {
    let entries = feed.entries.iter().take(TOLD).map(|entry| {
        let when = entry.published.and_then(|at| jiff::Timestamp::from_millisecond(at).ok());
        let title = match when {
            Some(when) => say("web.feed.entry", &[("title", &entry.title), ("when", &when.to_string())]),
            None => entry.title.clone(),
        };
        let parts = [title, entry.link.clone().unwrap_or_default(), entry.summary.clone()];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    });
    entries.collect::<Vec<_>>().join("\n\n")
}
