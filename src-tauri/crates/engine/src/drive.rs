//! Driving a run: ask the loop what is next, do it, commit it, feed it back, until it waits or ends.

use crate::{
    Answered, Engine,
    limits::{Aside, charge},
    words,
};
use assent_agent::{
    Model, ModelError, Reply, Request,
    run_loop::{Event, Next, RunState, Standing, unique_ids},
};
use assent_models::{OpenAi, Planner, Secret};
use assent_protocol::{
    Action, ProposedCall, Run, RunId, RunStatus, Status, Turn, texts,
    wire::{Change, ErrorCode, WireError},
};
use std::sync::{Arc, PoisonError, atomic::Ordering};

/// Re-asks of a model whose reply could not be used, before the run gives up.
const RE_ASKS: u32 = 3;
/// The note of a run that ended because its goal was not understood.
pub(crate) const NOT_UNDERSTOOD: &str = "engine.not_understood";

impl Engine {
    /// Drives a run in the background. Needs a runtime around it.
    pub fn spawn(&self, run: RunId) {
        let engine = self.clone();
        tokio::spawn(async move {
            let _ = engine.drive(run).await;
        });
    }

    /// Takes up every run that was going on when the program last ended.
    pub fn resume_all(&self) {
        for run in self.0.journal.unfinished_runs().unwrap_or_default() {
            self.spawn(run.id);
        }
    }

