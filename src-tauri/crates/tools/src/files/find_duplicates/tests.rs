//! Which copies are kept, and what is no copy at all.

use crate::check::World;
use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, SystemTime},
};

fn old(world: &World, name: &str, text: &str, days: u64) {
    let path = world.file(name, text);
    let at = SystemTime::now() - Duration::from_secs(days * 86_400);
    fs::File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
}

// The groups, each path as it reads below the folder.
fn found(world: &World) -> Vec<Vec<String>> {
    let value = world.look("files.find_duplicates", json!({ "folder": world.at("") })).value;
    let below = world.at("");
    let path = |path: &Value| path.as_str().unwrap().strip_prefix(&below).unwrap().trim_start_matches('/').to_owned();
    let group = |group: &Value| group["paths"].as_array().unwrap().iter().map(path).collect();
    value["groups"].as_array().unwrap().iter().map(group).collect()
}

#[test]
fn of_two_copies_of_a_folder_one_keeps_everything() {
    let world = World::new();
    for n in 0..6 {
        let [trip, backup] = if n % 2 == 1 { [9, 3] } else { [3, 9] };
        old(&world, &format!("Trip/day/img{n}.jpg"), &format!("picture {n}"), trip);
        old(&world, &format!("Trip backup/day/img{n}.jpg"), &format!("picture {n}"), backup);
    }
    let kept: Vec<String> = found(&world).into_iter().map(|mut group| group.remove(0)).collect();
    assert_eq!(kept.len(), 6);
    assert!(kept.iter().all(|path| path.starts_with("Trip/")), "{kept:?}");
}

#[test]
fn the_folder_with_most_of_the_older_files_is_kept_whole() {
    let world = World::new();
    for n in 0..5 {
        let [a, b] = if n == 0 { [9, 3] } else { [3, 9] };
        old(&world, &format!("A/{n}.txt"), &format!("text {n}"), a);
        old(&world, &format!("B/{n}.txt"), &format!("text {n}"), b);
    }
    assert!(found(&world).iter().all(|group| group[0].starts_with("B/")), "{:?}", found(&world));
}

#[test]
fn names_of_one_file_go_together_or_not_at_all() {
    let world = World::new();
    old(&world, "a.bin", "same", 3);
    fs::hard_link(world.work.join("a.bin"), world.work.join("b.bin")).unwrap();
    old(&world, "c.bin", "same", 9);
    assert_eq!(found(&world), [["c.bin", "a.bin", "b.bin"]]);
    // The one that is kept has two names: neither is a duplicate of the other.
    old(&world, "c.bin", "same", 1);
    assert_eq!(found(&world), [["a.bin", "c.bin"]]);
    fs::remove_file(world.work.join("c.bin")).unwrap();
    assert_eq!(found(&world), [] as [Vec<String>; 0]);
    // One with a name outside of the folder would win no space.
    old(&world, "d.bin", "other", 3);
    fs::hard_link(world.work.join("d.bin"), world.home.join("outside.bin")).unwrap();
    old(&world, "e.bin", "other", 9);
    assert_eq!(found(&world), [] as [Vec<String>; 0]);
}

#[test]
fn what_programs_keep_is_no_duplicate_to_clear_away() {
    let world = World::new();
    for name in [
        "app/node_modules/a/license.txt",
        "app/node_modules/b/license.txt",
        "repo/one.txt",
        "repo/.git/HEAD",
        "env/pyvenv.cfg",
        "env/lib/one.txt",
        "Photos.photoslibrary/one.txt",
        "x/desktop.ini",
        "y/desktop.ini",
        "half.mkv.part",
        "other.mkv.part",
        "own.txt",
    ] {
        old(&world, name, "same", 1);
    }
    assert_eq!(found(&world), [] as [Vec<String>; 0]);
    let value = world.look("files.find_duplicates", json!({ "folder": world.at("") })).value;
    assert_eq!(value["left_to_programs"].as_array().map(Vec::len), Some(4), "{value}");
}
