//! Opening the history and the two ways into it: a transaction that writes, and a snapshot that reads.

use crate::{
    anchor::{Anchor, Anchoring},
    error::{JournalError, Result},
    event, migrations, place,
    worked::Tallied,
};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use serde_json::json;
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// "Assn": tells our files from other SQLite files.
const APPLICATION: i64 = 0x4173_736e;
/// A file up to this size is checked whole when it is opened; a larger one by `verify`, so that a start stays quick.
const CHECKED_WHOLE: u64 = 32 * 1024 * 1024;

/// The history of one data folder, for the one program that has it open. All methods may be called from any thread.
pub struct Journal {
    // In this order: the writer closes last and folds the write-ahead log in, then the lock goes.
    reader: Mutex<Connection>,
    writer: Mutex<Connection>,
    pub(crate) anchoring: Anchoring,
    pub(crate) tallied: Tallied,
    pub(crate) path: PathBuf,
    // The user's own, in which days begin; empty for the system's.
    zone: Mutex<String>,
    _lock: File,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Journal {
    /// Opens `folder/assent.db`, making folder (0700) and file (0600) where they are missing, and brings an older
    /// format up to date. `anchor` keeps the head of the chain elsewhere; `now` is milliseconds since 1970 (UTC).
    ///
    /// # Errors
    /// [`JournalError::Locked`] while another program has it open, [`JournalError::Newer`] for a file of a later
    /// version and [`JournalError::Damaged`] for one that is not a whole history: neither is changed.
    pub fn open(folder: &Path, anchor: Arc<dyn Anchor>, now: i64) -> Result<Journal> {
        let (lock, path) = place::take(folder)?;
        let (writer, made) = prepare(&path, now).map_err(|error| error.at(&path))?;
        let reader = read_only(&path).map_err(|error| error.at(&path))?;
        let anchoring = Anchoring::begin(anchor, &writer, made)?;
        Ok(Journal {
            reader: Mutex::new(reader),
            writer: Mutex::new(writer),
            anchoring,
            tallied: Tallied::default(),
            path,
            zone: Mutex::default(),
            _lock: lock,
        })
    }

    /// Days begin by the clock of `zone`, as `Europe/Warsaw`, from here on: what a limit counts by the day.
    pub fn count_days_in(&self, zone: &str) {
        let mut kept = self.zone.lock().unwrap_or_else(PoisonError::into_inner);
        if *kept != zone {
            zone.clone_into(&mut kept);
        }
    }

    pub(crate) fn zone(&self) -> String {
        self.zone.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One transaction, committed and on the disk when this returns; nothing of it is kept when `change` fails.
    pub(crate) fn write<T>(&self, change: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let work = || {
            let mut connection = lock(&self.writer);
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = change(&transaction)?;
            let head = event::head(&transaction)?;
            transaction.commit()?;
            Ok((value, head))
        };
        let (value, head) = work().map_err(|error: JournalError| error.at(&self.path))?;
        // Outside of the lock: a keychain can take its time.
        self.anchoring.moved_to(&head);
        Ok(value)
    }

    /// One snapshot. Reads do not wait for a write.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let connection = lock(&self.reader);
        snapshot(&connection, look).map_err(|error| error.at(&self.path))
    }

    /// One snapshot on a connection of its own, for what reads everything and must not hold up the window.
    pub(crate) fn read_all<T>(&self, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        read_only(&self.path).and_then(|own| snapshot(&own, look)).map_err(|error| error.at(&self.path))
    }
}

fn snapshot<T>(connection: &Connection, look: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
    let transaction = connection.unchecked_transaction()?;
    look(&transaction)
}

fn lock(connection: &Mutex<Connection>) -> MutexGuard<'_, Connection> {
    // A panic under the lock has rolled its transaction back, so the connection is as good as before.
    connection.lock().unwrap_or_else(PoisonError::into_inner)
}

fn prepare(path: &Path, now: i64) -> Result<(Connection, bool)> {
    let mut connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let application: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let fresh = found == 0 && tables == 0;
    if !fresh && application != APPLICATION {
        let what = "it is a database of another program".to_owned();
        return Err(JournalError::Damaged { path: path.to_owned(), what });
    }
    if found > migrations::KNOWN {
        return Err(JournalError::Newer { path: path.to_owned(), found, known: migrations::KNOWN });
    }
    if !fresh && std::fs::metadata(path).is_ok_and(|file| file.len() <= CHECKED_WHOLE) {
        whole(&connection, path)?;
    }
    // Zeroes what is deleted, syncs every commit, and lets REPLACE fire the triggers that keep events.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;
         PRAGMA recursive_triggers = ON; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;
         PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 16777216;",
    )?;
    connection.set_prepared_statement_cache_capacity(128);
    if fresh {
        connection.pragma_update(None, "application_id", APPLICATION)?;
    }
    if found < migrations::KNOWN {
        migrate(&mut connection, path, found, now)?;
    }
    Ok((connection, fresh))
}

fn migrate(connection: &mut Connection, path: &Path, found: i64, now: i64) -> Result<()> {
    migrations::all().to_latest(connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => JournalError::Storage(err),
        other => JournalError::Damaged { path: path.to_owned(), what: other.to_string() },
    })?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    event::append(&transaction, now, "journal", "journal", json!({"from": found, "to": migrations::KNOWN}), &[])?;
    Ok(transaction.commit()?)
}

/// Whether SQLite finds the file whole.
pub(crate) fn whole(connection: &Connection, path: &Path) -> Result<()> {
    let what: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if what == "ok" { Ok(()) } else { Err(JournalError::Damaged { path: path.to_owned(), what }) }
}

fn read_only(path: &Path) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16000;")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nowhere;

    impl Anchor for Nowhere {
        fn load(&self) -> std::result::Result<Option<String>, String> {
            Ok(None)
        }
        fn store(&self, _: &str) -> std::result::Result<(), String> {
            Ok(())
        }
    }

    // What a commit is worth hangs on these, and nothing else of a test that kills a program would notice: the system
    // keeps what was written when only the program dies.
    #[test]
    fn dur_12_every_commit_is_forced_to_the_disk_on_the_very_connection_that_writes() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path(), Arc::new(Nowhere), 0).unwrap();
        let check = |connection: &Connection, name: &str, wanted: &str| {
            let found: rusqlite::types::Value =
                connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).unwrap();
            let found = match found {
                rusqlite::types::Value::Text(text) => text,
                rusqlite::types::Value::Integer(number) => number.to_string(),
                other => format!("{other:?}"),
            };
            assert_eq!(found, wanted, "{name}");
        };
        let writer = lock(&journal.writer);
        for (name, wanted) in [
            ("synchronous", "2"),
            ("journal_mode", "wal"),
            ("fullfsync", "1"),
            ("checkpoint_fullfsync", "1"),
            ("foreign_keys", "1"),
            ("secure_delete", "1"),
            ("recursive_triggers", "1"),
            ("trusted_schema", "0"),
        ] {
            check(&writer, name, wanted);
        }
        check(&lock(&journal.reader), "query_only", "1");
    }
}
