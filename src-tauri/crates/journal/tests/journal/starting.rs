//! Starts and ends: at most once, only what was decided, and honest after a crash.

use crate::support::*;
use assent_journal::JournalError;
use assent_protocol::*;
use serde_json::json;
use std::thread;

fn approved(desk: &Desk, call: &str) -> ActionId {
    let id = desk.propose(&waiting(desk.run(), call));
    desk.journal().decide(id, &decision(Decider::User, &format!("{call}-digest")), Status::Approved, None).unwrap();
    id
}

#[test]
fn dur_03_of_eight_starts_that_race_exactly_one_starts() {
    let desk = Desk::new();
    for _ in 0..8 {
        let id = approved(&desk, "c1");
        let journal = desk.journal();
        let started: usize = thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(move || match journal.start(id, "c1-digest", NOW) {
                        Ok(()) => 1,
                        Err(JournalError::AlreadyStarted(_)) => 0,
                        Err(other) => panic!("{other}"),
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).sum()
        });
        assert_eq!(started, 1);
    }
    assert_eq!(desk.count("attempt"), 8);
}

#[test]
fn bind_05_a_second_attempt_or_decision_does_not_fit_into_the_file() {
    let desk = Desk::new();
    let id = approved(&desk, "c1");
    desk.journal().start(id, "c1-digest", NOW).unwrap();
    for sql in [
        "INSERT INTO attempt (action_id, tool, at, digest) VALUES (1, 'x', 0, 'd')",
        "INSERT INTO decision (action_id, by, at, digest) VALUES (1, 'user', 0, 'd')",
    ] {
        assert!(desk.sql().execute_batch(sql).is_err(), "{sql}");
    }
    desk.journal().finish(id, Status::Failed, &[], None, &[], None, NOW).unwrap();
    assert!(matches!(desk.journal().start(id, "c1-digest", NOW), Err(JournalError::AlreadyStarted(_))));
    // A status set back by hand does not help: the attempt is still there.
    desk.tamper("UPDATE action SET status = 'approved'");
    assert!(matches!(desk.journal().start(id, "c1-digest", NOW), Err(JournalError::AlreadyStarted(_))));
}

#[test]
fn bind_04_what_was_changed_by_sql_does_not_start_and_leaves_an_alarm() {
    for sql in [
        "UPDATE action SET args = '{\"items\":[]}'",
        "UPDATE action SET tool = 'files.trash'",
        "UPDATE action SET title = 'Harmless'",
        "UPDATE action SET facts = replace(facts, 'modify', 'create')",
        "UPDATE decision SET reason = 'x'",
        "UPDATE decision SET by = 'flag'",
        "UPDATE run SET grants = '[{\"folder\":\"/\",\"shared\":false}]'",
        "UPDATE event_body SET body = replace(body, 'approved', 'rejected')",
        "DELETE FROM event_body",
    ] {
        let desk = Desk::new();
        let id = approved(&desk, "c1");
        desk.tamper(sql);
        let refused = desk.journal().start(id, "c1-digest", NOW);
        assert!(matches!(refused, Err(JournalError::Altered(_))), "{sql}: {refused:?}");
        assert_eq!(desk.count("attempt"), 0);
        let alarms = "SELECT count(*) FROM event WHERE kind = 'alarm' AND subject = 'a1'";
        assert_eq!(desk.sql().query_row(alarms, [], |row| row.get::<_, i64>(0)).unwrap(), 1, "{sql}");
        assert!(!desk.journal().verify().ok, "{sql}");
    }
}

#[test]
fn self_11_a_yes_written_by_another_program_starts_nothing() {
    let desk = Desk::new();
    let id = desk.propose(&waiting(desk.run(), "c1"));
    desk.tamper(
        "UPDATE action SET status = 'approved';
         INSERT INTO decision (action_id, by, at, digest) VALUES (1, 'user', 0, 'c1-digest')",
    );
    assert!(matches!(desk.journal().start(id, "c1-digest", NOW), Err(JournalError::Altered(_))));
}

