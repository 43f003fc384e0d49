//! One spelling for texts that look or decode alike. [`plain`] folds case and spaces only; [`loose`] also decodes
//! what a reader or a program on the way would decode.

/// Lower case, every run of white space one space.
pub(super) fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// [`plain`], after percent escapes and HTML entities are decoded, wide letters narrowed and invisible ones dropped.
pub(super) fn loose(text: &str) -> String {
    let mut text = text.to_owned();
    // Encoded twice is common; more often than three times nothing on the way decodes it.
    for _ in 0..3 {
        let next = entities(&percent(&text));
        if next == text {
            break;
        }
        text = next;
    }
    plain(&text.chars().filter(|c| !invisible(*c)).map(narrowed).collect::<String>())
}

/// Without anything that only separates, so that `PL61 1090` and `PL61-1090` are one.
pub(super) fn squeezed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"-+\"'`".contains(*c)).collect()
}

fn invisible(c: char) -> bool {
    matches!(c as u32, 0xad | 0x34f | 0x61c | 0x180e | 0x200b..=0x200f | 0x202a..=0x202e | 0x2060..=0x206f
        | 0xfe00..=0xfe0f | 0xfeff | 0xe0000..=0xe0fff)
}

fn narrowed(c: char) -> char {
    match c as u32 {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        0x3002 | 0xff61 => '.',
        0x2010..=0x2015 | 0x2212 => '-',
        _ => c,
    }
}

fn percent(text: &str) -> String {
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
