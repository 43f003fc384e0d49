//! calendar.cancel: an event is taken off.

use super::{
    ics::Calendar,
    plan::{self, Plan},
};
use crate::{
    contents,
    files::write::{ready, undo, written},
    input::{parse, spec},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::Effect;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Take an event off the calendar. Of an event that repeats, all times go. Nobody is told.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The event's id, as calendar.list gives it.
    id: String,
    /// An .ics file; without it the user's own calendar.
    #[schemars(extend("format" = "path"))]
    calendar: Option<String>,
}

/// The tool.
pub struct Cancel;

fn plan(input: &Input, calendar: &Calendar<'_>) -> Result<Plan, ToolError> {
    let (_, event) = plan::find(calendar, &input.id)?;
    let mut text = String::new();
    let mut at = 0;
    for block in &calendar.events {
        if block.text("UID").as_deref() == Some(input.id.as_str()) {
            text.push_str(&calendar.text[at..block.range.start]);
            at = block.range.end;
        }
    }
    text.push_str(&calendar.text[at..]);
    Ok(Plan { text, title: "calendar.cancel.title", event, before: None, effect: Effect::Delete })
}

impl Tool for Cancel {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("calendar.cancel")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        plan::describe(input.calendar.as_deref(), place, &input.id, |calendar| plan(&input, calendar))
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let input: Input = parse(args)?;
        ready(&plan::text(input.calendar.as_deref(), place, |calendar| plan(&input, calendar))?, facts, place)
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        let text = plan::text(input.calendar.as_deref(), place, |calendar| plan(&input, calendar))?;
        contents::run(&text, facts, place)?;
        Ok(written(facts))
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        undo(inverse, place)
    }
}
