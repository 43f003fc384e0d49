//! Places where a change runs code, made by steps of which none looks like it: each way waits for a person, and the everyday
//! work beside it does not.

use assent_tests::scripted_model::{Event, Interface, Said, ScriptedModel};
use assent_tests::{Home, Run};
use serde_json::{Value, json};
use std::{fs, path::Path};

/// One way: what lies in the folder before, what the model calls one after the other, and the path that must not be there
/// unasked.
struct Way {
    name: &'static str,
    grant: &'static str,
    files: &'static [&'static str],
    calls: Vec<(&'static str, Value)>,
    ends_at: &'static str,
}

/// Runs `calls` in the semi-autonomous mode, one a turn. `{}` in a path is the home folder.
pub(crate) fn run(home: &Home, grant: &str, calls: &[(&str, Value)]) -> (Run, ScriptedModel) {
    let root = home.path().display().to_string();
    let said = calls.iter().enumerate().map(|(n, (tool, args))| {
        let args: Value = serde_json::from_str(&args.to_string().replace("{}", &root)).expect("arguments");
        Event::Says(Said { calls: vec![(format!("call_{n}"), (*tool).to_owned(), args)], ..Said::default() })
    });
    let server = ScriptedModel::start(Interface::OpenAi, said.collect());
    for (name, value) in [("provider", "openai"), ("base_url", server.address()), ("model", "scripted-1")] {
        home.json(&["settings", name, value]).ended(0);
    }
    let folder = home.path().join(grant).display().to_string();
    let args = ["ask", "Do it.", "--grant", &folder, "--mode", "semi", "--model", "scripted-1"];
    (home.json(&args), server)
}

fn written(path: &str) -> (&'static str, Value) {
    ("files_write", json!({"path": format!("{{}}/{path}"), "text": "[core]\n\tfsmonitor = ./p\n"}))
}

fn going(tool: &'static str, pairs: &[(&str, &str)]) -> (&'static str, Value) {
    let items = pairs.iter().map(|(from, to)| json!({"from": format!("{{}}/{from}"), "to": format!("{{}}/{to}")}));
    (tool, json!({"items": items.collect::<Vec<_>>()}))
}

fn renamed(path: &str, name: &str) -> (&'static str, Value) {
    ("files_rename", json!({"items": [{"path": format!("{{}}/{path}"), "name": name}]}))
}

fn made(path: &str) -> (&'static str, Value) {
    ("files_make_folder", json!({"path": format!("{{}}/{path}")}))
}

fn prepared(way: &Way) -> Home {
    let home = Home::new();
    fs::create_dir_all(home.path().join(way.grant)).expect("a folder");
    way.files.iter().for_each(|file| drop(home.file(file, "x\n")));
    home
}

fn check_waits(way: Way) -> Result<(), String> {
    let home = prepared(&way);
    let (run, _server) = run(&home, way.grant, &way.calls);
    let there = Path::new(&home.path()).join(way.ends_at).symlink_metadata().is_ok();
    let cards = run.cards();
    let reasons = cards.iter().map(|card| card["reasons"].to_string()).collect::<String>();
    match (there, run.status) {
        (false, 3) if reasons.contains("\"protected\"") => Ok(()),
        _ => Err(format!("{}: there {there}, status {}, {reasons}", way.name, run.status)),
    }
}

fn check_runs(way: Way) -> Result<(), String> {
    let home = prepared(&way);
    let (run, _server) = run(&home, way.grant, &way.calls);
    let there = home.path().join(way.ends_at).symlink_metadata().is_ok();
    if there && run.status == 0 { Ok(()) } else { Err(format!("{}: there {there}, {run:#?}", way.name)) }
}

