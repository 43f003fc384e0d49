//! Calendars as other programs write them, and as nobody should.

mod kinds;
mod served;

use super::{event::Event, ics::Calendar, occurrences};
use crate::check::{World, age, check_do_undo, find};
use assent_agent::ToolError;
use assent_protocol::{Effect, Preview};
use jiff::{Zoned, civil, tz::TimeZone};
use serde_json::{Value, json};
use std::{
    fs,
    time::{Duration, Instant},
};

const WORK: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nX-ODD;X=\"a;b:c\":kept\r\n\
BEGIN:VTIMEZONE\r\nTZID:Europe/Warsaw\r\nEND:VTIMEZONE\r\n\
BEGIN:VEVENT\r\nUID:standup\r\nDTSTART;TZID=Europe/Warsaw:20261102T093000\r\nDTEND;TZID=Europe/Warsaw:20261102T094500\r\n\
RRULE:FREQ=WEEKLY;BYDAY=MO,FR;UNTIL=20261231T225959Z\r\nEXDATE;TZID=Europe/Warsaw:20261113T093000\r\nSUMMARY:Stand\\, up\r\n\
ATTENDEE;CN=\"Doe, Jane\":mailto:jane@work.test\r\nDESCRIPTION:A long text that other programs fold over two lines of the\r\n  file\\nand more\r\n\
X-UNKNOWN;P=1:stays\r\nBEGIN:VALARM\r\nTRIGGER:-PT15M\r\nSUMMARY:alarm\r\nEND:VALARM\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:standup\r\nRECURRENCE-ID;TZID=Europe/Warsaw:20261127T093000\r\nDTSTART;TZID=Europe/Warsaw:20261127T110000\r\nDURATION:PT30M\r\nSUMMARY:Stand-up\\, late\r\nEND:VEVENT\r\n\
BEGIN:VEVENT\r\nUID:holiday\r\nDTSTART;VALUE=DATE:20261127\r\nSUMMARY:Holiday\r\nLOCATION:Home\r\nEND:VEVENT\r\n\
END:VCALENDAR\r\n";

fn day(text: &str) -> Zoned {
    text.parse::<civil::Date>().unwrap().to_zoned(TimeZone::get("Europe/Warsaw").unwrap()).unwrap()
}

#[track_caller]
fn check(text: &str, from: &str, to: &str, expected: &[&str]) {
    let calendar = Calendar::read(text).unwrap();
    let events: Vec<Event> = calendar.events.iter().filter_map(Event::read).collect();
    let (found, _) = occurrences::between(&events, &day(from), &day(to));
    let lines: Vec<String> =
        found.iter().map(|one| format!("{} {}", one.at.strftime("%m-%d %H:%M %:z"), one.event.title)).collect();
    assert_eq!(lines, expected);
}

fn one(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nSUMMARY:x\n{lines}\nEND:VEVENT\nEND:VCALENDAR\n")
}

fn lists(world: &World, args: Value) -> Value {
    world.look("calendar.list", args).value
}

#[test]
fn what_repeats_is_expanded_with_its_exceptions() {
    check(
        WORK,
        "2026-11-09",
        "2026-11-28",
        &[
            "11-09 09:30 +01:00 Stand, up",
            "11-16 09:30 +01:00 Stand, up",
            "11-20 09:30 +01:00 Stand, up",
            "11-23 09:30 +01:00 Stand, up",
            "11-27 00:00 +01:00 Holiday",
            "11-27 11:00 +01:00 Stand-up, late",
        ],
    );
    check(WORK, "2027-01-01", "2027-02-01", &[]);
}

