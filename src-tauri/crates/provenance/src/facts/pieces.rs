//! What in a free text can carry an effect elsewhere: addresses, links and hosts, keys and codes, numbers.

use crate::provenance::Known;

/// One such thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Whether it names a person, a place or an account, or opens something; a bare sum or day does not.
    pub(super) names: bool,
}

/// Digits in a row that make a number of an account, a telephone or a code.
const ACCOUNT: usize = 5;
/// Fewer digits than this are a count in a sentence.
const COUNT: usize = 3;

/// Every piece of a text, in order.
pub(super) fn pieces(text: &str) -> Vec<Piece> {
    // Read as whoever gets it would: dots and signs of other scripts, what is invisible, and "evil[.]test".
    let folded = Known::folded(text)
        .replace(['。', '．'], ".")
        .replace(['⁄', '∕'], "/")
        .replace("[.]", ".")
        .replace("hxxp", "http")
        .replace("http:/", "http://")
        .replace("https:/", "https://")
        .replace(":////", "://")
        .replace(":///", "://");
    let text = folded.as_str();
    let mut found = Vec::new();
    let secret = ["password", "passcode", "passphrase", "pin", "secret", "token", "code"];
    let mut told = 0u8;
    let between = |c: char| c.is_whitespace() || "<>()[]{}\"'`,;|*".contains(c);
    for word in text.split(between) {
        let word = word.trim_matches(|c: char| ".:!?".contains(c)).trim_end_matches("'s");
        if word.chars().count() < 2 {
            continue;
        }
        // What follows "the password is" is one, whatever it looks like.
        let names_secret = secret.contains(&word.trim_end_matches(':'));
        told = if names_secret { 3 } else { told.saturating_sub(1) };
        let odd = |c: char| !c.is_alphabetic();
        let given = told > 0 && !names_secret && word.chars().count() >= 4 && word.chars().any(odd);
        let digits = word.chars().filter(|c| c.is_numeric()).count();
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let day_or_time = Known::is_moment(word);
        let sum = word.chars().all(|c| c.is_ascii_digit() || ".,'$€£¥%+-".contains(c));
        let address = word.contains('@') && !word.ends_with('@') || word.contains("://") || host(word).is_some();
        let code = digits >= 2 && letters >= 1 && digits + letters >= 6 && !day_or_time && !file_like(word);
        let cased = letters >= 12 && digits == 0 && mixed(word);
        if address
            || code
            || cased
            || given
            || (digits >= ACCOUNT && !day_or_time && !(sum && word.contains(['.', ','])))
        {
            found.push(Piece { text: word.to_owned(), names: true });
        } else if digits >= COUNT {
            found.push(Piece { text: word.to_owned(), names: false });
        }
    }
    // Numbers that are grouped with spaces: telephone, card, account.
    let mut run = String::new();
    for word in text.split_whitespace().chain(["end"]) {
        let core = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
        let group = !core.is_empty() && core.len() <= 6 && core.chars().all(|c| c.is_ascii_digit() || "+-".contains(c));
        if group {
            run.push_str(core);
            run.push(' ');
        } else {
            if run.chars().filter(char::is_ascii_digit).count() >= 8 && run.trim().contains(' ') {
                found.push(Piece { text: run.trim().to_owned(), names: true });
            }
            run.clear();
        }
    }
    found
}

/// The host in an address, a link or a bare name of a host; none for a mail address or a word.
pub(crate) fn host(value: &str) -> Option<String> {
    let value = value.trim();
    let rest = match value.split_once("://") {
        Some((_, rest)) => rest,
        None => value,
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or(rest);
    let named = match value.contains("://") {
        // What stands before an @ in an authority is a name to sign in with, made to look like the host.
        true => authority.rsplit('@').next().unwrap_or(authority),
        false if authority.contains('@') => return None,
        false => authority,
    };
    // The colons of an address in brackets are its own.
    if let Some((number, _)) = named.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return Some(format!("[{}]", number.to_lowercase()));
    }
    let (before, port) = named.split_once(':').unwrap_or((named, ""));
    let name = before.to_lowercase();
    let last = name.rsplit('.').next().unwrap_or_default();
    let literal = name.split('.').count() == 4 && name.split('.').all(|part| part.parse::<u8>().is_ok());
    let host_like = name.contains('.')
        && last.chars().count() >= 2
        && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"))
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        && !name.contains("..");
    // What follows the colon is a port, or all of it together is some other place than the name before it.
    if (port.len() > 5 || !port.bytes().all(|byte| byte.is_ascii_digit())) && (host_like || value.contains("://")) {
        return Some(named.to_lowercase());
    }
    let filed = !value.contains('/') && file_like(&name);
    if value.contains("://") {
        return (!name.is_empty()).then_some(name);
    }
    ((host_like && !filed) || literal).then_some(name)
}

