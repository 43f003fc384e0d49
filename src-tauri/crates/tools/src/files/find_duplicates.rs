//! files.find_duplicates: files with the same contents.

mod keep;

use crate::{
    attributes::hex,
    failure::{errno, failed},
    handle::Handles,
    input::{parse, spec},
    links,
    mark::Kind,
    paths::{resolve, text_of},
    protected::Bounds,
    walk::{Seen, walk},
    words::{folder_name, say},
};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{
    Reach,
    apart::{is_left_alone, is_of_a_program, marks_a_program},
};
use rustix::io::Errno;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, io::Read, os::unix::fs::MetadataExt, path::Path, sync::atomic::Ordering};

/// Reading more than this of one file would take minutes.
const MOST_BYTES: u64 = 2 * 1024 * 1024 * 1024;
const MOST_GROUPS: usize = 1_000;
const MOST_SKIPPED: usize = 20;

/// Find files with the same contents in a folder and all folders in it. In each group the file to keep comes first: the
/// oldest, then the shortest name; folders with the same files are kept whole. Hard links stand together. Links, hidden and
/// empty files and what belongs to programs are left out; files over 2 GB are listed as `skipped`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The folder: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    folder: String,
}

/// The tool.
pub struct FindDuplicates;

impl Tool for FindDuplicates {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("files.find_duplicates")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let at = resolve(&input.folder, place)?;
        let title = say("tools.duplicates.title", &[("folder", &folder_name(&at.path, &place.home))]);
        Ok(super::looking(title, &at, "/folder", place))
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, _: &Value, facts: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let folder = super::list::looked_at(facts)?;
        let allowed = facts.targets.first().map_or(Reach::Inside, |target| target.reach);
        let bounds = Bounds::of(place);
        let mut by_size: BTreeMap<u64, Vec<File>> = BTreeMap::new();
        let mut files: BTreeMap<(u64, u64), File> = BTreeMap::new();
        let mut programs = Programs::default();
        let complete = walk(&folder, usize::MAX, place, |seen| {
            if programs.hold(seen) || !compared(seen, &folder) {
                return true;
            }
            let file = files.entry((seen.stat.dev(), seen.stat.ino())).or_insert_with(|| File::of(seen));
            file.names.push((seen.modified(), text_of(&seen.path)));
            true
        })
        .map_err(|error| failed(errno(&error), &folder))?;
        files.into_values().for_each(|file| by_size.entry(file.bytes).or_default().push(file));
        let mut skipped = Vec::new();
        let mut same: BTreeMap<(u64, String), Vec<File>> = BTreeMap::new();
        for (size, files) in by_size.into_iter().filter(|(_, files)| files.len() > 1) {
            for file in files {
                match if size > MOST_BYTES { None } else { sum(Path::new(file.path()), (&bounds, allowed), place) } {
                    Some(sum) => same.entry((size, sum)).or_default().push(file),
                    None => skipped.push(file.path().to_owned()),
                }
            }
        }
        let groups: Vec<((u64, String), Vec<File>)> = same.into_iter().filter(|(_, files)| files.len() > 1).collect();
        let mut groups = keep::in_order(groups);
        groups.retain(|(_, paths)| paths.len() > 1);
        groups.sort_by(|(_, a), (_, b)| a[0].cmp(&b[0]));
        let truncated = !complete || groups.len() > MOST_GROUPS;
        let groups: Vec<Value> = groups
            .into_iter()
            .take(MOST_GROUPS)
            .map(|((bytes, sha256), paths)| json!({ "sha256": sha256, "bytes": bytes, "paths": paths }))
            .collect();
        let left = skipped.len();
        skipped.truncate(MOST_SKIPPED);
        let mut value = json!({ "groups": groups, "truncated": truncated, "skipped": skipped, "skipped_count": left });
        if !programs.left.is_empty() {
            value["left_to_programs"] = json!(programs.left.iter().take(MOST_SKIPPED).collect::<Vec<_>>());
        }
        Ok(Output { value, ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}

/// One file with all of its names in the folder.
pub(super) struct File {
    bytes: u64,
    /// How many names it has on the whole disk.
    links: u64,
    /// When it changed, and where it lies.
    names: Vec<(i64, String)>,
}

impl File {
    fn of(seen: &Seen) -> File {
        File { bytes: seen.stat.len(), links: seen.stat.nlink(), names: Vec::new() }
    }

    fn path(&self) -> &str {
        self.names.first().map_or("", |(_, path)| path)
    }
}

/// Folders that belong to programs, met on the way.
#[derive(Default)]
struct Programs {
    left: Vec<String>,
}

impl Programs {
    // Whether this lies in one, or is one. Folders come before what is in them.
    fn hold(&mut self, seen: &Seen) -> bool {
        let path = text_of(&seen.path);
        if self.left.iter().any(|left| path.strip_prefix(left.as_str()).is_some_and(|rest| rest.starts_with('/'))) {
            return true;
        }
        let theirs =
            seen.kind == Kind::Folder && !seen.closed && (is_of_a_program(&seen.name) || is_marked(&seen.path));
        if theirs && !seen.name.starts_with('.') {
            self.left.push(path);
        }
        theirs
    }
}

fn is_marked(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().take(10_000);
    entries.into_iter().any(|entry| marks_a_program(&entry.file_name().to_string_lossy()))
}

// What programs keep in hidden folders looks like duplicates and is none to clear away.
fn compared(seen: &Seen, folder: &Path) -> bool {
    let inside = seen.path.strip_prefix(folder).unwrap_or(&seen.path);
    let hidden = inside.iter().any(|part| part.as_encoded_bytes().starts_with(b"."));
    let ready = !hidden && !is_left_alone(&seen.name);
    seen.text && !seen.closed && seen.kind == Kind::File && seen.stat.len() > 0 && ready
}

fn sum(path: &Path, (bounds, allowed): (&Bounds, Reach), place: &Place) -> Option<String> {
    let read = || -> Result<String, Errno> {
        let mut file = links::open(&Handles::new(place).entry(path)?, bounds, allowed)?;
        let mut sum = Sha256::new();
        let mut block = vec![0; 1 << 20];
        loop {
            if place.stop.load(Ordering::Relaxed) {
                return Err(Errno::CANCELED);
            }
            match file.read(&mut block).map_err(|error| errno(&error))? {
                0 => return Ok(hex(&sum.finalize())),
                read => sum.update(&block[..read]),
            }
        }
    };
    read().ok()
}

#[cfg(test)]
mod tests;
