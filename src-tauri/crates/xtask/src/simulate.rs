//! `cargo xtask simulate`: trades on paper for thousands of days in simulated time, killed all along, and looks for an order
//! outside of its rules.

use crate::{
    packages::{self, Consent},
    plan::Plan,
    program::{CORE, cargo},
    setup,
    test::with_program,
};

/// Days when nobody says otherwise.
pub const DAYS: u32 = 10_000;

/// Builds the program and the test, and runs it.
pub fn command(days: u32) -> Result<(), String> {
    let mut plan = Plan::default();
    setup::system(&mut plan, &[packages::COMPILER, packages::TESTS], Consent::Ask);
    plan.command("Build", cargo([&["build"], CORE, &["--bin", "assent", "--test", "samples"]].concat()));
    let mut command = with_program(cargo([&["test"], CORE, &["--test", "samples", "kills"]].concat()))?;
    command.env("ASSENT_DAYS", days.to_string());
    plan.tests(&format!("{days} days"), command);
    plan.run(false)
}
