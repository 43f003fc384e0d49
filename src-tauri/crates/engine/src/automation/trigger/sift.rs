//! Triage: what an event leads to, by conditions that anybody can read. No model takes part.

use assent_domains::letters;
use assent_protocol::{Test, Triage, TriageRule, texts, visible::visible};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something that happened, as a trigger saw it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Happening {
    /// What makes it the one it is.
    pub(crate) key: String,
    /// In a few words, for a person.
    pub(crate) what: String,
    /// The name of a file, the subject of a letter.
    #[serde(default)]
    pub(crate) name: String,
    /// What it says.
    #[serde(default)]
    pub(crate) text: String,
    /// Whom it comes from.
    #[serde(default)]
    pub(crate) from: Option<String>,
    /// How large it is.
    #[serde(default)]
    pub(crate) bytes: Option<u64>,
    /// Its number, in hundredths.
    #[serde(default)]
    pub(crate) hundredths: Option<i64>,
    /// Where others can write it, in words; none for the user's own.
    #[serde(default)]
    pub(crate) untrusted: Option<String>,
    /// Whether something in it is made so that a person does not see it.
    #[serde(default)]
    pub(crate) hidden: bool,
    /// All of it, for the run; null where the task needs none of it.
    #[serde(default)]
    pub(crate) details: Value,
    /// How many it stands for.
    #[serde(default = "one")]
    pub(crate) count: u32,
    /// When it was due or seen.
    pub(crate) at: i64,
    /// Whether it came to stay and does not come again: a letter, an entry, a file. It is never left.
    #[serde(default)]
    pub(crate) arrival: bool,
}

fn one() -> u32 {
    1
}

/// What it leads to, and why, in a sentence. Of the rules that fit, the loudest counts. A letter that gives orders, hides words
/// or shouts goes to the person whatever the rules are.
pub(crate) fn sift(rules: &[TriageRule], otherwise: Triage, happening: &Happening) -> (Triage, String) {
    let fits = |rule: &&TriageRule| !rule.when.is_empty() && rule.when.iter().all(|test| holds(test, happening));
    if let Some(why) = loud(happening) {
        return (Triage::Escalate, texts::say("automation.triage.because", &[("why", &why)]));
    }
    match rules.iter().filter(fits).max_by_key(|rule| rule.triage) {
        Some(rule) => {
            let why: Vec<String> = rule.when.iter().map(|test| words(test, happening)).collect();
            (rule.triage, texts::say("automation.triage.because", &[("why", &why.join(", "))]))
        }
        None => (otherwise, texts::say("automation.triage.otherwise", &[])),
    }
}

// What a letter does beyond being one.
fn loud(happening: &Happening) -> Option<String> {
    happening.from.as_ref()?;
    let all = format!("{}\n\n{}", happening.name, happening.text);
    if let Some(words) = letters::commands(&all) {
        return Some(texts::say("automation.triage.commands", &[("words", &visible(&words))]));
    }
    if happening.hidden {
        return Some(texts::say("automation.triage.hidden", &[]));
    }
    letters::shouts(&all).then(|| texts::say("automation.triage.shouts", &[]))
}

fn holds(test: &Test, happening: &Happening) -> bool {
    match test {
        Test::Says { words } => found(words, happening).is_some(),
        Test::From { senders } => {
            happening.from.as_deref().is_some_and(|from| senders.iter().any(|s| sent_by(s, from)))
        }
        Test::Ends { endings } => {
            let name = happening.name.to_lowercase();
            endings.iter().any(|ending| !ending.is_empty() && name.ends_with(&ending.to_lowercase()))
        }
        Test::AtLeast { bytes } => happening.bytes.is_some_and(|size| size >= *bytes),
        Test::Above { hundredths } => happening.hundredths.is_some_and(|n| n > *hundredths),
        Test::Below { hundredths } => happening.hundredths.is_some_and(|n| n < *hundredths),
    }
}

// Whole words, so that "lawyer" is not found in "lawyerly", in any case.
fn found<'a>(words: &'a [String], happening: &Happening) -> Option<&'a str> {
    let text = folded(&format!("{}\n{}", happening.name, happening.text));
    words.iter().map(String::as_str).find(|word| {
        let word = folded(word);
        !word.trim().is_empty() && text.contains(word.as_str())
    })
}

// Words in lower case with one space around each.
fn folded(text: &str) -> String {
    let mut out = String::from(" ");
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        out.push_str(&word.to_lowercase());
        out.push(' ');
    }
    out
}

