//! `assent core`: no window, but everything goes on: runs are driven, reminders fire, cards expire, until Ctrl+C.

use crate::{
    Answered, Desk, Ended,
    arguments::OnOff,
    out::{Out, Style},
    tasks::bad_usage,
};
use assent_engine::{Config, clock, login::start_at_login};
use serde_json::json;

/// Lets `assent core` start at login, or not any more.
pub fn at_login(config: &Config, switch: OnOff, out: Out) -> Answered {
    let program =
        std::env::current_exe().map_err(|error| bad_usage("cli.core.program", &[("error", &error.to_string())]))?;
    let on = switch == OnOff::On;
    let file = start_at_login(config, &program, on)?.display().to_string();
    out.object(&json!({"type": "login", "on": on, "file": file}));
    out.say(Style::Plain, if on { "cli.core.login_on" } else { "cli.core.login_off" }, &[("file", &file)]);
    Ok(Ended::Done)
}

impl Desk {
    pub(crate) async fn core(&self) -> Answered {
        let engine = self.engine.here()?;
        engine.whole()?;
        if let Err(error) = engine.listen() {
            self.out.error(&error);
        }
        self.out.note("cli.core.start", &[]);
        engine.resume_all();
        let mut end = std::pin::pin!(asked_to_end());
        engine.tick();
        loop {
            // What is due is due at a whole second, and starts then and not up to a second later.
            tokio::select! {
                () = tokio::time::sleep(clock::to_next_second()) => engine.tick(),
                () = &mut end => break,
            }
        }
        self.out.note("cli.core.end", &[]);
        Ok(Ended::Done)
    }
}

#[cfg(unix)]
pub(crate) async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}

#[cfg(not(unix))]
pub(crate) async fn asked_to_end() {
    let _ = tokio::signal::ctrl_c().await;
}
