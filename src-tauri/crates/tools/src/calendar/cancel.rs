//! calendar.cancel: an event is taken off.

use super::{
    account::Calendars,
    ics::Calendar,
    plan::{self, Plan},
    wanted::{Wanted, taken_back},
};
use crate::input::{parse, spec};
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
    /// An .ics file, if the event is in none of the accounts.
    #[schemars(extend("format" = "path"))]
    calendar: Option<String>,
    /// The account; only needed where there are several.
    account: Option<String>,
}

/// The tool, with the accounts that it can work in.
pub struct Cancel(pub Calendars);

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

impl Cancel {
    fn wanted<'a>(&'a self, input: &'a Input) -> Wanted<'a> {
        let (account, file) = (input.account.as_deref(), input.calendar.as_deref());
        Wanted { calendars: &self.0, account, file, id: Some(&input.id), title: &input.id }
    }
}

impl Tool for Cancel {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("calendar.cancel")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        self.wanted(&input).describe(place, |calendar| plan(&input, calendar))
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let input: Input = parse(args)?;
        self.wanted(&input).prepare(facts, place, |calendar| plan(&input, calendar))
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        self.wanted(&input).run(facts, place, |calendar| plan(&input, calendar))
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        taken_back(&self.0, inverse, place)
    }
}
