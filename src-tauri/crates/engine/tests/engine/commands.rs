//! The commands against a scripted model: what a model may do wrong, and what a person may do at any moment.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use assent_agent::{
    Model, ModelError, Reply, Replying, Request,
    scripted::{ScriptedModel, calls},
};
use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    Action, Decider, Mode, RuleAnswer, RuleDraft, RunId, RunStatus, Scope, Status, Turn,
    wire::{Change, ErrorCode, HistoryQuery, NewTask},
};
use std::{
    fs,
    sync::{Arc, Mutex},
};
use tempfile::TempDir;

#[derive(Default)]
struct Recorder {
    notices: Mutex<Vec<Notice>>,
    withdrawn: Mutex<Vec<String>>,
}

impl Host for Recorder {
    fn now(&self) -> i64 {
        assent_engine::clock::now()
    }
    fn zone(&self) -> String {
        "Europe/Warsaw".to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, notice: Notice) {
        self.notices.lock().unwrap().push(notice);
    }
    fn withdraw(&self, key: &str) {
        self.withdrawn.lock().unwrap().push(key.to_owned());
    }
}

struct Desk {
    home: TempDir,
    host: Arc<Recorder>,
    model: Arc<ScriptedModel>,
    engine: Engine,
}

type Replies = Vec<Result<Reply, ModelError>>;

fn desk(replies: Replies) -> Desk {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("work")).unwrap();
    for name in ["a.txt", "b.txt", "c.txt"] {
        fs::write(home.path().join("work").join(name), name).unwrap();
    }
    let host = Arc::new(Recorder::default());
    let model = Arc::new(ScriptedModel::new(replies));
    let config = Config { data: home.path().join("data"), home: home.path().to_owned(), keychain: false };
    let engine = Engine::open_with(config, host.clone(), Some(model.clone())).unwrap();
    Desk { home, host, model, engine }
}

impl Desk {
    fn task(&self, mode: Mode) -> RunId {
        let grants = vec![self.home.path().join("work").display().to_string()];
        self.engine.new_task(NewTask { goal: "do it".into(), mode: Some(mode), grants, model: None }).unwrap()
    }

    fn actions(&self) -> Vec<Action> {
        let mut actions =
            self.engine.history(&HistoryQuery { limit: 1000, ..HistoryQuery::default() }).unwrap().actions;
        actions.reverse();
        actions
    }

    fn exists(&self, name: &str) -> bool {
        self.home.path().join("work").join(name).exists()
    }
}

#[tokio::test]
async fn what_a_model_does_wrong_is_denied_told_and_kept_and_the_run_goes_on() {
    let desk = desk(vec![
        calls(&[
            ("1", "no.such", "{}"),
            ("2", "files.trash", "{\"paths\":[], \"approved\":true}"),
            ("3", "files.trash", "{\"paths\":1,\"paths\":2}"),
            ("4", "files.list", "prose where a call was due"),
        ]),
        calls(&[]),
    ]);
    let run = desk.engine.drive(desk.task(Mode::Auto)).await.unwrap();
    assert_eq!(run.status, RunStatus::Done);
    assert!(desk.actions().iter().all(|action| action.status == Status::Denied));
    assert_eq!(desk.actions().len(), 4);
    let told = &desk.model.requests()[1].turns;
    let results =
        told.iter().filter(|turn| matches!(turn, Turn::Result { status: Status::Denied, reason: Some(_), .. }));
    assert_eq!(results.count(), 4, "each call has exactly one result");
}

