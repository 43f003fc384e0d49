//! files.list: what is in a folder.

use crate::{
    failure::{errno, failed},
    input::{parse, spec},
    paths::{resolve, text_of},
    walk::walk,
    words::{escaped, folder_name, say},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::Reach;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;

const MOST_ENTRIES: usize = 5_000;
const DEEPEST: u32 = 20;

/// List what is in a folder: path, name, kind (file, folder, link, other), size in bytes and time of the last change
/// in milliseconds since 1970. Hidden files are listed. Links are not followed. Use it before you move,
/// rename or trash anything.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The folder: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    folder: String,
    /// How many levels to list; 1 (the default) lists only the folder itself.
    #[serde(default)]
    #[schemars(range(min = 1, max = 20))]
    depth: Option<u32>,
}

/// The tool.
pub struct List;

impl Tool for List {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.list")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        if input.depth.is_some_and(|depth| !(1..=DEEPEST).contains(&depth)) {
            return Err(ToolError::BadInput(say("tools.list.depth", &[("most", &DEEPEST.to_string())])));
        }
        let at = resolve(&input.folder, place)?;
        let title = say("tools.list.title", &[("folder", &folder_name(&at.path, &place.home))]);
        Ok(super::looking(title, &at, "/folder", place))
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        let folder = looked_at(facts)?;
        let mut entries = Vec::new();
        let complete = walk(&folder, input.depth.unwrap_or(1) as usize, place, |seen| {
            if entries.len() == MOST_ENTRIES {
                return false;
            }
            // A name that is not text cannot be given back as a path, so it is no file that could be acted on.
            let kind = if seen.text { seen.kind.name() } else { "other" };
            entries.push(json!({
                "path": escaped(seen.path.as_os_str()),
                "name": seen.name,
                "kind": kind,
                "bytes": if seen.kind == crate::mark::Kind::File { seen.stat.len() } else { 0 },
                "modified": seen.modified(),
            }));
            true
        })
        .map_err(|error| failed(errno(&error), &folder))?;
        let value = json!({ "folder": text_of(&folder), "entries": entries, "truncated": !complete });
        Ok(Output { value, ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}

/// The folder or file that a looking call was described for.
pub(super) fn looked_at(facts: &ToolFacts) -> Result<std::path::PathBuf, ToolError> {
    let Some(target) = facts.targets.first() else { return Err(ToolError::Failed(say("tools.input.facts", &[]))) };
    if target.reach == Reach::OwnFiles {
        return Err(ToolError::Refused(say("tools.path.own_files", &[])));
    }
    Ok(Path::new(&target.shown).to_owned())
}
