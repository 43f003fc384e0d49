//! Bytes as text, for letters, feeds, pages and calendars alike. What is said of an encoding is believed only where the
//! bytes do not say otherwise, and what says nothing is guessed as mail programs and browsers do.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, IBM866, ISO_2022_JP, KOI8_R, KOI8_U, MACINTOSH, REPLACEMENT,
    SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_874, WINDOWS_1252, X_MAC_CYRILLIC,
};
use mail_parser::decoders::charsets::{DecoderFnc, map::charset_decoder};

/// How far into a text its own words about its encoding are looked for.
const LOOKED: usize = 1_024;
/// Bytes from which an encoding is guessed.
const GUESSED: usize = 200_000;

/// The text of `bytes`; `said` is the encoding of the header. What names none is looked into (`<meta charset>`,
/// `<?xml encoding>`), then guessed. Bytes that make no sense become U+FFFD.
pub fn text(bytes: &[u8], said: Option<&str>) -> String {
    decoded(bytes, said.and_then(named).or_else(|| named(&in_text(bytes)?)))
}

/// As [`text`], where nothing that stands in the text speaks of its encoding.
pub fn plain(bytes: &[u8], said: Option<&str>) -> String {
    decoded(bytes, said.and_then(named))
}

/// How bytes of one label are read.
#[derive(Clone, Copy)]
enum Reading {
    Standard(&'static Encoding),
    // What the standard leaves out and letters still have: UTF-7, code page 850.
    Other(DecoderFnc),
    Hz,
    Iso2022Kr,
}

fn decoded(bytes: &[u8], named: Option<Reading>) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    let of = |encoding: &'static Encoding| encoding.decode_without_bom_handling(bytes).0.into_owned();
    // These are sound UTF-8 by their bytes and mean something else.
    match named {
        Some(Reading::Standard(encoding)) if encoding == ISO_2022_JP && bytes.contains(&0x1b) => return of(encoding),
        Some(Reading::Standard(encoding)) if is_wide(encoding) && wide(bytes).is_some() => return of(encoding),
        Some(Reading::Other(decoder)) => return decoder(bytes),
        Some(Reading::Hz) => return hz(bytes),
        Some(Reading::Iso2022Kr) => return iso_2022_kr(bytes),
        _ => {}
    }
    if let Some(encoding) = wide(bytes) {
        return of(encoding);
    }
    // Text in another encoding is hardly ever sound UTF-8 by chance, whatever the header says.
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0x1b) => return text.to_owned(),
        Ok(text) => {
            let japanese = guess(bytes) == ISO_2022_JP;
            return if japanese { of(ISO_2022_JP) } else { text.to_owned() };
        }
        Err(_) => {}
    }
    match named {
        // A text that names an encoding in letters of one byte each is not in one of two.
        Some(Reading::Standard(encoding)) if encoding != UTF_8 && !is_wide(encoding) => of(encoding),
        _ if mostly_utf8(bytes) => of(UTF_8),
        _ => of(guess(bytes)),
    }
}

// The encoding of a label, in any of the spellings that letters and pages use.
fn named(label: &str) -> Option<Reading> {
    let label = label.trim().trim_matches(['"', '\'']).to_ascii_lowercase();
    let dashes = label.replace(['_', ' ', '.'], "-");
    let bare: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    match bare.as_str() {
        // Said of anything by programs that never look.
        "usascii" | "ascii" | "unknown8bit" | "xunknown" | "" => return None,
        "hzgb2312" | "hz" => return Some(Reading::Hz),
        "iso2022kr" | "csiso2022kr" => return Some(Reading::Iso2022Kr),
        _ => {}
    }
    let standard = [&label, &dashes, &bare].into_iter().find_map(|name| Encoding::for_label(name.as_bytes()));
    let standard = standard.filter(|found| *found != REPLACEMENT).or_else(|| code_page(&bare));
    // GB2312 is said where GB18030, which has all of it, was written.
    let standard = standard.map(|found| if found == GBK { GB18030 } else { found });
    standard.map(Reading::Standard).or_else(|| charset_decoder(label.as_bytes()).map(Reading::Other))
}

