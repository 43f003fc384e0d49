//! What cards and results say: differences, pairs, titles, duplicates, and whose words a text holds.

use crate::check::World;
use assent_agent::ToolError;
use assent_protocol::{Effect, Grant, Preview, Provenance};
use serde_json::json;
use std::{fs, os::unix::fs::symlink};

#[test]
fn what_others_can_write_to_is_named_as_their_words() {
    let mut world = World::new();
    let downloads = world.home.join("Downloads");
    let shared = world.home.join("team");
    for folder in [&downloads, &shared] {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("x.txt"), "words").unwrap();
        world.place.grants.push(Grant { folder: folder.to_str().unwrap().to_owned(), shared: *folder == shared });
    }
    world.file("own.txt", "words");
    let mail = world.file("mail.txt", "words");
    xattr::set(&mail, "user.xdg.origin.url", b"https://example.org").unwrap();
    let read = |path: &str| {
        let done = world.act("files.read", json!({ "path": path }));
        (done.output.untrusted, done.facts.provenance)
    };
    let untrusted = Some(Provenance::Untrusted);
    let from = |text: &str| (Some(text.to_owned()), untrusted);
    assert_eq!(read("~/Downloads/x.txt"), from("the file x.txt in Downloads"));
    assert_eq!(read("~/team/x.txt"), from("the file x.txt in team, which is shared"));
    assert_eq!(read("~/work/mail.txt"), from("the file mail.txt in work, which came from elsewhere"));
    assert_eq!(read("~/work/own.txt"), (None, Some(Provenance::OwnData)));
    let found = world.look("files.search", json!({ "folder": "~/Downloads", "text": "WORDS" }));
    assert!(found.untrusted.is_some());
    assert_eq!(found.value["matches"][0]["line"], 1);
}

#[test]
fn duplicates_are_grouped_with_the_oldest_and_shortest_name_first() {
    let world = World::new();
    for (name, text) in
        [("b (1).txt", "same"), ("sub/b.txt", "same"), ("c.txt", "samE"), ("e", ""), ("f", ""), (".h/b", "same")]
    {
        world.file(name, text);
    }
    fs::write(world.work.join("b.txt"), "same").unwrap();
    fs::hard_link(world.work.join("b.txt"), world.work.join("z.txt")).unwrap();
    symlink("b.txt", world.work.join("link")).unwrap();
    let value = world.look("files.find_duplicates", json!({ "folder": world.at("") })).value;
    let groups = value["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 1, "{value}");
    let paths: Vec<&str> = groups[0]["paths"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
    let right = ["sub/b.txt", "b (1).txt", "b.txt", "z.txt"].map(|name| world.at(name));
    assert_eq!(paths, right);
}

#[test]
fn a_card_shows_every_item_and_the_difference_with_nothing_hidden() {
    let world = World::new();
    world.file("a.txt", "one\ntwo\n");
    world.file("sub/b.txt", "b");
    let args = json!({ "path": world.at("a.txt"), "find": "two", "replace": "2\u{202e}" });
    let facts = world.describe("files.edit", args).unwrap();
    assert_eq!((facts.title.as_str(), facts.effect), ("Edit a.txt in work", Effect::Modify));
    let Preview::Lines { lines, .. } = facts.preview else { panic!("no difference") };
    let lines: Vec<String> = lines.into_iter().map(|line| line.sign + &line.text).collect();
    assert_eq!(lines, [" one", "-two", "+2\\u{202e}"]);
    let args = json!({ "items": [
        { "from": world.at("a.txt"), "to": world.at("x/a.txt") },
        { "from": world.at("sub"), "to": world.at("x/sub") },
    ] });
    let facts = world.describe("files.move", args).unwrap();
    assert_eq!((facts.title.as_str(), facts.items, facts.bytes), ("Move 2 items from work to ~/work/x", 2, 9));
    let Preview::Pairs { rows } = facts.preview else { panic!("no pairs") };
    let rows: Vec<String> =
        rows.iter().map(|r| format!("{} -> {} ({})", r.before, r.after, r.note.as_deref().unwrap())).collect();
    assert_eq!(rows, ["a.txt -> x/a.txt (8 B)", "sub -> x/sub (folder with 1 entry, 1 B)"]);
    let fields: Vec<&str> = facts.targets.iter().map(|target| target.field.as_str()).collect();
    assert_eq!(fields, ["/items/0/from", "/items/0/to", "/items/1/from", "/items/1/to"]);
}

#[test]
fn an_edit_needs_a_text_that_stands_there_once() {
    let world = World::new();
    world.file("a.txt", "one one two");
    for (find_text, replace) in [("one", "x"), ("three", "x"), ("", "x"), ("two", "two")] {
        let wrong =
            world.describe("files.edit", json!({ "path": world.at("a.txt"), "find": find_text, "replace": replace }));
        assert!(matches!(wrong, Err(ToolError::BadInput(_))), "{find_text}");
    }
    let wrong =
        world.describe("files.edit", json!({ "path": world.at("a.txt"), "find": "two", "replace": "2", "all": true }));
    assert!(matches!(wrong, Err(ToolError::BadInput(_))), "an unknown field was taken");
}
