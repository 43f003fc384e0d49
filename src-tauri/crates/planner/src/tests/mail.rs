//! Goals about letters.

use super::{check, check_says, drive, lines, user};

#[test]
fn letters_are_looked_for() {
    let shown = ["2 emails:", "2026-11-20T10:00:00Z · bob@example.com · The plan"];
    for goal in [
        "search my mail for plan",
        "Please find emails about the plan.",
        "look in my mailbox for plan",
        "find letters from bob@example.com",
        "what is new in my mail?",
        "show my inbox",
    ] {
        check_says(goal, &shown);
    }
    check_says("search my mail for nothing at all", &["No email matches."]);
}

#[test]
fn a_letter_is_sent_or_drafted_in_the_users_own_words() {
    let send = |subject: &str, text: &str| {
        format!(r#"mail.send {{"to":["anna@example.org"],"subject":"{subject}","text":"{text}"}}"#)
    };
    let plain = send("I come at 5 and bring cake", "I come at 5 and bring cake");
    for goal in [
        "send anna@example.org the message I come at 5 and bring cake",
        "Send anna@example.org the message: I come at 5 and bring cake",
        "mail anna@example.org: I come at 5 and bring cake",
        "write a letter to anna@example.org saying I come at 5 and bring cake",
        "please send the message \"I come at 5 and bring cake\" to anna@example.org",
    ] {
        check(goal, &[&plain]);
    }
    check(
        "write to anna@example.org about the plan: It is on Friday. Bye!",
        &[&send("the plan", "It is on Friday. Bye!")],
    );
    check(
        "draft an email to anna@example.org and bob@example.com with the subject \"Lunch\": noon?",
        &[r#"mail.draft {"to":["anna@example.org","bob@example.com"],"subject":"Lunch","text":"noon?"}"#],
    );
    let long = "a word ".repeat(20);
    let subject = format!("{}a …", "a word ".repeat(8));
    check(&format!("mail anna@example.org: {}", long.trim_end()), &[&send(&subject, long.trim_end())]);
}

#[test]
fn a_letter_without_an_address_or_words_is_not_guessed() {
    for goal in
        ["send anna the message hello", "send a letter to anna@example.org", "mail anna@example.org about the plan"]
    {
        let (reply, _) = drive(vec![user(goal)]);
        assert!(!lines(&reply).iter().any(|line| line.contains("mail.send")), "{goal}: {reply:?}");
    }
}
