//! `cargo xtask understand` and `cargo xtask train`: what the planner understands, and the weights it does that with.

use crate::program::cargo;

/// Builds and runs the program that measures, with these arguments.
pub fn measure(arguments: Vec<String>) -> Result<(), String> {
    run("assent-planner", "understand", arguments)
}

/// Builds and runs the program that makes the weights, with these arguments.
pub fn train(arguments: Vec<String>) -> Result<(), String> {
    run("assent-reader", "train", arguments)
}

fn run(package: &str, example: &str, mut arguments: Vec<String>) -> Result<(), String> {
    // The program runs in the workspace's folder, whatever folder this was typed in.
    for at in 1..arguments.len() {
        if matches!(arguments[at - 1].as_str(), "--data" | "--to") {
            let path = std::path::absolute(&arguments[at]).map_err(|error| format!("{}: {error}.", arguments[at]))?;
            arguments[at] = path.display().to_string();
        }
    }
    let mut program = cargo(["run", "--quiet", "--package", package, "--example", example, "--"]);
    program.args(&arguments);
    let done = program.status().map_err(|error| format!("cargo could not be started: {error}."))?;
    if done.success() { Ok(()) } else { Err(String::new()) }
}
