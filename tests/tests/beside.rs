//! The terminal beside a program that has the data folder open: it works through the local socket, and there is still
//! one decision, one start, one journal.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_tests::{Home, Run, text};
use serde_json::json;
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::process::{Child, Stdio};

const MOVE: &str = "move ~/Downloads/paper.pdf to ~/Documents";

struct Open {
    home: Home,
    core: Child,
}

impl Open {
    fn new() -> Open {
        let home = Home::new();
        home.file("Downloads/paper.pdf", "x");
        fs::create_dir_all(home.path().join("Documents")).expect("make a folder");
        let core = home.core();
        Open { home, core }
    }

    fn kill(&mut self) {
        self.core.kill().expect("end core");
        self.core.wait().expect("core ends");
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let _ = self.core.kill();
        let _ = self.core.wait();
    }
}

#[test]
fn a_card_is_approved_from_a_second_terminal_while_core_is_open() {
    let open = Open::new();
    let home = &open.home;
    let asked = home.json(&["ask", MOVE, "--mode", "ask"]).ended(3);
    assert_eq!(asked.end()["waiting"], 1);
    let id = text(asked.cards()[0], "id");
    assert_eq!(home.inbox().len(), 1);
    let approved = home.json(&["approve", &id]).ended(0);
    assert_eq!((&approved.end()["status"], &approved.end()["succeeded"]), (&json!("done"), &json!(1)));
    assert!(home.path().join("Documents/paper.pdf").exists());
    home.json(&["undo", &id]).ended(0);
    assert!(home.path().join("Downloads/paper.pdf").exists());
    assert_eq!(home.json(&["verify"]).ended(0).all("verification")[0]["ok"], true);
    let to = home.path().join("history.jsonl");
    home.command(&["export", "history.jsonl", "--format", "jsonl"]).status().expect("export");
    assert!(to.exists(), "a path of the terminal is one of the terminal's folder");
}

#[test]
fn two_terminals_at_once_come_to_exactly_one_decision() {
    let open = Open::new();
    let home = &open.home;
    let asked = home.json(&["ask", MOVE, "--mode", "ask"]).ended(3);
    let id = text(asked.cards()[0], "id");
    let start = |args: &[&str]| {
        let mut command = home.command(args);
        command.arg("--json").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start assent")
    };
    let both = [start(&["approve", &id]), start(&["reject", &id])];
    let ended = both.map(|child| child.wait_with_output().expect("it ends"));
    let refused =
        ended.iter().filter(|output| String::from_utf8_lossy(&output.stdout).contains("already_decided")).count();
    assert_eq!(refused, 1, "{ended:#?}");
    let database = rusqlite::Connection::open(home.data().join("assent.db")).expect("open the history");
    let decisions: i64 = database.query_row("SELECT count(*) FROM decision", [], |row| row.get(0)).expect("a count");
    assert_eq!(decisions, 1);
}

#[test]
fn a_socket_left_by_a_killed_program_is_in_nobodys_way_and_is_taken_away() {
    let mut open = Open::new();
    let socket = open.home.data().join("socket");
    let kept = fs::symlink_metadata(&socket).expect("a socket");
    assert!(kept.file_type().is_socket());
    assert_eq!(kept.permissions().mode() & 0o777, 0o600);
    open.kill();
    assert!(socket.exists());
    open.home.json(&["inbox"]).ended(0);
    assert!(!socket.exists());
    fs::write(&socket, "no socket at all").expect("write a file");
    open.home.json(&["inbox"]).ended(0);
    open.core = open.home.core();
    open.home.json(&["inbox"]).ended(0);
    assert!(socket.exists());
}

#[test]
fn limits_are_set_seen_and_raised_in_the_terminal_beside_core_and_without_it() {
    let mut open = Open::new();
    for closed in [false, true] {
        if closed {
            open.kill();
        }
        let home = &open.home;
        let goal = "add to-do one, add to-do two and add to-do three";
        let asked = home.json(&["ask", goal, "--mode", "semi", "--limit", "unasked_changes=2"]).ended(3);
        let why = asked.cards()[0]["why"].to_string();
        assert!(asked.end()["succeeded"] == 2 && why.contains("2 changes were made without asking"), "{asked:#?}");
        let run = text(asked.end(), "run");
        home.json(&["limit", &run, "unasked_changes=9"]).ended(0);
        let shown = home.json(&["limit", &run]).ended(0);
        let changes = shown.all("limit").into_iter().find(|row| row["limit"] == "unasked_changes").cloned();
        assert_eq!(changes.map(|row| (row["used"].clone(), row["most"].clone())), Some((json!(2), json!(9))));

        let paused = home.json(&["ask", "list to-dos", "--limit", "turns=1"]).ended(3);
        assert_eq!(paused.all("paused")[0]["raise_to"], 2, "{paused:#?}");
        let run = text(paused.end(), "run");
        assert_eq!(home.json(&["inbox"]).ended(0).all("paused")[0]["run"], json!(run));
        assert_eq!(home.json(&["limit", &run, "turns=9"]).ended(0).end()["status"], "done");
    }
    let home = &open.home;
    home.json(&["settings", "limit.actions", "7"]).ended(0);
    let kept = home.json(&["settings", "limit.actions"]).ended(0);
    assert_eq!(kept.all("setting")[0]["value"], 7);
    home.json(&["settings", "limit.actions", "default"]).ended(0);
    home.json(&["settings", "limit.turns", "0"]).ended(2);
    home.json(&["ask", "list to-dos", "--limit", "luck=3"]).ended(2);
}

#[test]
fn what_the_open_program_alone_can_do_is_refused_with_a_sentence() {
    let open = Open::new();
    let second: Run = open.home.assent(&["core"]).ended(1);
    assert!(second.stderr.contains("already open"), "{}", second.stderr);
    open.home.json(&["freeze"]).ended(0);
    let refused = open.home.json(&["ask", MOVE, "--mode", "auto"]);
    assert_eq!(refused.end()["status"], "waiting");
    open.home.json(&["unfreeze"]).ended(0);
}
