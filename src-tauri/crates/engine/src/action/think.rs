//! One reply of the model: asked for, heard as it comes, kept with what it cost. A model that cannot be reached or used
//! gives way to the second one.

use crate::{
    Answered, Control, Engine,
    action::limits::{Aside, charge},
    sources::models::Chosen,
};
use assent_agent::{
    ModelError, Reply, Request,
    run_loop::{RunState, unique_ids},
};
use assent_journal::Charge;
use assent_protocol::{Run, RunStatus, Turn, texts, wire::Change};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

/// Re-asks of a model whose reply could not be used, before the run gives up.
const RE_ASKS: u32 = 3;
/// Text is passed on in pieces of this length, so that a fast model does not flood the window.
const SPEAK_EVERY: Duration = Duration::from_millis(50);

/// The note of a run that ended because its goal was not understood.
pub(crate) const NOT_UNDERSTOOD: &str = "engine.not_understood";

/// What came of asking.
pub(crate) enum Thought {
    /// A turn, committed.
    Reply(Turn),
    /// The run ends so, with a note.
    Ends(RunStatus, String),
    /// A stop or a freeze came meanwhile.
    Halted,
}

/// What is known of a run's models while it is driven.
#[derive(Default)]
pub(crate) struct Talk {
    // What providers must get back, by the first call of each reply.
    kept: HashMap<String, String>,
    // Once the second model has taken over, it goes on until the run is driven anew.
    place: usize,
}

enum Asked {
    Reply(Reply),
    Failed(ModelError),
    Halted,
}

impl Engine {
    /// What earlier replies of the run left for the next.
    pub(crate) fn talk(&self, run: &Run) -> Answered<Talk> {
        let mut talk = Talk::default();
        for (turn, reply) in self.0.journal.replies(run.id)? {
            if let (Turn::Model { calls, .. }, Some(kept)) = (turn, reply.and_then(|reply| reply.kept)) {
                talk.kept.extend(calls.into_iter().next().map(|call| (call.call, kept)));
            }
        }
        Ok(talk)
    }

    pub(crate) async fn think(
        &self,
        run: &Run,
        state: &RunState,
        talk: &mut Talk,
        control: &Control,
    ) -> Answered<Thought> {
        let models = match self.models_for(run) {
            Ok(models) => models,
            Err(error) => return Ok(Thought::Ends(RunStatus::Failed, error.message)),
        };
        let aside = match self.may_think(run, state.turns())? {
            Ok(aside) => aside,
            Err(why) => return Ok(Thought::Ends(RunStatus::Waiting, why)),
        };
        let mut request = self.request(run, state);
        request.kept.clone_from(&talk.kept);
        let mut instead = None;
        loop {
            let place = talk.place.min(models.len() - 1);
            let chosen = &models[place];
            match self.ask_model(run, chosen, &mut request, control).await {
                Asked::Reply(reply) => {
                    return Ok(Thought::Reply(self.keep_reply(
                        run,
                        state,
                        talk,
                        Answer { chosen, reply, instead, aside },
                    )?));
                }
                Asked::Failed(ModelError::NotUnderstood(text)) => {
                    let reply = Reply { text, ..Reply::default() };
                    self.keep_reply(run, state, talk, Answer { chosen, reply, instead, aside })?;
                    return Ok(Thought::Ends(RunStatus::Failed, texts::say(NOT_UNDERSTOOD, &[])));
                }
                Asked::Halted => return Ok(Thought::Halted),
                Asked::Failed(error) => {
                    let Some(next) = models.get(place + 1) else {
                        return Ok(Thought::Ends(RunStatus::Failed, error.to_string()));
                    };
                    let names = (chosen.model.name(), next.model.name());
                    let values = [("first", names.0.as_str()), ("second", &names.1), ("reason", &error.to_string())];
                    instead = Some(texts::say("engine.fallback", &values));
                    talk.place = place + 1;
                    request.again = None;
                }
            }
        }
    }

    async fn ask_model(&self, run: &Run, chosen: &Chosen, request: &mut Request, control: &Control) -> Asked {
        for tries in 0.. {
            match self.hear(run, chosen, request, control).await {
                Asked::Failed(ModelError::Malformed(reason)) if tries < RE_ASKS => request.again = Some(reason),
                ended => return ended,
            }
        }
        Asked::Halted
    }

    // Dropping the reply on its way ends its connection.
    async fn hear(&self, run: &Run, chosen: &Chosen, request: &Request, control: &Control) -> Asked {
        let halted = control.halt.notified();
        tokio::pin!(halted);
        halted.as_mut().enable();
        // A stop between the last look and here would be missed.
        if control.stop.load(Ordering::SeqCst) || self.0.stopped.is_set() {
            return Asked::Halted;
        }
        let pending = Mutex::new(String::new());
        let heard = |text: &str| pending.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
        let pass_on = || {
            let text = std::mem::take(&mut *pending.lock().unwrap_or_else(PoisonError::into_inner));
            if !text.is_empty() {
                self.0.host.changed(Change::Says { run: run.id, text });
            }
        };
        let mut beat = tokio::time::interval(SPEAK_EVERY);
        let answering = chosen.model.reply(request, &heard);
        tokio::pin!(answering);
        let ended = loop {
            tokio::select! {
                biased;
                () = &mut halted => break Asked::Halted,
                answer = &mut answering => break answer.map_or_else(Asked::Failed, Asked::Reply),
                _ = beat.tick() => pass_on(),
            }
        };
        pass_on();
        ended
    }

    fn keep_reply(&self, run: &Run, state: &RunState, talk: &mut Talk, answer: Answer<'_>) -> Answered<Turn> {
        let Answer { chosen, mut reply, instead, aside } = answer;
        unique_ids(&mut reply.calls, state.turns());
        let row = self.reply_row(chosen, &reply, instead);
        let used = row.tokens.as_ref().map(|tokens| (tokens.input, tokens.output));
        let charge = Charge { tokens: charge(used, aside.as_ref()), aside: aside.map(|aside| aside.row) };
        let turn = Turn::Model { text: reply.text, calls: reply.calls };
        let elsewhere = !chosen.origin.is_empty() || row.tokens.is_some();
        let kept = elsewhere.then_some(&row);
        self.0.journal.add_reply(run.id, &turn, kept, charge, self.0.host.now())?;
        if let (Turn::Model { calls, .. }, Some(kept)) = (&turn, row.kept) {
            talk.kept.extend(calls.first().map(|call| (call.call.clone(), kept)));
        }
        self.0.host.changed(Change::Run { run: run.id, status: RunStatus::Running });
        Ok(turn)
    }
}

// A reply, whose it is, in place of which other, and what was set aside for it.
struct Answer<'a> {
    chosen: &'a Chosen,
    reply: Reply,
    instead: Option<String>,
    aside: Option<Aside>,
}
