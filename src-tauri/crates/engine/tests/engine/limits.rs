//! The limits of a run against a scripted model and a clock of the test's own: what is spent pauses and asks, only the
//! user lets it go on, and neither a restart nor the clock gives anything back.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use assent_agent::{
    ModelError, Reply, Tokens,
    scripted::{ScriptedModel, calls},
};
use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    Action, Budget, Decider, LimitName, Mode, RunId, RunStatus, Status,
    wire::{Change, ErrorCode, HistoryQuery, NewTask},
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

/// A clock that goes on by `step` each time it is read.
struct Clock {
    at: AtomicI64,
    step: AtomicI64,
    told: Mutex<Vec<Notice>>,
}

impl Host for Clock {
    fn now(&self) -> i64 {
        self.at.fetch_add(self.step.load(Ordering::SeqCst), Ordering::SeqCst)
    }
    fn zone(&self) -> String {
        "UTC".to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, notice: Notice) {
        self.told.lock().unwrap().push(notice);
    }
    fn withdraw(&self, _: &str) {}
}

struct Desk {
    home: TempDir,
    host: Arc<Clock>,
    engine: Option<Engine>,
}

type Replies = Vec<Result<Reply, ModelError>>;

impl Desk {
    fn new(script: impl FnOnce(&str) -> Replies) -> Desk {
        let home = TempDir::new().unwrap();
        fs::create_dir(home.path().join("work")).unwrap();
        let host =
            Arc::new(Clock { at: AtomicI64::new(1_790_000_000_000), step: AtomicI64::new(0), told: Mutex::default() });
        let replies = script(&home.path().join("work").display().to_string());
        let mut desk = Desk { home, host, engine: None };
        desk.open(replies);
        desk
    }

    /// Starts the program anew, with what the model says from here on.
    fn open(&mut self, replies: Replies) {
        self.engine = None;
        let config = Config { data: self.home.path().join("data"), home: self.home.path().to_owned(), keychain: false };
        let model = Arc::new(ScriptedModel::new(replies));
        self.engine = Some(Engine::open_with(config, self.host.clone(), Some(model)).unwrap());
    }

    fn engine(&self) -> &Engine {
        self.engine.as_ref().unwrap()
    }

    fn task(&self, mode: Mode, limits: Budget) -> RunId {
        let grants = vec![self.home.path().join("work").display().to_string()];
        let run =
            self.engine().new_task(NewTask { goal: "do it".into(), mode: Some(mode), grants, model: None }).unwrap();
        self.engine().set_limits(run, &limits).unwrap();
        run
    }

    async fn drive(&self, run: RunId) -> RunStatus {
        self.engine().drive(run).await.unwrap().status
    }

    fn actions(&self) -> Vec<Action> {
        let query = HistoryQuery { limit: 1000, ..HistoryQuery::default() };
        let mut actions = self.engine().history(&query).unwrap().actions;
        actions.reverse();
        actions
    }

    fn jump(&self, milliseconds: i64) {
        self.host.at.fetch_add(milliseconds, Ordering::SeqCst);
    }
}

