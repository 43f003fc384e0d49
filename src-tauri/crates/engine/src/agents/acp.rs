//! Agents of others (ACP): keeping them, and a run that one of them drives. Its process lives as long as its turn does,
//! beside whoever drives the run; what it asks for becomes actions like any other, and waits for the person there.

use crate::{
    Answered, Control, Desk, Engine,
    base::{
        driver::{ACP, Driver},
        words,
    },
};
use assent_protocol::{
    Action, Agent, AgentDraft, ProposedCall, Run, RunId, RunStatus, ServerFolder, Status, Transport, Turn, texts,
    visible::visible, wire::Change,
};
use assent_tools::{
    acp::{self, Patience},
    elsewhere::Elsewhere,
    mcp::{ServerConfig, launch, safe_name, session::Times},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// In front of the agent's name, where a run names its model.
/// Where the agents are kept.
const SETTING: &str = "agents";
const MOST_NAME: usize = 24;
const LOOK: Duration = Duration::from_millis(60);
/// Characters of an agent's words that are kept of one turn, and messages of a run.
const MOST_WORDS: usize = 64 * 1024;
const MOST_TURNS: u32 = 500;

/// The agents that are at work now.
#[derive(Default)]
pub(crate) struct AtWork(Mutex<HashMap<RunId, Arc<Live>>>);

#[derive(Serialize, Deserialize, Clone)]
struct Stored {
    name: String,
    command: String,
    args: Vec<String>,
    network: bool,
    secrets: Vec<String>,
    fingerprint: String,
    made_at: i64,
}

struct Live {
    desk: Weak<Desk>,
    run: RunId,
    name: String,
    control: Arc<Control>,
    over: Mutex<bool>,
    said: Mutex<String>,
    turns: AtomicU32,
    calls: AtomicU32,
    /// What was written for it, so that the same change is not asked about twice.
    written: Mutex<HashMap<String, String>>,
    // One request after the other is put down, so that each finds the turns of those before it.
    asking: Mutex<()>,
}

impl Engine {
    /// The agents of others that the user added.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn agents(&self) -> Answered<Vec<Agent>> {
        let missing = assent_tools::mcp::sandbox::program().is_none().then(|| texts::say("agents.no_sandbox", &[]));
        Ok(self.stored_agents()?.into_iter().map(|stored| shown(stored, missing.clone())).collect())
    }

    /// Adds an agent. Its program is pinned as it is now; its secrets go to the keychain.
    ///
    /// # Errors
    /// For a name or a program that is not taken, and where there is no sandbox.
    pub fn add_agent(&self, draft: AgentDraft) -> Answered<Agent> {
        let AgentDraft { name, command, args, network, secrets } = draft;
        if name.is_empty() || name.len() > MOST_NAME || safe_name(&name) != name {
            return Err(words::bad_input("agents.name", &[("name", &visible(&name))]));
        }
        if assent_tools::mcp::sandbox::program().is_none() {
            return Err(words::bad_input("agents.no_sandbox", &[]));
        }
        let mut list = self.stored_agents()?;
        if list.iter().any(|other| other.name == name) {
            return Err(words::bad_input("agents.taken", &[("name", &name)]));
        }
        let transport = Transport::Stdio { command: command.clone(), args: args.clone() };
        if let Some(why) = launch::unpinned(&transport) {
            return Err(words::bad_input_said(why));
        }
        let fingerprint = launch::fingerprint(&transport).map_err(words::bad_input_said)?;
        let names = secrets.iter().map(|(name, _)| name.clone()).collect();
        if !secrets.is_empty() {
            self.0.keys.keep_secrets(&key(&name), &secrets);
        }
        let made_at = self.0.host.now();
        let stored = Stored { name, command, args, network, secrets: names, fingerprint, made_at };
        list.push(stored.clone());
        self.keep_agents(&list)?;
        Ok(shown(stored, None))
    }

    /// Forgets an agent, its secrets and its folder. The history keeps what it did.
    ///
    /// # Errors
    /// When there is no such agent.
    pub fn remove_agent(&self, name: &str) -> Answered<()> {
        let mut list = self.stored_agents()?;
        let before = list.len();
        list.retain(|agent| agent.name != name);
        if list.len() == before {
            return Err(words::bad_input("agents.unknown", &[("name", &visible(name))]));
        }
        self.keep_agents(&list)?;
        self.0.keys.keep_secrets(&key(name), &[]);
        let _ = std::fs::remove_dir_all(self.0.config.data.join("agents").join(name));
        Ok(())
    }

    /// Whether the agent of this run is at work in this program, so that it has to stay.
    pub fn agent_at_work(&self, run: RunId) -> bool {
        self.live(run).is_some()
    }

    /// An agent's task is in one folder and with an agent that is there.
    pub(crate) fn check_agent(&self, model: &str, folders: usize) -> Answered<()> {
        let Driver::Acp(name) = Driver::of(model) else { return Ok(()) };
        if assent_tools::mcp::sandbox::program().is_none() {
            return Err(words::bad_input("agents.no_sandbox", &[]));
        }
        if !self.stored_agents()?.iter().any(|agent| agent.name == name) {
            return Err(words::bad_input("agents.unknown", &[("name", &visible(name))]));
        }
        if folders == 1 { Ok(()) } else { Err(words::bad_input("agents.one_folder", &[])) }
    }

    /// Agents that were at work when the program ended are gone, and what they waited for with them.
    pub(crate) fn close_old_agents(&self) {
        for run in self.0.journal.unfinished_runs().unwrap_or_default() {
            if matches!(Driver::of(&run.model), Driver::Acp(_)) {
                self.withdraw_all(run.id);
                let _ = self.settle(&run, RunStatus::Failed, Some(&texts::say("agents.restarted", &[])));
            }
        }
    }

    /// What [`Engine::drive`] does in such a run: sees it to where it waits for the person, or to its end.
    pub(crate) async fn drive_agent(&self, run: &Run, control: &Arc<Control>) -> Answered<()> {
        let live = match self.live(run.id) {
            Some(live) => live,
            // What has ended, or stands still for another reason, starts by a new message and by nothing else.
            None if run.status != RunStatus::Running => return Ok(()),
            None => {
                let turns = self.0.journal.turns(run.id)?;
                if !matches!(turns.last(), Some(Turn::User { .. })) {
                    return Ok(());
                }
                self.set_to_work(run, &turns, control)?
            }
        };
        while self.agent_at_work(run.id) {
            {
                // Held, so that the end of the agent comes wholly before or wholly after this.
                let over = live.over.lock().unwrap_or_else(PoisonError::into_inner);
                if !*over && !control.stop.load(Ordering::SeqCst) && self.waits(run.id)? {
                    return self.settle(run, RunStatus::Waiting, None);
                }
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    // The agent has ended: what it still waits for is withdrawn, and its run stands as it ended.
    fn close_agent(&self, live: &Live, ended: Result<(), String>) {
        *live.over.lock().unwrap_or_else(PoisonError::into_inner) = true;
        live.flush(self, Vec::new());
        self.withdraw_all(live.run);
        if let Ok(run) = self.run_row(live.run) {
            let (status, note) = match ended {
                Ok(()) => (RunStatus::Done, None),
                Err(why) => (RunStatus::Failed, Some(why)),
            };
            let _ = self.settle(&run, status, note.as_deref());
        }
        self.0.agents.at_work.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&live.run);
    }

    fn waits(&self, run: RunId) -> Answered<bool> {
        let actions = self.0.journal.actions_of(run)?;
        Ok(actions.iter().any(|action| action.status == Status::Waiting))
    }

    fn set_to_work(&self, run: &Run, turns: &[Turn], control: &Arc<Control>) -> Answered<Arc<Live>> {
        let name = run.model.strip_prefix(ACP).unwrap_or_default().to_owned();
        let stored = self.stored_agents()?.into_iter().find(|agent| agent.name == name);
        let stored = stored.ok_or_else(|| words::bad_input("agents.unknown", &[("name", &name)]))?;
        let grant = run.grants.first().ok_or_else(|| words::bad_input("agents.one_folder", &[]))?;
        let folder = std::path::PathBuf::from(&grant.folder);
        let said: Vec<&str> =
            turns.iter().filter_map(|t| if let Turn::User { text } = t { Some(text.as_str()) } else { None }).collect();
        let prompt = said.join("\n\n");
        let config = ServerConfig {
            name: name.clone(),
            transport: Transport::Stdio { command: stored.command, args: stored.args },
            // Never to be changed from inside: that is the whole guarantee.
            folders: vec![ServerFolder { path: grant.folder.clone(), write: false }],
            network: stored.network,
            secrets: self.0.keys.secrets(&key(&name)),
            own_folder: self.0.config.data.join("agents").join(&name),
            home: self.0.config.home.clone(),
            data: self.0.config.data.clone(),
            fingerprint: stored.fingerprint,
            times: Times::default(),
        };
        let live = Arc::new(Live {
            desk: Arc::downgrade(&self.0),
            run: run.id,
            name,
            control: control.clone(),
            over: Mutex::default(),
            said: Mutex::default(),
            turns: AtomicU32::new(0),
            calls: AtomicU32::new(u32::try_from(turns.len()).unwrap_or_default() * 1000),
            written: Mutex::default(),
            asking: Mutex::default(),
        });
        self.0.agents.at_work.0.lock().unwrap_or_else(PoisonError::into_inner).insert(run.id, live.clone());
        let working = live.clone();
        std::thread::spawn(move || {
            let stop = working.control.stop.clone();
            let ended =
                acp::run(&config, folder, prompt, Arc::new(AtDesk(working.clone())), &stop, Patience::default());
            if let Some(desk) = working.desk.upgrade() {
                Engine(desk).close_agent(&working, ended);
            }
        });
        Ok(live)
    }

    fn withdraw_all(&self, run: RunId) {
        let gone = texts::say("agents.gone", &[]);
        for action in self.0.journal.actions_of(run).unwrap_or_default() {
            if self.0.journal.withdraw(action.id, &gone, self.0.host.now()).is_ok() {
                self.0.host.changed(Change::Action { action: action.id, run });
            }
        }
        self.quiet_if_answered(run);
    }

    fn live(&self, run: RunId) -> Option<Arc<Live>> {
        self.0.agents.at_work.0.lock().unwrap_or_else(PoisonError::into_inner).get(&run).cloned()
    }

    fn stored_agents(&self) -> Answered<Vec<Stored>> {
        let text = self.0.journal.setting(SETTING)?;
        text.map_or_else(|| Ok(Vec::new()), |text| serde_json::from_str(&text).map_err(words::other))
    }

    fn keep_agents(&self, list: &[Stored]) -> Answered<()> {
        let text = serde_json::to_string(list).map_err(words::other)?;
        self.0.journal.set_setting(SETTING, &text, self.0.host.now())?;
        self.0.host.changed(Change::Settings);
        Ok(())
    }
}

fn key(name: &str) -> String {
    format!("agent {name}")
}

fn shown(stored: Stored, missing: Option<String>) -> Agent {
    let Stored { name, command, args, network, secrets, made_at, .. } = stored;
    Agent { name, command, args, network, secrets, missing, made_at }
}

struct AtDesk(Arc<Live>);

impl acp::Desk for AtDesk {
    fn says(&self, piece: &str) {
        let mut said = self.0.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() < MOST_WORDS {
            said.push_str(piece);
        }
        drop(said);
        if let Some(desk) = self.0.desk.upgrade() {
            desk.host.changed(Change::Says { run: self.0.run, text: piece.to_owned() });
        }
    }

    fn plans(&self, entries: &[String]) {
        let Some(desk) = self.0.desk.upgrade() else { return };
        let engine = Engine(desk);
        self.0.flush(&engine, Vec::new());
        let mut text = texts::say("agents.plan", &[]);
        entries.iter().take(100).for_each(|entry| text.push_str(&format!("\n- {entry}")));
        self.0.said.lock().unwrap_or_else(PoisonError::into_inner).push_str(&text);
        self.0.flush(&engine, Vec::new());
    }

    fn change(&self, change: acp::Change) -> Result<(), String> {
        let acp::Change { path, text } = change;
        let same = {
            let written = self.0.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.get(&path) == Some(&text)
        };
        // It was approved, and it is so: asking about it once more would only teach to say yes.
        if same && std::fs::read_to_string(&path).is_ok_and(|now| now == text) {
            return Ok(());
        }
        let args = json!({"path": path, "text": text});
        let action = self.0.settled("files.write".to_owned(), args)?;
        if action.status != Status::Succeeded {
            return Err(refusal(&action));
        }
        // What was written may be the person's edit of it; then only that is known.
        let wrote = (action.args["path"].as_str(), action.args["text"].as_str());
        if let (Some(path), Some(text)) = wrote {
            let mut written = self.0.written.lock().unwrap_or_else(PoisonError::into_inner);
            written.insert(path.to_owned(), text.to_owned());
        }
        Ok(())
    }

    fn may(&self, input: Value) -> bool {
        let Ok(tool) = Elsewhere::of(&self.0.name, "permission") else { return false };
        let name = assent_agent::Tool::spec(&tool).name;
        self.0.settled(name, input).is_ok_and(|action| action.status == Status::HandedOver)
    }
}

impl Live {
    // Puts a call down, waits until it is settled, and does it: the way of every action.
    fn settled(&self, tool: String, args: Value) -> Result<Action, String> {
        let gone = || texts::say("agents.stopped", &[]);
        let engine = || self.desk.upgrade().map(Engine).ok_or_else(gone);
        let call = format!("g{}", self.calls.fetch_add(1, Ordering::SeqCst));
        {
            let engine = engine()?;
            let _asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
            let proposed = ProposedCall { call: call.clone(), tool, args: args.to_string(), says: None };
            self.flush(&engine, vec![proposed.clone()]);
            let run = engine.run_row(self.run).map_err(|error| error.message)?;
            let turns = engine.0.journal.turns(self.run).map_err(|error| error.to_string())?;
            engine.judge_here(&run, &turns, &proposed).map_err(|error| error.message)?;
            engine.tell_if_needed(self.run);
        }
        loop {
            let engine = engine()?;
            if self.control.stop.load(Ordering::SeqCst) || self.is_over() {
                return Err(gone());
            }
            let action = engine.elsewhere_action(self.run, call.clone()).map_err(|error| error.message)?;
            match action.status {
                Status::Waiting | Status::Started => {}
                Status::Approved | Status::Allowed | Status::Held => {
                    let run = engine.run_row(self.run).map_err(|error| error.message)?;
                    let turns = engine.0.journal.turns(self.run).map_err(|error| error.to_string())?;
                    engine.start_here(&run, &turns, &call, &self.control).map_err(|error| error.message)?;
                }
                _ => return Ok(action),
            }
            drop(engine);
            std::thread::sleep(LOOK);
        }
    }

    fn is_over(&self) -> bool {
        *self.over.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // What it has said so far becomes a turn, with what it asks for now.
    fn flush(&self, engine: &Engine, calls: Vec<ProposedCall>) {
        let text = std::mem::take(&mut *self.said.lock().unwrap_or_else(PoisonError::into_inner));
        let text = if self.turns.load(Ordering::SeqCst) > MOST_TURNS { String::new() } else { text };
        if text.trim().is_empty() && calls.is_empty() {
            return;
        }
        self.turns.fetch_add(1, Ordering::SeqCst);
        let turn = Turn::Model { text: text.trim().to_owned(), calls };
        let _ = engine.0.journal.add_turn(self.run, &turn, engine.0.host.now());
        engine.0.host.changed(Change::Run { run: self.run, status: RunStatus::Running });
    }
}

fn refusal(action: &Action) -> String {
    let status = texts::say(&format!("core.status.{}", action.status.name()), &[]);
    let decided = action.decision.as_ref().and_then(|decision| decision.reason.clone());
    let denied = (action.status == Status::Denied).then(|| crate::action::judge::sentences(&action.verdict));
    let reason = decided.or(denied).or_else(|| action.note.clone()).unwrap_or_default();
    texts::say("agents.no", &[("status", &status), ("reason", &reason)])
}
