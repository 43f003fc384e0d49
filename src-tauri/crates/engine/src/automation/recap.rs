//! The digest on return: what was done, what waits, what expired, failed or was skipped, and by which rule each action ran
//! that nobody was asked about; with a way to be asked next time, and to take all of it back.

use crate::{Answered, Engine, action::think::NOT_UNDERSTOOD, base::words};
use assent_policy as policy;
use assent_protocol::{
    Action, ActionId, AutomationId, Decider, Digest, DigestLine, Firing, FiringStatus, Rule, RuleAnswer, RuleDraft,
    Run, RunId, RunStatus, Scope, Status, UnaskedLine, UndoState, texts,
    visible::visible,
    wire::{Change, UndoReport},
};
use std::collections::HashMap;

const SEEN: &str = "digest.seen";

impl Engine {
    /// What happened since the user last marked it as seen.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn digest(&self) -> Answered<Digest> {
        let seen = self.0.journal.setting(SEEN)?;
        self.digest_since(seen.and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    /// What happened since a moment, in milliseconds since 1970 (UTC).
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn digest_since(&self, since: i64) -> Answered<Digest> {
        let journal = &self.0.journal;
        let mut digest = Digest { since, until: self.0.host.now(), ..Digest::default() };
        let automations = journal.automations()?;
        let mut names: HashMap<AutomationId, String> =
            automations.into_iter().map(|one| (one.id, visible(&one.draft.name))).collect();
        for firing in journal.firings_since(since)? {
            if !names.contains_key(&firing.automation) {
                let kept = self.automation_row(firing.automation)?;
                names.insert(kept.id, visible(&kept.draft.name));
            }
            let name = names.get(&firing.automation).cloned().unwrap_or_default();
            let unclear = match firing.run.filter(|_| firing.run_status == Some(RunStatus::Failed)) {
                Some(run) => not_understood(&self.run_row(run)?),
                None => false,
            };
            place(&mut digest, firing, &name, unclear);
        }
        for run in journal.tasks_since(since)? {
            let line = DigestLine { run: Some(run.id), at: run.started_at, ..line(visible(&run.goal)) };
            by_status(&mut digest, run.status, line, not_understood(&run));
        }
        let rules = journal.rules(self.0.host.now())?;
        let mut of_run: HashMap<RunId, Option<AutomationId>> = HashMap::new();
        for action in journal.settled_alone_since(since)? {
            let automation = match of_run.get(&action.run) {
                Some(known) => *known,
                None => *of_run.entry(action.run).or_insert(self.run_row(action.run)?.automation),
            };
            sort(&mut digest, action, automation, &rules);
        }
        digest.words = words_of(&digest);
        Ok(digest)
    }

    /// The user has seen everything up to `until`: the next digest begins there.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn digest_seen(&self, until: i64) -> Answered<()> {
        self.present();
        let now = self.0.host.now();
        self.0.journal.set_setting(SEEN, &until.min(now).to_string(), now)?;
        self.0.host.changed(Change::Settings);
        Ok(())
    }

    /// What ran unasked asks from now on: the rule that allowed it ends, or, where the mode did, an ask rule is made for the
    /// tool, in the automation whose run it was or everywhere. Says which.
    ///
    /// # Errors
    /// When there is no such action, or somebody was asked about it.
    pub fn ask_next_time(&self, id: ActionId) -> Answered<String> {
        self.present();
        let action = self.action_row(id)?;
        let by = action.decision.as_ref().map(|decision| decision.by.clone());
        let now = self.0.host.now();
        let told = match by {
            Some(Decider::Rule { rule }) => {
                let because = texts::say("automation.ask_next_time.because", &[]);
                self.0.journal.revoke_rule(rule, &because, now)?;
                texts::say("automation.ask_next_time.rule", &[("rule", &rule.to_string())])
            }
            Some(Decider::Mode) if had_start(&action) => {
                let run = self.run_row(action.run)?;
                let scope = run.automation.map_or(Scope::Everywhere, |automation| Scope::Automation { automation });
                let draft = RuleDraft {
                    answer: RuleAnswer::Ask,
                    tool: action.tool.clone(),
                    definition: action.digest.clone(),
                    conditions: Vec::new(),
                    scope,
                    until: None,
                    uses_left: None,
                    per_day: None,
                    amount_per_day: None,
                };
                let definition = self.tool(&action.tool).map(|tool| tool.spec().definition());
                let draft = RuleDraft { definition: definition.unwrap_or_default(), ..draft };
                let sentence = policy::sentence(&draft, now);
                self.0.journal.add_rule(&draft, &sentence, Some(id), now)?;
                sentence
            }
            _ => return Err(words::bad_input("automation.ask_next_time.asked", &[("id", &id.to_string())])),
        };
        self.0.host.changed(Change::Settings);
        Ok(told)
    }

