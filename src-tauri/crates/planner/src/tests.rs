//! Tables of goals: what a goal comes to in a small world, call by call.

mod again;
mod calendar_and_pages;
mod catalogue;
mod mail;
mod ready;
mod sensed;
mod trading;
mod world;

use super::*;
use assent_protocol::{Status, Turn};
use serde_json::{Value, json};
use world::*;

fn plan(request: &Request) -> Result<Reply, ModelError> {
    planned(request).map(|(reply, _)| reply)
}

#[track_caller]
fn check(goal: &str, expected: &[&str]) {
    let (reply, _) = drive(vec![user(goal)]);
    assert_eq!(lines(&reply), expected, "{goal}\n{}", reply.text);
}

// A goal that ends without a change, and what it says.
#[track_caller]
fn check_says(goal: &str, parts: &[&str]) {
    let (reply, _) = drive(vec![user(goal)]);
    assert_eq!(lines(&reply), Vec::<String>::new(), "{goal}");
    for part in parts {
        assert!(reply.text.contains(part), "{goal}\nlacks {part:?}:\n{}", reply.text);
    }
}

const TIDY: &str = concat!(
    r#"files.move {"items":[{"from":"~/Downloads/Report (final).PDF","to":"~/Downloads/Documents/Report (final).PDF"},"#,
    r#"{"from":"~/Downloads/a copy.jpg","to":"~/Downloads/Pictures/a copy.jpg"},"#,
    r#"{"from":"~/Downloads/a.jpg","to":"~/Downloads/Pictures/a (2).jpg"},"#,
    r#"{"from":"~/Downloads/big.iso","to":"~/Downloads/Programs/big.iso"},"#,
    r#"{"from":"~/Downloads/no extension","to":"~/Downloads/Other/no extension"},"#,
    r#"{"from":"~/Downloads/old.tmp","to":"~/Downloads/Other/old.tmp"}]}"#
);

#[test]
fn tidying_by_type_leaves_folders_links_hidden_and_unfinished_files() {
    for goal in [
        "tidy ~/Downloads by type",
        "Please tidy up my Downloads folder by kind.",
        "sort the files in ~/Downloads by type",
        "can you organise \"~/Downloads\" by type?",
        "clean up ~/Downloads/",
        "tidy /home/u/Downloads by type",
        "tidy downloads",
    ] {
        check(goal, &[TIDY]);
    }
}

