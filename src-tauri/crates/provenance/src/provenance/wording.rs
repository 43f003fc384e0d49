//! The very words of the user: where a value stands in them as a whole, beside its noun, set off as a name, or in parts.

use crate::reading::lexicon::{ambiguous, inflected as verb_of, participle};
use assent_protocol::Effect;

/// Whether `value` stands in `text` as a whole: not as a part of a longer word, number, address or path.
pub(super) fn has_token(text: &str, value: &str) -> bool {
    text.match_indices(value).any(|(start, found)| whole(text, start, found.len()))
}

fn whole(text: &str, start: usize, length: usize) -> bool {
    let before: Vec<char> = text[..start].chars().rev().take(2).collect();
    let after: Vec<char> = text[start + length..].chars().take(2).collect();
    let value = &text[start..start + length];
    let signed = value.chars().all(|c| c.is_ascii_digit()) && before.first() == Some(&'-');
    !signed && !goes_on(&before) && !goes_on(&after)
}

/// Whether the values stand one after the other in `text`, each as written but for spaces, only signs between them.
pub(super) fn in_parts(text: &str, values: &[String]) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let follow = |from: usize, value: &str| -> Option<usize> {
        let mut at = from;
        for c in value.chars() {
            // "AT61 1904": groups of one number.
            if at > from && letters.get(at) == Some(&' ') && c != ' ' && letters[at - 1].is_alphanumeric() {
                at += 1;
            }
            if letters.get(at) != Some(&c) {
                return None;
            }
            at += 1;
        }
        Some(at)
    };
    let joint = |c: char| !c.is_alphanumeric() && !"\n".contains(c);
    (0..letters.len()).any(|start| {
        if start > 0 && (letters[start - 1].is_alphanumeric() || "._@-".contains(letters[start - 1])) {
            return false;
        }
        let mut at = start;
        for (number, value) in values.iter().enumerate() {
            let mut from = at;
            let mut found = follow(from, value);
            let word = |c: &char| c.is_alphanumeric();
            // Two parts of an address have a sign between them; the groups of a number may have none.
            let apart = |at: usize| {
                values.iter().all(|value| !value.contains(['@', '.'])) || letters.get(at).is_some_and(|c| !word(c))
            };
            if number > 0 && !apart(at) {
                return false;
            }
            while number > 0 && found.is_none() && from - at < 3 && letters.get(from).is_some_and(|c| joint(*c)) {
                from += 1;
                found = follow(from, value);
            }
            match found {
                Some(end) => at = end,
                None => return false,
            }
        }
        let after: Vec<char> = letters[at..].iter().take(2).copied().collect();
        !goes_on(&after)
    })
}

/// A short number counts beside a word that its field is called by: "event 24", "24 copies", "id: 24".
pub(super) fn beside(text: &str, number: &str, nouns: &[&str]) -> bool {
    text.match_indices(number).filter(|(at, found)| whole(text, *at, found.len())).any(|(at, found)| {
        let word = |side: &str, last: bool| {
            let mut words = side.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            let found: Vec<String> = if last {
                words.rev().take(2).map(str::to_owned).collect()
            } else {
                words.by_ref().take(1).map(str::to_owned).collect()
            };
            // "The", "of" and "to" in a description are no nouns.
            let nouns =
                || nouns.iter().filter(|noun| noun.len() >= 4 || matches!(**noun, "id" | "no" | "nr" | "day" | "bus"));
            found.iter().any(|word| nouns().any(|noun| word.trim_end_matches('s') == noun.trim_end_matches('s')))
        };
        word(&text[..at], true) || word(&text[at + found.len()..], false)
    })
}

