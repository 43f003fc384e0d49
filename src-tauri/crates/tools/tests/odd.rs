//! MCP servers that do not quite speak the protocol: one bad part never costs the whole.
#![expect(clippy::unwrap_used, reason = "tests")]

use assent_protocol::Transport;
use assent_tools::mcp::{
    Definition, Elicited, Reply, Server, ServerConfig, Watch, launch,
    session::{Broken, Times},
};
use rmcp::model::CallToolResult;
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::{Duration, Instant},
};

#[derive(Default)]
struct Ear(Mutex<Vec<String>>);

impl Watch for Ear {
    fn ask(&self, _: &Elicited) -> Reply {
        Reply::Decline
    }
    fn changed(&self, _: &str, _: &str, _: Option<&Definition>) {}
    fn signed_in(&self, _: &str, _: Option<&str>) {}
    fn late(&self, server: &str, tool: &str, args: &Value, said: &str) {
        self.0.lock().unwrap().push(format!("{server} {tool} {args} {said}"));
    }
}

struct Odd {
    server: Server,
    ear: Arc<Ear>,
    _folder: tempfile::TempDir,
}

/// A server that sends these lines for these methods.
fn odd(lines: &[(&str, &[&str])]) -> Odd {
    odd_within(lines, Duration::from_secs(20))
}

fn odd_within(lines: &[(&str, &[&str])], call: Duration) -> Odd {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/odd.mjs");
    let transport = Transport::Stdio { command: "node".into(), args: vec![script.display().to_string()] };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let root = folder.path().canonicalize().unwrap();
    let config = ServerConfig {
        name: "odd".into(),
        fingerprint: launch::fingerprint(&transport).unwrap(),
        transport,
        folders: Vec::new(),
        network: false,
        secrets: Vec::new(),
        own_folder: root.join("data/servers/odd"),
        home: root.join("home"),
        data: root.join("data"),
        times: Times { start: Duration::from_secs(20), call },
    };
    std::fs::create_dir_all(&config.home).unwrap();
    std::fs::create_dir_all(&config.own_folder).unwrap();
    let lines: serde_json::Map<String, Value> =
        lines.iter().map(|(method, lines)| ((*method).to_owned(), json!(lines))).collect();
    std::fs::write(config.own_folder.join("odd.json"), Value::Object(lines).to_string()).unwrap();
    let ear = Arc::<Ear>::default();
    Odd { server: Server::new(config, ear.clone()), ear, _folder: folder }
}

impl Odd {
    fn call(&self, args: Value) -> Result<CallToolResult, Broken> {
        let Value::Object(args) = args else { panic!("no object") };
        self.server.call("echo", args, &Arc::new(AtomicBool::new(false)))
    }

    fn names(&self) -> Vec<String> {
        self.server.definitions().unwrap().into_iter().map(|one| one.tool).collect()
    }
}

fn answer(result: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":ID,"result":{result}}}"#)
}

const TOOL: &str = r#"{"name":"echo","description":"Echoes.","inputSchema":{"type":"object"}}"#;

