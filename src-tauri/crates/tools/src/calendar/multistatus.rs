//! What a calendar's server answers about several resources at once (`multistatus`, RFC 4918), whatever prefixes it uses.
//! No entity is ever looked up: only the five that XML has by itself are known.

use assent_protocol::canonical::digest;
use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};

/// A resource.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Its address: as it was answered, or whole.
    pub href: String,
    /// Its version.
    pub etag: String,
    /// The calendar in it.
    pub text: String,
    /// What it is called.
    pub name: String,
    /// Where the user's calendars are to be looked for, if it says so.
    pub next: String,
    /// Whether it is a collection of events.
    pub calendar: bool,
}

impl Found {
    /// What tells this version from others: its etag, or a digest where the server gives none.
    pub fn version(&self) -> String {
        if self.etag.is_empty() { digest(&[&self.text.replace('\r', "")]) } else { self.etag.clone() }
    }

    /// Whether this is that version. A server in between may make a tag weak, or add the name of an encoding.
    pub fn is(&self, version: &str) -> bool {
        bare(&self.version()) == bare(version)
    }

    /// Whether the calendar in it is this one, however its lines end.
    pub fn holds(&self, text: &str) -> bool {
        self.text.replace('\r', "").trim_end() == text.replace('\r', "").trim_end()
    }

    /// What `If-Match` may name it: only strong tags match there (RFC 9110, 13.1.1). Empty where there is none.
    pub fn strong(&self) -> String {
        let whole = self.etag.trim().trim_start_matches("W/").trim_matches('"');
        if whole.is_empty() || whole.contains(['"', ',']) || whole.chars().any(char::is_control) {
            return String::new();
        }
        let bare = bare(&self.etag);
        if bare == whole { format!("\"{whole}\"") } else { format!("\"{whole}\", \"{bare}\"") }
    }
}

// A tag without its weakness, its quotes, and the encoding that a server in between added.
fn bare(etag: &str) -> &str {
    let tag = etag.trim().trim_start_matches("W/").trim_matches('"');
    let ends = ["--gzip", "-gzip", ";gzip", "--br", "-br", ";br", "-df", "--deflate", "-deflate", "-zstd"];
    ends.iter().find_map(|end| tag.strip_suffix(end)).unwrap_or(tag)
}

/// The resources of an answer; what is no answer has none, and what is not there any more is left out.
pub fn resources(xml: &str) -> Vec<Found> {
    let mut reader = Reader::from_str(xml);
    let mut reading = Reading::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => reading.begin(tag.local_name().as_ref()),
            Ok(Event::Empty(tag)) => {
                reading.begin(tag.local_name().as_ref());
                reading.end();
            }
            Ok(Event::End(_)) => reading.end(),
            Ok(Event::Text(text)) => reading.text(&text),
            Ok(Event::CData(text)) => reading.text(&text),
            Ok(Event::GeneralRef(name)) => {
                if let Some(letter) = letter(&name) {
                    reading.text(&letter);
                }
            }
            Ok(Event::Eof) | Err(_) => return reading.found,
            Ok(_) => {}
        }
    }
}

#[derive(Default)]
struct Reading {
    found: Vec<Found>,
    // The elements that are open.
    open: Vec<String>,
    now: Found,
    // What the properties of one status say, until that status is known.
    part: Found,
    status: String,
    gone: bool,
}

impl Reading {
    fn begin(&mut self, name: &str) {
        match name {
            "response" => (self.now, self.gone) = (Found::default(), false),
            "propstat" => (self.part, self.status) = (Found::default(), String::new()),
            "calendar" if self.open.last().is_some_and(|last| last == "resourcetype") => self.target().calendar = true,
            _ => {}
        }
        self.open.push(name.to_owned());
    }

    fn end(&mut self) {
        match self.open.pop().as_deref() {
            Some("propstat") if is_there(&self.status) => {
                let part = std::mem::take(&mut self.part);
                let now = &mut self.now;
                now.etag.push_str(&part.etag);
                now.text.push_str(&part.text);
                now.name.push_str(&part.name);
                now.next.push_str(&part.next);
                now.calendar |= part.calendar;
            }
            Some("response") if !self.gone => self.found.push(std::mem::take(&mut self.now)),
            _ => {}
        }
    }

    fn target(&mut self) -> &mut Found {
        if self.open.iter().any(|name| name == "propstat") { &mut self.part } else { &mut self.now }
    }

