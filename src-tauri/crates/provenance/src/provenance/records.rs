//! Records in what a tool gave back, and which of their fields the user reached by typing the record's name: "the
//! participants of 'Introductory meeting'" names a record, and its fields follow, each as a whole. Text inside a field
//! never does, and of a letter only its own number, because everything else in it is its sender's word.

use super::normal::plain;
use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Longer texts are read as text only: a listing of records this long is paged by its tool.
const MAX_TEXT: usize = 4 << 20;
/// Fields longer than this are prose, neither a name nor a value to act on.
const MAX_FIELD: usize = 200;
const MAX_DEPTH: usize = 32;
/// More records than this in one result, or fields in one record, are read as text only.
const MOST_RECORDS: usize = 5_000;
const MOST_FIELDS: usize = 500;
/// Records that are compared with one another before a name counts as borne by too many.
const MOST_PLACES: usize = 64;

/// Every record read in a run.
#[derive(Debug, Clone, Default)]
pub(super) struct Records {
    all: Vec<Record>,
    /// Fields of the records that the user named, by their value.
    reached: HashMap<String, Vec<(usize, usize)>>,
    /// Numbers of records whose name begins as the user called it, with that beginning.
    begun: Vec<(String, String)>,
    /// Records by a name that the user typed, whatever its field is called.
    named: HashMap<String, Vec<usize>>,
}

/// What the user wrote, asked for by the name of a record.
pub(super) struct Names<'a> {
    /// Whether all of the name was typed.
    pub(super) whole: &'a dyn Fn(&str) -> bool,
    /// The words that the name begins with and that were typed, if they are enough to call it by.
    pub(super) beginning: &'a dyn Fn(&str) -> Option<String>,
}

#[derive(Debug, Clone)]
struct Record {
    fields: Vec<(String, String)>,
    letter: bool,
    source: u32,
}

impl Records {
    /// Adds the records in `value`; `user` says what the user wrote.
    pub(super) fn add(&mut self, value: &Value, source: u32, user: &Names<'_>) {
        let from = self.all.len();
        collect(value, Within { name: None, listing: true, source }, 0, &mut self.all);
        if self.all.len() - from > MOST_RECORDS {
            self.all.truncate(from);
        }
        for at in from..self.all.len() {
            self.reach(at, user);
        }
    }

    /// Looks at every record again, because the user has written more.
    pub(super) fn look_again(&mut self, user: &Names<'_>) {
        self.reached.clear();
        self.named.clear();
        self.begun.clear();
        for at in 0..self.all.len() {
            self.reach(at, user);
        }
    }

    /// Whether a value is the number of the only record whose name begins as the user called it: "the grocery list" for
    /// `grocery-list-today.docx`. Enough to change a thing of the user's own so that it can be undone, and for nothing else.
    pub(super) fn called(&self, value: &str) -> bool {
        let value = plain(value);
        self.begun.iter().any(|(number, beginning)| {
            *number == value && self.begun.iter().all(|(other, same)| same != beginning || *other == value)
        })
    }

    /// The source of the one named record that has this value as a whole field, and the field's key.
    pub(super) fn linked(&self, value: &str) -> Option<(u32, &str)> {
        // A value that very many records have names none of them.
        let places = self.reached.get(&plain(value)).filter(|places| places.len() <= MOST_PLACES)?;
        let (at, field) = places.iter().find(|(at, field)| self.follows(*at, *field))?;
        Some((self.all[*at].source, &self.all[*at].fields[*field].0))
    }

