//! What a run may use up before it asks (DESIGN 4.6), from committed counts only.

use assent_protocol::{Mode, texts};

/// The budget of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Turns of the model.
    pub turns: u32,
    /// Actions of any kind.
    pub actions: u32,
    /// Changes that nobody was asked about.
    pub unasked_changes: u32,
    /// Milliseconds, without the time spent waiting for a person.
    pub wall_ms: i64,
}

/// What a run has used, from committed rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Turns of the model, with the one that proposed this call.
    pub turns: u32,
    /// Actions before this call.
    pub actions: u32,
    /// Changes that nobody was asked about.
    pub unasked_changes: u32,
    /// Milliseconds, without the time spent waiting for a person.
    pub elapsed_ms: i64,
    /// Actions in a row that failed.
    pub errors_in_row: u32,
    /// Actions in a row that the user rejected.
    pub rejections_in_row: u32,
    /// Digests of tool and arguments, newest last.
    pub last: Vec<String>,
}

/// How a run stands against its bounds. The words are a sentence for the card.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LimitState {
    /// Everything is left that is needed.
    #[default]
    Within,
    /// A budget is used up.
    Spent(String),
    /// Something goes round in circles.
    Breaker(String),
}

/// The bounds of a mode. The two modes that ask before changes have those of *semi-autonomous*.
pub fn bounds(mode: Mode) -> Bounds {
    const MINUTE: i64 = 60_000;
    match mode {
        Mode::Suggest | Mode::Ask | Mode::Semi => {
            Bounds { turns: 50, actions: 100, unasked_changes: 25, wall_ms: 30 * MINUTE }
        }
        Mode::Auto => Bounds { turns: 200, actions: 400, unasked_changes: 200, wall_ms: 120 * MINUTE },
    }
}

/// Same call, failures and rejections in a row that trip a breaker.
const SAME_CALL: usize = 3;
const PAIRS: usize = 3;
const ERRORS: u32 = 5;
const REJECTIONS: u32 = 3;

/// Compares what is used with the bounds; a breaker is named before a spent budget.
pub fn state(counts: &Counts, bounds: Bounds) -> LimitState {
    if let Some(words) = breaker(counts) {
        return LimitState::Breaker(words);
    }
    let spent = |key: &str, used: i64, most: i64| {
        LimitState::Spent(texts::say(key, &[("count", &used.to_string()), ("most", &most.to_string())]))
    };
    // The turn that proposed this call is itself counted, so the last turn of the budget still acts.
    if counts.turns > bounds.turns {
        return spent("policy.limit.turns", counts.turns.into(), bounds.turns.into());
    }
    if counts.actions >= bounds.actions {
        return spent("policy.limit.actions", counts.actions.into(), bounds.actions.into());
    }
    if counts.unasked_changes >= bounds.unasked_changes {
        return spent("policy.limit.changes", counts.unasked_changes.into(), bounds.unasked_changes.into());
    }
    if counts.elapsed_ms >= bounds.wall_ms {
        return spent("policy.limit.time", counts.elapsed_ms / 60_000, bounds.wall_ms / 60_000);
    }
    LimitState::Within
}

fn breaker(counts: &Counts) -> Option<String> {
    let count = |key: &str, n: &dyn ToString| Some(texts::say(key, &[("count", &n.to_string())]));
    if counts.errors_in_row >= ERRORS {
        return count("policy.breaker.errors", &counts.errors_in_row);
    }
    if counts.rejections_in_row >= REJECTIONS {
        return count("policy.breaker.rejections", &counts.rejections_in_row);
    }
    if repeats(&counts.last, 1, SAME_CALL) {
        return count("policy.breaker.same_call", &SAME_CALL);
    }
    repeats(&counts.last, 2, PAIRS).then(|| texts::say("policy.breaker.back_and_forth", &[]))
}

// Whether the newest calls are one sequence of `period` calls, `times` times over.
fn repeats(last: &[String], period: usize, times: usize) -> bool {
    let Some(start) = last.len().checked_sub(period * times) else { return false };
    let tail = &last[start..];
    tail.iter().zip(&tail[period..]).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(calls: &str) -> Counts {
        Counts { last: calls.chars().map(String::from).collect(), ..Counts::default() }
    }

    fn of(counts: Counts) -> LimitState {
        state(&counts, bounds(Mode::Semi))
    }

    #[test]
    fn the_same_call_three_times_in_a_row_trips_the_breaker() {
        assert!(matches!(of(last("abbb")), LimitState::Breaker(_)));
        assert_eq!(of(last("abb")), LimitState::Within);
        assert_eq!(of(last("bbba")), LimitState::Within);
    }

    #[test]
    fn back_and_forth_three_times_trips_the_breaker() {
        assert!(matches!(of(last("xababab")), LimitState::Breaker(_)));
        assert_eq!(of(last("babab")), LimitState::Within);
        assert_eq!(of(last("abcabc")), LimitState::Within);
    }

    #[test]
    fn errors_and_rejections_in_a_row_trip_the_breaker() {
        assert_eq!(of(Counts { errors_in_row: 4, rejections_in_row: 2, ..Counts::default() }), LimitState::Within);
        assert!(matches!(of(Counts { errors_in_row: 5, ..Counts::default() }), LimitState::Breaker(_)));
        assert!(matches!(of(Counts { rejections_in_row: 3, ..Counts::default() }), LimitState::Breaker(_)));
    }

    #[test]
    fn each_budget_is_spent_at_its_bound_and_not_before() {
        let bound = bounds(Mode::Semi);
        let full = Counts {
            turns: bound.turns,
            actions: bound.actions - 1,
            unasked_changes: bound.unasked_changes - 1,
            elapsed_ms: bound.wall_ms - 1,
            ..Counts::default()
        };
        assert_eq!(of(full.clone()), LimitState::Within);
        for over in [
            Counts { turns: bound.turns + 1, ..full.clone() },
            Counts { actions: bound.actions, ..full.clone() },
            Counts { unasked_changes: bound.unasked_changes, ..full.clone() },
            Counts { elapsed_ms: bound.wall_ms, ..full.clone() },
        ] {
            let LimitState::Spent(words) = of(over) else { panic!("not spent") };
            assert!(!words.contains('{') && !words.starts_with("policy."), "{words}");
        }
    }
}
