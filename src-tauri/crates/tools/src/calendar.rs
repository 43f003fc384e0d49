//! The calendar: `.ics` files, of which only the lines of an event are ever changed; everything else stays byte for byte;
//! and calendars on a server. Without one that is named it is the only account, else `Calendar.ics` in the folder of notes.

pub mod account;
pub mod add;
pub mod cancel;
pub mod change;
pub mod dav;
pub mod defined;
pub mod event;
pub mod ics;
pub mod list;
pub mod multistatus;
pub mod occurrences;
pub mod plan;
pub mod time;
pub mod wanted;
pub mod windows;
pub mod zones;

#[cfg(test)]
mod tests;

use crate::{
    contents::{Current, current},
    paths::{Resolved, Resolver, text_of},
    protected::Use,
    words::{say, shown_path},
};
use account::Calendars;
use assent_agent::{Place, Tool, ToolError};
use ics::Calendar;
use std::sync::Arc;

/// The user's own calendar, in the folder of notes.
pub const FILE: &str = "Calendar.ics";

/// The tools of calendars, for these accounts.
pub fn tools(calendars: &Calendars) -> Vec<Arc<dyn Tool>> {
    vec![
        Arc::new(list::List(calendars.clone())),
        Arc::new(add::Add(calendars.clone())),
        Arc::new(change::Change(calendars.clone())),
        Arc::new(cancel::Cancel(calendars.clone())),
    ]
}

/// The calendar that a call is about, and where its path stands among the arguments.
fn located(named: Option<&str>, place: &Place, wanted: Use) -> Result<(Resolved, &'static str), ToolError> {
    let own = place.notes.join(FILE);
    let (path, field) = named.map_or_else(|| (text_of(&own), "/calendar"), |path| (path.to_owned(), "/calendar"));
    let at = Resolver::new(place).follow(&path, wanted)?;
    if at.path.extension().is_none_or(|end| !end.eq_ignore_ascii_case("ics")) {
        return Err(ToolError::BadInput(say("calendar.not_ics", &[("path", &shown_path(&at.path))])));
    }
    Ok((at, field))
}

/// What the calendar at `at` holds; an empty text for one that is not there yet.
fn opened(at: &Resolved, place: &Place) -> Result<(Current, String), ToolError> {
    let now = current(&at.path, place)?;
    let text = ics::decoded(now.bytes.as_deref().unwrap_or_default()).0.into_owned();
    Ok((now, text))
}

fn read<'a>(text: &'a str, at: &Resolved) -> Result<Calendar<'a>, ToolError> {
    Calendar::read(text)
        .ok_or_else(|| ToolError::Failed(say("calendar.unreadable", &[("path", &shown_path(&at.path))])))
}
