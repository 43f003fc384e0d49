//! `assent freeze`: reaches whoever has the data folder open, by the socket and by a mark in the folder, whichever is
//! heard first; with nobody there it freezes by itself. It says within five seconds what came of it.

use crate::{Answered, Ended, host::TerminalHost, out::Out};
use assent_engine::{Config, Core, Engine, ask_to_freeze, freeze_is_asked};
use assent_protocol::wire::{ErrorCode, WireError};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// How long all of it may take.
const WITHIN: Duration = Duration::from_millis(4200);
/// How long the program that is open has for its answer, before the mark alone is waited for.
const ANSWER: Duration = Duration::from_millis(3300);
const LOOK: Duration = Duration::from_millis(50);

/// Freezes everything.
pub fn everything(config: &Config, out: Out) -> Answered {
    let since = Instant::now();
    // The mark comes first: it is heeded also by a program whose socket answers nobody.
    let marked = config.data.is_dir().then(|| ask_to_freeze(&config.data)).transpose();
    match by_whoever_has_it(config, out) {
        Some(Ok(())) => {
            out.note("cli.frozen", &[]);
            return Ok(Ended::Done);
        }
        // It is stopped, and the sentence says what could not be written.
        Some(Err(error)) if error.code == ErrorCode::Frozen => {
            out.message(&error.message);
            return Ok(Ended::Done);
        }
        Some(Err(error)) if marked.is_err() => return Err(error),
        Some(Err(_)) | None => {}
    }
    marked?;
    while freeze_is_asked(&config.data) {
        if since.elapsed() > WITHIN {
            out.note("cli.freeze.unheard", &[("folder", &config.data.display().to_string())]);
            return Ok(Ended::Failed);
        }
        std::thread::sleep(LOOK);
    }
    out.note("cli.frozen", &[]);
    Ok(Ended::Done)
}

// None when no answer came in time.
fn by_whoever_has_it(config: &Config, out: Out) -> Option<Result<(), WireError>> {
    let (tell, told) = mpsc::channel();
    let config = config.clone();
    let ask = move || {
        let _ = tell.send(freeze(&config, out));
    };
    std::thread::Builder::new().spawn(ask).ok()?;
    told.recv_timeout(ANSWER).ok()
}

fn freeze(config: &Config, out: Out) -> Result<(), WireError> {
    let core = match Core::there(&config.data) {
        Ok(Some(core)) => core,
        Ok(None) | Err(_) => Core::Here(Engine::open(config.clone(), Arc::new(TerminalHost::new(out, false)))?),
    };
    let frozen = core.freeze();
    core.close();
    frozen
}
