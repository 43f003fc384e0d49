//! One function a command: this crate joins the decision core, the loop, the tools and the journal behind the [`Host`]
//! trait, so that the window and the terminal are two views of one thing. Start reading at [`Engine::new_task`] and
//! follow an action through the folder `action`: `drive` and `think` ask the model, `judge` finds the facts and decides,
//! `answer` takes the user's word, `hold` waits where it leaves this computer, `start` does it, `undo` takes it back.

mod action;
mod agents;
mod automation;
mod base;
mod front;
mod rooms;
mod rules;
mod sample;
mod sources;

pub use action::{confirm::confirmation, undo::id_is_run};
pub use base::{
    clock,
    config::Config,
    host::{Host, Notice},
};
pub use front::{
    core::{Attendance, Core},
    login,
    socket::{Line, Reached},
};
pub use sample::run_sample;

pub use assent_tools::sandbox::root_notice;

use assent_agent::{Model, Tool};
use assent_journal::Journal;
use assent_protocol::{
    RunId, Turn, texts,
    wire::{ErrorCode, WireError},
};
use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// What every command returns.
pub type Answered<T> = Result<T, WireError>;

/// The core of Assent. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Desk>);

/// What the engine works with, by rooms. The fields of an owner are touched in its room alone.
pub(crate) struct Desk {
    pub(crate) config: Config,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) keys: base::keychain::Keys,
    pub(crate) stopped: front::freeze::Stopped,
    /// Why the history is not whole, in a sentence; then nothing is decided or started on top of it.
    pub(crate) misfit: Mutex<Option<String>>,
    /// Notices that quiet hours hold back, by their keys.
    pub(crate) held_back: Mutex<BTreeMap<String, Notice>>,
    pub(crate) sources: sources::Sources,
    pub(crate) runs: action::Runs,
    pub(crate) agents: agents::Agents,
    pub(crate) automation: automation::Automations,
    pub(crate) listens: AtomicBool,
    /// What lower rooms tell and ask the rooms above them through.
    pub(crate) above: Box<dyn base::events::Above>,
    controls: Mutex<HashMap<RunId, Arc<Control>>>,
}

/// What reaches a run while it is being driven.
#[derive(Default)]
pub(crate) struct Control {
    /// Held by whoever drives the run, so that nobody else does.
    pub(crate) gate: tokio::sync::Mutex<()>,
    /// Seen by tools between items.
    pub(crate) stop: Arc<AtomicBool>,
    /// Wakes a model call that must end.
    pub(crate) halt: tokio::sync::Notify,
    /// Wakes a driver that waits out a hold: something in the run was settled.
    pub(crate) nudge: tokio::sync::Notify,
    /// When the holds of this run are over, by call. Only what this program waits for is in it.
    pub(crate) holds: Mutex<HashMap<String, tokio::time::Instant>>,
    /// What the user wrote while the run was being driven.
    pub(crate) said: Mutex<Vec<Turn>>,
    /// Where values came from.
    pub(crate) knows: Mutex<action::facts::Knows>,
}

impl Control {
    pub(crate) fn stop_now(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.halt.notify_waiters();
        self.holds.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.nudge.notify_one();
    }
}

impl Engine {
    /// Opens the data folder and its journal. Actions that were under way when the program last ended become
    /// *unknown* here; nothing is started.
    ///
    /// # Errors
    /// When another program has the data folder open, or the journal is damaged or newer: each says what to do.
    pub fn open(config: Config, host: Arc<dyn Host>) -> Answered<Engine> {
        Self::open_with(config, host, None)
    }

    /// [`Engine::open`] with a model that takes the place of the one in the settings: for tests.
    pub fn open_with(config: Config, host: Arc<dyn Host>, stand_in: Option<Arc<dyn Model>>) -> Answered<Engine> {
        let keys = base::keychain::Keys::new(config.keychain).for_folder(&config.data.display().to_string());
        let now = host.now();
        let journal = Journal::open(&config.data, Arc::new(keys.clone()), now)?;
        let journal = Arc::new(journal);
        journal.count_days_in(&host.zone());
        // Before this program adds to it: what is written on top of a broken chain hides nothing.
        let misfit = journal.first_misfit()?;
        journal.recover(now)?;
        let mut tools: HashMap<String, Arc<dyn Tool>> = HashMap::new();
        for tool in assent_tools::all().into_iter().chain(automation::reminders::tools(&journal, &host)) {
            tools.insert(tool.spec().name, tool);
        }
        let propose =
            automation::proposals::Propose { journal: journal.clone(), host: host.clone(), config: config.clone() };
        tools.insert(propose.spec().name, Arc::new(propose));
        // Before anything can start; also where the history cannot say.
        let frozen = config.freeze_mark().exists() || journal.frozen().unwrap_or(true);
        let engine = Engine(Arc::new(Desk {
            config,
            host,
            journal,
            keys,
            stopped: front::freeze::Stopped::found(frozen),
            misfit: Mutex::new(misfit),
            held_back: Mutex::default(),
            sources: sources::Sources::new(sources::domains::Tools::new(tools), stand_in),
            runs: action::Runs::default(),
            agents: agents::Agents::default(),
            automation: automation::Automations::default(),
            listens: AtomicBool::new(false),
            above: Box::new(rooms::Rooms),
            controls: Mutex::default(),
        }));
        engine.recall_domains()?;
        engine.close_old_questions();
        engine.close_old_sessions();
        engine.close_old_agents();
        Ok(engine)
    }
}

/// Asks the program that has this data folder open to freeze everything; it does so within a second. Works also where
/// that program answers nobody, and on a full disk.
///
/// # Errors
/// When the mark cannot be written.
pub fn ask_to_freeze(data: &Path) -> Answered<()> {
    let at = Config::freeze_mark_in(data);
    front::freeze::mark(&at).map_err(|error| WireError {
        code: ErrorCode::Other,
        message: texts::say(
            "engine.freeze.mark",
            &[("file", &at.display().to_string()), ("error", &error.to_string())],
        ),
    })
}

/// Whether what [`ask_to_freeze`] asked for is still to be done.
pub fn freeze_is_asked(data: &Path) -> bool {
    Config::freeze_mark_in(data).exists()
}
