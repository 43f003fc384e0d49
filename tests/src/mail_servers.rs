//! A mail server of the test's own: dovecot keeps the letters, aiosmtpd takes what is sent and writes each letter to a
//! file. Both listen on this computer only, live in a folder of their own and end with the test.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The password of every user.
pub const PASSWORD: &str = "s3cret-of-anna";
/// Nobody's number: dovecot keeps no letters as root.
const NOBODY: u32 = 65534;

/// Two servers that run. They end when dropped.
pub struct MailServers {
    folder: TempDir,
    /// Where letters are read.
    pub imap: u16,
    /// Where letters are sent.
    pub smtp: u16,
    imap_server: Child,
    smtp_server: Option<Child>,
}

impl MailServers {
    /// Starts both and waits until they answer.
    pub fn start() -> MailServers {
        Self::start_with(&format!("password={PASSWORD}"))
    }

    /// The same, but any password is taken: for a program that forgets it each time it is killed.
    pub fn start_for_any_password() -> MailServers {
        Self::start_with("nopassword=y")
    }

    fn start_with(passwords: &str) -> MailServers {
        let folder = tempfile::Builder::new().prefix("assent-mail-").tempdir().expect("a folder");
        let (imap, smtp) = (free_port(), free_port());
        let imap_server = dovecot(folder.path(), imap, passwords);
        let mut servers = MailServers { folder, imap, smtp, imap_server, smtp_server: None };
        servers.start_smtp();
        until_it_answers(imap);
        servers
    }

    /// Gives `home` the account of anna@example.org on these servers.
    pub fn add_to(&self, home: &crate::Home) {
        let (imap, smtp) = (format!("127.0.0.1:{}", self.imap), format!("127.0.0.1:{}", self.smtp));
        let servers = ["--imap", &imap, "--smtp", &smtp, "--imap-security", "plain", "--smtp-security", "plain"];
        let mut add = vec!["--json", "accounts", "add", "mail", "work", "--address", "anna@example.org"];
        add.extend(servers);
        let mut adding = home.command(&add);
        let mut adding = adding.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("start assent");
        adding.stdin.take().expect("its input").write_all(format!("{PASSWORD}\n").as_bytes()).expect("write");
        let added = adding.wait_with_output().expect("its end");
        assert!(added.status.success(), "{added:?}");
    }

    /// Starts the sending side, which was ended.
    pub fn start_smtp(&mut self) {
        let sent = self.sent_folder();
        fs::create_dir_all(&sent).expect("a folder");
        let script = self.folder.path().join("smtp.py");
        fs::write(&script, SMTP).expect("write the server");
        let mut server = Command::new(python());
        server.arg(script).arg(self.smtp.to_string()).arg(&sent).stdin(Stdio::null()).stdout(Stdio::null());
        self.smtp_server = Some(server.spawn().expect("start aiosmtpd: `cargo xtask test` installs it"));
        until_it_answers(self.smtp);
    }

    /// Ends the sending side.
    pub fn end_smtp(&mut self) {
        if let Some(mut server) = self.smtp_server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Every letter that was taken, as it came, oldest first; its envelope stands in front of it as `X-To:`.
    pub fn sent(&self) -> Vec<String> {
        let mut files: Vec<PathBuf> =
            fs::read_dir(self.sent_folder()).expect("the folder").map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        files.iter().map(|file| String::from_utf8_lossy(&fs::read(file).expect("a letter")).into_owned()).collect()
    }

    /// Makes a folder.
    pub fn make(&self, folder: &str) {
        self.talk(&[(format!("b CREATE \"{folder}\"\r\n").as_bytes(), "b OK")]);
    }

    /// Puts a letter into a folder, as if it had come.
    pub fn deliver(&self, folder: &str, letter: &[u8]) {
        let append = format!("b APPEND \"{folder}\" {{{}}}\r\n", letter.len());
        self.talk(&[(append.as_bytes(), "+ "), (&[letter, b"\r\n"].concat(), "b OK")]);
    }

    // Says each, once the one before was answered so.
    fn talk(&self, lines: &[(&[u8], &str)]) {
        let mut line = TcpStream::connect(("127.0.0.1", self.imap)).expect("connect");
        line.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
        let mut say = |text: &[u8], end: &str| {
            line.write_all(text).expect("write");
            let mut heard = Vec::new();
            let mut byte = [0; 1];
            while !String::from_utf8_lossy(&heard).contains(end) {
                assert!(line.read(&mut byte).expect("read") > 0, "{}", String::from_utf8_lossy(&heard));
                heard.push(byte[0]);
            }
        };
        say(format!("a LOGIN anna@example.org {PASSWORD}\r\n").as_bytes(), "a OK");
        lines.iter().for_each(|(text, end)| say(text, end));
    }

    /// The files that hold the letters of a folder, as bytes.
    pub fn letters(&self, folder: &str) -> Vec<Vec<u8>> {
        let mut at = self.folder.path().join("mail");
        if folder != "INBOX" {
            at = at.join(format!(".{folder}"));
        }
        let mut files: Vec<PathBuf> = ["cur", "new"]
            .iter()
            .filter_map(|part| fs::read_dir(at.join(part)).ok())
            .flatten()
            .map(|entry| entry.expect("a file").path())
            .collect();
        files.sort();
        files.iter().map(|file| fs::read(file).expect("a letter")).collect()
    }

    fn sent_folder(&self) -> PathBuf {
        self.folder.path().join("sent")
    }
}

impl Drop for MailServers {
    fn drop(&mut self) {
        self.end_smtp();
        // Asked to end, dovecot ends what it started.
        let _ = Command::new("kill").arg(self.imap_server.id().to_string()).status();
        let _ = self.imap_server.wait();
    }
}

/// The Python of the servers from PyPI.
pub fn python() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace");
    let folder = std::env::var_os("ASSENT_PY_SERVERS").map_or_else(|| root.join("target/py-servers"), PathBuf::from);
    let python = folder.join("bin/python");
    assert!(python.is_file(), "{} is missing: `cargo xtask test --fast` installs it", python.display());
    python
}

