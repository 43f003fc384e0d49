//! What a tool that was never seen before does, by a fixed reading of its name, its description and its schema. The
//! reading may raise caution by itself. That a tool only reads, it may only propose: the user confirms.
//!
//! The reading, in order:
//! 1. the verb of the name (`messages.list`, `GmailSendEmail`): the leftmost that is not as often a noun;
//! 2. the verbs of the description: those that begin a sentence, those joined on by "and", "or", "then", "also", "will",
//!    "by", and participles after "is", "are", "be";
//! 3. the gravest of these is the effect. A verb of change with a noun of money ("schedule" a "transaction") spends;
//! 4. hints of a server raise it further, and never lower it;
//! 5. a tool without a verb that is known runs something: nothing is known of it.

use assent_protocol::Effect;
use serde_json::Value;

pub mod fields;
pub(crate) mod lexicon;

/// Words for what is run as it is given.
const INTERPRETERS: &[&str] = &[
    "shell",
    "bash",
    "terminal",
    "powershell",
    "sql",
    "graphql",
    "javascript",
    "python",
    "script",
    "code",
    "console",
    "interpreter",
    "cypher",
    "repl",
];

/// What a server says of its own tool. Only what raises caution is listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hints {
    /// It says that it does not only read.
    pub changes: bool,
    /// It says that it destroys.
    pub destroys: bool,
}

/// What a tool does, as far as its own words say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolReading {
    /// The gravest thing it does every time.
    pub effect: Effect,
    /// What it also does when a person or an account is named in the call: "it also sends an e-mail to participants".
    pub when_addressed: Option<Effect>,
    /// Whether it goes to an address that the call names.
    pub network: bool,
    /// Whether it gives back the text of a page or a document, and not records.
    pub text: bool,
    /// Whether an argument says what is done: a tool that calls tools.
    pub dispatches: bool,
    /// False when no verb was known.
    pub understood: bool,
    /// The words of the name that are no verbs, lower case.
    pub objects: Vec<String>,
    /// The longer words of the description's first sentence that are no verbs.
    pub about: Vec<String>,
}

/// Reads a tool.
///
/// ```
/// use assent_policy::reading::{Hints, read_tool};
/// use assent_protocol::Effect;
/// let read = |name, says| read_tool(name, says, &serde_json::json!({}), Hints::default()).effect;
/// assert_eq!(read("calendar_list", "Lists the events of a day."), Effect::Observe);
/// assert_eq!(read("calendar_list", "Lists the events of a day and deletes those that are over."), Effect::Delete);
/// assert_eq!(read("schedule_transaction", "Schedule a transaction."), Effect::Spend);
/// ```
pub fn read_tool(name: &str, description: &str, schema: &Value, hints: Hints) -> ToolReading {
    let parts = words_of_name(name);
    let named_verb = name_verb(&parts);
    let told = told(description);
    let named = fields::properties(schema);
    let first = told.first;
    // Where the name's only verb is as often a noun ("bid_in", "room_log"), the description says what it does.
    let by_name = named_verb.filter(|(_, plain)| *plain || first.is_none()).map(|(effect, _)| effect);
    let primary = match (by_name, first) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    };
    let mut effect = primary.unwrap_or(Effect::Execute);
    // Ways of saying "does": what is done stands in an argument or in the rest of the description.
    // A shell and an interpreter run what they are given, whatever its first word is.
    let interprets = |word: &String| INTERPRETERS.contains(&word.as_str());
    let runs = parts.iter().any(interprets)
        || told.first_words.iter().any(interprets)
        || named.iter().any(|field| field.code());
    if runs {
        effect = effect.max(Effect::Execute);
    }
    let dispatches = effect == Effect::Execute && !runs && named.iter().any(|field| field.chooses());
    let about_money = |words: &[String]| words.iter().any(|word| lexicon::money(word));
    let changes = |effect: Effect| matches!(effect, Effect::Create | Effect::Modify | Effect::Send);
    if changes(effect) && (about_money(&parts) || told.money_in_first) {
        effect = Effect::Spend;
    }
    let mut when_addressed = None;
    if let Some(rest) = told.rest.filter(|rest| *rest > effect) {
        if rest == Effect::Send
            && (named.is_empty() || named.iter().any(|field| field.addresses()))
            && effect > Effect::Observe
        {
            when_addressed = Some(rest);
        } else {
            effect = rest;
        }
    }
    if hints.changes {
        effect = effect.max(Effect::Modify);
    }
    if hints.destroys && effect > Effect::Observe {
        effect = effect.max(Effect::Delete);
    }
    let network_word = |word: &String| {
        matches!(
            word.as_str(),
            "url"
                | "uri"
                | "web"
                | "http"
                | "https"
                | "website"
                | "webpage"
                | "browser"
                | "internet"
                | "download"
                | "link"
        )
    };
    let said = sentences(description).concat();
    let network = named.iter().any(|field| field.network_place())
        || (parts.iter().any(network_word) || said.iter().any(network_word)) && named.iter().any(|field| field.place());
    let text_word = |word: &String| {
        matches!(
            word.as_str(),
            "content"
                | "contents"
                | "text"
                | "page"
                | "webpage"
                | "document"
                | "body"
                | "markdown"
                | "html"
                | "transcript"
        )
    };
    let document = parts
        .iter()
        .any(|word| matches!(word.as_str(), "page" | "webpage" | "url" | "document" | "content" | "text" | "fetch"));
    let text =
        network || document || (named.iter().any(|field| field.place()) && told.first_words.iter().any(text_word));
    let objects =
        parts.iter().filter(|part| lexicon::inflected(part).is_none() || lexicon::ambiguous(part)).cloned().collect();
    let about = told
        .first_words
        .iter()
        .filter(|word| word.chars().count() >= 5 && lexicon::inflected(word).is_none())
        .cloned()
        .collect();
    ToolReading { effect, when_addressed, network, text, dispatches, understood: primary.is_some(), objects, about }
}

