//! Search, counts and export.

use crate::support::*;
use assent_journal::{NewAction, call_digest};
use assent_protocol::{
    wire::{HistoryPage, HistoryQuery},
    *,
};
use serde_json::json;

fn find(desk: &Desk, search: &str) -> Vec<ActionId> {
    let query = HistoryQuery { search: search.into(), ..HistoryQuery::default() };
    desk.journal().history(&query).unwrap().actions.iter().map(|action| action.id).collect()
}

#[test]
fn words_are_found_without_accents_in_the_middle_and_whatever_they_are_made_of() {
    let desk = Desk::new();
    let run = desk.run();
    let named = |call: &str, name: &str| {
        desk.propose(&NewAction {
            title: format!("Move {}", visible::visible(name)),
            args: json!({"items": [{"from": format!("/home/anna/{name}"), "to": "/x"}]}),
            ..waiting(run, call)
        })
    };
    let polish = named("c1", "Zażółć gęślą jaźń.pdf");
    let hidden = named("c2", "inv\u{200b}oi\u{202e}ce-2026.pdf");
    let syntax = named("c3", "50% \"off\" NEAR(a_b) c* OR ąę.txt");
    let german = named("c4", "STRASSENPLAN.png");
    for (search, found) in [
        ("zazolc", vec![polish]),
        ("ŻÓŁĆ", vec![polish]),
        ("esla azn", vec![polish]),
        ("nvoice-20", vec![hidden]),
        ("voi", vec![hidden]),
        ("50%", vec![syntax]),
        ("\"off\"", vec![syntax]),
        ("a_b", vec![syntax]),
        ("near(", vec![syntax]),
        ("c*", vec![syntax]),
        ("straßenplan", vec![german]),
        ("Downloads straßenplan", vec![german]),
        ("nowhere", vec![]),
    ] {
        assert_eq!(find(&desk, search), found, "{search}");
    }
    assert_eq!(find(&desk, "tidy downloads").len(), 4, "the goal is searched too");
    for (search, found) in [
        ("ąę", vec![syntax]),
        ("0%", vec![syntax]),
        ("%", vec![syntax]),
        ("*", vec![syntax]),
        ("pd zazolc", vec![polish]),
        ("np st", vec![german]),
        ("fg", vec![]),
        ("zazolc fg", vec![]),
    ] {
        assert_eq!(find(&desk, search), found, "{search}: one letter or two are enough");
    }
}

#[test]
fn the_text_of_a_refused_action_its_reason_and_notes_are_found() {
    let desk = Desk::new();
    let run = desk.run();
    let denied = NewAction {
        status: Status::Denied,
        decided_by: Some(Decider::Floor),
        title: "Change the rules of Assent".into(),
        ..waiting(run, "c1")
    };
    let denied = desk.propose(&denied);
    assert_eq!(find(&desk, "rules of assent"), [denied]);
    let rejected = desk.propose(&waiting(run, "c2"));
    let no = Decision { reason: Some("Not the tax folder!".into()), ..decision(Decider::User, "c2-digest") };
    desk.journal().decide(rejected, &no, Status::Rejected, None).unwrap();
    assert_eq!(find(&desk, "tax fold"), [rejected]);
    let failed = desk.propose(&allowed(run, "c3"));
    desk.journal().start(failed, "c3-digest", NOW).unwrap();
    let item = ItemOutcome { item: 0, status: Status::Failed, note: Some("Quota exceeded.".into()) };
    desk.journal().finish(failed, Status::Failed, &[item], Some("Nothing was moved."), &[], None, NOW).unwrap();
    assert_eq!(find(&desk, "quota"), [failed]);
    assert_eq!(find(&desk, "nothing was moved"), [failed]);
    assert_eq!(find(&desk, "qu"), [failed]);
    desk.sql().execute_batch("INSERT INTO search (search) VALUES ('integrity-check')").unwrap();
    desk.sql().execute_batch("INSERT INTO search_pairs (search_pairs) VALUES ('integrity-check')").unwrap();
}