/// `count` replies that add one to-do each.
fn todos(from: usize, count: usize) -> Replies {
    (from..from + count)
        .map(|n| calls(&[(&format!("c{n}"), "todos.add", &format!(r#"{{"text":"todo {n}"}}"#))]))
        .collect()
}

fn most(limit: LimitName, most: u32) -> Budget {
    let mut budget = Budget::default();
    budget.set(limit, Some(most));
    budget
}

#[tokio::test]
async fn lim_05_a_spent_count_of_actions_asks_says_why_and_a_restart_gives_nothing_back() {
    let mut desk = Desk::new(|_| todos(0, 6));
    let run = desk.task(Mode::Semi, most(LimitName::Actions, 5));
    assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    let card = desk.engine().inbox().unwrap().cards.remove(0);
    assert_eq!((desk.actions().len(), card.why.join(" ").contains("5 of 5 actions")), (6, true), "{:?}", card.why);
    let warned = desk.engine().run(run).unwrap().warnings;
    assert!(warned.len() == 1 && warned[0].contains("4 of 5"), "{warned:?}");

    desk.open(todos(6, 1));
    desk.engine().approve(card.action.id, None, None, Decider::User).unwrap();
    assert_eq!(desk.drive(run).await, RunStatus::Waiting, "one yes is for one action");
    desk.engine().set_limits(run, &most(LimitName::Actions, 50)).unwrap();
    let next = desk.engine().inbox().unwrap().cards.remove(0).action.id;
    desk.engine().approve(next, None, None, Decider::User).unwrap();
    desk.open(todos(7, 2));
    assert_eq!(desk.drive(run).await, RunStatus::Done);
    let unasked = desk.actions().iter().filter(|a| a.decision.as_ref().is_some_and(|d| d.by == Decider::Mode)).count();
    assert_eq!(unasked, 5 + 2);
}

#[tokio::test]
async fn lim_14_many_changes_in_one_reply_are_counted_before_the_first_of_them_starts() {
    let many: Vec<(String, String)> = (0..9).map(|n| (format!("c{n}"), format!(r#"{{"text":"todo {n}"}}"#))).collect();
    let list: Vec<(&str, &str, &str)> =
        many.iter().map(|(id, args)| (id.as_str(), "todos.add", args.as_str())).collect();
    let desk = Desk::new(|_| vec![calls(&list)]);
    let run = desk.task(Mode::Auto, most(LimitName::UnaskedChanges, 4));
    assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    let count = |status| desk.actions().iter().filter(|action| action.status == status).count();
    assert_eq!((count(Status::Succeeded), count(Status::Waiting)), (4, 5));
}

#[tokio::test]
async fn lim_05_spent_turns_pause_in_the_inbox_and_only_the_user_raises_them() {
    let mut desk = Desk::new(|_| todos(0, 9));
    let run = desk.task(Mode::Auto, most(LimitName::Turns, 3));
    assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    desk.open(todos(3, 2));
    assert_eq!(desk.drive(run).await, RunStatus::Waiting, "a restart asks the model nothing");
    let paused = desk.engine().inbox().unwrap().paused.remove(0);
    assert_eq!((paused.run, paused.limit, paused.raise_to), (run, Some(LimitName::Turns), Some(6)));
    assert_eq!(desk.engine().standing().unwrap().waiting, 1);
    assert!(desk.host.told.lock().unwrap().iter().all(|notice| notice.action.is_none()));
    assert!(desk.engine().run(run).unwrap().run.note.unwrap().contains("turns=6"));
    desk.engine().set_limits(run, &most(LimitName::Turns, 6)).unwrap();
    assert!(desk.engine().inbox().unwrap().paused.is_empty());
    assert_eq!(desk.drive(run).await, RunStatus::Done);
    assert_eq!(desk.actions().len(), 5);
}

#[tokio::test]
async fn lim_06_time_is_counted_by_committed_steps_and_not_while_a_person_is_waited_for() {
    let desk = Desk::new(|_| todos(0, 40));
    let run = desk.task(Mode::Auto, most(LimitName::Minutes, 20));
    desk.host.step.store(MINUTE / 4, Ordering::SeqCst);
    assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    // Time runs out before the next reply or before the action of one: the run pauses, or a card says it.
    let inbox = desk.engine().inbox().unwrap();
    let paused = inbox.paused.iter().any(|paused| paused.limit == Some(LimitName::Minutes));
    let asked = inbox.cards.iter().any(|card| card.why.join(" ").contains("of 20 minutes"));
    assert!(paused != asked, "{inbox:?}");
    let minutes = |desk: &Desk| {
        let used = desk.engine().run(run).unwrap().used;
        used.into_iter().find(|row| row.limit == LimitName::Minutes).unwrap().used
    };
    let spent = minutes(&desk);
    assert!((20..25).contains(&spent), "{spent}");
    let done = desk.actions().len();
    assert!((2..40).contains(&done), "{done}");
    for jump in [600 * MINUTE, -1200 * MINUTE] {
        desk.jump(jump);
        assert_eq!(minutes(&desk), spent);
        assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    }
    desk.engine().set_limits(run, &most(LimitName::Minutes, 500)).unwrap();
    for card in inbox.cards {
        desk.engine().approve(card.action.id, None, None, Decider::User).unwrap();
    }
    assert_eq!(desk.drive(run).await, RunStatus::Done);
    assert_eq!(desk.actions().len(), 40);
}

#[tokio::test]
async fn lim_03_lim_04_no_reply_is_asked_for_that_may_not_fit_and_none_is_free() {
    let most_tokens = 40_000;
    let mut desk = Desk::new(|_| todos(0, 90));
    let run = desk.task(Mode::Auto, most(LimitName::Tokens, most_tokens));
    let tokens = |desk: &Desk| {
        let used = desk.engine().run(run).unwrap().used;
        used.into_iter().find(|row| row.limit == LimitName::Tokens).unwrap().used
    };
    assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    let spent = tokens(&desk);
    assert!(spent <= most_tokens && spent >= 1000 * u32::try_from(desk.actions().len()).unwrap(), "{spent}");
    assert_eq!(desk.engine().inbox().unwrap().paused[0].limit, Some(LimitName::Tokens));
    desk.open(todos(90, 1));
    assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    assert_eq!(tokens(&desk), spent);

    let told = |tokens| todos(91, 1).remove(0).map(|reply| Reply { tokens: Some(tokens), ..reply });
    desk.engine().set_limits(run, &most(LimitName::Tokens, 10 * most_tokens)).unwrap();
    desk.open(vec![told(Tokens { input: 300_000, output: 5, ..Tokens::default() }), told(Tokens::default())]);
    desk.drive(run).await;
    assert!(tokens(&desk) > spent + 300_005, "what the provider says counts where it is more");
}

#[tokio::test]
async fn lim_01_going_back_and_forth_is_stopped_by_a_card() {
    let desk = Desk::new(|work| {
        let list = format!(r#"{{"folder":"{work}"}}"#);
        let call =
            |n: usize| calls(&[(&format!("c{n}"), ["files.list", "notes.list"][n % 2], [list.as_str(), "{}"][n % 2])]);
        (0..12).map(call).collect()
    });
    let run = desk.task(Mode::Auto, Budget::default());
    assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    assert_eq!(desk.actions().len(), 6);
    assert!(desk.engine().inbox().unwrap().cards[0].why.join(" ").contains("alternates between two calls"));
}

#[tokio::test]
async fn lim_01_five_errors_in_a_row_pause_until_the_user_says_to_go_on() {
    let bad = |n: usize| calls(&[(&format!("c{n}"), "no.such", "{}")]);
    let desk = Desk::new(|_| (0..7).map(bad).collect());
    let run = desk.task(Mode::Auto, Budget::default());
    assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    assert_eq!(desk.actions().len(), 5);
    let paused = desk.engine().inbox().unwrap().paused.remove(0);
    assert_eq!((paused.limit, paused.raise_to), (None, None));
    desk.engine().go_on(run).unwrap();
    assert_eq!(desk.drive(run).await, RunStatus::Done);
    assert_eq!(desk.actions().len(), 7);
}

#[tokio::test]
async fn lim_01_after_three_rejections_in_a_row_even_what_the_mode_allows_asks() {
    let mut desk = Desk::new(|_| todos(0, 4));
    let run = desk.task(Mode::Semi, most(LimitName::Actions, 0));
    for _ in 0..3 {
        assert_eq!(desk.drive(run).await, RunStatus::Waiting);
        let card = desk.engine().inbox().unwrap().cards.remove(0).action.id;
        desk.engine().reject(card, None, false).unwrap();
    }
    desk.engine().set_limits(run, &most(LimitName::Actions, 99)).unwrap();
    desk.open(todos(3, 1));
    assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    assert!(desk.engine().inbox().unwrap().cards[0].why.join(" ").contains("rejected 3"));
    assert_eq!(desk.actions().iter().filter(|action| action.status == Status::Rejected).count(), 3);
}

#[tokio::test]
async fn a_limit_of_the_settings_counts_where_the_task_has_none() {
    let desk = Desk::new(|_| todos(0, 3));
    let mut settings = desk.engine().settings().unwrap();
    settings.limits = most(LimitName::UnaskedChanges, 2);
    desk.engine().set_settings(settings.clone()).unwrap();
    let run = desk.task(Mode::Semi, Budget::default());
    assert_eq!(desk.drive(run).await, RunStatus::Waiting);
    assert_eq!(desk.actions().iter().filter(|action| action.status == Status::Succeeded).count(), 2);
    settings.limits = most(LimitName::Turns, 0);
    assert_eq!(desk.engine().set_settings(settings).unwrap_err().code, ErrorCode::BadInput);
}
