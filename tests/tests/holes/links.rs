//! One file with many names: a name in a granted folder makes no granted file of a key that lies elsewhere.

use super::places::run;
use assent_tests::Home;
use serde_json::{Value, json};
use std::fs;

const SECRET: &str = "BEGIN-KEY-4711";

// A home with a key, a start-up file, the program's own data and a letter outside, each with a second name in Work.
fn home() -> Home {
    let home = Home::new();
    home.file("Work/a.txt", "plain\n");
    // The data folder is there after the first call.
    home.json(&["settings", "model", "scripted-1"]).ended(0);
    let data = home.data().join("kept");
    fs::write(&data, SECRET).expect("a file of the program's");
    for (file, name) in [
        (home.file(".ssh/id_ed25519", SECRET), "key.txt"),
        (home.file(".bashrc", SECRET), "rc.txt"),
        (data, "data.txt"),
        (home.file("Other/letter.txt", SECRET), "letter.txt"),
        (home.file("Other/.env", SECRET), "env.txt"),
        (home.file("Other/deep/a/b/c/token", SECRET), "folder/deep.txt"),
    ] {
        let to = home.path().join("Work").join(name);
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::hard_link(file, to).expect("a second name");
    }
    home
}

fn check_secret(name: &str, call: (&str, Value)) -> Result<(), String> {
    let home = home();
    let (run, server) = run(&home, "Work", &[call]);
    let told = server.bodies().iter().any(|body| body.contains(SECRET));
    let copied = home.path().join("Work/copy").exists();
    // Nothing was changed under any name.
    let same = fs::read_to_string(home.path().join(".bashrc")).is_ok_and(|text| text == SECRET)
        && fs::read_to_string(home.path().join("Work/rc.txt")).is_ok_and(|text| text == SECRET);
    if told || copied || !same {
        return Err(format!("{name}: told {told}, copied {copied}, same {same}, status {}", run.status));
    }
    Ok(())
}

#[test]
fn a_second_name_of_a_file_outside_is_not_read_copied_or_changed_unasked() {
    let read = |name: &str| ("files_read", json!({"path": format!("{{}}/Work/{name}")}));
    let copy =
        |name: &str| ("files_copy", json!({"items": [{"from": format!("{{}}/Work/{name}"), "to": "{}/Work/copy"}]}));
    let ways = vec![
        ("read a key", read("key.txt")),
        ("read a start-up file", read("rc.txt")),
        ("read the data", read("data.txt")),
        ("read a letter outside", read("letter.txt")),
        ("read an environment", read("env.txt")),
        ("read deep below", read("folder/deep.txt")),
        ("search", ("files_search", json!({"folder": "{}/Work", "text": "BEGIN-"}))),
        ("copy a key", copy("key.txt")),
        ("copy the data", copy("data.txt")),
        ("copy a letter", copy("letter.txt")),
        ("copy a folder with one", copy("folder")),
        ("write", ("files_write", json!({"path": "{}/Work/rc.txt", "text": "x"}))),
        ("edit", ("files_edit", json!({"path": "{}/Work/rc.txt", "find": "BEGIN", "replace": "x"}))),
    ];
    let count = ways.len();
    let wrong: Vec<String> = ways.into_iter().filter_map(|(name, call)| check_secret(name, call).err()).collect();
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn two_names_inside_the_grant_are_worked_with_and_taken_back_as_one_file() {
    let home = Home::new();
    let one = home.file("Work/store/a.txt", "old\n");
    let two = home.path().join("Work/b.txt");
    fs::hard_link(&one, &two).expect("a second name");
    let calls = [
        ("files_read", json!({"path": "{}/Work/b.txt"})),
        ("files_search", json!({"folder": "{}/Work", "text": "old"})),
        ("files_copy", json!({"items": [{"from": "{}/Work/store", "to": "{}/Work/c"}]})),
        ("files_edit", json!({"path": "{}/Work/b.txt", "find": "old", "replace": "new"})),
    ];
    let (run, _server) = run(&home, "Work", &calls);
    let run = run.ended(0);
    assert_eq!(run.end()["failed"], json!(0), "{run:#?}");
    assert_eq!(fs::read_to_string(&two).expect("a text"), "new\n");
    // The other name keeps what it said, as a backup does.
    assert_eq!(fs::read_to_string(&one).expect("a text"), "old\n");
    let id = run.end()["run"].as_str().expect("a run").to_owned();
    home.json(&["undo", &id]).ended(0);
    let number = |path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).expect("a file"));
    assert_eq!((fs::read_to_string(&two).expect("a text").as_str(), number(&one)), ("old\n", number(&two)));
}
