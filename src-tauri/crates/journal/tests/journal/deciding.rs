//! Cards: proposed once, decided once, and told apart by how they ended.

use crate::support::*;
use assent_journal::{JournalError, NewAction};
use assent_protocol::*;
use std::thread;

#[test]
fn card_10_of_many_answers_that_race_exactly_one_counts() {
    let desk = Desk::new();
    let run = desk.run();
    for round in 0..12 {
        let call = format!("c{round}");
        let id = desk.propose(&waiting(run, &call));
        let journal = desk.journal();
        let wins: usize = thread::scope(|scope| {
            let racers: Vec<_> = (0..8)
                .map(|n| {
                    let answer = decision(Decider::User, &format!("{call}-digest"));
                    let to = if n % 2 == 0 { Status::Approved } else { Status::Rejected };
                    scope.spawn(move || match journal.decide(id, &answer, to, None) {
                        Ok(action) => {
                            assert_eq!(action.status, to);
                            1
                        }
                        Err(JournalError::AlreadyDecided(other, _)) if other == id => 0,
                        Err(other) => panic!("{other}"),
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).sum()
        });
        assert_eq!(wins, 1);
    }
    assert_eq!(desk.count("decision"), 12);
    assert!(desk.journal().verify().ok);
}

#[test]
fn dur_06_an_answer_after_the_expiry_is_too_late() {
    let desk = Desk::new();
    let run = desk.run();
    let id = desk.propose(&waiting(run, "c1"));
    assert_eq!(desk.journal().expire_due(NOW + 7 * DAY - 1).unwrap(), []);
    // The card has lapsed, and nothing has noticed yet.
    let late = Decision { at: NOW + 8 * DAY, ..decision(Decider::User, "c1-digest") };
    assert!(matches!(desk.journal().decide(id, &late, Status::Approved, None), Err(JournalError::Lapsed(_))));
    assert_eq!(desk.journal().expire_due(NOW + 8 * DAY).unwrap(), [id]);
    assert!(matches!(
        desk.journal().decide(id, &late, Status::Rejected, None),
        Err(JournalError::AlreadyDecided(_, Status::Expired))
    ));
}

#[test]
fn an_expired_card_is_not_a_rejected_one_and_the_model_is_told_so() {
    let desk = Desk::new();
    let run = desk.run();
    let id = desk.propose(&waiting(run, "c1"));
    desk.journal().expire_due(NOW + 8 * DAY).unwrap();
    let action = desk.journal().action(id).unwrap().unwrap();
    assert_eq!((action.status, action.decision.unwrap().by), (Status::Expired, Decider::Expiry));
    let [Turn::Result { call, status, reason, .. }] = &desk.journal().turns(run).unwrap()[..] else { panic!() };
    assert_eq!((call.as_str(), *status), ("c1", Status::Expired));
    assert!(reason.as_ref().unwrap().contains("not a no"));
    assert_eq!(desk.journal().tally(run).unwrap().rejections_in_row, 0);
}

#[test]
fn a_decision_on_another_digest_than_the_card_is_refused() {
    let desk = Desk::new();
    let id = desk.propose(&waiting(desk.run(), "c1"));
    let refused = desk.journal().decide(id, &decision(Decider::User, "other"), Status::Approved, None);
    assert!(matches!(refused, Err(JournalError::DigestDiffers(_))));
    assert_eq!(desk.status(id), Status::Waiting);
}

#[test]
fn the_same_call_proposed_again_gives_the_first_action() {
    let desk = Desk::new();
    let run = desk.run();
    let first = desk.journal().propose(&waiting(run, "c1"), Some(&told("c1")), NOW).unwrap();
    assert_eq!(desk.journal().propose(&waiting(run, "c1"), Some(&told("c1")), NOW).unwrap(), first);
    assert_eq!(desk.journal().turns(run).unwrap().len(), 1);
    let changed = NewAction { digest: "other".into(), ..waiting(run, "c1") };
    assert_ne!(desk.propose(&changed), first);
}

#[test]
fn a_yes_from_nobody_cannot_be_proposed() {
    let desk = Desk::new();
    let new = NewAction { decided_by: None, ..allowed(desk.run(), "c1") };
    assert!(matches!(desk.journal().propose(&new, None, NOW), Err(JournalError::Impossible { .. })));
    let new = NewAction { status: Status::Started, ..new };
    assert!(matches!(desk.journal().propose(&new, None, NOW), Err(JournalError::Impossible { .. })));
}

#[test]
fn an_edit_supersedes_its_card_in_one_step() {
    let desk = Desk::new();
    let run = desk.run();
    let old = desk.propose(&waiting(run, "c1"));
    let edit = NewAction {
        digest: "edited".into(),
        status: Status::Approved,
        decided_by: Some(Decider::User),
        ..waiting(run, "ignored")
    };
    let new = desk.journal().replace(old, &decision(Decider::User, "c1-digest"), &edit).unwrap();
    assert_eq!((desk.status(old), desk.status(new)), (Status::Superseded, Status::Approved));
    let new = desk.journal().action(new).unwrap().unwrap();
    assert_eq!((new.edit_of, new.call.as_str()), (Some(old), "c1"));
    assert!(desk.journal().replace(old, &decision(Decider::User, "c1-digest"), &edit).is_err());
    desk.journal().start(new.id, "edited", NOW).unwrap();
    assert!(desk.journal().verify().ok);
}

#[test]
fn a_target_that_changed_before_the_start_opens_a_new_card() {
    let desk = Desk::new();
    let run = desk.run();
    let old = desk.propose(&allowed(run, "c1"));
    let anew = NewAction { digest: "new-state".into(), ..allowed(run, "c1") };
    let new = desk.journal().reopen(old, &anew, NOW).unwrap();
    assert_eq!((desk.status(old), desk.status(new)), (Status::Superseded, Status::Waiting));
    assert!(matches!(desk.journal().reopen(old, &anew, NOW), Err(JournalError::AlreadyDecided(..))));
    assert!(matches!(desk.journal().start(old, "c1-digest", NOW), Err(JournalError::NotApproved(..))));
    let denied = NewAction { status: Status::Denied, decided_by: Some(Decider::Floor), ..anew };
    let denied = desk.journal().reopen(new, &denied, NOW).unwrap();
    assert_eq!(desk.status(denied), Status::Denied);
    assert!(desk.journal().reopen(denied, &waiting(run, "c1"), NOW).is_err());
}

#[test]
fn a_stopped_run_takes_its_cards_back_and_the_model_hears_of_each() {
    let desk = Desk::new();
    let run = desk.run();
    let cards = [desk.propose(&waiting(run, "c1")), desk.propose(&waiting(run, "c2"))];
    let other = desk.propose(&waiting(desk.run(), "c1"));
    assert_eq!(desk.journal().withdraw_of(run, NOW).unwrap(), cards);
    assert_eq!(desk.journal().turns(run).unwrap().len(), 2);
    assert_eq!(desk.journal().waiting().unwrap().iter().map(|card| card.id).collect::<Vec<_>>(), [other]);
    assert_eq!(desk.journal().withdraw_of(run, NOW).unwrap(), []);
}

#[test]
fn a_freeze_stops_what_was_approved_and_keeps_its_decision() {
    let desk = Desk::new();
    let id = desk.propose(&waiting(desk.run(), "c1"));
    desk.journal().decide(id, &decision(Decider::User, "c1-digest"), Status::Approved, None).unwrap();
    let frozen = desk.journal().decide(id, &decision(Decider::Freeze, "c1-digest"), Status::Frozen, None).unwrap();
    assert_eq!((frozen.status, frozen.decision.unwrap().by), (Status::Frozen, Decider::User));
    assert_eq!(desk.count("decision"), 1);
    assert!(desk.journal().verify().ok);
}

#[test]
fn a_question_is_answered_once() {
    let desk = Desk::new();
    let run = desk.run();
    let question = desk.journal().add_question(run, "c1", "Which?", &[], NOW).unwrap();
    assert_eq!(desk.journal().add_question(run, "c1", "Which?", &[], NOW).unwrap(), question);
    assert_eq!(desk.journal().open_questions().unwrap().len(), 1);
    desk.journal().answer_question(question, "This", &told("c1"), NOW).unwrap();
    let again = desk.journal().answer_question(question, "That", &told("c1"), NOW);
    assert!(matches!(again, Err(JournalError::AlreadyAnswered(_))));
    assert_eq!(desk.journal().questions_of(run).unwrap()[0].1.as_deref(), Some("This"));
    assert!(desk.journal().open_questions().unwrap().is_empty());
}