/// One word is a name where it is quoted, tagged, or begins with a capital within a sentence.
pub(super) fn set_off(text: &str, word: &str) -> bool {
    let lower = text.to_lowercase();
    // Folding can move what stands where; then nothing can be said of capitals.
    if !text.char_indices().map(|(at, _)| at).eq(lower.char_indices().map(|(at, _)| at)) {
        return false;
    }
    lower.match_indices(word).filter(|(at, found)| whole(&lower, *at, found.len())).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| "'\"`“‘«#@".contains(c)) {
            return true;
        }
        let capital = text[at..at + found.len()].chars().next().is_some_and(char::is_uppercase);
        let sentence = text[..at].trim_end().chars().next_back().is_none_or(|c| ".!?:".contains(c));
        capital && !sentence
    })
}

// `neighbours` are the two characters next to the value, nearest first. A joiner goes on only with a word behind it,
// so that the full stop of a sentence does not.
fn goes_on(neighbours: &[char]) -> bool {
    let word = |c: &char| c.is_alphanumeric() || "_~$*".contains(*c);
    match neighbours {
        [near, ..] if word(near) => true,
        [near, far, ..] => ".@/-+%:\\=&#,".contains(*near) && word(far) && (*near != ',' || far.is_ascii_digit()),
        _ => false,
    }
}

/// Whether a number stands in `text`, grouped there as one likes: with spaces and signs, and with no other words between.
pub(super) fn in_groups(text: &str, value: &str) -> bool {
    let letters: Vec<char> = text.chars().collect();
    let wanted: Vec<char> = value.chars().filter(|c| c.is_alphanumeric()).collect();
    let skipped = |c: char| " -()/".contains(c);
    (0..letters.len()).any(|start| {
        if letters[start] != wanted[0] || (start > 0 && letters[start - 1].is_alphanumeric()) {
            return false;
        }
        let (mut at, mut next) = (start, 0);
        while next < wanted.len() {
            match letters.get(at) {
                Some(c) if *c == wanted[next] => next += 1,
                Some(c) if skipped(*c) => {}
                _ => return false,
            }
            at += 1;
        }
        !letters.get(at).is_some_and(|c| c.is_alphanumeric())
    })
}

/// Whether a text only asks to be told something: each sentence is a question that asks nobody to do anything, or begins
/// with a word for reading and has no word for changing in it.
pub(super) fn asks_only(text: &str) -> bool {
    let reads = |word: &str| verb_of(word) == Some(Effect::Observe);
    let mut any = false;
    // Names of things stand in quotes; what is quoted asks for nothing.
    let text = unquoted(text);
    for piece in text.split_inclusive(['.', '?', '!', '\n']).filter(|piece| piece.trim().len() > 2) {
        let (sentence, apart) = (piece.trim(), piece.starts_with(char::is_whitespace));
        let lower = sentence.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let Some(first) = words
            .iter()
            .find(|word| !matches!(**word, "please" | "hi" | "hello" | "hey" | "ok" | "and" | "also" | "then"))
        else {
            continue;
        };
        let question = matches!(
            *first,
            "what"
                | "when"
                | "who"
                | "whose"
                | "where"
                | "which"
                | "how"
                | "why"
                | "is"
                | "are"
                | "was"
                | "were"
                | "did"
                | "does"
                | "do"
                | "am"
                | "has"
                | "have"
        ) && !matches!(words.get(1), Some(&"not"));
        let question = question
            && (*first != "do"
                || sentence.ends_with('?')
                || words.get(1).is_some_and(|word| matches!(*word, "i" | "we" | "you" | "they" | "any")));
        let changes = (1..words.len()).any(|at| changing(&words, at));
        let tells = question || reads(first);
        // "@june.carver" has a dot and no sentence behind it.
        if !tells && apart && remark(&words) {
            continue;
        }
        if !tells || changes {
            return false;
        }
        any = true;
    }
    any
}

