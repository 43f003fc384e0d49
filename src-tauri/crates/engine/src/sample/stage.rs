//! Where a sample is played: its engine, its clock, and the story as it is told.

use super::{
    About,
    clock::{Heard, MovedClock},
    keep_about,
};
use crate::{Answered, Config, Engine, automation::trigger::sift::Happening, base::words};
use assent_agent::Model;
use assent_domains::{Domain, clerk::Clerk};
use assent_protocol::{
    Action, AutomationDraft, Decider, Effect, FiringStatus, Reason, RuleDraft, RunId, RunStatus, Sample, SampleLine,
    SampleReport, Status, Step, Triage, Trigger, texts, visible::visible,
};
use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// Midnight, UTC, of the first day of every sample: Monday 6 January 2025.
pub(super) const FIRST: i64 = 1_736_121_600_000;
pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;

/// The sample being played.
pub(super) struct Stage<'a> {
    pub(super) engine: Engine,
    pub(super) folder: PathBuf,
    pub(super) about: About,
    /// What this sample adds to the digest.
    pub(super) remarks: Vec<String>,
    pub(super) picture: Option<String>,
    /// What is told as something else: the port of a page is another one each time.
    pub(super) mask: Option<(String, String)>,
    told_firing: i64,
    /// What is worth a look, as the ends of commands: `why a12`.
    pub(super) next: Vec<String>,
    host: Arc<MovedClock>,
    story: Vec<SampleLine>,
    tell: &'a (dyn Fn(&SampleLine) + Send + Sync),
}

