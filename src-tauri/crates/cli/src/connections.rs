//! Connections: the list of servers with their tools, adding one, switching it, saying what a tool does, an import.

use crate::arguments::{Connections, Does};
use crate::out::{Style, words};
use crate::tasks::bad_usage;
use crate::{Answered, Desk, Ended, typed};
use assent_protocol::{
    Connection, Declaration, Effect, ServerDraft, ServerFolder, ServerStatus, ServerTool, Transport, UndoBy,
    wire::WireError,
};
use serde_json::json;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

/// How often a sign-in is looked at.
const LOOK: Duration = Duration::from_millis(200);

impl Desk {
    pub(crate) fn connections(&self, what: Option<Connections>) -> Answered {
        let connection = match what {
            None | Some(Connections::List) => return self.list_connections(None),
            Some(Connections::Tools { server }) => return self.list_connections(Some(&server)),
            Some(Connections::Add { name, folder, write, network, secret, url, command }) => {
                let folders = folders(&folder, false)?.into_iter().chain(folders(&write, true)?).collect();
                let secrets = secret.into_iter().map(|name| self.secret(name)).collect::<Result<Vec<_>, _>>()?;
                let transport = transport(url, command)?;
                self.engine.add_connection(ServerDraft { name, transport, folders, network, secrets })?
            }
            Some(Connections::Test { server }) => self.engine.test_connection(&server)?,
            Some(Connections::On { server }) => self.engine.switch_connection(&server, true)?,
            Some(Connections::Off { server }) => self.engine.switch_connection(&server, false)?,
            Some(Connections::SignIn { server, no_browser }) => self.sign_in(&server, !no_browser)?,
            Some(Connections::Remove { server }) => {
                self.engine.remove_connection(&server)?;
                self.out.note("cli.connection.removed", &[("server", &server)]);
                return Ok(Ended::Done);
            }
            Some(Connections::Declare { server, tool, does, undo, undo_args }) => {
                let declared = declaration(does, undo, undo_args.as_deref())?;
                let connection = self.engine.declare_tool(&server, &tool, declared)?;
                self.show_tools(&connection, Some(&tool));
                return Ok(Ended::Done);
            }
            Some(Connections::Accept { server, tool }) => {
                let connection = self.engine.accept_tool(&server, &tool)?;
                self.show_tools(&connection, Some(&tool));
                return Ok(Ended::Done);
            }
            Some(Connections::Import { file }) => {
                let imported = self.engine.import_connections(&file)?;
                self.out.object(&json!({"type": "imported", "added": imported.added, "notes": imported.notes}));
                imported.notes.iter().for_each(|note| self.out.line(Style::Plain, note));
                let count = imported.added.len().to_string();
                self.out.say(
                    Style::Strong,
                    "cli.connection.imported",
                    &[("count", &count), ("names", &imported.added.join(", "))],
                );
                return Ok(Ended::Done);
            }
        };
        self.show_connection(&connection);
        Ok(if connection.last_error.is_some() { Ended::Failed } else { Ended::Done })
    }

    // The core waits for the browser; this only shows where to go and looks how it stands.
    fn sign_in(&self, server: &str, browser: bool) -> Result<Connection, WireError> {
        let address = self.engine.sign_in(server, browser)?;
        self.out.object(&json!({"type": "sign_in", "name": server, "address": address}));
        self.out.say(Style::Strong, "cli.connection.sign_in", &[("address", &address)]);
        loop {
            let found = self.engine.connections()?.into_iter().find(|connection| connection.name == server);
            match found {
                Some(connection) if connection.signing_in => std::thread::sleep(LOOK),
                Some(connection) => return Ok(connection),
                None => return Err(bad_usage("cli.connection.none_named", &[("server", server)])),
            }
        }
    }

    fn list_connections(&self, only: Option<&str>) -> Answered {
        let mut all = self.engine.connections()?;
        if let Some(name) = only {
            all.retain(|connection| connection.name == name);
            let Some(connection) = all.first() else {
                return Err(bad_usage("cli.connection.none_named", &[("server", name)]));
            };
            self.show_tools(connection, None);
            return Ok(Ended::Done);
        }
        all.iter().for_each(|connection| self.show_connection(connection));
        if all.is_empty() {
            self.out.say(Style::Plain, "cli.connections.empty", &[]);
        }
        Ok(Ended::Done)
    }

    fn show_connection(&self, connection: &Connection) {
        self.out.object(&json!({
            "type": "connection", "name": connection.name, "status": connection.status,
            "transport": connection.transport, "folders": connection.folders, "network": connection.network,
            "secrets": connection.secrets, "kept_in": connection.kept_in, "last_error": connection.last_error,
            "imported_from": connection.imported_from, "ran": connection.ran, "tools": connection.tools.len(),
        }));
        let status = words(status_key(connection.status), &[]);
        let style = if connection.status == ServerStatus::Failed { Style::Bad } else { Style::Strong };
        self.out.say(style, "cli.connection", &[("server", &connection.name), ("status", &status)]);
        let at = match &connection.transport {
            Transport::Stdio { command, args } => format!("{command} {}", args.join(" ")),
            Transport::Http { url } => url.clone(),
        };
        let (tools, ran) = (connection.tools.len().to_string(), connection.ran.to_string());
        let about = words("cli.connection.about", &[("count", &tools), ("ran", &ran), ("kept", &connection.kept_in)]);
        for line in [at, about].into_iter().chain(connection.last_error.clone()) {
            self.out.line(Style::Dim, &format!("     {line}"));
        }
        let suspended = connection.tools.iter().filter(|tool| tool.suspended.is_some()).count();
        if suspended > 0 {
            let values = [("count", suspended.to_string()), ("server", connection.name.clone())];
            let values: Vec<_> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            self.out.say(Style::Alert, "cli.connection.suspended", &values);
        }
    }

