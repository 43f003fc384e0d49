//! The way from a terminal to the program that has the data folder open.

use super::{ANSWER_WITHIN, ATTEND, HELLO, Question, TAKES_TIME, THERE_WITHIN, VERSION, own_uid, path};
use crate::{Answered, words};
use assent_protocol::{
    RunId, texts,
    wire::{ErrorCode, WireError},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    fs,
    io::{BufRead, BufReader, ErrorKind, Write},
    os::unix::{fs::MetadataExt, net::UnixStream as Stream},
    path::{Path, PathBuf},
    sync::mpsc,
    time::Duration,
};

/// The way from a terminal to the program that has the data folder open.
#[derive(Debug, Clone)]
pub struct Line {
    path: PathBuf,
}

/// What a look for that program comes to.
pub enum Reached {
    /// It answers.
    Line(Line),
    /// Nobody listens: there is no socket, or it was left by a program that was killed.
    Nobody,
    /// Somebody holds the socket and does not answer; a sentence.
    Silent(String),
}

impl Line {
    /// Looks who answers at the socket of this data folder. Takes a few seconds at most.
    pub(crate) fn to(data: &Path) -> Reached {
        let path = path(data);
        if !fs::symlink_metadata(&path).is_ok_and(|socket| socket.uid() == own_uid()) {
            return Reached::Nobody;
        }
        let silent = texts::say("engine.socket.silent", &[("path", &path.display().to_string())]);
        let line = Line { path };
        let (tell, told) = mpsc::channel();
        let asking = line.clone();
        // On a thread: to connect to a program that takes no callers can last for ever as well.
        let look = move || {
            let _ = tell.send(match Stream::connect(&asking.path) {
                Ok(_) => Some(asking.said(HELLO, &(), Some(THERE_WITHIN)).is_ok()),
                Err(_) => None,
            });
        };
        if std::thread::Builder::new().spawn(look).is_err() {
            return Reached::Silent(silent);
        }
        match told.recv_timeout(THERE_WITHIN) {
            Ok(Some(true)) => Reached::Line(line),
            Ok(None) => Reached::Nobody,
            Ok(Some(false)) | Err(_) => Reached::Silent(silent),
        }
    }

    /// Asks for one function by its name and waits for what it gives.
    pub(crate) fn ask<T: DeserializeOwned>(&self, call: &str, with: &impl Serialize) -> Answered<T> {
        let within = (!TAKES_TIME.contains(&call)).then_some(ANSWER_WITHIN);
        Ok(self.exchange(call, with, within)?.0)
    }

    /// Connects an agent elsewhere: its run, and the stream that is open as long as it is there.
    pub(crate) fn attend(&self, claimed: &str) -> Answered<(RunId, Stream)> {
        self.exchange(ATTEND, &(claimed,), None)
    }

    fn exchange<T: DeserializeOwned>(
        &self,
        call: &str,
        with: &impl Serialize,
        within: Option<Duration>,
    ) -> Answered<(T, Stream)> {
        let (mut answer, stream) = self.said(call, with, within)?;
        match serde_json::from_value::<WireError>(answer["error"].take()) {
            Ok(error) => Err(error),
            Err(_) => Ok((serde_json::from_value(answer["ok"].take()).map_err(|error| cut(&error))?, stream)),
        }
    }

    // What comes back, whether it is an answer or a refusal.
    fn said(&self, call: &str, with: &impl Serialize, within: Option<Duration>) -> Answered<(Value, Stream)> {
        let broken = |error: std::io::Error| match (error.kind(), within) {
            (ErrorKind::WouldBlock | ErrorKind::TimedOut, Some(within)) => WireError {
                code: ErrorCode::Other,
                message: texts::say("engine.socket.late", &[("seconds", &within.as_secs().to_string())]),
            },
            _ => cut(&error),
        };
        let with = serde_json::to_value(with).map_err(words::other)?;
        let question = Question { version: VERSION.to_owned(), call: call.to_owned(), with };
        let question = serde_json::to_string(&question).map_err(words::other)?;
        let mut stream = Stream::connect(&self.path).map_err(|error| cut(&error))?;
        stream.set_read_timeout(within).map_err(|error| cut(&error))?;
        stream.set_write_timeout(Some(ANSWER_WITHIN)).map_err(|error| cut(&error))?;
        // One that will not hear it to the end may have said why.
        let asked = stream.write_all(format!("{question}\n").as_bytes());
        let mut line = String::new();
        BufReader::new(&mut stream).read_line(&mut line).map_err(broken)?;
        if line.is_empty() {
            asked.map_err(broken)?;
        }
        Ok((serde_json::from_str(&line).map_err(|error| cut(&error))?, stream))
    }
}

fn cut(error: &dyn std::fmt::Display) -> WireError {
    let message = texts::say("engine.socket.cut", &[("error", &error.to_string())]);
    WireError { code: ErrorCode::Other, message }
}
