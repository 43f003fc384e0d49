//! The one start of an action. The order is the guarantee: everything is checked again, the start is committed, the
//! inverses are made ready and committed, and only then comes the effect; then the outcome.

use crate::{
    Answered, Control, Engine,
    action::drive::{result_turn, standing_of},
    action::facts::WRITTEN_BY,
    action::hold::Held,
    action::judge::{action_digest, lapses_at, looked_at, new_action},
    words,
};
use assent_agent::{
    Inverse, Output, Place, Tool, ToolError, ToolFacts,
    run_loop::{Event, Standing},
};
use assent_journal::JournalError;
use assent_protocol::{
    Action, Answer, Decider, Effect, ItemOutcome, ProposedCall, Reversal, Run, Status, Turn, canonical::canonical,
    texts, wire::Change,
};
use assent_tools::bound;
use serde_json::{Value, json};
use std::sync::Arc;

/// How often one read is settled anew because what it reads goes on changing, before a person is asked.
const MOST_TRIES: usize = 3;

impl Engine {
    /// Starts the approved action of `call` and sees it to its outcome, unless it is not what was approved any more.
    /// What is to be held is held first. Without an event, it was taken away in between.
    pub(crate) async fn start(
        &self,
        run: &Run,
        turns: &[Turn],
        call: &str,
        control: &Arc<Control>,
    ) -> Answered<Vec<Event>> {
        let engine = self.clone();
        let (run, call, control) = (run.clone(), call.to_owned(), control.clone());
        let said: Vec<Turn> = turns.iter().filter(|turn| matches!(turn, Turn::User { .. })).cloned().collect();
        let work = move || engine.start_here(&run, &said, &call, &control);
        tokio::task::spawn_blocking(work).await.map_err(|error| words::other(error.to_string()))?
    }

    pub(crate) fn start_here(&self, run: &Run, said: &[Turn], call: &str, control: &Control) -> Answered<Vec<Event>> {
        let actions = self.0.journal.actions_of_call(run.id, call)?;
        let ready = |action: &Action| standing_of(action) == Some(Standing::Ready);
        let Some(action) = actions.into_iter().rev().find(ready) else { return Ok(Vec::new()) };
        if control.holds_still(call) {
            return Ok(vec![Event::Call { call: call.to_owned(), standing: Standing::Held }]);
        }
        let proposed = proposed(&action);
        let tool = self.tool(&action.tool).ok_or_else(|| words::not_found(&action.tool))?;
        let place = self.place(run, &self.heard(run, said)?, control.stop.clone());
        let (others, writer) = self.writers(run, &action)?;
        let place = Place { others, labels: self.labels(writer), ..place };
        let described = looked_at(tool.as_ref(), &action.args, &place);
        if let Ok(facts) = &described {
            let digest = action_digest(&action.tool, &tool.spec().definition(), &action.args, facts);
            if digest != action.digest {
                return self.settle_again(run, &action, &proposed);
            }
        }
        if action.facts.reversal == Reversal::Recallable {
            match self.hold(run, &action, control)? {
                Held::Waits(event) => return Ok(vec![event]),
                Held::AsksAgain => return self.ask_again(run, &action, &proposed),
                Held::Gone => return Ok(Vec::new()),
                Held::Over => {}
            }
        }
        let stopped = &self.0.stopped;
        if stopped.is_set() {
            control.stop_now();
            return Ok(Vec::new());
        }
        let now = self.0.host.now();
        match self.0.journal.start(action.id, &action.digest, now) {
            Ok(()) => {}
            Err(JournalError::RuleGone(..)) => return self.ask_again(run, &action, &proposed),
            Err(JournalError::Frozen) => {
                control.stop_now();
                return Ok(Vec::new());
            }
            // A recall was faster.
            Err(JournalError::NotApproved(_, Status::Recalled)) => return Ok(Vec::new()),
            Err(error) => return Err(words::other(error)),
        }
        self.0.host.changed(Change::Action { action: action.id, run: run.id });
        let place = match &described {
            Ok(facts) => self.with_programs_kept(run, &action, &tool.spec().definition(), facts, place)?,
            Err(_) => place,
        };
        // A freeze that came while the start was written is heeded here, with nothing done.
        let ended = if stopped.is_set() {
            Err(ToolError::Failed(texts::say("engine.frozen.early", &[])))
        } else {
            described.and_then(|facts| self.effect(tool.as_ref(), &action, &facts, &place))
        };
        let ended = ended.map(|mut output| {
            // What the model wrote before and reads back is its own word still.
            if let (Some(writer), Value::Object(value)) = (place.labels.written_by(), &mut output.value) {
                value.insert(WRITTEN_BY.to_owned(), Value::String(writer));
            }
            output
        });
        self.finish(run, &action, &proposed, ended)
    }

