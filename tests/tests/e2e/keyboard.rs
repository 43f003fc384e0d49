//! A task from its first word to its undo with the keyboard alone.

use crate::{
    window::{Window, eventually, test_id},
    work::{cards, id_of, named, newest_run, undone},
};
use assent_tests::{Home, assert_same, snapshot};
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use std::fs;

const ENTER: char = '\u{e007}';
const CONTROL: char = '\u{e009}';
const TAB: char = '\u{e004}';

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_begun_decided_looked_up_and_undone_with_keys_alone() {
    let home = Home::new();
    let folder = home.path().join("Downloads");
    fs::create_dir_all(&folder).expect("make a folder");
    // More than the mode allows unasked, so that there is a card.
    for n in 0..30 {
        fs::write(folder.join(format!("photo {n}.jpg")), n.to_string()).expect("make a file");
    }
    let before = snapshot(&folder);
    let window = Window::open_in(home).await;
    keys(&window, &['n']).await;
    window.find("goal").await;
    keys(&window, &format!("tidy {} by type", named(&folder)).chars().collect::<Vec<_>>()).await;
    with_control(&window, ENTER).await;
    let id = id_of(&cards(&window, 1).await[0]);
    // Under a dialog no key acts, and it closes a moment after the task is there.
    eventually("the dialog is closed", async || (!window.has("dialog[open]").await).then_some(())).await;

    keys(&window, &['g', 'i']).await;
    window.find_css(&format!("[data-testid=\"card\"][data-id=\"{id}\"]")).await;
    keys(&window, &[ENTER]).await;
    eventually("the open card has the focus", async || {
        (window.script("return document.activeElement?.id", vec![]).await == "card-title").then_some(())
    })
    .await;
    read_to_the_end(&window).await;
    window.find_css(&format!("{}[data-live=\"true\"]", test_id("approve"))).await;
    keys(&window, &['a']).await;
    let run = newest_run(&window, "done").await;
    assert!(folder.join("Pictures/photo 3.jpg").exists(), "{:?}", snapshot(&folder));

    keys(&window, &['/']).await;
    eventually("the search has the focus", async || {
        let script = "return document.activeElement?.dataset?.testid";
        (window.script(script, vec![]).await == "history-search").then_some(())
    })
    .await;
    keys(&window, &['h', 'o', 't', 'o', ' ', '1', '7']).await;
    window.find_css(&format!("{}[data-id=\"{id}\"]", test_id("history-row"))).await;
    // In a field a letter is a letter; outside of it, it acts.
    tab_to(&window, &format!("{}[data-id=\"{id}\"]", test_id("history-row"))).await;
    keys(&window, &['g', 't']).await;
    window.find("undo-run").await;
    keys(&window, &['u']).await;
    undone(&window, run["id"].as_str().expect("an id")).await;
    assert_same(&before, &snapshot(&folder));
}

// A long card can be approved once its end was seen: Tab goes there, over every item.
async fn read_to_the_end(window: &Window) {
    if window.has(&test_id("show-all")).await {
        tab_to(window, &test_id("show-all")).await;
        keys(window, &[ENTER]).await;
    }
    tab_to(window, &test_id("edit")).await;
}

async fn tab_to(window: &Window, css: &str) {
    eventually(&format!("Tab reaches {css}"), async || {
        keys(window, &[TAB]).await;
        let script = "return document.activeElement?.matches(arguments[0]) ?? false";
        (window.script(script, vec![css.into()]).await == true).then_some(())
    })
    .await;
}

async fn keys(window: &Window, keys: &[char]) {
    let press = keys.iter().fold(KeyActions::new("keyboard".into()), |actions, key| {
        actions.then(KeyAction::Down { value: *key }).then(KeyAction::Up { value: *key })
    });
    window.client.perform_actions(press).await.expect("press keys");
}

async fn with_control(window: &Window, key: char) {
    let press = KeyActions::new("keyboard".into())
        .then(KeyAction::Down { value: CONTROL })
        .then(KeyAction::Down { value: key })
        .then(KeyAction::Up { value: key })
        .then(KeyAction::Up { value: CONTROL });
    window.client.perform_actions(press).await.expect("press keys");
}