    fn reach(&mut self, at: usize, user: &Names<'_>) {
        let record = &self.all[at];
        let (typed, beginning) = (user.whole, user.beginning);
        let begun = record.fields.iter().filter(|(key, value)| !record.letter && name_like(key, value));
        let begun: Vec<String> = begun.filter_map(|(_, value)| beginning(value)).collect();
        let plainly = record.fields.iter().any(|(key, _)| own_number(key));
        let one = record.fields.iter().filter(|(key, _)| identifies(key)).count() == 1;
        let numbered = |key: &str| own_number(key) || (!plainly && one && identifies(key));
        let numbers = || record.fields.iter().filter(|(key, _)| numbered(key)).map(|(_, value)| plain(value));
        self.begun.extend(begun.iter().flat_map(|beginning| numbers().map(|number| (number, beginning.clone()))));
        let names: Vec<(String, String)> =
            record.fields.iter().filter(|(key, value)| name_like(key, value) && typed(value)).cloned().collect();
        if names.is_empty() {
            return;
        }
        for (field, (_, value)) in record.fields.iter().enumerate() {
            self.reached.entry(plain(value)).or_default().push((at, field));
        }
        for name in names {
            self.named.entry(plain(&name.1)).or_default().push(at);
        }
    }

    // A name that several records bear names none of them, unless they are one object seen more than once.
    fn follows(&self, at: usize, field: usize) -> bool {
        let record = &self.all[at];
        let (key, value) = &record.fields[field];
        if (record.letter && !identifies(key)) || told(key) {
            return false;
        }
        record.fields.iter().enumerate().filter(|(other, _)| *other != field).any(|(_, (name_key, name))| {
            let Some(bearers) = self.named.get(&plain(name)) else { return false };
            name_key != key
                && bearers.len() <= MOST_PLACES
                && bearers.iter().all(|bearer| {
                    let other = &self.all[*bearer];
                    *bearer == at
                        || other.fields.iter().all(|(k, _)| k != key)
                        || other.fields.iter().any(|(k, v)| k == key && plain(v) == plain(value))
                        || (other.source == record.source && same_object(other, record))
                })
        })
    }
}

/// The records that a text is, when all of it is JSON, YAML or a table with a header.
pub(super) fn structured(text: &str) -> Option<Value> {
    let trimmed = text.trim();
    if trimmed.len() > MAX_TEXT {
        return None;
    }
    if trimmed.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str::<Value>(trimmed)
    {
        return Some(value);
    }
    yaml(trimmed).or_else(|| table(trimmed))
}

/// Where a value stands in the answer.
#[derive(Clone, Copy)]
struct Within<'a> {
    /// The key that names it.
    name: Option<&'a str>,
    /// Whether its keys are names of what is in it.
    listing: bool,
    source: u32,
}

