//! Questions about files, and tidying, said in other words than the grammar's. Only what a word names is looked at.

use crate::{
    request::{Ask, By, Filter, Measure, Place, Selection},
    words::Words,
};

/// "how many files are in my downloads", "the newest files in ~/Downloads", "where is my tax return".
pub fn question(said: &str, low: &str, words: &Words) -> Option<Ask> {
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| low.contains(&format!(" {phrase} ")));
    let folder = folder(said, low, words);
    if has(&["duplicates", "double files", "copies", "twice"]) {
        return Some(Ask::FindDuplicates { folder });
    }
    let what = if has(&["how many", "count"]) {
        Measure::Count
    } else if has(&["biggest", "largest", "takes up", "most space", "most room"]) {
        Measure::Largest
    } else if has(&["newest", "latest", "last", "most recent", "recently"]) {
        Measure::Newest
    } else if has(&["oldest"]) {
        Measure::Oldest
    } else if has(&["how big", "how large", "size"]) {
        Measure::Size
    } else {
        let name = [
            "where is my ",
            "where is the ",
            "where did i put my ",
            "where did i put the ",
            "where did i save my ",
            "find my ",
            "find the ",
        ]
        .iter()
        .find_map(|lead| said.to_lowercase().find(lead).and_then(|at| said.get(at + lead.len()..)))?;
        let name = name.split(" in ").next()?.trim_matches(['?', '.', '!', ' ']);
        let plain = !name.is_empty() && name.split_whitespace().count() <= 3;
        return plain.then(|| Ask::SearchFiles { folder, text: None, name: Some(name.to_owned()) });
    };
    let kind = words.kind_nouns.iter().find(|(noun, _)| has(&[noun]) && *noun != "documents").map(|(_, kind)| *kind);
    let extension = ["pdf", "pdfs", "zip", "zips"]
        .iter()
        .find(|word| has(&[word]))
        .map(|word| word.trim_end_matches('s').to_owned());
    let folder = if folder == Place::Last && has(&["download", "downloaded"]) {
        Place::Path("~/Downloads".to_owned())
    } else {
        folder
    };
    Some(Ask::Measure { files: Selection { filter: Filter { kind, extension, ..Filter::default() }, folder }, what })
}

/// "my desktop is a mess": by type, unless another way is said.
pub fn tidy(said: &str, low: &str, words: &Words) -> Option<Ask> {
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| low.contains(&format!(" {phrase} ")));
    let folder = folder(said, low, words);
    let folder = match folder {
        Place::Last if has(&["photos", "pictures"]) => Place::Path("~/Pictures".to_owned()),
        Place::Last => return None,
        folder => folder,
    };
    let by = if has(words.by_date) {
        By::Date
    } else if has(words.by_size) {
        By::Size
    } else {
        By::Type
    };
    Some(Ask::Tidy { files: Selection { filter: Filter::default(), folder }, by })
}

// A path, or a folder of the home folder by its name; else what was spoken of last.
fn folder(said: &str, low: &str, words: &Words) -> Place {
    let path = said.split_whitespace().find(|word| word.starts_with("~/") || word.starts_with('/'));
    if let Some(path) = path {
        return Place::Path(path.trim_end_matches(['?', '.', '!', ',']).to_owned());
    }
    let named = words.known_folders.iter().find(|(spoken, _)| {
        ["my", "in", "the", "from", "on", "my own"].iter().any(|before| low.contains(&format!(" {before} {spoken} ")))
    });
    named.map_or(Place::Last, |(_, name)| Place::Path(format!("~/{name}")))
}
