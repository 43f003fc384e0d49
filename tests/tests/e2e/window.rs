//! The real window, driven over WebDriver. Everything that is started here is stopped here, by its id.

use assent_tests::Home;
use fantoccini::{Client, ClientBuilder, Locator, elements::Element, wd::Capabilities};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};
use x11rb::rust_connection::RustConnection;

/// How long anything may take before a test fails.
pub const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// The window of one program with a home of its own.
pub struct Window {
    /// What speaks WebDriver to it.
    pub client: Client,
    /// Where the program lives.
    pub home: Home,
    driver: Child,
    program: Vec<u32>,
}

/// The program under test: `ASSENT_DESKTOP`, or the one beside this test.
pub fn program() -> PathBuf {
    let beside = || {
        let test = std::env::current_exe().expect("the path of this test");
        test.ancestors().nth(2).expect("target/<profile>/deps").join("assent-desktop")
    };
    let program = std::env::var_os("ASSENT_DESKTOP").map_or_else(beside, PathBuf::from);
    assert!(program.is_file(), "{} is missing: run `cargo build -p assent-desktop`", program.display());
    program
}

/// Makes `command` see this home, the test's own bus and display, and nothing of the real user.
pub fn dress(home: &Home, command: &mut Command) {
    let bus = std::env::var_os("DBUS_SESSION_BUS_ADDRESS").expect("a bus: run under `dbus-run-session -- xvfb-run -a`");
    keep_display();
    home.dress(command);
    command.env("DBUS_SESSION_BUS_ADDRESS", bus).env("MESA_SHADER_CACHE_DISABLE", "true");
}

// Xvfb starts itself anew when its last client goes, and whoever comes at that moment finds no display.
fn keep_display() {
    static DISPLAY: OnceLock<RustConnection> = OnceLock::new();
    DISPLAY.get_or_init(|| x11rb::connect(None).expect("an X server: run under `xvfb-run -a`").0);
}

/// Polls until `look` gives something.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "still not so after {PATIENCE:?}: {what}");
        tokio::time::sleep(POLL).await;
    }
}

impl Window {
    /// Starts the program in a new home and waits for its page.
    pub async fn open() -> Window {
        Window::open_in(Home::new()).await
    }

