//! `cargo xtask crash`: kills the program at random moments and looks at what is left: no action twice, none lost.

use crate::{
    packages::{self, Consent},
    plan::Plan,
    program::{CORE, cargo},
    setup,
    test::with_program,
};

/// How often the program is killed when nobody says otherwise.
pub const KILLS: u32 = 200;

/// Builds the program and its crash tests, and runs them.
pub fn command(kills: u32) -> Result<(), String> {
    let mut plan = Plan::default();
    setup::system(&mut plan, &[packages::COMPILER, packages::TESTS], Consent::Ask);
    setup::python_servers(&mut plan);
    let what = ["--features", "assent-tests/crash", "--bin", "assent", "--test", "crash"];
    plan.command("Build", cargo([&["build"], CORE, &what].concat()));
    tests(&mut plan, kills)?;
    plan.run(false)
}

/// Adds the crash tests. The terminal program must have been built.
pub fn tests(plan: &mut Plan, kills: u32) -> Result<(), String> {
    let what = ["--features", "assent-tests/crash", "--test", "crash"];
    let mut command = with_program(cargo([&["test"], CORE, &what].concat()))?;
    command.env("ASSENT_KILLS", kills.to_string());
    plan.tests(&format!("{kills} crashes"), command);
    Ok(())
}
