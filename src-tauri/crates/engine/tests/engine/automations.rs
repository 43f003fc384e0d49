//! Automations against a clock that the test moves: each firing is accounted for once, whatever is asleep, killed or
//! changed meanwhile, and nothing of an automation counts elsewhere.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use assent_agent::{
    ModelError, Reply,
    scripted::{ScriptedModel, calls},
};
use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    AutomationDraft, AutomationId, AutomationState, Decider, Firing, FiringStatus, Missed, Mode, Overlap, RunStatus,
    Scope, Status, Test, Triage, TriageRule, Trigger,
    wire::{Change, ErrorCode, NewTask},
};
use std::{
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};
use tempfile::TempDir;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Monday 23 November 2026, 08:00 in Warsaw.
const MONDAY: i64 = 1_795_417_200_000;

struct MovedClock {
    now: AtomicI64,
    notices: Mutex<Vec<Notice>>,
}

impl Host for MovedClock {
    fn now(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }
    fn zone(&self) -> String {
        "Europe/Warsaw".to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, notice: Notice) {
        self.notices.lock().unwrap().push(notice);
    }
    fn withdraw(&self, _: &str) {}
}

struct Desk {
    home: TempDir,
    host: Arc<MovedClock>,
    engine: Engine,
}

type Replies = Vec<Result<Reply, ModelError>>;

fn desk(replies: Replies) -> Desk {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("work")).unwrap();
    let host = Arc::new(MovedClock { now: AtomicI64::new(MONDAY), notices: Mutex::default() });
    let engine = open(&home, &host, replies);
    Desk { home, host, engine }
}

fn open(home: &TempDir, host: &Arc<MovedClock>, replies: Replies) -> Engine {
    let config = Config { data: home.path().join("data"), home: home.path().to_owned(), keychain: false };
    Engine::open_with(config, host.clone(), Some(Arc::new(ScriptedModel::new(replies)))).unwrap()
}

// The runs of the engine that was dropped hold on to the folder until they notice.
async fn reopened(home: &TempDir, host: &Arc<MovedClock>, replies: Replies) -> Engine {
    loop {
        let config = Config { data: home.path().join("data"), home: home.path().to_owned(), keychain: false };
        match Engine::open_with(config, host.clone(), Some(Arc::new(ScriptedModel::new(replies.clone())))) {
            Ok(engine) => return engine,
            Err(_) => tokio::task::yield_now().await,
        }
    }
}

impl Desk {
    fn add(&self, draft: AutomationDraft) -> AutomationId {
        self.engine.add_automation(draft, true).unwrap().row.automation.id
    }

    fn to(&self, at: i64) {
        self.host.now.store(at, Ordering::SeqCst);
    }

    // Moves the clock, lets what came due fire, and waits until no run is under way.
    async fn beat(&self, at: i64) {
        self.to(at);
        self.engine.tick();
        self.rest().await;
    }

    async fn rest(&self) {
        for row in self.engine.runs().unwrap() {
            if row.run.status == RunStatus::Running {
                self.engine.drive(row.run.id).await.unwrap();
            }
        }
    }

    fn firings(&self, id: AutomationId) -> Vec<Firing> {
        let mut list = self.engine.automation(id).unwrap().firings;
        list.reverse();
        list
    }

    fn statuses(&self, id: AutomationId) -> Vec<(FiringStatus, u32)> {
        self.firings(id).iter().map(|firing| (firing.status, firing.count)).collect()
    }

    fn notices(&self) -> Vec<String> {
        self.host.notices.lock().unwrap().iter().map(|notice| notice.title.clone()).collect()
    }
}

fn hourly(goal: &str) -> AutomationDraft {
    AutomationDraft::new("hourly", goal, Trigger::Time { when: "every hour".into(), zone: None })
}

