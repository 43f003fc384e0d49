//! What a person types to say yes to an escalation: the amount, the recipient, or the name of what it is about. It stands
//! on the card, and it is made from the arguments that are bound to the decision.

use assent_protocol::{Action, Destination, Effect, Preview, visible::visible};
use serde_json::Value;

/// Arguments that name a recipient, the most telling first.
const RECIPIENTS: [&str; 6] = ["to", "recipients", "recipient", "cc", "bcc", "address"];

/// What has to be typed to approve an escalation: the amount where there is one; the recipient or host of what leaves
/// this computer; else the last part of the first path; else the action's own id.
pub fn confirmation(action: &Action) -> String {
    if let Some((hundredths, currency)) = &action.facts.size.amount {
        return format!("{}.{:02} {currency}", hundredths / 100, hundredths.unsigned_abs() % 100);
    }
    let found = if leaves(action) { recipient(action) } else { None };
    let found = found.or_else(|| path(&action.args));
    let found = found.map(|text| visible(&text).trim().to_owned()).filter(|text| !text.is_empty());
    found.unwrap_or_else(|| action.id.to_string())
}

/// Whether the window has it typed; elsewhere it takes a button that is held.
pub(crate) fn typed_in_the_window(action: &Action) -> bool {
    action.facts.size.amount.is_some() || (leaves(action) && recipient(action).is_some())
}

/// Whether this is the deliberate yes. A button that was held in the window gives the card's own id.
pub(crate) fn confirms(action: &Action, typed: &str) -> bool {
    let typed = typed.trim();
    typed == confirmation(action) || (!typed_in_the_window(action) && typed == action.id.to_string())
}

fn leaves(action: &Action) -> bool {
    matches!(action.facts.effect, Effect::Send | Effect::Spend) || action.facts.destination != Destination::Here
}

fn recipient(action: &Action) -> Option<String> {
    let named = RECIPIENTS.iter().find_map(|name| first(&action.args[*name], &address));
    let shown = || match &action.preview {
        Preview::Fields { rows } => rows.iter().find_map(|(_, value)| address(value)),
        _ => None,
    };
    named.or_else(|| first(&action.args, &address)).or_else(|| first(&action.args, &host)).or_else(shown)
}

fn path(args: &Value) -> Option<String> {
    first(args, &|text: &str| {
        let path = text.trim_end_matches('/');
        let name = path.rsplit('/').next().filter(|name| !name.is_empty() && *name != "~")?;
        text.starts_with(['/', '~']).then(|| name.to_owned())
    })
}

// An address of mail, also in a list and with a name before it.
fn address(text: &str) -> Option<String> {
    if text.contains("://") {
        return None;
    }
    let part = text.split([',', ';']).map(str::trim).find(|part| part.contains('@'))?;
    let inner = part.rsplit_once('<').map_or(part, |(_, rest)| rest.trim_end_matches('>'));
    (!inner.contains(char::is_whitespace) && !inner.starts_with('@')).then(|| inner.to_owned())
}

fn host(text: &str) -> Option<String> {
    let rest = text.split_once("://")?.1;
    let host = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?;
    (!host.is_empty()).then(|| host.to_owned())
}

fn first(value: &Value, wanted: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    match value {
        Value::String(text) => wanted(text),
        Value::Array(list) => list.iter().find_map(|value| first(value, wanted)),
        Value::Object(fields) => fields.values().find_map(|value| first(value, wanted)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn named(args: &Value) -> [Option<String>; 3] {
        let to = RECIPIENTS.iter().find_map(|name| first(&args[*name], &address));
        [to.or_else(|| first(args, &address)), first(args, &host), path(args)]
    }

    #[test]
    fn the_recipient_the_host_and_the_name_are_read_from_the_arguments() {
        let check = |args: Value, wanted: [Option<&str>; 3]| {
            assert_eq!(named(&args), wanted.map(|text| text.map(str::to_owned)), "{args}");
        };
        check(json!({"to": ["anna@x.test"], "text": "b@y.test"}), [Some("anna@x.test"), None, None]);
        check(json!({"body": "c@z.test", "to": "Anna <anna@x.test>"}), [Some("anna@x.test"), None, None]);
        check(json!({"cc": ["a b@x"], "to": "x, d@x.test"}), [Some("d@x.test"), None, None]);
        check(json!({"url": "https://u@example.org:8/x?y"}), [None, Some("example.org:8"), None]);
        check(json!({"items": [{"from": "/home/u/a.txt", "to": "~/b"}]}), [None, None, Some("a.txt")]);
        check(json!({"path": "~/"}), [None, None, None]);
        check(json!({"path": "/srv/data/"}), [None, None, Some("data")]);
        check(json!({"line": "ls /etc"}), [None, None, None]);
    }
}
