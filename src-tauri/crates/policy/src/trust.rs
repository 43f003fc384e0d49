//! Trust that is earned (DESIGN 4.7). For each (tool, effect, scope) the user's own answers are counted; when the lower
//! end of the 95 % Wilson interval on "you would approve" passes the bar of its class, the narrowest rule is *offered*.
//! Nothing here takes one.
//!
//! | class | bar | without a single answer against it |
//! |---|---|---|
//! | undoable, on this computer | 0.65 | 8 of 8 |
//! | undoable, in the user's account elsewhere | 0.80 | 16 of 16 |
//! | held sends | 0.90 | 35 of 35 |
//! | payments, programs, Assent's own settings, what cannot be taken back, the floor | never | |
//!
//! Counted as an approval: what a person answered, looking at it for at least a second, unchanged, that then ended as it
//! should and was not taken back. Not counted: the flag `--approve all`, rules, modes, and answers that came faster than
//! anybody reads, which is how a program or a hand on the key answers a batch. Against it: edits, rejections, undos and
//! failures, whoever had said yes.

use crate::{covers, floor, refuse, sentence};
use assent_protocol::{
    Action, Condition, Decider, Deed, Destination, Effect, Evidence, Facts, Reversal, Rule, RuleDraft, Status, texts,
};
use serde_json::Value;
use std::collections::BTreeMap;

/// The 97.5 % point of the normal distribution.
const Z: f64 = 1.959_963_984_540_054;
/// An answer that came faster is not one that was thought about.
const READING_MS: i64 = 1000;
/// An earned rule that nothing used for so long suspends itself.
pub const DISUSE_MS: i64 = 60 * 24 * 60 * 60 * 1000;
/// An earned rule ends by itself after half a year; it is watched all the while, so it may last longer than one by hand.
const TERM_MS: i64 = 180 * 24 * 60 * 60 * 1000;

/// What can be trusted at all, from the lowest bar to the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Undoable, on this computer.
    Here,
    /// Undoable, in the user's account elsewhere.
    Account,
    /// A send that is held before it goes out.
    Send,
}

impl Class {
    /// The class of an action; none for what no number of approvals makes a rule.
    pub fn of(facts: &Facts) -> Option<Class> {
        if matches!(floor::floor(facts), floor::Floor::Holds(_)) {
            return None;
        }
        match (facts.effect, facts.reversal, facts.destination) {
            (Effect::Create | Effect::Modify | Effect::Delete, Reversal::Undoable, Destination::Here) => {
                Some(Class::Here)
            }
            (Effect::Create | Effect::Modify | Effect::Delete, Reversal::Undoable, Destination::KnownParty) => {
                Some(Class::Account)
            }
            (Effect::Send, Reversal::Recallable, Destination::KnownParty | Destination::NewParty) => Some(Class::Send),
            _ => None,
        }
    }

    /// What the lower bound has to reach.
    pub fn bar(self) -> f64 {
        match self {
            Class::Here => 0.65,
            Class::Account => 0.80,
            Class::Send => 0.90,
        }
    }
}

/// What stands against an earned rule that was used or covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// The user changed one before it ran.
    Edited,
    /// The user rejected one.
    Rejected,
    /// One was taken back.
    Undone,
    /// One went wrong.
    Failed,
}

/// What one deed says against being trusted; whoever had said yes to it.
pub fn against(deed: &Deed) -> Option<Against> {
    if deed.taken_back || matches!(deed.status, Status::Undone | Status::Recalled) {
        Some(Against::Undone)
    } else if matches!(deed.status, Status::Failed | Status::Partly | Status::Unknown) {
        Some(Against::Failed)
    } else if deed.status == Status::Rejected {
        Some(Against::Rejected)
    } else {
        deed.edited.then_some(Against::Edited)
    }
}

/// Whether a deed is a person's approval of exactly what was shown.
pub fn approved(deed: &Deed) -> bool {
    against(deed).is_none()
        && deed.by == Some(Decider::User)
        && deed.status == Status::Succeeded
        && !deed.is_edit
        && deed.looked_ms >= READING_MS
}

/// Counts deeds.
pub fn evidence<'a>(deeds: impl IntoIterator<Item = &'a Deed>) -> Evidence {
    let mut counts = Evidence::default();
    for deed in deeds {
        match against(deed) {
            Some(Against::Edited) => counts.edited += 1,
            Some(Against::Rejected) => counts.rejected += 1,
            Some(Against::Undone) => counts.undone += 1,
            Some(Against::Failed) => counts.failed += 1,
            None => counts.approved += u32::from(approved(deed)),
        }
    }
    counts
}

