//! Agents of others that the user added, to be given tasks (ACP).

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An agent as the user wants it. The values of `secrets` go to the keychain and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AgentDraft {
    /// Its name: letters, digits, `-` and `_`. A task is given to it by the model `agent:NAME`.
    pub name: String,
    /// The program that speaks ACP on its standard input and output: a name in `PATH`, or an absolute path.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Whether it may open connections: all or none, there is no choosing of hosts.
    #[serde(default)]
    pub network: bool,
    /// Variables of its environment.
    #[serde(default)]
    pub secrets: Vec<(String, String)>,
}

/// An agent that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Agent {
    /// Its name.
    pub name: String,
    /// Its program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Whether it may open connections.
    pub network: bool,
    /// Names of its variables; their values are in the keychain.
    pub secrets: Vec<String>,
    /// Why it cannot work on this computer, in a sentence.
    pub missing: Option<String>,
    /// Milliseconds since 1970 (UTC).
    #[ts(type = "number")]
    pub made_at: i64,
}
