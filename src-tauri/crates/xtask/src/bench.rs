//! `cargo xtask bench`: the numbers, measured on a build for release.

use crate::{
    e2e::in_a_session,
    packages::{self, Consent},
    plan::Plan,
    program::{self, cargo},
    setup,
};

const BENCH: &[&str] = &["bench", "--package", "assent-tests", "--features", "bench"];

/// Builds and runs the benchmarks. The window takes a quarter of an hour to build for release: with `fast` its debug
/// build is measured instead, beside a bare shell of the same build.
pub fn command(fast: bool) -> Result<(), String> {
    let mut plan = Plan::default();
    let all = &[packages::COMPILER, packages::WINDOW, packages::TESTS, packages::DISPLAY];
    setup::system(&mut plan, all, Consent::Ask);
    setup::ui_packages(&mut plan);
    setup::ui_build(&mut plan);
    let (folder, profile): (_, &[&str]) = if fast { ("debug", &[]) } else { ("release", &["--release"]) };
    plan.command("Terminal build", cargo(["build", "--release", "--package", "assent-cli"]));
    let of_the_core = ["numbers", "origins", "steps", "automations", "boxed"].map(|bench| ["--bench", bench]).concat();
    let mut numbers = cargo([BENCH, &of_the_core].concat());
    numbers.env("ASSENT_BIN", program::built_in("release", "assent")?);
    plan.command("Benchmarks", numbers);
    let shells = &["build", "--package", "assent-desktop", "--bins", "--example", "bare"];
    plan.command("Shell builds", cargo([shells, profile].concat()));
    // Built outside the session, as the window's tests are.
    plan.command("Start build", cargo([BENCH, &["--bench", "start", "--no-run"]].concat()));
    let mut start = in_a_session(&cargo([BENCH, &["--bench", "start"]].concat()));
    start.env("ASSENT_DESKTOP", program::built_in(folder, "assent-desktop")?);
    start.env("ASSENT_BARE", program::built_in(&format!("{folder}/examples"), "bare")?);
    plan.command("Start", start);
    plan.run(false)
}
