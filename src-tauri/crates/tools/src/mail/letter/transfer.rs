//! What letters are packed in: base64, quoted-printable and uuencode, read as far as they go.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Base64 that may be cut off, or have wrong ends.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The bytes of some base64. What is no character of it is passed over (RFC 2045, 6.8), and so is an end in the middle.
pub fn base64(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    for piece in text.split(|byte| *byte == b'=') {
        let mut kept: Vec<u8> = piece.iter().copied().filter(|byte| is_base64(*byte)).collect();
        if kept.len() % 4 == 1 {
            kept.pop();
        }
        out.extend(LENIENT.decode(kept).unwrap_or_default());
    }
    out
}

/// The bytes of a body in base64, with the plain lines that some lists put below it.
pub fn base64_body(text: &[u8]) -> Vec<u8> {
    let lines: Vec<&[u8]> = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
    let packed =
        |line: &&[u8]| !line.contains(&b' ') && line.iter().filter(|b| !is_base64(**b)).count() * 8 <= line.len() + 16;
    let end = lines.iter().position(|line| !packed(line)).unwrap_or(lines.len());
    let mut out = base64(&lines[..end].concat());
    if end < lines.len() {
        out.push(b'\n');
        out.extend(lines[end..].join(&b'\n'));
    }
    out
}

/// The bytes of some quoted-printable; an equals sign that stands for nothing is itself.
pub fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let hex = rest.get(1..3).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (rest[0], hex) {
            (b'=', Some(byte)) => {
                out.push(byte);
                at += 3;
            }
            (b'=', None) if soft_break(rest).is_some() => at += soft_break(rest).unwrap_or(1),
            (byte, _) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    out
}

// The length of a soft line break, blanks before it included.
fn soft_break(rest: &[u8]) -> Option<usize> {
    let blanks = rest[1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    match rest.get(1 + blanks) {
        Some(b'\n') => Some(2 + blanks),
        None => Some(1 + blanks),
        Some(_) => None,
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// The text without what is packed into it by uuencode, whose names and sizes are given.
pub fn without_uuencoded(text: &str) -> (String, Vec<(String, usize)>) {
    let mut kept = Vec::new();
    let mut found = Vec::new();
    let mut lines = text.split('\n');
    while let Some(line) = lines.next() {
        let mut ahead = lines.clone();
        match uuencoded(line, &mut ahead) {
            Some(file) => {
                found.push(file);
                lines = ahead;
            }
            None => kept.push(line),
        }
    }
    (kept.join("\n"), found)
}

// `begin 644 name`, lines that begin with their own length, `end`.
fn uuencoded<'a>(line: &str, lines: &mut impl Iterator<Item = &'a str>) -> Option<(String, usize)> {
    let (mode, name) = line.trim_end().strip_prefix("begin ")?.split_once(' ')?;
    if !(3..=4).contains(&mode.len()) || !mode.bytes().all(|byte| matches!(byte, b'0'..=b'7')) || name.is_empty() {
        return None;
    }
    let mut size = 0;
    for line in lines {
        let line = line.trim_end();
        if line == "end" {
            return Some((name.to_owned(), size));
        }
        let length = usize::from(line.bytes().next().unwrap_or(b'`').wrapping_sub(b' ') & 63);
        if line.len() > 62 || line.len() + 3 < length.div_ceil(3) * 4 {
            return None;
        }
        size += length;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_and_quoted_printable_are_read_as_far_as_they_go() {
        for (packed, right) in
            [("aGVsbG8=", "hello"), ("aGVs\r\nbG8", "hello"), ("aGVs*bG8!", "hello"), ("aGk=aGk=", "hihi")]
        {
            assert_eq!(base64(packed.as_bytes()), right.as_bytes(), "{packed}");
        }
        let listed = b"aGVsbG8gd29ybGQ=\r\n\r\n_______\r\nTo leave the list write to us\r\n";
        let read = String::from_utf8(base64_body(listed)).unwrap();
        assert!(read.starts_with("hello world") && read.contains("To leave the list"), "{read}");
        assert_eq!(quoted(b"a=3Db = c=\r\nd=zz=C5=BC="), "a=b = cd=zzż".as_bytes());
    }

    #[test]
    fn what_is_uuencoded_is_a_file_and_a_sentence_that_begins_so_is_none() {
        let text = "Look:\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye";
        assert_eq!(without_uuencoded(text), ("Look:\nbye".to_owned(), vec![("cat.txt".to_owned(), 3)]));
        let text = "begin 644 things\nis what we said, and this is a line that is long enough to be none\nend";
        assert_eq!(without_uuencoded(text).1, []);
    }
}