#[tokio::test]
async fn a_time_fires_once_makes_a_run_with_its_own_mode_and_grants_and_goes_on() {
    let desk = desk(vec![]);
    let work = desk.home.path().join("work").canonicalize().unwrap().display().to_string();
    let mut draft = hourly("look around");
    draft.trigger = Trigger::Time { when: "every weekday at 9".into(), zone: None };
    draft.mode = Mode::Ask;
    draft.grants = vec![work.clone()];
    let id = desk.add(draft);
    desk.beat(MONDAY + HOUR - 1000).await;
    assert_eq!(desk.firings(id), []);
    for after in [0, 1000, 2000] {
        desk.beat(MONDAY + HOUR + after).await;
    }
    let firings = desk.firings(id);
    assert_eq!(firings.len(), 1);
    assert_eq!((firings[0].status, firings[0].run_status), (FiringStatus::Started, Some(RunStatus::Done)));
    let run = desk.engine.run(firings[0].run.unwrap()).unwrap().run;
    assert_eq!((run.mode, run.automation, run.goal.as_str()), (Mode::Ask, Some(id), "look around"));
    assert_eq!(run.grants.iter().map(|grant| grant.folder.clone()).collect::<Vec<_>>(), [work]);
    let next = desk.engine.automation(id).unwrap().row.automation.next_at;
    assert_eq!(next, Some(MONDAY + HOUR + DAY));
    assert!(desk.engine.verify().unwrap().ok);
}

#[tokio::test]
async fn missed_times_are_made_up_for_once_left_or_asked_about() {
    let desk = desk(vec![]);
    let [once, skip, ask] = [Missed::Once, Missed::Skip, Missed::Ask].map(|missed| {
        let mut draft = hourly("look");
        draft.missed = missed;
        desk.add(draft)
    });
    // The lid was closed from eight to half past twelve.
    desk.beat(MONDAY + 4 * HOUR + 30 * MINUTE).await;
    assert_eq!(desk.statuses(once), [(FiringStatus::Missed, 3), (FiringStatus::Started, 1)]);
    assert_eq!(desk.statuses(skip), [(FiringStatus::Missed, 4)]);
    assert_eq!(desk.statuses(ask), [(FiringStatus::Asked, 4)]);
    let asked = desk.firings(ask)[0].id;
    desk.engine.answer_firing(asked, true).unwrap();
    assert_eq!(desk.engine.answer_firing(asked, false).unwrap_err().code, ErrorCode::AlreadyDecided);
    assert_eq!(desk.statuses(ask), [(FiringStatus::Started, 4)]);
    assert!(desk.firings(ask)[0].run.is_some());
}

#[tokio::test]
async fn after_a_kill_nothing_fires_twice_and_its_run_goes_on() {
    let Desk { home, host, engine } = desk(vec![]);
    let id = engine.add_automation(hourly("look"), true).unwrap().row.automation.id;
    host.now.store(MONDAY + HOUR, Ordering::SeqCst);
    engine.tick();
    let run = engine.automation(id).unwrap().firings[0].run.unwrap();
    drop(engine);
    // The run was not driven; who opens the folder next finds it.
    let engine = reopened(&home, &host, vec![]).await;
    engine.tick();
    assert_eq!(engine.drive(run).await.unwrap().status, RunStatus::Done);
    assert_eq!(engine.automation(id).unwrap().firings.len(), 1);
}

#[tokio::test]
async fn a_clock_put_back_does_not_fire_twice_and_does_not_silence() {
    let desk = desk(vec![]);
    let id = desk.add(hourly("look"));
    for hour in 1..=3 {
        desk.beat(MONDAY + hour * HOUR).await;
    }
    desk.beat(MONDAY + HOUR / 2).await;
    for hour in 1..=4 {
        desk.beat(MONDAY + hour * HOUR + 500).await;
    }
    let due: Vec<i64> = desk.firings(id).iter().map(|firing| (firing.due_at - MONDAY) / HOUR).collect();
    assert_eq!(due, [1, 2, 3, 4]);
    // Set to another year by mistake, and back.
    desk.beat(MONDAY + 400 * DAY).await;
    desk.beat(MONDAY + 4 * HOUR + MINUTE).await;
    desk.engine.pause_automations(false).unwrap();
    desk.beat(MONDAY + 5 * HOUR).await;
    assert_eq!(desk.firings(id).iter().filter(|firing| firing.due_at == MONDAY + 5 * HOUR).count(), 1);
}

#[tokio::test]
async fn what_overlaps_is_left_or_starts_afterwards_and_nothing_runs_beside() {
    for overlap in [Overlap::Skip, Overlap::Queue] {
        let desk = desk(vec![]);
        let mut draft = hourly("look");
        draft.overlap = overlap;
        let id = desk.add(draft);
        desk.engine.tick();
        desk.to(MONDAY + HOUR);
        desk.engine.tick();
        // Not driven to its end yet: the runtime has had no turn.
        desk.to(MONDAY + 2 * HOUR);
        desk.engine.tick();
        let second = desk.firings(id)[1].status;
        desk.rest().await;
        desk.beat(MONDAY + 2 * HOUR + 1000).await;
        match overlap {
            Overlap::Skip => assert_eq!(second, FiringStatus::Overlapped),
            Overlap::Queue => {
                assert_eq!(second, FiringStatus::Queued);
                assert_eq!(desk.firings(id)[1].run_status, Some(RunStatus::Done));
            }
        }
    }
}

