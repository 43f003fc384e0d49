//! One condition of a rule, read against one call. The answer has more than two values, so that the two sides of a rule can
//! each take the safe one: an allow rule needs [`Reading::All`], a deny or ask rule holds unless [`Reading::Never`].
//! Where reading itself fails, that is an answer of its own, so that nobody takes a failure for a plain no.

use crate::address::{domain_of, host_of};
use assent_protocol::Condition;
use serde_json::Value;
use std::collections::BTreeMap;

/// What reading a condition found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// It surely holds for every element, and there is at least one.
    All,
    /// It holds for some element, or the code cannot tell.
    Some,
    /// It surely holds for no element.
    Never,
    /// It cannot be held against what stands there: the pointer is none, or the value is of another kind.
    Unread,
}

impl Reading {
    // Of two elements: a failure beside what holds is a failure; anything else that differs is neither all nor none.
    fn and(self, other: Reading) -> Reading {
        match (self, other) {
            (one, other) if one == other => one,
            (Reading::All, Reading::Unread) | (Reading::Unread, Reading::All) => Reading::Unread,
            _ => Reading::Some,
        }
    }
}

/// Reads `condition` against the arguments and the resolved paths of a call.
pub fn read(condition: &Condition, args: &Value, resolved: &BTreeMap<String, String>) -> Reading {
    Reader::new(args, resolved).read(condition)
}

/// One call, to be read by many conditions: what a pointer names is looked up once, however many rules name it.
pub struct Reader<'a> {
    args: &'a Value,
    resolved: &'a BTreeMap<String, String>,
    known: Vec<(String, Result<Vec<Element<'a>>, Reading>)>,
}

impl<'a> Reader<'a> {
    /// A reader of this call.
    pub fn new(args: &'a Value, resolved: &'a BTreeMap<String, String>) -> Self {
        Reader { args, resolved, known: Vec::new() }
    }

    /// Reads one condition.
    pub fn read(&mut self, condition: &Condition) -> Reading {
        let pointer = pointer(condition);
        let known = self.known.iter().position(|(known, _)| known == pointer).unwrap_or_else(|| {
            self.known.push((pointer.to_owned(), elements(pointer, self.args, self.resolved)));
            self.known.len() - 1
        });
        let elements = match &self.known[known].1 {
            Ok(elements) => elements,
            Err(reading) => return *reading,
        };
        let read = |one: &Element<'_>| one.value.map_or(Reading::Some, |value| element(condition, value, one));
        let mut readings = elements.iter().map(read);
        let Some(first) = readings.next() else { return Reading::Some };
        readings.fold(first, Reading::and)
    }
}

/// The JSON pointer of a condition, with `*` for each element.
pub fn pointer(condition: &Condition) -> &str {
    match condition {
        Condition::Equals { path, .. }
        | Condition::OneOf { path, .. }
        | Condition::UnderFolder { path, .. }
        | Condition::Host { path, .. }
        | Condition::Domain { path, .. }
        | Condition::AtMost { path, .. } => path,
    }
}

/// The names of an absolute path. None for a relative one, and for one with `.`, `..` or a NUL in it: what is not
/// resolved is not compared.
pub fn parts(path: &str) -> Option<Vec<&str>> {
    let names: Vec<&str> = path.strip_prefix('/')?.split('/').filter(|name| !name.is_empty()).collect();
    (!path.contains('\0') && !names.iter().any(|name| matches!(*name, "." | ".."))).then_some(names)
}

fn element(condition: &Condition, value: &Value, at: &Element<'_>) -> Reading {
    let path = at.path;
    match condition {
        Condition::Equals { value: wanted, .. } => one_of(std::slice::from_ref(wanted), value, path),
        Condition::OneOf { values, .. } => one_of(values, value, path),
        Condition::UnderFolder { folder, .. } => match at.parts.as_deref().filter(|_| value.is_string()) {
            Some(parts) => match at.path.filter(|path| at.straight && straight(folder) && path.len() > 1) {
                Some(path) => straight_under(folder, path),
                None => under(folder, parts),
            },
            None => Reading::Unread,
        },
        Condition::Host { host, .. } => match value.as_str().and_then(host_of) {
            Some(found) => address(&found.host, found.port.is_none(), host),
            None => Reading::Unread,
        },
        Condition::Domain { domain, .. } => match value.as_str().and_then(domain_of) {
            Some(found) => address(&found, true, domain),
            None => Reading::Unread,
        },
        Condition::AtMost { bound, .. } => at_most(value, *bound),
    }
}

fn one_of(wanted: &[Value], value: &Value, path: Option<&str>) -> Reading {
    if wanted.iter().any(|wanted| same(wanted, value)) {
        return Reading::All;
    }
    // The same file by another spelling: not surely what the user meant to allow, and not surely another one.
    let by_path = path.is_some_and(|path| wanted.iter().any(|wanted| wanted.as_str() == Some(path)));
    if by_path { Reading::Some } else { Reading::Never }
}

