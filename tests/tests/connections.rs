//! Connections through the real terminal program: a server is added, its tools are declared, changed and used up to the
//! history. The server is the tools' stand-in for faults; it is started and ended by the program itself.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_tests::{Home, installed, program};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;

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

#[test]
fn a_server_that_wants_a_sign_in_says_so_and_is_used_once_the_browser_was_there() {
    let home = Home::new();
    let folder = home.data().parent().expect("a folder").to_owned();
    // What the suite runs as the client: the terminal program, with a plain request in place of the browser.
    let script = r#"
set -eu
"$ASSENT" --json connections add suite --url "$1" > "$OUT/added" || true
mkfifo "$OUT/line"
"$ASSENT" --json connections sign-in suite --no-browser > "$OUT/line" &
waits=$!
exec 3< "$OUT/line"
read -r begun <&3
printf '%s' "$begun" > "$OUT/begun"
address=$(printf '%s' "$begun" | sed 's/.*"address":"//; s/".*//')
node -e 'fetch(process.argv[1]).then(r => r.text()).then(t => process.stdout.write(t))' "$address" > "$OUT/page"
cat <&3 > "$OUT/ended"
wait $waits
"#;
    let drive = folder.join("drive.sh");
    fs::write(&drive, script).expect("write the script");
    let mut suite = Command::new("node");
    suite.arg(installed("@modelcontextprotocol/conformance/dist/index.js"));
    suite.args(["client", "--scenario", "auth/metadata-default", "--command", &format!("sh {}", drive.display())]);
    home.dress(&mut suite);
    suite.env("ASSENT", program()).env("OUT", &folder).current_dir(&folder);
    let output = suite.output().expect("run the suite");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let line =
        |name: &str| serde_json::from_str::<Value>(&read(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let added = line("added");
    assert!(added["status"] == "off" && added["last_error"].as_str().is_some_and(|why| why.contains("sign in")));
    assert!(read("page").contains("You are signed in"));
    let ended = line("ended");
    assert_eq!(
        (&ended["status"], &ended["secrets"], &ended["last_error"]),
        (&json!("running"), &json!(["sign-in"]), &Value::Null)
    );
    assert!(ended["tools"].as_u64().is_some_and(|count| count > 0), "{ended}");
    let kept = [read("begun"), read("ended")].concat()
        + &fs::read_dir(home.data())
            .expect("the data")
            .flatten()
            .filter(|entry| entry.path().is_file())
            .map(|entry| String::from_utf8_lossy(&fs::read(entry.path()).unwrap_or_default()).into_owned())
            .collect::<String>();
    assert!(!kept.contains("access_token") && !kept.contains("test-token"), "a sign-in is a secret, kept in no file");
}
