//! The finite check: every combination of facts, rules, mode and limits is decided, and the guarantees are restated
//! here from the design, not from the code.

use assent_policy::{LimitState, Limits, Matched, decide};
use assent_protocol::{
    Answer, Destination, Effect, Facts, Mode, Provenance, Reach, ReasonCode, Reversal, RuleId, Size, Verdict,
};

const ITEMS: [u32; 3] = [1, 26, 1001];

/// Calls `check` with every combination of facts, one thread an effect.
fn every_facts(check: impl Fn(&Facts) + Sync) {
    let check = &check;
    std::thread::scope(|scope| {
        for effect in Effect::ALL {
            scope.spawn(move || facts_of(*effect).for_each(|facts| check(&facts)));
        }
    });
}

fn facts_of(effect: Effect) -> impl Iterator<Item = Facts> {
    let axes = (Destination::ALL, Reversal::ALL, Provenance::ALL, Reach::ALL);
    let total = axes.0.len() * axes.1.len() * axes.2.len() * axes.2.len() * axes.3.len() * 2 * 2 * ITEMS.len();
    (0..total).map(move |mut n| {
        let mut pick = |of: usize| {
            let digit = n % of;
            n /= of;
            digit
        };
        Facts {
            effect,
            destination: axes.0[pick(axes.0.len())],
            reversal: axes.1[pick(axes.1.len())],
            targets: axes.2[pick(axes.2.len())],
            payload: axes.2[pick(axes.2.len())],
            reach: axes.3[pick(axes.3.len())],
            inspectable: pick(2) == 0,
            influenced: pick(2) == 0,
            size: Size { items: ITEMS[pick(ITEMS.len())], ..Size::default() },
            origins: vec![],
        }
    })
}

fn every_limit() -> Vec<Limits> {
    let states = [LimitState::Within, LimitState::Spent("Spent.".into()), LimitState::Breaker("Stuck.".into())];
    let both =
        |state: LimitState| [false, true].map(|rejected_before| Limits { state: state.clone(), rejected_before });
    states.into_iter().flat_map(both).collect()
}

const ALLOW: usize = 1;
const ASK: usize = 2;
const DENY: usize = 4;

fn matched(set: usize) -> Matched {
    let rule = |bit: usize, id: i64| (set & bit != 0).then_some(RuleId(id));
    Matched { allow: rule(ALLOW, 1), ask: rule(ASK, 2), deny: rule(DENY, 3), unread: None }
}

/// The floor, as section 4.3 of the design has it.
fn in_the_floor(f: &Facts) -> bool {
    let outward = f.destination != Destination::Here || matches!(f.effect, Effect::Send | Effect::Spend);
    let untrusted = f.targets == Provenance::Untrusted || f.payload == Provenance::Untrusted;
    let lasting = matches!(f.effect, Effect::Delete | Effect::Send | Effect::Spend | Effect::Execute);
    f.reach >= Reach::Protected
        || f.effect == Effect::Configure
        || !f.inspectable
        || (untrusted && outward)
        || (lasting && f.reversal == Reversal::None)
}

fn check_each(check: impl Fn(&Facts, Mode, &Limits, &[Verdict; 8]) + Sync) {
    check_within(&every_limit(), check);
}

fn check_within(limits: &[Limits], check: impl Fn(&Facts, Mode, &Limits, &[Verdict; 8]) + Sync) {
    let sets: [Matched; 8] = std::array::from_fn(matched);
    every_facts(|facts| {
        for mode in Mode::ALL {
            for limits in limits {
                let verdicts = std::array::from_fn(|set| decide(facts, &sets[set], *mode, limits));
                check(facts, *mode, limits, &verdicts);
            }
        }
    });
}

#[test]
fn pol_01_g4_no_rule_and_no_mode_makes_a_floor_class_run_unasked() {
    check_each(|facts, _, _, verdicts| {
        let floor = in_the_floor(facts);
        for verdict in verdicts {
            assert_eq!(verdict.floor, floor, "{facts:?} {verdict:?}");
            assert!(!floor || verdict.answer != Answer::Allow, "{facts:?} {verdict:?}");
            let denied = facts.reach == Reach::OwnFiles || facts.effect == Effect::Configure;
            assert!(!denied || verdict.answer == Answer::Deny, "{facts:?} {verdict:?}");
        }
    });
}

#[test]
fn g5_the_strictest_answer_wins_and_more_rules_never_loosen() {
    check_each(|facts, mode, limits, verdicts| {
        for (set, verdict) in verdicts.iter().enumerate() {
            let context = || format!("{facts:?} {mode:?} {limits:?} {set} {verdict:?}");
            // Total, with a reason of its own kind first and a rule only where one settled it.
            assert!(!verdict.reasons.is_empty(), "{}", context());
            assert_eq!(
                verdict.rule.is_some(),
                matches!(verdict.reasons[0].code, ReasonCode::DenyRule | ReasonCode::AskRule | ReasonCode::AllowRule),
                "{}",
                context()
            );
            let denied = set & DENY != 0 || limits.rejected_before;
            assert!(!denied || verdict.answer == Answer::Deny, "{}", context());
            let asked = set & ASK != 0 || limits.state != LimitState::Within;
            assert!(!asked || verdict.answer > Answer::Allow, "{}", context());
            // Adding a deny or an ask, or removing the allow, never gives a milder answer.
            assert!(verdicts[set | DENY].answer >= verdict.answer, "{}", context());
            assert!(verdicts[set | ASK].answer >= verdict.answer, "{}", context());
            assert!(verdicts[set & !ALLOW].answer >= verdict.answer, "{}", context());
        }
    });
}

