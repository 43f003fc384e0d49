//! Strict reading of a call's arguments and their one canonical spelling, which the digest is made over.
//! What other parsers could read differently is refused: duplicate keys, numbers out of range, lone surrogates, deep nesting.

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};
use std::fmt;

/// Nesting that is still read.
pub const MAX_DEPTH: usize = 64;
/// Bytes of arguments that are still read.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Why a text is not taken as a call's arguments.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Over [`MAX_BYTES`].
    #[error("the arguments are {0} bytes long; {MAX_BYTES} are read at most")]
    TooLong(usize),
    /// Not JSON, or JSON that parsers disagree about.
    #[error("the arguments are not strict JSON: {0}")]
    NotStrict(String),
    /// Not an object.
    #[error("the arguments are not a JSON object")]
    NotAnObject,
}

/// Reads `text` as an object, refusing whatever is ambiguous.
///
/// ```
/// use assent_protocol::canonical::parse;
/// assert!(parse(r#"{"a":1,"a":2}"#).is_err());
/// assert!(parse(r#"{"a":9007199254740993}"#).is_err());
/// assert_eq!(parse(r#"{"b":1,"a":"x"}"#).unwrap()["a"], "x");
/// ```
pub fn parse(text: &str) -> Result<Value, Malformed> {
    if text.len() > MAX_BYTES {
        return Err(Malformed::TooLong(text.len()));
    }
    depth(text)?;
    let Strict(value) = serde_json::from_str(text).map_err(|e| Malformed::NotStrict(e.to_string()))?;
    if value.is_object() { Ok(value) } else { Err(Malformed::NotAnObject) }
}

/// The canonical bytes: keys sorted, no space, the shortest escapes.
pub fn canonical(value: &Value) -> String {
    sorted(value).to_string()
}

/// Hex SHA-256 of several parts, each preceded by its length so that no two lists of parts collide.
pub fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize())
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by(|a, b| a.0.cmp(b.0));
            Value::Object(keys.into_iter().map(|(k, v)| (k.clone(), sorted(v))).collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

// Counted before the parse, so that no recursion depends on what was sent.
fn depth(text: &str) -> Result<(), Malformed> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for byte in text.bytes() {
        match (in_string, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (true, b'"') => in_string = false,
            (true, _) => {}
            (false, b'"') => in_string = true,
            (false, b'{' | b'[') => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return Err(Malformed::NotStrict(format!("nested deeper than {MAX_DEPTH}")));
                }
            }
            (false, b'}' | b']') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(())
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

const SAFE: i64 = 1 << 53;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::Bool(v))
    }
    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(Value::String(v.to_owned()))
    }
    fn visit_i64<E: de::Error>(self, v: i64) -> Result<Value, E> {
        if v.checked_abs().is_some_and(|v| v < SAFE) {
            Ok(v.into())
        } else {
            Err(E::custom("a whole number beyond 2^53"))
        }
    }
    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Value, E> {
        i64::try_from(v).map_err(|_| E::custom("a whole number beyond 2^53")).and_then(|v| self.visit_i64(v))
    }
    fn visit_f64<E: de::Error>(self, v: f64) -> Result<Value, E> {
        // -0 and 1e400 are spelled differently by other parsers.
        if v == 0.0 && v.is_sign_negative() {
            return Err(E::custom("the number -0"));
        }
        let number = Number::from_f64(v).ok_or_else(|| E::custom("a number out of range"))?;
        // What is kept is read again, and has to be the same number then.
        let again: Option<f64> = serde_json::from_str(&number.to_string()).ok();
        if again != Some(v) || (v.fract() == 0.0 && v.abs() > SAFE as f64) {
            return Err(E::custom("a number that parsers read differently"));
        }
        Ok(Value::Number(number))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = map.next_entry::<String, Strict>()? {
            if object.insert(key.clone(), value).is_some() {
                return Err(de::Error::custom(format!("the key {key:?} stands twice")));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bind_12_what_parsers_disagree_about_is_refused() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1e400}"#,
            r#"{"a":-0}"#,
            r#"{"a":-0.0}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":233333333233333333332}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":1}x"#,
            "[1]",
            "1",
            "",
            r#"{"a":NaN}"#,
        ] {
            assert!(parse(text).is_err(), "{text} was taken");
        }
        assert!(parse(&format!("{{\"a\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000))).is_err());
        assert!(parse(&format!("{{\"a\":\"{}\"}}", "x".repeat(10_000_000))).is_err());
    }

    #[test]
    fn key_order_does_not_change_the_canonical_bytes() {
        let a = parse(r#"{"b":{"y":1,"x":[2,1]},"a":"ż"}"#).unwrap();
        let b = parse(r#"{ "a" : "\u017c", "b":{"x":[2,1],"y":1}}"#).unwrap();
        assert_eq!(canonical(&a), canonical(&b));
        assert_eq!(canonical(&a), r#"{"a":"ż","b":{"x":[2,1],"y":1}}"#);
    }

    #[test]
    fn parts_that_join_to_the_same_text_have_different_digests() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }
}