    // What rules say of programs holds for whatever a call starts, not only for what its words name.
    fn with_programs_kept(
        &self,
        run: &Run,
        action: &Action,
        definition: &str,
        facts: &ToolFacts,
        place: Place,
    ) -> Answered<Place> {
        let now = self.0.host.now();
        let rules = self.rules_in_force(now)?;
        let resolved = facts.targets.iter().map(|target| (target.field.clone(), target.shown.clone())).collect();
        let call = assent_policy::CallView {
            tool: &action.tool,
            definition,
            args: &action.args,
            resolved: &resolved,
            run: run.id,
            automation: run.automation,
            amount: None,
        };
        let (denied, asked) = assent_policy::programs_kept(&rules, &call, "/programs", now);
        Ok(Place { denied, asked, ..place })
    }

    // Between the start row and the outcome row. Whatever happens here is an attempt, also when it fails at once.
    fn effect(&self, tool: &dyn Tool, action: &Action, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        bound::still_there(facts)?;
        let inverses = tool.prepare(&action.args, facts, place)?;
        if !inverses.is_empty() {
            self.0
                .journal
                .keep_inverses(action.id, &action.tool, &pairs(inverses))
                .map_err(|error| ToolError::Failed(error.to_string()))?;
        }
        let ended = tool.run_as(&key_of(action), &action.args, facts, place)?;
        // What was read of a thing that took the place of another on the way is given to nobody.
        bound::still_there(facts)?;
        Ok(ended)
    }

    fn finish(
        &self,
        run: &Run,
        action: &Action,
        call: &ProposedCall,
        ended: Result<Output, ToolError>,
    ) -> Answered<Vec<Event>> {
        let (status, output, note) = match ended {
            Ok(output) => (status_of(&output.items), output, None),
            Err(error) => {
                (Status::Failed, Output::default(), Some(assent_protocol::visible::visible(&error.to_string())))
            }
        };
        let note = note.or_else(|| handed_over(&output.items)).or_else(|| first_problem(&output.items));
        let Turn::Result { call: id, tool, .. } = result_turn(call, status, Value::Null, None) else {
            return Ok(Vec::new());
        };
        let turn = Turn::Result {
            call: id,
            tool,
            status,
            output: told(action, &output),
            reason: note.clone(),
            untrusted: output.untrusted.clone(),
        };
        self.0.journal.finish(
            action.id,
            status,
            &output.items,
            note.as_deref(),
            &pairs(output.inverses),
            Some(&turn),
            self.0.host.now(),
        )?;
        self.watch_trust();
        self.0.host.changed(Change::Action { action: action.id, run: run.id });
        Ok(vec![Event::Turn(turn)])
    }

    // What a task may look at unasked goes on changing while it works: its own writes come before its reads. Such a read
    // is settled anew as it is now, by the same rules, and its old decision does not count for it. A person's yes is
    // never carried over.
    fn settle_again(&self, run: &Run, action: &Action, call: &ProposedCall) -> Answered<Vec<Event>> {
        let unasked = action.decision.as_ref().is_some_and(|d| matches!(d.by, Decider::Mode | Decider::Rule { .. }));
        let tries = self.0.journal.actions_of_call(run.id, &action.call)?.len();
        if !unasked || action.facts.effect != Effect::Observe || tries > MOST_TRIES {
            return self.ask_again(run, action, call);
        }
        let turns = self.0.journal.turns(run.id)?;
        let assessed = match self.assess_again(run, &turns, &action.tool, &call.args) {
            Ok(now) if now.verdict.answer == Answer::Allow && now.facts.effect == Effect::Observe => now,
            _ => return self.ask_again(run, action, call),
        };
        let now = self.0.host.now();
        let new = new_action(run, call, assessed, now);
        let id = self.0.journal.renew(action.id, &new, now)?;
        self.0.host.changed(Change::Action { action: id, run: run.id });
        Ok(vec![Event::Call { call: call.call.clone(), standing: Standing::Ready }])
    }

