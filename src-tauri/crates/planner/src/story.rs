//! The run so far, read from its turns: which of the user's messages are still open, what was looked at, and what came
//! of each call.

use super::{
    desk::{Outcome, Seen},
    report,
};
use assent_protocol::{ProposedCall, Status, Turn};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// One message of the user that is not answered yet.
#[derive(Debug, Clone)]
pub struct Message {
    pub text: String,
    /// Its position in the turns.
    pub at: usize,
    /// Its changes were proposed.
    pub planned: bool,
}

/// The run so far.
pub struct Story<'a> {
    /// Messages that were answered, oldest first.
    pub before: Vec<String>,
    /// Messages that are still to be answered.
    pub open: Vec<Message>,
    /// Reading calls since the last answer.
    pub seen: Seen,
    /// How many calls the run has.
    pub calls: usize,
    turns: &'a [Turn],
    results: HashMap<&'a str, Outcome>,
    // Changing calls since the last answer.
    changes: Vec<&'a ProposedCall>,
    replies: usize,
}

impl<'a> Story<'a> {
    pub fn read(turns: &'a [Turn]) -> Story<'a> {
        let mut results = HashMap::new();
        for turn in turns {
            if let Turn::Result { call, status, output, reason, .. } = turn {
                let outcome = Outcome { status: *status, output: output.clone(), reason: reason.clone() };
                results.entry(call.as_str()).or_insert(outcome);
            }
        }
        let mut story = Story {
            before: Vec::new(),
            open: Vec::new(),
            seen: Seen::new(),
            calls: 0,
            turns,
            results,
            changes: Vec::new(),
            replies: 0,
        };
        for (at, turn) in turns.iter().enumerate() {
            match turn {
                Turn::User { text } => story.open.push(Message { text: text.clone(), at, planned: false }),
                Turn::Model { calls, .. } => story.follow(calls),
                Turn::Result { .. } => {}
            }
        }
        // A message that only repeats an answered run would leave nothing to do: the last one is then open again.
        if story.open.is_empty()
            && let Some(text) = story.before.pop()
        {
            story.open.push(Message { text, at: 0, planned: true });
        }
        story
    }

    /// Calls that were turned down before the turn `at`, as tool and arguments.
    pub fn refused_before(&self, at: usize) -> HashSet<(String, String)> {
        let earlier = self.turns.iter().take(at).filter_map(|turn| match turn {
            Turn::Model { calls, .. } => Some(calls),
            _ => None,
        });
        let turned_down = |call: &&ProposedCall| {
            let outcome = self.results.get(call.call.as_str());
            outcome.is_some_and(|o| matches!(o.status, Status::Rejected | Status::Denied))
        };
        earlier.flatten().filter(turned_down).map(|call| (call.tool.clone(), compact(&call.args))).collect()
    }

    /// What came of each change since the last answer.
    pub fn outcomes(&self) -> Vec<String> {
        let line = |call: &&ProposedCall| {
            let args = serde_json::from_str(&call.args).unwrap_or(Value::Null);
            report::outcome(&call.tool, &args, self.results.get(call.call.as_str()))
        };
        self.changes.iter().map(line).collect()
    }

    /// Whether nothing was said about the open messages yet.
    pub fn is_fresh(&self) -> bool {
        self.replies == 0
    }

    /// Whether a reminder was proposed since the last answer.
    pub fn has_reminder(&self) -> bool {
        self.changes.iter().any(|call| call.tool.starts_with("reminders."))
    }

    fn follow(&mut self, calls: &'a [ProposedCall]) {
        self.calls += calls.len();
        self.replies += 1;
        if calls.is_empty() {
            self.before.extend(self.open.drain(..).map(|message| message.text));
            self.seen.clear();
            self.changes.clear();
            self.replies = 0;
            return;
        }
        let mut changes = false;
        for call in calls {
            if READING.contains(&call.tool.as_str()) {
                let outcome = self.results.get(call.call.as_str()).cloned();
                self.seen.insert((call.tool.clone(), compact(&call.args)), outcome);
            } else {
                changes = true;
                self.changes.push(call);
            }
        }
        if changes {
            for message in &mut self.open {
                message.planned = true;
            }
        }
    }
}

const READING: &[&str] = &[
    // What set an automation off is shown to the run as the result of a call that nobody made.
    "automation.event",
    "files.list",
    "files.read",
    "web.fetch",
    "trading.positions",
    "trading.prices",
    "calendar.list",
    "mail.search",
    "files.search",
    "files.find_duplicates",
    "contacts.find",
    "notes.list",
    "notes.search",
    "todos.list",
    "reminders.list",
    // Changes nothing: its answer is read like a result.
    "ask_user",
];

fn compact(args: &str) -> String {
    serde_json::from_str::<Value>(args).map_or_else(|_| args.to_owned(), |value| value.to_string())
}
