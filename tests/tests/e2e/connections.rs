//! Connections in the real window: a server of others from the form to its removal, and an agent of others that is given a
//! task there, changes a file only by an approved card, and is forgotten.

use crate::{
    looks::looked_at,
    window::{Window, eventually, test_id},
    work::{self, named},
};
use assent_tests::{Home, beside_packages};
use serde_json::{Value, json};
use std::{fs, path::Path};

// The key, as WebDriver writes it.
const ENTER: char = '\u{e007}';

fn stand_in() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace");
    root.join("src-tauri/crates/tools/tests/stand_in.mjs").display().to_string()
}

async fn tool(window: &Window, name: &str) -> Value {
    eventually(&format!("there is a tool {name}"), async || {
        let servers = window.invoke("connections", json!({})).await;
        servers[0]["tools"].as_array()?.iter().find(|tool| tool["tool"] == name).cloned()
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_added_declared_changed_and_removed_in_the_window() {
    let window = Window::open_in(Home::new()).await;
    let mut faults = Vec::new();
    window.click("nav-connections").await;
    window.sees("No connections").await;
    window.click("add-connection").await;
    window.fill(&test_id("server-name"), "standin").await;
    window.fill(&test_id("server-command"), "npx").await;
    window.fill(&test_id("server-args"), &format!("-y{ENTER}some-server")).await;
    window.click("server-add").await;
    window.sees("would fetch whatever version is newest").await;
    window.fill(&test_id("server-command"), "node").await;
    window.fill(&test_id("server-args"), &stand_in()).await;
    faults.extend(looked_at(&window, "connection-form").await);
    window.click("server-add").await;
    window.find_css("[data-testid=\"connection\"][data-name=\"standin\"]").await;
    assert_eq!(tool(&window, "echo").await["declared"], Value::Null);

    window.click_css("[data-testid=\"connection\"] summary").await;
    let does = format!("[data-testid=\"server-tool\"][data-name=\"standin.echo\"] {}", test_id("does"));
    window.settle().await;
    window.script("document.querySelector(arguments[0]).scrollIntoView({ block: 'center' })", vec![json!(does)]).await;
    window.find_css(&does).await.select_by_value("observe").await.expect("say what it does");
    eventually("it is declared", async || {
        (tool(&window, "echo").await["declared"]["effect"] == "observe").then_some(())
    })
    .await;

    let own = window.home.data().join("servers/standin/definitions.json");
    let changed = json!([{"name": "echo", "description": "Another.", "inputSchema": {"type": "object"}}]);
    fs::write(&own, changed.to_string()).expect("write the definitions");
    window.click("test").await;
    window.find("accept").await;
    faults.extend(looked_at(&window, "connection-changed").await);
    window.click("accept").await;
    eventually("it is taken as it is now", async || tool(&window, "echo").await["suspended"].is_null().then_some(()))
        .await;
    assert_eq!(tool(&window, "echo").await["declared"], Value::Null, "what was declared was for another definition");

    window.click("switch").await;
    eventually("it is off", async || {
        let servers = window.invoke("connections", json!({})).await;
        (servers[0]["status"] == "off").then_some(())
    })
    .await;
    window.click("remove").await;
    window.click("remove-sure").await;
    window.sees("No connections").await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_of_others_is_given_a_task_in_the_window_and_changes_a_file_only_by_a_card() {
    let home = Home::new();
    let folder = home.path().join("work");
    fs::create_dir(&folder).expect("make a folder");
    let window = Window::open_in(home).await;
    let mut faults = Vec::new();
    window.click("nav-connections").await;
    window.click("add-agent").await;
    window.fill(&test_id("agent-name"), "scribe").await;
    window.fill(&test_id("agent-command"), "no-such-program").await;
    window.fill(&test_id("agent-args"), &format!("{}{ENTER}asks", beside_packages("agent.mjs"))).await;
    window.click("agent-add").await;
    window.sees("There is no program no-such-program").await;
    window.fill(&test_id("agent-command"), "node").await;
    faults.extend(looked_at(&window, "agent-form").await);
    window.click("agent-add").await;
    window.find_css("[data-testid=\"agent\"][data-name=\"scribe\"]").await;
    faults.extend(looked_at(&window, "agents").await);

    for yes in [false, true] {
        window.click("new-task").await;
        window.fill(&test_id("goal"), "make a file").await;
        window.find("mode").await.select_by_value("ask").await.expect("choose a mode");
        window.find("model").await.select_by_value("agent:scribe").await.expect("choose who does it");
        window.find("agent-promise").await;
        window.fill(&test_id("grants"), &named(&folder)).await;
        window.click("start").await;
        let card = work::cards(&window, 1).await.remove(0);
        assert_eq!(card["action"]["preview"]["lines"], json!([{"sign": "+", "text": "made"}]), "{card}");
        let id = card["action"]["id"].as_str().expect("an id").to_owned();
        if yes {
            work::open_card(&window, &id).await;
            faults.extend(looked_at(&window, "agent-card").await);
            work::press(&window, "approve").await;
        } else {
            work::reject(&window, &id, "not this one").await;
        }
        work::newest_run(&window, "done").await;
        assert_eq!(folder.join("made.txt").exists(), yes);
    }
    window.click("nav-tasks").await;
    window.sees("Write made.txt").await;
    window.sees("I write it now.").await;
    window.click("nav-connections").await;
    window.click("agent-remove").await;
    window.click("agent-remove-sure").await;
    window.sees("No connections").await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
