//! Calendars as people met them elsewhere, kind by kind: what can be read is read as it is meant, what cannot is counted.

use super::*;
use crate::calendar::ics::decoded;

const NEW_YORK: &str = "BEGIN:STANDARD\nDTSTART:16010101T020000\nTZOFFSETFROM:-0400\nTZOFFSETTO:-0500\n\
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:16010101T020000\n\
TZOFFSETFROM:-0500\nTZOFFSETTO:-0400\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3\nEND:DAYLIGHT\n";

fn zoned(name: &str, parts: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:{name}\n{parts}END:VTIMEZONE\nBEGIN:VEVENT\nUID:a\nSUMMARY:x\n{lines}\n\
         END:VEVENT\nEND:VCALENDAR\n"
    )
}

#[test]
fn a_zone_is_what_the_calendar_says_that_it_is() {
    for name in ["Eastern Standard Time", "Customized Time Zone", "Mars/Base", "(UTC-05:00) Eastern Time", "1"] {
        let at = |time: &str| zoned(name, NEW_YORK, &format!("DTSTART;TZID=\"{name}\":{time}"));
        check(&at("20261203T130000"), "2026-12-03", "2026-12-04", &["12-03 19:00 +01:00 x"]);
        check(&at("20260703T130000"), "2026-07-03", "2026-07-04", &["07-03 19:00 +02:00 x"]);
        // The clocks of New York change a week after those of Warsaw, and two weeks before.
        check(&at("20261028T130000"), "2026-10-28", "2026-10-29", &["10-28 18:00 +01:00 x"]);
        check(&at("20270316T130000"), "2027-03-16", "2027-03-17", &["03-16 18:00 +01:00 x"]);
    }
    // One part only, seconds in an offset, rules with an end, lists without a rule, an end before the definition.
    let fixed = "BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\n";
    let tea = zoned("Tea", fixed, "DTSTART;TZID=Tea:20261203T130000");
    check(&tea, "2026-12-03", "2026-12-04", &["12-03 08:30 +01:00 x"]);
    let ended = "BEGIN:DAYLIGHT\nDTSTART:20000101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0300\n\
        RRULE:FREQ=YEARLY;UNTIL=20101231T210000Z\nEND:DAYLIGHT\nBEGIN:STANDARD\nDTSTART:20110601T000000\n\
        TZOFFSETFROM:+0300\nTZOFFSETTO:+0200\nRDATE:20120601T000000\nEND:STANDARD\n";
    let late = zoned("Ended", ended, "DTSTART;TZID=Ended:20261203T130000");
    check(&late, "2026-12-03", "2026-12-04", &["12-03 12:00 +01:00 x"]);
    // A definition that says nothing leaves the name, and one that stands behind the event counts as well.
    check(
        &zoned("Asia/Tokyo", "", "DTSTART;TZID=Asia/Tokyo:20261203T130000"),
        "2026-12-03",
        "2026-12-04",
        &["12-03 05:00 +01:00 x"],
    );
    check(
        &zoned("X", "X-LIC-LOCATION:Asia/Tokyo\n", "DTSTART;TZID=X:20261203T130000"),
        "2026-12-03",
        "2026-12-04",
        &["12-03 05:00 +01:00 x"],
    );
    let behind = one("DTSTART;TZID=Late:20261203T130000")
        .replace("END:VCALENDAR\n", &format!("BEGIN:VTIMEZONE\nTZID:Late\n{NEW_YORK}END:VTIMEZONE\nEND:VCALENDAR\n"));
    check(&behind, "2026-12-03", "2026-12-04", &["12-03 19:00 +01:00 x"]);
}

#[test]
fn a_zone_that_is_only_named_is_found_by_the_names_that_programs_use() {
    for (name, hour) in [
        ("Eastern Standard Time", "19:00"),
        ("W. Europe Standard Time", "13:00"),
        ("tokyo standard time", "05:00"),
        ("/citadel.org/20210210_1/America/Argentina/Buenos_Aires", "17:00"),
        ("/mozilla.org/20050126_1/Europe/Berlin", "13:00"),
        ("UTC", "14:00"),
        ("Etc/UTC", "14:00"),
        ("GMT", "14:00"),
        ("UTC+05:30", "08:30"),
        ("GMT-0300", "17:00"),
    ] {
        let text = one(&format!("DTSTART;TZID=\"{name}\":20261203T130000"));
        check(&text, "2026-12-03", "2026-12-04", &[&format!("12-03 {hour} +01:00 x")]);
    }
}

