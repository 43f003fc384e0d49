//! What a looking call is bound to, and what it does not ask about.

use super::*;
use crate::batch::blank;
use assent_agent::Target;
use std::{fs as disk, os::unix::fs::symlink, path::PathBuf};

struct Desk {
    _kept: tempfile::TempDir,
    folder: PathBuf,
}

fn desk() -> Desk {
    let kept = tempfile::tempdir().unwrap();
    let folder = kept.path().canonicalize().unwrap();
    disk::write(folder.join("a.txt"), "one").unwrap();
    disk::write(folder.join("key"), "two").unwrap();
    disk::create_dir(folder.join("inner")).unwrap();
    Desk { _kept: kept, folder }
}

fn looking(path: &std::path::Path) -> ToolFacts {
    let shown = path.display().to_string();
    let target = Target { field: "/path".into(), shown, state: String::new(), reach: Reach::Inside };
    let mut facts = ToolFacts { targets: vec![target], ..blank(Effect::Observe) };
    bind(&mut facts);
    facts
}

// What is bound before and after `change`, and whether a read that has begun may give on what it read.
fn check(name: &str, change: impl FnOnce(&Desk), same: bool, goes_on: bool) {
    let desk = desk();
    let path = desk.folder.join(name);
    let before = looking(&path);
    change(&desk);
    let after = looking(&path);
    assert_eq!(before.targets[0].state == after.targets[0].state, same, "{name}: {before:?} {after:?}");
    assert_eq!(still_there(&before).is_ok(), goes_on, "{name}: {before:?} {after:?}");
}

fn away(desk: &Desk, name: &str) {
    disk::rename(desk.folder.join(name), desk.folder.join("away")).unwrap();
}

#[test]
fn g2_another_thing_under_the_name_of_what_was_settled_is_another_call() {
    let swap = |desk: &Desk, by: &dyn Fn(&Path)| {
        away(desk, "a.txt");
        by(&desk.folder.join("a.txt"));
    };
    check("a.txt", |d| swap(d, &|at| symlink("key", at).unwrap()), false, false);
    check("a.txt", |d| swap(d, &|at| disk::hard_link(at.with_file_name("key"), at).unwrap()), false, false);
    check("a.txt", |d| swap(d, &|at| disk::write(at, "one").unwrap()), false, false);
    check("a.txt", |d| swap(d, &|at| disk::create_dir(at).unwrap()), false, false);
    check("a.txt", |d| away(d, "a.txt"), false, false);
    check(
        "inner",
        |d| {
            away(d, "inner");
            symlink("away", d.folder.join("inner")).unwrap();
        },
        false,
        false,
    );
    check(
        "inner",
        |d| {
            away(d, "inner");
            disk::create_dir(d.folder.join("inner")).unwrap();
        },
        false,
        false,
    );
    check("none", |d| disk::write(d.folder.join("none"), "x").unwrap(), false, false);
    check("none", |d| disk::hard_link(d.folder.join("key"), d.folder.join("none")).unwrap(), false, false);
    // The same inode with other contents is another call, and the read that has begun may end.
    check("a.txt", |d| disk::write(d.folder.join("a.txt"), "one more").unwrap(), false, true);
    // Same size, same time of modification: the system's own time of change tells.
    check(
        "a.txt",
        |d| {
            let path = d.folder.join("a.txt");
            let old = disk::metadata(&path).unwrap().modified().unwrap();
            disk::write(&path, "two").unwrap();
            File::options().write(true).open(&path).unwrap().set_modified(old).unwrap();
        },
        false,
        true,
    );
}

#[test]
fn what_changes_nothing_of_it_asks_nobody_again() {
    check("a.txt", |_| {}, true, true);
    check("a.txt", |d| drop(disk::read(d.folder.join("a.txt")).unwrap()), true, true);
    check("a.txt", |d| disk::write(d.folder.join("key"), "three").unwrap(), true, true);
    check("inner", |d| disk::write(d.folder.join("inner/new"), "x").unwrap(), true, true);
    check("none", |_| {}, true, true);
}

#[test]
fn the_opened_file_is_compared_and_not_its_name() {
    let desk = desk();
    let facts = looking(&desk.folder.join("a.txt"));
    assert_eq!(is_that(&facts, &File::open(desk.folder.join("a.txt")).unwrap()), Ok(()));
    assert_eq!(is_that(&facts, &File::open(desk.folder.join("key")).unwrap()), Err(CHANGED));
}

#[test]
fn what_changes_something_has_the_state_that_its_tool_gave() {
    let desk = desk();
    let target = |shown: String| Target { field: "/to".into(), shown, state: String::new(), reach: Reach::Inside };
    let new = desk.folder.join("a.txt").display().to_string();
    let mut facts = ToolFacts { targets: vec![target(new)], ..blank(Effect::Create) };
    bind(&mut facts);
    assert_eq!(facts.targets[0].state, "");
}
