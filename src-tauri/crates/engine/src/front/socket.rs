//! The local socket: `socket` in the data folder, by which the terminal reaches the program that has the folder open.
//! One question and one answer a connection, each a line of JSON.
//!
//! Who may call: a process of the same user (the folder is 0700, the socket 0600, and the system is asked who is at the
//! other end), that was not started by Assent itself. So nothing that Assent runs on a model's behalf can answer its own
//! cards: a sandboxed tool has no data folder, no tool is told where it is, and a child of ours is turned away by its
//! ancestry. A program that the user runs elsewhere with the user's own rights can do what the user can do; that is
//! the same with or without the socket.

mod callers;
mod line;

pub use line::{Line, Reached};

use crate::{Answered, Engine, front::core, words};
use callers::{Callers, Silent};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream, unix::OwnedWriteHalf},
};

/// The function that drives a run; the answer comes when it waits or ends.
pub(crate) const DRIVE: &str = "drive";
/// An agent elsewhere connects; it is connected as long as the line is open.
const ATTEND: &str = "attend";
/// What an agent that waits here for an answer, and whatever it has started, may ask for: never the answer itself.
const ASKING: &str = "elsewhere_";
/// Both sides are of one version, since what they exchange is not promised to anybody else.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// How long a caller may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a caller may take to read an answer.
const READ_WITHIN: Duration = Duration::from_secs(30);
/// What is answered also when every place is taken.
const ALWAYS: [&str; 4] = [HELLO, "freeze", "stop_run", "recall"];
/// Whether anybody is there: answered at once, and without a look at the history.
const HELLO: &str = "hello";
/// How long a terminal waits for that.
const THERE_WITHIN: Duration = Duration::from_secs(3);
/// How long a terminal waits for an answer to what takes no time.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// What may take as long as it takes: a model, a person, a server or a long history.
const TAKES_TIME: [&str; 9] =
    [DRIVE, ATTEND, "sign_in", "test_connection", "add_connection", "accept_tool", "test_account", "verify", "export"];
/// What a terminal that waits out a hold lets others do.
const WHILE_HELD: [&str; 10] =
    ["recall", "freeze", "standing", "inbox", "card", "run", "runs", "history", "why", "settings"];
/// Callers that are answered at a time; those that always are not counted.
const CALLERS: usize = 64;

/// Where the socket of a data folder is.
pub(crate) fn path(data: &Path) -> PathBuf {
    data.join("socket")
}

#[derive(Serialize, Deserialize)]
struct Question {
    version: String,
    call: String,
    with: Value,
}

impl Engine {
    /// Lets terminals of the same user work beside this program, until it ends. Needs a runtime around it. A socket that a
    /// killed program left is taken away: whoever has the folder's lock is the only one.
    ///
    /// # Errors
    /// When the socket cannot be made; everything else goes on without it.
    pub fn listen(&self) -> Answered<()> {
        self.listen_to(|_| true)
    }

    /// [`Engine::listen`] for a program that ends with the run it drives: others may look, recall and freeze, and set
    /// nothing going that would end with it. Calling it again changes nothing.
    ///
    /// # Errors
    /// When the socket cannot be made; everything else goes on without it.
    pub fn listen_while_held(&self) -> Answered<()> {
        if self.0.listens.swap(true, Ordering::SeqCst) {
            return Ok(());
        }
        self.listen_to(|call| WHILE_HELD.contains(&call))
    }

    fn listen_to(&self, takes: fn(&str) -> bool) -> Answered<()> {
        let path = path(&self.0.config.data);
        let failed = |error: std::io::Error| {
            words::bad_input(
                "engine.socket.failed",
                &[("path", &path.display().to_string()), ("error", &error.to_string())],
            )
        };
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let listener = UnixListener::bind(&path).map_err(failed)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        self.watch_for_freeze();
        let engine = self.clone();
        tokio::spawn(async move {
            let desk = Arc::new(Callers::default());
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    // No handle is left for one more. Those that say nothing give theirs back soon.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let silent = desk.enter();
                let (engine, desk) = (engine.clone(), desk.clone());
                tokio::spawn(async move { serve(&engine, stream, takes, &desk, silent).await });
            }
        });
        Ok(())
    }
}

async fn serve(engine: &Engine, stream: UnixStream, takes: fn(&str) -> bool, desk: &Callers, silent: Silent) {
    let caller = stream.peer_cred().ok().map(|caller| (caller.uid(), caller.pid()));
    let (mut from, mut to) = stream.into_split();
    let mut place = None;
    let answer = match caller {
        Some((uid, pid)) if may_call(uid, pid, own_uid(), ancestors) => {
            let heard = tokio::select! {
                heard = tokio::time::timeout(PATIENCE, desk.hear(&mut from)) => heard,
                () = silent.pushed_out() => return,
            };
            drop(silent);
            let Ok(heard) = heard else { return };
            // The room that a long question takes is held until it is answered.
            match heard.and_then(|(line, room)| Ok((understood(engine, &line, pid, takes)?, room))) {
                Ok((question, room)) => {
                    if !ALWAYS.contains(&question.call.as_str()) {
                        place = desk.places.clone().try_acquire_owned().ok();
                        if place.is_none() {
                            return tell(&mut to, Err(words::bad_input("engine.socket.full", &[]))).await;
                        }
                    }
                    if question.call == ATTEND {
                        return attend(engine, question, pid, from, to).await;
                    }
                    let answer = answer(engine, question).await;
                    drop(room);
                    answer
                }
                Err(error) => Err(error),
            }
        }
        _ => Err(words::bad_input("engine.socket.refused", &[])),
    };
    tell(&mut to, answer).await;
    drop(place);
}

