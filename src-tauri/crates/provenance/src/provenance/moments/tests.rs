//! The same days, times, lengths and numbers in the notations of people and of tools.

use super::*;

fn read(text: &str) -> Moments {
    let mut read = Moments::default();
    read.add(&text.to_lowercase());
    read
}

#[test]
fn a_number_is_one_in_every_notation() {
    for text in ["1200", "1,200", "1,200.00", "1.200,00", "$1200.0", "1'200", "€1.200"] {
        assert!(numbers(text).contains(&12_000_000), "{text}: {:?}", numbers(text));
    }
    assert_eq!(numbers("98.7"), numbers("98.70"));
    assert!(numbers("US133000000121212121212").is_empty());
}

#[test]
fn a_day_is_one_in_every_notation() {
    for text in ["2024-05-15", "May 15th, 2024", "15 May 2024", "on the 15th of May, 2024", "15.05.2024", "5/15/2024"] {
        assert!(read(text).has_day(Day { year: Some(2024), month: 5, day: 15 }), "{text}: {:?}", read(text).days);
    }
    assert!(read("on june 13 we go").has_day(Day { year: Some(2024), month: 6, day: 13 }));
}

#[test]
fn a_time_and_a_length_are_read_in_words_and_figures() {
    for text in ["10:00", "10 am", "10am", "at 10:00:00", "2024-05-20t10:00"] {
        assert!(read(text).minutes.contains(&600), "{text}");
    }
    assert!(read("at 3:30 pm").minutes.contains(&930));
    for text in ["1-hour", "for one hour", "60 minutes", "an hour"] {
        assert!(read(text).lengths.contains(&60), "{text}");
    }
    assert!(read("half an hour").lengths.contains(&30));
    assert!(read("2024-05-19 at 10:00").moments.contains(&(Day { year: Some(2024), month: 5, day: 19 }, 600)));
}

#[test]
fn a_day_follows_from_a_day_and_a_number_of_days() {
    let read = read("from November 28, 2024, for 5 nights");
    let day = |month, day| Day { year: Some(2024), month, day };
    assert!(read.counted_to(day(12, 3)) && read.counted_to(day(12, 2)) && !read.counted_to(day(12, 4)));
}

#[test]
fn only_a_value_that_is_nothing_else_is_a_moment() {
    let day = Day { year: Some(2024), month: 5, day: 19 };
    assert_eq!(moment("2024-05-19 13:00"), Some((Some(day), Some(780))));
    assert_eq!(moment("2024-05-19"), Some((Some(day), None)));
    assert_eq!(moment("2024-05-19T13:00:00Z"), Some((Some(day), Some(780))));
    for other in ["meet at 13:00 by the door", "24", "Anna", "1,200.00"] {
        assert_eq!(moment(other), None, "{other}");
    }
}

#[test]
fn between_dots_the_day_stands_first() {
    let day = |month, day| Day { year: Some(2026), month, day };
    let read = read("on 3.12.2026 or 3/4/2026");
    assert!(read.has_day(day(12, 3)) && !read.has_day(day(3, 12)));
    assert!(read.has_day(day(4, 3)) && read.has_day(day(3, 4)));
}

#[test]
fn a_length_is_the_same_in_every_unit() {
    let read = read("for two weeks, 90 minutes a day");
    for (count, unit) in [(14.0, 1440.0), (336.0, 60.0), (1.5, 60.0), (5400.0, 1.0 / 60.0)] {
        assert!(read.lasts(count, unit), "{count} of {unit} minutes");
    }
    assert!(!read.lasts(0.0, 1440.0) && !read.lasts(365.0, 1440.0));
}
