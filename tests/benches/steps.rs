//! What Assent itself adds to a step of a task, measured against a model that answers at once: from one call of the model
//! to its next request, with facts, verdict, decision, start, result and all commits. One run makes 500 steps, so that it
//! is seen whether a step gets dearer as the history grows; a bare commit on the same disk is timed between them, because
//! most of a step is waiting for the disk.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark that cannot be set up has no number")]

use assent_agent::{Model, Reply, Replying, Request};
use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    Budget, Mode, ProposedCall, RunStatus,
    wire::{Change, NewTask},
};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tempfile::TempDir;

const STEPS: usize = 500;
/// Steps at the beginning and at the end that are compared; the first few warm everything up.
const PART: usize = 50;
const WARM: usize = 5;

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

/// Asks for one step after the other and writes down how long each took.
struct Clock {
    step: Box<dyn Fn(usize) -> (&'static str, Value) + Send + Sync>,
    seen: Mutex<Seen>,
}

struct Seen {
    bare: Connection,
    answered: Option<Instant>,
    asked: usize,
    steps: Vec<Duration>,
    commits: Vec<Duration>,
}

impl Model for Clock {
    fn name(&self) -> String {
        "clock".to_owned()
    }

    fn reply<'a>(&'a self, _: &'a Request, _: &'a (dyn Fn(&str) + Send + Sync)) -> Replying<'a> {
        Box::pin(async move {
            let mut seen = self.seen.lock().unwrap();
            let step = seen.answered.map(|answered| answered.elapsed());
            seen.steps.extend(step);
            let commit = Instant::now();
            seen.bare.execute("insert into t values (1)", []).unwrap();
            seen.commits.push(commit.elapsed());
            seen.asked += 1;
            let n = seen.asked;
            let calls = if n > STEPS { Vec::new() } else { vec![self.call(n)] };
            seen.answered = Some(Instant::now());
            Ok(Reply { calls, ..Reply::default() })
        })
    }
}

impl Clock {
    fn call(&self, n: usize) -> ProposedCall {
        let (tool, args) = (self.step)(n);
        ProposedCall { call: format!("c{n}"), tool: tool.to_owned(), args: args.to_string(), says: None }
    }
}

fn main() {
    let file = |folder: &str, n: usize| format!("{folder}/{n}.txt");
    measure("reads a file", move |folder, n| ("files.read", json!({ "path": file(folder, n) })));
    measure("renames a file, with its undo", move |folder, n| {
        ("files.rename", json!({"items": [{"path": file(folder, n), "name": format!("{n}.md")}]}))
    });
}

fn measure(what: &str, step: impl Fn(&str, usize) -> (&'static str, Value) + Send + Sync + 'static) {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("home/work");
    fs::create_dir_all(&folder).unwrap();
    (1..=STEPS).for_each(|n| fs::write(folder.join(format!("{n}.txt")), n.to_string()).unwrap());
    let bare = Connection::open(home.path().join("bare.db")).unwrap();
    bare.execute_batch("pragma journal_mode=wal; pragma synchronous=full; create table t(a)").unwrap();
    let seen = Seen { bare, answered: None, asked: 0, steps: Vec::new(), commits: Vec::new() };
    let granted = folder.display().to_string();
    let in_folder = granted.clone();
    let model = Arc::new(Clock { step: Box::new(move |n| step(&in_folder, n)), seen: Mutex::new(seen) });
    let data = home.path().join("data");
    let config = Config { data: data.clone(), home: home.path().join("home"), keychain: false };
    let engine = Engine::open_with(config, Arc::new(Quiet), Some(model.clone())).unwrap();
    let goal = format!("work through {granted}");
    let task = NewTask { goal, mode: Some(Mode::Auto), grants: vec![granted], model: None };
    let run = engine.new_task(task).unwrap();
    let most = Some(10 * STEPS as u32);
    let limits = Budget { turns: most, actions: most, unasked_changes: most, minutes: Some(600), ..Budget::default() };
    engine.set_limits(run, &limits).unwrap();
    let before = on_disk(&data);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ended = runtime.block_on(engine.drive(run)).unwrap();
    assert_eq!((ended.status, ended.note), (RunStatus::Done, None));
    let memory = memory();
    engine.close();
    drop(engine);
    let disk = (on_disk(&data) - before) / STEPS as u64;
    let seen = model.seen.lock().unwrap();
    assert_eq!(seen.steps.len(), STEPS);
    let commit = median(&seen.commits);
    let whole = median(&seen.steps);
    let (first, last) = (median(&seen.steps[WARM..WARM + PART]), median(&seen.steps[STEPS - PART..]));
    println!("a step that {what}:");
    println!("    median        {}, a bare commit {}: {:.1} of them", ms(whole), ms(commit), ratio(whole, commit));
    println!("    step 1 to {PART}  {}, the last {PART} {}: {:.2} times", ms(first), ms(last), ratio(last, first));
    println!("    memory        {memory} MB after {STEPS} steps (limit 60)");
    println!("    disk          {disk} bytes a step (limit 4096)");
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort();
    times[times.len() / 2]
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// Megabytes of this program that lie in memory.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// Bytes of the data folder, once the log of the database is written back.
fn on_disk(data: &Path) -> u64 {
    let db = Connection::open(data.join("assent.db")).unwrap();
    db.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(())).unwrap();
    let mut folders = vec![data.to_owned()];
    let mut bytes = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let found = entry.metadata().unwrap();
            if found.is_dir() { folders.push(entry.path()) } else { bytes += found.len() }
        }
    }
    bytes
}
