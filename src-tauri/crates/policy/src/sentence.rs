//! A rule as the one sentence that the user approves. It says everything the rule tests.

use assent_protocol::{Condition, RuleAnswer, RuleDraft, Scope, canonical::canonical, texts, visible::visible};
use serde_json::Value;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// Characters of a value that are spelled out; a rule keeps the whole of it.
const VALUE_CHARS: usize = 300;
/// Items of a batch that are named.
const ITEMS_NAMED: usize = 2;

/// "Allow moving files within /home/ada/Downloads for 30 days." `now` turns the end into a number of days.
pub fn sentence(draft: &RuleDraft, now: i64) -> String {
    let answer = match draft.answer {
        RuleAnswer::Allow => "policy.rule.allow",
        RuleAnswer::Ask => "policy.rule.ask",
        RuleAnswer::Deny => "policy.rule.deny",
    };
    let mut what = tool(&draft.tool);
    for phrase in phrases(draft, now) {
        what.push(' ');
        what.push_str(&phrase);
    }
    texts::say(answer, &[("what", &what)])
}

/// What a tool does, as a part of a sentence: "moving files".
pub(crate) fn tool(name: &str) -> String {
    let key = format!("policy.tool.{name}");
    if texts::has(&key) { texts::say(&key, &[]) } else { texts::say("policy.tool.other", &[("tool", &visible(name))]) }
}

fn phrases(draft: &RuleDraft, now: i64) -> Vec<String> {
    let mut phrases = match one_folder(&draft.conditions) {
        Some(folder) => vec![texts::say("policy.rule.within", &[("folder", &visible(folder))])],
        None => joined(draft.conditions.iter().map(condition).collect()),
    };
    if let Scope::Run { run } = draft.scope {
        phrases.push(texts::say("policy.rule.run", &[("run", &run.to_string())]));
    }
    if let Scope::Automation { automation } = draft.scope {
        phrases.push(texts::say("policy.rule.automation", &[("automation", &automation.to_string())]));
    }
    let mut counted = |key: &str, n: &dyn ToString| phrases.push(texts::say(key, &[("count", &n.to_string())]));
    if let Some(until) = draft.until {
        let left = until.saturating_sub(now).max(0);
        counted("policy.rule.days", &(left / DAY_MS + i64::from(left % DAY_MS > 0)));
    }
    if let Some(uses) = draft.uses_left {
        counted("policy.rule.uses", &uses);
    }
    if let Some(per_day) = draft.per_day {
        counted("policy.rule.per_day", &per_day);
    }
    if let Some(most) = draft.amount_per_day {
        let sum = format!("{}.{:02}", most / 100, (most % 100).abs());
        phrases.push(texts::say("policy.rule.amount_per_day", &[("sum", &sum)]));
    }
    phrases
}

// When every place lies in the same folder, it is named once.
fn one_folder(conditions: &[Condition]) -> Option<&str> {
    let folder = |condition: &Condition| match condition {
        Condition::UnderFolder { folder, .. } => Some(folder.clone()),
        _ => None,
    };
    let first = match conditions.first()? {
        Condition::UnderFolder { folder, .. } => folder,
        _ => return None,
    };
    conditions.iter().all(|condition| folder(condition).as_ref() == Some(first)).then_some(first)
}

fn joined(phrases: Vec<String>) -> Vec<String> {
    let and = texts::say("policy.rule.and", &[]);
    let mut out = Vec::new();
    for (n, phrase) in phrases.into_iter().enumerate() {
        if n > 0 && !is_direction(&phrase) {
            out.push(and.clone());
        }
        out.push(phrase);
    }
    out
}

// "from within A into B" needs no "and".
fn is_direction(phrase: &str) -> bool {
    let into = texts::say("policy.rule.into", &[("folder", "")]);
    phrase.starts_with(into.trim_end())
}

fn condition(condition: &Condition) -> String {
    let say = |key: &str, values: &[(&str, &str)]| texts::say(key, values);
    match condition {
        Condition::Equals { path, value } if path.is_empty() => say("policy.rule.exact", &[("value", &call(value))]),
        Condition::Equals { path, value } => {
            say("policy.rule.equals", &[("field", &field(path)), ("value", &shown(value))])
        }
        Condition::OneOf { path, values } => {
            let values = values.iter().map(shown).collect::<Vec<_>>().join(", ");
            say("policy.rule.one_of", &[("field", &field(path)), ("values", &values)])
        }
        Condition::UnderFolder { path, folder } => {
            let key = match path.rsplit('/').next() {
                Some("from") => "policy.rule.from",
                Some("to") => "policy.rule.into",
                _ => "policy.rule.within",
            };
            say(key, &[("folder", &visible(folder))])
        }
        Condition::Host { host, .. } => say("policy.rule.host", &[("host", &visible(host))]),
        Condition::Domain { domain, .. } => say("policy.rule.domain", &[("domain", &visible(domain))]),
        Condition::AtMost { path, bound } => {
            say("policy.rule.at_most", &[("field", &field(path)), ("bound", &bound.to_string())])
        }
    }
}

