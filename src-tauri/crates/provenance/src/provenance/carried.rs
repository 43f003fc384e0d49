//! What an address carries to its host: the path, the question and whatever else follows the name. A text can be spelled in
//! more ways than anyone can read back, so nothing is looked for: every word must be the user's, or one of the host's own.

use super::normal::{invisible, percent, plain};
use super::typed::MIN_PARTED;
use super::{Author, Known, MIN_TRACED, Traced, decoded, folded};
use assent_protocol::Provenance;
use serde_json::Value;

/// Words that addresses are made of everywhere: they say nothing, as long as they are few.
const PLAIN: &[&str] = &[
    "www", "search", "find", "query", "q", "s", "page", "p", "index", "html", "htm", "php", "wiki", "lang", "en",
    "news", "blog", "about", "contact", "help", "docs", "home", "latest", "today", "article", "articles", "hours",
    "feed", "rss", "xml", "json", "api", "list", "weather", "events", "products", "shop",
];
const MOST_PLAIN: usize = 4;
/// The highest number of a page that is turned to.
const LAST_PAGE: u32 = 50;
/// Signs side by side that an address has; more of them are a text of their own.
const MOST_SIGNS: usize = 2;
const MAX_PIECES: usize = 200;

impl Known {
    /// Where the worst of what an address tells a host that the user named may come from; none where it tells the host
    /// nothing but the user's words, its own pages, or what a run that has read nothing else can know.
    pub fn tells_host(&self, host: &str, address: &str) -> Option<Traced> {
        let host = host.trim_start_matches("www.");
        let first = self.read.iter().find(|read| read.host.as_deref() != Some(host))?;
        let (rest, behind) = behind_host(address);
        if behind.is_empty() || self.whole_address_typed(rest) || self.on_page_of(host, rest, behind) {
            return None;
        }
        if !self.says_more(behind) {
            return None;
        }
        let named = |provenance, source: u32| Traced { provenance, source: self.sources.get(source as usize).cloned() };
        let pieces = behind.split(['/', '?', '&', '=', '#', ';', ':', '@', ',']).take(MAX_PIECES);
        for piece in pieces.filter(|piece| piece.chars().filter(|c| c.is_alphanumeric()).count() >= MIN_TRACED) {
            let spaced = percent(&piece.replace(['+', '_'], " "));
            let readings: Vec<String> = decoded(&spaced).into_iter().chain([spaced]).collect();
            let unsaid = || readings.iter().map(|text| folded(text)).filter(|text| self.typed.find(text).is_none());
            if let Some(source) = unsaid().find_map(|text| self.others.find(&text)) {
                return Some(named(Provenance::Untrusted, source));
            }
            if let Some(source) = unsaid().find_map(|text| self.own.find(&text)) {
                return Some(named(Provenance::OwnData, source));
            }
        }
        // Nobody can tell what it is made of; so it counts as made of what was read.
        Some(match first.author {
            Author::Others => named(Provenance::Untrusted, first.source),
            Author::Own => named(Provenance::OwnData, first.source),
            Author::Model => named(Provenance::Model, first.source),
        })
    }

    fn whole_address_typed(&self, rest: &str) -> bool {
        let trimmed = rest.trim_end_matches('/');
        self.is_typed(rest, &[]) || self.user.iter().any(|text| stands_whole(&text.plain, &plain(trimmed)))
    }

    // A link of the host's own page, all of it: the host wrote it and learns nothing by it.
    fn on_page_of(&self, host: &str, rest: &str, behind: &str) -> bool {
        let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
        self.pages.get(host).is_some_and(|pages| {
            pages.find(&folded(rest)).is_some()
                || (letters(behind) >= MIN_PARTED && pages.find(&folded(behind)).is_some())
        })
    }

    fn says_more(&self, behind: &str) -> bool {
        let mut text = behind.to_owned();
        for _ in 0..3 {
            text = percent(&text);
        }
        let mut signs = 0;
        for c in text.chars() {
            signs = if c.is_alphanumeric() { 0 } else { signs + 1 };
            // What is no text at all was packed into the address.
            if signs > MOST_SIGNS || c == char::REPLACEMENT_CHARACTER || c.is_control() || invisible(c) {
                return true;
            }
        }
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let mut plain_words = 0;
        let mut turns = false;
        for word in words {
            let lower = word.to_lowercase();
            let turned = std::mem::replace(&mut turns, matches!(lower.as_str(), "page" | "p"));
            if self.mentions(&lower) {
                continue;
            }
            if PLAIN.contains(&lower.as_str()) {
                plain_words += 1;
                if plain_words > MOST_PLAIN {
                    return true;
                }
                continue;
            }
            if !(turned && word.parse::<u32>().is_ok_and(|page| (1..=LAST_PAGE).contains(&page))) {
                return true;
            }
        }
        false
    }

    /// Whether what was read says anything that the user had not typed.
    pub(super) fn tells(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => {
                text.chars().filter(|c| c.is_alphanumeric()).count() >= MIN_TRACED
                    && self.typed.find(&folded(text)).is_none()
            }
            Value::Number(number) => number.as_f64().is_some_and(|number| number.abs() >= 100.0),
            Value::Array(list) => list.iter().any(|inner| self.tells(inner)),
            Value::Object(map) => map.values().any(|inner| self.tells(inner)),
            Value::Null | Value::Bool(_) => false,
        }
    }
}

// The address without its scheme, and what follows the host in it; the common ports say nothing.
fn behind_host(address: &str) -> (&str, &str) {
    let rest = address.trim().split_once("://").map_or(address.trim(), |(_, rest)| rest);
    let end = rest.find(['/', '?', '#', ':', '\\']).unwrap_or(rest.len());
    let behind = &rest[end..];
    let behind = [":443", ":80"].iter().find_map(|port| behind.strip_prefix(port)).unwrap_or(behind);
    // What goes on with a figure was another port.
    let behind = if behind.starts_with(|c: char| c.is_ascii_digit()) { &rest[end..] } else { behind };
    (rest, behind.trim_matches('/'))
}

// Also where the user wrote a scheme before it, or a sign of a sentence behind it.
fn stands_whole(text: &str, address: &str) -> bool {
    text.match_indices(address).any(|(at, found)| {
        let before = &text[..at];
        let after = text[at + found.len()..].trim_start_matches('/');
        let free = before.is_empty() || before.ends_with("://") || before.ends_with(|c: char| " (<\"'`,;".contains(c));
        free && (after.is_empty() || after.starts_with(|c: char| " )>\"'`,;".contains(c)) || ends_sentence(after))
    })
}

fn ends_sentence(after: &str) -> bool {
    let rest = after.trim_start_matches(['.', '!', '?', ':']);
    rest.len() < after.len() && (rest.is_empty() || rest.starts_with(' '))
}