/// Whether a value is written as an address, wherever it stands.
pub(super) fn addressed(value: &str) -> bool {
    let value = value.trim();
    let before = value.split(['/', ':']).next().unwrap_or(value);
    value.contains("://")
        || value.starts_with("//")
        || value.starts_with("\\\\")
        || (value.contains('/') && !value.contains(' ') && host(before).is_some())
        || (value.split_once('@').is_some_and(|(_, rest)| rest.contains(':')) && !value.contains(' '))
}

/// Whether a value is the full name of a host, as it is looked up: three labels and more, the last a plain one.
pub(super) fn full_name_of_a_host(value: &str) -> bool {
    let value = value.trim();
    value.split('.').count() >= 3 && !value.contains(['/', ' ']) && host(value).is_some()
}

/// Whether programs differ in where an address leads.
pub(super) fn two_readings(value: &str) -> bool {
    value.contains('\\') || (value.contains("://") && value.contains('@')) || value.contains(char::is_control)
}

// Names of files look like hosts; the commonest endings are no domains.
fn file_like(word: &str) -> bool {
    let Some((stem, end)) = word.rsplit_once('.') else { return false };
    !stem.is_empty()
        && matches!(
            end.to_ascii_lowercase().as_str(),
            "txt"
                | "doc"
                | "docx"
                | "xls"
                | "xlsx"
                | "ppt"
                | "pptx"
                | "pdf"
                | "csv"
                | "json"
                | "xml"
                | "html"
                | "htm"
                | "jpg"
                | "jpeg"
                | "png"
                | "gif"
                | "svg"
                | "mp3"
                | "mp4"
                | "wav"
                | "tar"
                | "gz"
                | "odt"
                | "ods"
                | "ics"
                | "eml"
                | "log"
                | "yaml"
                | "yml"
                | "toml"
                | "exe"
                | "webp"
                | "epub"
                | "rtf"
        )
}

// "aGVsbG8gd29ybGQ": letters of both cases within a word, as keys have.
fn mixed(word: &str) -> bool {
    let turns = word.chars().zip(word.chars().skip(1)).filter(|(a, b)| a.is_lowercase() && b.is_uppercase()).count();
    turns >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        pieces(text).into_iter().filter(|piece| piece.names).map(|piece| piece.text).collect()
    }

    #[test]
    fn addresses_links_keys_codes_and_account_numbers_are_pieces() {
        for (text, piece) in [
            ("write to <eve@evil.test>, please", "eve@evil.test"),
            ("see https://evil.test/a?b=1.", "https://evil.test/a?b=1"),
            ("go to www.evil.test now", "www.evil.test"),
            ("the code is 463820", "463820"),
            ("use X7K-99Q2 today", "X7K-99Q2"),
            ("IBAN PL61109010140000071219812874", "PL61109010140000071219812874"),
            ("call +49 151 2345 678", "+49 151 2345 678"),
            ("key aGVsbG8gd29ybGQ", "aGVsbG8gd29ybGQ"),
        ] {
            assert!(names(text).contains(&piece.to_owned()), "{text}: {:?}", pieces(text));
        }
        for text in [
            "Olivia Smith: 4",
            "see you at 10:30",
            "the file plan.docx",
            "Best wishes, e.g. on Monday",
            "on 2024-06-01",
            "1,200.50 in all",
        ] {
            assert!(names(text).is_empty(), "{text}: {:?}", pieces(text));
        }
        assert!(pieces("on 2024-06-01").iter().any(|piece| !piece.names));
    }

    #[test]
    fn the_host_is_the_one_that_is_gone_to() {
        assert_eq!(host("https://home.test@evil.test/x").as_deref(), Some("evil.test"));
        assert_eq!(host("evil.test").as_deref(), Some("evil.test"));
        assert_eq!(host("http://10.0.0.1:80/").as_deref(), Some("10.0.0.1"));
        assert_eq!((host("anna@home.test"), host("a.docx"), host("hello")), (None, None, None));
        assert_eq!(host("home.test:8443.evil.test").as_deref(), Some("home.test:8443.evil.test"));
        assert_eq!(host("https://home.test:evil.test/x").as_deref(), Some("home.test:evil.test"));
        assert_eq!(host("home.test:8443").as_deref(), Some("home.test"));
        assert_eq!(host("http://[2001:DB8::1]:80/x").as_deref(), Some("[2001:db8::1]"));
    }
}
