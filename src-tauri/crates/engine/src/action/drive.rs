//! Driving a run: ask the loop what is next, do it, commit it, feed it back, until it waits or ends.

use crate::{
    Answered, Engine,
    action::{helpers, hold::Waited, judge, offered_tools, think::Thought},
    base::driver::Driver,
};
use assent_agent::Tool as _;
use assent_agent::{
    Request,
    run_loop::{Event, Next, RunState, Standing},
};
use assent_protocol::{Action, ProposedCall, Run, RunId, RunStatus, Status, Turn, wire::Change};
use std::{
    collections::{HashMap, HashSet},
    sync::{PoisonError, atomic::Ordering},
};

impl Engine {
    /// Drives a run in the background. Needs a runtime around it.
    pub fn spawn(&self, run: RunId) {
        let engine = self.clone();
        self.0.runs.driven.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            let _ = engine.drive(run).await;
            engine.0.runs.driven.fetch_sub(1, Ordering::SeqCst);
        });
    }

    /// Takes up every run that was going on when the program last ended, and goes on by itself from here.
    pub fn resume_all(&self) {
        self.0.runs.goes_on.store(true, Ordering::SeqCst);
        for run in self.0.journal.unfinished_runs().unwrap_or_default() {
            self.spawn(run.id);
        }
    }

    /// Drives a run until it waits for the user or ends. If somebody else drives it, waits for them first.
    ///
    /// # Errors
    /// When the journal cannot be read or written; the run can be driven again.
    pub async fn drive(&self, id: RunId) -> Answered<Run> {
        self.whole()?;
        let control = self.control(id);
        let gate = control.gate.lock().await;
        let mut run = self.run_row(id)?;
        if self.frozen() || matches!(run.status, RunStatus::Stopped) {
            return Ok(run);
        }
        control.stop.store(false, Ordering::SeqCst);
        if let Some(driving) = self.0.above.drive(self, &run, &control) {
            driving.await?;
            return self.run_row(id);
        }
        let mut state = {
            let mut said = control.said.lock().unwrap_or_else(PoisonError::into_inner);
            said.clear();
            self.take_up_helpers(id)?;
            self.rebuild(id)?
        };
        let mut talk = self.talk(&run)?;
        let mut fresh = false;
        let ended = loop {
            for turn in control.said.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                state.take(Event::Turn(turn));
            }
            if control.stop.load(Ordering::SeqCst) || self.0.stopped.is_set() {
                break None;
            }
            let next = state.next();
            fresh &= matches!(next, Next::Wait);
            match next {
                Next::CallModel => match self.think(&run, &state, &mut talk, &control).await? {
                    Thought::Reply(turn) => state.take(Event::Turn(turn)),
                    Thought::Ends(status, note) => break Some((status, Some(note))),
                    Thought::Halted => break None,
                },
                Next::Judge(call) => {
                    for event in self.judge(&run, state.turns(), &call).await? {
                        state.take(event);
                    }
                }
                Next::Start(call) => {
                    let events = self.start(&run, state.turns(), &call, &control).await?;
                    if events.is_empty() {
                        // It was recalled or frozen just now.
                        state = self.rebuild(id)?;
                    }
                    events.into_iter().for_each(|event| state.take(event));
                }
                Next::Wait if !state.held().is_empty() => match self.wait_out(&state.held(), &control).await {
                    Waited::Over(calls) => {
                        for call in calls {
                            state.take(Event::Call { call, standing: Standing::Ready });
                        }
                    }
                    Waited::Nudged => {
                        let mut said = control.said.lock().unwrap_or_else(PoisonError::into_inner);
                        said.clear();
                        state = self.rebuild(id)?;
                    }
                },
                Next::Wait => {
                    let works = self.wait_for_helpers(id).await?;
                    // A helper may have reported since the state was read: it is read anew once before standing still.
                    if !works && fresh {
                        break Some((RunStatus::Waiting, None));
                    }
                    fresh = !works;
                    let mut said = control.said.lock().unwrap_or_else(PoisonError::into_inner);
                    said.clear();
                    state = self.rebuild(id)?;
                }
                Next::End => break Some((RunStatus::Done, None)),
            }
        };
        let stands = ended.is_some();
        if let Some((status, note)) = ended {
            self.settle(&run, status, note.as_deref())?;
        }
        run = self.run_row(id)?;
        if let (Some(parent), true) = (run.parent, stands) {
            drop(gate);
            self.go_on_above(parent).await;
        }
        Ok(run)
    }

    pub(crate) fn settle(&self, run: &Run, status: RunStatus, note: Option<&str>) -> Answered<()> {
        // A stop or a freeze that came meanwhile has the last word.
        if self.run_row(run.id)?.status == RunStatus::Stopped {
            return Ok(());
        }
        self.0.journal.set_run_status(run.id, status, note, self.0.host.now())?;
        self.0.host.changed(Change::Run { run: run.id, status });
        self.tell_if_needed(run.id);
        self.tell_parent(&self.run_row(run.id)?)
    }

    /// The state of a run from its committed rows.
    pub(crate) fn rebuild(&self, run: RunId) -> Answered<RunState> {
        let mut state = RunState::default();
        for turn in self.0.journal.turns(run)? {
            state.take(Event::Turn(turn));
        }
        for action in self.0.journal.actions_of(run)? {
            if let Some(standing) = standing_of(&action) {
                state.take(Event::Call { call: action.call, standing });
            }
        }
        for (question, answer) in self.0.journal.questions_of(run)? {
            if answer.is_none() {
                state.take(Event::Call { call: question.call, standing: Standing::Waiting });
            }
        }
        for call in self.helped_calls(run)? {
            state.take(Event::Call { call, standing: Standing::Waiting });
        }
        Ok(state)
    }

    pub(crate) fn request(&self, run: &Run, state: &RunState) -> Request {
        let mut tools: Vec<_> = self.0.sources.tools.values().map(|tool| tool.spec()).collect();
        tools.push(judge::ask_user());
        let of_accounts = self.account_tools();
        let more = of_accounts.iter().filter(|(name, _)| !self.0.sources.tools.contains_key(name));
        tools.extend(more.map(|(_, tool)| tool.spec()));
        let connected = self.connected_tools();
        tools.extend(connected.values().filter(|tool| tool.is_offered()).map(|tool| tool.spec()));
        let mut said = String::new();
        let (mut called, mut pages, mut held) = (HashSet::new(), false, false);
        for turn in state.turns().iter() {
            match turn {
                Turn::User { text } => said.extend([text.as_str(), "\n"]),
                Turn::Model { calls, .. } => called.extend(calls.iter().map(|call| call.tool.as_str())),
                Turn::Result { output, .. } => {
                    pages |= !output["more"].is_null();
                    held |= !output["held_back"].is_null();
                }
            }
        }
        said.push_str(&run.hosts.join(" "));
        if self.may_delegate(run, &said) {
            tools.push(helpers::spec());
        }
        if let Some(given) = self.given_tools(run).unwrap_or(Some(Vec::new())) {
            tools.retain(|tool| given.contains(&tool.name) || tool.name == judge::ASK_USER);
        }
        tools.retain(|tool| pages || !offered_tools::PAGERS.contains(&tool.name.as_str()));
        tools.retain(|tool| held || tool.name != offered_tools::PLACES_HELD);
        // The planner pays for no word of a tool, and understands more than the words of a family.
        let plans = Driver::of(&run.model) == Driver::Planner;
        tools
            .retain(|tool| plans || called.contains(tool.name.as_str()) || offered_tools::spoken_of(&tool.name, &said));
        let kept = |name: &str| !connected.contains_key(name) || called.contains(name);
        Request {
            turns: state.turns().clone(),
            tools: offered_tools::fitting(tools, &said, kept),
            folders: run.grants.iter().map(|grant| grant.folder.clone()).collect(),
            notes_folder: self.notes_folder().display().to_string(),
            home: self.0.config.home.display().to_string(),
            now: self.0.host.now(),
            began: run.started_at,
            zone: self.0.host.zone(),
            mode: run.mode,
            kept: HashMap::new(),
            again: None,
        }
    }
}

pub(crate) fn standing_of(action: &Action) -> Option<Standing> {
    match action.status {
        Status::Waiting => Some(Standing::Waiting),
        // A hold that this program does not wait for yet begins when it is its turn.
        Status::Approved | Status::Allowed | Status::Held | Status::Frozen => Some(Standing::Ready),
        Status::Started => Some(Standing::Started),
        _ => None,
    }
}

/// The result turn of a call, as the model will see it.
pub(crate) fn result_turn(
    call: &ProposedCall,
    status: Status,
    output: serde_json::Value,
    reason: Option<String>,
) -> Turn {
    Turn::Result { call: call.call.clone(), tool: call.tool.clone(), status, output, reason, untrusted: None }
}