#[test]
fn an_end_in_another_zone_and_every_form_of_a_length_is_read() {
    let ends = |lines: &str| {
        let text = one(lines);
        let calendar = Calendar::read(&text).unwrap();
        let event = Event::read(&calendar.events[0]).unwrap();
        let own = TimeZone::get("Europe/Warsaw").unwrap();
        event.end.moment(&own).unwrap().strftime("%m-%d %H:%M").to_string()
    };
    let at = "DTSTART;TZID=Europe/Warsaw:20261203T130000\n";
    for (line, wanted) in [
        ("DTEND:20261203T130000Z", "12-03 14:00"),
        ("DTEND;TZID=America/New_York:20261203T090000", "12-03 15:00"),
        ("DTEND;TZID=Asia/Tokyo:20261203T230000", "12-03 15:00"),
        ("DTEND;VALUE=DATE:20261204", "12-04 00:00"),
        ("DURATION:PT1H30M", "12-03 14:30"),
        ("DURATION:P1DT2H", "12-04 15:00"),
        ("DURATION:P1W", "12-10 13:00"),
        ("DURATION:+PT15M", "12-03 13:15"),
        ("DURATION:-PT15M", "12-03 13:00"),
        ("DURATION:PT0S", "12-03 13:00"),
        ("X:y", "12-03 13:00"),
    ] {
        assert_eq!(ends(&format!("{at}{line}")), wanted, "{line}");
    }
    let flight = "DTSTART;TZID=Asia/Tokyo:20261203T100000\nDTEND;TZID=America/New_York:20261203T090000";
    assert_eq!(ends(flight), "12-03 15:00");
    assert_eq!(ends("DTSTART;VALUE=DATE:20261203\nDTEND;VALUE=DATE:20261205"), "12-05 00:00");
    assert_eq!(ends("DTSTART;VALUE=DATE:20261203T000000"), "12-04 00:00");
    // All day, over a change of the clocks.
    assert_eq!(ends("DTSTART;VALUE=DATE:20261024\nDURATION:P3D"), "10-27 00:00");
}

#[test]
fn what_is_left_out_besides_or_instead_is_found_in_every_form() {
    let series = |lines: &str| {
        one(&format!(
            "DTSTART;TZID=Europe/Vienna:20261101T100000\nDTEND;TZID=Europe/Vienna:20261101T150000\nRRULE:FREQ=WEEKLY;BYDAY=SU\n{lines}"
        ))
    };
    for lines in [
        "EXDATE;VALUE=DATE:20261206",
        "EXDATE:20261206",
        "EXDATE:20261206T090000Z",
        "EXDATE;TZID=America/New_York:20261206T040000",
        "EXDATE:20261206T100000",
        "EXDATE;TZID=Europe/Vienna:20261129T110000,20261206T100000",
        "EXDATE;VALUE=DATE:20261207\nEXDATE;VALUE=DATE:20261206",
    ] {
        check(&series(lines), "2026-12-05", "2026-12-08", &[]);
        check(&series(lines), "2026-12-12", "2026-12-15", &["12-13 10:00 +01:00 x"]);
    }
    let days = one("DTSTART;VALUE=DATE:20261206\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20261207T000000");
    check(&days, "2026-12-05", "2026-12-10", &["12-06 00:00 +01:00 x", "12-08 00:00 +01:00 x"]);
    for lines in ["RDATE:20261207T090000Z", "RDATE;VALUE=DATE:20261207", "RDATE;VALUE=PERIOD:20261207T090000Z/PT5H"] {
        check(&series(lines), "2026-12-07", "2026-12-08", &["12-07 10:00 +01:00 x"]);
    }
    let instead = |line: &str, start: &str| {
        series("").replace(
            "END:VCALENDAR",
            &format!("BEGIN:VEVENT\nUID:a\n{line}\nDTSTART;TZID=Europe/Vienna:{start}\nDURATION:PT1H\nSUMMARY:y\nEND:VEVENT\nEND:VCALENDAR"),
        )
    };
    for line in [
        "RECURRENCE-ID;TZID=Europe/Vienna:20261206T100000",
        "RECURRENCE-ID:20261206T090000Z",
        "RECURRENCE-ID;TZID=America/New_York:20261206T040000",
        "RECURRENCE-ID;VALUE=DATE:20261206",
    ] {
        let text = instead(line, "20261207T120000");
        check(&text, "2026-12-06", "2026-12-14", &["12-07 12:00 +01:00 y", "12-13 10:00 +01:00 x"]);
    }
    let onward = instead("RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Vienna:20261206T100000", "20261206T120000");
    check(
        &onward,
        "2026-11-29",
        "2026-12-14",
        &["11-29 10:00 +01:00 x", "12-06 12:00 +01:00 y", "12-13 12:00 +01:00 y"],
    );
    let odd = series("").replace("BYDAY=SU", "byday=su; ;X-A=1;RSCALE=GREGORIAN;");
    check(&odd, "2026-12-06", "2026-12-07", &["12-06 10:00 +01:00 x"]);
}

