//! A letter's words as they would be read aloud: without accents, look-alikes, invisible characters, and the spellings that
//! people use to get past a filter.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Letters of one text that are looked at.
const MOST: usize = 60_000;
/// Letters that look like Latin ones.
const ALIKE: &[(char, char)] = &[
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('х', 'x'),
    ('у', 'y'),
    ('і', 'i'),
    ('ѕ', 's'),
    ('ј', 'j'),
    ('ԁ', 'd'),
    ('ո', 'n'),
    ('в', 'b'),
    ('к', 'k'),
    ('м', 'm'),
    ('н', 'h'),
    ('т', 't'),
    ('г', 'r'),
    ('ο', 'o'),
    ('α', 'a'),
    ('ε', 'e'),
    ('ρ', 'p'),
    ('ι', 'i'),
    ('ν', 'v'),
    ('τ', 't'),
    ('κ', 'k'),
    ('ł', 'l'),
    ('ø', 'o'),
    ('đ', 'd'),
    ('ı', 'i'),
];

/// Sentences of plain words: lower case, one space between words; sentences apart.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let clean = clean(text);
    let mut found = Vec::new();
    for sentence in clean.split(['.', '!', '?', ';', '\u{1}']) {
        // Where letters stand apart, a wider gap ends the word.
        let parts = sentence.split("  ").map(|part| {
            let words = part.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            join_letters(&words.map(word).collect::<Vec<String>>())
        });
        let joined = parts.filter(|part| !part.is_empty()).collect::<Vec<String>>().join(" ");
        if !joined.is_empty() {
            found.push(joined);
        }
    }
    found
}

/// All of it as one line of plain words with a space at each end.
pub(super) fn line(text: &str) -> String {
    format!(" {} ", sentences(text).join(" "))
}

/// Lower case without what nobody sees; marks and line breaks stay.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::new();
    let mut empty = 0;
    for c in text.chars().take(MOST) {
        match c {
            // Tags: a second, invisible alphabet.
            '\u{e0020}'..='\u{e007e}' => out.extend(char::from_u32(c as u32 - 0xe0000).map(|c| c.to_ascii_lowercase())),
            '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
            | '\u{ad}'
            | '\u{180e}' => {}
            '\n' => {
                empty += 1;
                // An empty line ends a sentence, a wrapped one does not.
                out.push(if empty > 1 { '\u{1}' } else { '\n' });
                continue;
            }
            '\r' => continue,
            _ => out.extend(c.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase)),
        }
        if !c.is_whitespace() {
            empty = 0;
        }
    }
    out.replace('ß', "ss")
}

fn word(raw: &str) -> String {
    let latin = raw.chars().any(|c| c.is_ascii_alphabetic());
    let digits = raw.chars().any(|c| c.is_ascii_digit());
    let letters = raw.chars().filter(|c| c.is_ascii_alphabetic()).count();
    let alike = |c: char| ALIKE.iter().find(|(other, _)| *other == c).map_or(c, |(_, latin)| *latin);
    raw.chars()
        .map(|c| if latin || "łøđı".contains(c) { alike(c) } else { c })
        // 1gn0r3, but not A1234.
        .map(|c| match c {
            _ if !digits
                || letters < 3
                || raw.ends_with(|c: char| c.is_ascii_digit())
                    && raw.starts_with(|c: char| c.is_ascii_alphabetic())
                    && letters * 2 < raw.len() =>
            {
                c
            }
            '0' => 'o',
            '1' => 'i',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '7' => 't',
            c => c,
        })
        .collect()
}

// "i g n o r e" is one word.
fn join_letters(words: &[String]) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut run = String::new();
    let flush = |run: &mut String, out: &mut Vec<String>| {
        if run.chars().count() > 3 {
            out.push(std::mem::take(run));
        } else {
            out.extend(run.drain(..).map(String::from));
        }
    };
    for word in words {
        if word.chars().count() == 1 {
            run.push_str(word);
        } else {
            flush(&mut run, &mut out);
            out.push(word.clone());
        }
    }
    flush(&mut run, &mut out);
    out.join(" ")
}
