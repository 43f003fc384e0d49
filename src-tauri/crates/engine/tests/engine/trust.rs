//! Trust that is earned, advice and "why?", by the commands and with the built-in planner on real files.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    Action, ActionId, Decider, Level, Mode, Rule, RuleOffer, Status, TrustOffer,
    wire::{Change, ErrorCode, NewTask},
};
use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
};
use tempfile::TempDir;

const DAY: i64 = 24 * 60 * 60 * 1000;

struct Watch {
    now: AtomicI64,
    notices: Mutex<Vec<Notice>>,
}

impl Host for Watch {
    fn now(&self) -> i64 {
        self.now.load(SeqCst)
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
    host: Arc<Watch>,
    engine: Engine,
    made: usize,
}

fn open(home: &TempDir, host: &Arc<Watch>) -> Engine {
    let config = Config { data: home.path().join("data"), home: home.path().to_owned(), keychain: false };
    Engine::open(config, host.clone()).unwrap()
}

impl Desk {
    fn new() -> Desk {
        let home = TempDir::new().unwrap();
        fs::create_dir_all(home.path().join("work/done")).unwrap();
        let host = Arc::new(Watch { now: AtomicI64::new(1_790_000_000_000), notices: Mutex::default() });
        let engine = open(&home, &host);
        Desk { home, host, engine, made: 0 }
    }

    fn restart(self) -> Desk {
        let Desk { home, host, engine, made } = self;
        drop(engine);
        let engine = open(&home, &host);
        Desk { home, host, engine, made }
    }

    fn pass(&self, milliseconds: i64) {
        self.host.now.fetch_add(milliseconds, SeqCst);
    }

    fn work(&self) -> PathBuf {
        self.home.path().join("work")
    }

    /// A new file and the card for moving it; none where no card was needed.
    async fn propose(&mut self, mode: Mode) -> Action {
        self.made += 1;
        let file = self.work().join(format!("f{}.txt", self.made));
        fs::write(&file, "x").unwrap();
        let goal = format!("move {} to {}", file.display(), self.work().join("done").display());
        let grants = vec![self.work().display().to_string()];
        let task = NewTask { goal, mode: Some(mode), grants, model: Some("planner".into()) };
        let run = self.engine.new_task(task).unwrap();
        self.engine.drive(run).await.unwrap();
        let query = assent_protocol::wire::HistoryQuery { run: Some(run), ..Default::default() };
        let actions = self.engine.history(&query).unwrap().actions;
        actions.into_iter().find(|action| action.tool == "files.move").unwrap()
    }

    async fn approve(&mut self, looked: i64, by: Decider) -> ActionId {
        let card = self.propose(Mode::Ask).await;
        assert_eq!(card.status, Status::Waiting);
        self.pass(looked);
        self.engine.approve(card.id, Some(&card.digest), None, by).unwrap();
        self.engine.drive(card.run).await.unwrap();
        assert_eq!(self.status(card.id), Status::Succeeded);
        card.id
    }

    async fn eight(&mut self) -> TrustOffer {
        for _ in 0..8 {
            self.approve(5000, Decider::User).await;
        }
        let mut offers = self.offers();
        assert_eq!(offers.len(), 1, "{offers:#?}");
        offers.remove(0)
    }

    fn offers(&self) -> Vec<TrustOffer> {
        self.engine.trust_offers().unwrap()
    }

    fn status(&self, id: ActionId) -> Status {
        self.engine.card(id).unwrap().action.status
    }