fn sent_by(sender: &str, from: &str) -> bool {
    let (sender, from) = (sender.trim().to_lowercase(), from.trim().to_lowercase());
    if sender.contains('@') && !sender.starts_with('@') {
        return sender == from;
    }
    let domain = sender.trim_start_matches('@');
    let Some((_, of)) = from.rsplit_once('@') else { return false };
    !domain.is_empty() && (of == domain || of.ends_with(&format!(".{domain}")))
}

fn words(test: &Test, happening: &Happening) -> String {
    match test {
        Test::Says { words } => {
            let word = found(words, happening).unwrap_or_default();
            texts::say("automation.test.says", &[("word", &visible(word))])
        }
        Test::From { .. } => {
            texts::say("automation.test.from", &[("from", &visible(happening.from.as_deref().unwrap_or_default()))])
        }
        Test::Ends { .. } => texts::say("automation.test.ends", &[("name", &visible(&happening.name))]),
        Test::AtLeast { bytes } => {
            texts::say("automation.test.at_least", &[("size", &crate::base::words::bytes(*bytes))])
        }
        Test::Above { hundredths } => texts::say("automation.test.above", &[("number", &decimal(*hundredths))]),
        Test::Below { hundredths } => texts::say("automation.test.below", &[("number", &decimal(*hundredths))]),
    }
}

/// Hundredths as a person reads them.
pub(crate) fn decimal(hundredths: i64) -> String {
    let (whole, part) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    let sign = if hundredths < 0 { "-" } else { "" };
    if part == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(triage: Triage, word: &str) -> TriageRule {
        TriageRule { triage, when: vec![Test::Says { words: vec![word.to_owned()] }] }
    }

    fn letter(name: &str, text: &str, from: &str) -> Happening {
        Happening { name: name.into(), text: text.into(), from: Some(from.into()), ..Happening::default() }
    }

    #[test]
    fn the_loudest_rule_counts_whatever_the_order() {
        let mut rules =
            vec![says(Triage::Drop, "newsletter"), says(Triage::Escalate, "my lawyer"), says(Triage::Note, "order")];
        let event = letter("Newsletter", "Your order: MY  LAWYER, will call.", "a@b.test");
        for _ in 0..3 {
            assert_eq!(sift(&rules, Triage::Propose, &event).0, Triage::Escalate);
            rules.rotate_left(1);
        }
        assert_eq!(sift(&rules, Triage::Propose, &letter("hello", "", "a@b.test")).0, Triage::Propose);
    }

    #[test]
    fn words_are_whole_and_senders_are_exact() {
        let rules = [says(Triage::Drop, "sale")];
        assert_eq!(sift(&rules, Triage::Note, &letter("Wholesale", "", "")).0, Triage::Note);
        let from = |sender: &str, from: &str| {
            let rules = [TriageRule { triage: Triage::Drop, when: vec![Test::From { senders: vec![sender.into()] }] }];
            sift(&rules, Triage::Note, &letter("", "", from)).0 == Triage::Drop
        };
        assert!(
            from("shop.test", "News@Mail.Shop.test")
                && from("anna@x.test", "Anna@x.test")
                && from("@x.test", "a@x.test")
        );
        assert!(
            !from("shop.test", "a@myshop.test")
                && !from("anna@x.test", "anna@x.test.evil.test")
                && !from("", "a@b.test")
        );
    }

    #[test]
    fn a_rule_without_conditions_fits_nothing() {
        let rules = [TriageRule { triage: Triage::Drop, when: vec![] }];
        assert_eq!(sift(&rules, Triage::Propose, &letter("x", "", "")).0, Triage::Propose);
    }

    #[test]
    fn numbers_and_sizes_are_compared_as_they_are() {
        let test = |test: Test, event: &Happening| holds(&test, event);
        let event = Happening { bytes: Some(10), hundredths: Some(-150), ..Happening::default() };
        assert!(test(Test::AtLeast { bytes: 10 }, &event) && !test(Test::AtLeast { bytes: 11 }, &event));
        assert!(test(Test::Below { hundredths: -149 }, &event) && !test(Test::Above { hundredths: -150 }, &event));
        assert!(!test(Test::Above { hundredths: -1000 }, &Happening::default()), "no number is above nothing");
        assert_eq!((decimal(-150), decimal(2000), decimal(5)), ("-1.50".into(), "20".into(), "0.05".into()));
    }
}
