//! Requests about files.

use super::selection::{extension as one_extension, selection};
use crate::{
    cursor::Cursor,
    request::{Ask, By, Filter, Naming, Place, Selection},
};

/// "trash the duplicates [in FOLDER]", "find duplicates in FOLDER", "deduplicate FOLDER".
pub fn duplicates(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    if c.eat(words.deduplicate) {
        let folder = c.folder()?;
        return Some(vec![Ask::TrashDuplicates { folder }]);
    }
    let report = c.eat(words.find) || c.eat(words.show);
    if !(report || c.eat(words.trash) || c.eat(words.tidy)) {
        return None;
    }
    c.eat(&["for"]);
    c.skip(words.articles);
    if !c.eat(words.duplicates) {
        return None;
    }
    c.eat(words.files);
    let folder = folder_after(c, words.inside)?;
    Some(vec![if report { Ask::FindDuplicates { folder } } else { Ask::TrashDuplicates { folder } }])
}

/// "tidy FOLDER [and FOLDER] [by type|date|size]".
pub fn tidy(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    if !c.eat(words.tidy) {
        return None;
    }
    let mut groups = Vec::new();
    loop {
        let save = c.at;
        let group = c.folder().map(|folder| Selection { filter: Filter::default(), folder }).or_else(|| {
            c.at = save;
            selection(c)
        });
        groups.push(group?);
        if !c.eat(&["and", ","]) {
            break;
        }
    }
    c.eat(&["into folders", "in folders", "up"]);
    let by = if c.eat(words.by_date) {
        By::Date
    } else if c.eat(words.by_size) {
        By::Size
    } else {
        c.eat(words.by_type);
        By::Type
    };
    Some(groups.into_iter().map(|files| Ask::Tidy { files, by }).collect())
}

/// "trash FILE", "delete all .tmp files in FOLDER", "move FILE to the trash".
pub fn trash(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    if !c.eat(words.trash) {
        return None;
    }
    let start = c.at;
    if c.eat(&["them", "the copies"]) {
        return Some(vec![Ask::TrashDuplicates { folder: Place::Last }]);
    }
    if let Some(files) = selection(c)
        && c.at_end()
    {
        return Some(vec![Ask::TrashFiles { files }]);
    }
    c.at = start;
    let mut asks = vec![Ask::TrashPath { path: c.path()? }];
    while c.eat(&["and", ","]) {
        asks.push(Ask::TrashPath { path: c.path()? });
    }
    if let Some(folder) = c.eat(words.inside).then(|| c.folder()).flatten() {
        for ask in &mut asks {
            if let Ask::TrashPath { path: Place::Within(parent, _) } = ask {
                **parent = folder.clone();
            }
        }
    }
    Some(asks)
}

/// "archive files older than 90 days in FOLDER [to FOLDER]".
pub fn archive(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    if !c.eat(words.archive) {
        return None;
    }
    let files = selection(c)?;
    let to = if c.eat(words.into) {
        c.folder()?
    } else {
        Place::Within(Box::new(files.folder.clone()), words.archive_folder.to_owned())
    };
    // Archiving all of a folder is only moving it: what is old has to be said.
    (files.filter != Filter::default()).then(|| vec![Ask::MoveFiles { files, to, copy: false }])
}

/// "move A to B", "copy all .pdf files in A to B".
pub fn move_(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    let copy = c.eat(words.copy);
    if !copy && !c.eat(words.move_) {
        return None;
    }
    let start = c.at;
    if let Some(files) = selection(c)
        && let Some(to) = destination(c)
    {
        return Some(vec![Ask::MoveFiles { files, to, copy }]);
    }
    c.at = start;
    let mut sources = vec![c.path()?];
    while c.eat(&["and", ","]) {
        sources.push(c.path()?);
    }
    let parent = c.eat(&["from", "inside"]).then(|| c.folder()).flatten();
    if !copy && c.eat(&["to the trash", "to trash", "into the trash", "in the trash"]) {
        return Some(sources.into_iter().map(|path| Ask::TrashPath { path }).collect());
    }
    let to = destination(c)?;
    let within = |place: Place| match (place, &parent) {
        (Place::Within(_, name), Some(parent)) => Place::Within(Box::new(parent.clone()), name),
        (place, _) => place,
    };
    Some(sources.into_iter().map(|from| Ask::MovePath { from: within(from), to: to.clone(), copy }).collect())
}

fn destination(c: &mut Cursor) -> Option<Place> {
    if c.eat(&["there"]) {
        return Some(Place::Last);
    }
    c.eat(c.known.words.into).then(|| c.folder()).flatten()
}

