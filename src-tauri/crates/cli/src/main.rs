//! `assent`, the terminal front end: the same engine as the window, in text or, with `--json`, one object a line.
//! Exit status: 0 done, 3 waiting for a person, 2 bad usage, 1 anything else.
//!
//! Where the window or `assent core` has the data folder open, it does the work and the terminal asks it through a local
//! socket; only what the agent says then comes a message at a time and not as it is written.
//!
//! With `--json` each line has a `type`. Fields are only ever added:
//! - `card`: `id`, `digest`, `tool`, `title`, `args`, `effect`, `destination`, `reversal`, `reasons` (`code`, `detail`),
//!   `expires` (RFC 3339), and `run`, `status`, `escalate`, `floor`, `confirm` (what `approve --confirm` takes, or null),
//!   `size`, `preview`, `why` (sentences), `values_from`, `hidden_characters`, `edit_of`, `goal`, `mode`, `says`
//! - `action`: `id`, `status`, `by` (user, flag, rule, mode, floor, expiry, freeze or null), `rule`, and `run`, `tool`,
//!   `title`, `effect`, `digest`, `args`, `reason`, `note`, `outcomes`, `undo`, `edit_of`, `reasons`, `proposed`,
//!   `ended`, `until` (while it is held: when it starts)
//! - `message`: `text`, said by the agent or by Assent
//! - `question`: `id`, `run`, `text`
//! - `error`: `code`, `text`; the exit status is then not 0
//! - `end`, the last line of a command that sets a task going: `run`, `status` (done, waiting, stopped, failed),
//!   `waiting`, `succeeded`, `failed`, `unknown` (counts; of actions that change something), `note`, and for a model
//!   elsewhere `replies`, `tokens_in`, `tokens_out`, `cost` (US dollars, or null where no price is known), `unpriced`
//! - `warning`: `run`, `text`, said once when four fifths of a limit are used
//! - `paused`: `run`, `why`, `limit`, `raise_to`: a run that stands still at a limit
//! - `limit`: `run`, `limit`, `used`, `most`
//! - `automation`: `id`, `state` (draft, off, on), `name`, `sentence`, `standing`, `waiting`, `trouble`, `next`, `draft`,
//!   `proposed_by`
//! - `firing`: `id`, `automation`, `status` (queued, started, dropped, noted, missed, asked, overlapped, capped, slept,
//!   failed), `triage`, `count`, `due`, `until`, `what`, `reason`, `run`, `run_status`, `waiting`
//! - `digest`: `since`, `until`, `words`, and the counts `done`, `waiting`, `expired`, `failed`, `not_understood`, `skipped`, `noted`, `dropped`,
//!   `unasked`; before it a `digest_line` each (`list`, `text`, `count`, `automation`, `firing`, `run`, `action`, `at`) and
//!   `unasked` (`action`, `run`, `automation`, `title`, `rule`, `because`, `undo`)
//! - `sample_line`: `at` (the sample's own clock), `text`; and last `sample`: `sample`, `seed`, `folder`, `picture`, `digest`
//!   (lines), `counts`, `next` (commands)
//! - answers to one command: `automation_run`, `looked_back`, `look_back`, `login`, `task`, `rule`, `offer`, `setting`,
//!   `models`, `price`, `undo`, `why`, `verification`, `trust_offer`, `advice`, `connection`, `connection_tool`, `account`,
//!   `agent`, `imported`, and `notice` in `core`

mod accounts;
mod agents;
mod arguments;
mod automations;
mod card;
mod commands;
mod connections;
mod core;
mod digest;
mod editor;
mod follow;
mod freeze;
mod host;
mod limits;
mod lists;
mod mcp;
mod models;
mod new_rule;
mod out;
mod prompt;
mod rules;
mod sample;
mod settings;
mod tasks;
mod trust;
mod typed;

use arguments::{Arguments, Command};
use assent_engine::{Config, Core, Engine};
use assent_protocol::wire::{ErrorCode, WireError};
use host::TerminalHost;
use out::Out;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

/// How long the program waits at its end for work that was stopped.
const LAST_WORK: Duration = Duration::from_secs(1);

/// How a command ended, in order of weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Ended {
    /// Everything is done.
    Done,
    /// Something waits for a person.
    Waiting,
    /// The user typed something that does not fit.
    BadUsage,
    /// Anything else.
    Failed,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> ExitCode {
        ExitCode::from(match ended {
            Ended::Done => 0,
            Ended::Waiting => 3,
            Ended::BadUsage => 2,
            Ended::Failed => 1,
        })
    }
}

/// What every command returns.
type Answered = Result<Ended, WireError>;

/// What a command works with.
struct Desk {
    config: Config,
    engine: Core,
    host: Arc<TerminalHost>,
    out: Out,
}

fn main() -> ExitCode {
    // Nothing is opened and no thread is started before the command line is understood: `--help` must be instant.
    let arguments = Arguments::read();
    let out = Out::new(arguments.json);
    let ended = match run(arguments, out) {
        Ok(ended) => ended,
        Err(error) => {
            out.error(&error);
            if error.code == ErrorCode::BadInput { Ended::BadUsage } else { Ended::Failed }
        }
    };
    ended.into()
}

fn run(arguments: Arguments, out: Out) -> Answered {
    let config = Config::from_environment(arguments.data);
    if let Command::Core { at_login: Some(switch) } = arguments.command {
        return core::at_login(&config, switch, out);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| WireError {
        code: ErrorCode::Other,
        message: out::words("cli.runtime", &[("error", &error.to_string())]),
    })?;
    let works = matches!(arguments.command, Command::Ask { .. } | Command::Core { .. });
    if let Some(notice) = assent_engine::root_notice().filter(|_| works && !arguments.json) {
        eprintln!("{notice}");
    }
    if matches!(arguments.command, Command::Freeze) {
        return freeze::everything(&config, out);
    }
    let ended = runtime.block_on(async {
        // A sample has a folder and an engine of its own: nothing of the user's is opened.
        if let Command::Sample(parts) = &arguments.command {
            return sample::run(&parts.task(), &config.home, out).await;
        }
        let alone = matches!(arguments.command, Command::Core { at_login: None });
        let host = Arc::new(TerminalHost::new(out, alone));
        let there = || if alone { Ok(None) } else { Core::there(&config.data) };
        // A program that holds the socket and does not answer is no reason to wait where the folder itself is free.
        let first = there();
        let engine = match first {
            Ok(Some(core)) => core,
            other => match Engine::open(config.clone(), host.clone()) {
                Ok(engine) => Core::Here(engine),
                // The program that has it may begin to listen just now.
                Err(error) => match other.and_then(|_| there())? {
                    Some(core) => core,
                    None => return Err(error),
                },
            },
        };
        let desk = Desk { config, engine, host, out };
        let ended = desk.run(arguments.command).await;
        desk.engine.close();
        ended
    });
    // What hangs in the system, as a read that never ends, holds the end of the program up no longer than this.
    runtime.shutdown_timeout(LAST_WORK);
    ended
}
