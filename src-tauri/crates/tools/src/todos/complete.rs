//! todos.complete: a to-do is done.

use super::{Change, Todo, describe, find, prepare, run, undo};
use crate::{
    input::{parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::visible::visible;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Mark an open to-do as done.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The text of the to-do, or a part of it that only one open to-do has.
    text: String,
    /// A named list, for example "shopping".
    #[serde(default)]
    list: Option<String>,
}

/// The tool.
pub struct Complete;

impl Tool for Complete {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("todos.complete")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let mut found = None;
        let mut facts = describe(input.list.as_deref(), "/text", String::new(), Vec::new(), place, |list| {
            let todo = find(&input.text, true, list)?;
            found = Some(todo.clone());
            Ok(change(todo))
        })?;
        let text = visible(&found.map_or(input.text, |todo| todo.text));
        facts.title = say("tools.todos.complete.title", &[("text", &text)]);
        facts.preview = assent_protocol::Preview::Fields { rows: vec![(say("tools.words.todo", &[]), text)] };
        Ok(facts)
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let input: Input = parse(args)?;
        prepare(input.list.as_deref(), facts, place, |list| find(&input.text, true, list).map(change))
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        run(input.list.as_deref(), facts, place, |list| find(&input.text, true, list).map(change))
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        undo(inverse, place)
    }
}

fn change(todo: Todo) -> Change {
    // Only the box changes; whatever else the user wrote in the line stays.
    let after = todo.line.replacen("[ ]", "[x]", 1);
    Change { before: Some(todo.line.clone()), after, state: todo.line }
}
