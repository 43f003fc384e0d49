//! What would have changed an answer: the same decision with one fact, rule, limit or mode put otherwise. Each claim is
//! found by deciding again, so that none can be untrue.

use crate::{LimitState, Limits, Matched, decide, floor::most_items};
use assent_protocol::{
    Answer, Destination, Effect, Facts, Mode, Provenance, Reach, ReasonCode, Reversal, RuleId, Verdict, texts,
};

/// One thing put otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// This rule not there.
    WithoutRule(RuleId),
    /// A rule of the user that allows it.
    WithAllowRule,
    /// Enough left in the budgets, and no breaker.
    WithinLimits,
    /// Not rejected before in this run.
    NotRejected,
    /// The user had typed what it acts on.
    TargetsTyped,
    /// The user had typed all it says.
    PayloadTyped,
    /// Nothing that others wrote had been read before.
    NotInfluenced,
    /// Inside the task's folders.
    InsideGrants,
    /// An inverse can be recorded.
    CanBeUndone,
    /// No more items than the mode does at once.
    FewerItems(u32),
    /// It stays on this computer.
    StaysHere,
    /// The code can read all of it.
    Inspectable,
    /// The task in another mode.
    Mode(Mode),
}

/// A change and the answer that it would have brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counterfactual {
    /// What is put otherwise.
    pub change: Change,
    /// The answer then.
    pub answer: Answer,
}

/// Everything that a decision is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// What the code found.
    pub facts: Facts,
    /// Which rules match.
    pub matched: Matched,
    /// The task's mode.
    pub mode: Mode,
    /// What is used up.
    pub limits: Limits,
}

impl Inputs {
    /// The answer.
    pub fn answer(&self) -> Answer {
        decide(&self.facts, &self.matched, self.mode, &self.limits).answer
    }

    /// The same with one thing put otherwise; none where it is so already.
    pub fn with(&self, change: Change) -> Option<Inputs> {
        let mut next = self.clone();
        match change {
            Change::WithoutRule(rule) => {
                let matched = &mut next.matched;
                for slot in [&mut matched.allow, &mut matched.ask, &mut matched.deny, &mut matched.unread] {
                    slot.take_if(|found| *found == rule);
                }
            }
            Change::WithAllowRule => {
                next.matched.allow.get_or_insert(RuleId(0));
            }
            Change::WithinLimits => next.limits.state = LimitState::Within,
            Change::NotRejected => next.limits.rejected_before = false,
            Change::TargetsTyped => next.facts.targets = Provenance::User,
            Change::PayloadTyped => next.facts.payload = Provenance::User,
            Change::NotInfluenced => next.facts.influenced = false,
            Change::InsideGrants => {
                // What is protected or Assent's own is so wherever it lies.
                if next.facts.reach == Reach::Outside {
                    next.facts.reach = Reach::Inside;
                }
            }
            Change::CanBeUndone => {
                if matches!(next.facts.effect, Effect::Create | Effect::Modify | Effect::Delete) {
                    next.facts.reversal = Reversal::Undoable;
                }
            }
            Change::FewerItems(most) => next.facts.size.items = next.facts.size.items.min(most),
            Change::StaysHere => {
                if !matches!(next.facts.effect, Effect::Send | Effect::Spend) {
                    next.facts.destination = Destination::Here;
                }
            }
            Change::Inspectable => next.facts.inspectable = true,
            Change::Mode(mode) => next.mode = mode,
        }
        (next != *self).then_some(next)
    }
}

