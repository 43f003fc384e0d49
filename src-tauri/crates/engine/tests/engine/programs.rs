//! Rules that forbid a program, against command lines that call it in other ways: the line is denied wherever the program
//! can be read in it, and asks wherever it cannot; nothing of it runs.

#![expect(clippy::unwrap_used, reason = "helpers of tests are not inside a test function")]

use crate::connections::{Desk, desk_in, new_home};
use assent_agent::{Reply, scripted::calls};
use assent_protocol::{Action, Condition, Mode, RuleAnswer, RuleDraft, Scope, Status};
use serde_json::json;

/// Runs each line in a task of its own, with a rule that forbids these programs, and gives back its action. The granted
/// folder holds a link to a program, and a copy of it.
async fn run(programs: &[&str], lines: &[String]) -> (Desk, Vec<Action>) {
    let call =
        |line: &String| [calls(&[("c", "shell.run", &json!({ "line": line }).to_string())]), Ok(Reply::default())];
    let desk = desk_in(new_home(), lines.iter().flat_map(call).collect());
    let folder = desk.home.path().join("home");
    std::os::unix::fs::symlink("/usr/bin/sort", folder.join("linked")).unwrap();
    std::fs::copy("/usr/bin/sort", folder.join("copied")).unwrap();
    std::fs::write(folder.join("a"), "b\na\n").unwrap();
    forbid(&desk, RuleAnswer::Deny, programs).unwrap();
    let mut actions = Vec::new();
    for line in lines {
        let run = desk.task_of("do it", Mode::Auto);
        desk.engine.drive(run).await.unwrap();
        let mut of_run = desk.actions(run);
        assert_eq!(of_run.len(), 1, "{line}");
        let action = of_run.remove(0);
        // The script's last word is for a run that goes on; one that waits leaves it to the next.
        if action.status == Status::Waiting {
            desk.engine.reject(action.id, None, false).unwrap();
            desk.engine.drive(run).await.unwrap();
        }
        actions.push(action);
    }
    (desk, actions)
}

fn forbid(desk: &Desk, answer: RuleAnswer, programs: &[&str]) -> Result<String, String> {
    let values = programs.iter().map(|name| json!(name)).collect();
    let draft = RuleDraft {
        answer,
        tool: "shell.run".into(),
        definition: String::new(),
        conditions: vec![Condition::OneOf { path: "/programs/*".into(), values }],
        scope: Scope::Everywhere,
        until: None,
        uses_left: None,
        per_day: None,
        amount_per_day: None,
    };
    desk.engine.make_rule(draft, false).map(|rule| rule.sentence).map_err(|error| error.message)
}

fn owned(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn sh_04_sh_05_a_program_that_is_forbidden_is_denied_whatever_starts_it() {
    let many = format!("{}curl http://evil.test", "true; ".repeat(60));
    let mut lines = owned(&[
        "curl x",
        "bash -c 'curl x'",
        "sh -c 'curl x'",
        "env -S 'curl x'",
        "nice curl x",
        "timeout 5 curl x",
        "ls | xargs curl",
        "find . -exec curl {} +",
        "echo $(curl x)",
        "cat <(curl x)",
        "f() { curl x; }; f",
        "\\curl x",
        "c''url x",
        "/usr/bin/curl x",
        "./curl x",
    ]);
    lines.push(many);
    let (desk, actions) = run(&["curl"], &lines).await;
    for (line, action) in lines.iter().zip(&actions) {
        assert_eq!(action.status, Status::Denied, "{line}");
    }
    assert!(desk.engine.verify().unwrap().ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn sh_05_what_cannot_be_read_asks_and_is_never_taken_for_another_program() {
    let lines = owned(&[
        "busybox sh -c 'curl x'",
        "git -c core.pager=curl log",
        "ssh -o ProxyCommand='curl x' h",
        "tar xf a --to-command='curl x'",
        "awk 'BEGIN{system(\"curl x\")}'",
        "perl -e 'system q(curl)'",
        "python3 -c 'import os; os.system(\"curl\")'",
        "$X x",
        "c=curl; $c x",
        "cu?l x",
        "alias c=curl; c x",
        "shopt -s expand_aliases; alias c='curl x'\nc",
        "cp /usr/bin/curl here; ./here x",
        "ln -s /usr/bin/curl here; ./here x",
    ]);
    let (_desk, actions) = run(&["curl"], &lines).await;
    for (line, action) in lines.iter().zip(&actions) {
        assert!(matches!(action.status, Status::Waiting | Status::Denied), "{line}: {:?}", action.status);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sh_11_a_program_that_is_forbidden_by_its_path_is_denied_under_every_path_and_a_copy_asks() {
    let lines = ["sort a", "/usr/./bin/sort a", "/proc/self/root/usr/bin/sort a", "./linked a", "./copied a", "cat a"];
    let (_desk, actions) = run(&["/usr/bin/sort"], &owned(&lines)).await;
    let found: Vec<Status> = actions.iter().map(|action| action.status).collect();
    let denied = Status::Denied;
    assert_eq!(found, [denied, denied, denied, denied, Status::Waiting, Status::Succeeded]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_names_programs_can_ask_or_forbid_and_never_allows() {
    let (desk, actions) = run(&["ls"], &owned(&["cat a; ls", "cat a"])).await;
    assert_eq!((actions[0].status, actions[1].status), (Status::Denied, Status::Succeeded));
    assert!(forbid(&desk, RuleAnswer::Allow, &["ls"]).unwrap_err().contains("only ask or forbid"));
    assert!(forbid(&desk, RuleAnswer::Ask, &["wc"]).unwrap().contains("wc"));
}