#[tokio::test]
async fn a_flood_of_calls_is_cut_and_every_call_still_has_its_result() {
    let list: Vec<(String, String)> = (0..500).map(|n| (format!("c{n}"), r#"{"text":"x"}"#.to_owned())).collect();
    let list: Vec<(&str, &str, &str)> =
        list.iter().map(|(id, args)| (id.as_str(), "todos.add", args.as_str())).collect();
    let desk = desk(vec![calls(&list)]);
    let run = desk.engine.drive(desk.task(Mode::Ask)).await.unwrap();
    assert_eq!(run.status, RunStatus::Waiting);
    assert!(desk.engine.inbox().unwrap().cards.len() <= 64);
    assert_eq!(desk.actions().iter().filter(|action| action.status == Status::Denied).count(), 436);
}

#[tokio::test]
async fn an_approval_of_something_else_than_was_shown_is_refused() {
    let desk = with_home(|home| vec![calls(&[("1", "files.trash", &trash_in(home, "a.txt"))])]);
    let run = desk.task(Mode::Ask);
    desk.engine.drive(run).await.unwrap();
    let card = desk.engine.inbox().unwrap().cards.remove(0).action;
    let refused = desk.engine.approve(card.id, Some("0".repeat(64).as_str()), None, Decider::User).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Changed);
    let notices = desk.host.notices.lock().unwrap().clone();
    assert_eq!((notices.len(), notices[0].action), (1, Some(card.id)));
    desk.engine.approve(card.id, Some(&card.digest), None, Decider::User).unwrap();
    assert_eq!(*desk.host.withdrawn.lock().unwrap(), [notices[0].key.clone()]);
    let again = desk.engine.approve(card.id, Some(&card.digest), None, Decider::User).unwrap_err();
    assert_eq!(again.code, ErrorCode::AlreadyDecided);
    desk.engine.drive(run).await.unwrap();
    assert!(!desk.exists("a.txt"));
    assert_eq!(desk.engine.undo(&run.to_string()).unwrap().items, 1);
    assert!(desk.exists("a.txt"));
}

#[tokio::test]
async fn an_edit_to_something_more_severe_is_a_new_card_and_the_first_never_runs() {
    let desk = with_home(|home| vec![calls(&[("1", "files.trash", &trash_in(home, "a.txt"))])]);
    let run = desk.task(Mode::Ask);
    desk.engine.drive(run).await.unwrap();
    let first = desk.engine.inbox().unwrap().cards.remove(0).action;
    let more = serde_json::from_str(
        &trash_in(desk.home.path(), "b.txt").replace(']', &format!(",\"{}/work/c.txt\"]", desk.home.path().display())),
    )
    .unwrap();
    let second = desk.engine.edit(first.id, more).unwrap();
    assert_eq!((second.status, second.edit_of), (Status::Waiting, Some(first.id)));
    assert_eq!(desk.engine.card(first.id).unwrap().action.status, Status::Superseded);
    let less = serde_json::from_str(&trash_in(desk.home.path(), "b.txt")).unwrap();
    let third = desk.engine.edit(second.id, less).unwrap();
    assert_eq!(third.status, Status::Approved, "no more severe than what was shown, so the edit is the yes");
    desk.engine.drive(run).await.unwrap();
    assert_eq!([desk.exists("a.txt"), desk.exists("b.txt"), desk.exists("c.txt")], [true, false, true]);
    let bad = desk.engine.edit(third.id, serde_json::json!({})).unwrap_err();
    assert_eq!(bad.code, ErrorCode::AlreadyDecided);
}

#[tokio::test]
async fn a_question_waits_is_answered_in_the_users_words_and_goes_back_to_the_model() {
    let desk = desk(vec![calls(&[("1", "ask_user", r#"{"question":"Which folder?"}"#)])]);
    let run = desk.task(Mode::Auto);
    assert_eq!(desk.engine.drive(run).await.unwrap().status, RunStatus::Waiting);
    let question = desk.engine.inbox().unwrap().questions.remove(0);
    assert_eq!(question.text, "Which folder?");
    desk.engine.answer(question.id, "the blue one").unwrap();
    assert_eq!(desk.engine.answer(question.id, "again").unwrap_err().code, ErrorCode::AlreadyDecided);
    assert_eq!(desk.engine.drive(run).await.unwrap().status, RunStatus::Done);
    let last = desk.model.requests().pop().unwrap();
    assert!(
        last.turns.iter().any(|turn| matches!(turn, Turn::Result { output, .. } if output["answer"] == "the blue one"))
    );
}

#[tokio::test]
async fn a_message_wakes_an_ended_run_and_stop_withdraws_its_cards() {
    let desk = with_home(|home| vec![calls(&[]), calls(&[("1", "files.trash", &trash_in(home, "a.txt"))])]);
    let run = desk.task(Mode::Ask);
    assert_eq!(desk.engine.drive(run).await.unwrap().status, RunStatus::Done);
    desk.engine.say(run, "one more thing").unwrap();
    assert_eq!(desk.engine.drive(run).await.unwrap().status, RunStatus::Waiting);
    desk.engine.stop_run(run).unwrap();
    assert_eq!(desk.actions()[0].status, Status::Withdrawn);
    assert_eq!(desk.engine.drive(run).await.unwrap().status, RunStatus::Stopped);
    assert!(desk.exists("a.txt"));
}

#[tokio::test]
async fn frozen_means_that_no_yes_starts_anything_until_it_is_thawed() {
    let desk = with_home(|home| vec![calls(&[("1", "files.trash", &trash_in(home, "a.txt"))])]);
    let run = desk.task(Mode::Ask);
    desk.engine.drive(run).await.unwrap();
    desk.engine.freeze().unwrap();
    let card = desk.engine.inbox().unwrap().cards.remove(0).action;
    assert_eq!(desk.engine.approve(card.id, None, None, Decider::User).unwrap_err().code, ErrorCode::Frozen);
    desk.engine.unfreeze().unwrap();
    desk.engine.approve(card.id, None, None, Decider::User).unwrap();
    desk.engine.drive(run).await.unwrap();
    assert!(!desk.exists("a.txt"));
}

/// A model that freezes everything while it thinks, as a person would at that moment, and then goes on as if nothing was.
struct Froze {
    engine: std::sync::OnceLock<Engine>,
    script: ScriptedModel,
}

impl Model for Froze {
    fn name(&self) -> String {
        self.script.name()
    }

    fn reply<'a>(&'a self, request: &'a Request, heard: &'a (dyn Fn(&str) + Send + Sync)) -> Replying<'a> {
        let seen = request.turns.iter().any(|turn| matches!(turn, Turn::Result { .. }));
        if seen && let Some(engine) = self.engine.get() {
            let asked_again = request.turns.iter().filter(|turn| matches!(turn, Turn::User { .. })).count() > 1;
            if !asked_again {
                engine.freeze().unwrap();
            }
        }
        self.script.reply(request, heard)
    }
}

#[tokio::test]
async fn lim_10_after_a_stop_only_the_user_goes_on_and_nothing_decided_before_counts() {
    let made = desk(Vec::new());
    let trash = |name: &str| trash_in(made.home.path(), name);
    let script = ScriptedModel::new(vec![
        calls(&[("1", "files.trash", &trash("a.txt"))]),
        calls(&[("2", "files.trash", &trash("b.txt"))]),
        calls(&[("3", "files.trash", &trash("b.txt"))]),
    ]);
    let model = Arc::new(Froze { engine: std::sync::OnceLock::new(), script });
    let config = Config { data: made.home.path().join("data-2"), home: made.home.path().to_owned(), keychain: false };
    let engine = Engine::open_with(config, made.host.clone(), Some(model.clone())).unwrap();
    assert!(model.engine.set(engine.clone()).is_ok());
    let desk = Desk { engine, ..made };
    let run = desk.task(Mode::Auto);
    desk.engine.drive(run).await.unwrap();
    assert!(!desk.exists("a.txt") && desk.exists("b.txt"), "the mode allowed it, and the freeze came before it");

    desk.engine.unfreeze().unwrap();
    desk.engine.drive(run).await.unwrap();
    assert!(desk.exists("b.txt"), "to unfreeze is not to go on");

    let answer = |answer| RuleDraft {
        answer,
        tool: "files.trash".into(),
        definition: String::new(),
        conditions: vec![],
        scope: Scope::Everywhere,
        until: None,
        uses_left: None,
        per_day: None,
        amount_per_day: None,
    };
    desk.engine.make_rule(answer(RuleAnswer::Deny), false).unwrap();
    desk.engine.say(run, "go on").unwrap();
    desk.engine.drive(run).await.unwrap();
    assert!(desk.exists("b.txt"), "it is judged anew");
    assert_eq!(desk.actions().last().unwrap().status, Status::Denied);
}

#[tokio::test]
async fn lim_01_a_model_that_repeats_itself_is_stopped_by_a_card() {
    let same = r#"{"folder":"HOME/work"}"#;
    let desk = with_home(|home| {
        let args = same.replace("HOME", &home.display().to_string());
        (0..9).map(|n| calls(&[(&n.to_string(), "files.list", &args)])).collect()
    });
    let run = desk.engine.drive(desk.task(Mode::Auto)).await.unwrap();
    assert_eq!(run.status, RunStatus::Waiting);
    assert_eq!(desk.actions().len(), 3);
    assert!(!desk.engine.why(desk.actions()[2].id).unwrap().is_empty());
}

fn trash_in(home: &std::path::Path, name: &str) -> String {
    format!(r#"{{"paths":["{}/work/{name}"]}}"#, home.display())
}

/// A desk whose script names files in its own home folder.
fn with_home(script: impl FnOnce(&std::path::Path) -> Replies) -> Desk {
    let mut made = desk(Vec::new());
    made.model = Arc::new(ScriptedModel::new(script(made.home.path())));
    let config = Config { data: made.home.path().join("data-2"), home: made.home.path().to_owned(), keychain: false };
    made.engine = Engine::open_with(config, made.host.clone(), Some(made.model.clone())).unwrap();
    made
}
