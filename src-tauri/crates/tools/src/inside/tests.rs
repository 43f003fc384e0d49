//! What lies in a folder counts at its final path; what cannot be looked through asks.

use crate::check::World;
use assent_protocol::{Preview, Reach};
use serde_json::json;
use std::{fs, os::unix::fs::symlink};

fn gravest(world: &World, tool: &str, from: &str, to: &str) -> Reach {
    let args = json!({ "items": [{ "from": world.at(from), "to": world.at(to) }] });
    let facts = world.describe(tool, args).unwrap();
    facts.targets.iter().map(|target| target.reach).max().unwrap()
}

#[test]
fn a_place_in_a_folder_counts_where_it_will_be() {
    for (file, to) in [
        ("x/a/b/.git/config", "y"),
        ("x/.vscode/tasks.json", "y"),
        ("x/config", ".git"),
        ("x/id_rsa", "y"),
        ("x/modules/a/config", "r/.git"),
        ("x/packages/a.pth", "lib/site-packages"),
    ] {
        let world = World::new();
        world.file(file, "x");
        for tool in ["files.move", "files.copy"] {
            let expected = if to.ends_with("site-packages") { Reach::Inside } else { Reach::Protected };
            assert_eq!(gravest(&world, tool, "x", to), expected, "{tool} {file} {to}");
        }
    }
    let world = World::new();
    world.file("x/a.pth", "x");
    assert_eq!(gravest(&world, "files.move", "x", "lib/site-packages"), Reach::Protected);
    world.file("p/src/a.rs", "x");
    assert_eq!(gravest(&world, "files.move", "p", "q"), Reach::Inside);
}

#[test]
fn a_link_counts_as_the_place_that_it_leads_to_from_where_it_will_lie() {
    let world = World::new();
    symlink("../.vscode", world.work.join("l")).unwrap();
    symlink("a.txt", world.work.join("m")).unwrap();
    assert_eq!(gravest(&world, "files.move", "l", "sub/l"), Reach::Protected);
    assert_eq!(gravest(&world, "files.copy", "m", "sub/m"), Reach::Inside);
}

#[test]
fn what_is_too_deep_to_be_looked_through_asks() {
    let world = World::new();
    fs::create_dir_all(world.work.join(format!("x{}", "/d".repeat(210)))).unwrap();
    let args = json!({ "items": [{ "from": world.at("x"), "to": world.at("y") }] });
    let facts = world.describe("files.move", args).unwrap();
    assert_eq!(facts.targets.iter().map(|target| target.reach).max(), Some(Reach::Protected));
    let Preview::Pairs { rows } = facts.preview else { panic!("no pairs") };
    assert!(rows[0].note.as_ref().unwrap().contains("cannot be looked through"), "{rows:?}");
}

#[test]
fn a_folder_of_settings_of_tools_can_go_to_the_trash_and_a_repository_asks() {
    let world = World::new();
    world.file("n/a/.eslintrc.js", "x");
    world.file("r/.git/config", "x");
    let reach = |name: &str| {
        let facts = world.describe("files.trash", json!({ "paths": [world.at(name)] })).unwrap();
        facts.targets.iter().map(|target| target.reach).max().unwrap()
    };
    assert_eq!((reach("n"), reach("r")), (Reach::Inside, Reach::Protected));
}

#[test]
fn many_entries_are_looked_through() {
    let world = World::new();
    for folder in 0..20 {
        let folder = world.work.join(format!("x/{folder}"));
        fs::create_dir_all(&folder).unwrap();
        (0..500).for_each(|n| drop(fs::File::create(folder.join(format!("photo {n}.JPG"))).unwrap()));
    }
    assert_eq!(gravest(&world, "files.move", "x", "y"), Reach::Inside);
    fs::create_dir(world.work.join("x/19/.git")).unwrap();
    assert_eq!(gravest(&world, "files.move", "x", "y"), Reach::Protected);
}
