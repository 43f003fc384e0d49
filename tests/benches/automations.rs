//! `assent core` with 1,000 automations and 10 events a second: its share of one core and its memory, from outside; how long
//! it takes from a file that appears to the run that it starts; and how long a start takes until everything is watched.
//! `ASSENT_BIN` names the program.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot be set up has no number")]

use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{AutomationDraft, Triage, Trigger, wire::Change};
use assent_tests::Home;
use rusqlite::Connection;
use std::{
    fs,
    path::PathBuf,
    process::{Child, Command},
    sync::Arc,
    time::{Duration, Instant},
};

/// Automations that wait for a time, that watch a folder in which nothing happens, and in which something does.
const TIMES: usize = 890;
const QUIET: usize = 100;
const BUSY: usize = 10;
/// Events of each second.
const EVENTS: u32 = 10;
const SECONDS: u32 = 30;
const STARTED: usize = 31;
const STARTS: usize = 5;
const PATIENCE: Duration = Duration::from_secs(60);

struct Quiet;

impl Host for Quiet {
    fn now(&self) -> i64 {
        assent_engine::clock::now()
    }
    fn zone(&self) -> String {
        "UTC".to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, _: Notice) {}
    fn withdraw(&self, _: &str) {}
}

fn main() {
    if std::env::var_os("ASSENT_BIN").is_none() {
        return println!("automations: left out, because ASSENT_BIN names no program");
    }
    let home = Home::new();
    let folders = prepare(&home);
    let mut starts: Vec<Duration> = (0..STARTS).map(|_| start(&home, &folders)).collect();
    starts.sort();
    println!("{} automations, {EVENTS} events a second:", TIMES + QUIET + BUSY + 1);
    let start = starts[STARTS / 2].as_secs_f64() * 1000.0;
    println!("    restart       {start:.0} ms until an event leads to a firing (goal 1000)");

    let core = home.core();
    let database = database(&home);
    until_seen(&home, &database, &folders);
    let idle = share(&core, || std::thread::sleep(Duration::from_secs(10)));
    println!("    nothing comes {:.2} % of a core", idle * 100.0);
    let before = firings(&database);
    let busy = share(&core, || {
        for n in 0..SECONDS * EVENTS {
            event(&home, &folders[n as usize % BUSY]);
            std::thread::sleep(Duration::from_secs(1) / EVENTS);
        }
    });
    let since = Instant::now();
    while firings(&database) - before < i64::from(SECONDS * EVENTS) {
        assert!(since.elapsed() < PATIENCE, "events were lost");
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("    events come   {:.2} % of a core (goal 5), {} MB in memory (goal 150)", busy * 100.0, memory(&core));

    let mut times: Vec<Duration> = (0..STARTED).map(|_| started(&home, &database, &folders[BUSY])).collect();
    times.sort();
    let median = times[STARTED / 2].as_secs_f64() * 1000.0;
    println!("    to its run    {median:.0} ms from a file that appears to the run that it started (goal 100)");
    end(core);
}

// All of them, and the folders in which something happens; the last of these leads to runs.
fn prepare(home: &Home) -> Vec<PathBuf> {
    let config = Config { data: home.data(), home: home.path(), keychain: false };
    let engine = Engine::open(config, Arc::new(Quiet)).unwrap();
    let add = |mut draft: AutomationDraft| {
        (draft.still_for, draft.per_hour) = (0, 1000);
        engine.add_automation(draft, true).unwrap();
    };
    for n in 0..TIMES {
        let when = format!("{} {} * * *", n % 60, n / 60);
        add(AutomationDraft::new("time", "list to-dos", Trigger::Time { when, zone: None }));
    }
    let mut busy = Vec::new();
    for n in 0..=QUIET + BUSY {
        let folder = home.path().join(format!("watched {n}"));
        fs::create_dir_all(&folder).unwrap();
        let trigger = Trigger::Folder { folder: folder.display().to_string(), below: false };
        let mut draft = AutomationDraft::new("folder", "list to-dos", trigger);
        if n != QUIET + BUSY {
            draft.otherwise = Triage::Note;
        }
        add(draft);
        if n >= QUIET {
            busy.push(folder);
        }
    }
    fs::create_dir_all(home.path().join("made")).unwrap();
    engine.close();
    busy
}

fn database(home: &Home) -> Connection {
    let database = Connection::open(home.data().join("assent.db")).unwrap();
    database.busy_timeout(PATIENCE).unwrap();
    database
}

fn firings(database: &Connection) -> i64 {
    let sql = "SELECT ifnull(sum(count), 0) FROM firing WHERE status = 'noted'";
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

// A whole file appears in one go.
fn event(home: &Home, folder: &std::path::Path) {
    let name = assent_engine::clock::now().to_string();
    let made = home.path().join("made").join(&name);
    fs::write(&made, "x").unwrap();
    fs::rename(made, folder.join(name)).unwrap();
}

// From the start to the first firing; a file lies there before, so that the start finds it.
fn start(home: &Home, folders: &[PathBuf]) -> Duration {
    let database = database(home);
    let before = firings(&database);
    event(home, &folders[BUSY - 1]);
    let since = Instant::now();
    let core = home.core();
    while firings(&database) == before {
        assert!(since.elapsed() < PATIENCE, "nothing is watched");
        std::thread::sleep(Duration::from_millis(1));
    }
    let time = since.elapsed();
    end(core);
    time
}

fn until_seen(home: &Home, database: &Connection, folders: &[PathBuf]) {
    let before = firings(database);
    event(home, &folders[0]);
    let since = Instant::now();
    while firings(database) == before {
        assert!(since.elapsed() < PATIENCE, "nothing is watched");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn started(home: &Home, database: &Connection, folder: &std::path::Path) -> Duration {
    let runs = |status: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM run WHERE {status}");
        database.query_row(&sql, [], |row| row.get(0)).unwrap()
    };
    let before = runs("1");
    let since = Instant::now();
    event(home, folder);
    while runs("1") == before {
        assert!(since.elapsed() < PATIENCE, "no run");
        std::thread::sleep(Duration::from_micros(500));
    }
    let time = since.elapsed();
    while runs("status = 'running'") > 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    // Apart from the beat of a second.
    std::thread::sleep(Duration::from_millis(370));
    time
}

// The share of one core that the program takes meanwhile.
fn share(core: &Child, meanwhile: impl FnOnce()) -> f64 {
    let (before, since) = (ticks(core), Instant::now());
    meanwhile();
    let time = since.elapsed().as_secs_f64();
    (ticks(core) - before) as f64 / 100.0 / time
}

// Hundredths of a second of both kinds, as the system counts them for every program.
fn ticks(core: &Child) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", core.id())).unwrap();
    let after = stat.rsplit_once(") ").unwrap().1;
    after.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap()).sum()
}

/// Megabytes of it that lie in memory.
fn memory(core: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", core.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

fn end(mut core: Child) {
    Command::new("kill").arg(core.id().to_string()).status().unwrap();
    core.wait().unwrap();
}
