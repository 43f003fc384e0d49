//! The table of times: words, seen from one moment, and what they must mean.

use super::*;

fn at(now: &str, zone: &str, text: &str) -> String {
    let now = now.parse::<Timestamp>().unwrap().as_millisecond();
    when(text, now, zone).map_or_else(|sentence| sentence, |at| at.to_string())
}

#[track_caller]
fn check(table: &[(&str, &str)]) {
    // A Sunday, 20:00 in Warsaw.
    for (text, expected) in table {
        assert_eq!(at("2026-11-22T19:00:00Z", "Europe/Warsaw", text), format!("{expected}[Europe/Warsaw]"), "{text}");
    }
}

#[test]
fn a_day_and_a_time_in_plain_words_is_one_moment() {
    check(&[
        ("tomorrow at 9am", "2026-11-23T09:00:00+01:00"),
        ("tomorrow 9 am", "2026-11-23T09:00:00+01:00"),
        ("at 9 tomorrow", "2026-11-23T09:00:00+01:00"),
        ("tomorrow", "2026-11-23T09:00:00+01:00"),
        ("tomorrow morning", "2026-11-23T09:00:00+01:00"),
        ("tomorrow evening at 7", "2026-11-23T19:00:00+01:00"),
        ("the day after tomorrow at noon", "2026-11-24T12:00:00+01:00"),
        ("next friday noon", "2026-11-27T12:00:00+01:00"),
        ("friday", "2026-11-27T09:00:00+01:00"),
        ("on Friday at 3:15 pm", "2026-11-27T15:15:00+01:00"),
        ("monday 9:30", "2026-11-23T09:30:00+01:00"),
        ("monday 9.30", "2026-11-23T09:30:00+01:00"),
        ("sunday at 10", "2026-11-29T10:00:00+01:00"),
        ("on 24 December at 18:00", "2026-12-24T18:00:00+01:00"),
        ("December 24 at 6pm", "2026-12-24T18:00:00+01:00"),
        ("on the 24th of december", "2026-12-24T09:00:00+01:00"),
        ("Thursday, 24 December, 18:00", "2026-12-24T18:00:00+01:00"),
        ("2026-12-24 18:00", "2026-12-24T18:00:00+01:00"),
        ("24 Dec 2027", "2027-12-24T09:00:00+01:00"),
        ("3 March", "2027-03-03T09:00:00+01:00"),
        ("tonight at 10", "2026-11-22T22:00:00+01:00"),
        ("tonight at 8:30pm", "2026-11-22T20:30:00+01:00"),
        ("today at 21:00", "2026-11-22T21:00:00+01:00"),
        ("at noon", "2026-11-23T12:00:00+01:00"),
        ("at 15:00", "2026-11-23T15:00:00+01:00"),
        ("at 21:00", "2026-11-22T21:00:00+01:00"),
        ("at midnight", "2026-11-23T00:00:00+01:00"),
        ("at half past nine", "2026-11-22T21:30:00+01:00"),
        ("at quarter to nine tomorrow", "2026-11-23T08:45:00+01:00"),
        ("9 o'clock", "2026-11-22T21:00:00+01:00"),
        ("at 7", "2026-11-23T07:00:00+01:00"),
        ("tonight at 12:30", "2026-11-23T00:30:00+01:00"),
        ("tonight at midnight", "2026-11-23T00:00:00+01:00"),
        ("tomorrow night at 12", "2026-11-24T00:00:00+01:00"),
        ("tomorrow evening at 12:15", "2026-11-24T00:15:00+01:00"),
        ("tomorrow afternoon at 12", "2026-11-23T12:00:00+01:00"),
        ("a quarter past 9pm", "2026-11-22T21:15:00+01:00"),
        ("next sunday", "2026-11-29T09:00:00+01:00"),
        ("next wednesday @ 3pm", "2026-11-25T15:00:00+01:00"),
        ("next week", "2026-11-29T09:00:00+01:00"),
    ]);
}

