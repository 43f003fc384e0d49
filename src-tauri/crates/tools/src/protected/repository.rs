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
    // What is there already, and whether a folder lies in a repository or is one, looked up once for all its entries.
    shapes: RefCell<HashMap<PathBuf, Shape>>,
    in_one: RefCell<HashMap<PathBuf, bool>>,
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
        self.in_one.get_mut().clear();
        for (below, folder) in path.ancestors().zip(path.ancestors().skip(1)) {
            let Some(name) = below.file_name() else { continue };
            let name = plain(name.as_encoded_bytes());
            if is_part(&name) {
                self.names.entry(folder.to_owned()).or_default().insert(name.into_owned());
            }
        }
    }

    /// Whether `path` lies in a folder that is a repository, or is one once it and all the others are there.
    pub fn makes_repository(&self, path: &Path) -> bool {
        let parent = path.parent();
        if parent.is_some_and(|parent| self.lies_in_one(parent)) {
            return true;
        }
        // Of most entries only the name is looked at.
        if let (Some(parent), Some(name)) = (parent, path.file_name()) {
            let name = plain(name.as_encoded_bytes());
            if is_part(&name) {
                let mut shape = self.shape(parent);
                shape.with(&name);
                if shape.is_repository() {
                    return true;
                }
            }
        }
        let folder = self.names.contains_key(path) || fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
        folder && self.shape(path).is_repository()
    }

    fn lies_in_one(&self, folder: &Path) -> bool {
        if let Some(known) = self.in_one.borrow().get(folder) {
            return *known;
        }
        let found = self.makes_repository(folder);
        self.in_one.borrow_mut().insert(folder.to_owned(), found);
        found
    }

    // With what the call will have put.
    fn shape(&self, folder: &Path) -> Shape {
        let known = self.shapes.borrow().get(folder).copied();
        let mut shape = known.unwrap_or_else(|| {
            let found = Shape::of(folder);
            self.shapes.borrow_mut().insert(folder.to_owned(), found);
            found
        });
        self.names.get(folder).into_iter().flatten().for_each(|name| shape.with(name));
        shape
    }
}

fn is_part(plain_name: &str) -> bool {
    matches!(plain_name, "head" | "objects" | "refs" | "commondir")
}
