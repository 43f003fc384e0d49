//! Holds through the engine: what a server's declared send waits for, who may take it back, and what a freeze, a
//! restart and what was read meanwhile make of it. What was sent is counted where it arrives: in the server's own log.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use assent_agent::{
    Reply,
    scripted::{ScriptedModel, calls},
};
use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    Action, Decider, Declaration, Effect, Mode, ReasonCode, Reversal, RunId, RunStatus, ServerDraft, Status, Step,
    Transport, Turn,
    wire::{Change, ErrorCode, NewTask},
};
use serde_json::json;
use std::{
    collections::HashSet,
    fs,
    path::Path,
    sync::Arc,
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

const TEXT: &str = "The meeting is on Friday at noon, in the small room.";
type Replies = Vec<Result<Reply, assent_agent::ModelError>>;

struct Desk {
    home: TempDir,
    model: Arc<ScriptedModel>,
    engine: Engine,
}

fn open(home: &Path, model: &Arc<ScriptedModel>) -> Engine {
    let config = Config { data: home.join("data"), home: home.join("home"), keychain: false };
    Engine::open_with(config, Arc::new(Quiet), Some(model.clone())).unwrap()
}

/// A desk with a server whose `send_message` sends and whose `look_up` reads what others wrote, and holds of `seconds`.
fn desk(replies: Replies, seconds: u32) -> Desk {
    let home = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    fs::create_dir(home.path().join("home")).unwrap();
    let model = Arc::new(ScriptedModel::new(replies));
    let engine = open(home.path(), &model);
    let fields = |names: &[&str]| {
        let all: serde_json::Map<_, _> = names.iter().map(|n| ((*n).to_owned(), json!({"type": "string"}))).collect();
        json!({"type": "object", "properties": all, "required": names, "additionalProperties": false})
    };
    let offered = json!([
        {"name": "send_message", "description": "Sends a message.", "inputSchema": fields(&["to", "text"])},
        {"name": "look_up", "description": "Reads the board.", "inputSchema": fields(&["text"])},
    ]);
    let own = home.path().join("data/servers/post");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("definitions.json"), offered.to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/tests/stand_in.mjs").canonicalize().unwrap();
    let transport = Transport::Stdio { command: "node".into(), args: vec![script.display().to_string()] };
    let draft = ServerDraft { name: "post".into(), transport, folders: vec![], network: false, secrets: vec![] };
    assert_eq!(engine.add_connection(draft).unwrap().last_error, None);
    for (tool, effect) in [("send_message", Effect::Send), ("look_up", Effect::Observe)] {
        engine.declare_tool("post", tool, Some(Declaration { effect, undo: None })).unwrap();
    }
    let mut settings = engine.settings().unwrap();
    settings.hold_seconds = seconds;
    engine.set_settings(settings).unwrap();
    Desk { home, model, engine }
}

fn send(call: &str) -> Result<Reply, assent_agent::ModelError> {
    let args = json!({"to": "anna@example.org", "text": TEXT}).to_string();
    calls(&[(call, "post.send_message", &args)])
}

impl Desk {
    fn task(&self, mode: Mode) -> RunId {
        let goal = format!("send anna@example.org the message “{TEXT}”");
        self.engine.new_task(NewTask { goal, mode: Some(mode), grants: vec![], model: None }).unwrap()
    }

    fn drive(&self, run: RunId) -> tokio::task::JoinHandle<RunStatus> {
        let engine = self.engine.clone();
        tokio::spawn(async move { engine.drive(run).await.unwrap().status })
    }

    fn action(&self, run: RunId) -> Option<Action> {
        let steps = self.engine.run(run).unwrap().steps;
        steps.into_iter().rev().find_map(|step| if let Step::Action { action } = step { Some(*action) } else { None })
    }

    async fn until(&self, run: RunId, status: Status) -> Action {
        let patience = Instant::now();
        loop {
            let action = self.action(run);
            if let Some(action) = action.clone().filter(|action| action.status == status) {
                return action;
            }
            assert!(patience.elapsed() < Duration::from_secs(120), "not {status:?}: {action:#?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn sent(&self) -> usize {
        let log = fs::read_to_string(self.home.path().join("data/servers/post/log.txt")).unwrap();
        log.lines().filter(|line| line.contains("tools/call") && line.contains("send_message")).count()
    }

    fn told(&self) -> Vec<(Status, Option<String>)> {
        let turns = self.model.requests().pop().unwrap().turns;
        let results = turns.iter().filter_map(|turn| match turn {
            Turn::Result { status, reason, .. } => Some((*status, reason.clone())),
            _ => None,
        });
        results.collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_autonomous_mode_a_send_in_the_users_own_words_is_held_and_then_sent_once() {
    let desk = desk(vec![send("c1")], 1);
    let run = desk.task(Mode::Auto);
    let driving = desk.drive(run);
    let held = desk.until(run, Status::Held).await;
    assert_eq!(held.facts.reversal, Reversal::Recallable);
    assert_eq!(held.verdict.reasons[0].code, ReasonCode::HeldSend);
    let left = held.held_until.unwrap() - assent_engine::clock::now();
    assert!((0..=1000).contains(&left), "{left}");
    assert_eq!(desk.engine.inbox().unwrap().held[0].id, held.id);
    assert_eq!((desk.sent(), desk.engine.card(held.id).unwrap().reversal.as_str()), (0, "Can be recalled for 1 s"));
    assert_eq!(driving.await.unwrap(), RunStatus::Done);
    assert_eq!((desk.action(run).unwrap().status, desk.sent()), (Status::Succeeded, 1));
    assert!(desk.engine.recall(held.id).unwrap_err().message.contains("cannot be recalled"));
    assert!(desk.engine.verify().unwrap().ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recalled_send_is_never_sent_and_the_model_is_told_by_whom() {
    let desk = desk(vec![send("c1")], 600);
    let run = desk.task(Mode::Auto);
    let driving = desk.drive(run);
    let held = desk.until(run, Status::Held).await;
    assert_eq!(desk.engine.recall(held.id).unwrap().status, Status::Recalled);
    assert_eq!(driving.await.unwrap(), RunStatus::Done, "nobody waits for the rest of the hold");
    let (status, reason) = desk.told().remove(0);
    assert!(status == Status::Recalled && reason.unwrap().contains("Recalled by the user"));
    assert_eq!(desk.engine.recall(held.id).unwrap_err().code, ErrorCode::AlreadyDecided);
    assert_eq!(desk.sent(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_holds_up_neither_the_rest_of_its_run_nor_another_run() {
    let args = json!({"to": "anna@example.org", "text": TEXT}).to_string();
    let both = calls(&[("c1", "post.send_message", &args), ("c2", "post.look_up", r#"{"text":"hello"}"#)]);
    let desk = desk(vec![both, calls(&[("d1", "post.look_up", r#"{"text":"hello"}"#)])], 600);
    let run = desk.task(Mode::Auto);
    let driving = desk.drive(run);
    desk.until(run, Status::Succeeded).await;
    let other = desk.task(Mode::Auto);
    assert_eq!(desk.drive(other).await.unwrap(), RunStatus::Done);
    let held = desk.engine.inbox().unwrap().held;
    assert_eq!((held.len(), desk.sent()), (1, 0));
    desk.engine.recall(held[0].id).unwrap();
    assert_eq!(driving.await.unwrap(), RunStatus::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_revoked_during_the_hold_does_not_send() {
    let desk = desk(vec![send("c1"), Ok(Reply::default()), send("c2")], 1);
    let run = desk.task(Mode::Semi);
    assert_eq!(desk.drive(run).await.unwrap(), RunStatus::Waiting);
    let card = desk.action(run).unwrap();
    let offers = desk.engine.rule_offers(card.id).unwrap();
    let rule = desk.engine.add_rule(card.id, offers[0].draft.clone(), false).unwrap();
    desk.engine.approve(card.id, None, None, Decider::User).unwrap();
    assert_eq!(desk.drive(run).await.unwrap(), RunStatus::Done);
    assert_eq!(desk.sent(), 1);
    let second = desk.task(Mode::Semi);
    let driving = desk.drive(second);
    desk.until(second, Status::Held).await;
    desk.engine.revoke_rule(rule.id).unwrap();
    assert_eq!(driving.await.unwrap(), RunStatus::Waiting);
    assert_eq!((desk.action(second).unwrap().status, desk.sent()), (Status::Waiting, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_lowered_during_the_hold_counts_at_its_end() {
    let desk = desk(vec![send("c1")], 1);
    let run = desk.task(Mode::Auto);
    let driving = desk.drive(run);
    desk.until(run, Status::Held).await;
    let mut settings = desk.engine.settings().unwrap();
    settings.limits.outward_an_hour = Some(0);
    desk.engine.set_settings(settings).unwrap();
    assert_eq!(driving.await.unwrap(), RunStatus::Waiting);
    let card = desk.action(run).unwrap();
    assert_eq!((card.status, card.verdict.reasons[0].code), (Status::Waiting, ReasonCode::LimitSpent));
    assert_eq!(desk.sent(), 0);
    let lasts = card.expires_at.unwrap() - card.proposed_at;
    assert_eq!(lasts, 24 * 60 * 60 * 1000, "what leaves this computer and asks again lapses after a day as well");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_holds_switched_off_a_send_cannot_be_recalled_and_is_an_escalation() {
    let desk = desk(vec![send("c1")], 0);
    let run = desk.task(Mode::Auto);
    assert_eq!(desk.drive(run).await.unwrap(), RunStatus::Waiting);
    let card = desk.action(run).unwrap();
    assert_eq!((card.facts.reversal, card.verdict.escalate, card.verdict.floor), (Reversal::None, true, true));
    assert!(desk.engine.recall(card.id).is_err());
    let mut settings = desk.engine.settings().unwrap();
    settings.hold_seconds = 3601;
    assert!(desk.engine.set_settings(settings).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_in_the_hold_freezes_it_and_going_on_begins_the_hold_again() {
    let desk = desk(vec![send("c1")], 1);
    let run = desk.task(Mode::Auto);
    let driving = desk.drive(run);
    desk.until(run, Status::Held).await;
    desk.engine.freeze().unwrap();
    driving.await.unwrap();
    assert_eq!(desk.action(run).unwrap().status, Status::Frozen);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert_eq!(desk.sent(), 0);
    desk.engine.unfreeze().unwrap();
    desk.engine.go_on(run).unwrap();
    let (driving, began) = (desk.drive(run), Instant::now());
    desk.until(run, Status::Held).await;
    assert_eq!(driving.await.unwrap(), RunStatus::Done);
    assert!(began.elapsed() >= Duration::from_secs(1), "in full: {:?}", began.elapsed());
    assert_eq!(desk.sent(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_in_the_hold_begins_it_again_in_full() {
    let desk = desk(vec![send("c1")], 1);
    let run = desk.task(Mode::Auto);
    let driving = desk.drive(run);
    let first = desk.until(run, Status::Held).await;
    driving.abort();
    let _ = driving.await;
    desk.engine.close();
    let Desk { home, model, engine } = desk;
    drop(engine);
    let engine = open(home.path(), &model);
    let desk = Desk { home, model, engine };
    let (driving, began) = (desk.drive(run), Instant::now());
    assert_eq!(driving.await.unwrap(), RunStatus::Done);
    assert!(began.elapsed() >= Duration::from_secs(1), "in full: {:?}", began.elapsed());
    assert_eq!((desk.action(run).unwrap().id, desk.sent()), (first.id, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_recall_that_races_the_start_one_wins_every_time() {
    const SENDS: usize = 60;
    let args = |n| json!({"to": "anna@example.org", "text": format!("{TEXT} {}", "x".repeat(n))}).to_string();
    let list: Vec<_> = (0..SENDS).map(|n| (format!("c{n}"), args(n))).collect();
    let list: Vec<_> = list.iter().map(|(id, args)| (id.as_str(), "post.send_message", args.as_str())).collect();
    let desk = desk(vec![calls(&list)], 1);
    let mut settings = desk.engine.settings().unwrap();
    (settings.limits.outward_an_hour, settings.limits.new_recipients_an_hour) = (Some(100), Some(100));
    desk.engine.set_settings(settings).unwrap();
    let run = desk.task(Mode::Auto);
    let driving = desk.drive(run);
    let (mut recalling, mut seen) = (Vec::new(), HashSet::new());
    // On a slow machine the first have gone before the last are held.
    while seen.len() < SENDS && !driving.is_finished() {
        for held in desk.engine.inbox().unwrap().held.into_iter().filter(|held| seen.insert(held.id)) {
            let engine = desk.engine.clone();
            let left = held.held_until.unwrap() - assent_engine::clock::now();
            // Starts come one after the other, so the later ones are raced later.
            let late = u64::try_from(left).unwrap_or_default() + recalling.len() as u64 * 37 % 1500;
            recalling.push(tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(late.saturating_sub(10))).await;
                tokio::task::spawn_blocking(move || (held.id, engine.recall(held.id).is_ok())).await.unwrap()
            }));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(driving.await.unwrap(), RunStatus::Done);
    let mut recalls = 0;
    for recall in recalling {
        let (id, recalled) = recall.await.unwrap();
        let status = desk.engine.card(id).unwrap().action.status;
        assert_eq!(status, if recalled { Status::Recalled } else { Status::Succeeded });
        recalls += usize::from(recalled);
    }
    assert!((1..SENDS).contains(&recalls), "both happen: {recalls} of {SENDS}");
    assert_eq!(desk.sent(), SENDS - recalls);
    assert!(desk.engine.verify().unwrap().ok);
}
