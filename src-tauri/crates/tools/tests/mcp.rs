//! The MCP client against a server that misbehaves on purpose (`stand_in.mjs`) and against the reference servers of npm,
//! which `cargo xtask test` installs. Each test starts its own servers and ends them.
#![expect(clippy::unwrap_used, reason = "tests")]

use assent_agent::{Inverse, Output, Place, Tool, ToolError, Undone};
use assent_protocol::{
    Declaration, Effect, Grant, Provenance, Reach, Reversal, ServerFolder, Status, Transport, UndoBy,
    canonical::{canonical, parse},
};
use assent_tools::mcp::{
    Definition, Elicited, Known, McpTool, Reply, Server, ServerConfig, Watch, launch, session::Times,
};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// What the engine would hear, and what it answers.
#[derive(Default)]
struct Ear {
    heard: Mutex<Vec<String>>,
    reply: Mutex<Option<String>>,
}

impl Watch for Ear {
    fn ask(&self, elicited: &Elicited) -> Reply {
        self.heard.lock().unwrap().push(elicited.question());
        match self.reply.lock().unwrap().as_deref() {
            Some(text) => elicited.read(text).unwrap(),
            None => Reply::Cancel,
        }
    }

    fn changed(&self, server: &str, tool: &str, now: Option<&Definition>) {
        self.heard.lock().unwrap().push(format!("{server} {tool} {}", now.is_some()));
    }
    fn signed_in(&self, _: &str, _: Option<&str>) {}
}

struct Stage {
    folder: tempfile::TempDir,
    ear: Arc<Ear>,
    server: Arc<Server>,
    place: Place,
}

impl Stage {
    fn new(transport: Transport, change: impl FnOnce(&mut ServerConfig)) -> Stage {
        // Not below /tmp, which is another folder in the sandbox.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = tempfile::tempdir_in(target).unwrap();
        let root = folder.path().canonicalize().unwrap();
        let mut config = ServerConfig {
            name: "standin".into(),
            fingerprint: launch::fingerprint(&transport).unwrap(),
            transport,
            folders: Vec::new(),
            network: false,
            secrets: Vec::new(),
            own_folder: root.join("data/servers/standin"),
            home: root.join("home"),
            data: root.join("data"),
            times: Times { start: Duration::from_secs(30), call: Duration::from_secs(20) },
        };
        std::fs::create_dir_all(&config.home).unwrap();
        std::fs::create_dir_all(&config.own_folder).unwrap();
        change(&mut config);
        let place = Place {
            grants: vec![Grant { folder: root.join("home/granted").display().to_string(), shared: false }],
            home: config.home.clone(),
            data: config.data.clone(),
            copies: config.data.join("copies"),
            others: None,
            labels: assent_agent::Labels::default(),
            denied: Vec::new(),
            asked: Vec::new(),
            notes: config.home.join("Notes"),
            hosts: assent_agent::Hosts::default(),
            now: 1_790_000_000_000,
            zone: "Europe/Warsaw".to_owned(),
            stop: Arc::default(),
        };
        let ear = Arc::<Ear>::default();
        let server = Arc::new(Server::new(config, ear.clone()));
        Stage { folder, ear, server, place }
    }

    fn stand_in() -> Stage {
        Stage::new(stand_in(), |_| {})
    }

    fn own(&self, name: &str) -> PathBuf {
        self.server.config().own_folder.join(name)
    }

    fn definition(&self, name: &str) -> Definition {
        self.server.definitions().unwrap().into_iter().find(|one| one.tool == name).unwrap()
    }

    fn tool(&self, name: &str, declared: Option<Declaration>) -> McpTool {
        let inverse = declared.as_ref().and_then(|d| d.undo.as_ref()).map(|undo| self.definition(&undo.tool));
        McpTool::new(
            self.server.clone(),
            Known { definition: self.definition(name), declared, inverse, suspended: None },
        )
    }

    fn changes(&self, name: &str) -> McpTool {
        self.tool(name, Some(Declaration { effect: Effect::Modify, undo: None }))
    }

    fn reads(&self, name: &str) -> McpTool {
        self.tool(name, Some(Declaration { effect: Effect::Observe, undo: None }))
    }

    fn call(&self, tool: &McpTool, args: Value) -> Result<Output, ToolError> {
        let facts = tool.describe(&args, &self.place)?;
        tool.prepare(&args, &facts, &self.place)?;
        tool.run(&args, &facts, &self.place)
    }

