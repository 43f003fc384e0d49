//! What the whole-program tests share: a folder as messy as real ones, a snapshot of it to the last bit, and a
//! home of its own for the program, which is run as a user would run it.
#![expect(clippy::expect_used, reason = "a test that cannot go on says why and ends")]

pub mod calendar_server;
pub mod clock;
mod damage;
pub mod eval;
pub mod mail_servers;
pub mod pages;
pub mod scripted_model;
pub mod terminal;

pub use damage::change_one_byte;

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};
use xattr::FileExt;

/// How many regular files [`messy_folder`] makes.
pub const MESSY_FILES: usize = 60;
/// How many of them have the same bytes as an older one.
pub const MESSY_DUPLICATES: usize = 8;

const ODD_NAMES: &[&str] = &[
    "Zażółć gęślą jaźń.txt",
    "report final (2) [really].pdf",
    "-rf.txt",
    "no extension",
    ".hidden.conf",
    "two  spaces.jpg",
    "line\nbreak.txt",
    "gnp.\u{202e}fdp.png",
    "quote'and\"double.csv",
    "emoji 🦀.png",
    "cafe\u{301}.md",
    "UPPER.JPG",
    "archive.tar.gz",
    "$HOME `id`.sh",
    "semi;colon&and.zip",
    "100%.xlsx",
    "empty.dat",
    "文档.docx",
];

/// Fills `dir` (made if missing) with [`MESSY_FILES`] files of many kinds, of which [`MESSY_DUPLICATES`] are copies,
/// plus links and folders: odd names, several modes and times, some with an extended attribute. The same each time.
pub fn messy_folder(dir: &Path) {
    fs::create_dir_all(dir.join("old stuff")).expect("make the messy folder");
    let extensions = ["jpg", "png", "pdf", "txt", "mp3", "mp4", "zip", "csv", "docx", "md"];
    let plain = MESSY_FILES - MESSY_DUPLICATES - ODD_NAMES.len();
    let mut made = Vec::new();
    for (n, name) in ODD_NAMES.iter().enumerate() {
        let bytes = if *name == "empty.dat" { Vec::new() } else { format!("odd {n} {name}").into_bytes() };
        put(&dir.join(name), &bytes, n);
    }
    for n in 0..plain {
        let below = if n % 7 == 6 { dir.join("old stuff") } else { dir.to_owned() };
        let path = below.join(format!("file-{n:02}.{}", extensions[n % extensions.len()]));
        let bytes = format!("content of file {n}\n").repeat(n + 1).into_bytes();
        put(&path, &bytes, 40 + n);
        made.push((path, bytes));
    }
    for (n, (path, bytes)) in made.iter().filter(|(p, _)| p.parent() == Some(dir)).take(MESSY_DUPLICATES).enumerate() {
        let stem = path.file_stem().and_then(|s| s.to_str()).unwrap_or("copy");
        let extension = path.extension().and_then(|s| s.to_str()).unwrap_or("bin");
        put(&dir.join(format!("{stem} (copy).{extension}")), bytes, 100 + n);
    }
    symlink("file-00.jpg", dir.join("link to a photo")).expect("make a link");
    symlink("nowhere", dir.join("broken link.txt")).expect("make a link");
    symlink("old stuff", dir.join("link to a folder")).expect("make a link");
    symlink("/etc/hostname", dir.join("link away.txt")).expect("make a link");
}

fn put(path: &Path, bytes: &[u8], n: usize) {
    let mut file = File::create(path).unwrap_or_else(|e| panic!("make {}: {e}", path.display()));
    file.write_all(bytes).expect("write a file");
    // Times with nanoseconds, since an undo that rounds them is not byte for byte.
    let time = SystemTime::UNIX_EPOCH + Duration::new(1_700_000_000 + 86_400 * n as u64, 123_456_789 - n as u32);
    file.set_modified(time).expect("set a time");
    if n.is_multiple_of(6) {
        file.set_xattr("user.comment", format!("number {n}").as_bytes()).expect("set an extended attribute");
    }
    let mode = [0o644, 0o600, 0o664, 0o755, 0o444][n % 5];
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set a mode");
}

/// Everything below a folder that an undo has to bring back.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<Vec<u8>, Entry>);

#[derive(Clone, PartialEq, Eq)]
struct Entry {
    kind: &'static str,
    sha256: String,
    mode: u32,
    modified_ns: i128,
    link: String,
    extended: BTreeMap<String, Vec<u8>>,
}

impl Snapshot {
    /// The regular files, by their bytes: hash to how many there are.
    pub fn contents(&self) -> BTreeMap<&str, usize> {
        let mut found = BTreeMap::new();
        for entry in self.0.values().filter(|e| e.kind == "file") {
            *found.entry(entry.sha256.as_str()).or_default() += 1;
        }
        found
    }

