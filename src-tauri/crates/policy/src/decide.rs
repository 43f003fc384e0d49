//! The verdict: the strictest of floor, deny rules, ask rules, limits and breakers, and base (DESIGN 4.2).

use crate::floor::{AutoAllow, Floor, Ground, carried, floor, leaves, most_items, origin, undoable_change};
use crate::{LimitState, Matched};
use assent_protocol::{
    Answer, Effect, Facts, Mode, Provenance, Reach, Reason, ReasonCode, Reversal, Verdict, texts, visible::visible,
};

/// What the run has used up, as far as the decision needs it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    /// Budgets and breakers.
    pub state: LimitState,
    /// Whether the user rejected this very call before in this run.
    pub rejected_before: bool,
}

/// Decides one action. Total: every combination of inputs gets an answer with at least one reason.
///
/// ```
/// use assent_policy::{Limits, Matched, decide};
/// use assent_protocol::*;
/// let facts = Facts {
///     effect: Effect::Modify, destination: Destination::Here, reversal: Reversal::Undoable,
///     targets: Provenance::User, payload: Provenance::Model, reach: Reach::Inside, inspectable: true,
///     influenced: false,
///     size: Size { items: 14, ..Size::default() }, origins: vec![],
/// };
/// let answer = |mode| decide(&facts, &Matched::default(), mode, &Limits::default()).answer;
/// assert_eq!(Mode::ALL.iter().map(|m| answer(*m)).collect::<Vec<_>>(),
///            [Answer::Suggest, Answer::Ask, Answer::Allow, Answer::Allow]);
/// ```
pub fn decide(facts: &Facts, matched: &Matched, mode: Mode, limits: &Limits) -> Verdict {
    let mut against = rules_and_limits(matched, limits);
    against.extend(outside(facts));
    match floor(facts) {
        Floor::Holds(grounds) => against.extend(grounds),
        Floor::Clear(clear) => {
            let by_rule = matched.allow.and_then(|rule| AutoAllow::by_rule(&clear, rule, mode));
            match by_rule.or_else(|| AutoAllow::by_mode(&clear, mode)) {
                Some(allow) if against.is_empty() => return allow.verdict(),
                Some(_) => {}
                None => against.push(mode_asks(facts, mode)),
            }
        }
    }
    settle(against, mode == Mode::Suggest && facts.effect != Effect::Observe)
}

/// The verdict on a call that cannot be read. A card could not show it, so it is refused, and the model is told.
pub fn malformed(detail: &str) -> Verdict {
    let ground = Ground::denies(ReasonCode::Malformed).of_the_floor().about(Some(visible(detail)));
    settle(vec![ground], false)
}

fn rules_and_limits(matched: &Matched, limits: &Limits) -> Vec<Ground> {
    let mut grounds = Vec::new();
    grounds.extend(matched.deny.map(|rule| Ground::denies(ReasonCode::DenyRule).by_rule(rule)));
    grounds.extend(matched.ask.map(|rule| Ground::asks(ReasonCode::AskRule).by_rule(rule)));
    // To ask is the answer to every failure, also where the mode alone would have said yes.
    grounds.extend(matched.unread.map(|rule| Ground::asks(ReasonCode::RuleUnread).by_rule(rule)));
    if limits.rejected_before {
        grounds.push(Ground::denies(ReasonCode::RejectedBefore));
    }
    match &limits.state {
        LimitState::Within => {}
        LimitState::Spent(words) => grounds.push(Ground::asks(ReasonCode::LimitSpent).about(Some(words.clone()))),
        LimitState::Breaker(words) => grounds.push(Ground::asks(ReasonCode::Breaker).about(Some(words.clone()))),
    }
    grounds
}

// Not of the floor, and still above every rule and mode: a task never changes anything outside its grants unasked.
fn outside(facts: &Facts) -> Option<Ground> {
    if facts.reach != Reach::Outside || facts.effect == Effect::Observe {
        return None;
    }
    let ground = Ground::asks(ReasonCode::OutsideGrants);
    Some(if facts.effect == Effect::Delete { ground.escalated() } else { ground })
}

fn mode_asks(facts: &Facts, mode: Mode) -> Ground {
    use ReasonCode as Code;
    if facts.effect == Effect::Observe {
        return Ground::asks(if facts.reach == Reach::Inside { Code::Leaves } else { Code::ObservesOutside });
    }
    if facts.reach != Reach::Inside {
        return Ground::asks(Code::OutsideGrants);
    }
    if mode == Mode::Suggest || mode == Mode::Ask {
        return Ground::asks(Code::ModeAsks);
    }
    if undoable_change(facts) {
        let items = facts.size.items.to_string();
        let most = most_items(mode).to_string();
        let detail = texts::say("policy.detail.items", &[("count", &items), ("most", &most), ("mode", &mode.words())]);
        return Ground::asks(Code::TooMany).about(Some(detail));
    }
    match facts.effect {
        Effect::Spend => Ground::asks(Code::Spends),
        _ if leaves(facts) => {
            let ground = Ground::asks(Code::Leaves).about(carried(facts));
            // What stands in the user's own files and nobody typed would go out with it.
            let tells = facts.effect == Effect::Send && facts.payload == Provenance::OwnData;
            if tells { ground.escalated() } else { ground }
        }
        _ if facts.targets == Provenance::Untrusted => Ground::asks(Code::UntrustedTarget).about(origin(facts)),
        _ if facts.influenced && facts.targets == Provenance::Model => {
            Ground::asks(Code::Influenced).about(origin(facts))
        }
        _ if facts.reversal != Reversal::Undoable => Ground::asks(Code::NoReversal),
        _ => Ground::asks(Code::ModeAsks),
    }
}

