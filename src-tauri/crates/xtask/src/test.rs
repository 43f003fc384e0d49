//! `cargo xtask test`: everything, from nothing, in the order in which a mistake is found soonest.

use crate::{
    crash, e2e,
    packages::{self, Consent},
    plan::Plan,
    program::{self, CORE, cargo, npm},
    setup,
};
use std::process::Command;

const DENY: &[&str] = &["--", "--deny", "warnings"];

/// Sets up what is missing and runs all tests; with `fast`, those that need neither the window nor its packages.
pub fn command(fast: bool) -> Result<(), String> {
    let mut plan = Plan::default();
    if fast {
        setup::system(&mut plan, &[packages::COMPILER, packages::TESTS], Consent::Ask);
    } else {
        let all = &[packages::COMPILER, packages::WINDOW, packages::TESTS, packages::DISPLAY];
        setup::system(&mut plan, all, Consent::Ask);
    }
    setup::lints(&mut plan);
    setup::ui_packages(&mut plan);
    setup::test_servers(&mut plan);
    setup::python_servers(&mut plan);
    plan.command("Rust format", cargo(["fmt", "--all", "--check"]));
    let features = ["--features", "assent-tests/bench,assent-tests/crash,assent-tests/e2e"];
    plan.command("Rust lints", cargo([&["clippy"], CORE, &["--all-targets"], &features, DENY].concat()));
    ui(&mut plan);
    core(&mut plan)?;
    if !fast {
        shell(&mut plan);
        crash::tests(&mut plan, crash::KILLS)?;
        e2e::tests(&mut plan)?;
    }
    plan.run(true)
}

fn ui(plan: &mut Plan) {
    plan.command("UI format", npm(&["run", "format:check"]));
    plan.command("UI lints", npm(&["run", "lint"]));
    plan.command("UI types", npm(&["run", "check"]));
    plan.tests("UI tests", npm(&["test"]));
    plan.command("UI build", npm(&["run", "build"]));
}

fn core(plan: &mut Plan) -> Result<(), String> {
    // The programs are built together with the tests, which start them.
    plan.command("Build", cargo([&["build"], CORE, &["--bins", "--tests"]].concat()));
    if program::works(&mut cargo(["nextest", "--version"])) {
        plan.tests("Rust tests", with_program(cargo([&["nextest", "run"], CORE, &["--no-fail-fast"]].concat()))?);
        plan.tests("Rust examples", cargo([&["test", "--doc"], CORE].concat()));
    } else {
        plan.tests("Rust tests", with_program(cargo([&["test"], CORE, &["--no-fail-fast"]].concat()))?);
    }
    Ok(())
}

fn shell(plan: &mut Plan) {
    plan.command("Shell build", cargo(["build", "--package", "assent-desktop"]));
    let lints = [&["clippy", "--package", "assent-desktop", "--all-targets"], DENY].concat();
    plan.command("Shell lints", cargo(lints));
    plan.tests("Shell tests", cargo(["test", "--package", "assent-desktop"]));
}

/// Tells the tests where the terminal program is, so that each does not ask cargo, and that each has to run: one that finds
/// its means missing fails.
pub fn with_program(mut command: Command) -> Result<Command, String> {
    command.env("ASSENT_BIN", program::built("assent")?).env("ASSENT_TESTS_MUST_RUN", "1");
    Ok(command)
}
