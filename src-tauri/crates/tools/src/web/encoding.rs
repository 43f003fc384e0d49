//! Bytes as text. What a page says of its encoding is believed only where the bytes do not say otherwise.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How far into a page its own words about its encoding are looked for.
const LOOKED: usize = 1_024;

/// The text of `bytes`; `said` is the encoding of the header. Bytes that make no sense become U+FFFD.
pub fn text(bytes: &[u8], said: Option<&str>) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    // Text in another encoding is hardly ever sound UTF-8 by chance, whatever the header says.
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let label = said.and_then(|label| Encoding::for_label(label.as_bytes())).or_else(|| in_page(bytes));
    // A page that names an encoding in letters of one byte each is not in one of two.
    let encoding = label.filter(|found| *found != UTF_16LE && *found != UTF_16BE || wide(bytes)).unwrap_or(UTF_8);
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

// `<meta charset="…">`, `<meta … content="text/html; charset=…">`, `<?xml … encoding="…"?>`.
fn in_page(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOKED)]).to_ascii_lowercase();
    let after = ["charset=", "encoding="].iter().find_map(|word| Some(&start[start.find(word)? + word.len()..]))?;
    let label: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
        .collect();
    Encoding::for_label(label.as_bytes())
}

fn wide(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(LOOKED)];
    start.iter().filter(|byte| **byte == 0).count() * 10 > start.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_have_the_last_word_about_their_encoding() {
        let latin = b"za\xbf\xf3\xb3\xe6";
        assert_eq!(text(latin, Some("iso-8859-2")), "zażółć");
        assert_eq!(text(b"<meta charset=iso-8859-2>za\xbf", None), "<meta charset=iso-8859-2>zaż");
        // Headers that lie.
        assert_eq!(text("zażółć".as_bytes(), Some("iso-8859-1")), "zażółć");
        assert_eq!(text(b"plain words \xff", Some("utf-16le")), "plain words \u{fffd}");
        assert_eq!(text(b"plain words \xff", Some("no-such-thing")), "plain words \u{fffd}");
        assert_eq!(text(b"\xff\xfea\0b\0", Some("utf-8")), "ab");
        assert_eq!(text(b"", Some("")), "");
    }
}
