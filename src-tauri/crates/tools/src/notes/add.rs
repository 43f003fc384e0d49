//! notes.add: a new note.

use super::{located, page};
use crate::{
    contents::{self, current, describe, describe_own},
    files::write::{ready, undo, written},
    input::{parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Reach, visible::visible};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// Keep a new note for the user: a Markdown file in the notes folder. A title that is taken is an error; use
/// notes.edit for a note that exists.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// A short title; the file is named after it.
    title: String,
    /// What the note says, in Markdown.
    #[schemars(extend("format" = "multiline"))]
    text: String,
}

/// The tool.
pub struct Add;

impl Tool for Add {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("notes.add")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let at = located(&input.title, place)?;
        let title = say("tools.notes.add.title", &[("title", &visible(&input.title))]);
        if at.reach == Reach::OwnFiles {
            return Ok(describe_own(&at, "/title", title));
        }
        let now = current(&at.path, place)?;
        if now.bytes.is_some() {
            return Err(ToolError::BadInput(say("tools.notes.taken", &[("title", &visible(&input.title))])));
        }
        Ok(describe(&at, "/title", &now, &page(&input.title, &input.text)?, title, place))
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let input: Input = parse(args)?;
        ready(&page(&input.title, &input.text)?, facts, place)
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        contents::run(&page(&input.title, &input.text)?, facts, place)?;
        Ok(written(facts))
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        undo(inverse, place)
    }
}
