//! Holds: what leaves this computer is held before it starts; of start, recall and freeze one wins.

use crate::support::*;
use assent_journal::{JournalError, NewAction};
use assent_protocol::*;
use std::thread;

const LENGTH: i64 = 30_000;

fn send(run: RunId, call: &str) -> NewAction {
    let facts = Facts { effect: Effect::Send, reversal: Reversal::Recallable, ..facts() };
    NewAction { facts, ..allowed(run, call) }
}

fn held(desk: &Desk) -> ActionId {
    let id = desk.propose(&send(desk.run(), "c1"));
    let action = desk.journal().hold(id, "c1-digest", LENGTH, NOW).unwrap();
    assert_eq!((action.status, action.held_until), (Status::Held, Some(NOW + LENGTH)));
    id
}

#[test]
fn of_a_start_and_a_recall_that_race_exactly_one_wins() {
    let desk = Desk::new();
    let mut recalls = 0;
    for round in 0..100 {
        let id = held(&desk);
        let journal = desk.journal();
        let (started, recalled) = thread::scope(|scope| {
            let start = scope.spawn(move || journal.start(id, "c1-digest", NOW));
            let recall = scope.spawn(move || journal.recall(id, &told("c1"), NOW));
            (start.join().unwrap(), recall.join().unwrap())
        });
        match (&started, &recalled) {
            (Ok(()), Err(JournalError::TooLate(_, Status::Started))) => assert_eq!(desk.status(id), Status::Started),
            (Err(JournalError::NotApproved(_, Status::Recalled)), Ok(_)) => {
                recalls += 1;
                assert_eq!(desk.status(id), Status::Recalled);
            }
            other => panic!("round {round}: {other:?}"),
        }
    }
    assert_eq!(desk.count("attempt"), 100 - recalls);
    assert!(desk.journal().verify().ok);
}

#[test]
fn what_leaves_this_computer_does_not_start_without_a_hold_and_nothing_else_is_held() {
    let desk = Desk::new();
    let (journal, run) = (desk.journal(), desk.run());
    let id = desk.propose(&send(run, "c1"));
    assert!(matches!(journal.start(id, "c1-digest", NOW), Err(JournalError::NotHeld(_))));
    assert!(matches!(journal.hold(id, "another", LENGTH, NOW), Err(JournalError::DigestDiffers(_))));
    journal.hold(id, "c1-digest", LENGTH, NOW).unwrap();
    journal.start(id, "c1-digest", NOW).unwrap();
    let here = desk.propose(&allowed(run, "c2"));
    assert!(matches!(journal.hold(here, "c2-digest", LENGTH, NOW), Err(JournalError::NotApproved(..))));
    let card = NewAction { status: Status::Waiting, decided_by: None, ..send(run, "c3") };
    let card = desk.propose(&card);
    assert!(matches!(journal.hold(card, "c3-digest", LENGTH, NOW), Err(JournalError::NotApproved(..))));
    assert!(matches!(journal.recall(card, &told("c3"), NOW), Err(JournalError::TooLate(_, Status::Waiting))));
}

#[test]
fn what_was_recalled_is_told_once_and_never_held_or_started_again() {
    let desk = Desk::new();
    let id = held(&desk);
    let action = desk.journal().recall(id, &told("c1"), NOW).unwrap();
    assert_eq!(
        (action.status, action.decision.unwrap().by, action.held_until),
        (Status::Recalled, Decider::Mode, None)
    );
    assert_eq!(desk.journal().turns(action.run).unwrap().len(), 1);
    assert!(matches!(desk.journal().recall(id, &told("c1"), NOW), Err(JournalError::TooLate(..))));
    assert!(matches!(desk.journal().hold(id, "c1-digest", LENGTH, NOW), Err(JournalError::NotApproved(..))));
    assert!(matches!(desk.journal().start(id, "c1-digest", NOW), Err(JournalError::NotApproved(..))));
    assert_eq!(desk.count("attempt"), 0);
    let early = desk.propose(&send(action.run, "c2"));
    assert_eq!(desk.journal().recall(early, &told("c2"), NOW).unwrap().status, Status::Recalled);
}

#[test]
fn a_freeze_in_the_hold_freezes_it_and_afterwards_the_hold_begins_again_in_full() {
    let desk = Desk::new();
    let id = held(&desk);
    let journal = desk.journal();
    journal.set_frozen(true, NOW + 1).unwrap();
    assert!(matches!(journal.start(id, "c1-digest", NOW + 1), Err(JournalError::Frozen)));
    assert_eq!(journal.freeze_held(NOW + 1).unwrap(), [id]);
    assert_eq!(desk.status(id), Status::Frozen);
    assert!(matches!(journal.hold(id, "c1-digest", LENGTH, NOW + 2), Err(JournalError::Frozen)));
    journal.set_frozen(false, NOW + 3).unwrap();
    assert!(matches!(journal.start(id, "c1-digest", NOW + 3), Err(JournalError::NotHeld(_))));
    let again = journal.hold(id, "c1-digest", LENGTH, NOW + 4).unwrap();
    assert_eq!((again.held_until, again.ended_at), (Some(NOW + 4 + LENGTH), None));
    journal.start(id, "c1-digest", NOW + 5).unwrap();
    assert!(journal.verify().ok);
}

#[test]
fn a_hold_survives_a_restart_and_begins_again() {
    let mut desk = Desk::new();
    let id = held(&desk);
    desk.open().unwrap();
    assert!(desk.journal().recover(NOW + 9).unwrap().is_empty());
    assert_eq!(desk.journal().held().unwrap()[0].id, id);
    let again = desk.journal().hold(id, "c1-digest", LENGTH, NOW + 9).unwrap();
    assert_eq!(again.held_until, Some(NOW + 9 + LENGTH));
    assert_eq!(desk.count("hold"), 1);
    assert!(desk.journal().verify().ok);
}

#[test]
fn stopping_the_task_recalls_what_is_held() {
    let desk = Desk::new();
    let id = held(&desk);
    let run = desk.journal().action(id).unwrap().unwrap().run;
    assert_eq!(desk.journal().withdraw_of(run, NOW).unwrap(), [id]);
    assert_eq!(desk.status(id), Status::Recalled);
}

#[test]
fn bind_04_a_hold_changed_by_sql_does_not_start() {
    let desk = Desk::new();
    let id = held(&desk);
    desk.tamper("UPDATE hold SET length_ms = 0");
    assert!(matches!(desk.journal().start(id, "c1-digest", NOW), Err(JournalError::Altered(_))));
    assert!(!desk.journal().verify().ok);
}
