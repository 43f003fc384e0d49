//! Who wrote which file, as the journal knows it, for the tools that ask and tell.

use crate::{Answered, Engine, Host};
use assent_agent::{Inode, KeepsLabels, Label, Labels};
use assent_journal::{Journal, StoredLabel};
use assent_protocol::{Action, Provenance, Run, Turn, texts};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

struct Kept {
    journal: Arc<Journal>,
    host: Arc<dyn Host>,
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

impl KeepsLabels for Kept {
    fn of(&self, path: &Path, inode: Option<Inode>) -> Option<Label> {
        match self.journal.label_of(&path.to_string_lossy(), inode) {
            Ok(found) => found.map(label),
            // What cannot be looked up may be anybody's.
            Err(_) => Some(Label { others: true, source: texts::say("engine.origin.others", &[]) }),
        }
    }

    fn within(&self, folder: &Path) -> Vec<(PathBuf, Label)> {
        let found = self.journal.labels_within(&folder.to_string_lossy()).unwrap_or_default();
        found.into_iter().map(|stored| (PathBuf::from(&stored.path), label(stored))).collect()
    }

    fn keep(&self, path: &Path, inode: Option<Inode>, label: &Label) -> Result<(), String> {
        let Label { others, source } = label.clone();
        let stored = StoredLabel { path: path.to_string_lossy().into_owned(), inode, others, source };
        self.journal.keep_label(&stored, self.host.now()).map_err(|error| error.to_string())
    }
}

fn label(stored: StoredLabel) -> Label {
    Label { others: stored.others, source: stored.source }
}

impl Engine {
    /// The labels for one call; `writer` says who writes what it writes, where that is the model.
    pub(crate) fn labels(&self, writer: Option<String>) -> Labels {
        Labels::new(Arc::new(Kept { journal: self.0.journal.clone(), host: self.0.host.clone() }), writer)
    }

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
