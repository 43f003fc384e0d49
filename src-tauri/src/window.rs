//! The one window: made when it is wanted, destroyed when it is closed, shown once its page is ready. It never leaves
//! the program's own pages and opens no other window.

use assent_protocol::{ActionId, wire::Change};
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tauri::{
    AppHandle, Emitter, Manager, Url, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent,
    webview::{NewWindowResponse, PermissionResponse},
};

/// The window's label, as in its capability.
pub const LABEL: &str = "main";
/// The event that carries a [`Change`].
pub const CHANGE: &str = "change";
/// A page that is not ready by then is shown as it is, so that a fault is seen.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the page listens, and the card it should open as soon as it does.
#[derive(Default)]
pub struct Waiting(Mutex<Page>);

#[derive(Default)]
struct Page {
    ready: bool,
    open: Option<ActionId>,
}

impl Waiting {
    fn page(&self) -> MutexGuard<'_, Page> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Brings the window to the front; makes it anew if it was closed.
pub fn show(app: &AppHandle) {
    let app = app.clone();
    // Making a window from inside an event can block for ever on some platforms; from a task it cannot.
    tauri::async_runtime::spawn(async move {
        if let Some(window) = app.get_webview_window(LABEL) {
            return to_front(&window);
        }
        if let Err(error) = make(&app) {
            eprintln!("Assent could not open its window: {error}");
            return;
        }
        tokio::time::sleep(PATIENCE).await;
        if let Some(window) = app.get_webview_window(LABEL).filter(|window| !window.is_visible().unwrap_or(true)) {
            to_front(&window);
        }
    });
}

/// The page is drawn and listens: show it, and open the card it was called for.
pub fn ready(app: &AppHandle) {
    // A page that calls as its window is destroyed has nothing left to show.
    let Some(window) = app.get_webview_window(LABEL) else { return };
    to_front(&window);
    let open = {
        let waiting = window.state::<Waiting>();
        let mut page = waiting.page();
        page.ready = true;
        page.open.take()
    };
    if let Some(action) = open {
        let _ = window.emit(CHANGE, Change::Open { action });
    }
}

/// Brings the window to the front with this card open.
pub fn open_card(app: &AppHandle, action: ActionId) {
    let listens = {
        let waiting = app.state::<Waiting>();
        let mut page = waiting.page();
        if !page.ready {
            page.open = Some(action);
        }
        page.ready
    };
    show(app);
    if listens {
        let _ = app.emit(CHANGE, Change::Open { action });
    }
}

/// Whether the user has the window before their eyes, so that a notification would only disturb.
pub fn is_looked_at(app: &AppHandle) -> bool {
    app.get_webview_window(LABEL).is_some_and(|window| {
        window.is_visible().unwrap_or(false)
            && window.is_focused().unwrap_or(false)
            && !window.is_minimized().unwrap_or(false)
    })
}

/// Starts the program again with WebKit's DMA-BUF renderer off where NVIDIA's driver is present, which would leave
/// the window blank. The environment has to be right before GTK starts, and only a new image has it right for sure.
#[cfg(target_os = "linux")]
pub fn avoid_blank_windows() {
    use std::os::unix::process::CommandExt;
    const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(SWITCH).is_some() || !std::path::Path::new("/proc/driver/nvidia/version").exists() {
        return;
    }
    if let Ok(program) = std::env::current_exe() {
        let error = std::process::Command::new(program).args(std::env::args_os().skip(1)).env(SWITCH, "1").exec();
        eprintln!("Assent goes on with WebKit's own choice of renderer: {error}");
    }
}

fn make(app: &AppHandle) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App("index.html".into()))
        .title("Assent")
        .inner_size(1120.0, 760.0)
        .min_inner_size(480.0, 400.0)
        .visible(false)
        .on_navigation(is_own_page)
        .on_new_window(|_url, _features| NewWindowResponse::Deny)
        .on_download(|_webview, _event| false)
        .on_permission_request(|_webview, _kind| PermissionResponse::Deny)
        .build()?;
    let handle = app.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::Destroyed = event {
            handle.state::<Waiting>().page().ready = false;
        }
    });
    Ok(())
}

fn to_front(window: &WebviewWindow) {
    let _ = window.unminimize();
    let _ = window.show();
    let _ = window.set_focus();
}

// Compared whole: `http://tauri.evil.test` and `http://tauri.localhost.evil.test` are not ours.
fn is_own_page(url: &Url) -> bool {
    if cfg!(any(windows, target_os = "android")) {
        matches!(url.scheme(), "http" | "https") && url.host_str() == Some("tauri.localhost") && url.port().is_none()
    } else {
        url.scheme() == "tauri" && url.host_str() == Some("localhost") && url.port().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn app_06_only_the_programs_own_pages_are_navigated_to() {
        let own = |text: &str| is_own_page(&text.parse().expect("an address"));
        assert!(own(if cfg!(windows) { "http://tauri.localhost/index.html" } else { "tauri://localhost/index.html" }));
        for foreign in [
            "https://example.org/",
            "http://tauri.evil.test/",
            "http://tauri.localhost.evil.test/",
            "http://app.evil.com/",
            "tauri://localhost.evil.test/",
            "tauri://localhost:8080/",
            "file:///etc/passwd",
            "about:blank",
            "data:text/html,<h1>Assent</h1>",
            "javascript:alert(1)",
            "blob:tauri://localhost/1",
        ] {
            assert!(!own(foreign), "{foreign}");
        }
    }
}
