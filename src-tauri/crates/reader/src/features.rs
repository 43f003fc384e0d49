//! Words of a text, and the numbers of the n-grams in them.

/// How many numbers n-grams may have: a power of two.
pub const BUCKETS: usize = 1 << 16;
const LONGEST: usize = 400;

/// A word in lower case, with the bytes of the text that it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    pub text: String,
    pub start: usize,
    pub end: usize,
}

/// At most the first 400 bytes, cut between two characters.
pub fn beginning(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The words between blanks, without the marks around them.
pub fn words(text: &str) -> Vec<Word> {
    const MARKS: &[char] = &['.', ',', ';', ':', '!', '?', '"', '(', ')', '“', '”', '„', '«', '»', '‘', '…', '`'];
    let mut out = Vec::new();
    let mut at = 0;
    for raw in text.split(char::is_whitespace) {
        let bare = raw.trim_start_matches(MARKS);
        let start = at + (raw.len() - bare.len());
        let bare = bare.trim_end_matches(MARKS).trim_matches('\'');
        if !bare.is_empty() {
            let start = start + raw[start - at..].find(bare).unwrap_or_default();
            out.push(Word { text: bare.to_lowercase().replace('’', "'"), start, end: start + bare.len() });
        }
        at += raw.len() + text[at + raw.len()..].chars().next().map_or(0, char::len_utf8);
    }
    out
}

/// The numbers of the n-grams of words (1 to 3) and of characters (2 to 5 within a word), each once, in order.
pub fn ngrams(words: &[Word]) -> Vec<u32> {
    let shown: Vec<String> = words.iter().map(|word| shape(&word.text)).collect();
    let mut out = Vec::new();
    let framed: Vec<&str> = ["<"].into_iter().chain(shown.iter().map(String::as_str)).chain([">"]).collect();
    for n in 1..=3 {
        for gram in framed.windows(n) {
            out.push(number(n as u8, gram.iter().flat_map(|word| word.bytes().chain([b' ']))));
        }
    }
    for word in &shown {
        let letters: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
        for n in 2..=5 {
            for gram in letters.windows(n) {
                let text: String = gram.iter().collect();
                out.push(number(16 + n as u8, text.bytes()));
            }
        }
    }
    out.sort_unstable();
    out.dedup();
    out
}

// Digits say little by which they are: "7:30" and "9:15" are the same.
fn shape(word: &str) -> String {
    if word.starts_with("http://") || word.starts_with("https://") {
        return "URL".to_owned();
    }
    if word.starts_with("~/") || word.starts_with('/') {
        return "PATH".to_owned();
    }
    if word.contains('@') && word.len() > 3 {
        return "ADDRESS".to_owned();
    }
    word.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

// FNV-1a.
fn number(kind: u8, bytes: impl Iterator<Item = u8>) -> u32 {
    let hash = [kind]
        .into_iter()
        .chain(bytes)
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    ((hash >> 32) as u32 ^ hash as u32) & (BUCKETS as u32 - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_know_where_they_stand() {
        let text = "Wake me,  “at” 7:30! ";
        let found: Vec<_> = words(text).into_iter().map(|w| (w.text, text[w.start..w.end].to_owned())).collect();
        let expected = [("wake", "Wake"), ("me", "me"), ("at", "at"), ("7:30", "7:30")];
        assert_eq!(found, expected.map(|(word, raw)| (word.to_owned(), raw.to_owned())));
    }

    #[test]
    fn a_long_text_is_cut_between_two_characters() {
        assert_eq!(beginning(&"é".repeat(300)).len(), LONGEST);
        assert_eq!(beginning("short"), "short");
    }
}
