//! Says which part was not understood, with the two examples that are most like it.

use super::{resolve::Lost, text::tokens, words::Words};
use assent_protocol::{texts::say, visible::visible};

/// The sentence for words that come to nothing.
pub fn lost(lost: &Lost, words: &Words) -> String {
    if lost.outside { told("planner.outside", &lost.said, words) } else { not_understood(&lost.said, words) }
}

/// The sentence for one part that was not understood.
pub fn not_understood(part: &str, words: &Words) -> String {
    told("planner.not_understood", part, words)
}

fn told(key: &str, part: &str, words: &Words) -> String {
    let shown: String = part.chars().take(200).collect();
    let [first, second] = examples(part, words);
    say(key, &[("text", &visible(&shown)), ("first", first), ("second", second)])
}

// By shared words; ties in the order of the table.
fn examples(part: &str, words: &Words) -> [&'static str; 2] {
    let content = |text: &str| -> Vec<String> {
        let all = tokens(text).into_iter().map(|t| t.raw.to_lowercase());
        all.filter(|w| !words.common.contains(&w.as_str()) && w.chars().any(char::is_alphanumeric)).collect()
    };
    let said = content(part);
    let score = |example: &str| content(example).iter().filter(|word| said.contains(word)).count();
    let mut ranked: Vec<&'static str> = words.examples.to_vec();
    ranked.sort_by_key(|example| std::cmp::Reverse(score(example)));
    match ranked.as_slice() {
        [first, second, ..] => [first, second],
        [only] => [only, only],
        [] => ["", ""],
    }
}
