//! Agents of others through the real terminal program: one on the official SDK for the nasty cases, in the real sandbox.
//! Whatever it does, a file changes only by an approved action, and every end is told as it is.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_tests::{Home, Run, installed, text};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(90);

/// A home with the agent that does `what`, and a folder for it.
fn home(what: &str) -> (Home, PathBuf) {
    let home = Home::new();
    // Beside the packages, so that it finds them.
    let packages = installed("@agentclientprotocol/sdk").ancestors().nth(3).expect("its folder").to_owned();
    let script = packages.join("assent-agent.mjs");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wanted = fs::read(root.join("mcp-servers/agent.mjs")).expect("read the agent");
    if fs::read(&script).ok() != Some(wanted.clone()) {
        let part = packages.join(format!("assent-agent.{}", std::process::id()));
        fs::write(&part, wanted).expect("write the agent");
        fs::rename(part, &script).expect("put the agent there");
    }
    let script = script.display().to_string();
    home.assent(&["--json", "agents", "add", "nasty", "--", "node", &script, what]).ended(0);
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
        let agent = || {
            let listed = std::process::Command::new("ps").args(["-eo", "pid,args"]).output().expect("run ps");
            let marker = home.path().display().to_string();
            let lines = String::from_utf8_lossy(&listed.stdout).into_owned();
            lines.lines().filter(|line| line.contains("bwrap") && line.contains(&marker)).count()
        };
        while agent() == 0 {
            assert!(began.elapsed() < PATIENCE, "the agent did not start");
        }
        let told = Instant::now();
        match how {
            "stop" => home.json(&["stop", "r1"]),
            _ => home.json(&["freeze"]),
        };
        while agent() > 0 {
            assert!(told.elapsed() < Duration::from_secs(5), "it is still there after {how}");
        }
        ended(asking);
        core.kill().expect("end core");
        core.wait().expect("core ends");
    }
}
