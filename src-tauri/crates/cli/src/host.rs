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

/// What the agent is saying in a run.
#[derive(Default)]
struct Spoken {
    /// All of it since the last whole message.
    text: String,
    /// How much of it is printed: whole lines only, since a piece may end between a letter and its accent.
    printed: usize,
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

    /// Prints the whole lines that have come since the last call. Called between steps, so that what the agent says
    /// stands after what was done before it.
    pub fn print_spoken(&self, run: RunId) {
        let mut spoken = self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(spoken) = spoken.get_mut(&run) else { return };
        if let Some(end) = spoken.text[spoken.printed..].rfind('\n') {
            let lines = &spoken.text[spoken.printed..spoken.printed + end];
            lines.split('\n').for_each(|line| self.out.line(Style::Plain, line));
            spoken.printed += end + 1;
        }
    }

    /// Whether the message `text` came in pieces; if so, the rest of it is printed now.
    pub fn finish_spoken(&self, run: RunId, text: &str) -> bool {
        let mut spoken = self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(spoken) = spoken.get_mut(&run) else { return false };
        // The step comes with hidden characters written out; the pieces came as they were.
        if visible_lines(&spoken.text).join("\n").trim() != text.trim() {
            *spoken = Spoken::default();
            return false;
        }
        let Spoken { text, printed } = std::mem::take(spoken);
        text[printed..].lines().for_each(|line| self.out.line(Style::Plain, line));
        true
    }

    fn hear(&self, run: RunId, text: &str) {
        if self.out.json || self.core {
            return;
        }
        let mut spoken = self.spoken.lock().unwrap_or_else(PoisonError::into_inner);
        spoken.entry(run).or_default().text.push_str(text);
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
