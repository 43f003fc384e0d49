//! An automation that somebody else than the user thought of: proposed, read, taken back or switched on.

use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::{
    AutomationState, Mode, Trigger,
    wire::{Change, NewTask},
};
use std::sync::Arc;
use tempfile::TempDir;

struct StillClock;

impl Host for StillClock {
    fn now(&self) -> i64 {
        1_795_417_200_000
    }
    fn zone(&self) -> String {
        "Europe/Warsaw".to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, _: Notice) {}
    fn withdraw(&self, _: &str) {}
}

#[tokio::test]
async fn the_planner_proposes_what_is_to_be_done_again_does_none_of_it_and_the_proposal_can_be_taken_back() {
    let home = TempDir::new().unwrap();
    let inbox = home.path().join("Inbox");
    std::fs::create_dir(&inbox).unwrap();
    std::fs::write(inbox.join("a.tmp"), "a").unwrap();
    let config = Config { data: home.path().join("data"), home: home.path().to_owned(), keychain: false };
    let engine = Engine::open_with(config, Arc::new(StillClock), None).unwrap();
    let goal = "when a file appears in ~/Inbox trash all .tmp files in ~/Inbox";
    let task = NewTask { goal: goal.into(), mode: Some(Mode::Auto), grants: vec![], model: Some("planner".into()) };
    let run = engine.new_task(task).unwrap();
    engine.drive(run).await.unwrap();

    let list = engine.automations().unwrap().list;
    assert_eq!(list.len(), 1);
    let proposed = &list[0].automation;
    let folder = inbox.canonicalize().unwrap().display().to_string();
    assert_eq!(proposed.state, AutomationState::Draft);
    assert_eq!(proposed.draft.goal, "trash all .tmp files in ~/Inbox");
    assert_eq!(proposed.draft.trigger, Trigger::Folder { folder: folder.clone(), below: false });
    assert_eq!(proposed.draft.grants, [folder]);
    assert!(inbox.join("a.tmp").exists());

    let taken_back = engine.undo(&run.to_string()).unwrap();
    assert_eq!((taken_back.undone, taken_back.problems), (1, vec![]));
    assert!(engine.automations().unwrap().list.is_empty());
}
