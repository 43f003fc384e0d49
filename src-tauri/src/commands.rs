//! The window's commands. `list` has them all; here is how one is made and what some of them need.

mod list;

pub use list::handler;

use assent_engine::{Engine, clock};
use assent_protocol::{
    Sample, SampleReport, SampleTask, texts,
    wire::{ErrorCode, WireError},
};
use std::path::PathBuf;
use tauri::{AppHandle, Manager};

type Answer<T> = Result<T, WireError>;

/// The engine, or the sentence that says why there is none.
pub struct Shell(Answer<Engine>);

impl Shell {
    /// What opening the engine came to.
    pub fn new(opened: Answer<Engine>) -> Self {
        Shell(opened)
    }

    /// The engine, if it could be opened.
    pub fn engine(&self) -> Answer<&Engine> {
        self.0.as_ref().map_err(Clone::clone)
    }
}

// From `name(argument: Type) -> Answer = |engine| …;` to a command of Tauri, and from all of them to the handler.
macro_rules! commands {
    (
        engine { $( $(#[$doc:meta])* $name:ident($($arg:ident: $type:ty),*) -> $answer:ty = |$engine:ident| $call:expr; )* }
        app { $( $(#[$about:meta])* $own:ident($($part:ident: $kind:ty),*) -> $given:ty = |$app:ident| $does:expr; )* }
    ) => {
        $(
            $(#[$doc])*
            #[tauri::command]
            async fn $name(shell: State<'_, Shell>, $($arg: $type),*) -> Answer<$answer> {
                let engine = shell.engine()?.clone();
                super::blocking(move || { let $engine = &engine; $call }).await
            }
        )*
        $(
            $(#[$about])*
            #[tauri::command]
            async fn $own(app: AppHandle, $($part: $kind),*) -> Answer<$given> {
                super::blocking(move || { let $app = &app; $does }).await
            }
        )*
        /// Every command of the window.
        pub fn handler() -> impl Fn(tauri::ipc::Invoke<tauri::Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name,)* $($own),*]
        }
    };
}
use commands;

// The engine reads and writes files, so it is asked on a thread that may wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Answer<T> + Send + 'static) -> Answer<T> {
    let done = tauri::async_runtime::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(other(texts::say("desktop.command.failed", &[]))))
}

// It has an engine, a journal and a clock of its own, so it needs nothing of this one.
fn show_sample(app: &AppHandle, sample: Sample) -> Answer<SampleReport> {
    let home = app.path().home_dir().map_err(|error| other(error.to_string()))?;
    let task = SampleTask { sample, seed: 1, days: None, folder: None, letters: None };
    tauri::async_runtime::block_on(assent_engine::run_sample(&task, &home, &|_| ()))
}

fn export_history(app: &AppHandle, format: &str) -> Answer<String> {
    let to = export_path(app, format)?;
    app.state::<Shell>().engine()?.export(format, &to)?;
    Ok(to.display().to_string())
}

// Named by the millisecond, so that no export ever overwrites one before it.
fn export_path(app: &AppHandle, format: &str) -> Answer<PathBuf> {
    if !matches!(format, "jsonl" | "csv") {
        return Err(WireError { code: ErrorCode::BadInput, message: texts::say("desktop.export.format", &[]) });
    }
    let place = app.path().download_dir().ok().filter(|folder| folder.is_dir());
    let folder = place.or_else(|| app.path().home_dir().ok());
    let folder = folder.ok_or_else(|| other(texts::say("desktop.export.no_folder", &[])))?;
    Ok(folder.join(format!("assent-history-{}.{format}", clock::now())))
}

fn other(message: String) -> WireError {
    WireError { code: ErrorCode::Other, message }
}
