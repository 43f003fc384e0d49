//! The one catalogue of every text a person reads, shared with the window: `texts/en/*.json`, a file an area,
//! flat keys, `{name}` for what is filled in. A second language is a second folder.

use std::{collections::HashMap, sync::OnceLock};

const ENGLISH: &[&str] = &[
    include_str!("../texts/en/core.json"),
    include_str!("../texts/en/policy.json"),
    include_str!("../texts/en/tools.json"),
    include_str!("../texts/en/mcp.json"),
    include_str!("../texts/en/web.json"),
    include_str!("../texts/en/mail.json"),
    include_str!("../texts/en/calendar.json"),
    include_str!("../texts/en/elsewhere.json"),
    include_str!("../texts/en/trading.json"),
    include_str!("../texts/en/sample.json"),
    include_str!("../texts/en/agents.json"),
    include_str!("../texts/en/planner.json"),
    include_str!("../texts/en/engine.json"),
    include_str!("../texts/en/automation.json"),
    include_str!("../texts/en/cli.json"),
    include_str!("../texts/en/desktop.json"),
    include_str!("../texts/en/ui.json"),
];

fn catalogue() -> &'static HashMap<String, String> {
    static CATALOGUE: OnceLock<HashMap<String, String>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        ENGLISH.iter().filter_map(|file| serde_json::from_str::<HashMap<String, String>>(file).ok()).flatten().collect()
    })
}

/// The text for `key` with each `{name}` replaced by its value. A key that is missing is returned itself,
/// so that a gap is seen and nothing fails.
///
/// A value with `count` picks `key.one` when it is exactly `1` and that key exists.
///
/// ```
/// use assent_protocol::texts::say;
/// assert_eq!(say("core.mode.semi", &[]), "semi-autonomous");
/// ```
pub fn say(key: &str, values: &[(&str, &str)]) -> String {
    let one = values.iter().any(|(name, value)| *name == "count" && *value == "1");
    let found = one.then(|| catalogue().get(&format!("{key}.one"))).flatten().or_else(|| catalogue().get(key));
    let Some(template) = found else { return key.to_owned() };
    fill(template, values)
}

/// Whether the catalogue has `key`.
pub fn has(key: &str) -> bool {
    catalogue().contains_key(key)
}

fn fill(template: &str, values: &[(&str, &str)]) -> String {
    // One pass, so that a value that itself holds `{name}` is never filled again.
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else { break };
        let name = &rest[open + 1..open + close];
        match values.iter().find(|(n, _)| *n == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&rest[open..=open + close]),
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_catalogue_reads_and_no_key_stands_twice() {
        let mut seen = HashMap::new();
        for file in ENGLISH {
            let keys: HashMap<String, String> = serde_json::from_str(file).expect("a catalogue file is not flat JSON");
            for key in keys.into_keys() {
                assert_eq!(seen.insert(key.clone(), ()), None, "{key} stands twice");
            }
        }
    }

    #[test]
    fn a_value_is_never_filled_a_second_time() {
        assert_eq!(fill("{a} {b}", &[("a", "{b}"), ("b", "x")]), "{b} x");
    }
}
