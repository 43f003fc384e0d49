//! `assent core`: no window, but everything goes on: runs are driven, reminders fire, cards expire, until Ctrl+C.

use crate::{Answered, Desk, Ended};
use std::time::Duration;

/// How often the engine looks at the clock.
const BEAT: Duration = Duration::from_secs(1);

impl Desk {
    pub(crate) async fn core(&self) -> Answered {
        let engine = self.engine.here()?;
        if let Err(error) = engine.listen() {
            self.out.error(&error);
        }
        self.out.note("cli.core.start", &[]);
        engine.resume_all();
        let mut beat = tokio::time::interval(BEAT);
        let mut end = std::pin::pin!(asked_to_end());
        loop {
            tokio::select! {
                _ = beat.tick() => engine.tick(),
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
