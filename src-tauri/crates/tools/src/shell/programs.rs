//! Which programs a line would start, by every name that each goes by: a rule that forbids one holds however it is called
//! and whatever starts it. A program that cannot be read has no name here; such a line is not inspectable and always asks.

use crate::{paths::text_of, sandbox::ENVIRONMENT};
use std::path::{Path, PathBuf};

/// The names of every program that a line in `folder` would start: as they are written, by their last part, where they are
/// found, and what lies there once links are followed.
pub fn names(started: &[String], folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: String| {
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    };
    for program in started {
        let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
        add(program.clone());
        add(last(program));
        let Some(found) = found(program, folder) else { continue };
        add(text_of(&found));
        if let Ok(real) = found.canonicalize() {
            let real = text_of(&real);
            add(last(&real));
            add(real);
        }
    }
    names
}

fn found(program: &str, folder: &Path) -> Option<PathBuf> {
    if program.contains('/') {
        return Some(folder.join(program));
    }
    let places = ENVIRONMENT.iter().find(|(name, _)| *name == "PATH").map_or("", |(_, places)| places);
    places.split(':').map(|place| Path::new(place).join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::read_line;

    fn of(line: &str) -> Vec<String> {
        names(&read_line(line).programs, Path::new("/"))
    }

    #[test]
    fn sh_05_a_program_is_named_whatever_starts_it_and_however_it_is_written() {
        for line in [
            "curl x",
            "true; true && curl x",
            "bash -c 'curl x'",
            "sh -c \"bash -c 'curl x'\"",
            "env -S 'curl x'",
            "env A=b curl x",
            "LD_PRELOAD=./x curl x",
            "nice -n 5 curl x",
            "timeout 5 curl x",
            "nohup setsid curl x",
            "ls | xargs -n1 curl",
            "find . -exec curl {} \\;",
            "echo $(curl x)",
            "cat <(curl x)",
            "f() { curl x; }; f",
            "c''url x",
            "\\curl x",
            "$'\\x63url' x",
            "if true; then curl x; fi",
            "eval 'curl x'",
            "command curl x",
            "sudo curl x",
            "watch curl x",
            "$UNSET curl x",
        ] {
            assert!(of(line).contains(&"curl".to_owned()), "{line}: {:?}", of(line));
        }
        assert!(of("nice curl x").contains(&"nice".to_owned()), "what starts it is named too");
        assert!(!of("echo curl").contains(&"curl".to_owned()));
    }

    #[test]
    fn sh_11_a_program_is_named_by_what_it_is_under_every_path() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/usr/bin/sort", folder.path().join("mine")).unwrap();
        std::fs::copy("/usr/bin/sort", folder.path().join("copy")).unwrap();
        let real = std::fs::canonicalize("/usr/bin/sort").unwrap().display().to_string();
        let of = |line: &str| names(&read_line(line).programs, folder.path());
        for line in
            ["sort a", "/usr/./bin/sort a", "/proc/self/root/usr/bin/sort a", "/usr/bin/../bin/sort a", "./mine a"]
        {
            assert!(of(line).contains(&real), "{line}: {:?}", of(line));
        }
        assert!(!of("./copy a").contains(&real), "a copy is another program");
    }
}
