//! It stops first and writes then: a freeze reaches every run and child within five seconds, whatever the disk, the
//! history or the socket do meanwhile, and it holds until the user takes it back.

use crate::rig::{Ends, Rig, says, until};
use assent_tests::scripted_model::Event;
use assent_tests::{Home, Run, program, text};
use rusqlite::Connection;
use serde_json::json;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

const WITHIN: Duration = Duration::from_secs(5);
const LINE: &str = "while :; do date >> ticks.txt; sleep 0.02; done";

/// A core that drives a task whose command line ticks on, approved by a person.
struct Ticking {
    rig: Rig,
    core: Ends,
    _asking: Ends,
}

// A program that is not ended by a file that may not grow any more, but told so, as on a full disk.
fn core(home: &Home) -> Child {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" core"]).arg(program());
    home.dress(&mut command);
    let mut core = command.stdout(Stdio::piped()).spawn().expect("start assent core");
    let mut line = String::new();
    BufReader::new(core.stdout.as_mut().expect("its output")).read_line(&mut line).expect("its first line");
    assert!(line.contains("Ctrl+C"), "{line:?}");
    core
}

impl Ticking {
    fn new() -> Ticking {
        let rig = Rig::new(|_| vec![says(&[("shell_run", json!({"line": LINE}))])]);
        let asked = rig.ask(&["--mode", "ask"]).ended(3);
        let card = asked.cards()[0].clone();
        let core = Ends(core(&rig.home));
        let mut args = vec!["approve".to_owned(), text(&card, "id")];
        if let Some(confirm) = card["confirm"].as_str() {
            args.extend(["--confirm".to_owned(), confirm.to_owned()]);
        }
        let asking = Ends(rig.home.start(&args.iter().map(String::as_str).collect::<Vec<_>>()));
        let ticking = Ticking { rig, core, _asking: asking };
        until("the command runs", 20, || ticking.runs());
        ticking
    }

    // What the line changes is not seen in the folder before its end; that it runs is seen by its shell.
    fn runs(&self) -> bool {
        let home = self.rig.home.path().display().to_string();
        let processes = fs::read_dir("/proc").expect("the processes").flatten().map(|process| process.path());
        let of_this_line = |path: &std::path::PathBuf| {
            let read = |name| fs::read_to_string(path.join(name)).unwrap_or_default();
            read("cmdline").contains("ticks.txt") && read("mountinfo").contains(&home)
        };
        processes.into_iter().any(|path| of_this_line(&path))
    }

    /// Freezes, and sees that nothing ticks any more within five seconds.
    #[track_caller]
    fn freezes(&self) -> Run {
        let since = Instant::now();
        let frozen = self.rig.home.json(&["freeze"]);
        self.stands(since);
        frozen
    }

    #[track_caller]
    fn stands(&self, since: Instant) {
        while self.runs() {
            assert!(since.elapsed() < WITHIN, "it goes on under the freeze");
            std::thread::yield_now();
        }
    }

    fn limit(&self, bytes: &str) {
        let pid = self.core.0.id().to_string();
        let limit = Command::new("prlimit").args(["--pid", &pid, &format!("--fsize={bytes}:unlimited")]).status();
        assert!(limit.expect("prlimit").success(), "prlimit cannot set a limit here");
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.core.0.id().to_string()]).status();
        assert!(sent.expect("kill").success());
    }

    fn socket(&self) -> std::path::PathBuf {
        self.rig.home.data().join("socket")
    }

    /// That it stays frozen after a restart.
    #[track_caller]
    fn stays_frozen(mut self) {
        self.core.0.kill().expect("end core");
        self.core.0.wait().expect("core ends");
        frozen(&self.rig);
    }
}

#[track_caller]
fn frozen(rig: &Rig) {
    let before = rig.model.bodies().len();
    assert_ne!(rig.ask(&["--mode", "auto"]).status, 0);
    assert_eq!(rig.model.bodies().len(), before, "a model was asked under the freeze");
}

#[test]
fn on_a_full_disk_it_stops_and_says_what_could_not_be_written() {
    let ticking = Ticking::new();
    ticking.limit("1024");
    let run = ticking.freezes().ended(0);
    assert!(run.stdout.contains("Everything is stopped.") && run.stdout.contains("restart"), "{run:#?}");
    // An unfreeze that cannot be written leaves it frozen.
    assert_ne!(ticking.rig.home.json(&["unfreeze"]).status, 0);
    frozen(&ticking.rig);
    ticking.limit("unlimited");
    until("it is written down once there is room", 10, || !ticking.rig.home.data().join("freeze").exists());
    ticking.stays_frozen();
}

