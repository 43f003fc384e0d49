//! Which of the user's rules match a call. In doubt an allow rule does not match and a deny or ask rule does,
//! so that nothing unreadable ever loosens anything.

use crate::conditions::{Reader, Reading, read};
use assent_protocol::{AutomationId, Condition, Rule, RuleAnswer, RuleDraft, RuleId, RunId, Scope};
use serde_json::Value;
use std::collections::BTreeMap;

/// One call as the rules see it.
#[derive(Debug, Clone, Copy)]
pub struct CallView<'a> {
    /// The tool's name.
    pub tool: &'a str,
    /// Hash of the tool's definition as it is now.
    pub definition: &'a str,
    /// The arguments.
    pub args: &'a Value,
    /// JSON pointer of an argument to the absolute path it resolves to, links followed.
    pub resolved: &'a BTreeMap<String, String>,
    /// The run it belongs to.
    pub run: RunId,
    /// The automation whose firing that run is.
    pub automation: Option<AutomationId>,
    /// What it spends, in hundredths, where that is known.
    pub amount: Option<i64>,
}

/// The rules that match, one for each answer: all that matters is whether there is one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Matched {
    /// An allow rule.
    pub allow: Option<RuleId>,
    /// An ask rule.
    pub ask: Option<RuleId>,
    /// A deny rule.
    pub deny: Option<RuleId>,
    /// An allow rule that could not be read against the call.
    pub unread: Option<RuleId>,
}

/// The rules that match `call` at `now`, whatever their order; of several the one with the lowest id.
pub fn matching(rules: &[Rule], call: &CallView<'_>, now: i64) -> Matched {
    let mut matched = Matched::default();
    let mut reader = Reader::new(call.args, call.resolved);
    for rule in rules {
        let slot = match (fits(rule, call, now, &mut reader), rule.draft.answer) {
            (Fit::No, _) => continue,
            (Fit::Unread, _) => &mut matched.unread,
            (Fit::Yes, RuleAnswer::Allow) => &mut matched.allow,
            (Fit::Yes, RuleAnswer::Ask) => &mut matched.ask,
            (Fit::Yes, RuleAnswer::Deny) => &mut matched.deny,
        };
        *slot = Some(slot.map_or(rule.id, |id| id.min(rule.id)));
    }
    matched
}

/// The programs that rules forbid or ask about where `call` is, whatever it starts: `denied`, `asked`. `call` names no
/// programs, so that a rule holds by its other conditions.
pub fn programs_kept(rules: &[Rule], call: &CallView<'_>, pointer: &str, now: i64) -> (Vec<String>, Vec<String>) {
    let (mut denied, mut asked) = (Vec::new(), Vec::new());
    let mut reader = Reader::new(call.args, call.resolved);
    for rule in rules.iter().filter(|rule| rule.draft.answer != RuleAnswer::Allow) {
        if fits(rule, call, now, &mut reader) != Fit::Yes {
            continue;
        }
        let names = if rule.draft.answer == RuleAnswer::Deny { &mut denied } else { &mut asked };
        for condition in &rule.draft.conditions {
            let values = match condition {
                Condition::Equals { path, value } if path.starts_with(pointer) => std::slice::from_ref(value),
                Condition::OneOf { path, values } if path.starts_with(pointer) => values.as_slice(),
                _ => continue,
            };
            names.extend(values.iter().filter_map(Value::as_str).map(str::to_owned));
        }
    }
    (denied, asked)
}

/// JSON pointers, with `*` for each element, of what a matching allow rule ties to a value: the user chose these once,
/// so that they are as good as typed. Only a rule that ends, by time or by count, does so.
pub fn pinned(rules: &[Rule], call: &CallView<'_>, now: i64) -> Vec<String> {
    let mut reader = Reader::new(call.args, call.resolved);
    let bounded = |draft: &RuleDraft| draft.until.is_some() || draft.uses_left.is_some();
    rules
        .iter()
        .filter(|rule| {
            rule.draft.answer == RuleAnswer::Allow
                && bounded(&rule.draft)
                && fits(rule, call, now, &mut reader) == Fit::Yes
        })
        .flat_map(|rule| &rule.draft.conditions)
        .filter_map(|condition| match condition {
            Condition::Equals { path, .. } | Condition::OneOf { path, .. } => Some(path.clone()),
            _ => None,
        })
        .collect()
}

/// Whether every condition of `draft` surely holds for a call, its definition, scope and limits aside.
/// This is what "would have matched" means for actions of the past.
pub fn covers(draft: &RuleDraft, tool: &str, args: &Value, resolved: &BTreeMap<String, String>) -> bool {
    draft.tool == tool && draft.conditions.iter().all(|condition| read(condition, args, resolved) == Reading::All)
}

#[derive(PartialEq)]
enum Fit {
    No,
    Unread,
    Yes,
}

fn fits(rule: &Rule, call: &CallView<'_>, now: i64, reader: &mut Reader<'_>) -> Fit {
    let draft = &rule.draft;
    let here = match draft.scope {
        Scope::Run { run } => run == call.run,
        Scope::Automation { automation } => call.automation == Some(automation),
        Scope::Everywhere => true,
    };
    if !rule.on || !here || draft.tool != call.tool || draft.until.is_some_and(|until| now >= until) {
        return Fit::No;
    }
    match draft.answer {
        RuleAnswer::Allow => {
            let in_force = draft.definition == call.definition
                && draft.uses_left != Some(0)
                && draft.per_day.is_none_or(|most| rule.used_today < most)
                && draft.amount_per_day.is_none_or(|most| within(rule.spent_today, call.amount, most));
            let mut unread = false;
            let may = in_force
                && draft.conditions.iter().all(|condition| {
                    let reading = reader.read(condition);
                    unread |= reading == Reading::Unread;
                    matches!(reading, Reading::All | Reading::Unread)
                });
            match (may, unread) {
                (false, _) => Fit::No,
                (true, true) => Fit::Unread,
                (true, false) => Fit::Yes,
            }
        }
        // A use count bounds what is allowed; a prohibition does not wear out.
        RuleAnswer::Ask | RuleAnswer::Deny => {
            let holds = draft.conditions.iter().all(|condition| reader.read(condition) != Reading::Never);
            if holds { Fit::Yes } else { Fit::No }
        }
    }
}

// A sum that cannot be read is more than any bound.
fn within(spent: i64, amount: Option<i64>, most: i64) -> bool {
    amount.is_some_and(|sum| sum >= 0 && spent.saturating_add(sum) <= most)
}

#[cfg(test)]
mod tests;
