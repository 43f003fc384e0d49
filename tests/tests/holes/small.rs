//! The small ones: callers that take memory or never answer, a broken chain, going round in circles, what a yes to an
//! escalation takes.

use crate::rig::{Ends, Rig, says};
use assent_tests::scripted_model::Event;
use assent_tests::{Home, change_one_byte, text};
use serde_json::{Value, json};
use std::fs;
use std::io::Write;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

#[test]
fn sixty_long_frames_take_little_memory() {
    let home = Home::new();
    let core = Ends(home.core());
    let part = vec![b'a'; 1024 * 1024];
    let threads: Vec<_> = (0..60)
        .map(|_| {
            let (socket, part) = (home.data().join("socket"), part.clone());
            std::thread::spawn(move || {
                let Ok(mut caller) = UnixStream::connect(socket) else { return };
                let _ = caller.set_write_timeout(Some(Duration::from_secs(5)));
                // Fifteen and a half megabytes without an end, until it is turned away.
                let _ = (0..15).try_for_each(|_| caller.write_all(&part));
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("a caller"));
    let status = fs::read_to_string(format!("/proc/{}/status", core.0.id())).expect("core runs");
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its memory");
    let most: u64 = most.trim().trim_end_matches(" kB").parse().expect("a number");
    assert!(most < 200 * 1024, "{most} kB");
    home.json(&["inbox"]).ended(0);
}

#[test]
fn a_program_that_holds_the_socket_and_never_answers_holds_up_no_terminal() {
    let home = Home::new();
    home.json(&["inbox"]).ended(0);
    let socket = home.data().join("socket");
    let silent = UnixListener::bind(&socket).expect("a socket");
    let since = Instant::now();
    // Nobody has the folder open, so the terminal works by itself.
    home.json(&["inbox"]).ended(0);
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    drop(silent);
    // Where another program has it open, a sentence says so.
    let _core = Ends(home.core());
    fs::remove_file(&socket).expect("take it away");
    let _silent = UnixListener::bind(&socket).expect("a socket");
    let run = home.json(&["inbox"]).ended(1);
    assert!(run.stdout.contains("does not answer"), "{run:#?}");
}

#[test]
fn nothing_is_decided_or_started_on_top_of_a_broken_chain() {
    let home = Home::new();
    home.file("Downloads/paper.pdf", "x");
    let grant = home.path().join("Downloads").display().to_string();
    let goal = "make folder ~/Downloads/Done";
    let done = home.json(&["ask", goal, "--grant", &grant, "--mode", "auto"]).ended(0);
    let undo = text(done.all("action")[0], "id");
    let asked = home.json(&["ask", "move ~/Downloads/paper.pdf to ~/Downloads/Papers", "--mode", "ask"]).ended(3);
    let (id, run) = (text(asked.cards()[0], "id"), text(asked.end(), "run"));
    let changed = change_one_byte(&home);
    for args in [
        &["ask", "add to-do buy milk", "--mode", "auto"][..],
        &["approve", &id],
        &["edit", &id, "--args", "{}"],
        &["say", &run, "go on"],
        &["resume", &run],
        &["automation", "run", "u1"],
    ] {
        let refused = home.json(args);
        assert_ne!(refused.status, 0, "{args:?}: {refused:#?}");
        let said = refused.all("error")[0]["text"].as_str().expect("a text").to_owned();
        assert!(said.contains(&format!("event {changed}")) && said.contains("verify"), "{args:?}: {said}");
    }
    assert_ne!(home.assent(&["core"]).status, 0, "core refuses to go on");
    for args in [
        &["inbox"][..],
        &["show", &id],
        &["history"],
        &["tasks"],
        &["export", "out.jsonl", "--format", "jsonl"],
        &["undo", &undo],
    ] {
        home.json(args).ended(0);
    }
    home.json(&["verify"]).ended(1);
    home.json(&["freeze"]).ended(0);
}

// Loops on until it is stopped: how often the model was asked, at most `most` times.
fn is_stopped(most: usize, reply: impl Fn(usize, &str) -> Vec<(&'static str, Value)>) {
    let rig = Rig::new(|home| {
        let work = home.path().join("Work").display().to_string();
        (0..60).map(|n| says(&reply(n, &work))).collect()
    });
    for n in 0..6 {
        fs::write(rig.home.path().join(format!("Work/{n}.txt")), "same").expect("a file");
    }
    let run = rig.ask(&["--mode", "auto"]).ended(3);
    let asked = rig.model.bodies().len();
    assert!(asked <= most, "{asked} times: {run:#?}");
    assert!(run.cards()[0]["why"].to_string().contains("stuck"), "{run:#?}");
}

#[test]
fn rounds_of_three_to_six_calls_are_stopped() {
    for period in 3..=6 {
        let read =
            move |n: usize, work: &str| vec![("files_read", json!({"path": format!("{work}/{}.txt", n % period)}))];
        is_stopped(period * 3 + 1, read);
    }
}

#[test]
fn a_changing_value_that_finds_nothing_new_is_stopped() {
    is_stopped(9, |n, work| vec![("files_search", json!({"folder": work, "text": format!("nonce-{n}")}))]);
    is_stopped(9, |n, work| vec![("files_search", json!({"folder": work, "name": format!("{n:04}x")}))]);
    is_stopped(9, |n, work| vec![("files_search", json!({"folder": work, "name": "*.txt", "text": format!("q{n}q")}))]);
}

#[test]
fn work_that_gets_on_is_not_stopped() {
    type Reply<'a> = &'a dyn Fn(usize, &str) -> Vec<(&'static str, Value)>;
    let goes_on = |count: usize, reply: Reply<'_>| {
        let rig = Rig::new(|home| {
            let work = home.path().join("Work");
            fs::create_dir_all(&work).expect("a folder");
            for n in 0..30 {
                fs::write(work.join(format!("{n}.txt")), "same").expect("a file");
            }
            let work = work.display().to_string();
            let replies: Vec<Event> = (0..count).map(|n| says(&reply(n, &work))).collect();
            replies
        });
        let run = rig.ask(&["--mode", "auto"]).ended(0);
        assert!(run.cards().is_empty(), "{run:#?}");
    };
    goes_on(30, &|n, work| vec![("files_read", json!({"path": format!("{work}/{n}.txt")}))]);
    goes_on(15, &|n, work| {
        vec![
            ("files_list", json!({"folder": work})),
            ("files_make_folder", json!({"path": format!("{work}/made-{n}")})),
        ]
    });
    goes_on(12, &|n, work| vec![("files_search", json!({"folder": work, "name": format!("{n}.txt")}))]);
}

#[test]
fn a_yes_to_an_escalation_takes_the_name_of_what_it_is_about() {
    let home = Home::new();
    let outside = home.file("Documents/outside report.txt", "out");
    let goal = format!("delete {}", outside.display());
    home.file("Downloads/x", "x");
    let grant = home.path().join("Downloads").display().to_string();
    let asked = home.json(&["ask", &goal, "--grant", &grant, "--mode", "auto"]).ended(3);
    let card = asked.cards().into_iter().find(|card| card["escalate"] == true).expect("an escalation").clone();
    let id = text(&card, "id");
    assert_eq!(card["confirm"], "outside report.txt");
    for wrong in [id.as_str(), "yes", "report.txt", ""] {
        home.json(&["approve", &id, "--confirm", wrong]).ended(1);
        assert!(outside.exists());
    }
    home.json(&["approve", &id, "--confirm", "outside report.txt"]).ended(0);
    assert!(!outside.exists());
}