    // What would run is not what was settled: judge it anew. It waits as a new card even where a rule had allowed it,
    // because what changed between the decision and the start is for a person to look at.
    fn ask_again(&self, run: &Run, action: &Action, call: &ProposedCall) -> Answered<Vec<Event>> {
        let now = self.0.host.now();
        let turns = self.0.journal.turns(run.id)?;
        let assessed = match self.assess(run, &turns, &action.tool, &call.args) {
            Ok(assessed) => assessed,
            Err(error) => return Err(words::other(error)),
        };
        let denied = assessed.verdict.answer == Answer::Deny;
        let lapses = lapses_at(&assessed, now);
        let mut new = new_action(run, call, assessed, now);
        new.says = Some(texts::say("engine.changed", &[]));
        if !denied {
            new.status = Status::Waiting;
            new.decided_by = None;
            new.expires_at = Some(lapses);
        }
        let id = self.0.journal.reopen(action.id, &new, now)?;
        self.0.host.changed(Change::Action { action: id, run: run.id });
        if denied {
            let turn =
                result_turn(call, Status::Denied, Value::Null, Some(crate::action::judge::sentences(&new.verdict)));
            self.0.journal.add_turn(run.id, &turn, now)?;
            return Ok(vec![Event::Turn(turn)]);
        }
        self.review_soon(id);
        Ok(vec![Event::Call { call: call.call.clone(), standing: Standing::Waiting }])
    }
}

/// What no other action has, in this history or in one that begins anew in the same folder.
pub(crate) fn key_of(action: &Action) -> String {
    format!("{} {} {}", action.id, action.proposed_at, action.digest)
}

/// The call that an action came from, with its arguments as they are now.
pub(crate) fn proposed(action: &Action) -> ProposedCall {
    ProposedCall {
        call: action.call.clone(),
        tool: action.tool.clone(),
        args: canonical(&action.args),
        says: action.says.clone(),
    }
}

fn pairs(inverses: Vec<Inverse>) -> Vec<(u32, Value)> {
    inverses.into_iter().map(|inverse| (inverse.item, inverse.data)).collect()
}

fn status_of(items: &[ItemOutcome]) -> Status {
    let count = |status: Status| items.iter().filter(|item| item.status == status).count();
    let done = count(Status::Succeeded);
    if handed_over(items).is_some() {
        Status::HandedOver
    } else if done == items.len() {
        Status::Succeeded
    } else if count(Status::Unknown) > 0 {
        // Worse than failed: somebody has to look.
        Status::Unknown
    } else if done > 0 {
        Status::Partly
    } else if count(Status::Cancelled) == items.len() {
        Status::Cancelled
    } else {
        Status::Failed
    }
}

// What was approved for an agent elsewhere, in words.
fn handed_over(items: &[ItemOutcome]) -> Option<String> {
    let [only] = items else { return None };
    (only.status == Status::HandedOver).then(|| only.note.clone()).flatten()
}

fn first_problem(items: &[ItemOutcome]) -> Option<String> {
    let problems: Vec<_> = items.iter().filter(|item| item.status != Status::Succeeded).collect();
    let first = problems.first()?.note.clone().unwrap_or_default();
    Some(texts::say("engine.items.problem", &[("count", &problems.len().to_string()), ("first", &first)]))
}

fn told(action: &Action, output: &Output) -> Value {
    if output.items.is_empty() {
        return output.value.clone();
    }
    let done = output.items.iter().filter(|item| item.status == Status::Succeeded).count();
    let mut told = json!({"done": done, "failed": output.items.len() - done});
    let failed: Vec<_> = output.items.iter().filter(|item| item.status != Status::Succeeded).take(50).collect();
    if !failed.is_empty() {
        told["items"] = json!(failed);
    }
    // What ran is what the user made of it, and the model must not report what it had proposed.
    if action.edit_of.is_some() {
        told["edited"] = action.args.clone();
    }
    if let (Value::Object(told), Value::Object(more)) = (&mut told, &output.value) {
        for (key, value) in more {
            told.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    told
}
