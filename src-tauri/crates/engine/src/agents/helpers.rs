//! Helpers: a run hands a part of its task to another run that may do no more than itself. Each is a run like any other,
//! with its own turns, cards and history; its parent gets one result for the call, when the helper has ended.

use crate::{Answered, Engine};
use assent_agent::{ToolSpec, run_loop::Event, run_loop::Standing};
use assent_journal::{Delegation, NewHelper, NewRun};
use assent_policy::{
    self as policy,
    delegation::{Asked, Authority, DEEPEST, narrow},
};
use assent_protocol::{
    Budget, Mode, ProposedCall, Run, RunId, RunStatus, Status, Turn, canonical::parse, texts, visible::visible,
    wire::Change,
};
use serde::Deserialize;
use serde_json::json;
use std::{borrow::Cow, future::Future, pin::Pin, time::Duration};

/// The tool's name.
pub(crate) const DELEGATE: &str = "delegate";
/// Characters of a helper's goal and of its report.
const LONGEST: usize = 4000;
/// A parent looks at its helpers when one of them says that something has changed, and this often in case none can.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    goal: String,
    folders: Option<Vec<String>>,
    hosts: Option<Vec<String>>,
    mode: Option<Mode>,
    tools: Option<Vec<String>>,
    turns: Option<u32>,
    actions: Option<u32>,
}

/// What a model is told about handing on a part of its task.
pub(crate) fn spec() -> ToolSpec {
    let texts_of =
        |key: &str| json!({"type": "array", "items": {"type": "string"}, "description": texts::say(key, &[])});
    let number = |key: &str| json!({"type": "integer", "minimum": 1, "description": texts::say(key, &[])});
    ToolSpec {
        name: DELEGATE.to_owned(),
        description: texts::say("engine.tool.delegate", &[]),
        schema: json!({
            "type": "object",
            "properties": {
                "goal": {"type": "string", "description": texts::say("engine.tool.delegate.goal", &[])},
                "folders": texts_of("engine.tool.delegate.folders"),
                "hosts": texts_of("engine.tool.delegate.hosts"),
                "tools": texts_of("engine.tool.delegate.tools"),
                "mode": {"enum": Mode::ALL, "description": texts::say("engine.tool.delegate.mode", &[])},
                "turns": number("engine.tool.delegate.turns"),
                "actions": number("engine.tool.delegate.actions")
            },
            "required": ["goal"],
            "additionalProperties": false
        }),
    }
}

impl Engine {
    /// Hands a part of the task on, or says why not.
    pub(crate) fn delegate(&self, run: &Run, call: &ProposedCall) -> Answered<Vec<Event>> {
        let read = parse(&call.args).map_err(|error| error.to_string());
        let read = read.and_then(|args| serde_json::from_value::<Input>(args).map_err(|error| error.to_string()));
        let input = match read {
            Ok(input) if !input.goal.trim().is_empty() => input,
            Ok(_) => return self.refuse(run, call, &texts::say("engine.delegate.no_goal", &[])),
            Err(error) => return self.refuse(run, call, &texts::say("engine.delegate.bad", &[("error", &error)])),
        };
        let mut folders = Vec::new();
        for text in input.folders.iter().flatten() {
            match self.folder(text) {
                // By its real place: a link in a granted folder leads nowhere else.
                Ok(folder) => folders.push(folder.display().to_string()),
                Err(error) => return self.refuse(run, call, &error.message),
            }
        }
        let asked = Asked {
            folders: input.folders.is_some().then_some(folders),
            hosts: input.hosts,
            mode: input.mode,
            tools: input.tools,
            budget: Budget { turns: input.turns, actions: input.actions, ..Budget::default() },
        };
        let before = self.0.journal.delegations(run.id)?.len();
        let handed = match narrow(&self.authority(run)?, &asked, before) {
            Ok(handed) => handed,
            Err(why) => return self.refuse(run, call, &why),
        };
        let most = self.settings()?.helpers_at_once;
        if self.helpers_at_work(run)? >= most && !self.has_helper(run, call)? {
            return self.refuse(run, call, &texts::say("engine.delegate.at_once", &[("count", &most.to_string())]));
        }
        let may = handed.authority;
        let goal: String = visible(input.goal.trim()).chars().take(LONGEST).collect();
        let new = NewHelper {
            run: NewRun { goal, mode: may.mode, model: run.model.clone(), grants: may.grants, hosts: may.hosts },
            budget: may.budget,
            tools: may.tools,
            left_out: handed.cut,
        };
        let child = self.0.journal.delegate(run.id, &call.call, &new, self.0.host.now())?;
        self.0.host.changed(Change::Run { run: child, status: RunStatus::Running });
        self.spawn_helper(child);
        Ok(vec![Event::Call { call: call.call.clone(), standing: Standing::Waiting }])
    }

