//! The practice task: a folder of its own with a small mess in it, so that a first minute shows cards, edit, reject, a
//! rule, undo and history on files that do not matter.

use crate::{Answered, Engine, words};
use assent_protocol::{Mode, texts, wire::NewTask};
use std::{fs, path::PathBuf};

const FILES: &[(&str, &str)] = &[
    ("holiday-1.jpg", "a beach"),
    ("holiday-2.jpg", "a boat"),
    ("holiday-2 (copy).jpg", "a boat"),
    ("IMG_20260814.JPG", "a tree"),
    ("rent contract (2).pdf", "the flat"),
    ("invoice.pdf", "four chairs"),
    ("invoice (1).pdf", "four chairs"),
    ("minutes.docx", "we met"),
    ("song.mp3", "la la la"),
    ("song-old.mp3", "la la la"),
    ("backup.zip", "a box"),
    ("-rf.txt", "an odd name"),
    ("readme", "no ending"),
];

impl Engine {
    /// Makes a new practice folder and returns the task to start in it.
    ///
    /// # Errors
    /// When the folder cannot be made in the home folder.
    pub fn practice(&self) -> Answered<NewTask> {
        let folder = self.fresh_folder()?;
        for (name, text) in FILES {
            fs::write(folder.join(name), format!("{text}\n")).map_err(words::other)?;
        }
        let mut settings = self.settings()?;
        settings.practised = true;
        self.set_settings(settings)?;
        let folder = folder.display().to_string();
        Ok(NewTask {
            goal: texts::say("engine.practice.goal", &[("folder", &folder)]),
            mode: Some(Mode::Ask),
            grants: vec![folder],
            model: Some("planner".to_owned()),
        })
    }

    // An earlier practice folder may hold what the user put there, so a new one never takes its place.
    fn fresh_folder(&self) -> Answered<PathBuf> {
        let name = texts::say("engine.practice.folder", &[]);
        for n in 1..1000 {
            let name = if n == 1 { name.clone() } else { format!("{name} {n}") };
            let folder = self.0.config.home.join(name);
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(folder),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(words::bad_input(
                        "engine.practice.failed",
                        &[("folder", &folder.display().to_string()), ("error", &error.to_string())],
                    ));
                }
            }
        }
        Err(words::bad_input("engine.practice.failed", &[("folder", &name), ("error", "there are a thousand already")]))
    }
}
