//! Mail: reading, ordering and sending letters in the accounts that the user added. A letter is whatever its sender
//! wrote: its text, its names and its links are nobody's word but theirs.

pub mod address;
pub mod compose;
pub mod desk;
pub mod draft;
pub mod folder_name;
pub mod imap;
pub mod letter;
pub mod line;
pub mod mailbox;
pub mod ordering;
pub mod read;
pub mod search;
pub mod send;
pub mod smtp;

use assent_agent::Tool;
use desk::Desk;
use std::sync::Arc;

/// The tools of mail, for these accounts.
pub fn tools(desk: &Desk) -> Vec<Arc<dyn Tool>> {
    vec![
        Arc::new(search::Search(desk.clone())),
        Arc::new(read::Read(desk.clone())),
        Arc::new(ordering::Move(desk.clone())),
        Arc::new(ordering::MarkLetters(desk.clone())),
        Arc::new(draft::Draft(desk.clone())),
        Arc::new(send::Send(desk.clone())),
    ]
}
