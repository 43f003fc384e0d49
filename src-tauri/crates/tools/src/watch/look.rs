//! One look at a number or at a command's exit: free space, a file, a command in the box.

use crate::sandbox::{self, End, Limits, Sandbox};
use std::{fs::File, io::Read as _, path::Path, sync::atomic::AtomicBool, time::Duration};

/// Bytes of a file or of an output that are looked at.
const LOOKED_AT: u64 = 64 * 1024;
/// How long a command may take.
const WITHIN: Duration = Duration::from_secs(60);

/// Free space on the disk of `folder`, in hundredths of a GB (1,000,000,000 bytes).
///
/// # Errors
/// What the system says.
pub fn free_space(folder: &Path) -> Result<i64, String> {
    let stat = rustix::fs::statvfs(folder).map_err(|error| error.to_string())?;
    let bytes = stat.f_bavail.saturating_mul(stat.f_frsize);
    Ok(i64::try_from(bytes / 10_000_000).unwrap_or(i64::MAX))
}

/// The beginning of a file, as text.
///
/// # Errors
/// What the system says.
pub fn file(path: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    if !file.metadata().is_ok_and(|stat| stat.is_file()) {
        return Err(std::io::Error::from(std::io::ErrorKind::InvalidInput).to_string());
    }
    file.take(LOOKED_AT).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Runs a command line in a box that reads `folder`, without the secrets in `home` and Assent's `data`, and changes nothing; its exit status and its output.
///
/// # Errors
/// A sentence, when there is no box, or the command took too long.
pub fn command(
    line: &str,
    folder: &Path,
    (home, data): (&Path, &Path),
    stop: &AtomicBool,
) -> Result<(i32, String), String> {
    let limits = Limits { time: WITHIN, output: usize::try_from(LOOKED_AT).unwrap_or(usize::MAX), ..Limits::default() };
    let sandbox = Sandbox { limits, ..Sandbox::reading(folder.to_owned(), vec![folder.to_owned()]) }
        .looked_through(&sandbox::beside(home, data), &[])
        .map_err(|unfinished| unfinished.sentence())?;
    let ran = sandbox.run(&["/bin/bash", "--noprofile", "--norc", "-c", line], stop)?;
    match ran.end {
        End::Status(status) => Ok((status, String::from_utf8_lossy(&ran.output).into_owned())),
        End::Late | End::Stopped => Err(crate::words::say("tools.watch.late", &[])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn free_space_and_files_are_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_space(folder.path()).unwrap() > 0);
        assert!(free_space(&folder.path().join("none")).is_err());
        let path = folder.path().join("n.txt");
        fs::write(&path, "x".repeat(100_000)).unwrap();
        assert_eq!(file(&path).unwrap().len(), 65_536);
        assert!(file(folder.path()).is_err());
    }

    #[test]
    fn a_command_runs_in_a_box_and_changes_nothing() {
        if crate::sandbox::available().is_err() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("n.txt"), "41\n").unwrap();
        let (home, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let place = (home.path(), data.path());
        let stop = AtomicBool::new(false);
        assert_eq!(command("cat n.txt; exit 3", folder.path(), place, &stop), Ok((3, "41\n".to_owned())));
        assert_ne!(command("echo x > n.txt", folder.path(), place, &stop).unwrap().0, 0);
        assert_eq!(fs::read_to_string(folder.path().join("n.txt")).unwrap(), "41\n");
    }
}
