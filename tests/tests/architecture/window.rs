//! What the window may do: its commands, its capabilities and its content policy (APP-03, APP-04, APP-05).

use crate::{
    commands::listed,
    sources::{below, json, read},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const CAPABILITIES: &str = "src-tauri/capabilities";
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    font-src 'self'; connect-src ipc: http://ipc.localhost; frame-src 'none'; object-src 'none'; base-uri 'none'; \
    form-action 'none'";

/// What of Tauri itself the window may use: hearing what changed.
const CORE: &[&str] = &["core:event:allow-listen", "core:event:allow-unlisten"];

#[test]
fn app_03_the_capability_gives_the_listed_commands_and_no_others() {
    let wanted = set(listed().iter().map(|command| permission(&command.name)).collect());
    let given: BTreeSet<String> = permissions().into_iter().filter(|name| !name.contains(':')).collect();
    assert_eq!(wanted, given, "src-tauri/capabilities/main.json is not what build.rs makes of the list");
    let build = read("src-tauri/build.rs");
    assert!(build.contains(".app_manifest(manifest)"), "build.rs does not hand the list to the manifest");
}

#[test]
fn app_03_the_front_end_calls_only_what_is_listed() {
    let text = read("ui/src/host/tauri.ts");
    let called: Vec<&str> = text.split("invoke").skip(1).filter_map(invoked).collect();
    assert!(called.is_empty(), "ui/src/host/tauri.ts calls {called:?} beside the list");
    let outside =
        below("src-tauri/src", &["rs"]).into_iter().filter(|source| source.path != "src-tauri/src/commands.rs");
    let found: Vec<String> = outside.flat_map(|source| source.places(|line| line.contains("tauri::command"))).collect();
    assert!(found.is_empty(), "a command that is not in the list: {found:?}");
}

#[test]
fn app_04_capabilities_name_one_local_window_each_and_nothing_of_the_system() {
    let mut found = BTreeSet::new();
    for (path, capability) in capabilities() {
        found
            .insert(capability["identifier"].as_str().unwrap_or_else(|| panic!("{path} has no identifier")).to_owned());
        for key in ["remote", "webviews", "platforms"] {
            assert!(capability.get(key).is_none(), "{path} has {key}");
        }
        assert_ne!(capability["local"], json!(false), "{path} is not for local pages");
        let windows = capability["windows"].as_array().unwrap_or_else(|| panic!("{path} names no window"));
        assert!(!windows.is_empty(), "{path} names no window");
        for window in windows {
            let name = window.as_str().unwrap_or_else(|| panic!("{path}: a window is no text"));
            assert!(!name.contains(['*', '?', '[']), "{path} is for more than one window: {name}");
        }
    }
    // Without this list Tauri takes every file it finds, and inline ones could be added to it.
    let enabled = &json("src-tauri/tauri.conf.json")["app"]["security"]["capabilities"];
    assert_eq!(*enabled, json!(found), "app.security.capabilities does not name exactly the capability files");
}

#[test]
fn app_04_of_tauri_itself_only_listening_is_permitted() {
    let strange: Vec<String> =
        permissions().into_iter().filter(|name| name.contains(':') && !CORE.contains(&name.as_str())).collect();
    assert!(strange.is_empty(), "not the window's to do: {strange:?}");
}

#[test]
fn app_05_the_content_policy_lets_only_the_program_itself_in() {
    let security = &json("src-tauri/tauri.conf.json")["app"]["security"];
    let policy = security["csp"].as_str().expect("a content policy");
    assert_eq!(directives(policy), directives(CONTENT_POLICY));
    assert!(security["devCsp"].is_null(), "development has a content policy of its own");
    assert_eq!(security["freezePrototype"], json!(true));
    // Tauri adds hashes of its own scripts to the policy; switching that off is what the key is for.
    assert!([json!(null), json!(false)].contains(&security["dangerousDisableAssetCspModification"]));
    assert!(security["assetProtocol"].is_null(), "the asset protocol reads files");
}

#[test]
fn app_05_the_front_end_sees_no_global_and_no_developer_tools() {
    let app = &json("src-tauri/tauri.conf.json")["app"];
    assert_eq!(app["withGlobalTauri"], json!(false));
    for window in app["windows"].as_array().into_iter().flatten() {
        assert!([json!(null), json!(false)].contains(&window["devtools"]), "developer tools in {window}");
    }
    let cargo = read("src-tauri/Cargo.toml");
    assert!(!cargo.contains("\"devtools\""), "the feature devtools opens them in a release");
}

fn capabilities() -> BTreeMap<String, Value> {
    let folder = std::fs::read_dir(crate::sources::root().join(CAPABILITIES)).expect("capabilities");
    let names = folder.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned());
    let files: BTreeMap<String, Value> = names
        .map(|name| {
            // Tauri reads TOML here as well, which this test would not see.
            assert!(name.ends_with(".json"), "{CAPABILITIES}/{name} is not JSON");
            let path = format!("{CAPABILITIES}/{name}");
            let value = json(&path);
            (path, value)
        })
        .collect();
    assert!(!files.is_empty(), "no capability file");
    files
}

fn permissions() -> Vec<String> {
    let mut found = Vec::new();
    for (path, capability) in capabilities() {
        for one in capability["permissions"].as_array().unwrap_or_else(|| panic!("{path} permits nothing")) {
            let name = one.as_str().or_else(|| one["identifier"].as_str());
            found.push(name.unwrap_or_else(|| panic!("{path}: a permission without a name")).to_owned());
        }
    }
    found
}

fn permission(command: &str) -> String {
    format!("allow-{}", command.replace('_', "-"))
}

/// The name in `invoke<T>("name"` after the word itself.
fn invoked(after: &str) -> Option<&str> {
    let call = after.trim_start();
    let inside = match call.strip_prefix('<') {
        Some(typed) => typed.split_once(">(")?.1,
        None => call.strip_prefix('(')?,
    };
    let quote = inside.trim_start().chars().next().filter(|c| "'\"".contains(*c))?;
    inside.trim_start()[1..].split(quote).next()
}

fn directives(policy: &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let parts = policy.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let mut words = part.split_whitespace();
            (words.next().unwrap_or_default(), words.collect())
        })
        .collect()
}

#[track_caller]
fn set(names: Vec<String>) -> BTreeSet<String> {
    let all: BTreeSet<String> = names.iter().cloned().collect();
    assert!(!all.is_empty(), "an empty list of commands");
    assert_eq!(all.len(), names.len(), "a name stands twice: {names:?}");
    all
}

#[test]
fn the_name_of_a_called_command_is_found_with_and_without_a_type() {
    assert_eq!(invoked("('run', { id })"), Some("run"));
    assert_eq!(invoked("<Map<string, Run>>(\n  \"stop_run\")"), Some("stop_run"));
    assert_eq!(invoked("(name, values)"), None);
    assert_eq!(invoked(" } from '@tauri-apps/api/core'"), None);
}