// `cp949`, `ms936`, `windows1251`, `x-cp1250`, `win-1252`: the number says it.
fn code_page(bare: &str) -> Option<&'static Encoding> {
    let digits = bare.find(|c: char| c.is_ascii_digit())?;
    let (name, number) = bare.split_at(digits);
    if !matches!(name, "cp" | "ms" | "windows" | "win" | "xcp" | "ibm" | "codepage" | "mscp" | "xmscp") {
        return None;
    }
    match number.parse::<u32>().ok()? {
        866 => Some(IBM866),
        874 => Some(WINDOWS_874),
        932 | 943 => Some(SHIFT_JIS),
        936 => Some(GBK),
        949 => Some(EUC_KR),
        950 => Some(BIG5),
        1200 => Some(UTF_16LE),
        1201 => Some(UTF_16BE),
        number @ 1250..=1258 => Encoding::for_label(format!("windows-{number}").as_bytes()),
        10000 => Some(MACINTOSH),
        10007 => Some(X_MAC_CYRILLIC),
        20866 => Some(KOI8_R),
        21866 => Some(KOI8_U),
        number @ 28591..=28606 => Encoding::for_label(format!("iso-8859-{}", number - 28590).as_bytes()),
        50220..=50222 => Some(ISO_2022_JP),
        20932 | 51932 => Some(EUC_JP),
        51949 => Some(EUC_KR),
        54936 => Some(GB18030),
        65001 => Some(UTF_8),
        _ => None,
    }
}

// `<meta charset="…">`, `<meta … content="text/html; charset=…">`, `<?xml … encoding="…"?>`.
fn in_text(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOKED)]).to_ascii_lowercase();
    let after = ["charset", "encoding"].iter().find_map(|word| {
        start.match_indices(word).find_map(|(at, _)| start[at + word.len()..].trim_start().strip_prefix('='))
    })?;
    let label = after.trim_start().trim_start_matches(['"', '\'']).chars();
    Some(label.take_while(|c| c.is_ascii_alphanumeric() || "-_:. ".contains(*c)).collect())
}

fn is_wide(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

// Text of two bytes a letter has many zeros, or line ends and blanks of two bytes, all on the same side.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = &bytes[..bytes.len().min(LOOKED)];
    let zeros = |side: usize| start.iter().skip(side).step_by(2).filter(|byte| **byte == 0).count();
    let (first, second) = (zeros(0), zeros(1));
    match bytes.len().is_multiple_of(2) && first.max(second) * 20 > start.len() {
        true if first > second * 4 => Some(UTF_16BE),
        true if second > first * 4 => Some(UTF_16LE),
        _ => None,
    }
}

// Whether more letters are sound UTF-8 than broken: one bad byte says nothing about a whole page.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut broken) = (0, 0);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        broken += usize::from(!chunk.invalid().is_empty());
    }
    sound > broken
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(GUESSED)], true);
    let found = detector.guess(None, Utf8Detection::Deny);
    // A word or two tell nothing apart: the West's is the likeliest.
    let few = bytes.iter().filter(|byte| !byte.is_ascii()).count() < 3 && found != ISO_2022_JP;
    if few { WINDOWS_1252 } else { found }
}

// HZ (RFC 1843): `~{` and `~}` around two bytes a letter without their high bit.
fn hz(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let (mut at, mut double) = (0, false);
    while at < bytes.len() {
        let pair = (bytes[at], bytes.get(at + 1).copied());
        match pair {
            (b'~', Some(b'{')) => double = true,
            (b'~', Some(b'}')) => double = false,
            (b'~', Some(b'~')) if !double => out.push(b'~'),
            (b'~', Some(b'\n')) => {}
            (first, Some(second)) if double => out.extend([first | 0x80, second | 0x80]),
            (first, _) => {
                out.push(first);
                at += 1;
                continue;
            }
        }
        at += 2;
    }
    GBK.decode_without_bom_handling(&out).0.into_owned()
}

// ISO-2022-KR (RFC 1557): shift out and shift in around two bytes a letter without their high bit.
fn iso_2022_kr(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let mut double = false;
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            0x0e => double = true,
            0x0f => double = false,
            // The header of the line: `ESC $ ) C`.
            0x1b => drop(rest.by_ref().take(3).count()),
            0x21..=0x7e if double => out.push(byte | 0x80),
            byte => out.push(*byte),
        }
    }
    EUC_KR.decode_without_bom_handling(&out).0.into_owned()
}

#[cfg(test)]
mod tests;
