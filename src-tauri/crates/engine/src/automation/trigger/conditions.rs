//! Triage in plain words: `escalate: says refund, my lawyer`, `drop: from shop.test and ends .ics`.

use assent_protocol::{Test, Triage, TriageRule};

/// Reads one rule; none where any of it is not understood.
pub(crate) fn read(text: &str) -> Option<TriageRule> {
    let (triage, rest) = text.split_once(':')?;
    let triage = match triage.trim().to_lowercase().as_str() {
        "drop" => Triage::Drop,
        "note" => Triage::Note,
        "propose" => Triage::Propose,
        "escalate" => Triage::Escalate,
        _ => return None,
    };
    let when = rest.split(" and ").map(test).collect::<Option<Vec<_>>>()?;
    Some(TriageRule { triage, when })
}

fn test(text: &str) -> Option<Test> {
    let text = text.trim();
    let lower = text.to_lowercase();
    let after = |word: &str| lower.strip_prefix(word).map(|rest| text[text.len() - rest.len()..].trim());
    let list = |rest: &str| {
        let words: Vec<String> = rest.split(',').map(|word| word.trim().to_owned()).filter(|w| !w.is_empty()).collect();
        (!words.is_empty()).then_some(words)
    };
    if let Some(rest) = after("says ") {
        return Some(Test::Says { words: list(rest)? });
    }
    if let Some(rest) = after("from ") {
        return Some(Test::From { senders: list(rest)? });
    }
    if let Some(rest) = after("ends ") {
        return Some(Test::Ends { endings: list(rest)? });
    }
    if let Some(rest) = after("at least ") {
        return Some(Test::AtLeast { bytes: size(rest)? });
    }
    if let Some(rest) = after("above ") {
        return Some(Test::Above { hundredths: number(rest)? });
    }
    after("below ").and_then(number).map(|hundredths| Test::Below { hundredths })
}

fn size(text: &str) -> Option<u64> {
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let count: u64 = text[..at].parse().ok()?;
    let unit = match text[at..].trim().to_lowercase().as_str() {
        "" | "bytes" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return None,
    };
    count.checked_mul(unit)
}

fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    let plain = text.strip_prefix('-').unwrap_or(text);
    let fits = !plain.is_empty() && plain.chars().all(|c| c.is_ascii_digit() || c == '.');
    fits.then(|| super::crossing::number_after(text, "")).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_become_conditions() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let rule = read("Escalate: says refund, my Lawyer and from shop.test").unwrap();
        assert_eq!(rule.triage, Triage::Escalate);
        assert_eq!(
            rule.when,
            [Test::Says { words: words(&["refund", "my Lawyer"]) }, Test::From { senders: words(&["shop.test"]) }]
        );
        assert_eq!(read("drop: at least 5 MB").unwrap().when, [Test::AtLeast { bytes: 5_000_000 }]);
        assert_eq!(read("note: below -1.5").unwrap().when, [Test::Below { hundredths: -150 }]);
        assert_eq!(read("note: ends .pdf, .txt").unwrap().when, [Test::Ends { endings: words(&[".pdf", ".txt"]) }]);
    }

    #[test]
    fn what_is_not_all_understood_is_refused() {
        for text in
            ["", "drop", "drop:", "ignore: says x", "drop: says", "drop: above many", "drop: says a and is blue"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
