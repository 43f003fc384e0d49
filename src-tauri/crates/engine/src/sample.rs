//! The ready domains, shown in a folder of their own: the real engine with its own journal, a clock that the sample moves,
//! no display, no network, no model, and the same story for the same seed. One that was killed on the way goes on where it
//! was.

mod clock;
mod dice;
mod letters;
mod market;
mod monitoring;
mod picture;
mod reckon;
mod stage;
mod support;
mod trading;

use crate::{Answered, base::words};
use assent_protocol::{Sample, SampleLine, SampleReport, SampleTask, texts};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What a sample is about, in its folder.
const ABOUT: &str = "sample.json";
/// More days than anybody looks at.
const MOST_DAYS: u32 = 5_000;

/// Which sample a folder holds, and how far it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct About {
    sample: Sample,
    seed: u32,
    days: u32,
    /// Steps of its story that are done.
    done: u32,
    ended: bool,
}

/// Runs a sample to its end. `home` is where samples lie that name no folder; an earlier one there is moved aside, never
/// written over. `tell` is given the story as it happens.
///
/// # Errors
/// When its folder cannot be used, or its history cannot be written.
pub async fn run_sample(
    task: &SampleTask,
    home: &Path,
    tell: &(dyn Fn(&SampleLine) + Send + Sync),
) -> Answered<SampleReport> {
    let days = task.days.unwrap_or(260);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(words::bad_input("sample.days", &[("most", &MOST_DAYS.to_string())]));
    }
    let about = About { sample: task.sample, seed: task.seed, days, done: 0, ended: false };
    let folder = match &task.folder {
        Some(folder) => std::path::absolute(folder).unwrap_or_else(|_| PathBuf::from(folder)),
        None => home.join(texts::say("sample.folder", &[])).join(task.sample.name()),
    };
    let (folder, about) = make_room(&folder, about)?;
    let mut stage = stage::Stage::new(folder, about, tell)?;
    match task.sample {
        Sample::Monitoring => monitoring::run(&mut stage).await?,
        Sample::Support => support::run(&mut stage, task.letters.as_deref()).await?,
        Sample::Trading => trading::run(&mut stage).await?,
    }
    stage.report()
}

// A folder for it: a new one, or the one in which it was begun.
fn make_room(folder: &Path, about: About) -> Answered<(PathBuf, About)> {
    let failed = |error: &dyn std::fmt::Display| {
        let values = [("folder", folder.display().to_string()), ("error", error.to_string())];
        words::bad_input("sample.failed", &[("folder", &values[0].1), ("error", &values[1].1)])
    };
    if let Some(kept) = about_of(folder) {
        // A year can be taken up in the middle; a day is told from its beginning.
        if about.sample == Sample::Trading && !kept.ended && (About { done: 0, ..kept.clone() }) == about {
            return Ok((folder.canonicalize().map_err(|error| failed(&error))?, kept));
        }
        move_aside(folder).map_err(|error| failed(&error))?;
    } else if fs::read_dir(folder).is_ok_and(|mut list| list.next().is_some()) {
        return Err(words::bad_input("sample.not_empty", &[("folder", &folder.display().to_string())]));
    }
    fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    Ok((folder.canonicalize().map_err(|error| failed(&error))?, about))
}

// The newest one always has the plain name.
fn move_aside(folder: &Path) -> std::io::Result<()> {
    for n in 1..10_000 {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let aside = folder.with_file_name(texts::say("sample.aside", &[("name", &name), ("n", &n.to_string())]));
        if !aside.exists() {
            return fs::rename(folder, aside);
        }
    }
    Err(std::io::Error::other(texts::say("sample.too_many", &[])))
}

fn about_of(folder: &Path) -> Option<About> {
    serde_json::from_str(&fs::read_to_string(folder.join(ABOUT)).ok()?).ok()
}

// All of it or none of it, also when the program is killed meanwhile.
fn keep_about(folder: &Path, about: &About) -> Answered<()> {
    keep(&folder.join(ABOUT), &serde_json::to_string(about).map_err(words::other)?)
}

fn keep(path: &Path, text: &str) -> Answered<()> {
    let new = path.with_extension("new");
    let written = fs::write(&new, text).and_then(|()| fs::rename(&new, path));
    written.map_err(|error| {
        let path = path.display().to_string();
        words::bad_input("sample.failed", &[("folder", &path), ("error", &error.to_string())])
    })
}
