//! Agents of others through the real terminal program: one on the official SDK for the nasty cases, in the real sandbox.
//! Whatever it does, a file changes only by an approved action, and every end is told as it is.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_tests::scripted_model::{Event, Interface, Said, ScriptedModel};
use assent_tests::{Home, Run, beside_packages, text};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(240);

/// The nasty agent.
fn script() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(|| beside_packages("agent.mjs"))
}

/// A home with the agent that does `what`, and a folder for it.
fn home(what: &str) -> (Home, PathBuf) {
    let home = Home::new();
    home.assent(&["--json", "agents", "add", "nasty", "--", "node", script(), what]).ended(0);
    let folder = home.path().join("work");
    fs::create_dir_all(&folder).expect("make a folder");
    (home, folder)
}

const ASK: [&str; 8] = ["--json", "ask", "make a file", "--agent", "nasty", "--grant", "work", "--mode"];

fn start(home: &Home) -> Child {
    let mut command = home.command(&ASK);
    command.args(["ask", "--approve", "none"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start assent")
}

fn card(home: &Home) -> Value {
    let began = Instant::now();
    loop {
        if home.data().join("socket").exists()
            && let Some(card) = home.json(&["inbox"]).cards().first()
        {
            return (*card).clone();
        }
        assert!(began.elapsed() < PATIENCE, "no card came");
    }
}

fn ended(child: Child) -> Run {
    let output = child.wait_with_output().expect("it ends");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    Run {
        status: output.status.code().unwrap_or(-1),
        lines: stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        stdout,
    }
}

/// How many programs are in a box of this home.
fn boxes(home: &Home) -> usize {
    // The arguments of a box cannot be read from outside; what is mounted in it can.
    let marker = home.path().display().to_string();
    let processes = fs::read_dir("/proc").expect("the processes").flatten();
    let mounts = processes.filter_map(|process| fs::read_to_string(process.path().join("mountinfo")).ok());
    mounts.filter(|mounts| mounts.contains(&marker)).count()
}

fn messages(run: &Run) -> String {
    run.all("message").iter().map(|line| text(line, "text")).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_agent_creates_a_file_after_approve_and_it_is_undone_like_any_other() {
    for what in ["writes", "asks"] {
        let (home, folder) = home(what);
        let working = start(&home);
        let card = card(&home);
        assert_eq!((&card["tool"], &card["args"]["text"]), (&json!("files.write"), &json!("made")), "{card}");
        assert!(!folder.join("made.txt").exists());
        let id = text(&card, "id");
        home.json(&["approve", &id]);
        let run = ended(working).ended(0);
        assert_eq!(fs::read_to_string(folder.join("made.txt")).expect("the file"), "made");
        assert_eq!((&run.end()["status"], &run.end()["succeeded"]), (&json!("done"), &json!(1)), "{run:#?}");
        assert!(messages(&run).contains("I write it now.") && messages(&run).contains("Write made.txt"), "{run:#?}");
        if what == "asks" {
            // "Always" is never said to it.
            assert!(messages(&run).contains("once"), "{run:#?}");
        }
        home.json(&["undo", &id]).ended(0);
        assert!(!folder.join("made.txt").exists());
        assert_eq!(home.json(&["verify"]).ended(0).all("verification")[0]["ok"], true);
    }
}

#[test]
fn an_agent_creates_nothing_after_reject_and_the_same_is_not_asked_twice() {
    for what in ["writes", "asks"] {
        let (home, folder) = home(what);
        let working = start(&home);
        let id = text(&card(&home), "id");
        home.json(&["reject", &id, "--reason", "not there"]);
        let run = ended(working);
        assert!(!folder.join("made.txt").exists());
        assert_eq!(home.status(&id), "rejected");
        assert_eq!(run.end()["succeeded"], 0, "{run:#?}");
        if what == "asks" {
            assert!(messages(&run).contains("\"no\""), "{run:#?}");
        }
    }
}

#[test]
fn what_is_changed_after_approval_asks_again() {
    let (home, folder) = home("changes");
    let working = start(&home);
    let first = card(&home);
    assert_eq!(first["args"]["text"], "made");
    home.json(&["approve", &text(&first, "id")]);
    let second = card(&home);
    assert_eq!(second["args"]["text"], "something else", "{second}");
    home.json(&["reject", &text(&second, "id")]);
    ended(working);
    assert_eq!(fs::read_to_string(folder.join("made.txt")).expect("the file"), "made");
}

#[test]
fn approval_of_one_file_covers_no_other_by_the_desk_or_by_itself() {
    let (home, folder) = home("swaps");
    let working = start(&home);
    let first = card(&home);
    assert!(text(&first["args"], "path").ends_with("/made.txt"), "{first}");
    home.json(&["approve", &text(&first, "id")]);
    let second = card(&home);
    assert!(text(&second["args"], "path").ends_with("/other.txt"), "{second}");
    home.json(&["reject", &text(&second, "id"), "--reason", "only the one"]);
    let run = ended(working).ended(0);
    assert!(folder.join("made.txt").exists() && !folder.join("other.txt").exists());
    let said = messages(&run);
    assert!(said.contains("only the one") && said.contains("It is EROFS."), "{said}");
}

#[test]
fn a_program_killed_while_an_agent_waits_leaves_no_agent_no_card_and_an_end_that_says_so() {
    let (home, folder) = home("writes");
    let mut working = start(&home);
    let id = text(&card(&home), "id");
    working.kill().expect("kill it");
    working.wait().expect("it ends");
    assert!(home.inbox().is_empty() && !folder.join("made.txt").exists());
    assert_eq!(home.status(&id), "withdrawn");
    let began = Instant::now();
    while boxes(&home) > 0 {
        assert!(began.elapsed() < PATIENCE, "its agent is still there");
    }
    let resumed = home.json(&["resume", "r1"]);
    assert_eq!(resumed.end()["status"], "failed", "{resumed:#?}");
    assert!(text(resumed.end(), "note").contains("while the agent was at work"), "{resumed:#?}");
    assert!(!folder.join("made.txt").exists());
    // A new message gives it the task anew.
    let mut again = home.command(&["--json", "say", "r1", "go on"]);
    let again = again.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start assent");
    home.json(&["approve", &text(&self::card(&home), "id")]);
    assert_eq!(ended(again).ended(0).end()["succeeded"], 1);
    assert!(folder.join("made.txt").exists());
}

/// An error in words or as a line, wherever it was written.
fn said(run: &Run) -> String {
    run.stdout.clone() + &run.stderr
}

#[test]
fn agents_are_listed_and_forgotten_and_a_task_needs_one_that_is_there_and_one_folder() {
    let (home, _) = home("writes");
    let listed = home.json(&["agents"]).ended(0);
    assert_eq!((listed.all("agent").len(), &listed.all("agent")[0]["network"]), (1, &json!(false)), "{listed:#?}");
    let refused = home.json(&["ask", "x", "--agent", "nobody", "--grant", "work"]);
    assert!(refused.status != 0 && said(&refused).contains("There is no agent nobody"), "{refused:#?}");
    let refused = home.json(&["ask", "x", "--agent", "nasty"]);
    assert!(refused.status != 0 && said(&refused).contains("exactly one folder"), "{refused:#?}");
    let taken = home.assent(&["--json", "agents", "add", "nasty", "--", "node", script(), "writes"]);
    assert!(taken.status != 0 && said(&taken).contains("already"), "{taken:#?}");
    home.json(&["agents", "remove", "nasty"]).ended(0);
    assert!(home.json(&["agents"]).ended(0).all("agent").is_empty());
    assert_ne!(home.json(&["agents", "remove", "nasty"]).status, 0);
}

#[test]
fn sbx_an_agent_that_ignores_every_permission_changes_nothing_and_sees_nothing_of_ours() {
    let (home, folder) = home("ignores");
    let run = Run::of(home.command(&ASK).arg("auto")).ended(0);
    assert!(!folder.join("made.txt").exists());
    assert!(messages(&run).contains("It is EROFS."), "{run:#?}");

    let (home, _) = self::home("looks");
    let run = Run::of(home.command(&ASK).arg("auto")).ended(0);
    let said = messages(&run);
    assert!(said.contains("DATA=undefined BUS=undefined"), "{said}");
    assert!(!said.contains(&format!("HOME={}", home.path().display())), "{said}");
}

#[test]
fn what_it_wants_to_run_in_its_box_is_read_by_us_and_never_by_its_own_words() {
    let (home, _) = home("runs");
    let working = start(&home);
    let card = card(&home);
    // It calls this "Read a file", of the kind "read".
    assert_eq!((&card["effect"], &card["escalate"]), (&json!("execute"), &json!(true)), "{card}");
    assert!(!card["title"].as_str().expect("a title").contains("Read a file"));
    home.json(&["reject", &text(&card, "id")]);
    assert!(messages(&ended(working)).contains("\"no\""));
}

#[test]
fn opencode_creates_a_file_after_approve_and_none_after_reject() {
    for (answer, made) in [("approve", true), ("reject", false)] {
        let home = Home::new();
        let folder = home.path().join("work");
        fs::create_dir_all(&folder).expect("make a folder");
        let path = folder.join("made.txt");
        let args = json!({"filePath": path.display().to_string(), "content": "made"});
        // Its first request is for a title, without tools; then it writes once, and whatever came of it, it is done.
        let model = ScriptedModel::by(Interface::OpenAi, move |body| {
            let request: Value = serde_json::from_str(body).unwrap_or_default();
            let tools = request["tools"].as_array().map_or(0, Vec::len);
            let told = request["messages"].as_array().is_some_and(|all| all.iter().any(|one| one["role"] == "tool"));
            let write = (tools > 0 && !told).then(|| ("w1".to_owned(), "write".to_owned(), args.clone()));
            Event::Says(Said { text: "So be it.".into(), calls: write.into_iter().collect(), ..Said::default() })
        });
        let address = format!("{}/v1", model.address());
        let script = beside_packages("opencode.mjs");
        home.assent(&["--json", "agents", "add", "nasty", "--network", "--", "node", &script, &address]).ended(0);
        let working = start(&home);
        let card = card(&home);
        assert_eq!((&card["tool"], &card["args"]["text"]), (&json!("files.write"), &json!("made")), "{card}");
        assert!(!path.exists());
        home.json(&[answer, &text(&card, "id")]);
        let run = ended(working);
        assert_eq!(path.exists(), made, "{run:#?}");
        assert_eq!(run.end()["succeeded"], u8::from(made), "{run:#?}");
        assert!(home.inbox().is_empty());
    }
}

#[test]
fn an_agent_that_dies_or_sends_garbage_ends_its_run_in_one_line_and_withdraws_its_cards() {
    let (home, folder) = home("dies");
    let run = Run::of(home.command(&ASK).arg("ask")).ended(1);
    assert_eq!(run.end()["status"], "failed", "{run:#?}");
    assert_eq!(text(run.end(), "note").lines().count(), 1);
    assert!(home.inbox().is_empty() && !folder.join("made.txt").exists());
    assert_eq!(home.status("a1"), "withdrawn");

    let (home, _) = self::home("garbage");
    let run = Run::of(home.command(&ASK).arg("ask")).ended(1);
    assert_eq!(run.end()["status"], "failed", "{run:#?}");
    assert_eq!(text(run.end(), "note").lines().count(), 1);
}

#[test]
fn an_agent_that_floods_waits_with_sixteen_cards_at_most() {
    let (home, _) = home("floods");
    let working = start(&home);
    let run = text(&card(&home), "run");
    let began = Instant::now();
    while home.inbox().len() < 16 {
        assert!(began.elapsed() < PATIENCE, "fewer cards came");
    }
    assert_eq!(home.inbox().len(), 16);
    home.json(&["stop", &run]);
    ended(working);
    assert!(home.inbox().is_empty());
}

#[test]
fn g9_stop_and_freeze_reach_an_agent_within_five_seconds() {
    for how in ["stop", "freeze"] {
        let (home, _) = home("waits");
        let mut core = home.core();
        let asking = start(&home);
        let began = Instant::now();
        while boxes(&home) == 0 {
            assert!(began.elapsed() < PATIENCE, "the agent did not start");
        }
        let told = Instant::now();
        match how {
            "stop" => home.json(&["stop", "r1"]),
            _ => home.json(&["freeze"]),
        };
        while boxes(&home) > 0 {
            assert!(told.elapsed() < Duration::from_secs(5), "it is still there after {how}");
        }
        ended(asking);
        core.kill().expect("end core");
        core.wait().expect("core ends");
    }
}
