//! Connections: the servers that the user added, and for each of their tools the definition that was looked at and
//! what the user says it does. Secrets are never here.

use crate::{
    error::{JournalError, Result, from_json, to_json},
    event,
    journal::Journal,
    seal,
};
use assent_protocol::{Declaration, ServerFolder, Transport};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE connection (
    id            INTEGER PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    made_at       INTEGER NOT NULL,
    is_on         INTEGER NOT NULL,
    network       INTEGER NOT NULL,
    transport     TEXT NOT NULL,
    folders       TEXT NOT NULL,
    secrets       TEXT NOT NULL,
    fingerprint   TEXT NOT NULL,
    imported_from TEXT,
    last_error    TEXT
) STRICT;
CREATE TABLE connection_tool (
    id         INTEGER PRIMARY KEY,
    server     TEXT NOT NULL REFERENCES connection(name) ON DELETE CASCADE,
    tool       TEXT NOT NULL,
    seen_at    INTEGER NOT NULL,
    definition TEXT NOT NULL,
    declared   TEXT,
    suspended  TEXT,
    offered    TEXT,
    UNIQUE (server, tool)
) STRICT;
";

/// A server as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredServer {
    /// Its name.
    pub name: String,
    /// How it is reached.
    pub transport: Transport,
    /// Folders that it sees besides its own.
    pub folders: Vec<ServerFolder>,
    /// Whether it may open connections.
    pub network: bool,
    /// Names of its variables; the values are in the keychain.
    pub secrets: Vec<String>,
    /// Whether it is switched on.
    pub on: bool,
    /// What must be the same when it starts; empty until the user looked at it.
    pub fingerprint: String,
    /// Where it was imported from.
    pub imported_from: Option<String>,
    /// What the last try said.
    pub last_error: Option<String>,
    /// Milliseconds since 1970 (UTC).
    pub made_at: i64,
}

/// A tool of a server as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTool {
    /// The server.
    pub server: String,
    /// Its own name.
    pub tool: String,
    /// The text of the definition that was looked at; empty for one that appeared later.
    pub definition: String,
    /// What the user says it does.
    pub declared: Option<Declaration>,
    /// Why it cannot be called now.
    pub suspended: Option<String>,
    /// The text of the definition that the server offers now, where it differs; empty where it offers none.
    pub offered: Option<String>,
}