#[test]
fn an_hour_on_the_wall_stays_when_the_clocks_change_and_one_that_is_skipped_moves() {
    let weekly = one("DTSTART;TZID=Europe/Warsaw:20261018T023000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY");
    check(
        &weekly,
        "2026-10-18",
        "2026-11-02",
        &["10-18 02:30 +02:00 x", "10-25 02:30 +02:00 x", "11-01 02:30 +01:00 x"],
    );
    // 28 March 2027 has no 2:30.
    check(&weekly, "2027-03-28", "2027-03-29", &["03-28 03:30 +02:00 x"]);
    let elsewhere =
        one("DTSTART;TZID=/freeassociation.sourceforge.net/America/New_York:20261101T083000\nRRULE:FREQ=DAILY;COUNT=2");
    check(&elsewhere, "2026-11-01", "2026-11-03", &["11-01 14:30 +01:00 x", "11-02 14:30 +01:00 x"]);
    check(&one("DTSTART:20261127T140000Z"), "2026-11-27", "2026-11-28", &["11-27 15:00 +01:00 x"]);
}

#[test]
fn events_are_added_changed_and_cancelled_and_all_else_stays_byte_for_byte() {
    let world = World::new();
    let path = world.file("work.ics", WORK);
    let file = world.at("work.ics");
    let add = json!({"title": "Dentist; bring card", "start": "2026-11-27T11:15", "minutes": 30, "where": "Main St. 1", "calendar": file});
    let done = check_do_undo(&world, &world.work, "calendar.add", add.clone());
    assert_eq!(
        done.facts.title,
        "Add “Dentist; bring card” to work.ics: Friday 27 November 2026, 11:15–11:45 (Europe/Warsaw)"
    );
    let Preview::Fields { rows } = &done.facts.preview else { panic!("no fields") };
    let conflicts = rows.iter().find(|(name, _)| name == "At the same time").unwrap();
    assert_eq!(
        conflicts.1,
        "“Holiday”, Friday 27 November 2026\n“Stand-up, late”, Friday 27 November 2026, 11:00–11:30 (Europe/Warsaw)"
    );
    world.act("calendar.add", add);
    let text = fs::read_to_string(&path).unwrap();
    let (before, after) = WORK.split_at(WORK.len() - "END:VCALENDAR\r\n".len());
    assert!(text.starts_with(before) && text.ends_with(after));
    let added = &text[before.len()..text.len() - after.len()];
    assert!(
        added.contains("DTSTART;TZID=Europe/Warsaw:20261127T111500\r\nDTEND;TZID=Europe/Warsaw:20261127T114500\r\n"),
        "{added}"
    );
    assert!(added.contains("SUMMARY:Dentist\\; bring card\r\n"));

    fs::write(&path, WORK).unwrap();
    age(&path);
    let change = json!({"id": "standup", "start": "2026-11-02T10:00", "title": "Daily", "calendar": file});
    check_do_undo(&world, &world.work, "calendar.change", change.clone());
    world.act("calendar.change", change);
    let wanted = WORK
        .replace("DTSTART;TZID=Europe/Warsaw:20261102T093000", "DTSTART;TZID=Europe/Warsaw:20261102T100000")
        .replace("DTEND;TZID=Europe/Warsaw:20261102T094500", "DTEND;TZID=Europe/Warsaw:20261102T101500")
        .replace("EXDATE;TZID=Europe/Warsaw:20261113T093000", "EXDATE;TZID=Europe/Warsaw:20261113T100000")
        .replace("RECURRENCE-ID;TZID=Europe/Warsaw:20261127T093000", "RECURRENCE-ID;TZID=Europe/Warsaw:20261127T100000")
        .replace("SUMMARY:Stand\\, up", "SUMMARY:Daily")
        .replace("END:VALARM\r\nEND:VEVENT", "END:VALARM\r\nSEQUENCE:1\r\nEND:VEVENT")
        .replace("late\r\nEND:VEVENT", "late\r\nSEQUENCE:1\r\nEND:VEVENT");
    assert_eq!(fs::read_to_string(&path).unwrap(), wanted);

    fs::write(&path, WORK).unwrap();
    age(&path);
    world.act("calendar.change", json!({"id": "holiday", "where": "Sea", "calendar": file}));
    assert_eq!(fs::read_to_string(&path).unwrap(), WORK.replace("LOCATION:Home", "LOCATION:Sea\r\nSEQUENCE:1"));

    fs::write(&path, WORK).unwrap();
    age(&path);
    let cancel = json!({"id": "standup", "calendar": file});
    let done = check_do_undo(&world, &world.work, "calendar.cancel", cancel.clone());
    assert_eq!(done.facts.effect, Effect::Delete);
    let Preview::Fields { rows } = &done.facts.preview else { panic!("no fields") };
    assert!(
        rows.iter().any(|(name, value)| name == "People" && value.contains("Doe, Jane <jane@work.test>")),
        "{rows:?}"
    );
    world.act("calendar.cancel", cancel);
    let text = fs::read_to_string(&path).unwrap();
    assert!(!text.contains("standup") && text.contains("UID:holiday") && text.contains("X-ODD;X=\"a;b:c\":kept"));
}

