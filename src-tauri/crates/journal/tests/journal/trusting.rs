//! What trust is counted from, rules that suspend themselves, and rules that cannot be read.

use crate::support::*;
use assent_journal::{JournalError, NewAction};
use assent_protocol::*;
use serde_json::json;

fn done(desk: &Desk, run: RunId, call: &str, by: Decider, at: i64) -> ActionId {
    let journal = desk.journal();
    let id = desk.propose(&waiting(run, call));
    let yes = Decision { by, at, digest: format!("{call}-digest"), reason: None };
    journal.decide(id, &yes, Status::Approved, None).unwrap();
    journal.start(id, &format!("{call}-digest"), at).unwrap();
    journal.keep_inverses(id, "files.move", &[(0, json!({}))]).unwrap();
    journal.finish(id, Status::Succeeded, &[], None, &[], None, at).unwrap();
    id
}

#[test]
fn deeds_say_who_settled_them_how_long_was_looked_and_what_became_of_them() {
    let mut desk = Desk::new();
    let run = desk.run();
    let slow = done(&desk, run, "c1", Decider::User, NOW + 5000);
    let quick = done(&desk, run, "c2", Decider::User, NOW + 5100);
    let flag = done(&desk, run, "c3", Decider::Flag, NOW + 9000);
    desk.journal().mark_undone(slow, &[0], true, NOW + 10_000).unwrap();
    desk.close();
    desk.open().unwrap();
    let deeds = desk.journal().deeds("files.move").unwrap();
    let found: Vec<_> = deeds.iter().map(|d| (d.action, d.by.clone(), d.looked_ms, d.taken_back)).collect();
    assert_eq!(
        found,
        [
            (flag, Some(Decider::Flag), 3900, false),
            (quick, Some(Decider::User), 100, false),
            (slow, Some(Decider::User), 5000, true),
        ]
    );
    let since = desk.journal().deeds_since("files.move", NOW + 10_000).unwrap();
    assert_eq!(since.iter().map(|deed| deed.action).collect::<Vec<_>>(), [slow]);
    assert_eq!(desk.journal().experience("files.move", NOW + 9000).unwrap(), (3, 1, 1));
}

#[test]
fn an_edit_is_told_from_a_card_that_asked_again() {
    let desk = Desk::new();
    let run = desk.run();
    let edited = desk.propose(&waiting(run, "c1"));
    let changed = NewAction { args: json!({"items": []}), status: Status::Approved, ..waiting(run, "c1") };
    let changed = NewAction { decided_by: Some(Decider::User), digest: "other".into(), ..changed };
    let edit = desk.journal().replace(edited, &decision(Decider::User, "c1-digest"), &changed).unwrap();
    let moved = desk.propose(&waiting(run, "c2"));
    let again = NewAction { digest: "other state".into(), ..waiting(run, "c2") };
    let again = desk.journal().reopen(moved, &again, NOW).unwrap();
    let deeds = desk.journal().deeds("files.move").unwrap();
    let of = |id| deeds.iter().find(|deed| deed.action == id).map(|deed| (deed.edited, deed.is_edit)).unwrap();
    assert_eq!((of(edited), of(edit)), ((true, false), (false, true)));
    assert_eq!((of(moved), of(again)), ((false, false), (false, false)));
}

#[test]
fn an_earned_rule_suspends_with_an_event_and_starts_nothing_more() {
    let desk = Desk::new();
    let (journal, run) = (desk.journal(), desk.run());
    let from = desk.propose(&waiting(run, "c1"));
    let evidence = Evidence { approved: 8, ..Evidence::default() };
    let id = journal.add_earned_rule(&rule(run), "Allow moving files", from, &evidence, NOW).unwrap();
    let by = Some(Decider::Rule { rule: id });
    let queued = desk.propose(&NewAction { decided_by: by, ..allowed(run, "c2") });
    journal.suspend_rule(id, "It turned itself off: you undid a1.", NOW + 1).unwrap();
    let kept = journal.rules(NOW + 2).unwrap().remove(0);
    assert_eq!((kept.on, kept.earned), (false, Some(Earned { evidence, suspended_at: Some(NOW + 1) })));
    assert_eq!(kept.off_because.as_deref(), Some("It turned itself off: you undid a1."));
    assert!(matches!(journal.start(queued, "c2-digest", NOW + 3), Err(JournalError::RuleGone(..))));
    assert!(journal.verify().ok);
}

#[test]
fn pol_03_a_rule_from_the_future_or_with_an_unknown_field_is_off_and_says_so() {
    let strange = [
        r#""per_week": 3, "answer": "allow""#,
        r#""answer": "allow_quietly""#,
        r#""answer": "allow", "conditions": [{"test": "matches", "path": "/a", "pattern": ".*"}]"#,
        r#""answer": "allow", "conditions": [{"test": "equals", "path": "/a", "value": 1, "unless": 2}]"#,
        r#""answer": "allow", "scope": {"scope": "planet"}"#,
    ];
    for part in strange {
        let desk = Desk::new();
        let run = desk.run();
        let id = desk.journal().add_rule(&rule(run), "Allow moving files", None, NOW).unwrap();
        let mut draft = serde_json::to_value(rule(run)).unwrap();
        let more: serde_json::Value = serde_json::from_str(&format!("{{{part}}}")).unwrap();
        draft.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        desk.sql().execute("UPDATE rule SET draft = ? WHERE id = ?", (draft.to_string(), id.0)).unwrap();
        let kept = desk.journal().rules(NOW).unwrap().remove(0);
        assert_eq!((kept.on, kept.draft.answer), (false, RuleAnswer::Ask), "{part}");
        assert!(kept.off_because.is_some(), "{part}");
    }
}

#[test]
fn pol_10_what_a_rule_allowed_starts_only_while_that_rule_is_on() {
    let desk = Desk::new();
    let (journal, run) = (desk.journal(), desk.run());
    let id = journal.add_rule(&rule(run), "Allow moving files", None, NOW).unwrap();
    let queued: Vec<ActionId> = (0..20)
        .map(|n| {
            let by = Some(Decider::Rule { rule: id });
            desk.propose(&NewAction { decided_by: by, ..allowed(run, &format!("q{n}")) })
        })
        .collect();
    for (n, action) in queued.iter().enumerate() {
        if n == 7 {
            journal.revoke_rule(id, "Revoked by you.", NOW + 1).unwrap();
        }
        let started = journal.start(*action, &format!("q{n}-digest"), NOW + 2);
        assert_eq!(started.is_ok(), n < 7, "{n}: {started:?}");
    }
    assert_eq!(desk.count("rule_use"), 7);
}

#[test]
fn self_08_a_rule_put_in_by_another_program_starts_nothing_and_is_found() {
    let mut desk = Desk::new();
    let run = desk.run();
    let draft = RuleDraft { scope: Scope::Everywhere, ..rule(run) };
    let draft = serde_json::to_string(&draft).unwrap();
    desk.close();
    let sql =
        "INSERT INTO rule (id, answer, tool, made_at, sentence, draft) VALUES (5, 'allow', 'files.move', 1, 'x', ?)";
    desk.sql().execute(sql, [draft]).unwrap();
    desk.open().unwrap();
    let by = Some(Decider::Rule { rule: RuleId(5) });
    let allowed = desk.propose(&NewAction { decided_by: by, ..allowed(run, "c1") });
    let started = desk.journal().start(allowed, "c1-digest", NOW);
    assert!(matches!(started, Err(JournalError::RuleGone(..))), "{started:?}");
    assert!(!desk.journal().verify().ok);
}
