//! Questions about the files of a folder: how many, how large, which are the newest.

use super::{list, path};
use crate::{
    desk::{Desk, Entry},
    request::{Measure, Selection},
};
use assent_protocol::{texts::say, visible::visible};
use jiff::Timestamp;

/// Files that are named in an answer.
const SHOWN: usize = 5;

/// Answers from what lies in the folder itself, not in folders below.
pub fn answer(files: &Selection, what: Measure, desk: &mut Desk) -> Option<()> {
    let listing = desk.listing(path(&files.folder))?;
    let mut found: Vec<Entry> =
        listing.entries.iter().filter(|entry| desk.fits(entry, &files.filter)).cloned().collect();
    let folder = visible(path(&files.folder));
    if found.is_empty() {
        desk.note(say("planner.answer.no_files", &[("folder", &folder)]));
        return Some(());
    }
    let (count, size) = (found.len().to_string(), size(found.iter().map(|entry| entry.bytes).sum()));
    match what {
        Measure::Count | Measure::Size => {
            let values = [("count", count.as_str()), ("folder", &folder), ("size", &size)];
            desk.note(say("planner.answer.measure", &values));
            return Some(());
        }
        Measure::Largest => found.sort_by_key(|entry| std::cmp::Reverse(entry.bytes)),
        Measure::Newest => found.sort_by_key(|entry| std::cmp::Reverse(entry.modified)),
        Measure::Oldest => found.sort_by_key(|entry| entry.modified),
    }
    let zone = desk.time_zone();
    let line = |entry: &Entry| {
        let day = Timestamp::from_millisecond(entry.modified).map(|at| at.to_zoned(zone.clone()).date().to_string());
        format!("{} · {} · {}", entry.name, self::size(entry.bytes), day.unwrap_or_default())
    };
    let lines: Vec<String> = found.iter().take(SHOWN).map(line).collect();
    let key = match what {
        Measure::Largest => "planner.answer.largest",
        Measure::Newest => "planner.answer.newest",
        _ => "planner.answer.oldest",
    };
    desk.note(say(key, &[("folder", &folder), ("list", &list(&lines))]));
    Some(())
}

// As people say it: thousands of bytes, without more digits than anybody needs.
fn size(bytes: u64) -> String {
    const STEPS: &[(&str, u64)] = &[("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match STEPS.iter().find(|(_, step)| bytes >= *step) {
        Some((unit, step)) => format!("{}.{} {unit}", bytes / step, bytes % step / (step / 10)),
        None => format!("{bytes} B"),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_said_as_people_say_them() {
        let said = [0, 999, 1_500, 2_000_000, 3_210_000_000].map(size);
        assert_eq!(said, ["0 B", "999 B", "1.5 kB", "2.0 MB", "3.2 GB"]);
    }
}
