//! Which files: "all .tmp files in ~/x", "photos older than 2 years from ~/x", "files larger than 100 MB in ~/x".

use crate::{
    cursor::Cursor,
    request::{Age, Filter, Place, Selection},
};

/// A selection that names what it selects. The folder may be left out and is then the one spoken of last.
pub fn selection(c: &mut Cursor) -> Option<Selection> {
    let words = c.known.words;
    let mut filter = Filter::default();
    let mut named = c.eat(words.everything);
    c.skip(words.articles);
    named |= kind_or_extension(c, &mut filter);
    named |= c.eat(words.files);
    if !named {
        return None;
    }
    let folder = qualifiers(c, &mut filter)?;
    Some(Selection { filter, folder: folder.unwrap_or(Place::Last) })
}

// ".tmp", "*.tmp", "photos", "pdf" before "files", "PDFs".
fn kind_or_extension(c: &mut Cursor, filter: &mut Filter) -> bool {
    let words = c.known.words;
    if let Some(kind) = c.eat_named(words.kind_nouns) {
        filter.kind = Some(kind);
        return true;
    }
    if let Some(extension) = extension(c) {
        filter.extension = Some(extension);
        return true;
    }
    let Some(token) = c.peek().filter(|t| !t.quoted) else { return false };
    let is_known = |word: &str| words.kinds.iter().any(|(_, extensions)| extensions.contains(&word));
    if let Some(one) = token.word.strip_suffix('s').filter(|one| is_known(one)) {
        c.at += 1;
        filter.extension = Some(one.to_owned());
        return true;
    }
    let bare = token.word.chars().all(|c| c.is_ascii_alphanumeric()) && token.word.len() <= 8;
    c.at += 1;
    if bare
        && c.sees(words.files)
        && !words.files.contains(&token.word.as_str())
        && (is_known(&token.word) || token.word.len() <= 4)
    {
        filter.extension = Some(token.word.clone());
        return true;
    }
    c.at -= 1;
    false
}

/// ".tmp" or "*.tmp".
pub fn extension(c: &mut Cursor) -> Option<String> {
    let token = c.peek()?;
    let raw = token.raw.to_lowercase();
    let extension = raw.strip_prefix("*.").or_else(|| raw.strip_prefix('.'))?;
    let fits = !extension.is_empty() && extension.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if fits {
        c.at += 1;
    }
    fits.then(|| extension.to_owned())
}

// In any order; the inner option is the folder. None when a qualifier begins and does not end.
fn qualifiers(c: &mut Cursor, filter: &mut Filter) -> Option<Option<Place>> {
    let words = c.known.words;
    let mut folder = None;
    loop {
        let save = c.at;
        c.skip(&["and", ",", "that are", "which are", "is"]);
        if c.eat(words.older) {
            filter.older = Some(age(c)?);
        } else if c.eat(words.newer) {
            filter.newer = Some(age(c)?);
        } else if c.eat(words.larger) {
            filter.larger = Some(bytes(c)?);
        } else if size_follows(c) && c.eat(words.smaller) {
            filter.smaller = Some(bytes(c)?);
        } else if c.eat(words.called) {
            filter.named = Some(c.take()?.raw.clone());
        } else if folder.is_none() && c.eat(words.inside) {
            match c.folder() {
                Some(found) => folder = Some(found),
                None => {
                    c.at = save;
                    return Some(folder);
                }
            }
        } else if folder.is_none() && c.sees(&["there"]) {
            c.at += 1;
            folder = Some(Place::Last);
        } else {
            c.at = save;
            return Some(folder);
        }
    }
}

// "under 5 MB" is a size, "under ~/x" a folder.
fn size_follows(c: &Cursor) -> bool {
    !c.sees(&["under"]) || c.rest().get(1).is_some_and(|t| t.word.starts_with(|c: char| c.is_ascii_digit()))
}

/// "90 days".
pub fn age(c: &mut Cursor) -> Option<Age> {
    let amount = c.number()?;
    let age = match c.take()?.word.as_str() {
        "hour" | "hours" => Age::Hours(amount),
        "day" | "days" => Age::Days(amount),
        "week" | "weeks" => Age::Weeks(amount),
        "month" | "months" => Age::Months(amount),
        "year" | "years" => Age::Years(amount),
        _ => return None,
    };
    Some(age)
}

// "100 MB", "1.5gb", as decimal units, the way file managers show them.
fn bytes(c: &mut Cursor) -> Option<u64> {
    let token = c.take()?;
    let split = token.word.find(|c: char| c.is_alphabetic()).unwrap_or(token.word.len());
    let amount: f64 =
        token.word[..split].replace(',', ".").parse().ok().filter(|n: &f64| n.is_finite() && *n >= 0.0)?;
    let unit = match &token.word[split..] {
        "" => c.take()?.word.as_str(),
        unit => unit,
    };
    let factor: f64 = match unit {
        "b" | "byte" | "bytes" => 1.0,
        "k" | "kb" | "kib" | "kilobytes" => 1e3,
        "m" | "mb" | "mib" | "megabyte" | "megabytes" => 1e6,
        "g" | "gb" | "gib" | "gigabyte" | "gigabytes" => 1e9,
        "tb" | "terabyte" | "terabytes" => 1e12,
        _ => return None,
    };
    Some((amount * factor).min(1e18) as u64)
}
