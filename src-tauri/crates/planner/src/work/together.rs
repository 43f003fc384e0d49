//! Which files of a folder are ready to be worked on, and which of them stay together.

use super::super::{
    desk::{Desk, Entry, Listing},
    request::Filter,
};
use assent_protocol::{apart::Beside, texts::say, visible::visible};
use std::collections::{HashMap, HashSet};

fn beside(listing: &Listing) -> Beside {
    Beside::of(listing.entries.iter().map(|entry| entry.name.as_str()))
}

/// The files that a selection means and that nobody is writing or has open. What is left is told.
pub fn ready(listing: &Listing, filter: &Filter, desk: &mut Desk) -> Vec<Entry> {
    let beside = beside(listing);
    let fitting: Vec<&Entry> = listing.entries.iter().filter(|entry| desk.fits(entry, filter)).collect();
    let is_ready = |entry: &&&Entry| !beside.awaits(&entry.name, entry.bytes) && !beside.is_open(&entry.name);
    let ready: Vec<Entry> = fitting.iter().filter(is_ready).map(|entry| (*entry).clone()).collect();
    if ready.len() < fitting.len() {
        let count = (fitting.len() - ready.len()).to_string();
        desk.note(say("planner.left_unready", &[("count", &count), ("folder", &visible(&listing.folder))]));
    }
    ready
}

/// The same in bundles, each with the group that its main file goes to: a picture with its sidecar, a film with its
/// subtitles, a saved page with its folder.
pub fn grouped(
    listing: &Listing,
    filter: &Filter,
    goes: impl Fn(&Entry, &Desk) -> Option<String>,
    desk: &mut Desk,
) -> Vec<(Vec<Entry>, String)> {
    let beside = beside(listing);
    let ready = ready(listing, filter, desk);
    let is_ready: HashSet<&str> = ready.iter().map(|entry| entry.path.as_str()).collect();
    let mut bundles: Vec<(Vec<Entry>, Option<String>)> = Vec::new();
    let mut of: HashMap<String, usize> = HashMap::new();
    for entry in ready.iter().filter(|entry| beside.main_of(&entry.name).is_none()) {
        of.insert(entry.name.to_lowercase(), bundles.len());
        bundles.push((vec![entry.clone()], goes(entry, desk)));
    }
    // A sidecar of what was not asked for, or is not ready, stays where that is.
    for side in listing.entries.iter().filter(|entry| entry.kind == "folder" || is_ready.contains(entry.path.as_str()))
    {
        let main = main(&side.name, &beside).and_then(|main| of.get(&main));
        main.into_iter().for_each(|at| bundles[*at].0.push(side.clone()));
    }
    bundles.into_iter().filter_map(|(bundle, group)| Some((bundle, group?))).collect()
}

// A sidecar's sidecar belongs to the first of the row.
fn main(name: &str, beside: &Beside) -> Option<String> {
    let first = beside.main_of(name)?;
    Some(beside.main_of(&first).unwrap_or(first))
}

/// Adds the folders of the saved pages among these.
pub fn with_folders(entries: &mut Vec<Entry>, listing: &Listing) {
    let beside = beside(listing);
    let folders = listing.entries.iter().filter(|entry| entry.kind == "folder");
    let of_these = |folder: &&Entry| {
        beside.main_of(&folder.name).is_some_and(|page| entries.iter().any(|entry| entry.name.to_lowercase() == page))
    };
    let more: Vec<Entry> = folders.filter(of_these).cloned().collect();
    entries.extend(more);
}
