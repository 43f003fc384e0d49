//! Text from anywhere, made safe to look at: whatever would be invisible, reorder the line or move the cursor is
//! written out as `\u{…}`. An allow-list: letters, marks on a base, numbers, punctuation, symbols and the plain space;
//! and beside them what ordinary text needs, where it needs it.

mod ordinary;

use ordinary::Stands;
use std::fmt::Write;

/// `text` with everything that does not show made visible. Line breaks and tabs are written out too;
/// use [`visible_lines`] where lines are drawn one by one. What ordinary text needs stays text: emoji, the joiners of
/// scripts that have some, a no-break space as a space, a word without its soft hyphens.
///
/// ```
/// use assent_protocol::visible::visible;
/// assert_eq!(visible("a\u{202e}b\n"), "a\\u{202e}b\\n");
/// assert_eq!(visible("Zażółć -rf 文"), "Zażółć -rf 文");
/// assert_eq!(visible("50\u{a0}€ ❤\u{fe0f}"), "50 € ❤\u{fe0f}");
/// ```
pub fn visible(text: &str) -> String {
    written(text, true)
}

/// The same where every character counts, as in a command: spaces other than the plain one and soft hyphens are written
/// out.
///
/// ```
/// use assent_protocol::visible::visible_exact;
/// assert_eq!(visible_exact("rm a\u{a0}b"), "rm a\\u{a0}b");
/// ```
pub fn visible_exact(text: &str) -> String {
    written(text, false)
}

fn written(text: &str, prose: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut spaces = 0usize;
    let mut base = false;
    let chars: Vec<char> = text.chars().collect();
    for (at, c) in chars.iter().copied().enumerate() {
        let stands = if is_hidden(c) { ordinary::stands(&chars, at, prose) } else { None };
        match stands {
            None if c == ' ' => spaces += 1,
            Some(Stands::ForSpace) => spaces += 1,
            Some(Stands::ForNothing) => {}
            Some(Stands::AsItIs) => {
                push_spaces(&mut out, &mut spaces);
                out.push(c);
            }
            None => {
                push_spaces(&mut out, &mut spaces);
                push(&mut out, c, base);
                base = !is_hidden(c) && !c.is_control();
            }
        }
    }
    push_spaces(&mut out, &mut spaces);
    out
}

fn push(out: &mut String, c: char, base: bool) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if is_mark(c) && base && !is_hidden(c) => out.push(c),
        c if is_hidden(c) || is_mark(c) => {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        }
        c => out.push(c),
    }
}

/// Each line of what others wrote to be read, a page or a letter: tabs and spaces of any width are blanks, and what only
/// says where a word may break is left out.
pub fn readable_lines(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{feff}');
    let blank = |c: char| if ordinary::is_space(c) { ' ' } else { c };
    let line = |line: &str| visible(&line.replace('\t', "    ").chars().map(blank).collect::<String>());
    text.replace("\r\n", "\n").split('\n').map(line).collect()
}

/// A name made visible: also the blanks that it begins or ends with, and more than one in a row, which no eye sees.
///
/// ```
/// use assent_protocol::visible::visible_name;
/// assert_eq!(visible_name("plan "), "plan⟨1 space⟩");
/// assert_eq!(visible_name("my plan"), "my plan");
/// ```
pub fn visible_name(name: &str) -> String {
    let begins = name.len() - name.trim_start_matches(' ').len();
    let core = name.trim_matches(' ');
    let ends = name.len() - begins - core.len();
    let mut out = counted_spaces(begins);
    let mut words = core.split(' ').peekable();
    let mut spaces = 0;
    while let Some(word) = words.next() {
        if !word.is_empty() {
            match spaces {
                0 => {}
                1 => out.push(' '),
                more => out.push_str(&counted_spaces(more)),
            }
            spaces = 0;
            out.push_str(&visible_exact(word));
        }
        spaces += usize::from(words.peek().is_some());
    }
    out.push_str(&counted_spaces(ends));
    out
}

