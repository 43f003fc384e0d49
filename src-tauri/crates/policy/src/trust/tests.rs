//! What is counted, when it is enough, and what takes it away.

use super::*;
use assent_protocol::{ActionId, Earned, Provenance, Reach, RuleAnswer, RuleId, RunId, Scope, Size};
use proptest::prelude::*;
use serde_json::json;

fn deed(id: i64) -> Deed {
    Deed {
        action: ActionId(id),
        run: RunId(1),
        definition: "d".into(),
        effect: Effect::Modify,
        args: json!({"path": "/home/u/Downloads/a"}),
        status: Status::Succeeded,
        by: Some(Decider::User),
        edited: false,
        is_edit: false,
        taken_back: false,
        looked_ms: 3000,
        at: id,
    }
}

fn facts() -> Facts {
    Facts {
        effect: Effect::Modify,
        destination: Destination::Here,
        reversal: Reversal::Undoable,
        targets: Provenance::User,
        payload: Provenance::User,
        reach: Reach::Inside,
        inspectable: true,
        influenced: false,
        size: Size { items: 1, ..Size::default() },
        origins: vec![],
    }
}

fn rule() -> Rule {
    Rule {
        id: RuleId(1),
        draft: RuleDraft {
            answer: RuleAnswer::Allow,
            tool: "files.move".into(),
            definition: "d".into(),
            conditions: vec![Condition::UnderFolder { path: "/path".into(), folder: "/home/u/Downloads".into() }],
            scope: Scope::Everywhere,
            until: None,
            uses_left: None,
            per_day: Some(9),
            amount_per_day: None,
        },
        sentence: String::new(),
        from: None,
        made_at: 100,
        last_used: None,
        used: 0,
        used_today: 0,
        spent_today: 0,
        on: true,
        off_because: None,
        earned: Some(Earned { evidence: Evidence::default(), suspended_at: None }),
        covered_by: None,
    }
}

fn paths(args: &Value) -> BTreeMap<String, String> {
    args["path"].as_str().map(|path| ("/path".to_owned(), path.to_owned())).into_iter().collect()
}

#[test]
fn each_class_is_reached_by_exactly_the_number_that_the_design_names() {
    for (class, enough) in [(Class::Here, 8), (Class::Account, 16), (Class::Send, 35)] {
        let least = (1..100).find(|n| passes(&Evidence { approved: *n, ..Evidence::default() }, class));
        assert_eq!(least, Some(enough), "{class:?}");
    }
}

#[test]
fn payments_programs_and_the_floor_are_of_no_class_however_often_they_were_approved() {
    assert_eq!(Class::of(&facts()), Some(Class::Here));
    for effect in [Effect::Spend, Effect::Execute, Effect::Configure, Effect::Observe] {
        assert_eq!(Class::of(&Facts { effect, ..facts() }), None, "{effect:?}");
    }
    for never in [
        Facts { reach: Reach::Protected, ..facts() },
        Facts { reach: Reach::OwnFiles, ..facts() },
        Facts { inspectable: false, ..facts() },
        Facts { reversal: Reversal::None, ..facts() },
        Facts { destination: Destination::KnownParty, targets: Provenance::Untrusted, ..facts() },
        Facts { destination: Destination::Unknown, ..facts() },
    ] {
        assert_eq!(Class::of(&never), None, "{never:?}");
    }
}

#[test]
fn a_flag_a_rule_a_mode_and_a_hand_that_does_not_read_are_no_evidence() {
    let by = |by| Deed { by: Some(by), ..deed(1) };
    let nothing = [
        by(Decider::Flag),
        by(Decider::Mode),
        by(Decider::Rule { rule: RuleId(1) }),
        Deed { looked_ms: 999, ..deed(2) },
        Deed { is_edit: true, ..deed(3) },
        Deed { status: Status::Approved, ..deed(4) },
        Deed { status: Status::Expired, by: Some(Decider::Expiry), ..deed(5) },
    ];
    assert_eq!(evidence(&nothing), Evidence::default());
    assert_eq!(evidence(&[deed(1)]).approved, 1);
}

