//! Starting at login, hidden, with no window: an entry in the desktop's own list of what starts (XDG autostart). Only a
//! person's command makes it; for tools it is a protected place.

use crate::{Answered, Config, words};
use assent_protocol::texts;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Where the entry is.
fn entry(config: &Config) -> PathBuf {
    let own = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    own.unwrap_or_else(|| config.home.join(".config")).join("autostart/assent.desktop")
}

/// Whether the core starts at login.
pub fn starts_at_login(config: &Config) -> bool {
    entry(config).is_file()
}

/// Lets `program core` start at login, or not any more.
///
/// # Errors
/// When the entry cannot be written or taken away.
pub fn start_at_login(config: &Config, program: &Path, on: bool) -> Answered<PathBuf> {
    let path = entry(config);
    let failed = |error: io::Error| {
        words::bad_input("automation.login", &[("file", &path.display().to_string()), ("error", &error.to_string())])
    };
    if !on {
        return match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
            _ => Ok(path),
        };
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let command = format!("{} --data {} core", quoted(program), quoted(&config.data));
    let comment = texts::say("automation.login.comment", &[]);
    let text = format!(
        "[Desktop Entry]\nType=Application\nName=Assent\nComment={comment}\nExec={command}\nTryExec={}\nTerminal=false\n\
         NoDisplay=true\nX-GNOME-Autostart-enabled=true\n",
        program.display()
    );
    let new = path.with_extension("desktop.new");
    fs::write(&new, text).and_then(|()| fs::rename(&new, &path)).map_err(failed)?;
    Ok(path)
}

// As the specification of desktop entries quotes an argument: the entry's own escapes come on top of the shell's.
fn quoted(path: &Path) -> String {
    let mut out = String::from("\"");
    for c in path.display().to_string().chars() {
        match c {
            '"' | '`' | '$' => out.extend(['\\', '\\', c]),
            '\\' => out.push_str("\\\\\\\\"),
            '%' => out.push_str("%%"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_odd_letters_is_one_argument() {
        assert_eq!(quoted(Path::new("/a b/$x%\"`")), r#""/a b/\\$x%%\\"\\`""#);
    }
}
