//! The whole way of a first evening: a messy folder, cards, an edit, a rejection with a reason, a rule, an escalation,
//! undo to the byte, and finding it all again.

use crate::{
    desktop::Desktop,
    notifications::look_away,
    window::{Window, eventually, test_id},
    work::{CARD, cards, named, newest_run, of_tool, open_card, press, type_task},
};
use assent_tests::{Home, assert_same, snapshot};
use fantoccini::{
    Locator,
    actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
};
use serde_json::{Value, json};
use std::{fs, time::Duration};

#[tokio::test(flavor = "multi_thread")]
async fn a_messy_folder_is_tidied_under_cards_and_undone_to_the_byte() {
    let home = Home::new();
    let folder = home.messy("Downloads");
    let before = snapshot(&folder);
    let window = Window::open_in(home).await;

    type_task(&window, &format!("tidy {} by type and trash the duplicates", named(&folder)), "").await;
    let waiting = cards(&window, 2).await;
    assert_same(&before, &snapshot(&folder));

    // One destination is changed, which is a new action, checked anew.
    let moving = of_tool(&waiting, "files.move");
    let to = moving["action"]["args"]["items"][0]["to"].as_str().expect("a destination");
    let (parent, name) = to.rsplit_once('/').expect("a path");
    let changed = format!("{parent}/kept/{name}");
    open_card(&window, moving["action"]["id"].as_str().expect("an id")).await;
    window.picture("card").await;
    press(&window, "edit").await;
    window.fill("[name=\"/items/0/to\"]", &changed).await;
    window.picture("edit").await;
    window.click("edit-submit").await;
    eventually("the edited destination is there", async || fs::symlink_metadata(&changed).ok()).await;

    // The other is rejected with a reason that the agent is told.
    let rest = cards(&window, 1).await;
    let trash = of_tool(&rest, "files.trash");
    open_card(&window, trash["action"]["id"].as_str().expect("an id")).await;
    press(&window, "reject").await;
    window.fill(&test_id("reject-reason"), "keep the copies for now").await;
    window.click("reject-go-on").await;
    cards(&window, 0).await;
    let run = newest_run(&window, "done").await;
    let after = snapshot(&folder);
    assert_eq!(before.contents(), after.contents(), "nothing was trashed");
    assert_ne!(before, after, "something was moved");

    // Found again by a word in the middle of a name.
    window.click("nav-history").await;
    window.fill(&test_id("history-search"), "gesla").await;
    window.find("history-row").await;

    // The whole run is taken back.
    window.click("nav-tasks").await;
    window.click("undo-run").await;
    eventually("everything is as before", async || (snapshot(&folder) == before).then_some(())).await;
    let undone = window.invoke("run", json!({ "run": run["id"] })).await;
    let steps = undone["steps"].as_array().expect("steps");
    assert!(steps.iter().any(|step| step["action"]["status"] == "undone"), "{undone:#}");
    let verified = window.invoke("verify", json!({})).await;
    assert_eq!(verified["ok"], true, "{verified}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_allowed_from_now_on_runs_without_a_card() {
    let home = Home::new();
    let folder = home.path().join("Downloads");
    fs::create_dir_all(&folder).expect("make a folder");
    for name in ["one.jpg", "two.jpg", "three.pdf"] {
        fs::write(folder.join(name), name).expect("make a file");
    }
    let window = Window::open_in(home).await;
    let goal = format!("tidy {} by type", named(&folder));
    type_task(&window, &goal, "").await;
    let waiting = cards(&window, 1).await;
    open_card(&window, waiting[0]["action"]["id"].as_str().expect("an id")).await;
    press(&window, "auto-approve").await;
    // The offers begin with the narrowest; this is the first that outlives the task.
    let offers = window.invoke("rule_offers", json!({ "action": waiting[0]["action"]["id"] })).await;
    let offers = offers.as_array().expect("offers");
    let wide = |offer: &Value| {
        let conditions = offer["draft"]["conditions"].as_array().expect("conditions");
        offer["draft"]["scope"]["scope"] == "everywhere" && conditions.iter().all(|one| one["test"] == "under_folder")
    };
    let nth = offers.iter().position(wide).unwrap_or_else(|| panic!("no offer for the folder: {offers:#?}"));
    let shown = eventually("the offers are shown", async || {
        let shown = window.client.find_all(Locator::Css(&test_id("offer"))).await.ok()?;
        (shown.len() == offers.len()).then_some(shown)
    })
    .await;
    shown[nth].click().await.expect("choose an offer");
    window.picture("rule").await;
    window.click("allow-rule").await;
    let rules = eventually("the rule is kept", async || {
        let rules = window.invoke("rules", json!({})).await;
        (rules.as_array()?.len() == 1).then_some(rules)
    })
    .await;
    assert_eq!(rules[0]["on"], true);
    if !window.invoke("inbox", json!({})).await["cards"].as_array().expect("cards").is_empty() {
        press(&window, "approve").await;
    }
    newest_run(&window, "done").await;

    for name in ["four.jpg", "five.pdf"] {
        fs::write(folder.join(name), name).expect("make a file");
    }
    type_task(&window, &goal, "").await;
    eventually("the new files are tidied too", async || (!folder.join("four.jpg").exists()).then_some(())).await;
    let run = newest_run(&window, "done").await;
    let view = window.invoke("run", json!({ "run": run["id"] })).await;
    let steps = view["steps"].as_array().expect("steps");
    let changing = steps.iter().find(|step| step["action"]["tool"] == "files.move").expect("a move");
    assert_eq!(changing["action"]["decision"]["by"]["by"], "rule", "{changing:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_that_has_just_appeared_does_nothing() {
    let home = Home::new();
    let folder = home.messy("Downloads");
    let window = Window::open_in(home).await;
    type_task(&window, &format!("tidy {} by type", named(&folder)), "").await;
    let waiting = cards(&window, 1).await;
    let id = waiting[0]["action"]["id"].as_str().expect("an id");
    open_card(&window, id).await;
    // All in one turn of the page: the card is drawn anew and pressed at once, by a click and by the key.
    window
        .script(
            "for (const nav of ['nav-settings', 'nav-inbox']) document.querySelector(`[data-testid=${nav}]`).click();
             requestAnimationFrame(() => {
                 document.querySelector('[data-testid=approve]')?.click();
                 document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true }));
                 document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
             })",
            vec![],
        )
        .await;
    window.find_css(&format!("{CARD}[data-id=\"{id}\"] [data-testid=\"reject\"][aria-disabled=\"false\"]")).await;
    assert_eq!(cards(&window, 1).await[0]["action"]["status"], "waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_outside_the_granted_folders_escalates_and_is_approved_by_holding_only() {
    let desktop = Desktop::start().await;
    let home = Home::new();
    let granted = home.messy("Downloads");
    let outside = home.path().join("Elsewhere");
    fs::create_dir_all(&outside).expect("make a folder");
    let file = outside.join("contract.pdf");
    fs::write(&file, "the only copy").expect("make a file");
    let before = snapshot(&outside);
    let window = Window::open_in(home).await;
    type_task(&window, &format!("trash {}", named(&file)), &named(&granted)).await;
    let waiting = cards(&window, 1).await;
    assert_eq!(waiting[0]["action"]["verdict"]["escalate"], true, "{:#}", waiting[0]);
    let id = waiting[0]["action"]["id"].as_str().expect("an id");
    open_card(&window, id).await;
    window.picture("escalation").await;

    // The user looks elsewhere: an escalation is urgent.
    look_away(&window).await;
    window.invoke("say", json!({ "run": waiting[0]["action"]["run"], "text": "I am away for a moment" })).await;
    let shown = eventually("an urgent notification", async || desktop.shown().last().cloned()).await;
    assert_eq!(shown.urgency, Some(2), "{shown:?}");
    assert!(!shown.body.contains("contract"), "{shown:?}");

    // A click is not a deliberate gesture; holding the button is.
    window.find("hold-approve").await;
    assert!(!window.has(&test_id("approve")).await);
    eventually("the button acts", async || {
        hold(&window, Duration::from_millis(100)).await;
        assert!(file.exists(), "a click was enough");
        window.has("[data-testid=\"hold-approve\"][data-live=\"true\"]").await.then_some(())
    })
    .await;
    hold(&window, Duration::from_millis(1500)).await;
    eventually("the file is in the trash", async || (!file.exists()).then_some(())).await;
    let undone = window.invoke("undo", json!({ "id": id })).await;
    assert_eq!(undone["undone"], 1, "{undone}");
    assert_same(&before, &snapshot(&outside));
    desktop.stop().await;
}

async fn hold(window: &Window, long: Duration) {
    let button = window.find("hold-approve").await;
    let press = MouseActions::new("mouse".into())
        .then(PointerAction::MoveToElement { element: button, duration: None, x: 0.0, y: 0.0 })
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(PointerAction::Pause { duration: long })
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    window.client.perform_actions(press).await.expect("hold the button");
    window.client.release_actions().await.expect("let the button go");
}
