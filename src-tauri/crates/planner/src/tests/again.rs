//! Goals that are to be done again and again.

use super::*;

#[test]
fn a_time_or_a_folder_before_or_behind_a_goal_proposes_an_automation() {
    let timed = |goal: &str, when: &str| format!(r#"automations.propose {{"goal":"{goal}","when":"{when}"}}"#);
    let folder = |goal: &str, folder: &str| format!(r#"automations.propose {{"goal":"{goal}","folder":"{folder}"}}"#);
    for (said, expected) in [
        ("every weekday at 9, list to-dos", timed("list to-dos", "every weekday at 9")),
        ("every weekday at 9 list to-dos", timed("list to-dos", "every weekday at 9")),
        ("Please list to-dos every 15 minutes.", timed("list to-dos", "every 15 minutes")),
        ("each monday at 8:30: tidy ~/Downloads by type", timed("tidy ~/Downloads by type", "each monday at 8:30")),
        (
            "every day at 18:00 tidy ~/Downloads by type and trash the duplicates",
            timed("tidy ~/Downloads by type and trash the duplicates", "every day at 18:00"),
        ),
        ("when a new file appears in ~/Downloads, tidy it by type", folder("tidy it by type", "~/Downloads")),
        (
            "whenever something arrives in my Downloads folder: tidy ~/Downloads by type",
            folder("tidy ~/Downloads by type", "~/Downloads"),
        ),
        (
            "tidy ~/Downloads by type as soon as a file lands in ~/Downloads",
            folder("tidy ~/Downloads by type", "~/Downloads"),
        ),
    ] {
        check(said, &[&expected]);
    }
}

#[test]
fn nothing_of_what_is_meant_for_later_happens_now_when_a_part_is_not_understood() {
    for said in [
        "every day at 9 do some magic and trash all .tmp files in ~/Downloads",
        "when a file appears in ~/Downloads, do some magic, then trash all .tmp files in ~/Downloads",
        "trash all .tmp files in ~/Downloads and do some magic every 2 hours",
        "list to-dos, then every day at 9 do some magic and trash all .tmp files in ~/Downloads",
    ] {
        check_says(said, &["did not understand"]);
    }
    // A neighbour of what is to be done now is left out alone, as before.
    check(
        "do some magic and trash every .tmp file in ~/Downloads",
        &[r#"files.trash {"paths":["~/Downloads/old.tmp"]}"#],
    );
}

#[test]
fn what_is_to_be_done_now_ends_where_what_is_to_be_done_again_begins() {
    for said in [
        "add to-do buy milk, then every day at 9 do some magic and trash all .tmp files in ~/Downloads",
        "add to-do buy milk, and every day at 9, do some magic, then trash all .tmp files in ~/Downloads",
        "add to-do buy milk and when a file appears in ~/Downloads do some magic, then trash all .tmp files in ~/Downloads",
        "note the meeting. Every friday at 9 do some magic and trash all .tmp files in ~/Downloads",
    ] {
        let (reply, _) = drive(vec![user(said)]);
        assert_eq!(lines(&reply), Vec::<String>::new(), "{said}");
        check_says(said, &["did not understand"]);
    }
    check(
        "add to-do buy milk, then every day at 9 list to-dos",
        &[r#"todos.add {"text":"buy milk"}"#, r#"automations.propose {"goal":"list to-dos","when":"every day at 9"}"#],
    );
    // A text in quotes or behind a colon is one text.
    let whole = "buy milk, then every day at 9 do some magic and trash x";
    let added = format!(r#"todos.add {{"text":"{whole}"}}"#);
    check(&format!("add to-do \"{whole}\""), &[&added]);
    check(&format!("add a to-do: {whole}"), &[&added]);
}

#[test]
fn what_would_only_fail_each_time_or_is_a_reminder_is_no_automation() {
    for said in ["every weekday at 9, make me happy", "when a file appears in ~/Downloads, make me happy"] {
        let (reply, _) = drive(vec![user(said)]);
        assert_eq!(lines(&reply), Vec::<String>::new(), "{said}");
    }
    check_says("remind me every day at 9 to stretch", &["stretch"]);
    check("trash every .tmp file in ~/Downloads", &[r#"files.trash {"paths":["~/Downloads/old.tmp"]}"#]);
    check(
        "note: every weekday at 9 list to-dos",
        &[r#"notes.add {"title":"every weekday at 9 list to-dos","text":"every weekday at 9 list to-dos"}"#],
    );
}
