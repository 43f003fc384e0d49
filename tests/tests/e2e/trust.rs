//! Trust that is earned, in the real window: the offer after eight approvals with its evidence, the rule that suspends
//! itself after an undo, and the advisor's sentence before a task starts.

use crate::{
    window::{Window, eventually, test_id},
    work::{cards, named, newest_run, open_card, press},
};
use assent_tests::Home;
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_offered_after_eight_approvals_and_goes_down_by_itself_after_an_undo() {
    let home = Home::new();
    let folder = home.path().join("Downloads");
    fs::create_dir_all(folder.join("done")).expect("make a folder");
    let window = Window::open_in(home).await;
    for n in 1..=8 {
        assert_eq!(offers(&window).await, 0, "before approval {n}");
        move_one(&window, &folder, n).await;
        let card = cards(&window, 1).await.remove(0);
        open_card(&window, card["action"]["id"].as_str().expect("an id")).await;
        looked_at(&card).await;
        press(&window, "approve").await;
        newest_run(&window, "done").await;
    }

    // The offer stands in the inbox, in the task that was the eighth, and in Permissions, with its evidence.
    let offered = window.invoke("trust_offers", json!({})).await;
    assert_eq!(offered[0]["evidence"]["approved"], 8, "{offered:#}");
    window.click("nav-tasks").await;
    window.find("trust-offer").await;
    both_themes(&window, "trust-task").await;
    window.click("nav-permissions").await;
    window.find("trust-offer").await;
    window.sees("You approved 8 of 8 as they were.").await;
    window.find("evidence").await;
    both_themes(&window, "trust-offer").await;
    assert_eq!(window.invoke("rules", json!({})).await, json!([]), "nothing is taken by itself");
    window.click("trust-accept").await;
    window.find("earned").await;

    // What it covers runs unasked now.
    move_one(&window, &folder, 9).await;
    eventually("the ninth is moved", async || folder.join("done/9.txt").exists().then_some(())).await;
    newest_run(&window, "done").await;
    assert!(window.invoke("inbox", json!({})).await["cards"].as_array().expect("cards").is_empty());

    // An undo takes the trust back, says so where it is seen, and the next one asks again.
    window.click("nav-history").await;
    window.click_css("[data-testid=\"history-row\"][data-status=\"succeeded\"]").await;
    window.click("undo-action").await;
    window.find("standing-notices").await;
    window.sees("It turned itself off: you undid").await;
    window.click("nav-permissions").await;
    eventually("the rule is off", async || {
        let rules = window.invoke("rules", json!({})).await;
        (rules[0]["on"] == false && rules[0]["earned"]["suspended_at"].is_number()).then_some(())
    })
    .await;
    both_themes(&window, "trust-suspended").await;
    move_one(&window, &folder, 10).await;
    let card = cards(&window, 1).await.remove(0);
    open_card(&window, card["action"]["id"].as_str().expect("an id")).await;
    window.click_css("[data-testid=\"card\"] [data-testid=\"why-fold\"] summary").await;
    window.sees("In the mode semi-autonomous, it would run without asking.").await;
    both_themes(&window, "why").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_advisor_says_which_mode_fits_before_a_task_starts_and_a_click_takes_it() {
    let home = Home::new();
    let folder = home.messy("Downloads");
    let window = Window::open_in(home).await;
    window.click("new-task").await;
    window.fill(&test_id("goal"), &format!("tidy {} by type and trash the duplicates", named(&folder))).await;
    let advice = window.find("advice").await.text().await.expect("its text");
    assert!(advice.starts_with("The mode ask fits: moving files to the trash"), "{advice}");
    window.click_css("[data-testid=\"advice-why\"] summary").await;
    window.sees("Would ask:").await;
    both_themes(&window, "advice").await;
    window.click("take-advice").await;
    let mode = window.find("mode").await.prop("value").await.expect("its value");
    assert_eq!(mode.as_deref(), Some("ask"));
    assert_eq!(window.invoke("runs", json!({})).await, json!([]), "advice starts nothing");
    window.click("start").await;
    let waiting = cards(&window, 2).await;
    assert!(waiting.iter().all(|card| card["mode"] == "ask"), "{waiting:#?}");
}

async fn move_one(window: &Window, folder: &Path, n: usize) {
    let file = folder.join(format!("{n}.txt"));
    fs::write(&file, n.to_string()).expect("make a file");
    let goal = format!("move {} to {}", named(&file), named(&folder.join("done")));
    let task = json!({ "goal": goal, "mode": "ask", "grants": [named(folder)], "model": "planner" });
    let run = window.invoke("new_task", json!({ "task": task })).await;
    assert!(run.is_string(), "the task was not taken: {run}");
}

async fn offers(window: &Window) -> usize {
    window.invoke("trust_offers", json!({})).await.as_array().expect("offers").len()
}

// An answer counts as one that was thought about when the card was there for a second.
async fn looked_at(card: &Value) {
    let proposed = card["action"]["proposed_at"].as_u64().expect("a time");
    eventually("a second has passed", async || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_millis();
        (now >= u128::from(proposed) + 1000).then_some(())
    })
    .await;
}

async fn both_themes(window: &Window, name: &str) {
    for theme in ["light", "dark"] {
        window.theme(theme).await;
        window.settle().await;
        window.picture(&format!("{name}-{theme}")).await;
    }
    window.theme("light").await;
}
