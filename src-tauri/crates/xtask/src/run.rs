//! `cargo xtask run`: the window where there is a display; else the practice task in the terminal, with questions
//! where somebody can answer them.

use crate::{
    packages::{self, Consent},
    plan::Plan,
    program::{self, cargo},
    setup,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// Builds and starts Assent. `data` is where it keeps everything, if not in the usual place.
pub fn command(yes: bool, data: Option<PathBuf>) -> Result<(), String> {
    let data = data.map(std::path::absolute).transpose().map_err(|e| format!("--data is no folder: {e}."))?;
    let consent = if yes { Consent::Given } else { Consent::Ask };
    let mut plan = Plan::default();
    if display() {
        setup::system(&mut plan, &[packages::COMPILER, packages::WINDOW], consent);
        setup::ui_packages(&mut plan);
        setup::ui_build(&mut plan);
        plan.command("Assent", cargo(["build", "--package", "assent-desktop"]));
        plan.run(false)?;
        println!("Assent opens. It stays in the tray when its window is closed; Ctrl-C here ends it.");
        start(&program::built("assent-desktop")?, &[], data.as_deref())
    } else {
        println!("There is no display here, so the terminal front end starts, on its practice task.");
        setup::system(&mut plan, &[packages::COMPILER], consent);
        plan.command("Assent", cargo(["build", "--package", "assent-cli"]));
        plan.run(false)?;
        let arguments: &[&str] = if program::terminal() { &["practice"] } else { &["practice", "--unattended"] };
        start(&program::built("assent")?, arguments, data.as_deref())
    }
}

fn start(path: &Path, arguments: &[&str], data: Option<&Path>) -> Result<(), String> {
    let mut command = Command::new(path);
    command.args(arguments);
    if let Some(data) = data {
        command.env("ASSENT_DATA", data);
    }
    program::call(&mut command)
}

fn display() -> bool {
    let named = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
