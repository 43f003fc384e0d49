//! Where Assent keeps its things.

use crate::{Answered, base::words};
use std::path::{Path, PathBuf};

/// Folders and switches that come from outside.
#[derive(Debug, Clone)]
pub struct Config {
    /// Everything Assent keeps: the journal, copies for undo.
    pub data: PathBuf,
    /// The user's home folder.
    pub home: PathBuf,
    /// Whether the system's keychain is used. Without it the history is not anchored and keys last for one run.
    pub keychain: bool,
}

impl Config {
    /// From `data` (else `ASSENT_DATA`, else the system's place for program data), `HOME`, and
    /// `ASSENT_KEYCHAIN=off`, which never loosens anything: it only takes the keychain away.
    pub fn from_environment(data: Option<PathBuf>) -> Config {
        let home = std::env::var_os("HOME").map_or_else(|| PathBuf::from("/"), PathBuf::from);
        let data = data
            .or_else(|| std::env::var_os("ASSENT_DATA").filter(|text| !text.is_empty()).map(PathBuf::from))
            .unwrap_or_else(|| {
                std::env::var_os("XDG_DATA_HOME")
                    .map(PathBuf::from)
                    .filter(|path| path.is_absolute())
                    .unwrap_or_else(|| home.join(".local/share"))
                    .join("assent")
            });
        let data = std::path::absolute(&data).unwrap_or(data);
        Config { data, home, keychain: std::env::var("ASSENT_KEYCHAIN").as_deref() != Ok("off") }
    }

    pub(crate) fn copies(&self) -> PathBuf {
        self.data.join("copies")
    }

    pub(crate) fn freeze_mark(&self) -> PathBuf {
        Self::freeze_mark_in(&self.data)
    }

    pub(crate) fn freeze_mark_in(data: &Path) -> PathBuf {
        data.join("freeze")
    }
}

// A path as a person types it.
pub(crate) fn absolute(config: &Config, text: &str) -> PathBuf {
    let path = match text.strip_prefix("~/") {
        Some(rest) => config.home.join(rest),
        None => PathBuf::from(text),
    };
    std::path::absolute(&path).unwrap_or(path)
}

pub(crate) fn folder(config: &Config, text: &str) -> Answered<PathBuf> {
    let path = absolute(config, text);
    match path.canonicalize() {
        Ok(path) if path.is_dir() => Ok(path),
        _ => Err(words::bad_input("engine.grant.missing", &[("folder", text)])),
    }
}
