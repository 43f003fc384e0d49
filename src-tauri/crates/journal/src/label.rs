//! Labels: who wrote a file, where that was not the user. Kept by path and by inode, because a file gets other names and a
//! path other files, and because not every disk keeps attributes.

use crate::{error::Result, event, journal::Journal, seal};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;

pub(crate) const CREATE: &str = "
CREATE TABLE label (
    id     INTEGER PRIMARY KEY,
    path   TEXT NOT NULL UNIQUE,
    device TEXT,
    inode  TEXT,
    others INTEGER NOT NULL,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX label_by_inode ON label(inode, device);
";

/// Who wrote what lies at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLabel {
    /// The path, as text without loss.
    pub path: String,
    /// Device and inode, where known.
    pub inode: Option<(u64, u64)>,
    /// Whether others can have written it; else a model did.
    pub others: bool,
    /// Where it came from, in words.
    pub source: String,
}

const COLUMNS: &str = "path, device, inode, others, source";

impl Journal {
    /// Keeps a label. One of a model's never takes the place of one of others'.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_label(&self, label: &StoredLabel, now: i64) -> Result<()> {
        let known = self.read(|connection| at_path(connection, &label.path))?;
        let mut new = label.clone();
        if let Some(known) = known.filter(|known| known.others && !label.others) {
            new = StoredLabel { inode: label.inode.or(known.inode), ..known };
        }
        self.write(|tx| {
            let id = tx.query_row("SELECT id FROM label WHERE path = ?", [&new.path], |row| row.get(0)).optional()?;
            if let Some(id) = id {
                seal::alarm_if_altered(tx, "label", id, "label", &format!("label:{id}"), now)?;
            }
            let (device, inode) = new.inode.map_or((None, None), |(d, i)| (Some(d.to_string()), Some(i.to_string())));
            let id: i64 = tx.query_row(
                "INSERT INTO label (path, device, inode, others, source) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (path) DO UPDATE SET device = ?2, inode = ?3, others = ?4, source = ?5 RETURNING id",
                params![new.path, device, inode, new.others, new.source],
                |row| row.get(0),
            )?;
            event::append(tx, now, "label", &format!("label:{id}"), json!({"id": id}), &[("label", id)])?;
            Ok(())
        })
    }

    /// The gravest label of this path or inode.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn label_of(&self, path: &str, inode: Option<(u64, u64)>) -> Result<Option<StoredLabel>> {
        self.read(|connection| {
            let by_path = at_path(connection, path)?;
            let Some((device, inode)) = inode.filter(|_| by_path.as_ref().is_none_or(|found| !found.others)) else {
                return Ok(by_path);
            };
            let mut statement = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM label WHERE inode = ? AND device = ? ORDER BY others DESC, id LIMIT 1"
            ))?;
            let by_inode = statement.query_row(params![inode.to_string(), device.to_string()], read).optional()?;
            Ok(match (by_path, by_inode) {
                (Some(path), Some(inode)) if inode.others => Some(StoredLabel { path: path.path, ..inode }),
                (Some(path), _) => Some(path),
                (None, inode) => inode,
            })
        })
    }

    /// Every label of a path in this folder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn labels_within(&self, folder: &str) -> Result<Vec<StoredLabel>> {
        let from = format!("{}/", folder.trim_end_matches('/'));
        // What follows the last path that begins so: `0` is the sign behind `/`.
        let to = format!("{}0", folder.trim_end_matches('/'));
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(&format!("SELECT {COLUMNS} FROM label WHERE path >= ? AND path < ? ORDER BY id"))?;
            let found = statement.query_map([from, to], read)?;
            Ok(found.collect::<std::result::Result<_, _>>()?)
        })
    }
}

fn at_path(connection: &Connection, path: &str) -> Result<Option<StoredLabel>> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM label WHERE path = ?"))?;
    Ok(statement.query_row([path], read).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<StoredLabel> {
    let number = |at: usize| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<String>>(at)?.and_then(|text| text.parse().ok()))
    };
    let inode = number(1)?.zip(number(2)?);
    Ok(StoredLabel { path: row.get(0)?, inode, others: row.get(3)?, source: row.get(4)? })
}
