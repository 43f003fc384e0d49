//! One spelling for texts that look or decode alike. [`plain`] folds case and spaces only and serves the strict side;
//! [`folded`] also narrows, drops what is invisible, and [`decoded`] reads what a program on the way would decode.

use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// Lower case, every run of white space one space, digits of other scripts as ours.
pub(super) fn plain(text: &str) -> String {
    let mut spaced = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    if spaced.is_ascii() {
        spaced.make_ascii_lowercase();
        return spaced;
    }
    spaced.chars().map(figure).collect::<String>().to_lowercase()
}

// The digits that people type in their own scripts stand in rows of ten.
fn figure(c: char) -> char {
    let zeros =
        [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040, 0x17e0];
    let digit = zeros.iter().find_map(|zero| (c as u32).checked_sub(*zero).filter(|digit| *digit < 10));
    digit.and_then(|digit| char::from_digit(digit, 10)).unwrap_or(c)
}

/// Lower case, compatible forms made one (wide letters, ligatures), invisible characters dropped.
pub(super) fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().filter(|c| !invisible(*c)).nfkc().map(figure).flat_map(char::to_lowercase).collect()
}

/// What else a text says once percent escapes, HTML entities, base64 and hexadecimal in it are decoded: nothing for a
/// text without any.
pub(super) fn decoded(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut text = text.to_owned();
    // Encoded twice is common; more often than three times nothing on the way decodes it.
    for _ in 0..3 {
        let next = entities(&percent(&text));
        if next == text {
            break;
        }
        found.push(next.clone());
        text = next;
    }
    let mut seen: HashSet<String> = found.iter().cloned().collect();
    for depth in 0..2 {
        let inner: Vec<String> = found.iter().chain((depth == 0).then_some(&text)).flat_map(|t| packed(t)).collect();
        let fresh: Vec<String> = inner.into_iter().filter(|text| seen.insert(text.clone())).collect();
        if fresh.is_empty() {
            break;
        }
        found.extend(fresh);
    }
    found
}

pub(super) fn invisible(c: char) -> bool {
    matches!(c as u32, 0xad | 0x34f | 0x61c | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f
        | 0xfe00..=0xfe0f | 0xfeff | 0xe0000..=0xe0fff)
}

// Words that are readable text in base64 or hexadecimal.
fn packed(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || "+/=_-".contains(c))) {
        let word = word.trim_matches('=');
        // Words of a sentence have neither figures nor capitals within them; what is packed has, but for one in millions.
        let odd = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        if word.len() < MIN_PACKED || !word.bytes().skip(1).any(odd) {
            continue;
        }
        let bytes = [hexadecimal(word), STANDARD.decode(word).ok(), FOR_ADDRESSES.decode(word).ok()];
        let readable = |bytes: Vec<u8>| String::from_utf8(bytes).ok().filter(|t| !t.chars().any(char::is_control));
        found.extend(bytes.into_iter().flatten().filter_map(readable));
    }
    found.dedup();
    found
}

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
static STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
static FOR_ADDRESSES: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// The shortest address, `a@b.cd`, takes eight characters in base64.
const MIN_PACKED: usize = 8;

fn hexadecimal(word: &str) -> Option<Vec<u8>> {
    if !word.len().is_multiple_of(2) || !word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..word.len()).step_by(2).map(|at| u8::from_str_radix(&word[at..at + 2], 16).ok()).collect()
}

pub(super) fn percent(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        // The longest that is read is `&#x10ffff;`.
        let end = rest.bytes().take(10).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity(&rest[1..end])?, end))) {
            Some((c, end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some(' '),
        "commat" => Some('@'),
        "period" => Some('.'),
        "sol" => Some('/'),
        "colon" => Some(':'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)
        }
    }
}