#[test]
fn mcp_01_a_cursor_that_never_moves_or_never_ends_keeps_the_tools() {
    for cursor in [r#""again""#, r#""""#, "7"] {
        let page = answer(&format!(r#"{{"tools":[{TOOL}],"nextCursor":{cursor}}}"#));
        let odd = odd(&[("tools/list", &[&page])]);
        let began = Instant::now();
        assert_eq!(odd.names(), ["echo"], "{cursor}");
        assert!(began.elapsed() < Duration::from_secs(10), "{cursor} took {:?}", began.elapsed());
    }
    // The id of each request is another cursor.
    let page = answer(&format!(r#"{{"tools":[{TOOL}],"nextCursor":"ID"}}"#));
    assert_eq!(odd(&[("tools/list", &[&page])]).names(), ["echo"]);
}

#[test]
fn mcp_02_one_tool_that_cannot_be_read_is_left_out_with_the_reason_and_the_others_stay() {
    for bad in [
        r#"{"name":"bad","inputSchema":{"type":"object"},"annotations":"careful"}"#,
        r#"{"name":"bad","inputSchema":{"type":"object"},"annotations":{"destructiveHint":"yes"}}"#,
        r#"{"name":"bad","description":"No schema."}"#,
        r#"{"name":"bad","inputSchema":null}"#,
        r#"{"name":"bad","inputSchema":[]}"#,
        r#"{"name":"bad","inputSchema":{"type":"object"},"title":5}"#,
        r#"{"name":"bad","inputSchema":{"type":"object"},"outputSchema":"text"}"#,
        r#"{"description":"No name.","inputSchema":{"type":"object"}}"#,
        r#""bad""#,
        "null",
    ] {
        let list = answer(&format!(r#"{{"tools":[{TOOL},{bad}],"nextCursor":null,"ttlMs":"soon"}}"#));
        let odd = odd(&[("tools/list", &[&list])]);
        let found = odd.server.definitions().unwrap();
        let why: Vec<_> = found.iter().map(|one| one.unusable().is_some()).collect();
        assert_eq!((found[0].tool.as_str(), why), ("echo", vec![false, true]), "{bad}");
        assert!(found[1].unusable().unwrap().contains("left out"), "{bad}");
        assert!(odd.call(json!({})).is_ok());
    }
}

#[test]
fn mcp_02_a_name_that_stands_for_two_tools_is_used_for_neither() {
    let other = TOOL.replace("Echoes.", "Sends it away.");
    let list = answer(&format!(r#"{{"tools":[{TOOL},{other},{TOOL}]}}"#));
    let found = odd(&[("tools/list", &[&list])]).server.definitions().unwrap();
    assert_eq!((found.len(), found[0].unusable().is_some()), (1, true));
    let list = answer(&format!(r#"{{"tools":[{TOOL},{TOOL}]}}"#));
    let found = odd(&[("tools/list", &[&list])]).server.definitions().unwrap();
    assert_eq!((found.len(), found[0].unusable()), (1, None));
}

#[test]
fn mcp_02_a_list_in_another_shape_is_a_list() {
    for (list, names) in [
        (r#"{"tools":{"echo":{"inputSchema":{"type":"object"}}}}"#, &["echo"][..]),
        (r#"{"tools":null}"#, &[]),
        ("{}", &[]),
        ("null", &[]),
    ] {
        assert_eq!(odd(&[("tools/list", &[&answer(list)])]).names(), names, "{list}");
    }
}

#[test]
fn mcp_03_what_is_known_of_an_answer_is_shown_and_the_call_is_done() {
    for (result, said) in [
        (r#"{"content":[{"type":"text","text":"a"},{"type":"hologram","name":"cat"}]}"#, "a\n[hologram: cat]"),
        (r#"{"content":[{"type":"text","text":"a","annotations":"high"}]}"#, "a"),
        (r#"{"content":[{"type":"image","data":"AA=="}]}"#, "[image: ]"),
        (r#"{"content":[{"type":"resource","resource":{"text":"a"}}]}"#, "a"),
        (r#"{"content":["a",{"type":"text","text":"b"}]}"#, "a\nb"),
        (r#"{"content":"a"}"#, "a"),
        (r#"{"content":{"type":"text","text":"a"}}"#, "a"),
        (r#"{"content":null,"isError":null}"#, ""),
        (r#"{"content":[{"type":"text","text":"a"}],"_meta":"x","resultType":"final"}"#, "a"),
        (r#"{"toolResult":{"n":1}}"#, r#"{"toolResult":{"n":1}}"#),
        (r#""a""#, "a"),
        ("null", ""),
        ("{}", ""),
    ] {
        let result =
            odd(&[("tools/call", &[&answer(result)])]).call(json!({})).unwrap_or_else(|e| panic!("{result}: {e:?}"));
        assert_eq!((assent_tools::mcp::result::text(&result).as_str(), result.is_error == Some(true)), (said, false));
    }
    let failed = answer(r#"{"content":[{"type":"text","text":"no"}],"isError":"true"}"#);
    assert_eq!(odd(&[("tools/call", &[&failed])]).call(json!({})).unwrap().is_error, Some(true));
}

#[test]
fn mcp_06_an_error_in_any_shape_comes_with_its_words_at_once() {
    for error in [
        r#"{"jsonrpc":"2.0","id":ID,"error":{"message":"It broke."}}"#,
        r#"{"jsonrpc":"2.0","id":ID,"error":{"code":"E_BROKE","message":"It broke."}}"#,
        r#"{"jsonrpc":"2.0","id":ID,"error":{"code":-32000.0,"message":"It broke."}}"#,
        r#"{"jsonrpc":"2.0","id":ID,"error":{"code":1,"message":null,"data":"It broke."}}"#,
        r#"{"jsonrpc":"2.0","id":ID,"error":"It broke."}"#,
        r#"{"jsonrpc":"2.0","id":ID,"result":null,"error":{"code":1,"message":"It broke."}}"#,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"It broke."}}"#,
        r#"{"jsonrpc":"2.0","error":{"code":1,"message":"It broke."}}"#,
        r#"{"id":ID,"error":{"code":1,"message":"It broke."}}"#,
        r#"[{"jsonrpc":"2.0","id":ID,"error":{"code":1,"message":"It broke."}}]"#,
    ] {
        assert_eq!(
            odd(&[("tools/call", &[error])]).call(json!({})),
            Err(Broken::Refused("It broke.".into())),
            "{error}"
        );
    }
}

#[test]
fn mcp_06_an_answer_whose_id_is_written_otherwise_arrives() {
    for id in [r#""id":ID.0,"#, r#""id":"ID","#, r#""id":null,"#, ""] {
        let line = format!(r#"{{"jsonrpc":"2.0",{id}"result":{{"content":[]}},"error":null}}"#);
        let result = odd(&[("tools/call", &[&line])]).call(json!({}));
        assert!(result.is_ok(), "{line}: {result:?}");
    }
}

#[test]
fn mcp_06_noise_on_the_output_and_talk_before_the_greeting_cost_nothing() {
    let noise = [
        "Server is starting …",
        "\u{feff}",
        "42",
        r#""words""#,
        r#"{"level":"info","msg":"ready"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"loud","data":1}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":null,"id":null}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/no/such","params":[]}"#,
        r#"{"jsonrpc":"2.0","id":77,"result":{}}"#,
    ];
    let with = |last: &str| noise.iter().map(|line| (*line).to_owned()).chain([answer(last)]).collect::<Vec<_>>();
    let call = with(r#"{"content":[{"type":"text","text":"a"}]}"#);
    let call: Vec<&str> = call.iter().map(String::as_str).collect();
    let odd = odd(&[("first", &noise), ("tools/call", &call)]);
    assert_eq!(odd.names(), ["echo"]);
    assert!(odd.call(json!({})).is_ok());
}

#[test]
fn mcp_06_a_greeting_with_parts_missing_or_of_another_kind_is_a_greeting() {
    for greeting in [
        r#"{"protocolVersion":"2025-06-18","serverInfo":{"name":"odd","version":"1"}}"#,
        r#"{"protocolVersion":"2025-06-18","capabilities":null,"serverInfo":null}"#,
        r#"{"protocolVersion":"2025-06-18","capabilities":{"tools":true,"logging":[]},"serverInfo":{"name":"odd"}}"#,
        r#"{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},"serverInfo":{"name":"odd","version":1.2}}"#,
        r#"{"protocolVersion":"1999-12-31","capabilities":{"tools":{}},"serverInfo":{"name":"odd","version":"1"}}"#,
        r#"{"protocolVersion":20250618,"capabilities":{},"serverInfo":"odd","instructions":["a"]}"#,
        r#"{"capabilities":{},"serverInfo":{"name":"odd","version":"1"}}"#,
        "{}",
    ] {
        let odd = odd(&[("initialize", &[&answer(greeting)])]);
        assert_eq!(odd.server.definitions().map(|found| found.len()), Ok(1), "{greeting}");
    }
    // The newer greeting is not known, and said so in another way.
    for refused in [
        r#"{"jsonrpc":"2.0","id":ID,"error":{"message":"unknown"}}"#,
        r#"{"jsonrpc":"2.0","id":ID,"error":{"code":"-32601","message":"unknown"}}"#,
        r#"{"jsonrpc":"2.0","id":ID,"error":"unknown"}"#,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request"}}"#,
        r#"{"jsonrpc":"2.0","id":ID,"error":{"code":-32602,"message":"not initialized"}}"#,
        r#"{"jsonrpc":"2.0","id":ID,"error":{"code":-32000,"message":"not initialized"}}"#,
    ] {
        let odd = odd(&[("server/discover", &[refused])]);
        assert_eq!(odd.server.definitions().map(|found| found.len()), Ok(1), "{refused}");
    }
}

#[test]
fn a_result_that_comes_after_the_time_is_told_of_and_not_lost() {
    let after = answer(r#"{"content":[{"type":"text","text":"sent after all"}]}"#);
    let lines: [(&str, &[&str]); 2] = [("tools/call", &[]), ("notifications/cancelled", &[&after])];
    let odd = odd_within(&lines, Duration::from_millis(300));
    assert!(matches!(odd.call(json!({"n": 1})), Err(Broken::Lost(_))));
    let began = Instant::now();
    while odd.ear.0.lock().unwrap().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(10), "nothing came");
        std::thread::park_timeout(Duration::from_millis(5));
    }
    assert_eq!(*odd.ear.0.lock().unwrap(), [r#"odd echo {"n":1} sent after all"#]);
}