/// Each line of `text`, made visible.
pub fn visible_lines(text: &str) -> Vec<String> {
    text.split('\n').map(visible).collect()
}

/// Whether [`visible`] would write anything out, so that a card can carry the badge "hidden characters".
pub fn has_hidden(text: &str) -> bool {
    // What stands for a blank or for nothing is not written out.
    let plain: String =
        text.chars().filter(|c| *c != '\u{ad}').map(|c| if ordinary::is_space(c) { ' ' } else { c }).collect();
    let seen = visible(text);
    seen != text && seen != plain
}

fn counted_spaces(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "⟨1 space⟩".to_owned(),
        more => format!("⟨{more} spaces⟩"),
    }
}

// A run of spaces long enough to push text out of sight is counted instead of drawn.
fn push_spaces(out: &mut String, spaces: &mut usize) {
    if *spaces > 16 {
        let _ = write!(out, "⟨{spaces} spaces⟩");
    } else {
        out.extend(std::iter::repeat_n(' ', *spaces));
    }
    *spaces = 0;
}

// Combining marks draw on the character before them; alone they draw on whatever stands there.
fn is_mark(c: char) -> bool {
    matches!(c as u32, 0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x5bf | 0x5c1..=0x5c2 | 0x5c4..=0x5c5 | 0x5c7
        | 0x610..=0x61a | 0x64b..=0x65f | 0x670 | 0x6d6..=0x6dc | 0x6df..=0x6e4 | 0x6e7..=0x6e8 | 0x6ea..=0x6ed
        | 0x900..=0x903 | 0x93a..=0x93c | 0x93e..=0x94f | 0x951..=0x957 | 0x962..=0x963 | 0x981..=0x983
        | 0xe31 | 0xe34..=0xe3a | 0xe47..=0xe4e | 0x1ab0..=0x1aff | 0x1dc0..=0x1dff | 0x20d0..=0x20ff | 0xfe20..=0xfe2f
        | 0x3099..=0x309a)
}

