//! What the planner makes of a request before it looks at anything: what is shown while one types, and what
//! `cargo xtask understand` measures.

use super::{
    request::{Ask, Clock, Talk},
    resolve::Context,
    words,
};
use assent_agent::Request;
use assent_protocol::Mode;

/// How far a request was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Understanding {
    /// All of it, and it would be done: each thing in the order of the words.
    Acts(Vec<Piece>),
    /// Not surely: the likeliest readings, best first. The user is asked.
    Asks(Vec<Piece>),
    /// It is known to lie outside of what Assent does, and the user is told so.
    Outside,
    /// Nothing of it, or not all.
    Unclear,
}

/// One thing that is asked for, in the words of the user.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Piece {
    /// Its name in the closed list of intents, as in `calendar_set`.
    pub intent: &'static str,
    /// The text of a reminder, the title of an event, what is put on a list.
    pub what: String,
    /// The time as said.
    pub when: String,
    /// A person or an address.
    pub who: String,
    /// The name of a list.
    pub list: String,
}

/// What `goal` is understood as at `now` (milliseconds since 1970 UTC) in the IANA zone `zone`.
pub fn understanding(goal: &str, now: i64, zone: &str) -> Understanding {
    let request = Request {
        turns: std::sync::Arc::default(),
        tools: Vec::new(),
        folders: Vec::new(),
        notes_folder: String::new(),
        home: "/home/user".to_owned(),
        now,
        began: now,
        zone: zone.to_owned(),
        mode: Mode::Suggest,
        kept: Default::default(),
        again: None,
    };
    let (asks, lost) = Context::new(&request, &words::ENGLISH).asks(goal);
    match asks.as_slice() {
        [Ok(Ask::Choose { readings, .. })] if lost.is_empty() => {
            return Understanding::Asks(readings.iter().map(piece).collect());
        }
        [Ok(Ask::Say(Talk::Small))] if lost.is_empty() => return Understanding::Outside,
        [] if !lost.is_empty() && lost.iter().all(|lost| lost.outside) => return Understanding::Outside,
        _ => {}
    }
    let is_open = |ask: &Ask| ask.lacks_time() || matches!(ask, Ask::Choose { .. });
    if lost.is_empty() && !asks.is_empty() && !asks.iter().flatten().any(is_open) {
        let place = || Piece { intent: "file_question", ..Piece::default() };
        return Understanding::Acts(asks.iter().map(|ask| ask.as_ref().map_or_else(|_| place(), piece)).collect());
    }
    match asks.as_slice() {
        [Ok(ask)] if lost.is_empty() => Understanding::Asks(vec![piece(ask)]),
        _ => Understanding::Unclear,
    }
}

/// The request as a piece.
pub fn piece(ask: &Ask) -> Piece {
    let plain = |intent| Piece { intent, ..Piece::default() };
    let what = |intent, text: &str| Piece { intent, what: text.to_owned(), ..Piece::default() };
    let named = |piece: Piece, list: &Option<String>| Piece { list: list.clone().unwrap_or_default(), ..piece };
    match ask {
        Ask::Remind { text, when } => Piece { when: when.clone(), ..what("calendar_set", text) },
        Ask::RemindAgainAndAgain { text } | Ask::RemindSometime { text } => what("calendar_set", text),
        Ask::AddEvent { title, when, .. } => Piece { when: when.clone(), ..what("calendar_set", title) },
        Ask::ListEvents { days } => Piece { when: days.clone(), ..plain("calendar_query") },
        Ask::CancelEvent { text } | Ask::CancelReminder { text } => what("calendar_remove", text),
        Ask::ChangeReminder { text, when } => Piece { when: when.clone(), ..what("calendar_move", text) },
        Ask::ListReminders => plain("alarm_query"),
        Ask::SearchMail { from, words, .. } => {
            Piece { who: from.clone().unwrap_or_default(), ..what("email_query", words.as_deref().unwrap_or_default()) }
        }
        Ask::SendLetter { to, text, .. } | Ask::DraftLetter { to, text, .. } => {
            Piece { who: to.join(" "), ..what("email_send", text) }
        }
        Ask::AddTodo { text } => what("list_add", text),
        Ask::AddTodos { items, list } => named(what("list_add", &items.join(", ")), list),
        Ask::CompleteTodo { text, list } => named(what("list_remove", text), list),
        Ask::EditTodo { text, .. } => what("list_change", text),
        Ask::ListTodos { list } => named(plain("list_query"), list),
        Ask::EventSometime { title } => what("calendar_set", title),
        Ask::NextEvent { text } => what("calendar_query", text.as_deref().unwrap_or_default()),
        Ask::Cancel { text, when } => Piece { when: when.clone().unwrap_or_default(), ..what("calendar_remove", text) },
        Ask::Move { text, when } => Piece { when: when.clone(), ..what("calendar_move", text) },
        Ask::LetterTo { who, text, .. } => Piece { who: who.clone(), ..what("email_send", text) },
        Ask::Contact { who } => Piece { who: who.clone(), ..plain("contact_query") },
        Ask::Measure { .. } => plain("file_find"),
        Ask::NewList { list } => Piece { list: list.clone(), ..plain("list_add") },
        Ask::Clock(Clock::Now) => plain("datetime_query"),
        Ask::Clock(Clock::Day(when) | Clock::Until(when)) => Piece { when: when.clone(), ..plain("datetime_query") },
        Ask::Clock(Clock::There(place)) => what("datetime_convert", place),
        Ask::Clock(Clock::Between { when, from, to }) => {
            Piece { when: when.clone(), ..what("datetime_convert", &format!("{from} {to}")) }
        }
        Ask::Say(talk) => plain(talk.name()),
        Ask::Choose { readings, .. } => readings.first().map(piece).unwrap_or_default(),
        Ask::AddNote { text, .. } => what("note_add", text),
        Ask::SearchNotes { text } => what("note_query", text),
        Ask::ListNotes => plain("note_query"),
        Ask::Automate { goal, .. } => what("automation", goal),
        Ask::ReadPage { url } | Ask::SavePage { url, .. } | Ask::NotePage { url, .. } => what("web", url),
        Ask::Order { .. } | Ask::OrderWhen { .. } | Ask::ShowAccount { .. } => plain("trading"),
        Ask::Tidy { .. } => plain("file_tidy"),
        Ask::TrashDuplicates { .. } | Ask::TrashPath { .. } | Ask::TrashFiles { .. } => plain("file_trash"),
        Ask::MoveFiles { .. } | Ask::MovePath { .. } => plain("file_move"),
        Ask::RenamePath { .. } | Ask::RenameFiles { .. } => plain("file_rename"),
        Ask::MakeFolder { .. } => plain("file_make"),
        Ask::ShowFiles { .. } | Ask::SearchFiles { .. } | Ask::FindDuplicates { .. } => plain("file_find"),
        Ask::ReadFile { .. } => plain("file_read"),
    }
}
