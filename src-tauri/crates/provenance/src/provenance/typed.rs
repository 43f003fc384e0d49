//! The user's own words: whether a value, a name or a host stands in them.

use super::normal::{folded, plain};
use super::wording::{asks_only, beside, has_token, in_groups, in_parts, set_off};
use super::{Known, MIN_TRACED};

/// Letters and digits of a word of the user that may come as several values.
pub(super) const MIN_PARTED: usize = 8;
/// Bytes of typed text in which values are still looked for in parts: a person types less, and a paste is no address.
const MOST_PARTED: usize = 64 << 10;
/// Days in words that need a calendar, in the languages that letters come in.
const DAYS: &str = "today tonight tomorrow yesterday monday tuesday wednesday thursday friday saturday sunday weekend \
    heute morgen montag dienstag mittwoch donnerstag freitag samstag sonntag demain lundi mardi mercredi jeudi \
    vendredi samedi dimanche mañana lunes martes miércoles jueves viernes sábado domingo domani lunedì martedì \
    mercoledì giovedì venerdì sabato domenica jutro poniedziałek wtorek środa środę czwartek piątek sobota sobotę \
    niedziela niedzielę";

/// One text of the user, in the spellings that it is compared in.
#[derive(Debug, Clone)]
pub(super) struct UserText {
    /// As it was written, every run of white space one space.
    pub(super) said: String,
    pub(super) plain: String,
    pub(super) lower: String,
}

impl UserText {
    pub(super) fn new(text: &str) -> UserText {
        let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
        UserText { plain: plain(&said), lower: said.to_lowercase(), said }
    }
}

impl Known {
    /// Whether the user only asked to be told something: every sentence is a question, or begins with a word for reading.
    pub fn only_asks(&self) -> bool {
        !self.user.is_empty() && self.user.iter().all(|text| asks_only(&text.said))
    }

    /// Whether the user set this word off as a name, or wrote it beside one of the words that its field is called by.
    pub fn calls(&self, word: &str, nouns: &[&str]) -> bool {
        let exact = plain(word);
        self.user.iter().any(|text| set_off(&text.said, &exact) || beside(&text.plain, &exact, nouns))
    }

    /// Whether the user wrote this word.
    pub fn mentions(&self, word: &str) -> bool {
        self.typed.find(&folded(word)).is_some()
    }

    /// Whether these values, in order and with nothing but signs between them, are together what the user typed: an
    /// address in two halves, an account number in groups.
    pub fn typed_together(&self, values: &[&str]) -> bool {
        let values: Vec<String> = values.iter().map(|value| plain(value)).collect();
        let long = values.iter().map(|value| value.chars().filter(|c| c.is_alphanumeric()).count()).sum::<usize>()
            >= MIN_PARTED;
        long && values.iter().all(|value| !value.is_empty())
            && self.user_bytes <= MOST_PARTED
            && self.user.iter().any(|text| in_parts(&text.plain, &values))
    }

    /// Whether the user spoke of a day in words that need a calendar: "tomorrow", "next Friday".
    pub fn day_spoken_of(&self) -> bool {
        DAYS.split(' ').any(|word| self.mentions(word))
    }

    /// Whether the user typed two names as one, `owner/name`.
    pub fn typed_as_pair(&self, first: &str, second: &str) -> bool {
        let pair = format!("{}/{}", plain(first), plain(second));
        self.typed.find(&folded(&pair)).is_some() && self.user.iter().any(|text| has_token(&text.plain, &pair))
    }

    /// Whether the user wrote this host, by itself or in an address. A name that could be a file's, or that has no dot,
    /// was meant as a host only in an address.
    pub fn host_typed(&self, host: &str) -> bool {
        if self.hosts.iter().any(|granted| granted == host) {
            return true;
        }
        const FILES: &[&str] =
            &["md", "sh", "py", "rs", "pl", "ai", "zip", "mov", "app", "ps", "cc", "so", "ms", "ts", "js"];
        let host = host.trim_start_matches("www.");
        let end = host.rsplit('.').next().unwrap_or_default();
        let in_address_only = !host.contains('.') || FILES.contains(&end);
        self.user.iter().any(|text| {
            let text = &text.lower;
            text.match_indices(host).any(|(at, found)| {
                let before = text[..at].trim_end_matches("www.");
                let in_address = before.ends_with("://");
                let free = before.chars().next_back().is_none_or(|c| !(c.is_alphanumeric() || "-_.@/\\".contains(c)));
                let rest = &text[at + found.len()..];
                let mut after = rest.chars();
                let ends = match (after.next(), after.next()) {
                    (None, _) => true,
                    (Some('.' | ':'), Some(next)) => {
                        !next.is_alphanumeric() || rest.starts_with(':') && next.is_ascii_digit()
                    }
                    (Some('-' | '_' | '@' | '\\'), _) => false,
                    (Some(next), _) => !next.is_alphanumeric(),
                };
                (in_address || (free && !in_address_only)) && ends
            })
        })
    }

    pub(super) fn is_typed(&self, value: &str, nouns: &[&str]) -> bool {
        let exact = plain(value);
        // Most values were never typed: the index says so without reading the user's texts again.
        if self.typed.find(&folded(&exact)).is_none() && !exact.contains([',', ';']) {
            return false;
        }
        let short_number = exact.len() < 5 && exact.bytes().all(|byte| byte.is_ascii_digit());
        if short_number {
            return self.user.iter().any(|text| beside(&text.plain, &exact, nouns));
        }
        if self.user.iter().any(|text| has_token(&text.plain, &exact)) {
            return true;
        }
        // Numbers of accounts and telephones are grouped as one likes; in addresses every sign counts.
        let grouped = |c: char| c.is_alphanumeric() || " -+()/".contains(c);
        let foreign = exact.chars().any(|c| c.is_alphabetic() && !c.is_ascii());
        let figures = exact.bytes().filter(u8::is_ascii_digit).count() >= 5;
        if exact.chars().all(grouped) && exact.len() >= 6 && (figures || foreign) {
            return self.user.iter().any(|text| in_groups(&text.plain, &exact));
        }
        let parts: Vec<&str> = exact.split([',', ';']).map(str::trim).filter(|part| !part.is_empty()).collect();
        parts.len() > 1 && parts.iter().all(|part| part.chars().count() >= MIN_TRACED && self.is_typed(part, nouns))
    }

    // Whether the user called a thing by this name: all of it, and one plain word only where it is set off as a name.
    pub(super) fn names(&self, name: &str) -> bool {
        let exact = plain(name);
        let stem = match exact.rsplit_once('.') {
            Some((stem, end)) if !end.is_empty() && end.len() <= 5 && !exact.contains('@') => stem.to_owned(),
            _ => exact.clone(),
        };
        let spaced = plain(&stem.replace(['-', '_'], " "));
        if self.typed.find(&folded(&spaced)).is_none() {
            return false;
        }
        self.user.iter().any(|text| {
            if has_token(&text.lower, &exact)
                && (exact.contains(['.', '_', '-']) || exact.bytes().any(|b| b.is_ascii_digit()))
            {
                return true;
            }
            set_off(&text.said, &spaced)
        })
    }

    // The words that a name begins with, two and more, that the user wrote one after the other.
    pub(super) fn begins(&self, name: &str) -> Option<String> {
        let exact = plain(name);
        let spaced = exact.replace(['-', '_', '.'], " ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        (2..=words.len()).rev().map(|many| words[..many].join(" ")).find(|beginning| {
            let long = beginning.split(' ').filter(|word| word.chars().count() >= 4).count();
            long >= 2 && self.typed.find(&folded(beginning)).is_some()
        })
    }
}
