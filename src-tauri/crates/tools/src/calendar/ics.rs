//! The text of an `.ics` file (RFC 5545) as lines with their places in it, so that a line can be changed and all others
//! stay as they are.

use super::{
    defined::Definition,
    time::{Zone, zone},
};
use std::{borrow::Cow, collections::HashMap, ops::Range};

/// Octets of one line before it is folded.
const FOLD: usize = 75;

/// A calendar.
#[derive(Debug)]
pub struct Calendar<'a> {
    /// Its whole text.
    pub text: &'a str,
    /// Its events.
    pub events: Vec<Block>,
    /// Where the last `END:VCALENDAR` begins, or where a text ends that lacks it; none for an empty text.
    pub end: Option<usize>,
    /// It lacks its end: more may have been in it.
    pub cut: bool,
    /// Events that are not whole.
    pub broken: usize,
    /// How its lines end.
    pub newline: &'static str,
}

/// An event as it stands in the text.
#[derive(Debug, Clone)]
pub struct Block {
    /// From `BEGIN:VEVENT` to behind `END:VEVENT`.
    pub range: Range<usize>,
    /// Its own lines; what lies in it (alarms) is left out.
    pub lines: Vec<Line>,
}

/// One line, unfolded.
#[derive(Debug, Clone)]
pub struct Line {
    /// Upper case.
    pub name: String,
    /// Names in upper case, values without quotes.
    pub params: Vec<(String, String)>,
    /// As it is written.
    pub value: String,
    /// Where it stands, with its line end.
    pub range: Range<usize>,
    /// The zone of its times, as the calendar it stands in defines it.
    pub zone: Zone,
}

impl<'a> Calendar<'a> {
    /// Reads a calendar; none for a text that is none. What is not understood is left alone.
    pub fn read(text: &'a str) -> Option<Calendar<'a>> {
        let newline = match text {
            _ if text.contains("\r\n") || text.is_empty() => "\r\n",
            _ if text.contains('\n') || !text.contains('\r') => "\n",
            _ => "\r",
        };
        let empty = Calendar { text, events: Vec::new(), end: None, cut: false, broken: 0, newline };
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Some(empty);
        }
        let mut reading = Reading::default();
        lines(text).for_each(|line| reading.take(line));
        let Reading { mut events, zones, event, end, begun, .. } = reading;
        if end.is_none() && !begun {
            return None;
        }
        // The first definition of a name counts, and each name is looked up once.
        let mut known: HashMap<String, Zone> = HashMap::new();
        for definition in zones.iter().rev() {
            if let Some(zone) = definition.zone() {
                known.insert(definition.name.clone(), Zone::Known(zone));
            }
        }
        for line in events.iter_mut().flat_map(|block| &mut block.lines) {
            if let Some(name) = line.param("TZID").map(str::to_owned) {
                line.zone = known.entry(name).or_insert_with_key(|name| zone(name)).clone();
            }
        }
        let broken = usize::from(event.is_some());
        let end_at = end.or(event.map(|(start, _)| start)).unwrap_or(text.len());
        Some(Calendar { events, end: Some(end_at), cut: end.is_none(), broken, ..empty })
    }
}

// What was read so far.
#[derive(Default)]
struct Reading {
    events: Vec<Block>,
    zones: Vec<Definition>,
    open: Vec<String>,
    event: Option<(usize, Vec<Line>)>,
    end: Option<usize>,
    begun: bool,
}

impl Reading {
    fn take(&mut self, line: Line) {
        let what = line.value.trim().to_ascii_uppercase();
        match line.name.as_str() {
            "BEGIN" => {
                match what.as_str() {
                    "VCALENDAR" => self.begun = true,
                    "VEVENT" => {
                        self.close(line.range.start);
                        self.open.retain(|name| name == "VCALENDAR");
                        self.event = Some((line.range.start, Vec::new()));
                    }
                    "VTIMEZONE" => self.zones.push(Definition::default()),
                    "STANDARD" | "DAYLIGHT" if self.is_in("VTIMEZONE") => {
                        self.zones.iter_mut().last().into_iter().for_each(|zone| {
                            zone.parts.push((what == "DAYLIGHT", Vec::new()));
                        });
                    }
                    _ => {}
                }
                self.open.push(what);
            }
            "END" => {
                if let Some(at) = self.open.iter().rposition(|name| *name == what) {
                    self.open.truncate(at);
                }
                if what == "VCALENDAR" {
                    // An event without its own end has it here.
                    self.close(line.range.start);
                    self.end = Some(line.range.start);
                } else if what == "VEVENT" {
                    self.close(line.range.end);
                }
            }
            _ => self.keep(line),
        }
    }

    fn close(&mut self, at: usize) {
        if let Some((start, lines)) = self.event.take() {
            self.events.push(Block { range: start..at, lines });
        }
    }

    fn is_in(&self, name: &str) -> bool {
        self.open.last().is_some_and(|last| last == name)
    }

    fn keep(&mut self, line: Line) {
        if self.is_in("VEVENT") {
            self.event.iter_mut().for_each(|(_, lines)| lines.push(line.clone()));
            return;
        }
        let Some(zone) = self.zones.last_mut() else { return };
        match self.open.last().map(String::as_str) {
            Some("VTIMEZONE") if line.name == "TZID" => zone.name = line.value.trim().to_owned(),
            Some("VTIMEZONE") if line.name == "X-LIC-LOCATION" => zone.location = Some(line.value.trim().to_owned()),
            Some("STANDARD" | "DAYLIGHT") => {
                zone.parts.iter_mut().last().into_iter().for_each(|(_, part)| part.push(line.clone()))
            }
            _ => {}
        }
    }
}

