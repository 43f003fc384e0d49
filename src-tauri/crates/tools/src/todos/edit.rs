//! todos.edit: a to-do with another text.

use super::{Change, describe, find, one_line, prepare, run, undo};
use crate::{
    input::{parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::visible::visible;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Change the text of a to-do. Its box and its date stay as they are.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The text of the to-do, or a part of it that only one to-do has.
    text: String,
    /// What it says from now on, in one line.
    new_text: String,
    /// A named list, for example "shopping".
    #[serde(default)]
    list: Option<String>,
}

/// The tool.
pub struct Edit;

impl Tool for Edit {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("todos.edit")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let mut found = None;
        let mut facts = describe(input.list.as_deref(), "/text", String::new(), Vec::new(), place, |list| {
            found = Some(find(&input.text, false, list)?.text);
            change(&input, list)
        })?;
        let text = visible(&found.unwrap_or(input.text));
        let new_text = visible(&input.new_text);
        facts.title = say("tools.todos.edit.title", &[("text", &text), ("new_text", &new_text)]);
        let rows = vec![(say("tools.words.todo", &[]), text), (say("tools.words.new_text", &[]), new_text)];
        facts.preview = assent_protocol::Preview::Fields { rows };
        Ok(facts)
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let input: Input = parse(args)?;
        prepare(input.list.as_deref(), facts, place, |list| change(&input, list))
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        run(input.list.as_deref(), facts, place, |list| change(&input, list))
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        undo(inverse, place)
    }
}

fn change(input: &Input, list: &str) -> Result<Change, ToolError> {
    let todo = find(&input.text, false, list)?;
    let new_text = one_line(&input.new_text)?;
    // The text is the last thing in the line but for the date, so the last place it stands is its own.
    let at = todo.line.rfind(&todo.text).unwrap_or(0);
    let after = format!("{}{new_text}{}", &todo.line[..at], &todo.line[at + todo.text.len()..]);
    if after == todo.line {
        return Err(ToolError::BadInput(say("tools.todos.no_change", &[("text", &visible(&todo.text))])));
    }
    Ok(Change { before: Some(todo.line.clone()), after, state: todo.line })
}
