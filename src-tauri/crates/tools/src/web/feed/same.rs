//! What tells one entry of a feed from another when the feed does not, or says something else each time.

use assent_protocol::canonical::digest;
use reqwest::Url;

/// Parameters that say which entry it is; others say who asks, from where, or when.
const PARAMETERS: &[&str] = &[
    "p", "v", "a", "n", "no", "num", "article", "story", "post", "item", "news", "t", "doc", "topic", "thread", "page",
    "slug", "title", "q",
];
/// Endings in `id` that name a visit and no entry.
const VISITS: &[&str] = &[
    "sid",
    "sessid",
    "phpsessid",
    "sessionid",
    "fbclid",
    "gclid",
    "msclkid",
    "clid",
    "mcid",
    "mceid",
    "uid",
    "cid",
    "yclid",
    "dclid",
    "visitid",
    "requestid",
];

/// An address without what changes from one visit to the next: tokens, sessions, where somebody came from.
pub fn place(link: &str) -> String {
    let Ok(mut url) = Url::parse(link) else { return link.trim().to_owned() };
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| names_an_entry(name))
        .map(|(name, value)| (name.into(), value.into()))
        .collect();
    url.set_fragment(None);
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    let scheme = url.scheme().len();
    // The same page, encrypted or not.
    if matches!(url.scheme(), "http" | "https") { url.as_str()[scheme..].to_owned() } else { url.to_string() }
}

fn names_an_entry(name: &str) -> bool {
    let name: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    PARAMETERS.contains(&name.as_str()) || (name.ends_with("id") && !VISITS.contains(&name.as_str()))
}

/// The id of an entry that names none: its place and its title.
pub fn made(link: Option<&str>, title: &str, published: Option<i64>, summary: &str) -> String {
    match link {
        Some(link) => digest(&[&place(link), title]),
        None if !title.is_empty() => digest(&[title, &published.unwrap_or_default().to_string()]),
        None => digest(&[summary]),
    }
}

/// All of what an entry says beside its id. None without a time: the same words may then be said twice.
pub fn contents(link: Option<&str>, title: &str, published: Option<i64>, summary: &str) -> Option<String> {
    let place = link.map(place).unwrap_or_default();
    Some(digest(&[&place, title, &published?.to_string(), summary]))
}
