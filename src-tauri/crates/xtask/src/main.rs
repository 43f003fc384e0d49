//! `cargo xtask`: sets up, runs and tests everything, by running the programs that do it. It depends on none of
//! our crates and on nothing else, so that the first command starts in seconds.
#![expect(clippy::print_stdout, reason = "progress on the terminal is what this program is for")]

mod bench;
mod crash;
mod e2e;
mod eval;
mod packages;
mod plan;
mod planted;
mod program;
mod run;
mod setup;
mod simulate;
mod summary;
mod test;
mod understand;

use std::{path::PathBuf, process::ExitCode};

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  run [--yes] [--data DIR]   set up what is missing, build, and open Assent
  test [--fast]              set up and run everything; --fast leaves out the window and the crashes
  e2e                        the real window, under a display of its own
  crash [--kills N]          kill the program at random moments (200), and look what is left
  simulate [--days N]        trade on paper for N days (10000), killed all along, and look for orders outside the rules
  planted [--only NAME]      take one guard after the other out, and look whether a test turns red
  bench [--fast]             the numbers; --fast takes the window's debug build
  eval --data DIR [--mode M] [--json] [--wrong] [--picture FILE]
                             attack and benign calls through the decision core
  understand --data DIR [--wrong]
                             what is understood of the requests and times in DIR and of our own; --wrong lists the rest
  train --data DIR           make the weights of the reader of requests anew from DIR/train.jsonl and our own examples
  setup [--yes]              only set up what all of these need

--yes    install missing system packages without asking
--data   keep everything in DIR, not in the usual place";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = match read(&arguments) {
        Ok(Some(command)) => command,
        Ok(None) => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let done = match command {
        Command::Setup { yes } => setup::command(yes),
        Command::Run { yes, data } => run::command(yes, data),
        Command::Test { fast } => test::command(fast),
        Command::E2e => e2e::command(),
        Command::Crash { kills } => crash::command(kills),
        Command::Planted { only } => planted::command(only.as_deref()),
        Command::Simulate { days } => simulate::command(days),
        Command::Bench { fast } => bench::command(fast),
        Command::Eval { arguments } => eval::command(arguments),
        Command::Understand { arguments } => understand::measure(arguments),
        Command::Train { arguments } => understand::train(arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            if !problem.is_empty() {
                eprintln!("{problem}");
            }
            ExitCode::FAILURE
        }
    }
}

#[derive(Debug, PartialEq)]
enum Command {
    Setup { yes: bool },
    Run { yes: bool, data: Option<PathBuf> },
    Test { fast: bool },
    E2e,
    Crash { kills: u32 },
    Simulate { days: u32 },
    Planted { only: Option<String> },
    Bench { fast: bool },
    Eval { arguments: Vec<String> },
    Understand { arguments: Vec<String> },
    Train { arguments: Vec<String> },
}

/// `None` when help was asked for.
fn read(arguments: &[String]) -> Result<Option<Command>, String> {
    let Some((name, rest)) = arguments.split_first() else { return Ok(None) };
    if name == "help" || arguments.iter().any(|a| a == "--help" || a == "-h") {
        return Ok(None);
    }
    if name == "eval" {
        // The program that it runs knows its own flags.
        return Ok(Some(Command::Eval { arguments: rest.to_vec() }));
    }
    match name.as_str() {
        "understand" => return Ok(Some(Command::Understand { arguments: rest.to_vec() })),
        "train" => return Ok(Some(Command::Train { arguments: rest.to_vec() })),
        _ => {}
    }
    let (mut yes, mut fast, mut kills, mut days) = (false, false, 200, simulate::DAYS);
    let (mut data, mut only) = (None, None);
    let mut rest = rest.iter();
    while let Some(flag) = rest.next() {
        match (name.as_str(), flag.as_str()) {
            ("run" | "setup", "--yes") => yes = true,
            ("test" | "bench", "--fast") => fast = true,
            ("run", "--data") => data = Some(PathBuf::from(rest.next().ok_or("--data needs a folder.")?)),
            ("planted", "--only") => only = Some(rest.next().ok_or("--only needs a name.")?.clone()),
            ("crash", "--kills") => kills = number(flag, rest.next())?,
            ("simulate", "--days") => days = number(flag, rest.next())?,
            _ => return Err(format!("`cargo xtask {name}` does not know {flag}.")),
        }
    }
    Ok(Some(match name.as_str() {
        "setup" => Command::Setup { yes },
        "run" => Command::Run { yes, data },
        "test" => Command::Test { fast },
        "e2e" => Command::E2e,
        "crash" => Command::Crash { kills },
        "simulate" => Command::Simulate { days },
        "planted" => Command::Planted { only },
        "bench" => Command::Bench { fast },
        _ => return Err(format!("There is no command {name}.")),
    }))
}

fn number(flag: &str, text: Option<&String>) -> Result<u32, String> {
    let text = text.ok_or_else(|| format!("{flag} needs a number."))?;
    text.parse().map_err(|_| format!("{flag} needs a whole number, not {text}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, command: Result<Option<Command>, &str>) {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        assert_eq!(read(&arguments), command.map_err(str::to_owned), "{line}");
    }

    #[test]
    fn each_command_takes_its_own_flags_only() {
        check("", Ok(None));
        check("run --help", Ok(None));
        check("run --data x --yes", Ok(Some(Command::Run { yes: true, data: Some("x".into()) })));
        check("test --fast", Ok(Some(Command::Test { fast: true })));
        check("bench --fast", Ok(Some(Command::Bench { fast: true })));
        check("crash", Ok(Some(Command::Crash { kills: 200 })));
        check("crash --kills 7", Ok(Some(Command::Crash { kills: 7 })));
        check("crash --kills many", Err("--kills needs a whole number, not many."));
        check("simulate", Ok(Some(Command::Simulate { days: 10_000 })));
        check("simulate --days 300", Ok(Some(Command::Simulate { days: 300 })));
        check("e2e --fast", Err("`cargo xtask e2e` does not know --fast."));
        check("run --data", Err("--data needs a folder."));
        check("fly", Err("There is no command fly."));
    }
}