#[test]
fn edits_rejections_undos_and_failures_count_against_it_once_each() {
    let deeds = [
        Deed { edited: true, status: Status::Superseded, ..deed(1) },
        Deed { status: Status::Rejected, ..deed(2) },
        Deed { status: Status::Undone, by: Some(Decider::Flag), ..deed(3) },
        Deed { taken_back: true, ..deed(4) },
        Deed { status: Status::Partly, ..deed(5) },
        Deed { status: Status::Unknown, by: Some(Decider::Mode), ..deed(6) },
    ];
    assert_eq!(evidence(&deeds), Evidence { approved: 0, edited: 1, rejected: 1, undone: 2, failed: 2 });
}

#[test]
fn an_earned_rule_suspends_itself_and_says_why() {
    let why = |definition: Option<&str>, deeds: &[Deed], now: i64| suspends(&rule(), definition, deeds, &paths, now);
    assert_eq!(why(Some("d"), &[Deed { at: 200, ..deed(5) }], 300), None);
    for (status, word) in [(Status::Rejected, "rejected"), (Status::Undone, "undid"), (Status::Failed, "failed")] {
        let said = why(Some("d"), &[Deed { status, at: 200, ..deed(5) }], 300).unwrap_or_default();
        assert!(said.contains("a5") && said.contains(word), "{said}");
        // What came before the rule is what it rests on, and what lies elsewhere is none of its business.
        assert_eq!(why(Some("d"), &[Deed { status, at: 99, ..deed(5) }], 300), None);
        let elsewhere = Deed { status, at: 200, args: json!({"path": "/home/u/Pictures/a"}), ..deed(5) };
        assert_eq!(why(Some("d"), &[elsewhere], 300), None);
    }
    assert!(why(Some("other"), &[], 300).is_some() && why(None, &[], 300).is_some());
    assert_eq!(why(Some("d"), &[], 100 + DISUSE_MS - 1), None);
    assert!(why(Some("d"), &[], 100 + DISUSE_MS).is_some_and(|said| said.contains("60 days")));
}

#[test]
fn a_rule_made_by_hand_never_suspends_itself() {
    let by_hand = Rule { earned: None, ..rule() };
    let bad = [Deed { status: Status::Undone, at: 200, ..deed(5) }];
    assert_eq!(suspends(&by_hand, None, &bad, &paths, i64::MAX), None);
}

#[test]
fn what_was_declined_is_offered_again_only_after_twice_the_approvals() {
    assert!(!grown(8, 8) && !grown(15, 8) && grown(16, 8));
}

#[test]
fn the_evidence_reads_as_a_sentence_that_names_what_speaks_against_it() {
    let said = words(&Evidence { approved: 14, undone: 1, ..Evidence::default() });
    assert!(said.contains("14 of 15") && said.contains("1") && !said.contains('{'), "{said}");
}

#[test]
fn with_no_approval_the_bound_is_nothing_exactly_however_many_there_are() {
    assert!((0..5000).all(|all| wilson(0, all).to_bits() == 0));
}

proptest! {
    #[test]
    fn the_bound_lies_between_nothing_and_the_share_and_never_reaches_one(good in 0u32..500, bad in 0u32..500) {
        let bound = wilson(good, good + bad);
        let share = if good + bad == 0 { 0.0 } else { f64::from(good) / f64::from(good + bad) };
        prop_assert!((0.0..1.0).contains(&bound) && bound <= share);
    }

    #[test]
    fn one_more_approval_never_lowers_the_bound_and_one_more_against_it_never_raises_it(good in 0u32..500, bad in 0u32..500) {
        let now = wilson(good, good + bad);
        prop_assert!(wilson(good + 1, good + bad + 1) >= now);
        prop_assert!(wilson(good, good + bad + 1) <= now);
    }

    #[test]
    fn a_rule_that_is_earned_needs_eight_approvals_at_least(good in 0u32..8, bad in 0u32..50) {
        let counts = Evidence { approved: good, rejected: bad, ..Evidence::default() };
        prop_assert!([Class::Here, Class::Account, Class::Send].iter().all(|class| !passes(&counts, *class)));
    }
}
