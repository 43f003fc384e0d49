//! The programs that are run, and where things are: cargo, npm, the root of the workspace, the folder of what is built.

use crate::{plan::Summaries, summary};
use std::{
    ffi::OsStr,
    io::{BufRead, BufReader, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

/// Every package but the shell, chosen the same way in each command: cargo picks the features of the dependencies
/// by what is chosen, and would compile them again for another choice.
pub const CORE: &[&str] = &["--workspace", "--exclude", "assent-desktop"];

/// The root of the workspace.
pub fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    here.ancestors().nth(3).map(Path::to_owned).unwrap_or(here)
}

/// The folder of the front end.
pub fn ui() -> PathBuf {
    root().join("ui")
}

/// The cargo that runs this program, in the root of the workspace.
pub fn cargo<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    // `cargo run` tells this program about its own package; a build script below must not take it for its own.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// npm, in the folder of the front end.
pub fn npm(arguments: &[&str]) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(arguments).current_dir(ui());
    command
}

/// The folder that cargo builds in, whichever way it was chosen.
pub fn target() -> Result<PathBuf, String> {
    let text = output(&mut cargo(["metadata", "--no-deps", "--format-version", "1"]))?;
    let marker = "\"target_directory\":\"";
    let start = text.find(marker).ok_or("`cargo metadata` does not say where it builds.")? + marker.len();
    Ok(PathBuf::from(json_text(&text[start..])))
}

/// A program of ours, built for development.
pub fn built(name: &str) -> Result<PathBuf, String> {
    built_in("debug", name)
}

/// A program in this folder of the target folder.
pub fn built_in(folder: &str, name: &str) -> Result<PathBuf, String> {
    Ok(target()?.join(folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// Whether a person can see what is printed and answer.
pub fn terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// The command as a person would type it.
pub fn shown(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let arguments = command.get_args().map(|a| {
        let text = a.to_string_lossy();
        if text.contains(' ') { format!("'{text}'") } else { text.into_owned() }
    });
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Whether a program can be started and ends well; it prints nothing.
pub fn works(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// What a program prints.
pub fn output(command: &mut Command) -> Result<String, String> {
    let output =
        command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().map_err(|e| not_started(command, &e))?;
    ended(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a program on this terminal.
pub fn call(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|e| not_started(command, &e))?;
    ended(command, status)
}

/// Runs a program, shows what it prints, and keeps the lines in which it sums up its tests.
pub fn call_and_keep(command: &mut Command, summaries: &mut Summaries) -> Result<(), String> {
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    keep(command, summaries, std::io::stdout(), std::io::stderr())
}

fn keep(
    command: &mut Command,
    summaries: &mut Summaries,
    shown_output: impl Write + Send + 'static,
    shown_errors: impl Write + Send + 'static,
) -> Result<(), String> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|e| not_started(command, &e))?;
    let (sender, lines) = channel();
    if let Some(output) = child.stdout.take() {
        pass(output, shown_output, sender.clone());
    }
    if let Some(errors) = child.stderr.take() {
        pass(errors, shown_errors, sender);
    }
    follow(&mut child, &lines, summaries);
    let status = child.wait().map_err(|e| format!("`{}` could not be waited for: {e}.", shown(command)))?;
    ended(command, status)
}

/// Keeps summaries until the program has ended. A program that it left behind, such as a daemon of the session, may
/// hold the pipes open for longer: the lines that are there are read, and that is all.
fn follow(child: &mut Child, lines: &Receiver<String>, summaries: &mut Summaries) {
    loop {
        match lines.recv_timeout(Duration::from_millis(300)) {
            Ok(line) => summaries.extend(summary::of(&line)),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {
                if !matches!(child.try_wait(), Ok(None)) {
                    return;
                }
            }
        }
    }
}

fn pass(from: impl Read + Send + 'static, mut to: impl Write + Send + 'static, lines: Sender<String>) {
    thread::spawn(move || {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
            // A closed terminal is no reason to stop the program.
            let _ = to.write_all(&line).and_then(|()| to.flush());
            let _ = lines.send(String::from_utf8_lossy(&line).trim_end().to_owned());
            line.clear();
        }
    });
}

fn not_started(command: &Command, error: &std::io::Error) -> String {
    format!("`{}` could not be started: {error}. Is it installed and on the path?", shown(command))
}

fn ended(command: &Command, status: std::process::ExitStatus) -> Result<(), String> {
    if status.success() {
        return Ok(());
    }
    let how =
        status.code().map_or_else(|| "was stopped by a signal".to_owned(), |code| format!("ended with status {code}"));
    let place = command.get_current_dir().filter(|dir| **dir == ui()).map_or("", |_| " in ui/");
    Err(format!("`{}`{place} {how}; what it printed above says why.", shown(command)))
}

/// The JSON string that starts here, up to its closing quote.
fn json_text(text: &str) -> String {
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => break,
            '\\' => out.extend(letters.next()),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_string_ends_at_its_own_quote() {
        assert_eq!(json_text(r#"C:\\my \"target\"","version":1"#), r#"C:\my "target""#);
    }

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        let mut command = Command::new("/usr/bin/xvfb-run");
        command.args(["-s", "-screen 0 1280x900x24", "cargo"]);
        assert_eq!(shown(&command), "xvfb-run -s '-screen 0 1280x900x24' cargo");
    }

    #[cfg(unix)]
    #[test]
    fn the_summary_of_a_program_is_kept_even_when_it_fails() {
        let mut summaries = Summaries::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo 'test result: FAILED. 1 passed; 1 failed'; exit 3"]);
        let done = keep(&mut command, &mut summaries, std::io::sink(), std::io::sink());
        assert!(done.is_err_and(|problem| problem.contains("ended with status 3")));
        assert_eq!(summaries, ["test result: FAILED. 1 passed; 1 failed"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_program_left_behind_does_not_hold_us_up() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 5 & echo 'test result: ok. 1 passed'"]);
        let start = std::time::Instant::now();
        let mut summaries = Summaries::new();
        assert_eq!(keep(&mut command, &mut summaries, std::io::sink(), std::io::sink()), Ok(()));
        assert_eq!(summaries.len(), 1);
        assert!(start.elapsed() < Duration::from_secs(4));
    }
}
