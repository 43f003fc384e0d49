//! The program is killed at random moments: while cards wait, while small tasks run, and while a large batch is under
//! way. Afterwards every card has its id and digest, no action ran twice, every file exists exactly once, what nobody
//! knows is shown as unknown, and the history is whole. `ASSENT_KILLS` says how often, `ASSENT_LETTER_KILLS` how often
//! while a letter is sent, which takes longest (else one in twenty), and `ASSENT_SEED` repeats a run.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_tests::mail_servers::MailServers;
use assent_tests::scripted_model::{Event, Interface, Said, ScriptedModel};
use assent_tests::{Home, Run, assert_same, snapshot, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

const BATCH: usize = 300;

/// xorshift64*: the same moments for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % below.max(1)
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn dice(what: &str) -> Dice {
    let seed = number("ASSENT_SEED", 20_261_122);
    eprintln!("{what}: ASSENT_SEED={seed}");
    Dice(seed.wrapping_add(what.len() as u64 * 7919) | 1)
}

/// A share of `ASSENT_KILLS`, in percent.
fn kills(percent: u64) -> u64 {
    (number("ASSENT_KILLS", 200) * percent).div_ceil(100)
}

/// Runs the program and kills it after `moment`, unless it ended before. Says whether it was killed.
fn killed(home: &Home, args: &[&str], moment: Duration) -> bool {
    killed_after(home, args, || true, moment)
}

/// The same, but `moment` counts from when `begun` first holds.
fn killed_after(home: &Home, args: &[&str], begun: impl Fn() -> bool, moment: Duration) -> bool {
    let mut child = home.start(args);
    let mut since = None;
    loop {
        if since.is_none() && begun() {
            since = Some(Instant::now());
        }
        if since.is_some_and(|since| since.elapsed() >= moment) {
            break;
        }
        if child.try_wait().expect("look at the program").is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    let _ = child.kill();
    child.wait().expect("the end");
    true
}

fn micros(dice: &mut Dice, most: Duration) -> Duration {
    Duration::from_micros(dice.roll(u64::try_from(most.as_micros()).unwrap_or(u64::MAX)))
}

fn timed(home: &Home, args: &[&str]) -> (Run, Duration) {
    let since = Instant::now();
    (home.json(args), since.elapsed())
}

fn cards(home: &Home) -> BTreeMap<String, String> {
    home.inbox().iter().map(|card| (text(card, "id"), text(card, "digest"))).collect()
}

#[test]
fn dur_05_cards_keep_their_ids_and_digests_through_kills() {
    let (home, mut dice) = (Home::new(), dice("cards"));
    for n in 0..20 {
        home.file(&format!("Downloads/{n}.pdf"), "x");
        home.json(&["ask", &format!("delete ~/Downloads/{n}.pdf"), "--mode", "ask"]).ended(3);
    }
    let mut known = cards(&home);
    assert_eq!(known.len(), 20);
    let (_, whole) = timed(&home, &["ask", "delete ~/Downloads/0.pdf", "--mode", "ask"]);
    let (mut n, mut died) = (0, 0);
    while died < kills(40) {
        n += 1;
        assert!(n < 100 + 10 * kills(40), "the program ends before it can be killed");
        let ask = format!("add to-do item {n}");
        let args: &[&[&str]] =
            &[&["inbox"], &["core"], &["verify"], &["ask", &ask, "--mode", "ask"], &["history", "--search", "pdf"]];
        died += u64::from(killed(&home, args[dice.roll(5) as usize], micros(&mut dice, whole)));
        let now = cards(&home);
        for (id, digest) in &known {
            assert_eq!(now.get(id), Some(digest), "kill {n}: {id}");
        }
        known = now;
    }
    for n in 0..20 {
        assert!(home.path().join(format!("Downloads/{n}.pdf")).exists(), "nothing ran that nobody approved");
    }
    home.json(&["verify"]).ended(0);
}

#[test]
fn dur_03_a_small_action_is_never_done_twice_and_never_half() {
    let (home, mut dice) = (Home::new(), dice("small"));
    let notes = home.path().join("Notes");
    home.json(&["settings", "notes_folder", &notes.display().to_string()]).ended(0);
    let (_, whole) = timed(&home, &["ask", "add to-do warm up", "--mode", "semi"]);
    let (mut died, mut unknowns) = (0, 0);
    let mut n = 0;
    while died < kills(40) {
        n += 1;
        assert!(n < 100 + 10 * kills(40), "the program ends before it can be killed");
        let item = format!("number-{n}-end");
        let ask = format!("add to-do {item}");
        died += u64::from(killed(&home, &["ask", &ask, "--mode", "semi"], micros(&mut dice, whole)));
        // Whatever was going on goes on: what was started is unknown and stays so, what was not starts now.
        let tasks = home.json(&["tasks"]).ended(0);
        let mine = tasks.all("task").into_iter().find(|task| text(task, "goal").contains(&item)).cloned();
        let before = home_count(&home, &item);
        assert!(before <= 1, "kill {n}: {item} is there {before} times");
        let Some(task) = mine else { continue };
        home.json(&["resume", &text(&task, "run")]);
        let actions = home.json(&["history", "--tool", "todos.add", "--limit", "1"]).ended(0);
        let action = actions.all("action").first().map(|action| (*action).clone());
        let action = action.filter(|action| action["run"] == task["run"]);
        let after = home_count(&home, &item);
        match action.as_ref().and_then(|action| action["status"].as_str()) {
            Some("succeeded") => assert_eq!(after, 1, "kill {n}: {action:?}"),
            Some("unknown") => assert_eq!(after, before, "kill {n}: an unknown action was done again: {action:?}"),
            // The run ended with nothing done, and says so.
            _ => assert_eq!(after, 0, "kill {n}: {action:?} {:?}", home.json(&["tasks"]).lines.first()),
        }
        if let Some(unknown) = action.filter(|action| action["status"] == "unknown") {
            unknowns += 1;
            let inbox = home.json(&["inbox"]).ended(0);
            let shown = |line: &&Value| line["id"] == unknown["id"] && line["status"] == "unknown";
            assert!(inbox.all("action").iter().any(shown), "kill {n}: the unknown one is not in the inbox");
            home.json(&["dismiss", &text(&unknown, "id")]).ended(0);
        }
    }
    eprintln!("killed while running: {died} of {n}, left unknown: {unknowns}");
    home.json(&["verify"]).ended(0);
}

#[test]
fn dur_03_what_is_held_is_sent_at_most_once_and_what_was_recalled_never() {
    let (home, mut dice) = (Home::new(), dice("holds"));
    stand_in_that_sends(&home);
    let sends = || {
        let log = fs::read_to_string(home.data().join("servers/post/log.txt")).expect("the server's log");
        log.lines().filter(|line| line.contains("tools/call")).count()
    };
    let (mut n, mut died, mut recalled, mut unknowns) = (0, 0, 0, 0);
    while died < kills(25) {
        n += 1;
        assert!(n < 100 + 10 * kills(25), "the program ends before it can be killed");
        let call = json!({"to": "anna@example.org", "text": format!("number {n}")});
        let said = |calls| Event::Says(Said { calls, ..Said::default() });
        let script = vec![said(vec![(format!("c{n}"), "post_send_message".into(), call)])];
        let model = ScriptedModel::start(Interface::OpenAi, script);
        home.json(&["settings", "base_url", model.address()]).ended(0);
        let asked = home.json(&["ask", "write to anna", "--mode", "semi", "--model", "scripted-1"]).ended(3);
        let (id, run) = (text(asked.cards()[0], "id"), text(asked.end(), "run"));
        let before = sends();
        // The hold is one second; a few of the kills come after it.
        died += u64::from(killed(&home, &["approve", &id], micros(&mut dice, Duration::from_millis(1800))));
        let status = home.status(&id);
        match status.as_str() {
            "waiting" | "approved" | "held" => assert_eq!(sends(), before, "kill {n}: sent before its start"),
            "unknown" => unknowns += 1,
            "succeeded" => assert_eq!(sends(), before + 1, "kill {n}"),
            other => panic!("kill {n}: {id} is {other}"),
        }
        let so_far = sends();
        match (status.as_str(), n % 2) {
            ("held" | "approved", 0) => {
                recalled += 1;
                home.json(&["recall", &id]).ended(0);
                home.json(&["resume", &run]).ended(0);
                assert_eq!((home.status(&id).as_str(), sends()), ("recalled", before), "kill {n}");
            }
            ("held" | "approved", _) => {
                home.json(&["resume", &run]).ended(0);
                assert_eq!((home.status(&id).as_str(), sends()), ("succeeded", before + 1), "kill {n}");
            }
            ("waiting", _) => drop(home.json(&["reject", &id, "--stop"])),
            _ => {
                home.json(&["resume", &run]);
                assert_eq!(sends(), so_far, "kill {n}: sent again");
            }
        }
        if status == "unknown" {
            home.json(&["dismiss", &id]).ended(0);
        }
    }
    eprintln!("killed while running: {died} of {n}, recalled: {recalled}, left unknown: {unknowns}");
    home.json(&["verify"]).ended(0);
}

#[test]
fn dur_03_a_letter_is_sent_at_most_once_and_a_copy_that_is_there_was_sent() {
    let (home, mut dice) = (Home::new(), dice("letters"));
    let servers = MailServers::start_for_any_password();
    servers.add_to(&home);
    home.json(&["settings", "hold_seconds", "1"]).ended(0);
    let sent = |n: u64| servers.sent().iter().filter(|letter| letter.contains(&format!("number {n}."))).count();
    let hold = Duration::from_secs(1);
    let mut whole = None;
    let (mut n, mut died, mut unknowns, mut found) = (0, 0, 0, 0);
    let wanted = number("ASSENT_LETTER_KILLS", kills(5));
    while died < wanted {
        n += 1;
        assert!(n < 100 + 10 * wanted, "the program ends before it can be killed");
        let letter = json!({"to": ["bob@example.com"], "subject": "Numbers", "text": format!("This is number {n}.")});
        let said =
            vec![Event::Says(Said { calls: vec![(format!("c{n}"), "mail_send".into(), letter)], ..Said::default() })];
        let model = ScriptedModel::start(Interface::OpenAi, said);
        home.json(&["settings", "base_url", model.address()]).ended(0);
        let goal = format!("write a letter to bob@example.com: This is number {n}.");
        let asked = home.json(&["ask", &goal, "--mode", "semi", "--model", "scripted-1"]).ended(3);
        let (id, run) = (text(asked.cards()[0], "id"), text(asked.end(), "run"));
        match whole {
            // Once to its end, to know how long that takes.
            None => whole = Some(timed(&home, &["approve", &id]).1.max(2 * hold)),
            // Every second one is aimed at what comes after the hold.
            Some(whole) => {
                let from = if n % 2 == 0 { Duration::ZERO } else { hold };
                died += u64::from(killed(&home, &["approve", &id], from + micros(&mut dice, whole - from)));
            }
        }
        let status = home.status(&id);
        match status.as_str() {
            "waiting" => drop(home.json(&["reject", &id, "--stop"])),
            "approved" | "held" => {
                assert_eq!(sent(n), 0, "kill {n}: sent before its start");
                home.json(&["resume", &run]).ended(0);
                assert_eq!((home.status(&id).as_str(), sent(n)), ("succeeded", 1), "kill {n}");
            }
            "unknown" => {
                unknowns += 1;
                let there = home.json(&["look", &id]).ended(0).stdout.contains("it was found");
                found += u32::from(there);
                assert!(!there || sent(n) == 1, "kill {n}: a copy of what was not sent");
                home.json(&["resume", &run]);
                assert_eq!(home.status(&id), "unknown", "kill {n}: only a person settles it");
                home.json(&["dismiss", &id]).ended(0);
            }
            "succeeded" => assert_eq!(sent(n), 1, "kill {n}"),
            other => panic!("kill {n}: {id} is {other}"),
        }
        assert!(sent(n) <= 1, "kill {n}: sent twice");
    }
    assert!((1..=n).all(|n| sent(n) <= 1), "sent twice");
    eprintln!("killed while running: {died} of {n}, left unknown: {unknowns}, of those found among the sent: {found}");
    home.json(&["verify"]).ended(0);
}

// The tools' stand-in for faults, offering one tool that is declared to send; holds of one second.
#[test]
fn dur_03_helpers_killed_between_their_steps_lose_nothing_and_do_nothing_twice() {
    let (home, mut dice) = (Home::new(), dice("helpers"));
    home.json(&["settings", "model", "scripted-1"]);
    let model = ScriptedModel::by(Interface::OpenAi, |body| Event::Says(lead_or_helper(body)));
    home.json(&["settings", "base_url", model.address()]).ended(0);
    let ask = |n: u64| format!("let two helpers add the notes of round {n}.");
    let (warm, whole) = timed(&home, &["ask", &ask(0), "--mode", "semi"]);
    assert_eq!(warm.end()["status"], "done", "{warm:#?}");
    let (mut n, mut died, mut unknowns) = (0, 0, 0);
    while died < kills(5) {
        n += 1;
        assert!(n < 100 + 10 * kills(5), "the program ends before it can be killed");
        died += u64::from(killed(&home, &["ask", &ask(n), "--mode", "semi"], micros(&mut dice, whole)));
        let tasks = home.json(&["tasks"]).ended(0);
        let Some(task) = tasks.all("task").into_iter().find(|task| task["goal"] == ask(n)).cloned() else { continue };
        let run = text(&task, "run");
        // Once more, while it goes on.
        if n % 2 == 0 {
            died += u64::from(killed(&home, &["resume", &run], micros(&mut dice, whole)));
        }
        let ended = home.json(&["resume", &run]);
        assert_eq!(ended.end()["status"], "done", "kill {n}: {ended:#?}");
        let tasks = home.json(&["tasks"]).ended(0);
        for part in ["first", "second"] {
            let goal = helpers_goal(part, n);
            let helpers: Vec<_> = tasks.all("task").into_iter().filter(|task| task["goal"] == goal).collect();
            assert_eq!(helpers.len(), 1, "kill {n}: {helpers:?}");
            assert_eq!((&helpers[0]["status"], &helpers[0]["parent"]), (&json!("done"), &json!(run)), "kill {n}");
            for step in 1..=2 {
                let item = item(part, step, n);
                let found = added(&home, &item);
                assert_eq!(found.len(), 1, "kill {n}: {item} was asked for {} times", found.len());
                let there = home_count(&home, &item);
                match found[0].as_str() {
                    "succeeded" => assert_eq!(there, 1, "kill {n}: {item}"),
                    "unknown" => {
                        unknowns += 1;
                        assert!(there <= 1, "kill {n}: {item} is there {there} times");
                    }
                    other => panic!("kill {n}: {item} is {other}"),
                }
            }
        }
    }
    eprintln!("killed while helpers worked: {died} of {n}, left unknown: {unknowns}");
    assert_eq!(home.json(&["verify"]).ended(0).all("verification")[0]["ok"], true);
}

fn helpers_goal(part: &str, round: u64) -> String {
    format!("Add the {part} notes of round {round}.")
}

fn item(part: &str, step: usize, round: u64) -> String {
    format!("{part}-{step}-of-round-{round}-end")
}

// By the run's first words and by how often it has replied, so that a model that is asked again says the same.
fn lead_or_helper(body: &str) -> Said {
    let body: Value = serde_json::from_str(body).expect("a request");
    let messages = body["messages"].as_array().expect("messages");
    let goal = messages.iter().find(|message| message["role"] == "user").expect("a goal")["content"].to_string();
    let replied = messages.iter().filter(|message| message["role"] == "assistant").count();
    let round = goal.split("of round ").nth(1).and_then(|rest| rest.split('.').next()).expect("a round");
    let round: u64 = round.parse().expect("a number");
    let part = ["first", "second"].into_iter().find(|part| goal.contains(&format!("Add the {part}")));
    let calls = match (part, replied) {
        (None, 0) => ["first", "second"]
            .map(|part| (format!("h-{part}"), "delegate".to_owned(), json!({"goal": helpers_goal(part, round)})))
            .to_vec(),
        (Some(part), step @ (0 | 1)) => {
            vec![(
                format!("s{step}"),
                "notes_add".to_owned(),
                json!({"title": format!("{part} {step} {round}"), "text": item(part, step + 1, round)}),
            )]
        }
        _ => Vec::new(),
    };
    Said { text: if calls.is_empty() { "Done.".into() } else { String::new() }, calls, ..Said::default() }
}

/// How each action that writes this note stands.
fn added(home: &Home, item: &str) -> Vec<String> {
    let database = rusqlite::Connection::open(home.data().join("assent.db")).expect("open the history");
    let mut asked = database
        .prepare("SELECT status FROM action WHERE tool = 'notes.add' AND args LIKE '%' || ? || '%'")
        .expect("a question");
    let rows = asked.query_map([item], |row| row.get(0)).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

fn home_count(home: &Home, item: &str) -> usize {
    let notes = home.path().join("Notes");
    if !notes.exists() {
        return 0;
    }
    let names = snapshot(&notes).names();
    names.iter().map(|n| fs::read_to_string(notes.join(n)).unwrap_or_default().matches(item).count()).sum()
}

fn stand_in_that_sends(home: &Home) {
    let own = home.data().join("servers/post");
    fs::create_dir_all(&own).expect("a folder");
    let fields = json!({"to": {"type": "string"}, "text": {"type": "string"}});
    let schema = json!({"type": "object", "properties": fields, "required": ["to", "text"]});
    let offered = json!([{"name": "send_message", "description": "Sends a message.", "inputSchema": schema}]);
    fs::write(own.join("definitions.json"), offered.to_string()).expect("write the definitions");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace");
    let script = root.join("src-tauri/crates/tools/tests/stand_in.mjs").display().to_string();
    home.assent(&["--json", "connections", "add", "post", "--", "node", &script]).ended(0);
    home.json(&["connections", "declare", "post", "send_message", "sends"]).ended(0);
    home.json(&["settings", "hold_seconds", "1"]).ended(0);
    home.json(&["settings", "model", "scripted-1"]);
}

#[test]
fn dur_02_a_batch_killed_on_the_way_loses_no_file_and_is_taken_back_whole() {
    let (home, mut dice) = (Home::new(), dice("batch"));
    for n in 0..BATCH {
        home.file(&format!("Downloads/{n:03}.pdf"), &format!("file {n}"));
    }
    let folder = home.path().join("Downloads");
    let before = snapshot(&folder);
    let goal = "move all .pdf files in ~/Downloads to ~/Downloads/Papers";
    let (mut killed_midway, mut ended_unknown) = (0, 0);
    let mut whole = None;
    let (mut n, mut died) = (0, 0);
    while died < kills(20) {
        assert!(n < 100 + 10 * kills(20), "the program ends before it can be killed");
        let asked = home.json(&["ask", goal, "--mode", "ask"]).ended(3);
        let (id, run) = (text(asked.cards()[0], "id"), text(asked.end(), "run"));
        match whole {
            // Once to its end, to know how long that takes.
            None => whole = Some(timed(&home, &["approve", &id]).1),
            Some(whole) => {
                n += 1;
                // Every second one is aimed at the middle of the batch, which is a small part of the whole time.
                let begun = || n % 2 == 0 || folder.join("Papers").exists();
                let moment = if n % 2 == 0 { whole } else { Duration::from_millis(15) };
                let moment = micros(&mut dice, moment);
                died += u64::from(killed_after(&home, &["approve", &id], begun, moment));
            }
        }
        let now = snapshot(&folder);
        assert_eq!(now.contents(), before.contents(), "kill {n}: a file is lost or there twice");
        let moved = now.names().iter().filter(|name| name.starts_with("Papers/")).count();
        killed_midway += u32::from(moved > 0 && moved < BATCH);
        let status = home.status(&id);
        match status.as_str() {
            "waiting" | "approved" => assert_eq!(moved, 0, "kill {n}: moved before the start row"),
            "unknown" => {
                ended_unknown += 1;
                home.json(&["resume", &run]);
                let later = snapshot(&folder);
                assert_same(&now, &later);
                assert_eq!(home.status(&id), "unknown", "kill {n}: only a person settles it");
            }
            "succeeded" => assert_eq!(moved, BATCH, "kill {n}"),
            other => panic!("kill {n}: {id} is {other}"),
        }
        match status.as_str() {
            "waiting" => {
                home.json(&["reject", &id, "--stop"]);
            }
            "approved" => {
                home.json(&["resume", &run]).ended(0);
                home.json(&["undo", &id]).ended(0);
            }
            // Killed between the start row and the inverses: nothing can have happened, so there is nothing to undo.
            "unknown" if moved == 0 => drop(home.json(&["undo", &id])),
            _ => {
                let undone = home.json(&["undo", &id]).ended(0);
                assert_eq!(undone.all("undo")[0]["problems"], serde_json::json!([]), "kill {n}");
            }
        }
        assert_same(&before, &snapshot(&folder));
        if status == "unknown" {
            home.json(&["dismiss", &id]);
        }
        home.inbox().iter().for_each(|card| drop(home.json(&["reject", &text(card, "id"), "--stop"])));
    }
    eprintln!("killed while running: {died} of {n}, between two files: {killed_midway}, left unknown: {ended_unknown}");
    home.json(&["verify"]).ended(0);
}
