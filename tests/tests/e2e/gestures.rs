//! What the buttons of a card take: a moment before they act, and a deliberate gesture for an escalation.

use crate::{
    desktop::Desktop,
    notifications::look_away,
    window::{Window, eventually, test_id},
    work::{CARD, cards, hold, named, open_card, type_task},
};
use assent_tests::{Home, assert_same, snapshot};
use serde_json::json;
use std::{fs, time::Duration};

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