#[test]
fn a_text_is_read_however_its_lines_end_and_whatever_it_lacks() {
    let whole = one("DTSTART:20261203T130000Z\nDESCRIPTION:a b\n c");
    let events = ["12-03 14:00 +01:00 x"];
    for text in [
        whole.replace('\n', "\r\n"),
        whole.replace('\n', "\r"),
        whole.replace('\n', "\r\r\n"),
        whole.replace('\n', "\n\n"),
        format!("\u{feff}{whole}"),
        whole.replace("END:VCALENDAR\n", ""),
        whole.replace("END:VEVENT\n", ""),
        whole.replace("BEGIN:VCALENDAR\n", ""),
        whole.replace("END:VEVENT\n", "BEGIN:VALARM\nTRIGGER:x\nEND:VEVENT\n"),
        whole.replace("END:VCALENDAR\n", "BEGIN:VEVENT\nUID:b\nDTSTART:20261203T1500"),
        whole.replace("BEGIN:VEVENT", "BEGIN:VEVENT\nUID:b\nDTSTART:20261101T130000Z\nBEGIN:VEVENT"),
    ] {
        check(&text, "2026-12-03", "2026-12-04", &events);
    }
    let read = |text: &str| {
        let calendar = Calendar::read(text).unwrap();
        (calendar.events.len(), calendar.broken, calendar.cut)
    };
    assert_eq!(read(&whole), (1, 0, false));
    assert_eq!(read(&whole.replace("END:VCALENDAR\n", "")), (1, 0, true));
    assert_eq!(read(&whole[..whole.len() - 30]), (0, 1, true));
    assert!(Calendar::read("BEGIN:VEVENT\nEND:VEVENT\n").is_none());
}

#[test]
fn a_letter_that_is_folded_in_the_middle_is_whole_again_and_nothing_else_changes() {
    let text = "SUMMARY:Zażółć 文字 🦀\r\nX:y\r\n";
    let bytes = text.as_bytes();
    for newline in ["\r\n ", "\n ", "\r\n\t"] {
        for at in 9..bytes.len() - 6 {
            let cut = [&bytes[..at], newline.as_bytes(), &bytes[at..]].concat();
            let (read, foreign) = decoded(&cut);
            assert!(!foreign, "{at}");
            assert_eq!(read.replace(newline, ""), text, "{at}");
        }
    }
    let latin = b"BEGIN:VCALENDAR\nSUMMARY:Caf\xe9\nEND:VCALENDAR\n";
    assert_eq!(decoded(latin), ("BEGIN:VCALENDAR\nSUMMARY:Café\nEND:VCALENDAR\n".into(), true));
    let said = b"SUMMARY;CHARSET=ISO-8859-2:za\xbf";
    assert_eq!(decoded(said).0, "SUMMARY;CHARSET=ISO-8859-2:zaż");
    let wide: Vec<u8> = "\u{feff}SUMMARY:ż".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(decoded(&wide).0, "SUMMARY:ż");
}

#[test]
fn a_list_says_what_it_could_not_read_and_an_old_encoding_is_only_read() {
    let world = World::new();
    let cut = one("DTSTART:20261203T130000Z").replace("END:VCALENDAR\n", "BEGIN:VEVENT\nUID:b\nDTSTART:2026");
    world.file("cut.ics", &cut);
    let list = |name: &str| lists(&world, json!({"from": "2026-12-03", "calendar": world.at(name)}));
    let listed = list("cut.ics");
    assert_eq!(
        (listed["events"].as_array().unwrap().len(), &listed["unreadable"], &listed["truncated"]),
        (1, &json!(1), &json!(true))
    );
    // An event is added before the one that is not whole.
    world.act("calendar.add", json!({"title": "New", "start": "2026-12-03T18:00", "calendar": world.at("cut.ics")}));
    assert_eq!(list("cut.ics")["events"].as_array().unwrap().len(), 2);
    assert!(fs::read_to_string(world.work.join("cut.ics")).unwrap().ends_with("DTSTART:2026"));
    fs::write(
        world.work.join("old.ics"),
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART:20261203T130000Z\nSUMMARY:Caf\xe9\nEND:VEVENT\nEND:VCALENDAR\n",
    )
    .unwrap();
    assert_eq!(list("old.ics")["events"][0]["title"], "Café");
    let change = json!({"id": "a", "title": "x", "calendar": world.at("old.ics")});
    assert!(
        matches!(world.describe("calendar.change", change), Err(ToolError::Failed(why)) if why.contains("old encoding"))
    );
}

