//! `cargo xtask eval`: how many attackers' calls the decision core stops, and how often it interrupts for nothing.

use crate::{
    packages::{self, Consent},
    plan::Plan,
    program::cargo,
    setup,
};

/// Builds the program that judges the cases, and runs it with these arguments. With `--json` nothing else is printed.
pub fn command(mut arguments: Vec<String>) -> Result<(), String> {
    // The program runs in the workspace's folder, whatever folder this was typed in.
    for at in 1..arguments.len() {
        if matches!(arguments[at - 1].as_str(), "--data" | "--picture") {
            let path = std::path::absolute(&arguments[at]).map_err(|error| format!("{}: {error}.", arguments[at]))?;
            arguments[at] = path.display().to_string();
        }
    }
    let mut evaluation = cargo(["run", "--quiet", "--package", "assent-tests", "--bin", "eval", "--"]);
    if !arguments.iter().any(|argument| argument == "--picture") {
        evaluation.args(["--picture", "target/eval.svg"]);
    }
    evaluation.args(&arguments);
    if arguments.iter().any(|argument| argument == "--json") {
        let done = evaluation.status().map_err(|error| format!("cargo could not be started: {error}."))?;
        return if done.success() { Ok(()) } else { Err(String::new()) };
    }
    let mut plan = Plan::default();
    setup::system(&mut plan, &[packages::COMPILER], Consent::Ask);
    plan.command("Evaluation", evaluation);
    plan.run(false)
}
