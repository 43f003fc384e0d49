//! files.find_duplicates: files with the same contents.

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
use assent_protocol::Reach;
use rustix::io::Errno;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashSet},
    io::Read,
    os::unix::fs::MetadataExt,
    path::Path,
    sync::atomic::Ordering,
};

/// Reading more than this of one file would take minutes.
const MOST_BYTES: u64 = 2 * 1024 * 1024 * 1024;
const MOST_GROUPS: usize = 1_000;
const MOST_SKIPPED: usize = 20;

/// Find files with exactly the same contents in a folder and all folders in it. In each group the file to keep comes
/// first: the oldest, then the one with the shortest name. Links, empty files, and hidden files and folders are left
/// out; files over 2 GB are not compared and are listed as `skipped`.
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
        let mut seen_inodes = HashSet::new();
        let complete = walk(&folder, usize::MAX, place, |seen| {
            if compared(seen, &folder) && seen_inodes.insert((seen.stat.dev(), seen.stat.ino())) {
                let file = File { modified: seen.modified(), path: text_of(&seen.path), name_length: seen.name.len() };
                by_size.entry(seen.stat.len()).or_default().push(file);
            }
            true
        })
        .map_err(|error| failed(errno(&error), &folder))?;
        let mut skipped = Vec::new();
        let mut same: BTreeMap<(u64, String), Vec<File>> = BTreeMap::new();
        for (size, files) in by_size.into_iter().filter(|(_, files)| files.len() > 1) {
            for file in files {
                match if size > MOST_BYTES { None } else { sum(Path::new(&file.path), (&bounds, allowed), place) } {
                    Some(sum) => same.entry((size, sum)).or_default().push(file),
                    None => skipped.push(file.path),
                }
            }
        }
        let mut groups: Vec<_> = same.into_iter().filter(|(_, files)| files.len() > 1).collect();
        for (_, files) in &mut groups {
            files.sort_by(|a, b| (a.modified, a.name_length, &a.path).cmp(&(b.modified, b.name_length, &b.path)));
        }
        groups.sort_by(|(_, a), (_, b)| a[0].path.cmp(&b[0].path));
        let truncated = !complete || groups.len() > MOST_GROUPS;
        let groups: Vec<Value> = groups
            .into_iter()
            .take(MOST_GROUPS)
            .map(|((bytes, sha256), files)| {
                json!({ "sha256": sha256, "bytes": bytes, "paths": files.into_iter().map(|f| f.path).collect::<Vec<_>>() })
            })
            .collect();
        let left = skipped.len();
        skipped.truncate(MOST_SKIPPED);
        let value = json!({ "groups": groups, "truncated": truncated, "skipped": skipped, "skipped_count": left });
        Ok(Output { value, ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}

struct File {
    modified: i64,
    path: String,
    name_length: usize,
}

// What programs keep in hidden folders looks like duplicates and is none to clear away.
fn compared(seen: &Seen, folder: &Path) -> bool {
    let inside = seen.path.strip_prefix(folder).unwrap_or(&seen.path);
    let hidden = inside.iter().any(|part| part.as_encoded_bytes().starts_with(b"."));
    seen.text && !seen.closed && seen.kind == Kind::File && seen.stat.len() > 0 && !hidden
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
