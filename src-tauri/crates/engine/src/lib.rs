//! One function a command: this crate joins the decision core, the loop, the tools and the journal behind the [`Host`]
//! trait, so that the window and the terminal are two views of one thing. Start reading at [`Engine::new_task`] and
//! follow an action through the folder `action`: `drive` and `think` ask the model, `judge` finds the facts and decides,
//! `answer` takes the user's word, `hold` waits where it leaves this computer, `start` does it, `undo` takes it back.

mod action;
mod agents;
mod automation;
mod config;
mod front;
mod host;
mod rules;
mod sample;
mod sources;
mod words;

pub mod clock;

pub use action::{confirm::confirmation, undo::id_is_run};
pub use config::Config;
pub use front::{
    core::{Attendance, Core},
    login,
    socket::{Line, Reached},
};
pub use host::{Host, Notice};
pub use sample::run_sample;

pub use assent_tools::sandbox::root_notice;

use assent_agent::{Hosts, Model, Place, Tool};
use assent_journal::{Journal, NewRun};
use assent_protocol::{
    AutomationId, Grant, Run, RunId, RunStatus, Turn, texts,
    wire::{Change, ErrorCode, NewTask, WireError},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
};

/// What every command returns.
pub type Answered<T> = Result<T, WireError>;

/// The core of Assent. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Desk>);

