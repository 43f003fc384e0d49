//! Goals about the calendar and about pages of the web.

use super::{check, check_says};

#[test]
fn events_are_added_listed_and_cancelled() {
    for goal in [
        "add to calendar: dentist friday 3pm for 1 hour",
        "Please add dentist to my calendar on friday at 15:00 for 60 minutes.",
        "put dentist on the calendar friday 3pm for an hour",
        "add dentist friday 3pm for 1 hour to my calendar",
    ] {
        check(goal, &[r#"calendar.add {"title":"dentist","start":"2026-11-27T15:00","minutes":60}"#]);
    }
    check(
        "add lunch with Ola, Jan and Ewa to my calendar tomorrow at noon",
        &[r#"calendar.add {"title":"lunch with Ola, Jan and Ewa","start":"2026-11-23T12:00"}"#],
    );
    check(
        "add to my calendar: trip to Rome 24 December",
        &[r#"calendar.add {"title":"trip to Rome","start":"2026-12-24"}"#],
    );
    check_says("add dentist to my calendar friday for 1 hour", &["needs a time of day"]);
    for goal in ["what is on my calendar tomorrow?", "show my calendar for next week", "what's on my agenda today"] {
        check_says(goal, &["3 events from 2026-11-2", "Friday 27 November 2026, 15:00 (Europe/Warsaw): Dentist"]);
    }
    check("cancel dentist on my calendar", &[r#"calendar.cancel {"id":"e1"}"#]);
    check_says("take team off my calendar", &["Several events have “team”", "Team lunch"]);
}

#[test]
fn a_page_is_read_noted_or_saved() {
    for goal in [
        "read https://example.org/hours?day=1.",
        "What does https://example.org/hours?day=1 say?",
        "please show me the page https://example.org/hours?day=1",
    ] {
        check_says(goal, &["Opening hours (https://example.org/hours?day=1):\nOpen from 9\\u{202e} to 17"]);
    }
    let text = r"https://example.org/\n\nOpen from 9\u{202e} to 17\n";
    let note =
        |title: &str| format!(r#"notes.add {{"title":"{title}","text":"{text}"}}"#).replace("\\u{202e}", "\u{202e}");
    for goal in
        ["read https://example.org/ and note it", "save https://example.org/ as a note", "save https://example.org/"]
    {
        check(goal, &[&note("Opening hours")]);
    }
    check("save the page https://example.org/ to my notes called Shop", &[&note("Shop")]);
    let write =
        format!(r#"files.write {{"path":"~/Downloads/shop.md","text":"{text}"}}"#).replace("\\u{202e}", "\u{202e}");
    check("save https://example.org/ to ~/Downloads/shop.md", &[&write]);
}