/// A port that nobody listens on now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number").port()
}

pub(crate) fn until_it_answers(port: u16) {
    let patience = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(patience.elapsed() < Duration::from_secs(20), "nothing listens on {port}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn dovecot(folder: &Path, port: u16, passwords: &str) -> Child {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("open the folder");
    for name in ["run", "state", "mail", "home"] {
        fs::create_dir(folder.join(name)).expect("a folder");
    }
    let root = fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    let own = fs::metadata(folder).expect("the folder");
    let (uid, gid) = if root {
        (NOBODY, NOBODY)
    } else {
        (std::os::unix::fs::MetadataExt::uid(&own), std::os::unix::fs::MetadataExt::gid(&own))
    };
    let mut internal = String::new();
    if root {
        for name in ["mail", "home"] {
            chown(folder.join(name), Some(uid), Some(gid)).expect("give the folder away");
        }
    } else {
        let name = String::from_utf8(Command::new("id").arg("-un").output().expect("run id").stdout).expect("a name");
        internal = format!("default_internal_user = {0}\ndefault_login_user = {0}\n", name.trim());
    }
    let config = CONFIG
        .replace("FOLDER", &folder.display().to_string())
        .replace("PORT", &port.to_string())
        .replace("PASSWORDS", passwords)
        .replace("UID", &uid.to_string())
        .replace("GID", &gid.to_string());
    let file = folder.join("dovecot.conf");
    fs::write(&file, internal + &config).expect("write the configuration");
    let program =
        ["/usr/sbin/dovecot", "dovecot"].into_iter().find(|name| !name.starts_with('/') || Path::new(name).exists());
    let mut server = Command::new(program.unwrap_or("dovecot"));
    server.arg("-F").arg("-c").arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    server.spawn().expect("start dovecot: `cargo xtask test` installs it")
}

const CONFIG: &str = "base_dir = FOLDER/run
state_dir = FOLDER/state
log_path = FOLDER/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:FOLDER/mail
first_valid_uid = 1
mail_max_userip_connections = 100
service imap-login {
  chroot =
  inet_listener imap {
    port = PORT
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
passdb {
  driver = static
  args = PASSWORDS
}
userdb {
  driver = static
  args = uid=UID gid=GID home=FOLDER/home
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
  mailbox Drafts {
    auto = create
    special_use = \\Drafts
  }
  mailbox Archive {
    auto = create
  }
}
";

// A letter to `cut@…` is taken and the line is then cut, so that nobody learns of it.
const SMTP: &str = r#"
import sys, time, pathlib, threading
from aiosmtpd.controller import Controller

class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = pathlib.Path(sys.argv[2]) / f"{time.time_ns()}.eml"
        part = name.with_suffix(".part")
        head = "".join(f"X-To: {to}\r\n" for to in envelope.rcpt_tos)
        part.write_bytes(head.encode() + envelope.content)
        part.rename(name)
        if any(to.startswith("cut@") for to in envelope.rcpt_tos):
            server.transport.abort()
        return "250 OK"

Controller(Keep(), hostname="127.0.0.1", port=int(sys.argv[1]), data_size_limit=70_000_000).start()
threading.Event().wait()
"#;
