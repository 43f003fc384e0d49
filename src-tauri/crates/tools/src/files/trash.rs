//! files.trash: things to the desktop's trash.

use super::{fill, several};
use crate::{
    batch::{blank, cares, data, hidden, look, refuse_own, run_each, stored, targets_within, with_cares},
    folders::Surveyor,
    handle::Handles,
    input::{check_count, parse, spec},
    inside::Goes,
    origin::carry,
    paths::Resolver,
    relocate::{Relocated, go},
    trash_can::{TrashCan, drop_note, note_of},
    words::{common_folder, folder_name, relative, say, shown_name, shown_path},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, Pair, Preview, Reach};
use rustix::io::Errno;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

/// Move files and folders to the desktop's trash. The user can take them back until the trash is emptied. Nothing is
/// ever deleted for good. Put everything of one task into one call.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What goes to the trash: absolute, or starting with ~/.
    #[schemars(length(min = 1, max = 5000), extend("items" = serde_json::json!({"type": "string", "format": "path"})))]
    paths: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Trashed {
    moved: Relocated,
    note: String,
}

/// The tool.
pub struct Trash;

impl Tool for Trash {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.trash")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        check_count(input.paths.len())?;
        let resolver = Resolver::new(place);
        let resolved = input.paths.iter().map(|path| resolver.itself(path)).collect::<Result<Vec<_>, _>>()?;
        let paths: Vec<&Path> = resolved.iter().map(|at| at.path.as_path()).collect();
        check_each_once(&paths)?;
        let folder = common_folder(paths.iter().copied());
        let mut handles = Handles::new(place);
        let mut facts = blank(Effect::Delete);
        let (mut kinds, mut rows, mut within) = (Vec::new(), Vec::new(), Vec::new());
        let bounds = resolver.bounds();
        for (at, item) in resolved.iter().zip(0..) {
            let found =
                if at.reach == Reach::OwnFiles { hidden() } else { look(&at.path, Goes::Taken, bounds, &mut handles)? };
            let field = format!("/paths/{item}");
            facts.targets.push(at.target(field.as_str(), &found.state));
            within.extend(targets_within(&found.hits, &field));
            facts.bytes = facts.bytes.saturating_add(found.bytes);
            kinds.push(found.kind);
            let note = with_cares(found.note, &cares(&[at], &found.hits, bounds));
            rows.push(Pair { item, before: relative(&at.path, &folder), after: String::new(), note });
        }
        facts.items = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        // After those of the call come the places that lie in them.
        facts.targets.extend(within);
        facts.preview = Preview::Pairs { rows };
        let place_name = folder_name(&folder, &place.home);
        facts.title = match paths.as_slice() {
            [one] => fill("tools.trash.title.one_item", &[("name", shown_name(one)), ("place", place_name)]),
            _ => fill("tools.trash.title.many", &[("what", several(&kinds)), ("place", place_name)]),
        };
        Ok(facts)
    }

    fn prepare(&self, _: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let mut trash = Trashing::new(place);
        let items = targets(facts)?;
        items.iter().zip(0..).map(|((path, _), item)| Ok(Inverse { item, data: data(&trash.ready(path)?)? })).collect()
    }

    fn run(&self, _: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let items = targets(facts)?;
        let mut trash = Trashing::new(place);
        let mut inverses = Vec::new();
        let outcomes = run_each(items.len(), place, |item| {
            let (path, state) = &items[item];
            let trashed = trash.away(path, state).map_err(|error| (error, path.clone()))?;
            // Another program may have taken the name that was meant to be used.
            let item = u32::try_from(item).unwrap_or(u32::MAX);
            inverses.push(Inverse { item, data: data(&trashed).map_err(|_| (Errno::IO, path.clone()))? });
            Ok(())
        });
        trash.handles.sync();
        Ok(Output { value: json!({}), items: outcomes, inverses, untrusted: None })
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        let trashed: Trashed = match stored(&inverse.data) {
            Ok(trashed) => trashed,
            Err(conflict) => return conflict,
        };
        let undone = trashed.moved.undo(place);
        if !matches!(undone, Undone::Conflict(_))
            && std::fs::symlink_metadata(&trashed.moved.to).is_err()
            && let Ok(note) = Handles::new(place).entry(Path::new(&trashed.note))
        {
            drop_note(&note);
        }
        undone
    }

    fn undo_words(&self) -> String {
        say("tools.trash.undo", &[])
    }
}

