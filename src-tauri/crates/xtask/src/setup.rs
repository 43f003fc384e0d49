//! `cargo xtask setup`, and the steps with which every other command makes sure that what it needs is there.

use crate::{
    packages::{self, Consent},
    plan::Plan,
    program::{self, cargo, npm},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// The oldest Node that the front end's tools run on.
const NODE: (u32, u32) = (20, 19);

/// Sets up everything that the tests need.
pub fn command(yes: bool) -> Result<(), String> {
    let mut plan = Plan::default();
    let consent = if yes { Consent::Given } else { Consent::Ask };
    system(&mut plan, &[packages::COMPILER, packages::WINDOW, packages::TESTS, packages::DISPLAY], consent);
    lints(&mut plan);
    ui_packages(&mut plan);
    test_servers(&mut plan);
    python_servers(&mut plan);
    plan.run(false)
}

/// Adds the step that installs system packages.
pub fn system(plan: &mut Plan, groups: &'static [&'static [&'static str]], consent: Consent) {
    plan.work("System packages", "dpkg-query, and apt-get for what is missing", move || {
        packages::install(groups, consent)
    });
}

/// Adds the step that makes sure of clippy and rustfmt, which a minimal Rust comes without.
pub fn lints(plan: &mut Plan) {
    plan.work("Clippy and rustfmt", "cargo clippy --version, cargo fmt --version", || {
        let there =
            || program::works(&mut cargo(["clippy", "--version"])) && program::works(&mut cargo(["fmt", "--version"]));
        if there() {
            return Ok(());
        }
        let added = program::call(Command::new("rustup").args(["component", "add", "clippy", "rustfmt"]));
        if added.is_ok() && there() {
            return Ok(());
        }
        Err("clippy or rustfmt is missing. Install them with: rustup component add clippy rustfmt".to_owned())
    });
}

/// Adds the step that installs the front end's packages, unless those of this `package-lock.json` are there.
pub fn ui_packages(plan: &mut Plan) {
    plan.work("UI packages", "npm ci, if they changed", || {
        node()?;
        let lock = program::ui().join("package-lock.json");
        let wanted = fs::read(&lock).map_err(|e| format!("{} could not be read: {e}.", lock.display()))?;
        // The lock itself is the stamp: a checkout changes its time and not what it says. npm ci removes the folder
        // first, so an installation that broke off leaves no stamp.
        let stamp = program::ui().join("node_modules/.installed-lock.json");
        if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        program::call(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
        fs::write(&stamp, wanted).map_err(|e| format!("{} could not be written: {e}.", stamp.display()))
    });
}

/// Adds the step that installs the MCP servers that tests start, unless those of this `package-lock.json` are there.
pub fn test_servers(plan: &mut Plan) {
    plan.work("MCP servers for the tests", "npm ci, if they changed", || {
        node()?;
        let from = program::root().join("tests/mcp-servers");
        let into = program::root().join("target/mcp-servers");
        let failed = |e: std::io::Error| format!("The MCP servers could not be put into {}: {e}.", into.display());
        let wanted = fs::read(from.join("package-lock.json")).map_err(failed)?;
        let stamp = into.join("node_modules/.installed-lock.json");
        if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        fs::create_dir_all(&into).map_err(failed)?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(from.join(name), into.join(name)).map_err(failed)?;
        }
        let mut install = Command::new("npm");
        program::call(install.args(["ci", "--no-audit", "--no-fund"]).current_dir(&into))?;
        fs::write(&stamp, wanted).map_err(failed)
    });
}

/// Adds the step that installs the servers from PyPI that tests start, unless those of these lists are there.
pub fn python_servers(plan: &mut Plan) {
    plan.work("Python servers for the tests", "python3 -m venv and pip install, if they changed", || {
        let from = program::root().join("tests/py-servers");
        let into = program::root().join("target/py-servers");
        let failed = |e: std::io::Error| format!("The Python servers could not be put into {}: {e}.", into.display());
        let read = |name: &str| fs::read_to_string(from.join(name)).map_err(failed);
        let wanted = format!("{}{}", read("requirements.txt")?, read("constraints.txt")?);
        let stamp = into.join("installed.txt");
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        // One that broke off, or of another list, is no ground to build on.
        if into.exists() {
            fs::remove_dir_all(&into).map_err(failed)?;
        }
        program::call(Command::new("python3").args(["-m", "venv"]).arg(&into))?;
        let mut install = Command::new(into.join("bin/pip"));
        install.args(["install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"]);
        program::call(install.args(["-c", "constraints.txt"]).current_dir(&from))?;
        fs::write(&stamp, wanted).map_err(failed)
    });
}

/// Adds the step that builds the front end, unless it is newer than everything it is made from.
pub fn ui_build(plan: &mut Plan) {
    plan.work("UI", "npm run build, if it changed", || {
        let built = program::ui().join("dist/index.html");
        let built = fs::metadata(built).and_then(|data| data.modified()).ok();
        let sources = [program::ui(), program::root().join("src-tauri/crates/protocol/texts")];
        if built.is_some_and(|time| sources.iter().all(|folder| newest(folder).is_none_or(|source| source < time))) {
            return Ok(());
        }
        program::call(&mut npm(&["run", "build"]))
    });
}

fn node() -> Result<(), String> {
    let needed =
        format!("Node {}.{} or newer, with npm, is needed to build the window: https://nodejs.org", NODE.0, NODE.1);
    let version =
        program::output(Command::new("node").arg("--version")).map_err(|_| format!("Node was not found. {needed}"))?;
    if version_of(&version).is_none_or(|found| found < NODE) {
        return Err(format!("Node {} is too old. {needed}", version.trim()));
    }
    if !program::works(&mut npm(&["--version"])) {
        return Err(format!("npm was not found. {needed}"));
    }
    Ok(())
}

fn version_of(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().trim_start_matches('v').split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// When something in `folder` last changed. A folder's own time counts below the top, so that a file that is gone
/// is noticed; the top's does not, because what is built lies in it.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries: Vec<PathBuf> = fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let made = |path: &&PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name == "node_modules" || name == "coverage" || name.starts_with("dist") || name.starts_with('.')
    };
    let times = entries.iter().filter(|path| !made(path)).filter_map(|path| {
        let own = fs::metadata(path).and_then(|data| data.modified()).ok();
        own.max(if path.is_dir() { newest(path) } else { None })
    });
    times.max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node_are_compared_as_numbers() {
        assert_eq!(version_of("v20.19.2\n"), Some((20, 19)));
        assert!(version_of("v20.9.0").is_some_and(|found| found < NODE));
        assert!(version_of("v104.0.0").is_some_and(|found| found > NODE));
        assert_eq!(version_of("nightly"), None);
    }
}
