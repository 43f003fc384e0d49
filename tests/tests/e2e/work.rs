//! What the tests do with tasks and cards: some by the window's own buttons, some by its commands where only the
//! outcome matters.

use crate::window::{Window, eventually, test_id};
use serde_json::{Value, json};
use std::path::Path;

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

/// A folder's path as a goal names it.
pub fn named(folder: &Path) -> String {
    folder.display().to_string()
}

/// The first card whose tool is this.
pub fn of_tool<'a>(cards: &'a [Value], tool: &str) -> &'a Value {
    cards.iter().find(|card| card["action"]["tool"] == tool).unwrap_or_else(|| panic!("no card for {tool}: {cards:#?}"))
}