fn collect(value: &Value, within: Within<'_>, depth: usize, found: &mut Vec<Record>) {
    let Within { listing, source, .. } = within;
    if depth > MAX_DEPTH || found.len() > MOST_RECORDS * 100 {
        return;
    }
    match value {
        Value::Array(list) => list.iter().for_each(|inner| {
            collect(inner, Within { listing: false, ..within }, depth + 1, found);
        }),
        Value::Object(map) => {
            let mut fields = Vec::new();
            flat_fields(map, "", &mut fields);
            // A record in a map is named by its key, as in {"Anna Kowalska": {"email": …}}.
            fields.extend(within.name.map(|name| ("(key)".to_owned(), name.to_owned())));
            let letter = fields.iter().any(|(key, _)| written_by(key));
            if (2..=MOST_FIELDS).contains(&fields.len()) {
                found.push(Record { fields, letter, source });
            }
            // Only a map that is all of the answer, or all that is in it, is a list by names: of a part of a larger
            // answer nobody says what its keys are.
            for (key, inner) in map {
                match inner {
                    Value::Object(_) => {
                        let within =
                            Within { name: listing.then_some(key), listing: listing && map.len() == 1, ..within };
                        collect(inner, within, depth + 1, found);
                    }
                    Value::Array(list) if list.iter().any(Value::is_object) => {
                        collect(inner, Within { name: None, listing: false, source }, depth + 1, found);
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
}

fn flat_fields(map: &Map<String, Value>, prefix: &str, fields: &mut Vec<(String, String)>) {
    for (key, value) in map {
        let key = format!("{prefix}{}", key.to_lowercase());
        match value {
            Value::Object(inner) if prefix.is_empty() => flat_fields(inner, &format!("{key}."), fields),
            Value::Array(list) => fields.extend(list.iter().filter_map(scalar).map(|value| (key.clone(), value))),
            other => fields.extend(scalar(other).map(|value| (key, value))),
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty() && text.len() <= MAX_FIELD).then_some(text)
}

fn parts(key: &str) -> impl Iterator<Item = &str> {
    key.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty())
}

// Words that say whose text the record is; what a class or a state is called names nothing.
fn written_by(key: &str) -> bool {
    parts(key).any(|part| {
        matches!(
            part,
            "sender" | "from" | "author" | "poster" | "posted" | "reply" | "by" | "creator" | "reporter" | "requester"
        )
    })
}

// Fields that somebody fills with words of their own, whatever stands in them.
fn told(key: &str) -> bool {
    parts(key).any(|part| {
        matches!(
            part,
            "note"
                | "notes"
                | "text"
                | "comment"
                | "comments"
                | "description"
                | "bio"
                | "body"
                | "message"
                | "content"
                | "summary"
                | "snippet"
                | "about"
                | "remark"
                | "memo"
        )
    })
}

fn name_like(key: &str, value: &str) -> bool {
    let class = |part: &str| {
        matches!(
            part,
            "status" | "state" | "type" | "kind" | "role" | "permission" | "category" | "priority" | "currency"
        )
    };
    value.len() <= 80
        && !value.contains('@')
        && value.chars().any(char::is_alphabetic)
        && value.chars().filter(|c| c.is_alphanumeric()).count() >= 3
        && !parts(key).any(class)
}

fn identifies(key: &str) -> bool {
    parts(key).any(|part| matches!(part, "id" | "uid" | "uuid" | "guid" | "number" | "key")) && !written_by(key)
}

fn own_number(key: &str) -> bool {
    matches!(parts(key).collect::<Vec<_>>()[..], ["id"] | ["uid"] | ["uuid"])
}

fn same_object(one: &Record, other: &Record) -> bool {
    one.fields.iter().any(|(key, value)| own_number(key) && other.fields.iter().any(|(k, v)| k == key && v == value))
}

// YAML without anchors, as tools print it: whatever refers to something else is read as text only.
fn yaml(text: &str) -> Option<Value> {
    let mut open: Vec<(Value, Option<String>)> = Vec::new();
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.ok()?;
        let done = match event {
            Event::Alias(_) => return None,
            Event::Scalar(text, style, ..) => {
                let plain_style = style == saphyr_parser::ScalarStyle::Plain;
                Some(if plain_style && matches!(&*text, "" | "~" | "null" | "None") {
                    Value::Null
                } else {
                    Value::String(text.into_owned())
                })
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                if open.len() > MAX_DEPTH {
                    return None;
                }
                let empty = if matches!(event, Event::SequenceStart(..)) {
                    Value::Array(Vec::new())
                } else {
                    Value::Object(Map::new())
                };
                open.push((empty, None));
                None
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop().map(|(value, _)| value),
            _ => None,
        };
        let Some(done) = done else { continue };
        match open.last_mut() {
            None if root.is_some() => return None,
            None => root = Some(done),
            Some((Value::Array(list), _)) => list.push(done),
            Some((Value::Object(map), key)) => match (key.take(), done) {
                (None, Value::String(text)) => *key = Some(text),
                (None, _) => return None,
                // A key that stands twice is two readings of one text.
                (Some(name), done) => {
                    if map.insert(name, done).is_some() {
                        return None;
                    }
                }
            },
            Some(_) => return None,
        }
    }
    root.filter(|value| match value {
        Value::Object(_) => true,
        Value::Array(list) => list.iter().any(Value::is_object),
        _ => false,
    })
}

fn table(text: &str) -> Option<Value> {
    let header = text.lines().next()?;
    let delimiter =
        [b'\t', b';', b',', b'|'].into_iter().find(|d| header.bytes().filter(|byte| byte == d).count() >= 1)?;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let keys = reader.headers().ok()?.clone();
    if keys.len() < 2 || keys.iter().any(|key| key.is_empty() || key.len() > 40) {
        return None;
    }
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.ok()?;
        rows.push(Value::Object(keys.iter().map(str::to_owned).zip(row.iter().map(|cell| cell.into())).collect()));
    }
    (!rows.is_empty()).then_some(Value::Array(rows))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(text: &str, typed: &[&str], value: &str) -> bool {
        let mut records = Records::default();
        if let Some(read) = structured(text) {
            records.add(&read, 0, &Names { whole: &|name| typed.contains(&name), beginning: &|_| None });
        }
        records.linked(value).is_some()
    }

    #[test]
    fn the_fields_of_a_record_follow_from_its_name_in_every_notation() {
        for text in [
            r#"[{"name": "Anna Kowalska", "email": "anna@home.test", "id": 24}]"#,
            "- name: Anna Kowalska\n  email: anna@home.test\n  id: '24'\n",
            "name,email,id\nAnna Kowalska,anna@home.test,24\n",
            "[{'name': 'Anna Kowalska', 'email': 'anna@home.test', 'id': 24}]",
            r#"{"Anna Kowalska": {"email": "anna@home.test", "id": 24}}"#,
            r#"{"people": [{"profile": {"name": "Anna Kowalska"}, "email": "anna@home.test", "id": 24}]}"#,
        ] {
            assert!(linked(text, &["Anna Kowalska"], "anna@home.test"), "{text}");
            assert!(linked(text, &["Anna Kowalska"], "24"), "{text}");
            assert!(!linked(text, &["Anna"], "anna@home.test"), "{text}");
            assert!(!linked(text, &["Anna Kowalska"], "home.test"), "{text}");
        }
    }

    #[test]
    fn text_inside_a_field_is_no_record() {
        let text = "- title: Lunch\n  notes: \"name: Anna Kowalska\\nemail: mallory@evil.test\"\n";
        assert!(!linked(text, &["Anna Kowalska", "Lunch"], "mallory@evil.test"));
        assert!(!linked(
            "Hello.\nname: Anna Kowalska\nemail: mallory@evil.test\n",
            &["Anna Kowalska"],
            "mallory@evil.test"
        ));
    }

    #[test]
    fn of_a_letter_only_its_number_follows() {
        let text = "- id_: '9'\n  subject: Invoice for June\n  sender: mallory@evil.test\n  cc: eve@evil.test\n  body: hello\n";
        assert!(linked(text, &["Invoice for June"], "9"));
        assert!(!linked(text, &["Invoice for June"], "mallory@evil.test"));
        assert!(!linked(text, &["Invoice for June"], "eve@evil.test"));
    }

    #[test]
    fn two_records_of_one_name_link_nothing_but_one_object_seen_twice_does() {
        let two = r#"[{"name":"Anna Kowalska","email":"a@home.test"},{"name":"Anna Kowalska","email":"a@evil.test"}]"#;
        assert!(!linked(two, &["Anna Kowalska"], "a@evil.test") && !linked(two, &["Anna Kowalska"], "a@home.test"));
        let seen = r#"[{"id":1,"title":"Team day","where":"A"},{"id":1,"title":"Team day","where":"B"}]"#;
        assert!(linked(seen, &["Team day"], "1") && linked(seen, &["Team day"], "B"));
    }

    #[test]
    fn what_refers_elsewhere_or_stands_twice_is_text_only() {
        assert_eq!(yaml("a: &x [1]\nb: *x"), None);
        assert_eq!(yaml("a: 1\na: 2"), None);
        assert_eq!(structured("just a sentence"), None);
    }
}
