//! Lists the window's commands, so that no window may call one without a capability, and refuses to build without
//! the built front end.

use std::{path::Path, process::ExitCode};

/// Every command of the window, as in `src/commands.rs` and `capabilities/main.json`; a test compares the three.
const COMMANDS: &[&str] = &[
    "ready",
    "standing",
    "inbox",
    "card",
    "new_task",
    "practice",
    "runs",
    "run",
    "stop_run",
    "go_on",
    "set_limits",
    "say",
    "approve",
    "reject",
    "edit",
    "recall",
    "answer",
    "undo",
    "dismiss_unknown",
    "history",
    "export",
    "why",
    "rule_offers",
    "add_rule",
    "rules",
    "revoke_rule",
    "trust_offers",
    "accept_trust",
    "decline_trust",
    "advise",
    "tools",
    "connections",
    "add_connection",
    "test_connection",
    "switch_connection",
    "sign_in",
    "remove_connection",
    "declare_tool",
    "accept_tool",
    "import_connections",
    "agents",
    "add_agent",
    "remove_agent",
    "accounts",
    "add_account",
    "test_account",
    "switch_account",
    "remove_account",
    "automations",
    "automation",
    "add_automation",
    "change_automation",
    "switch_automation",
    "pause_automations",
    "remove_automation",
    "run_automation",
    "answer_firing",
    "look_back",
    "digest",
    "digest_seen",
    "ask_next_time",
    "undo_all",
    "run_sample",
    "settings",
    "set_settings",
    "set_key",
    "find_models",
    "freeze",
    "unfreeze",
    "verify",
];

fn main() -> ExitCode {
    // The front end is embedded when this crate is compiled, so a new one has to compile it again.
    println!("cargo:rerun-if-changed=../ui/dist");
    if !Path::new("../ui/dist/index.html").is_file() {
        eprintln!("The front end is not built: ui/dist/index.html is missing. Run `npm ci && npm run build` in ui/.");
        return ExitCode::FAILURE;
    }
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    match tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
