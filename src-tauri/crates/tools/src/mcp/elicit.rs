//! What a server asks the person while one of its tools is under way: shown as a third party's words, answered in text,
//! checked against the form that the server wants, and refused where it asks for a secret.

use crate::words::say;
use assent_protocol::visible::{visible, visible_lines};
use serde_json::{Map, Value};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Words of a field that asks for a secret. A server has no business with one; its own go to the keychain.
const SECRET: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "pin",
    "cvv",
    "cvc",
    "cardnumber",
    "creditcard",
    "ssn",
    "otp",
    "mfa",
    "seedphrase",
    "recoverycode",
];
/// What is kept of a server's words.
const MOST_TEXT: usize = 2_000;
/// Fields of one form.
const MOST_FIELDS: usize = 20;

/// A question of a server.
#[derive(Debug, Clone)]
pub struct Elicited {
    /// The server's name.
    pub server: String,
    /// Its words.
    pub message: String,
    /// What it wants, as JSON Schema of a flat object.
    pub schema: Value,
    /// The mark that stops the run whose call is under way; it tells which run that is.
    pub stop: Arc<AtomicBool>,
    /// Set once nobody waits for the answer any more.
    pub over: Arc<AtomicBool>,
}

/// What the person made of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The form, filled in.
    Accept(Value),
    /// No.
    Decline,
    /// Nobody answered.
    Cancel,
}

impl Elicited {
    /// Whether nobody waits for the answer any more.
    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst) || self.stop.load(Ordering::SeqCst)
    }

    /// Why it is not shown at all: a form that asks for a secret, or none that a person could fill in.
    pub fn refused(&self) -> Option<String> {
        let fields = self.fields();
        if fields.len() > MOST_FIELDS {
            return Some(say("mcp.elicit.too_many", &[]));
        }
        let asks = |text: &str| {
            let flat: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
            let words: Vec<String> = words(text);
            SECRET.iter().any(|word| if word.len() > 4 { flat.contains(word) } else { words.iter().any(|w| w == word) })
        };
        let secret = fields.iter().find(|(name, field)| {
            asks(name) || ["title", "description"].iter().any(|key| field[*key].as_str().is_some_and(asks))
        });
        match secret {
            Some((name, _)) => Some(say("mcp.elicit.secret", &[("field", &visible(name))])),
            // A form without fields is a plain question; its words count then.
            None if asks(&self.message) => Some(say("mcp.elicit.secret", &[("field", &visible(&self.message))])),
            None => None,
        }
    }

    /// The question as the person reads it.
    pub fn question(&self) -> String {
        let shown: String = visible_lines(&self.message).join("\n").chars().take(MOST_TEXT).collect();
        let mut text = say("mcp.elicit.question", &[("server", &visible(&self.server)), ("text", &shown)]);
        let fields = self.fields();
        for (name, field) in &fields {
            text.push_str("\n\u{2022} ");
            text.push_str(&described(name, field, self.needed(name)));
        }
        let how = match fields.len() {
            0 => "mcp.elicit.how_none",
            1 => "mcp.elicit.how_one",
            _ => "mcp.elicit.how_many",
        };
        format!("{text}\n{}", say(how, &[]))
    }

    /// Reads the person's answer: `no`, a JSON object, `name: value` lines, or the value of the only field.
    ///
    /// # Errors
    /// A sentence that says what does not fit; the question stays open.
    pub fn read(&self, text: &str) -> Result<Reply, String> {
        let text = text.trim();
        if ["no", "decline", "nein"].contains(&text.to_lowercase().as_str()) {
            return Ok(Reply::Decline);
        }
        let fields = self.fields();
        let mut form = Map::new();
        if text.starts_with('{') {
            form = serde_json::from_str(text)
                .map_err(|error| say("mcp.elicit.not_json", &[("because", &error.to_string())]))?;
        } else if let [(name, field)] = fields.as_slice() {
            form.insert(name.clone(), typed(field, strip_name(text, name)));
        } else {
            for line in text.lines().filter(|line| !line.trim().is_empty() && !fields.is_empty()) {
                let (name, value) = line.split_once(':').ok_or_else(|| say("mcp.elicit.how_many", &[]))?;
                let (name, field) = fields
                    .iter()
                    .find(|(known, _)| known.eq_ignore_ascii_case(name.trim()))
                    .ok_or_else(|| say("mcp.elicit.no_field", &[("field", &visible(name.trim()))]))?;
                form.insert(name.clone(), typed(field, value.trim()));
            }
        }
        // What the person leaves out is what the server said it would take then.
        for (name, field) in fields.iter().filter(|(_, field)| !field["default"].is_null()) {
            form.entry(name.clone()).or_insert_with(|| field["default"].clone());
        }
        let form = Value::Object(form);
        match jsonschema::validate(&self.schema, &form) {
            Ok(()) => Ok(Reply::Accept(form)),
            Err(error) => Err(say("mcp.elicit.does_not_fit", &[("because", &visible(&error.to_string()))])),
        }
    }

    fn fields(&self) -> Vec<(String, Value)> {
        let fields = self.schema["properties"].as_object();
        fields.map(|map| map.iter().map(|(name, field)| (name.clone(), field.clone())).collect()).unwrap_or_default()
    }

    fn needed(&self, name: &str) -> bool {
        self.schema["required"].as_array().is_some_and(|list| list.iter().any(|one| one == name))
    }
}

