//! The text of an `.ics` file (RFC 5545) as lines with their places in it, so that a line can be changed and all others
//! stay as they are.

use std::ops::Range;

/// Octets of one line before it is folded.
const FOLD: usize = 75;

/// A calendar.
#[derive(Debug)]
pub struct Calendar<'a> {
    /// Its whole text.
    pub text: &'a str,
    /// Its events.
    pub events: Vec<Block>,
    /// Where the last `END:VCALENDAR` begins; none for an empty text.
    pub end: Option<usize>,
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
}

impl<'a> Calendar<'a> {
    /// Reads a calendar; none for a text that is none. What is not understood is left alone.
    pub fn read(text: &'a str) -> Option<Calendar<'a>> {
        let newline = if text.contains("\r\n") || text.is_empty() { "\r\n" } else { "\n" };
        if text.trim_start_matches('\u{feff}').trim().is_empty() {
            return Some(Calendar { text, events: Vec::new(), end: None, newline });
        }
        let mut events = Vec::new();
        let mut open: Vec<String> = Vec::new();
        let mut event: Option<(usize, Vec<Line>)> = None;
        let mut end = None;
        for line in lines(text) {
            let what = line.value.trim().to_ascii_uppercase();
            match line.name.as_str() {
                "BEGIN" => {
                    if what == "VEVENT" && event.is_none() {
                        event = Some((line.range.start, Vec::new()));
                    }
                    open.push(what);
                }
                "END" => {
                    if open.last() == Some(&what) {
                        open.pop();
                    }
                    if what == "VCALENDAR" {
                        end = Some(line.range.start);
                    } else if what == "VEVENT"
                        && let Some((start, lines)) = event.take()
                    {
                        events.push(Block { range: start..line.range.end, lines });
                    }
                }
                _ => {
                    if let Some((_, lines)) =
                        event.as_mut().filter(|_| open.last().is_some_and(|name| name == "VEVENT"))
                    {
                        lines.push(line);
                    }
                }
            }
        }
        end.map(|end| Calendar { text, events, end: Some(end), newline })
    }
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

// Lines with what continues them: a line that begins with a space or a tab goes on with the one before.
fn lines(text: &str) -> impl Iterator<Item = Line> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    for physical in text.split_inclusive('\n') {
        let end = at + physical.len();
        match ranges.last_mut() {
            Some(last) if physical.starts_with([' ', '\t']) => last.end = end,
            _ => ranges.push(at..end),
        }
        at = end;
    }
    ranges.into_iter().filter_map(move |range| line(text, range))
}

fn line(text: &str, range: Range<usize>) -> Option<Line> {
    let mut whole = String::new();
    for (nth, physical) in text[range.clone()].split_inclusive('\n').enumerate() {
        let physical = physical.trim_end_matches(['\r', '\n']);
        whole.push_str(if nth == 0 { physical.trim_start_matches('\u{feff}') } else { &physical[1..] });
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
    Some(Line { name, params, value: whole[colon + 1..].to_owned(), range })
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
