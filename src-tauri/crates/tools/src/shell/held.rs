//! shell.place: what a command made that would lie in a protected place is held back, and comes to a card of its own.

use super::{
    kept::{Snapshot, Thing},
    staged::{keep_list, put, take_away},
};
use crate::{
    batch::{blank, refuse_own, run_each},
    contents::kept,
    failure::failed,
    handle::Handles,
    input::{parse, spec},
    mark::{Kind, Mark},
    paths::{Resolver, text_of},
    words::{say, shown_path},
};
use assent_agent::{Inverse, Output, Place, Target, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, Preview, visible::visible};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// More bytes of a text are not shown on the card; the rest is counted.
const MOST_SHOWN: usize = 16 * 1024;

/// One thing that waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Held {
    path: String,
    thing: Option<Thing>,
    before: Option<Mark>,
}

/// Put what a command made in protected places there. Always asks.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// `held_back` of shell.run.
    held: String,
}

/// The tool.
pub struct PlaceHeld;

impl Held {
    /// One that is to be as it is in `thing`.
    pub(super) fn of(path: &Path, thing: &Thing, before: Option<&Mark>) -> Held {
        Held { path: text_of(path), thing: Some(thing.clone()), before: before.cloned() }
    }

    /// One that is to be gone.
    pub(super) fn gone(path: &Path, before: &Mark) -> Held {
        Held { path: text_of(path), thing: None, before: Some(before.clone()) }
    }

    /// Where it is to lie.
    pub fn path(&self) -> PathBuf {
        PathBuf::from(&self.path)
    }

    fn shown(&self, place: &Place) -> String {
        let Some(thing) = &self.thing else { return say("tools.shell.held.gone", &[]) };
        match thing.mark.kind {
            Kind::Link => visible(thing.mark.link.as_deref().unwrap_or_default()),
            Kind::Folder => say("tools.shell.held.folder", &[]),
            _ => {
                let bytes = thing.sha256.as_ref().and_then(|sum| kept(sum, &place.copies)).unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes);
                let end = text.floor_char_boundary(MOST_SHOWN);
                let more = if end < text.len() { "\n…" } else { "" };
                format!("{}{more}", visible(&text[..end]))
            }
        }
    }
}

/// Keeps what waits, and says by which name.
///
/// # Errors
/// When it cannot be kept.
pub fn keep_held(held: &[Held], place: &Place) -> Result<String, ToolError> {
    keep_list(&held, place)
}

fn list(args: &Value, place: &Place) -> Result<Vec<Held>, ToolError> {
    let input: Input = parse(args)?;
    let sound = input.held.len() == 64 && input.held.chars().all(|c| c.is_ascii_hexdigit());
    let bytes = if sound { kept(&input.held, &place.copies) } else { None };
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| ToolError::BadInput(say("tools.shell.held.unknown", &[])))
}

fn places(held: &[Held]) -> Vec<PathBuf> {
    held.iter().map(Held::path).collect()
}

impl Tool for PlaceHeld {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("shell.place")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let held = list(args, place)?;
        let resolver = Resolver::new(place);
        let mut targets = Vec::new();
        let mut rows = Vec::new();
        for one in &held {
            // Where it lies is looked up anew: a folder on the way may be another by now.
            let found = resolver.itself(&one.path)?;
            let now = Handles::new(place).entry(&found.path).and_then(|entry| entry.mark());
            let now = now.ok().flatten();
            let state = now.map(|mark| mark.state()).unwrap_or_default();
            let reach = found.reach.max(assent_protocol::Reach::Protected);
            targets.push(Target { field: "/held".into(), shown: text_of(&found.path), state, reach });
            rows.push((shown_path(&found.path), one.shown(place)));
        }
        Ok(ToolFacts {
            title: say("tools.shell.held.title", &[("count", &held.len().to_string())]),
            items: u32::try_from(held.len()).unwrap_or(u32::MAX),
            targets,
            preview: Preview::Fields { rows },
            ..blank(Effect::Modify)
        })
    }

    fn prepare(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        refuse_own(facts)?;
        Ok(Snapshot::take(&places(&list(args, place)?), place)?.1)
    }

    fn run(&self, args: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        refuse_own(facts)?;
        let held = list(args, place)?;
        let before = Snapshot::take(&places(&held), place)?.0;
        let mut handles = Handles::new(place);
        let mut changed = BTreeSet::new();
        let items = run_each(held.len(), place, |at| {
            let one = &held[at];
            let path = one.path();
            let done = match &one.thing {
                Some(thing) => put(&mut handles, &path, thing, one.before.as_ref(), place).and_then(|()| {
                    match (&thing.attributes, thing.mark.kind) {
                        (Some(attributes), Kind::Folder) => {
                            attributes.give(&std::fs::File::from(handles.entry(&path)?.open_folder()?), false)
                        }
                        _ => Ok(()),
                    }
                }),
                None => one.before.as_ref().map_or(Ok(()), |before| take_away(&mut handles, &path, before)),
            };
            done.map_err(|error| (error, path.clone()))?;
            changed.insert(path);
            Ok(())
        });
        handles.sync();
        let (inverses, named) = before.changes(&places(&held), Some(&changed), place)?;
        let value = json!({ "placed": named.iter().map(|path| text_of(path)).collect::<Vec<_>>() });
        Ok(Output { value, items, untrusted: None, inverses })
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        super::kept::undo(inverse, place)
    }
}

/// Takes out of `folders` what lies in a protected place and did not before, for a folder that is too large to be copied.
///
/// # Errors
/// When it cannot be kept.
pub fn take_out(new: &[PathBuf], place: &Place) -> Result<Vec<Held>, ToolError> {
    let mut handles = Handles::new(place);
    let mut held = Vec::new();
    for path in new {
        let entry = handles.entry(path).map_err(|error| failed(error, path))?;
        let thing = super::kept::thing(&entry, Some(place), crate::contents::MOST_BYTES)
            .map_err(|error| failed(error, path))?;
        let Some(thing) = thing.filter(|thing| thing.mark.kind != Kind::Folder) else { continue };
        take_away(&mut handles, path, &thing.mark).map_err(|error| failed(error, path))?;
        held.push(Held::of(path, &thing, None));
    }
    handles.sync();
    Ok(held)
}
