//! notes.edit: a note says something else.

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

/// Change what a note says. The text replaces the whole note: read it first with files.read.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The title of the note, as notes.list gives it.
    title: String,
    /// The new text, in Markdown, without the title.
    #[schemars(extend("format" = "multiline"))]
    text: String,
}

/// The tool.
pub struct Edit;

impl Tool for Edit {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("notes.edit")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let at = located(&input.title, place)?;
        let title = say("tools.notes.edit.title", &[("title", &visible(&input.title))]);
        if at.reach == Reach::OwnFiles {
            return Ok(describe_own(&at, "/title", title));
        }
        let now = current(&at.path, place)?;
        if now.bytes.is_none() {
            return Err(ToolError::BadInput(say("tools.notes.none", &[("title", &visible(&input.title))])));
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
