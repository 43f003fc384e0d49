//! An agent elsewhere asks here, through `assent mcp` and a real client of the protocol: the inspector's command line.
//! Whatever it is told is in the words of the history, and only `allowed` is a yes.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_tests::{Home, installed, program, text};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Longer than any answer takes here.
const PATIENCE: Duration = Duration::from_secs(60);
/// The name by which the inspector introduces itself.
const INSPECTOR: &str = "inspector-cli";

/// The inspector calls one tool and ends with its answer.
fn inspect(home: &Home, tool: &str, with: &[String]) -> Child {
    let mut command = Command::new("node");
    command.arg(installed("@modelcontextprotocol/inspector-cli/build/index.js")).arg(program()).arg("mcp");
    command.args(["--method", "tools/call", "--tool-name", tool]);
    for argument in with {
        command.args(["--tool-arg", argument]);
    }
    home.dress(&mut command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start the inspector")
}

fn asks_to_write(home: &Home) -> Child {
    let arguments = json!({"path": "/tmp/report.md", "contents": "7 open"});
    let with = ["tool=write_file".to_owned(), format!("arguments={arguments}"), "why=For the report".to_owned()];
    inspect(home, "request_approval", &with)
}

fn answered(child: Child) -> Value {
    let output: Output = child.wait_with_output().expect("the inspector ends");
    let said = String::from_utf8_lossy(&output.stdout);
    let whole: Value = serde_json::from_str(&said)
        .unwrap_or_else(|e| panic!("{e}: {said} {}", String::from_utf8_lossy(&output.stderr)));
    whole["structuredContent"].clone()
}

/// The card that comes.
fn card(home: &Home) -> Value {
    let began = Instant::now();
    loop {
        if home.data().join("socket").exists()
            && let Some(card) = home.json(&["inbox"]).cards().first()
        {
            return (*card).clone();
        }
        assert!(began.elapsed() < PATIENCE, "no card came");
    }
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "{what}");
    }
}

#[test]
fn a_real_client_asks_and_is_told_what_the_person_at_another_terminal_says() {
    let home = Home::new();
    let asking = asks_to_write(&home);
    let card = card(&home);
    let id = text(&card, "id");
    assert_eq!(card["tool"], format!("elsewhere.{INSPECTOR}.write_file"), "{card}");
    assert_eq!(card["says"], "For the report");
    assert_eq!(card["args"], json!({"path": "/tmp/report.md", "contents": "7 open"}));
    home.json(&["approve", &id]).ended(0);
    let allowed = answered(asking);
    assert_eq!(allowed["decision"], "allowed", "{allowed}");
    assert_eq!((&allowed["arguments"], &allowed["digest"]), (&card["args"], &card["digest"]));

    let asking = asks_to_write(&home);
    let second = text(&self::card(&home), "id");
    home.json(&["reject", &second, "--reason", "not there"]).ended(0);
    let rejected = answered(asking);
    assert_eq!((&rejected["decision"], &rejected["reason"]), (&json!("rejected"), &json!("not there")));
    assert!(rejected["arguments"].is_null());

    // What came of it nobody here knows, and nobody says otherwise.
    let shown = home.json(&["history"]).ended(0);
    let first = shown.all("action").into_iter().find(|line| line["id"] == json!(id)).expect("in the history").clone();
    assert_eq!(first["status"], "handed_over");
    assert!(first["note"].as_str().is_some_and(|note| note.contains("does not know how it ended")), "{first}");
    assert_eq!(home.json(&["verify"]).ended(0).all("verification")[0]["ok"], true);
}

#[test]
fn an_agent_that_keeps_to_the_answer_creates_a_file_after_approve_and_none_after_reject() {
    // The agent: it asks through the inspector, and writes the file if and only if it was allowed to.
    const AGENT: &str = r#"
        said=$("$@" --method tools/call --tool-name request_approval --tool-arg tool=write_file \
            --tool-arg 'arguments={"path": "made.txt", "contents": "made"}')
        case "$said" in *'"decision": "allowed"'*) printf made > made.txt;; esac"#;
    for (answer, made) in [("approve", true), ("reject", false)] {
        let home = Home::new();
        let mut agent = Command::new("sh");
        agent.args(["-c", AGENT, "agent", "node"]);
        agent.arg(installed("@modelcontextprotocol/inspector-cli/build/index.js")).arg(program()).arg("mcp");
        home.dress(&mut agent);
        let mut agent = agent.stdout(Stdio::null()).spawn().expect("start the agent");
        let id = text(&card(&home), "id");
        assert!(!home.path().join("made.txt").exists());
        home.json(&[answer, &id]).ended(0);
        assert!(agent.wait().expect("the agent ends").success());
        assert_eq!(home.path().join("made.txt").exists(), made, "after {answer}");
    }
}

