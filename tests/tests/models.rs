//! Models elsewhere, through the whole program: the four interfaces, bad days of a server, the second model, the cost,
//! and what is said of it.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

use assent_tests::scripted_model::{Event, INTERFACES, Interface, Said, ScriptedModel};
use assent_tests::{Home, Run};
use serde_json::json;
use std::fs;
use std::time::{Duration, Instant};

const STEPS: usize = 50;

/// Sets the model of `home`: `prefix` is empty or `fallback_`.
fn choose(home: &Home, prefix: &str, interface: Interface, address: &str) {
    let set = |name: &str, value: &str| {
        home.json(&["settings", &format!("{prefix}{name}"), value]).ended(0);
    };
    set("provider", interface.name());
    set("base_url", address);
    set("model", "scripted-1");
}

fn step(n: usize, folder: &str) -> Said {
    Said {
        text: format!("Step {n}."),
        calls: vec![
            (format!("look_{n}"), "files_list".into(), json!({"folder": format!("{folder}/{n}")})),
            (format!("make_{n}"), "files_make_folder".into(), json!({"path": format!("{folder}/{n}/new")})),
        ],
        signature: Some(format!("sig/{n}+{}==", "x".repeat(40))),
    }
}

fn fifty_steps(home: &Home) -> (Vec<Event>, String) {
    let folder = home.path().join("Work");
    for n in 0..STEPS {
        fs::create_dir_all(folder.join(n.to_string())).expect("a folder");
    }
    let folder = folder.display().to_string();
    let mut script = Vec::new();
    for n in 0..STEPS {
        match n {
            10 => script.push(Event::Status(429)),
            20 => script.push(Event::Status(500)),
            30 => script.push(Event::Cut(step(n, &folder))),
            _ => {}
        }
        script.push(Event::Says(step(n, &folder)));
    }
    (script, folder)
}

fn ask(home: &Home, folder: &str, more: &[&str]) -> Run {
    let mut args = vec!["ask", "Make the new folders.", "--grant", folder, "--mode", "auto", "--model", "scripted-1"];
    args.extend(more);
    home.json(&args)
}

fn fifty(interface: Interface) {
    let home = Home::new();
    let (script, folder) = fifty_steps(&home);
    let server = ScriptedModel::start(interface, script);
    choose(&home, "", interface, server.address());
    let run = ask(&home, &folder, &[]).ended(0);
    let end = run.end();
    assert_eq!((&end["status"], &end["succeeded"]), (&json!("done"), &json!(STEPS)), "{end}");
    let used = (&end["replies"], &end["tokens_in"], &end["tokens_out"], &end["cost"], &end["unpriced"]);
    assert_eq!(used, (&json!(51), &json!(51_000), &json!(510), &json!(null), &json!(51)), "{end}");
    for n in 0..STEPS {
        assert!(home.path().join(format!("Work/{n}/new")).is_dir(), "{n}");
    }
    // What broke off was heard once and done once.
    assert_eq!(run.all("message").iter().filter(|m| m["text"] == "Step 30.").count(), 1);
    assert_eq!(run.all("action").iter().filter(|a| a["tool"] == "files.make_folder").count(), STEPS);

    let bodies = server.bodies();
    assert_eq!(bodies.len(), STEPS + 3 + 1);
    let sizes: Vec<usize> = bodies.iter().map(String::len).collect();
    assert!(sizes[0] < 12 * 1024, "the first request has {} bytes", sizes[0]);
    // A failed request is sent again as it was.
    assert_eq!((&bodies[10], &bodies[21], &bodies[32]), (&bodies[11], &bodies[22], &bodies[33]));
    // Each step adds what was said in it, and nothing that was said before.
    let growth: Vec<usize> = sizes.windows(2).map(|pair| pair[1] - pair[0]).filter(|more| *more > 0).collect();
    let (least, most) = (growth.iter().min().expect("growth"), growth.iter().max().expect("growth"));
    assert!(most < &(least * 3 / 2) && *most < 2_500, "a step adds between {least} and {most} bytes");
    let last = bodies.last().expect("a last request");
    for n in 0..STEPS {
        assert_eq!(last.matches(&format!("sig/{n}+")).count(), 1, "the signature of step {n}");
        assert_eq!(last.matches(&format!("\"make_{n}\"")).count(), 2, "a call and its result, step {n}");
    }
}

#[test]
fn chat_completions_does_fifty_steps_over_a_server_with_bad_moments() {
    fifty(Interface::OpenAi);
}

#[test]
fn responses_does_fifty_steps_over_a_server_with_bad_moments() {
    fifty(Interface::Responses);
}

#[test]
fn anthropic_messages_does_fifty_steps_over_a_server_with_bad_moments() {
    fifty(Interface::Anthropic);
}

