//! Each limit is spent at its bound and not before, each breaker trips at its count and not before.

use super::*;

fn last(calls: &str) -> Counts {
    Counts { last: calls.chars().map(String::from).collect(), ..Counts::default() }
}

fn of(counts: Counts) -> LimitState {
    state(&counts, bounds(Mode::Semi))
}

#[test]
fn lim_01_the_same_call_three_times_in_a_row_trips_the_breaker() {
    assert!(matches!(of(last("abbb")), LimitState::Breaker(_)));
    assert_eq!(of(last("abb")), LimitState::Within);
    assert_eq!(of(last("bbba")), LimitState::Within);
}

#[test]
fn lim_01_back_and_forth_three_times_trips_the_breaker() {
    assert!(matches!(of(last("xababab")), LimitState::Breaker(_)));
    assert_eq!(of(last("babab")), LimitState::Within);
    assert_eq!(of(last("abcabc")), LimitState::Within);
}

#[test]
fn a_round_of_up_to_six_calls_three_times_over_trips_the_breaker() {
    let check = |calls: &str, trips: bool| {
        assert_eq!(matches!(of(last(calls)), LimitState::Breaker(_)), trips, "{calls}");
    };
    for round in ["abc", "abcd", "abcde", "abcdef", "aab", "abac"] {
        check(&round.repeat(3), true);
        check(&format!("xyz{}", round.repeat(3)), true);
        check(&round.repeat(2), false);
        check(&round.repeat(3)[1..], false);
    }
    // To look in between is no round: what comes after each look is another call.
    check("labcldeflghilmno", false);
    check("abcdefghijklmnopqrstuvwxyz", false);
    check(&"abcdefg".repeat(3), false);
}

#[test]
fn looks_that_differ_in_one_value_and_find_the_same_trip_the_breaker() {
    assert_eq!(of(Counts { same_but_one: 7, ..Counts::default() }), LimitState::Within);
    assert!(matches!(of(Counts { same_but_one: 8, ..Counts::default() }), LimitState::Breaker(_)));
}

#[test]
fn errors_and_rejections_in_a_row_trip_the_breaker() {
    assert_eq!(of(Counts { errors_in_row: 4, rejections_in_row: 2, ..Counts::default() }), LimitState::Within);
    assert!(matches!(of(Counts { errors_in_row: 5, ..Counts::default() }), LimitState::Breaker(_)));
    assert!(matches!(of(Counts { rejections_in_row: 3, ..Counts::default() }), LimitState::Breaker(_)));
}

const SENDS: Adds = Adds { changes: true, outward: true, new_recipients: 1 };

fn brim() -> Counts {
    let bound = bounds(Mode::Semi);
    Counts {
        turns: bound.turns,
        actions: bound.actions - 1,
        unasked_changes: bound.unasked_changes - 1,
        elapsed_ms: bound.wall_ms - 1,
        outward: bound.outward_an_hour - 1,
        new_recipients: bound.new_recipients_an_hour - 1,
        adds: SENDS,
        ..Counts::default()
    }
}

#[test]
fn each_budget_is_spent_at_its_bound_and_not_before() {
    let bound = bounds(Mode::Semi);
    assert_eq!(of(brim()), LimitState::Within);
    for over in [
        Counts { turns: bound.turns + 1, ..brim() },
        Counts { actions: bound.actions, ..brim() },
        Counts { unasked_changes: bound.unasked_changes, ..brim() },
        Counts { elapsed_ms: bound.wall_ms, ..brim() },
        Counts { outward: bound.outward_an_hour, ..brim() },
        Counts { adds: Adds { new_recipients: 2, ..SENDS }, ..brim() },
    ] {
        let LimitState::Spent(words) = of(over) else { panic!("not spent") };
        assert!(!words.contains('{') && !words.starts_with("policy."), "{words}");
    }
}

#[test]
fn a_limit_on_changes_or_sending_does_not_hold_up_what_only_reads() {
    let reads = Counts { unasked_changes: 99, outward: 99, new_recipients: 99, ..Counts::default() };
    assert_eq!(of(reads.clone()), LimitState::Within);
    assert!(matches!(of(Counts { adds: Adds { changes: true, ..Adds::default() }, ..reads }), LimitState::Spent(_)));
}

#[test]
fn what_a_person_set_takes_the_place_of_the_modes_bounds_up_and_down() {
    let set = Budget { actions: Some(3), minutes: Some(500), tokens: Some(9), ..Budget::default() };
    let bound = bounds(Mode::Semi).with(&set);
    assert_eq!((bound.actions, bound.wall_ms, bound.tokens, bound.turns), (3, 500 * MINUTE, Some(9), 50));
    assert!(matches!(state(&Counts { actions: 3, ..Counts::default() }, bound), LimitState::Spent(_)));
}

#[test]
fn it_warns_from_four_fifths_on_until_it_is_spent() {
    let near = |actions| {
        let counts = Counts { actions, ..Counts::default() };
        nearly_spent(&counts, &bounds(Mode::Semi)).first().map(|row| (row.limit, row.used, row.most))
    };
    assert_eq!(near(79), None);
    assert_eq!(near(80), Some((LimitName::Actions, 80, Some(100))));
    assert_eq!(near(99), Some((LimitName::Actions, 99, Some(100))));
    assert_eq!(near(100), None);
}

#[test]
fn the_model_is_not_asked_again_once_turns_time_or_tokens_are_spent() {
    let bound = bounds(Mode::Semi).with(&Budget { tokens: Some(10), ..Budget::default() });
    let limit = |counts: Counts| pause(&counts, bound, 4).map(|pause| (pause.limit, pause.raise_to));
    assert_eq!(limit(Counts { turns: 49, tokens: 6, elapsed_ms: 30 * MINUTE - 1, ..Counts::default() }), None);
    assert_eq!(limit(Counts { turns: 50, ..Counts::default() }), Some((Some(LimitName::Turns), Some(100))));
    assert_eq!(
        limit(Counts { elapsed_ms: 30 * MINUTE, ..Counts::default() }),
        Some((Some(LimitName::Minutes), Some(60)))
    );
    assert_eq!(limit(Counts { tokens: 7, ..Counts::default() }), Some((Some(LimitName::Tokens), Some(20))));
    assert_eq!(limit(Counts { errors_in_row: 5, ..Counts::default() }), Some((None, None)));
}
