//! Gives the window its commands and no others: the manifest and the capability are made from the one list in
//! `src/commands/list.rs`. Refuses to build without the built front end.

use std::{fs, path::Path, process::ExitCode};

const LIST: &str = "src/commands/list.rs";
const CAPABILITY: &str = "capabilities/main.json";
/// What of Tauri itself the window may use: hearing what changed.
const OF_TAURI: &[&str] = &["core:event:allow-listen", "core:event:allow-unlisten"];

fn main() -> ExitCode {
    // The front end is embedded when this crate is compiled, so a new one has to compile it again.
    println!("cargo:rerun-if-changed=../ui/dist");
    println!("cargo:rerun-if-changed={LIST}");
    if !Path::new("../ui/dist/index.html").is_file() {
        eprintln!("The front end is not built: ui/dist/index.html is missing. Run `npm ci && npm run build` in ui/.");
        return ExitCode::FAILURE;
    }
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), String> {
    let list = fs::read_to_string(LIST).map_err(|error| format!("{LIST}: {error}"))?;
    let commands: Vec<&'static str> = names(&list).map(|name| &*String::leak(name.to_owned())).collect();
    let capability = capability(&commands);
    if fs::read_to_string(CAPABILITY).ok().as_ref() != Some(&capability) {
        fs::write(CAPABILITY, capability).map_err(|error| format!("{CAPABILITY}: {error}"))?;
    }
    let manifest = tauri_build::AppManifest::new().commands(Vec::leak(commands));
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    tauri_build::try_build(attributes).map_err(|error| format!("{error:#}"))
}

/// The name of a command is what stands before the parenthesis on a line that says what it answers.
fn names(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter(|line| line.contains(") -> ") && line.contains(" =")).filter_map(|line| {
        let name = line.trim().split_once('(')?.0;
        name.chars().all(|c| c.is_ascii_lowercase() || c == '_').then_some(name)
    })
}

fn capability(commands: &[&str]) -> String {
    let own = commands.iter().map(|name| format!("allow-{}", name.replace('_', "-")));
    let all: Vec<String> = OF_TAURI.iter().map(|name| (*name).to_owned()).chain(own).collect();
    let lines: Vec<String> = all.iter().map(|name| format!("    \"{name}\"")).collect();
    format!(
        "{{\n  \"$schema\": \"../gen/schemas/desktop-schema.json\",\n  \"identifier\": \"main\",\n  \"description\": \"What \
         the one window may call: its own commands, and listening to what changes. Made by build.rs.\",\n  \"windows\": \
         [\n    \"main\"\n  ],\n  \"permissions\": [\n{}\n  ]\n}}\n",
        lines.join(",\n")
    )
}
