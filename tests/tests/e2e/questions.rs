//! "Did you mean": a request that can be read in more than one way is a question with its readings, and one click chooses.

use crate::{
    looks::looked_at,
    window::{Window, eventually},
    work::type_task,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_reading_is_chosen_by_a_click_and_becomes_a_card() {
    let window = Window::open().await;
    type_task(&window, "put eggs, flour and butter on my groceries list", "").await;
    window.click("nav-inbox").await;
    window.find("choices").await;
    let faults = looked_at(&window, "question").await;
    assert_eq!(faults, Vec::<String>::new());
    window.click("choice").await;
    let card = eventually("what was chosen waits as a card", async || {
        let inbox = window.invoke("inbox", json!({})).await;
        inbox["cards"].as_array()?.first().cloned()
    })
    .await;
    assert_eq!((&card["action"]["tool"], &card["action"]["args"]["list"]), (&json!("todos.add"), &json!("groceries")));
    window.close().await;
}