#[test]
fn the_users_own_calendar_begins_with_its_first_event_and_is_listed() {
    let world = World::new();
    fs::create_dir(&world.place.notes).unwrap();
    let notes = world.place.notes.clone();
    age(&notes);
    assert_eq!(lists(&world, json!({"from": "2026-11-27"}))["events"], json!([]));
    let add = json!({"title": "Dentist", "start": "2026-11-27T15:00"});
    let done = check_do_undo(&world, &notes, "calendar.add", add.clone());
    assert_eq!(done.facts.effect, Effect::Create);
    world.act("calendar.add", add);
    world.act(
        "calendar.add",
        json!({"title": "Gym", "start": "2026-11-24T18:00+01:00[Europe/Warsaw]", "repeat": "FREQ=WEEKLY"}),
    );
    world.act("calendar.add", json!({"title": "Trip", "start": "2026-11-27"}));
    let listed = lists(&world, json!({"from": "2026-11-27", "to": "2026-12-02"}));
    let events: Vec<String> = listed["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {}", one["title"], one["start"], one["end"]))
        .collect();
    assert_eq!(
        events,
        [
            r#""Trip" "2026-11-27" "2026-11-28""#,
            r#""Dentist" "2026-11-27T15:00:00+01:00[Europe/Warsaw]" "2026-11-27T16:00:00+01:00[Europe/Warsaw]""#,
            r#""Gym" "2026-12-01T18:00:00+01:00[Europe/Warsaw]" "2026-12-01T19:00:00+01:00[Europe/Warsaw]""#,
        ]
    );
    let id = listed["events"][1]["id"].as_str().unwrap();
    world.act("calendar.cancel", json!({ "id": id }));
    assert_eq!(lists(&world, json!({"from": "2026-11-27"}))["events"].as_array().unwrap().len(), 1);
}

#[test]
fn an_invitation_is_what_others_wrote() {
    let world = World::new();
    world.file("work.ics", WORK);
    let listed = world.look("calendar.list", json!({"from": "2026-11-23", "calendar": world.at("work.ics")}));
    assert_eq!(listed.untrusted.as_deref(), Some("the invitations in the calendar"));
    let own = world.look("calendar.list", json!({"from": "2026-11-28", "calendar": world.at("work.ics")}));
    assert_eq!(own.untrusted, None);
}