async fn tell(to: &mut OwnedWriteHalf, answer: Answered<Value>) {
    let line = match answer {
        Ok(given) => json!({ "ok": given }),
        Err(error) => json!({ "error": error }),
    };
    // Whoever asks and never reads does not keep a place for ever.
    let _ = tokio::time::timeout(READ_WITHIN, to.write_all(format!("{line}\n").as_bytes())).await;
}

// An agent is connected until its end of the line is closed, by itself or by its end.
async fn attend(
    engine: &Engine,
    question: Question,
    pid: Option<i32>,
    mut from: impl tokio::io::AsyncRead + Unpin,
    mut to: OwnedWriteHalf,
) {
    let claimed = question.with[0].as_str().unwrap_or_default().to_owned();
    let here = engine.clone();
    let begun = tokio::task::spawn_blocking(move || here.attend(&claimed, pid.and_then(parent_of))).await;
    match begun.map_err(words::other).flatten() {
        Ok(run) => {
            tell(&mut to, Ok(json!(run))).await;
            let _ = from.read(&mut [0; 1]).await;
            let here = engine.clone();
            let _ = tokio::task::spawn_blocking(move || here.leave(run)).await;
        }
        Err(error) => tell(&mut to, Err(error)).await,
    }
}

fn understood(engine: &Engine, line: &str, pid: Option<i32>, takes: fn(&str) -> bool) -> Answered<Question> {
    let question: Question = serde_json::from_str(line)
        .map_err(|error| words::bad_input("engine.socket.args", &[("error", &error.to_string())]))?;
    if question.version != VERSION {
        return Err(words::bad_input("engine.socket.version", &[("here", VERSION), ("there", &question.version)]));
    }
    if question.call != HELLO && !takes(&question.call) {
        return Err(words::bad_input("engine.socket.busy", &[]));
    }
    let asks = || pid.is_some_and(|pid| engine.asks_here(&ancestors(pid)));
    if question.call != ATTEND && !question.call.starts_with(ASKING) && asks() {
        return Err(words::bad_input("elsewhere.asker", &[]));
    }
    Ok(question)
}

async fn answer(engine: &Engine, question: Question) -> Answered<Value> {
    if question.call == HELLO {
        return Ok(json!(VERSION));
    }
    // Not among the threads that others may have filled.
    if question.call == "freeze" {
        let (asked, (tell, told)) = (engine.clone(), tokio::sync::oneshot::channel());
        let freeze = move || {
            let _ = tell.send(asked.freeze());
        };
        std::thread::Builder::new().spawn(freeze).map_err(words::other)?;
        return told.await.map_err(words::other)?.map(|()| Value::Null);
    }
    if question.call == DRIVE {
        let (run,) = serde_json::from_value(question.with).map_err(words::other)?;
        // On a task of its own: the run goes on when the terminal goes away.
        let driving = engine.clone();
        let run = tokio::spawn(async move { driving.drive(run).await }).await.map_err(words::other)??;
        return serde_json::to_value(run).map_err(words::other);
    }
    let asked = engine.clone();
    let call = question.call.clone();
    let given = tokio::task::spawn_blocking(move || core::answer(&asked, &question.call, question.with)).await;
    let given = given.map_err(words::other)??;
    go_on_after(engine, &call, &given);
    Ok(given)
}

// As in the window, what settles something that a run waits for also lets the run go on, so that a terminal that is
// closed in between holds nothing up.
fn go_on_after(engine: &Engine, call: &str, given: &Value) {
    let run = match call {
        "approve" | "reject" | "edit" | "recall" => &given["run"],
        "answer" => given,
        _ => return,
    };
    if let Ok(run) = serde_json::from_value(run.clone()) {
        engine.spawn(run);
    }
}

/// The same user, and nobody that this program has started.
fn may_call(uid: u32, pid: Option<i32>, own: u32, ancestors: impl Fn(i32) -> Vec<i32>) -> bool {
    let us = i32::try_from(std::process::id()).unwrap_or_default();
    uid == own && pid.is_none_or(|pid| pid == us || !ancestors(pid).contains(&us))
}

fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

// The process and those that it comes from. Where the system has no `/proc`, only the process itself.
fn ancestors(pid: i32) -> Vec<i32> {
    let mut found = vec![pid];
    while let Some(parent) = found.last().copied().and_then(parent_of).filter(|parent| *parent > 1) {
        if found.contains(&parent) {
            break;
        }
        found.push(parent);
    }
    found
}

/// The process that started this one.
pub(crate) fn parent_of_this() -> Option<i32> {
    rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get())
}

fn parent_of(pid: i32) -> Option<i32> {
    // `pid (name) state parent …`; the name may hold spaces and brackets.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_user_and_whatever_assent_has_started_are_turned_away() {
        let us = i32::try_from(std::process::id()).unwrap();
        let stranger = |_| vec![70, 60];
        assert!(may_call(1000, Some(70), 1000, stranger));
        assert!(!may_call(1001, Some(70), 1000, stranger));
        assert!(!may_call(0, Some(70), 1000, stranger), "not even the system's user: it is not the one who is asked");
        assert!(!may_call(1000, Some(70), 1000, |_| vec![70, us]));
    }

    #[test]
    fn ancestry_is_read_from_the_system() {
        let us = i32::try_from(std::process::id()).unwrap();
        let found = ancestors(us);
        assert_eq!(found[0], us);
        assert_eq!(found.get(1).copied(), parent_of(us).filter(|parent| *parent > 1));
        assert!(parent_of(i32::MAX).is_none());
    }
}
