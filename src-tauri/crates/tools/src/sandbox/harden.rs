//! What every box has alike: its own namespaces and none below them, a filter of system calls, no rights, and of the
//! system's made-up files none that can be written.

use super::filter::{self, Sockets};
use crate::words::say;
use rustix::fs::{MemfdFlags, memfd_create};
use std::{
    ffi::{OsStr, OsString},
    fs::File,
    io::{Seek, Write},
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::{ffi::OsStrExt, fs::PermissionsExt},
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// Who the program is inside where Assent runs as root: root owns much that no namespace keeps apart.
const NOBODY_MUCH: &str = "1000";

/// What boxes differ in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extra {
    /// The sockets that it may make.
    pub sockets: Sockets,
    /// Whether it shares the network of this computer.
    pub network: bool,
    /// Whether it has terminals and shared memory of its own.
    pub terminals: bool,
}

/// Arguments of bubblewrap. They are handed over as a file: its command line can be read from inside the box.
#[derive(Debug, Default)]
pub struct Arguments {
    list: Vec<OsString>,
    sockets: Sockets,
}

impl Arguments {
    /// Adds some.
    pub fn add<'a>(&mut self, some: impl IntoIterator<Item = &'a str>) -> &mut Arguments {
        self.list.extend(some.into_iter().map(OsString::from));
        self
    }

    /// Adds a path.
    pub fn path(&mut self, path: &Path) -> &mut Arguments {
        self.list.push(path.into());
        self
    }

    /// Shows a path where it lies.
    pub fn bind(&mut self, how: &str, path: &Path) {
        self.add([how]).path(path).path(path);
    }

    /// Puts something empty in the place of a file or folder.
    pub fn cover(&mut self, path: &Path) {
        if path.is_dir() {
            self.add(["--perms", "0500", "--tmpfs"]).path(path).add(["--remount-ro"]).path(path);
        } else {
            self.add(["--ro-bind", "/dev/null"]).path(path);
        }
    }

    /// The list as it stands.
    pub fn list(&self) -> &[OsString] {
        &self.list
    }

    /// What goes on the command line, and the open files that it names, which the program has to be given.
    ///
    /// # Errors
    /// A few words.
    pub fn handed(&self) -> Result<(Vec<String>, Vec<OwnedFd>), String> {
        let mut line = Vec::new();
        let mut files = Vec::new();
        let filters = filter::of(self.sockets)?.iter().map(|filter| ("--add-seccomp-fd", filter.clone()));
        let ended = self.list.iter().flat_map(|argument| argument.as_bytes().iter().copied().chain([0]));
        for (name, bytes) in filters.chain([("--args", ended.collect())]) {
            let file = in_memory(&bytes).map_err(|error| error.to_string())?;
            line.extend([name.to_owned(), file.as_raw_fd().to_string()]);
            files.push(file);
        }
        Ok((line, files))
    }
}

fn in_memory(bytes: &[u8]) -> std::io::Result<OwnedFd> {
    let mut file = File::from(memfd_create("box", MemfdFlags::CLOEXEC)?);
    file.write_all(bytes)?;
    file.rewind()?;
    Ok(file.into())
}

/// Adds it. The folders of the box come after it.
pub fn harden(inside: &mut Arguments, extra: Extra) {
    inside.sockets = extra.sockets;
    inside.add(["--unshare-all", "--unshare-user", "--new-session", "--cap-drop", "ALL"]);
    if extra.network {
        inside.add(["--share-net"]);
    }
    if can_close_namespaces() {
        inside.add(["--disable-userns"]);
    }
    if as_root() {
        inside.add(["--uid", NOBODY_MUCH, "--gid", NOBODY_MUCH]);
    }
    inside.add(["--proc", "/proc"]);
    for path in of_root_alone() {
        inside.cover(path);
    }
    inside.add(["--remount-ro", "/proc"]);
    if extra.terminals {
        inside.add(["--dev", "/dev", "--tmpfs", "/dev/shm"]);
    } else {
        inside.add(["--tmpfs", "/dev"]);
        for name in ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"] {
            inside.add(["--dev-bind", name, name]);
        }
        for (name, to) in [("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")] {
            inside.add(["--symlink", &format!("/proc/self/fd{to}"), &format!("/dev/{name}")]);
        }
    }
    inside.add(["--remount-ro", "/dev"]);
}

/// What whoever runs Assent as root should know.
pub fn root_notice() -> Option<String> {
    as_root().then(|| say("tools.sandbox.root", &[]))
}

fn as_root() -> bool {
    rustix::process::geteuid().is_root()
}

// To the kernel root in the box is root: what only root can read there is covered.
fn of_root_alone() -> &'static [PathBuf] {
    static KNOWN: OnceLock<Vec<PathBuf>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        if !as_root() {
            return Vec::new();
        }
        let process = |name: &OsStr| name.as_bytes().iter().all(u8::is_ascii_digit);
        let shut = |entry: &std::fs::DirEntry| {
            entry.metadata().is_ok_and(|found| !found.is_symlink() && found.permissions().mode() & 0o004 == 0)
        };
        let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        all.filter(|entry| !process(&entry.file_name()) && shut(entry)).map(|entry| entry.path()).collect()
    })
}

// Older versions cannot, nor can one that is installed with rights of its own. The filter refuses new ones in any case.
fn can_close_namespaces() -> bool {
    static KNOWN: OnceLock<bool> = OnceLock::new();
    *KNOWN.get_or_init(|| {
        let mut command = Command::new(super::BWRAP);
        let close = ["--unshare-user", "--disable-userns", "--ro-bind", "/", "/", "--", "/usr/bin/true"];
        command.env_clear().args(close).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
}