#[test]
fn the_first_reply_looks_and_the_second_changes() {
    let goal = "tidy ~/Downloads by type and trash the duplicates";
    let first = plan(&request(vec![user(goal)])).unwrap();
    assert_eq!(
        lines(&first),
        [r#"files.list {"folder":"~/Downloads","depth":1}"#, r#"files.find_duplicates {"folder":"~/Downloads"}"#]
    );
    let ids: Vec<&str> = first.calls.iter().map(|c| c.call.as_str()).collect();
    assert_eq!(ids, ["c1", "c2"]);
    let (reply, _) = drive(vec![user(goal)]);
    let moves = TIDY.replace(r#"{"from":"~/Downloads/a copy.jpg","to":"~/Downloads/Pictures/a copy.jpg"},"#, "");
    assert_eq!(
        lines(&reply),
        [moves.as_str(), r#"files.trash {"paths":["~/Downloads/a copy.jpg","~/Downloads/Pictures/a.jpg"]}"#]
    );
    // One more look, at the names in Pictures, came between.
    let ids: Vec<&str> = reply.calls.iter().map(|c| c.call.as_str()).collect();
    assert_eq!(ids, ["c4", "c5"]);
    assert_eq!(reply.calls[0].says.as_deref(), Some("Grouping by kind; nothing is overwritten."));
}

#[test]
fn files_are_grouped_by_month_and_by_size() {
    check(
        "tidy ~/My Stuff by date",
        &[concat!(
            r#"files.move {"items":[{"from":"~/My Stuff/Song One.mp3","to":"~/My Stuff/2026/2026-01/Song One.mp3"},"#,
            r#"{"from":"~/My Stuff/a.jpeg","to":"~/My Stuff/2026/2026-11/a.jpeg"},"#,
            r#"{"from":"~/My Stuff/a.jpg","to":"~/My Stuff/2026/2026-11/a.jpg"},"#,
            r#"{"from":"~/My Stuff/b.JPEG","to":"~/My Stuff/2026/2026-11/b.JPEG"}]}"#
        )],
    );
    check(
        "sort photos in \"~/My Stuff\" by size",
        &[concat!(
            r#"files.move {"items":[{"from":"~/My Stuff/a.jpeg","to":"~/My Stuff/Small/a.jpeg"},"#,
            r#"{"from":"~/My Stuff/a.jpg","to":"~/My Stuff/Small/a.jpg"},"#,
            r#"{"from":"~/My Stuff/b.JPEG","to":"~/My Stuff/Small/b.JPEG"}]}"#
        )],
    );
}

#[test]
fn a_link_in_the_way_of_a_folder_is_never_followed() {
    let (reply, _) = drive(vec![user("tidy ~/My Stuff by type")]);
    assert!(lines(&reply)[0].contains(r#""to":"~/My Stuff/Music (2)/Song One.mp3""#), "{:?}", lines(&reply));
}

#[test]
fn a_thousand_items_are_the_most_in_one_call() {
    let (reply, _) = drive(vec![user("tidy ~/Many by type")]);
    let sizes: Vec<usize> = reply.calls.iter().map(|c| c.args.matches("\"from\"").count()).collect();
    assert_eq!(sizes, [1000, 1000, 1]);
}

#[test]
fn files_are_chosen_by_name_type_age_and_size() {
    let trash = |names: &[&str]| {
        let paths: Vec<String> = names.iter().map(|n| format!("\"~/Downloads/{n}\"")).collect();
        format!("files.trash {{\"paths\":[{}]}}", paths.join(","))
    };
    for (goal, names) in [
        ("trash all .tmp files in ~/Downloads", &["old.tmp"][..]),
        ("delete *.tmp in ~/Downloads", &["old.tmp"]),
        ("remove the PDFs from my Downloads", &["Report (final).PDF"]),
        ("delete pdf files in ~/Downloads", &["Report (final).PDF"]),
        ("trash files older than 90 days in ~/Downloads", &["Report (final).PDF", "big.iso"]),
        ("delete files larger than 100 MB in ~/Downloads", &["big.iso"]),
        ("delete files bigger than 0.1gb and older than 1 year in ~/Downloads", &["big.iso"]),
        ("trash .part files in ~/Downloads", &["half.mkv.part"]),
        ("get rid of photos in ~/Downloads named copy", &["a copy.jpg"]),
        ("trash the duplicates in ~/Downloads", &["a copy.jpg", "Pictures/a.jpg"]),
        ("clean up duplicates in ~/Downloads", &["a copy.jpg", "Pictures/a.jpg"]),
        ("deduplicate ~/Downloads", &["a copy.jpg", "Pictures/a.jpg"]),
    ] {
        check(goal, &[&trash(names)]);
    }
}

#[test]
fn single_files_and_folders_are_named() {
    check("trash ~/x/y.txt", &[r#"files.trash {"paths":["~/x/y.txt"]}"#]);
    check(
        "delete ~/x/y.txt and ~/x/my file (1).txt please",
        &[r#"files.trash {"paths":["~/x/y.txt","~/x/my file (1).txt"]}"#],
    );
    check("move ~/x/a.txt to the trash", &[r#"files.trash {"paths":["~/x/a.txt"]}"#]);
    check("move ~/x/a.txt to ~/y", &[r#"files.move {"items":[{"from":"~/x/a.txt","to":"~/y/a.txt"}]}"#]);
    check("move ~/x/a.txt to ~/y/b.txt", &[r#"files.move {"items":[{"from":"~/x/a.txt","to":"~/y/b.txt"}]}"#]);
    check(
        "copy '~/x/it is, and.txt' to my Documents",
        &[r#"files.copy {"items":[{"from":"~/x/it is, and.txt","to":"~/Documents/it is, and.txt"}]}"#],
    );
    check("rename ~/x/a.txt to b c.txt", &[r#"files.rename {"items":[{"path":"~/x/a.txt","name":"b c.txt"}]}"#]);
    check(
        "rename \"a b.txt\" to \"c.txt\" in ~/x",
        &[r#"files.rename {"items":[{"path":"~/x/a b.txt","name":"c.txt"}]}"#],
    );
    check(
        "rename \"a b.txt\" in ~/x to \"c.txt\"",
        &[r#"files.rename {"items":[{"path":"~/x/a b.txt","name":"c.txt"}]}"#],
    );
    check("make folder ~/x/New Trips", &[r#"files.make_folder {"path":"~/x/New Trips"}"#]);
    check(
        "create a new folder called \"Trips 2026\" in ~/Pictures",
        &[r#"files.make_folder {"path":"~/Pictures/Trips 2026"}"#],
    );
    check("make a folder Trips in my Pictures", &[r#"files.make_folder {"path":"~/Pictures/Trips"}"#]);
}

#[test]
fn groups_of_files_are_moved_copied_and_archived() {
    check(
        "move all .pdf files in ~/Downloads to ~/Documents",
        &[r#"files.move {"items":[{"from":"~/Downloads/Report (final).PDF","to":"~/Documents/Report (final).PDF"}]}"#],
    );
    check(
        "copy photos from ~/Downloads to ~/Downloads/Pictures",
        &[concat!(
            r#"files.copy {"items":[{"from":"~/Downloads/a copy.jpg","to":"~/Downloads/Pictures/a copy.jpg"},"#,
            r#"{"from":"~/Downloads/a.jpg","to":"~/Downloads/Pictures/a (2).jpg"}]}"#
        )],
    );
    check(
        "archive files older than 200 days in ~/Downloads",
        &[r#"files.move {"items":[{"from":"~/Downloads/big.iso","to":"~/Downloads/Archive/big.iso"}]}"#],
    );
    check(
        "archive files older than 1 year in ~/Downloads to ~/Old",
        &[r#"files.move {"items":[{"from":"~/Downloads/big.iso","to":"~/Old/big.iso"}]}"#],
    );
    check(
        "make folder ~/Old and move files older than 1 year from ~/Downloads there",
        &[
            r#"files.make_folder {"path":"~/Old"}"#,
            r#"files.move {"items":[{"from":"~/Downloads/big.iso","to":"~/Old/big.iso"}]}"#,
        ],
    );
}

#[test]
fn names_change_by_a_pattern_and_stay_unique() {
    check(
        "rename all .jpeg to .jpg in ~/My Stuff",
        &[
            r#"files.rename {"items":[{"path":"~/My Stuff/a.jpeg","name":"a (2).jpg"},{"path":"~/My Stuff/b.JPEG","name":"b.jpg"}]}"#,
        ],
    );
    check(
        "rename photos in \"~/My Stuff\" to trip-001",
        &[concat!(
            r#"files.rename {"items":[{"path":"~/My Stuff/b.JPEG","name":"trip-001.JPEG"},"#,
            r#"{"path":"~/My Stuff/a.jpeg","name":"trip-002.jpeg"},{"path":"~/My Stuff/a.jpg","name":"trip-003.jpg"}]}"#
        )],
    );
    let spaces = r#"files.rename {"items":[{"path":"~/My Stuff/Song One.mp3","name":"Song_One.mp3"}]}"#;
    check("replace spaces with underscores in names in ~/My Stuff", &[spaces]);
    check("replace \" \" with \"_\" in the file names in ~/My Stuff", &[spaces]);
    let lower = concat!(
        r#"files.rename {"items":[{"path":"~/My Stuff/Song One.mp3","name":"song one.mp3"},"#,
        r#"{"path":"~/My Stuff/b.JPEG","name":"b.jpeg"}]}"#
    );
    check("lower-case names in ~/My Stuff", &[lower]);
    check("make the file names in ~/My Stuff lowercase", &[lower]);
}

#[test]
fn notes_and_to_dos_keep_the_users_own_words() {
    check(
        "note: buy milk, and tidy ~/Downloads by type",
        &[
            r#"notes.add {"title":"buy milk, and tidy ~/Downloads by type","text":"buy milk, and tidy ~/Downloads by type"}"#,
        ],
    );
    check(
        "add a note Soup: water, salt; and an onion",
        &[r#"notes.add {"title":"Soup","text":"water, salt; and an onion"}"#],
    );
    check(
        "write a note \"My title\": \"a, b\" and add to-do x",
        &[r#"notes.add {"title":"My title","text":"a, b"}"#, r#"todos.add {"text":"x"}"#],
    );
    check("add to-do buy milk and bread", &[r#"todos.add {"text":"buy milk and bread"}"#]);
    check("add a to-do: call Anna, then Bob", &[r#"todos.add {"text":"call Anna, then Bob"}"#]);
    check("todo: Zażółć 文", &[r#"todos.add {"text":"Zażółć 文"}"#]);
    check("add buy milk to my to-do list", &[r#"todos.add {"text":"buy milk"}"#]);
    check("complete to-do buy milk", &[r#"todos.complete {"text":"buy milk"}"#]);
    check("tick off buy milk", &[r#"todos.complete {"text":"buy milk"}"#]);
    check("mark buy milk as done", &[r#"todos.complete {"text":"buy milk"}"#]);
    check("change to-do buy milk to buy oat milk", &[r#"todos.edit {"text":"buy milk","new_text":"buy oat milk"}"#]);
}

#[test]
fn reminders_take_their_time_before_or_after_the_text() {
    let set = |text: &str, at: &str| format!(r#"reminders.set {{"text":"{text}","at":"{at}[Europe/Warsaw]"}}"#);
    for (goal, text, at) in [
        ("remind me tomorrow at 9am to call Anna", "call Anna", "2026-11-23T09:00:00+01:00"),
        ("Remind me to call Anna tomorrow at 9am.", "call Anna", "2026-11-23T09:00:00+01:00"),
        ("remind me in 2 hours to stretch", "stretch", "2026-11-22T22:00:00+01:00"),
        ("remind me in 2 hours and 30 minutes to stretch", "stretch", "2026-11-22T22:30:00+01:00"),
        ("remind me next friday noon to send the report", "send the report", "2026-11-27T12:00:00+01:00"),
        ("remind me on 24 December at 18:00: presents", "presents", "2026-12-24T18:00:00+01:00"),
        ("remind me tomorrow to buy milk and call Anna", "buy milk and call Anna", "2026-11-23T09:00:00+01:00"),
        ("remind me tomorrow to move the car to the garage", "move the car to the garage", "2026-11-23T09:00:00+01:00"),
        (
            "remind me to buy 2 tickets, bread and milk on friday",
            "buy 2 tickets, bread and milk",
            "2026-11-27T09:00:00+01:00",
        ),
        ("remind me about the quarter to nine train at noon", "the quarter to nine train", "2026-11-23T12:00:00+01:00"),
        ("set a reminder for tomorrow 9:30 to go", "go", "2026-11-23T09:30:00+01:00"),
    ] {
        check(goal, &[&set(text, at)]);
    }
    check("cancel reminder call Anna", &[r#"reminders.cancel {"id":"m1"}"#]);
    check(
        "move reminder pay rent to friday noon",
        &[r#"reminders.change {"id":"m3","at":"2026-11-27T12:00:00+01:00[Europe/Warsaw]"}"#],
    );
    check_says("cancel the reminder about pay", &["pay rent", "pay Bob"]);
    check_says("cancel reminder nothing like it", &["There is no reminder"]);
    check_says("remind me every day at 9 to stretch", &["stretch", "repeating"]);
    check_says("remind me today at 8:00 to get up", &["is past"]);
    check_says("remind me to buy milk and call Anna", &["When", "buy milk and call Anna"]);
}

#[test]
fn a_time_that_was_missing_can_be_said_afterwards() {
    let (_, mut turns) = drive(vec![user("remind me to buy milk")]);
    turns.push(user("tomorrow at 9am"));
    let (reply, _) = drive(turns);
    assert_eq!(lines(&reply), [r#"reminders.set {"text":"buy milk","at":"2026-11-23T09:00:00+01:00[Europe/Warsaw]"}"#]);
}

#[test]
fn questions_are_answered_without_a_change() {
    check_says("show files in ~/Downloads", &["Report (final).PDF", "Pictures/"]);
    check_says("what is in my Downloads?", &["big.iso"]);
    check_says("find files larger than 100 MB in ~/Downloads", &["1 entry", "big.iso"]);
    check_says("find duplicates in ~/Downloads", &["1 group", "a copy.jpg"]);
    check_says("find files containing \"invoice\" in ~/Documents", &["x.txt:3: an invoice\\u{202e}"]);
    check_says("search ~/Documents for invoice", &["1 match for “invoice”"]);
    check_says("find files named plan in ~/Documents", &["“plan”"]);
    check_says("look for last year's invoice in my Documents", &["“last year's invoice”"]);
    check_says("read ~/Documents/plan.txt", &["hello\nworld"]);
    check_says("search notes for soup", &["1 note with “soup”", "- Soup: tomato soup"]);
    check_says("list notes", &["Soup"]);
    check_says("show my to-dos", &["milk", "bread (done)"]);
    check_says("list reminders", &["call Anna (x)"]);
}

#[test]
fn an_empty_plan_says_that_there_is_nothing_to_do() {
    check_says("tidy ~/Empty by type", &["Nothing to do:"]);
    check_says("tidy ~/Pictures by type", &["Nothing to do:", "~/Pictures"]);
    check_says("trash the duplicates in ~/Pictures", &["Nothing to do: there are no duplicates"]);
    check_says("trash all .xyz files in ~/Downloads", &["Nothing to do:"]);
    check_says("tidy ~/Nowhere by type", &["could not look at ~/Nowhere", "no such folder"]);
}

#[tokio::test]
async fn a_goal_of_which_nothing_is_understood_is_no_reply() {
    for goal in ["frobnicate the quux sideways", "order me a pizza", "?"] {
        let told = Planner.reply(&request(vec![user(goal)]), &|_| ()).await.unwrap_err();
        assert!(matches!(&told, ModelError::NotUnderstood(text) if !text.is_empty()), "{goal}: {told:?}");
    }
    for goal in ["list to-dos", "order me a pizza and list to-dos"] {
        assert!(Planner.reply(&request(vec![user(goal)]), &|_| ()).await.is_ok(), "{goal}");
    }
}

#[test]
fn what_is_not_understood_is_named_and_the_rest_is_done() {
    let (reply, turns) = drive(vec![user("tidy ~/Downloads by type, order me a pizza and trash the duplicates")]);
    assert_eq!(reply.calls.len(), 2);
    let Turn::Model { text, .. } = &turns[1] else { panic!() };
    assert!(text.contains("“order me a pizza”") && !text.contains("tidy ~/Downloads by type, "), "{text}");
    check_says(
        "colourless green ideas sleep furiously",
        &["“colourless green ideas sleep furiously”", "I can do requests like"],
    );
    check_says("delete the reminders forever from the moon notes", &["reminder"]);
    check_says("permanently delete ~/x/y.txt", &["permanently delete"]);
    let (reply, _) = drive(vec![user("tidy ~/Downloads quickly")]);
    assert!(lines(&reply)[0].starts_with("ask_user"), "{reply:?}");
    check_says("rm -rf ~", &["rm -rf ~"]);
    for goal in [
        "",
        " ",
        ",,,",
        "and",
        "\"",
        "'",
        "note:",
        "remind me",
        "trash",
        "~",
        "tidy",
        "\u{202e}",
        "move to",
        "{text}",
        ". . .",
        "🙂",
    ] {
        let (reply, _) = drive(vec![user(goal)]);
        assert_eq!(lines(&reply), Vec::<String>::new(), "{goal:?}");
    }
}

#[test]
fn the_examples_are_nearest_to_what_was_said_and_all_are_understood() {
    let told = nearest::not_understood("make the reminder nicer somehow", &words::ENGLISH);
    assert!(told.contains("cancel reminder call Anna"), "{told}");
    let known = parse::Known { words: &words::ENGLISH, home: HOME, folders: &[] };
    for example in words::ENGLISH.examples {
        let parts = parse::parts(example, &known);
        assert!(matches!(parts.as_slice(), [request::Part::Understood { .. }]), "{example}: {parts:?}");
    }
}

#[test]
fn a_folder_that_is_not_said_is_the_last_one_or_the_only_one() {
    let mut one = request(vec![user("trash the duplicates")]);
    let reply = plan(&one).unwrap();
    assert!(reply.calls.is_empty() && reply.text.contains("does not say which folder"), "{}", reply.text);
    one.folders = vec!["/home/u/Downloads".into(), "/home/u/Notes".into()];
    assert_eq!(lines(&plan(&one).unwrap()), [r#"files.find_duplicates {"folder":"~/Downloads"}"#]);
}

fn finish(goal: &str, status: Status, output: Value, reason: Option<&str>) -> (Reply, Vec<Turn>) {
    let (reply, mut turns) = drive(vec![user(goal)]);
    turns.extend(reply.calls.iter().map(|call| result(call, status, output.clone(), reason)));
    drive(turns)
}

#[test]
fn the_last_words_are_what_the_results_say() {
    let goal = "trash all .tmp files in ~/Downloads";
    for (status, reason, expected) in [
        (Status::Succeeded, None, "Moved old.tmp to the trash."),
        (
            Status::Rejected,
            Some("I need it"),
            "You rejected this, so it was not done: move old.tmp to the trash. Your reason: I need it",
        ),
        (Status::Expired, None, "Nobody answered in time, so this was not done: move old.tmp to the trash."),
        (Status::Unknown, None, "It is not known whether this happened: move old.tmp to the trash."),
        (
            Status::Failed,
            Some("The trash is full."),
            "This failed: move old.tmp to the trash. Because: The trash is full.",
        ),
        (
            Status::Denied,
            Some("A rule."),
            "This is not allowed and was not done: move old.tmp to the trash. Because: A rule.",
        ),
        (Status::Suggested, None, "Only suggested, not done: move old.tmp to the trash."),
    ] {
        let (reply, _) = finish(goal, status, Value::Null, reason);
        assert_eq!(reply.calls, []);
        assert!(reply.text.starts_with(expected), "{}", reply.text);
    }
    let output = json!({"done": 1, "failed": 1, "items": [{"item": 1, "status": "failed", "note": "It is locked."}]});
    let (reply, _) = finish("trash the duplicates in ~/Downloads", Status::Partly, output, None);
    assert_eq!(reply.text, "Only partly done: move 2 files to the trash. 1 done, 1 not. Because: It is locked.");
    let edited = json!({"id": "m1", "edited": {"text": "call Eve", "at": "2026-11-23T10:00:00+01:00[Europe/Warsaw]"}});
    let (reply, _) = finish("remind me tomorrow at 9am to call Anna", Status::Succeeded, edited, None);
    assert_eq!(reply.text, "The reminder “call Eve” is set for Monday 23 November 2026, 10:00 (Europe/Warsaw).");
    // The user left items out: what was done is counted, not what was proposed.
    let (reply, _) = finish("trash the duplicates in ~/Downloads", Status::Succeeded, json!({"done": 1}), None);
    assert_eq!(reply.text, "Moved 1 file to the trash.");
}

#[test]
fn a_rejected_call_is_not_proposed_again() {
    let goal = "trash all .tmp files in ~/Downloads";
    let (_, mut turns) = finish(goal, Status::Rejected, Value::Null, Some("no"));
    turns.push(user(goal));
    let (reply, _) = drive(turns);
    assert_eq!(reply.calls, []);
    assert!(reply.text.contains("not proposed again"), "{}", reply.text);
}

#[test]
fn a_later_message_is_a_new_request_in_the_same_context() {
    let (_, mut turns) = finish("trash all .tmp files in ~/Downloads", Status::Succeeded, Value::Null, None);
    turns.push(user("also trash the duplicates there"));
    let (reply, turns) = drive(turns);
    assert_eq!(lines(&reply), [r#"files.trash {"paths":["~/Downloads/a copy.jpg","~/Downloads/Pictures/a.jpg"]}"#]);
    let mut ids: Vec<String> = turns
        .iter()
        .filter_map(|t| if let Turn::Model { calls, .. } = t { Some(calls) } else { None })
        .flatten()
        .map(|c| c.call.clone())
        .collect();
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), count);
}

#[test]
fn a_message_in_the_middle_of_a_run_loses_nothing() {
    let (reply, mut turns) = drive(vec![user("trash all .tmp files in ~/Downloads")]);
    turns.extend(reply.calls.iter().map(|call| result(call, Status::Succeeded, Value::Null, None)));
    turns.push(user("also add to-do buy milk"));
    let (reply, mut turns) = drive(turns);
    assert_eq!(lines(&reply), [r#"todos.add {"text":"buy milk"}"#]);
    turns.extend(reply.calls.iter().map(|call| result(call, Status::Rejected, Value::Null, None)));
    let (reply, _) = drive(turns);
    assert_eq!(
        reply.text,
        "Moved old.tmp to the trash.\nYou rejected this, so it was not done: add the to-do “buy milk”."
    );
}

#[test]
fn dur_08_the_same_turns_give_the_same_reply_at_every_point() {
    let (_, turns) = finish("tidy ~/Downloads by type and trash the duplicates", Status::Unknown, Value::Null, None);
    for (at, turn) in turns.iter().enumerate() {
        if let Turn::Model { text, calls } = turn {
            let reply = plan(&request(turns[..at].to_vec())).unwrap();
            assert_eq!((&reply.text, &reply.calls), (text, calls));
        }
    }
}

#[test]
fn a_reminder_that_fired_while_it_waited_is_not_called_past() {
    let (reply, mut turns) = drive(vec![user("remind me today at 21:00 to stretch")]);
    turns.push(result(&reply.calls[0], Status::Succeeded, Value::Null, None));
    let mut late = request(turns);
    late.now += DAY;
    let reply = plan(&late).unwrap();
    assert_eq!(reply.text, "The reminder “stretch” is set for Sunday 22 November 2026, 21:00 (Europe/Warsaw).");
}