    fn text(&self, name: &str, args: Value) -> String {
        let output = self.call(&self.reads(name), args).unwrap();
        output.value["text"].as_str().unwrap().to_owned()
    }
}

fn stand_in() -> Transport {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stand_in.mjs");
    Transport::Stdio { command: "node".into(), args: vec![script.display().to_string()] }
}

/// A reference server, as `cargo xtask test` installs it.
fn npm(package: &str, args: &[&str]) -> Transport {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap().join("target/mcp-servers");
    let root = std::env::var_os("ASSENT_MCP_SERVERS").map_or(root, PathBuf::from);
    let script = root.join("node_modules/@modelcontextprotocol").join(package).join("dist/index.js");
    assert!(script.is_file(), "{} is missing: `cargo xtask test --fast` installs it", script.display());
    let mut all = vec![script.display().to_string()];
    all.extend(args.iter().map(|arg| (*arg).to_owned()));
    Transport::Stdio { command: "node".into(), args: all }
}

#[test]
fn bind_13_the_server_gets_the_bytes_that_the_digest_was_made_over() {
    let stage = Stage::stand_in();
    let tool = stage.changes("write");
    let args = parse(r#"{"z":1.50,"path":"x","a":{"d":"\u017c","c":[1,2.0,null]}}"#).unwrap();
    stage.call(&tool, args.clone()).unwrap();
    let log = std::fs::read_to_string(stage.own("log.txt")).unwrap();
    let sent = log.lines().find(|line| line.contains("tools/call")).unwrap();
    assert!(sent.contains(&format!("\"arguments\":{}", canonical(&args))), "{sent}");
}

#[test]
fn arguments_that_do_not_fit_the_schema_never_reach_the_server() {
    let stage = Stage::stand_in();
    let tool = stage.reads("echo");
    for args in [json!({}), json!({"text": 1}), json!({"text": "a", "more": 1})] {
        assert!(matches!(tool.describe(&args, &stage.place), Err(ToolError::BadInput(_))), "{args}");
    }
    assert!(!std::fs::read_to_string(stage.own("log.txt")).unwrap().contains("tools/call"));
    assert_eq!(stage.call(&tool, json!({"text": "a"})).unwrap().value, json!({"result": {"text": "a"}}));
}

#[test]
fn mcp_01_a_changed_description_suspends_the_tool_and_the_engine_hears_of_it() {
    let stage = Stage::stand_in();
    let tool = stage.reads("echo");
    let mut changed = json!([{"name": "echo", "description": "Gives the arguments back. <IMPORTANT>", "inputSchema": {"type": "object"}}]);
    std::fs::write(stage.own("definitions.json"), changed.to_string()).unwrap();
    let refused = tool.describe(&json!({"text": "a"}), &stage.place);
    assert!(matches!(refused, Err(ToolError::Refused(_))), "{refused:?}");
    changed[0]["name"] = json!("other");
    std::fs::write(stage.own("definitions.json"), changed.to_string()).unwrap();
    assert!(tool.describe(&json!({"text": "a"}), &stage.place).is_err());
    assert_eq!(*stage.ear.heard.lock().unwrap(), ["standin echo true", "standin echo false"]);
    assert!(!std::fs::read_to_string(stage.own("log.txt")).unwrap().contains("tools/call"));
}

#[test]
fn mcp_07_what_nobody_declared_is_not_inspectable_whatever_it_claims() {
    let stage = Stage::stand_in();
    let claims = json!([{"name": "wipe", "description": "x", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": true}}]);
    std::fs::write(stage.own("definitions.json"), claims.to_string()).unwrap();
    let facts = stage.tool("wipe", None).describe(&json!({"what": "all"}), &stage.place).unwrap();
    assert_eq!((facts.inspectable, facts.effect, facts.reversal), (false, Effect::Modify, Reversal::None));
    assert_eq!(facts.targets[0].shown, "all");
    assert!(facts.account.unwrap().contains("standin"));
}

#[test]
fn mcp_10_sampling_is_refused_and_a_question_goes_to_the_person_but_never_for_a_secret() {
    let stage = Stage::stand_in();
    *stage.ear.reply.lock().unwrap() = Some("blue".into());
    assert!(stage.text("ask", json!({})).contains(r#""action":"accept","content":{"colour":"blue"}"#));
    assert!(stage.ear.heard.lock().unwrap()[0].contains("third-party server “standin”"));
    assert!(stage.text("ask_secret", json!({})).contains("decline"));
    assert!(stage.text("sample", json!({})).contains("-32601"));
    assert_eq!(stage.ear.heard.lock().unwrap().len(), 1);
}

#[test]
fn mcp_11_a_long_result_is_cut_and_its_rest_can_be_paged() {
    let stage = Stage::stand_in();
    let output = stage.call(&stage.reads("long"), json!({})).unwrap();
    assert!(output.value.to_string().len() < 32 * 1024);
    assert_eq!(output.value["bytes"], 100_000);
    let result = output.value["more"]["result"].as_str().unwrap();
    let page = assent_tools::results::Read
        .run(&json!({"result": result, "from": 99_990}), &assent_tools::batch::blank(Effect::Observe), &stage.place)
        .unwrap();
    assert_eq!((page.value["text"].as_str(), page.value["next"].is_null()), (Some("0123456789"), true));
    assert_eq!(page.untrusted, output.untrusted);
}

#[test]
fn mcp_11_a_flood_a_deep_nest_and_bytes_that_are_no_text_end_in_time() {
    let stage = Stage::new(stand_in(), |config| config.times.call = Duration::from_secs(3));
    for name in ["huge", "deep", "not_utf8", "slow_bytes"] {
        let tool = stage.changes(name);
        let began = Instant::now();
        let output = stage.call(&tool, json!({})).unwrap();
        assert_eq!(output.items[0].status, Status::Unknown, "{name}");
        assert!(began.elapsed() < Duration::from_secs(10), "{name} took {:?}", began.elapsed());
        stage.server.end();
    }
}

#[test]
fn mcp_12_a_boxed_server_reaches_no_socket_unless_the_network_is_on() {
    let sink = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = sink.local_addr().unwrap().port();
    let off = Stage::stand_in();
    assert_eq!(off.server.running(), None);
    assert!(off.text("socket", json!({"port": port})).starts_with("blocked"));
    assert_eq!(off.server.running(), Some(true));
    let on = Stage::new(stand_in(), |config| config.network = true);
    assert_eq!(on.text("socket", json!({"port": port})), "connected");
}

#[test]
fn mcp_13_a_server_has_its_own_variables_and_no_others() {
    let stage = Stage::new(stand_in(), |config| config.secrets = vec![("OWN_KEY".into(), "mine".into())]);
    assert!(std::env::var("CARGO_MANIFEST_DIR").is_ok());
    let seen: Value = serde_json::from_str(&stage.text("environment", json!({}))).unwrap();
    let mut names: Vec<_> = seen.as_object().unwrap().keys().map(String::as_str).collect();
    names.retain(|name| *name != "PWD");
    names.sort_unstable();
    assert_eq!(names, ["HOME", "LANG", "OWN_KEY", "PATH", "TMPDIR"]);
}

#[test]
fn a_boxed_server_sees_only_the_folders_that_it_was_given() {
    let stage = Stage::stand_in();
    let home = stage.place.home.clone();
    for name in ["shown", "open", "hidden"] {
        std::fs::create_dir_all(home.join(name)).unwrap();
        std::fs::write(home.join(name).join("a"), "text").unwrap();
    }
    std::fs::write(stage.place.data.join("assent.db"), "x").unwrap();
    let folders = vec![
        ServerFolder { path: home.join("shown").display().to_string(), write: false },
        ServerFolder { path: home.join("open").display().to_string(), write: true },
    ];
    let data = stage.place.data.join("assent.db");
    let config = ServerConfig { folders, ..stage.server.config().clone() };
    let stage = Stage { server: Arc::new(Server::new(config, stage.ear.clone())), ..stage };
    let read = |path: PathBuf| stage.text("read", json!({"path": path}));
    let write = |path: PathBuf| stage.text("write", json!({"path": path}));
    assert_eq!(read(home.join("shown/a")), "text");
    assert!(read(home.join("hidden/a")).starts_with("blocked"));
    assert!(read(data).starts_with("blocked"));
    assert!(write(home.join("shown/a")).starts_with("blocked"));
    assert_eq!(write(home.join("open/a")), "written");
    assert!(stage.folder.path().exists());
}

#[test]
fn a_server_is_never_given_the_whole_home_or_assents_own_folder() {
    for which in ["home", "data", "."] {
        let stage = Stage::new(stand_in(), |config| {
            let path = config.home.parent().unwrap().join(which).canonicalize().unwrap();
            config.folders = vec![ServerFolder { path: path.display().to_string(), write: true }];
        });
        assert!(stage.server.definitions().is_err(), "{which}");
    }
}

#[test]
fn mcp_17_a_crash_in_the_middle_leaves_the_outcome_unknown_and_is_not_tried_again() {
    let stage = Stage::stand_in();
    let output = stage.call(&stage.changes("crash"), json!({})).unwrap();
    assert_eq!(output.items[0].status, Status::Unknown);
    let calls = |stage: &Stage| std::fs::read_to_string(stage.own("log.txt")).unwrap().matches("\"crash\"").count();
    assert_eq!(calls(&stage), 1);
    // The next one finds a new server.
    let again = stage.call(&stage.reads("echo"), json!({"text": "again"})).unwrap();
    assert_eq!(again.value, json!({"result": {"text": "again"}}));
    assert_eq!(calls(&stage), 1);
}

#[test]
fn a_slow_call_that_is_stopped_is_cancelled_at_the_server() {
    let stage = Stage::stand_in();
    let tool = stage.changes("slow");
    let stop: Arc<AtomicBool> = stage.place.stop.clone();
    let log = stage.own("log.txt");
    let waits = std::thread::spawn(move || {
        until(|| std::fs::read_to_string(&log).is_ok_and(|text| text.contains("\"slow\"")));
        stop.store(true, Ordering::SeqCst);
        Instant::now()
    });
    let output = stage.call(&tool, json!({})).unwrap();
    let stopped = waits.join().unwrap();
    assert!(stopped.elapsed() < Duration::from_millis(500), "{:?}", stopped.elapsed());
    assert_eq!(output.items[0].status, Status::Unknown);
    let log = stage.own("log.txt");
    until(|| std::fs::read_to_string(&log).unwrap().contains("notifications/cancelled"));
}

#[test]
fn an_error_of_a_tool_and_one_of_the_protocol_are_told_as_the_servers_words() {
    let stage = Stage::stand_in();
    for (name, said) in [("error", "No such thing."), ("broken", "It broke \\u{202e} on purpose.")] {
        let output = stage.call(&stage.changes(name), json!({})).unwrap();
        assert_eq!(output.items[0].status, Status::Failed);
        assert!(output.items[0].note.as_ref().unwrap().contains(said), "{:?}", output.items[0].note);
        assert!(output.untrusted.unwrap().contains("standin"));
    }
}

#[test]
fn a_server_ends_with_everything_that_it_started() {
    let stage = Stage::stand_in();
    stage.text("spawn", json!({}));
    let inside = format!("{}", stage.own("").display());
    let running = || {
        std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
            std::fs::read_link(entry.path().join("cwd"))
                .is_ok_and(|cwd| inside.starts_with(&cwd.display().to_string()) && cwd.ends_with("standin"))
        })
    };
    assert!(running());
    stage.server.end();
    until(|| !running());
}

#[test]
fn a_path_among_the_arguments_counts_as_where_it_lies() {
    let stage = Stage::stand_in();
    let tool = stage.reads("read");
    let reach = |path: String| {
        let facts = tool.describe(&json!({"path": path}), &stage.place).unwrap();
        facts.targets.first().map(|target| target.reach)
    };
    assert_eq!(reach(stage.place.home.join("granted/a").display().to_string()), None);
    assert_eq!(reach(stage.place.home.join("elsewhere/a").display().to_string()), Some(Reach::Outside));
    assert_eq!(reach("~/.ssh/id_rsa".into()), Some(Reach::Protected));
    assert_eq!(reach(stage.place.data.join("assent.db").display().to_string()), Some(Reach::OwnFiles));
}

#[test]
fn the_memory_server_creates_and_its_own_tool_takes_back_only_what_was_new() {
    let stage = Stage::new(npm("server-memory", &[]), |config| {
        config.secrets = vec![("MEMORY_FILE_PATH".into(), config.own_folder.join("memory.json").display().to_string())];
    });
    let undo = UndoBy { tool: "delete_entities".into(), args: json!({"entityNames": "result:/entities/*/name"}) };
    let tool = stage.tool("create_entities", Some(Declaration { effect: Effect::Create, undo: Some(undo) }));
    let entity = |name: &str| json!({"name": name, "entityType": "person", "observations": ["likes tea"]});
    let first = json!({"entities": [entity("Anna")]});
    stage.call(&tool, first).unwrap();
    let both = json!({"entities": [entity("Anna"), entity("Ola")]});
    let facts = tool.describe(&both, &stage.place).unwrap();
    assert_eq!(
        (facts.reversal, facts.effect, facts.provenance),
        (Reversal::Undoable, Effect::Create, None::<Provenance>)
    );
    let before = tool.prepare(&both, &facts, &stage.place).unwrap();
    assert!(matches!(tool.undo(&before[0], &stage.place), Undone::Conflict(_)));
    let output = tool.run(&both, &facts, &stage.place).unwrap();
    let inverse: &Inverse = &output.inverses[0];
    assert_eq!(inverse.data, json!({"args": {"entityNames": ["Ola"]}}));
    assert_eq!(tool.undo(inverse, &stage.place), Undone::Restored);
    let left = stage.call(&stage.reads("read_graph"), json!({})).unwrap().value.to_string();
    assert!(left.contains("Anna") && !left.contains("Ola"), "{left}");
}

#[test]
fn the_filesystem_server_reads_its_folder_and_nothing_else() {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let shared = tempfile::tempdir_in(target).unwrap();
    let path = shared.path().canonicalize().unwrap();
    std::fs::write(path.join("a.txt"), "words").unwrap();
    let stage = Stage::new(npm("server-filesystem", &[path.to_str().unwrap()]), |config| {
        config.folders = vec![ServerFolder { path: path.display().to_string(), write: true }];
    });
    let output = stage.call(&stage.reads("read_text_file"), json!({"path": path.join("a.txt")})).unwrap();
    assert!(output.value.to_string().contains("words"), "{}", output.value);
    let refused = stage.call(&stage.reads("read_text_file"), json!({"path": "/etc/hostname"})).unwrap();
    assert_eq!(refused.items[0].status, Status::Failed);
    let written =
        stage.call(&stage.changes("write_file"), json!({"path": path.join("b.txt"), "content": "x"})).unwrap();
    assert_eq!(written.items[0].status, Status::Succeeded);
    assert_eq!(std::fs::read_to_string(path.join("b.txt")).unwrap(), "x");
}

#[test]
fn the_everything_server_lists_answers_structured_fails_and_claims_wrongly_that_it_only_reads() {
    let stage = Stage::new(npm("server-everything", &[]), |_| {});
    let names: Vec<_> = stage.server.definitions().unwrap().into_iter().map(|one| one.tool).collect();
    assert!(names.contains(&"echo".to_owned()) && names.contains(&"get-env".to_owned()), "{names:?}");
    let output = stage.call(&stage.reads("get-structured-content"), json!({"location": "New York"})).unwrap();
    assert!(output.value["result"]["temperature"].is_number(), "{}", output.value);
    // PLATFORM: it prints every variable and says that it only reads; there is nothing of the user's to print.
    let printed = stage.call(&stage.reads("get-env"), json!({})).unwrap().value.to_string();
    assert!(printed.contains("HOME") && !printed.contains("CARGO_MANIFEST_DIR"), "{printed}");
    let image = stage.call(&stage.reads("get-tiny-image"), json!({})).unwrap().value.to_string();
    assert!(image.contains("image/png") && image.len() < 2_000, "{image}");
}

// A look every few milliseconds, for at most ten seconds.
#[track_caller]
fn until(done: impl Fn() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < Duration::from_secs(10), "it did not come to pass");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}

#[test]
fn mcp_15_a_third_partys_send_says_that_nobody_can_check_what_is_sent() {
    let stage = Stage::stand_in();
    let tool = stage.tool("write", Some(Declaration { effect: Effect::Send, undo: None }));
    let facts = tool.describe(&json!({"to": "anna@home.test"}), &stage.place).unwrap();
    let assent_protocol::Preview::Fields { rows } = &facts.preview else { panic!("no fields") };
    assert!(rows.iter().any(|(_, text)| text.contains("can change what is sent")), "{rows:?}");
    assert_eq!((facts.effect, facts.reversal), (Effect::Send, Reversal::None));
}
