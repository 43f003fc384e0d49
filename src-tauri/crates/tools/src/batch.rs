//! What moving, renaming and copying share: pairs of from and to, checked against the disk and each other, shown as
//! before and after, and run one by one.

use crate::{
    failure::{failed, sentence},
    handle::Handles,
    inside::{self, Goes, Hit},
    mark::Kind,
    paths::{Resolved, Resolver},
    protected::{Bounds, Use, reason},
    words::{common_folder, relative, say, shown_path, size},
};
use assent_agent::{Place, Target, ToolError, ToolFacts};
use assent_protocol::{Effect, ItemOutcome, Pair, Preview, Reach, Reversal, Status};
use rustix::io::Errno;
use serde_json::Value;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

/// One thing that goes somewhere.
pub struct Step {
    /// JSON pointer and path of what it is about.
    pub from: (String, Resolved),
    /// JSON pointer and path of where it goes.
    pub to: (String, Resolved),
}

/// One thing as it was found.
pub struct Found {
    /// Its kind.
    pub kind: Kind,
    /// Its state.
    pub state: String,
    /// Bytes in it.
    pub bytes: u64,
    /// What it is, for the card: a size, or how much is in the folder.
    pub note: String,
    /// Places in it that count by themselves.
    pub hits: Vec<Hit>,
}

/// Looks at the thing named `path`, and through all that lies in it.
///
/// # Errors
/// `BadInput` when there is nothing, or nothing that can be handled.
pub fn look(path: &Path, goes: Goes<'_>, bounds: &Bounds, handles: &mut Handles) -> Result<Found, ToolError> {
    let bad = |error| ToolError::BadInput(sentence(error, path));
    let entry = handles.entry(path).map_err(bad)?;
    let mark = entry.mark().map_err(bad)?.ok_or_else(|| bad(Errno::NOENT))?;
    if mark.kind == Kind::Other {
        return Err(bad(crate::handle::SPECIAL));
    }
    let inside = inside::look(&entry, goes, bounds).map_err(|error| failed(error, path))?;
    let (bytes, note) = match mark.kind {
        Kind::File | Kind::Other => (mark.size, size(mark.size)),
        Kind::Link => (0, say("tools.words.link", &[])),
        Kind::Folder => {
            let values = [("count", inside.entries.to_string()), ("size", size(inside.bytes))];
            let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
            (inside.bytes, say("tools.words.folder_with", &values))
        }
    };
    Ok(Found { kind: mark.kind, state: mark.state(), bytes, note, hits: inside.hits })
}

/// The targets that stand for places in a thing, beside the target of the thing itself at `field`.
pub fn targets_within<'h>(hits: &'h [Hit], field: &'h str) -> impl Iterator<Item = Target> + 'h {
    hits.iter().enumerate().map(move |(number, hit)| Target {
        field: format!("{field}/within/{number}"),
        shown: crate::words::escaped(hit.path.as_os_str()),
        state: String::new(),
        reach: hit.reach,
    })
}

/// Why an item asks, for its row on the card: what it is itself, and what lies in it.
pub fn cares(at: &[&Resolved], hits: &[Hit], bounds: &Bounds) -> Vec<String> {
    let itself = at.iter().filter_map(|at| at.why(bounds, Use::Change));
    let mut all: Vec<String> = itself.chain(hits.iter().map(|hit| reason(hit.why, &hit.path))).collect();
    all.dedup();
    all
}

/// A note with the reasons after it.
pub fn with_cares(note: String, cares: &[String]) -> Option<String> {
    let all = [note].into_iter().chain(cares.iter().cloned()).filter(|text| !text.is_empty());
    let all = all.collect::<Vec<_>>().join(" · ");
    (!all.is_empty()).then_some(all)
}

/// The facts of a batch, without its title.
///
/// # Errors
/// `BadInput` naming the item that is missing, has its place taken, or clashes with another.
pub fn describe(steps: &[Step], effect: Effect, place: &Place) -> Result<(ToolFacts, Vec<Kind>), ToolError> {
    check_clashes(steps, effect)?;
    let mut handles = Handles::new(place);
    let bounds = Bounds::of(place);
    bounds.will_have(steps.iter().map(|step| step.to.1.path.as_path()));
    let folder = common_folder(steps.iter().flat_map(|s| [s.from.1.path.as_path(), s.to.1.path.as_path()]));
    let mut facts = blank(effect);
    let mut rows = Vec::with_capacity(steps.len());
    let mut kinds = Vec::with_capacity(steps.len());
    let mut within = Vec::new();
    for (item, Step { from: (from_field, from), to: (to_field, to) }) in steps.iter().enumerate() {
        let goes = if effect == Effect::Create { Goes::Copied(&to.path) } else { Goes::Moved(&to.path) };
        // Of Assent's own files nothing is told, not even whether they are there.
        let own = from.reach == Reach::OwnFiles || to.reach == Reach::OwnFiles;
        let found = if own { hidden() } else { look(&from.path, goes, &bounds, &mut handles)? };
        if !own && std::fs::symlink_metadata(&to.path).is_ok() {
            return Err(ToolError::BadInput(say("tools.batch.taken", &[("path", &shown_path(&to.path))])));
        }
        // All the items together may make a place of what none of them makes alone.
        let to = &Resolved { path: to.path.clone(), reach: to.reach.max(bounds.reach(&to.path, Use::Change)) };
        facts.targets.push(from.target(from_field, &found.state));
        facts.targets.push(to.target(to_field, ""));
        within.extend(targets_within(&found.hits, to_field));
        facts.bytes = facts.bytes.saturating_add(found.bytes);
        kinds.push(found.kind);
        let cares = if own { Vec::new() } else { cares(&[from, to], &found.hits, &bounds) };
        rows.push(Pair {
            item: u32::try_from(item).unwrap_or(u32::MAX),
            before: relative(&from.path, &folder),
            after: relative(&to.path, &folder),
            note: with_cares(found.note, &cares),
        });
    }
    facts.targets.extend(within);
    facts.items = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    facts.preview = Preview::Pairs { rows };
    Ok((facts, kinds))
}