#[tokio::test]
async fn what_is_over_the_cap_of_an_hour_is_one_row() {
    let desk = desk(vec![]);
    let mut draft = hourly("look");
    draft.trigger = Trigger::Time { when: "every minute".into(), zone: None };
    draft.per_hour = 5;
    let id = desk.add(draft);
    for minute in 1..=50 {
        desk.beat(MONDAY + minute * MINUTE).await;
    }
    let statuses = desk.statuses(id);
    assert_eq!(statuses.len(), 6);
    assert_eq!(statuses.last(), Some(&(FiringStatus::Capped, 45)));
    assert!(desk.engine.verify().unwrap().ok);
}

#[tokio::test]
async fn a_run_that_must_ask_waits_and_says_so_and_a_rule_made_there_holds_nowhere_else() {
    let note = |id: &'static str| calls(&[(id, "todos.add", r#"{"text":"water the plants"}"#)]);
    let desk = desk(vec![note("1"), calls(&[]), note("1"), calls(&[]), note("1")]);
    let mut draft = hourly("add a to-do");
    draft.mode = Mode::Ask;
    let id = desk.add(draft);
    desk.beat(MONDAY + HOUR).await;
    let view = desk.engine.automation(id).unwrap();
    assert_eq!((view.row.waiting, view.firings[0].run_status), (1, Some(RunStatus::Waiting)));
    assert!(view.row.standing.contains("waiting for you (1)"), "{}", view.row.standing);

    let card = desk.engine.inbox().unwrap().cards.remove(0).action;
    let offers = desk.engine.rule_offers(card.id).unwrap();
    assert!(offers.iter().all(|offer| offer.draft.scope == Scope::Automation { automation: id }));
    let widest = offers.last().unwrap();
    assert!(widest.sentence.contains(&id.to_string()), "{}", widest.sentence);
    desk.engine.add_rule(card.id, widest.draft.clone(), true).unwrap();
    desk.engine.approve(card.id, None, None, Decider::User).unwrap();
    desk.rest().await;

    // The next firing runs by that rule; a task by hand with the same call asks.
    desk.beat(MONDAY + 2 * HOUR).await;
    let run = desk.firings(id)[1].run.unwrap();
    assert_eq!(desk.engine.run(run).unwrap().run.status, RunStatus::Done);
    let task = NewTask { goal: "by hand".into(), mode: Some(Mode::Ask), grants: vec![], model: None };
    let by_hand = desk.engine.new_task(task).unwrap();
    assert_eq!(desk.engine.drive(by_hand).await.unwrap().status, RunStatus::Waiting);
    assert_eq!(desk.engine.automation(id).unwrap().rules.len(), 1);
    let waiting = desk.engine.inbox().unwrap().cards;
    assert_eq!(
        waiting.iter().map(|card| (card.action.run, card.action.status)).collect::<Vec<_>>(),
        [(by_hand, Status::Waiting)]
    );
}

#[tokio::test]
async fn automations_sleep_after_a_week_without_the_user_and_say_so() {
    let desk = desk(vec![]);
    let mut draft = hourly("look");
    draft.trigger = Trigger::Time { when: "every day at 9".into(), zone: None };
    let id = desk.add(draft);
    for day in 0..10 {
        desk.beat(MONDAY + HOUR + day * DAY).await;
    }
    assert_eq!(desk.statuses(id).len(), 7, "the first week runs");
    assert_eq!(desk.notices().iter().filter(|title| title.contains("sleep")).count(), 1);
    assert!(desk.engine.automations().unwrap().asleep);
    // The user is back: what was slept through is written down and not made up for.
    desk.to(MONDAY + 10 * DAY);
    desk.engine.pause_automations(false).unwrap();
    assert!(!desk.engine.automations().unwrap().asleep);
    assert_eq!(desk.statuses(id).last(), Some(&(FiringStatus::Slept, 3)));
    desk.beat(MONDAY + HOUR + 10 * DAY).await;
    assert_eq!(desk.statuses(id).last(), Some(&(FiringStatus::Started, 1)));
}

