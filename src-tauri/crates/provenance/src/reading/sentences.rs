//! What a description says that a tool does: the verbs that begin its sentences, those joined on, and participles.

use super::{lexicon, phrases};
use assent_protocol::Effect;

#[derive(Default)]
pub(super) struct Told {
    pub(super) first: Option<Effect>,
    pub(super) first_words: Vec<String>,
    pub(super) money_in_first: bool,
    pub(super) rest: Option<Effect>,
}

pub(super) fn told(description: &str) -> Told {
    let mut told = Told::default();
    for (number, words) in sentences(description).iter().enumerate() {
        let words = &words[introduction(words)..];
        let effects = sentence_effects(words, number == 0);
        if number == 0 {
            told.first = effects.iter().copied().max();
            told.first_words = words.to_vec();
            // The object of the first verb: "Sends a transaction", "Modify the payment method".
            told.money_in_first = words.iter().skip(1).take(4).any(|word| lexicon::money(word));
        } else {
            told.rest = told.rest.max(effects.iter().copied().max());
        }
    }
    told
}

// "Use this tool to": what follows is what it does.
fn introduction(words: &[String]) -> usize {
    let word = |at: usize| words.get(at).map(String::as_str).unwrap_or_default();
    let tool = matches!(word(0), "use" | "call" | "invoke")
        && matches!(word(1), "the" | "this")
        && matches!(word(2), "tool" | "function" | "api" | "command")
        && matches!(word(3), "to" | "for" | "when");
    if tool { 4 } else { 0 }
}

pub(super) fn sentences(description: &str) -> Vec<Vec<String>> {
    // What a result or an example looks like is no deed.
    description
        .split(['.', '\n', ';', ':'])
        .map(|sentence| {
            let words = sentence.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == ','));
            words
                .flat_map(|word| {
                    let comma = word.ends_with(',');
                    let bare = word.trim_matches([',', '\'']).to_lowercase();
                    [Some(bare).filter(|w| !w.is_empty()), comma.then(|| ",".to_owned())]
                })
                .flatten()
                .collect::<Vec<String>>()
        })
        .filter(|words| !words.is_empty())
        .take(40)
        .collect()
}

fn sentence_effects(words: &[String], first: bool) -> Vec<Effect> {
    let word = |at: usize| words.get(at).map(String::as_str).unwrap_or_default();
    let mut found = Vec::new();
    let conditional = matches!(
        word(0),
        "if" | "when" | "unless" | "before" | "after" | "use" | "note" | "must" | "only" | "for" | "with"
    );
    for at in 0..words.len() {
        let denied = (1..=3).any(|back| {
            at >= back
                && matches!(
                    word(at - back),
                    "not" | "cannot" | "can't" | "without" | "never" | "doesn't" | "don't" | "no" | "only" | "if"
                )
        });
        // "It does not send or change anything": the no holds for both.
        let neither = at > 0 && matches!(word(at - 1), "or" | "nor") && {
            let clause = words[..at].iter().rposition(|word| word == "but").map_or(0, |n| n + 1);
            words[clause..at].iter().any(|word| {
                matches!(
                    word.as_str(),
                    "not" | "never" | "cannot" | "can't" | "doesn't" | "don't" | "without" | "neither"
                )
            })
        };
        if denied || neither {
            continue;
        }
        if at == 0 && phrases::pictures(words) {
            found.push(Effect::Observe);
            continue;
        }
        let anew = matches!(word(at), "get" | "gets" | "obtain" | "obtains")
            && matches!(word(at + 1), "a" | "an")
            && word(at + 2) == "new";
        if at == 0 && anew {
            found.push(Effect::Create);
        }
        let before = if at == 0 { "" } else { word(at - 1) };
        let one_back = if before == "," && at >= 2 { word(at - 2) } else { before };
        let object = matches!(
            word(at + 1),
            "a" | "an"
                | "the"
                | "it"
                | "them"
                | "this"
                | "that"
                | "its"
                | "their"
                | "any"
                | "all"
                | "to"
                | "your"
                | "one"
                | "new"
                | "each"
                | "every"
        );
        let noun = lexicon::ambiguous(word(at));
        let begins = at == 0 && (first || (!conditional && (!noun || object)));
        let subject = matches!(
            word(at.saturating_sub(2)),
            "it" | "this" | "tool" | "function" | "and" | "then" | "you" | "which" | "that"
        );
        let joined = matches!(
            before,
            "and"
                | "then"
                | "also"
                | "will"
                | "it"
                | "tool"
                | "function"
                | "automatically"
                | "immediately"
                | "optionally"
                | "silently"
        ) || (before == "by" && word(at).ends_with("ing"))
            || (matches!(before, "or" | ",") && listed(words, at))
            || (before == "to"
                && (first && at <= 3
                    || (matches!(word(at.saturating_sub(2)), "lets" | "allows" | "able")
                        || word(at.saturating_sub(2)) == "used" && used_itself(words, at))))
            || (before == "user" && subject)
            || (at == 1 && matches!(word(0), "tool" | "can" | "to" | "safely" | "quickly"))
            || (at == 2
                && matches!(word(0), "lets" | "let" | "helps")
                && matches!(word(1), "you" | "users" | "agents"));
        // "Lets you search" says who reads it, "lets a guest watch" what it does.
        let offered = matches!(word(at), "let" | "lets" | "allow" | "allows" | "enable" | "enables" | "help" | "helps")
            && matches!(word(at + 1), "you" | "users" | "agents" | "clients" | "developers" | "us");
        // Behind another word, what is also a noun ("subject and mail") is a deed only with an object of its own.
        if (begins || (joined && (!noun || object))) && !offered {
            found.extend(if matches!(word(at), "open" | "opens" | "opening") {
                Some(lexicon::opening(&words[at + 1..]))
            } else {
                lexicon::inflected(word(at))
            });
        }
        let result = matches!(
            word(at.saturating_sub(2)),
            "output" | "result" | "results" | "response" | "data" | "list" | "values" | "entries" | "lines"
        );
        if matches!(one_back, "is" | "are" | "be" | "been" | "being" | "gets" | "get" | "automatically")
            && !conditional
            && !result
        {
            let possible = at >= 3
                && (matches!(word(at - 2), "can" | "could" | "may" | "must" | "should" | "be")
                    || matches!(word(at - 3), "can" | "may" | "could"));
            if !possible {
                // That the tool itself "is called" or "is run" is no deed of its.
                found.extend(lexicon::participle(word(at)).filter(|effect| *effect != Effect::Execute));
            }
        }
    }
    found
}

// "The tool is used to fill in forms", and not "the data can be used to".
fn used_itself(words: &[String], at: usize) -> bool {
    at <= 2
        || words[..at].iter().any(|word| {
            matches!(
                word.as_str(),
                "tool" | "function" | "command" | "endpoint" | "api" | "method" | "it" | "operation"
            )
        })
}

// "View, update, or cancel appointments": a list of verbs from the beginning of the sentence.
fn listed(words: &[String], at: usize) -> bool {
    let deed = |word: &String| lexicon::inflected(word).is_some();
    words[..at].iter().all(|word| matches!(word.as_str(), "," | "or" | "and") || deed(word))
        || words.first().is_some_and(deed)
            && words.get(at + 1).is_some_and(|next| {
                matches!(next.as_str(), "a" | "an" | "the" | "it" | "them" | "existing" | "one" | "any")
            })
}
