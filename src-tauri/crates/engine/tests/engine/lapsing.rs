//! Cards that lapse: whoever notices it, the run that waited for one goes on.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use assent_agent::scripted::{ScriptedModel, calls};
use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    Decider, Mode, RunId, RunStatus, Status, Step,
    wire::{Change, NewTask},
};
use serde_json::json;
use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;

const DAY: i64 = 24 * 60 * 60 * 1000;

struct Clock(AtomicI64);

impl Host for Clock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
    fn zone(&self) -> String {
        "Europe/Warsaw".to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, _: Notice) {}
    fn withdraw(&self, _: &str) {}
}

struct Desk {
    _home: TempDir,
    clock: Arc<Clock>,
    engine: Engine,
    run: RunId,
}

async fn waiting() -> Desk {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("work")).unwrap();
    fs::write(home.path().join("work/a.txt"), "a").unwrap();
    let path = home.path().join("work/a.txt").display().to_string();
    let trash = json!({"paths": [path]}).to_string();
    let model = Arc::new(ScriptedModel::new(vec![calls(&[("1", "files.trash", &trash)]), calls(&[])]));
    let clock = Arc::new(Clock(AtomicI64::new(1_790_000_000_000)));
    let config = Config { data: home.path().join("data"), home: home.path().to_owned(), keychain: false };
    let engine = Engine::open_with(config, clock.clone(), Some(model)).unwrap();
    let grants = vec![home.path().join("work").display().to_string()];
    let task = NewTask { goal: "do it".into(), mode: Some(Mode::Ask), grants, model: None };
    let run = engine.new_task(task).unwrap();
    assert_eq!(engine.drive(run).await.unwrap().status, RunStatus::Waiting);
    engine.resume_all();
    Desk { _home: home, clock, engine, run }
}

async fn goes_on(desk: &Desk) {
    let since = Instant::now();
    loop {
        let view = desk.engine.run(desk.run).unwrap();
        if view.run.status == RunStatus::Done {
            return;
        }
        assert!(since.elapsed() < Duration::from_secs(20), "it waits for no card: {view:#?}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_lapses_while_the_inbox_is_read_holds_up_its_run_no_longer() {
    let desk = waiting().await;
    desk.clock.0.fetch_add(8 * DAY, Ordering::SeqCst);
    assert!(desk.engine.inbox().unwrap().cards.is_empty());
    goes_on(&desk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_lapses_while_it_is_answered_holds_up_its_run_no_longer() {
    let desk = waiting().await;
    let steps = desk.engine.run(desk.run).unwrap().steps;
    let card = steps.into_iter().find_map(|step| if let Step::Action { action } = step { Some(action) } else { None });
    let id = card.unwrap().id;
    desk.clock.0.fetch_add(8 * DAY, Ordering::SeqCst);
    assert!(desk.engine.approve(id, None, None, Decider::User).is_err());
    assert_eq!(desk.engine.card(id).unwrap().action.status, Status::Expired);
    goes_on(&desk).await;
}
