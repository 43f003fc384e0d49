//! The program that the MCP conformance suite drives: it connects to the address in its last argument with Assent's own
//! client, signs in where that is asked for, lists the tools and calls each once.
#![expect(clippy::unwrap_used, reason = "a program for tests")]

use assent_protocol::Transport;
use assent_tools::mcp::{Definition, Elicited, Reply, Server, ServerConfig, Watch, launch, session::Times};
use serde_json::{Map, json};
use std::sync::{Arc, atomic::AtomicBool};

struct Agreeable;

impl Watch for Agreeable {
    fn ask(&self, elicited: &Elicited) -> Reply {
        elicited.read("{}").unwrap_or(Reply::Decline)
    }

    fn changed(&self, _: &str, _: &str, _: Option<&Definition>) {}

    fn signed_in(&self, _: &str, _: Option<&str>) {}
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
    let definitions = server.definitions().or_else(|why| {
        sign_in(&server, &why);
        server.definitions()
    });
    for definition in definitions.unwrap() {
        let args = if definition.tool == "add_numbers" { json!({"a": 5, "b": 3}) } else { json!({}) };
        let args: Map<_, _> = args.as_object().cloned().unwrap_or_default();
        let called = server.call(&definition.tool, args.clone(), &Arc::default()).or_else(|broken| {
            sign_in(&server, &broken.sentence());
            server.call(&definition.tool, args, &Arc::default())
        });
        // It may go on wanting more than it gives; a person would not sign in for ever.
        let Ok(result) = called else { std::process::exit(1) };
        assert_ne!(result.is_error, Some(true));
    }
    server.end();
}

// The suite's server lets everybody in who comes with a browser.
fn sign_in(server: &Server, why: &str) {
    assert!(why.contains("sign in"), "{why}");
    let begun = server.sign_in().unwrap_or_else(|why| {
        eprintln!("{why}");
        std::process::exit(1);
    });
    let address = begun.address().to_owned();
    let browser = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { reqwest::get(address).await.unwrap().text().await.unwrap() })
    });
    begun.finish(&AtomicBool::new(false)).unwrap();
    assert!(browser.join().unwrap().contains("You are signed in"));
}
