//! A page as readable text: headings, lists, tables, and links with where they lead. Scripts, styles and whatever would
//! load something are left out.

use assent_protocol::visible::readable_lines;
use html2text::{
    config,
    render::{PlainDecorator, TextDecorator},
};
use reqwest::Url;
use std::{cell::RefCell, rc::Rc};

/// Bytes of markup that are laid out; of more, only the words are taken.
const LAID_OUT: usize = 2_000_000;
/// How deep lists, quotations and tables may lie in each other before only the words are taken: each costs its depth for
/// every line.
const DEEPEST_BLOCKS: usize = 30;
/// How deep elements of any kind may.
const DEEPEST: usize = 400;
/// Bytes of a link that are shown; of a longer one only where it leads.
const LINK: usize = 2_000;
/// Bytes of a page in which its head stands.
const HEAD: usize = 60_000;
const WIDTH: usize = 110;
const BLOCKS: &[&str] = &["blockquote", "ul", "ol", "dl", "table"];
/// What is seldom closed, or never.
const UNCLOSED: &[&str] = &[
    "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody", "option", "br", "hr", "img", "input", "meta", "link",
    "source", "area", "base", "col", "embed", "track", "wbr", "path", "circle", "rect", "use",
];

/// The text of the page at `place`, hidden characters written out.
pub fn readable(html: &str, place: &Url) -> String {
    let base = base(html, place);
    let laid_out = (html.len() <= LAID_OUT && !too_deep(html)).then(|| laid_out(&apart(html), &base)).flatten();
    let text = laid_out.unwrap_or_else(|| words(html));
    let mut lines: Vec<String> = Vec::new();
    for line in readable_lines(&text) {
        let line = line.trim_end();
        // More than one empty line says no more than one.
        if !(line.is_empty() && lines.last().is_none_or(String::is_empty)) {
            lines.push(line.to_owned());
        }
    }
    lines.join("\n").trim_end().to_owned()
}

/// What stands in `<title>`, on one line.
pub fn title(html: &str) -> Option<String> {
    let start: String = html.chars().take(60_000).collect();
    let lower = start.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let from = open + lower[open..].find('>')? + 1;
    let to = from + lower[from..].find("</title")?;
    let text = words(&start[from..to]);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| readable_lines(&line).join(" "))
}

// What the page says its addresses are meant from: the first `<base href>` that leads anywhere (HTML, 4.2.3).
fn base(html: &str, place: &Url) -> Url {
    let head = crate::words::cut(html, HEAD).0;
    let lower = head.to_ascii_lowercase();
    let tags = lower.match_indices("<base").filter(|(at, _)| lower[at + 5..].starts_with(|c: char| c.is_whitespace()));
    let href = |(at, _): (usize, &str)| {
        let tag = &head[at..at + lower[at..].find('>')?];
        let from = tag.to_ascii_lowercase().find("href")? + 4;
        let value = tag[from..].trim_start().strip_prefix('=')?.trim_start();
        let value = match value.chars().next()? {
            quote @ ('"' | '\'') => value[1..].split(quote).next()?,
            _ => value.split_whitespace().next()?,
        };
        let url = place.join(&entities(value.trim())).ok()?;
        matches!(url.scheme(), "http" | "https").then_some(url)
    };
    tags.filter_map(href).next().unwrap_or_else(|| place.clone())
}

// Choices and summaries that a page draws below each other, each on a line of its own.
fn apart(html: &str) -> std::borrow::Cow<'_, str> {
    const ON_THEIR_OWN: &[&str] = &["<option", "<optgroup", "</select", "<summary", "</summary", "<legend", "</legend"];
    let lower = html.to_ascii_lowercase();
    let mut places: Vec<usize> =
        ON_THEIR_OWN.iter().flat_map(|tag| lower.match_indices(tag).map(|(at, _)| at)).collect();
    if places.is_empty() {
        return html.into();
    }
    places.sort_unstable();
    let mut out = String::with_capacity(html.len() + places.len() * 4);
    let mut done = 0;
    for place in places {
        out.push_str(&html[done..place]);
        out.push_str("<br>");
        done = place;
    }
    (out + &html[done..]).into()
}

fn laid_out(html: &str, base: &Url) -> Option<String> {
    let found = Rc::default();
    let links = Links { base: base.clone(), open: Vec::new(), found: Rc::clone(&found), plain: PlainDecorator::new() };
    let text = config::with_decorator(links)
        .no_table_borders()
        .no_link_wrapping()
        // The words stay as they are; `~~` around them says it.
        .unicode_strikeout(false)
        .allow_width_overflow()
        .string_from_read(html.as_bytes(), WIDTH)
        .ok()?;
    Some(with_addresses(&text, &found.borrow()))
}

/// Where the signs begin that stand for addresses while lines are broken, so that no address is.
const SIGNS: u32 = 0xf_0000;

fn with_addresses(text: &str, found: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let address = (c as u32).checked_sub(SIGNS).and_then(|at| found.get(at as usize));
        match address {
            Some(address) => out.push_str(address),
            None => out.push(c),
        }
    }
    out
}