const TEAM: &str = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTAMP:20261101T000000Z\nUID:s1\nDTSTART;TZID=Europe/Warsaw:20261102T100000\n\
DTEND;TZID=Europe/Warsaw:20261102T110000\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;TZID=Europe/Warsaw:20261207T100000\nSUMMARY:Team\nEND:VEVENT\n\
BEGIN:VEVENT\nDTSTAMP:20261101T000000Z\nUID:s1\nSEQUENCE:3\nRECURRENCE-ID;TZID=Europe/Warsaw:20261214T100000\n\
DTSTART;TZID=Europe/Warsaw:20261214T150000\nDTEND;TZID=Europe/Warsaw:20261214T160000\nSUMMARY:Team (afternoon)\nEND:VEVENT\nEND:VCALENDAR\n";

#[test]
fn a_series_that_moves_takes_its_exceptions_along() {
    let moved = |text: &str, start: &str| {
        let world = World::new();
        let path = world.file("team.ics", text);
        world.act("calendar.change", json!({"id": "s1", "start": start, "calendar": world.at("team.ics")}));
        fs::read_to_string(path).unwrap()
    };
    for exception in
        ["EXDATE;TZID=Europe/Warsaw:20261207T100000", "EXDATE:20261207T090000Z", "EXDATE;VALUE=DATE:20261207"]
    {
        let text = TEAM.replace("EXDATE;TZID=Europe/Warsaw:20261207T100000", exception);
        for (start, first, third) in [
            ("2026-11-02T09:00", "11-30 09:00", "12-21 09:00"),
            ("2026-11-03T11:00", "12-01 11:00", "12-22 11:00"),
            ("2026-11-24T11:00", "12-01 11:00", "12-22 11:00"),
            ("2026-11-01T11:00", "11-29 11:00", "12-20 11:00"),
        ] {
            let text = moved(&text, start);
            let (first, third) = (format!("{first} +01:00 Team"), format!("{third} +01:00 Team"));
            check(&text, "2026-11-29", "2026-12-24", &[&first, "12-14 15:00 +01:00 Team (afternoon)", &third]);
            assert!(
                text.contains("SEQUENCE:1\n") && text.contains("SEQUENCE:4\n") && !text.contains("DTSTAMP:20261101"),
                "{text}"
            );
        }
    }
    // A rule that names days of the month moves with them, or is asked about.
    let monthly = |rule: &str| TEAM.replace("FREQ=WEEKLY;BYDAY=MO", rule);
    assert!(moved(&monthly("FREQ=MONTHLY;BYDAY=1MO"), "2026-11-10T10:00").contains("RRULE:FREQ=MONTHLY;BYDAY=2TU\n"));
    assert!(
        moved(&monthly("FREQ=MONTHLY;BYMONTHDAY=2"), "2026-11-10T10:00").contains("RRULE:FREQ=MONTHLY;BYMONTHDAY=10\n")
    );
    assert!(moved(&monthly("FREQ=WEEKLY;BYDAY=MO,FR"), "2026-11-03T10:00").contains("BYDAY=TU,SA\n"));
    let until = |end: &str| monthly(&format!("FREQ=WEEKLY;UNTIL={end}"));
    assert!(moved(&until("20261228T090000Z"), "2026-11-03T15:00").contains("UNTIL=20261229T140000Z\n"));
    assert!(moved(&until("20261228T225959Z"), "2026-11-02T15:00").contains("UNTIL=20261228T225959Z\n"));
    let world = World::new();
    world.file("team.ics", &monthly("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"));
    let change = json!({"id": "s1", "start": "2026-11-03T10:00", "calendar": world.at("team.ics")});
    assert!(
        matches!(world.describe("calendar.change", change), Err(ToolError::BadInput(why)) if why.contains("cannot be moved"))
    );
}
