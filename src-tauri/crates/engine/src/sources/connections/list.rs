//! A server as the front ends show it, every text of the server's made visible.

use crate::{Answered, Engine};
use assent_journal::{StoredServer, StoredTool};
use assent_policy::reading::{Hints, read_tool};
use assent_protocol::{
    Connection, DiffLine, Effect, ServerStatus, ServerTool, Transport, texts,
    visible::{visible, visible_lines},
};
use assent_tools::mcp::{Definition, difference, full_name, full_names, looks_like, sandbox};
use std::{collections::HashMap, sync::PoisonError};

impl Engine {
    pub(super) fn shown(&self, row: StoredServer) -> Answered<Connection> {
        let used = self.0.journal.last_run_of_tool()?;
        let ran = |name: &str| used.iter().find(|(tool, ..)| tool == name);
        let mut tools = Vec::new();
        let known = self.0.journal.server_tools()?;
        let own = known.iter().filter(|tool| tool.server == row.name).map(|tool| tool.tool.as_str());
        let names: HashMap<String, String> =
            full_names(&row.name, own).into_iter().map(|(tool, name)| (tool.to_owned(), name)).collect();
        for tool in known {
            if tool.server == row.name {
                let name = names.get(&tool.tool).cloned().unwrap_or_else(|| full_name(&row.name, &tool.tool));
                let count = ran(&name).map_or(0, |(_, count, _)| *count);
                tools.push(self.shown_tool(name, tool, count));
            }
        }
        let running = {
            let servers = self.0.connections.servers.lock().unwrap_or_else(PoisonError::into_inner);
            servers.get(&row.name).and_then(|server| server.running())
        };
        let status = match (row.on, running, &row.last_error) {
            (false, ..) => ServerStatus::Off,
            (true, Some(_), _) => ServerStatus::Running,
            (true, None, Some(_)) => ServerStatus::Failed,
            (true, None, None) => ServerStatus::Ready,
        };
        Ok(Connection {
            kept_in: kept_in(&row, running),
            signing_in: self.is_signing_in(&row.name),
            ran: tools.iter().map(|tool| tool.ran).sum(),
            last_used: tools.iter().filter_map(|tool| ran(&tool.name)?.2).max(),
            name: row.name,
            transport: row.transport,
            folders: row.folders,
            network: row.network,
            secrets: row.secrets,
            status,
            last_error: row.last_error,
            imported_from: row.imported_from,
            made_at: row.made_at,
            tools,
        })
    }

    fn shown_tool(&self, name: String, row: StoredTool, ran: u32) -> ServerTool {
        let known = Definition::read(&row.definition);
        let offered = row.offered.as_deref().and_then(Definition::read);
        // What is offered now is what there is to look at.
        let seen = offered.as_ref().or(known.as_ref());
        let mut warnings: Vec<String> = Vec::new();
        let mut built_in: Vec<&String> = self.0.tools.keys().filter(|other| looks_like(&row.tool, other)).collect();
        built_in.sort();
        warnings.extend(built_in.iter().map(|other| texts::say("mcp.tool.looks_like", &[("other", other)])));
        warnings.extend(seen.and_then(Definition::unusable));
        ServerTool {
            description: seen.map(|seen| visible_lines(seen.description()).join("\n")).unwrap_or_default(),
            hints: seen.map(|seen| seen.hints().sentences()).unwrap_or_default(),
            definition: known.as_ref().map(Definition::hash).unwrap_or_default(),
            difference: changed_lines(known.as_ref(), offered.as_ref()),
            tool: visible(&row.tool),
            name,
            declared: row.declared,
            proposed: seen.map_or(Effect::Execute, proposed),
            suspended: row.suspended,
            warnings,
            ran,
        }
    }
}

// By a fixed reading of the server's own words; its hints can only make it graver.
fn proposed(definition: &Definition) -> Effect {
    let claims = definition.hints();
    let hints = Hints { changes: claims.reads_only == Some(false), destroys: claims.destructive == Some(true) };
    read_tool(&definition.tool, definition.description(), &definition.schema(), hints).effect
}

// A new tool is shown whole, as added lines.
fn changed_lines(known: Option<&Definition>, offered: Option<&Definition>) -> Vec<DiffLine> {
    match (known, offered) {
        (Some(known), Some(offered)) => difference(known, offered),
        (None, Some(offered)) => Definition::read(&format!("{{\"name\":{:?}}}", ""))
            .map(|nothing| difference(&nothing, offered))
            .unwrap_or_default()
            .into_iter()
            .filter(|line| line.sign == "+")
            .collect(),
        _ => Vec::new(),
    }
}

fn kept_in(row: &StoredServer, running: Option<bool>) -> String {
    if matches!(row.transport, Transport::Http { .. }) {
        return texts::say("engine.connection.elsewhere", &[]);
    }
    let boxed = running.unwrap_or_else(|| sandbox::program().is_some());
    let key = match (boxed, row.network) {
        (true, false) => "engine.connection.boxed",
        (true, true) => "engine.connection.boxed_network",
        (false, _) => "engine.connection.unboxed",
    };
    texts::say(key, &[])
}
