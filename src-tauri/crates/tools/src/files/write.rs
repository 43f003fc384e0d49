//! files.write: a whole text file.

use crate::{
    batch::{data, stored},
    contents::{self, MOST_BYTES, Replaced, current, describe, describe_own},
    input::{parse, spec},
    paths::{Resolver, text_of},
    protected::Use,
    words::{folder_name, say, shown_name},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::Reach;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;

/// Write a text file: a new one, or in place of all that is in an existing one. Missing folders are made. To change a
/// part of a file use files.edit.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The file: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    path: String,
    /// The whole text.
    #[schemars(extend("format" = "multiline"))]
    text: String,
}

/// The tool.
pub struct Write;

impl Tool for Write {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.write")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        if input.text.len() as u64 > MOST_BYTES {
            return Err(ToolError::BadInput(say("tools.text.too_long", &[])));
        }
        let at = Resolver::new(place).follow(&input.path, Use::Change)?;
        let folder = folder_name(at.path.parent().unwrap_or(&at.path), &place.home);
        let title = |key| say(key, &[("name", &shown_name(&at.path)), ("folder", &folder)]);
        if at.reach == Reach::OwnFiles {
            return Ok(describe_own(&at, "/path", title("tools.write.title_new")));
        }
        let now = current(&at.path, place)?;
        let key = if now.bytes.is_some() { "tools.write.title_over" } else { "tools.write.title_new" };
        Ok(describe(&at, "/path", &now, &input.text, title(key), place))
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let input: Input = parse(args)?;
        ready(&input.text, facts, place)
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        contents::run(&input.text, facts, place)?;
        Ok(written(facts))
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        undo(inverse, place)
    }
}

/// The inverse of putting `text` at the first target.
pub(crate) fn ready(text: &str, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
    crate::batch::refuse_own(facts)?;
    let Some(target) = facts.targets.first() else { return Err(ToolError::Failed(say("tools.input.facts", &[]))) };
    let inverse = contents::prepare(Path::new(&target.shown), text, None, place)?;
    Ok(vec![Inverse { item: 0, data: data(&inverse)? }])
}

/// What a call that wrote one file gives back.
pub(crate) fn written(facts: &ToolFacts) -> Output {
    let path = facts.targets.first().map(|target| text_of(Path::new(&target.shown))).unwrap_or_default();
    Output { value: json!({ "path": path }), items: vec![crate::batch::succeeded(0)], ..Output::default() }
}

/// Takes back what was written.
pub(crate) fn undo(inverse: &Inverse, place: &Place) -> Undone {
    stored::<Replaced>(&inverse.data).map_or_else(|conflict| conflict, |replaced| replaced.undo(place))
}