#[tokio::test]
async fn lim_11_a_freeze_and_a_pause_stop_everything_and_survive_a_restart() {
    let Desk { home, host, engine } = desk(vec![]);
    let id = engine.add_automation(hourly("look"), true).unwrap().row.automation.id;
    engine.pause_automations(true).unwrap();
    host.now.store(MONDAY + 3 * HOUR, Ordering::SeqCst);
    engine.tick();
    assert_eq!(engine.automation(id).unwrap().firings, []);
    drop(engine);
    let engine = reopened(&home, &host, vec![]).await;
    engine.tick();
    assert!(engine.automations().unwrap().paused, "it is still paused after a restart");
    assert_eq!(engine.automation(id).unwrap().firings, []);
    engine.pause_automations(false).unwrap();
    engine.freeze().unwrap();
    host.now.store(MONDAY + 4 * HOUR, Ordering::SeqCst);
    engine.tick();
    let firings = engine.automation(id).unwrap().firings;
    assert_eq!(firings.iter().map(|f| (f.status, f.count)).collect::<Vec<_>>(), [(FiringStatus::Missed, 3)]);
    assert_eq!(engine.run_automation(id).unwrap_err().code, ErrorCode::Frozen);
}

#[tokio::test]
async fn what_cannot_work_is_refused_with_a_reason_and_changes_nothing() {
    let desk = desk(vec![]);
    let data = desk.home.path().join("data").display().to_string();
    let refused = |change: &dyn Fn(&mut AutomationDraft)| {
        let mut draft = hourly("look");
        change(&mut draft);
        let error = desk.engine.add_automation(draft, true).unwrap_err();
        assert_eq!(error.code, ErrorCode::BadInput);
        assert!(!error.message.starts_with("automation."), "{}", error.message);
    };
    refused(&|draft| draft.goal = "  ".into());
    refused(&|draft| draft.trigger = Trigger::Time { when: "whenever".into(), zone: None });
    refused(&|draft| draft.trigger = Trigger::Time { when: "every hour".into(), zone: Some("Mars/Olympus".into()) });
    refused(&|draft| draft.trigger = Trigger::Folder { folder: "/no/such/folder".into(), below: false });
    refused(&|draft| draft.trigger = Trigger::Folder { folder: data.clone(), below: false });
    refused(&|draft| draft.trigger = Trigger::Folder { folder: desk.home.path().display().to_string(), below: true });
    refused(&|draft| draft.grants = vec!["/no/such/folder".into()]);
    refused(&|draft| draft.per_hour = 0);
    assert_eq!(desk.engine.automations().unwrap().list, []);
}

#[tokio::test]
async fn a_removed_automation_fires_no_more_and_its_rules_end() {
    let desk = desk(vec![]);
    let id = desk.add(hourly("look"));
    desk.engine.remove_automation(id).unwrap();
    desk.beat(MONDAY + 2 * HOUR).await;
    assert_eq!(desk.engine.automations().unwrap().list, []);
    assert_eq!(desk.firings(id), []);
    assert_eq!(desk.engine.remove_automation(id).unwrap_err().code, ErrorCode::Other);
}

/// A folder that is watched, by the system's own clock: the times of files are not the test's to move.
struct Watched {
    desk: Desk,
    id: AutomationId,
}

fn watched(replies: Replies, change: impl FnOnce(&mut AutomationDraft)) -> Watched {
    let desk = desk(replies);
    desk.to(assent_engine::clock::now());
    let folder = desk.home.path().join("work").display().to_string();
    let mut draft = AutomationDraft::new("tidy", "tidy it", Trigger::Folder { folder, below: false });
    draft.still_for = 0;
    change(&mut draft);
    let id = desk.add(draft);
    desk.engine.tick();
    Watched { desk, id }
}

impl Watched {
    fn put(&self, name: &str) {
        fs::write(self.desk.home.path().join("work").join(name), name).unwrap();
    }

