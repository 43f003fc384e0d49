//! Connections: the MCP servers that the user added, what each may reach, and what the user says each of its tools does.

use crate::{DiffLine, Effect};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a server is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "transport", rename_all = "snake_case")]
pub enum Transport {
    /// A program of this computer that is spoken to over its standard input and output.
    Stdio {
        /// The program: a name that is looked up in `PATH`, or an absolute path.
        command: String,
        /// Its arguments.
        args: Vec<String>,
    },
    /// An address that speaks streamable HTTP.
    Http {
        /// `https://…`, or `http://` on this computer.
        url: String,
    },
}

/// A folder that a server sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ServerFolder {
    /// Absolute.
    pub path: String,
    /// Whether it may change what lies there.
    pub write: bool,
}

/// A server as the user wants it. The values of `secrets` go to the keychain and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ServerDraft {
    /// Its name in front of its tools' names: letters, digits, `-` and `_`.
    pub name: String,
    /// How it is reached.
    pub transport: Transport,
    /// Folders that it sees besides its own.
    #[serde(default)]
    pub folders: Vec<ServerFolder>,
    /// Whether it may open connections.
    #[serde(default)]
    pub network: bool,
    /// Variables of its environment; for HTTP the one called `token` is sent as the bearer token.
    #[serde(default)]
    pub secrets: Vec<(String, String)>,
}

/// What the user says a tool does. It counts for one definition only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Declaration {
    /// What it does.
    pub effect: Effect,
    /// The tool of the same server that takes it back.
    pub undo: Option<UndoBy>,
}

/// How one tool takes another back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UndoBy {
    /// The tool's own name.
    pub tool: String,
    /// Its arguments. A text `args:/a/*/b` or `result:/a/*/b` stands for what lies there in the call or in its structured
    /// result; `*` stands for every element of a list, and makes a list.
    #[ts(type = "unknown")]
    pub args: serde_json::Value,
}

/// How a server stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ServerStatus {
    /// Switched off.
    Off,
    /// On; it starts when it is needed.
    Ready,
    /// Running now.
    Running,
    /// On, and the last try failed.
    Failed,
}

/// A server with all that is known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Connection {
    /// Its name.
    pub name: String,
    /// How it is reached.
    pub transport: Transport,
    /// Folders that it sees besides its own.
    pub folders: Vec<ServerFolder>,
    /// Whether it may open connections.
    pub network: bool,
    /// Names of its variables; their values are in the keychain.
    pub secrets: Vec<String>,
    /// How it stands.
    pub status: ServerStatus,
    /// Whether a sign-in waits for the browser.
    pub signing_in: bool,
    /// What keeps it in, in words: "In a sandbox, without network", "Without a sandbox".
    pub kept_in: String,
    /// What the last try said, hidden characters made visible.
    pub last_error: Option<String>,
    /// Where it was imported from.
    pub imported_from: Option<String>,
    /// Milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub made_at: i64,
    /// How often its tools ran.
    pub ran: u32,
    /// When one last ran, in milliseconds since 1970 (UTC).
    #[ts(type = "number | null")]
    pub last_used: Option<i64>,
    /// Its tools.
    pub tools: Vec<ServerTool>,
}

/// A tool of a server, with hidden characters made visible in every text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ServerTool {
    /// Its name on cards and in rules: `server.tool`.
    pub name: String,
    /// Its own name.
    pub tool: String,
    /// What the server says about it, whole.
    pub description: String,
    /// What the server claims, a sentence each: "It says that it only reads".
    pub hints: Vec<String>,
    /// Hash of the definition that was looked at.
    pub definition: String,
    /// What the user says it does; none until they did.
    pub declared: Option<Declaration>,
    /// What its own words read like: a proposal, which counts for nothing until the user declares it.
    pub proposed: Effect,
    /// Why it cannot be called now.
    pub suspended: Option<String>,
    /// What changed in its definition since it was looked at.
    pub difference: Vec<DiffLine>,
    /// What to be careful about, a sentence each: a name that looks like another's.
    pub warnings: Vec<String>,
    /// How often it ran.
    pub ran: u32,
}

/// What an import found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Imported {
    /// Servers that were added, switched off.
    pub added: Vec<String>,
    /// What was left out or needs a look, a sentence each.
    pub notes: Vec<String>,
}
