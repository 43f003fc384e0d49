//! Lines whose words say that they read, and which start something else (F3): none runs unasked. What a rule forbids
//! does not start, however it is called.

use assent_tests::scripted_model::{Event, Interface, Said, ScriptedModel};
use assent_tests::{Home, Run};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Asks for one command line in a folder of the home, in this mode.
pub fn ask(home: &Home, line: &str, mode: &str) -> Run {
    let calls = vec![("c".to_owned(), "shell_run".to_owned(), json!({ "line": line }))];
    let script = vec![Event::Says(Said { text: "Next.".into(), calls, signature: None })];
    let model = ScriptedModel::start(Interface::OpenAi, script);
    for (name, value) in [("provider", "openai"), ("base_url", model.address()), ("model", "scripted-1")] {
        home.json(&["settings", name, value]).ended(0);
    }
    let work = home.path().join("work").display().to_string();
    home.json(&["ask", "Look around.", "--grant", &work, "--mode", mode, "--model", "scripted-1"])
}

/// Approves the one card that waits.
pub fn approve(home: &Home) -> Run {
    let cards = home.inbox();
    let [card] = cards.as_slice() else { panic!("{} cards: {cards:#?}", cards.len()) };
    let model = ScriptedModel::start(Interface::OpenAi, Vec::new());
    home.json(&["settings", "base_url", model.address()]).ended(0);
    home.json(&["approve", card["id"].as_str().expect("an id")])
}

fn home() -> Home {
    let home = Home::new();
    home.file("work/in.txt", "secret words\n");
    home.file("work/f.txt", "b\na\n");
    home.file("work/p", "#!/bin/sh\necho RAN\n");
    fs::set_permissions(home.path().join("work/p"), fs::Permissions::from_mode(0o755)).expect("set a mode");
    home
}

fn output(run: &Run) -> String {
    run.all("action").iter().map(|action: &&Value| action.to_string()).collect()
}

#[test]
fn f3_lines_that_start_something_beside_their_words_ask() {
    let home = home();
    for line in [
        "jobs -x ./p",
        "builtin jobs -x ./p",
        "echo $((PATH=0)); ls",
        "((PATH=0)); ls",
        "echo $[PATH=0]; ls",
        "[[ 0 -eq PATH=0 ]]; ls",
        "printf '%n' PATH; ls",
        "x='a[$(./p >&2)]'; echo ${HOME:0:x}",
        "RANDOM+='a[$(./p >&2)]'; ls",
        "declare -a x='($(./p >&2))'; ls",
        "wait -n -p PATH; ls",
        "unxz f.xz",
        "bash -c 'sort $0 f.txt' -oout",
        "s''et -- -oout; sort $1 f.txt",
        "a=([PATH=0]=1); ls",
        "exec {PATH}>/dev/null; ls",
    ] {
        let run = ask(&home, line, "semi");
        assert_eq!(run.cards().len(), 1, "{line}: {run:#?}");
        assert!(!home.path().join("work/out").exists(), "{line}");
        let id = run.cards()[0]["id"].as_str().expect("an id").to_owned();
        home.json(&["reject", &id, "--stop"]);
    }
    for line in ["ls", "echo $((1+2))", "[[ -f in.txt ]] && head -1 in.txt", "printf '%s\\n' a", "sort f.txt | uniq -c"]
    {
        let run = ask(&home, line, "semi").ended(0);
        assert!(run.cards().is_empty(), "{line}");
    }
}

#[test]
fn f3_what_a_rule_forbids_does_not_start_whatever_starts_it() {
    for line in [
        "jobs -x cat in.txt > out.txt",
        "x=ca; ${x}t in.txt > out.txt",
        "bash s.sh > out.txt",
        "sh s.sh > out.txt",
        "perl -e 'exec \"cat\", \"in.txt\"' > out.txt",
        "ln -s /usr/bin/cat mine; ./mine in.txt > out.txt",
        "printf 'in.txt' | xargs $(echo cat) > out.txt",
        "find . -name in.txt -exec $(echo cat) {} + > out.txt",
        "env $(echo cat) in.txt > out.txt",
        "hash -p /usr/bin/cat q; q in.txt > out.txt",
    ] {
        let home = home();
        home.file("work/s.sh", "cat in.txt\n");
        home.json(&["rules", "add", "shell.run", "--answer", "never", "--is", "programs/*=cat"]).ended(0);
        let run = ask(&home, line, "semi");
        if run.status == 3 {
            approve(&home);
        }
        let text = fs::read_to_string(home.path().join("work/out.txt")).unwrap_or_default();
        assert!(!text.contains("secret words"), "{line}: {text}");
        assert!(!output(&run).contains("secret words"), "{line}");
    }
}