#[test]
fn gemini_does_fifty_steps_over_a_server_with_bad_moments() {
    fifty(Interface::Gemini);
}

#[test]
fn a_run_goes_on_with_the_second_model_and_says_so() {
    for second in INTERFACES {
        let home = Home::new();
        let folder = home.path().join("Work");
        fs::create_dir_all(folder.join("0")).expect("a folder");
        let folder = folder.display().to_string();
        let first = ScriptedModel::start(Interface::OpenAi, vec![Event::Status(401)]);
        let other = ScriptedModel::start(second, vec![Event::Says(step(0, &folder))]);
        choose(&home, "", Interface::OpenAi, first.address());
        choose(&home, "fallback_", second, other.address());
        home.json(&["settings", "fallback_model", "second-1"]).ended(0);
        let run = ask(&home, &folder, &[]).ended(0);
        assert_eq!((&run.end()["status"], &run.end()["succeeded"]), (&json!("done"), &json!(1)));
        let messages = run.all("message");
        let said = messages[0]["text"].as_str().expect("a text");
        assert!(said.starts_with("second-1 goes on in place of scripted-1.") && said.contains("status 401"), "{said}");
        assert_eq!(messages.iter().filter(|m| m["text"] == said).count(), 1);
        // It stays with the second one.
        assert_eq!((first.bodies().len(), other.bodies().len()), (1, 2));
        assert!(home.json(&["verify"]).ended(0).stdout.contains("\"ok\":true"));
    }
}

#[test]
fn without_a_second_model_the_run_fails_in_one_line() {
    let home = Home::new();
    let server = ScriptedModel::start(Interface::Anthropic, vec![Event::Status(404)]);
    choose(&home, "", Interface::Anthropic, server.address());
    let run = ask(&home, &home.path().display().to_string(), &[]).ended(1);
    let note = run.end()["note"].as_str().expect("a note").to_owned();
    assert!(note.contains("scripted-1") && note.contains("404") && note.lines().count() == 1, "{note}");
}

#[test]
fn the_cost_is_what_the_users_own_table_says() {
    let home = Home::new();
    let folder = home.path().display().to_string();
    let server = ScriptedModel::start(Interface::Responses, Vec::new());
    fs::create_dir_all(home.data()).expect("the data folder");
    let price = json!({"host": server.address(), "model": "scripted-1", "input": 3.0, "output": 15.0});
    fs::write(home.data().join("prices.json"), json!({"models": [price]}).to_string()).expect("write the prices");
    choose(&home, "", Interface::Responses, server.address());
    let run = ask(&home, &folder, &[]).ended(0);
    assert_eq!((&run.end()["cost"], &run.end()["unpriced"]), (&json!(0.00315), &json!(0)));
    let shown = home.assent(&["ask", "Again.", "--grant", &folder, "--model", "scripted-1"]).ended(0);
    assert!(
        shown.stdout.contains("One answer of the model: 1000 tokens read, 10 written, $0.0032."),
        "{}",
        shown.stdout
    );
    let prices = home.json(&["models", "prices"]).ended(0);
    assert_eq!(prices.all("price")[0]["model"], "scripted-1");
}

#[test]
fn lim_08_a_freeze_ends_a_request_on_its_way() {
    let home = Home::new();
    let server = ScriptedModel::start(Interface::Anthropic, vec![Event::Silent]);
    choose(&home, "", Interface::Anthropic, server.address());
    let folder = home.path().display().to_string();
    let mut asking = home.start(&["ask", "Look.", "--grant", &folder, "--model", "scripted-1", "--json"]);
    let start = Instant::now();
    while server.bodies().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(20), "no request came");
        std::thread::yield_now();
    }
    home.assent(&["freeze"]).ended(0);
    let frozen = Instant::now();
    let status = asking.wait().expect("an end");
    assert!(frozen.elapsed() < Duration::from_secs(5), "{:?}", frozen.elapsed());
    assert!(!status.success());
}

#[test]
fn sec_07_a_key_in_the_environment_goes_to_its_own_provider_only() {
    let home = Home::new();
    let server = ScriptedModel::start(Interface::Anthropic, Vec::new());
    choose(&home, "", Interface::Anthropic, server.address());
    for (moved, has_key) in [("https://api.openai.com/v1", "false"), (server.address(), "true")] {
        let mut command = home.command(&["settings", "has_key"]);
        command.env("OPENAI_API_KEY", "sk-canary").env("OPENAI_BASE_URL", moved);
        let shown = Run::of(&mut command).ended(0).stdout;
        assert!(shown.contains(&format!("has_key = {has_key}")), "{shown}");
    }
}
