//! files.move: things to other places. (`move` is a word of the language, so the file has another name.)

use super::going;
use crate::{
    batch::{self, data, describe, pairs, run_each, stored},
    folders::{Surveyor, make_above, remove_empty},
    handle::Handles,
    input::{check_count, parse, spec},
    origin::carry,
    relocate::{Relocated, go},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::Effect;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Move files and folders. `to` is the whole new path with the name, not only the folder. Missing folders are
/// made. Nothing is overwritten: a `to` that exists is an error. Put all moves of one task into one
/// call.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What goes where.
    #[schemars(length(min = 1, max = 5000))]
    items: Vec<Item>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Item {
    /// What to move: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    from: String,
    /// Its whole new path, with the name.
    #[schemars(extend("format" = "path"))]
    to: String,
}

/// The tool.
pub struct Move;

impl Tool for Move {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.move")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        check_count(input.items.len())?;
        let fields = |at| [format!("/items/{at}/from"), format!("/items/{at}/to")];
        let items = input.items.iter().enumerate().map(|(at, i)| (fields(at), i.from.as_str(), i.to.clone()));
        let steps = batch::steps(items, place)?;
        let (mut facts, kinds) = describe(&steps, Effect::Modify, place)?;
        let froms: Vec<&Path> = steps.iter().map(|step| step.from.1.path.as_path()).collect();
        let tos: Vec<&Path> = steps.iter().map(|step| step.to.1.path.as_path()).collect();
        facts.title = going("tools.move.title", &froms, &tos, &kinds, place);
        Ok(facts)
    }

    fn prepare(&self, _: &Value, facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        prepare(facts, place)
    }

    fn run(&self, _: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        run(facts, place)
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        undo(inverse, place)
    }
}

/// The inverses of moving each pair of targets.
pub(super) fn prepare(facts: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
    let mut surveyor = Surveyor::default();
    let mut handles = Handles::new(place);
    let pairs = pairs(facts)?;
    let ready = pairs.iter().zip(0..).map(|((from, _, to), item)| {
        let inverse = Relocated::ready(from, to, surveyor.survey(&[from, to]), &mut handles)?;
        Ok(Inverse { item, data: data(&inverse)? })
    });
    ready.collect()
}

/// Moves each pair of targets.
pub(super) fn run(facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
    let pairs = pairs(facts)?;
    let mut handles = Handles::new(place);
    let items = run_each(pairs.len(), place, |item| {
        let (from, target, to) = &pairs[item];
        let made = make_above(to, &mut handles)?;
        let entries = handles.entry(from).and_then(|from| Ok((from, handles.entry(to)?)));
        let gone = entries.and_then(|(from, to)| {
            carry(&from.path, &to.path, place)?;
            go(&from, &to, &target.state, &place.stop)
        });
        gone.map_err(|error| {
            remove_empty(made.iter().rev().map(PathBuf::as_path), &mut handles);
            (error, if error == rustix::io::Errno::EXIST { to.clone() } else { from.clone() })
        })?;
        handles.forget(from);
        Ok(())
    });
    handles.sync();
    Ok(Output { value: json!({}), items, ..Output::default() })
}

/// Moves one thing back.
pub(super) fn undo(inverse: &Inverse, place: &Place) -> Undone {
    stored::<Relocated>(&inverse.data).map_or_else(|conflict| conflict, |moved| moved.undo(place))
}
