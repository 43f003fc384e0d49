//! What you saw is what runs: also what is only read is bound to what it was when it was settled.

use crate::rig::{Ends, Rig, says};
use assent_tests::{Home, text};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

const KEY: &str = "KEY-MATERIAL-7f3a";
const PLAIN: &str = "plain text of a note";

/// What happens between the card and the yes.
type Swap = fn(&Path);

fn folder(home: &Home) -> PathBuf {
    let folder = home.path().join("Elsewhere/inner");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("note.txt"), PLAIN).expect("a file");
    fs::write(folder.join("copy.txt"), PLAIN).expect("a file");
    let keys = home.path().join(".ssh");
    fs::create_dir_all(&keys).expect("a folder");
    for name in ["id_test", "id_copy", "note.txt"] {
        fs::write(keys.join(name), KEY).expect("a key");
    }
    folder
}

fn calls(home: &Home, tool: &str) -> Value {
    let folder = folder(home).display().to_string();
    match tool {
        "files_read" => json!({"path": format!("{folder}/note.txt")}),
        "files_search" => json!({"folder": folder, "text": "KEY"}),
        _ => json!({"folder": folder}),
    }
}

fn rig(tool: &str) -> Rig {
    Rig::new(|home| vec![says(&[(tool, calls(home, tool))])])
}

fn keys(inner: &Path) -> PathBuf {
    inner.ancestors().nth(2).expect("the home").join(".ssh")
}

fn away(path: &Path) {
    fs::rename(path, path.with_extension("away")).expect("take it away");
}

// A read that waits as a card, what happens then, and the yes: it is not carried out, there is a new card, and neither
// the key nor a name from beside it reaches the model.
fn asks_again(tool: &str, swap: Swap) {
    let rig = rig(tool);
    let asked = rig.ask(&["--mode", "ask"]).ended(3);
    let card = asked.cards()[0].clone();
    swap(&rig.home.path().join("Elsewhere/inner"));
    let approved = rig.home.json(&["approve", &text(&card, "id")]);
    assert!(!rig.model_saw(KEY) && !rig.model_saw("id_test"), "{tool}: the key reached the model");
    assert_eq!(approved.status, 3, "{tool}: {approved:#?}");
    assert_ne!(approved.cards()[0]["digest"], card["digest"]);
    assert_eq!(rig.home.status(&text(&card, "id")), "superseded");
}

fn runs(tool: &str, meanwhile: Swap, seen: &str) {
    let rig = rig(tool);
    let asked = rig.ask(&["--mode", "ask"]).ended(3);
    meanwhile(&rig.home.path().join("Elsewhere/inner"));
    rig.home.json(&["approve", &text(asked.cards()[0], "id")]).ended(0);
    assert!(rig.model_saw(seen), "{tool}: {seen} did not reach the model");
}

