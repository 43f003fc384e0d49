//! Connections through the real terminal program: a server is added, its tools are declared, changed and used up to the
//! history. The server is the tools' stand-in for faults; it is started and ended by the program itself.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_tests::Home;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn stand_in() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace");
    root.join("src-tauri/crates/tools/tests/stand_in.mjs").display().to_string()
}

fn tool(home: &Home, name: &str) -> Value {
    let lines = home.json(&["connections", "tools", "standin"]).ended(0).lines;
    lines.into_iter().find(|line| line["tool"] == name).unwrap_or_else(|| panic!("no tool {name}"))
}

#[test]
fn a_server_is_added_declared_changed_and_removed_in_the_terminal() {
    let home = Home::new();
    let script = stand_in();
    // Before the `--`, after which everything is the server's.
    let added = home.assent(&["--json", "connections", "add", "standin", "--", "node", &script]).ended(0);
    let line = &added.lines[0];
    assert_eq!((&line["type"], &line["status"]), (&json!("connection"), &json!("running")), "{line}");
    assert!(line["kept_in"].as_str().is_some_and(|words| words.contains("sandbox")));

    assert_eq!(tool(&home, "echo")["declared"], Value::Null);
    home.json(&["connections", "declare", "standin", "echo", "reads"]).ended(0);
    assert_eq!(tool(&home, "echo")["declared"], json!({"effect": "observe", "undo": null}));
    home.json(&["connections", "declare", "standin", "nothing", "reads"]).ended(1);

    let own = home.data().join("servers/standin/definitions.json");
    let changed = json!([{"name": "echo", "description": "Another.", "inputSchema": {"type": "object"}}]);
    fs::write(&own, changed.to_string()).expect("write the definitions");
    home.json(&["connections", "test", "standin"]).ended(0);
    let now = tool(&home, "echo");
    assert!(now["suspended"].is_string() && now["difference"].as_array().is_some_and(|lines| !lines.is_empty()));
    home.json(&["connections", "declare", "standin", "echo", "reads"]).ended(2);
    home.json(&["connections", "accept", "standin", "echo"]).ended(0);
    assert_eq!((&tool(&home, "echo")["suspended"], &tool(&home, "echo")["declared"]), (&Value::Null, &Value::Null));

    home.json(&["connections", "off", "standin"]).ended(0);
    assert_eq!(home.json(&["connections"]).ended(0).lines[0]["status"], "off");
    home.json(&["connections", "remove", "standin"]).ended(0);
    assert!(home.json(&["connections"]).ended(0).lines.is_empty());
    assert_eq!(home.json(&["verify"]).ended(0).lines[0]["ok"], true);
}

#[test]
fn mcp_08_what_would_fetch_any_version_is_refused_and_an_import_stays_off() {
    let home = Home::new();
    home.assent(&["connections", "add", "loose", "--", "npx", "-y", "some-server"]).ended(2);
    home.assent(&["connections", "add", "both", "--url", "https://a.test/", "--", "node"]).ended(2);
    let list = json!({"mcpServers": {"standin": {"command": "node", "args": [stand_in()], "env": {"KEY": "v4lue"}}}});
    let file = home.data().parent().expect("a folder").join("mcp.json");
    fs::write(&file, list.to_string()).expect("write the list");
    let imported = home.json(&["connections", "import", &file.display().to_string()]).ended(0);
    assert_eq!(imported.lines[0]["added"], json!(["standin"]));
    let line = &home.json(&["connections"]).ended(0).lines[0];
    assert_eq!((&line["status"], &line["secrets"], &line["tools"]), (&json!("off"), &json!(["KEY"]), &json!(0)));
}
