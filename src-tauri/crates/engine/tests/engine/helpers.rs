//! Helpers through the engine: two side by side under one task, what each may do, what a rejection of one means to the
//! other, and what a kill between their steps leaves. The model is a script by goal, so that nothing hangs on who is first.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use assent_agent::{Model, ModelError, Reply, Replying, Request, scripted::calls};
use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    Action, Budget, Decider, Mode, Provenance, RunId, RunStatus, Status, Turn,
    wire::{Change, NewTask},
};
use serde_json::json;
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tempfile::TempDir;

struct Quiet;

impl Host for Quiet {
    fn now(&self) -> i64 {
        assent_engine::clock::now()
    }
    fn zone(&self) -> String {
        "Europe/Warsaw".to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, _: Notice) {}
    fn withdraw(&self, _: &str) {}
}

type Script = Vec<Result<Reply, ModelError>>;

/// Replies by goal: how many results a run has had says which reply is next, so that it survives a restart.
struct ByGoal {
    scripts: HashMap<String, Script>,
    seen: Mutex<Vec<Request>>,
}

impl Model for ByGoal {
    fn name(&self) -> String {
        "scripted".to_owned()
    }

    fn reply<'a>(&'a self, request: &'a Request, _: &'a (dyn Fn(&str) + Send + Sync)) -> Replying<'a> {
        self.seen.lock().unwrap().push(request.clone());
        let Turn::User { text } = &request.turns[0] else { panic!("a run begins with its goal") };
        let replied = request.turns.iter().filter(|turn| matches!(turn, Turn::Model { .. })).count();
        let done = Ok(Reply { text: format!("Ended: {text}"), ..Reply::default() });
        let next = self.scripts.get(text).and_then(|script| script.get(replied)).cloned().unwrap_or(done);
        Box::pin(async move { next })
    }
}

struct Desk {
    home: TempDir,
    engine: Engine,
    model: Arc<ByGoal>,
}

fn open(home: &Path, model: &Arc<ByGoal>) -> Engine {
    let config = || Config { data: home.join("data"), home: home.join("home"), keychain: false };
    let patience = Instant::now();
    loop {
        // What the engine before this one had under way lets go of the folder in its own time.
        match Engine::open_with(config(), Arc::new(Quiet), Some(model.clone())) {
            Ok(engine) => return engine,
            Err(error) => assert!(patience.elapsed() < Duration::from_secs(10), "{error:?}"),
        }
    }
}