    /// Takes back all of these, the last first. What cannot be is named and stays.
    ///
    /// # Errors
    /// When there is no such action.
    pub fn undo_all(&self, mut ids: Vec<ActionId>) -> Answered<UndoReport> {
        ids.sort();
        ids.dedup();
        let mut all = UndoReport { undone: 0, items: 0, problems: Vec::new() };
        for id in ids.into_iter().rev() {
            let action = self.action_row(id)?;
            match &action.undo {
                UndoState::Ready => {
                    let report = self.undo(&id.to_string())?;
                    all.undone += report.undone;
                    all.items += report.items;
                    all.problems.extend(report.problems);
                }
                UndoState::Cannot { because } => all.problems.push(format!("{}: {because}", action.title)),
                UndoState::Nothing | UndoState::Done => {}
            }
        }
        Ok(all)
    }
}

fn line(text: String) -> DigestLine {
    DigestLine { text, count: 1, automation: None, firing: None, run: None, action: None, at: 0 }
}

fn place(digest: &mut Digest, firing: Firing, name: &str, unclear: bool) {
    let text = format!("{name}: {}", firing.what);
    let status = firing.status;
    let mut line = DigestLine {
        count: firing.count,
        automation: Some(firing.automation),
        firing: Some(firing.id),
        run: firing.run,
        at: firing.due_at,
        ..line(text)
    };
    let why = |line: &mut DigestLine| line.text = format!("{} ({})", line.text, firing.reason.trim_end_matches('.'));
    match status {
        FiringStatus::Started => by_status(digest, firing.run_status.unwrap_or(RunStatus::Failed), line, unclear),
        // A line for all that wait for the same: the first by its name, and how many come after it.
        FiringStatus::Queued => {
            why(&mut line);
            let reason = format!(" ({})", firing.reason.trim_end_matches('.'));
            let of_it = |other: &&mut DigestLine| other.automation == line.automation && other.text.ends_with(&reason);
            match digest.waiting.iter_mut().find(of_it) {
                Some(other) => other.count += line.count,
                None => digest.waiting.push(line),
            }
        }
        FiringStatus::Asked => {
            why(&mut line);
            digest.waiting.push(line);
        }
        FiringStatus::Dropped => digest.dropped += firing.count,
        FiringStatus::Noted => {
            why(&mut line);
            digest.noted.push(line);
        }
        FiringStatus::Failed => digest.failed.push(line),
        FiringStatus::Missed | FiringStatus::Overlapped | FiringStatus::Capped | FiringStatus::Slept => {
            why(&mut line);
            digest.skipped.push(line);
        }
    }
}

// Nothing went wrong there: nobody knew what was meant.
fn not_understood(run: &Run) -> bool {
    run.status == RunStatus::Failed && run.note == Some(texts::say(NOT_UNDERSTOOD, &[]))
}

fn by_status(digest: &mut Digest, status: RunStatus, line: DigestLine, unclear: bool) {
    match status {
        RunStatus::Failed if unclear => digest.not_understood.push(line),
        RunStatus::Done => digest.done.push(line),
        RunStatus::Running | RunStatus::Waiting => digest.waiting.push(line),
        RunStatus::Stopped | RunStatus::Failed => digest.failed.push(line),
    }
}

fn sort(digest: &mut Digest, action: Action, automation: Option<AutomationId>, rules: &[Rule]) {
    let line = DigestLine {
        automation,
        run: Some(action.run),
        action: Some(action.id),
        at: action.ended_at.unwrap_or(action.proposed_at),
        ..line(action.title.clone())
    };
    match action.status {
        Status::Expired => return digest.expired.push(line),
        Status::Unknown => digest.failed.push(line),
        _ => {}
    }
    let (rule, because) = match action.decision.map(|decision| decision.by) {
        Some(Decider::Rule { rule }) => {
            let sentence = rules.iter().find(|known| known.id == rule).map(|known| known.sentence.clone());
            (Some(rule), sentence.unwrap_or_default())
        }
        Some(Decider::Mode) => (None, texts::say("automation.digest.mode", &[])),
        _ => return,
    };
    digest.unasked.push(UnaskedLine {
        action: action.id,
        run: action.run,
        automation,
        title: action.title,
        rule,
        because,
        undo: action.undo,
    });
}

fn had_start(action: &Action) -> bool {
    crate::action::undo::had_effect(action.status) || matches!(action.status, Status::Started | Status::Failed)
}

fn words_of(digest: &Digest) -> String {
    let sum = |lines: &[DigestLine]| lines.iter().map(|line| line.count).sum::<u32>();
    let parts = [
        ("automation.digest.done", sum(&digest.done)),
        ("automation.digest.waiting", sum(&digest.waiting)),
        ("automation.digest.expired", sum(&digest.expired)),
        ("automation.digest.failed", sum(&digest.failed)),
        ("automation.digest.not_understood", sum(&digest.not_understood)),
        ("automation.digest.skipped", sum(&digest.skipped)),
        ("automation.digest.noted", sum(&digest.noted)),
        ("automation.digest.dropped", digest.dropped),
        ("automation.digest.unasked", u32::try_from(digest.unasked.len()).unwrap_or(u32::MAX)),
    ];
    let said = parts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(key, count)| texts::say(key, &[("count", &count.to_string())]));
    let said: Vec<String> = said.collect();
    if said.is_empty() { texts::say("automation.digest.nothing", &[]) } else { said.join(" · ") }
}