#[test]
fn nonsense_is_refused_or_left_alone() {
    let world = World::new();
    let list = |name: &str| {
        let args = json!({"from": "2026-11-27", "to": "2026-12-27", "calendar": world.at(name)});
        let facts = world.describe("calendar.list", args.clone())?;
        find("calendar.list").run(&args, &facts, &world.place)
    };
    for (name, text) in
        [("a.ics", "no calendar"), ("b.ics", "BEGIN:VEVENT\nEND:VEVENT\n"), ("c.ics", "<html>"), ("d.txt", WORK)]
    {
        world.file(name, text);
        assert!(list(name).is_err(), "{name}");
    }
    fs::write(world.work.join("bytes.ics"), [0xff, 0xfe, 0]).unwrap();
    assert!(matches!(list("bytes.ics"), Err(ToolError::Failed(_))));
    fs::write(world.work.join("big.ics"), vec![b'A'; 50_000_000]).unwrap();
    assert!(matches!(list("big.ics"), Err(ToolError::Failed(_))));
    for lines in ["DTSTART:tomorrow", "DTSTART:20261341T990000", "DTSTART", "X:y", "BEGIN:VALARM", "END:VALARM"] {
        world.file("odd.ics", &one(lines));
        let output = list("odd.ics").unwrap();
        assert_eq!((&output.value["events"], &output.value["unreadable"]), (&json!([]), &json!(1)), "{lines}");
    }
    world.file("zone.ics", &one("DTSTART;TZID=Mars/Olympus:20261127T100000"));
    let listed = list("zone.ics").unwrap().value;
    assert_eq!(listed["events"][0]["start"], "2026-11-27T10:00:00+01:00[Europe/Warsaw]");
    assert!(listed["events"][0]["note"].as_str().unwrap().contains("Mars/Olympus"));
    world.file("folds.ics", &one(&format!("DTSTART:20261127T100000Z\nSUMMARY:{}", "\n x".repeat(100_000))));
    assert_eq!(list("folds.ics").unwrap().value["events"].as_array().unwrap().len(), 1);
}

#[test]
fn a_rule_that_never_ends_is_cut_short_and_a_calendar_of_them_is_listed_in_good_time() {
    let world = World::new();
    let rules = [
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=HOURLY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYSETPOS=-366;BYDAY=MO",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=DAILY;COUNT=99999999999",
        "FREQ=NEVER",
        "",
    ];
    let mut text = "BEGIN:VCALENDAR\n".to_owned();
    for n in 0..2_000 {
        let rule = rules[n % rules.len()];
        text.push_str(&format!("BEGIN:VEVENT\nUID:{n}\nDTSTART:19700101T000000Z\nRRULE:{rule}\nEND:VEVENT\n"));
    }
    text.push_str("END:VCALENDAR\n");
    world.file("evil.ics", &text);
    let began = Instant::now();
    let listed = lists(&world, json!({"from": "2026-11-27", "to": "2028-11-26", "calendar": world.at("evil.ics")}));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!((&listed["truncated"], listed["events"].as_array().unwrap().len()), (&json!(true), 100));
    for args in [
        json!({"title": "x", "start": "2026-11-27T10:00", "repeat": "FREQ=SECONDLY"}),
        json!({"title": "x", "start": "2026-11-27T10:00", "repeat": "FREQ=DAILY\nATTENDEE:mailto:a@b.test"}),
        json!({"title": " ", "start": "2026-11-27T10:00"}),
        json!({"title": "x", "start": "soon"}),
        json!({"title": "x", "start": "2026-02-30"}),
        json!({"title": "x", "start": "2026-11-27", "minutes": 5}),
        json!({"title": "x", "start": "2026-11-27T10:00", "calendar": "/etc/passwd"}),
    ] {
        assert!(world.describe("calendar.add", args.clone()).is_err(), "{args}");
    }
    // Nothing that a call says makes a line of its own.
    fs::create_dir(&world.place.notes).unwrap();
    world.act(
        "calendar.add",
        json!({"title": "a\nATTENDEE:mailto:x@y.test", "start": "2026-11-27T10:00", "where": "b\r\nEND:VEVENT"}),
    );
    let text = fs::read_to_string(world.place.notes.join("Calendar.ics")).unwrap();
    assert!(!text.contains("\r\nATTENDEE") && text.matches("\r\nEND:VEVENT").count() == 1, "{text}");
}
