//! The program that the MCP conformance suite drives: it connects to the address in its last argument with Assent's own
//! client, lists the tools and calls each once.
#![expect(clippy::unwrap_used, reason = "a program for tests")]

use assent_protocol::Transport;
use assent_tools::mcp::{Definition, Elicited, Reply, Server, ServerConfig, Watch, launch, session::Times};
use serde_json::{Map, json};
use std::sync::Arc;

struct Agreeable;

impl Watch for Agreeable {
    fn ask(&self, elicited: &Elicited) -> Reply {
        elicited.read("{}").unwrap_or(Reply::Decline)
    }

    fn changed(&self, _: &str, _: &str, _: Option<&Definition>) {}
}

fn main() {
    let transport = Transport::Http { url: std::env::args().next_back().unwrap() };
    let folder = std::env::temp_dir();
    let config = ServerConfig {
        name: "suite".into(),
        fingerprint: launch::fingerprint(&transport).unwrap(),
        transport,
        folders: Vec::new(),
        network: true,
        secrets: Vec::new(),
        own_folder: folder.clone(),
        home: folder.clone(),
        data: folder,
        times: Times::default(),
    };
    let server = Server::new(config, Arc::new(Agreeable));
    for definition in server.definitions().unwrap() {
        let args = if definition.tool == "add_numbers" { json!({"a": 5, "b": 3}) } else { json!({}) };
        let args: Map<_, _> = args.as_object().cloned().unwrap_or_default();
        let result = server.call(&definition.tool, args, &Arc::default()).unwrap();
        assert_ne!(result.is_error, Some(true));
    }
    server.end();
}
