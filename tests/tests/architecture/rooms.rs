//! The rooms of the engine: which may call which. A call is a path into the room or a method of `Engine` that is defined
//! there. The table has no circle, because each room stands only on rooms above it in the list; an arrow that is allowed
//! and not used fails as well.

use crate::sources::{Source, below};
use std::collections::{BTreeMap, BTreeSet};

const ENGINE: &str = "src-tauri/crates/engine/src/";

/// Each room and those that it may call, from the lowest to the highest.
const ROOMS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("sources", &["base"]),
    ("rules", &["base", "sources"]),
    ("action", &["base", "sources", "rules"]),
    ("agents", &["base", "sources", "action"]),
    ("automation", &["base", "sources", "rules", "action"]),
    ("front", &["base", "sources", "rules", "action", "agents", "automation"]),
    // Shows the whole engine in a folder of its own.
    ("sample", &["base", "sources", "rules", "action", "automation", "front"]),
    // The crate's root, with `rooms.rs`: opens everything, and hands on what lower rooms tell.
    ("root", &["base", "sources", "action", "agents", "automation", "front", "sample"]),
];

fn room(source: &Source) -> &str {
    let path = source.path.strip_prefix(ENGINE).unwrap_or(&source.path);
    let first = path.split(['/', '.']).next().unwrap_or_default();
    if matches!(first, "lib" | "rooms") { "root" } else { first }
}

fn is_name(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

// The names of the methods of `Engine` that other files can call.
fn methods(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in code.split("impl Engine {").skip(1) {
        let body = part.split("\n}").next().unwrap_or_default();
        let begins = ["\n    pub fn ", "\n    pub async fn ", "\n    pub(crate) fn ", "\n    pub(crate) async fn "];
        for begin in begins {
            found.extend(body.split(begin).skip(1).filter_map(|rest| rest.split(|sign| !is_name(sign)).next()));
        }
    }
    found
}

// The names of the methods that are called on the engine, and the rooms that paths lead into.
fn called(code: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut methods = BTreeSet::new();
    for begin in ["self.", "engine.", "Engine(desk)."] {
        methods.extend(code.split(begin).skip(1).filter_map(|rest| {
            let end = rest.find(|sign| !is_name(sign))?;
            rest[end..].starts_with('(').then(|| rest[..end].to_owned())
        }));
    }
    let flat: String = code.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut paths = BTreeSet::new();
    for (name, _) in ROOMS {
        let starts = [format!("crate::{name}::"), format!(" {name}::"), format!("{{{name}::")];
        if starts.iter().any(|start| flat.contains(start.as_str())) {
            paths.insert((*name).to_owned());
        }
    }
    (methods, paths)
}

#[test]
fn rooms_of_the_engine_call_only_lower_rooms() {
    let sources: Vec<Source> = below(ENGINE, &["rs"]).into_iter().filter(|source| !source.is_test()).collect();
    let code: Vec<(&str, String)> = sources
        .iter()
        .map(|source| (room(source), source.code().into_iter().map(|(_, line)| format!("\n{line}")).collect()))
        .collect();
    let mut homes: BTreeMap<&str, &str> = BTreeMap::new();
    for (room, code) in &code {
        homes.extend(methods(code).into_iter().map(|name| (name, *room)));
    }
    assert!(homes.len() > 150, "the methods of the engine were not found: {}", homes.len());
    let mut used: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut lines: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (room, code) in &code {
        let (methods, paths) = called(code);
        let by_method = methods.iter().filter_map(|name| homes.get(name.as_str()).copied());
        let by_path = paths.iter().filter_map(|path| ROOMS.iter().map(|(name, _)| *name).find(|name| name == path));
        used.entry(room).or_default().extend(by_method.chain(by_path).filter(|to| to != room));
        let (files, count) = lines.entry(room).or_default();
        *files += 1;
        *count += code.lines().count();
    }
    let mut wrong = Vec::new();
    for (at, (room, allowed)) in ROOMS.iter().enumerate() {
        let found = used.remove(room).unwrap_or_default();
        let (files, count) = lines.get(room).copied().unwrap_or_default();
        println!(
            "{room:10} {files:3} files {count:5} lines, calls {}",
            found.iter().copied().collect::<Vec<_>>().join(", ")
        );
        wrong.extend(found.iter().filter(|to| !allowed.contains(to)).map(|to| format!("{room} calls {to}")));
        wrong.extend(
            allowed.iter().filter(|to| !found.contains(*to)).map(|to| format!("{room} may call {to} and does not")),
        );
        let lower: Vec<&str> = ROOMS[..at].iter().map(|(name, _)| *name).collect();
        wrong.extend(allowed.iter().filter(|to| !lower.contains(to)).map(|to| format!("{to} is no room below {room}")));
    }
    wrong.extend(used.keys().map(|room| format!("{room} is not in the list of rooms")));
    assert_eq!(wrong, Vec::<String>::new());
}
