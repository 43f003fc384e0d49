//! files.edit: a part of a text file.

use super::write::{ready, undo, written};
use crate::{
    contents::{self, MOST_BYTES, current, describe, describe_own},
    input::{parse, spec},
    paths::Resolver,
    protected::Use,
    words::{folder_name, say, shown_name, shown_path},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::Reach;
use rustix::io::Errno;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// Replace a part of a text file. The text to find must stand in the file exactly once: give enough of what is around
/// it. Read the file first.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The file: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    path: String,
    /// The text to find, exactly as it stands in the file.
    #[schemars(extend("format" = "multiline"))]
    find: String,
    /// The text to put in its place; empty takes it out.
    #[schemars(extend("format" = "multiline"))]
    replace: String,
}

/// The tool.
pub struct Edit;

impl Tool for Edit {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.edit")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let at = Resolver::new(place).follow(&input.path, Use::Change)?;
        let folder = folder_name(at.path.parent().unwrap_or(&at.path), &place.home);
        let title = say("tools.edit.title", &[("name", &shown_name(&at.path)), ("folder", &folder)]);
        if at.reach == Reach::OwnFiles {
            return Ok(describe_own(&at, "/path", title));
        }
        let now = current(&at.path, place)?;
        if now.bytes.is_none() {
            return Err(ToolError::BadInput(crate::failure::sentence(Errno::NOENT, &at.path)));
        }
        let text = edited(&input, &at.path, now.text())?;
        Ok(describe(&at, "/path", &now, &text, title, place))
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        ready(&edited_now(args, facts, place)?, facts, place)
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        contents::run(&edited_now(args, facts, place)?, facts, place)?;
        Ok(written(facts))
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        undo(inverse, place)
    }
}

fn edited_now(args: &Value, facts: &ToolFacts, place: &Place) -> Result<String, ToolError> {
    crate::batch::refuse_own(facts)?;
    let Some(target) = facts.targets.first() else { return Err(ToolError::Failed(say("tools.input.facts", &[]))) };
    let path = Path::new(&target.shown);
    let now = current(path, place)?;
    if now.state != target.state {
        return Err(crate::failure::failed(crate::handle::CHANGED, path));
    }
    edited(&parse(args)?, path, now.text())
}

fn edited(input: &Input, path: &Path, text: Option<&str>) -> Result<String, ToolError> {
    let bad = |key, count: usize| {
        Err(ToolError::BadInput(say(key, &[("path", &shown_path(path)), ("times", &count.to_string())])))
    };
    let Some(text) = text else { return bad("tools.edit.not_text", 0) };
    if input.find.is_empty() {
        return bad("tools.edit.find_nothing", 0);
    }
    if input.find == input.replace {
        return bad("tools.edit.no_change", 0);
    }
    match text.matches(&input.find).count() {
        1 => {
            let edited = text.replacen(&input.find, &input.replace, 1);
            if edited.len() as u64 > MOST_BYTES { bad("tools.text.too_long", 0) } else { Ok(edited) }
        }
        0 => bad("tools.edit.not_found", 0),
        times => bad("tools.edit.found_often", times),
    }
}