// Everything that has no ink of its own, reorders text, or is not assigned a meaning that all fonts share:
// controls, format characters, every space but U+0020, fillers, variation selectors, tags, private use, noncharacters.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c as u32,
            0xad | 0x34f | 0x600..=0x605 | 0x61c | 0x6dd | 0x70f | 0x890..=0x891 | 0x8e2 | 0x115f..=0x1160 | 0x17b4..=0x17b5
            | 0x180b..=0x180f | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0x2800 | 0x3164 | 0xe000..=0xf8ff
            | 0xfe00..=0xfe0f | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0x110bd | 0x110cd | 0x13430..=0x1345f
            | 0x16fe4 | 0x1bca0..=0x1bca3 | 0x1d159 | 0x1d173..=0x1d17a | 0xe0000..=0xe0fff | 0xf0000..)
        || (c as u32 & 0xfffe) == 0xfffe
        || (0xfdd0..=0xfdef).contains(&(c as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_05_direction_overrides_are_written_out() {
        for c in ['\u{202e}', '\u{202d}', '\u{2066}', '\u{2069}', '\u{200e}', '\u{200f}', '\u{61c}'] {
            assert_eq!(visible(&format!("a{c}b")), format!("a\\u{{{:x}}}b", c as u32));
        }
    }

    #[test]
    fn card_06_no_code_point_is_drawn_as_nothing() {
        for c in (0..=0x10ffff).filter_map(char::from_u32) {
            let seen = visible(&c.to_string());
            assert!(!seen.is_empty());
            if c != ' ' && (c.is_control() || c.is_whitespace() || is_hidden(c)) {
                assert!(seen.starts_with('\\'), "U+{:04X} is drawn as itself", c as u32);
            }
        }
        for c in [
            '\u{3164}',
            '\u{ffa0}',
            '\u{2800}',
            '\u{115f}',
            '\u{1d173}',
            '\u{fe0f}',
            '\u{e0100}',
            '\u{e0041}',
            '\u{a0}',
        ] {
            assert!(visible(&format!("x{c}")).contains("\\u{"), "U+{:04X}", c as u32);
        }
    }

    #[test]
    fn ordinary_text_is_shown_as_people_write_it() {
        for (text, shown) in [
            ("Prix\u{a0}: 50\u{a0}€ ou 5\u{202f}000\u{a0}€", "Prix : 50 € ou 5 000 €"),
            ("Donau\u{ad}dampf\u{ad}schiff", "Donaudampfschiff"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("क\u{94d}\u{200d}ष ന\u{d4d}\u{200d} x", "क\u{94d}\u{200d}ष ന\u{d4d}\u{200d} x"),
            (
                "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f} 🏳\u{fe0f}\u{200d}🌈",
                "👨\u{200d}👩\u{200d}👧 ❤\u{fe0f} 🏳\u{fe0f}\u{200d}🌈",
            ),
            ("👩🏽\u{200d}💻 1\u{fe0f}\u{20e3} 🇵🇱", "👩🏽\u{200d}💻 1\u{fe0f}\u{20e3} 🇵🇱"),
            (
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
                "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            ),
            ("全角\u{3000}空白", "全角 空白"),
            ("call mum ❤\u{fe0f}", "call mum ❤\u{fe0f}"),
        ] {
            assert_eq!(visible(text), shown);
            assert!(!has_hidden(text), "{text}");
        }
        assert_eq!(visible_name("call mum ❤\u{fe0f}.txt"), "call mum ❤\u{fe0f}.txt");
        assert_eq!(readable_lines("\u{feff}\u{a0}a\tb\u{2003}c\r\nd"), [" a    b c", "d"]);
    }

    #[test]
    fn what_could_deceive_is_written_out_all_the_same() {
        for text in [
            "a\u{200d}b",
            "a\u{200c}b",
            "می\u{200c}\u{200c}خواهم",
            "می\u{200c}x",
            "x\u{fe0f}",
            "❤\u{fe0f}\u{fe0f}",
            "❤\u{200d}x",
            "pay\u{ad}pal.com",
            "a@b\u{ad}c.de",
            "\u{ad}x",
            "x\u{a0}",
            "🏴\u{e0068}\u{e0069}\u{e007f}",
            "long\u{200b}word",
            "שלום\u{200f} x",
            "👨\u{200d}",
        ] {
            assert!(visible(text).contains("\\u{"), "{}", text.escape_unicode());
            assert!(has_hidden(text), "{}", text.escape_unicode());
        }
        assert_eq!(visible(&format!("ls{}x", "\u{a0}".repeat(40))), "ls⟨40 spaces⟩x");
        assert_eq!(visible_exact("Donau\u{ad}dampf 5\u{a0}€"), "Donau\\u{ad}dampf 5\\u{a0}€");
    }

    #[test]
    fn card_08_terminal_escapes_are_written_out() {
        assert_eq!(visible("\x1b[2J\u{9b}"), "\\u{1b}[2J\\u{9b}");
    }

    #[test]
    fn blanks_that_no_eye_sees_are_written_out_in_a_name() {
        for (name, shown) in [
            ("plan.txt ", "plan.txt⟨1 space⟩"),
            (" plan.txt", "⟨1 space⟩plan.txt"),
            ("a  b", "a⟨2 spaces⟩b"),
            ("   ", "⟨3 spaces⟩"),
            ("a\u{a0}b\u{2003}", "a\\u{a0}b\\u{2003}"),
            ("my holiday plan.txt", "my holiday plan.txt"),
            ("", ""),
        ] {
            assert_eq!(visible_name(name), shown, "{name:?}");
        }
    }

    #[test]
    fn sh_10_a_long_run_of_spaces_is_counted() {
        assert_eq!(visible(&format!("ls{};x", " ".repeat(4000))), "ls⟨4000 spaces⟩;x");
    }
}
