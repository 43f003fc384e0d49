//! Every name of a file counts, on the path and on the handle.

use crate::{
    check::{World, check_do_undo, find},
    protected::{Bounds, Use},
};
use assent_agent::Undone;
use assent_protocol::{Reach, Status};
use serde_json::json;
use std::{fs, os::unix::fs::MetadataExt};

fn reach(world: &World, tool: &str, name: &str) -> Reach {
    let args = match tool {
        "files.write" => json!({ "path": world.at(name), "text": "new" }),
        "files.trash" => json!({ "paths": [world.at(name)] }),
        "files.copy" => json!({ "items": [{ "from": world.at(name), "to": world.at("copy") }] }),
        _ => json!({ "path": world.at(name) }),
    };
    world.describe(tool, args).unwrap().targets.iter().map(|target| target.reach).max().unwrap()
}

#[test]
fn a_file_reaches_as_far_as_its_names() {
    for (other, expected) in [
        ("home/.ssh/id", Reach::Protected),
        ("home/.bashrc", Reach::Protected),
        ("home/data/x", Reach::OwnFiles),
        ("home/Other/a.txt", Reach::Outside),
        ("home/work/sub/a.txt", Reach::Inside),
        ("home/work/.env", Reach::Protected),
    ] {
        let world = World::new();
        let other = world.home.join(other.strip_prefix("home/").unwrap());
        fs::create_dir_all(other.parent().unwrap()).unwrap();
        fs::write(&other, "text").unwrap();
        fs::hard_link(&other, world.work.join("name")).unwrap();
        for tool in ["files.read", "files.copy", "files.trash"] {
            assert_eq!(reach(&world, tool, "name"), expected, "{tool} {other:?}");
        }
        if expected != Reach::OwnFiles {
            assert_eq!(reach(&world, "files.write", "name"), expected, "{other:?}");
        }
    }
}

#[test]
fn a_file_that_is_swapped_for_another_name_of_a_key_is_not_opened() {
    let world = World::new();
    fs::create_dir(world.home.join(".ssh")).unwrap();
    fs::write(world.home.join(".ssh/id"), "secret").unwrap();
    let path = world.file("a.txt", "text");
    let args = json!({ "path": world.at("a.txt") });
    let facts = world.describe("files.read", args.clone()).unwrap();
    let copy = json!({ "items": [{ "from": world.at("sub"), "to": world.at("copy") }] });
    world.file("sub/b.txt", "text");
    let copied = world.describe("files.copy", copy.clone()).unwrap();
    fs::remove_file(&path).unwrap();
    fs::hard_link(world.home.join(".ssh/id"), &path).unwrap();
    fs::hard_link(world.home.join(".ssh/id"), world.work.join("sub/c.txt")).unwrap();
    let told = find("files.read").run(&args, &facts, &world.place).unwrap_err().to_string();
    assert!(told.contains("other names"), "{told}");
    let output = find("files.copy").run(&copy, &copied, &world.place).unwrap();
    assert_eq!(output.items[0].status, Status::Failed);
    assert!(!world.work.join("copy").exists());
}

#[test]
fn an_edit_of_one_of_two_names_is_taken_back_with_both() {
    let world = World::new();
    let one = world.file("a.txt", "old");
    fs::hard_link(&one, world.work.join("b.txt")).unwrap();
    crate::check::age(&world.work);
    check_do_undo(&world, &world.work, "files.write", json!({ "path": world.at("b.txt"), "text": "new" }));
    assert_eq!(fs::metadata(one).unwrap().ino(), fs::metadata(world.work.join("b.txt")).unwrap().ino());
}

#[test]
fn where_the_other_names_lie_outside_the_undo_says_that_it_is_a_file_of_its_own_now() {
    let world = World::new();
    let one = world.file("a.txt", "old");
    fs::hard_link(&one, world.home.join("b.txt")).unwrap();
    let done = world.act("files.write", json!({ "path": world.at("a.txt"), "text": "new" }));
    assert_eq!(fs::read_to_string(world.home.join("b.txt")).unwrap(), "old");
    let undone = world.undo(&done);
    assert!(matches!(&undone[0], Undone::Conflict(text) if text.contains("a file of its own now")), "{undone:?}");
    assert_eq!(fs::read_to_string(one).unwrap(), "old");
}

#[test]
fn what_is_put_in_place_shows_under_every_name() {
    let world = World::new();
    let one = world.file("a.txt", "changed");
    fs::hard_link(&one, world.home.join("b.txt")).unwrap();
    let stat = fs::metadata(&one).unwrap();
    let entry = crate::handle::Handles::new(&world.place).entry(&one).unwrap();
    super::put_in_place(&entry, (stat.dev(), stat.ino()), b"old").unwrap();
    assert_eq!(fs::read_to_string(world.home.join("b.txt")).unwrap(), "old");
    assert!(super::put_in_place(&entry, (stat.dev(), stat.ino() + 1), b"x").is_err());
    assert_eq!(Bounds::of(&world.place).names_of((stat.dev(), stat.ino()), 2, Use::Look), Reach::Outside);
}