impl<'a> Stage<'a> {
    pub(super) fn new(
        folder: PathBuf,
        about: About,
        tell: &'a (dyn Fn(&SampleLine) + Send + Sync),
    ) -> Answered<Stage<'a>> {
        keep_about(&folder, &about)?;
        let data = folder.join("assent");
        let host = Arc::new(MovedClock::at(FIRST));
        let config = Config { data, home: folder.clone(), keychain: false };
        let mind: Option<Arc<dyn Model>> = match about.sample {
            Sample::Support => Some(Arc::new(Clerk)),
            Sample::Monitoring | Sample::Trading => None,
        };
        let engine = Engine::open_with(config, host.clone(), mind)?;
        engine.wake_domains(|domain| match about.sample {
            Sample::Support => domain == Domain::Support,
            Sample::Trading => domain == Domain::Trading,
            Sample::Monitoring => false,
        })?;
        Ok(Stage {
            engine,
            folder,
            about,
            remarks: Vec::new(),
            picture: None,
            mask: None,
            told_firing: 0,
            next: Vec::new(),
            host,
            story: Vec::new(),
            tell,
        })
    }

    /// Adds an automation, unless it was added before a kill.
    pub(super) fn automation(&self, mut draft: AutomationDraft) -> Answered<()> {
        draft.model = Some("planner".to_owned());
        let known = self.engine.automations()?;
        if !known.list.iter().any(|row| row.automation.draft.name == draft.name) {
            self.engine.add_automation(draft, true)?;
        }
        Ok(())
    }

    /// Makes a rule as a person does by hand, unless it was made before a kill.
    pub(super) fn rule(&self, draft: RuleDraft) -> Answered<()> {
        if !self.engine.rules()?.iter().any(|rule| rule.draft.tool == draft.tool) {
            self.engine.make_rule(draft, false)?;
        }
        Ok(())
    }

    /// Moves the clock, lets what came due happen, and waits until nothing is under way.
    pub(super) async fn beat(&mut self, at: i64) -> Answered<()> {
        self.host.to(at);
        // First what lapses: what fires at the same moment must find it settled, whoever is faster.
        self.engine.expire_cards(at);
        self.rest().await?;
        // A watched folder is looked at by the times of its files, as after a restart: when the system would tell of a
        // change is nothing that a story could be sure of.
        self.engine.forget_watched();
        self.engine.tick();
        for row in self.engine.automations()?.list {
            while self.engine.looking(row.automation.id) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        self.rest().await?;
        self.tell_heard()
    }

    /// Something that the first automation is told of happens; then waits until nothing is under way.
    pub(super) async fn happen(&mut self, at: i64, happening: Happening) -> Answered<()> {
        self.host.to(at);
        self.engine.expire_cards(at);
        self.rest().await?;
        let first = self.engine.0.journal.automations()?.into_iter().next();
        let automation = first.ok_or_else(|| words::not_found("automation"))?;
        self.engine.account(&automation, vec![happening], Vec::new(), None, false)?;
        self.rest().await?;
        self.tell_heard()
    }

    /// Waits until nothing is under way, and drives what a kill cut off.
    async fn rest(&self) -> Answered<()> {
        loop {
            while self.engine.0.runs.driven.load(Ordering::SeqCst) > 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let runs = self.engine.0.journal.unfinished_runs()?;
            let Some(run) = runs.into_iter().find(|run| run.status == RunStatus::Running) else { return Ok(()) };
            self.engine.drive(run.id).await?;
        }
    }

    /// The person of this sample looks at what waits: each card in turn, until nothing more comes of it.
    pub(super) async fn answer(&mut self, at: i64, choose: impl Fn(&Action) -> Choice) -> Answered<()> {
        self.host.to(at);
        self.engine.present();
        let waiting = self.engine.0.journal.waiting()?;
        for action in waiting {
            match choose(&action) {
                Choice::Approve => {
                    let typed = crate::confirmation(&action);
                    let confirm = action.verdict.escalate.then_some(typed.as_str());
                    self.engine.approve(action.id, Some(&action.digest), confirm, Decider::User)?;
                }
                Choice::Reject(key) => {
                    self.engine.reject(action.id, Some(texts::say(key, &[])), false)?;
                }
                Choice::Leave => {}
            }
            self.rest().await?;
        }
        self.tell_heard()
    }

    /// The person takes something back.
    pub(super) fn undo(&mut self, at: i64, id: &str) -> Answered<()> {
        self.host.to(at);
        self.engine.present();
        self.engine.undo(id)?;
        self.tell_heard()
    }

    /// This step of the story is done; after a kill it is not played again.
    pub(super) fn step_done(&mut self, step: u32) -> Answered<()> {
        self.about.done = step;
        keep_about(&self.folder, &self.about)
    }

    /// Adds a line to the story.
    pub(super) fn say(&mut self, key: &str, values: &[(&str, &str)]) {
        self.line(texts::say(key, values));
    }

    pub(super) fn line(&mut self, text: String) {
        let at = crate::base::clock::absolute(self.engine.0.host.now(), "UTC");
        let at = at.trim_end_matches(" UTC").to_owned();
        let line = SampleLine { at, text: self.masked(visible(&text)) };
        (self.tell)(&line);
        self.story.push(line);
    }

    /// The report, read from the journal.
    pub(super) fn report(mut self) -> Answered<SampleReport> {
        // Nothing of it goes on by itself when somebody opens its history later.
        self.engine.pause_automations(true)?;
        self.about.ended = true;
        keep_about(&self.folder, &self.about)?;
        let (counts, mut digest) = self.engine.reckoned()?;
        digest.extend(std::mem::take(&mut self.remarks));
        let digest = digest.into_iter().map(|line| self.masked(line)).collect();
        let data = self.engine.0.config.data.display().to_string();
        let data = if data.contains(' ') { format!("\"{data}\"") } else { data };
        let next = self.next.iter().map(|end| format!("assent --data {data} {end}")).collect();
        self.engine.close();
        Ok(SampleReport {
            sample: self.about.sample,
            folder: self.folder.display().to_string(),
            picture: self.picture,
            story: self.story,
            digest,
            counts,
            next,
        })
    }

    fn masked(&self, text: String) -> String {
        match &self.mask {
            Some((from, to)) => {
                let (host, other) = (from.trim_end_matches('/'), to.trim_end_matches('/'));
                text.replace(host, other)
            }
            None => text,
        }
    }

    // What a trigger saw and what it led to; a time that came round is no news.
    fn tell_fired(&mut self) -> Answered<()> {
        let firings = self.engine.0.journal.firings_since(0)?;
        for firing in firings {
            if firing.id.0 <= self.told_firing {
                continue;
            }
            self.told_firing = firing.id.0;
            let automation = self.engine.automation_row(firing.automation)?;
            if matches!(automation.draft.trigger, Trigger::Time { .. }) {
                continue;
            }
            let key = match (firing.status, firing.triage) {
                (FiringStatus::Noted, _) => "sample.line.noted",
                (FiringStatus::Started, Some(Triage::Escalate)) => "sample.line.escalated",
                (FiringStatus::Started, _) => "sample.line.proposed",
                _ => "sample.line.trouble",
            };
            let (name, what) = (visible(&automation.draft.name), firing.what);
            self.say(key, &[("name", &name), ("what", what.trim_end_matches('.')), ("because", &firing.reason)]);
        }
        Ok(())
    }

    fn tell_heard(&mut self) -> Answered<()> {
        let Heard { actions, ended, notices } = self.host.heard();
        if self.about.sample != Sample::Trading {
            self.tell_fired()?;
        }
        for notice in notices {
            self.say("sample.line.notice", &[("title", &notice.title), ("body", &notice.body)]);
        }
        for id in actions {
            let action = self.engine.action_row(id)?;
            if let Some(text) = told(&action) {
                self.line(text);
            }
        }
        for run in ended {
            self.tell_ended(run)?;
        }
        Ok(())
    }

    // What a run says at its end, where it changed nothing: that is all that came of it.
    fn tell_ended(&mut self, run: RunId) -> Answered<()> {
        let view = self.engine.run(run)?;
        let changes = |step: &Step| {
            matches!(step, Step::Action { action } if action.facts.effect != Effect::Observe
                || action.status == Status::Denied)
        };
        if self.about.sample != Sample::Trading && !view.steps.iter().any(changes) {
            let last = view.steps.iter().rev().find_map(|step| match step {
                Step::Agent { text } if !text.is_empty() => Some(text.clone()),
                _ => None,
            });
            if let Some(text) = last {
                self.line(text);
            }
        }
        Ok(())
    }

    /// What happened since the clock was moved is not told.
    pub(super) fn forget_heard(&self) {
        drop(self.host.heard());
    }
}