#[test]
fn bind_04_a_card_changed_by_sql_cannot_be_approved() {
    let desk = Desk::new();
    let id = desk.propose(&waiting(desk.run(), "c1"));
    desk.tamper("UPDATE action SET args = '{}'");
    let yes = decision(Decider::User, "c1-digest");
    assert!(matches!(desk.journal().decide(id, &yes, Status::Approved, None), Err(JournalError::Altered(_))));
}

#[test]
fn g2_another_digest_than_the_decided_one_does_not_start() {
    let desk = Desk::new();
    let id = approved(&desk, "c1");
    assert!(matches!(desk.journal().start(id, "now-different", NOW), Err(JournalError::DigestDiffers(_))));
    desk.tamper("UPDATE action SET digest = 'now-different'; UPDATE decision SET digest = 'now-different'");
    assert!(matches!(desk.journal().start(id, "now-different", NOW), Err(JournalError::Altered(_))));
}

#[test]
fn nothing_starts_while_frozen_waiting_rejected_or_in_a_stopped_run() {
    let mut desk = Desk::new();
    let run = desk.run();
    let id = desk.propose(&allowed(run, "c1"));
    desk.journal().set_frozen(true, NOW).unwrap();
    desk.open().unwrap();
    assert!(desk.journal().frozen().unwrap(), "a freeze survives a restart");
    assert!(matches!(desk.journal().start(id, "c1-digest", NOW), Err(JournalError::Frozen)));
    desk.journal().set_frozen(false, NOW).unwrap();
    desk.journal().set_run_status(run, RunStatus::Stopped, Some("by you"), NOW).unwrap();
    assert!(matches!(desk.journal().start(id, "c1-digest", NOW), Err(JournalError::RunStopped(_))));
    let card = desk.propose(&waiting(run, "c2"));
    assert!(matches!(desk.journal().start(card, "c2-digest", NOW), Err(JournalError::NotApproved(..))));
    desk.journal().decide(card, &decision(Decider::User, "c2-digest"), Status::Rejected, None).unwrap();
    assert!(matches!(desk.journal().start(card, "c2-digest", NOW), Err(JournalError::NotApproved(..))));
    assert_eq!(desk.count("attempt"), 0);
}

#[test]
fn dur_04_what_was_under_way_becomes_unknown_once_and_never_starts_again() {
    let mut desk = Desk::new();
    let run = desk.run();
    let id = desk.propose(&allowed(run, "c1"));
    desk.journal().start(id, "c1-digest", NOW).unwrap();
    desk.open().unwrap();
    assert_eq!(desk.journal().recover(NOW).unwrap(), [id]);
    assert_eq!(desk.journal().recover(NOW).unwrap(), []);
    let [Turn::Result { status: Status::Unknown, call, .. }] = &desk.journal().turns(run).unwrap()[..] else {
        panic!()
    };
    assert_eq!(call, "c1");
    assert!(matches!(desk.journal().start(id, "c1-digest", NOW), Err(JournalError::AlreadyStarted(_))));
    let late = desk.journal().finish(id, Status::Succeeded, &[], None, &[], None, NOW);
    assert!(matches!(late, Err(JournalError::NotStarted(_, Status::Unknown))));
    assert_eq!(desk.journal().unknown().unwrap().len(), 1);
    desk.journal().dismiss_unknown(id, NOW).unwrap();
    assert!(desk.journal().unknown().unwrap().is_empty());
    assert_eq!(desk.status(id), Status::Unknown, "looking at it does not make it known");
}

