//! Files and folders.

pub mod copy;
pub mod edit;
pub mod find_duplicates;
pub mod list;
pub mod make_folder;
pub mod read;
pub mod relocating;
pub mod rename;
pub mod search;
pub mod trash;
pub mod write;

use crate::{
    batch::blank,
    mark::Kind,
    paths::Resolved,
    protected::{Bounds, Use},
    words::{common_folder, counted, folder_name, say, shown_name, shown_path},
};
use assent_agent::{Place, ToolFacts};
use assent_protocol::{Effect, Preview, Provenance, Reach};
use std::{collections::HashSet, path::Path};

/// The facts of a call that only looks.
fn looking(title: String, at: &Resolved, field: &str, place: &Place) -> ToolFacts {
    let mut rows = vec![(say("tools.words.path", &[]), shown_path(&at.path))];
    if at.reach != Reach::Inside {
        rows.extend(at.why(&Bounds::of(place), Use::Look).map(|why| (say("tools.words.care", &[]), why)));
    }
    ToolFacts {
        title,
        targets: vec![at.target(field, "")],
        preview: Preview::Fields { rows },
        provenance: Some(Provenance::OwnData),
        ..blank(Effect::Observe)
    }
}

/// A title for things that go somewhere: `key.one_item` for one, `key.many` and `key.spread` for several.
fn going(key: &str, froms: &[&Path], tos: &[&Path], kinds: &[Kind], place: &Place) -> String {
    if let ([from], [to]) = (froms, tos) {
        let target = to.parent().unwrap_or(to);
        let values = [
            ("name", shown_name(from)),
            ("new_name", shown_name(to)),
            ("folder", folder_name(target, &place.home)),
            ("from_folder", folder_name(from.parent().unwrap_or(from), &place.home)),
        ];
        let renamed = from.file_name() != to.file_name();
        return fill(&format!("{key}.{}", if renamed { "one_renamed" } else { "one_item" }), &values);
    }
    let targets: HashSet<&Path> = tos.iter().filter_map(|to| to.parent()).collect();
    let mut values =
        vec![("what", several(kinds)), ("place", folder_name(&common_folder(froms.iter().copied()), &place.home))];
    if let (1, Some(only)) = (targets.len(), targets.iter().next()) {
        values.push(("folder", folder_name(only, &place.home)));
        return fill(&format!("{key}.many"), &values);
    }
    values.push(("folders", counted(0, targets.len())));
    fill(&format!("{key}.spread"), &values)
}

fn several(kinds: &[Kind]) -> String {
    let folders = kinds.iter().filter(|kind| **kind == Kind::Folder).count();
    counted(kinds.len() - folders, folders)
}

fn fill(key: &str, values: &[(&str, String)]) -> String {
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    say(key, &values)
}
