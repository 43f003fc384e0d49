//! notes.list: the notes there are.

use super::{MOST_ROWS, all, looking};
use crate::{
    input::{parse, spec},
    origin::among,
    paths::text_of,
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// List the user's notes, last changed first: title, path and time of the last change in milliseconds since 1970.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {}

/// The tool.
pub struct List;

impl Tool for List {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("notes.list")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let Input {} = parse(args)?;
        looking(say("tools.notes.list.title", &[]), &place.notes, None, place)
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, _: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let notes = all(place);
        let rows = notes.iter().take(MOST_ROWS);
        let rows = rows.map(|n| json!({ "title": n.title, "path": text_of(&n.path), "modified": n.modified }));
        let value = json!({ "notes": rows.collect::<Vec<_>>(), "truncated": notes.len() > MOST_ROWS });
        let untrusted = among(notes.iter().take(MOST_ROWS).map(|note| note.path.as_path()), place);
        Ok(Output { value, untrusted, ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}