#[test]
fn a_length_of_time_counts_from_now() {
    check(&[
        ("in 2 hours", "2026-11-22T22:00:00+01:00"),
        ("in 20 minutes", "2026-11-22T20:20:00+01:00"),
        ("in an hour", "2026-11-22T21:00:00+01:00"),
        ("in half an hour", "2026-11-22T20:30:00+01:00"),
        ("in 2 hours and 30 minutes", "2026-11-22T22:30:00+01:00"),
        ("in 90min", "2026-11-22T21:30:00+01:00"),
        ("in 3 days", "2026-11-25T20:00:00+01:00"),
        ("in 3 days at 10:00", "2026-11-25T10:00:00+01:00"),
        ("in two weeks", "2026-12-06T20:00:00+01:00"),
        ("9", "2026-11-22T21:00:00+01:00"),
        ("three hours", "2026-11-22T23:00:00+01:00"),
        ("in a month", "2026-12-22T20:00:00+01:00"),
        ("2 weeks from now", "2026-12-06T20:00:00+01:00"),
    ]);
}

#[test]
fn a_change_of_the_clocks_neither_loses_nor_doubles_a_reminder() {
    // Warsaw 2027: 02:00 becomes 03:00 on 28 March; 03:00 becomes 02:00 on 31 October.
    let spring = "2027-03-27T20:00:00Z";
    assert_eq!(at(spring, "Europe/Warsaw", "tomorrow at 02:30"), "2027-03-28T03:30:00+02:00[Europe/Warsaw]");
    assert_eq!(at(spring, "Europe/Warsaw", "tomorrow at 9am"), "2027-03-28T09:00:00+02:00[Europe/Warsaw]");
    assert_eq!(at(spring, "Europe/Warsaw", "in 24 hours"), "2027-03-28T22:00:00+02:00[Europe/Warsaw]");
    assert_eq!(at(spring, "Europe/Warsaw", "in 1 day"), "2027-03-28T21:00:00+02:00[Europe/Warsaw]");
    let autumn = "2027-10-30T20:00:00Z";
    assert_eq!(at(autumn, "Europe/Warsaw", "tomorrow at 02:30"), "2027-10-31T02:30:00+02:00[Europe/Warsaw]");
    assert_eq!(at(autumn, "America/New_York", "tomorrow at 9am"), "2027-10-31T09:00:00-04:00[America/New_York]");
}

#[test]
fn a_leap_day_is_the_next_one_or_not_understood() {
    assert_eq!(at("2027-12-01T00:00:00Z", "UTC", "29 February"), "2028-02-29T09:00:00+00:00[UTC]");
    assert!(at("2026-11-22T19:00:00Z", "UTC", "31 June").contains("31 June"));
}

#[test]
fn a_time_that_is_past_is_refused_with_a_sentence() {
    let sentence = at("2026-11-22T19:00:00Z", "Europe/Warsaw", "today at 9am");
    assert!(sentence.contains("past") && sentence.contains("22 November 2026, 09:00"), "{sentence}");
    assert!(at("2026-11-22T19:00:00Z", "Europe/Warsaw", "2020-01-01").contains("past"));
    // Exactly now is past: the reminder could not fire after it was approved.
    assert!(at("2026-11-22T19:00:00Z", "Europe/Warsaw", "tonight").contains("past"));
}

#[test]
fn words_that_are_no_time_are_not_guessed_at() {
    for text in [
        "",
        "soon",
        "Friday 25 December 2026 at 26:00",
        "Monday 24 December 2026",
        "in 4 years at 5pm",
        "friday friday",
        "25:00",
        "13pm",
        "tomorrow maybe",
        "in 2 hours at noon",
        "today",
        "on",
        "noon noon",
        "tomorrow morning at 12",
        "tonight at 2",
        "tomorrow evening at 9am",
    ] {
        assert!(when(text, 0, "UTC").is_err(), "{text}");
    }
    assert!(when("tomorrow", 0, "Europe/Atlantis").unwrap_err().contains("Europe/Atlantis"));
    assert!(when("in 99999 years", 0, "UTC").is_err());
}

#[test]
fn a_repeating_time_is_named_as_such() {
    for text in [
        "every day at 9",
        "every monday",
        "each morning",
        "daily",
        "weekly on friday",
        "every 2 hours",
        "every weekday at 9am",
    ] {
        assert!(repeats(text), "{text}");
        assert!(when(text, 0, "UTC").unwrap_err().contains("repeat"), "{text}");
    }
    assert!(!repeats("every file") && !repeats("everything"));
}
