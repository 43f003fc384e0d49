//! "Allow from now on": the rules that a card offers, narrowest first, and why some allow rules are refused.

use crate::conditions::{parts, pointer};
use crate::floor::{Floor, floor};
use crate::{covers, sentence};
use assent_protocol::{
    Action, Condition, Decider, Effect, Reach, RuleAnswer, RuleDraft, RuleOffer, Scope, Status, texts,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// An offered rule ends after 30 days unless the user says otherwise.
const MONTH_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// How often an offered rule may send or pay.
const OUTWARD_USES: u32 = 10;
const PAYMENTS_A_DAY: u32 = 1;
/// Actions of the past that an offer is measured on.
const RECENT: usize = 200;

/// The choices for `action`: this exact call, this tool to these recipients or in this folder, this tool. Empty where no rule could help:
/// the floor, what runs programs or changes Assent, and changes outside the task's grants.
/// `recent` is newest first.
pub fn offers(
    action: &Action,
    definition: &str,
    resolved: &BTreeMap<String, String>,
    recent: &[Action],
    resolved_of: &dyn Fn(&Action) -> BTreeMap<String, String>,
    now: i64,
) -> Vec<RuleOffer> {
    let past: Vec<(&Action, BTreeMap<String, String>)> =
        recent.iter().filter(|past| past.id != action.id).take(RECENT).map(|past| (past, resolved_of(past))).collect();
    let exact = vec![Condition::Equals { path: String::new(), value: action.args.clone() }];
    let placed = places(&action.args, resolved);
    [Some(exact), placed, Some(Vec::new())]
        .into_iter()
        .flatten()
        .map(|conditions| draft(action, definition, conditions, now))
        // Outside the grants only what the card names: the whole tool would be the whole disk.
        .filter(|draft| action.facts.reach == Reach::Inside || !draft.conditions.is_empty())
        .filter(|draft| refuse(draft, action).is_none())
        .map(|draft| offer(draft, &past, now))
        .collect()
}

/// Why no allow rule like `draft` can be made on the card of `action`, in a sentence; None when it can.
pub fn refuse(draft: &RuleDraft, action: &Action) -> Option<String> {
    if draft.answer != RuleAnswer::Allow {
        return None;
    }
    let facts = &action.facts;
    let key = if action.verdict.floor || matches!(floor(facts), Floor::Holds(_)) {
        "policy.refuse.floor"
    } else if draft.tool != action.tool {
        "policy.refuse.other_tool"
    } else if facts.effect == Effect::Execute {
        "policy.refuse.execute"
    } else if facts.effect != Effect::Observe && facts.reach != Reach::Inside {
        "policy.refuse.outside"
    } else {
        return unbounded(draft, facts.effect);
    };
    Some(texts::say(key, &[]))
}

/// Why no rule like `draft`, written by hand for a tool that does `effect`, can be made; None when it can. `effect` is
/// none where nothing is known of the tool: then it can only be forbidden or asked about. The floor holds above every
/// rule anyway.
pub fn refuse_by_hand(draft: &RuleDraft, effect: Option<Effect>) -> Option<String> {
    let sound = draft.conditions.iter().all(readable) && draft.conditions.iter().all(bounded);
    let key = match (draft.answer, effect) {
        _ if !sound => "policy.refuse.condition",
        _ if draft.amount_per_day.is_some_and(|most| most < 0) => "policy.refuse.bound",
        (RuleAnswer::Ask | RuleAnswer::Deny, _) => return None,
        (RuleAnswer::Allow, None) => "policy.refuse.unknown_effect",
        (RuleAnswer::Allow, Some(Effect::Execute | Effect::Configure)) => "policy.refuse.execute",
        (RuleAnswer::Allow, Some(effect)) => return unbounded(draft, effect),
    };
    Some(texts::say(key, &[]))
}

// What every rule that allows has to say, by what its tool does.
fn unbounded(draft: &RuleDraft, effect: Effect) -> Option<String> {
    let outward = matches!(effect, Effect::Send | Effect::Spend);
    let pays_bounded = || draft.per_day.is_some() && draft.amount_per_day.is_some() && fixes_the_amount(draft);
    let key = if draft.until.is_none() && draft.uses_left.is_none() && draft.per_day.is_none() {
        "policy.refuse.endless"
    } else if outward && (draft.uses_left.is_none() || draft.conditions.is_empty()) {
        "policy.refuse.outward"
    } else if effect == Effect::Spend && !pays_bounded() {
        "policy.refuse.spend"
    } else if !draft.conditions.iter().all(readable) {
        "policy.refuse.condition"
    } else {
        return None;
    };
    Some(texts::say(key, &[]))
}

/// What a rule written by hand would have meant for the past, newest first.
/// `others` are the rules in force: two rules together can cover more than either says.
pub fn preview(
    draft: RuleDraft,
    others: &[RuleDraft],
    recent: &[Action],
    resolved_of: &dyn Fn(&Action) -> BTreeMap<String, String>,
    now: i64,
) -> RuleOffer {
    let past: Vec<(&Action, BTreeMap<String, String>)> =
        recent.iter().take(RECENT).map(|past| (past, resolved_of(past))).collect();
    let alike = |other: &&RuleDraft| other.answer == draft.answer && other.tool == draft.tool;
    let some: Vec<&RuleDraft> = others.iter().filter(alike).chain([&draft]).collect();
    let matched = |(action, resolved): &&(&Action, BTreeMap<String, String>)| {
        some.iter().any(|draft| covers(draft, &action.tool, &action.args, resolved))
    };
    let together = past.iter().filter(matched).count();
    let mut found = offer(draft.clone(), &past, now);
    if usize::try_from(found.matched).is_ok_and(|alone| together > alone) {
        let values = [("count", together.to_string()), ("total", past.len().to_string())];
        let more = texts::say("policy.offer.together", &[("count", &values[0].1), ("total", &values[1].1)]);
        found.history = format!("{} {more}", found.history);
    }
    found
}

fn bounded(condition: &Condition) -> bool {
    match condition {
        Condition::AtMost { bound, .. } => *bound >= 0,
        Condition::OneOf { values, .. } => !values.is_empty(),
        Condition::Host { host, .. } => crate::address::host_of(host).is_some_and(|found| found.host == *host),
        Condition::Domain { domain, .. } => crate::address::domain_of(&format!("a@{domain}")).as_ref() == Some(domain),
        Condition::Equals { .. } | Condition::UnderFolder { .. } => true,
    }
}

fn fixes_the_amount(draft: &RuleDraft) -> bool {
    draft.conditions.iter().any(|condition| match condition {
        Condition::AtMost { .. } => true,
        Condition::Equals { path, .. } => path.is_empty(),
        _ => false,
    })
}

fn readable(condition: &Condition) -> bool {
    let place = pointer(condition);
    let folder = match condition {
        Condition::UnderFolder { folder, .. } => parts(folder).is_some_and(|parts| narrow(&parts)),
        _ => true,
    };
    folder && (place.is_empty() || place.starts_with('/'))
}

// Neither the whole disk nor all homes nor the whole of /tmp.
fn narrow(parts: &[&str]) -> bool {
    parts.len() >= 2
}

fn draft(action: &Action, definition: &str, conditions: Vec<Condition>, now: i64) -> RuleDraft {
    let outward = matches!(action.facts.effect, Effect::Send | Effect::Spend);
    RuleDraft {
        answer: RuleAnswer::Allow,
        tool: action.tool.clone(),
        definition: definition.to_owned(),
        conditions,
        scope: Scope::Everywhere,
        until: Some(now.saturating_add(MONTH_MS)),
        uses_left: outward.then_some(OUTWARD_USES),
        per_day: (action.facts.effect == Effect::Spend).then_some(PAYMENTS_A_DAY),
        // One such order a day is this sum a day.
        amount_per_day: (action.facts.effect == Effect::Spend)
            .then(|| action.facts.size.amount.as_ref().map(|(sum, _)| *sum))
            .flatten(),
    }
}

// One condition for each family of targets (`/items/*/from`, `/to/*`): the deepest folder that holds its paths, or the
// recipients, ids and accounts that it names. None when there are no targets, or when some family has no folder narrow
// enough to name, or mixes paths with names.
fn places(args: &Value, resolved: &BTreeMap<String, String>) -> Option<Vec<Condition>> {
    let mut folders: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut named: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (place, path) in resolved {
        let family = family(place, args);
        if !path.starts_with('/') {
            let value = args.pointer(place).filter(|value| value.is_string() || value.is_number())?;
            let values = named.entry(family).or_default();
            if !values.contains(value) {
                values.push(value.clone());
            }
            continue;
        }
        let parents = parts(path)?.split_last()?.1.to_vec();
        folders
            .entry(family)
            .and_modify(|common| {
                let same = common.iter().zip(&parents).take_while(|(a, b)| a == b).count();
                common.truncate(same);
            })
            .or_insert(parents);
    }
    let mixed = folders.keys().any(|family| named.contains_key(family));
    if resolved.is_empty() || mixed || !folders.values().all(|parts| narrow(parts)) {
        return None;
    }
    let under =
        |(path, parts): (String, Vec<&str>)| Condition::UnderFolder { path, folder: format!("/{}", parts.join("/")) };
    let only = |(path, mut values): (String, Vec<Value>)| match (values.len(), values.pop()) {
        (1, Some(value)) => Condition::Equals { path, value },
        (_, last) => Condition::OneOf { path, values: values.into_iter().chain(last).collect() },
    };
    Some(folders.into_iter().map(under).chain(named.into_iter().map(only)).collect())
}

// `/items/3/from` to `/items/*/from`; a number that is a key of an object stays.
fn family(place: &str, args: &Value) -> String {
    let mut here = Some(args);
    let mut out = String::new();
    for name in place.split('/').skip(1) {
        out.push('/');
        out.push_str(if here.is_some_and(Value::is_array) { "*" } else { name });
        here = here.and_then(|value| value.pointer(&format!("/{name}")));
    }
    out
}

fn offer(draft: RuleDraft, past: &[(&Action, BTreeMap<String, String>)], now: i64) -> RuleOffer {
    let (mut matched, mut approved, mut rejected) = (0u32, 0u32, 0u32);
    for (action, resolved) in past {
        if !covers(&draft, &action.tool, &action.args, resolved) {
            continue;
        }
        matched += 1;
        let by_user = action.decision.as_ref().is_some_and(|d| matches!(d.by, Decider::User | Decider::Flag));
        if action.status == Status::Rejected {
            rejected += 1;
        } else if by_user && action.status != Status::Superseded {
            approved += 1;
        }
    }
    let key = match (past.len(), matched) {
        (0, _) => "policy.offer.history.no_past",
        (1, 0) => "policy.offer.history.single_not",
        (1, _) => "policy.offer.history.single",
        (_, 0) => "policy.offer.history.none",
        _ => "policy.offer.history",
    };
    let history = texts::say(
        key,
        &[
            ("count", &matched.to_string()),
            ("total", &past.len().to_string()),
            ("approved", &approved.to_string()),
            ("rejected", &rejected.to_string()),
        ],
    );
    RuleOffer { sentence: sentence(&draft, now), draft, matched, approved, rejected, history }
}

#[cfg(test)]
mod tests;
