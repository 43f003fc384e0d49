//! Requests in words that the grammar does not know: they are read, asked about, and done.

use super::{drive, lines, result, user};
use crate::*;
use assent_protocol::Status;
use serde_json::json;

// What is proposed for `goal` when each question gets `answer`.
#[track_caller]
fn after(goal: &str, answer: &str) -> (Vec<String>, Reply) {
    let (reply, mut turns) = drive(vec![user(goal)]);
    let Some(call) = reply.calls.iter().find(|call| call.tool == "ask_user") else { return (lines(&reply), reply) };
    turns.push(result(call, Status::Succeeded, json!({ "answer": answer }), None));
    let (reply, _) = drive(turns);
    (lines(&reply), reply)
}

fn choices(goal: &str) -> Vec<String> {
    let (reply, _) = drive(vec![user(goal)]);
    let args: serde_json::Value = serde_json::from_str(&reply.calls[0].args).unwrap();
    assert_eq!(reply.calls[0].tool, "ask_user", "{goal}: {reply:?}");
    args["choices"].as_array().unwrap().iter().map(|choice| choice.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_time_is_not_set_while_a_word_of_a_time_is_left_over() {
    for goal in [
        "remind me to prepare for friday",
        "remind me to send the report for monday",
        "remind me tomorrow to ask about the 3pm meeting",
        "remind me on friday to book for saturday",
        "remind me to call at noon at 5pm",
        "remind me tomorrow at 9 and friday at 10 to water the plants",
        "remind me to leave every at 9",
        "remind me to watch the sun at 5pm",
    ] {
        let (reply, _) = drive(vec![user(goal)]);
        assert!(!lines(&reply).iter().any(|line| line.starts_with("reminders.set")), "{goal}: {reply:?}");
    }
    // Names that are words: a month without a day is none.
    for name in ["May", "June", "April"] {
        let (found, _) = after(&format!("remind me to call {name} at 5pm"), "1");
        let expected = r#"reminders.set {"text":"call NAME","at":"2026-11-23T17:00:00+01:00[Europe/Warsaw]"}"#;
        assert_eq!(found, [expected.replace("NAME", name)]);
    }
    // What is in quotes is the user's own text.
    let (reply, _) = drive(vec![user("remind me tomorrow to read \"the friday letter\"")]);
    assert!(lines(&reply)[0].starts_with("reminders.set"), "{reply:?}");
}

#[test]
fn each_reading_is_the_sentence_of_what_would_happen_and_one_key_chooses_it() {
    let goal = "remind me to prepare for friday";
    let said = choices(goal);
    assert!(said[0].contains("Friday 27 November 2026, 09:00 (Europe/Warsaw)"), "{said:?}");
    assert_eq!(
        (said[1].as_str(), said[2].as_str()),
        ("Remind you of “prepare for friday”, and ask you when", "None of these")
    );
    assert_eq!(
        after(goal, "1").0,
        [r#"reminders.set {"text":"prepare","at":"2026-11-27T09:00:00+01:00[Europe/Warsaw]"}"#]
    );
    assert!(after(goal, "2").1.text.contains("When should I remind you of “prepare for friday”?"));
    // A time is an answer as well.
    let (lines, _) = after(goal, "tomorrow at 8am");
    assert!(lines[0].contains("2026-11-23T08:00:00"), "{lines:?}");
    for answer in ["3", "none of these", "", "9", "-1"] {
        let (lines, reply) = after(goal, answer);
        assert!(lines.is_empty() && reply.text.contains("I can do requests like"), "{answer}: {reply:?}");
    }
}

#[test]
fn what_is_typed_in_other_words_is_done_after_at_most_one_key() {
    for (goal, expected) in [
        (
            "wake me up at 6:45 tomorrow",
            r#"reminders.set {"text":"Alarm","at":"2026-11-23T06:45:00+01:00[Europe/Warsaw]"}"#,
        ),
        ("put batteries on the shopping list", r#"todos.add {"text":"batteries","list":"shopping"}"#),
        ("cancel the dentist appointment", r#"calendar.cancel {"id":"e1"}"#),
        ("make a note that the car needs oil", r#"notes.add {"title":"the car needs oil","text":"the car needs oil"}"#),
    ] {
        assert_eq!(after(goal, "1").0, [expected], "{goal}");
    }
    let (lines, _) = after("add milk and eggs to my shopping list", "1");
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn questions_are_answered_without_a_change() {
    for (goal, part) in [
        ("what time is it", "Sunday 22 November 2026, 20:00 (Europe/Warsaw)"),
        ("what time is it in Tokyo", "Monday 23 November 2026, 04:00"),
        ("how many days until christmas", "33 days"),
        ("when is my next appointment", "Dentist"),
        ("am I free on friday afternoon", "Dentist"),
        ("how many files are in my downloads", "~/Downloads holds"),
        ("what are the biggest files in ~/Downloads", "big.iso · 300.0 MB"),
        ("what can you do", "tidy ~/Downloads by type"),
        ("thanks", "I am here"),
    ] {
        let (reply, _) = drive(vec![user(goal)]);
        assert!(reply.calls.is_empty() && reply.text.contains(part), "{goal}: {reply:?}");
    }
}

#[tokio::test]
async fn what_lies_outside_is_said_to() {
    for goal in
        ["order a pizza", "play some jazz", "what's the weather in Warsaw", "turn off the lights in the kitchen"]
    {
        let told = Planner.reply(&super::request(vec![user(goal)]), &|_| ()).await.unwrap_err();
        assert!(told.to_string().contains("I cannot do"), "{goal}: {told}");
    }
}

#[test]
fn remind_me_is_never_a_letter_and_nothing_trashes_by_guess() {
    for goal in [
        "remind me to send an email to boss@example.com saying hi",
        "remind me to delete all files in ~/Downloads",
        "get rid of all those files please",
        "wipe everything in my downloads",
        "please email Anna and delete her folder",
    ] {
        let (found, _) = after(goal, "1");
        let bad = ["mail.send", "files.trash", "files.move"];
        assert!(!found.iter().any(|line| bad.iter().any(|tool| line.starts_with(tool))), "{goal}: {found:?}");
    }
}
