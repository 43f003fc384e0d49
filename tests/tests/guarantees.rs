//! The guarantees of DESIGN section 1 that the whole program can show from outside, one test each. G4, G5 and G6 are
//! shown over every combination of facts in the decision core; here they are seen once in the real program.

use assent_tests::{Home, assert_same, cannot_run, program, snapshot, text};
use serde_json::{Value, json};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

const MOVE: &str = "move all .pdf files in ~/Downloads to ~/Downloads/Papers";

fn one_card(home: &Home, goal: &str) -> (String, Value) {
    let asked = home.json(&["ask", goal, "--mode", "ask"]).ended(3);
    let card = asked.cards().last().copied().unwrap_or_else(|| panic!("no card: {asked:#?}")).clone();
    (text(&card, "id"), card)
}

#[test]
fn g1_dur_12_the_start_is_on_the_disk_before_the_first_file_moves() {
    let home = Home::new();
    for n in 0..5 {
        home.file(&format!("Downloads/{n}.pdf"), "x");
    }
    let (id, _) = one_card(&home, MOVE);
    let log = home.path().join("strace.log");
    let mut traced = Command::new("strace");
    traced.args(["-f", "-y", "-s", "0", "-o"]).arg(&log);
    traced.args(["-e", "trace=pwrite64,pwritev,write,fsync,fdatasync,rename,renameat,renameat2,linkat"]);
    traced.arg(program()).args(["approve", &id, "--json"]);
    home.dress(&mut traced);
    match traced.output() {
        Ok(output) if output.status.success() => {}
        other => return cannot_run(&format!("strace cannot trace here: {other:?}")),
    }
    let log = fs::read_to_string(&log).expect("the log of strace");
    let lines: Vec<&str> = log.lines().collect();
    let moves: Vec<usize> =
        (0..lines.len()).filter(|n| lines[*n].contains("rename") && lines[*n].contains(".pdf")).collect();
    assert_eq!(moves.len(), 5, "{log}");
    let of_the_journal = |line: &str| line.contains("assent.db-wal") || line.contains("assent.db>");
    let before = &lines[..moves[0]];
    let written = before.iter().rposition(|line| line.contains("write") && of_the_journal(line)).expect("a start row");
    let synced = before.iter().rposition(|line| line.contains("fdatasync(") || line.contains("fsync("));
    let synced = synced.filter(|n| of_the_journal(before[*n])).expect("a sync of the journal");
    assert!(written < synced, "the last row before the first move is not on the disk:\n{}", before.join("\n"));
    let writes_between = lines[moves[0]..moves[4]].iter().any(|line| line.contains("write") && of_the_journal(line));
    assert!(!writes_between, "all inverses are kept before the first effect");
}

#[test]
fn g2_what_changed_since_it_was_shown_asks_again() {
    let home = Home::new();
    let file = home.file("Downloads/paper.pdf", "as shown");
    let (id, card) = one_card(&home, MOVE);
    fs::write(&file, "something else, and longer").expect("change the file");
    let approved = home.json(&["approve", &id]).ended(3);
    assert!(file.exists(), "nothing ran");
    let again = approved.cards()[0];
    assert_ne!((&again["id"], &again["digest"]), (&card["id"], &card["digest"]));
    assert_eq!(home.status(&id), "superseded");
    home.json(&["approve", &text(again, "id")]).ended(0);
    assert!(!file.exists());
}

#[test]
fn g2_a_file_replaced_by_another_of_the_same_name_asks_again() {
    let home = Home::new();
    let file = home.file("Downloads/paper.pdf", "as shown");
    let (id, _) = one_card(&home, MOVE);
    let other = home.file("Downloads/other.tmp", "as shown");
    fs::rename(&other, &file).expect("replace the file");
    home.json(&["approve", &id]).ended(3);
    assert!(file.exists());
}

#[test]
fn g3_a_card_is_answered_once_and_runs_once() {
    let home = Home::new();
    home.json(&["settings", "notes_folder", &home.path().join("Notes").display().to_string()]).ended(0);
    let (id, _) = one_card(&home, "add to-do buy milk");
    home.json(&["approve", &id]).ended(0);
    let second = home.json(&["approve", &id]).ended(1);
    assert_eq!(second.all("error")[0]["code"], "already_decided");
    home.json(&["reject", &id]).ended(1);
    let names = snapshot(&home.path().join("Notes")).names();
    let all: String =
        names.iter().map(|n| fs::read_to_string(home.path().join("Notes").join(n)).expect("a note")).collect();
    assert_eq!(all.matches("buy milk").count(), 1);
}

