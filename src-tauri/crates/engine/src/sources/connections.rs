//! Servers that the user added: adding, looking at one, switching it, saying what its tools do. A server's tools stand
//! beside the built-in ones as soon as it is switched on; what is known of them comes from the journal, so that nothing
//! is started before a call needs it.

mod list;
mod sign_in;
mod watch;

use crate::{Answered, Engine, words};
use assent_agent::Tool;
use assent_journal::{StoredServer, StoredTool};
use assent_protocol::{
    Connection, Declaration, Effect, Imported, QuestionId, ServerDraft, Transport, UndoBy, texts,
    visible::visible,
    wire::{Change, ErrorCode, WireError},
};
use assent_tools::mcp::{
    Definition, Known, McpTool, Server, ServerConfig, full_name, full_names, http, import, launch, safe_name,
    session::Times,
};
use serde_json::Value;
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

/// Longer names leave no room for the tool's.
const MOST_NAME: usize = 24;

/// Tools of servers by their whole name.
type Tools = HashMap<String, Arc<McpTool>>;

/// What is connected while the program runs.
#[derive(Default)]
pub(crate) struct Connections {
    servers: Mutex<HashMap<String, Arc<Server>>>,
    tools: Mutex<Option<Arc<Tools>>>,
    pub(crate) asked: Mutex<HashMap<QuestionId, watch::Asked>>,
    signing_in: sign_in::SigningIn,
}

