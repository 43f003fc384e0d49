//! `cargo xtask bench`: the numbers, measured on a build for release.

use crate::{
    packages::{self, Consent},
    plan::Plan,
    program::cargo,
    setup,
};

/// Builds and runs the benchmarks.
pub fn command() -> Result<(), String> {
    let mut plan = Plan::default();
    setup::system(&mut plan, &[packages::COMPILER], Consent::Ask);
    plan.command("Benchmarks", cargo(["bench", "--package", "assent-tests", "--features", "bench"]));
    plan.run(false)
}
