//! Whether the options of a call are among those that a program only reads with.

use super::{
    line::Why,
    table::{Reads, Words},
    word::{Start, Word},
};

/// The words beside the options, once every option is known to be harmless.
pub(super) fn operands<'w>(entry: &Reads, args: &'w [Word]) -> Result<Vec<&'w Word>, Why> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut ended = false;
    while let Some(word) = args.get(at) {
        at += 1;
        if ended || word.start() == Start::Other && !word.may_be_option() || word.literal() == Some("-") {
            found.push(word);
            continue;
        }
        if word.literal() == Some("--") {
            ended = true;
            continue;
        }
        match word.start() {
            Start::Dash => at += option(entry, word, args.get(at))?,
            _ if entry.words == Words::Any => found.push(word),
            _ => return Err(Why::about("may_be_option", &word.written)),
        }
    }
    check_words(entry, &found)?;
    Ok(found)
}

// How many further words the option takes.
fn option(entry: &Reads, word: &Word, next: Option<&Word>) -> Result<usize, Why> {
    let unknown = || Why::about("unknown_option", &word.written);
    let text = word.prefix();
    let open = word.literal().is_none();
    if open && word.pieces.contains(&super::word::Piece::Hole(true)) && entry.words != Words::Any {
        return Err(Why::about("may_be_option", &word.written));
    }
    // One word must stay one word, or all that follow are shifted.
    let value = |next: Option<&Word>| match next {
        Some(word) if word.splits() && entry.words != Words::Any => Err(Why::about("may_be_option", &word.written)),
        _ => Ok(1),
    };
    if let Some(long) = text.strip_prefix("--") {
        let (name, given) = match long.split_once('=') {
            Some((name, _)) => (name, true),
            None if open => return Err(unknown()),
            None => (long, false),
        };
        if matches!(name, "help" | "version") && !given {
            return Ok(0);
        }
        for known in entry.long.split_ascii_whitespace() {
            match (known.strip_suffix('='), known.strip_suffix('?')) {
                (Some(known), _) if known == name => return if given { Ok(0) } else { value(next) },
                (_, Some(known)) if known == name => return Ok(0),
                (None, None) if known == name && !given => return Ok(0),
                _ => {}
            }
        }
        return Err(unknown());
    }
    let mut letters = text[1..].chars();
    while let Some(letter) = letters.next() {
        if letter.is_ascii_digit() && entry.short.contains('#') {
            continue;
        }
        let Some(at) = entry.short.find(letter).filter(|_| !matches!(letter, ':' | '#')) else { return Err(unknown()) };
        if entry.short[at + letter.len_utf8()..].starts_with(':') {
            return if letters.as_str().is_empty() && !open { value(next) } else { Ok(0) };
        }
    }
    // Letters that are not known yet.
    if open && entry.words != Words::Any { Err(unknown()) } else { Ok(0) }
}

fn check_words(entry: &Reads, words: &[&Word]) -> Result<(), Why> {
    let about = |word: &Word| Why::about("word_changes", &word.written);
    match entry.words {
        Words::Any | Words::Fixed => Ok(()),
        Words::Most(most) => match words.iter().find(|word| word.splits()).or(words.get(most)) {
            Some(word) => Err(about(word)),
            None => Ok(()),
        },
        Words::Plus => match words.iter().find(|word| !word.prefix().starts_with('+') || word.splits()) {
            Some(word) => Err(about(word)),
            None => Ok(()),
        },
        Words::First(known) => {
            let Some((first, rest)) = words.split_first() else { return Ok(()) };
            let fits = first.literal().is_some_and(|text| known.split_ascii_whitespace().any(|word| word == text));
            // What comes behind names a thing, or says what is to be done with it.
            const LOOK: &[&str] = &["show", "list", "ls", "lst", "dev", "table", "all", "up", "get"];
            let looks = !known.starts_with("a ")
                || rest.first().is_none_or(|word| word.literal().is_some_and(|text| LOOK.contains(&text)));
            if fits && looks { Ok(()) } else { Err(about(first)) }
        }
    }
}
