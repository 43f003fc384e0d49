//! Where a value occurs in all that was read: an index of words, built as content arrives and never rebuilt whole.
//!
//! Texts are kept folded and without anything but letters and digits, so that `PL61 1090` and `pl61-1090` are one. Every
//! place where a word begins is kept with the eight bytes that follow it, sorted; runs of sorted places are merged when
//! they are of a size, so that n places cost n log n in all and a lookup a few binary searches, whatever was read.

/// What is between two texts: no value crosses it, because it never occurs in UTF-8.
const BETWEEN: u8 = 0xff;

/// A run that is at most so many times as long as the next is merged with it: few runs, few places to look.
const MERGED: usize = 8;

/// Places that begin with the same eight bytes and are still compared one by one.
const MOST_COMPARED: usize = 512;

/// Letters and digits within which a name and a text stand together.
const NEAR: usize = 160;

/// All texts of one kind of author.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    bytes: Vec<u8>,
    /// A bit for each byte: a word begins here.
    begins: Vec<u64>,
    /// Sorted runs of places, long ones first.
    runs: Vec<Vec<(u64, u32)>>,
    /// Where the texts of a source begin, in order.
    sources: Vec<(u32, u32)>,
}

impl Index {
    /// Adds a folded text of the source with this number.
    pub(super) fn add(&mut self, folded: &str, source: u32) {
        // 4 GB of content in one run is past every cap on what a tool returns.
        let Ok(from) = u32::try_from(self.bytes.len() + folded.len() + 1) else { return };
        let from = from - u32::try_from(folded.len()).unwrap_or(0) - 1;
        let mut fresh = Vec::new();
        let mut before = Kind::Other;
        for c in folded.chars() {
            let kind = Kind::of(c);
            if kind != Kind::Other {
                if kind != before {
                    fresh.push(self.bytes.len() as u32);
                }
                self.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            before = kind;
        }
        self.bytes.push(BETWEEN);
        self.begins.resize(self.bytes.len().div_ceil(64) + 1, 0);
        let end = self.bytes.len() as u32 - 1;
        for at in fresh.iter().copied().chain([end]) {
            self.begins[at as usize / 64] |= 1 << (at % 64);
        }
        if fresh.is_empty() {
            return;
        }
        if self.sources.last().is_none_or(|(_, last)| *last != source) {
            self.sources.push((from, source));
        }
        let mut run: Vec<(u64, u32)> = fresh.into_iter().map(|at| (self.key(at), at)).collect();
        run.sort_unstable();
        while self.runs.last().is_some_and(|last| last.len() <= MERGED * run.len()) {
            let last = self.runs.pop().unwrap_or_default();
            run = merged(last, run);
        }
        self.runs.push(run);
    }

    /// The source of a text in which the value stands, beginning and ending with a word.
    pub(super) fn find(&self, folded: &str) -> Option<u32> {
        self.place(folded).map(|at| self.source_of(at))
    }

    /// The source of a text in which `text` stands at most a few sentences behind `name`.
    pub(super) fn find_behind(&self, name: &str, text: &str) -> Option<u32> {
        let at = self.place(text)? as usize;
        let name = squeezed(name);
        let before = &self.bytes[at.saturating_sub(NEAR)..at];
        let same_text = before.iter().rposition(|byte| *byte == BETWEEN).map_or(before, |end| &before[end + 1..]);
        let near = !name.is_empty() && same_text.windows(name.len()).any(|some| some == name);
        near.then(|| self.source_of(at as u32))
    }

    fn source_of(&self, at: u32) -> u32 {
        let after = self.sources.partition_point(|(from, _)| *from <= at);
        self.sources[after.max(1) - 1].1
    }

    fn place(&self, folded: &str) -> Option<u32> {
        let wanted = squeezed(folded);
        if wanted.is_empty() {
            return None;
        }
        let low = key_of(&wanted, 0);
        let high = key_of(&wanted, 0xff);
        let found = self.runs.iter().filter_map(|run| {
            let from = run.partition_point(|(key, _)| *key < low);
            let some = &run[from..run.len().min(from + MOST_COMPARED)];
            let alike = || some.iter().take_while(|(key, _)| *key <= high).map(|(_, at)| *at);
            let stands = alike().find(|at| self.stands(*at, &wanted));
            // Where so many begin alike, it counts as one of them: what others wrote is then named rather than missed,
            // and what the user typed is read again word by word.
            stands.or_else(|| (some.len() == MOST_COMPARED).then(|| alike().nth(MOST_COMPARED - 1)).flatten())
        });
        found.min()
    }

    /// Whether there is anything in it.
    pub(super) fn find_any(&self) -> bool {
        !self.runs.is_empty()
    }

    fn stands(&self, at: u32, wanted: &[u8]) -> bool {
        let end = at as usize + wanted.len();
        self.bytes.get(at as usize..end) == Some(wanted) && self.begins[end / 64] & (1 << (end % 64)) != 0
    }

    fn key(&self, at: u32) -> u64 {
        let rest = &self.bytes[at as usize..];
        key_of(&rest[..rest.len().min(8)], 0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Other,
}

impl Kind {
    // Letters and digits that touch are two words: `1200EUR` holds 1200, and `ID:24b` does not end after 24 unnoticed.
    fn of(c: char) -> Kind {
        if c.is_ascii_digit() {
            Kind::Digit
        } else if c.is_alphanumeric() {
            Kind::Letter
        } else {
            Kind::Other
        }
    }
}

fn squeezed(folded: &str) -> Vec<u8> {
    folded.chars().filter(|c| Kind::of(*c) != Kind::Other).collect::<String>().into_bytes()
}

fn key_of(bytes: &[u8], fill: u8) -> u64 {
    let mut key = [fill; 8];
    let length = bytes.len().min(8);
    key[..length].copy_from_slice(&bytes[..length]);
    u64::from_be_bytes(key)
}

fn merged(left: Vec<(u64, u32)>, right: Vec<(u64, u32)>) -> Vec<(u64, u32)> {
    let mut all = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        all.extend(if a <= b { left.next() } else { right.next() });
    }
    all.extend(left);
    all.extend(right);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_is_found_with_other_separators_and_only_as_whole_words() {
        let mut index = Index::default();
        index.add("pay to pl61 1090 1014 0000, mail mallory@evil.test", 7);
        index.add("room 2400", 8);
        for found in ["pl6110901014 0000", "PL61".to_lowercase().as_str(), "mallory@evil.test", "evil.test", "to pl61"]
        {
            assert_eq!(index.find(found), Some(7), "{found}");
        }
        assert_eq!(index.find("room 2400"), Some(8));
        for other in ["24", "mall", "vil.test", "0000 mail mallory evil test room", "", "!!"] {
            assert_eq!(index.find(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn every_run_of_words_of_every_text_is_found(texts in prop::collection::vec("[a-c1 .]{0,30}", 1..12), at in 0usize..12, from in 0usize..8, many in 1usize..4) {
            let mut index = Index::default();
            texts.iter().enumerate().for_each(|(n, text)| index.add(text, n as u32));
            let words: Vec<&str> = texts[at % texts.len()].split([' ', '.']).filter(|word| !word.is_empty()).collect();
            if let Some(some) = words.get(from..).map(|rest| &rest[..many.min(rest.len())]).filter(|some| !some.is_empty()) {
                let found = index.find(&some.join("-"));
                let holds = |n: u32| String::from_utf8(squeezed(&texts[n as usize])).unwrap().contains(&some.concat());
                prop_assert!(found.is_some_and(holds), "{found:?}");
            }
        }
    }
}