#[test]
fn g4_protected_places_ask_even_in_autonomous_with_the_flag_and_own_data_is_denied() {
    let home = Home::new();
    let file = home.file(".bashrc", "alias ll='ls -l'");
    let asked = home.json(&["ask", "delete ~/.bashrc", "--mode", "auto", "--approve", "all"]).ended(3);
    assert_eq!(asked.cards()[0]["escalate"], true);
    assert!(file.exists());
    let own = home.data().join("assent.db");
    let grant = home.data().display().to_string();
    let denied = home.json(&["ask", &format!("delete {}", own.display()), "--grant", &grant, "--mode", "auto"]);
    assert!(denied.cards().is_empty(), "{denied:#?}");
    assert!(denied.all("action").iter().any(|action| action["status"] == "denied"), "{denied:#?}");
    home.json(&["verify"]).ended(0);
}

#[test]
fn g5_a_denial_sticks_for_the_run() {
    let home = Home::new();
    let file = home.file("Downloads/paper.pdf", "x");
    let (id, card) = one_card(&home, "delete ~/Downloads/paper.pdf");
    home.json(&["reject", &id, "--reason", "no"]);
    let again = home.json(&["say", &text(&card, "run"), "delete ~/Downloads/paper.pdf"]);
    assert!(again.cards().is_empty(), "{again:#?}");
    assert!(again.all("action").iter().all(|action| action["effect"] == "observe"), "{again:#?}");
    assert!(file.exists());
}

#[test]
fn g8_cards_survive_a_kill_with_the_same_ids_and_digests() {
    let home = Home::new();
    home.file("Downloads/paper.pdf", "x");
    let (id, card) = one_card(&home, MOVE);
    let mut core = home.core();
    core.kill().expect("kill");
    core.wait().expect("the end");
    let inbox = home.inbox();
    assert_eq!(inbox.len(), 1);
    assert_eq!((&inbox[0]["id"], &inbox[0]["digest"]), (&card["id"], &card["digest"]));
    home.json(&["approve", &id]).ended(0);
}

#[test]
fn g9_freeze_stops_everything_survives_a_restart_and_works_while_another_program_is_open() {
    let home = Home::new();
    let file = home.file("Downloads/paper.pdf", "x");
    let (id, _) = one_card(&home, MOVE);
    home.json(&["freeze"]).ended(0);
    let refused = home.json(&["approve", &id]).ended(1);
    assert_eq!(refused.all("error")[0]["code"], "frozen");
    assert_eq!(home.status(&id), "waiting");
    let ran = home.json(&["ask", MOVE, "--mode", "auto"]);
    assert_ne!(ran.status, 0);
    assert!(file.exists());
    home.json(&["unfreeze"]).ended(0);
    home.json(&["approve", &id]).ended(0);
    assert!(!file.exists());

    let mut core = home.core();
    home.json(&["freeze"]).ended(0);
    let since = Instant::now();
    while home.data().join("freeze").exists() {
        assert!(since.elapsed() < Duration::from_secs(5), "not frozen within 5 s");
    }
    core.kill().expect("end core");
    core.wait().expect("core ends");
    let ran = home.json(&["ask", "add to-do buy milk", "--mode", "auto"]);
    assert_ne!(ran.status, 0, "still frozen after the restart: {ran:#?}");
}

#[test]
fn self_05_no_file_no_link_and_no_pipe_brings_in_a_rule() {
    let home = Home::new();
    let rule = json!({"answer": "allow", "tool": "files.move", "conditions": [], "scope": {"scope": "everywhere"}});
    home.file("rules.json", &json!([rule]).to_string());
    home.file(".config/assent/rules.json", &json!([rule]).to_string());
    fs::create_dir_all(home.data()).expect("make the data folder");
    fs::write(home.data().join("rules.json"), json!([rule]).to_string()).expect("write a file of rules");
    for args in [
        &["rules", "import", "rules.json"][..],
        &["rules", "add", "--file", "rules.json"],
        &["rules", "add", "@rules.json"],
        &["import", "rules.json"],
        &["assent://rules/add?tool=files.move&answer=allow"],
    ] {
        assert_eq!(home.json(args).status, 2, "{args:?}");
    }
    assert_eq!(home.json(&["rules"]).ended(0).all("rule").len(), 0);
    home.file("Downloads/paper.pdf", "x");
    let (id, _) = one_card(&home, MOVE);
    assert_eq!(home.status(&id), "waiting");
}