    /// Drives a run until it waits for the user or ends. If somebody else drives it, waits for them first.
    ///
    /// # Errors
    /// When the journal cannot be read or written; the run can be driven again.
    pub async fn drive(&self, id: RunId) -> Answered<Run> {
        let control = self.control(id);
        let _gate = control.gate.lock().await;
        let mut run = self.run_row(id)?;
        if self.frozen() || matches!(run.status, RunStatus::Stopped) {
            return Ok(run);
        }
        control.stop.store(false, Ordering::SeqCst);
        let mut state = {
            let mut said = control.said.lock().unwrap_or_else(PoisonError::into_inner);
            said.clear();
            self.rebuild(id)?
        };
        let ended = loop {
            for turn in control.said.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                state.take(Event::Turn(turn));
            }
            if control.stop.load(Ordering::SeqCst) {
                break None;
            }
            match state.next() {
                Next::CallModel => match self.think(&run, &state, &control.halt).await? {
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
                    for event in self.start(&run, &call, &control.stop).await? {
                        state.take(event);
                    }
                }
                Next::Wait => break Some((RunStatus::Waiting, None)),
                Next::End => break Some((RunStatus::Done, None)),
            }
        };
        if let Some((status, note)) = ended {
            self.settle(&run, status, note.as_deref())?;
        }
        run = self.run_row(id)?;
        Ok(run)
    }

    fn settle(&self, run: &Run, status: RunStatus, note: Option<&str>) -> Answered<()> {
        // A stop or a freeze that came meanwhile has the last word.
        if self.run_row(run.id)?.status == RunStatus::Stopped {
            return Ok(());
        }
        self.0.journal.set_run_status(run.id, status, note, self.0.host.now()).map_err(words::other)?;
        self.0.host.changed(Change::Run { run: run.id, status });
        self.tell_if_needed(run.id);
        Ok(())
    }

    /// The state of a run from its committed rows.
    pub(crate) fn rebuild(&self, run: RunId) -> Answered<RunState> {
        let mut state = RunState::default();
        for turn in self.0.journal.turns(run).map_err(words::other)? {
            state.take(Event::Turn(turn));
        }
        for action in self.0.journal.actions_of(run).map_err(words::other)? {
            if let Some(standing) = standing_of(&action) {
                state.take(Event::Call { call: action.call, standing });
            }
        }
        for (question, answer) in self.0.journal.questions_of(run).map_err(words::other)? {
            if answer.is_none() {
                state.take(Event::Call { call: question.call, standing: Standing::Waiting });
            }
        }
        Ok(state)
    }

    async fn think(&self, run: &Run, state: &RunState, halt: &tokio::sync::Notify) -> Answered<Thought> {
        let model = match self.model_for(run) {
            Ok(model) => model,
            Err(error) => return Ok(Thought::Ends(RunStatus::Failed, error.message)),
        };
        let aside = match self.may_think(run, state.turns())? {
            Ok(aside) => aside,
            Err(why) => return Ok(Thought::Ends(RunStatus::Waiting, why)),
        };
        let request = self.request(run, state);
        let host = self.0.host.clone();
        let id = run.id;
        let heard = move |text: &str| host.changed(Change::Says { run: id, text: text.to_owned() });
        let mut tries = 0;
        let reply = loop {
            let halted = halt.notified();
            let answer = tokio::select! {
                answer = model.reply(&request, &heard) => answer,
                () = halted => return Ok(Thought::Halted),
            };
            match answer {
                Ok(reply) => break reply,
                Err(ModelError::Malformed(_)) if tries < RE_ASKS => tries += 1,
                Err(ModelError::NotUnderstood(text)) => {
                    self.keep_reply(run, state, Reply { text, ..Reply::default() }, aside.as_ref())?;
                    return Ok(Thought::Ends(RunStatus::Failed, texts::say(NOT_UNDERSTOOD, &[])));
                }
                Err(error) => return Ok(Thought::Ends(RunStatus::Failed, error.to_string())),
            }
        };
        Ok(Thought::Reply(self.keep_reply(run, state, reply, aside.as_ref())?))
    }

    fn keep_reply(&self, run: &Run, state: &RunState, reply: Reply, aside: Option<&Aside>) -> Answered<Turn> {
        let Reply { text, mut calls, tokens } = reply;
        unique_ids(&mut calls, state.turns());
        let turn = Turn::Model { text, calls };
        let row = aside.map(|aside| aside.row);
        self.0.journal.add_reply(run.id, &turn, charge(tokens, aside), row, self.0.host.now()).map_err(words::other)?;
        self.0.host.changed(Change::Run { run: run.id, status: RunStatus::Running });
        Ok(turn)
    }

    fn request(&self, run: &Run, state: &RunState) -> Request {
        let mut tools: Vec<_> = self.0.tools.values().map(|tool| tool.spec()).collect();
        tools.push(crate::judge::ask_user());
        tools.sort_by(|a, b| a.name.cmp(&b.name));
        Request {
            turns: state.turns().to_vec(),
            tools,
            folders: run.grants.iter().map(|grant| grant.folder.clone()).collect(),
            notes_folder: self.notes_folder().display().to_string(),
            home: self.0.config.home.display().to_string(),
            now: self.0.host.now(),
            zone: self.0.host.zone(),
            mode: run.mode,
        }
    }

    fn model_for(&self, run: &Run) -> Answered<Arc<dyn Model>> {
        if let Some(model) = &self.0.stand_in {
            return Ok(model.clone());
        }
        if run.model == "planner" {
            return Ok(Arc::new(Planner));
        }
        let base_url = self.base_url()?;
        let key = self.0.keys.key(&crate::settings::host_of(&base_url));
        OpenAi::new(&base_url, &run.model, key.map(Secret::new))
            .map(|model| Arc::new(model) as Arc<dyn Model>)
            .map_err(|message| WireError { code: ErrorCode::Other, message })
    }

    pub(crate) fn run_row(&self, id: RunId) -> Answered<Run> {
        self.0.journal.run(id).map_err(words::other)?.ok_or_else(|| words::not_found(&id.to_string()))
    }
}

enum Thought {
    Reply(Turn),
    Ends(RunStatus, String),
    Halted,
}

fn standing_of(action: &Action) -> Option<Standing> {
    match action.status {
        Status::Waiting => Some(Standing::Waiting),
        Status::Approved | Status::Allowed | Status::Held => Some(Standing::Ready),
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
