//! Holds in the real window: what was approved is held and says how long, a key or a button recalls it, a freeze keeps
//! it, and what nobody recalls goes out once. What went out is counted where it arrives: in the server's own log.

use crate::{
    looks::looked_at,
    window::{Window, eventually, repository, test_id},
    work::{cards, id_of, open_card, press},
};
use assent_tests::{
    Home,
    scripted_model::{Event, Interface, Said, ScriptedModel},
};
use serde_json::{Value, json};
use std::fs;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_approved_is_held_and_a_key_recalls_it_or_it_goes_out_once() {
    let home = Home::new();
    let log = home.data().join("servers/post/log.txt");
    let sent = || fs::read_to_string(&log).unwrap_or_default().lines().filter(|l| l.contains("tools/call")).count();
    let said = |calls| Event::Says(Said { calls, ..Said::default() });
    let done = || Event::Says(Said { text: "That is all.".into(), ..Said::default() });
    let send = |n: u32| {
        let call = json!({ "to": "anna@example.org", "text": format!("number {n}") });
        said(vec![(format!("c{n}"), "post_send_message".into(), call)])
    };
    let model = ScriptedModel::start(Interface::OpenAi, vec![send(1), done(), send(2), done(), send(3), done()]);
    let definitions = definitions();
    fs::create_dir_all(home.data().join("servers/post")).expect("make the server's folder");
    fs::write(home.data().join("servers/post/definitions.json"), definitions).expect("write what it offers");
    let window = Window::open_in(home).await;
    connect(&window).await;
    let mut faults = Vec::new();

    // Held after the yes, on the same place in the inbox, and recalled with a key.
    settle(&window, model.address(), 30).await;
    let first = approved(&window).await;
    window.find("held").await;
    window.sees("Goes out in").await;
    faults.extend(looked_at(&window, "held").await);
    window.click("nav-tasks").await;
    window.find_css(&format!("[data-testid=\"step\"][data-status=\"held\"] {}", test_id("recall"))).await;
    faults.extend(looked_at(&window, "held-task").await);
    window.find_css("body").await.send_keys("c").await.expect("press the key");
    window.sees("Recalled in time. It was not done.").await;
    stands(&window, &first, "recalled").await;
    window.find_css("[data-testid=\"step\"][data-status=\"recalled\"]").await;
    assert_eq!(sent(), 0, "what was recalled is not sent");

    // Nobody recalls the second.
    settle(&window, model.address(), 1).await;
    let second = approved(&window).await;
    stands(&window, &second, "succeeded").await;
    assert_eq!(sent(), 1);
    let late = window.invoke("recall", json!({ "action": second })).await;
    assert_eq!(late["refused"]["code"], "already_decided", "{late}");

    // A freeze keeps the third from going out, and says so where it is seen.
    settle(&window, model.address(), 30).await;
    let third = approved(&window).await;
    window.find("held").await;
    window.click("freeze").await;
    window.click("nav-tasks").await;
    window.click("run").await;
    window.sees("Frozen before it was sent").await;
    faults.extend(looked_at(&window, "held-frozen").await);
    window.click("recall").await;
    stands(&window, &third, "recalled").await;
    assert_eq!(sent(), 1, "neither the frozen one nor the late one");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

// A server whose one tool sends, as the person says.
async fn connect(window: &Window) {
    let script = repository().join("src-tauri/crates/tools/tests/stand_in.mjs").display().to_string();
    let draft = json!({ "name": "post", "folders": [], "network": false, "secrets": [],
        "transport": { "transport": "stdio", "command": "node", "args": [script] } });
    let added = window.invoke("add_connection", json!({ "draft": draft })).await;
    assert_eq!(added["last_error"], Value::Null, "{added}");
    let declared = json!({ "effect": "send", "undo": null });
    let given = json!({ "server": "post", "tool": "send_message", "declared": declared });
    let declared = window.invoke("declare_tool", given).await;
    assert_eq!(declared["name"], "post", "{declared}");
}

fn definitions() -> String {
    let fields = json!({ "to": { "type": "string" }, "text": { "type": "string" } });
    let schema = json!({ "type": "object", "properties": fields, "required": ["to", "text"] });
    json!([{ "name": "send_message", "description": "Sends a message.", "inputSchema": schema }]).to_string()
}

// Which model, and for how long is held what leaves.
async fn settle(window: &Window, address: &str, seconds: u32) {
    let mut settings = window.invoke("settings", json!({})).await;
    for (name, value) in [("model", json!("scripted-1")), ("provider", json!("openai")), ("base_url", json!(address))] {
        settings[name] = value;
    }
    settings["hold_seconds"] = json!(seconds);
    let kept = window.invoke("set_settings", json!({ "settings": settings })).await;
    assert_eq!(kept["hold_seconds"], seconds, "{kept}");
}

// Starts a task whose model sends at once, and approves the card by its button.
async fn approved(window: &Window) -> String {
    let task = json!({ "goal": "write to anna", "mode": "semi", "grants": [], "model": "scripted-1" });
    let run = window.invoke("new_task", json!({ "task": task })).await;
    assert!(run.is_string(), "the task was not taken: {run}");
    let card = cards(window, 1).await.remove(0);
    open_card(window, &id_of(&card)).await;
    press(window, "approve").await;
    id_of(&card)
}

async fn stands(window: &Window, action: &str, status: &str) {
    eventually(&format!("{action} is {status}"), async || {
        let card = window.invoke("card", json!({ "action": action })).await;
        (card["action"]["status"] == status).then_some(())
    })
    .await;
}