fn words(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut lower = false;
    for c in text.chars() {
        if !c.is_alphanumeric() || (lower && c.is_uppercase()) {
            found.push(String::new());
        }
        if c.is_alphanumeric() {
            lower = c.is_lowercase();
            found.last_mut().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
    }
    found
}

fn strip_name<'a>(text: &'a str, name: &str) -> &'a str {
    match text.split_once(':') {
        Some((before, after)) if before.trim().eq_ignore_ascii_case(name) => after.trim(),
        _ => text,
    }
}

fn typed(field: &Value, text: &str) -> Value {
    match field["type"].as_str() {
        Some("boolean") => match text.to_lowercase().as_str() {
            "yes" | "true" => Value::Bool(true),
            "no" | "false" => Value::Bool(false),
            _ => Value::String(text.to_owned()),
        },
        Some("integer" | "number") => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned())),
        Some("array") => text.split(',').map(|part| Value::String(part.trim().to_owned())).collect(),
        _ => Value::String(text.to_owned()),
    }
}

fn described(name: &str, field: &Value, needed: bool) -> String {
    let mut about = vec![field["type"].as_str().unwrap_or("string").to_owned()];
    about.extend(["title", "description"].iter().filter_map(|key| field[*key].as_str().map(str::to_owned)));
    if let Some(choices) = field["enum"].as_array() {
        about.push(choices.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" | "));
    }
    if !needed {
        about.push(say("mcp.elicit.optional", &[]));
    }
    let about: String = visible(&about.join(", ")).chars().take(MOST_TEXT / 4).collect();
    format!("{} ({about})", visible(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(properties: Value) -> Elicited {
        Elicited {
            server: "System \u{2713}\u{202e}".into(),
            message: "Which colour?".into(),
            schema: json!({"type": "object", "properties": properties}),
            stop: Arc::default(),
            over: Arc::default(),
        }
    }

    #[test]
    fn card_14_a_question_names_its_server_as_a_third_party_with_nothing_hidden() {
        let text = asked(json!({"colour": {"type": "string"}})).question();
        assert!(text.contains("third-party server") && text.contains("\\u{202e}"), "{text}");
    }

    #[test]
    fn mcp_10_a_form_that_asks_for_a_secret_is_refused() {
        for name in ["password", "apiKey", "API_KEY", "accessToken", "pin", "userPin", "credit-card"] {
            assert!(asked(json!({name: {"type": "string"}})).refused().is_some(), "{name}");
        }
        let titled = json!({"x": {"type": "string", "title": "Your pass phrase"}});
        assert!(asked(titled).refused().is_some());
        for name in ["colour", "opinion", "shipping", "company"] {
            assert_eq!(asked(json!({name: {"type": "string"}})).refused(), None, "{name}");
        }
    }

    #[test]
    fn an_answer_is_read_as_the_form_wants_it_or_asked_again() {
        let one = asked(json!({"age": {"type": "integer"}}));
        assert_eq!(one.read("42"), Ok(Reply::Accept(json!({"age": 42}))));
        assert_eq!(one.read("age: 42"), Ok(Reply::Accept(json!({"age": 42}))));
        assert!(one.read("old").is_err());
        assert_eq!(one.read("no"), Ok(Reply::Decline));
        let two = asked(json!({"name": {"type": "string"}, "sure": {"type": "boolean"}}));
        assert_eq!(two.read("Name: Ola\nsure: yes"), Ok(Reply::Accept(json!({"name": "Ola", "sure": true}))));
        assert_eq!(two.read(r#"{"name":"Ola"}"#), Ok(Reply::Accept(json!({"name": "Ola"}))));
        assert!(two.read("nickname: Ola").is_err());
        let given = asked(json!({"name": {"type": "string", "default": "Ola"}, "n": {"type": "integer"}}));
        assert_eq!(given.read("n: 4"), Ok(Reply::Accept(json!({"n": 4, "name": "Ola"}))));
    }
}