impl Desk {
    fn new(scripts: impl FnOnce(&dyn Fn(&str) -> String) -> Vec<(&'static str, Script)>) -> Desk {
        let home = tempfile::Builder::new().prefix("assent-test-").tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        for folder in ["work/a", "work/b", "other"] {
            fs::create_dir_all(home.path().join("home").join(folder)).unwrap();
        }
        fs::write(home.path().join("home/work/a/one.txt"), "one").unwrap();
        fs::write(home.path().join("home/work/b/two.txt"), "two").unwrap();
        let root = home.path().join("home").canonicalize().unwrap();
        let at = |name: &str| root.join(name).display().to_string();
        let scripts = scripts(&at).into_iter().map(|(goal, script)| (goal.to_owned(), script)).collect();
        let model = Arc::new(ByGoal { scripts, seen: Mutex::default() });
        let engine = open(home.path(), &model);
        Desk { home, engine, model }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.home.path().join("home").canonicalize().unwrap().join(name)
    }

    fn task(&self, goal: &str, mode: Mode) -> RunId {
        let grants = vec![self.at("work").display().to_string()];
        self.engine.new_task(NewTask { goal: goal.to_owned(), mode: Some(mode), grants, model: None }).unwrap()
    }

    fn cards(&self) -> Vec<Action> {
        self.engine.inbox().unwrap().cards.into_iter().map(|card| card.action).collect()
    }

    fn results(&self, run: RunId) -> Vec<(Status, serde_json::Value, Option<String>)> {
        let request = self.model.seen.lock().unwrap();
        let goal = self.engine.run(run).unwrap().run.goal;
        let last = request.iter().rev().find(|request| request.turns[0] == Turn::User { text: goal.clone() }).unwrap();
        let result = |turn: &Turn| match turn {
            Turn::Result { status, output, untrusted, .. } => Some((*status, output.clone(), untrusted.clone())),
            _ => None,
        };
        last.turns.iter().filter_map(result).collect()
    }
}

fn hand(call: &str, args: serde_json::Value) -> (String, String, String) {
    (call.to_owned(), "delegate".to_owned(), args.to_string())
}

fn reply(list: &[(String, String, String)]) -> Result<Reply, ModelError> {
    let list: Vec<(&str, &str, &str)> =
        list.iter().map(|(call, tool, args)| (call.as_str(), tool.as_str(), args.as_str())).collect();
    calls(&list)
}

fn write(call: &str, path: String, text: &str) -> (String, String, String) {
    (call.to_owned(), "files.write".to_owned(), json!({"path": path, "text": text}).to_string())
}

const LEAD: &str = "let helpers sort both folders";

#[tokio::test(flavor = "multi_thread")]
async fn two_helpers_work_side_by_side_and_their_parent_hears_of_each_once() {
    let desk = Desk::new(|at| {
        vec![
            (
                LEAD,
                vec![reply(&[
                    hand("h1", json!({"goal": "first part", "folders": [at("work/a")]})),
                    hand("h2", json!({"goal": "second part", "folders": [at("work/b"), at("other")]})),
                ])],
            ),
            ("first part", vec![reply(&[write("w", at("work/a/new.txt"), "a")])]),
            ("second part", vec![reply(&[write("w", at("work/b/new.txt"), "b")])]),
        ]
    });
    let run = desk.task(LEAD, Mode::Semi);
    let ended = desk.engine.drive(run).await.unwrap();

    assert_eq!(ended.status, RunStatus::Done);
    assert!(desk.at("work/a/new.txt").exists() && desk.at("work/b/new.txt").exists());
    let results = desk.results(run);
    assert_eq!(results.len(), 2);
    for (status, output, untrusted) in &results {
        assert_eq!(*status, Status::Succeeded);
        assert!(output["says"].as_str().unwrap().starts_with("Ended: "), "{output}");
        assert!(untrusted.as_ref().unwrap().contains("helper"), "a report is nobody's word");
    }
    let cut: Vec<_> = results.iter().flat_map(|(_, output, _)| output["left_out"].as_array().unwrap()).collect();
    assert_eq!(cut.len(), 1, "{cut:?}");
    assert!(cut[0].as_str().unwrap().contains("other"));
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_helper_that_leaves_what_it_was_given_asks_and_its_card_names_the_chain() {
    let desk = Desk::new(|at| {
        vec![
            (
                LEAD,
                vec![reply(&[hand("h1", json!({"goal": "first part", "folders": [at("work/a")], "mode": "auto"}))])],
            ),
            ("first part", vec![reply(&[write("w", at("work/b/new.txt"), "b")])]),
        ]
    });
    let run = desk.task(LEAD, Mode::Semi);
    assert_eq!(desk.engine.drive(run).await.unwrap().status, RunStatus::Waiting);
    let cards = desk.cards();
    assert_eq!(cards.len(), 1);
    let card = desk.engine.card(cards[0].id).unwrap();
    assert_eq!((card.mode, card.chain, card.goal.as_str()), (Mode::Semi, vec![LEAD.to_owned()], "first part"));
    // The answer lets the helper go on, and its end the parent.
    desk.engine.approve(cards[0].id, None, None, Decider::User).unwrap();
    desk.engine.drive(cards[0].run).await.unwrap();
    assert!(desk.at("work/b/new.txt").exists());
    assert_eq!(desk.engine.run(run).unwrap().run.status, RunStatus::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn g7_a_tool_that_a_helper_was_not_given_is_refused_also_when_it_is_called_by_name() {
    let desk = Desk::new(|at| {
        vec![
            (LEAD, vec![reply(&[hand("h1", json!({"goal": "first part", "tools": ["files.list"]}))])]),
            (
                "first part",
                vec![
                    reply(&[write("w", at("work/a/new.txt"), "a"), hand("d", json!({"goal": "second part"}))]),
                    reply(&[("l".to_owned(), "files.list".to_owned(), json!({"folder": at("work/a")}).to_string())]),
                ],
            ),
        ]
    });
    let run = desk.task(LEAD, Mode::Auto);
    assert_eq!(desk.engine.drive(run).await.unwrap().status, RunStatus::Done);
    assert!(!desk.at("work/a/new.txt").exists());
    let helper = desk.engine.runs().unwrap().into_iter().find(|row| row.run.parent == Some(run)).unwrap();
    let statuses: Vec<_> = desk.results(helper.run.id).into_iter().map(|(status, ..)| status).collect();
    assert_eq!(statuses, [Status::Denied, Status::Denied, Status::Succeeded]);
    assert_eq!(desk.engine.runs().unwrap().len(), 2, "no helper of the helper was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn g5_what_was_rejected_for_one_helper_is_denied_to_its_sibling() {
    let desk = Desk::new(|at| {
        let same = || reply(&[write("w", at("work/a/new.txt"), "a")]);
        vec![
            (
                LEAD,
                vec![
                    reply(&[hand("h1", json!({"goal": "first part"}))]),
                    reply(&[hand("h2", json!({"goal": "second part"}))]),
                ],
            ),
            ("first part", vec![same()]),
            ("second part", vec![same()]),
        ]
    });
    let run = desk.task(LEAD, Mode::Ask);
    desk.engine.drive(run).await.unwrap();
    let card = desk.cards().remove(0);
    desk.engine.reject(card.id, Some("not there".to_owned()), false).unwrap();
    desk.engine.drive(card.run).await.unwrap();
    assert_eq!(desk.engine.run(run).unwrap().run.status, RunStatus::Done);
    assert!(desk.cards().is_empty() && !desk.at("work/a/new.txt").exists());
    let second = desk.engine.runs().unwrap().into_iter().find(|row| row.run.goal == "second part").unwrap();
    assert_eq!(desk.results(second.run.id)[0].0, Status::Denied);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helpers_goal_is_not_the_users_word() {
    let desk = Desk::new(|at| {
        let far = at("other/from-the-model.txt");
        let goal: &'static str = Box::leak(format!("write {far}").into_boxed_str());
        vec![(LEAD, vec![reply(&[hand("h1", json!({"goal": goal}))])]), (goal, vec![reply(&[write("w", far, "x")])])]
    });
    let run = desk.task(LEAD, Mode::Auto);
    desk.engine.drive(run).await.unwrap();
    let card = desk.cards().remove(0);
    assert_eq!(card.facts.targets, Provenance::Model, "the path stands in the goal, but the user never wrote it");
    assert!(!desk.at("other/from-the-model.txt").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn lim_07_what_a_helper_uses_is_used_of_the_budget_above_it() {
    let desk = Desk::new(|at| {
        let five = (0..5).map(|n| write(&format!("w{n}"), at(&format!("work/a/{n}.txt")), "a")).collect::<Vec<_>>();
        vec![
            (LEAD, vec![reply(&[hand("h1", json!({"goal": "first part", "actions": 50}))])]),
            ("first part", vec![reply(&five)]),
        ]
    });
    let run = desk.task(LEAD, Mode::Semi);
    desk.engine.set_limits(run, &Budget { actions: Some(3), ..Budget::default() }).unwrap();
    desk.engine.drive(run).await.unwrap();
    let made = (0..5).filter(|n| desk.at(&format!("work/a/{n}.txt")).exists()).count();
    assert_eq!((made, desk.cards().len()), (3, 2), "three actions were left, the rest asks");
}

#[tokio::test(flavor = "multi_thread")]
async fn lim_more_helpers_at_once_than_the_setting_are_refused_until_one_has_reported() {
    let desk = Desk::new(|at| {
        vec![
            (
                LEAD,
                vec![
                    reply(&[hand("h1", json!({"goal": "first part"})), hand("h2", json!({"goal": "second part"}))]),
                    reply(&[hand("h3", json!({"goal": "second part"}))]),
                ],
            ),
            ("first part", vec![reply(&[write("w", at("work/a/new.txt"), "a")])]),
        ]
    });
    let mut settings = desk.engine.settings().unwrap();
    settings.helpers_at_once = 0;
    assert!(desk.engine.set_settings(settings.clone()).is_err());
    settings.helpers_at_once = 1;
    desk.engine.set_settings(settings).unwrap();
    let run = desk.task(LEAD, Mode::Ask);
    // The first one waits for its card, and so it is still one at work.
    desk.engine.drive(run).await.unwrap();
    assert_eq!(desk.engine.runs().unwrap().len(), 2, "there is the task and one helper");
    let card = desk.cards().remove(0);
    desk.engine.approve(card.id, None, None, Decider::User).unwrap();
    desk.engine.drive(card.run).await.unwrap();
    desk.engine.drive(run).await.unwrap();
    assert_eq!(desk.engine.run(run).unwrap().run.status, RunStatus::Done);
    let mut statuses: Vec<_> = desk.results(run).into_iter().map(|(status, ..)| status.name()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["denied", "succeeded", "succeeded"]);
    assert_eq!(desk.engine.runs().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn stopping_a_task_stops_its_helpers() {
    let desk = Desk::new(|at| {
        vec![
            (LEAD, vec![reply(&[hand("h1", json!({"goal": "first part"}))])]),
            ("first part", vec![reply(&[write("w", at("work/a/new.txt"), "a")])]),
        ]
    });
    let run = desk.task(LEAD, Mode::Ask);
    desk.engine.drive(run).await.unwrap();
    assert_eq!(desk.cards().len(), 1);
    desk.engine.stop_run(run).unwrap();
    assert!(desk.cards().is_empty());
    assert!(desk.engine.runs().unwrap().iter().all(|row| row.run.status == RunStatus::Stopped));
}

#[tokio::test(flavor = "multi_thread")]
async fn g8_helpers_go_on_after_the_program_was_gone_and_nothing_happens_twice() {
    let desk = Desk::new(|at| {
        vec![
            (
                LEAD,
                vec![reply(&[hand("h1", json!({"goal": "first part"})), hand("h2", json!({"goal": "second part"}))])],
            ),
            ("first part", vec![reply(&[write("w", at("work/a/new.txt"), "a")])]),
            ("second part", vec![reply(&[write("w", at("work/b/new.txt"), "b")])]),
        ]
    });
    let run = desk.task(LEAD, Mode::Ask);
    desk.engine.drive(run).await.unwrap();
    let before: Vec<_> = desk.cards().iter().map(|card| (card.id, card.digest.clone())).collect();
    assert_eq!(before.len(), 2);
    let Desk { home, engine, model } = desk;
    drop(engine);
    let engine = open(home.path(), &model);
    let desk = Desk { home, engine, model };
    assert_eq!(desk.cards().iter().map(|card| (card.id, card.digest.clone())).collect::<Vec<_>>(), before);
    for card in desk.cards() {
        desk.engine.approve(card.id, None, None, Decider::User).unwrap();
        desk.engine.drive(card.run).await.unwrap();
    }
    desk.engine.drive(run).await.unwrap();
    assert_eq!(desk.engine.run(run).unwrap().run.status, RunStatus::Done);
    assert_eq!(desk.results(run).len(), 2);
    assert_eq!(desk.engine.runs().unwrap().len(), 3);
    let verified = desk.engine.verify().unwrap();
    assert!(verified.ok, "{}", verified.message);
}
