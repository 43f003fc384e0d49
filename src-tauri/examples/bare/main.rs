//! The least that a window can be: one page with one button, shown when the page says that it is there. The time to
//! Assent's own window is measured beside it.

use std::process::ExitCode;
use tauri::{WebviewUrl, WebviewWindow, WebviewWindowBuilder};

#[tauri::command]
fn ready(window: WebviewWindow) -> tauri::Result<()> {
    window.show()
}

fn main() -> ExitCode {
    let built = tauri::Builder::default()
        .invoke_handler(tauri::generate_handler![ready])
        .setup(|app| {
            let page = WebviewUrl::App("index.html".into());
            WebviewWindowBuilder::new(app, "main", page)
                .title("Bare")
                .inner_size(1120.0, 760.0)
                .visible(false)
                .build()?;
            Ok(())
        })
        .run(tauri::generate_context!("examples/bare/tauri.conf.json"));
    match built {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("The bare window could not start: {error}");
            ExitCode::FAILURE
        }
    }
}