impl ToolReading {
    /// What this call does: what an argument chooses is read like a name, and someone addressed counts.
    pub fn effect_of(&self, leaves: &[fields::Leaf]) -> Effect {
        let mut effect = self.effect;
        // With a query that plainly only selects, an interpreter of queries reads.
        if leaves.iter().any(|leaf| leaf.code) {
            effect = effect.max(Effect::Execute);
        }
        if self.dispatches {
            let chosen: Vec<Effect> =
                leaves.iter().filter(|leaf| leaf.chooses).filter_map(|leaf| chosen(&leaf.value)).collect();
            if let Some(most) = chosen.into_iter().max() {
                effect = most;
            }
        } else {
            let chosen = leaves.iter().filter(|leaf| leaf.chooses).filter_map(|leaf| chosen(&leaf.value));
            effect = chosen.fold(effect, Effect::max);
        }
        match self.when_addressed {
            Some(more) if leaves.iter().any(|leaf| leaf.addresses && !leaf.value.trim().is_empty()) => effect.max(more),
            _ => effect,
        }
    }
}

// "send_message", "DELETE", "PaymentCreate" as the value of an argument.
fn chosen(value: &str) -> Option<Effect> {
    // A name, not a line: what is to be done with a line says more than its first word.
    if value.len() > 60 || value.chars().any(|c| !(c.is_alphanumeric() || "._-/:".contains(c))) {
        return None;
    }
    match value {
        "GET" | "HEAD" | "OPTIONS" => return Some(Effect::Observe),
        "POST" => return Some(Effect::Send),
        "PUT" | "PATCH" => return Some(Effect::Modify),
        "DELETE" => return Some(Effect::Delete),
        _ => {}
    }
    let parts = words_of_name(value);
    let effect = name_effect(&parts)?;
    let money = parts.iter().any(|word| lexicon::money(word));
    Some(if money && matches!(effect, Effect::Create | Effect::Modify | Effect::Send) { Effect::Spend } else { effect })
}

