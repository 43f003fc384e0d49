//! The main job from the first word to the last check, in one window: a messy folder, cards, an edit, a rejection, a
//! rule, an escalation that reaches the desktop, undo to the byte, the history searched and its one changed byte named.

use crate::{
    notifications::{Daemon, look_away},
    window::{Window, eventually, test_id},
    work::{
        cards, choose_offer, found, hold, id_of, named, newest_run, of_tool, open_card, press, reject, type_task,
        undo_run,
    },
};
use assent_tests::{Home, MESSY_DUPLICATES, MESSY_FILES, Snapshot, assert_same, change_one_byte, snapshot};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_mess_is_tidied_allowed_escalated_undone_to_the_byte_found_and_verified() {
    let home = Home::new();
    let folder = home.messy("Downloads");
    let contract = home.file("Elsewhere/contract.pdf", "the only copy");
    let elsewhere = snapshot(contract.parent().expect("a folder"));
    let mut daemon = Daemon::start(&home).await;
    let window = Window::open_in(home).await;

    let mut past = vec![Stage::begin(&folder, &[])];
    past[0].run = tidied_card_by_card(&window, &folder).await;
    past.push(Stage::begin(&folder, &["four.jpg", "five.pdf"]));
    past[1].run = allowed_from_now_on(&window, &folder).await;
    past.push(Stage::begin(&folder, &["six.jpg"]));
    past[2].run = without_a_card(&window, &folder).await;
    let escalated = escalated_to_the_desktop(&window, &folder, &contract).await;

    undo_run(&window, &escalated).await;
    assert_same(&elsewhere, &snapshot(contract.parent().expect("a folder")));
    for stage in past.iter().rev() {
        undo_run(&window, &stage.run).await;
        assert_same(&stage.before, &snapshot(&folder));
        stage.new.iter().for_each(|file| fs::remove_file(file).expect("take a new file away"));
    }
    window.picture("undone").await;

    found_by_the_middle_of_a_name(&window, &past[0].run).await;
    whole_until_one_byte_is_changed(window).await;
    daemon.stop();
}

/// The folder as it was before a task, with the files that came for it.
struct Stage {
    before: Snapshot,
    new: Vec<PathBuf>,
    run: String,
}

impl Stage {
    fn begin(folder: &Path, new: &[&str]) -> Stage {
        let new: Vec<_> = new.iter().map(|name| folder.join(name)).collect();
        new.iter().for_each(|file| fs::write(file, file.display().to_string()).expect("make a file"));
        Stage { before: snapshot(folder), new, run: String::new() }
    }
}

// One destination is edited, one card rejected with a reason, the rest approved.
async fn tidied_card_by_card(window: &Window, folder: &Path) -> String {
    let before = snapshot(folder);
    let later = folder.join("Later");
    let goal = format!("tidy {} by type and trash the duplicates; make folder {}", named(folder), named(&later));
    type_task(window, &goal, "").await;
    let waiting = cards(window, 3).await;
    assert_same(&before, &snapshot(folder));

    let moving = of_tool(&waiting, "files.move");
    let to = moving["action"]["args"]["items"][0]["to"].as_str().expect("a destination");
    let (parent, name) = to.rsplit_once('/').expect("a path");
    let changed = format!("{parent}/kept/{name}");
    open_card(window, &id_of(moving)).await;
    window.picture("card").await;
    press(window, "edit").await;
    window.fill("[name=\"/items/0/to\"]", &changed).await;
    window.picture("edit").await;
    window.click("edit-submit").await;
    // An edit is a new action, checked anew: it has the same answer and runs.
    eventually("the edited destination is there", async || fs::symlink_metadata(&changed).ok()).await;

    let rest = cards(window, 2).await;
    reject(window, &id_of(of_tool(&rest, "files.make_folder")), "I sort those by hand").await;
    let rest = cards(window, 1).await;
    open_card(window, &id_of(of_tool(&rest, "files.trash"))).await;
    press(window, "approve").await;
    let run = newest_run(window, "done").await;

    let after = snapshot(folder);
    assert!(!later.exists(), "a rejected folder was made");
    let (was, is) = (before.contents(), after.contents());
    assert!(was.keys().eq(is.keys()), "some contents are gone");
    assert_eq!(is.values().sum::<usize>(), MESSY_FILES - MESSY_DUPLICATES);
    assert!(after.names().iter().filter(|name| name.contains('/')).count() > MESSY_FILES / 2, "{after:?}");
    window.click("nav-tasks").await;
    window.sees("I sort those by hand").await;
    window.picture("timeline").await;
    run["id"].as_str().expect("an id").to_owned()
}