fn all(ways: Vec<Way>, check: fn(Way) -> Result<(), String>) {
    let count = ways.len();
    let wrong: Vec<String> = ways.into_iter().filter_map(|way| check(way).err()).collect();
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

fn way(
    name: &'static str,
    files: &'static [&'static str],
    calls: Vec<(&'static str, Value)>,
    ends_at: &'static str,
) -> Way {
    Way { name, grant: "Work", files, calls, ends_at }
}

const REPOSITORY: &[&str] =
    &["Work/old/.git/HEAD", "Work/old/.git/config", "Work/old/.git/objects/a", "Work/old/a.txt"];
const BARE: &[&str] = &["Work/b/HEAD", "Work/b/objects/a", "Work/b/refs/a", "Work/b/config.txt"];

#[test]
fn a_place_that_runs_code_is_not_made_by_steps_unasked() {
    let five = || vec![written("Work/s/config"), written("Work/s/objects/x"), written("Work/s/refs/x")];
    let ways = vec![
        way(
            "five moves",
            &[],
            [five(), vec![written("Work/s/HEAD"), going("files_move", &[("Work/s", "Work/.git")])]].concat(),
            "Work/.git",
        ),
        way(
            "a name that is no repository yet",
            &[],
            vec![written("Work/s/config"), going("files_move", &[("Work/s", "Work/.git")])],
            "Work/.git",
        ),
        way("renamed", &["Work/s/config"], vec![renamed("Work/s", ".git")], "Work/.git"),
        way("copied .git", REPOSITORY, vec![going("files_copy", &[("Work/old/.git", "Work/new/.git")])], "Work/new"),
        way("copied with all in it", REPOSITORY, vec![going("files_copy", &[("Work/old", "Work/new")])], "Work/new"),
        way("moved with all in it", REPOSITORY, vec![going("files_move", &[("Work/old", "Work/new")])], "Work/new"),
        way("a file .git", &[], vec![written("Work/.git")], "Work/.git"),
        way("a folder .Git", &[], vec![made("Work/.Git")], "Work/.Git"),
        way("unseen signs", &[], vec![written("Work/.g\u{200c}it/config")], "Work/.g\u{200c}it"),
        way("a bare repository, its head last", &[], [five(), vec![written("Work/s/HEAD")]].concat(), "Work/s/HEAD"),
        way(
            "a bare repository at once",
            &["Work/h", "Work/o/a", "Work/r/a"],
            vec![going(
                "files_move",
                &[("Work/h", "Work/n/HEAD"), ("Work/o", "Work/n/objects"), ("Work/r", "Work/n/refs")],
            )],
            "Work/n",
        ),
        way("config in a bare one", BARE, vec![renamed("Work/b/config.txt", "config")], "Work/b/config"),
        way("a bare one moved", BARE, vec![going("files_move", &[("Work/b", "Work/c")])], "Work/c"),
        way(
            "a bare one in a folder",
            &["Work/d/b/HEAD", "Work/d/b/objects/a", "Work/d/b/refs/a"],
            vec![going("files_copy", &[("Work/d", "Work/c")])],
            "Work/c",
        ),
        way(
            "an editor's folder",
            &["Work/x/tasks.json"],
            vec![going("files_move", &[("Work/x", "Work/.vscode")])],
            "Work/.vscode",
        ),
        way(
            "an editor's folder inside",
            &["Work/x/v/.vscode/tasks.json"],
            vec![going("files_move", &[("Work/x", "Work/y")])],
            "Work/y",
        ),
        way("an agent's folder", &["Work/x/settings.json"], vec![renamed("Work/x", ".claude")], "Work/.claude"),
        way("an agent's file", &[], vec![written("Work/.mcp.json")], "Work/.mcp.json"),
        way("a build tool", &[], vec![written("Work/.cargo/config.toml")], "Work/.cargo"),
        way("a container", &[], vec![written("Work/.devcontainer/devcontainer.json")], "Work/.devcontainer"),
        way("a hook list", &[], vec![written("Work/.pre-commit-config.yaml")], "Work/.pre-commit-config.yaml"),
        way("an unpacked key", &["Work/x/k/id_rsa.bak"], vec![going("files_copy", &[("Work/x", "Work/y")])], "Work/y"),
        Way { grant: "", ..way("a program", &[], vec![written("bin/ls")], "bin/ls") },
        Way {
            grant: "",
            ..way(
                "a terminal",
                &["k/kitty.conf"],
                vec![going("files_move", &[("k", ".config/kitty")])],
                ".config/kitty",
            )
        },
        Way { grant: "", ..way("a notebook", &[], vec![written(".ipython/profile_default/startup/a.py")], ".ipython") },
        Way {
            grant: "",
            ..way("start files under a new name", &["c/i3/config"], vec![renamed("c", ".config")], ".config")
        },
    ];
    all(ways, check_waits);
}

#[test]
fn everyday_work_beside_it_runs_as_before() {
    let ways = vec![
        way(
            "a project",
            &["Work/p/src/main.rs", "Work/p/Makefile", "Work/p/package.json", "Work/p/build.rs"],
            vec![going("files_move", &[("Work/p", "Work/q")])],
            "Work/q/Makefile",
        ),
        way(
            "a folder called git",
            &["Work/git/hooks/a", "Work/git/config"],
            vec![going("files_copy", &[("Work/git", "Work/q")])],
            "Work/q/config",
        ),
        way("a config", &[], vec![written("Work/app/config")], "Work/app/config"),
        way("a head alone", &[], vec![written("Work/app/HEAD"), written("Work/app/refs/a")], "Work/app/refs/a"),
        way("a script", &[], vec![written("Work/run.sh")], "Work/run.sh"),
        way("advice for agents", &[], vec![written("Work/AGENTS.md")], "Work/AGENTS.md"),
        way("photos", &["Work/a/1.jpg", "Work/a/2.jpg"], vec![renamed("Work/a", "2026")], "Work/2026/1.jpg"),
        way("weights", &["Work/model.pth"], vec![renamed("Work/model.pth", "best.pth")], "Work/best.pth"),
        way(
            "a certificate",
            &["Work/cacert.pem"],
            vec![going("files_copy", &[("Work/cacert.pem", "Work/c/cacert.pem")])],
            "Work/c",
        ),
        way("a public key", &["Work/id_rsa.pub"], vec![renamed("Work/id_rsa.pub", "anna.pub")], "Work/anna.pub"),
        way(
            "a build folder away",
            &["Work/p/node_modules/a/.eslintrc.js"],
            vec![("files_trash", json!({"paths": ["{}/Work/p/node_modules"]}))],
            "Work/p",
        ),
        way("a folder called bin", &["Work/bin/a"], vec![renamed("Work/bin", "tools")], "Work/tools/a"),
    ];
    all(ways, check_runs);
}

#[test]
fn the_card_names_the_place_and_the_reason() {
    let home = prepared(&way("", REPOSITORY, Vec::new(), ""));
    let (run, _server) = run(&home, "Work", &[going("files_copy", &[("Work/old", "Work/new")])]);
    let card = run.cards()[0].to_string();
    assert!(card.contains("Work/new/.git") && card.contains("steers a repository"), "{card}");
}
