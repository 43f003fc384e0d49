//! What limits are counted from: committed rows, whatever the clock does and however often the program starts anew.

use crate::support::{Desk, NOW, allowed, facts, told};
use assent_journal::{Charge, LONGEST_STEP, NewAction};
use assent_protocol::{Budget, Destination, Effect, Facts, LimitName, RunId, RunStatus, Size, Status, Turn, Used};
use proptest::prelude::*;

const MINUTE: i64 = 60_000;

fn worked(desk: &Desk, run: RunId, now: i64) -> i64 {
    desk.journal().usage(run, now).unwrap().worked_ms
}

fn turn_at(desk: &Desk, run: RunId, at: i64) {
    desk.journal().add_turn(run, &told("c"), at).unwrap();
}

#[test]
fn lim_05_time_waiting_for_a_person_is_no_work_and_a_restart_resets_nothing() {
    let mut desk = Desk::new();
    let run = desk.run();
    turn_at(&desk, run, NOW + 2 * MINUTE);
    desk.journal().set_run_status(run, RunStatus::Waiting, None, NOW + 3 * MINUTE).unwrap();
    assert_eq!(worked(&desk, run, NOW + 600 * MINUTE), 3 * MINUTE);
    desk.open().unwrap();
    desk.journal().set_run_status(run, RunStatus::Running, None, NOW + 600 * MINUTE).unwrap();
    turn_at(&desk, run, NOW + 604 * MINUTE);
    desk.open().unwrap();
    assert_eq!(worked(&desk, run, NOW + 605 * MINUTE), 8 * MINUTE);
}

#[test]
fn lim_06_a_clock_that_jumps_adds_at_most_a_step_and_takes_nothing_back() {
    let desk = Desk::new();
    let run = desk.run();
    turn_at(&desk, run, NOW + MINUTE);
    turn_at(&desk, run, NOW - 60 * MINUTE);
    assert_eq!(worked(&desk, run, NOW - 59 * MINUTE), 2 * MINUTE, "a step back counts nothing");
    turn_at(&desk, run, NOW + 48 * 60 * MINUTE);
    assert_eq!(worked(&desk, run, NOW + 48 * 60 * MINUTE), MINUTE + LONGEST_STEP, "nor is a night's sleep work");
}

fn sends(run: RunId, call: &str, to: Destination) -> NewAction {
    let size = Size { recipients: 2, ..Size::default() };
    NewAction { facts: Facts { effect: Effect::Send, destination: to, size, ..facts() }, ..allowed(run, call) }
}

#[test]
fn lim_06_outward_starts_of_the_hour_count_also_after_the_clock_was_moved_back() {
    let mut desk = Desk::new();
    let run = desk.run();
    for (call, to) in [("c1", Destination::NewParty), ("c2", Destination::KnownParty)] {
        let id = desk.propose(&sends(run, call, to));
        desk.journal().start(id, &format!("{call}-digest"), NOW).unwrap();
    }
    let here = desk.propose(&allowed(run, "c3"));
    desk.journal().start(here, "c3-digest", NOW).unwrap();
    let card = NewAction { status: Status::Waiting, decided_by: None, ..sends(run, "c4", Destination::NewParty) };
    desk.propose(&card);
    desk.open().unwrap();
    let hour = |at| desk.journal().usage(run, at).map(|usage| (usage.outward, usage.new_recipients)).unwrap();
    assert_eq!(hour(NOW + MINUTE), (2, 2), "only what started, only what is new");
    let next = desk.propose(&sends(run, "c5", Destination::Unknown));
    assert_eq!(hour(NOW), (3, 4), "and what is about to start");
    desk.journal().start(next, "c5-digest", NOW).unwrap();
    assert_eq!(hour(NOW - 60 * MINUTE), (3, 4));
    assert_eq!(hour(NOW + 61 * MINUTE), (0, 0));
}

#[test]
fn a_budget_is_kept_and_the_chain_stays_whole() {
    let mut desk = Desk::new();
    let run = desk.run();
    let set = Budget { actions: Some(7), ..Budget::default() };
    desk.journal().set_budget(run, &set, NOW).unwrap();
    desk.journal().pardon(run, NOW).unwrap();
    let near = Used { limit: LimitName::Actions, used: 6, most: Some(7) };
    assert!(desk.journal().warn(run, &near, NOW).unwrap());
    assert!(!desk.journal().warn(run, &Used { used: 7, ..near }, NOW).unwrap(), "once for each size of a limit");
    desk.open().unwrap();
    assert_eq!((desk.journal().budget(run).unwrap(), desk.journal().warnings(run).unwrap()), (set, vec![near]));
    assert!(desk.journal().verify().ok);
    desk.tamper("UPDATE run SET budget = '{\"actions\":9999}'");
    assert!(!desk.journal().verify().ok);
}

#[test]
fn what_the_user_has_said_to_go_on_after_trips_no_breaker() {
    let desk = Desk::new();
    let run = desk.run();
    let id = desk.propose(&allowed(run, "c1"));
    desk.journal().start(id, "c1-digest", NOW).unwrap();
    desk.journal().finish(id, Status::Failed, &[], None, &[], Some(&told("c1")), NOW).unwrap();
    assert_eq!(desk.journal().tally(run).unwrap().errors_in_row, 1);
    desk.journal().pardon(run, NOW).unwrap();
    let tally = desk.journal().tally(run).unwrap();
    assert_eq!((tally.errors_in_row, tally.last_digests.len(), tally.actions), (0, 0, 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn lim_03_lim_04_no_kill_and_no_report_makes_a_reply_cheaper_than_what_was_set_aside(
        calls in proptest::collection::vec((1u32..50, any::<bool>(), 0u32..200), 1..12),
    ) {
        let mut desk = Desk::new();
        let run = desk.run();
        let mut least = 0;
        for (aside, killed, reported) in calls {
            let id = desk.journal().reserve_tokens(run, aside, NOW).unwrap();
            if killed {
                desk.open().unwrap();
                least += aside;
            } else {
                let reply = Turn::Model { text: String::new(), calls: Vec::new() };
                let cost = aside.max(reported);
                desk.journal().add_reply(run, &reply, None, Charge { tokens: Some(cost), aside: Some(id) }, NOW).unwrap();
                least += cost;
            }
            prop_assert_eq!(desk.journal().usage(run, NOW).unwrap().tokens, least);
        }
        prop_assert!(desk.journal().verify().ok);
    }
}
