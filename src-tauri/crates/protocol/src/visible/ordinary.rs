//! Characters without ink that ordinary text needs: where one stands as people write, and nowhere else, it is text.

/// What such a character is drawn as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// It shapes what stands beside it.
    AsItIs,
    /// A space of some width.
    ForSpace,
    /// Where a word may be broken.
    ForNothing,
}

/// How the character at `at` stands in its text; none where it has no place there. In `prose` nobody counts blanks.
pub(super) fn stands(chars: &[char], at: usize, prose: bool) -> Option<Stands> {
    let before = at.checked_sub(1).map(|before| chars[before]);
    let after = chars.get(at + 1).copied();
    match chars[at] {
        '\u{fe0e}' | '\u{fe0f}' => {
            let keycap =
                after == Some('\u{20e3}') && before.is_some_and(|c| c.is_ascii_digit() || c == '#' || c == '*');
            (keycap || before.is_some_and(is_emoji)).then_some(Stands::AsItIs)
        }
        '\u{200d}' => (joins_emoji(chars, at) || joins_letters(before, after)).then_some(Stands::AsItIs),
        '\u{200c}' => joins_letters(before, after).then_some(Stands::AsItIs),
        '\u{e0020}'..='\u{e007f}' => is_flag(chars, at).then_some(Stands::AsItIs),
        '\u{ad}' if prose => breaks_a_word(chars, at).then_some(Stands::ForNothing),
        c if prose && is_space(c) => between_ink(chars, at).then_some(Stands::ForSpace),
        _ => None,
    }
}

/// Every space of Unicode's but the plain one and that of Ogham, which has ink.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

fn is_emoji(c: char) -> bool {
    matches!(c as u32, 0xa9 | 0xae | 0x203c | 0x2049 | 0x2122 | 0x2139 | 0x2190..=0x21ff | 0x2300..=0x23ff | 0x24c2
        | 0x25a0..=0x27bf | 0x2934..=0x2935 | 0x2b00..=0x2bff | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f000..=0x1faff)
}

// A joiner between two pictures; the colour or the skin of the first may stand before it.
fn joins_emoji(chars: &[char], at: usize) -> bool {
    let first = chars[..at].iter().rev().find(|c| !matches!(c, '\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}'));
    let beside = at.checked_sub(1).is_some_and(|before| chars[before] == '\u{fe0f}' || is_emoji(chars[before]));
    beside && first.copied().is_some_and(is_emoji) && chars.get(at + 1).copied().is_some_and(is_emoji)
}

// In these scripts letters change by what they are joined to: Arabic and its kin, Syriac, N'Ko, those of India and their
// kin, Mongolian (UAX 31, 2.3).
fn joins_letters(before: Option<char>, after: Option<char>) -> bool {
    let script = |c: char| match c as u32 {
        0x600..=0x6ff | 0x750..=0x77f | 0x8a0..=0x8ff | 0xfb50..=0xfdcf | 0xfdf0..=0xfdff | 0xfe70..=0xfefc => {
            Some(0x600)
        }
        0x700..=0x74f => Some(0x700),
        0x7c0..=0x7ff => Some(0x7c0),
        block @ 0x900..=0xdff => Some(block & 0xff80),
        0xf00..=0xfff => Some(0xf00),
        0x1000..=0x109f => Some(0x1000),
        0x1780..=0x17ff => Some(0x1780),
        0x1800..=0x18af => Some(0x1800),
        _ => None,
    };
    let ends = after.is_none_or(|c| c == ' ' || c.is_ascii_punctuation());
    before.is_some_and(|c| {
        let same = script(c).is_some() && after.and_then(script) == script(c);
        same || (ends && is_virama(c))
    })
}

// What takes the vowel of a letter away: a joiner behind it says how the letter then looks.
fn is_virama(c: char) -> bool {
    matches!(c as u32, 0x94d | 0x9cd | 0xa4d | 0xacd | 0xb4d | 0xbcd | 0xc4d | 0xccd | 0xd4d | 0xdca)
}

// The flags of England, Scotland and Wales are the only ones that are written in tags.
fn is_flag(chars: &[char], at: usize) -> bool {
    let Some(start) = chars[..at].iter().rposition(|c| *c == '\u{1f3f4}') else { return false };
    let tags: String =
        chars[start + 1..].iter().map_while(|c| char::from_u32((*c as u32).checked_sub(0xe0000)?)).collect();
    let known = ["gbeng\u{7f}", "gbsct\u{7f}", "gbwls\u{7f}"];
    known.iter().any(|flag| tags.starts_with(flag) && at - start <= flag.len())
}

// Inside of a word of letters only: in an address or a name of a file it would make two of them look the same.
fn breaks_a_word(chars: &[char], at: usize) -> bool {
    let letters = |mut side: Box<dyn Iterator<Item = &char> + '_>| {
        let word: Vec<char> = side.by_ref().take_while(|c| !c.is_whitespace()).take(200).copied().collect();
        let ends = word.iter().rev().skip_while(|c| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')' | '"')).count();
        word.first().is_some_and(|c| c.is_alphabetic())
            && word[..ends].iter().all(|c| c.is_alphabetic() || matches!(c, '\u{ad}' | '-' | '('))
    };
    letters(Box::new(chars[..at].iter().rev())) && letters(Box::new(chars[at + 1..].iter()))
}

// With something to see on both sides of it.
fn between_ink(chars: &[char], at: usize) -> bool {
    let ink = |c: &&char| **c != ' ' && !is_space(**c);
    let sound = |c: Option<&char>| c.is_some_and(|c| !super::is_hidden(*c) || matches!(c, '\u{fe0f}' | '\u{ad}'));
    sound(chars[..at].iter().rev().find(ink)) && sound(chars[at + 1..].iter().find(ink))
}