/// The lower end of the 95 % Wilson interval on the share of `good` in `all`; 0 for nothing.
///
/// ```
/// use assent_policy::trust::wilson;
/// assert!(wilson(7, 7) < 0.65 && wilson(8, 8) >= 0.65);
/// ```
pub fn wilson(good: u32, all: u32) -> f64 {
    // No approval is a bound of nothing, exactly: middle and spread are the same number then, but for rounding.
    if good == 0 || all == 0 {
        return 0.0;
    }
    let (n, share) = (f64::from(all), f64::from(good.min(all)) / f64::from(all));
    let middle = share + Z * Z / (2.0 * n);
    let spread = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((middle - spread) / (1.0 + Z * Z / n)).max(0.0)
}

/// Whether `counts` pass the bar of `class`.
pub fn passes(counts: &Evidence, class: Class) -> bool {
    wilson(counts.approved, counts.total()) >= class.bar()
}

/// Whether there is notably more than when the user declined: twice the approvals.
pub fn grown(approved: u32, when_declined: u32) -> bool {
    approved >= when_declined.saturating_mul(2).max(1)
}

/// A rule that the evidence speaks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Earning {
    /// The rule.
    pub draft: RuleDraft,
    /// Its sentence.
    pub sentence: String,
    /// What speaks for it.
    pub evidence: Evidence,
    /// Lower bound.
    pub bound: f64,
    /// What it had to reach.
    pub bar: f64,
}

/// The narrowest rule on `action` that was earned. `drafts` are what its card offers, narrowest first; `deeds` are those
/// of its tool, and only the ones of this very definition and effect count.
pub fn earning(
    action: &Action,
    drafts: &[RuleDraft],
    deeds: &[Deed],
    resolved_of: &dyn Fn(&Value) -> BTreeMap<String, String>,
    now: i64,
) -> Option<Earning> {
    let class = Class::of(&action.facts)?;
    let in_folder = |draft: &RuleDraft| draft.conditions.iter().any(|c| matches!(c, Condition::UnderFolder { .. }));
    let placed = drafts.iter().any(in_folder);
    drafts
        .iter()
        // Where a folder can be named, approvals in one folder say nothing about the others.
        .filter(|draft| !(placed && draft.conditions.is_empty()))
        .map(|draft| RuleDraft { until: Some(now.saturating_add(TERM_MS)), ..draft.clone() })
        .filter(|draft| refuse(draft, action).is_none())
        .find_map(|draft| {
            let same = deeds.iter().filter(|deed| {
                deed.definition == draft.definition
                    && deed.effect == action.facts.effect
                    && covers(&draft, &action.tool, &deed.args, &resolved_of(&deed.args))
            });
            let evidence = evidence(same);
            passes(&evidence, class).then(|| Earning {
                sentence: sentence(&draft, now),
                bound: wilson(evidence.approved, evidence.total()),
                bar: class.bar(),
                evidence,
                draft,
            })
        })
}

/// Why an earned rule has to suspend itself, in a sentence; none while it may go on. `definition` is that of its tool now,
/// none for a tool that is not there; `deeds` are those of its tool since the rule was made.
pub fn suspends(
    rule: &Rule,
    definition: Option<&str>,
    deeds: &[Deed],
    resolved_of: &dyn Fn(&Value) -> BTreeMap<String, String>,
    now: i64,
) -> Option<String> {
    if !rule.on || rule.earned.is_none() {
        return None;
    }
    if definition != Some(rule.draft.definition.as_str()) {
        return Some(texts::say("policy.trust.suspended.changed", &[]));
    }
    let touched = |deed: &&Deed| {
        deed.at >= rule.made_at
            && (deed.by == Some(Decider::Rule { rule: rule.id })
                || covers(&rule.draft, &rule.draft.tool, &deed.args, &resolved_of(&deed.args)))
    };
    let bad = deeds.iter().filter(touched).find_map(|deed| Some((deed, against(deed)?)));
    if let Some((deed, why)) = bad {
        let key = match why {
            Against::Edited => "policy.trust.suspended.edited",
            Against::Rejected => "policy.trust.suspended.rejected",
            Against::Undone => "policy.trust.suspended.undone",
            Against::Failed => "policy.trust.suspended.failed",
        };
        return Some(texts::say(key, &[("action", &deed.action.to_string())]));
    }
    let idle = now.saturating_sub(rule.last_used.unwrap_or(rule.made_at));
    (idle >= DISUSE_MS).then(|| texts::say("policy.trust.suspended.disuse", &[]))
}

/// The evidence in words: "You approved 8 of 8 as they were, and took none back."
pub fn words(evidence: &Evidence) -> String {
    let mut parts = vec![texts::say(
        "policy.trust.approved",
        &[("count", &evidence.approved.to_string()), ("total", &evidence.total().to_string())],
    )];
    for (key, count) in [
        ("policy.trust.edited", evidence.edited),
        ("policy.trust.rejected", evidence.rejected),
        ("policy.trust.undone", evidence.undone),
        ("policy.trust.failed", evidence.failed),
    ] {
        if count > 0 {
            parts.push(texts::say(key, &[("count", &count.to_string())]));
        }
    }
    texts::say("policy.trust.words", &[("counts", &parts.join(", "))])
}

#[cfg(test)]
mod tests;
