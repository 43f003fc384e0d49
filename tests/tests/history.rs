//! Looking back through the real program: what was asked and answered is found, the table opens in a spreadsheet, and what
//! was not understood is no failure.

use assent_tests::{Home, text};
use std::fs;

#[test]
fn hist_01_goals_and_answers_are_found_also_of_tasks_without_actions() {
    let home = Home::new();
    home.json(&["ask", "add a to-do: feed the Żółty rhinoceros"]).ended(0);
    let asked = home.json(&["ask", "what is on my to-do list?"]).ended(0);
    let run = text(asked.end(), "run");
    let found = |command: &str, words: &str| -> Vec<String> {
        let found = home.json(&[command, "--search", words]).ended(0);
        found.all("task").iter().map(|task| text(task, "run")).collect()
    };
    for command in ["history", "tasks"] {
        assert_eq!(found(command, "WHAT IS ON"), std::slice::from_ref(&run), "{command}: a goal");
        assert!(found(command, "zolty rhino").contains(&run), "{command}: an answer");
        assert!(found(command, "no such words").is_empty(), "{command}");
    }
    assert_eq!(home.json(&["tasks"]).ended(0).all("task").len(), 2);
    let plain = home.assent(&["history", "--search", "what is on"]).ended(0).stdout;
    assert!(plain.contains("what is on my to-do list?"), "{plain}");
}

#[test]
fn hist_02_the_table_says_in_which_encoding_it_is_and_the_bare_one_does_not() {
    let home = Home::new();
    home.json(&["ask", "add a to-do: żółw 会 🦀"]).ended(0);
    let export = |format: &str| {
        let file = home.path().join(format!("{format}.csv"));
        home.assent(&["export", &file.display().to_string(), "--format", format]).ended(0);
        fs::read(file).expect("the table")
    };
    let (table, bare) = (export("csv"), export("csv-bare"));
    assert!(table.starts_with(b"\xef\xbb\xbfid,run,"), "{:?}", &table[..12]);
    assert_eq!(&table[3..], bare);
    let words = String::from_utf8(bare).expect("text");
    assert!(words.contains("żółw 会 🦀") && words.ends_with("\r\n"), "{words}");
}

#[test]
fn a_look_back_counts_what_was_not_understood_as_such_and_not_as_failed() {
    let home = Home::new();
    home.json(&["ask", "flurb the wozzle quickly"]).ended(1);
    let digest = home.json(&["digest"]).ended(0);
    let last = digest.all("digest")[0];
    assert_eq!((last["not_understood"].as_i64(), last["failed"].as_i64()), (Some(1), Some(0)), "{digest:#?}");
    assert_eq!(text(digest.all("digest_line")[0], "list"), "not_understood");
    assert!(text(last, "words").contains("1 not understood"), "{last}");
}
