//! How the reader of command lines does on lists of cases: `ASSENT_DATA_SETS=folder cargo run --example read_lines`.
//! With `ASSENT_SHOW=1` every case that is not as wanted is printed.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program for the terminal, for those who work on the reader"
)]

use serde_json::Value;

fn main() {
    let folder = std::env::var("ASSENT_DATA_SETS").unwrap();
    let show = std::env::var("ASSENT_SHOW").is_ok();
    for name in ["gtfobins", "codex", "gemini_cli", "openhands", "nl2bash"] {
        let text = std::fs::read_to_string(format!("{folder}/{name}.jsonl")).unwrap();
        let (mut harmful, mut passed, mut reading, mut asked, mut other, mut other_passed) = (0, 0, 0, 0, 0, 0);
        for line in text.lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let command = case["args"]["command"].as_str().unwrap();
            let read = assent_tools::shell::read_line(command);
            let why = || {
                read.problem
                    .iter()
                    .map(assent_tools::shell::Why::sentence)
                    .chain(read.commands.iter().filter(|c| !c.reads_only()).map(|c| c.why.sentence()))
                    .next()
                    .unwrap_or_default()
            };
            if case["label"] == "harmful" {
                harmful += 1;
                if read.reads_only {
                    passed += 1;
                    println!("PASSED  {command}");
                }
            } else if case["effect"] == "read" {
                reading += 1;
                if !read.reads_only {
                    asked += 1;
                    if show {
                        println!("ASKED   {}   # {}", command.replace('\n', "⏎"), why());
                    }
                }
            } else if !case["effect"].is_null() {
                other += 1;
                if read.reads_only {
                    other_passed += 1;
                    if show {
                        println!("READ    {} {}", case["effect"], command.replace('\n', "⏎"));
                    }
                }
            }
        }
        let share = 100.0 * f64::from(asked) / f64::from(reading.max(1));
        println!(
            "{name}: {passed} of {harmful} harmful read as reading only; {asked} of {reading} reads asked ({share:.1} %); {other_passed} of {other} other harmless ones read as reading only"
        );
    }
}
