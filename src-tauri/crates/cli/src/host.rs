//! What the engine needs of the terminal: the time, and an ear for what changed.

use crate::out::{Out, Style};
use assent_engine::{Host, Notice, clock};
use assent_protocol::{RunId, visible::visible_lines, wire::Change};
use serde_json::json;
use std::collections::HashMap;
use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

/// The terminal as the engine sees it.
pub struct TerminalHost {
    out: Out,
    core: bool,
    dirty: AtomicBool,
    spoken: Mutex<HashMap<RunId, Spoken>>,
}

#[derive(Default)]
struct Spoken {
    /// The line that is still coming.
    line: String,
    /// All that was printed as it came, so that it is not printed again as a step.
    printed: String,
}

impl TerminalHost {
    /// With `core`, notices are printed: nobody else shows them.
    pub fn new(out: Out, core: bool) -> TerminalHost {
        TerminalHost { out, core, dirty: AtomicBool::new(false), spoken: Mutex::default() }
    }

    /// Whether anything changed since the last call.
    pub fn changed_since(&self) -> bool {
        self.dirty.swap(false, Ordering::SeqCst)
    }

    /// Ends the line that is coming, and says whether `text` was printed as it came.
    pub fn printed_live(&self, run: RunId, text: &str) -> bool {
        let mut spoken = self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(spoken) = spoken.get_mut(&run) else { return false };
        if !spoken.line.is_empty() {
            self.out.line(Style::Plain, &std::mem::take(&mut spoken.line));
        }
        // Steps come with hidden characters written out; pieces came as they were.
        let printed = visible_lines(&spoken.printed).join("\n");
        let found = printed.find(text);
        if let Some(at) = found {
            spoken.printed = printed[at + text.len()..].to_owned();
        }
        found.is_some()
    }

    fn hear(&self, run: RunId, text: &str) {
        if self.out.json || self.core {
            return;
        }
        let mut spoken = self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        let spoken = spoken.entry(run).or_default();
        spoken.printed.push_str(text);
        // Whole lines only: a piece may end between a letter and its accent, or inside a run of spaces.
        spoken.line.push_str(text);
        while let Some(end) = spoken.line.find('\n') {
            let line: String = spoken.line.drain(..=end).collect();
            self.out.line(Style::Plain, line.trim_end_matches('\n'));
        }
    }
}

impl Host for TerminalHost {
    fn now(&self) -> i64 {
        clock::now()
    }

    fn zone(&self) -> String {
        clock::zone()
    }

    fn changed(&self, change: Change) {
        if let Change::Says { run, text } = &change {
            self.hear(*run, text);
        }
        self.dirty.store(true, Ordering::SeqCst);
    }

    fn notify(&self, notice: Notice) {
        if !self.core {
            return;
        }
        self.out.object(&json!({
            "type": "notice", "key": notice.key, "title": notice.title, "body": notice.body,
            "action": notice.action, "urgent": notice.urgent,
        }));
        let style = if notice.urgent { Style::Alert } else { Style::Strong };
        self.out.say(style, "cli.notice", &[("title", &notice.title), ("body", &notice.body)]);
    }

    fn withdraw(&self, _key: &str) {}
}