    /// Starts the program in this home and waits for its page.
    pub async fn open_in(home: Home) -> Window {
        let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr()).expect("a free port").port();
        without_motion(&home);
        let mut command = Command::new("WebKitWebDriver");
        command.args(["--host=127.0.0.1", &format!("--port={port}")]);
        dress(&home, &mut command);
        command.env("TAURI_WEBVIEW_AUTOMATION", "true").stdout(Stdio::null()).stderr(Stdio::inherit());
        let driver = command.spawn().expect("start WebKitWebDriver");
        let mut capabilities = Capabilities::new();
        capabilities.insert("webkitgtk:browserOptions".into(), json!({ "binary": program(), "args": [] }));
        eventually("the driver listens", async || TcpStream::connect(("127.0.0.1", port)).ok()).await;
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("open the window");
        let program = children_of(driver.id());
        let window = Window { client, home, driver, program };
        window.find("nav-inbox").await;
        window
    }

    /// Ends the program and gives its home back, so that it can be opened again.
    pub async fn close(mut self) -> Home {
        let _ = self.client.clone().close().await;
        self.stop();
        std::mem::replace(&mut self.home, Home::new())
    }

    /// The first element with this test id, as soon as it is there and shown.
    pub async fn find(&self, id: &str) -> Element {
        self.find_css(&test_id(id)).await
    }

    /// The first element that matches, as soon as it is there and shown.
    pub async fn find_css(&self, css: &str) -> Element {
        eventually(&format!("{css} is shown"), async || {
            let element = self.client.find(Locator::Css(css)).await.ok()?;
            element.is_displayed().await.ok()?.then_some(element)
        })
        .await
    }

    /// Whether something matches now.
    pub async fn has(&self, css: &str) -> bool {
        self.client.find(Locator::Css(css)).await.is_ok()
    }

    /// Clicks as soon as that is possible.
    pub async fn click(&self, id: &str) {
        self.click_css(&test_id(id)).await;
    }

    /// Clicks as soon as that is possible.
    pub async fn click_css(&self, css: &str) {
        eventually(&format!("{css} can be clicked"), async || {
            let element = self.client.find(Locator::Css(css)).await.ok()?;
            if !element.is_enabled().await.ok()? {
                return None;
            }
            element.click().await.ok()
        })
        .await;
    }

    /// Empties a field and types into it.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find_css(css).await;
        field.clear().await.expect("empty a field");
        field.send_keys(text).await.expect("type into a field");
    }

    /// What a script returns.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// What one of the window's commands answers, or `{"refused": …}`.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Value {
        let script = "const [command, given, done] = arguments;
            window.__TAURI_INTERNALS__.invoke(command, given)
                .then((value) => done(value ?? null), (error) => done({ refused: error }));";
        self.client.execute_async(script, vec![json!(command), arguments]).await.expect("call a command")
    }

    /// All text that can be seen.
    pub async fn text(&self) -> String {
        self.script("return document.body.innerText", vec![]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until this text can be seen.
    pub async fn sees(&self, text: &str) {
        eventually(&format!("{text:?} can be seen"), async || self.text().await.contains(text).then_some(())).await;
    }

    /// Keeps a picture in the folder `ASSENT_SHOTS`, if that is set.
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("ASSENT_SHOTS").map(PathBuf::from) else { return };
        fs::create_dir_all(&folder).expect("make the folder for pictures");
        self.settle().await;
        let picture = self.client.screenshot().await.expect("take a picture");
        fs::write(folder.join(format!("{name}.png")), picture).expect("keep a picture");
    }

    /// Until everything is read and what is there has been drawn.
    pub async fn settle(&self) {
        eventually("everything is read", async || (!self.has(".empty[aria-busy=\"true\"]").await).then_some(())).await;
        // A display that has nothing new to draw gives no frame either.
        let script = "const done = arguments[0];
            const drawn = new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
            const enough = new Promise((then) => setTimeout(then, 500));
            Promise.race([drawn, enough]).then(() => done(null))";
        self.client.execute_async(script, vec![]).await.expect("wait for a frame");
    }

    /// Draws the window in this theme, whatever the settings say.
    pub async fn theme(&self, theme: &str) {
        self.script("document.documentElement.dataset.theme = arguments[0]", vec![json!(theme)]).await;
    }

    fn stop(&mut self) {
        // Its webviews too, so that nobody writes into the home any more when it is removed.
        let tree: Vec<u32> = self.program.drain(..).flat_map(tree_of).collect();
        tree.into_iter().for_each(stop);
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.stop();
    }
}

// So that no colour is measured and no picture taken half-way: the page follows the desktop's wish for less motion.
fn without_motion(home: &Home) {
    let folder = home.path().join(".config/gtk-3.0");
    fs::create_dir_all(&folder).expect("make a folder for the desktop's settings");
    fs::write(folder.join("settings.ini"), "[Settings]\ngtk-enable-animations=0\n").expect("set the desktop's motion");
}

/// The selector of a test id.
pub fn test_id(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

/// A process and all below it.
pub fn tree_of(id: u32) -> Vec<u32> {
    let mut tree = vec![id];
    let mut next = 0;
    while next < tree.len() {
        tree.extend(children_of(tree[next]));
        next += 1;
    }
    tree
}

/// The direct children of a process.
fn children_of(parent: u32) -> Vec<u32> {
    let ids = fs::read_dir("/proc").expect("read /proc").flatten();
    let ids = ids.filter_map(|entry| entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()));
    ids.filter(|id| parent_of(*id) == Some(parent)).collect()
}

/// Whether a process is there and not only waiting to be collected.
pub fn is_alive(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !after_name(&stat).starts_with('Z'))
}

fn parent_of(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    after_name(&stat).split(' ').nth(1)?.parse().ok()
}

// The name stands in brackets and may itself hold brackets and spaces.
fn after_name(stat: &str) -> &str {
    stat.rsplit_once(") ").map_or("", |(_, rest)| rest)
}

fn stop(id: u32) {
    if is_alive(id) {
        let _ = Command::new("kill").args(["-KILL", &id.to_string()]).stderr(Stdio::null()).status();
    }
    let end = Instant::now() + PATIENCE;
    while is_alive(id) && Instant::now() < end {
        std::thread::sleep(POLL);
    }
}

/// The folder of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository")
}
