//! `cargo xtask e2e`: the real window, driven by WebDriver on a display and a session bus of its own, so that nothing
//! of it is seen and nothing of the person's own session is touched.

use crate::{
    packages::{self, Consent},
    plan::Plan,
    program::{self, CORE, cargo},
    setup,
    test::with_program,
};
use std::process::Command;

const TESTS: &[&str] = &["--features", "assent-tests/e2e", "--test", "e2e"];

/// Builds the window and runs its tests.
pub fn command() -> Result<(), String> {
    let mut plan = Plan::default();
    let all = &[packages::COMPILER, packages::WINDOW, packages::TESTS, packages::DISPLAY];
    setup::system(&mut plan, all, Consent::Ask);
    setup::ui_packages(&mut plan);
    setup::ui_build(&mut plan);
    plan.command("Shell build", cargo(["build", "--package", "assent-desktop"]));
    plan.command("Build", cargo([&["build"], CORE, &["--bin", "assent"], TESTS].concat()));
    tests(&mut plan)?;
    plan.run(false)
}

/// Adds the tests in the real window. Shell and terminal program must have been built.
pub fn tests(plan: &mut Plan) -> Result<(), String> {
    // Built outside the session, so that a time limit in there is not spent on compiling.
    plan.command("Window tests build", cargo([&["test"], CORE, TESTS, &["--no-run"]].concat()));
    // One test at a time: they share the display and its notifications.
    let inner = cargo([&["test"], CORE, TESTS, &["--", "--test-threads=1"]].concat());
    let mut command = with_program(in_a_session(&inner))?;
    command.env("ASSENT_DESKTOP", program::built("assent-desktop")?);
    plan.tests("Window tests", command);
    Ok(())
}

/// The command on a session bus and a display that end with it. Outside a session bus of its own WebKit stalls on
/// the one for accessibility.
pub fn in_a_session(inner: &Command) -> Command {
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "xvfb-run", "--auto-servernum", "--server-args", "-screen 0 1280x900x24"]);
    command.arg(inner.get_program()).args(inner.get_args()).current_dir(program::root());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    // A Wayland session of the person's own would be taken before the display.
    command.env_remove("WAYLAND_DISPLAY").env("GDK_BACKEND", "x11");
    command
}
