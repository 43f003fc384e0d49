//! The window is a view: reloading it, killing it or opening it again changes nothing.

use crate::{
    window::Window,
    work::{begin, cards, named, open_card},
};
use assent_tests::{Home, assert_same, snapshot};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_the_same_after_a_reload_and_after_a_kill() {
    let home = Home::new();
    let folder = home.messy("Downloads");
    let before = snapshot(&folder);
    let window = Window::open_in(home).await;
    begin(&window, &format!("tidy {} by type", named(&folder))).await;
    let was = cards(&window, 1).await;
    let id = was[0]["action"]["id"].as_str().expect("an id").to_owned();
    open_card(&window, &id).await;

    window.client.refresh().await.expect("reload the page");
    window.find_css(&format!("[data-testid=\"card\"][data-id=\"{id}\"]")).await;
    assert_eq!(cards(&window, 1).await[0]["action"], was[0]["action"]);

    let home = window.close().await;
    let window = Window::open_in(home).await;
    window.find_css(&format!("[data-testid=\"card\"][data-id=\"{id}\"]")).await;
    let now = cards(&window, 1).await;
    assert_eq!(now[0]["action"]["digest"], was[0]["action"]["digest"]);
    assert_eq!(window.invoke("runs", json!({})).await[0]["run"]["status"], "waiting");
    assert_same(&before, &snapshot(&folder));
}

#[tokio::test(flavor = "multi_thread")]
async fn freeze_holds_over_a_restart_and_nothing_starts() {
    let home = Home::new();
    let folder = home.messy("Downloads");
    let before = snapshot(&folder);
    let window = Window::open_in(home).await;
    begin(&window, &format!("tidy {} by type", named(&folder))).await;
    let waiting = cards(&window, 1).await;
    window.click("freeze").await;
    window.find("unfreeze").await;
    let window = Window::open_in(window.close().await).await;
    window.find("unfreeze").await;
    let action = &waiting[0]["action"];
    let given = json!({ "action": action["id"], "digest": action["digest"], "confirm": null });
    window.invoke("approve", given).await;
    assert_same(&before, &snapshot(&folder));
    window.click("unfreeze").await;
    window.find("freeze").await;
}
