//! The MCP client over streamable HTTP: against the reference server, the conformance suite, and addresses that are not
//! what they say. Everything listens on loopback and is ended by the test that started it.
#![expect(clippy::unwrap_used, reason = "tests")]

use assent_protocol::Transport;
use assent_tools::mcp::{Definition, Elicited, Reply, Server, ServerConfig, Watch, launch, session::Times};
use serde_json::json;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Those of the suite that fit a person's desk. Left out: a program that signs in by itself or is known beforehand; a page
/// of ours on the net that describes us; and two whose server names another issuer than its own, which RFC 8414 forbids.
const SCENARIOS: &[&str] = &[
    "initialize",
    "tools_call",
    "elicitation-sep1034-client-defaults",
    "sse-retry",
    "auth/metadata-default",
    "auth/metadata-var1",
    "auth/scope-from-www-authenticate",
    "auth/scope-from-scopes-supported",
    "auth/scope-omitted-when-undefined",
    "auth/scope-step-up",
    "auth/scope-retry-limit",
    "auth/token-endpoint-auth-basic",
    "auth/token-endpoint-auth-post",
    "auth/token-endpoint-auth-none",
    "auth/resource-mismatch",
    "auth/2025-03-26-oauth-metadata-backcompat",
    "auth/2025-03-26-oauth-endpoint-fallback",
];

struct Nobody;

impl Watch for Nobody {
    fn ask(&self, _: &Elicited) -> Reply {
        Reply::Decline
    }
    fn changed(&self, _: &str, _: &str, _: Option<&Definition>) {}
    fn signed_in(&self, _: &str, _: Option<&str>) {}
}

struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn server(url: &str, secrets: &[(&str, &str)]) -> Server {
    let transport = Transport::Http { url: url.to_owned() };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let config = ServerConfig {
        name: "elsewhere".into(),
        fingerprint: launch::fingerprint(&transport).unwrap(),
        transport,
        folders: Vec::new(),
        network: true,
        secrets: secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        own_folder: folder.clone(),
        home: folder.clone(),
        data: folder,
        times: Times { start: Duration::from_secs(20), call: Duration::from_secs(20) },
    };
    Server::new(config, Arc::new(Nobody))
}

fn packages() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap().join("target/mcp-servers");
    let root = std::env::var_os("ASSENT_MCP_SERVERS").map_or(root, PathBuf::from);
    let packages = root.join("node_modules/@modelcontextprotocol");
    assert!(packages.is_dir(), "{} is missing: `cargo xtask setup` installs it", packages.display());
    packages
}

/// Answers every connection with `reply`, and counts them.
fn answering(reply: String) -> (String, Arc<AtomicUsize>, Arc<std::sync::Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = format!("http://127.0.0.1:{}/mcp", listener.local_addr().unwrap().port());
    let (count, seen) = (Arc::<AtomicUsize>::default(), Arc::<std::sync::Mutex<String>>::default());
    let (counted, kept) = (count.clone(), seen.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let mut bytes = [0; 8192];
            let read = stream.read(&mut bytes).unwrap_or(0);
            kept.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..read]));
            let _ = stream.write_all(reply.as_bytes());
        }
    });
    (at, count, seen)
}

#[test]
fn the_everything_server_lists_and_answers_over_http() {
    // A port that is free now; the server has no way to choose one itself.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut node = Command::new("node");
    node.arg(packages().join("server-everything/dist/index.js")).arg("streamableHttp").env("PORT", port.to_string());
    let mut child = Started(node.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let said = BufReader::new(child.0.stderr.take().unwrap());
    let ready = said.lines().map_while(Result::ok).any(|line| line.contains("listening"));
    assert!(ready, "the server ended before it listened");
    let server = server(&format!("http://127.0.0.1:{port}/mcp"), &[]);
    let names: Vec<_> = server.definitions().unwrap().into_iter().map(|one| one.tool).collect();
    assert!(names.contains(&"echo".to_owned()), "{names:?}");
    let args = json!({"message": "hello"}).as_object().cloned().unwrap();
    let result = server.call("echo", args, &Arc::default()).unwrap();
    assert!(serde_json::to_string(&result).unwrap().contains("hello"));
    server.end();
}

#[test]
fn the_conformance_suites_client_scenarios_pass() {
    let own = std::env::current_exe().unwrap();
    let client = own.ancestors().nth(2).unwrap().join("examples/conformance_client");
    assert!(client.is_file(), "{} is missing: it is built with the tests", client.display());
    let results = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    for scenario in SCENARIOS {
        let mut suite = Command::new("node");
        suite.arg(packages().join("conformance/dist/index.js"));
        suite.args(["client", "--scenario", scenario, "--command", client.to_str().unwrap()]);
        let output = suite.current_dir(results.path()).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{scenario}: {text}");
    }
}

#[test]
fn mcp_16_a_redirect_to_another_place_is_not_followed() {
    let (there, reached, _) = answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".into());
    let redirect = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {there}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
    let (here, asked, seen) = answering(redirect);
    assert!(server(&here, &[("token", "t0ken")]).definitions().is_err());
    assert!(asked.load(Ordering::SeqCst) > 0);
    assert!(seen.lock().unwrap().to_lowercase().contains("authorization: bearer t0ken"));
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[test]
fn mcp_16_what_does_not_speak_tls_and_what_answers_nonsense_is_an_error_in_time() {
    let (at, ..) = answering(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>".into(),
    );
    assert!(server(&at, &[]).definitions().is_err());
    assert!(server(&at.replace("http://", "https://"), &[]).definitions().is_err());
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(server(&format!("http://{nobody}/mcp"), &[]).definitions().is_err());
}

#[test]
fn mcp_16_an_address_in_the_local_network_is_never_asked() {
    for url in ["https://192.168.0.1/mcp", "http://10.1.2.3/mcp", "https://localhost.localdomain./mcp"] {
        let error = server(url, &[]).definitions().unwrap_err();
        assert!(!error.is_empty() && !error.contains("within"), "{url}: {error}");
    }
}
