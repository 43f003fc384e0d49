//! Folders that git takes for a repository whatever they are called: `HEAD`, `objects` and `refs` beside each other, or `HEAD`
//! and `commondir`. Who enters one and asks for the status runs what its `config` names.

use super::names::plain;
use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
};

/// Names that a call will have put, by folder.
#[derive(Default)]
pub(super) struct Added {
    names: HashMap<PathBuf, HashSet<String>>,
    // What is there already.
    shapes: RefCell<HashMap<PathBuf, Shape>>,
}

/// Which of the parts of a repository a folder has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    head: bool,
    objects: bool,
    refs: bool,
    common: bool,
}

impl Shape {
    /// Counts one name in the folder.
    pub fn with(&mut self, plain_name: &str) {
        match plain_name {
            "head" => self.head = true,
            "objects" => self.objects = true,
            "refs" => self.refs = true,
            "commondir" => self.common = true,
            _ => {}
        }
    }

    /// Whether git would take the folder for one.
    pub fn is_repository(self) -> bool {
        self.head && (self.common || self.objects && self.refs)
    }

    fn of(folder: &Path) -> Shape {
        let has = |name: &str| fs::symlink_metadata(folder.join(name)).is_ok();
        // Most folders end here.
        if !has("HEAD") && !has("objects") && !has("commondir") {
            return Shape { refs: has("refs"), ..Shape::default() };
        }
        Shape { head: has("HEAD"), objects: has("objects"), refs: has("refs"), common: has("commondir") }
    }
}

impl Added {
    /// One path more, with the folders on the way to it.
    pub fn put(&mut self, path: &Path) {
        for (below, folder) in path.ancestors().zip(path.ancestors().skip(1)) {
            let Some(name) = below.file_name() else { continue };
            let name = plain(name.as_encoded_bytes());
            if matches!(name.as_ref(), "head" | "objects" | "refs" | "commondir") {
                self.names.entry(folder.to_owned()).or_default().insert(name.into_owned());
            }
        }
    }

    /// Whether `path` lies in a folder that is a repository, or is one once it and all the others are there.
    pub fn makes_repository(&self, path: &Path) -> bool {
        let mut below: Option<&Path> = None;
        for folder in path.ancestors() {
            let mut shape = self.there(folder);
            self.names.get(folder).into_iter().flatten().for_each(|name| shape.with(name));
            if let Some(name) = below.and_then(Path::file_name) {
                shape.with(&plain(name.as_encoded_bytes()));
            }
            if shape.is_repository() {
                return true;
            }
            below = Some(folder);
        }
        false
    }

    fn there(&self, folder: &Path) -> Shape {
        *self.shapes.borrow_mut().entry(folder.to_owned()).or_insert_with(|| Shape::of(folder))
    }
}
