//! Labels that go along, with a store that keeps them in memory.

use super::*;
use crate::check::World;
use assent_agent::{KeepsLabels, Labels};
use std::{
    fs,
    sync::{Arc, Mutex},
};

#[derive(Debug, Default)]
struct Kept(Mutex<Vec<(PathBuf, Option<Inode>, Label)>>);

impl KeepsLabels for Kept {
    fn of(&self, path: &Path, inode: Option<Inode>) -> Option<Label> {
        let all = self.0.lock().unwrap();
        let found = all.iter().filter(|(at, of, _)| at == path || (inode.is_some() && *of == inode));
        found.max_by_key(|(.., label)| label.others).map(|(.., label)| label.clone())
    }
    fn within(&self, folder: &Path) -> Vec<(PathBuf, Label)> {
        let all = self.0.lock().unwrap();
        all.iter().filter(|(at, ..)| at.starts_with(folder)).map(|(at, _, label)| (at.clone(), label.clone())).collect()
    }
    fn keep(&self, path: &Path, inode: Option<Inode>, label: &Label) -> Result<(), String> {
        self.0.lock().unwrap().push((path.to_owned(), inode, label.clone()));
        Ok(())
    }
}

fn world() -> (World, Place) {
    let world = World::new();
    let labels = Labels::new(Arc::new(Kept::default()), Some("the agent in task r1".to_owned()));
    let place = Place { labels, ..world.place.clone() };
    (world, place)
}

fn put(path: &Path) -> PathBuf {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "words").unwrap();
    path.to_owned()
}

#[test]
fn g6_a_label_goes_along_whatever_the_way() {
    let moved = |from: &Path, to: &Path, place: &Place| {
        carry(from, to, place).unwrap();
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(from, to).unwrap();
    };
    let (world, place) = world();
    let down = world.home.join("Downloads");
    let file = put(&down.join("x.txt"));
    let copy = world.work.join("copy.txt");
    fs::copy(&file, &copy).unwrap();
    carry(&file, &copy, &place).unwrap();
    let first = world.work.join("first.txt");
    moved(&file, &first, &place);
    let second = world.work.join("sub/second.txt");
    moved(&first, &second, &place);
    let linked = world.work.join("linked.txt");
    fs::hard_link(&second, &linked).unwrap();
    put(&down.join("pack/a/b.txt"));
    let pack = world.work.join("pack");
    moved(&down.join("pack"), &pack, &place);
    let renamed = world.work.join("renamed");
    moved(&pack, &renamed, &place);
    let out = world.work.join("out.txt");
    put(&renamed.join("a/c.txt"));
    moved(&renamed.join("a/c.txt"), &out, &place);
    // Copied from one file into a folder of the user's, and that folder moved as well.
    let mixed = world.work.join("mixed/y.txt");
    fs::create_dir_all(mixed.parent().unwrap()).unwrap();
    fs::copy(&copy, &mixed).unwrap();
    carry(&copy, &mixed, &place).unwrap();
    let own = put(&world.work.join("mixed/own.txt"));
    let elsewhere = world.work.join("elsewhere");
    moved(own.parent().unwrap(), &elsewhere, &place);
    let changed = put(&world.work.join("built.txt"));
    command_changed(std::slice::from_ref(&changed), &[], &place).unwrap();
    for path in [&copy, &second, &linked, &renamed.join("a/b.txt"), &out, &elsewhere.join("y.txt"), &changed] {
        assert!(untrusted(path, &place).is_some(), "{path:?}");
    }
    for path in [elsewhere.join("own.txt"), put(&world.work.join("mine.txt"))] {
        assert_eq!(untrusted(&path, &place), None, "{path:?}");
    }
    assert!(untrusted(&second, &place).unwrap().contains("the file x.txt in Downloads"));
}

#[test]
fn what_the_model_wrote_is_noted_and_is_nobody_elses() {
    let (world, place) = world();
    let path = put(&world.work.join("new.txt"));
    wrote(&path, &place).unwrap();
    assert_eq!((untrusted(&path, &place), place.labels.written_by()), (None, Some("the agent in task r1".to_owned())));
    let others = Place { others: Some("the page a.test".to_owned()), ..place };
    wrote(&path, &others).unwrap();
    assert!(untrusted(&path, &others).unwrap().contains("the page a.test"));
}
