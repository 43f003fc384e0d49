//! What the window and the terminal show: the inbox and its cards, the tasks, the history, the corner of the window.
//! Every word is made here from the journal's rows, so that the two front ends cannot tell different stories.

use crate::{Answered, Engine, action::undo::had_effect, base::clock, base::words};
use assent_agent::Tool as _;
use assent_protocol::{
    Action, Effect, Run, RunId, RunStatus, Status, Step, Turn, UndoState, texts,
    wire::{HistoryPage, HistoryQuery, Inbox, RunRow, RunView, Standing, ToolRow, Verification, WireError},
};
use std::{io::Write, path::Path};

impl Engine {
    /// The corner of the window.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn standing(&self) -> Answered<Standing> {
        let journal = &self.0.journal;
        let midnight = clock::midnight(self.0.host.now(), &self.0.host.zone());
        let (ran_unasked, asked, undone) = journal.today(midnight)?;
        let waiting = journal.waiting()?.len() + journal.open_questions()?.len();
        let waiting = waiting + self.all_paused()?.len();
        let unfinished = journal.unfinished_runs()?;
        let running = unfinished.iter().filter(|run| run.status == RunStatus::Running).count();
        Ok(Standing {
            mode: self.settings()?.mode,
            frozen: self.frozen(),
            ran_unasked,
            asked,
            undone,
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            running: u32::try_from(running).unwrap_or(u32::MAX),
            anchored: journal.anchored(),
            notices: self.notices_of_rules()?,
        })
    }

    /// What waits for the user: escalations first, then oldest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn inbox(&self) -> Answered<Inbox> {
        self.expire_before(self.0.host.now())?;
        let mut cards = Vec::new();
        for action in self.0.journal.waiting()? {
            cards.push(self.card_of(action)?);
        }
        cards.sort_by_key(|card| (!card.action.verdict.escalate, card.action.id));
        Ok(Inbox {
            cards,
            questions: self.0.journal.open_questions()?,
            unknown: self.0.journal.unknown()?,
            paused: self.all_paused()?,
            held: self.0.journal.held()?,
        })
    }

    /// Tasks, newest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn runs(&self) -> Answered<Vec<RunRow>> {
        self.0.journal.runs(200).map_err(words::other)
    }

    /// One task with its timeline.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn run(&self, id: RunId) -> Answered<RunView> {
        let run: Run = self.run_row(id)?;
        let actions = self.0.journal.actions_of(id)?;
        let questions = self.0.journal.questions_of(id)?;
        let mut steps = Vec::new();
        let mut replies = self.0.journal.replies(id)?.into_iter();
        for turn in self.0.journal.turns(id)? {
            match turn {
                // A helper's goal is the word of the model that handed it on.
                Turn::User { text } if run.parent.is_some() && steps.is_empty() => {
                    steps.push(Step::Notice { text: texts::say("engine.delegate.asked", &[("goal", &text)]) });
                }
                Turn::User { text } => steps.push(Step::User { text }),
                Turn::Model { text, calls } => {
                    let instead = replies.next().and_then(|(_, reply)| reply?.instead);
                    steps.extend(instead.map(|text| Step::Notice { text }));
                    if !text.is_empty() {
                        steps.push(Step::Agent { text: assent_protocol::visible::visible_lines(&text).join("\n") });
                    }
                    for call in calls {
                        let asked = questions.iter().find(|(question, _)| question.call == call.call);
                        if let Some((question, answer)) = asked {
                            steps.push(Step::Question { question: question.clone(), answer: answer.clone() });
                        }
                        for action in actions.iter().filter(|action| action.call == call.call) {
                            steps.push(Step::Action { action: Box::new(action.clone()) });
                        }
                    }
                }
                Turn::Result { .. } => {}
            }
        }
        Ok(RunView {
            spent: self.spent(id)?,
            steps,
            receipt: receipt(&actions),
            used: self.used(&run)?,
            warnings: self.warnings(id)?,
            paused: self.paused(&run)?,
            run,
        })
    }

    /// A page of the history.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn history(&self, query: &HistoryQuery) -> Answered<HistoryPage> {
        self.0.journal.history(query).map_err(words::other)
    }

    /// Every tool with its use and its rules.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn tools(&self) -> Answered<Vec<ToolRow>> {
        let used = self.0.journal.last_run_of_tool()?;
        let rules = self.rules()?;
        let connected = self.connected_tools();
        let of_accounts = self.account_tools();
        let more =
            of_accounts.iter().filter(|(name, _)| !self.0.sources.tools.contains_key(name)).map(|(_, tool)| tool);
        let own = self.0.sources.tools.values().chain(more).map(|tool| tool.spec());
        let specs = own.chain(connected.values().map(|tool| tool.spec()));
        let mut rows: Vec<ToolRow> = specs
            .map(|spec| {
                let use_of = used.iter().find(|(name, ..)| *name == spec.name);
                ToolRow {
                    rules: rules.iter().filter(|rule| rule.draft.tool == spec.name).cloned().collect(),
                    ran: use_of.map_or(0, |(_, ran, _)| *ran),
                    last_used: use_of.and_then(|(.., at)| *at),
                    description: assent_protocol::visible::visible_lines(&spec.description).join("\n"),
                    name: spec.name,
                }
            })
            .collect();
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(rows)
    }

    /// Checks the whole chain of events.
    ///
    /// # Errors
    /// When the journal cannot be read at all.
    pub fn verify(&self) -> Answered<Verification> {
        Ok(self.0.journal.verify())
    }

    /// Writes the whole history to a file that must not exist yet, readable by the user alone.
    ///
    /// # Errors
    /// For a format other than `jsonl` and `csv`, or when the file cannot be written.
    pub fn export(&self, format: &str, to: &Path) -> Answered<()> {
        let tell = |error: &dyn std::fmt::Display| -> WireError {
            words::bad_input(
                "engine.export.failed",
                &[("file", &to.display().to_string()), ("error", &error.to_string())],
            )
        };
        if !matches!(format, "jsonl" | "csv") {
            return Err(words::bad_input("engine.export.format", &[]));
        }
        use std::os::unix::fs::OpenOptionsExt;
        let file =
            std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(to).map_err(|e| tell(&e))?;
        let mut out = std::io::BufWriter::new(file);
        match format {
            "csv" => self.0.journal.export_csv(&mut out).map_err(|e| tell(&e))?,
            _ => self.0.journal.export_jsonl(&mut out).map_err(|e| tell(&e))?,
        };
        out.flush().map_err(|e| tell(&e))
    }
}

// "8 done: 6 can be undone, 2 cannot · 1 rejected".
fn receipt(actions: &[Action]) -> String {
    let done: Vec<_> = actions.iter().filter(|a| had_effect(a.status) && a.facts.effect != Effect::Observe).collect();
    let ready = done.iter().filter(|a| a.undo == UndoState::Ready).count();
    let undone = done.iter().filter(|a| a.undo == UndoState::Done).count();
    let mut parts = vec![texts::say("engine.receipt.done", &[("count", &done.len().to_string())])];
    for (key, count) in [
        ("engine.receipt.ready", ready),
        ("engine.receipt.undone", undone),
        ("engine.receipt.cannot", done.len() - ready - undone),
    ] {
        if count > 0 {
            parts.push(texts::say(key, &[("count", &count.to_string())]));
        }
    }
    for status in [Status::Waiting, Status::Rejected, Status::Denied, Status::Expired, Status::Failed, Status::Unknown]
    {
        let count = actions.iter().filter(|action| action.status == status).count();
        if count > 0 {
            parts.push(format!("{count} {}", texts::say(&format!("core.status.{}", status.name()), &[])));
        }
    }
    parts.join(" · ")
}
