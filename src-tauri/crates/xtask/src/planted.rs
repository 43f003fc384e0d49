//! `cargo xtask planted`: takes one guard after the other out of a copy of the sources, and looks whether a test turns red.
//! A fault that no test finds is a hole in the tests.

mod table;

use crate::program::{self, CORE, cargo};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use table::{FAULTS, Fault};

/// Plants the faults whose names contain `only`, or all of them.
pub fn command(only: Option<&str>) -> Result<(), String> {
    let chosen: Vec<&Fault> = FAULTS.iter().filter(|fault| only.is_none_or(|only| fault.name.contains(only))).collect();
    if chosen.is_empty() {
        return Err(format!("There is no fault of that name. There are: {}", names(FAULTS.iter())));
    }
    let tree = program::target()?.join("planted");
    copy(&tree)?;
    let mut missed = Vec::new();
    for fault in &chosen {
        let found = planted(fault, &tree)?;
        println!("{}  {} ({})", if found { "found " } else { "MISSED" }, fault.name, fault.finding);
        if !found {
            missed.push(*fault);
        }
    }
    println!("{} faults planted, {} found", chosen.len(), chosen.len() - missed.len());
    if missed.is_empty() { Ok(()) } else { Err(format!("No test notices: {}", names(missed.into_iter()))) }
}

fn names<'a>(faults: impl Iterator<Item = &'a Fault>) -> String {
    faults.map(|fault| fault.name).collect::<Vec<_>>().join(", ")
}

// What git knows, with what the tests need beside it.
fn copy(tree: &Path) -> Result<(), String> {
    let root = program::root();
    let list = program::output(Command::new("git").args(["ls-files", "-z"]).current_dir(&root))?;
    for name in list.split('\0').filter(|name| !name.is_empty()) {
        let (from, to) = (root.join(name), tree.join(name));
        let Ok(now) = fs::read(&from) else { continue };
        // A file that is the same keeps its time, so that it is not compiled again.
        if fs::read(&to).is_ok_and(|before| before == now) {
            continue;
        }
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        }
        fs::write(&to, now).map_err(|error| format!("{}: {error}", to.display()))?;
    }
    Ok(())
}

// Whether the tests of the fault turn red. That they compile is no part of it.
fn planted(fault: &Fault, tree: &Path) -> Result<bool, String> {
    let file = tree.join(fault.file);
    let sound = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let broken = fault.plant(&sound)?;
    fs::write(&file, broken).map_err(|error| error.to_string())?;
    let program = [&["build"], CORE, &["--bins"]].concat();
    let tests = [&["test"], CORE, &["--no-run"], fault.tests].concat();
    let compiles = run(tree, &program).and_then(|built| Ok(built && run(tree, &tests)?));
    let red = compiles.and_then(|compiles| {
        let named = [&["test"], CORE, fault.tests, &["--no-fail-fast", "--", fault.test]].concat();
        if compiles { Ok(Some(!run(tree, &named)?)) } else { Ok(None) }
    });
    fs::write(&file, sound).map_err(|error| error.to_string())?;
    red?.ok_or_else(|| format!("With the fault {} it does not compile.", fault.name))
}

fn run(tree: &Path, arguments: &[&str]) -> Result<bool, String> {
    let mut command = cargo(arguments);
    let target: PathBuf = program::target()?;
    command.current_dir(tree).env("CARGO_TARGET_DIR", &target).env("ASSENT_BIN", program::built("assent")?);
    command.env("ASSENT_TESTS_MUST_RUN", "1").env_remove("RUST_BACKTRACE");
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.map(|status| status.success()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_still_fits_the_sources() {
        for fault in FAULTS {
            let sound = fs::read_to_string(program::root().join(fault.file)).unwrap();
            assert_ne!(fault.plant(&sound).as_deref(), Ok(&*sound), "{}", fault.name);
            assert!(fault.plant(&sound).is_ok(), "{}: {:?}", fault.name, fault.plant(&sound));
        }
    }

    #[test]
    fn what_stands_there_twice_is_no_fault_to_plant() {
        let fault = Fault { name: "x", finding: "", file: "", guard: "a();", without: "", tests: &[], test: "" };
        assert!(fault.plant("a(); a();").is_err());
        assert!(fault.plant("b();").is_err());
        assert_eq!(fault.plant("b(); a();"), Ok("b(); ".to_owned()));
    }
}