#[test]
fn an_ended_action_says_what_each_item_came_to_and_how_to_undo_it() {
    let desk = Desk::new();
    let id = desk.propose(&allowed(desk.run(), "c1"));
    let journal = desk.journal();
    journal.start(id, "c1-digest", NOW).unwrap();
    journal.keep_inverses(id, "files.trash", &[(0, json!("a")), (1, json!("b"))]).unwrap();
    let outcomes = [
        ItemOutcome { item: 0, status: Status::Succeeded, note: None },
        ItemOutcome { item: 1, status: Status::Failed, note: Some("In use.".into()) },
    ];
    journal.finish(id, Status::Partly, &outcomes, Some("1 of 2"), &[(0, json!("A"))], None, NOW + 5).unwrap();
    let action = journal.action(id).unwrap().unwrap();
    assert_eq!((action.status, action.undo, action.ended_at), (Status::Partly, UndoState::Ready, Some(NOW + 5)));
    assert_eq!((&action.outcomes[..], action.note.as_deref()), (&outcomes[..], Some("1 of 2")));
    let data: Vec<_> = journal.inverses(id).unwrap().into_iter().map(|i| (i.item, i.data, i.undone)).collect();
    assert_eq!(data, [(1, json!("b"), false), (0, json!("A"), false)]);
    journal.mark_undone(id, &[0], false, NOW).unwrap();
    assert_eq!(desk.status(id), Status::Partly);
    journal.mark_undone(id, &[1], true, NOW).unwrap();
    let action = journal.action(id).unwrap().unwrap();
    assert_eq!((action.status, action.undo, action.ended_at), (Status::Undone, UndoState::Done, Some(NOW + 5)));
    assert!(journal.verify().ok, "{}", journal.verify().message);
}

#[test]
fn an_inverse_changed_by_sql_is_not_handed_out() {
    let desk = Desk::lived_in();
    desk.tamper("UPDATE inverse SET data = '{\"from\":\"/etc\"}'");
    assert!(matches!(desk.journal().inverses(ActionId(1)), Err(JournalError::Altered(_))));
}

#[test]
fn what_cannot_be_undone_says_so_also_when_it_could_be_recalled_before() {
    let desk = Desk::new();
    for (call, reversal) in [("c1", Reversal::None), ("c2", Reversal::Recallable)] {
        let mut new = allowed(desk.run(), call);
        new.facts.reversal = reversal;
        let id = desk.propose(&new);
        assert_eq!(desk.journal().action(id).unwrap().unwrap().undo, UndoState::Nothing);
        let digest = format!("{call}-digest");
        if reversal == Reversal::Recallable {
            desk.journal().hold(id, &digest, 1_000, NOW).unwrap();
        }
        desk.journal().start(id, &digest, NOW).unwrap();
        desk.journal().finish(id, Status::Succeeded, &[], None, &[], None, NOW).unwrap();
        assert!(matches!(desk.journal().action(id).unwrap().unwrap().undo, UndoState::Cannot { .. }));
    }
}

#[test]
fn bind_07_a_rule_is_looked_at_again_and_used_up_with_the_start() {
    let desk = Desk::new();
    let (journal, run) = (desk.journal(), desk.run());
    let by_rule = |draft: RuleDraft, calls: [&str; 3]| {
        let rule = journal.add_rule(&draft, "Allow", None, NOW).unwrap();
        let ids = calls.map(|call| {
            desk.propose(&assent_journal::NewAction { decided_by: Some(Decider::Rule { rule }), ..allowed(run, call) })
        });
        (rule, ids)
    };
    let start = |id, call: &str, at| journal.start(id, &format!("{call}-digest"), at);
    let gone = |outcome: Result<(), JournalError>, why: &str| match outcome {
        Err(JournalError::RuleGone(_, because)) => assert!(because.contains(why), "{because}"),
        other => panic!("{other:?}"),
    };

    let (rule, [a, b, c]) = by_rule(RuleDraft { uses_left: Some(2), ..crate::support::rule(run) }, ["a", "b", "c"]);
    start(a, "a", NOW).unwrap();
    start(b, "b", NOW).unwrap();
    gone(start(c, "c", NOW), "as often");
    let kept = journal.rules(NOW).unwrap().into_iter().find(|kept| kept.id == rule).unwrap();
    assert_eq!((kept.on, kept.used, kept.draft.uses_left, kept.last_used), (false, 2, Some(0), Some(NOW)));

    let (_, [d, e, f]) = by_rule(RuleDraft { per_day: Some(1), ..crate::support::rule(run) }, ["d", "e", "f"]);
    start(d, "d", NOW).unwrap();
    gone(start(e, "e", NOW), "today");
    start(e, "e", NOW + 2 * DAY).unwrap();
    gone(start(f, "f", NOW + 40 * DAY), "ended");

    let (rule, [g, h, i]) = by_rule(crate::support::rule(run), ["g", "h", "i"]);
    journal.revoke_rule(rule, "Not any more.", NOW).unwrap();
    gone(start(g, "g", NOW), "Not any more.");
    desk.tamper(&format!("UPDATE rule SET revoked_at = NULL WHERE id = {}", rule.0));
    gone(start(h, "h", NOW), "outside Assent");
    desk.tamper(&format!("UPDATE rule SET draft = '{{}}' WHERE id = {}", rule.0));
    gone(start(i, "i", NOW), "cannot be read");
    assert_eq!(desk.count("rule_use"), 4);
}