/// Every single change that would have brought another answer, milder answers first.
pub fn counterfactuals(inputs: &Inputs) -> Vec<Counterfactual> {
    let now = inputs.answer();
    let Matched { deny, ask, allow, unread } = inputs.matched;
    let rules = [deny, ask, allow, unread].into_iter().flatten();
    let modes = Mode::ALL.iter().map(|mode| Change::Mode(*mode));
    let facts = [
        Change::WithAllowRule,
        Change::WithinLimits,
        Change::NotRejected,
        Change::TargetsTyped,
        Change::PayloadTyped,
        Change::NotInfluenced,
        Change::InsideGrants,
        Change::CanBeUndone,
        Change::FewerItems(most_items(inputs.mode).max(1)),
        Change::StaysHere,
        Change::Inspectable,
    ];
    let mut found: Vec<Counterfactual> = rules
        .map(Change::WithoutRule)
        .chain(facts)
        .chain(modes)
        .filter_map(|change| Some(Counterfactual { change, answer: inputs.with(change)?.answer() }))
        .filter(|other| other.answer != now)
        .collect();
    found.sort_by_key(|other| other.answer);
    found
}

/// The inputs of a decision of the past, as far as its verdict tells; none where they would not bring its answer, so
/// that nothing is claimed about a decision that is not understood. `matched` are the rules that match by today's list:
/// the verdict itself says only which rule settled it.
pub fn recalled(facts: &Facts, mode: Mode, verdict: &Verdict, matched: &Matched) -> Option<Inputs> {
    let has = |code: ReasonCode| verdict.reasons.iter().any(|reason| reason.code == code);
    let detail = |code| verdict.reasons.iter().find(|r| r.code == code).and_then(|r| r.detail.clone());
    let of = |code, today: Option<RuleId>| if has(code) { verdict.rule.or(today) } else { None };
    let told = Matched {
        allow: of(ReasonCode::AllowRule, matched.allow),
        ask: of(ReasonCode::AskRule, matched.ask),
        deny: of(ReasonCode::DenyRule, matched.deny),
        unread: of(ReasonCode::RuleUnread, matched.unread),
    };
    let state = if has(ReasonCode::Breaker) {
        LimitState::Breaker(detail(ReasonCode::Breaker).unwrap_or_default())
    } else if has(ReasonCode::LimitSpent) {
        LimitState::Spent(detail(ReasonCode::LimitSpent).unwrap_or_default())
    } else {
        LimitState::Within
    };
    let limits = Limits { state, rejected_before: has(ReasonCode::RejectedBefore) };
    // A refusal names only what refuses, so what else would have asked is taken from the rules of today.
    let behind = Matched {
        deny: told.deny,
        ask: told.ask.or(matched.ask),
        allow: told.allow.or(matched.allow),
        unread: told.unread.or(matched.unread),
    };
    [behind, told]
        .into_iter()
        .map(|matched| Inputs { facts: facts.clone(), matched, mode, limits: limits.clone() })
        .find(|inputs| inputs.answer() == verdict.answer)
}

/// One counterfactual as a sentence.
pub fn words(other: &Counterfactual) -> String {
    let answer = texts::say(
        match other.answer {
            Answer::Allow => "policy.why.then.allow",
            Answer::Suggest => "policy.why.then.suggest",
            Answer::Ask => "policy.why.then.ask",
            Answer::Deny => "policy.why.then.deny",
        },
        &[],
    );
    let (key, value) = match other.change {
        Change::WithoutRule(rule) => ("policy.why.without_rule", rule.to_string()),
        Change::WithAllowRule => ("policy.why.with_rule", String::new()),
        Change::WithinLimits => ("policy.why.limits", String::new()),
        Change::NotRejected => ("policy.why.not_rejected", String::new()),
        Change::TargetsTyped => ("policy.why.targets", String::new()),
        Change::PayloadTyped => ("policy.why.payload", String::new()),
        Change::NotInfluenced => ("policy.why.influenced", String::new()),
        Change::InsideGrants => ("policy.why.inside", String::new()),
        Change::CanBeUndone => ("policy.why.undoable", String::new()),
        Change::FewerItems(most) => ("policy.why.items", most.to_string()),
        Change::StaysHere => ("policy.why.here", String::new()),
        Change::Inspectable => ("policy.why.inspectable", String::new()),
        Change::Mode(mode) => ("policy.why.mode", mode.words()),
    };
    texts::say(key, &[("value", &value), ("then", &answer)])
}

#[cfg(test)]
mod tests;
