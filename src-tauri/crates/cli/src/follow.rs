//! Following a run: drive it until it waits or ends, print each thing once as it is committed, and say the truth at
//! the end.

use crate::out::Style;
use crate::{Desk, Ended, card};
use assent_protocol::{
    Action, ActionId, Decider, Decision, Effect, Paused, Question, QuestionId, Run, RunId, RunStatus, Status, Step,
    wire::WireError,
};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// How often the journal is looked at while a run goes on.
const BEAT: Duration = Duration::from_millis(250);

/// A run with what was already printed of it.
pub struct Follow<'a> {
    desk: &'a Desk,
    pub run: RunId,
    shown: HashMap<ActionId, Status>,
    asked: HashSet<QuestionId>,
    messages: usize,
    notices: usize,
    warnings: usize,
}

/// What a run waits for.
#[derive(Default)]
pub struct Open {
    pub cards: Vec<Action>,
    pub questions: Vec<Question>,
}

impl<'a> Follow<'a> {
    /// Follows from the beginning.
    pub fn start(desk: &'a Desk, run: RunId) -> Follow<'a> {
        Follow { desk, run, shown: HashMap::new(), asked: HashSet::new(), messages: 0, notices: 0, warnings: 0 }
    }

    /// Follows from here on: what stands in the journal by now was seen before.
    pub fn from_here(desk: &'a Desk, run: RunId) -> Result<Follow<'a>, WireError> {
        let mut follow = Follow::start(desk, run);
        let view = desk.engine.run(run)?;
        follow.warnings = view.warnings.len();
        for step in view.steps {
            match step {
                Step::Agent { .. } => follow.messages += 1,
                Step::Notice { .. } => follow.notices += 1,
                Step::Action { action } => {
                    follow.shown.insert(action.id, action.status);
                }
                Step::Question { question, .. } => {
                    follow.asked.insert(question.id);
                }
                Step::User { .. } => {}
            }
        }
        Ok(follow)
    }

    /// Drives the run until it waits or ends, printing what happens.
    pub async fn drive(&mut self) -> Result<Run, WireError> {
        let engine = self.desk.engine.clone();
        let driving = engine.drive(self.run);
        tokio::pin!(driving);
        let mut beat = tokio::time::interval(BEAT);
        let run = loop {
            tokio::select! {
                run = &mut driving => break run?,
                _ = beat.tick() => {
                    if let Ok(here) = engine.here() {
                        here.heed_freeze();
                    }
                    if engine.here().is_err() || self.desk.host.changed_since() {
                        self.show()?;
                        self.desk.host.print_spoken(self.run);
                        self.desk.answer_servers(self.run)?;
                    }
                }
            }
        };
        self.show()?;
        Ok(run)
    }

    /// Prints what is new.
    pub fn show(&mut self) -> Result<(), WireError> {
        let desk = self.desk;
        let (mut messages, mut notices) = (0, 0);
        let view = desk.engine.run(self.run)?;
        for text in view.warnings.iter().skip(self.warnings) {
            desk.out.object(&json!({"type": "warning", "run": self.run, "text": text}));
            desk.out.line(Style::Alert, text);
        }
        self.warnings = view.warnings.len();
        for step in view.steps {
            match step {
                Step::Agent { text } => {
                    messages += 1;
                    if messages > self.messages && !text.is_empty() && !desk.host.finish_spoken(self.run, &text) {
                        desk.out.message(&text);
                    }
                }
                Step::Notice { text } => {
                    notices += 1;
                    if notices > self.notices {
                        desk.out.message(&text);
                    }
                }
                Step::Action { action } => self.show_action(&action)?,
                Step::Question { question, answer: None } if self.asked.insert(question.id) => {
                    show_question(desk, &question);
                }
                Step::Question { .. } | Step::User { .. } => {}
            }
        }
        (self.messages, self.notices) = (messages, notices);
        Ok(())
    }

    fn show_action(&mut self, action: &Action) -> Result<(), WireError> {
        if self.shown.insert(action.id, action.status) == Some(action.status) {
            return Ok(());
        }
        match action.status {
            Status::Waiting => card::show(&self.desk.out, &self.desk.engine.card(action.id)?),
            // A look that was settled anew by itself: the one in its place says how it ended.
            Status::Superseded if settled_by_itself(action) => {}
            // On the way; the next line says how it ended.
            Status::Allowed | Status::Approved | Status::Started => {}
            Status::Held => {
                // So that another terminal can recall it, from the moment that it is told of.
                if let Ok(here) = self.desk.engine.here() {
                    here.listen_while_held()?;
                }
                card::show_held(&self.desk.out, action);
            }
            _ => card::show_action(&self.desk.out, action),
        }
        Ok(())
    }

    /// What the run waits for now.
    pub fn open(&self) -> Result<Open, WireError> {
        let mut open = Open::default();
        for step in self.desk.engine.run(self.run)?.steps {
            match step {
                Step::Action { action } if action.status == Status::Waiting => open.cards.push(*action),
                Step::Question { question, answer: None } => open.questions.push(question),
                _ => {}
            }
        }
        Ok(open)
    }

    /// The last words on the run: how it stands, with counts of what changed something, and what to type next.
    pub fn end(&self) -> Result<Ended, WireError> {
        let (ended, last) = self.told()?;
        self.desk.out.object(&last);
        Ok(ended)
    }

    /// The last words as text; as JSON they are handed back, since they have to be the last line.
    pub fn told(&self) -> Result<(Ended, Value), WireError> {
        let view = self.desk.engine.run(self.run)?;
        let changes = |wanted: &[Status]| {
            let counted = |step: &&Step| {
                matches!(step, Step::Action { action }
                    if wanted.contains(&action.status) && action.facts.effect != Effect::Observe)
            };
            view.steps.iter().filter(counted).count()
        };
        let open = self.open()?;
        if let Some(paused) = &view.paused {
            show_paused(self.desk, paused);
        }
        let waiting = open.cards.len() + open.questions.len() + usize::from(view.paused.is_some());
        let (name, ended) = match view.run.status {
            RunStatus::Done => ("done", Ended::Done),
            // A run that stands still under a freeze waits for the person to unfreeze.
            RunStatus::Waiting | RunStatus::Running => ("waiting", Ended::Waiting),
            RunStatus::Stopped => ("stopped", Ended::Failed),
            RunStatus::Failed => ("failed", Ended::Failed),
        };
        if !self.desk.out.json {
            let did = changes(&[Status::Succeeded, Status::Partly, Status::Unknown]) > 0;
            self.tell(&view.run, &view.receipt, &open, changes(&[Status::Suggested]), did);
        }
        let mut last = json!({
            "type": "end", "run": self.run, "status": name, "waiting": waiting,
            "succeeded": changes(&[Status::Succeeded]), "failed": changes(&[Status::Failed, Status::Partly]),
            "unknown": changes(&[Status::Unknown]), "note": view.run.note,
        });
        if let Some(spent) = &view.spent {
            let used = json!({"replies": spent.replies, "tokens_in": spent.input, "tokens_out": spent.output,
                "cost": spent.cost, "unpriced": spent.unpriced});
            if let (Value::Object(last), Value::Object(used)) = (&mut last, used) {
                last.extend(used);
            }
            self.desk.out.line(Style::Dim, &spent.words);
        }
        Ok((ended, last))
    }

    fn tell(&self, run: &Run, receipt: &str, open: &Open, suggested: usize, did: bool) {
        let out = &self.desk.out;
        let id = run.id.to_string();
        out.line(Style::Plain, "");
        if let Some(note) = &run.note {
            note.lines().for_each(|line| out.line(Style::Strong, line));
        }
        match run.status {
            RunStatus::Done => {
                out.say(Style::Strong, "cli.end.done", &[("receipt", receipt)]);
                if suggested > 0 {
                    out.say(Style::Plain, "cli.end.suggested", &[("count", &suggested.to_string())]);
                }
                let next = if did { "cli.end.done.next" } else { "cli.end.done.next_nothing" };
                out.say(Style::Dim, next, &[("run", &id)]);
            }
            RunStatus::Waiting | RunStatus::Running => self.tell_waiting(&id, open),
            RunStatus::Stopped | RunStatus::Failed => {
                let (style, key) = match run.status {
                    RunStatus::Stopped => (Style::Strong, "cli.end.stopped"),
                    _ => (Style::Bad, "cli.end.failed"),
                };
                out.say(style, key, &[("receipt", receipt)]);
                let next = if did { "cli.end.cut.next" } else { "cli.end.cut.next_nothing" };
                out.say(Style::Dim, next, &[("run", &id)]);
            }
        }
    }

    fn tell_waiting(&self, run: &str, open: &Open) {
        let out = &self.desk.out;
        let cards = open.cards.iter().map(|action| action.id.to_string());
        let ids: Vec<String> = cards.chain(open.questions.iter().map(|question| question.id.to_string())).collect();
        if ids.is_empty() {
            out.say(Style::Strong, "cli.end.paused", &[("run", run)]);
            return;
        }
        out.say(Style::Strong, "cli.end.waiting", &[("count", &ids.len().to_string()), ("ids", &ids.join(", "))]);
        if let Some(first) = open.cards.first() {
            out.say(Style::Dim, "cli.end.waiting.next", &[("id", &first.id.to_string())]);
        }
        if let Some(first) = open.questions.first() {
            out.say(Style::Dim, "cli.end.question.next", &[("id", &first.id.to_string())]);
        }
    }
}

fn settled_by_itself(action: &Action) -> bool {
    let unasked = |decision: &Decision| matches!(decision.by, Decider::Mode | Decider::Rule { .. });
    action.facts.effect == Effect::Observe && action.decision.as_ref().is_some_and(unasked)
}

/// Shows a run that stands still at a limit, for scripts; a person reads its note.
pub fn show_paused(desk: &Desk, paused: &Paused) {
    desk.out.object(&json!({
        "type": "paused", "run": paused.run, "why": paused.why, "limit": paused.limit, "raise_to": paused.raise_to,
    }));
}

/// Shows a question of the agent.
pub fn show_question(desk: &Desk, question: &Question) {
    desk.out.object(&json!({"type": "question", "id": question.id, "run": question.run, "text": question.text,
        "choices": question.choices}));
    desk.out.say(Style::Strong, "cli.question", &[("id", &question.id.to_string()), ("text", &question.text)]);
    for (at, choice) in question.choices.iter().enumerate() {
        let number = (at + 1).to_string();
        desk.out.say(Style::Plain, "cli.question.choice", &[("number", &number), ("text", choice)]);
    }
}
