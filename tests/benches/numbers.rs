//! The speed goals of the README. Whatever includes commits is to be read beside `bare commit`, which is one row into
//! a database of the same settings on the same disk.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up has no number")]

use assent_engine::{Config, Engine, Host, Notice};
use assent_policy::{CallView, LimitState, Limits, decide, matching};
use assent_protocol::{
    Condition, Decider, Destination, Effect, Facts, Mode, Provenance, Reach, Reversal, Rule, RuleAnswer, RuleDraft,
    RuleId, RunId, Scope, Size,
    wire::{Change, HistoryQuery, NewTask},
};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::{collections::BTreeMap, fs, hint::black_box, path::Path, process::Command, sync::Arc};
use tempfile::TempDir;

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

fn engine(home: &Path) -> Engine {
    let config = Config { data: home.join("data"), home: home.to_owned(), keychain: false };
    Engine::open(config, Arc::new(Quiet)).unwrap()
}

fn task(goal: String, folder: &Path, mode: Mode) -> NewTask {
    NewTask { goal, mode: Some(mode), grants: vec![folder.display().to_string()], model: None }
}

fn mess(folder: &Path, files: usize) {
    fs::create_dir_all(folder).unwrap();
    for n in 0..files {
        let ending = ["jpg", "pdf", "mp3", "zip"][n % 4];
        fs::write(folder.join(format!("file {n}.{ending}")), n.to_string()).unwrap();
    }
}

fn rule(n: i64) -> Rule {
    let conditions = vec![Condition::UnderFolder { path: "/items/*/to".into(), folder: format!("/home/u/folder {n}") }];
    Rule {
        id: RuleId(n),
        draft: RuleDraft {
            answer: RuleAnswer::Allow,
            tool: "files.move".into(),
            definition: "d".into(),
            conditions,
            scope: Scope::Everywhere,
            until: None,
            uses_left: None,
            per_day: None,
            amount_per_day: None,
        },
        sentence: String::new(),
        from: None,
        made_at: 0,
        last_used: None,
        used: 0,
        used_today: 0,
        spent_today: 0,
        on: true,
        off_because: None,
        earned: None,
        covered_by: None,
    }
}

fn deciding(c: &mut Criterion) {
    let rules: Vec<Rule> = (1..=200).map(rule).collect();
    let args = serde_json::json!({"items": [{"from": "/home/u/a", "to": "/home/u/folder 200/a"}]});
    let resolved: BTreeMap<String, String> = [("/items/0/from", "/home/u/a"), ("/items/0/to", "/home/u/folder 200/a")]
        .map(|(k, v)| (k.into(), v.into()))
        .into();
    let facts = Facts {
        effect: Effect::Modify,
        destination: Destination::Here,
        reversal: Reversal::Undoable,
        targets: Provenance::User,
        payload: Provenance::User,
        reach: Reach::Inside,
        inspectable: true,
        influenced: false,
        size: Size { items: 1, ..Size::default() },
        origins: Vec::new(),
    };
    let limits = Limits { state: LimitState::Within, rejected_before: false };
    c.bench_function("decide with 200 rules", |b| {
        b.iter(|| {
            let call = CallView {
                tool: "files.move",
                definition: "d",
                args: &args,
                resolved: &resolved,
                run: RunId(1),
                automation: None,
                amount: None,
            };
            let matched = matching(black_box(&rules), &call, 0);
            decide(black_box(&facts), &matched, Mode::Ask, &limits)
        });
    });
}

fn committing(c: &mut Criterion) {
    let folder = TempDir::new().unwrap();
    let db = rusqlite::Connection::open(folder.path().join("bare.db")).unwrap();
    db.execute_batch("pragma journal_mode=wal; pragma synchronous=full; create table t(a)").unwrap();
    c.bench_function("bare commit", |b| b.iter(|| db.execute("insert into t values (1)", []).unwrap()));
}

fn running(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let mut group = c.benchmark_group("engine");
    group.sample_size(20);
    group.bench_function("goal to visible card (60 files, four commits)", |b| {
        b.iter_batched(
            || prepared(60),
            |(home, engine, run)| {
                runtime.block_on(engine.drive(run)).unwrap();
                assert_eq!(engine.inbox().unwrap().cards.len(), 1);
                (home, engine)
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("decision to outcome (one file)", |b| {
        b.iter_batched(|| carded(&runtime, 1), |ready| approve(&runtime, ready), BatchSize::PerIteration);
    });
    group.sample_size(10);
    group.bench_function("2,000 files tidied after approval", |b| {
        b.iter_batched(|| carded(&runtime, 2000), |ready| approve(&runtime, ready), BatchSize::PerIteration);
    });
    group.finish();
}

type Ready = (TempDir, Engine, RunId);

fn prepared(files: usize) -> Ready {
    let home = TempDir::new().unwrap();
    let folder = home.path().join("mess");
    mess(&folder, files);
    let engine = engine(home.path());
    let run = engine.new_task(task(format!("tidy {} by type", folder.display()), &folder, Mode::Ask)).unwrap();
    (home, engine, run)
}

fn carded(runtime: &tokio::runtime::Runtime, files: usize) -> Ready {
    let ready = prepared(files);
    runtime.block_on(ready.1.drive(ready.2)).unwrap();
    ready
}

fn approve(runtime: &tokio::runtime::Runtime, (home, engine, run): Ready) -> (TempDir, Engine) {
    for card in engine.inbox().unwrap().cards {
        engine.approve(card.action.id, Some(&card.action.digest), None, Decider::User).unwrap();
    }
    runtime.block_on(engine.drive(run)).unwrap();
    (home, engine)
}

/// Rows in the history that is searched. Making them takes a few minutes on a disk that really syncs, so they are made
/// in memory where the system has a place for that.
fn searching(c: &mut Criterion) {
    let shared = Path::new("/dev/shm");
    let home = if shared.is_dir() { TempDir::new_in(shared).unwrap() } else { TempDir::new().unwrap() };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let _inside = runtime.enter();
    let engine = engine(home.path());
    let folder = home.path().join("notes");
    fs::create_dir_all(&folder).unwrap();
    // Each task leaves some six events; the goal names 100,000.
    let tasks = std::env::var("ASSENT_BENCH_TASKS").ok().and_then(|n| n.parse().ok()).unwrap_or(17_000);
    for n in 0..tasks {
        let goal = format!("add to-do thing number {n} of the list");
        let run = engine.new_task(task(goal, &folder, Mode::Suggest)).unwrap();
        runtime.block_on(engine.drive(run)).unwrap();
    }
    let events = engine.verify().unwrap().events;
    // A word in the middle, one of two letters that few have, one that nobody has, and one that all have.
    for search in ["umber 77", "umber", "77", "zq", "umber zq", "m"] {
        let query = HistoryQuery { search: search.into(), ..HistoryQuery::default() };
        let found = engine.history(&query).unwrap().actions.len();
        assert_eq!(found > 0, !search.contains("zq"), "{search}");
        c.bench_function(&format!("search for {search:?} over {events} events"), |b| {
            b.iter(|| engine.history(black_box(&query)).unwrap())
        });
    }
}

fn helping(c: &mut Criterion) {
    let Some(program) = std::env::var_os("ASSENT_BIN") else { return };
    c.bench_function("assent --help", |b| {
        b.iter(|| assert!(Command::new(&program).arg("--help").output().unwrap().status.success()));
    });
}

criterion_group!(numbers, deciding, committing, running, searching, helping);
criterion_main!(numbers);
