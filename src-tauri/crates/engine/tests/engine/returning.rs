//! Coming back: the digest, being asked next time, taking it back; quiet hours; and what is looked at every so often.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use assent_agent::{
    ModelError, Reply,
    scripted::{ScriptedModel, calls},
};
use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    AutomationDraft, AutomationId, AutomationState, Exit, FiringStatus, Mode, NumberOf, RunStatus, Scope, Side, Triage,
    Trigger, UndoState,
    wire::{Change, ErrorCode, NewTask},
};
use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};
use tempfile::TempDir;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
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

fn desk(replies: impl FnOnce(PathBuf) -> Vec<Result<Reply, ModelError>>) -> Desk {
    let home = TempDir::new().unwrap();
    let work = home.path().join("work");
    fs::create_dir(&work).unwrap();
    let host = Arc::new(MovedClock { now: AtomicI64::new(MONDAY), notices: Mutex::default() });
    let config = Config { data: home.path().join("data"), home: home.path().to_owned(), keychain: false };
    let model = ScriptedModel::new(replies(work));
    let engine = Engine::open_with(config, host.clone(), Some(Arc::new(model))).unwrap();
    Desk { home, host, engine }
}

impl Desk {
    fn draft(&self, trigger: Trigger) -> AutomationDraft {
        let mut draft = AutomationDraft::new("watch", "look after it", trigger);
        draft.grants = vec![self.home.path().join("work").display().to_string()];
        draft
    }

    fn add(&self, draft: AutomationDraft) -> AutomationId {
        self.engine.add_automation(draft, true).unwrap().row.automation.id
    }

    async fn beat(&self, at: i64) {
        self.host.now.store(at, Ordering::SeqCst);
        self.engine.tick();
        for row in self.engine.runs().unwrap() {
            if row.run.status == RunStatus::Running {
                self.engine.drive(row.run.id).await.unwrap();
            }
        }
    }

    // A beat, and the look that it begins seen to its end.
    async fn look(&self, id: AutomationId, at: i64) -> usize {
        let before = self.engine.automation(id).unwrap().row.automation.next_at;
        self.beat(at).await;
        let since = std::time::Instant::now();
        while self.engine.automation(id).unwrap().row.automation.next_at == before || self.engine.looking(id) {
            assert!(since.elapsed().as_secs() < 30, "the look does not end");
            tokio::task::yield_now().await;
        }
        self.beat(at).await;
        self.engine.automation(id).unwrap().firings.len()
    }

    fn notices(&self) -> Vec<String> {
        self.host.notices.lock().unwrap().iter().map(|notice| notice.title.clone()).collect()
    }
}

fn hourly() -> Trigger {
    Trigger::Time { when: "every hour".into(), zone: None }
}