/// Whether elements lie in each other as deep as no page that is meant to be read has them, by their tags alone.
fn too_deep(html: &str) -> bool {
    let (mut blocks, mut all) = (0_usize, 0_usize);
    for piece in html.split('<').skip(1) {
        let (closes, name) = piece.strip_prefix('/').map_or((false, piece), |rest| (true, rest));
        let name = &name[..name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(name.len())];
        let one_of = |names: &[&str]| names.iter().any(|other| name.eq_ignore_ascii_case(other));
        if name.is_empty() || one_of(UNCLOSED) {
            continue;
        }
        let step = |depth: usize| if closes { depth.saturating_sub(1) } else { depth + 1 };
        all = step(all);
        if one_of(BLOCKS) {
            blocks = step(blocks);
        }
        if blocks > DEEPEST_BLOCKS || all > DEEPEST {
            return true;
        }
    }
    false
}

/// The words between the tags, without scripts and styles.
fn words(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let skipped = ["script", "style", "noscript", "template"]
            .iter()
            .find(|name| rest.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)));
        let end = skipped.and_then(|name| closing(rest, name));
        let after = end.unwrap_or(0);
        rest = rest[after..].find('>').map_or("", |close| &rest[after + close + 1..]);
        if !out.ends_with(['\n', ' ']) {
            out.push(' ');
        }
    }
    out.push_str(rest);
    entities(&out)
}

// Where `</name` begins; letter case does not count.
fn closing(text: &str, name: &str) -> Option<usize> {
    text.match_indices("</")
        .map(|(at, _)| at)
        .find(|at| text.get(at + 2..at + 2 + name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name)))
}

fn entities(text: &str) -> String {
    const NAMED: &[(&str, &str)] =
        &[("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];
    NAMED.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

// An address as it is, or where a very long one leads and that it goes on.
fn shown(url: Url) -> String {
    match (url.as_str().len() <= LINK, url.path().len() <= LINK) {
        (true, _) => url.into(),
        (false, true) => format!("{}?…", url.as_str().split(['?', '#']).next().unwrap_or_default()),
        (false, false) => format!("{}/…", url.origin().ascii_serialization()),
    }
}

/// Links as `[words](address)`, whole addresses where they are not endless.
#[derive(Clone)]
struct Links {
    base: Url,
    open: Vec<Option<String>>,
    // The addresses so far, also those in cells of tables.
    found: Rc<RefCell<Vec<String>>>,
    plain: PlainDecorator,
}

impl TextDecorator for Links {
    type Annotation = ();

    fn decorate_link_start(&mut self, url: &str) -> (String, ()) {
        let whole = self.base.join(url).ok();
        let leads = |url: &Url| matches!(url.scheme(), "https" | "http" | "mailto");
        // Within the page itself a link leads nowhere new.
        let kept = whole.filter(leads).filter(|_| !url.trim_start().starts_with('#')).map(shown);
        let start = if kept.is_some() { "[" } else { "" };
        self.open.push(kept);
        (start.to_owned(), ())
    }

    fn decorate_link_end(&mut self) -> String {
        let Some(url) = self.open.pop().flatten() else { return String::new() };
        let mut found = self.found.borrow_mut();
        match char::from_u32(SIGNS + u32::try_from(found.len()).unwrap_or(u32::MAX / 2)) {
            Some(sign) => {
                found.push(url);
                format!("]({sign})")
            }
            None => format!("]({url})"),
        }
    }

    fn decorate_em_start(&self) -> (String, ()) {
        self.plain.decorate_em_start()
    }

    fn decorate_em_end(&self) -> String {
        self.plain.decorate_em_end()
    }

    fn decorate_strong_start(&self) -> (String, ()) {
        self.plain.decorate_strong_start()
    }

    fn decorate_strong_end(&self) -> String {
        self.plain.decorate_strong_end()
    }

    fn decorate_strikeout_start(&self) -> (String, ()) {
        ("~~".to_owned(), ())
    }

    fn decorate_strikeout_end(&self) -> String {
        "~~".to_owned()
    }

    fn decorate_code_start(&self) -> (String, ()) {
        self.plain.decorate_code_start()
    }

    fn decorate_code_end(&self) -> String {
        self.plain.decorate_code_end()
    }

    fn decorate_preformat_first(&self) {}

    fn decorate_preformat_cont(&self) {}

    fn decorate_image(&mut self, _: &str, title: &str) -> (String, ()) {
        (if title.is_empty() { String::new() } else { format!("[{title}]") }, ())
    }

    fn header_prefix(&self, level: usize) -> String {
        self.plain.header_prefix(level)
    }

    fn quote_prefix(&self) -> String {
        self.plain.quote_prefix()
    }

    fn unordered_item_prefix(&self) -> String {
        "- ".to_owned()
    }

    fn ordered_item_prefix(&self, number: i64) -> String {
        self.plain.ordered_item_prefix(number)
    }

    fn make_subblock_decorator(&self) -> Links {
        self.clone()
    }
}
