//! The engine in the test's own program, with a clock that the test sets.

use assent_engine::{Config, Engine, Host, Notice};
use assent_protocol::wire::Change;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

/// A host that shows nothing, in Warsaw; its time is milliseconds since 1970 (UTC).
pub struct Clock(pub AtomicI64);

impl Host for Clock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
    fn zone(&self) -> String {
        "Europe/Warsaw".to_owned()
    }
    fn changed(&self, _: Change) {}
    fn notify(&self, _: Notice) {}
    fn withdraw(&self, _: &str) {}
}

/// Opens the engine in a home folder; an engine before it may take a moment to let go of the folder.
///
/// # Panics
/// When it cannot be opened within 30 seconds.
#[track_caller]
pub fn open(home: &Path, clock: &Arc<Clock>) -> Engine {
    let since = Instant::now();
    loop {
        let config = Config { data: home.join("data"), home: home.to_owned(), keychain: false };
        match Engine::open(config, clock.clone()) {
            Ok(engine) => return engine,
            Err(error) => assert!(since.elapsed() < Duration::from_secs(30), "{error:?}"),
        }
        std::thread::yield_now();
    }
}
