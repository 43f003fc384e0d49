//! The list of what can be said in the guide is made from our own set of requests, of those that are understood at once.

use assent_planner::{Understanding, understanding};
use std::{fs, path::PathBuf};

const OWN: &str = include_str!("../cases/requests.tsv");
const BEGIN: &str = "<!-- what can be said: made by a test -->\n";
const END: &str = "<!-- end of what can be said -->\n";

const KINDS: &[(&str, &[&str])] = &[
    ("Reminders, alarms, timers", &["alarm_set", "alarm_query", "alarm_remove"]),
    ("Calendar", &["calendar_set", "calendar_query", "calendar_remove", "calendar_move"]),
    ("Dates and times", &["datetime_query", "datetime_convert"]),
    ("Lists", &["list_add", "list_query", "list_remove"]),
    ("Notes", &["note_add", "note_query"]),
    ("Email and people", &["email_query", "email_send", "contact_query"]),
    ("Files", &["file_find", "file_tidy", "file_trash", "file_move", "file_rename", "file_make", "file_read"]),
    ("Pages and automations", &["web", "automation"]),
    ("Assent itself", &["help", "undo", "history", "stop", "about"]),
];

fn list() -> String {
    let now = 1_795_507_200_000; // 2026-11-24T08:00:00Z
    let rows: Vec<(&str, &str)> = OWN
        .lines()
        .filter_map(|line| {
            let mut fields = line.split('\t');
            Some((fields.next()?, fields.next()?))
        })
        .collect();
    let mut out = String::new();
    for (kind, intents) in KINDS {
        let said: Vec<String> = rows
            .iter()
            .filter(|(intent, _)| intents.contains(intent))
            .filter(|(_, say)| matches!(understanding(say, now, "Europe/Warsaw"), Understanding::Acts(_)))
            .map(|(_, say)| format!("`{say}`"))
            .collect();
        assert!(!said.is_empty(), "nothing of {kind} is understood");
        out.push_str(&format!("- {kind}: {}\n", said.join(", ")));
    }
    out
}

#[test]
fn the_guide_lists_what_is_understood() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../.github/GUIDE.md");
    let guide = fs::read_to_string(&file).unwrap();
    let (before, rest) = guide.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let list = list();
    if std::env::var_os("ASSENT_WRITE_GUIDE").is_some() {
        fs::write(&file, format!("{before}{BEGIN}{list}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(found, list, "run this test with ASSENT_WRITE_GUIDE=1");
}
