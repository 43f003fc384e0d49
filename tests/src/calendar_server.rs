//! A calendar server of the test's own: radicale (CalDAV), on this computer only, in a folder of its own, ended with the
//! test. Each event is a file of it, so that a test sees every byte.

use crate::mail_servers::{PASSWORD, free_port, until_it_answers};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// `anna:` and the password, as HTTP carries it.
const ANNA: &str = "YW5uYTpzM2NyZXQtb2YtYW5uYQ==";

/// A server that runs. It ends when dropped.
pub struct CalendarServer {
    folder: TempDir,
    port: u16,
    server: Child,
}

impl CalendarServer {
    /// Starts one that knows anna by her password.
    pub fn start() -> CalendarServer {
        Self::start_with("type = htpasswd\nhtpasswd_filename = FOLDER/users\nhtpasswd_encryption = plain")
    }

    /// The same, but any password is taken: for a program that forgets it each time it ends.
    pub fn start_for_any_password() -> CalendarServer {
        Self::start_with("type = none")
    }

    fn start_with(passwords: &str) -> CalendarServer {
        let folder = tempfile::Builder::new().prefix("assent-calendar-").tempdir().expect("a folder");
        let port = free_port();
        let config = format!(
            "[server]\nhosts = 127.0.0.1:{port}\n[auth]\n{passwords}\ndelay = 0\n[storage]\nfilesystem_folder = \
             FOLDER/events\n[logging]\nlevel = error\n"
        );
        let config = config.replace("FOLDER", &folder.path().display().to_string());
        let file = folder.path().join("config");
        fs::write(&file, config).expect("write the configuration");
        fs::write(folder.path().join("users"), format!("anna:{PASSWORD}\n")).expect("write the users");
        let mut server = Command::new("radicale");
        server.arg("--config").arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = server.spawn().expect("start radicale: `cargo xtask test` installs it");
        until_it_answers(port);
        let server = CalendarServer { folder, port, server };
        server.ask("MKCALENDAR", "/anna/home/", "", "");
        server
    }

    /// Where the calendar `home` of anna is.
    pub fn url(&self) -> String {
        self.at("/anna/home/")
    }

    /// Another address of the server.
    pub fn at(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Gives `home` the account of anna, called `home`; gives back what the program said.
    pub fn add_to(&self, home: &crate::Home, url: &str) -> crate::Run {
        let add = ["--json", "accounts", "add", "calendar", "home", "--url", url, "--user", "anna"];
        let mut adding = home.command(&add);
        let mut adding = adding.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("start assent");
        adding.stdin.take().expect("its input").write_all(format!("{PASSWORD}\n").as_bytes()).expect("write");
        let output = adding.wait_with_output().expect("its end");
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        crate::Run {
            status: output.status.code().unwrap_or(-1),
            lines: stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
            stdout,
            stderr: String::new(),
        }
    }

    /// Puts an event of these lines there, as another program would.
    pub fn put(&self, id: &str, lines: &str) {
        let event = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\nUID:{id}\r\n\
             DTSTAMP:20261101T000000Z\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        self.ask("PUT", &format!("/anna/home/{id}.ics"), "Content-Type: text/calendar; charset=utf-8\r\n", &event);
    }

    /// Every event by the name of its file.
    pub fn events(&self) -> BTreeMap<String, String> {
        let folder = self.folder.path().join("events/collection-root/anna/home");
        let files = fs::read_dir(folder).expect("the calendar").map(|entry| entry.expect("a file").path());
        let named = files.map(|file| (file.file_name().unwrap_or_default().to_string_lossy().into_owned(), file));
        let events = named.filter(|(name, _)| name.ends_with(".ics"));
        events.map(|(name, file)| (name, fs::read_to_string(file).expect("an event"))).collect()
    }

    #[track_caller]
    fn ask(&self, method: &str, path: &str, headers: &str, body: &str) {
        let mut line = TcpStream::connect(("127.0.0.1", self.port)).expect("connect");
        line.set_read_timeout(Some(Duration::from_secs(10))).expect("a time");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Basic {ANNA}\r\n\
             {headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        line.write_all(&[head.as_bytes(), body.as_bytes()].concat()).expect("write");
        let mut answer = String::new();
        line.read_to_string(&mut answer).expect("an answer");
        assert!(answer.split(' ').nth(1).is_some_and(|status| status.starts_with('2')), "{method} {path}: {answer}");
    }
}

impl Drop for CalendarServer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
