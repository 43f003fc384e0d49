//! What each argument of a tool is for, by its schema, its name, its description and its value. Whatever is none of the
//! kinds that are known to be harmless counts as a target.

use super::words_of_name;
use crate::provenance::Known;
use assent_protocol::Effect;
use serde_json::Value;
use std::{fmt::Write, sync::Arc};
use words::{ADDRESSES, AMOUNTS, CLASSES, FILED, KEYED, LABELS, MOMENTS, NOTATIONS, PLACES, PROSE, SELECTS, WEB};

mod words;

/// What an argument is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Who, where or which: a person, an address, an account, the number or name of a thing. Also whatever is unknown.
    Target,
    /// The name or title of what is made.
    Label,
    /// Free text.
    Prose,
    /// A number of something.
    Amount,
    /// A day or a time.
    Moment,
    /// A word for how or how far ("permission": "read"), or for which of a thing's settings.
    Class,
    /// One of the schema's own words, or yes or no.
    Choice,
}

/// One value of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// JSON pointer.
    pub field: String,
    /// Its text.
    pub value: String,
    /// What it is for.
    pub kind: Kind,
    /// The words its field is called and described by.
    pub nouns: Arc<[String]>,
    /// Whether it is a person or an account that something is addressed to.
    pub addresses: bool,
    /// Whether it is an address that a tool goes to.
    pub place: bool,
    /// Whether it is a path or the name of a file.
    pub filed: bool,
    /// Whether it says by what they have in common which things are meant.
    pub selects: bool,
    /// The words that its schema has for it.
    pub choices: Arc<[String]>,
    /// Whether it says what is done.
    pub chooses: bool,
    /// Whether it is run as a program or a query.
    pub code: bool,
    /// Whether it is a sum of money or a number of something.
    pub number: Option<f64>,
    /// Whether the call needs it, or it says what holds anyway.
    pub usual: bool,
}

impl Leaf {
    /// The minutes of one of what its field counts: of each unit where it only says that it is a length of time, none
    /// where it is no length.
    pub fn lengths(&self) -> Vec<f64> {
        const UNITS: [(&str, f64); 6] = [
            ("second", 1.0 / 60.0),
            ("minute", 1.0),
            ("hour", 60.0),
            ("day", 1440.0),
            ("night", 1440.0),
            ("week", 10_080.0),
        ];
        let said = |word: &str| self.nouns.iter().any(|noun| noun.trim_end_matches('s') == word);
        let named: Vec<f64> = UNITS.iter().filter(|(unit, _)| said(unit)).map(|(_, minutes)| *minutes).collect();
        let long = ["duration", "length", "ttl", "lifetime", "retention", "timeout", "delay", "interval", "snooze"];
        if named.is_empty() && long.iter().any(|word| said(word)) {
            return UNITS.iter().map(|(_, minutes)| *minutes).collect();
        }
        named
    }
}

/// A property of a schema.
pub(super) struct Property<'a> {
    name: Vec<String>,
    said: Arc<[String]>,
    nouns: Arc<[String]>,
    schema: &'a Value,
    /// Whether a call without it is none.
    required: bool,
}

pub(super) fn properties(schema: &Value) -> Vec<Property<'_>> {
    let Some(map) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    map.iter().map(|(name, schema)| Property::new(name, schema)).collect()
}