impl Journal {
    /// Keeps a server, in place of the one of its name.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn put_server(&self, server: &StoredServer, now: i64) -> Result<()> {
        self.write(|tx| {
            let subject = format!("server:{}", server.name);
            if let Some(id) = server_id(tx, &server.name)? {
                seal::alarm_if_altered(tx, "connection", id, "connection", &subject, now)?;
            }
            let id: i64 = tx.query_row(
                "INSERT INTO connection (name, made_at, is_on, network, transport, folders, secrets, fingerprint,
                    imported_from, last_error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                 ON CONFLICT (name) DO UPDATE SET is_on = ?3, network = ?4, transport = ?5, folders = ?6, secrets = ?7,
                    fingerprint = ?8, imported_from = ?9, last_error = ?10 RETURNING id",
                params![
                    server.name,
                    server.made_at,
                    server.on,
                    server.network,
                    to_json("a transport", &server.transport)?,
                    to_json("folders", &server.folders)?,
                    to_json("names", &server.secrets)?,
                    server.fingerprint,
                    server.imported_from,
                    server.last_error
                ],
                |row| row.get(0),
            )?;
            let body = json!({"server": server.name, "on": server.on, "transport": server.transport,
                "folders": server.folders, "network": server.network, "error": server.last_error});
            event::append(tx, now, "connection", &subject, body, &[("connection", id)])?;
            Ok(())
        })
    }

    /// Every server, by name.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn servers(&self) -> Result<Vec<StoredServer>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT name, transport, folders, network, secrets, is_on, fingerprint, imported_from, last_error, made_at
                 FROM connection ORDER BY name",
            )?;
            let mut rows = statement.query([])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                list.push(read_server(row)?);
            }
            Ok(list)
        })
    }

    /// Removes a server with all that is known of its tools. The history keeps what it did.
    ///
    /// # Errors
    /// [`JournalError::NotFound`], or when it cannot be written.
    pub fn remove_server(&self, name: &str, now: i64) -> Result<()> {
        self.write(|tx| {
            let id = server_id(tx, name)?.ok_or_else(|| JournalError::NotFound(name.to_owned()))?;
            let tools: Vec<i64> = tx
                .prepare_cached("SELECT id FROM connection_tool WHERE server = ?")?
                .query_map([name], |row| row.get(0))?
                .collect::<std::result::Result<_, _>>()?;
            tx.execute("DELETE FROM connection_tool WHERE server = ?", [name])?;
            tx.execute("DELETE FROM connection WHERE id = ?", [id])?;
            let mut rows = vec![("connection", id)];
            rows.extend(tools.into_iter().map(|tool| ("connection_tool", tool)));
            let body = json!({"server": name, "removed": true});
            event::append(tx, now, "connection", &format!("server:{name}"), body, &rows)?;
            Ok(())
        })
    }

    /// Keeps what is known of a tool, in place of what was.
    ///
    /// # Errors
    /// [`JournalError::NotFound`] for the server, or when it cannot be written.
    pub fn put_server_tool(&self, tool: &StoredTool, now: i64) -> Result<()> {
        self.write(|tx| {
            if server_id(tx, &tool.server)?.is_none() {
                return Err(JournalError::NotFound(tool.server.clone()));
            }
            let subject = format!("server:{}:{}", tool.server, tool.tool);
            let known = tx
                .query_row(
                    "SELECT id FROM connection_tool WHERE server = ? AND tool = ?",
                    params![tool.server, tool.tool],
                    |row| row.get::<_, i64>(0),
                )
                .optional()?;
            if let Some(id) = known {
                seal::alarm_if_altered(tx, "connection_tool", id, "connection_tool", &subject, now)?;
            }
            let declared = tool.declared.as_ref().map(|declared| to_json("a declaration", declared)).transpose()?;
            let id: i64 = tx.query_row(
                "INSERT INTO connection_tool (server, tool, seen_at, definition, declared, suspended, offered)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (server, tool) DO UPDATE SET seen_at = ?3, definition = ?4, declared = ?5, suspended = ?6,
                    offered = ?7 RETURNING id",
                params![tool.server, tool.tool, now, tool.definition, declared, tool.suspended, tool.offered],
                |row| row.get(0),
            )?;
            let body = json!({"server": tool.server, "tool": tool.tool, "definition": tool.definition,
                "declared": tool.declared, "suspended": tool.suspended, "offered": tool.offered});
            event::append(tx, now, "connection_tool", &subject, body, &[("connection_tool", id)])?;
            Ok(())
        })
    }

    /// What is known of every tool, by server and name. A row that was changed outside Assent is left out, and
    /// [`Journal::verify`] names it: nothing that somebody else declared counts.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn server_tools(&self) -> Result<Vec<StoredTool>> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, server, tool, definition, declared, suspended, offered FROM connection_tool
                 ORDER BY server, tool",
            )?;
            let mut rows = statement.query([])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                let (id, server, tool): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let subject = format!("server:{server}:{tool}");
                if seal::intact(connection, "connection_tool", id, "connection_tool", &subject)? {
                    list.push(read_tool(row, server, tool)?);
                }
            }
            Ok(list)
        })
    }
}

fn server_id(tx: &Transaction<'_>, name: &str) -> Result<Option<i64>> {
    Ok(tx.query_row("SELECT id FROM connection WHERE name = ?", [name], |row| row.get(0)).optional()?)
}

fn read_server(row: &Row<'_>) -> Result<StoredServer> {
    Ok(StoredServer {
        name: row.get(0)?,
        transport: from_json("a transport", &row.get::<_, String>(1)?)?,
        folders: from_json("folders", &row.get::<_, String>(2)?)?,
        network: row.get(3)?,
        secrets: from_json("names", &row.get::<_, String>(4)?)?,
        on: row.get(5)?,
        fingerprint: row.get(6)?,
        imported_from: row.get(7)?,
        last_error: row.get(8)?,
        made_at: row.get(9)?,
    })
}

fn read_tool(row: &Row<'_>, server: String, tool: String) -> Result<StoredTool> {
    let declared: Option<String> = row.get(4)?;
    Ok(StoredTool {
        server,
        tool,
        definition: row.get(3)?,
        declared: declared.map(|text| from_json("a declaration", &text)).transpose()?,
        suspended: row.get(5)?,
        offered: row.get(6)?,
    })
}