    /// Paths below the folder, in order, files and links only.
    pub fn names(&self) -> Vec<String> {
        let shown = |(name, entry): (&Vec<u8>, &Entry)| {
            (entry.kind != "folder").then(|| String::from_utf8_lossy(name).into_owned())
        };
        self.0.iter().filter_map(shown).collect()
    }

    fn lines(&self) -> Vec<String> {
        let line = |(name, e): (&Vec<u8>, &Entry)| {
            let name = String::from_utf8_lossy(name);
            format!("{name:?} {} {:.12} {:o} {} {} {:?}", e.kind, e.sha256, e.mode, e.modified_ns, e.link, e.extended)
        };
        self.0.iter().map(line).collect()
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Takes a [`Snapshot`] of what lies below `dir`. Links are not followed. The time of a folder is left out: every
/// file that comes or goes changes it.
pub fn snapshot(dir: &Path) -> Snapshot {
    let mut found = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("read {}: {e}", folder.display())) {
            let path = entry.expect("read a folder").path();
            let data = fs::symlink_metadata(&path).expect("look at a file");
            let name = path.strip_prefix(dir).expect("a path below the folder").as_os_str().as_bytes().to_vec();
            let kind = if data.is_symlink() {
                "link"
            } else if data.is_dir() {
                "folder"
            } else {
                "file"
            };
            found.insert(
                name,
                Entry {
                    kind,
                    sha256: if kind == "file" { sha256(&path) } else { String::new() },
                    mode: data.mode() & 0o7777,
                    modified_ns: if kind == "folder" {
                        0
                    } else {
                        i128::from(data.mtime()) * 1_000_000_000 + i128::from(data.mtime_nsec())
                    },
                    link: fs::read_link(&path).map(|to| to.display().to_string()).unwrap_or_default(),
                    extended: extended(&path),
                },
            );
            if kind == "folder" {
                folders.push(path);
            }
        }
    }
    Snapshot(found)
}

/// Panics with the lines that differ, if any.
#[track_caller]
pub fn assert_same(before: &Snapshot, after: &Snapshot) {
    let (old, new) = (before.lines(), after.lines());
    let gone: Vec<_> = old.iter().filter(|line| !new.contains(line)).map(|line| format!("- {line}")).collect();
    let come: Vec<_> = new.iter().filter(|line| !old.contains(line)).map(|line| format!("+ {line}")).collect();
    assert!(gone.is_empty() && come.is_empty(), "not as before:\n{}\n{}", gone.join("\n"), come.join("\n"));
}

// A disk without extended attributes answers with an error: then there are none to lose.
fn extended(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = xattr::list(path).into_iter().flatten();
    let value = |name: std::ffi::OsString| {
        let value = xattr::get(path, &name).ok().flatten()?;
        Some((name.to_string_lossy().into_owned(), value))
    };
    names.filter_map(value).collect()
}

fn sha256(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_else(|e| panic!("read {}: {e}", path.display()));
    Sha256::digest(&bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// The program `assent`: `ASSENT_BIN`, or built once into the target folder that this test runs from.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(path) = std::env::var_os("ASSENT_BIN") {
            return PathBuf::from(path);
        }
        let test = std::env::current_exe().expect("the path of this test");
        let profile = test.ancestors().nth(2).expect("target/<profile>/deps");
        let target = profile.parent().expect("target");
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        build.args(["build", "--quiet", "--package", "assent-cli", "--target-dir"]).arg(target);
        if profile.file_name().is_some_and(|name| name == "release") {
            build.arg("--release");
        }
        let built = build.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("run cargo");
        assert!(built.success(), "assent-cli does not build");
        profile.join(format!("assent{}", std::env::consts::EXE_SUFFIX))
    })
}

/// A home folder and a data folder of its own, gone when dropped.
pub struct Home {
    folder: tempfile::TempDir,
}

/// What one call of the program came to.
#[derive(Debug)]
pub struct Run {
    /// Exit status; -1 when it was killed.
    pub status: i32,
    /// Each line of the output that is a JSON object.
    pub lines: Vec<Value>,
    /// The output as it is.
    pub stdout: String,
    /// The error output as it is.
    pub stderr: String,
}

impl Default for Home {
    fn default() -> Self {
        Home::new()
    }
}

impl Home {
    /// An empty one.
    pub fn new() -> Home {
        let folder = tempfile::Builder::new().prefix("assent-test-").tempdir().expect("make a temporary folder");
        fs::create_dir_all(folder.path().join("home")).expect("make a home");
        Home { folder }
    }

    /// The user's home folder.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Where the program keeps its data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A [`messy_folder`] named `name` in the home folder.
    pub fn messy(&self, name: &str) -> PathBuf {
        let dir = self.path().join(name);
        messy_folder(&dir);
        dir
    }

