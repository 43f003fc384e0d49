//! The system packages of Debian and its relatives: which are needed, which are missing, and their installation.
//! Other systems get one line with the names.

use crate::program;
use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
};

/// What a C compiler needs: the journal's SQLite is compiled with the program.
pub const COMPILER: &[&str] = &["build-essential", "pkg-config"];
/// What the window is built and run with.
pub const WINDOW: &[&str] = &["libwebkit2gtk-4.1-dev", "librsvg2-dev", "libayatana-appindicator3-dev", "libxdo-dev"];
/// What the tests of the programs start: the sandbox, a trace of the system calls, servers of mail and calendars, a clock
/// that is moved from outside, and what the servers of [`crate::setup::python_servers`] live in.
pub const TESTS: &[&str] = &["bubblewrap", "strace", "dovecot-imapd", "radicale", "faketime", "python3-venv"];
/// Packages that start a service of the system; tests start their own.
const SERVICES: &[(&str, &str)] = &[("dovecot-imapd", "dovecot"), ("radicale", "radicale")];
/// What the tests of the real window start: a display, a session, notifications, letters, a keychain.
pub const DISPLAY: &[&str] = &[
    "webkit2gtk-driver",
    "xvfb",
    "xauth",
    "dbus",
    "dbus-x11",
    "at-spi2-core",
    "dunst",
    "imagemagick",
    "fonts-noto-core",
    "gnome-keyring",
];

/// What may be done about missing packages.
#[derive(Clone, Copy, PartialEq)]
pub enum Consent {
    /// Install them.
    Given,
    /// Ask when there is a person at a terminal; install them when there is none.
    Ask,
}

/// Installs what is missing of `groups`. The second time this is one call of `dpkg-query`.
pub fn install(groups: &[&[&str]], consent: Consent) -> Result<(), String> {
    let names = groups.concat();
    if !debian() {
        elsewhere(&names);
        return Ok(());
    }
    let missing = missing(&names)?;
    if missing.is_empty() {
        return Ok(());
    }
    println!("      Missing: {}", missing.join(" "));
    if consent == Consent::Ask && program::terminal() && !agreed()? {
        return Err(format!("Nothing was installed. To do it yourself: sudo apt-get install {}", missing.join(" ")));
    }
    let root = program::output(Command::new("id").arg("-u"))?.trim() == "0";
    if !root && !program::works(Command::new("sudo").arg("--version")) {
        return Err(format!(
            "These packages are missing, and installing them needs root or sudo: apt-get install {}",
            missing.join(" ")
        ));
    }
    // A foreign source that does not answer must not be in the way; a package that is not found fails below.
    if program::call(apt(root).args(["update", "--quiet"])).is_err() {
        println!("      The list of packages could not be refreshed; trying with the one that is there.");
    }
    program::call(apt(root).args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(&missing))?;
    switch_off(root, &missing)
}

// Nobody asked for a mail server that listens. One that was there before was not installed here and stays as it is.
fn switch_off(root: bool, installed: &[&str]) -> Result<(), String> {
    if !std::path::Path::new("/run/systemd/system").exists() {
        return Ok(());
    }
    for (_, service) in SERVICES.iter().filter(|(package, _)| installed.contains(package)) {
        let mut command = Command::new(if root { "systemctl" } else { "sudo" });
        if !root {
            command.arg("systemctl");
        }
        program::call(command.args(["disable", "--now", "--quiet", service]))?;
    }
    Ok(())
}

fn apt(root: bool) -> Command {
    let mut command = Command::new(if root { "env" } else { "sudo" });
    if !root {
        // With nobody to type a password, fail at once.
        command.args(if program::terminal() { vec!["env"] } else { vec!["--non-interactive", "env"] });
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    // Another installation may hold the lock for a moment.
    command.args(["-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3"]);
    command
}

fn agreed() -> Result<bool, String> {
    print!("      Install them with apt-get? [Y/n] ");
    let mut answer = String::new();
    let read = std::io::stdout().flush().and_then(|()| std::io::stdin().read_line(&mut answer));
    read.map_err(|e| format!("The answer could not be read: {e}. Use --yes to install without a question."))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

fn debian() -> bool {
    cfg!(target_os = "linux")
        && std::fs::read_to_string("/etc/os-release").is_ok_and(|text| is_debian(&text))
        && program::works(Command::new("dpkg-query").arg("--version"))
}

/// Whether `/etc/os-release` names Debian, Ubuntu or a relative.
fn is_debian(release: &str) -> bool {
    let values = release.lines().filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")));
    values.flat_map(|value| value.trim_matches(['"', '\'']).split(' ')).any(|id| id == "debian" || id == "ubuntu")
}

fn missing<'a>(names: &[&'a str]) -> Result<Vec<&'a str>, String> {
    let mut query = Command::new("dpkg-query");
    query.args(["-W", "-f", "${Package} ${db:Status-Status}\n"]).args(names);
    // Its status is 1 as soon as one name is unknown to it, which is an answer too.
    let output = query.stdin(Stdio::null()).output();
    let output = output.map_err(|e| format!("The installed packages could not be listed with dpkg-query: {e}."))?;
    Ok(absent(names, &String::from_utf8_lossy(&output.stdout)))
}

fn absent<'a>(names: &[&'a str], listed: &str) -> Vec<&'a str> {
    names.iter().copied().filter(|name| !listed.lines().any(|line| line == format!("{name} installed"))).collect()
}

fn elsewhere(names: &[&str]) {
    let mut line = String::from("      This is not Debian or a relative, so no system package was looked for.");
    if cfg!(target_os = "linux") {
        let _ = write!(line, " If a step fails, install what these Debian packages hold: {}.", names.join(" "));
    } else {
        line.push_str(" A C compiler and the system's own web view are needed: https://tauri.app/start/prerequisites/");
    }
    println!("{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_ubuntu_and_their_relatives_are_known() {
        assert!(is_debian("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n"));
        assert!(is_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(is_debian("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian("ID=fedora\nVERSION_ID=44\n"));
    }

    #[test]
    fn a_package_is_missing_unless_it_is_listed_as_installed() {
        let listed = "xvfb installed\nxauth config-files\nxvfb-extra installed\n";
        assert_eq!(absent(&["xvfb", "xauth", "dunst"], listed), ["xauth", "dunst"]);
    }
}
