//! One request: each way to say one is tried in turn, and one fits only when no word is left over.

mod calendar;
mod files;
mod lists;
mod mail;
mod selection;
mod trading;
mod web;

pub use lists::title_of;

use super::{cursor::Cursor, request::Ask};

type Way = fn(&mut Cursor) -> Option<Vec<Ask>>;

/// What the words under `cursor` ask for, or none when any word of them is not understood.
pub fn asks(cursor: &mut Cursor) -> Option<Vec<Ask>> {
    cursor.skip(cursor.known.words.polite);
    let start = cursor.at;
    let ways: [Way; 24] = [
        web::page,
        calendar::calendar,
        mail::letter,
        mail::search,
        trading::order,
        trading::show,
        lists::reminder,
        lists::change_reminders,
        lists::note,
        lists::todo,
        lists::complete,
        lists::show,
        files::duplicates,
        files::names,
        files::extension,
        files::rename,
        files::archive,
        files::move_,
        files::trash,
        files::tidy,
        files::make_folder,
        files::search,
        files::show,
        files::read,
    ];
    ways.iter().find_map(|way| {
        cursor.at = start;
        way(cursor).filter(|_| cursor.at_end())
    })
}