// What suggests instead of asking keeps the grounds of the question: they return when the plan is turned into a run.
fn settle(grounds: Vec<Ground>, suggests: bool) -> Verdict {
    let strictest = grounds.iter().map(|g| g.answer).max().unwrap_or(Answer::Ask);
    let floor = grounds.iter().any(|g| g.floor);
    let mut kept: Vec<Ground> = grounds.into_iter().filter(|g| g.answer == strictest).collect();
    kept.sort_by_key(|g| g.reason.code);
    kept.dedup_by_key(|g| g.reason.code);
    let escalate = strictest == Answer::Ask && kept.iter().any(|g| g.escalate);
    let rule = kept.first().and_then(|g| g.rule);
    let mut reasons: Vec<Reason> = kept.into_iter().map(|g| g.reason).collect();
    if suggests && strictest < Answer::Deny {
        reasons.retain(|reason| reason.code != ReasonCode::ModeAsks);
        reasons.insert(0, Reason::plain(ReasonCode::ModeSuggests));
        return Verdict { answer: Answer::Suggest, escalate, floor, reasons, rule: None };
    }
    Verdict { answer: strictest, escalate, floor, reasons, rule }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assent_protocol::{Destination, Origin, RuleId, Size};

    fn change() -> Facts {
        Facts {
            effect: Effect::Modify,
            destination: Destination::Here,
            reversal: Reversal::Undoable,
            targets: Provenance::User,
            payload: Provenance::Model,
            reach: Reach::Inside,
            inspectable: true,
            influenced: false,
            size: Size { items: 1, ..Size::default() },
            origins: vec![],
        }
    }

    fn codes(verdict: &Verdict) -> Vec<ReasonCode> {
        verdict.reasons.iter().map(|r| r.code).collect()
    }

    #[test]
    fn an_untrusted_recipient_is_named_with_its_source() {
        let facts = Facts {
            effect: Effect::Send,
            destination: Destination::NewParty,
            reversal: Reversal::Recallable,
            targets: Provenance::Untrusted,
            origins: vec![Origin { field: "/to".into(), source: "the page evil\u{202e}.test".into() }],
            ..change()
        };
        let allow = Matched { allow: Some(RuleId(1)), ..Matched::default() };
        let verdict = decide(&facts, &allow, Mode::Auto, &Limits::default());
        assert_eq!((verdict.answer, verdict.escalate, verdict.floor), (Answer::Ask, true, true));
        let sentence = verdict.reasons[0].sentence();
        assert!(sentence.ends_with("Source: the page evil\\u{202e}.test."), "{sentence}");
    }

    #[test]
    fn a_batch_above_the_size_of_the_mode_says_both_numbers() {
        let facts = Facts { size: Size { items: 26, ..Size::default() }, ..change() };
        let verdict = decide(&facts, &Matched::default(), Mode::Semi, &Limits::default());
        assert_eq!((verdict.answer, codes(&verdict)), (Answer::Ask, vec![ReasonCode::TooMany]));
        let detail = verdict.reasons[0].detail.clone().unwrap();
        assert!(detail.contains("26") && detail.contains("25"), "{detail}");
    }

    #[test]
    fn the_verdict_names_the_rule_that_settled_it() {
        let all = Matched { allow: Some(RuleId(1)), ask: Some(RuleId(2)), deny: Some(RuleId(3)), unread: None };
        let rule = |matched: Matched| decide(&change(), &matched, Mode::Ask, &Limits::default()).rule;
        assert_eq!(rule(all.clone()), Some(RuleId(3)));
        assert_eq!(rule(Matched { deny: None, ..all.clone() }), Some(RuleId(2)));
        assert_eq!(rule(Matched { deny: None, ask: None, ..all }), Some(RuleId(1)));
        assert_eq!(rule(Matched::default()), None);
    }

    #[test]
    fn deleting_outside_the_grants_is_an_escalation_that_is_not_of_the_floor() {
        let facts = Facts { effect: Effect::Delete, reach: Reach::Outside, ..change() };
        let allow = Matched { allow: Some(RuleId(1)), ..Matched::default() };
        let verdict = decide(&facts, &allow, Mode::Auto, &Limits::default());
        assert_eq!((verdict.answer, verdict.escalate, verdict.floor), (Answer::Ask, true, false));
        assert_eq!(codes(&verdict), [ReasonCode::OutsideGrants]);
    }

    #[test]
    fn a_plan_keeps_what_would_ask_behind_that_it_is_a_plan() {
        let facts = Facts { effect: Effect::Delete, reversal: Reversal::None, ..change() };
        let verdict = decide(&facts, &Matched::default(), Mode::Suggest, &Limits::default());
        assert_eq!(verdict.answer, Answer::Suggest);
        assert_eq!(codes(&verdict), [ReasonCode::ModeSuggests, ReasonCode::NoCopy]);
    }

    #[test]
    fn a_malformed_call_is_refused_with_what_was_wrong() {
        let verdict = malformed("the key \"a\" stands twice\u{1b}");
        assert_eq!((verdict.answer, verdict.floor), (Answer::Deny, true));
        assert_eq!(verdict.reasons[0].detail.as_deref(), Some("the key \"a\" stands twice\\u{1b}"));
    }
}
