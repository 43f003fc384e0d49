//! The desktop shell: one window, a tray and notifications around the engine. The only code that knows Tauri;
//! it decides nothing, and a window that is reloaded or closed changes nothing.

mod commands;
mod host;
mod notify;
mod tray;
mod window;

use crate::{commands::Shell, host::DesktopHost, notify::Notifications};
use assent_engine::{Config, Engine, clock};
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use tauri::{App, AppHandle, Manager, RunEvent};
use tauri_plugin_window_state::StateFlags;

/// Runs the program until the user quits it. `ASSENT_DATA` names another data folder.
pub fn run() -> ExitCode {
    #[cfg(target_os = "linux")]
    window::avoid_blank_windows();
    let built = tauri::Builder::default()
        // First, so that a second start ends before it has touched anything.
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::show(app)))
        .plugin(tauri_plugin_notification::init())
        // The window shows itself once it has something to show, whatever was remembered.
        .plugin(
            tauri_plugin_window_state::Builder::new().with_state_flags(StateFlags::all() - StateFlags::VISIBLE).build(),
        )
        .invoke_handler(commands::handler())
        .setup(|app| {
            start(app);
            Ok(())
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(on_event);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Assent could not start its window: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start(app: &mut App) {
    let handle = app.handle().clone();
    app.manage(window::Waiting::default());
    let host = Arc::new(DesktopHost::new(handle.clone(), Notifications::start(handle.clone())));
    let config = Config::from_environment(std::env::var_os("ASSENT_DATA").map(PathBuf::from));
    // The engine starts its work on the runtime it is opened in.
    let opened = tauri::async_runtime::block_on(async { Engine::open(config, host) });
    match &opened {
        Ok(engine) => go_on(engine.clone()),
        // The window opens all the same: each of its commands answers with this sentence.
        Err(error) => eprintln!("{error}"),
    }
    app.manage(Shell::new(opened));
    if let Some(tray) = tray::build(&handle) {
        app.manage(tray);
        tray::refresh(&handle);
    }
    window::show(&handle);
}

// Takes up what was going on before the last end, then looks every second whether a card or a reminder is due.
fn go_on(engine: Engine) {
    tauri::async_runtime::spawn(async move {
        // A terminal beside the window works through it; without a socket it says that it cannot.
        if let Err(error) = engine.listen() {
            eprintln!("{error}");
        }
        let first = engine.clone();
        let _ = tauri::async_runtime::spawn_blocking(move || first.resume_all()).await;
        loop {
            let engine = engine.clone();
            let _ = tauri::async_runtime::spawn_blocking(move || engine.tick()).await;
            // What is due is due at a whole second, and starts then and not up to a second later.
            tokio::time::sleep(clock::to_next_second()).await;
        }
    });
}

fn on_event(app: &AppHandle, event: RunEvent) {
    match event {
        // Without a code it is the last window that closed: the core goes on, and no webview is kept. Where there is
        // no tray nobody could find it again, so there closing quits.
        RunEvent::ExitRequested { code: None, api, .. } if tray::is_there(app) => api.prevent_exit(),
        RunEvent::Exit => {
            if let Ok(engine) = app.state::<Shell>().engine() {
                engine.close();
            }
        }
        _ => {}
    }
}
