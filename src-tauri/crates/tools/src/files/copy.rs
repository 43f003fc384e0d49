//! files.copy: things once more in other places.

use super::going;
use crate::{
    batch::{self, data, describe, pairs, run_each, stored},
    failure::sentence,
    folders::{Surroundings, Surveyor, make_above, remove_empty},
    handle::{CHANGED, Entry, Handles, passing_name},
    input::{check_count, parse, spec},
    links,
    origin::carry,
    paths::text_of,
    protected::Bounds,
    relocate::conflict,
    tree,
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, Reach};
use rustix::{fs::fsync, io::Errno};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Copy files and folders. `to` is the whole new path with the name, not only the folder. Missing folders are
/// made. Nothing is overwritten: a `to` that exists is an error.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What is copied where.
    #[schemars(length(min = 1, max = 5000))]
    items: Vec<Item>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Item {
    /// What to copy: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    from: String,
    /// The whole path of the copy, with the name.
    #[schemars(extend("format" = "path"))]
    to: String,
}

/// The inverse of one copy.
#[derive(Serialize, Deserialize)]
struct Copied {
    from: String,
    to: String,
    // Known only once the copy is there; without it the copy is compared with the original.
    summary: Option<String>,
    passing: String,
    around: Surroundings,
}

/// The tool.
pub struct Copy;

impl Tool for Copy {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.copy")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        check_count(input.items.len())?;
        let fields = |at| [format!("/items/{at}/from"), format!("/items/{at}/to")];
        let items = input.items.iter().enumerate().map(|(at, i)| (fields(at), i.from.as_str(), i.to.clone()));
        let steps = batch::steps(items, place)?;
        let (mut facts, kinds) = describe(&steps, Effect::Create, place)?;
        let froms: Vec<&Path> = steps.iter().map(|step| step.from.1.path.as_path()).collect();
        let tos: Vec<&Path> = steps.iter().map(|step| step.to.1.path.as_path()).collect();
        facts.title = going("tools.copy.title", &froms, &tos, &kinds, place);
        Ok(facts)
    }

    fn prepare(&self, _: &Value, facts: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        let mut surveyor = Surveyor::default();
        let pairs = pairs(facts)?;
        let ready = pairs
            .iter()
            .zip(0..)
            .map(|((from, _, to), item)| Ok(Inverse { item, data: data(&Copied::new(from, to, &mut surveyor))? }));
        ready.collect()
    }

    fn run(&self, _: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let pairs = pairs(facts)?;
        let mut handles = Handles::new(place);
        let bounds = Bounds::of(place);
        // As far as was shown on the card, by any of the targets.
        let allowed = facts.targets.iter().map(|target| target.reach).max().unwrap_or(Reach::Inside);
        let mut surveyor = Surveyor::default();
        // Looked up before the first copy, as in `prepare`.
        let mut inverses: Vec<Copied> =
            pairs.iter().map(|(from, _, to)| Copied::new(from, to, &mut surveyor)).collect();
        let items = run_each(pairs.len(), place, |item| {
            let (from, target, to) = &pairs[item];
            let made = make_above(to, &mut handles)?;
            let entries = handles.entry(from).and_then(|from| Ok((from, handles.entry(to)?)));
            let copied = entries.and_then(|(from, to)| copy(&from, &to, &target.state, (&bounds, allowed), place));
            let copied = copied.and_then(|summary| carry(from, to, place).map(|()| summary));
            inverses[item].summary = Some(copied.map_err(|error| {
                remove_empty(made.iter().rev().map(PathBuf::as_path), &mut handles);
                (error, to.clone())
            })?);
            Ok(())
        });
        let known = inverses.iter().zip(0..).filter(|(inverse, _)| inverse.summary.is_some());
        let inverses =
            known.map(|(inverse, item)| Ok(Inverse { item, data: data(inverse)? })).collect::<Result<_, _>>()?;
        Ok(Output { value: json!({}), items, inverses, untrusted: None })
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        let copied: Copied = match stored(&inverse.data) {
            Ok(copied) => copied,
            Err(conflict) => return conflict,
        };
        match copied.take_back(place) {
            Ok(undone) => undone,
            Err(error) => Undone::Conflict(sentence(error, Path::new(&copied.to))),
        }
    }
}

impl Copied {
    fn new(from: &Path, to: &Path, surveyor: &mut Surveyor) -> Copied {
        let around = surveyor.survey(&[to]);
        Copied { from: text_of(from), to: text_of(to), summary: None, passing: passing_name(to), around }
    }

    fn take_back(&self, place: &Place) -> Result<Undone, Errno> {
        let mut handles = Handles::new(place);
        let path = Path::new(&self.to);
        let to = match handles.entry(path) {
            Err(Errno::NOENT) => return Ok(Undone::NotNeeded),
            other => other?,
        };
        let passing = to.sibling(&self.passing);
        if passing.stat()?.is_some() {
            tree::remove(&passing)?;
        }
        if to.stat()?.is_none() {
            self.around.take_back(&mut handles);
            return Ok(Undone::NotNeeded);
        }
        // Taken aside first, so that what is looked at and what is removed are the same thing.
        to.rename_to(&passing)?;
        let ours = match &self.summary {
            Some(summary) => tree::summary(&passing).map(|now| now == *summary),
            None => handles.entry(Path::new(&self.from)).and_then(|from| tree::equal(&from, &passing)),
        };
        if !matches!(ours, Ok(true)) {
            passing.rename_to(&to)?;
            return Ok(conflict("tools.undo.changed", path));
        }
        tree::remove(&passing)?;
        handles.forget(path);
        self.around.take_back(&mut handles);
        Ok(Undone::Restored)
    }
}

// Copies under a passing name and gives the copy its own when it is whole.
fn copy(
    from: &Entry,
    to: &Entry,
    expected: &str,
    (bounds, allowed): (&Bounds, Reach),
    place: &Place,
) -> Result<String, Errno> {
    if from.mark()?.ok_or(Errno::NOENT)?.state() != expected {
        return Err(CHANGED);
    }
    if to.stat()?.is_some() {
        return Err(Errno::EXIST);
    }
    let passing = to.sibling(passing_name(&to.path));
    if passing.stat()?.is_some() {
        tree::remove(&passing)?;
    }
    tree::copy_checked(from, &passing, &place.stop, &|stat| links::check(stat, bounds, allowed))?;
    let summary = tree::summary(&passing);
    match summary.and_then(|summary| passing.rename_to(to).map(|()| summary)) {
        Ok(summary) => {
            fsync(&to.folder)?;
            Ok(summary)
        }
        Err(error) => {
            let _ = tree::remove(&passing);
            Err(error)
        }
    }
}
