//! What the planner would do for a goal, before it has looked at anything: for the advice before a task.

use super::{request::Ask, resolve::Context, words};
use assent_agent::Request;
use assent_protocol::Mode;

/// A tool that a goal needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Its name.
    pub tool: &'static str,
    /// It would make one batch of what it finds, and nobody knows yet how large.
    pub batch: bool,
}

/// The tools for `goal` in the order of its words, each once, and whether all of it was understood.
pub fn expect(goal: &str, home: &str, folders: &[String]) -> (Vec<Expected>, bool) {
    let request = Request {
        turns: std::sync::Arc::default(),
        tools: Vec::new(),
        folders: folders.to_vec(),
        notes_folder: String::new(),
        home: home.to_owned(),
        now: 0,
        began: 0,
        zone: "UTC".to_owned(),
        mode: Mode::Suggest,
        kept: Default::default(),
        again: None,
    };
    let (asks, lost) = Context::new(&request, &words::ENGLISH).asks(goal);
    let whole = lost.is_empty() && asks.iter().all(Result::is_ok);
    let mut out: Vec<Expected> = Vec::new();
    for (tool, batch) in asks.iter().flatten().flat_map(tools) {
        if !out.iter().any(|known| known.tool == *tool) {
            out.push(Expected { tool, batch: *batch });
        }
    }
    (out, whole)
}

fn tools(ask: &Ask) -> &'static [(&'static str, bool)] {
    match ask {
        Ask::Tidy { .. } => &[("files.list", false), ("files.move", true)],
        Ask::TrashDuplicates { .. } => &[("files.find_duplicates", false), ("files.trash", true)],
        Ask::FindDuplicates { .. } => &[("files.find_duplicates", false)],
        Ask::TrashPath { .. } => &[("files.trash", false)],
        Ask::TrashFiles { .. } => &[("files.list", false), ("files.trash", true)],
        Ask::MoveFiles { copy: false, .. } => &[("files.list", false), ("files.move", true)],
        Ask::MoveFiles { copy: true, .. } => &[("files.list", false), ("files.copy", true)],
        Ask::MovePath { copy: false, .. } => &[("files.move", false)],
        Ask::MovePath { copy: true, .. } => &[("files.copy", false)],
        Ask::RenamePath { .. } => &[("files.rename", false)],
        Ask::RenameFiles { .. } => &[("files.list", false), ("files.rename", true)],
        Ask::MakeFolder { .. } => &[("files.make_folder", false)],
        Ask::ShowFiles { .. } => &[("files.list", false)],
        Ask::SearchFiles { .. } => &[("files.search", false)],
        Ask::ReadFile { .. } => &[("files.read", false)],
        Ask::ListEvents { .. } => &[("calendar.list", false)],
        Ask::AddEvent { .. } => &[("calendar.add", false)],
        Ask::CancelEvent { .. } => &[("calendar.list", false), ("calendar.cancel", false)],
        Ask::SearchMail { .. } => &[("mail.search", false)],
        Ask::SendLetter { .. } => &[("mail.send", false)],
        Ask::DraftLetter { .. } => &[("mail.draft", false)],
        Ask::ReadPage { .. } => &[("web.fetch", false)],
        Ask::Order { .. } => &[("trading.positions", false), ("trading.order", false)],
        Ask::OrderWhen { .. } => &[("trading.positions", false), ("trading.prices", false), ("trading.order", false)],
        Ask::ShowAccount { .. } => &[("trading.positions", false)],
        Ask::SavePage { .. } => &[("web.fetch", false), ("files.write", false)],
        Ask::NotePage { .. } => &[("web.fetch", false), ("notes.add", false)],
        Ask::AddNote { .. } => &[("notes.add", false)],
        Ask::SearchNotes { .. } => &[("notes.search", false)],
        Ask::ListNotes => &[("notes.list", false)],
        Ask::AddTodos { .. } => &[("todos.add", false)],
        Ask::AddTodo { .. } => &[("todos.add", false)],
        Ask::CompleteTodo { .. } => &[("todos.complete", false)],
        Ask::EditTodo { .. } => &[("todos.edit", false)],
        Ask::ListTodos { .. } => &[("todos.list", false)],
        Ask::Remind { .. } | Ask::RemindAgainAndAgain { .. } | Ask::RemindSometime { .. } => {
            &[("reminders.set", false)]
        }
        Ask::CancelReminder { .. } => &[("reminders.list", false), ("reminders.cancel", false)],
        Ask::ChangeReminder { .. } => &[("reminders.list", false), ("reminders.change", false)],
        Ask::EventSometime { .. } => &[("calendar.add", false)],
        Ask::NextEvent { .. } => &[("calendar.list", false)],
        Ask::Cancel { .. } => &[("reminders.list", false), ("calendar.list", false)],
        Ask::Move { .. } => &[("reminders.list", false), ("calendar.list", false)],
        Ask::Contact { .. } => &[("contacts.find", false)],
        Ask::Measure { .. } => &[("files.list", false)],
        Ask::LetterTo { .. } => &[("contacts.find", false), ("mail.send", false)],
        Ask::NewList { .. } | Ask::Clock(_) | Ask::Say(_) | Ask::Choose { .. } => &[],
        Ask::ListReminders => &[("reminders.list", false)],
        Ask::Automate { .. } => &[("automations.propose", false)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tools_of_a_goal_are_known_before_anything_is_looked_at() {
        let goal = "tidy ~/Downloads by type and trash the duplicates in it, then note: done";
        let (expected, whole) = expect(goal, "/home/u", &[]);
        let found: Vec<_> = expected.iter().map(|one| (one.tool, one.batch)).collect();
        assert!(whole);
        assert_eq!(
            found,
            [
                ("files.list", false),
                ("files.move", true),
                ("files.find_duplicates", false),
                ("files.trash", true),
                ("notes.add", false)
            ]
        );
    }

    #[test]
    fn what_is_not_understood_is_said_so() {
        assert_eq!(expect("frobnicate the quux sideways", "/home/u", &[]), (Vec::new(), false));
    }
}
