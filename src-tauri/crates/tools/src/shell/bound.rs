//! What the files and folders that a line names are bound to between the card and the start.

use crate::{contents::digest, handle::Handles};
use assent_agent::Place;
use std::path::Path;

/// Whatever must not differ when it starts: the bytes of a file that is not too large, else its mark. What lies in a
/// folder may go on changing.
pub(super) fn state(path: &Path, place: &Place) -> String {
    let Ok(entry) = Handles::new(place).entry(path) else { return String::new() };
    match entry.read_whole(crate::contents::MOST_BYTES) {
        Ok(Some(whole)) => format!("sha256:{}", digest(&whole.bytes)),
        _ => match entry.mark() {
            Ok(Some(mark)) if mark.kind != crate::mark::Kind::Folder => mark.state(),
            _ => String::new(),
        },
    }
}

/// Which thing it is, whatever is in it: a log that grows is still the same log.
pub(super) fn identity(path: &Path) -> String {
    rustix::fs::lstat(path).map(|found| crate::bound::identity_of(&found)).unwrap_or_default()
}
