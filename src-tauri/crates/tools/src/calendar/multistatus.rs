//! What a calendar's server answers about several resources at once (`multistatus`, RFC 4918), whatever prefixes it uses.
//! No entity is ever looked up: only the five that XML has by itself are known.

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
    /// Whether it is a collection of events.
    pub calendar: bool,
}

/// The resources of an answer; what is no answer has none.
pub fn resources(xml: &str) -> Vec<Found> {
    let mut reader = Reader::from_str(xml);
    let mut found = Vec::new();
    let mut now: Option<Found> = None;
    let mut field = String::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                field = tag.local_name().as_ref().to_owned();
                match field.as_str() {
                    "response" => now = Some(Found::default()),
                    "calendar" => mark(&mut now),
                    _ => {}
                }
            }
            Ok(Event::Empty(tag)) if tag.local_name().as_ref() == "calendar" => mark(&mut now),
            Ok(Event::End(tag)) => {
                field.clear();
                if tag.local_name().as_ref() == "response" {
                    found.extend(now.take());
                }
            }
            Ok(Event::Text(text)) => add(&mut now, &field, &text),
            Ok(Event::CData(text)) => add(&mut now, &field, &text),
            Ok(Event::GeneralRef(name)) => {
                if let Some(letter) = letter(&name) {
                    add(&mut now, &field, &letter);
                }
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

fn letter(name: &str) -> Option<String> {
    let Some(number) = name.strip_prefix('#') else { return resolve_predefined_entity(name).map(str::to_owned) };
    let number = match number.strip_prefix('x') {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => number.parse().ok(),
    };
    number.and_then(char::from_u32).map(String::from)
}

fn mark(now: &mut Option<Found>) {
    if let Some(one) = now {
        one.calendar = true;
    }
}

fn add(now: &mut Option<Found>, field: &str, text: &str) {
    let Some(one) = now else { return };
    match field {
        "href" if one.etag.is_empty() && one.text.is_empty() => one.href.push_str(text.trim()),
        "getetag" => one.etag.push_str(text.trim()),
        "calendar-data" => one.text.push_str(text),
        "displayname" => one.name.push_str(text),
        _ => {}
    }
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
}
