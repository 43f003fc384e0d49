//! Every view in both themes: no serious fault of accessibility by axe-core, and pictures for a person to look at.

use crate::{
    window::{Window, repository},
    work::{approve, begin, cards, named, of_tool, open_card},
};
use assent_tests::Home;
use serde_json::{Value, json};
use std::fs;

const VIEWS: &[&str] = &["inbox", "tasks", "history", "permissions", "settings"];

#[tokio::test(flavor = "multi_thread")]
async fn every_view_is_accessible_in_light_and_dark() {
    let window = lived_in().await;
    let axe = fs::read_to_string(repository().join("ui/node_modules/axe-core/axe.min.js"))
        .expect("axe-core: run `npm ci` in ui/");
    window.script(&axe, vec![]).await;
    let mut faults = Vec::new();
    for theme in ["light", "dark"] {
        for view in VIEWS {
            window.click(&format!("nav-{view}")).await;
            window.theme(theme).await;
            window.settle().await;
            window.picture(&format!("{view}-{theme}")).await;
            faults.extend(look(&window, &format!("{view}, {theme}")).await);
        }
        window.click("new-task").await;
        window.find("goal").await;
        window.theme(theme).await;
        window.settle().await;
        window.picture(&format!("new-task-{theme}")).await;
        faults.extend(look(&window, &format!("new task, {theme}")).await);
        window.client.active_element().await.expect("a focus").send_keys("\u{e00c}").await.expect("press Escape");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_window_is_accessible_too() {
    let window = Window::open().await;
    let axe = fs::read_to_string(repository().join("ui/node_modules/axe-core/axe.min.js"))
        .expect("axe-core: run `npm ci` in ui/");
    window.script(&axe, vec![]).await;
    let mut faults = Vec::new();
    for view in VIEWS {
        window.click(&format!("nav-{view}")).await;
        window.settle().await;
        window.picture(&format!("empty-{view}")).await;
        faults.extend(look(&window, &format!("empty {view}")).await);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

// A window with something in each view: a card, a run that ended, a history, a rule.
async fn lived_in() -> Window {
    let home = Home::new();
    let folder = home.messy("Downloads");
    let window = Window::open_in(home).await;
    begin(&window, &format!("tidy {} by type and trash the duplicates", named(&folder))).await;
    let waiting = cards(&window, 2).await;
    let first = of_tool(&waiting, "files.move");
    let offers = window.invoke("rule_offers", json!({ "action": first["action"]["id"] })).await;
    let given = json!({ "action": first["action"]["id"], "draft": offers[0]["draft"], "secondYes": false });
    window.invoke("add_rule", given).await;
    approve(&window, first).await;
    let rest = cards(&window, 1).await;
    open_card(&window, rest[0]["action"]["id"].as_str().expect("an id")).await;
    window
}

async fn look(window: &Window, place: &str) -> Vec<String> {
    let script = "const done = arguments[0];
        axe.run(document, { resultTypes: ['violations'] }).then(
            (found) => done(found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
                .map((v) => [v.id, v.help, v.nodes.map((n) => n.html.slice(0, 200) + ' ' + n.failureSummary)])),
            (error) => done([['axe', String(error), []]]))";
    let found = window.client.execute_async(script, vec![]).await.expect("run axe");
    let faults = found.as_array().cloned().unwrap_or_default();
    faults.iter().map(|fault: &Value| format!("{place}: {fault:#}")).collect()
}
