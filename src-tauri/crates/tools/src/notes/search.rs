//! notes.search: notes with a text in them.

use super::{MOST_ROWS, all, looking, text_in};
use crate::{
    input::{parse, spec},
    origin,
    paths::text_of,
    words::{cut, say},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::visible::visible;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

const MOST_LINE: usize = 120;

/// Search the user's notes for a text, in titles and in what they say. Upper and lower case are the same. Gives title,
/// path, and the first line that has the text.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The text to look for.
    text: String,
}

/// The tool.
pub struct Search;

impl Tool for Search {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("notes.search")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        if input.text.trim().is_empty() {
            return Err(ToolError::BadInput(say("tools.search.nothing", &[])));
        }
        let title = say("tools.notes.search.title", &[("text", &visible(&input.text))]);
        looking(title, &place.notes, Some(&input.text), place)
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        let wanted = input.text.trim().to_lowercase();
        let mut matches = Vec::new();
        let mut truncated = false;
        let mut untrusted = None;
        for note in all(place) {
            if matches.len() == MOST_ROWS || place.stop.load(Ordering::Relaxed) {
                truncated = true;
                break;
            }
            let Some(text) = text_in(&note.path, place) else { continue };
            let found = text.lines().enumerate().find(|(_, line)| line.to_lowercase().contains(&wanted));
            let (line, text) = match found {
                Some((number, line)) => (Some(number + 1), cut(line.trim(), MOST_LINE).0),
                None if note.title.to_lowercase().contains(&wanted) => (None, ""),
                None => continue,
            };
            untrusted = untrusted.or_else(|| origin::untrusted(&note.path, place));
            matches.push(json!({ "title": note.title, "path": text_of(&note.path), "line": line, "text": text }));
        }
        let value = json!({ "matches": matches, "truncated": truncated });
        Ok(Output { value, untrusted, ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}