    fn text(&mut self, text: &str) {
        let (mut names, is_in) =
            (self.open.iter().rev().map(String::as_str), |name| self.open.iter().any(|one| one == name));
        if !is_in("response") {
            return;
        }
        match (names.next().unwrap_or_default(), names.next().unwrap_or_default()) {
            // Properties may have addresses of their own.
            ("href", "response") => self.now.href.push_str(text.trim()),
            ("href", "current-user-principal" | "calendar-home-set") => self.target().next.push_str(text.trim()),
            ("status", "propstat") => self.status.push_str(text),
            ("status", "response") => self.gone |= !is_there(text),
            ("getetag", _) => self.target().etag.push_str(text.trim()),
            ("calendar-data", _) => self.target().text.push_str(text),
            ("displayname", _) => self.target().name.push_str(text),
            _ => {}
        }
    }
}

// "HTTP/1.1 200 OK"; what says nothing is there.
fn is_there(status: &str) -> bool {
    status.split_whitespace().nth(1).is_none_or(|code| code.starts_with('2'))
}

fn letter(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else { return resolve_predefined_entity(name).map(str::to_owned) };
    let number = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    };
    number.and_then(char::from_u32).map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_answers_is_read_with_any_prefix_and_entities() {
        let xml = "<?xml version='1.0'?><multistatus xmlns='DAV:' xmlns:CS='urn:ietf:params:xml:ns:caldav'><response>\
            <href>/a/b.ics</href><propstat><prop><getetag>&quot;e&#49;&quot;</getetag>\
            <CS:calendar-data>BEGIN:VCALENDAR&#13;\nSUMMARY:a &amp; b\n</CS:calendar-data></prop></propstat></response>\
            <response><href>/a/</href><prop><resourcetype><collection/><CS:calendar/></resourcetype>\
            <displayname>Home</displayname></prop></response></multistatus>";
        let text = "BEGIN:VCALENDAR\r\nSUMMARY:a & b\n".to_owned();
        let event = Found { href: "/a/b.ics".into(), etag: "\"e1\"".into(), text, ..Found::default() };
        let folder = Found { href: "/a/".into(), name: "Home".into(), calendar: true, ..Found::default() };
        assert_eq!(resources(xml), [event, folder]);
    }

    #[test]
    fn what_is_no_answer_has_no_resources_and_no_entity_is_looked_up() {
        for odd in ["", "<", "<response>", "no xml at all", "<a><b></a>", "<response><calendar-data>x"] {
            assert_eq!(resources(odd), []);
        }
        let bomb =
            "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><response><displayname>&x;</displayname></response>";
        assert_eq!(resources(bomb), [Found::default()]);
    }

    #[test]
    fn what_is_not_there_and_addresses_inside_of_properties_are_left_out() {
        let answer =
            |inner: &str| format!("<d:multistatus xmlns:d='DAV:'><d:response>{inner}</d:response></d:multistatus>");
        let there = |etag: &str| Found { href: "/a.ics".into(), etag: etag.into(), ..Found::default() };
        let tag = |status: &str| {
            format!("<d:propstat><d:prop><d:getetag>1</d:getetag></d:prop><d:status>{status}</d:status></d:propstat>")
        };
        let href = "<d:href>/a.ics</d:href>";
        let owner = "<d:propstat><d:prop><d:owner><d:href>/me/</d:href></d:owner></d:prop></d:propstat>";
        for (inner, wanted) in [
            (format!("{href}{}", tag("HTTP/1.1 200 OK")), vec![there("1")]),
            (format!("{href}{}", tag("HTTP/2 200")), vec![there("1")]),
            (format!("{href}{}{}", tag("HTTP/1.1 404 Not Found"), tag("HTTP/1.1 200 OK")), vec![there("1")]),
            (format!("{href}{}", tag("HTTP/1.1 404 Not Found")), vec![there("")]),
            (format!("{href}<d:status>HTTP/1.1 404 Not Found</d:status>"), vec![]),
            (format!("{href}<d:status>HTTP/1.1 200 OK</d:status>"), vec![there("")]),
            (format!("{owner}{href}"), vec![there("")]),
            (format!("{href}<d:propstat><d:prop><c:set><c:calendar/></c:set></d:prop></d:propstat>"), vec![there("")]),
        ] {
            assert_eq!(resources(&answer(&inner)), wanted, "{inner}");
        }
    }
}