// What one call needs again and again.
struct Trashing<'a> {
    place: &'a Place,
    handles: Handles,
    surveyor: Surveyor,
    taken: HashSet<PathBuf>,
    made: Vec<TrashCan>,
    cans: Vec<(PathBuf, TrashCan)>,
}

impl<'a> Trashing<'a> {
    fn new(place: &'a Place) -> Trashing<'a> {
        Trashing {
            place,
            handles: Handles::new(place),
            surveyor: Surveyor::default(),
            taken: HashSet::new(),
            made: Vec::new(),
            cans: Vec::new(),
        }
    }

    fn can(&mut self, path: &Path) -> TrashCan {
        let folder = path.parent().unwrap_or(path);
        if let Some((_, can)) = self.cans.iter().find(|(known, _)| known == folder) {
            return can.clone();
        }
        let can = TrashCan::of(path, self.place);
        self.cans.push((folder.to_owned(), can.clone()));
        can
    }

    fn ready(&mut self, path: &Path) -> Result<Trashed, ToolError> {
        let to = self.can(path).free(path.file_name().unwrap_or_default(), &mut self.taken);
        let around = self.surveyor.survey(&[path]);
        let moved = Relocated::ready(path, &to, around, &mut self.handles)?;
        Ok(Trashed { moved, note: crate::paths::text_of(&note_of(&to)) })
    }

    fn away(&mut self, path: &Path, state: &str) -> Result<Trashed, Errno> {
        let can = self.can(path);
        if !self.made.contains(&can) {
            can.make()?;
            self.made.push(can.clone());
        }
        // A name can be taken by somebody else at any moment; then the next one is used.
        for _ in 0..64 {
            let trashed = self.ready(path).map_err(|_| crate::handle::CHANGED)?;
            let to = PathBuf::from(&trashed.moved.to);
            let note = match can.note(path, &to, &mut self.handles) {
                Err(Errno::EXIST) => continue,
                other => other?,
            };
            let entries = self.handles.entry(path).and_then(|from| Ok((from, self.handles.entry(&to)?)));
            match entries.and_then(|(from, to)| {
                carry(&from.path, &to.path, self.place)?;
                go(&from, &to, state, &self.place.stop)
            }) {
                Err(Errno::EXIST) => drop_note(&note),
                Err(error) => {
                    drop_note(&note);
                    return Err(error);
                }
                Ok(()) => {
                    self.handles.forget(path);
                    return Ok(trashed);
                }
            }
        }
        Err(Errno::EXIST)
    }
}

fn targets(facts: &ToolFacts) -> Result<Vec<(PathBuf, String)>, ToolError> {
    refuse_own(facts)?;
    let named = facts.targets.iter().take(facts.items as usize);
    Ok(named.map(|target| (PathBuf::from(&target.shown), target.state.clone())).collect())
}

fn check_each_once(paths: &[&Path]) -> Result<(), ToolError> {
    let all: HashSet<&Path> = paths.iter().copied().collect();
    let bad = |key, path: &Path| Err(ToolError::BadInput(say(key, &[("path", &shown_path(path))])));
    let mut seen = HashSet::new();
    for path in paths {
        if !seen.insert(path) {
            return bad("tools.batch.twice", path);
        }
        if path.ancestors().skip(1).any(|above| all.contains(above)) {
            return bad("tools.batch.inside_another", path);
        }
    }
    Ok(())
}
