//! What reaches the desktop while nobody looks at the window, and what a click on it does.

use crate::{
    desktop::Desktop,
    window::{Window, dress, eventually},
    work::{approve, begin, cards, named},
};
use assent_tests::Home;
use serde_json::{Value, json};
use std::process::{Child, Command, Stdio};
use x11rb::protocol::xproto::{ConnectionExt, InputFocus};
use zbus::{Connection, fdo::DBusProxy, names::BusName};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_waits_shows_one_notification_which_is_replaced_and_withdrawn() {
    let desktop = Desktop::start().await;
    let home = Home::new();
    let folder = home.messy("Downloads");
    let window = Window::open_in(home).await;
    look_away(&window).await;
    begin(&window, &format!("tidy {} by type and trash the duplicates", named(&folder))).await;
    let waiting = cards(&window, 2).await;
    let first = eventually("a notification is shown", async || desktop.shown().last().cloned()).await;
    assert_eq!(first.urgency, Some(1));
    assert_eq!(first.buttons, ["default", "open", "later"]);
    for inside in ["file-00", "Zażółć", "sha", "<"] {
        assert!(!first.body.contains(inside), "the body says too much: {first:?}");
    }

    approve(&window, &waiting[0]).await;
    let shown = eventually("it is replaced", async || {
        let shown = desktop.shown();
        (shown.len() > 1).then_some(shown)
    })
    .await;
    assert!(shown[1..].iter().all(|later| later.replaces == first.id), "stacked: {shown:#?}");

    approve(&window, &waiting[1]).await;
    eventually("it is withdrawn", async || desktop.closed().contains(&first.id).then_some(())).await;
    desktop.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn app_13_a_click_opens_the_card_and_decides_nothing() {
    let desktop = Desktop::start().await;
    let home = Home::new();
    let folder = home.messy("Downloads");
    let window = Window::open_in(home).await;
    window.click("nav-settings").await;
    look_away(&window).await;
    begin(&window, &format!("tidy {} by type", named(&folder))).await;
    let waiting = cards(&window, 1).await;
    let id = waiting[0]["action"]["id"].as_str().expect("an id");
    let shown = eventually("a notification is shown", async || desktop.shown().last().cloned()).await;
    // Whatever the button is called, it opens at most.
    desktop.click(shown.id, "approve").await;
    window.find_css(&format!("[data-testid=\"card\"][data-id=\"{id}\"]")).await;
    assert_eq!(cards(&window, 1).await[0]["action"]["status"], "waiting");
    desktop.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_shown_while_the_window_is_looked_at() {
    let desktop = Desktop::start().await;
    let home = Home::new();
    let folder = home.messy("Downloads");
    let window = Window::open_in(home).await;
    eventually("the window has the focus", async || focused().then_some(())).await;
    begin(&window, &format!("tidy {} by type", named(&folder))).await;
    let waiting = cards(&window, 1).await;
    let id = waiting[0]["action"]["id"].as_str().expect("an id");
    window.find_css(&format!("[data-testid=\"card\"][data-id=\"{id}\"], [data-testid=\"row\"]")).await;
    assert_eq!(desktop.shown(), []);
    desktop.stop().await;
}

/// A notification daemon that people have, which ends with it.
pub struct Daemon(Child);

impl Daemon {
    /// Starts it on the test's bus.
    pub async fn start(home: &Home) -> Daemon {
        let mut dunst = Command::new("dunst");
        dress(home, &mut dunst);
        let dunst = Daemon(dunst.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start dunst"));
        // Asked of the bus and not of dunst, which would only start a second one.
        let bus = Connection::session().await.expect("a bus");
        let names = DBusProxy::new(&bus).await.expect("the bus itself");
        let name = BusName::try_from("org.freedesktop.Notifications").expect("a name");
        eventually("dunst is there", async || names.name_has_owner(name.clone()).await.ok()?.then_some(())).await;
        dunst
    }

    /// Waits until it shows as many.
    pub async fn shows(count: u32) {
        eventually(&format!("dunst shows {count}"), async || (displayed()? == count).then_some(())).await;
    }

    /// Clicks the newest, as its own program for that does.
    pub fn click() {
        let clicked = Command::new("dunstctl").args(["action", "0"]).status().expect("run dunstctl");
        assert!(clicked.success(), "{clicked}");
    }

    /// Keeps a picture of the whole screen, as [`Window::picture`] does of the window.
    pub fn picture(name: &str) {
        let Some(folder) = std::env::var_os("ASSENT_SHOTS").map(std::path::PathBuf::from) else { return };
        let file = folder.join(format!("{name}.png"));
        let _ = Command::new("import").args(["-window", "root"]).arg(file).status();
    }

    /// Ends it.
    pub fn stop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.stop();
    }
}

fn displayed() -> Option<u32> {
    let output = Command::new("dunstctl").args(["count", "displayed"]).stderr(Stdio::null()).output().ok()?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}

/// Takes the keyboard away from the window, as another program in front would.
pub async fn look_away(window: &Window) {
    let (server, _) = x11rb::connect(None).expect("an X server: run under `xvfb-run -a`");
    eventually("the window lost the focus", async || {
        server.set_input_focus(InputFocus::NONE, x11rb::NONE, x11rb::CURRENT_TIME).ok()?.check().ok()?;
        let page: Value = window.script("return document.hasFocus()", vec![]).await;
        (page == json!(false)).then_some(())
    })
    .await;
}

fn focused() -> bool {
    let Ok((server, _)) = x11rb::connect(None) else { return false };
    let focus = server.get_input_focus().ok().and_then(|asked| asked.reply().ok());
    focus.is_some_and(|reply| reply.focus > 1)
}