#[test]
fn the_history_comes_newest_first_in_pages_and_filtered() {
    let desk = Desk::new();
    let (run, other) = (desk.run(), desk.run());
    for n in 0..7 {
        desk.propose(&waiting(if n == 3 { other } else { run }, &format!("c{n}")));
    }
    let page = |query: HistoryQuery| {
        let HistoryPage { actions, more } = desk.journal().history(&query).unwrap();
        (actions.iter().map(|action| action.id.0).collect::<Vec<_>>(), more)
    };
    let all = HistoryQuery { limit: 3, ..HistoryQuery::default() };
    assert_eq!(page(all.clone()), (vec![7, 6, 5], true));
    assert_eq!(page(HistoryQuery { before: Some(ActionId(5)), ..all.clone() }), (vec![4, 3, 2], true));
    assert_eq!(page(HistoryQuery { before: Some(ActionId(3)), ..all.clone() }), (vec![2, 1], false));
    let short = HistoryQuery { search: "pi".into(), ..all.clone() };
    assert_eq!(page(HistoryQuery { before: Some(ActionId(5)), ..short }), (vec![4, 3, 2], true));
    let searched = HistoryQuery { search: "pictures".into(), ..all.clone() };
    assert_eq!(page(HistoryQuery { before: Some(ActionId(5)), ..searched.clone() }), (vec![4, 3, 2], true));
    assert_eq!(page(HistoryQuery { run: Some(other), ..searched }), (vec![4], false));
    assert_eq!(page(HistoryQuery { status: Some("rejected".into()), ..all.clone() }), (vec![], false));
    assert_eq!(page(HistoryQuery { tool: Some("files.move".into()), limit: 0, ..all }).0.len(), 7);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_query_is_an_error(search in "(\\PC|[\"'%_*()^:{}\\-+ \\x00-\\x1f]){0,12}") {
        thread_local!(static DESK: Desk = Desk::lived_in());
        DESK.with(|desk| { find(desk, &search); });
    }
}

#[test]
fn lim_05_counts_come_from_the_rows_and_survive_a_restart() {
    let mut desk = Desk::new();
    let run = desk.run();
    let journal = desk.journal();
    journal.add_turn(run, &Turn::Model { text: "Let me see".into(), calls: Vec::new() }, NOW).unwrap();
    for (call, end) in [("c1", Status::Succeeded), ("c2", Status::Failed), ("c3", Status::Failed)] {
        let id = desk.propose(&allowed(run, call));
        journal.start(id, &format!("{call}-digest"), NOW).unwrap();
        journal.finish(id, end, &[], None, &[], None, NOW).unwrap();
    }
    for call in ["c4", "c5"] {
        let id = desk.propose(&waiting(run, call));
        journal.decide(id, &decision(Decider::User, &format!("{call}-digest")), Status::Rejected, None).unwrap();
    }
    let tally = journal.tally(run).unwrap();
    assert_eq!((tally.turns, tally.actions, tally.unasked_changes), (1, 5, 3));
    assert_eq!((tally.errors_in_row, tally.rejections_in_row), (2, 2));
    let digest = |call: &str| call_digest("files.move", &waiting(run, call).args);
    assert_eq!(tally.last_digests, ["c1", "c2", "c3", "c4", "c5"].map(digest));
    assert_eq!(tally.rejected_digests.len(), 2);
    assert!(tally.rejected_digests.contains(&digest("c5")));
    assert_eq!(journal.today(NOW).unwrap(), (3, 2, 0));
    assert_eq!(journal.today(NOW + 1).unwrap(), (0, 0, 0));
    assert_eq!(journal.last_run_of_tool().unwrap(), [("files.move".to_owned(), 3, Some(NOW))]);
    desk.open().unwrap();
    assert_eq!(desk.journal().tally(run).unwrap(), tally);
}

#[test]
fn reminders_are_set_fired_taken_back_and_put_back() {
    let desk = Desk::new();
    let journal = desk.journal();
    let id = journal.add_reminder("Call Anna", NOW + DAY, "Europe/Warsaw", NOW).unwrap();
    assert!(journal.due_reminders(NOW).unwrap().is_empty());
    let mut reminder = journal.due_reminders(NOW + DAY).unwrap().remove(0);
    reminder.state = "fired".into();
    journal.put_reminder(&reminder, NOW + DAY).unwrap();
    assert!(journal.due_reminders(NOW + DAY).unwrap().is_empty());
    journal.remove_reminder(id, NOW).unwrap();
    assert_eq!(journal.reminder(id).unwrap(), None);
    assert_ne!(journal.add_reminder("Another", NOW, "UTC", NOW).unwrap(), id, "an id was given twice");
    journal.put_reminder(&reminder, NOW).unwrap();
    assert_eq!(journal.reminder(id).unwrap(), Some(reminder));
    assert!(journal.verify().ok);
}