    /// Whether a model of this run hears of handing on: where the user speaks of it, and it goes no deeper than it may.
    pub(crate) fn may_delegate(&self, run: &Run, said: &str) -> bool {
        crate::action::offered_tools::spoken_of(DELEGATE, said)
            && self.above(run).is_ok_and(|above| above.len() < DEEPEST.into())
    }

    /// The tools that a helper was given; none where it has all, as every task of the user's.
    pub(crate) fn given_tools(&self, run: &Run) -> Answered<Option<Vec<String>>> {
        if run.parent.is_none() {
            return Ok(None);
        }
        Ok(self.0.journal.delegation(run.id)?.and_then(|delegation| delegation.tools))
    }

    /// The runs above a helper, nearest first; none for a task of the user's.
    pub(crate) fn above(&self, run: &Run) -> Answered<Vec<Run>> {
        let mut above: Vec<Run> = Vec::new();
        while let Some(parent) = above.last().unwrap_or(run).parent {
            above.push(self.run_row(parent)?);
        }
        Ok(above)
    }

    /// The runs below a run, whatever became of them.
    pub(crate) fn below(&self, run: RunId) -> Answered<Vec<RunId>> {
        if self.0.journal.no_delegations()? {
            return Ok(Vec::new());
        }
        let mut below = Vec::new();
        let mut next = vec![run];
        while let Some(run) = next.pop() {
            for delegation in self.0.journal.delegations(run)? {
                below.push(delegation.child);
                next.push(delegation.child);
            }
        }
        Ok(below)
    }

