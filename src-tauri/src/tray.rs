//! The tray: open, freeze, quit. Where there is none (GNOME without its extension, a bare X server) the program goes
//! on without.

use crate::{commands::Shell, window};
use assent_protocol::texts::say;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tauri::{
    AppHandle, Manager, Wry,
    menu::{Menu, MenuEvent, MenuItem},
    tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent},
};

/// The tray that was built, kept as long as the program runs.
pub struct Tray {
    freeze: MenuItem<Wry>,
    _icon: TrayIcon<Wry>,
}

/// The tray, or nothing where the desktop has no place for one.
pub fn build(app: &AppHandle) -> Option<Tray> {
    if !has_place() {
        return None;
    }
    // The library behind the tray panics where its system library is missing.
    match catch_unwind(AssertUnwindSafe(|| make(app))) {
        Ok(Ok(tray)) => Some(tray),
        Ok(Err(error)) => {
            eprintln!("Assent goes on without a tray: {error}");
            None
        }
        Err(_) => {
            eprintln!("Assent goes on without a tray: the system's library for it could not be loaded.");
            None
        }
    }
}

/// Whether the program can be reached with its window closed.
pub fn is_there(app: &AppHandle) -> bool {
    app.try_state::<Tray>().is_some()
}

/// Makes the menu say "Freeze" or "Unfreeze", as things stand.
pub fn refresh(app: &AppHandle) {
    let app = app.clone();
    // On a thread of its own: whoever says that the settings changed may still hold what the engine needs to answer.
    tauri::async_runtime::spawn_blocking(move || {
        let (Some(tray), Some(shell)) = (app.try_state::<Tray>(), app.try_state::<Shell>()) else { return };
        if let Ok(standing) = shell.engine().and_then(|engine| engine.standing()) {
            let _ = tray.freeze.set_text(freeze_text(standing.frozen));
        }
    });
}

fn make(app: &AppHandle) -> tauri::Result<Tray> {
    let open = MenuItem::with_id(app, "open", say("desktop.tray.open", &[]), true, None::<&str>)?;
    let freeze = MenuItem::with_id(app, "freeze", freeze_text(false), true, None::<&str>)?;
    let quit = MenuItem::with_id(app, "quit", say("desktop.tray.quit", &[]), true, None::<&str>)?;
    let mut builder = TrayIconBuilder::with_id("assent")
        .tooltip("Assent")
        .menu(&Menu::with_items(app, &[&open, &freeze, &quit])?)
        .show_menu_on_left_click(false)
        .on_menu_event(on_menu)
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click { button: MouseButton::Left, button_state: MouseButtonState::Up, .. } = event {
                window::show(tray.app_handle());
            }
        });
    if let Some(icon) = app.default_window_icon() {
        builder = builder.icon(icon.clone());
    }
    Ok(Tray { freeze, _icon: builder.build(app)? })
}

fn on_menu(app: &AppHandle, event: MenuEvent) {
    match event.id().as_ref() {
        "open" => window::show(app),
        "freeze" => {
            let app = app.clone();
            tauri::async_runtime::spawn_blocking(move || turn(&app));
        }
        "quit" => app.exit(0),
        _ => {}
    }
}

fn turn(app: &AppHandle) {
    let shell = app.state::<Shell>();
    let turned = shell.engine().and_then(|engine| match engine.standing()?.frozen {
        true => engine.unfreeze(),
        false => engine.freeze(),
    });
    if let Err(error) = turned {
        eprintln!("{error}");
        window::show(app);
    }
    refresh(app);
}

fn freeze_text(frozen: bool) -> String {
    say(if frozen { "desktop.tray.unfreeze" } else { "desktop.tray.freeze" }, &[])
}

// On Linux a tray can be built that nobody draws; only the desktop's own watcher shows that there is a place for it.
#[cfg(target_os = "linux")]
fn has_place() -> bool {
    let asked = || -> zbus::Result<bool> {
        let connection = zbus::blocking::Connection::session()?;
        let bus = zbus::blocking::fdo::DBusProxy::new(&connection)?;
        Ok(bus.name_has_owner("org.kde.StatusNotifierWatcher".try_into()?)?)
    };
    asked().unwrap_or(false)
}

#[cfg(not(target_os = "linux"))]
fn has_place() -> bool {
    true
}
