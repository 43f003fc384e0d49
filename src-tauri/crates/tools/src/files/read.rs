//! files.read: the text of a file.

use crate::{
    failure::{errno, failed},
    handle::Handles,
    input::{parse, spec},
    links,
    origin::untrusted,
    paths::{resolve, text_of},
    protected::Bounds,
    words::{cut, folder_name, say, shown_name, shown_path},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Provenance, Reach};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::Read as _;

/// What the model is given of one file.
const MOST_TEXT: usize = 28 * 1024;

/// Read a text file. Gives its text (the first 28 KB, then `truncated` is true), and its size in bytes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The file: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    path: String,
}

/// The tool.
pub struct Read;

impl Tool for Read {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.read")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let at = resolve(&input.path, place)?;
        let folder = folder_name(at.path.parent().unwrap_or(&at.path), &place.home);
        let title = say("tools.read.title", &[("name", &shown_name(&at.path)), ("folder", &folder)]);
        let mut facts = super::looking(title, &at, "/path", place);
        if untrusted(&at.path, place).is_some() {
            facts.provenance = Some(Provenance::Untrusted);
        }
        Ok(facts)
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, _: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let path = super::list::looked_at(facts)?;
        let allowed = facts.targets.first().map_or(Reach::Inside, |target| target.reach);
        let bounds = Bounds::of(place);
        let entry = Handles::new(place).entry(&path);
        let file = entry.and_then(|entry| links::open(&entry, &bounds, allowed)).map_err(|e| failed(e, &path))?;
        crate::bound::is_that(facts, &file).map_err(|e| failed(e, &path))?;
        let bytes = file.metadata().map_err(|error| failed(errno(&error), &path))?.len();
        // A few bytes more, so that a character is never cut in two.
        let mut start = Vec::new();
        file.take(MOST_TEXT as u64 + 4).read_to_end(&mut start).map_err(|error| failed(errno(&error), &path))?;
        if start.contains(&0) {
            return Err(ToolError::Failed(say("tools.read.not_text", &[("path", &shown_path(&path))])));
        }
        let all = String::from_utf8_lossy(&start);
        let (text, cut_off) = cut(&all, MOST_TEXT);
        let value = json!({
            "path": text_of(&path),
            "text": text,
            "bytes": bytes,
            "truncated": cut_off || bytes > start.len() as u64,
        });
        Ok(Output { value, untrusted: untrusted(&path, place), ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}