/// "rename A to B", "rename photos in FOLDER to trip-001".
pub fn rename(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    if !c.eat(words.rename) {
        return None;
    }
    let start = c.at;
    if let Some(files) = selection(c)
        && c.eat(&["to", "as"])
        && let Some(token) = c.take()
        && let Some(naming) = numbered(&token.raw)
    {
        return Some(vec![Ask::RenameFiles { files, naming }]);
    }
    c.at = start;
    let mut path = c.path()?;
    if let Place::Within(parent, _) = &mut path
        && let Some(folder) = c.eat(words.inside).then(|| c.folder()).flatten()
    {
        **parent = folder;
    }
    if !c.eat(&["to", "as", "into"]) {
        return None;
    }
    if let Some(to @ Place::Path(_)) = c.folder() {
        return Some(vec![Ask::MovePath { from: path, to, copy: false }]);
    }
    let name = match c.peek()? {
        one if one.quoted => c.take()?.raw.clone(),
        _ => c.take_text()?,
    };
    if let Place::Within(parent, _) = &mut path
        && let Some(folder) = folder_if_said(c)
    {
        **parent = folder;
    }
    let name = name.trim_end_matches(['.', '!', '?']).to_owned();
    (!name.contains('/') && !name.is_empty()).then(|| vec![Ask::RenamePath { path, name }])
}

// "trip-001" or "trip-###": the last run of digits or `#` is counted up.
fn numbered(pattern: &str) -> Option<Naming> {
    let counts = |c: char| c.is_ascii_digit() || c == '#';
    let end = pattern.rfind(counts)? + 1;
    let start =
        pattern[..end].rfind(|c| !counts(c)).map_or(0, |n| n + pattern[n..].chars().next().map_or(1, char::len_utf8));
    let digits = &pattern[start..end];
    let first = if digits.contains('#') { 1 } else { digits.parse().ok()? };
    let fits = !pattern.contains('/') && digits.len() <= 9;
    fits.then(|| Naming::Numbered {
        before: pattern[..start].to_owned(),
        width: digits.len(),
        first,
        after: pattern[end..].to_owned(),
    })
}

// The two extensions of a rename.
fn extension_change(c: &mut Cursor) -> Option<(String, String)> {
    let words = c.known.words;
    if !c.eat(words.rename) && !c.eat(words.replace) {
        return None;
    }
    c.skip(words.articles);
    let from = one_extension(c)?;
    c.eat(words.files);
    let save = c.at;
    // The folder may stand before the new extension as well as after it; the caller reads it.
    if c.eat(words.inside) {
        c.folder()?;
    }
    if !c.eat(&["to", "into", "with", "as"]) {
        c.at = save;
        return None;
    }
    Some((from, one_extension(c)?))
}

/// "rename all .jpeg to .jpg in FOLDER", "rename all .jpeg files in FOLDER to .jpg".
pub fn extension(c: &mut Cursor) -> Option<Vec<Ask>> {
    let start = c.at;
    let (from, to) = extension_change(c)?;
    let after = c.at;
    c.at = start;
    let folder = loop {
        if c.at >= after {
            break folder_after(c, c.known.words.inside)?;
        }
        if c.eat(c.known.words.inside) {
            let folder = c.folder()?;
            c.at = after;
            break folder;
        }
        c.at += 1;
    };
    let filter = Filter { extension: Some(from), ..Filter::default() };
    Some(vec![Ask::RenameFiles { files: Selection { filter, folder }, naming: Naming::Extension(to) }])
}

/// "replace spaces with underscores in names in FOLDER", "lower-case names in FOLDER".
pub fn names(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    let naming = if c.eat(words.replace) {
        let find = character(c)?;
        if !c.eat(&["with", "by"]) {
            return None;
        }
        Some(Naming::Replace { find, with: character(c)? })
    } else if c.eat(words.trash) {
        // "remove "copy of" from names in FOLDER"
        let find = character(c)?;
        Some(Naming::Replace { find, with: String::new() })
    } else {
        c.eat(&["make", "change", "turn"]);
        casing(c)
    };
    c.eat(&["in", "from"]);
    c.skip(words.articles);
    if !c.eat(words.names) {
        return None;
    }
    c.eat(&["of"]);
    c.skip(words.articles);
    c.eat(words.files);
    let mut folder = folder_if_said(c);
    c.eat(&["to", "into"]);
    let naming = naming.or_else(|| casing(c))?;
    if folder.is_none() {
        folder = folder_if_said(c);
    }
    let folder = folder.unwrap_or(Place::Last);
    Some(vec![Ask::RenameFiles { files: Selection { filter: Filter::default(), folder }, naming }])
}

fn casing(c: &mut Cursor) -> Option<Naming> {
    let words = c.known.words;
    if c.eat(words.lower) {
        Some(Naming::Lower)
    } else if c.eat(words.upper) {
        Some(Naming::Upper)
    } else {
        None
    }
}

fn character(c: &mut Cursor) -> Option<String> {
    c.skip(&["all", "the", "every"]);
    if let Some(named) = c.eat_named(c.known.words.characters) {
        return Some(named.to_owned());
    }
    let token = c.take()?;
    (token.quoted || token.raw.chars().count() == 1).then(|| token.raw.clone())
}

