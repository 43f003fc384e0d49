//! Every view in both themes, as it is when it is lived in: no serious fault of accessibility by axe-core, nothing cut
//! off at twice the size, and pictures for a person to look at.

use crate::{
    window::{Window, eventually, repository},
    work::{CARD, approve, begin, cards, found, id_of, named, of_tool, open_card, press},
};
use assent_tests::Home;
use serde_json::{Value, json};
use std::fs;

const VIEWS: &[&str] = &["inbox", "tasks", "history", "automations", "permissions", "connections", "settings"];
const ESCAPE: &str = "\u{e00c}";

#[tokio::test(flavor = "multi_thread")]
async fn every_view_is_accessible_in_light_and_dark() {
    let window = lived_in().await;
    let mut faults = Vec::new();
    for view in VIEWS {
        window.click(&format!("nav-{view}")).await;
        faults.extend(looked_at(&window, view).await);
    }
    found(&window, "gesla").await;
    window.click("history-row").await;
    window.find("history-detail").await;
    faults.extend(looked_at(&window, "history-found").await);
    window.click("new-task").await;
    window.find("goal").await;
    faults.extend(looked_at(&window, "new-task").await);
    escape(&window).await;
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_opens_on_a_card_is_accessible_in_light_and_dark() {
    let window = lived_in().await;
    let mut faults = Vec::new();
    let waiting = cards(&window, 3).await;
    open_card(&window, &id_of(&waiting[0])).await;
    window.find("hold-approve").await;
    faults.extend(looked_at(&window, "escalation").await);
    open_card(&window, &id_of(of_tool(&waiting, "files.rename"))).await;
    for (button, shown) in [("edit", "edit-submit"), ("reject", "reject-reason"), ("auto-approve", "allow-rule")] {
        press(&window, button).await;
        window.find(shown).await;
        // Buttons that come alive meanwhile are another colour before and after.
        window.find_css(&format!("{CARD} [data-testid=\"reject\"][data-live=\"true\"]")).await;
        faults.extend(looked_at(&window, &format!("card-{button}")).await);
        if button != "auto-approve" {
            escape(&window).await;
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

// Zoom makes the page see a window of half the size; this makes one.
#[tokio::test(flavor = "multi_thread")]
async fn at_twice_the_size_nothing_is_cut_off() {
    let window = lived_in().await;
    window.client.set_window_size(560, 400).await.expect("a smaller window");
    eventually("the page is narrow", async || {
        (window.script("return innerWidth", vec![]).await.as_f64()? < 600.0).then_some(())
    })
    .await;
    let mut faults = Vec::new();
    for view in VIEWS {
        window.click(&format!("nav-{view}")).await;
        faults.extend(narrow(&window, &format!("zoom-{view}")).await);
    }
    let waiting = cards(&window, 3).await;
    open_card(&window, &id_of(of_tool(&waiting, "files.rename"))).await;
    faults.extend(narrow(&window, "zoom-card").await);
    press(&window, "edit").await;
    window.find("edit-submit").await;
    faults.extend(narrow(&window, "zoom-edit").await);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_window_is_accessible_too() {
    let window = Window::open().await;
    let mut faults = Vec::new();
    for view in VIEWS {
        window.click(&format!("nav-{view}")).await;
        faults.extend(looked_at(&window, &format!("empty-{view}")).await);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

// A window with something in each view: an escalation and cards, a run with something to undo, a history, two rules.
async fn lived_in() -> Window {
    let home = Home::new();
    let folder = home.messy("Downloads");
    let contract = home.file("Elsewhere/contract.pdf", "the only copy");
    let window = Window::open_in(home).await;
    begin(&window, &format!("tidy {} by type and trash the duplicates", named(&folder))).await;
    let waiting = cards(&window, 2).await;
    let first = of_tool(&waiting, "files.move");
    let offers = window.invoke("rule_offers", json!({ "action": first["action"]["id"] })).await;
    for offer in [&offers[0], &offers[1]] {
        let given = json!({ "action": first["action"]["id"], "draft": offer["draft"], "secondYes": false });
        window.invoke("add_rule", given).await;
    }
    approve(&window, first).await;
    // The next task names a folder that this one makes.
    eventually("the files are moved", async || {
        let card = window.invoke("card", json!({ "action": first["action"]["id"] })).await;
        (card["action"]["status"] == "succeeded").then_some(())
    })
    .await;
    begin(&window, &format!("rename all .jpg to .jpeg in {}", named(&folder.join("Pictures")))).await;
    cards(&window, 2).await;
    let task = json!({ "goal": format!("trash {}", named(&contract)), "mode": "ask",
        "grants": [named(&folder)], "model": "planner" });
    window.invoke("new_task", json!({ "task": task })).await;
    let waiting = cards(&window, 3).await;
    open_card(&window, &id_of(of_tool(&waiting, "files.trash"))).await;
    window
}

async fn escape(window: &Window) {
    window.client.active_element().await.expect("a focus").send_keys(ESCAPE).await.expect("press Escape");
    eventually("the dialog is closed", async || (!window.has("dialog[open]").await).then_some(())).await;
}

/// Pictures in both themes, and the faults in them.
pub async fn looked_at(window: &Window, place: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for theme in ["light", "dark"] {
        window.theme(theme).await;
        window.picture(&format!("{place}-{theme}")).await;
        window.settle().await;
        faults.extend(look(window, &format!("{place}, {theme}")).await);
    }
    faults
}

// What reaches out of the page to the side, besides the faults.
async fn narrow(window: &Window, place: &str) -> Vec<String> {
    window.picture(place).await;
    let script = "return [...document.querySelectorAll('button, input, select, textarea, h1, h2, p, code')]
        .filter((e) => e.checkVisibility() && !e.closest('.unseen, .skip'))
        .filter((e) => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.right > innerWidth + 1 || r.left < -1) })
        .map((e) => e.outerHTML.slice(0, 160))";
    let cut = window.script(script, vec![]).await;
    let mut faults: Vec<String> =
        cut.as_array().into_iter().flatten().map(|element| format!("{place} is cut off: {element}")).collect();
    faults.extend(look(window, place).await);
    faults
}

async fn look(window: &Window, place: &str) -> Vec<String> {
    if window.script("return typeof axe", vec![]).await != "object" {
        let axe = fs::read_to_string(repository().join("ui/node_modules/axe-core/axe.min.js"))
            .expect("axe-core: run `npm ci` in ui/");
        window.script(&axe, vec![]).await;
    }
    let script = "const done = arguments[0];
        axe.run(document, { resultTypes: ['violations'] }).then(
            (found) => done(found.violations.filter((v) => v.impact === 'serious' || v.impact === 'critical')
                .map((v) => [v.id, v.help, v.nodes.map((n) => n.html.slice(0, 200) + ' ' + n.failureSummary)])),
            (error) => done([['axe', String(error), []]]))";
    let found = window.client.execute_async(script, vec![]).await.expect("run axe");
    let faults = found.as_array().cloned().unwrap_or_default();
    faults.iter().map(|fault: &Value| format!("{place}: {fault:#}")).collect()
}