    /// The turns that values may come from. A helper's goal was written by a model, so it is nobody's word; what counts is
    /// what the runs above had heard and read when they handed it on.
    pub(crate) fn heard<'a>(&self, run: &Run, turns: &'a [Turn]) -> Answered<Cow<'a, [Turn]>> {
        let Some(delegation) = self.0.journal.delegation(run.id)?.filter(|_| run.parent.is_some()) else {
            return Ok(Cow::Borrowed(turns));
        };
        let parent = self.run_row(delegation.parent)?;
        let mut before = self.0.journal.turns(parent.id)?;
        let made = |turn: &Turn| matches!(turn, Turn::Model { calls, .. } if calls.iter().any(|call| call.call == delegation.call));
        if let Some(at) = before.iter().position(made) {
            before.truncate(at);
        }
        let mut all = self.heard(&parent, &before)?.into_owned();
        all.extend(turns.iter().skip(1).cloned());
        Ok(Cow::Owned(all))
    }

    /// Tells the parent of a helper how it stands; what came of it, once it has ended.
    pub(crate) fn tell_parent(&self, run: &Run) -> Answered<()> {
        let Some(parent) = run.parent else { return Ok(()) };
        let found = self.0.journal.delegation(run.id)?;
        let ended = !matches!(run.status, RunStatus::Running | RunStatus::Waiting);
        if let Some(delegation) = found.filter(|found| ended && !found.reported) {
            let told = self.report(run, &delegation)?;
            self.0.journal.report(run.id, &told, self.0.host.now())?;
            if matches!(self.run_row(parent)?.status, RunStatus::Running | RunStatus::Waiting) {
                self.wake(parent)?;
            }
        }
        self.control(parent).nudge.notify_one();
        Ok(())
    }

    // Whatever a helper says was written by a model that may have read what others wrote, so it is nobody's word either.
    fn report(&self, run: &Run, delegation: &Delegation) -> Answered<Turn> {
        let turns = self.0.journal.turns(run.id)?;
        let said = turns.iter().rev().find_map(|turn| match turn {
            Turn::Model { text, .. } if !text.is_empty() => Some(text.chars().take(LONGEST).collect::<String>()),
            _ => None,
        });
        let read = turns.iter().find_map(|turn| match turn {
            Turn::Result { untrusted: Some(source), .. } => Some(source.as_str()),
            _ => None,
        });
        let untrusted = match read {
            Some(source) => {
                texts::say("engine.delegate.source.read", &[("run", &run.id.to_string()), ("source", source)])
            }
            None => texts::say("engine.delegate.source", &[("run", &run.id.to_string())]),
        };
        let output = json!({
            "helper": run.id, "ended": run.status, "says": said, "left_out": delegation.left_out,
        });
        Ok(Turn::Result {
            call: delegation.call.clone(),
            tool: DELEGATE.to_owned(),
            status: match run.status {
                RunStatus::Done => Status::Succeeded,
                RunStatus::Stopped => Status::Cancelled,
                _ => Status::Failed,
            },
            output,
            reason: run.note.clone(),
            untrusted: Some(untrusted),
        })
    }

    /// Takes up the helpers of a run that is driven from now: those that ended unheard, and those at work.
    pub(crate) fn take_up_helpers(&self, run: RunId) -> Answered<()> {
        for delegation in self.at_work(run)? {
            let child = self.run_row(delegation.child)?;
            if child.status == RunStatus::Running && self.control(child.id).gate.try_lock().is_ok() {
                self.spawn_helper(child.id);
            }
            self.tell_parent(&child)?;
        }
        Ok(())
    }

    // A helper that cannot be driven has failed: its parent must not wait for it.
    fn spawn_helper(&self, child: RunId) {
        let engine = self.clone();
        tokio::spawn(async move {
            if let Err(error) = engine.drive(child).await
                && let Ok(run) = engine.run_row(child)
            {
                let _ = engine.settle(&run, RunStatus::Failed, Some(&error.message));
            }
        });
    }

    /// The calls of a run that wait for a helper.
    pub(crate) fn helped_calls(&self, run: RunId) -> Answered<Vec<String>> {
        Ok(self.at_work(run)?.into_iter().map(|delegation| delegation.call).collect())
    }

    /// Waits while helpers of a run are at work and nothing has changed; false where none is at work.
    pub(crate) async fn wait_for_helpers(&self, run: RunId) -> Answered<bool> {
        let (mut works, mut ended) = (false, false);
        for delegation in self.at_work(run)? {
            let child = self.run_row(delegation.child)?;
            match child.status {
                RunStatus::Running => works = true,
                RunStatus::Waiting => {}
                // It has ended and is about to report: whoever comes first does.
                _ => {
                    self.tell_parent(&child)?;
                    ended = true;
                }
            }
        }
        if ended {
            return Ok(true);
        }
        if works {
            let _ = tokio::time::timeout(LOOK, self.control(run).nudge.notified()).await;
        }
        Ok(works)
    }

    /// Goes on with the parent of a helper that stands still or has ended. Whoever drives the parent at the moment sees it
    /// by itself, or leaves it to be driven once more.
    pub(crate) fn go_on_above(&self, parent: RunId) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if self.control(parent).gate.try_lock().is_ok() {
                let _ = self.drive(parent).await;
                return;
            }
            let engine = self.clone();
            tokio::spawn(async move {
                drop(engine.control(parent).gate.lock().await);
                if engine.run_row(parent).is_ok_and(|run| run.status == RunStatus::Running) {
                    let _ = engine.drive(parent).await;
                }
            });
        })
    }

    /// Stops what a run handed on.
    pub(crate) fn stop_helpers(&self, run: RunId) -> Answered<()> {
        for delegation in self.at_work(run)? {
            let child = self.run_row(delegation.child)?;
            if matches!(child.status, RunStatus::Running | RunStatus::Waiting) {
                self.stop_run(child.id)?;
            }
        }
        Ok(())
    }

    /// The goals from the user's own task down to the run that asked this helper.
    pub(crate) fn chain(&self, run: &Run) -> Answered<Vec<String>> {
        Ok(self.above(run)?.into_iter().rev().map(|run| run.goal).collect())
    }

    // All below the user's own task that have not ended, so that a helper of a helper counts as well.
    fn helpers_at_work(&self, run: &Run) -> Answered<u32> {
        let top = self.above(run)?.last().map_or(run.id, |top| top.id);
        let mut count = 0;
        for below in self.below(top)? {
            count += u32::from(matches!(self.run_row(below)?.status, RunStatus::Running | RunStatus::Waiting));
        }
        Ok(count)
    }

    fn has_helper(&self, run: &Run, call: &ProposedCall) -> Answered<bool> {
        let known = self.0.journal.delegations(run.id)?;
        Ok(known.iter().any(|delegation| delegation.call == call.call))
    }

    fn authority(&self, run: &Run) -> Answered<Authority> {
        let turns = self.0.journal.turns(run.id)?;
        let stand = self.stand(run, &turns)?;
        let mut budget = Budget::default();
        policy::used(&stand.counts, &stand.bounds).into_iter().for_each(|used| budget.set(used.limit, used.most));
        Ok(Authority {
            grants: run.grants.clone(),
            hosts: run.hosts.clone(),
            mode: run.mode,
            tools: self.given_tools(run)?,
            budget,
            depth: u8::try_from(self.above(run)?.len()).unwrap_or(u8::MAX),
        })
    }

    fn at_work(&self, run: RunId) -> Answered<Vec<Delegation>> {
        let mut list = self.0.journal.delegations(run)?;
        list.retain(|delegation| !delegation.reported);
        Ok(list)
    }
}