impl Engine {
    /// Every server with its tools.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn connections(&self) -> Answered<Vec<Connection>> {
        let servers = self.0.journal.servers()?;
        servers.into_iter().map(|server| self.shown(server)).collect()
    }

    /// Adds a server, looks at it, and switches it on if it answers. Its secrets go to the keychain.
    ///
    /// # Errors
    /// For a name, program, address or folder that is not taken; nothing is kept then. A server that does not answer is
    /// kept, switched off, with what went wrong.
    pub fn add_connection(&self, draft: ServerDraft) -> Answered<Connection> {
        if let Some(why) = launch::unpinned(&draft.transport) {
            return Err(refused(why));
        }
        let name = draft.name.clone();
        self.keep(draft, None)?;
        match self.switch_connection(&name, true) {
            Ok(connection) => Ok(connection),
            Err(_) => self.shown(self.server_row(&name)?),
        }
    }

    /// Looks at a server now: starts it, takes its program as it is, and compares its tools with what was looked at.
    /// The first time all its tools are taken as they are; later a new or changed one has to be accepted.
    ///
    /// # Errors
    /// What went wrong; it is kept with the server, too.
    pub fn test_connection(&self, name: &str) -> Answered<Connection> {
        if self.frozen() {
            return Err(WireError { code: ErrorCode::Frozen, message: texts::say("engine.frozen", &[]) });
        }
        let mut row = self.server_row(name)?;
        let looked = self.look(&mut row);
        row.last_error = looked.as_ref().err().map(|why| visible(why));
        self.put(&row)?;
        looked.map_err(refused)?;
        self.shown(row)
    }

    /// Switches a server on, which is a look at it first, or off, which ends it.
    ///
    /// # Errors
    /// When it does not answer: it stays off.
    pub fn switch_connection(&self, name: &str, on: bool) -> Answered<Connection> {
        if on {
            self.test_connection(name)?;
        }
        let mut row = self.server_row(name)?;
        row.on = on;
        self.put(&row)?;
        if !on {
            self.end_server(name);
        }
        self.shown(row)
    }

    /// Ends and forgets a server, its secrets and its folder. The history keeps what it did.
    ///
    /// # Errors
    /// When there is no such server.
    pub fn remove_connection(&self, name: &str) -> Answered<()> {
        self.server_row(name)?;
        self.end_sign_ins(Some(name));
        self.end_server(name);
        self.0.journal.remove_server(name, self.0.host.now())?;
        self.0.keys.keep_secrets(name, &[]);
        let _ = std::fs::remove_dir_all(self.own_folder(name));
        self.connections_changed();
        Ok(())
    }

    /// Says what a tool does, for the definition that was looked at. None takes it back: then it always asks.
    ///
    /// # Errors
    /// For a tool that is not known or is suspended, and for an undo that names no tool of the same server.
    pub fn declare_tool(&self, server: &str, tool: &str, declared: Option<Declaration>) -> Answered<Connection> {
        let mut row = self.tool_row(server, tool)?;
        if let Some(why) = row.suspended {
            return Err(refused(why));
        }
        if let Some(declared) = &declared {
            if declared.effect == Effect::Configure {
                return Err(words::bad_input("engine.connection.configure", &[]));
            }
            if let Some(undo) = &declared.undo {
                self.check_undo(server, undo)?;
            }
        }
        row.declared = declared;
        self.0.journal.put_server_tool(&row, self.0.host.now())?;
        self.connections_changed();
        self.shown(self.server_row(server)?)
    }

    /// Takes a tool's definition as the server offers it now. What was declared for the old one does not count for the
    /// new one, and rules on it are switched off.
    ///
    /// # Errors
    /// When there is nothing to accept.
    pub fn accept_tool(&self, server: &str, tool: &str) -> Answered<Connection> {
        let mut row = self.tool_row(server, tool)?;
        let offered = row.offered.take().filter(|text| !text.is_empty());
        let Some(offered) = offered else {
            return Err(words::bad_input("engine.connection.nothing_new", &[]));
        };
        row.definition = offered;
        row.declared = None;
        row.suspended = None;
        let now = self.0.host.now();
        self.0.journal.put_server_tool(&row, now)?;
        let rows = self.0.journal.server_tools()?;
        let own = rows.iter().filter(|row| row.server == server).map(|row| row.tool.as_str());
        let name = full_names(server, own).remove(tool).unwrap_or_else(|| full_name(server, tool));
        for rule in self.rules()?.into_iter().filter(|rule| rule.on && rule.draft.tool == name) {
            let because = texts::say("engine.connection.rule_off", &[]);
            self.0.journal.revoke_rule(rule.id, &because, now)?;
        }
        self.connections_changed();
        self.shown(self.server_row(server)?)
    }

    /// Adds the servers that another program keeps in `file`, switched off until the user looks at each.
    ///
    /// # Errors
    /// When the file cannot be read as such a list.
    pub fn import_connections(&self, file: &str) -> Answered<Imported> {
        let path = match file.strip_prefix("~/") {
            Some(rest) => self.0.config.home.join(rest),
            None => Path::new(file).to_owned(),
        };
        let text = std::fs::read_to_string(&path).map_err(|error| {
            words::bad_input("engine.connection.no_file", &[("file", &visible(file)), ("error", &error.to_string())])
        })?;
        let (drafts, mut notes) = import::read(&text).map_err(refused)?;
        let mut added = Vec::new();
        for draft in drafts {
            let (name, transport) = (draft.name.clone(), draft.transport.clone());
            match self.keep(draft, Some(visible(&path.display().to_string()))) {
                Ok(()) => {
                    notes.extend(launch::unpinned(&transport).map(|why| format!("{name}: {why}")));
                    added.push(name);
                }
                Err(error) => notes.push(format!("{}: {}", visible(&name), error.message)),
            }
        }
        Ok(Imported { added, notes })
    }

    /// The tool of a connected server by its whole name.
    pub(crate) fn connected_tool(&self, name: &str) -> Option<Arc<dyn Tool>> {
        self.connected_tools().get(name).map(|tool| tool.clone() as Arc<dyn Tool>)
    }

    /// Every tool of every server that is switched on.
    pub(crate) fn connected_tools(&self) -> Arc<Tools> {
        let mut kept = self.0.connections.tools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tools) = kept.as_ref() {
            return tools.clone();
        }
        let tools = Arc::new(self.read_tools().unwrap_or_default());
        *kept = Some(tools.clone());
        tools
    }

    /// Ends every server with everything that it started.
    pub(crate) fn end_servers(&self) {
        self.end_sign_ins(None);
        let servers = std::mem::take(&mut *self.servers());
        servers.into_values().for_each(|server| server.end());
        // The tools hold their server.
        self.forget_tools();
    }

    fn read_tools(&self) -> Answered<Tools> {
        let rows = self.0.journal.server_tools()?;
        let mut tools = HashMap::new();
        for server in self.0.journal.servers()?.into_iter().filter(|server| server.on) {
            let live = self.server(&server);
            let own = rows.iter().filter(|row| row.server == server.name);
            let mut names = full_names(&server.name, own.map(|row| row.tool.as_str()));
            for row in rows.iter().filter(|row| row.server == server.name) {
                let Some(definition) = Definition::read(&row.definition) else { continue };
                let inverse = row.declared.as_ref().and_then(|declared| declared.undo.as_ref()).and_then(|undo| {
                    let by = rows.iter().find(|other| other.server == server.name && other.tool == undo.tool)?;
                    by.suspended.is_none().then(|| Definition::read(&by.definition)).flatten()
                });
                let suspended = row.suspended.clone().or_else(|| definition.unusable());
                let known = Known { definition, declared: row.declared.clone(), inverse, suspended };
                let Some(name) = names.remove(row.tool.as_str()) else { continue };
                let tool = McpTool::new(live.clone(), known).named(name.clone());
                tools.insert(name, Arc::new(tool));
            }
        }
        Ok(tools)
    }

    // Keeps a draft as a server that is switched off.
    fn keep(&self, draft: ServerDraft, imported_from: Option<String>) -> Answered<()> {
        let ServerDraft { name, transport, folders, network, secrets } = draft;
        let known = self.0.journal.servers()?;
        self.check_name(&name, &known)?;
        if let Transport::Http { url } = &transport {
            http::address(url).map_err(refused)?;
        }
        let variable = |name: &str| !name.is_empty() && !name.contains(['=', '\0']);
        if let Some((name, _)) = secrets.iter().find(|(name, value)| !variable(name) || value.contains('\0')) {
            return Err(words::bad_input("engine.connection.variable", &[("name", &visible(name))]));
        }
        for folder in &folders {
            if !Path::new(&folder.path).is_absolute() || !Path::new(&folder.path).is_dir() {
                return Err(words::bad_input("engine.grant.missing", &[("folder", &visible(&folder.path))]));
            }
        }
        let row = StoredServer {
            secrets: secrets.iter().map(|(name, _)| name.clone()).collect(),
            made_at: self.0.host.now(),
            on: false,
            fingerprint: String::new(),
            last_error: None,
            imported_from,
            name,
            transport,
            folders,
            network,
        };
        if !secrets.is_empty() {
            self.0.keys.keep_secrets(&row.name, &secrets);
        }
        self.put(&row)
    }

    fn check_name(&self, name: &str, known: &[StoredServer]) -> Answered<()> {
        let plain = !name.is_empty() && name.len() <= MOST_NAME && safe_name(name) == name;
        if !plain {
            return Err(words::bad_input("engine.connection.name", &[("name", &visible(name))]));
        }
        let family = |tool: &String| tool.split('.').next().is_some_and(|family| family.eq_ignore_ascii_case(name));
        const OWN: [&str; 6] = ["ask_user", "assent", "elsewhere", "system", "mail", "calendar"];
        let taken = self.0.tools.keys().any(family) || OWN.contains(&name);
        if taken || known.iter().any(|server| server.name.eq_ignore_ascii_case(name)) {
            return Err(words::bad_input("engine.connection.taken", &[("name", name)]));
        }
        Ok(())
    }

    fn check_undo(&self, server: &str, undo: &UndoBy) -> Answered<()> {
        let by = self.tool_row(server, &undo.tool)?;
        if let Some(why) = by.suspended {
            return Err(refused(why));
        }
        if !matches!(undo.args, Value::Object(_)) {
            return Err(words::bad_input("engine.connection.undo_args", &[]));
        }
        Ok(())
    }

    // Starts the server anew and writes down what it offers.
    fn look(&self, row: &mut StoredServer) -> Result<(), String> {
        if let Some(why) = launch::unpinned(&row.transport) {
            return Err(why);
        }
        self.end_server(&row.name);
        row.fingerprint = launch::fingerprint(&row.transport)?;
        let offered = self.server(row).definitions()?;
        let rows = self.0.journal.server_tools().map_err(|error| error.to_string())?;
        let known: Vec<StoredTool> = rows.into_iter().filter(|tool| tool.server == row.name).collect();
        let first = known.is_empty();
        let now = self.0.host.now();
        for definition in &offered {
            let old = known.iter().find(|tool| tool.tool == definition.tool);
            if let Some(tool) = compared(&row.name, old, definition, first) {
                self.0.journal.put_server_tool(&tool, now).map_err(|error| error.to_string())?;
            }
        }
        for gone in known.iter().filter(|tool| !offered.iter().any(|definition| definition.tool == tool.tool)) {
            let suspended = Some(texts::say("mcp.tool.gone", &[]));
            let tool = StoredTool { suspended, offered: Some(String::new()), ..gone.clone() };
            if tool != *gone {
                self.0.journal.put_server_tool(&tool, now).map_err(|error| error.to_string())?;
            }
        }
        Ok(())
    }

    fn server(&self, row: &StoredServer) -> Arc<Server> {
        let mut servers = self.servers();
        if let Some(server) = servers.get(&row.name).filter(|server| server.config().fingerprint == row.fingerprint) {
            return server.clone();
        }
        let config = ServerConfig {
            name: row.name.clone(),
            transport: row.transport.clone(),
            folders: row.folders.clone(),
            network: row.network,
            secrets: self.0.keys.secrets(&row.name),
            own_folder: self.own_folder(&row.name),
            home: self.0.config.home.clone(),
            data: self.0.config.data.clone(),
            fingerprint: row.fingerprint.clone(),
            times: Times::default(),
        };
        let server = Arc::new(Server::new(config, Arc::new(watch::Ears(Arc::downgrade(&self.0)))));
        servers.insert(row.name.clone(), server.clone());
        server
    }

    fn servers(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Server>>> {
        self.0.connections.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end_server(&self, name: &str) {
        let server = self.servers().remove(name);
        if let Some(server) = server {
            server.end();
        }
        self.forget_tools();
    }

    fn own_folder(&self, name: &str) -> std::path::PathBuf {
        self.0.config.data.join("servers").join(name)
    }

    fn put(&self, row: &StoredServer) -> Answered<()> {
        self.0.journal.put_server(row, self.0.host.now())?;
        self.connections_changed();
        Ok(())
    }

    fn forget_tools(&self) {
        *self.0.connections.tools.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn connections_changed(&self) {
        self.forget_tools();
        self.0.host.changed(Change::Settings);
    }

    fn server_row(&self, name: &str) -> Answered<StoredServer> {
        let servers = self.0.journal.servers()?;
        servers.into_iter().find(|server| server.name == name).ok_or_else(|| words::not_found(name))
    }

    fn tool_row(&self, server: &str, tool: &str) -> Answered<StoredTool> {
        let tools = self.0.journal.server_tools()?;
        let found = tools.into_iter().find(|row| row.server == server && row.tool == tool);
        found.ok_or_else(|| words::not_found(&format!("{server}.{tool}")))
    }
}

// What has to be written down about a tool that is offered; none where it is as it was looked at.
fn compared(server: &str, old: Option<&StoredTool>, definition: &Definition, first: bool) -> Option<StoredTool> {
    let text = definition.text();
    let Some(old) = old else {
        let (known, offered) = if first { (text, None) } else { (String::new(), Some(text)) };
        return Some(StoredTool {
            server: server.to_owned(),
            tool: definition.tool.clone(),
            suspended: offered.is_some().then(|| texts::say("mcp.tool.new", &[])),
            definition: known,
            declared: None,
            offered,
        });
    };
    let same = Definition::read(&old.definition).is_some_and(|known| known.hash() == definition.hash());
    let new = match (same, old.definition.is_empty()) {
        // Back to what was looked at: there is nothing to accept.
        (true, _) => StoredTool { suspended: None, offered: None, ..old.clone() },
        (false, true) => StoredTool { offered: Some(text), ..old.clone() },
        (false, false) => {
            let suspended = Some(texts::say("mcp.tool.changed", &[]));
            StoredTool { suspended, offered: Some(text), ..old.clone() }
        }
    };
    (new != *old).then_some(new)
}

fn refused(why: String) -> WireError {
    WireError { code: ErrorCode::BadInput, message: why }
}
