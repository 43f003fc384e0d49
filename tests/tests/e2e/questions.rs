//! "Did you mean": where changes run without asking, a request that is not read for sure is a question with its readings,
//! and one click chooses.

use crate::{
    looks::looked_at,
    window::{Window, eventually, test_id},
};
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_is_chosen_by_a_click_and_is_done() {
    let window = Window::open().await;
    window.click("new-task").await;
    window.fill(&test_id("goal"), "put eggs, flour and butter on my groceries list").await;
    window.find("mode").await.select_by_value("semi").await.expect("choose a mode");
    window.click("start").await;
    window.click("nav-inbox").await;
    window.click_css("[data-testid=\"row\"][data-row=\"q1\"]").await;
    window.find("choices").await;
    let faults = looked_at(&window, "question").await;
    assert_eq!(faults, Vec::<String>::new());
    let list = window.home.path().join("Notes/groceries list.md");
    assert!(!list.exists(), "nothing is done before the answer");
    window.click("choice").await;
    let written = eventually("the list is written", async || {
        fs::read_to_string(&list).ok().filter(|text| text.contains("butter"))
    })
    .await;
    assert!(written.contains("eggs") && written.contains("flour"), "{written}");
}
