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
mod phrases;
mod queries;
mod sentences;

use sentences::{sentences, told};

/// Bytes of a description that are read.
const MOST_READ: usize = 64 << 10;
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
    /// Whether it runs queries, and does nothing else.
    pub queries: bool,
    /// Whether it works out sums.
    pub calculates: bool,
    /// Whether it makes something public.
    pub publishes: bool,
    /// The words of the name, and behind them the first word of the description, lower case.
    pub parts: Vec<String>,
    /// How many of them are of the name.
    pub named: usize,
    /// The words of the name that are no verbs, lower case.
    pub objects: Vec<String>,
    /// The longer words of the description's first sentence that are no verbs.
    pub about: Vec<String>,
}

/// Reads a tool.
///
/// ```
/// use assent_provenance::reading::{Hints, read_tool};
/// use assent_protocol::Effect;
/// let read = |name, says| read_tool(name, says, &serde_json::json!({}), Hints::default()).effect;
/// assert_eq!(read("calendar_list", "Lists the events of a day."), Effect::Observe);
/// assert_eq!(read("calendar_list", "Lists the events of a day and deletes those that are over."), Effect::Delete);
/// assert_eq!(read("schedule_transaction", "Schedule a transaction."), Effect::Spend);
/// ```
pub fn read_tool(name: &str, description: &str, schema: &Value, hints: Hints) -> ToolReading {
    let mut parts = words_of_name(name);
    // More than anybody reads hides something.
    let too_long = description.len() > MOST_READ;
    let description = if too_long { "" } else { description };
    let named_verb = name_verb(&parts);
    let told = told(description);
    let named = fields::properties(schema);
    let first = told.first;
    // Where the name's only verb is as often a noun ("bid_in", "room_log"), the description says what it does.
    // A noun alone says nothing where the description does not say it either ("emergencyAccess": "Names a contact …").
    let mute = first.is_none() && !description.trim().is_empty() && parts.iter().any(|part| part == "access");
    let by_name = named_verb.filter(|(_, plain)| *plain || (first.is_none() && !mute)).map(|(effect, _)| effect);
    let primary = match (by_name, first) {
        (Some(one), Some(other)) => Some(one.max(other)),
        (one, other) => one.or(other),
    };
    let mut effect = primary.unwrap_or(Effect::Execute);
    // Ways of saying "does": what is done stands in an argument or in the rest of the description.
    // A shell and an interpreter run what they are given, whatever its first word is.
    // What looks up a code of another kind runs none.
    let looks = effect == Effect::Observe && !named.iter().any(|field| field.code());
    // What does something with the code of a door runs none either; what it is given then decides, call by call.
    let plain_change = effect > Effect::Observe && effect != Effect::Execute;
    let keeps = plain_change && named.iter().all(|field| !field.code() || field.code_or_number());
    let interprets = |word: &String| INTERPRETERS.contains(&word.as_str()) && !((looks || keeps) && word == "code");
    let language = parts.iter().any(interprets) || told.first_words.iter().any(interprets);
    let calculates = parts.iter().chain(&told.first_words).any(|word| {
        matches!(word.as_str(), "calculate" | "calculates" | "calculator" | "math" | "mathematical" | "arithmetic")
    });
    let thinks = primary.is_none() && named.iter().any(|field| field.thought());
    let runs = language
        || named.iter().any(|field| field.code() && !keeps)
        || named.iter().any(|field| field.expression() && !calculates);
    let beneath = match effect {
        Effect::Execute => Effect::Observe,
        other => other.max(told.rest.filter(|rest| *rest != Effect::Execute).unwrap_or(other)),
    };
    let query_words = |word: &String| matches!(word.as_str(), "sql" | "postgres" | "mysql" | "sqlite" | "database");
    let queries = runs
        && beneath == Effect::Observe
        && (parts.iter().chain(&told.first_words).any(query_words) || named.iter().any(|field| field.sql()));
    if thinks {
        effect = Effect::Observe;
    }
    if runs || too_long {
        effect = effect.max(Effect::Execute);
    }
    let dispatches = effect == Effect::Execute && !runs && named.iter().any(|field| field.chooses());
    let about_money = |words: &[String]| words.iter().any(|word| lexicon::money(word));
    // "wallet.saveContact" keeps a contact; "payments.create" makes a payment.
    let own = words_of_name(name.rsplit(['.', '/', ':']).next().unwrap_or(name));
    let about = if own.len() > 1 { own.as_slice() } else { parts.as_slice() };
    let changes = |effect: Effect| matches!(effect, Effect::Create | Effect::Modify | Effect::Send);
    if changes(effect) && (about_money(about) || told.money_in_first) {
        effect = Effect::Spend;
    }
    let open_to = |word: &String| matches!(word.as_str(), "public" | "publicly" | "anyone" | "unlisted" | "worldwide");
    let publishes = effect > Effect::Observe && (parts.iter().any(open_to) || told.first_words.iter().any(open_to));
    if publishes && effect < Effect::Send {
        effect = Effect::Send;
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
                | "attachment"
                | "attachments"
        )
    };
    let document = parts.iter().any(|word| {
        matches!(
            word.as_str(),
            "page"
                | "webpage"
                | "url"
                | "document"
                | "content"
                | "text"
                | "fetch"
                | "attachment"
                | "attachments"
                | "download"
        )
    });
    let document = document || told.first_words.iter().any(|word| word == "attachment" || word == "attachments");
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
    let named_parts = parts.len();
    parts.extend(told.first_words.first().cloned());
    let understood = (primary.is_some() || thinks) && !too_long;
    ToolReading {
        effect,
        when_addressed,
        network,
        text,
        dispatches,
        understood,
        publishes,
        queries,
        calculates,
        parts,
        named: named_parts,
        objects,
        about,
    }
}

impl ToolReading {
    /// What this call does: what an argument chooses is read like a name, and someone addressed counts.
    pub fn effect_of(&self, leaves: &[fields::Leaf]) -> Effect {
        let mut effect = self.effect;
        // With a query that plainly only selects, an interpreter of queries reads.
        let program = |leaf: &&fields::Leaf| leaf.code || self.queries && leaf.field.ends_with("query");
        let programs = || leaves.iter().filter(program);
        if self.queries && effect == Effect::Execute && programs().next().is_some() {
            let selects = programs().all(|leaf| queries::only_selects(&leaf.value));
            return if selects { Effect::Observe } else { effect };
        }
        if programs().any(|leaf| !(self.calculates && queries::sum(&leaf.value))) {
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
    if let Some(effect) = phrases::of_name(parts) {
        return Some((effect, true));
    }
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

#[cfg(test)]
mod tests;
