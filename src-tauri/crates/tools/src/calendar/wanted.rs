//! One change of a calendar, wherever that is: in a file, or in an account. Adding, changing and cancelling share it.

use super::{
    account::{self, Calendars},
    ics::Calendar,
    plan::{self, Plan},
};
use crate::{
    contents,
    files::write::{ready, undo, written},
};
use assent_agent::{Inverse, Output, Place, ToolError, ToolFacts, Undone};

/// Where a call wants its change.
pub struct Wanted<'a> {
    /// The accounts there are.
    pub calendars: &'a Calendars,
    /// The account it names.
    pub account: Option<&'a str>,
    /// The file it names.
    pub file: Option<&'a str>,
    /// The event it changes; none for a new one.
    pub id: Option<&'a str>,
    /// What the card says where nothing may be looked at.
    pub title: &'a str,
}

impl Wanted<'_> {
    /// [`assent_agent::Tool::describe`].
    pub fn describe(
        &self,
        place: &Place,
        plan: impl FnOnce(&Calendar<'_>) -> Result<Plan, ToolError>,
    ) -> Result<ToolFacts, ToolError> {
        match self.calendars.meant(self.account, self.file)? {
            Some(server) => account::describe(server, &account::planned(server, self.id, plan)?, place),
            None => plan::describe(self.file, place, self.title, plan),
        }
    }

    /// [`assent_agent::Tool::prepare`].
    pub fn prepare(
        &self,
        facts: &ToolFacts,
        place: &Place,
        plan: impl FnOnce(&Calendar<'_>) -> Result<Plan, ToolError>,
    ) -> Result<Vec<Inverse>, ToolError> {
        match self.calendars.meant(self.account, self.file)? {
            Some(server) => account::prepare(server, &account::planned(server, self.id, plan)?, facts),
            None => ready(&plan::text(self.file, place, plan)?, facts, place),
        }
    }

    /// [`assent_agent::Tool::run`].
    pub fn run(
        &self,
        facts: &ToolFacts,
        place: &Place,
        plan: impl FnOnce(&Calendar<'_>) -> Result<Plan, ToolError>,
    ) -> Result<Output, ToolError> {
        match self.calendars.meant(self.account, self.file)? {
            Some(server) => account::run(server, &account::planned(server, self.id, plan)?, facts),
            None => {
                contents::run(&plan::text(self.file, place, plan)?, facts, place)?;
                Ok(written(facts))
            }
        }
    }
}

/// [`assent_agent::Tool::undo`].
pub fn taken_back(calendars: &Calendars, inverse: &Inverse, place: &Place) -> Undone {
    if account::is_ours(inverse) { account::undo(calendars, inverse) } else { undo(inverse, place) }
}
