//! The data folder and its files: made so that only the user can look into them, whatever the umask is,
//! and owned by one program at a time.

use crate::error::{JournalError, Result};
use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
};

/// The name of the history in the data folder.
pub(crate) const FILE: &str = "assent.db";
const LOCK: &str = "assent.lock";

/// Makes the folder and the file where they are missing, and takes the folder for this program.
/// The lock is the system's and goes with the process, so that a killed owner never leaves one behind.
pub(crate) fn take(folder: &Path) -> Result<(File, PathBuf)> {
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source: io::Error| JournalError::Folder { path, source }
    };
    private_folder(folder).map_err(at(folder))?;
    let lock = private_file(&folder.join(LOCK)).map_err(at(folder))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(JournalError::Locked { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => return Err(at(folder)(source)),
    }
    let file = folder.join(FILE);
    // SQLite gives `-wal` and `-shm` the mode of the file itself, so it must be right before the first open.
    private_file(&file).map_err(at(&file))?;
    for left in ["assent.db-wal", "assent.db-shm"] {
        let left = folder.join(left);
        if left.exists() {
            only_the_owner(&left, 0o600).map_err(at(&left))?;
        }
    }
    Ok((lock, file))
}

fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    only_the_owner(folder, 0o700)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    only_the_owner(path, 0o600)?;
    Ok(file)
}

#[cfg(unix)]
fn only_the_owner(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let now = fs::metadata(path)?.permissions().mode() & 0o777;
    if now != mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn only_the_owner(_path: &Path, _mode: u32) -> io::Result<()> {
    // A user's own folders are closed to other users there.
    Ok(())
}