// Whether a sentence only says how things are: "Kim asked.", "I am waiting for the lunch."
fn remark(words: &[&str]) -> bool {
    let says = |word: &str| matches!(word, "asked" | "told" | "said" | "wrote" | "mentioned" | "called" | "wondered");
    let stands = |word: &&str| says(word) || matches!(*word, "is" | "are" | "was" | "were" | "has" | "had");
    let someone = matches!(words[0], "i" | "we" | "he" | "she" | "they" | "it" | "this" | "that" | "there");
    let wish = |word: &&str| {
        matches!(
            *word,
            "want"
                | "wants"
                | "wanted"
                | "need"
                | "needs"
                | "needed"
                | "should"
                | "must"
                | "like"
                | "please"
                | "can"
                | "could"
                | "would"
                | "will"
                | "let"
                | "lets"
                | "so"
                | "then"
                | "to"
                | "ought"
                | "shall"
                | "d"
                | "ll"
        )
    };
    let deed = |word: &&str| {
        !says(word)
            && (verb_of(word).is_some_and(|effect| effect > Effect::Observe)
                || participle(word).is_some_and(|effect| effect > Effect::Observe))
    };
    (someone || words.iter().skip(1).take(3).any(stands)) && !words.iter().any(wish) && !words.iter().any(deed)
}

// Whether the word at `at` asks for a change. What is also the name of a thing ("messages", "the order") is a deed only
// behind "and", "then", "please" or "to", in front of what it is done to.
fn changing(words: &[&str], at: usize) -> bool {
    let word = words[at];
    // "Look at the board, then lend …": what follows such a "then" is asked for, in whatever words.
    let small = matches!(
        word,
        "i" | "we"
            | "you"
            | "he"
            | "she"
            | "they"
            | "it"
            | "the"
            | "a"
            | "an"
            | "my"
            | "what"
            | "how"
            | "when"
            | "who"
            | "why"
            | "which"
            | "if"
            | "is"
            | "are"
            | "there"
            | "that"
            | "this"
            | "in"
            | "on"
            | "at"
            | "for"
            | "of"
    );
    if words[at - 1] == "then" && verb_of(word).is_none() && !small && !word.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let known = verb_of(word).is_some_and(|effect| effect > Effect::Observe) || word == "open";
    let noun = word == "open" || ambiguous(word) || word.strip_suffix('s').is_some_and(ambiguous);
    let asked = matches!(words[at - 1], "and" | "then" | "please" | "also" | "to" | "just");
    let object = words.get(at + 1).is_some_and(|next| {
        matches!(
            *next,
            "the"
                | "a"
                | "an"
                | "my"
                | "our"
                | "his"
                | "her"
                | "their"
                | "your"
                | "it"
                | "them"
                | "him"
                | "me"
                | "us"
                | "this"
                | "that"
                | "these"
                | "those"
                | "all"
                | "every"
                | "each"
                | "any"
                | "both"
                | "everything"
                | "to"
                | "with"
                | "up"
                | "off"
                | "on"
                | "out"
        ) || next.bytes().all(|byte| byte.is_ascii_digit())
    });
    known && (!noun || asked && object)
}

/// A text without what stands in quotes: names, and words for somebody else.
pub(super) fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut closing = None;
    let letters: Vec<char> = text.chars().collect();
    let last: Vec<(char, Option<usize>)> =
        "\"”“»`’'".chars().map(|close| (close, letters.iter().rposition(|c| *c == close))).collect();
    let closes_after = |close: char, at: usize| last.iter().any(|(c, last)| *c == close && *last > Some(at));
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|n| letters[n]);
        let after = letters.get(at + 1);
        match closing {
            // An apostrophe within a word closes nothing.
            Some(close) if *c == close && (*c != '\'' || after.is_none_or(|c| !c.is_alphanumeric())) => closing = None,
            Some(_) => {}
            None => {
                let begins = before.is_none_or(|c| !c.is_alphanumeric());
                closing = match c {
                    '"' => Some('"'),
                    '“' | '„' => Some(if closes_after('”', at) { '”' } else { '“' }),
                    '«' => Some('»'),
                    '`' => Some('`'),
                    '‘' => Some('’'),
                    '\'' if begins => Some('\''),
                    _ => None,
                };
                // What is never closed quotes nothing.
                closing = closing.filter(|close| closes_after(*close, at));
                out.push(if closing.is_some() { ' ' } else { *c });
            }
        }
    }
    out
}
