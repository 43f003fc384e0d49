//! What the tests do with tasks and cards: some by the window's own buttons, some by its commands where only the
//! outcome matters.

use crate::window::{Window, eventually, test_id};
use fantoccini::{
    Locator,
    actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};

/// The card that is open, by its buttons.
pub const CARD: &str = "[data-testid=\"card\"]";

/// Starts a task in mode ask by the window's command and gives the run's id.
pub async fn begin(window: &Window, goal: &str) -> String {
    let task = json!({ "goal": goal, "mode": "ask", "grants": [], "model": "planner" });
    let run = window.invoke("new_task", json!({ "task": task })).await;
    run.as_str().unwrap_or_else(|| panic!("the task was not taken: {run}")).to_owned()
}

/// Starts a task in mode ask as a person does; with no folders the goal names them.
pub async fn type_task(window: &Window, goal: &str, folders: &str) {
    window.click("new-task").await;
    window.fill(&test_id("goal"), goal).await;
    window.find("mode").await.select_by_value("ask").await.expect("choose a mode");
    if !folders.is_empty() {
        window.fill(&test_id("grants"), folders).await;
    }
    window.click("start").await;
}

/// The cards that wait, in the window's order, once there are `count`.
pub async fn cards(window: &Window, count: usize) -> Vec<Value> {
    eventually(&format!("{count} cards wait"), async || {
        let inbox = window.invoke("inbox", json!({})).await;
        let cards = inbox["cards"].as_array()?.clone();
        (cards.len() == count).then_some(cards)
    })
    .await
}

/// The newest run, once it stands so.
pub async fn newest_run(window: &Window, status: &str) -> Value {
    eventually(&format!("the newest run is {status}"), async || {
        let runs = window.invoke("runs", json!({})).await;
        let run = runs[0]["run"].clone();
        (run["status"] == status).then_some(run)
    })
    .await
}

/// Opens a card from the inbox.
pub async fn open_card(window: &Window, id: &str) {
    window.click("nav-inbox").await;
    let entry = format!("[data-testid=\"row\"][data-row=\"{id}\"]");
    window.click_css(&entry).await;
    window.find_css(&format!("{CARD}[data-id=\"{id}\"]")).await;
}

/// Shows every item of the open card, scrolling as a person does: the row of buttons lies over the column's end.
pub async fn show_all(window: &Window) {
    window.find_css(CARD).await;
    if window.has(&test_id("show-all")).await {
        scroll_to(window, "show-all").await;
        window.click("show-all").await;
    }
}

/// Reads the open card to its end and presses one of its buttons once the buttons act.
pub async fn press(window: &Window, button: &str) {
    show_all(window).await;
    scroll_to(window, "payload-end").await;
    // What slides puts the buttons off for a moment, and a press in between is lost, as it should be.
    window.settle().await;
    window.click_css(&format!("{CARD} {}[aria-disabled=\"false\"]", test_id(button))).await;
}

async fn scroll_to(window: &Window, id: &str) {
    let script = "document.querySelector(arguments[0])?.scrollIntoView({ block: 'center' })";
    window.script(script, vec![json!(test_id(id))]).await;
}

/// Approves a card by the window's command, as it was shown.
pub async fn approve(window: &Window, card: &Value) {
    let action = &card["action"];
    let answer =
        window.invoke("approve", json!({ "action": action["id"], "digest": action["digest"], "confirm": null })).await;
    assert!(answer["id"].is_string(), "not approved: {answer}");
}

/// Rejects a card with this reason; the task goes on.
pub async fn reject(window: &Window, id: &str, reason: &str) {
    open_card(window, id).await;
    press(window, "reject").await;
    window.fill(&test_id("reject-reason"), reason).await;
    window.picture("reject").await;
    window.click("reject-go-on").await;
}

/// Holds the open escalation's button for this long.
pub async fn hold(window: &Window, long: Duration) {
    let button = window.find("hold-approve").await;
    let press = MouseActions::new("mouse".into())
        .then(PointerAction::MoveToElement { element: button, duration: None, x: 0.0, y: 0.0 })
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(PointerAction::Pause { duration: long })
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
    window.client.perform_actions(press).await.expect("hold the button");
    window.client.release_actions().await.expect("let the button go");
}

/// Chooses the first offered rule that fits, in the open panel of this card.
pub async fn choose_offer(window: &Window, card: &Value, fits: impl Fn(&Value) -> bool) {
    let offers = window.invoke("rule_offers", json!({ "action": card["action"]["id"] })).await;
    let offers = offers.as_array().expect("offers");
    let nth = offers.iter().position(fits).unwrap_or_else(|| panic!("no such offer: {offers:#?}"));
    let shown = eventually("the offers are shown", async || {
        let shown = window.client.find_all(Locator::Css(&test_id("offer"))).await.ok()?;
        (shown.len() == offers.len()).then_some(shown)
    })
    .await;
    shown[nth].click().await.expect("choose an offer");
}

/// Takes back everything that a run did, from its place among the tasks.
pub async fn undo_run(window: &Window, run: &str) {
    window.click("nav-tasks").await;
    window.click_css(&format!("[data-testid=\"run\"][data-id=\"{run}\"]")).await;
    window.click_css(&format!("[data-testid=\"run-view\"][data-id=\"{run}\"] {}", test_id("undo-run"))).await;
    undone(window, run).await;
}

/// Waits until nothing of a run is left to be undone.
pub async fn undone(window: &Window, run: &str) {
    eventually("the run is undone", async || {
        let view = window.invoke("run", json!({ "run": run })).await;
        let ready = |step: &Value| step["action"]["undo"]["undo"] == "ready";
        (!view["steps"].as_array()?.iter().any(ready)).then_some(())
    })
    .await;
}

/// The actions that the history shows for these words, once it shows fewer than without them.
pub async fn found(window: &Window, words: &str) -> Vec<String> {
    window.click("nav-history").await;
    let all = rows(window, |count| count > 0).await.len();
    window.fill(&test_id("history-search"), words).await;
    rows(window, |count| count > 0 && count < all).await
}

async fn rows(window: &Window, enough: impl Fn(usize) -> bool) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[data-testid=history-row]')].map((row) => row.dataset.id)";
    eventually("the history is shown", async || {
        let found = window.script(script, vec![]).await;
        let ids: Vec<String> = found.as_array()?.iter().filter_map(|id| Some(id.as_str()?.to_owned())).collect();
        enough(ids.len()).then_some(ids)
    })
    .await
}

/// The id of a card's action.
pub fn id_of(card: &Value) -> String {
    card["action"]["id"].as_str().unwrap_or_else(|| panic!("no id: {card:#}")).to_owned()
}

/// A folder's path as a goal names it.
pub fn named(folder: &Path) -> String {
    folder.display().to_string()
}

/// The first card whose tool is this.
pub fn of_tool<'a>(cards: &'a [Value], tool: &str) -> &'a Value {
    cards.iter().find(|card| card["action"]["tool"] == tool).unwrap_or_else(|| panic!("no card for {tool}: {cards:#?}"))
}
