//! The ledger: one line an entry, only ever added to, and on the disk before anybody is told. What a crash tore off at
//! the end was never told to anybody, so it does not count.

use super::broker::Side;
use assent_tools::words::{say, shown_path};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

const MOST: u64 = 64 * 1024 * 1024;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case", deny_unknown_fields)]
pub enum Line {
    /// An order was placed.
    Placed {
        /// Its id.
        order: String,
        /// Milliseconds since 1970 (UTC).
        at: i64,
        /// The day of the price it was placed on.
        day: Date,
        /// Which way.
        side: Side,
        /// Of what.
        symbol: String,
        /// How many.
        quantity: u32,
        /// Its limit.
        limit: Decimal,
    },
    /// It was taken back.
    Cancelled {
        /// Its id.
        order: String,
        /// Milliseconds since 1970 (UTC).
        at: i64,
    },
    /// The next price came.
    Settled {
        /// Its id.
        order: String,
        /// Of which day.
        day: Date,
        /// At which price it was done; none where that was outside of its limit.
        price: Option<Decimal>,
    },
}

/// The ledger of one account, held so that nobody else writes to it meanwhile.
pub struct Ledger {
    file: File,
    path: PathBuf,
    whole: u64,
}

impl Ledger {
    /// Opens it for writing, and waits for whoever has it.
    ///
    /// # Errors
    /// When it cannot be opened or read.
    pub fn hold(path: &Path) -> Result<(Ledger, Vec<Line>), String> {
        let failed = |error: std::io::Error| lost(path, &error.to_string());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(NO_LINK);
        let mut file = options.open(path).map_err(failed)?;
        file.lock().map_err(failed)?;
        let (lines, whole) = read_all(&mut file, path)?;
        Ok((Ledger { file, path: path.to_owned(), whole }, lines))
    }

    /// What it says. One that is not there yet says nothing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn look(path: &Path) -> Result<Vec<Line>, String> {
        match OpenOptions::new().read(true).custom_flags(NO_LINK).open(path) {
            Ok(mut file) => Ok(read_all(&mut file, path)?.0),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(lost(path, &error.to_string())),
        }
    }

    /// Adds lines, all or none, and returns when they are on the disk.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn add(&mut self, lines: &[Line]) -> Result<(), String> {
        let mut text = String::new();
        for line in lines {
            text.push_str(&serde_json::to_string(line).map_err(|error| lost(&self.path, &error.to_string()))?);
            text.push('\n');
        }
        let written = self
            .file
            .set_len(self.whole)
            .and_then(|()| self.file.seek(SeekFrom::Start(self.whole)))
            .and_then(|_| self.file.write_all(text.as_bytes()))
            .and_then(|()| self.file.sync_all());
        if let Err(error) = written {
            // Half of it must not be taken for an entry.
            let _ = self.file.set_len(self.whole);
            return Err(lost(&self.path, &error.to_string()));
        }
        // A new file is on the disk only when its name is.
        if self.whole == 0
            && let Some(folder) = self.path.parent()
        {
            File::open(folder).and_then(|f| f.sync_all()).map_err(|error| lost(folder, &error.to_string()))?;
        }
        self.whole += text.len() as u64;
        Ok(())
    }
}

pub(super) const NO_LINK: i32 = rustix::fs::OFlags::NOFOLLOW.bits() as i32;

fn read_all(file: &mut File, path: &Path) -> Result<(Vec<Line>, u64), String> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).map_err(|error| lost(path, &error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(MOST + 1).read_to_end(&mut bytes).map_err(|error| lost(path, &error.to_string()))?;
    if bytes.len() as u64 > MOST {
        return Err(lost(path, &say("trading.ledger.big", &[])));
    }
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    text.push_str(std::str::from_utf8(&bytes[..whole]).map_err(|error| lost(path, &error.to_string()))?);
    let mut lines = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let read = serde_json::from_str(line)
            .map_err(|_| say("trading.ledger.line", &[("path", &shown_path(path)), ("line", &(n + 1).to_string())]))?;
        lines.push(read);
    }
    Ok((lines, whole as u64))
}

fn lost(path: &Path, because: &str) -> String {
    say("tools.error.other", &[("path", &shown_path(path)), ("because", because)])
}