/// Facts of a change that can be undone, with nothing filled in.
pub fn blank(effect: Effect) -> ToolFacts {
    ToolFacts {
        title: String::new(),
        effect,
        reversal: Reversal::Undoable,
        inspectable: true,
        targets: Vec::new(),
        items: 0,
        bytes: 0,
        preview: Preview::Fields { rows: Vec::new() },
        provenance: None,
        account: None,
    }
}

/// What stands for a thing that is not looked at.
pub fn hidden() -> Found {
    Found { kind: Kind::File, state: String::new(), bytes: 0, note: String::new(), hits: Vec::new() }
}

/// Ends a call that reaches Assent's own files, whoever allowed it.
///
/// # Errors
/// `Refused`.
pub fn refuse_own(facts: &ToolFacts) -> Result<(), ToolError> {
    if facts.targets.iter().any(|target| target.reach == Reach::OwnFiles) {
        return Err(ToolError::Refused(say("tools.path.own_files", &[])));
    }
    Ok(())
}

/// The targets of a batch two by two.
///
/// # Errors
/// When the facts are not those of the arguments.
pub fn pairs(facts: &ToolFacts) -> Result<Vec<(PathBuf, &Target, PathBuf)>, ToolError> {
    refuse_own(facts)?;
    // After the pairs come the places that lie in them.
    let Some(targets) = facts.targets.get(..facts.items as usize * 2) else {
        return Err(ToolError::Failed(say("tools.input.facts", &[])));
    };
    let (pairs, _) = targets.as_chunks::<2>();
    Ok(pairs.iter().map(|[from, to]| (PathBuf::from(&from.shown), from, PathBuf::from(&to.shown))).collect())
}

/// Resolves pairs of texts, with the JSON pointers of each.
///
/// # Errors
/// As the resolver.
pub fn steps<'t>(
    pairs: impl Iterator<Item = ([String; 2], &'t str, String)>,
    place: &Place,
) -> Result<Vec<Step>, ToolError> {
    let resolver = Resolver::new(place);
    pairs
        .map(|([from_field, to_field], from, to)| {
            Ok(Step { from: (from_field, resolver.itself(from)?), to: (to_field, resolver.itself(&to)?) })
        })
        .collect()
}

/// Does `one` for each item until `place.stop` is set; the rest is cancelled.
pub fn run_each(
    count: usize,
    place: &Place,
    mut one: impl FnMut(usize) -> Result<(), (Errno, PathBuf)>,
) -> Vec<ItemOutcome> {
    let mut outcomes = Vec::with_capacity(count);
    for item in 0..count {
        let (status, note) = if place.stop.load(Ordering::SeqCst) {
            (Status::Cancelled, Some(say("tools.batch.stopped", &[])))
        } else {
            match one(item) {
                Ok(()) => (Status::Succeeded, None),
                Err((Errno::CANCELED, _)) => (Status::Cancelled, Some(say("tools.batch.stopped", &[]))),
                Err((error, path)) => (Status::Failed, Some(sentence(error, &path))),
            }
        };
        outcomes.push(ItemOutcome { item: u32::try_from(item).unwrap_or(u32::MAX), status, note });
    }
    outcomes
}

/// An item that went well.
pub fn succeeded(item: u32) -> ItemOutcome {
    ItemOutcome { item, status: Status::Succeeded, note: None }
}

/// Reads the data of an inverse.
pub fn stored<T: serde::de::DeserializeOwned>(data: &Value) -> Result<T, assent_agent::Undone> {
    serde_json::from_value(data.clone()).map_err(|_| assent_agent::Undone::Conflict(say("tools.undo.unreadable", &[])))
}

/// The data of an inverse.
///
/// # Errors
/// Never in practice: every inverse is plain data.
pub fn data(inverse: &impl serde::Serialize) -> Result<Value, ToolError> {
    serde_json::to_value(inverse).map_err(|error| ToolError::Failed(error.to_string()))
}

fn check_clashes(steps: &[Step], effect: Effect) -> Result<(), ToolError> {
    let clash = |key: &str, path: &Path| Err(ToolError::BadInput(say(key, &[("path", &shown_path(path))])));
    let moves = effect != Effect::Create;
    let mut froms: HashMap<&Path, usize> = HashMap::new();
    let mut tos: HashMap<&Path, usize> = HashMap::new();
    for (item, step) in steps.iter().enumerate() {
        let (from, to) = (step.from.1.path.as_path(), step.to.1.path.as_path());
        if from == to {
            return clash("tools.batch.same", from);
        }
        if froms.insert(from, item).is_some() && moves {
            return clash("tools.batch.twice", from);
        }
        if tos.insert(to, item).is_some() {
            return clash("tools.batch.two_to_one", to);
        }
    }
    for (item, step) in steps.iter().enumerate() {
        let (from, to) = (step.from.1.path.as_path(), step.to.1.path.as_path());
        if moves && from.ancestors().skip(1).any(|above| froms.contains_key(above)) {
            return clash("tools.batch.inside_another", from);
        }
        if to.ancestors().skip(1).any(|above| froms.get(above).is_some_and(|other| moves || *other == item)) {
            return clash("tools.batch.into_itself", to);
        }
        if to.ancestors().skip(1).any(|above| tos.contains_key(above)) {
            return clash("tools.batch.two_to_one", to);
        }
    }
    Ok(())
}
