//! What the window must not do, whatever it is shown: run what others wrote, leave its page, call what is not its own.

use crate::{
    window::{Window, dress, eventually, program},
    work::{begin, cards, named, open_card, show_all},
};
use assent_tests::Home;
use serde_json::json;
use std::{fs, process::Command};

const HOSTILE: &[&str] = &[
    "<img src=x onerror=window.__pwned=1>.txt",
    "\"><svg onload=window.__pwned=1>.txt",
    "'><iframe srcdoc='<script>parent.__pwned=1'>.md",
    "<script>window.__pwned=1<.csv",
    "<style>*{display:none}.pdf",
    "[x](javascript:window.__pwned=1).jpg",
    "![a](https:evil.test?q=1).png",
    "{@html '<img src=x onerror=window.__pwned=1>'}.zip",
    "${window.__pwned=1}{{window.__pwned=1}}.mp3",
    "&lt;b&gt;&nbsp;&#x3c;img src=x&#x3e;.docx",
    "\u{202e}gpj.exe\u{200b}.txt",
];

#[tokio::test(flavor = "multi_thread")]
async fn card_04_app_01_names_of_files_are_text_and_nothing_else() {
    let home = Home::new();
    let folder = home.path().join("hostile");
    fs::create_dir_all(&folder).expect("make a folder");
    for name in HOSTILE {
        fs::write(folder.join(name), *name).unwrap_or_else(|error| panic!("make {name:?}: {error}"));
    }
    let window = Window::open_in(home).await;
    begin(&window, &format!("tidy {} by type", named(&folder))).await;
    let waiting = cards(&window, 1).await;
    open_card(&window, waiting[0]["action"]["id"].as_str().expect("an id")).await;
    show_all(&window).await;
    window.sees("<img src=x onerror=window.__pwned=1>.txt").await;
    window.sees("\\u{202e}gpj.exe\\u{200b}.txt").await;
    nothing_ran(&window).await;
    for view in ["nav-tasks", "nav-permissions", "nav-settings", "nav-history"] {
        window.click(view).await;
        nothing_ran(&window).await;
    }
    window.fill("[data-testid=\"history-search\"]", "<img src=x onerror").await;
    window.find("history-row").await;
    nothing_ran(&window).await;
}

async fn nothing_ran(window: &Window) {
    let found = window
        .script(
            "return [window.__pwned ?? null, document.querySelectorAll(
                'img[src=x], iframe, object, embed, [onerror], [onload], script:not([src]), body style, a[href^=javascript]'
            ).length, document.querySelectorAll('[data-testid=approve]').length <= 1]",
            vec![],
        )
        .await;
    assert_eq!(found, json!([null, 0, true]));
}

#[tokio::test(flavor = "multi_thread")]
async fn app_06_the_window_never_leaves_its_page() {
    let window = Window::open().await;
    let at = window.client.current_url().await.expect("an address");
    for leave in [
        "location.href = 'https://example.invalid/'",
        "location.assign('http://tauri.evil.test/')",
        "location.replace('http://tauri.localhost.evil.test/')",
        "location.href = 'file:///etc/passwd'",
        "location.href = 'data:text/html,<h1>Assent</h1>'",
        "window.open('https://example.invalid/')",
        "const a = document.createElement('a'); a.href = 'https://example.invalid/'; a.target = '_blank';
         document.body.append(a); a.click(); a.remove()",
        "const f = document.createElement('form'); f.action = 'https://example.invalid/';
         document.body.append(f); f.submit(); f.remove()",
        "const m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = '0;url=https://example.invalid/';
         document.head.append(m)",
    ] {
        let _ = window.client.execute(leave, vec![]).await;
        // An answer of the page comes after whatever the page was asked before.
        window.invoke("standing", json!({})).await;
        assert_eq!(window.client.current_url().await.expect("an address"), at, "{leave}");
        assert_eq!(window.client.windows().await.expect("windows").len(), 1, "{leave}");
        window.find("nav-inbox").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn app_02_the_window_may_call_only_its_own_commands() {
    let window = Window::open().await;
    for command in [
        "plugin:event|emit",
        "plugin:event|emit_to",
        "plugin:window|close",
        "plugin:window|create",
        "plugin:webview|create_webview_window",
        "plugin:notification|notify",
        "plugin:path|resolve_directory",
        "plugin:tray|new",
        "plugin:resources|close",
        "plugin:app|version",
    ] {
        let answer = window.invoke(command, json!({ "event": "change", "payload": null })).await;
        let refused = answer["refused"].as_str().unwrap_or_else(|| panic!("{command} was answered: {answer}"));
        assert!(refused.contains("not allowed"), "{command}: {refused}");
    }
    let answer = window.invoke("delete_everything", json!({})).await;
    assert!(answer["refused"].is_string(), "{answer}");
    assert!(window.invoke("standing", json!({})).await["mode"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn app_05_the_page_has_no_tauri_in_the_open_and_no_style_or_script_from_outside() {
    let window = Window::open().await;
    let found = window
        .script(
            "Object.prototype.polluted = 1;
             const inline = document.createElement('script'); inline.textContent = 'window.__pwned = 1';
             document.body.append(inline); inline.remove();
             return [typeof window.__TAURI__, ({}).polluted ?? null, window.__pwned ?? null,
                     Object.isFrozen(Object.prototype)]",
            vec![],
        )
        .await;
    assert_eq!(found, json!(["undefined", null, null, true]));
    let fetched = window
        .client
        .execute_async(
            "const done = arguments[0]; fetch('http://127.0.0.1:9/').then(() => done('went out'), () => done('stayed'))",
            vec![],
        )
        .await
        .expect("try to fetch");
    assert_eq!(fetched, "stayed");
}

#[tokio::test(flavor = "multi_thread")]
async fn app_14_a_second_start_shows_the_first_window_and_ends() {
    let window = Window::open().await;
    let mut second = Command::new(program());
    dress(&window.home, &mut second);
    let mut second = second.spawn().expect("start the program again");
    let ended = eventually("the second start ends", async || second.try_wait().expect("look at it")).await;
    assert!(ended.success(), "{ended}");
    assert!(window.invoke("standing", json!({})).await["mode"].is_string());
}
