//! The built-in tools: files, notes, to-dos, calendars, the web and the shell, one file a tool. Every effect on a file goes through a verified folder handle,
//! and every inverse is made ready before its effect. Nothing here decides whether a call may run.

pub mod acp;
pub mod attributes;
pub mod batch;
pub mod bound;
pub mod calendar;
pub mod contacts;
mod contents;
pub mod elsewhere;
pub mod encoding;
pub mod failure;
pub mod files;
pub mod folders;
pub mod handle;
pub mod input;
pub mod inside;
pub mod links;
pub mod mail;
pub mod mark;
pub mod mcp;
pub mod notes;
pub mod origin;
pub mod paths;
pub mod protected;
pub mod relocate;
pub mod results;
pub mod sandbox;
pub mod scan;
pub mod shell;
pub mod todos;
pub mod trash_can;
pub mod tree;
pub mod walk;
pub mod watch;
pub mod web;
pub mod words;

#[cfg(test)]
mod check;
#[cfg(test)]
mod shown;
#[cfg(test)]
mod threats;
#[cfg(test)]
mod undo_proof;

pub use paths::{Resolved, resolve};

use assent_agent::Tool;
use std::sync::Arc;

/// Every built-in tool of this crate that works on this computer: without a sandbox there is no shell.
pub fn all() -> Vec<Arc<dyn Tool>> {
    let mut tools = always();
    if sandbox::available().is_ok() {
        tools.push(Arc::new(shell::run::Run));
        tools.push(Arc::new(shell::held::PlaceHeld));
    }
    tools
}

fn always() -> Vec<Arc<dyn Tool>> {
    let mut tools = calendar::tools(&calendar::account::Calendars::default());
    tools.extend(here());
    tools
}

fn here() -> [Arc<dyn Tool>; 22] {
    [
        Arc::new(files::list::List),
        Arc::new(files::read::Read),
        Arc::new(files::search::Search),
        Arc::new(files::find_duplicates::FindDuplicates),
        Arc::new(files::write::Write),
        Arc::new(contacts::find::Find),
        Arc::new(files::edit::Edit),
        Arc::new(files::relocating::Move),
        Arc::new(files::rename::Rename),
        Arc::new(files::copy::Copy),
        Arc::new(files::make_folder::MakeFolder),
        Arc::new(files::trash::Trash),
        Arc::new(notes::add::Add),
        Arc::new(notes::edit::Edit),
        Arc::new(notes::list::List),
        Arc::new(notes::search::Search),
        Arc::new(results::Read),
        Arc::new(todos::add::Add),
        Arc::new(todos::complete::Complete),
        Arc::new(todos::edit::Edit),
        Arc::new(todos::list::List),
        Arc::new(web::fetch::Fetch::default()),
    ]
}