    fn show_tools(&self, connection: &Connection, only: Option<&str>) {
        for tool in connection.tools.iter().filter(|tool| only.is_none_or(|only| only == tool.tool)) {
            self.show_tool(tool);
        }
    }

    fn show_tool(&self, tool: &ServerTool) {
        self.out.object(&json!({
            "type": "connection_tool", "name": tool.name, "tool": tool.tool, "description": tool.description,
            "hints": tool.hints, "definition": tool.definition, "declared": tool.declared, "proposed": tool.proposed,
            "suspended": tool.suspended, "difference": tool.difference, "warnings": tool.warnings, "ran": tool.ran,
        }));
        let does = match &tool.declared {
            Some(declared) => words(effect_key(declared.effect), &[]),
            None => {
                let reads_like = words(effect_key(tool.proposed), &[]);
                words("cli.connection.undeclared", &[("proposed", &reads_like)])
            }
        };
        self.out.say(Style::Strong, "cli.connection.tool", &[("name", &tool.name), ("does", &does)]);
        let undo = tool.declared.as_ref().and_then(|declared| declared.undo.as_ref());
        if let Some(undo) = undo {
            self.out.say(Style::Dim, "cli.connection.undo", &[("tool", &undo.tool), ("args", &undo.args.to_string())]);
        }
        for line in tool.description.lines().chain([tool.hints.join(" ").as_str()]) {
            self.out.line(Style::Dim, &format!("     {line}"));
        }
        for warning in tool.warnings.iter().chain(&tool.suspended) {
            self.out.line(Style::Alert, &format!("     {warning}"));
        }
        for line in tool.difference.iter().filter(|_| tool.suspended.is_some()) {
            let style = match line.sign.as_str() {
                "+" => Style::Good,
                "-" => Style::Bad,
                _ => Style::Dim,
            };
            self.out.line(style, &format!("     {} {}", line.sign, line.text));
        }
    }

    // Never on the command line, where every program of this computer can read it.
    pub(crate) fn secret(&self, name: String) -> Result<(String, String), WireError> {
        if let Ok(value) = std::env::var(&name) {
            return Ok((name, value));
        }
        if !std::io::stdin().is_terminal() {
            return Err(bad_usage("cli.connection.no_secret", &[("name", &name)]));
        }
        // What was typed before is no secret, and would be kept as one.
        typed::forget();
        self.out.ask(&words("cli.connection.secret", &[("name", &name)]));
        let mut line = String::new();
        let read = std::io::stdin().read_line(&mut line);
        match read {
            Ok(count) if count > 0 => Ok((name, line.trim_end_matches(['\n', '\r']).to_owned())),
            _ => Err(bad_usage("cli.connection.no_secret", &[("name", &name)])),
        }
    }
}

fn transport(url: Option<String>, command: Vec<String>) -> Result<Transport, WireError> {
    match (url, command.split_first()) {
        (Some(url), None) => Ok(Transport::Http { url }),
        (None, Some((command, args))) => Ok(Transport::Stdio { command: command.clone(), args: args.to_vec() }),
        _ => Err(bad_usage("cli.connection.either", &[])),
    }
}

fn folders(paths: &[String], write: bool) -> Result<Vec<ServerFolder>, WireError> {
    let absolute = |path: &String| {
        let path = Path::new(path).canonicalize();
        let path = path.map_err(|_| bad_usage("cli.connection.no_folder", &[("folder", &format!("{paths:?}"))]))?;
        Ok(ServerFolder { path: path.display().to_string(), write })
    };
    paths.iter().map(absolute).collect()
}

fn declaration(does: Does, undo: Option<String>, args: Option<&str>) -> Result<Option<Declaration>, WireError> {
    let effect = match does {
        Does::Reads => Effect::Observe,
        Does::Creates => Effect::Create,
        Does::Changes => Effect::Modify,
        Does::Deletes => Effect::Delete,
        Does::Runs => Effect::Execute,
        Does::Sends => Effect::Send,
        Does::Spends => Effect::Spend,
        Does::Unknown => return Ok(None),
    };
    let undo = match undo {
        None => None,
        Some(tool) => {
            let args = serde_json::from_str(args.unwrap_or("{}"))
                .map_err(|error| bad_usage("cli.connection.undo_args", &[("error", &error.to_string())]))?;
            Some(UndoBy { tool, args })
        }
    };
    Ok(Some(Declaration { effect, undo }))
}

pub fn status_key(status: ServerStatus) -> &'static str {
    match status {
        ServerStatus::Off => "cli.connection.off",
        ServerStatus::Ready => "cli.connection.ready",
        ServerStatus::Running => "cli.connection.running",
        ServerStatus::Failed => "cli.connection.failed",
    }
}

fn effect_key(effect: Effect) -> &'static str {
    match effect {
        Effect::Observe => "cli.connection.does.reads",
        Effect::Create => "cli.connection.does.creates",
        Effect::Modify | Effect::Configure => "cli.connection.does.changes",
        Effect::Delete => "cli.connection.does.deletes",
        Effect::Execute => "cli.connection.does.runs",
        Effect::Send => "cli.connection.does.sends",
        Effect::Spend => "cli.connection.does.spends",
    }
}