#[tokio::test]
async fn the_digest_has_each_firing_in_one_list_and_says_what_ran_unasked_and_why() {
    let desk = desk(|work| {
        let write = |name: &str| {
            let path = work.join(name).display().to_string();
            calls(&[("1", "files.write", &format!(r#"{{"path":"{path}","text":"x"}}"#))])
        };
        vec![write("a.txt"), calls(&[]), write("b.txt"), calls(&[])]
    });
    let id = desk.add(desk.draft(hourly()));
    assert_eq!(desk.engine.digest().unwrap().words, "Nothing happened.");
    desk.beat(MONDAY + HOUR).await;
    desk.beat(MONDAY + 2 * HOUR).await;
    desk.beat(MONDAY + 5 * HOUR + 30 * MINUTE).await;
    let digest = desk.engine.digest().unwrap();
    assert_eq!((digest.done.len(), digest.skipped.len(), digest.unasked.len()), (3, 1, 2), "{}", digest.words);
    assert_eq!(digest.skipped[0].count, 2, "two were missed, and one run made up for them");
    assert!(digest.unasked.iter().all(|line| line.rule.is_none() && line.automation == Some(id)));
    assert!(digest.unasked.iter().all(|line| line.undo == UndoState::Ready));

    // Undo all of these.
    let report = desk.engine.undo_all(digest.unasked.iter().map(|line| line.action).collect()).unwrap();
    assert_eq!((report.undone, report.problems.len()), (2, 0));
    assert_eq!(fs::read_dir(desk.home.path().join("work")).unwrap().count(), 0);

    // Seen is seen.
    desk.engine.digest_seen(digest.until).unwrap();
    assert_eq!(desk.engine.digest().unwrap().words, "Nothing happened.");
    assert_eq!(desk.engine.digest_since(0).unwrap().done.len(), 3);
}

#[tokio::test]
async fn ask_next_time_asks_next_time_and_only_there() {
    let todo = || calls(&[("1", "todos.add", r#"{"text":"water"}"#)]);
    let desk = desk(|_| vec![todo(), calls(&[]), todo()]);
    let id = desk.add(desk.draft(hourly()));
    desk.beat(MONDAY + HOUR).await;
    let ran = desk.engine.digest().unwrap().unasked.remove(0);
    desk.engine.ask_next_time(ran.action).unwrap();
    let rules = desk.engine.automation(id).unwrap().rules;
    assert_eq!(
        rules.iter().map(|rule| rule.draft.scope.clone()).collect::<Vec<_>>(),
        [Scope::Automation { automation: id }]
    );
    desk.beat(MONDAY + 2 * HOUR).await;
    let card = desk.engine.inbox().unwrap().cards.remove(0).action;
    assert_eq!(desk.engine.run(card.run).unwrap().run.automation, Some(id));
    assert!(desk.engine.ask_next_time(card.id).is_err(), "somebody was asked");
}

#[tokio::test]
async fn a_look_back_shows_what_would_have_happened_and_does_nothing() {
    let desk = desk(|_| vec![]);
    for name in ["a.pdf", "b.log"] {
        fs::write(desk.home.path().join("work").join(name), "x").unwrap();
    }
    let folder = desk.home.path().join("work").display().to_string();
    let mut draft = desk.draft(Trigger::Folder { folder, below: false });
    draft.triage = vec![desk.engine.triage_rule("drop: ends .log".into()).unwrap()];
    let back = desk.engine.look_back(draft).unwrap();
    let mut found: Vec<_> = back.events.into_iter().map(|event| (event.what, event.triage, event.status)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        found,
        [
            ("a.pdf".to_owned(), Triage::Propose, FiringStatus::Started),
            ("b.log".to_owned(), Triage::Drop, FiringStatus::Dropped)
        ]
    );
    let mut often = desk.draft(Trigger::Time { when: "every minute".into(), zone: None });
    often.per_hour = 5;
    let back = desk.engine.look_back(often).unwrap();
    assert_eq!(back.events.len(), 20);
    assert_eq!(back.events.iter().filter(|event| event.status == FiringStatus::Started).count(), 5);
    assert_eq!(desk.engine.automations().unwrap().list.len(), 0);
    assert_eq!(desk.engine.runs().unwrap().len(), 0);
}

#[tokio::test]
async fn quiet_hours_hold_what_can_wait_until_they_are_over() {
    let desk = desk(|_| vec![calls(&[("1", "todos.add", r#"{"text":"water"}"#)])]);
    let mut settings = desk.engine.settings().unwrap();
    settings.quiet = "08:00-10:00".into();
    desk.engine.set_settings(settings.clone()).unwrap();
    settings.quiet = "whenever".into();
    assert!(desk.engine.set_settings(settings).is_err());
    let mut draft = desk.draft(hourly());
    draft.mode = assent_protocol::Mode::Ask;
    desk.add(draft);
    desk.beat(MONDAY + HOUR).await;
    assert_eq!(desk.engine.inbox().unwrap().cards.len(), 1, "the card is there at once");
    assert_eq!(desk.notices(), Vec::<String>::new());
    desk.beat(MONDAY + 2 * HOUR).await;
    assert_eq!(desk.notices().len(), 1);
}

#[tokio::test]
async fn a_number_in_a_file_fires_when_it_crosses_and_not_while_it_trembles() {
    let desk = desk(|_| vec![]);
    let path = desk.home.path().join("level.txt");
    let set = |text: &str| fs::write(&path, text).unwrap();
    set("level: 10");
    let of = NumberOf::File { path: path.display().to_string() };
    let trigger = Trigger::Number { of, after: "level:".into(), side: Side::Above, line: 9000, back: 500, minutes: 5 };
    let id = desk.add(desk.draft(trigger));
    let mut found = Vec::new();
    for (n, level) in ["10", "90.5", "89", "91", "85", "92", "93"].iter().enumerate() {
        set(&format!("level: {level} %"));
        found.push(desk.look(id, MONDAY + n as i64 * 5 * MINUTE).await);
    }
    assert_eq!(found, [0, 1, 1, 1, 1, 2, 2]);
    // A file without a number is said once, and is no firing for the number.
    set("nothing here");
    assert_eq!(desk.look(id, MONDAY + HOUR).await, 3);
    assert!(desk.engine.automation(id).unwrap().row.trouble.unwrap().contains("No number"));
    assert_eq!(desk.look(id, MONDAY + 2 * HOUR).await, 3);
    set("level: 99");
    assert_eq!(desk.look(id, MONDAY + 3 * HOUR).await, 3, "it was beyond before");
    assert_eq!(desk.engine.automation(id).unwrap().row.trouble, None);
}

#[tokio::test]
async fn a_command_that_begins_to_fail_fires_once() {
    let desk = desk(|_| vec![]);
    let work = desk.home.path().join("work");
    let folder = work.display().to_string();
    let trigger = Trigger::Command { line: "cat alive".into(), folder, exit: Exit::Fails, minutes: 1 };
    let Ok(view) = desk.engine.add_automation(desk.draft(trigger), true) else {
        // Without a sandbox it is refused, with the reason.
        return;
    };
    let id = view.row.automation.id;
    fs::write(work.join("alive"), "yes").unwrap();
    assert_eq!(desk.look(id, MONDAY).await, 0);
    fs::remove_file(work.join("alive")).unwrap();
    assert_eq!(desk.look(id, MONDAY + MINUTE).await, 1);
    assert_eq!(desk.look(id, MONDAY + 2 * MINUTE).await, 1);
}

#[tokio::test]
async fn what_an_agent_proposes_is_a_draft_that_is_off_until_the_user_deliberately_switches_it_on() {
    let propose = |args: &str| calls(&[("1", "automations.propose", args)]);
    let desk = desk(|_| vec![propose(r#"{"goal":"list to-dos","when":"every minute","name":"mine"}"#), calls(&[])]);
    let task = NewTask { goal: "do it".into(), mode: Some(Mode::Auto), grants: vec![], model: None };
    let run = desk.engine.new_task(task).unwrap();
    desk.engine.drive(run).await.unwrap();
    let row = desk.engine.automations().unwrap().list.remove(0);
    let id = row.automation.id;
    assert_eq!((row.automation.state, row.automation.next_at), (AutomationState::Draft, None));
    assert_eq!(desk.notices(), ["Proposed: mine"]);
    desk.beat(MONDAY + HOUR).await;
    assert_eq!(desk.engine.automation(id).unwrap().firings, [], "a draft never fires");
    assert_eq!(desk.engine.run_automation(id).unwrap_err().code, ErrorCode::NeedsConfirmation);
    for confirm in [None, Some("yes"), Some("u99")] {
        let refused = desk.engine.switch_automation(id, true, confirm).unwrap_err();
        assert_eq!(refused.code, ErrorCode::NeedsConfirmation);
    }
    desk.engine.switch_automation(id, true, Some("u1")).unwrap();
    desk.beat(MONDAY + HOUR + MINUTE).await;
    assert_eq!(desk.engine.automation(id).unwrap().firings[0].status, FiringStatus::Started);
}