/// The text of a calendar's bytes, and whether they are in another encoding than UTF-8. A line may be folded inside of a
/// letter (RFC 5545, 3.1): the fold is then put behind it, and all else stays as it is.
pub fn decoded(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), false);
    }
    if let Ok(text) = String::from_utf8(joined(bytes)) {
        return (Cow::Owned(text), false);
    }
    let label = String::from_utf8_lossy(bytes).to_ascii_uppercase();
    let label = label.split_once(";CHARSET=").map(|(_, rest)| {
        rest.trim_start_matches('"')
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
            .collect::<String>()
    });
    // What says nothing is what old programs of the West wrote.
    (Cow::Owned(crate::encoding::text(bytes, Some(label.as_deref().unwrap_or("windows-1252")))), true)
}

/// The bytes with every fold that stands inside of a letter put behind it.
pub fn joined(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let length = match rest[0] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => 1,
        };
        let begun = 1 + rest[1..].iter().take(length - 1).take_while(|byte| is_inner(**byte)).count();
        let fold = fold(&rest[begun..]);
        let more = rest.get(begun + fold..).unwrap_or_default().iter().take(length - begun);
        let whole =
            begun < length && fold > 0 && more.clone().all(|byte| is_inner(*byte)) && more.len() == length - begun;
        out.extend(&rest[..begun]);
        at += begun;
        if whole {
            out.extend(more);
            out.extend(&rest[begun..begun + fold]);
            at += fold + length - begun;
        }
    }
    out
}

fn is_inner(byte: u8) -> bool {
    (0x80..0xc0).contains(&byte)
}

// The length of a fold at the beginning of `bytes`.
fn fold(bytes: &[u8]) -> usize {
    let end = match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        _ => return 0,
    };
    if matches!(bytes.get(end), Some(b' ' | b'\t')) { end + 1 } else { 0 }
}

impl Block {
    /// The first line of that name.
    pub fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    /// Its text, unescaped.
    pub fn text(&self, name: &str) -> Option<String> {
        self.line(name).map(|line| unescaped(&line.value)).filter(|text| !text.trim().is_empty())
    }
}

impl Line {
    /// One of its parameters.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

// Lines with what continues them: a line that begins with a space or a tab goes on with the one before, also where an
// empty line stands between them.
fn lines(text: &str) -> impl Iterator<Item = Line> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for physical in physical(text) {
        let end = at + physical.len();
        if physical.starts_with([' ', '\t']) && !ranges.is_empty() {
            while ranges.len() > 1 && ranges.last().is_some_and(|last| text[last.clone()].trim().is_empty()) {
                ranges.pop();
            }
            ranges.iter_mut().last().into_iter().for_each(|last| last.end = end);
        } else {
            ranges.push(at..end);
        }
        at = end;
    }
    ranges.into_iter().filter_map(move |range| line(text, range))
}

// A line ends with CR LF, with LF, or with CR alone, each as somebody writes it.
fn physical(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let length = match rest.find(['\r', '\n']) {
            None if rest.is_empty() => return None,
            None => rest.len(),
            Some(at) if rest[at..].starts_with("\r\n") => at + 2,
            Some(at) => at + 1,
        };
        let (line, more) = rest.split_at(length);
        rest = more;
        Some(line)
    })
}

fn line(text: &str, range: Range<usize>) -> Option<Line> {
    let mut whole = String::new();
    for (nth, physical) in physical(&text[range.clone()]).enumerate() {
        let physical = physical.trim_end_matches(['\r', '\n']);
        whole.push_str(if nth == 0 {
            physical.trim_start_matches('\u{feff}')
        } else {
            physical.get(1..).unwrap_or_default()
        });
    }
    let mut quoted = false;
    let mut cuts = Vec::new();
    let mut colon = None;
    for (at, c) in whole.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ';' if !quoted => cuts.push(at),
            ':' if !quoted => {
                colon = Some(at);
                break;
            }
            _ => {}
        }
    }
    let colon = colon?;
    let head: Vec<&str> = {
        let mut from = 0;
        let mut parts = Vec::new();
        for cut in cuts.into_iter().chain([colon]) {
            parts.push(&whole[from..cut]);
            from = cut + 1;
        }
        parts
    };
    let params = head.iter().skip(1).filter_map(|part| part.split_once('='));
    let params = params.map(|(name, value)| (name.to_ascii_uppercase(), value.trim_matches('"').to_owned())).collect();
    let name = head.first()?.trim().to_ascii_uppercase();
    Some(Line { name, params, value: whole[colon + 1..].to_owned(), range, zone: Zone::Floating })
}

/// `\n`, `\,`, `\;` and `\\` as what they stand for.
pub fn unescaped(value: &str) -> String {
    let mut out = String::new();
    let mut letters = value.chars();
    while let Some(c) = letters.next() {
        match c {
            '\\' => match letters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}

/// A text as a value. Control characters other than line breaks are left out: no file may hold them.
pub fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.replace("\r\n", "\n").chars() {
        match c {
            '\\' | ',' | ';' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// A line as it is written, folded, with its end.
pub fn folded(line: &str, newline: &str) -> String {
    let mut out = String::new();
    let mut width = 0;
    for c in line.chars() {
        if width + c.len_utf8() > FOLD {
            out.push_str(newline);
            out.push(' ');
            width = 1;
        }
        out.push(c);
        width += c.len_utf8();
    }
    out + newline
}
