//! What a card offers for the future.

use super::*;
use crate::{Limits, Matched, decide};
use assent_protocol::{
    ActionId, Decision, Destination, Facts, Mode, Preview, Provenance, Reversal, RunId, Size, UndoState,
};
use serde_json::json;

fn action(id: i64, tool: &str, args: Value, effect: Effect) -> Action {
    let facts = Facts {
        effect,
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
    with_facts(id, tool, args, facts)
}

fn with_facts(id: i64, tool: &str, args: Value, facts: Facts) -> Action {
    Action {
        id: ActionId(id),
        run: RunId(1),
        call: format!("c{id}"),
        tool: tool.into(),
        title: String::new(),
        args,
        digest: String::new(),
        status: Status::Waiting,
        verdict: decide(&facts, &Matched::default(), Mode::Ask, &Limits::default()),
        facts,
        preview: Preview::Fields { rows: vec![] },
        decision: None,
        outcomes: vec![],
        note: None,
        undo: UndoState::Nothing,
        says: None,
        edit_of: None,
        proposed_at: 0,
        expires_at: None,
        held_until: None,
        ended_at: None,
    }
}

fn decided(mut action: Action, status: Status) -> Action {
    action.status = status;
    action.decision = Some(Decision { by: Decider::User, at: 0, digest: String::new(), reason: None });
    action
}

fn moves(items: &[(&str, &str)]) -> Value {
    json!({ "items": items.iter().map(|(from, to)| json!({ "from": from, "to": to })).collect::<Vec<_>>() })
}

// In these tests every absolute path in the arguments is its own resolved path.
fn resolved_of(action: &Action) -> BTreeMap<String, String> {
    fn walk(place: String, value: &Value, out: &mut BTreeMap<String, String>) {
        match value {
            Value::String(text) if text.starts_with('/') => {
                out.insert(place, text.clone());
            }
            Value::Array(list) => list.iter().enumerate().for_each(|(n, v)| walk(format!("{place}/{n}"), v, out)),
            Value::Object(map) => map.iter().for_each(|(k, v)| walk(format!("{place}/{k}"), v, out)),
            _ => {}
        }
    }
    let mut out = BTreeMap::new();
    walk(String::new(), &action.args, &mut out);
    out
}

fn offered(action: &Action, recent: &[Action]) -> Vec<RuleOffer> {
    offers(action, "d", &resolved_of(action), recent, &resolved_of, 0)
}

fn sentences(action: &Action) -> Vec<String> {
    offered(action, &[]).into_iter().map(|offer| offer.sentence).collect()
}

#[test]
fn pol_06_a_card_offers_the_narrowest_rule_first_and_each_ends() {
    let args = moves(&[
        ("/home/u/Downloads/a.jpg", "/home/u/Downloads/Images/a.jpg"),
        ("/home/u/Downloads/new/b.pdf", "/home/u/Downloads/Documents/b.pdf"),
    ]);
    let card = action(9, "files.move", args.clone(), Effect::Modify);
    let all = offered(&card, &[]);
    assert_eq!(all[0].draft.conditions, [Condition::Equals { path: String::new(), value: args }]);
    assert_eq!(all[1].sentence, "Allow moving files within /home/u/Downloads for 30 days.");
    assert_eq!(all[2].sentence, "Allow moving files for 30 days.");
    assert!(all.iter().all(|offer| offer.draft.until == Some(MONTH_MS)));
    let resolved = resolved_of(&card);
    assert!(
        all.iter().all(|offer| covers(&offer.draft, "files.move", &card.args, &resolved)),
        "an offer misses its card"
    );
}

#[test]
fn each_family_of_paths_has_its_own_folder() {
    let args = moves(&[("/home/u/Downloads/a.jpg", "/home/u/Pictures/2026/a.jpg")]);
    let found = sentences(&action(1, "files.move", args, Effect::Modify));
    assert_eq!(found[1], "Allow moving files from within /home/u/Downloads into /home/u/Pictures/2026 for 30 days.");
}

#[test]
fn a_folder_that_is_nearly_the_whole_disk_is_not_offered() {
    let args = moves(&[("/home/u/a", "/home/u/b"), ("/srv/a", "/srv/b")]);
    assert_eq!(sentences(&action(1, "files.move", args, Effect::Modify)).len(), 2);
}

#[test]
fn an_offer_counts_what_it_would_have_matched() {
    let card = action(9, "files.trash", json!({ "paths": ["/home/u/Downloads/x"] }), Effect::Delete);
    let past =
        |id, path: &str, status| decided(action(id, "files.trash", json!({ "paths": [path] }), Effect::Delete), status);
    let recent = [
        card.clone(),
        past(8, "/home/u/Downloads/a", Status::Succeeded),
        past(7, "/home/u/Downloads/b", Status::Rejected),
        past(6, "/home/u/Other/b", Status::Undone),
    ];
    let all = offered(&card, &recent);
    let numbers: Vec<_> = all.iter().map(|offer| (offer.matched, offer.approved, offer.rejected)).collect();
    assert_eq!(numbers, [(0, 0, 0), (2, 1, 1), (3, 2, 1)]);
    assert_eq!(all[0].history, "would have matched none of your last 3 actions");
    assert_eq!(all[1].history, "would have matched 2 of your last 3 actions: 1 you approved, 1 you rejected");
}

#[test]
fn pol_07_no_rule_is_offered_or_taken_for_the_floor_for_programs_or_outside() {
    let base = action(1, "t", json!({ "path": "/home/u/a/b" }), Effect::Modify);
    let of = |change: &dyn Fn(&mut Facts)| {
        let mut facts = base.facts.clone();
        change(&mut facts);
        with_facts(1, "t", base.args.clone(), facts)
    };
    let draft = offered(&base, &[])[1].draft.clone();
    for card in [
        of(&|f| f.reach = Reach::Protected),
        of(&|f| f.reach = Reach::OwnFiles),
        of(&|f| f.reach = Reach::Outside),
        of(&|f| f.inspectable = false),
        of(&|f| f.effect = Effect::Execute),
        of(&|f| f.effect = Effect::Configure),
        of(&|f| (f.effect, f.reversal) = (Effect::Delete, Reversal::None)),
        of(&|f| (f.effect, f.reversal) = (Effect::Send, Reversal::None)),
        of(&|f| (f.effect, f.targets) = (Effect::Send, Provenance::Untrusted)),
    ] {
        assert_eq!(offered(&card, &[]), [], "{:?}", card.facts);
        let because = refuse(&draft, &card).unwrap();
        assert!(because.ends_with('.') && !because.starts_with("policy."), "{because}");
    }
    assert_eq!(refuse(&draft, &base), None);
}

#[test]
fn an_allow_rule_without_end_or_with_a_wide_folder_is_refused() {
    let card = action(1, "t", json!({ "path": "/home/u/a/b" }), Effect::Modify);
    let good = offered(&card, &[])[1].draft.clone();
    let wide = |folder: &str| vec![Condition::UnderFolder { path: "/path".into(), folder: folder.into() }];
    for bad in [
        RuleDraft { until: None, ..good.clone() },
        RuleDraft { tool: "shell.run".into(), ..good.clone() },
        RuleDraft { conditions: wide("/"), ..good.clone() },
        RuleDraft { conditions: wide("/home"), ..good.clone() },
        RuleDraft { conditions: wide("/home/u/../.."), ..good.clone() },
        RuleDraft { conditions: wide("~/x/y"), ..good.clone() },
    ] {
        assert!(refuse(&bad, &card).is_some(), "{bad:?}");
    }
    assert_eq!(refuse(&RuleDraft { answer: RuleAnswer::Deny, until: None, ..good }, &card), None);
}

#[test]
fn what_goes_out_or_pays_is_offered_only_exactly_and_counted() {
    let held = |effect| {
        let mut facts = action(1, "t", json!({}), effect).facts;
        (facts.reversal, facts.destination) = (Reversal::Recallable, Destination::KnownParty);
        with_facts(1, "mail.send", json!({ "to": "anna@home.test" }), facts)
    };
    let sends = offered(&held(Effect::Send), &[]);
    assert_eq!((sends.len(), sends[0].draft.uses_left, sends[0].draft.per_day), (1, Some(10), None));
    let mut order = held(Effect::Spend);
    assert_eq!(offered(&order, &[]), [], "a sum that is not known has no bound");
    order.args = json!({ "to": "anna@home.test", "amount": "12.50" });
    order.facts.size.amount = Some((1250, "EUR".into()));
    let pays = offered(&order, &[]);
    assert_eq!((pays.len(), pays[0].draft.uses_left, pays[0].draft.per_day), (1, Some(10), Some(1)));
    assert_eq!(pays[0].draft.amount_per_day, Some(1250));
}

#[test]
fn reading_outside_is_offered_for_the_folder_and_never_for_the_whole_tool() {
    let mut facts = action(1, "t", json!({}), Effect::Observe).facts;
    facts.reach = Reach::Outside;
    let card = with_facts(1, "files.read", json!({ "path": "/home/u/Papers/a.txt" }), facts);
    assert_eq!(sentences(&card)[1..], ["Allow reading files within /home/u/Papers for 30 days."]);
}

#[test]
fn a_call_with_recipients_offers_exactly_these_and_every_one_of_them() {
    let facts = Facts {
        effect: Effect::Send,
        destination: Destination::KnownParty,
        reversal: Reversal::Recallable,
        targets: Provenance::User,
        payload: Provenance::User,
        reach: Reach::Inside,
        inspectable: true,
        influenced: false,
        size: Size::default(),
        origins: vec![],
    };
    let resolved = |names: &[(&str, &str)]| names.iter().map(|(f, v)| ((*f).to_owned(), (*v).to_owned())).collect();
    let one = with_facts(1, "mail.send", json!({"to": "anna@example.org", "text": "hi"}), facts.clone());
    let offers_of = |action: &Action, targets: BTreeMap<String, String>| {
        offers(action, "d", &targets, &[], &|_| BTreeMap::new(), 0)
            .into_iter()
            .map(|offer| offer.draft)
            .collect::<Vec<_>>()
    };
    let drafts = offers_of(&one, resolved(&[("/to", "anna@example.org")]));
    let conditions = vec![Condition::Equals { path: "/to".into(), value: json!("anna@example.org") }];
    assert_eq!(drafts.iter().map(|d| &d.conditions).collect::<Vec<_>>()[1..], [&conditions]);
    assert_eq!(drafts[1].uses_left, Some(OUTWARD_USES));

    let args = json!({"to": ["anna@example.org", "ben@example.org"], "text": "hi"});
    let two = with_facts(1, "mail.send", args, facts);
    let drafts = offers_of(&two, resolved(&[("/to/0", "anna@example.org"), ("/to/1", "ben@example.org")]));
    let nowhere = BTreeMap::new();
    let sends = |to: Value| covers(&drafts[1], "mail.send", &json!({"to": to, "text": "other"}), &nowhere);
    assert!(sends(json!(["ben@example.org"])) && sends(json!(["ben@example.org", "anna@example.org"])));
    assert!(!sends(json!(["ben@example.org", "eve@example.org"])) && !sends(json!("eve@example.org")));
    // Something left to the tool's own default goes nowhere that the user named.
    assert!(!sends(json!([])) && !sends(Value::Null));
}