// 1 and 1.0 are the same number, so that a deny on one is not evaded with the other.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

// The folder itself does not lie in the folder: a rule for what is inside must not move the whole of it away.
// And what is done to a folder above is done to this one, so it is not surely elsewhere either.
fn under(folder: &str, path: &[&str]) -> Reading {
    let Some(rest) = folder.strip_prefix('/').filter(|rest| !rest.contains('\0')) else { return Reading::Unread };
    let (mut depth, mut apart) = (0, false);
    for name in rest.split('/').filter(|name| !name.is_empty()) {
        if matches!(name, "." | "..") {
            return Reading::Unread;
        }
        apart |= path.get(depth).is_some_and(|found| *found != name);
        depth += 1;
    }
    match (apart, path.len() > depth) {
        (true, _) => Reading::Never,
        (false, true) => Reading::All,
        (false, false) => Reading::Some,
    }
}

// Whether a path has nothing that could be left out: then it can be compared as it is written, which hundreds of rules
// are against each call.
fn straight(path: &str) -> bool {
    let (mut before, mut odd) = (0, false);
    for byte in path.bytes() {
        odd |= byte == 0 || before == b'/' && (byte == b'/' || byte == b'.');
        before = byte;
    }
    path.starts_with('/') && before != b'/' && !odd
}

// What `under` says of two straight paths.
fn straight_under(folder: &str, path: &str) -> Reading {
    let below = |above: &str, below: &str| {
        below.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if below(folder, path) && path.len() > folder.len() {
        Reading::All
    } else if below(path, folder) {
        Reading::Some
    } else {
        Reading::Never
    }
}

fn address(found: &str, plain: bool, wanted: &str) -> Reading {
    if found == wanted && plain {
        Reading::All
    } else if found.trim_end_matches('.') == wanted.to_ascii_lowercase().trim_end_matches('.') {
        Reading::Some
    } else {
        Reading::Never
    }
}

fn at_most(value: &Value, bound: i64) -> Reading {
    // A negative amount could turn the meaning of the call around.
    let within = match value.as_i64() {
        Some(number) => (number >= 0, number <= bound),
        None => match value.as_f64() {
            Some(number) => (number >= 0.0, number <= bound as f64),
            None => return Reading::Unread,
        },
    };
    match within {
        (true, true) => Reading::All,
        (false, _) => Reading::Unread,
        (true, false) => Reading::Never,
    }
}

// A place that a pointer names: its value if there is one, and the path it resolves to, as text and by its names.
struct Element<'a> {
    value: Option<&'a Value>,
    path: Option<&'a str>,
    parts: Option<Vec<&'a str>>,
    straight: bool,
}

// Every place that the pointer names. What is not there at all is no failure: the call says nothing about it. A pointer
// that is none, and something else where a list should be, is one.
fn elements<'a>(
    pointer: &str,
    args: &'a Value,
    resolved: &'a BTreeMap<String, String>,
) -> Result<Vec<Element<'a>>, Reading> {
    let mut found: Vec<(String, Option<&'a Value>)> = vec![(String::new(), Some(args))];
    let names = match pointer {
        "" => None,
        pointer => Some(pointer.strip_prefix('/').ok_or(Reading::Unread)?.split('/')),
    };
    for name in names.into_iter().flatten() {
        let mut next = Vec::new();
        for (place, value) in found {
            if name == "*" {
                let list = value.ok_or(Reading::Some)?.as_array().ok_or(Reading::Unread)?;
                next.extend(list.iter().enumerate().map(|(n, item)| (format!("{place}/{n}"), Some(item))));
            } else {
                let child = value.and_then(|value| value.pointer(&format!("/{name}")));
                next.push((format!("{place}/{name}"), child));
            }
        }
        found = next;
    }
    let element = |(place, value): (String, Option<&'a Value>)| {
        let path = resolved.get(&place).map(String::as_str);
        Element { value, path, parts: path.and_then(parts), straight: path.is_some_and(straight) }
    };
    Ok(found.into_iter().map(element).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_says_what_the_long_way_says() {
        let names = ["", "a", "b", "a b", ".", "..", ".a", "ab"];
        let mut paths = vec!["/".to_owned(), "a".to_owned(), "/a/b/a b/ab".to_owned(), "/a\0".to_owned()];
        for one in names {
            for other in names {
                paths.push(format!("/{one}/{other}"));
                paths.push(format!("/a/{one}/{other}"));
            }
        }
        for path in paths.iter().filter(|path| straight(path) && path.len() > 1) {
            let Some(names) = parts(path) else { panic!("{path} is straight and has no names") };
            for folder in paths.iter().filter(|folder| straight(folder)) {
                assert_eq!(straight_under(folder, path), under(folder, &names), "{path} in {folder}");
            }
        }
    }
}
