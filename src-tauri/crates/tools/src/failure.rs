//! What the system answers, as a sentence that says what happened and what to do.

use crate::words::{say, shown_path};
use assent_agent::ToolError;
use rustix::io::Errno;
use std::path::Path;

/// The sentence for `error`, met at `path`.
pub fn sentence(error: Errno, path: &Path) -> String {
    let path = shown_path(path);
    let key = match error {
        Errno::NOSPC | Errno::DQUOT => "tools.error.no_space",
        Errno::ROFS => "tools.error.read_only",
        Errno::ACCESS | Errno::PERM => "tools.error.not_allowed",
        Errno::NOENT => "tools.error.not_found",
        Errno::EXIST | Errno::NOTEMPTY => "tools.error.exists",
        Errno::LOOP | Errno::XDEV => "tools.error.link_in_the_way",
        Errno::NAMETOOLONG => "tools.error.name_too_long",
        Errno::BUSY | Errno::TXTBSY => "tools.error.busy",
        Errno::NOTDIR => "tools.error.not_a_folder",
        Errno::ISDIR => "tools.error.is_a_folder",
        Errno::FBIG => "tools.error.too_big_for_the_disk",
        // A changed item is told with this one, see `handle::CHANGED`.
        Errno::STALE => "tools.error.changed",
        // A file with names elsewhere is told with this one, see `handle::OTHER_NAMES`.
        Errno::MLINK => "tools.error.other_names",
        // A special file is told with this one, see `handle::SPECIAL`.
        Errno::OPNOTSUPP => "tools.error.special",
        _ => {
            let because = std::io::Error::from(error).to_string();
            return say("tools.error.other", &[("path", &path), ("because", &because)]);
        }
    };
    say(key, &[("path", &path)])
}

/// The same as an error of the tool.
pub fn failed(error: Errno, path: &Path) -> ToolError {
    ToolError::Failed(sentence(error, path))
}

/// The system's number in an error of the standard library.
pub fn errno(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_a_read_only_folder_and_a_forbidden_one_each_have_a_sentence() {
        for error in [Errno::NOSPC, Errno::ROFS, Errno::ACCESS, Errno::LOOP, Errno::STALE, Errno::OPNOTSUPP, Errno::IO]
        {
            let text = sentence(error, Path::new("/home/u/a\u{202e}b"));
            assert!(text.ends_with('.') && text.contains("a\\u{202e}b") && !text.contains("tools."), "{text}");
        }
    }
}
