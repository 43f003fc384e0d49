//! A box for programs: bubblewrap with named folders, no network, no secrets, a private /tmp, and limits. The program
//! sees the system's own programs, the named folders, and nothing else; it ends when Assent does.

mod covers;
pub mod filter;
mod harden;
mod programs;

use crate::{protected, scan::Unfinished, words::say};
use assent_agent::Place;
use command_fds::CommandFdExt;
pub use covers::{beside, look, outermost};
use filter::Sockets;
pub use harden::{Arguments, Extra, harden, root_notice};
use std::{
    io::{PipeReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

/// The box is made by this program and no other of its name.
const BWRAP: &str = "/usr/bin/bwrap";
const PRLIMIT: &str = "/usr/bin/prlimit";
/// How a box that holds nothing back ends when it is tried.
const NOT_HELD: i32 = 77;
/// How often the end, a stop and the time are looked for.
const TICK: Duration = Duration::from_millis(20);
/// Files of the system that programs need to work, none of which holds a secret.
const SYSTEM_FILES: &[&str] = &[
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/nsswitch.conf",
    "/etc/passwd",
    "/etc/group",
    "/etc/magic",
    "/etc/mime.types",
    "/etc/terminfo",
];

/// What every program in a box finds in its environment, and nothing besides (BIND-09).
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("PATH", "/usr/bin:/bin:/usr/sbin:/sbin"),
    ("HOME", "/tmp/home"),
    ("TMPDIR", "/tmp"),
    ("LANG", "C.UTF-8"),
    ("TERM", "dumb"),
    ("SHELL", "/bin/bash"),
    ("USER", "user"),
    ("LOGNAME", "user"),
];

/// How long and how much.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Until it is ended.
    pub time: Duration,
    /// Bytes of output that are kept; the rest is counted.
    pub output: usize,
    /// Address space of each process, in bytes.
    pub memory: u64,
    /// The size of each file it writes, and of its /tmp, in bytes.
    pub file: u64,
    /// Processes at a time. The system does not count those of root.
    pub processes: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            time: Duration::from_secs(60),
            output: 8 * 1024 * 1024,
            memory: 4 * 1024 * 1024 * 1024,
            file: 1024 * 1024 * 1024,
            processes: 256,
        }
    }
}

/// What a program may see and do.
#[derive(Debug, Clone, Default)]
pub struct Sandbox {
    /// Where it starts; lies in one of the folders below.
    pub folder: PathBuf,
    /// Folders and files that it may read.
    pub readable: Vec<PathBuf>,
    /// Folders that it may change.
    pub writable: Vec<PathBuf>,
    /// Folders and files that are taken out of those: Assent's own, keys, profiles.
    pub hidden: Vec<PathBuf>,
    /// Files and folders in those that stay as they are: hooks, settings that run programs.
    pub frozen: Vec<PathBuf>,
    /// Names of programs that cannot be started, by whatever name or link: each is one part of a path, or a whole path.
    pub denied: Vec<String>,
    /// Whether it only reads: no socket of any kind, no terminal, and nothing can be written but its own /tmp.
    pub reading: bool,
    /// Folders that it may change, and the copies that it is shown in their place.
    pub instead: Vec<(PathBuf, PathBuf)>,
    /// How long and how much.
    pub limits: Limits,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, with this status.
    Status(i32),
    /// Its time was up.
    Late,
    /// The user stopped it.
    Stopped,
}

/// What a program wrote, and how it ended.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub end: End,
    /// Its output and its errors, as they came.
    pub output: Vec<u8>,
    /// Bytes of output beyond those.
    pub dropped: u64,
}

/// Whether there is a sandbox on this computer; if not, a sentence for the user that says what to do. Tried once.
///
/// # Errors
/// When bubblewrap is not installed, or may not make a box that holds.
pub fn available() -> Result<(), String> {
    static KNOWN: OnceLock<Result<(), String>> = OnceLock::new();
    KNOWN.get_or_init(|| works(Path::new(BWRAP))).clone()
}

