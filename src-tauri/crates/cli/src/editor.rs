//! The arguments of a card in the user's own editor, or from the command line.

use crate::out::words;
use crate::tasks::bad_usage;
use assent_protocol::{
    canonical,
    wire::{ErrorCode, WireError},
};
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Reads arguments as strictly as a model's: no key twice, nothing that parsers disagree about.
pub fn parse(text: &str) -> Result<Value, WireError> {
    canonical::parse(text).map_err(|error| bad_usage("cli.edit.json", &[("error", &error.to_string())]))
}

/// Lets the user change `args` in `$VISUAL` or `$EDITOR`.
pub fn open(args: &Value) -> Result<Value, WireError> {
    let path = std::env::temp_dir().join(format!("assent-edit-{}-{}.json", std::process::id(), args.to_string().len()));
    let _gone = Gone(path.clone());
    let text = serde_json::to_string_pretty(args).unwrap_or_else(|_| args.to_string());
    write(&path, &text).map_err(|error| failed(&path.display().to_string(), &error.to_string()))?;
    let editor = ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok().filter(|e| !e.is_empty()));
    let editor = editor.unwrap_or_else(|| "vi".to_owned());
    let mut parts = editor.split_whitespace();
    let program = parts.next().unwrap_or("vi");
    let ended = Command::new(program).args(parts).arg(&path).status();
    match ended {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(failed(&editor, &status.to_string())),
        Err(error) => return Err(failed(&editor, &error.to_string())),
    }
    parse(&fs::read_to_string(&path).map_err(|error| failed(&path.display().to_string(), &error.to_string()))?)
}

fn failed(what: &str, error: &str) -> WireError {
    WireError { code: ErrorCode::Other, message: words("cli.edit.failed", &[("what", what), ("error", error)]) }
}

// Arguments may be private: nobody else may read them, and a file that is already there is not ours.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
