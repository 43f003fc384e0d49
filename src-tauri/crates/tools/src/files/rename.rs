//! files.rename: new names in the same folder.

use super::{going, relocating};
use crate::{
    batch::{self, describe},
    input::{check_count, parse, spec},
    words::say,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, visible::visible};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;

/// Rename files and folders; each stays in its folder. A name that is taken is an error. Put all renames of one task
/// into one call.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What gets which name.
    #[schemars(length(min = 1, max = 5000))]
    items: Vec<Item>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Item {
    /// What to rename: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    path: String,
    /// The new name, without a folder.
    name: String,
}

/// The tool.
pub struct Rename;

impl Tool for Rename {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.rename")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        check_count(input.items.len())?;
        for item in &input.items {
            check_name(&item.name)?;
        }
        let fields = |at| [format!("/items/{at}/path"), format!("/items/{at}/name")];
        let items =
            input.items.iter().enumerate().map(|(at, i)| (fields(at), i.path.as_str(), beside(&i.path, &i.name)));
        let steps = batch::steps(items, place)?;
        let (mut facts, kinds) = describe(&steps, Effect::Modify, place)?;
        let froms: Vec<&Path> = steps.iter().map(|step| step.from.1.path.as_path()).collect();
        let tos: Vec<&Path> = steps.iter().map(|step| step.to.1.path.as_path()).collect();
        facts.title = going("tools.rename.title", &froms, &tos, &kinds, place);
        Ok(facts)
    }

    fn prepare(&self, _: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        relocating::prepare(facts, place)
    }

    fn run(&self, _: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        relocating::run(facts, place)
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        relocating::undo(inverse, place)
    }
}

fn check_name(name: &str) -> Result<(), ToolError> {
    if name.is_empty() || name == "." || name == ".." || name.contains(['/', '\0']) {
        return Err(ToolError::BadInput(say("tools.rename.bad_name", &[("name", &visible(name))])));
    }
    Ok(())
}

// The text of the path up to its last part, so that the resolver treats both alike.
fn beside(path: &str, name: &str) -> String {
    let folder = path.trim_end_matches('/').rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{name}")
}