    // Waits until as many files are accounted for.
    async fn until(&self, count: u32) {
        let since = std::time::Instant::now();
        loop {
            self.desk.beat(assent_engine::clock::now()).await;
            let seen: u32 = self.desk.firings(self.id).iter().map(|firing| firing.count).sum();
            if seen >= count {
                return;
            }
            assert!(since.elapsed().as_secs() < 20, "only {seen} of {count}: {:?}", self.desk.firings(self.id));
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn files_that_appear_set_it_off_and_each_is_triaged_by_its_conditions() {
    let watched = watched(vec![], |draft| {
        let ends =
            |triage, ending: &str| TriageRule { triage, when: vec![Test::Ends { endings: vec![ending.into()] }] };
        draft.triage = vec![ends(Triage::Drop, ".log"), ends(Triage::Note, ".txt"), ends(Triage::Escalate, ".exe")];
        draft.per_hour = 1000;
    });
    for name in ["a.log", "b.txt", "c.pdf", "d.exe"] {
        watched.put(name);
        watched.until(1 + watched.desk.firings(watched.id).len() as u32).await;
    }
    let found: Vec<_> = watched
        .desk
        .firings(watched.id)
        .into_iter()
        .map(|firing| (firing.what, firing.triage.unwrap(), firing.run.is_some()))
        .collect();
    assert_eq!(
        found,
        [
            ("a.log".to_owned(), Triage::Drop, false),
            ("b.txt".to_owned(), Triage::Note, false),
            ("c.pdf".to_owned(), Triage::Propose, true),
            ("d.exe".to_owned(), Triage::Escalate, true),
        ]
    );
    let firings = watched.desk.firings(watched.id);
    assert!(firings[0].reason.contains("a.log"), "{}", firings[0].reason);
    // What escalates changes nothing unasked, and is told at once.
    assert_eq!(watched.desk.engine.run(firings[3].run.unwrap()).unwrap().run.mode, Mode::Ask);
    assert_eq!(watched.desk.notices(), ["tidy: d.exe"]);
}

#[tokio::test]
async fn what_its_own_runs_write_does_not_set_it_off_again() {
    let mut watched = watched(vec![], |_| ());
    let work = watched.desk.home.path().join("work");
    let args = format!(r#"{{"path":"{}","text":"made by the run"}}"#, work.join("own.txt").display());
    // The same engine with a model that writes into the watched folder.
    let Desk { home, host, engine } = watched.desk;
    drop(engine);
    let engine = reopened(&home, &host, vec![calls(&[("1", "files.write", &args)]), calls(&[])]).await;
    watched.desk = Desk { home, host, engine };
    watched.desk.engine.tick();
    watched.put("first.txt");
    watched.until(1).await;
    assert_eq!(fs::read_to_string(work.join("own.txt")).unwrap(), "made by the run");
    watched.put("second.txt");
    watched.until(2).await;
    let names: Vec<String> = watched.desk.firings(watched.id).into_iter().map(|firing| firing.what).collect();
    assert_eq!(names, ["first.txt", "second.txt"]);
}

#[tokio::test]
async fn what_changed_while_nothing_watched_is_found_once() {
    let watched = watched(vec![], |_| ());
    watched.put("seen.txt");
    watched.until(1).await;
    let Desk { home, host, engine } = watched.desk;
    drop(engine);
    fs::write(home.path().join("work/meanwhile.txt"), "x").unwrap();
    for _ in 0..3 {
        let engine = reopened(&home, &host, vec![]).await;
        host.now.store(assent_engine::clock::now(), Ordering::SeqCst);
        engine.tick();
        let mut names: Vec<String> =
            engine.automation(watched.id).unwrap().firings.into_iter().map(|f| f.what).collect();
        names.reverse();
        assert_eq!(names, ["seen.txt", "meanwhile.txt"]);
        for row in engine.runs().unwrap() {
            engine.drive(row.run.id).await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_folder_that_vanishes_is_said_once_and_watched_again_when_it_is_back() {
    let watched = watched(vec![], |_| ());
    let work = watched.desk.home.path().join("work");
    fs::remove_dir(&work).unwrap();
    for _ in 0..3 {
        watched.desk.beat(assent_engine::clock::now()).await;
    }
    assert_eq!(watched.desk.statuses(watched.id), [(FiringStatus::Failed, 1)]);
    let row = watched.desk.engine.automation(watched.id).unwrap().row;
    assert!(row.trouble.unwrap().contains("not there"));
    fs::create_dir(&work).unwrap();
    watched.desk.beat(assent_engine::clock::now()).await;
    watched.put("back.txt");
    watched.until(2).await;
    assert_eq!(watched.desk.engine.automation(watched.id).unwrap().row.trouble, None);
    assert_eq!(watched.desk.engine.automation(watched.id).unwrap().row.automation.state, AutomationState::On);
}