/// What the engine works with.
pub(crate) struct Desk {
    pub(crate) config: Config,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) journal: Arc<Journal>,
    pub(crate) tools: sources::domains::Tools,
    pub(crate) stand_in: Option<Arc<dyn Model>>,
    pub(crate) keys: sources::keychain::Keys,
    pub(crate) connections: sources::connections::Connections,
    pub(crate) account_tools: Mutex<Option<Arc<sources::accounts::Tools>>>,
    pub(crate) listens: AtomicBool,
    pub(crate) stopped: front::freeze::Stopped,
    /// Why the history is not whole, in a sentence; then nothing is decided or started on top of it.
    pub(crate) misfit: Mutex<Option<String>>,
    pub(crate) watching: Mutex<automation::folders::Watching>,
    /// Held while automations fire.
    pub(crate) firing: Mutex<()>,
    /// Whether it does by itself what is to be done: not so in a sample or a test, which say when.
    pub(crate) goes_on: AtomicBool,
    /// Runs that are driven in the background.
    pub(crate) driven: AtomicUsize,
    /// The clock at the last beat; 0 before the first.
    pub(crate) clock_seen: AtomicI64,
    pub(crate) told_asleep: AtomicBool,
    pub(crate) sessions: agents::mcp_clients::Sessions,
    /// Automations that are being looked at.
    pub(crate) polling: Mutex<HashSet<AutomationId>>,
    /// Notices that quiet hours hold back, by their keys.
    pub(crate) held_back: Mutex<BTreeMap<String, Notice>>,
    pub(crate) at_work: agents::acp::AtWork,
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
        let keys = sources::keychain::Keys::new(config.keychain).for_folder(&config.data.display().to_string());
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
        let connections = sources::connections::Connections::default();
        // Before anything can start; also where the history cannot say.
        let frozen = config.freeze_mark().exists() || journal.frozen().unwrap_or(true);
        let engine = Engine(Arc::new(Desk {
            config,
            host,
            journal,
            tools: sources::domains::Tools::new(tools),
            stand_in,
            keys,
            connections,
            sessions: agents::mcp_clients::Sessions::default(),
            at_work: agents::acp::AtWork::default(),
            watching: Mutex::default(),
            firing: Mutex::default(),
            goes_on: AtomicBool::new(false),
            driven: AtomicUsize::new(0),
            clock_seen: AtomicI64::new(0),
            told_asleep: AtomicBool::new(false),
            polling: Mutex::default(),
            held_back: Mutex::default(),
            listens: AtomicBool::new(false),
            stopped: front::freeze::Stopped::found(frozen),
            misfit: Mutex::new(misfit),
            account_tools: Mutex::default(),
            controls: Mutex::default(),
        }));
        engine.recall_domains()?;
        engine.close_old_questions();
        engine.close_old_sessions();
        engine.close_old_agents();
        Ok(engine)
    }

    /// Records a task and its first turn. Nothing runs until [`Engine::drive`] or [`Engine::spawn`].
    ///
    /// # Errors
    /// For an empty goal, or a folder that does not exist.
    pub fn new_task(&self, task: NewTask) -> Answered<RunId> {
        let goal = task.goal.trim();
        if goal.is_empty() {
            return Err(words::bad_input("engine.goal.empty", &[]));
        }
        self.whole()?;
        let settings = self.settings()?;
        let (hosts, granted): (Vec<String>, Vec<String>) =
            task.grants.into_iter().partition(|grant| grant.contains("://"));
        let hosts = hosts.iter().map(|text| host_of(text)).collect::<Answered<Vec<_>>>()?;
        let folders = if granted.is_empty() {
            let mut named = assent_planner::folders_named(goal, &self.0.config.home);
            named.extend(settings.folders.iter().map(PathBuf::from).filter(|folder| folder.is_dir()));
            named
        } else {
            granted.iter().map(|text| self.folder(text)).collect::<Answered<Vec<_>>>()?
        };
        let mut grants: Vec<Grant> = Vec::new();
        for folder in folders {
            let folder = folder.display().to_string();
            if !grants.iter().any(|grant| grant.folder == folder) {
                grants.push(Grant { folder, shared: false });
            }
        }
        let now = self.0.host.now();
        self.present();
        let model = self.model_name(task.model)?;
        self.check_agent(&model, grants.len())?;
        self.wake_domains(|domain| domain.model(&model).is_some())?;
        let new = NewRun { goal: goal.to_owned(), mode: task.mode.unwrap_or(settings.mode), model, grants, hosts };
        let run = self.0.journal.add_run(&new, now)?;
        self.0.journal.add_turn(run, &Turn::User { text: goal.to_owned() }, now)?;
        self.0.host.changed(Change::Run { run, status: RunStatus::Running });
        Ok(run)
    }

    /// What must happen every second or so: expiry, reminders and automations that came due, a freeze asked for from outside.
    pub fn tick(&self) {
        let now = self.0.host.now();
        self.0.journal.count_days_in(&self.0.host.zone());
        self.heed_freeze();
        self.expire_cards(now);
        self.fire_reminders(now);
        self.fire_automations(now);
        self.end_quiet(now);
    }

    /// Lets cards lapse that nobody answered, and lets their runs go on.
    pub(crate) fn expire_cards(&self, now: i64) {
        for run in self.lapse(now).unwrap_or_default() {
            self.spawn(run);
        }
    }

    /// The same before cards are read or answered. Whoever notices that a card has lapsed lets its run go on, else it
    /// would wait for no card; a program that only looks leaves that to the one that drives.
    pub(crate) fn expire_before(&self, now: i64) -> Answered<()> {
        let runs = self.lapse(now)?;
        if self.0.goes_on.load(Ordering::SeqCst) && tokio::runtime::Handle::try_current().is_ok() {
            runs.into_iter().for_each(|run| self.spawn(run));
        }
        Ok(())
    }

    fn lapse(&self, now: i64) -> Answered<Vec<RunId>> {
        let mut runs = Vec::new();
        for action in self.0.journal.expire_due(now)? {
            if let Ok(Some(action)) = self.0.journal.action(action) {
                self.0.host.changed(Change::Action { action: action.id, run: action.run });
                runs.push(action.run);
            }
        }
        runs.dedup();
        Ok(runs)
    }

    /// Refuses to go on over a history that is not whole: what it says was decided cannot be relied on. Reading it,
    /// `verify`, export, undo, reject, stop and freeze work still.
    ///
    /// # Errors
    /// When the chain is broken; the sentence names the first event that does not fit.
    pub fn whole(&self) -> Answered<()> {
        let misfit = self.0.misfit.lock().unwrap_or_else(PoisonError::into_inner);
        match &*misfit {
            Some(found) => Err(words::refused("engine.history.broken", &[("found", found)])),
            None => Ok(()),
        }
    }

    /// Ends the servers and anchors the head of the history. Call it before the program ends.
    pub fn close(&self) {
        self.end_servers();
        let _ = self.0.journal.anchor_now();
        let _ = std::fs::remove_file(front::socket::path(&self.0.config.data));
    }

    pub(crate) fn control(&self, run: RunId) -> Arc<Control> {
        let mut controls = self.0.controls.lock().unwrap_or_else(PoisonError::into_inner);
        controls.entry(run).or_default().clone()
    }

    pub(crate) fn controls(&self) -> Vec<Arc<Control>> {
        self.0.controls.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The model of a task: the one it names, else that of the settings.
    pub(crate) fn model_name(&self, asked: Option<String>) -> Answered<String> {
        match (&self.0.stand_in, asked) {
            (Some(model), asked) if !asked.as_deref().is_some_and(|asked| asked.starts_with(agents::acp::MODEL)) => {
                Ok(model.name())
            }
            (_, Some(asked)) => Ok(asked),
            (_, None) => Ok(self.settings()?.model),
        }
    }

    /// A place of no run, for tools that are asked about themselves.
    pub(crate) fn nowhere(&self) -> Place {
        Place {
            grants: Vec::new(),
            hosts: Hosts::default(),
            now: self.0.host.now(),
            zone: self.0.host.zone(),
            home: self.0.config.home.clone(),
            data: self.0.config.data.clone(),
            copies: self.0.config.copies(),
            others: None,
            labels: self.labels(None),
            denied: Vec::new(),
            asked: Vec::new(),
            notes: self.notes_folder(),
            stop: Arc::default(),
        }
    }

    /// Where a run's calls act. `turns` hold the user's words, in which hosts may be named.
    pub(crate) fn place(&self, run: &Run, turns: &[Turn], stop: Arc<AtomicBool>) -> Place {
        let typed = turns.iter().filter_map(|turn| if let Turn::User { text } = turn { Some(text) } else { None });
        let named = |text: &String| assent_tools::web::address::named_in(text);
        Place {
            grants: run.grants.clone(),
            hosts: Hosts {
                typed: typed.flat_map(named).collect(),
                granted: run.hosts.iter().flat_map(named).collect(),
            },
            stop,
            ..self.nowhere()
        }
    }

    pub(crate) fn folder(&self, text: &str) -> Answered<PathBuf> {
        folder(&self.0.config, text)
    }
}

// A path as a person types it.
pub(crate) fn absolute(config: &Config, text: &str) -> PathBuf {
    let path = match text.strip_prefix("~/") {
        Some(rest) => config.home.join(rest),
        None => PathBuf::from(text),
    };
    std::path::absolute(&path).unwrap_or(path)
}

pub(crate) fn folder(config: &Config, text: &str) -> Answered<PathBuf> {
    let path = absolute(config, text);
    match path.canonicalize() {
        Ok(path) if path.is_dir() => Ok(path),
        _ => Err(words::bad_input("engine.grant.missing", &[("folder", text)])),
    }
}

// A host as a person grants it: `https://example.org`.
pub(crate) fn host_of(text: &str) -> Answered<String> {
    assent_tools::web::address::origin(text)
        .map_err(|because| words::bad_input("engine.grant.host", &[("host", text), ("because", &because)]))
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