/// The words of a name: `GmailSendEmail`, `send-email`, `mail/send_v2`.
pub(crate) fn words_of_name(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|n| letters[n]);
        let after = letters.get(at + 1);
        let begins = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit())
                || (before.is_some_and(char::is_uppercase) && after.is_some_and(|a| a.is_lowercase())));
        if !c.is_alphanumeric() || begins {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(last) = words.last_mut()
        {
            last.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn name_effect(parts: &[String]) -> Option<Effect> {
    name_verb(parts).map(|(effect, _)| effect)
}

// The effect of a name's verb, and whether that verb is plainly one.
fn name_verb(parts: &[String]) -> Option<(Effect, bool)> {
    let sense = |at: usize, part: &str| {
        if part == "open" { Some(lexicon::opening(&parts[at + 1..])) } else { lexicon::verb(part) }
    };
    let verbs: Vec<(usize, Effect)> =
        parts.iter().enumerate().filter_map(|(at, part)| Some((at, sense(at, part)?))).collect();
    let plainly = verbs.iter().find(|(at, _)| !lexicon::ambiguous(&parts[*at]));
    let (at, effect) = *plainly
        // Ambiguous words only: "email_search" searches, "post_comment" posts, "SearchMessage" searches.
        .or_else(|| {
            let first = verbs.first()?;
            let last = verbs.last().filter(|(at, _)| at + 1 == parts.len());
            if first.1 == Effect::Observe { Some(first) } else { last.or(Some(first)) }
        })?;
    // "get_and_delete", "create_or_update" do both.
    let joined = verbs.iter().filter(|(n, _)| *n > at && matches!(parts[n - 1].as_str(), "and" | "or" | "then"));
    Some((joined.fold(effect, |most, (_, more)| most.max(*more)), plainly.is_some()))
}

#[derive(Default)]
struct Told {
    first: Option<Effect>,
    first_words: Vec<String>,
    money_in_first: bool,
    rest: Option<Effect>,
}

fn told(description: &str) -> Told {
    let mut told = Told::default();
    for (number, words) in sentences(description).iter().enumerate() {
        let effects = sentence_effects(words, number == 0);
        if number == 0 {
            told.first = effects.iter().copied().max();
            told.first_words.clone_from(words);
            // The object of the first verb: "Sends a transaction", "Modify the payment method".
            told.money_in_first = words.iter().skip(1).take(4).any(|word| lexicon::money(word));
        } else {
            told.rest = told.rest.max(effects.iter().copied().max());
        }
    }
    told
}

fn sentences(description: &str) -> Vec<Vec<String>> {
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
        if denied {
            continue;
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
                && (first && at <= 3 || matches!(word(at.saturating_sub(2)), "used" | "lets" | "allows" | "able")))
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

// "View, update, or cancel appointments": a list of verbs from the beginning of the sentence.
fn listed(words: &[String], at: usize) -> bool {
    let deed = |word: &String| lexicon::inflected(word).is_some();
    words[..at].iter().all(|word| matches!(word.as_str(), "," | "or" | "and") || deed(word))
        || words.first().is_some_and(deed)
            && words.get(at + 1).is_some_and(|next| {
                matches!(next.as_str(), "a" | "an" | "the" | "it" | "them" | "existing" | "one" | "any")
            })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn effect(name: &str, says: &str) -> Effect {
        read_tool(name, says, &json!({}), Hints::default()).effect
    }

    #[test]
    fn the_verb_of_a_name_is_found_among_nouns() {
        for (name, expected) in [
            ("messages.list", Effect::Observe),
            ("email_search", Effect::Observe),
            ("SlackSearchMessage", Effect::Observe),
            ("GmailSendEmail", Effect::Send),
            ("file-delete", Effect::Delete),
            ("get_and_delete_mail", Effect::Delete),
            ("update_scheduled_transaction", Effect::Spend),
            ("IoTSetLamp", Effect::Modify),
            ("order_get", Effect::Observe),
            ("zorble", Effect::Execute),
        ] {
            assert_eq!(effect(name, ""), expected, "{name}");
        }
    }

    #[test]
    fn a_description_raises_what_the_name_plays_down() {
        for (says, expected) in [
            ("Returns the state of the door.", Effect::Observe),
            ("Gets the letters and deletes them afterwards.", Effect::Delete),
            ("Gets the report. It also sends a copy to the auditor.", Effect::Send),
            ("Gets the report, then pays the fee.", Effect::Spend),
            ("Gets the letters. They are marked as read.", Effect::Modify),
            ("Returns the result. It does not send anything.", Effect::Observe),
            ("Gets a letter with its subject, sender and body.", Effect::Observe),
        ] {
            assert_eq!(effect("get_thing", says), expected, "{says}");
        }
    }

    #[test]
    fn hints_raise_and_never_lower() {
        let read = |hints| read_tool("delete_all", "Deletes all.", &json!({}), hints).effect;
        assert_eq!(read(Hints::default()), Effect::Delete);
        let get = |hints| read_tool("get_all", "Gets all.", &json!({}), hints).effect;
        assert_eq!(get(Hints { changes: true, destroys: false }), Effect::Modify);
        assert_eq!(get(Hints { changes: true, destroys: true }), Effect::Delete);
    }

    #[test]
    fn a_tool_that_calls_tools_does_what_its_argument_says() {
        let schema = json!({"properties": {"action": {"type": "string"}, "params": {"type": "object"}}});
        let tool = read_tool("execute", "Executes an action.", &schema, Hints::default());
        let does = |action: &str| tool.effect_of(&fields::leaves(&schema, &json!({"action": action}), tool.effect));
        assert_eq!(does("list_files"), Effect::Observe);
        assert_eq!(does("send_message"), Effect::Send);
        assert_eq!(does("DELETE"), Effect::Delete);
        assert_eq!(does("frobnicate"), Effect::Execute);
    }

    #[test]
    fn what_is_sent_only_to_those_invited_is_sent_when_someone_is() {
        let schema =
            json!({"properties": {"title": {}, "participants": {"type": "array", "description": "E-mail addresses."}}});
        let says = "Creates an event. It also sends an invitation to the participants.";
        let tool = read_tool("create_event", says, &schema, Hints::default());
        let does = |args: Value| tool.effect_of(&fields::leaves(&schema, &args, tool.effect));
        assert_eq!(does(json!({"title": "Lunch"})), Effect::Create);
        assert_eq!(does(json!({"title": "Lunch", "participants": ["anna@home.test"]})), Effect::Send);
    }
}