// Tried as it is used: a box that lets anything of this computer be written is none.
fn works(bwrap: &Path) -> Result<(), String> {
    if !bwrap.is_file() || !Path::new(PRLIMIT).is_file() {
        return Err(say("tools.sandbox.missing", &[]));
    }
    let boxed = Sandbox { folder: "/tmp".into(), ..Sandbox::default() };
    let held = "test ! -w /proc/sys/kernel/core_pattern && test ! -w /proc/self/oom_score_adj";
    let try_it = format!("{held} && grep -q '^Seccomp:.*2' /proc/self/status || exit {NOT_HELD}");
    let ran = boxed.command(bwrap, &["/bin/bash", "-c", &try_it]).and_then(|mut command| {
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        status.map_err(|error| error.to_string())
    });
    match ran {
        Ok(status) if status.success() => Ok(()),
        Ok(status) if status.code() == Some(NOT_HELD) => Err(say("tools.sandbox.open", &[])),
        _ => Err(say("tools.sandbox.blocked", &[])),
    }
}

impl Sandbox {
    /// One that can only read these folders and files: for lines that nobody was asked about.
    pub fn reading(folder: PathBuf, readable: Vec<PathBuf>) -> Sandbox {
        Sandbox { folder, readable, reading: true, ..Sandbox::default() }
    }

    /// Takes the user's secrets out of the box, wherever they lie.
    pub fn without_secrets(mut self, home: &Path, data: &Path) -> Sandbox {
        self.hidden.extend(protected::secrets_in(home));
        self.hidden.extend(data.canonicalize());
        self
    }

    /// Looks through all its folders, and takes out what is secret and what other programs listen at, but for what is
    /// `named`, which the user allowed. What steers code stays as it is.
    ///
    /// # Errors
    /// When a folder cannot be looked through as a whole. Then it must not be shown to a program.
    pub fn looked_through(mut self, place: &Place, named: &[PathBuf]) -> Result<Sandbox, Unfinished> {
        let shown: Vec<&Path> = self.readable.iter().chain(&self.writable).map(PathBuf::as_path).collect();
        let found = look(&shown, place, named)?;
        self.hidden.extend(found.hidden);
        self.frozen.extend(found.frozen);
        Ok(self.without_secrets(&place.home, &place.data))
    }