    /// Makes `program` see this home and nothing of the real one.
    pub fn dress(&self, program: &mut Command) {
        for name in
            ["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"]
        {
            program.env_remove(name);
        }
        program
            .env("HOME", self.path())
            .env("ASSENT_DATA", self.data())
            .env("ASSENT_KEYCHAIN", "off")
            .env("TZ", "Europe/Warsaw")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .current_dir(self.path());
    }

    /// The program with `args`, ready to start.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(args);
        self.dress(&mut command);
        command
    }

    /// Runs the program to its end.
    pub fn assent(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args))
    }

    /// Runs the program with `--json` to its end.
    pub fn json(&self, args: &[&str]) -> Run {
        let mut all = args.to_vec();
        all.push("--json");
        self.assent(&all)
    }

    /// The cards that wait now.
    pub fn inbox(&self) -> Vec<Value> {
        self.json(&["inbox"]).ended(0).cards().into_iter().cloned().collect()
    }

    /// How an action stands now.
    pub fn status(&self, id: &str) -> String {
        text(self.json(&["show", id]).ended(0).cards()[0], "status")
    }

    /// Writes a file below the home folder and returns its path.
    pub fn file(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("make a folder");
        fs::write(&path, contents).expect("write a file");
        path
    }

    /// Starts `assent core` and waits until it has the data folder.
    pub fn core(&self) -> Child {
        let mut core = self.command(&["core"]).stdout(Stdio::piped()).spawn().expect("start assent core");
        let mut line = String::new();
        let out = core.stdout.as_mut().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("read its output");
        assert!(line.contains("Ctrl+C"), "core says {line:?}");
        core
    }

    /// Starts the program and leaves it running; its output goes nowhere.
    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start assent")
    }
}

impl Run {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Run {
        let output = command.output().unwrap_or_else(|e| panic!("run {command:?}: {e}"));
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        Run {
            status: output.status.code().unwrap_or(-1),
            lines: stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
            stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The JSON lines of one type.
    pub fn all(&self, kind: &str) -> Vec<&Value> {
        self.lines.iter().filter(|line| line["type"] == kind).collect()
    }

    /// The cards.
    pub fn cards(&self) -> Vec<&Value> {
        self.all("card")
    }

    /// The last line, which says how the run stands.
    #[track_caller]
    pub fn end(&self) -> &Value {
        let last = self.lines.last().unwrap_or_else(|| panic!("no line: {self:#?}"));
        assert_eq!(last["type"], "end", "{self:#?}");
        last
    }

    /// Panics with everything unless it ended with this status.
    #[track_caller]
    pub fn ended(self, status: i32) -> Run {
        assert_eq!(self.status, status, "{self:#?}");
        self
    }
}

/// Called by a test that cannot run here, with the reason. Under `cargo xtask test` it fails: what is not tried there is not
/// shown at all.
#[track_caller]
pub fn cannot_run(why: &str) {
    assert!(std::env::var_os("ASSENT_TESTS_MUST_RUN").is_none(), "this test has to run and cannot: {why}");
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    eprintln!("LEFT OUT {name}: {why}");
}

/// A text field of a JSON line.
#[track_caller]
pub fn text(line: &Value, name: &str) -> String {
    line[name].as_str().unwrap_or_else(|| panic!("no text {name} in {line}")).to_owned()
}

/// A file of the packages that `cargo xtask test` installs from `tests/mcp-servers`.
pub fn installed(path: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace");
    let found = root.join("target/mcp-servers/node_modules").join(path);
    assert!(found.exists(), "{} is not there; `cargo xtask test` installs it", found.display());
    found
}

/// A program of ours beside the packages, so that it finds them.
pub fn beside_packages(name: &str) -> String {
    let packages = installed("@agentclientprotocol/sdk").ancestors().nth(3).expect("its folder").to_owned();
    let script = packages.join(format!("assent-{name}"));
    let wanted = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("mcp-servers").join(name)).expect("read it");
    // The tests of two programs may come at once.
    let part = packages.join(format!("assent-{name}.{}", std::process::id()));
    fs::write(&part, wanted).expect("write the agent");
    fs::rename(part, &script).expect("put the agent there");
    script.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_messy_folder_has_its_files_and_duplicates_and_is_the_same_each_time() {
        let (a, b) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        messy_folder(a.path());
        messy_folder(b.path());
        let (one, two) = (snapshot(a.path()), snapshot(b.path()));
        let contents = one.contents();
        assert_eq!(contents.values().sum::<usize>(), MESSY_FILES);
        assert_eq!(contents.len(), MESSY_FILES - MESSY_DUPLICATES);
        // The times of links are those of their making.
        let still =
            |s: &Snapshot| s.0.iter().filter(|(_, e)| e.kind != "link").map(|(n, e)| (n.clone(), e.clone())).collect();
        assert_same(&Snapshot(still(&one)), &Snapshot(still(&two)));
    }
}