#[test]
fn beside_an_open_program_the_card_is_there_and_an_edit_is_told_as_it_is() {
    let home = Home::new();
    let mut core = home.core();
    let asking = asks_to_write(&home);
    let id = text(&card(&home), "id");
    home.json(&["edit", &id, "--args", r#"{"path": "/tmp/other.md", "contents": "7 open"}"#]).ended(0);
    let allowed = answered(asking);
    assert_eq!((&allowed["decision"], &allowed["edited"]), (&json!("allowed"), &json!(true)), "{allowed}");
    assert_eq!(allowed["arguments"]["path"], "/tmp/other.md");
    core.kill().expect("end core");
    core.wait().expect("core ends");
}

#[test]
fn a_client_that_goes_away_withdraws_its_card() {
    for beside in [true, false] {
        let home = Home::new();
        let core = beside.then(|| home.core());
        let mut asking = asks_to_write(&home);
        let id = text(&card(&home), "id");
        asking.kill().expect("end the inspector");
        asking.wait().expect("it ends");
        // While the program that had the engine ends, another one cannot have it yet.
        let quiet = || {
            let inbox = home.json(&["inbox"]);
            inbox.status == 0 && inbox.cards().is_empty()
        };
        until("the card still waits", quiet);
        assert_eq!(home.status(&id), "withdrawn");
        if let Some(mut core) = core {
            core.kill().expect("end core");
            core.wait().expect("core ends");
        }
    }
}

#[test]
fn a_question_is_answered_by_the_person() {
    let home = Home::new();
    let asking = inspect(&home, "ask_user", &["question=Which of the two?".to_owned()]);
    let found = || home.data().join("socket").exists() && !home.json(&["inbox"]).all("question").is_empty();
    until("no question came", found);
    let question = home.json(&["inbox"]).all("question")[0].clone();
    home.json(&["answer", &text(&question, "id"), "the second"]);
    assert_eq!(answered(asking)["answer"], "the second");
}

/// A client of our own, for what the inspector cannot do: several requests on one connection.
struct Client {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    sent: u32,
}

impl Client {
    fn new(home: &Home, name: &str) -> Client {
        // Started by a program of its own, as an agent is: what that one starts may not answer here, the test may.
        let mut agent = Command::new("sh");
        agent.args(["-c", "\"$0\" mcp; exit 0"]).arg(program());
        home.dress(&mut agent);
        let mut child = agent.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("start assent mcp");
        let to = child.stdin.take().expect("its input");
        let from = BufReader::new(child.stdout.take().expect("its output"));
        let mut client = Client { child, to, from, sent: 0 };
        client.send(&json!({"jsonrpc": "2.0", "id": "i", "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": name, "version": "1"}}}));
        client.read("i");
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.to, "{message}").expect("write to assent mcp");
    }

    fn request(&mut self, tool: &str, arguments: &Value) -> String {
        self.call("request_approval", &json!({"tool": tool, "arguments": arguments}))
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> String {
        self.sent += 1;
        let id = format!("c{}", self.sent);
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": {"name": tool, "arguments": arguments}}));
        id
    }

    fn read(&mut self, id: &str) -> Value {
        loop {
            let message = self.message();
            if message["id"] == id {
                return message["result"]["structuredContent"].clone();
            }
        }
    }

    fn next(&mut self) -> Value {
        self.message()["result"]["structuredContent"].clone()
    }

    fn message(&mut self) -> Value {
        let mut line = String::new();
        assert!(self.from.read_line(&mut line).expect("read") > 0, "assent mcp ended");
        serde_json::from_str(&line).expect("a line of JSON")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn facts_are_of_our_own_reading_and_the_floor_holds_for_agents_elsewhere() {
    let home = Home::new();
    let mut client = Client::new(&home, "claude code");
    let own = home.data().join("assent.db").display().to_string();
    let denied = client.request("read_file", &json!({"path": own}));
    let denied = client.read(&denied);
    assert_eq!(denied["decision"], "denied", "{denied}");

    // The name and what the agent says of it count for nothing: a shell line asks as what it is.
    client.request("bash", &json!({"command": "rm -rf /tmp/x", "readOnlyHint": true}));
    let card = card(&home);
    assert_eq!((&card["effect"], &card["escalate"]), (&json!("execute"), &json!(true)), "{card}");
    let id = text(&card, "id");
    assert_eq!(home.json(&["approve", &id]).status, 1, "an escalation takes a deliberate word");
    home.json(&["approve", &id, "--confirm", &id]).ended(0);
    assert_eq!(client.read("c2")["decision"], "allowed");

    // A rejection sticks; a changed call is another one, and asks.
    let first = client.request("update_issue", &json!({"id": 7, "state": "closed"}));
    home.json(&["reject", &text(&self::card(&home), "id")]).ended(0);
    assert_eq!(client.read(&first)["decision"], "rejected");
    let again = client.request("update_issue", &json!({"id": 7, "state": "closed"}));
    assert_eq!(client.read(&again)["decision"], "denied");
    client.request("update_issue", &json!({"id": 8, "state": "closed"}));
    let changed = self::card(&home);
    assert_eq!(changed["args"]["id"], 8);
}

#[test]
fn a_rule_of_the_user_answers_for_one_tool_of_one_agent_and_for_no_other() {
    let home = Home::new();
    let mut client = Client::new(&home, "helper");
    let first = client.request("update_issue", &json!({"id": 7, "state": "closed"}));
    let id = text(&card(&home), "id");
    home.json(&["rule", &id, "--offer", "1"]).ended(0);
    home.json(&["approve", &id]).ended(0);
    assert_eq!(client.read(&first)["decision"], "allowed");
    let second = client.request("update_issue", &json!({"id": 7, "state": "closed"}));
    let second = client.read(&second);
    assert_eq!((&second["decision"], &second["by"]), (&json!("allowed"), &json!("rule")), "{second}");
    let mut other = Client::new(&home, "stranger");
    other.request("update_issue", &json!({"id": 7, "state": "closed"}));
    assert_eq!(text(&card(&home), "tool"), "elsewhere.stranger.update_issue");
}

#[test]
fn freeze_and_stop_are_told_and_nothing_is_allowed_meanwhile() {
    let home = Home::new();
    let mut client = Client::new(&home, "helper");
    let first = client.request("update_issue", &json!({"id": 1}));
    let card = card(&home);
    home.json(&["freeze"]).ended(0);
    assert_ne!(home.json(&["approve", &text(&card, "id")]).status, 0);
    let second = client.request("update_issue", &json!({"id": 2}));
    assert_eq!(client.read(&second)["decision"], "refused");
    home.json(&["unfreeze"]).ended(0);
    home.json(&["stop", &text(&card, "run")]);
    assert_eq!(client.read(&first)["decision"], "withdrawn");
}

#[test]
fn an_agent_that_floods_is_refused_and_sees_nothing_of_the_users_own_tasks() {
    let home = Home::new();
    home.json(&["ask", "add to-do buy a present for Anna", "--approve", "all"]).ended(0);
    let mut client = Client::new(&home, "helper");
    for n in 0..20 {
        client.request("update_issue", &json!({"id": n}));
    }
    for _ in 16..20 {
        let refused = client.next();
        assert_eq!(refused["decision"], "refused", "{refused}");
    }
    assert_eq!(home.inbox().len(), 16);
    let past = client.call("history", &json!({}));
    let past = client.read(&past);
    let past = past["requests"].as_array().expect("a list");
    assert!(past.len() == 16 && past.iter().all(|one| one["title"].as_str().is_some_and(|t| t.contains("helper"))));
}

#[test]
fn bind_the_agent_that_asks_cannot_answer_through_a_program_that_it_starts() {
    let home = Home::new();
    // The shell stands for the agent: it starts `assent mcp`, waits for the card, and tries to approve it.
    let script = format!(
        r#"(printf '%s\n' '{}' '{}' '{}'; sleep 30) | "$0" mcp >/dev/null &
           until [ -e "$ASSENT_DATA/socket" ]; do sleep 0.1; done
           for n in $(seq 50); do case "$("$0" approve a1 2>&1)" in *"agent that asks"*) echo refused; break;; esac
           sleep 0.2; done; kill %1 2>/dev/null; exit 0"#,
        json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": "2025-06-18",
            "capabilities": {}, "clientInfo": {"name": "sly", "version": "1"}}}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "request_approval",
            "arguments": {"tool": "update_issue", "arguments": {}}}}),
    );
    let mut agent = Command::new("bash");
    agent.arg("-c").arg(script).arg(program());
    home.dress(&mut agent);
    let ended = agent.output().expect("run the agent");
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(said.contains("refused"), "{said} {}", String::from_utf8_lossy(&ended.stderr));
    assert_ne!(home.status("a1"), "handed_over");
}
