//! Whose words an action writes.

use crate::{Answered, Engine};
use assent_protocol::{Action, Provenance, Run, Turn, texts};

impl Engine {
    /// Whose words may be in what an action writes: others', and else the model's. What the user typed is neither,
    /// whatever the task has read.
    pub(crate) fn writers(&self, run: &Run, action: &Action) -> Answered<(Option<String>, Option<String>)> {
        let facts = &action.facts;
        if facts.payload == Provenance::User {
            return Ok((None, None));
        }
        let model = texts::say("engine.origin.model", &[("run", &run.id.to_string())]);
        if !facts.influenced {
            return Ok((None, Some(model)));
        }
        let traced = (facts.payload == Provenance::Untrusted).then(|| facts.origins.first()).flatten();
        if let Some(origin) = traced {
            return Ok((Some(origin.source.clone()), Some(model)));
        }
        // The model may have put it in its own words: the first that it read is named.
        let turns = self.0.journal.turns(run.id)?;
        let read = self.heard(run, &turns)?.iter().find_map(|turn| match turn {
            Turn::Result { untrusted: Some(source), .. } => Some(source.clone()),
            _ => None,
        });
        Ok((Some(read.unwrap_or_else(|| texts::say("engine.origin.others", &[]))), Some(model)))
    }
}
