//! What rules match, and above all what they do not.

use super::*;
use crate::{Limits, decide};
use assent_protocol::{
    Answer, AutomationId, Condition, Destination, Effect, Facts, Mode, Provenance, Reach, ReasonCode, Reversal, Size,
};
use proptest::prelude::*;
use serde_json::json;

fn rule(id: i64, answer: RuleAnswer, tool: &str, conditions: Vec<Condition>) -> Rule {
    Rule {
        id: RuleId(id),
        draft: RuleDraft {
            answer,
            tool: tool.into(),
            definition: "d1".into(),
            conditions,
            scope: Scope::Everywhere,
            until: None,
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

fn under(path: &str, folder: &str) -> Condition {
    Condition::UnderFolder { path: path.into(), folder: folder.into() }
}

fn matched(rules: &[Rule], tool: &str, args: &Value, resolved: &[(&str, &str)]) -> Matched {
    let resolved = resolved.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    matching(
        rules,
        &CallView { tool, definition: "d1", args, resolved: &resolved, run: RunId(1), automation: None, amount: None },
        1000,
    )
}

fn allows(condition: Condition, args: &Value, resolved: &[(&str, &str)]) -> bool {
    matched(&[rule(1, RuleAnswer::Allow, "t", vec![condition])], "t", args, resolved).allow.is_some()
}

fn denies(condition: Condition, args: &Value, resolved: &[(&str, &str)]) -> bool {
    matched(&[rule(1, RuleAnswer::Deny, "t", vec![condition])], "t", args, resolved).deny.is_some()
}

#[test]
fn pol_02_a_deny_inside_an_allowed_folder_wins_in_any_order() {
    let allow = rule(1, RuleAnswer::Allow, "files.trash", vec![under("/paths/*", "/home/u/Downloads")]);
    let deny = rule(2, RuleAnswer::Deny, "files.trash", vec![under("/paths/*", "/home/u/Downloads/taxes")]);
    let trash = Facts {
        effect: Effect::Delete,
        destination: Destination::Here,
        reversal: Reversal::Undoable,
        targets: Provenance::User,
        payload: Provenance::User,
        reach: Reach::Inside,
        inspectable: true,
        influenced: false,
        size: Size::default(),
        origins: vec![],
    };
    for rules in [[allow.clone(), deny.clone()], [deny, allow]] {
        let answer = |paths: &[&str]| {
            let resolved: Vec<_> = paths.iter().enumerate().map(|(n, p)| (format!("/paths/{n}"), *p)).collect();
            let resolved: Vec<_> = resolved.iter().map(|(k, p)| (k.as_str(), *p)).collect();
            let found = matched(&rules, "files.trash", &json!({ "paths": paths }), &resolved);
            decide(&trash, &found, Mode::Ask, &Limits::default()).answer
        };
        assert_eq!(answer(&["/home/u/Downloads/a"]), Answer::Allow);
        assert_eq!(answer(&["/home/u/Downloads/taxes/2025.pdf"]), Answer::Deny);
        assert_eq!(answer(&["/home/u/Downloads/taxes"]), Answer::Deny, "the folder itself");
        assert_eq!(answer(&["/home/u/Downloads/a", "/home/u/Downloads/taxes/b"]), Answer::Deny, "one of a batch");
        assert_eq!(answer(&["/home/u/Downloads"]), Answer::Deny, "the folder above");
        assert_eq!(answer(&["/home/u/Downloads/a", "/home/u/b"]), Answer::Ask, "one of a batch is elsewhere");
    }
}

#[test]
fn pol_05_a_condition_on_what_is_not_there_never_loosens() {
    let none = json!({});
    for condition in every_condition("/a") {
        assert!(!allows(condition.clone(), &none, &[]), "{condition:?} allows");
        assert!(denies(condition.clone(), &none, &[]), "{condition:?} does not deny");
    }
    assert!(!allows(under("/a/*", "/home/u"), &json!({ "a": [] }), &[]), "no element at all");
    assert!(!allows(under("/a", "/home/u"), &json!({ "a": "/home/u/x" }), &[]), "the raw string was used");
}

#[test]
fn pol_05_an_error_in_any_matcher_asks_and_says_so() {
    let failing = [
        // Pointers that are none, or that expect a list where there is none.
        ("not a pointer", json!({ "a": "x" })),
        ("a/b", json!({ "a": { "b": "x" } })),
        ("/a/*", json!({ "a": "x" })),
        ("/a/*/*", json!({ "a": ["x"] })),
    ];
    let mut cases: Vec<(Condition, Value)> = failing
        .into_iter()
        .flat_map(|(path, args)| every_condition(path).into_iter().map(move |one| (one, args.clone())))
        .collect();
    // Values of another kind than the matcher reads, and numbers beyond it.
    let at = |value: Value| json!({ "a": value });
    for value in [json!(1), json!(null), json!([]), json!({}), json!("x\u{0}y"), json!("no host at all")] {
        cases.push((Condition::Host { path: "/a".into(), host: "x.test".into() }, at(value.clone())));
        cases.push((Condition::Domain { path: "/a".into(), domain: "x.test".into() }, at(value.clone())));
        cases.push((under("/a", "/home/u/b"), at(value)));
    }
    for value in [json!("5"), json!(true), json!([5]), json!(-1), json!(i64::MIN), json!(-0.5)] {
        cases.push((Condition::AtMost { path: "/a".into(), bound: i64::MAX }, at(value)));
    }
    let facts = Facts {
        effect: Effect::Modify,
        destination: Destination::Here,
        reversal: Reversal::Undoable,
        targets: Provenance::User,
        payload: Provenance::User,
        reach: Reach::Inside,
        inspectable: true,
        influenced: false,
        size: Size::default(),
        origins: vec![],
    };
    for (condition, args) in cases {
        let found = |answer| matched(&[rule(7, answer, "t", vec![condition.clone()])], "t", &args, &[]);
        let verdict = decide(&facts, &found(RuleAnswer::Allow), Mode::Auto, &Limits::default());
        let told: Vec<_> = verdict.reasons.iter().map(|reason| reason.code).collect();
        let expected = (Answer::Ask, vec![ReasonCode::RuleUnread], Some(RuleId(7)));
        assert_eq!((verdict.answer, told, verdict.rule), expected, "{condition:?} on {args}");
        let verdict = decide(&facts, &found(RuleAnswer::Ask), Mode::Auto, &Limits::default());
        assert_eq!(verdict.answer, Answer::Ask, "{condition:?} on {args}");
        let verdict = decide(&facts, &found(RuleAnswer::Deny), Mode::Auto, &Limits::default());
        assert_eq!(verdict.answer, Answer::Deny, "{condition:?} on {args}");
    }
    // A rule that another of its conditions rules out has nothing to say.
    let both = vec![
        Condition::AtMost { path: "/a".into(), bound: 1 },
        Condition::Equals { path: "/b".into(), value: json!(1) },
    ];
    let rules = [rule(7, RuleAnswer::Allow, "t", both)];
    assert_eq!(matched(&rules, "t", &json!({ "a": "5", "b": 2 }), &[]), Matched::default());
}

fn every_condition(path: &str) -> Vec<Condition> {
    let path = || path.to_owned();
    vec![
        Condition::Equals { path: path(), value: json!(1) },
        Condition::OneOf { path: path(), values: vec![json!(1)] },
        under(&path(), "/home/u"),
        Condition::Host { path: path(), host: "x.test".into() },
        Condition::Domain { path: path(), domain: "x.test".into() },
        Condition::AtMost { path: path(), bound: 1 },
    ]
}

#[test]
fn fs_03_a_name_that_only_begins_alike_is_not_in_the_folder() {
    let inside = |path: &str| allows(under("/p", "/home/u/work"), &json!({ "p": path }), &[("/p", path)]);
    for path in ["/home/u/work/a", "/home/u/work/a/b", "/home/u/work//a"] {
        assert!(inside(path), "{path}");
    }
    for path in [
        "/home/u/work-evil/a",
        "/home/u/workA",
        "/home/u/work",
        "/home/u/work/",
        "/home/u/work/../x",
        "/home/u/work/a/..",
        "/home/u/work/./a",
        "/home/u/Work/a",
        "home/u/work/a",
        "/home/u/work/a\0",
        "~/work/a",
        "",
    ] {
        assert!(!inside(path), "{path}");
    }
    let args = json!({ "p": "/home/u/work/link" });
    assert!(!allows(under("/p", "/home/u/work"), &args, &[("/p", "/home/u/.ssh/id")]), "the resolved path counts");
}

#[test]
fn net_07_only_the_exact_host_and_its_upper_case_form_pass() {
    let host = || Condition::Host { path: "/url".into(), host: "docs.python.org".into() };
    let passes = |url: &str| allows(host(), &json!({ "url": url }), &[]);
    for url in ["docs.python.org", "DOCS.PYTHON.ORG", "https://docs.python.org/3/", "https://Docs.Python.org?q=1"] {
        assert!(passes(url), "{url}");
    }
    for url in [
        "docs.python.org.evil.test",
        "docs.python.org@evil.test",
        "https://docs.python.org@evil.test/",
        "https://docs.python.org:x@evil.test/",
        "evil.test/docs.python.org",
        "https://evil.test/docs.python.org",
        "https://evil.test?docs.python.org",
        "https://evil.test#https://docs.python.org",
        "docs.python.org.",
        "docs.python.org\0.evil",
        "docs.python.org%2eevil",
        "docs.python.org%00",
        "docs.python.org\t",
        " docs.python.org",
        "docs.python.org\n",
        "docs。python．org",
        "docs.pythоn.org",
        "https://docs.python.org\\@evil.test",
        "https:\\\\docs.python.org",
        "//docs.python.org",
        "https:docs.python.org",
        "https://docs.python.org:8443/",
        "https://[::1]/",
        "sub.docs.python.org",
        "",
    ] {
        assert!(!passes(url), "{url:?}");
    }
    for url in ["docs.python.org.", "https://docs.python.org:8443/", "https://x@docs.python.org", "DOCS.python.ORG"] {
        assert!(denies(host(), &json!({ "url": url }), &[]), "{url:?} evades a deny");
    }
    assert!(!denies(host(), &json!({ "url": "https://evil.test/docs.python.org" }), &[]));
}

#[test]
fn only_a_bare_address_at_the_very_domain_passes() {
    let domain = || Condition::Domain { path: "/to/*".into(), domain: "home.test".into() };
    let passes = |to: &[&str]| allows(domain(), &json!({ "to": to }), &[]);
    assert!(passes(&["anna@home.test", "Bob.B@HOME.TEST"]));
    for to in [
        "anna@home.test.evil.test",
        "anna@evil.test",
        "anna@sub.home.test",
        "a@home.test@evil.test",
        "anna@home.test,x@evil.test",
        "Anna <anna@home.test>",
        "@home.test",
        "home.test",
    ] {
        assert!(!passes(&["anna@home.test", to]), "{to}");
    }
    assert!(denies(domain(), &json!({ "to": ["x@evil.test", "anna@home.test."] }), &[]));
}

#[test]
fn a_number_is_compared_as_a_number() {
    let most = || Condition::AtMost { path: "/n".into(), bound: 10 };
    for (n, passes) in [
        (json!(10), true),
        (json!(9.5), true),
        (json!(10.01), false),
        (json!(11), false),
        (json!(-1), false),
        (json!("5"), false),
        (json!([5]), false),
        (json!(null), false),
    ] {
        assert_eq!(allows(most(), &json!({ "n": n }), &[]), passes, "{n}");
    }
    let one = || Condition::Equals { path: "/n".into(), value: json!(1) };
    assert!(denies(one(), &json!({ "n": 1.0 }), &[]));
}

#[test]
fn an_allow_rule_ends_with_its_limits_and_its_tools_definition() {
    let good = rule(1, RuleAnswer::Allow, "t", vec![]);
    let with = |change: &dyn Fn(&mut Rule)| {
        let mut rule = good.clone();
        change(&mut rule);
        matched(&[rule], "t", &json!({}), &[]).allow
    };
    assert_eq!(with(&|_| ()), Some(RuleId(1)));
    assert_eq!(with(&|r| r.draft.until = Some(1001)), Some(RuleId(1)));
    assert_eq!(with(&|r| r.draft.scope = Scope::Run { run: RunId(1) }), Some(RuleId(1)));
    assert_eq!(with(&|r| r.draft.until = Some(1000)), None);
    assert_eq!(with(&|r| r.draft.uses_left = Some(0)), None);
    assert_eq!(with(&|r| (r.draft.per_day, r.used_today) = (Some(2), 2)), None);
    assert_eq!(with(&|r| r.draft.definition = "d0".into()), None);
    assert_eq!(with(&|r| r.draft.tool = "T".into()), None);
    assert_eq!(with(&|r| r.draft.scope = Scope::Run { run: RunId(2) }), None);
    assert_eq!(with(&|r| r.on = false), None);
}

#[test]
fn a_rule_with_an_amount_a_day_counts_what_was_spent_and_takes_no_unknown_sum() {
    let mut one = rule(1, RuleAnswer::Allow, "t", vec![]);
    one.draft.amount_per_day = Some(10_000);
    one.spent_today = 4_000;
    let (args, resolved) = (json!({}), BTreeMap::new());
    let allowed = |amount: Option<i64>| {
        let view = CallView {
            tool: "t",
            definition: "d1",
            args: &args,
            resolved: &resolved,
            run: RunId(1),
            automation: None,
            amount,
        };
        matching(std::slice::from_ref(&one), &view, 1000).allow.is_some()
    };
    assert_eq!([Some(6_000), Some(6_001), Some(-1), None].map(allowed), [true, false, false, false]);
}

#[test]
fn a_rule_of_an_automation_holds_in_its_runs_and_nowhere_else() {
    let mut one = rule(1, RuleAnswer::Allow, "t", vec![]);
    one.draft.scope = Scope::Automation { automation: AutomationId(7) };
    let rules = [one];
    let (args, resolved) = (json!({}), BTreeMap::new());
    let allowed = |automation: Option<i64>| {
        let automation = automation.map(AutomationId);
        let view = CallView {
            tool: "t",
            definition: "d1",
            args: &args,
            resolved: &resolved,
            run: RunId(7),
            automation,
            amount: None,
        };
        (matching(&rules, &view, 1000).allow, pinned(&rules, &view, 1000).len())
    };
    assert_eq!(allowed(Some(7)).0, Some(RuleId(1)));
    assert_eq!(allowed(Some(8)).0, None);
    assert_eq!(allowed(None).0, None);
}

#[test]
fn a_deny_rule_outlives_its_use_count_and_a_changed_tool_and_stops_at_its_end() {
    let good = rule(1, RuleAnswer::Deny, "t", vec![]);
    let with = |change: &dyn Fn(&mut Rule)| {
        let mut rule = good.clone();
        change(&mut rule);
        matched(&[rule], "t", &json!({}), &[]).deny.is_some()
    };
    assert!(with(&|r| r.draft.definition = "d0".into()));
    assert!(with(&|r| r.draft.uses_left = Some(0)));
    assert!(with(&|r| (r.draft.per_day, r.used_today) = (Some(1), 5)));
    assert!(!with(&|r| r.draft.until = Some(1000)));
    assert!(!with(&|r| r.on = false));
}

fn a_path() -> impl Strategy<Value = String> {
    let name = prop_oneof![Just("a"), Just("b"), Just("ab"), Just("a-b"), Just(".."), Just("."), Just("")];
    proptest::collection::vec(name, 0..5).prop_map(|names| format!("/{}", names.join("/")))
}

fn a_condition() -> impl Strategy<Value = Condition> {
    let place = || prop_oneof![Just("/paths/*"), Just("/paths/0"), Just("/none"), Just(""), Just("bad")];
    prop_oneof![
        (place(), a_path()).prop_map(|(path, folder)| under(path, &folder)),
        (place(), a_path()).prop_map(|(path, value)| Condition::Equals { path: path.into(), value: value.into() }),
        (place(), any::<i64>()).prop_map(|(path, bound)| Condition::AtMost { path: path.into(), bound }),
        (place(), ".{0,12}").prop_map(|(path, host)| Condition::Host { path: path.into(), host }),
    ]
}

fn an_answer() -> impl Strategy<Value = RuleAnswer> {
    prop_oneof![Just(RuleAnswer::Allow), Just(RuleAnswer::Ask), Just(RuleAnswer::Deny)]
}

fn call(paths: &[String]) -> (Value, BTreeMap<String, String>) {
    (json!({ "paths": paths }), paths.iter().enumerate().map(|(n, p)| (format!("/paths/{n}"), p.clone())).collect())
}

proptest! {
    #[test]
    fn the_order_of_rules_does_not_matter(
        drafts in proptest::collection::vec((an_answer(), proptest::collection::vec(a_condition(), 0..3)), 0..6),
        paths in proptest::collection::vec(a_path(), 0..4),
        turn in 0usize..6,
    ) {
        let (args, resolved) = call(&paths);
        let view = CallView { tool: "t", definition: "d1", args: &args, resolved: &resolved, run: RunId(1), automation: None, amount: None };
        let mut rules: Vec<Rule> =
            drafts.into_iter().zip(1..).map(|((answer, conditions), id)| rule(id, answer, "t", conditions)).collect();
        let before = matching(&rules, &view, 0);
        rules.reverse();
        if !rules.is_empty() {
            let turn = turn % rules.len();
            rules.rotate_left(turn);
        }
        prop_assert_eq!(before, matching(&rules, &view, 0));
    }

    #[test]
    fn what_an_allow_covers_the_same_deny_covers_too(
        conditions in proptest::collection::vec(a_condition(), 0..3),
        paths in proptest::collection::vec(a_path(), 0..4),
    ) {
        let (args, resolved) = call(&paths);
        let view = CallView { tool: "t", definition: "d1", args: &args, resolved: &resolved, run: RunId(1), automation: None, amount: None };
        let both = [rule(1, RuleAnswer::Allow, "t", conditions.clone()), rule(2, RuleAnswer::Deny, "t", conditions)];
        let found = matching(&both, &view, 0);
        prop_assert!(found.allow.is_none() || found.deny.is_some());
    }

    #[test]
    fn fs_03_an_allowed_path_always_lies_strictly_in_the_folder(
        folder in a_path(),
        paths in proptest::collection::vec(a_path(), 1..4),
    ) {
        let (args, resolved) = call(&paths);
        let draft = rule(1, RuleAnswer::Allow, "t", vec![under("/paths/*", &folder)]).draft;
        if covers(&draft, "t", &args, &resolved) {
            for path in &paths {
                prop_assert!(!path.split('/').any(|name| name == ".." || name == "."));
                let (folder, path) = (std::path::Path::new(&folder), std::path::Path::new(path));
                prop_assert!(path.starts_with(folder) && path != folder);
            }
        }
    }

    #[test]
    fn net_07_a_host_that_passes_is_the_host(url in "(https?://)?[a-zA-Z.@:/%?#\\\\ ]{0,12}x\\.test[a-zA-Z.@:/%?#\\\\ 0-9]{0,8}") {
        if allows(Condition::Host { path: "/u".into(), host: "x.test".into() }, &json!({ "u": url.clone() }), &[]) {
            let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest).to_ascii_lowercase();
            let end = rest.strip_prefix("x.test");
            prop_assert!(end.is_some_and(|end| end.is_empty() || end.starts_with(['/', '?', '#'])), "{url}");
        }
    }
}