#[test]
fn self_09_no_switch_and_nothing_in_the_environment_turns_the_asking_off() {
    let home = Home::new();
    let file = home.file("Downloads/paper.pdf", "x");
    for flag in ["--yolo", "--dangerously-skip-permissions", "--no-policy", "--debug", "--force", "--yes"] {
        assert_eq!(home.json(&["ask", MOVE, "--mode", "ask", flag]).status, 2, "{flag}");
    }
    let mut command = home.command(&["--json", "ask", MOVE, "--mode", "ask"]);
    for name in ["ASSISTANT_POLICY", "ASSENT_POLICY", "ASSENT_ASK", "ASSENT_APPROVALS", "ASSENT_FLOOR"] {
        command.env(name, "off");
    }
    for name in ["ASSENT_YOLO", "ASSENT_DEBUG", "ASSENT_TEST", "ASSENT_APPROVE", "ASSENT_UNSAFE", "DEBUG", "CI"] {
        command.env(name, "all");
    }
    assert_eq!(command.status().expect("run the program").code(), Some(3), "it waits for a person");
    assert!(file.exists());
    assert_eq!(home.inbox().len(), 1);
}

#[test]
fn g10_waiting_is_never_called_done_and_withdrawn_is_never_called_rejected() {
    let home = Home::new();
    home.messy("Downloads");
    let asked = home.json(&["ask", "tidy ~/Downloads by type and trash the duplicates", "--mode", "ask"]).ended(3);
    assert_eq!(asked.end()["status"], "waiting");
    assert_eq!(asked.end()["waiting"], json!(asked.cards().len() + asked.all("question").len()));
    let cards = asked.cards();
    let stopped = home.json(&["reject", &text(cards[0], "id"), "--stop"]).ended(1);
    assert_eq!(stopped.end()["status"], "stopped");
    assert_eq!(home.status(&text(cards[0], "id")), "rejected");
    for card in &cards[1..] {
        assert_eq!(home.status(&text(card, "id")), "withdrawn");
    }
    assert!(home.inbox().is_empty());
    let tasks = home.json(&["tasks"]).ended(0);
    assert_eq!(tasks.all("task")[0]["status"], "stopped");
}

#[test]
fn g11_asking_deciding_searching_verifying_and_undoing_need_no_network() {
    let home = Home::new();
    let downloads = home.messy("Downloads");
    let before = snapshot(&downloads);
    let without_network = |args: &[&str]| {
        let mut command = Command::new("bwrap");
        command.args(["--unshare-net", "--dev-bind", "/", "/"]).arg(program()).args(args).arg("--json");
        home.dress(&mut command);
        command
    };
    match without_network(&["inbox"]).output() {
        Ok(output) if output.status.success() => {}
        other => return cannot_run(&format!("there is no sandbox without a network here: {other:?}")),
    }
    let run = |args: &[&str]| assent_tests::Run::of(&mut without_network(args));
    let asked = run(&["ask", "tidy ~/Downloads by type", "--mode", "ask"]).ended(3);
    let ids: Vec<String> = asked.cards().iter().map(|card| text(card, "id")).collect();
    let mut approve = vec!["approve"];
    approve.extend(ids.iter().map(String::as_str));
    run(&approve).ended(0);
    run(&["history", "--search", "jaźń"]).ended(0);
    run(&["undo", &text(asked.end(), "run")]).ended(0);
    assert_same(&before, &snapshot(&downloads));
    run(&["verify"]).ended(0);
}

#[test]
fn g12_no_listening_socket_is_open_and_the_data_is_readable_by_the_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let mut core = home.core();
    let sockets: Vec<String> = fs::read_dir(format!("/proc/{}/fd", core.id()))
        .expect("the open files of core")
        .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|to| Some(to.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()))
        .collect();
    for table in ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"] {
        let rows = fs::read_to_string(format!("/proc/{}/net/{table}", core.id())).unwrap_or_default();
        for row in rows.lines().skip(1) {
            let inode = row.split_whitespace().nth(9).unwrap_or_default();
            assert!(!sockets.iter().any(|socket| socket == inode), "{table}: {row}");
        }
    }
    // SO_ACCEPTCON: a local socket that takes callers.
    let rows = fs::read_to_string(format!("/proc/{}/net/unix", core.id())).expect("local sockets");
    for row in rows.lines().skip(1) {
        let fields: Vec<&str> = row.split_whitespace().collect();
        let listens = u32::from_str_radix(fields[3], 16).is_ok_and(|flags| flags & 0x1_0000 != 0);
        let at = fields.get(7).copied().unwrap_or_default();
        let ours = at == home.data().join("socket").to_string_lossy();
        assert!(ours || !(listens && sockets.iter().any(|socket| socket == fields[6])), "{row}");
    }
    core.kill().expect("end core");
    core.wait().expect("core ends");
    let mode = |path: &std::path::Path| fs::metadata(path).expect("data").permissions().mode() & 0o777;
    assert_eq!(mode(&home.data()), 0o700);
    for entry in fs::read_dir(home.data()).expect("the data folder") {
        let path = entry.expect("an entry").path();
        assert_eq!(mode(&path) & 0o077, 0, "{} can be read by others", path.display());
    }
}