/// What the person does with a card.
pub(super) enum Choice {
    Approve,
    /// With a reason, a key of the catalogue.
    Reject(&'static str),
    Leave,
}

// One action that is more than a look, in a sentence.
fn told(action: &Action) -> Option<String> {
    let title = action.title.as_str();
    if action.facts.effect == Effect::Observe && action.status != Status::Denied {
        return None;
    }
    let by = action.decision.as_ref().map(|decision| &decision.by);
    let because = || action.verdict.reasons.first().map(Reason::sentence).unwrap_or_default();
    let id = action.id.to_string();
    let line = |key: &str, values: &[(&str, &str)]| {
        Some(texts::say(key, &[&[("id", id.as_str()), ("title", title)], values].concat()))
    };
    match (action.status, by) {
        (Status::Succeeded, Some(Decider::Rule { rule })) => {
            line("sample.line.by_rule", &[("rule", &rule.to_string())])
        }
        (Status::Succeeded, Some(Decider::Mode)) => line("sample.line.by_mode", &[]),
        (Status::Succeeded, _) => line("sample.line.approved", &[]),
        (Status::Waiting, _) if action.verdict.escalate => line("sample.line.escalates", &[("because", &because())]),
        (Status::Waiting, _) => line("sample.line.asks", &[("because", &because())]),
        (Status::Rejected, _) => {
            let reason = action.decision.as_ref().and_then(|decision| decision.reason.clone()).unwrap_or_default();
            line("sample.line.rejected", &[("reason", &reason)])
        }
        (Status::Denied, _) => line("sample.line.denied", &[("because", &because())]),
        (Status::Undone, _) => line("sample.line.undone", &[]),
        (status, _) => {
            line("sample.line.other", &[("status", &texts::say(&format!("core.status.{}", status.name()), &[]))])
        }
    }
}
