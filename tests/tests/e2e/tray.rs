//! The program without a driver: closing its window keeps it in the tray with no webview, or ends it where there is no
//! tray; and it listens to nobody.

use crate::{
    watcher::Watcher,
    window::{Window, dress, eventually, is_alive, program, tree_of},
};
use assent_protocol::texts::say;
use assent_tests::Home;
use std::{
    collections::HashSet,
    fs,
    process::{Child, Command},
};
use x11rb::{
    connection::Connection,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, Window as Id},
    rust_connection::RustConnection,
};

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_window_keeps_the_core_in_the_tray_without_a_webview() {
    let watcher = Watcher::start().await;
    let mut started = Started::new(Home::new());
    started.shows_its_page().await;
    let words = eventually("the tray has a menu", async || watcher.menu().await.filter(|menu| !menu.is_empty())).await;
    assert_eq!(words, [say("desktop.tray.open", &[]), say("desktop.tray.freeze", &[]), say("desktop.tray.quit", &[])]);

    close_window().await;
    eventually("the webview is gone", async || started.webviews().is_empty().then_some(())).await;
    assert!(is_alive(started.id()), "the core ended with its window");
    eventually("the tray opens the window", async || watcher.press(&say("desktop.tray.open", &[])).await).await;
    started.shows_its_page().await;

    eventually("the tray quits", async || watcher.press(&say("desktop.tray.quit", &[])).await).await;
    started.ends_well().await;
    watcher.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn freeze_works_from_the_tray() {
    let watcher = Watcher::start().await;
    let window = Window::open().await;
    let (freeze, unfreeze) = (say("desktop.tray.freeze", &[]), say("desktop.tray.unfreeze", &[]));
    eventually("the tray freezes", async || watcher.press(&freeze).await).await;
    window.find("unfreeze").await;
    let has = async |words: &str| watcher.menu().await.is_some_and(|menu| menu.iter().any(|entry| entry == words));
    eventually("the tray says so", async || has(&unfreeze).await.then_some(())).await;
    window.click("unfreeze").await;
    eventually("the tray says that too", async || has(&freeze).await.then_some(())).await;
    watcher.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lim_09_the_tray_freezes_while_the_page_hangs_and_after_it_crashed() {
    let watcher = Watcher::start().await;
    let mut started = Started::new(Home::new());
    started.shows_its_page().await;
    let (freeze, unfreeze) = (say("desktop.tray.freeze", &[]), say("desktop.tray.unfreeze", &[]));
    let has = async |words: &str| watcher.menu().await.is_some_and(|menu| menu.iter().any(|entry| entry == words));
    started.signal("-STOP");
    eventually("the tray freezes", async || watcher.press(&freeze).await).await;
    eventually("the core is frozen", async || has(&unfreeze).await.then_some(())).await;
    started.signal("-KILL");
    eventually("the tray lets go on", async || watcher.press(&unfreeze).await).await;
    eventually("the core goes on", async || has(&freeze).await.then_some(())).await;
    eventually("the tray quits", async || watcher.press(&say("desktop.tray.quit", &[])).await).await;
    started.ends_well().await;
    watcher.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_tray_closing_the_window_ends_the_program() {
    let mut started = Started::new(Home::new());
    started.shows_its_page().await;
    close_window().await;
    started.ends_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn app_09_the_program_listens_to_nobody() {
    let started = Started::new(Home::new());
    started.shows_its_page().await;
    let listening: HashSet<String> = ["/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"]
        .iter()
        .flat_map(|table| fs::read_to_string(table).unwrap_or_default().lines().map(str::to_owned).collect::<Vec<_>>())
        // 0A is a listening TCP socket, 07 a UDP socket that is not connected.
        .filter(|line| matches!(line.split_whitespace().nth(3), Some("0A" | "07")))
        .filter_map(|line| line.split_whitespace().nth(9).map(|inode| format!("socket:[{inode}]")))
        .collect();
    for id in tree_of(started.id()) {
        let open = fs::read_dir(format!("/proc/{id}/fd")).into_iter().flatten().flatten();
        for file in open.filter_map(|entry| fs::read_link(entry.path()).ok()) {
            assert!(!listening.contains(&file.display().to_string()), "process {id} listens on {}", file.display());
        }
    }
}

/// The program as a user starts it; it ends with the test.
struct Started {
    child: Child,
    _home: Home,
}

impl Started {
    fn new(home: Home) -> Started {
        let mut command = Command::new(program());
        dress(&home, &mut command);
        Started { child: command.spawn().expect("start the program"), _home: home }
    }

    fn id(&self) -> u32 {
        self.child.id()
    }

    fn webviews(&self) -> Vec<u32> {
        let is_webview =
            |id: &u32| fs::read_to_string(format!("/proc/{id}/comm")).is_ok_and(|name| name.starts_with("WebKitWebP"));
        tree_of(self.id()).into_iter().filter(|id| is_webview(id) && is_alive(*id)).collect()
    }

    fn signal(&self, which: &str) {
        for id in self.webviews() {
            let sent = Command::new("kill").args([which, &id.to_string()]).status().expect("send a signal");
            assert!(sent.success(), "{which} to {id}");
        }
    }

    async fn shows_its_page(&self) {
        eventually("the window is shown", async || shown_window(&x11rb::connect(None).ok()?.0)).await;
        eventually("it has a webview", async || (!self.webviews().is_empty()).then_some(())).await;
    }

    async fn ends_well(&mut self) {
        let ended = eventually("the program ends", async || self.child.try_wait().expect("look at it")).await;
        assert!(ended.success(), "{ended}");
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

// As the cross in the corner does it.
async fn close_window() {
    let (server, _) = x11rb::connect(None).expect("an X server: run under `xvfb-run -a`");
    let window = eventually("a window is shown", async || shown_window(&server)).await;
    let atom = |name: &str| server.intern_atom(false, name.as_bytes()).expect("ask").reply().expect("an atom").atom;
    let data = [atom("WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0];
    let message = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), data);
    server.send_event(false, window, EventMask::NO_EVENT, message).expect("ask").check().expect("close the window");
    server.flush().expect("send");
}

fn shown_window(server: &RustConnection) -> Option<Id> {
    let root = server.setup().roots.first()?.root;
    let windows = server.query_tree(root).ok()?.reply().ok()?.children;
    windows.into_iter().find(|window| {
        let name = || {
            let asked = server.get_property(false, *window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64).ok()?;
            Some(asked.reply().ok()?.value)
        };
        let shown = || Some(u8::from(server.get_window_attributes(*window).ok()?.reply().ok()?.map_state) == 2);
        name().is_some_and(|name| name == b"Assent") && shown() == Some(true)
    })
}