#[test]
fn g4_each_mode_keeps_what_its_first_screen_says() {
    check_each(|facts, mode, limits, verdicts| {
        let changes = facts.effect != Effect::Observe;
        let inside = facts.reach == Reach::Inside;
        let leaves = !matches!(facts.destination, Destination::Here | Destination::KnownParty)
            || matches!(facts.effect, Effect::Send | Effect::Spend);
        for (set, verdict) in verdicts.iter().enumerate() {
            let context = || format!("{facts:?} {mode:?} {limits:?} {set} {verdict:?}");
            let allowed = verdict.answer == Answer::Allow;
            let unasked = allowed && set & ALLOW == 0;
            match mode {
                Mode::Suggest => {
                    assert!(!(allowed && changes), "{}", context());
                    assert!(!changes || matches!(verdict.answer, Answer::Suggest | Answer::Deny), "{}", context());
                }
                Mode::Ask => assert!(!(unasked && changes), "{}", context()),
                Mode::Semi => {
                    let destroys = changes && facts.reversal != Reversal::Undoable;
                    assert!(!(unasked && (leaves || destroys || facts.effect == Effect::Execute)), "{}", context());
                    assert!(!(unasked && changes && facts.size.items > 25), "{}", context());
                }
                Mode::Auto => {
                    assert!(!(unasked && facts.effect == Effect::Spend), "{}", context());
                    let theirs = facts.targets > Provenance::Linked || facts.payload > Provenance::Linked;
                    assert!(!(unasked && facts.effect == Effect::Send && theirs), "{}", context());
                    assert!(!(unasked && changes && facts.reversal == Reversal::None), "{}", context());
                    assert!(
                        !(unasked && changes && facts.effect < Effect::Send && facts.size.items > 1000),
                        "{}",
                        context()
                    );
                }
            }
            assert!(!(allowed && changes && !inside), "a change outside the grants ran: {}", context());
            assert!(mode == Mode::Suggest || verdict.answer != Answer::Suggest, "{}", context());
            assert!(!verdict.escalate || verdict.answer != Answer::Allow, "{}", context());
        }
        let reads = !changes && inside && facts.destination == Destination::Here && facts.inspectable;
        if reads && *limits == Limits::default() {
            assert_eq!(verdicts[0].answer, Answer::Allow, "{facts:?} {mode:?}");
        }
    });
}

#[test]
fn an_error_while_a_rule_is_read_never_gives_a_milder_answer_and_never_a_yes() {
    let sets: [(Matched, Matched); 8] =
        std::array::from_fn(|set| (matched(set), Matched { unread: Some(RuleId(4)), ..matched(set) }));
    every_facts(|facts| {
        for mode in Mode::ALL {
            for (without, with) in &sets {
                let with = decide(facts, with, *mode, &Limits::default());
                assert!(with.answer != Answer::Allow, "{facts:?} {mode:?}");
                assert!(with.answer >= decide(facts, without, *mode, &Limits::default()).answer, "{facts:?} {mode:?}");
            }
        }
    });
}

#[test]
fn g6_what_others_named_never_leaves_spends_or_destroys_unasked() {
    // With nothing spent: that limits only tighten is shown above.
    check_within(&[Limits::default()], |facts, _, _, verdicts| {
        let untrusted = facts.targets == Provenance::Untrusted || facts.payload == Provenance::Untrusted;
        let outward = facts.destination != Destination::Here || matches!(facts.effect, Effect::Send | Effect::Spend);
        let destroys = facts.effect == Effect::Delete && facts.reversal == Reversal::None;
        for verdict in verdicts {
            assert!(!(untrusted && (outward || destroys)) || verdict.answer != Answer::Allow, "{facts:?} {verdict:?}");
        }
    });
}

#[test]
fn g5_worse_facts_never_get_a_milder_answer() {
    fn worse<T: Copy + PartialEq>(all: &[T], now: T) -> Option<T> {
        all.iter().skip_while(|value| **value != now).nth(1).copied()
    }
    let none = Limits::default();
    every_facts(|facts| {
        let mut steps: Vec<Facts> = Vec::new();
        steps.extend(
            worse(Destination::ALL, facts.destination).map(|destination| Facts { destination, ..facts.clone() }),
        );
        steps.extend(worse(Provenance::ALL, facts.targets).map(|targets| Facts { targets, ..facts.clone() }));
        steps.extend(worse(Provenance::ALL, facts.payload).map(|payload| Facts { payload, ..facts.clone() }));
        steps.extend(worse(Reach::ALL, facts.reach).map(|reach| Facts { reach, ..facts.clone() }));
        steps.extend((!facts.influenced).then(|| Facts { influenced: true, ..facts.clone() }));
        steps.extend(facts.inspectable.then(|| Facts { inspectable: false, ..facts.clone() }));
        steps.extend(
            worse(&ITEMS, facts.size.items)
                .map(|items| Facts { size: Size { items, ..Size::default() }, ..facts.clone() }),
        );
        for mode in Mode::ALL {
            for set in [0, ALLOW] {
                let answer = decide(facts, &matched(set), *mode, &none).answer;
                for step in &steps {
                    assert!(decide(step, &matched(set), *mode, &none).answer >= answer, "{facts:?} {step:?} {mode:?}");
                }
            }
        }
    });
}
