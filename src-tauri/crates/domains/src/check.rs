//! A home folder for each test, and the check that a tool which claims undo has to pass.

use crate::Domain;
use assent_agent::{Hosts, Inverse, Place, Tool, ToolError, ToolFacts, Undone};
use assent_protocol::{Grant, Status};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A home folder with a granted folder `work` in it.
pub struct World {
    _keep: tempfile::TempDir,
    pub work: PathBuf,
    pub place: Place,
}

impl World {
    pub fn new() -> World {
        let keep = tempfile::tempdir().unwrap();
        let home = fs::canonicalize(keep.path()).unwrap().join("home");
        let work = home.join("work");
        fs::create_dir_all(&work).unwrap();
        fs::create_dir_all(home.join("data")).unwrap();
        let place = Place {
            grants: vec![Grant { folder: work.to_str().unwrap().to_owned(), shared: false }],
            data: home.join("data"),
            copies: home.join("data/copies"),
            others: None,
            labels: assent_agent::Labels::default(),
            denied: Vec::new(),
            asked: Vec::new(),
            notes: home.join("Notes"),
            home,
            hosts: Hosts::default(),
            now: 1_790_000_000_000,
            zone: "Europe/Warsaw".to_owned(),
            stop: Arc::default(),
        };
        World { _keep: keep, work, place }
    }

    pub fn describe(&self, tool: &str, args: Value) -> Result<ToolFacts, ToolError> {
        find(tool).describe(&args, &self.place)
    }

    /// Describes, prepares and runs; what takes it back.
    pub fn act(&self, tool: &str, args: Value) -> Vec<Inverse> {
        let facts = self.describe(tool, args.clone()).unwrap_or_else(|error| panic!("{tool}: {error}"));
        let inverses = find(tool).prepare(&args, &facts, &self.place).unwrap();
        let output = find(tool).run(&args, &facts, &self.place).unwrap_or_else(|error| panic!("{tool}: {error}"));
        assert!(output.items.iter().all(|item| item.status == Status::Succeeded), "{tool}");
        inverses
    }
}

fn find(name: &str) -> Arc<dyn Tool> {
    let mut all = Domain::ALL.into_iter().flat_map(Domain::tools);
    all.find(|tool| tool.spec().name == name).unwrap_or_else(|| panic!("no tool {name}"))
}

/// Does, undoes, and compares everything in `folder` byte by byte. Then undoes again, which must do nothing.
pub fn check_do_undo(world: &World, folder: &Path, tool: &str, args: Value) {
    let before = snapshot(folder);
    let inverses = world.act(tool, args);
    assert_ne!(snapshot(folder), before, "{tool} changed nothing");
    for wanted in [Undone::Restored, Undone::NotNeeded] {
        let undone: Vec<Undone> = inverses.iter().rev().map(|one| find(tool).undo(one, &world.place)).collect();
        assert!(undone.iter().all(|undone| *undone == wanted), "{tool}: {undone:?}");
        assert_eq!(snapshot(folder), before, "{tool}");
    }
}

// Name to mode, time and contents.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut seen = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        let stat = fs::symlink_metadata(&path).unwrap();
        let content = if stat.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            "folder".to_owned()
        } else {
            fs::read(&path).unwrap().escape_ascii().to_string()
        };
        seen.insert(path, format!("{:o} {} {} {content}", stat.mode(), stat.mtime(), stat.mtime_nsec()));
    }
    seen
}
