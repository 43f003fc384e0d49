//! Feeds: RSS, Atom and JSON Feed as entries with their ids.

pub mod json;
pub mod mend;
pub mod same;

use super::{address::Address, text::readable};
use crate::words::{cut, say};
use assent_protocol::{canonical::digest, visible::visible};
use std::collections::HashMap;

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
    /// All of what it says beside: an entry under another id that says the very same is the same.
    pub says: String,
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
    let start = cut(text, 1_000).0.trim_start_matches('\u{feff}').trim_start();
    let page = start.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("<!doctype html"));
    let begins = ["<rss", "<feed", "<rdf:RDF", "<RDF"].iter().filter_map(|root| start.find(root)).min();
    // A page may speak of these, and in a feed nothing of a page stands before them.
    let first = begins.is_some_and(|at| start.starts_with('<') && !start[..at].to_ascii_lowercase().contains("<html"));
    (first && !page) || json::is_feed(text)
}

/// Reads a feed, as far as it goes.
///
/// # Errors
/// A sentence for what is none.
pub fn read(text: &str, address: &Address) -> Result<Feed, String> {
    let xml = json::mended(text).unwrap_or_else(|| mend::xml(text));
    let parse = |xml: &str| parser(address).parse(xml.as_bytes());
    let feed = parse(&xml).or_else(|error| {
        let mut entries = mend::one_by_one(&xml)
            .into_iter()
            .filter_map(|ways| ways.iter().find_map(|way| parse(way).ok().filter(|feed| !feed.entries.is_empty())));
        let mut all = entries.next().ok_or(error)?;
        all.entries.extend(entries.flat_map(|feed| feed.entries));
        Ok::<_, feed_rs::parser::ParseFeedError>(all)
    });
    let feed =
        feed.map_err(|error| say("web.feed.unreadable", &[("because", &visible(cut(&error.to_string(), 200).0))]))?;
    let title = feed.title.as_ref().map(|title| line(title, address));
    let more = feed.entries.len().saturating_sub(MOST);
    let entries = feed.entries.into_iter().take(MOST).map(|entry| one(entry, address)).collect();
    Ok(Feed { title, entries: apart(entries), more })
}

// A new one each time: after an error it is not to be used again.
fn parser(address: &Address) -> feed_rs::parser::Parser {
    feed_rs::parser::Builder::new()
        .base_uri(Some(address.url.as_str()))
        // Made below, from what stays the same from one look to the next.
        .id_generator(|_, _, _| String::new())
        .build()
}

fn line(text: &feed_rs::model::Text, address: &Address) -> String {
    readable(&text.content, &address.url).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn one(entry: feed_rs::model::Entry, address: &Address) -> Entry {
    let body = entry.content.as_ref().and_then(|content| content.body.as_deref());
    let summary = entry.summary.as_ref().map(|text| text.content.as_str()).or(body).unwrap_or_default();
    let summary = cut(&readable(summary, &address.url), SUMMARY).0.to_owned();
    let title = entry.title.as_ref().map(|title| line(title, address)).unwrap_or_default();
    let published = entry.published.or(entry.updated).map(|at| at.timestamp_millis());
    let link = leads_to(&entry, address);
    // An address is an id only as far as it stays the same.
    let id = match entry.id.trim() {
        "" => same::made(link.as_deref(), &title, published, &summary),
        id if id.contains("://") && id.contains(['?', '#']) => same::place(id),
        id => id.to_owned(),
    };
    let says = same::contents(link.as_deref(), &title, published, &summary).unwrap_or_else(|| id.clone());
    Entry { id, says, title, link: link.map(|link| visible(&link)), published, summary }
}

// Where an entry leads: its page, else its id where that is one, else what is enclosed.
fn leads_to(entry: &feed_rs::model::Entry, address: &Address) -> Option<String> {
    let page = |link: &&feed_rs::model::Link| link.rel.as_deref().is_none_or(|rel| rel == "alternate");
    let id = Some(entry.id.trim()).filter(|id| id.starts_with("http://") || id.starts_with("https://"));
    let enclosed =
        entry.links.iter().find(|link| link.rel.as_deref() == Some("enclosure")).map(|link| link.href.as_str());
    let media = || entry.media.iter().flat_map(|media| &media.content).find_map(|content| content.url.as_ref());
    let link = entry.links.iter().find(page).map(|link| link.href.as_str()).or(id).or(enclosed).map(str::to_owned);
    let link = link.or_else(|| media().map(ToString::to_string)).or_else(|| Some(entry.links.first()?.href.clone()))?;
    Some(address.url.join(link.trim()).map_or(link, String::from))
}

// Two entries of one feed are two, even where their ids are not.
fn apart(entries: Vec<Entry>) -> Vec<Entry> {
    let mut seen: HashMap<String, Entry> = HashMap::new();
    let mut list = Vec::new();
    for mut entry in entries {
        if let Some(other) = seen.get(&entry.id) {
            if (&other.title, &other.link, &other.summary) == (&entry.title, &entry.link, &entry.summary) {
                continue;
            }
            let link = entry.link.clone().unwrap_or_default();
            entry.id = format!("{} {}", entry.id, digest(&[&link, &entry.title, &entry.summary]));
        }
        seen.insert(entry.id.clone(), entry.clone());
        list.push(entry);
    }
    list
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

#[cfg(test)]
mod tests;