    /// Runs a program in the box until it ends, its time is up, or `stop` is set. All its children end with it.
    ///
    /// # Errors
    /// A sentence, when the box cannot be made.
    pub fn run(&self, program: &[&str], stop: &AtomicBool) -> Result<Ran, String> {
        available()?;
        let failed = |error: std::io::Error| say("tools.sandbox.failed", &[("because", &error.to_string())]);
        let (reader, writer) = std::io::pipe().map_err(failed)?;
        let mut command = self
            .command(Path::new(BWRAP), program)
            .map_err(|because| say("tools.sandbox.failed", &[("because", &because)]))?;
        command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(failed)?).stderr(writer);
        let child = command.spawn().map_err(failed)?;
        // The command holds the pipe open as long as it lives.
        drop(command);
        Ok(self.watch(child, reader, stop))
    }

    fn watch(&self, mut child: Child, reader: PipeReader, stop: &AtomicBool) -> Ran {
        let began = Instant::now();
        let most = self.limits.output;
        let kept = Arc::new(Mutex::new((Vec::new(), 0)));
        let (tell, ended) = mpsc::channel();
        let filled = kept.clone();
        let reading = std::thread::spawn(move || {
            read_on(reader, most, &filled);
            let _ = tell.send(());
        });
        let end = loop {
            let quiet = ended.recv_timeout(TICK) != Err(mpsc::RecvTimeoutError::Timeout);
            if stop.load(Ordering::SeqCst) {
                break End::Stopped;
            }
            if began.elapsed() >= self.limits.time {
                break End::Late;
            }
            match child.try_wait() {
                Ok(Some(status)) => break End::Status(status.code().unwrap_or(-1)),
                Ok(None) if quiet => std::thread::sleep(Duration::from_millis(1)),
                Ok(None) => {}
                Err(_) => break End::Status(-1),
            }
        };
        // Its first process is the box's own: with it, everything in the box ends.
        let _ = child.kill();
        let _ = child.wait();
        let _ = reading.join();
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        Ran { end, output: std::mem::take(&mut kept.0), dropped: kept.1 }
    }

    fn command(&self, bwrap: &Path, program: &[&str]) -> Result<Command, String> {
        let Limits { memory, file, processes, time, .. } = &self.limits;
        let mut inside = Arguments::default();
        inside.add(["--die-with-parent", "--clearenv"]);
        for (name, value) in ENVIRONMENT {
            inside.add(["--setenv", name, value]);
        }
        system(&mut inside);
        let sockets = if self.reading { Sockets::None } else { Sockets::Apart };
        harden(&mut inside, Extra { sockets, network: false, terminals: !self.reading });
        let size = file.to_string();
        inside.add(["--size", &size, "--tmpfs", "/tmp", "--dir", "/tmp/home"]);
        for (path, writable) in self.folders() {
            inside.bind(if writable { "--bind" } else { "--ro-bind" }, path);
        }
        for (path, copy) in &self.instead {
            inside.add(["--bind"]).path(copy).path(path);
        }
        let hidden = outermost(&self.hidden);
        let frozen =
            self.frozen.iter().filter(|path| self.shows(path) && !hidden.iter().any(|hidden| path.starts_with(hidden)));
        for path in frozen {
            inside.bind("--ro-bind", path);
        }
        for path in hidden.iter().filter(|path| self.shows(path)) {
            inside.cover(path);
        }
        for path in programs::files(&self.denied)? {
            inside.cover(&path);
        }
        inside.add(["--remount-ro", "/", "--chdir"]).path(&self.folder);
        let mut command = Command::new(bwrap);
        // Its own environment and its arguments can be read from inside, so it has none.
        command.env_clear();
        let (line, files) = inside.handed()?;
        command.args(line).preserved_fds(files).arg("--").arg(PRLIMIT);
        for (name, value) in [
            ("--as", *memory),
            ("--fsize", *file),
            ("--nproc", u64::from(*processes)),
            ("--cpu", time.as_secs().max(1) * 2),
            ("--core", 0),
            ("--nofile", 1024),
        ] {
            command.arg(format!("{name}={value}:{value}"));
        }
        command.arg("--").args(program);
        Ok(command)
    }

    // A folder within another one comes after it.
    fn folders(&self) -> Vec<(&Path, bool)> {
        let readable = self.readable.iter().map(|path| (path.as_path(), false));
        let writable = self.writable.iter().filter(|_| !self.reading).map(|path| (path.as_path(), true));
        let mut all: Vec<(&Path, bool)> = readable.chain(writable).filter(|(path, _)| path.exists()).collect();
        all.sort_by_key(|(path, writable)| (path.components().count(), *writable));
        all
    }

    fn shows(&self, path: &Path) -> bool {
        path.exists() && self.readable.iter().chain(&self.writable).any(|folder| path.starts_with(folder))
    }
}

// The programs of the system, as they lie on this computer.
fn system(inside: &mut Arguments) {
    inside.add(["--ro-bind", "/usr", "/usr"]);
    for name in ["/bin", "/sbin", "/lib", "/lib32", "/lib64"] {
        match std::fs::read_link(name) {
            Ok(target) => {
                inside.add(["--symlink"]).path(&target).add([name]);
            }
            Err(_) => {
                inside.add(["--ro-bind-try", name, name]);
            }
        }
    }
    for name in SYSTEM_FILES {
        inside.add(["--ro-bind-try", name, name]);
    }
}

fn read_on(mut reader: PipeReader, most: usize, kept: &Mutex<(Vec<u8>, u64)>) {
    let mut block = [0; 16 * 1024];
    while let Ok(count) = reader.read(&mut block) {
        if count == 0 {
            break;
        }
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        let room = most.saturating_sub(kept.0.len()).min(count);
        kept.0.extend_from_slice(&block[..room]);
        kept.1 += (count - room) as u64;
    }
}

#[cfg(test)]
mod tests;