// On the card of the next task, for this tool in this folder.
async fn allowed_from_now_on(window: &Window, folder: &Path) -> String {
    type_task(window, &format!("tidy {} by type", named(folder)), "").await;
    let waiting = cards(window, 1).await;
    open_card(window, &id_of(&waiting[0])).await;
    press(window, "auto-approve").await;
    let under = |offer: &Value| {
        let conditions = offer["draft"]["conditions"].as_array().expect("conditions");
        !conditions.is_empty() && conditions.iter().all(|one| one["test"] == "under_folder")
    };
    choose_offer(window, &waiting[0], under).await;
    window.picture("rule").await;
    window.click("allow-rule").await;
    window.find("rule-made").await;
    assert_eq!(cards(window, 1).await[0]["action"]["status"], "waiting", "a rule for later answered this card");
    press(window, "approve").await;
    eventually("the new files are tidied", async || (!folder.join("four.jpg").exists()).then_some(())).await;
    newest_run(window, "done").await["id"].as_str().expect("an id").to_owned()
}

// And says that it did, and why it might.
async fn without_a_card(window: &Window, folder: &Path) -> String {
    type_task(window, &format!("tidy {} by type", named(folder)), "").await;
    eventually("it runs", async || (!folder.join("six.jpg").exists()).then_some(())).await;
    let run = newest_run(window, "done").await["id"].as_str().expect("an id").to_owned();
    cards(window, 0).await;
    let view = window.invoke("run", json!({ "run": run })).await;
    let steps = view["steps"].as_array().expect("steps");
    let step = steps.iter().find(|step| step["action"]["tool"] == "files.move").expect("a move");
    let by = &step["action"]["decision"]["by"];
    assert_eq!(by["by"], "rule", "{step:#}");
    let rule = by["rule"].as_str().expect("its rule");
    let id = step["action"]["id"].as_str().expect("an id");
    let shown = window.find_css(&format!("{}[data-id=\"{id}\"]", test_id("step"))).await;
    let shown = shown.text().await.expect("its words");
    assert!(shown.contains(&format!("by rule {rule}")), "{shown}");
    window.picture("by-rule").await;
    window.click("nav-permissions").await;
    window.sees("Used once").await;
    run
}

// The user looks elsewhere; a click on the notification of a real daemon opens the card.
async fn escalated_to_the_desktop(window: &Window, granted: &Path, file: &Path) -> String {
    window.click("nav-settings").await;
    look_away(window).await;
    type_task(window, &format!("trash {}", named(file)), &named(granted)).await;
    let waiting = cards(window, 1).await;
    assert_eq!(waiting[0]["action"]["verdict"]["escalate"], true, "{:#}", waiting[0]);
    Daemon::shows(1).await;
    Daemon::picture("notification");
    Daemon::click();
    window.find_css(&format!("[data-testid=\"card\"][data-id=\"{}\"]", id_of(&waiting[0]))).await;
    Daemon::shows(0).await;
    assert!(file.exists(), "a click decided");
    window.find_css("[data-testid=\"hold-approve\"][data-live=\"true\"]").await;
    window.picture("escalation").await;
    hold(window, Duration::from_millis(1500)).await;
    eventually("the file is in the trash", async || (!file.exists()).then_some(())).await;
    waiting[0]["action"]["run"].as_str().expect("a run").to_owned()
}

async fn found_by_the_middle_of_a_name(window: &Window, run: &str) {
    // As people type it, of "Zażółć gęślą jaźń.txt".
    let rows = found(window, "gesla").await;
    window.picture("history-search").await;
    let view = window.invoke("run", json!({ "run": run })).await;
    let steps = view["steps"].as_array().expect("steps");
    let moved =
        steps.iter().find(|step| step["action"]["status"] == "undone" && step["action"]["tool"] == "files.move");
    let moved = moved.expect("the move that was undone")["action"]["id"].as_str().expect("an id");
    assert!(rows.iter().any(|row| row == moved), "{moved} is not among {rows:?}");
}

// By the window, by the terminal, and by both again when the file was touched behind their backs.
async fn whole_until_one_byte_is_changed(window: Window) {
    window.click("nav-history").await;
    window.click("verify").await;
    window.find_css("[data-testid=\"verify-result\"][data-ok=\"true\"]").await;
    let home = window.close().await;
    let whole = home.json(&["verify"]).ended(0);
    assert_eq!(whole.all("verification")[0]["ok"], true, "{whole:#?}");

    let changed = change_one_byte(&home);
    let broken = home.json(&["verify"]).ended(1);
    assert_eq!(broken.all("verification")[0]["first_bad"], json!(changed), "{broken:#?}");
    let window = Window::open_in(home).await;
    window.click("nav-history").await;
    window.click("verify").await;
    let told = window.find_css("[data-testid=\"verify-result\"][data-ok=\"false\"]").await;
    let told = told.text().await.expect("its words");
    assert!(told.contains(&changed.to_string()), "{told}");
    window.picture("broken-chain").await;
}
