//! files.make_folder: a new folder.

use crate::{
    batch::{blank, data, refuse_own, stored, succeeded},
    failure::{failed, sentence},
    folders::{Surroundings, Surveyor, make, make_above, remove_empty},
    handle::Handles,
    input::{parse, spec},
    mark::Kind,
    paths::{Resolver, text_of},
    protected::Use,
    relocate::conflict,
    words::{folder_name, say, shown_name, shown_path},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, Preview, Reach};
use rustix::{
    fs::{AtFlags, fsync, unlinkat},
    io::Errno,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Make a folder, with the folders above it that are missing. Moving, copying and writing make missing folders by
/// themselves: use this only for a folder that stays empty for now.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The folder: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    path: String,
}

#[derive(Serialize, Deserialize)]
struct Made {
    path: String,
    around: Surroundings,
}

/// The tool.
pub struct MakeFolder;

impl Tool for MakeFolder {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.make_folder")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let resolver = Resolver::new(place);
        let at = resolver.itself(&input.path)?;
        if at.reach != Reach::OwnFiles && std::fs::symlink_metadata(&at.path).is_ok() {
            return Err(ToolError::BadInput(say("tools.batch.taken", &[("path", &shown_path(&at.path))])));
        }
        let folder = folder_name(at.path.parent().unwrap_or(&at.path), &place.home);
        let mut rows = vec![(say("tools.words.path", &[]), shown_path(&at.path))];
        rows.extend(at.why(resolver.bounds(), Use::Change).map(|why| (say("tools.words.care", &[]), why)));
        Ok(ToolFacts {
            title: say("tools.make_folder.title", &[("name", &shown_name(&at.path)), ("folder", &folder)]),
            targets: vec![at.target("/path", "")],
            items: 1,
            preview: Preview::Fields { rows },
            ..blank(Effect::Create)
        })
    }

    fn prepare(&self, _: &Value, facts: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        let path = target(facts)?;
        let made = Made { path: text_of(&path), around: Surveyor::default().survey(&[&path]) };
        Ok(vec![Inverse { item: 0, data: data(&made)? }])
    }

    fn run(&self, _: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let path = target(facts)?;
        let mut handles = Handles::new(place);
        let made = make_above(&path, &mut handles).map_err(|(error, at)| failed(error, &at))?;
        make(&path, &mut handles).map_err(|error| {
            remove_empty(made.iter().rev().map(PathBuf::as_path), &mut handles);
            failed(error, &path)
        })?;
        handles.sync();
        Ok(Output { value: json!({ "path": text_of(&path) }), items: vec![succeeded(0)], ..Output::default() })
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        let made: Made = match stored(&inverse.data) {
            Ok(made) => made,
            Err(conflict) => return conflict,
        };
        match made.take_back(place) {
            Ok(undone) => undone,
            Err(error) => Undone::Conflict(sentence(error, Path::new(&made.path))),
        }
    }
}

impl Made {
    fn take_back(&self, place: &Place) -> Result<Undone, Errno> {
        let mut handles = Handles::new(place);
        let path = Path::new(&self.path);
        let entry = match handles.entry(path) {
            Ok(entry) => entry,
            Err(Errno::NOENT) => {
                self.around.take_back(&mut handles);
                return Ok(Undone::NotNeeded);
            }
            Err(error) => return Err(error),
        };
        match entry.stat()?.as_ref().map(Kind::of) {
            None => {
                self.around.take_back(&mut handles);
                return Ok(Undone::NotNeeded);
            }
            Some(Kind::Folder) => {}
            Some(_) => return Ok(conflict("tools.undo.changed", path)),
        }
        match unlinkat(&entry.folder, entry.name.as_os_str(), AtFlags::REMOVEDIR) {
            Ok(()) => {}
            Err(Errno::NOTEMPTY | Errno::EXIST) => return Ok(conflict("tools.undo.not_empty", path)),
            Err(error) => return Err(error),
        }
        fsync(&entry.folder)?;
        handles.forget(path);
        self.around.take_back(&mut handles);
        Ok(Undone::Restored)
    }
}

fn target(facts: &ToolFacts) -> Result<PathBuf, ToolError> {
    refuse_own(facts)?;
    let first = facts.targets.first().map(|target| PathBuf::from(&target.shown));
    first.ok_or_else(|| ToolError::Failed(say("tools.input.facts", &[])))
}