#[test]
fn aud_07_the_export_has_a_line_an_action_and_an_event_and_the_chain_can_be_computed_from_it() {
    use sha2::{Digest, Sha256};
    let desk = Desk::lived_in();
    let mut out = Vec::new();
    let lines = desk.journal().export_jsonl(&mut out).unwrap();
    let rows: Vec<serde_json::Value> =
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines as usize, rows.len());
    assert_eq!(rows.len() as i64, desk.count("action") + desk.count("event"));
    let bytes = |row: &serde_json::Value, name: &str| -> Vec<u8> {
        let text = row[name].as_str().unwrap();
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
    };
    let mut before = vec![0; 32];
    for row in rows.iter().filter(|row| row["type"] == "event") {
        let text = |name: &str| row[name].as_str().unwrap();
        let number = |name: &str| row[name].as_i64().unwrap().to_be_bytes();
        let commitment = Sha256::digest([&[2][..], &bytes(row, "salt"), text("body").as_bytes()].concat());
        assert_eq!(commitment.to_vec(), bytes(row, "commitment"));
        let length = |name: &str| (text(name).len() as u64).to_be_bytes();
        let link = [
            &[1][..],
            &number("seq"),
            &before,
            &number("at"),
            &length("kind"),
            text("kind").as_bytes(),
            &length("subject"),
            text("subject").as_bytes(),
            &commitment,
        ];
        before = Sha256::digest(link.concat()).to_vec();
        assert_eq!(before, bytes(row, "hash"), "event {}", row["seq"]);
    }
}

#[test]
fn the_table_has_a_line_an_action_and_no_formulas() {
    let desk = Desk::lived_in();
    desk.propose(&NewAction { title: "=HYPERLINK(\"http://x\")".into(), ..waiting(RunId(1), "c9") });
    let mut out = Vec::new();
    let lines = desk.journal().export_csv(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!((lines as usize, text.lines().count()), (4, 5));
    assert!(text.contains("\"'=HYPERLINK"), "{text}");
    assert!(text.starts_with("id,run,proposed,"), "{text}");
}

#[test]
fn hist_01_goals_answers_and_ends_are_found_whatever_the_case_and_accents_also_in_runs_without_actions() {
    use assent_journal::NewRun;
    use assent_protocol::{Mode, RunStatus, Turn};
    let desk = Desk::new();
    let journal = desk.journal();
    let run = |goal: &str| {
        let new =
            NewRun { goal: goal.into(), mode: Mode::Ask, model: "m".into(), grants: Vec::new(), hosts: Vec::new() };
        journal.add_run(&new, NOW).unwrap()
    };
    let animal = run("Which animal has a horn?");
    let plants = run("Water the plants");
    journal
        .add_turn(animal, &Turn::Model { text: "The Żółty RHINOCEROS has one.".into(), calls: Vec::new() }, NOW)
        .unwrap();
    journal.add_turn(plants, &Turn::User { text: "Only the ficus, please".into() }, NOW).unwrap();
    journal.set_run_status(plants, RunStatus::Failed, Some("The can was empty."), NOW).unwrap();
    let found = |words: &str| journal.find_runs(words, 10).unwrap().iter().map(|row| row.run.id).collect::<Vec<_>>();
    for (words, runs) in [
        ("rhinoceros", vec![animal]),
        ("zolty rhino", vec![animal]),
        ("horn rhinoceros", vec![animal]),
        ("ficus", vec![plants]),
        ("CAN WAS EMPTY", vec![plants]),
        ("the", vec![plants, animal]),
        ("an", vec![plants, animal]),
        ("rhinoceros ficus", vec![]),
        ("100%_", vec![]),
        ("\"'; --", vec![]),
        (" \u{200b} ", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(found(words), runs, "{words:?}");
    }
    assert!(journal.verify().ok);
}

#[test]
fn hist_02_no_cell_of_the_table_is_a_formula_and_its_lines_end_as_the_standard_says() {
    let desk = Desk::lived_in();
    let odd = ["=1+1", " =1+1", "\u{feff}=1+1", "+48 1", "-1", "@SUM(A1)", "＝1", "\u{a0}@x"];
    for (n, title) in odd.iter().enumerate() {
        desk.propose(&NewAction { title: (*title).into(), ..waiting(RunId(1), &format!("odd{n}")) });
    }
    desk.propose(&NewAction { title: "a \"b\", c\nd; 会ż🦀".into(), ..waiting(RunId(1), "plain") });
    let mut out = Vec::new();
    desk.journal().export_csv(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    for title in odd {
        assert!(text.contains(&format!("'{title}")), "{title:?}: {text}");
    }
    assert!(text.contains("\"a \"\"b\"\", c\nd; 会ż🦀\""), "{text}");
    assert!(text.ends_with("\r\n") && text.starts_with("id,run,") && !text.contains("\r\r"), "{text}");
}
