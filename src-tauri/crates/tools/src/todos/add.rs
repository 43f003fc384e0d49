//! todos.add: one more to-do.

use super::{Change, describe, one_line, prepare, run, undo, written};
use crate::{
    input::{parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::visible::visible;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Add a to-do to the user's list, the file todo.md in the notes folder.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What is to be done, in one line.
    text: String,
    /// The day it is due, as 2026-11-23. To be notified, use reminders.set.
    #[serde(default)]
    due: Option<String>,
    /// A named list, for example "shopping".
    #[serde(default)]
    list: Option<String>,
}

/// The tool.
pub struct Add;

impl Tool for Add {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("todos.add")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let mut rows = vec![(say("tools.words.todo", &[]), input.text.clone())];
        rows.extend(input.due.iter().map(|due| (say("tools.words.due", &[]), due.clone())));
        let title = say("tools.todos.add.title", &[("text", &visible(&input.text))]);
        // The file is the user's own setting and no argument, so its field names none.
        describe(input.list.as_deref(), "/file", title, rows, place, |_| change(&input))
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let input: Input = parse(args)?;
        prepare(input.list.as_deref(), facts, place, |_| change(&input))
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        run(input.list.as_deref(), facts, place, |_| change(&input))
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        undo(inverse, place)
    }
}

fn change(input: &Input) -> Result<Change, ToolError> {
    let text = one_line(&input.text)?;
    let due = input.due.as_deref().map(str::trim).filter(|due| !due.is_empty());
    if let Some(due) = due
        && due.parse::<jiff::civil::Date>().is_err()
    {
        return Err(ToolError::BadInput(say("tools.todos.due", &[("due", &visible(due))])));
    }
    Ok(Change { before: None, after: written(&text, due, false), state: String::new() })
}
