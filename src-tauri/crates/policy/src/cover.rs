//! Whether one rule makes another one superfluous, for the rules page ("covered by another").

use crate::conditions::{parts, pointer};
use assent_protocol::{Condition, Rule, RuleAnswer, RuleId, Scope};
use serde_json::Value;

/// A rule of `rules` that answers the same wherever `rule` does, at least as long and as often. Of two equal rules only
/// the younger is covered, so that following the advice never removes both.
pub fn covered_by(rule: &Rule, rules: &[Rule]) -> Option<RuleId> {
    let covering = |other: &&Rule| {
        other.id != rule.id && other.on && covers(other, rule) && (other.id < rule.id || !covers(rule, other))
    };
    rules.iter().filter(covering).map(|other| other.id).min()
}

fn covers(wide: &Rule, narrow: &Rule) -> bool {
    let (w, n) = (&wide.draft, &narrow.draft);
    let at_least = |wide: Option<u32>, narrow: Option<u32>| wide.is_none_or(|w| narrow.is_some_and(|n| n <= w));
    let limits = n.answer != RuleAnswer::Allow
        || (w.definition == n.definition
            && at_least(w.uses_left, n.uses_left)
            && at_least(w.per_day, n.per_day)
            && w.amount_per_day.is_none_or(|wide| n.amount_per_day.is_some_and(|narrow| narrow <= wide)));
    w.answer == n.answer
        && w.tool == n.tool
        && (w.scope == Scope::Everywhere || w.scope == n.scope)
        && w.until.is_none_or(|wide| n.until.is_some_and(|narrow| narrow <= wide))
        && limits
        && w.conditions.iter().all(|wide| n.conditions.iter().any(|narrow| implies(narrow, wide)))
}

fn implies(narrow: &Condition, wide: &Condition) -> bool {
    if narrow == wide {
        return true;
    }
    if pointer(narrow) != pointer(wide) {
        return false;
    }
    match (narrow, wide) {
        (Condition::Equals { value, .. }, Condition::OneOf { values, .. }) => values.contains(value),
        (Condition::OneOf { values: few, .. }, Condition::OneOf { values: many, .. }) => {
            few.iter().all(|value| many.contains(value))
        }
        (Condition::Equals { value, .. }, Condition::AtMost { bound, .. }) => small(value, *bound),
        (Condition::AtMost { bound: low, .. }, Condition::AtMost { bound: high, .. }) => low <= high,
        (Condition::UnderFolder { folder: deep, .. }, Condition::UnderFolder { folder: high, .. }) => {
            match (parts(deep), parts(high)) {
                (Some(deep), Some(high)) => deep.starts_with(&high),
                _ => false,
            }
        }
        _ => false,
    }
}

fn small(value: &Value, bound: i64) -> bool {
    value.as_i64().is_some_and(|number| (0..=bound).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use assent_protocol::RuleDraft;

    fn rule(id: i64, folder: Option<&str>, until: Option<i64>) -> Rule {
        let under = |folder: &str| Condition::UnderFolder { path: "/paths/*".into(), folder: folder.into() };
        Rule {
            id: RuleId(id),
            draft: RuleDraft {
                answer: RuleAnswer::Allow,
                tool: "files.trash".into(),
                definition: "d".into(),
                conditions: folder.map(under).into_iter().collect(),
                scope: Scope::Everywhere,
                until,
                uses_left: None,
                per_day: None,
                amount_per_day: None,
            },
            sentence: String::new(),
            from: None,
            made_at: 0,
            last_used: None,
            used: 0,
            used_today: 0,
            spent_today: 0,
            on: true,
            off_because: None,
            earned: None,
            covered_by: None,
        }
    }

    #[test]
    fn a_rule_for_a_folder_is_covered_by_one_for_a_folder_above() {
        let deep = rule(1, Some("/home/u/Downloads/old"), Some(5));
        let high = rule(2, Some("/home/u/Downloads"), Some(9));
        let beside = rule(3, Some("/home/u/Down"), None);
        let all = [deep.clone(), high.clone(), beside.clone()];
        assert_eq!(covered_by(&deep, &all), Some(RuleId(2)));
        assert_eq!(covered_by(&high, &all), None);
        assert_eq!(covered_by(&beside, &all), None);
    }

    #[test]
    fn of_two_equal_rules_only_the_younger_is_covered() {
        let all = [rule(1, None, None), rule(2, None, None)];
        assert_eq!((covered_by(&all[0], &all), covered_by(&all[1], &all)), (None, Some(RuleId(1))));
    }

    #[test]
    fn a_rule_that_ends_earlier_or_is_off_covers_nothing() {
        let narrow = rule(1, Some("/home/u/a"), Some(9));
        assert_eq!(covered_by(&narrow, &[rule(2, None, Some(5))]), None);
        assert_eq!(covered_by(&narrow, &[Rule { on: false, ..rule(2, None, None) }]), None);
    }
}