#[test]
fn on_a_full_disk_it_outlives_a_restart_by_its_mark() {
    let ticking = Ticking::new();
    ticking.limit("1024");
    ticking.freezes().ended(0);
    ticking.stays_frozen();
}

#[test]
fn with_the_history_locked_by_another_program_it_stops() {
    let ticking = Ticking::new();
    let other = Connection::open(ticking.rig.home.data().join("assent.db")).expect("the history");
    other.execute_batch("BEGIN IMMEDIATE").expect("lock it");
    let run = ticking.freezes().ended(0);
    assert!(run.stdout.contains("Everything is stopped."), "{run:#?}");
    other.execute_batch("ROLLBACK").expect("let it go");
    until("it is written down", 15, || !ticking.rig.home.data().join("freeze").exists());
    ticking.stays_frozen();
}

fn with_callers(count: usize, say: &[u8]) {
    let ticking = Ticking::new();
    let mut callers = Vec::new();
    for _ in 0..count {
        let mut caller = UnixStream::connect(ticking.socket()).expect("connect");
        let _ = caller.write_all(say);
        callers.push(caller);
    }
    ticking.freezes().ended(0);
    drop(callers);
    ticking.stays_frozen();
}

#[test]
fn sixty_four_callers_that_say_nothing_keep_it_out_no_longer() {
    with_callers(64, b"");
}

#[test]
fn three_hundred_callers_that_say_nothing_do_not_either() {
    with_callers(300, b"");
}

#[test]
fn callers_that_say_half_of_something_do_not_either() {
    with_callers(80, &[b'{'; 60_000]);
}

#[test]
fn with_the_socket_gone_it_stops() {
    let ticking = Ticking::new();
    fs::remove_file(ticking.socket()).expect("take the socket away");
    ticking.freezes().ended(0);
    ticking.stays_frozen();
}

#[test]
fn with_a_socket_that_answers_nobody_it_stops() {
    let ticking = Ticking::new();
    fs::remove_file(ticking.socket()).expect("take the socket away");
    let _silent = UnixListener::bind(ticking.socket()).expect("another socket");
    ticking.freezes().ended(0);
    ticking.stays_frozen();
}

#[test]
fn two_at_once_stop_it_once() {
    let ticking = Ticking::new();
    let since = Instant::now();
    let both = Arc::new(Barrier::new(2));
    let other = {
        let (both, mut command) = (both.clone(), ticking.rig.home.command(&["freeze", "--json"]));
        std::thread::spawn(move || {
            both.wait();
            Run::of(&mut command)
        })
    };
    both.wait();
    ticking.rig.home.json(&["freeze"]).ended(0);
    other.join().expect("the other").ended(0);
    ticking.stands(since);
    ticking.stays_frozen();
}

#[test]
fn a_core_that_hangs_is_named_and_freezes_when_it_goes_on() {
    let ticking = Ticking::new();
    ticking.signal("-STOP");
    let since = Instant::now();
    let run = ticking.rig.home.json(&["freeze"]).ended(1);
    assert!(since.elapsed() < WITHIN && run.stdout.contains("has not answered"), "{run:#?}");
    ticking.signal("-CONT");
    ticking.stands(Instant::now());
    ticking.stays_frozen();
}

#[test]
fn a_terminal_that_waits_for_a_silent_model_is_stopped() {
    let rig = Rig::new(|_| vec![Event::Silent]);
    let mut asking = Ends(rig.start(&[]));
    until("the model is asked", 20, || !rig.model.bodies().is_empty());
    let since = Instant::now();
    rig.home.json(&["freeze"]).ended(0);
    let ended = asking.0.wait().expect("an end");
    assert!(since.elapsed() < WITHIN && ended.signal().is_none() && !ended.success(), "{ended:?}");
    frozen(&rig);
}

#[test]
fn without_trouble_it_is_written_at_once_and_the_task_goes_on_after_the_unfreeze() {
    let rig = Rig::new(|home| {
        let path = home.path().join("Work/new").display().to_string();
        vec![says(&[("files_make_folder", json!({"path": path}))])]
    });
    let asked = rig.ask(&["--mode", "ask"]).ended(3);
    let id = text(asked.cards()[0], "id");
    let core = Ends(core(&rig.home));
    let run = rig.home.json(&["freeze"]).ended(0);
    assert!(run.stdout.contains("Frozen.") && !rig.home.data().join("freeze").exists(), "{run:#?}");
    assert_eq!(rig.home.json(&["approve", &id]).ended(1).all("error")[0]["code"], "frozen");
    rig.home.json(&["unfreeze"]).ended(0);
    rig.home.json(&["approve", &id]).ended(0);
    assert!(rig.home.path().join("Work/new").is_dir());
    drop(core);
    assert_eq!(rig.home.json(&["verify"]).ended(0).all("verification")[0]["ok"], true);
}
