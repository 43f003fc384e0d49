//! The state machine of a run. It awaits nothing and knows nothing of disks or clocks: the engine feeds it what was
//! committed, does what it says, commits that, and feeds it back. Because every event comes from a committed row,
//! a run is rebuilt after a kill by feeding its rows again.

use assent_protocol::{ProposedCall, Turn};
use std::sync::Arc;

/// Calls of one reply that are looked at; the rest are refused, so that a flood cannot fill the inbox.
pub const MAX_CALLS: usize = 64;

/// Where one call of the latest reply stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has looked at it.
    Unjudged,
    /// Settled with yes: it can start.
    Ready,
    /// Waits for the user.
    Waiting,
    /// Waits out its hold.
    Held,
    /// Its one attempt has begun.
    Started,
}

/// What was committed since the last step.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A turn: the user's words, the model's reply, or the result of a call.
    Turn(Turn),
    /// A call has a new standing.
    Call {
        /// The model's id for it.
        call: String,
        /// Its standing.
        standing: Standing,
    },
}

/// What to do next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Ask the model.
    CallModel,
    /// Find out the facts of this call and decide.
    Judge(ProposedCall),
    /// Start the approved action of this call.
    Start(String),
    /// Nothing can go on until the user answers or a started action ends.
    Wait,
    /// The model has nothing more to do.
    End,
}

/// A run in memory. Build it with [`RunState::default`] and feed it every event in order.
#[derive(Debug, Clone, Default)]
pub struct RunState {
    // Shared with those who read it meanwhile, so that a step does not copy all that was said before it.
    turns: Arc<Vec<Turn>>,
    open: Vec<(ProposedCall, Standing)>,
}

impl RunState {
    /// Takes one event in. Events about calls that are not open (any more) change nothing.
    pub fn take(&mut self, event: Event) {
        match event {
            Event::Turn(turn) => {
                match &turn {
                    Turn::Model { calls, .. } => {
                        self.open = calls.iter().map(|c| (c.clone(), Standing::Unjudged)).collect();
                    }
                    Turn::Result { call, .. } => self.open.retain(|(open, _)| open.call != *call),
                    Turn::User { .. } => {}
                }
                // What the user wrote while a call was under way comes after the call's result: a model must never
                // see a call without its result behind it.
                let after = match turn {
                    Turn::Result { .. } => self.turns.iter().rposition(|t| !matches!(t, Turn::User { .. })),
                    _ => None,
                };
                let at = after.map_or(self.turns.len(), |at| at + 1);
                Arc::make_mut(&mut self.turns).insert(at, turn);
            }
            Event::Call { call, standing } => {
                if let Some(open) = self.open.iter_mut().find(|(open, _)| open.call == call) {
                    open.1 = standing;
                }
            }
        }
    }

    /// What to do now. Calls that are ready start in the order in which the model made them, and what waits does not
    /// hold up what does not.
    pub fn next(&self) -> Next {
        let first = |wanted: Standing| self.open.iter().find(|(_, standing)| *standing == wanted).map(|(call, _)| call);
        if let Some(call) = first(Standing::Unjudged) {
            return Next::Judge(call.clone());
        }
        if let Some(call) = first(Standing::Ready) {
            return Next::Start(call.call.clone());
        }
        if !self.open.is_empty() {
            return Next::Wait;
        }
        match self.turns.last() {
            Some(Turn::Model { calls, .. }) if calls.is_empty() => Next::End,
            _ => Next::CallModel,
        }
    }

    /// The calls that wait out their hold.
    pub fn held(&self) -> Vec<String> {
        let held = self.open.iter().filter(|(_, standing)| *standing == Standing::Held);
        held.map(|(call, _)| call.call.clone()).collect()
    }

    /// The conversation so far, for the model.
    pub fn turns(&self) -> &Arc<Vec<Turn>> {
        &self.turns
    }
}

