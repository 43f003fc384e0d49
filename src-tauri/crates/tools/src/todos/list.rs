//! todos.list: the to-dos there are.

use super::{all, located};
use crate::{
    contents::current,
    input::{parse, spec},
    notes::looking,
    origin::untrusted,
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

const MOST_ANSWER: usize = 28 * 1024;

/// List the user's to-dos, open ones first: text, whether it is done, and the date it is due, if it has one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// A named list, for example "shopping".
    #[serde(default)]
    list: Option<String>,
}

/// The tool.
pub struct List;

impl Tool for List {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("todos.list")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        looking(say("tools.todos.list.title", &[]), &located(input.list.as_deref(), place)?.path, None, place)
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        crate::batch::refuse_own(facts)?;
        let input: Input = parse(args)?;
        let at = located(input.list.as_deref(), place)?;
        let now = current(&at.path, place)?;
        let mut todos = all(super::text_of_list(&now, &at)?);
        todos.sort_by_key(|todo| todo.done);
        let mut size = 0;
        let count = todos.len();
        let rows: Vec<Value> = todos
            .into_iter()
            .map(|todo| match todo.due {
                Some(due) => json!({ "text": todo.text, "done": todo.done, "due": due }),
                None => json!({ "text": todo.text, "done": todo.done }),
            })
            .take_while(|row| {
                size += row.to_string().len();
                size <= MOST_ANSWER
            })
            .collect();
        let truncated = rows.len() < count;
        let value = json!({ "todos": rows, "truncated": truncated });
        Ok(Output { value, untrusted: untrusted(&at.path, place), ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}
