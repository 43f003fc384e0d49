//! The one switch that stops everything. It stops first and writes then: a disk that is full or a history that is busy
//! holds nothing up. What was stopped stays so until the user unfreezes, also after a restart.

use crate::{Answered, Engine, words};
use assent_protocol::{
    RunStatus, texts,
    wire::{Change, ErrorCode, WireError},
};
use std::{
    fs::File,
    io::ErrorKind,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

/// How long whoever freezes waits for it to be written down. Everything has stopped before.
const WRITTEN_WITHIN: Duration = Duration::from_secs(2);
/// How often a program that takes callers looks for the mark of another that wants everything frozen.
const LOOK: Duration = Duration::from_millis(300);

/// The freeze in memory. Every start, hold, firing and request to a model looks at it.
#[derive(Default)]
pub(crate) struct Stopped {
    frozen: AtomicBool,
    // Frozen here, and the history does not know yet.
    unwritten: AtomicBool,
    // Held by whoever writes it down or takes it back.
    pen: Mutex<()>,
}

impl Stopped {
    /// As the program finds it when it begins.
    pub(crate) fn found(frozen: bool) -> Stopped {
        Stopped { frozen: AtomicBool::new(frozen), ..Stopped::default() }
    }

    /// Whether everything is stopped, without a look at any disk.
    pub(crate) fn is_set(&self) -> bool {
        self.frozen.load(Ordering::SeqCst)
    }
}

impl Engine {
    /// Stops every run and every batch under way, and lets nothing start until [`Engine::unfreeze`]. Cards stay.
    ///
    /// # Errors
    /// With [`ErrorCode::Frozen`] when everything is stopped and that could not be written down yet: the sentence says
    /// why, and what holds after a restart. It is tried again until it is written.
    pub fn freeze(&self) -> Answered<()> {
        self.stop_everything();
        let (tell, told) = mpsc::channel();
        let write = move |engine: &Engine| {
            let _ = tell.send(engine.write_freeze());
        };
        let because = match self.beside(write).then(|| told.recv_timeout(WRITTEN_WITHIN)) {
            Some(Ok(Ok(()))) => return Ok(()),
            Some(Ok(Err(error))) => error.message,
            Some(Err(_)) | None => texts::say("engine.freeze.busy", &[]),
        };
        let marked = mark(&self.0.config.freeze_mark()).is_ok();
        let key = if marked { "engine.freeze.marked" } else { "engine.freeze.unwritten" };
        let because = because.trim_end_matches('.');
        Err(WireError { code: ErrorCode::Frozen, message: texts::say(key, &[("because", because)]) })
    }

    /// Lets things start again. Runs that the freeze stopped stay stopped until the user writes to them.
    ///
    /// # Errors
    /// When that cannot be written: then everything stays frozen.
    pub fn unfreeze(&self) -> Answered<()> {
        let stopped = &self.0.stopped;
        let _pen = stopped.pen.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.journal.set_frozen(false, self.0.host.now())?;
        self.unmark()?;
        stopped.unwritten.store(false, Ordering::SeqCst);
        stopped.frozen.store(false, Ordering::SeqCst);
        self.0.host.changed(Change::Settings);
        Ok(())
    }

    /// Whether everything is frozen; yes where the journal cannot say.
    pub(crate) fn frozen(&self) -> bool {
        self.0.stopped.is_set() || self.0.journal.frozen().unwrap_or(true)
    }

    /// Freezes when another program has asked for it, and writes down what could not be written before. Part of
    /// [`Engine::tick`]; by itself for a program that only drives one run.
    pub fn heed_freeze(&self) {
        let stopped = &self.0.stopped;
        if stopped.unwritten.load(Ordering::SeqCst) {
            self.beside(|engine| {
                let _ = engine.write_freeze();
            });
        } else if self.0.config.freeze_mark().exists() {
            let _ = self.freeze();
        }
    }

    /// Looks for a freeze that is asked for from outside, on a thread that nothing else can hold up, until the engine is
    /// gone.
    pub(crate) fn watch_for_freeze(&self) {
        let desk = Arc::downgrade(&self.0);
        let watch = move || {
            while let Some(desk) = desk.upgrade() {
                Engine(desk).heed_freeze();
                std::thread::sleep(LOOK);
            }
        };
        // Without the thread, the beat of the program sees the mark.
        let _ = std::thread::Builder::new().name("freeze".to_owned()).spawn(watch);
    }

    // In memory, and with signals to children: nothing here waits for a disk, a lock of the history or a server.
    fn stop_everything(&self) {
        let stopped = &self.0.stopped;
        stopped.unwritten.store(true, Ordering::SeqCst);
        stopped.frozen.store(true, Ordering::SeqCst);
        for control in self.controls() {
            control.stop_now();
        }
        // A server that is just being started holds its own lock.
        if !self.beside(|engine| engine.end_servers()) {
            self.end_servers();
        }
    }

    // The history knows of it, what is held is frozen in it, and the runs are told.
    fn write_freeze(&self) -> Answered<()> {
        let stopped = &self.0.stopped;
        let _pen = match stopped.pen.try_lock() {
            Ok(pen) => pen,
            Err(TryLockError::Poisoned(pen)) => pen.into_inner(),
            // Somebody writes it just now.
            Err(TryLockError::WouldBlock) => {
                return Err(WireError { code: ErrorCode::Other, message: texts::say("engine.freeze.busy", &[]) });
            }
        };
        if !stopped.is_set() {
            return Ok(());
        }
        let now = self.0.host.now();
        self.0.journal.set_frozen(true, now)?;
        for action in self.0.journal.freeze_held(now)? {
            if let Ok(Some(action)) = self.0.journal.action(action) {
                self.0.host.changed(Change::Action { action: action.id, run: action.run });
            }
        }
        let note = texts::say("engine.frozen.run", &[]);
        for run in self.0.journal.unfinished_runs()? {
            if run.status == RunStatus::Running {
                self.0.journal.set_run_status(run.id, RunStatus::Stopped, Some(&note), now)?;
                self.0.host.changed(Change::Run { run: run.id, status: RunStatus::Stopped });
            }
        }
        self.unmark()?;
        stopped.unwritten.store(false, Ordering::SeqCst);
        self.0.host.changed(Change::Settings);
        Ok(())
    }

    fn unmark(&self) -> Answered<()> {
        match std::fs::remove_file(self.0.config.freeze_mark()) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(words::other(error)),
            _ => Ok(()),
        }
    }

    // Does something on a thread of its own; false when the system gives none.
    fn beside(&self, work: impl FnOnce(&Engine) + Send + 'static) -> bool {
        let engine = self.clone();
        std::thread::Builder::new().spawn(move || work(&engine)).is_ok()
    }
}

/// Leaves the mark that freezes whoever has the data folder open, or opens it next. The file is empty, so that a full
/// disk has room for it.
pub(crate) fn mark(at: &Path) -> std::io::Result<()> {
    File::create(at).map(drop)
}