impl<'a> Property<'a> {
    fn new(name: &str, schema: &'a Value) -> Property<'a> {
        let said = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        Property::called_and_described(name, words_of_name(said).into(), schema)
    }

    fn called_and_described(name: &str, said: Arc<[String]>, schema: &'a Value) -> Property<'a> {
        let name = words_of_name(name);
        let nouns = name.iter().chain(said.iter().take(12)).cloned().collect();
        Property { name, said, nouns, schema, required: false }
    }

    fn called(&self, words: &[&str]) -> bool {
        self.name.iter().any(|word| words.contains(&word.as_str()))
    }

    pub(super) fn chooses(&self) -> bool {
        self.called(&[
            "action",
            "operation",
            "op",
            "method",
            "command",
            "function",
            "fn",
            "tool",
            "verb",
            "endpoint",
            "do",
            "task",
            "intent",
            "procedure",
            "rpc",
        ]) && !self.called(&["id", "ids", "url"])
    }

    /// Whether it is a program or a query that is run.
    pub(super) fn code(&self) -> bool {
        self.called(&[
            "sql",
            "statement",
            "script",
            "code",
            "javascript",
            "js",
            "cypher",
            "mutation",
            "bash",
            "shell",
            "cmd",
        ])
    }

    /// Whether only its name speaks for a program, and it may as well be the code of a door or a country.
    pub(super) fn code_or_number(&self) -> bool {
        const PROGRAMS: &[&str] = &[
            "run",
            "runs",
            "execute",
            "executed",
            "evaluate",
            "evaluated",
            "program",
            "source",
            "snippet",
            "script",
            "python",
            "javascript",
            "typescript",
            "language",
            "function",
            "expression",
            "shell",
            "sql",
        ];
        let of_a_program = |word: &String| PROGRAMS.contains(&word.as_str());
        self.called(&["code"]) && !self.name.iter().chain(self.said.iter()).any(of_a_program)
    }

    /// Whether it is a query of a database.
    pub(super) fn sql(&self) -> bool {
        self.called(&["sql", "statement"])
    }

    /// Whether it may be a sum to work out as well as a program.
    pub(super) fn expression(&self) -> bool {
        self.called(&["expression", "expr", "formula", "equation"])
    }

    /// Whether it is what a model says to itself.
    pub(super) fn thought(&self) -> bool {
        self.called(&["thought", "thoughts", "reasoning"])
    }

    // The words that the schema has for its values.
    fn choices(&self) -> Arc<[String]> {
        let listed = |schema: &Value| schema.get("enum").and_then(Value::as_array).cloned();
        let found = listed(self.schema).or_else(|| self.schema.get("items").and_then(listed)).unwrap_or_default();
        found.iter().take(50).filter_map(|word| Some(word.as_str()?.to_owned())).collect()
    }

    pub(super) fn addresses(&self) -> bool {
        self.called(ADDRESSES) && !self.called(&["id", "subject"])
            || self.said.iter().take(12).any(|word| word == "recipients" || word == "participants")
    }

    pub(super) fn place(&self) -> bool {
        self.called(PLACES) || self.network_place()
    }

    pub(super) fn network_place(&self) -> bool {
        self.called(&[
            "url", "urls", "uri", "website", "webpage", "host", "hostname", "domain", "endpoint", "webhook", "href",
            "server",
        ]) || self
            .schema
            .get("format")
            .and_then(Value::as_str)
            .is_some_and(|format| matches!(format, "uri" | "url" | "hostname"))
    }

    fn choice(&self) -> bool {
        let one = |schema: &Value| {
            schema.get("enum").is_some() || schema.get("const").is_some() || schema["type"] == "boolean"
        };
        one(self.schema)
            || self.schema.get("items").is_some_and(one)
            || self.schema.get("anyOf").and_then(Value::as_array).is_some_and(|any| {
                any.iter().any(one) && any.iter().all(|schema| one(schema) || schema["type"] == "null")
            })
    }

    fn kind(&self, value: &Value, effect: Effect) -> Kind {
        let identifies = self.called(&["id", "ids", "uuid", "key", "iban", "account", "number", "phone", "username"]);
        if value.is_boolean() || (self.choice() && !identifies) {
            return Kind::Choice;
        }
        let text = value.as_str().unwrap_or_default();
        if identifies {
            return Kind::Target;
        }
        let word = text.len() <= 30
            && text.chars().all(|c| c.is_alphanumeric() || "._-/: ".contains(c))
            && text.split_whitespace().count() <= 2;
        let host = text.contains("://") || text.split('.').count() > 2;
        if word && !host && (self.called(NOTATIONS) && self.name.len() == 1 || self.chooses()) {
            return Kind::Choice;
        }
        if Known::is_moment(text) {
            return Kind::Moment;
        }
        if text.contains('@') && !text.contains(' ') || text.contains("://") {
            return Kind::Target;
        }
        if self.called(CLASSES) && text.split_whitespace().count() <= 3 && !text.contains(['@', '.', '/', ':']) {
            return Kind::Class;
        }
        if self.called(MOMENTS)
            || self.schema.get("format").and_then(Value::as_str).is_some_and(|f| f.starts_with("date") || f == "time")
        {
            return if text.split_whitespace().count() > 6 { Kind::Prose } else { Kind::Moment };
        }
        if self.called(ADDRESSES) || self.place() {
            // What is made is no place before it is made, and a file that is made is called by its path.
            let made = effect == Effect::Create
                && self.called(&["filename", "file", "path"])
                && !self.called(&["to", "folder", "directory"]);
            return if made { Kind::Label } else { Kind::Target };
        }
        // What a change is made to, said by what it has in common, is its target.
        if self.called(SELECTS) && !matches!(effect, Effect::Observe | Effect::Execute) {
            return Kind::Target;
        }
        if self.called(PROSE) {
            return Kind::Prose;
        }
        if self.called(LABELS) {
            return match effect {
                Effect::Create => Kind::Label,
                Effect::Send if self.called(&["title", "heading", "headline"]) => Kind::Label,
                _ => Kind::Target,
            };
        }
        if value.is_number() || self.called(AMOUNTS) && text.bytes().any(|byte| byte.is_ascii_digit()) {
            return Kind::Amount;
        }
        if sentence(text) {
            return Kind::Prose;
        }
        Kind::Target
    }
}

// Several words are a text, whatever the field is called: it is looked through for what it carries.
fn sentence(text: &str) -> bool {
    let words = text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    words >= 6
        || (words >= 3 && text.trim_end().ends_with(['.', '!', '?']))
        || (words >= 3 && text.trim().contains('\n'))
}

// "295037", "DE", "SPRING-25": nothing that a program could be written as.
fn one_token(text: &str) -> bool {
    text.len() <= 40 && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

/// The most values of one call that are looked at one by one.
pub const MAX_LEAVES: usize = 5_000;

/// Every value of a call with what it is for. Text that is itself JSON is looked into.
pub fn leaves(schema: &Value, args: &Value, effect: Effect) -> Vec<Leaf> {
    let mut found = Vec::new();
    let root = Property::called_and_described("", Arc::new([]), schema);
    walk(&root, args, effect, &mut String::new(), 0, &mut found);
    found
}

fn walk(
    property: &Property<'_>,
    value: &Value,
    effect: Effect,
    field: &mut String,
    depth: usize,
    found: &mut Vec<Leaf>,
) {
    if found.len() > MAX_LEAVES {
        return;
    }
    if depth > 64 {
        // Deeper than anybody reads: what is in there is looked through as one text, and acted on by nobody unasked.
        let mut whole = leaf(property, value, effect, field);
        whole.kind = Kind::Target;
        found.push(whole);
        return;
    }
    let length = field.len();
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let known = property.schema.get("properties").and_then(|all| all.get(key)).unwrap_or(&Value::Null);
                let mut named = Property::new(key, known);
                // What is inside an object that is described is described by it.
                if named.said.is_empty() {
                    named = Property::called_and_described(key, property.said.clone(), known);
                }
                let musts = property.schema.get("required").and_then(Value::as_array);
                named.required = musts.is_some_and(|musts| musts.iter().any(|must| must == key));
                let _ = write!(field, "/{}", key.replace('~', "~0").replace('/', "~1"));
                // Whom a right is given to can stand in a key; so can an address or a sentence.
                let given = known.is_null() && property.called(KEYED) && !property.called(&["id"]);
                if given || key.contains(['@', ' ']) || key.contains("://") {
                    let mut carrier = leaf(property, &Value::String(key.clone()), effect, field);
                    carrier.kind = Kind::Target;
                    found.push(carrier);
                }
                walk(&named, inner, effect, field, depth + 1, found);
                field.truncate(length);
            }
        }
        Value::Array(list) => {
            let items = property.schema.get("items").unwrap_or(&Value::Null);
            // The elements of a list are what the list is called.
            let element = Property {
                name: property.name.clone(),
                said: property.said.clone(),
                nouns: property.nouns.clone(),
                schema: items,
                required: true,
            };
            for (at, inner) in list.iter().enumerate() {
                let of = if items.is_null() || inner.is_string() || inner.is_number() { property } else { &element };
                let _ = write!(field, "/{at}");
                walk(of, inner, effect, field, depth + 1, found);
                field.truncate(length);
            }
        }
        Value::Null => {}
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => match serde_json::from_str::<Value>(text) {
            Ok(inner) if inner.is_object() || inner.is_array() => {
                let inside = Property {
                    schema: &Value::Null,
                    name: property.name.clone(),
                    said: property.said.clone(),
                    nouns: property.nouns.clone(),
                    required: true,
                };
                walk(&inside, &inner, effect, field, depth + 1, found);
                // Its keys go out with it.
                if property.called(PROSE) {
                    let mut raw = leaf(property, value, effect, field);
                    raw.kind = Kind::Prose;
                    found.push(raw);
                }
            }
            _ => found.push(leaf(property, value, effect, field)),
        },
        Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(leaf(property, value, effect, field)),
    }
}

fn leaf(property: &Property<'_>, value: &Value, effect: Effect, field: &str) -> Leaf {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let kind = property.kind(value, effect);
    let place = property.network_place() || kind != Kind::Prose && (text.contains("://") || property.called(WEB));
    Leaf {
        field: field.to_owned(),
        kind,
        nouns: property.nouns.clone(),
        addresses: property.addresses(),
        place,
        filed: property.called(FILED),
        selects: kind == Kind::Target && property.called(SELECTS),
        choices: property.choices(),
        chooses: property.chooses() && value.is_string(),
        code: (property.code() || property.expression())
            && value.is_string()
            && !(property.code_or_number() && one_token(&text)),
        number: value.as_f64().or_else(|| text.parse().ok()),
        usual: property.required || property.schema.get("default") == Some(value),
        value: text,
    }
}

#[cfg(test)]
mod tests;
