//! A terminal with the program at its other end: a test types and reads as a person would.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// How long a test waits for words on the screen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The person's end of a terminal.
pub struct Terminal {
    keys: File,
    screen: Receiver<Vec<u8>>,
    seen: String,
    child: Child,
}

impl Terminal {
    /// A terminal at which `typed` was typed before `command` was started in it.
    pub fn start(command: &mut Command, typed: &str) -> Terminal {
        let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("open a terminal");
        grantpt(&person).and_then(|()| unlockpt(&person)).expect("unlock the terminal");
        let name = ptsname(&person, Vec::new()).expect("the name of the terminal");
        let program = OpenOptions::new().read(true).write(true).open(name.to_str().expect("a path")).expect("its end");
        let mut keys = File::from(person);
        keys.write_all(typed.as_bytes()).expect("type");
        let end = || program.try_clone().expect("its end");
        let child = command.stdin(end()).stdout(end()).stderr(end()).spawn().expect("start the program");
        let mut from = keys.try_clone().expect("the screen");
        let (sender, screen) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count) = from.read(&mut bytes) {
                if count == 0 || sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal { keys, screen, seen: String::new(), child }
    }

    /// Types.
    pub fn types(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).expect("type");
    }

    /// Waits until `words` stand on the screen, and gives what stood there until then. Looks from where it last found.
    #[track_caller]
    pub fn shows(&mut self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(at) = self.seen.find(words) {
                let rest = self.seen.split_off(at + words.len());
                return std::mem::replace(&mut self.seen, rest);
            }
            match self.screen.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.seen.push_str(&String::from_utf8_lossy(&bytes)),
                Err(_) => panic!("{words:?} does not stand in {:?}", self.seen),
            }
        }
    }

    /// Waits for the end of the program.
    pub fn ended(mut self) -> ExitStatus {
        self.child.wait().expect("wait for the program")
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
