//! Each claim is true: deciding again with the change made by hand brings the answer that was claimed.

use super::*;
use assent_protocol::Size;

fn inputs(effect: Effect, reversal: Reversal, targets: Provenance, reach: Reach, mode: Mode) -> Inputs {
    let facts = Facts {
        effect,
        destination: Destination::Here,
        reversal,
        targets,
        payload: Provenance::Model,
        reach,
        inspectable: true,
        influenced: false,
        size: Size { items: 30, ..Size::default() },
        origins: vec![],
    };
    Inputs { facts, matched: Matched::default(), mode, limits: Limits::default() }
}

// Every combination that a tool here can bring, with and without rules and limits.
fn all() -> Vec<Inputs> {
    let mut out = Vec::new();
    for effect in Effect::ALL {
        for reversal in Reversal::ALL {
            for targets in Provenance::ALL {
                for reach in Reach::ALL {
                    for mode in Mode::ALL {
                        for kind in 0..8u8 {
                            let mut one = inputs(*effect, *reversal, *targets, *reach, *mode);
                            let rule = |bit: u8| (kind & bit != 0).then(|| RuleId(i64::from(bit)));
                            one.matched = Matched { allow: rule(1), ask: rule(2), deny: rule(4), unread: None };
                            if kind == 3 {
                                one.facts.destination = Destination::KnownParty;
                                one.facts.influenced = true;
                                one.matched = Matched::default();
                            }
                            if kind == 6 {
                                one.limits.state = LimitState::Breaker("round".into());
                            }
                            if kind == 5 {
                                one.facts.destination = Destination::KnownParty;
                                one.limits.rejected_before = true;
                            }
                            out.push(one);
                        }
                    }
                }
            }
        }
    }
    out
}

// The change made by hand, not by the code under test.
fn by_hand(inputs: &Inputs, change: Change) -> Verdict {
    let Inputs { mut facts, mut matched, mut mode, mut limits } = inputs.clone();
    match change {
        Change::WithoutRule(rule) => {
            matched.allow = matched.allow.filter(|r| *r != rule);
            matched.ask = matched.ask.filter(|r| *r != rule);
            matched.deny = matched.deny.filter(|r| *r != rule);
        }
        Change::WithAllowRule => matched.allow = Some(RuleId(77)),
        Change::WithinLimits => limits.state = LimitState::Within,
        Change::NotRejected => limits.rejected_before = false,
        Change::TargetsTyped => facts.targets = Provenance::User,
        Change::PayloadTyped => facts.payload = Provenance::User,
        Change::NotInfluenced => facts.influenced = false,
        Change::InsideGrants => facts.reach = Reach::Inside,
        Change::CanBeUndone => facts.reversal = Reversal::Undoable,
        Change::FewerItems(most) => facts.size.items = most,
        Change::StaysHere => facts.destination = Destination::Here,
        Change::Inspectable => facts.inspectable = true,
        Change::Mode(other) => mode = other,
    }
    decide(&facts, &matched, mode, &limits)
}

#[test]
fn every_claim_is_what_deciding_again_says() {
    let mut claims = 0;
    for inputs in all() {
        let now = inputs.answer();
        for claim in counterfactuals(&inputs) {
            assert_eq!(by_hand(&inputs, claim.change).answer, claim.answer, "{inputs:?} {claim:?}");
            assert_ne!(claim.answer, now, "{inputs:?} {claim:?}");
            claims += 1;
        }
    }
    assert!(claims > 5_000, "{claims}");
}

#[test]
fn no_claim_says_that_a_rule_or_a_mode_would_lift_the_floor() {
    for inputs in all() {
        if !decide(&inputs.facts, &inputs.matched, inputs.mode, &inputs.limits).floor {
            continue;
        }
        for claim in counterfactuals(&inputs) {
            let setting = matches!(claim.change, Change::Mode(_) | Change::WithAllowRule | Change::WithoutRule(_));
            assert!(!(setting && claim.answer == Answer::Allow), "{inputs:?} {claim:?}");
        }
    }
}

#[test]
fn a_card_above_the_size_of_the_mode_names_the_size_the_rule_and_the_mode() {
    let inputs = inputs(Effect::Modify, Reversal::Undoable, Provenance::User, Reach::Inside, Mode::Semi);
    let said: Vec<String> = counterfactuals(&inputs).iter().map(words).collect();
    assert_eq!(
        said,
        [
            "With a rule of yours that allows it, it would run without asking.",
            "With at most 25 items, it would run without asking.",
            "In the mode autonomous, it would run without asking.",
            "In the mode suggest, it would stay a suggestion.",
        ]
    );
}

#[test]
fn a_decision_of_the_past_is_recalled_from_its_verdict_or_not_at_all() {
    for inputs in all() {
        let verdict = decide(&inputs.facts, &inputs.matched, inputs.mode, &inputs.limits);
        if let Some(recalled) = recalled(&inputs.facts, inputs.mode, &verdict, &inputs.matched) {
            assert_eq!(recalled.answer(), verdict.answer, "{inputs:?}");
        }
    }
    let one = inputs(Effect::Modify, Reversal::Undoable, Provenance::User, Reach::Inside, Mode::Auto);
    let strange = Verdict { answer: Answer::Deny, ..decide(&one.facts, &one.matched, one.mode, &one.limits) };
    assert_eq!(recalled(&one.facts, one.mode, &strange, &one.matched), None);
}

#[test]
fn every_change_and_every_answer_has_its_words() {
    for inputs in all().iter().step_by(7) {
        for claim in counterfactuals(inputs) {
            let said = words(&claim);
            assert!(!said.starts_with("policy.") && !said.contains('{'), "{said}");
        }
    }
}