macro_rules! asked_again {
    ($($name:ident: $tool:literal, $swap:expr;)*) => { $( #[test] fn $name() { asks_again($tool, $swap); } )* };
}

asked_again! {
    a_file_swapped_for_a_link_to_a_key_asks_again: "files_read", |inner| {
        away(&inner.join("note.txt"));
        symlink(keys(inner).join("id_test"), inner.join("note.txt")).expect("a link");
    };
    a_file_swapped_for_another_name_of_a_key_asks_again: "files_read", |inner| {
        away(&inner.join("note.txt"));
        fs::hard_link(keys(inner).join("id_test"), inner.join("note.txt")).expect("a hard link");
    };
    a_file_swapped_for_a_copy_of_a_key_asks_again: "files_read", |inner| {
        fs::copy(keys(inner).join("id_test"), inner.join("note.tmp")).expect("a copy");
        fs::rename(inner.join("note.tmp"), inner.join("note.txt")).expect("replace it");
    };
    another_file_of_the_same_size_and_time_asks_again: "files_read", |inner| {
        let time = fs::metadata(inner.join("note.txt")).expect("a file").modified().expect("a time");
        fs::write(inner.join("other"), PLAIN.replace("plain", "other")).expect("a file");
        File::options().write(true).open(inner.join("other")).expect("a file").set_modified(time).expect("a time");
        fs::rename(inner.join("other"), inner.join("note.txt")).expect("replace it");
    };
    the_same_file_with_other_words_and_the_old_time_asks_again: "files_read", |inner| {
        let path = inner.join("note.txt");
        let time = fs::metadata(&path).expect("a file").modified().expect("a time");
        fs::write(&path, PLAIN.replace("plain", "other")).expect("write");
        File::options().write(true).open(&path).expect("a file").set_modified(time).expect("a time");
    };
    a_file_that_grew_asks_again: "files_read", |inner| {
        fs::write(inner.join("note.txt"), format!("{PLAIN} and more")).expect("write");
    };
    a_file_swapped_for_a_pipe_asks_again: "files_read", |inner| {
        away(&inner.join("note.txt"));
        assert!(Command::new("mkfifo").arg(inner.join("note.txt")).status().expect("mkfifo").success());
    };
    a_file_swapped_for_a_folder_asks_again: "files_read", |inner| {
        away(&inner.join("note.txt"));
        fs::create_dir(inner.join("note.txt")).expect("a folder");
    };
    a_parent_swapped_for_a_link_to_the_keys_asks_again: "files_read", |inner| {
        away(inner);
        symlink(keys(inner), inner).expect("a link");
    };
    a_parent_swapped_for_a_folder_with_a_file_of_that_name_asks_again: "files_read", |inner| {
        away(inner);
        fs::create_dir(inner).expect("a folder");
        fs::write(inner.join("note.txt"), KEY).expect("a file");
    };
    a_listed_folder_swapped_for_a_link_to_the_keys_asks_again: "files_list", |inner| {
        away(inner);
        symlink(keys(inner), inner).expect("a link");
    };
    a_listed_folder_swapped_for_another_asks_again: "files_list", |inner| {
        away(inner);
        fs::create_dir(inner).expect("a folder");
        fs::write(inner.join("id_test"), KEY).expect("a file");
    };
    a_searched_folder_swapped_for_another_asks_again: "files_search", |inner| {
        away(inner);
        fs::create_dir(inner).expect("a folder");
        fs::write(inner.join("x"), KEY).expect("a file");
    };
    a_folder_looked_through_for_duplicates_and_swapped_asks_again: "files_find_duplicates", |inner| {
        away(inner);
        symlink(keys(inner), inner).expect("a link");
    };
}

#[test]
fn what_changes_nothing_of_it_runs_after_the_yes() {
    runs("files_read", |_| {}, PLAIN);
    runs("files_read", |inner| drop(fs::read(inner.join("note.txt")).expect("read it")), PLAIN);
    runs("files_read", |inner| fs::write(inner.join("copy.txt"), "changed").expect("write"), PLAIN);
    runs("files_list", |inner| fs::write(inner.join("new.txt"), "new").expect("write"), "new.txt");
    runs("files_find_duplicates", |inner| fs::write(inner.join("new.txt"), "new").expect("write"), "copy.txt");
    runs("files_search", |inner| fs::write(inner.join("new.txt"), "KEYRING").expect("write"), "KEYRING");
}

#[test]
fn a_freeze_an_unfreeze_and_a_restart_carry_no_read_over_a_swap() {
    let rig = rig("files_read");
    let asked = rig.ask(&["--mode", "ask"]).ended(3);
    let id = text(asked.cards()[0], "id");
    rig.home.json(&["freeze"]).ended(0);
    let inner = rig.home.path().join("Elsewhere/inner");
    fs::remove_file(inner.join("note.txt")).expect("take it away");
    symlink(keys(&inner).join("id_test"), inner.join("note.txt")).expect("a link");
    rig.home.json(&["unfreeze"]).ended(0);
    let _core = Ends(rig.home.core());
    rig.home.json(&["approve", &id]).ended(3);
    assert!(!rig.model_saw(KEY));
}

#[test]
fn what_a_task_reads_of_its_own_writing_asks_nobody() {
    let rig = Rig::new(|home| {
        let work = home.path().join("Work").display().to_string();
        let file = format!("{work}/a.txt");
        fs::create_dir_all(&work).expect("a folder");
        vec![says(&[
            ("files_write", json!({"path": file, "text": "written just now"})),
            ("files_read", json!({"path": file})),
            ("files_make_folder", json!({"path": format!("{work}/new")})),
            ("files_list", json!({"folder": format!("{work}/new")})),
        ])]
    });
    let run = rig.ask(&["--mode", "auto"]).ended(0);
    assert!(run.cards().is_empty(), "{run:#?}");
    assert!(rig.model_saw("written just now"));
    assert_eq!(rig.home.json(&["verify"]).ended(0).all("verification")[0]["ok"], true);
}
