//! Taking back: one action, or a whole run from its last action to its first. Each item is put back only if it is
//! still as the action left it; what was changed since is left alone and named.

use crate::{Answered, Engine, words};
use assent_agent::Undone;
use assent_protocol::{
    Action, ActionId, RunId, Status, UndoState, texts,
    wire::{Change, UndoReport},
};
use std::sync::{Arc, atomic::AtomicBool};

/// Whether `id` names a run (`r3`) and not an action (`a12`).
pub fn id_is_run(id: &str) -> bool {
    id.parse::<RunId>().is_ok()
}

impl Engine {
    /// Undoes an action (`a12`) or everything a run did (`r3`).
    ///
    /// # Errors
    /// When there is no such thing, or the action did nothing that could be undone.
    pub fn undo(&self, id: &str) -> Answered<UndoReport> {
        let mut report = UndoReport { undone: 0, items: 0, problems: Vec::new() };
        if let Ok(run) = id.parse::<RunId>() {
            self.run_row(run)?;
            let actions = self.0.journal.actions_of(run)?;
            // The reverse of the order in which they started.
            for action in actions.iter().rev() {
                match &action.undo {
                    UndoState::Ready => self.undo_one(action, &mut report)?,
                    UndoState::Cannot { because } => report.problems.push(format!("{}: {because}", action.title)),
                    UndoState::Nothing | UndoState::Done => {}
                }
            }
            return Ok(report);
        }
        let action: ActionId = id.parse().map_err(|_| words::not_found(id))?;
        let action = self.action_row(action)?;
        match &action.undo {
            UndoState::Ready => self.undo_one(&action, &mut report)?,
            UndoState::Done => return Err(words::bad_input("engine.undo.done", &[])),
            UndoState::Cannot { because } => {
                return Err(words::bad_input("engine.undo.cannot", &[("because", because)]));
            }
            UndoState::Nothing => return Err(words::bad_input("engine.undo.nothing", &[])),
        }
        Ok(report)
    }

    fn undo_one(&self, action: &Action, report: &mut UndoReport) -> Answered<()> {
        let run = self.run_row(action.run)?;
        let place = self.place(&run, &[], Arc::new(AtomicBool::new(false)));
        let mut done = Vec::new();
        let mut problems = 0;
        let mut inverses = self.0.journal.inverses(action.id)?;
        inverses.sort_by_key(|inverse| std::cmp::Reverse(inverse.item));
        for inverse in inverses.into_iter().filter(|inverse| !inverse.undone) {
            let Some(tool) = self.tool(&inverse.tool) else {
                return Err(words::not_found(&inverse.tool));
            };
            let item = inverse.item;
            match tool.undo(&assent_agent::Inverse { item, data: inverse.data }, &place) {
                Undone::Restored => {
                    done.push(item);
                    report.items += 1;
                }
                Undone::NotNeeded => done.push(item),
                Undone::Conflict(why) => {
                    problems += 1;
                    report.problems.push(why);
                }
            }
        }
        let whole = problems == 0;
        self.0.journal.mark_undone(action.id, &done, whole, self.0.host.now())?;
        report.undone += u32::from(whole);
        self.watch_trust();
        self.0.host.changed(Change::Action { action: action.id, run: action.run });
        Ok(())
    }

    /// What an undo of this action says before it is pressed.
    pub(crate) fn reversal_words(&self, action: &Action) -> String {
        use assent_protocol::{Effect, Reversal};
        let words = self.tool(&action.tool).map(|tool| tool.undo_words()).unwrap_or_default();
        match action.facts.reversal {
            _ if action.facts.effect == Effect::Observe => texts::say("engine.reversal.reads", &[]),
            Reversal::Undoable if words.is_empty() => texts::say("engine.reversal.undoable", &[]),
            Reversal::Undoable => words,
            Reversal::Recallable => {
                let seconds = (self.hold_length() / 1000).to_string();
                texts::say("engine.reversal.recallable", &[("seconds", &seconds)])
            }
            Reversal::None => texts::say("engine.reversal.none", &[]),
        }
    }
}

/// Whether an action did something.
pub(crate) fn had_effect(status: Status) -> bool {
    matches!(status, Status::Succeeded | Status::Partly | Status::Undone | Status::Unknown)
}