/// "make [a] folder [called] X [in FOLDER]".
pub fn make_folder(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    if !c.eat(words.make) {
        return None;
    }
    c.skip(words.articles);
    c.eat(&["new"]);
    if !c.eat(words.folder) {
        return None;
    }
    c.eat(words.called);
    if c.peek().is_some_and(|t| t.raw.starts_with(['~', '/'])) {
        return Some(vec![Ask::MakeFolder { path: c.folder()? }]);
    }
    let parent_first = folder_if_said(c);
    c.eat(words.called);
    let start = c.at;
    while c.peek().is_some_and(|t| t.quoted || !words.inside.contains(&t.word.as_str())) && !c.at_end() {
        c.at += 1;
    }
    let name = c.span(start, c.at)?;
    let parent = parent_first.or_else(|| folder_if_said(c)).unwrap_or(Place::Last);
    let fits = !name.starts_with('/') && !name.split('/').any(|part| part == ".." || part == "." || part.is_empty());
    fits.then(|| vec![Ask::MakeFolder { path: Place::Within(Box::new(parent), name) }])
}

/// "search FOLDER for x", "find files containing "x" in FOLDER", "find files older than 90 days in FOLDER".
pub fn search(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    if !c.eat(words.find) {
        return None;
    }
    let start = c.at;
    // "search FOLDER for x"
    c.eat(words.inside);
    if let Some(folder) = c.folder()
        && c.eat(&["for"])
    {
        return Some(vec![Ask::SearchFiles { folder, text: Some(c.take_text()?), name: None }]);
    }
    c.at = start;
    c.skip(words.articles);
    if c.eat(words.files) {
        let early = folder_if_said(c);
        let (by_text, by_name) = (c.eat(words.containing), c.eat(words.called));
        if by_text || by_name {
            let wanted = phrase_before_folder(c)?;
            let folder = early.or_else(|| folder_if_said(c)).unwrap_or(Place::Last);
            let (text, name) = if by_text { (Some(wanted), None) } else { (None, Some(wanted)) };
            return Some(vec![Ask::SearchFiles { folder, text, name }]);
        }
    }
    c.at = start;
    if let Some(files) = selection(c)
        && c.at_end()
    {
        return Some(vec![Ask::ShowFiles { files }]);
    }
    c.at = start;
    c.eat(&["for"]);
    let named = c.peek().is_some_and(|t| !t.quoted && t.raw.rfind('.').is_some_and(|n| n > 0 && n + 1 < t.raw.len()));
    let wanted = phrase_before_folder(c)?;
    let folder = folder_if_said(c)?;
    let (text, name) = if named { (None, Some(wanted)) } else { (Some(wanted), None) };
    Some(vec![Ask::SearchFiles { folder, text, name }])
}

// What is looked for: a quoted text, or the words up to the last "in FOLDER".
fn phrase_before_folder(c: &mut Cursor) -> Option<String> {
    if c.peek()?.quoted {
        return c.take().map(|t| t.raw.clone());
    }
    let start = c.at;
    let length = c.rest().len();
    for n in (1..length).rev() {
        c.at = start + n;
        if c.eat(c.known.words.inside) && c.folder().is_some() && c.at_end() {
            c.at = start + n;
            return c.span(start, start + n);
        }
    }
    c.at = start;
    c.take_text()
}

/// "show files in FOLDER", "what is in FOLDER", "list FOLDER".
pub fn show(c: &mut Cursor) -> Option<Vec<Ask>> {
    let words = c.known.words;
    if !c.eat(words.show) {
        return None;
    }
    let start = c.at;
    if let Some(files) = selection(c) {
        return Some(vec![Ask::ShowFiles { files }]);
    }
    c.at = start;
    c.eat(words.inside);
    let folder = c.folder()?;
    Some(vec![Ask::ShowFiles { files: Selection { filter: Filter::default(), folder } }])
}

/// "read FILE".
pub fn read(c: &mut Cursor) -> Option<Vec<Ask>> {
    if !c.eat(&["read", "show me", "show", "open"]) {
        return None;
    }
    c.skip(c.known.words.articles);
    c.eat(c.known.words.files);
    match c.path()? {
        Place::Path(path) if !path.rsplit('/').next().is_some_and(|name| name.contains('.')) => None,
        path => Some(vec![Ask::ReadFile { path }]),
    }
}

fn folder_after(c: &mut Cursor, words: &[&str]) -> Option<Place> {
    if c.eat(words) {
        return c.folder();
    }
    if c.eat(&["there"]) {
        return Some(Place::Last);
    }
    Some(Place::Last)
}

fn folder_if_said(c: &mut Cursor) -> Option<Place> {
    let save = c.at;
    if c.eat(&["there"]) {
        return Some(Place::Last);
    }
    if c.eat(c.known.words.inside)
        && let Some(folder) = c.folder()
    {
        return Some(folder);
    }
    c.at = save;
    None
}