// `/items/*/to` reads as "items to".
fn field(pointer: &str) -> String {
    let names: Vec<&str> = pointer.split('/').filter(|name| !name.is_empty() && *name != "*").collect();
    visible(&names.join(" "))
}

// A batch reads as its first items: a person does not read braces, and the rule keeps the whole of it.
fn call(value: &Value) -> String {
    let fields = value.as_object().map(|fields| fields.values().collect::<Vec<_>>()).unwrap_or_default();
    let [Value::Array(items)] = fields[..] else { return shown(value) };
    let Some(named) = items.iter().take(ITEMS_NAMED).map(item).collect::<Option<Vec<_>>>() else { return shown(value) };
    let mut text = named.join("; ");
    if items.len() > ITEMS_NAMED {
        let more = (items.len() - ITEMS_NAMED).to_string();
        text = texts::say("policy.rule.more_items", &[("items", &text), ("count", &more)]);
    }
    text
}

fn item(value: &Value) -> Option<String> {
    let text = |value: &Value| Some(visible(value.as_str()?));
    match value {
        Value::Object(fields) => Some(fields.values().map(text).collect::<Option<Vec<_>>>()?.join(" → ")),
        other => text(other),
    }
}

fn shown(value: &Value) -> String {
    let text = canonical(value);
    let whole = text.chars().count();
    let kept: String = text.chars().take(VALUE_CHARS).collect();
    if whole <= VALUE_CHARS {
        return visible(&kept);
    }
    let rest = (whole - VALUE_CHARS).to_string();
    texts::say("policy.rule.long_value", &[("value", &visible(&kept)), ("count", &rest)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use assent_protocol::RunId;
    use serde_json::json;

    fn check(tool: &str, conditions: Vec<Condition>, expected: &str) {
        let draft = RuleDraft {
            answer: RuleAnswer::Allow,
            tool: tool.into(),
            definition: "d".into(),
            conditions,
            scope: Scope::Everywhere,
            until: Some(30 * DAY_MS + 7),
            uses_left: None,
            per_day: None,
            amount_per_day: None,
        };
        assert_eq!(sentence(&draft, 7), expected);
    }

    fn under(path: &str, folder: &str) -> Condition {
        Condition::UnderFolder { path: path.into(), folder: folder.into() }
    }

    #[test]
    fn a_rule_reads_as_one_sentence() {
        let down = "/home/ada/Downloads";
        check(
            "files.move",
            vec![under("/items/*/from", down), under("/items/*/to", down)],
            "Allow moving files within /home/ada/Downloads for 30 days.",
        );
        check(
            "files.move",
            vec![under("/items/*/from", down), under("/items/*/to", "/home/ada/Pictures")],
            "Allow moving files from within /home/ada/Downloads into /home/ada/Pictures for 30 days.",
        );
        check("todos.add", vec![], "Allow adding to-dos for 30 days.");
        check(
            "todos.add",
            vec![Condition::Equals { path: String::new(), value: json!({"text": "buy\nmilk\u{202e}"}) }],
            "Allow adding to-dos exactly as in {\"text\":\"buy\\nmilk\\u{202e}\"} for 30 days.",
        );
        check(
            "shop.order",
            vec![
                Condition::Host { path: "/shop".into(), host: "shop.test".into() },
                Condition::AtMost { path: "/amount".into(), bound: 20 },
            ],
            "Allow the tool shop.order at the host shop.test and where \"amount\" is at most 20 for 30 days.",
        );
    }

    #[test]
    fn scope_and_counts_are_in_the_sentence() {
        let draft = RuleDraft {
            answer: RuleAnswer::Deny,
            tool: "files.trash".into(),
            definition: "d".into(),
            conditions: vec![under("/paths/*", "/home/ada/tax")],
            scope: Scope::Run { run: RunId(3) },
            until: Some(DAY_MS),
            uses_left: Some(1),
            per_day: Some(2),
            amount_per_day: None,
        };
        assert_eq!(
            sentence(&draft, 1),
            "Never allow moving files to the trash within /home/ada/tax in run r3 for 1 day once at most 2 times a day."
        );
    }

    #[test]
    fn a_long_value_says_how_much_is_left_out() {
        let value = Condition::Equals { path: "/text".into(), value: json!("x".repeat(1000)) };
        assert!(condition(&value).ends_with("and 702 more characters"), "{}", condition(&value));
    }
}