/// Makes the ids of a reply's calls unique in the run, since a model may use one twice; `known` are those used before.
pub fn unique_ids(calls: &mut [ProposedCall], known: &[Turn]) {
    let mut used: std::collections::HashSet<String> = known
        .iter()
        .filter_map(|turn| if let Turn::Model { calls, .. } = turn { Some(calls) } else { None })
        .flatten()
        .map(|call| call.call.clone())
        .collect();
    for call in calls {
        let wanted = if call.call.is_empty() { "c".to_owned() } else { call.call.clone() };
        let mut id = wanted.clone();
        let mut n = 2;
        while !used.insert(id.clone()) {
            id = format!("{wanted}-{n}");
            n += 1;
        }
        call.call = id;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use assent_protocol::Status;
    use proptest::prelude::*;
    use serde_json::Value;

    fn call(id: &str) -> ProposedCall {
        ProposedCall { call: id.into(), tool: "files.list".into(), args: "{}".into(), says: None }
    }

    fn result(id: &str) -> Event {
        Event::Turn(Turn::Result {
            call: id.into(),
            tool: "files.list".into(),
            status: Status::Succeeded,
            output: Value::Null,
            reason: None,
            untrusted: None,
        })
    }

    fn state(events: Vec<Event>) -> RunState {
        let mut state = RunState::default();
        events.into_iter().for_each(|event| state.take(event));
        state
    }

    fn reply(ids: &[&str]) -> Event {
        Event::Turn(Turn::Model { text: String::new(), calls: ids.iter().map(|id| call(id)).collect() })
    }

    fn goal() -> Event {
        Event::Turn(Turn::User { text: "tidy".into() })
    }

    fn stands(id: &str, standing: Standing) -> Event {
        Event::Call { call: id.into(), standing }
    }

    #[test]
    fn a_goal_goes_to_the_model_and_a_reply_without_calls_ends() {
        assert_eq!(state(vec![goal()]).next(), Next::CallModel);
        assert_eq!(state(vec![goal(), reply(&[])]).next(), Next::End);
    }

    #[test]
    fn a_message_after_the_end_goes_to_the_model() {
        assert_eq!(state(vec![goal(), reply(&[]), goal()]).next(), Next::CallModel);
    }

    #[test]
    fn what_waits_does_not_hold_up_what_is_ready() {
        let judged = vec![goal(), reply(&["a", "b"]), stands("a", Standing::Waiting)];
        assert_eq!(state(judged.clone()).next(), Next::Judge(call("b")));
        let mut ready = judged;
        ready.push(stands("b", Standing::Ready));
        assert_eq!(state(ready.clone()).next(), Next::Start("b".into()));
        ready.push(result("b"));
        assert_eq!(state(ready).next(), Next::Wait);
    }

    #[test]
    fn what_is_held_does_not_hold_up_what_is_ready_and_starts_when_its_hold_is_over() {
        let held = vec![goal(), reply(&["a", "b"]), stands("a", Standing::Held), stands("b", Standing::Ready)];
        assert_eq!(state(held.clone()).next(), Next::Start("b".into()));
        assert_eq!(state(held.clone()).held(), ["a"]);
        let mut over = held;
        over.extend([result("b"), stands("a", Standing::Ready)]);
        assert_eq!(state(over).next(), Next::Start("a".into()));
    }

    #[test]
    fn a_message_during_a_call_comes_after_its_result() {
        let state = state(vec![goal(), reply(&["a"]), goal(), result("a")]);
        assert!(matches!(
            state.turns().as_slice(),
            [Turn::User { .. }, Turn::Model { .. }, Turn::Result { .. }, Turn::User { .. }]
        ));
        assert_eq!(state.next(), Next::CallModel);
    }

    #[test]
    fn two_calls_with_one_id_get_two_ids() {
        let mut calls = vec![call("x"), call("x"), call("")];
        unique_ids(&mut calls, &[Turn::Model { text: String::new(), calls: vec![call("x")] }]);
        assert_eq!(calls.iter().map(|c| c.call.as_str()).collect::<Vec<_>>(), ["x-2", "x-3", "c"]);
    }

    proptest! {
        #[test]
        fn the_model_is_never_asked_while_a_call_has_no_result(answered in 0usize..4, order in proptest::collection::vec(0usize..4, 0..12)) {
            let ids = ["a", "b", "c", "d"];
            let mut events = vec![goal(), reply(&ids)];
            for id in &ids {
                events.push(stands(id, Standing::Waiting));
            }
            let mut seen: Vec<usize> = Vec::new();
            for n in order.into_iter().take(answered) {
                events.push(result(ids[n]));
                seen.push(n);
            }
            seen.sort_unstable();
            seen.dedup();
            let expected = if seen.len() == ids.len() { Next::CallModel } else { Next::Wait };
            prop_assert_eq!(state(events).next(), expected);
        }
    }
}