    fn rule(&self) -> Rule {
        self.engine.rules().unwrap().pop().unwrap()
    }
}

#[tokio::test]
async fn the_narrowest_rule_is_offered_after_the_eighth_approval_and_never_taken_by_itself() {
    let mut desk = Desk::new();
    for n in 0..8 {
        assert_eq!(desk.offers(), [], "after {n}");
        desk.approve(5000, Decider::User).await;
    }
    let offer = desk.offers().remove(0);
    let work = desk.work().display().to_string();
    assert!(offer.sentence.contains(&work) && offer.sentence.contains("180 days"), "{}", offer.sentence);
    assert_eq!((offer.evidence.approved, offer.evidence.against(), offer.bound, offer.bar), (8, 0, 67, 65));
    assert_eq!(desk.engine.rules().unwrap(), [], "nothing is taken");
    assert_eq!(desk.propose(Mode::Ask).await.status, Status::Waiting);

    let taken = desk.engine.accept_trust(offer.action).unwrap();
    assert!(taken.on && taken.earned.is_some());
    assert_eq!(desk.offers(), []);
    let next = desk.propose(Mode::Ask).await;
    assert_eq!((next.status, next.decision.unwrap().by), (Status::Succeeded, Decider::Rule { rule: taken.id }));
    let why = desk.engine.why(next.id).unwrap().join("\n");
    assert!(why.contains("was earned") && why.contains("8 of 8") && why.contains("it would ask"), "{why}");
}

#[tokio::test]
async fn a_flag_and_a_program_that_answers_faster_than_anybody_reads_earn_nothing() {
    let mut desk = Desk::new();
    for _ in 0..10 {
        desk.approve(5000, Decider::Flag).await;
    }
    for _ in 0..10 {
        desk.approve(200, Decider::User).await;
    }
    assert_eq!(desk.offers(), []);
}

#[tokio::test]
async fn lim_13_ten_hasty_yeses_earn_no_rule_and_make_no_grave_yes_easier() {
    let mut desk = Desk::new();
    for _ in 0..10 {
        desk.approve(200, Decider::User).await;
    }
    assert_eq!(desk.offers(), [], "what nobody can have read earns nothing");
    // The next card still offers the narrow rule by hand, with what it would have meant.
    let card = desk.propose(Mode::Ask).await;
    let offers = desk.engine.rule_offers(card.id).unwrap();
    assert!(offers.iter().any(|offer| offer.matched == 10 && offer.approved == 10), "{offers:#?}");
    // And a grave one takes a deliberate gesture, however many yeses came before it.
    let outside = desk.home.path().join("outside.txt");
    fs::write(&outside, "x").unwrap();
    let grants = vec![desk.work().display().to_string()];
    let goal = format!("delete {}", outside.display());
    let task = NewTask { goal, mode: Some(Mode::Auto), grants, model: Some("planner".into()) };
    let run = desk.engine.new_task(task).unwrap();
    desk.engine.drive(run).await.unwrap();
    let cards = desk.engine.inbox().unwrap().cards;
    let grave = &cards.iter().find(|card| card.action.run == run).unwrap().action;
    assert!(grave.verdict.escalate);
    // The engine itself holds that, whoever asks it.
    for typed in [None, Some(""), Some("yes"), Some("outside")] {
        let refused = desk.engine.approve(grave.id, Some(&grave.digest), typed, Decider::User).unwrap_err();
        assert_eq!(refused.code, ErrorCode::NeedsConfirmation, "{typed:?}");
    }
    assert!(outside.exists());
}

#[tokio::test]
async fn an_undo_suspends_an_earned_rule_at_once_and_says_so() {
    let mut desk = Desk::new();
    let offer = desk.eight().await;
    desk.engine.accept_trust(offer.action).unwrap();
    let ran = desk.propose(Mode::Ask).await;
    assert_eq!(ran.status, Status::Succeeded);
    desk.pass(1000);
    desk.engine.undo(&ran.id.to_string()).unwrap();

    let told = desk.host.notices.lock().unwrap().pop().unwrap();
    assert!(told.title.contains("p1") && told.body.contains(&format!("you undid {}", ran.id)), "{told:?}");
    let standing = desk.engine.standing().unwrap();
    assert_eq!(standing.notices.len(), 1);
    let desk = desk.restart();
    let rule = desk.rule();
    assert!(!rule.on && rule.off_because.unwrap().contains("you undid"));
    let mut desk = desk;
    assert_eq!(desk.propose(Mode::Ask).await.status, Status::Waiting, "it asks again");
    assert!(desk.engine.verify().unwrap().ok);
    desk.pass(2 * DAY);
    assert_eq!(desk.engine.standing().unwrap().notices, Vec::<String>::new());
}

#[tokio::test]
async fn a_rejection_suspends_it_too_and_so_do_sixty_days_of_disuse() {
    let mut desk = Desk::new();
    let first = desk.propose(Mode::Ask).await;
    let offer = desk.eight().await;
    assert_eq!(offer.covers, [first.id], "the card that waits would have been answered");
    desk.engine.accept_trust(offer.action).unwrap();
    desk.pass(1000);
    desk.engine.reject(first.id, None, false).unwrap();
    assert!(desk.rule().off_because.unwrap().contains("you rejected a"));

    let mut desk = Desk::new();
    let offer = desk.eight().await;
    desk.engine.accept_trust(offer.action).unwrap();
    desk.pass(59 * DAY);
    assert!(desk.rule().on);
    desk.pass(DAY);
    assert_eq!(desk.propose(Mode::Ask).await.status, Status::Waiting);
    assert!(desk.rule().off_because.unwrap().contains("60 days"));
}

#[tokio::test]
async fn a_decline_is_remembered_across_a_restart_until_the_evidence_has_doubled() {
    let mut desk = Desk::new();
    let offer = desk.eight().await;
    desk.engine.decline_trust(offer.action).unwrap();
    let mut desk = desk.restart();
    for n in 8..15 {
        assert_eq!(desk.offers(), [], "after {n}");
        desk.approve(5000, Decider::User).await;
    }
    assert_eq!(desk.offers(), []);
    desk.approve(5000, Decider::User).await;
    assert_eq!(desk.offers().remove(0).evidence.approved, 16);
    assert!(desk.engine.accept_trust(ActionId(9999)).is_err());
}

#[tokio::test]
async fn pol_09_what_an_offer_says_of_the_past_is_what_its_rule_would_have_matched() {
    let mut desk = Desk::new();
    for _ in 0..5 {
        desk.approve(5000, Decider::User).await;
    }
    let last = desk.propose(Mode::Ask).await;
    for RuleOffer { draft, matched, approved, .. } in desk.engine.rule_offers(last.id).unwrap() {
        let exact = draft.conditions.iter().any(|c| matches!(c, assent_protocol::Condition::Equals { .. }));
        assert_eq!((matched, approved), if exact { (0, 0) } else { (5, 5) }, "{draft:?}");
    }
}

#[tokio::test]
async fn advice_names_a_mode_its_reason_and_what_would_ask_and_follows_the_history_and_the_wishes() {
    let mut desk = Desk::new();
    let goal = format!("tidy {} by type and trash the duplicates", desk.work().display());
    let task = NewTask { goal, mode: None, grants: Vec::new(), model: Some("planner".into()) };
    let advice = desk.engine.advise(&task).unwrap();
    assert_eq!(advice.mode, Mode::Ask);
    assert!(advice.sentence.contains("moving files to the trash"), "{}", advice.sentence);
    assert!(advice.asks.iter().any(|ask| ask.starts_with("moving files, each time")), "{:?}", advice.asks);
    let tidy = NewTask { goal: format!("tidy {} by type", desk.work().display()), ..task.clone() };
    assert_eq!(desk.engine.advise(&tidy).unwrap().mode, Mode::Semi);

    for _ in 0..8 {
        desk.approve(5000, Decider::User).await;
    }
    let known = desk.engine.advise(&tidy).unwrap();
    assert_eq!(known.mode, Mode::Auto);
    assert!(known.sentence.contains("8 times without being undone or rejected"), "{}", known.sentence);

    let mut settings = desk.engine.settings().unwrap();
    settings.oversight = Level::High;
    desk.engine.set_settings(settings).unwrap();
    let watched = desk.engine.advise(&tidy).unwrap();
    assert_eq!(watched.mode, Mode::Semi);
    assert!(watched.why.iter().any(|why| why.contains("oversight setting is high")));
    let pay = NewTask { goal: "pay the invoice".into(), ..task };
    assert_eq!(desk.engine.advise(&pay).unwrap().mode, Mode::Suggest);
}

#[tokio::test]
async fn why_says_who_made_the_rule_and_what_would_have_changed_the_answer() {
    let mut desk = Desk::new();
    let card = desk.propose(Mode::Ask).await;
    let why = desk.engine.why(card.id).unwrap().join("\n");
    assert!(why.contains("In the mode semi-autonomous, it would run without asking."), "{why}");
    let offers = desk.engine.rule_offers(card.id).unwrap();
    desk.engine.add_rule(card.id, offers[1].draft.clone(), false).unwrap();
    let next = desk.propose(Mode::Ask).await;
    let why = desk.engine.why(next.id).unwrap().join("\n");
    assert!(why.contains(&format!("made by you on the card {}", card.id)), "{why}");
    assert!(why.contains("Without the rule p1, it would ask."), "{why}");
}

#[tokio::test]
async fn what_the_advisor_expects_of_the_planners_tools_is_what_they_do() {
    let mut desk = Desk::new();
    let card = desk.propose(Mode::Ask).await;
    let expected = assent_policy::advisor::expected(card.facts.effect);
    assert_eq!((card.facts.effect, card.facts.reversal), (expected.effect, expected.reversal));
    assert_eq!(card.facts.destination, expected.destination);
}