#[test]
fn a_limit_by_the_day_counts_the_users_days_and_not_the_systems() {
    let desk = Desk::new();
    let (journal, run) = (desk.journal(), desk.run());
    const HOUR: i64 = 3_600_000;
    let uses = |zone: &str, call: [&str; 2]| {
        journal.count_days_in(zone);
        let rule = journal.add_rule(&RuleDraft { per_day: Some(1), ..rule(run) }, "Allow", None, NOW).unwrap();
        let by = |call: &str| {
            let new = allowed(run, call);
            desk.propose(&assent_journal::NewAction { decided_by: Some(Decider::Rule { rule }), ..new })
        };
        let ids = call.map(by);
        journal.start(ids[0], &format!("{}-digest", call[0]), NOW - 5 * HOUR).unwrap();
        journal.start(ids[1], &format!("{}-digest", call[1]), NOW).is_ok()
    };
    // 11:13 and 16:13 in Warsaw, and on both sides of midnight in the islands furthest ahead.
    assert!(!uses("Europe/Warsaw", ["a", "b"]));
    assert!(uses("Pacific/Kiritimati", ["c", "d"]));
}

#[test]
fn only_what_nobody_was_asked_about_is_settled_anew_without_a_card() {
    let desk = Desk::new();
    let (journal, run) = (desk.journal(), desk.run());
    let unasked = desk.propose(&allowed(run, "a"));
    let asked = desk.propose(&assent_journal::NewAction { decided_by: Some(Decider::User), ..allowed(run, "b") });
    let anew =
        |id, by| journal.renew(id, &assent_journal::NewAction { decided_by: Some(by), ..allowed(run, "a") }, NOW);
    assert!(matches!(anew(asked, Decider::Mode), Err(JournalError::NotApproved(..))));
    assert!(matches!(anew(unasked, Decider::User), Err(JournalError::NotApproved(..))));
    let new = anew(unasked, Decider::Mode).unwrap();
    assert_eq!((desk.status(unasked), desk.status(new)), (Status::Superseded, Status::Allowed));
    journal.start(new, "a-digest", NOW).unwrap();
    assert!(anew(new, Decider::Mode).is_err());
}

#[test]
fn the_last_use_of_a_rule_goes_to_exactly_one_of_those_that_race() {
    let desk = Desk::new();
    let (journal, run) = (desk.journal(), desk.run());
    let rule = journal.add_rule(&RuleDraft { uses_left: Some(1), ..rule(run) }, "Allow", None, NOW).unwrap();
    let started: usize = thread::scope(|scope| {
        let racers: Vec<_> = (0..8)
            .map(|n| {
                let new = allowed(run, &format!("c{n}"));
                let new = assent_journal::NewAction { decided_by: Some(Decider::Rule { rule }), ..new };
                scope.spawn(move || {
                    let id = journal.propose(&new, None, NOW).unwrap();
                    usize::from(journal.start(id, &new.digest, NOW).is_ok())
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).sum()
    });
    assert_eq!((started, desk.count("rule_use")), (1, 1));
}
