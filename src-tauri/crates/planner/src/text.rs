//! The goal as words: quotes are kept together, punctuation stands alone, and every word knows where it came from.

/// One word, quoted text or mark of punctuation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// As written, without its quotes.
    pub raw: String,
    /// Lower case, for comparing; a quoted text never equals a word.
    pub word: String,
    pub quoted: bool,
    /// Bytes in the text, quotes included.
    pub start: usize,
    pub end: usize,
}

const QUOTES: &[(char, char)] = &[('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('`', '`'), ('\'', '\''), ('‘', '’')];

/// The words of `text`.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c == '\n' {
            push(&mut out, text, at, at + 1, false);
            at += 1;
        } else if c.is_whitespace() {
            at += c.len_utf8();
        } else if let Some(end) = quoted(text, at, c) {
            push(&mut out, text, at, end, true);
            at = end;
        } else {
            let end = text[at..].find(char::is_whitespace).map_or(text.len(), |n| at + n);
            word(&mut out, text, at, end);
            at = end;
        }
    }
    out
}

// The end of a quoted text that begins at `at`. An apostrophe closes only where a word ends, so that `'don't'` works.
fn quoted(text: &str, at: usize, open: char) -> Option<usize> {
    let (_, close) = QUOTES.iter().find(|(o, _)| *o == open)?;
    let inner = at + open.len_utf8();
    let ends = |from: usize| text[from..].chars().next().is_none_or(|c| c.is_whitespace() || ",.;:!?)".contains(c));
    text[inner..]
        .match_indices(*close)
        .map(|(n, found)| inner + n + found.len())
        .find(|end| ends(*end) && *end - close.len_utf8() > inner)
}

// Splits marks off the end of a word; "9:30", "a,b.txt", "~/x/.." and "..." stay whole.
fn word(out: &mut Vec<Token>, text: &str, start: usize, end: usize) {
    let raw = &text[start..end];
    if let Some(colon) = raw.find(':')
        && colon > 0
        && raw[..colon].chars().all(|c| c.is_alphabetic() || c == '-')
        && !raw[colon + 1..].starts_with(['/', '\\'])
    {
        push(out, text, start, start + colon, false);
        push(out, text, start + colon, start + colon + 1, false);
        if colon + 1 < raw.len() {
            word(out, text, start + colon + 1, end);
        }
        return;
    }
    let bare = raw.trim_end_matches([',', ';', ':', '.', '!', '?']);
    let body = if bare.is_empty() || bare.ends_with('/') { raw } else { bare };
    push(out, text, start, start + body.len(), false);
    for (n, mark) in raw[body.len()..].char_indices() {
        let from = start + body.len() + n;
        push(out, text, from, from + mark.len_utf8(), false);
    }
}

fn push(out: &mut Vec<Token>, text: &str, start: usize, end: usize, quoted: bool) {
    let mut raw = text[start..end].to_owned();
    if quoted {
        raw.remove(0);
        raw.pop();
    }
    let word = if quoted { String::new() } else { raw.to_lowercase().replace('’', "'") };
    out.push(Token { raw, word, quoted, start, end });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raws(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|t| if t.quoted { format!("<{}>", t.raw) } else { t.raw }).collect()
    }

    #[test]
    fn quotes_hold_together_and_marks_stand_alone() {
        assert_eq!(
            raws("note: say \"a, b\" and 'don't', ok."),
            ["note", ":", "say", "<a, b>", "and", "<don't>", ",", "ok", "."]
        );
        assert_eq!(
            raws("Anna's 9:30 ~/a,b.txt ~/x/.. «é à» “x”"),
            ["Anna's", "9:30", "~/a,b.txt", "~/x/..", "<é à>", "<x>"]
        );
        assert_eq!(raws("todo:milk a\nb 'open"), ["todo", ":", "milk", "a", "\n", "b", "'open"]);
        assert_eq!(raws(" \t "), Vec::<String>::new());
    }
}
