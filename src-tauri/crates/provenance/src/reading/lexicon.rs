//! The verbs and nouns that tools are called and described by. A verb counts in its base form, with -s and -ing, and as
//! a participle after "is", "are" or "be". Nothing here is a tool: these are the words of the trade.

use assent_protocol::Effect;
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// Verbs that only look. Those in the second list are nouns as well.
const OBSERVE: &str = "access aggregate analyse analyze browse calculate check compare compile compute convert count \
    demonstrate describe detect determine diff discover display echo enumerate estimate evaluate examine \
    explain explore extract fetch filter find forecast geocode get grep head hover identify inspect is list locate \
    look lookup match measure monitor navigate observe parse peek plot predict preview print provide query \
    quote rank read receive recognise recognize recommend resolve retrieve return scan search see select show simulate solve \
    stat suggest summarise summarize tail tell think track transcribe translate validate verify view \
    visualize watch whois";
const CREATE: &str = "add append archive backup bookmark build capture clone collect compose compress copy create download \
    draft draw duplicate enqueue export file generate gzip import init initialize insert install keep log \
    make new note provision queue record register remember render save scaffold snapshot store upload write \
    zip";
const MODIFY: &str = "accept ack acknowledge activate adjust alert allocate alter amend apply approve arm assign attach \
    authorize begin block bump cancel change checkout claim click close commit complete configure confirm \
    connect consult control cool correct customize deactivate decline decrease detach dim disable disarm \
    disconnect dismiss downgrade drag drive drop edit enable encrypt end enroll exchange extend fill finish \
    fix follow format give go grab grant hand handle heat hold implement increase input join label leave let \
    like limit link load lock lower manage manipulate mark merge migrate modify mount move mute navigate \
    organize override overwrite park patch pause pick pin place plan play plug position press prioritize \
    process promote push put raise reassign rebase reboot reconnect redirect refresh reject release remind \
    rename reopen reorder rerun replace request reschedule reseat reset resize resolve rest restart restore resume roll rollback rollout scale \
    return revert rotate schedule scroll seal seed set setup shift sign skip snooze sort split stage star \
    start stop subscribe suspend swap switch sync synchronize tag toggle train transform transition trigger tune turn \
    type unblock unfollow unlock unmute unpin unsubscribe update upgrade upsert use verify vote warm whitelist allowlist blacklist increment decrement finalize";
const DELETE: &str = "abort cancel clean cleanup clear delete deprovision destroy discard drop empty erase evict expunge flush \
    kill prune purge remove retract revoke rm shred terminate trash truncate uninstall unlink unregister \
    unstage void wipe withdrawn";
const EXECUTE: &str = "call dispatch eval exec execute impersonate invoke launch perform run shell spawn";
const SEND: &str = "alert announce ask book broadcast comment contact deliver dial disclose email escalate expose forward hire invite \
    mail message notify nudge phone ping post publish relay reply report reserve respond say send share sms speak \
    submit text transmit tweet";
const SPEND: &str = "bid bill buy charge checkout deposit donate invest order pay purchase rebuy redeem refuel refund reimburse remit \
    repay sell spend stake tip topup trade transfer wire withdraw";
/// With a verb of change, these make it a matter of money.
const MONEY: &str = "allowance allowances bill bills bitcoin cash contract crypto cryptocurrency debit debt deposit donation ether ethereum fund \
    funds gift holdings investment investments invoice invoices loan money payment payments payroll purchase \
    refund remittance salary stock stocks subscription trade transaction transactions transfer wallet \
    withdrawal";
/// Nouns as often as verbs: in a name they count as a verb only where no plainer one does.
const AMBIGUOUS: &str = "access alert archive backup bid bill book bookmark call change charge check checkout claim clean comment \
    contact contract control cool copy count deposit display draft draw drive email end exchange export file \
    filter fix gift hand head heat hold import input invite is keep label like limit link list load lock log \
    lookup mail mark match measure message monitor mount new note open order page park patch phone pin ping \
    place plan play plot position post press preview process queue quote rank record refund release reply \
    report request rest return review roll scale schedule search seed set share shell shift sign sms snapshot sort \
    stage stake star start stock store switch tag tail text tip token track trade train transfer trash \
    trigger turn type update use view vote watch wire write zip";

/// What a verb in its base form does; of several senses the graver.
pub(super) fn verb(base: &str) -> Option<Effect> {
    // Verbs in two lists that mean the milder in a tool's own words.
    if matches!(base, "verify" | "resolve" | "return" | "navigate") {
        return Some(Effect::Observe);
    }
    VERBS.get(base).copied()
}

/// Every verb with the graver of its senses: lists that come later overwrite.
static VERBS: LazyLock<HashMap<&str, Effect>> = LazyLock::new(|| {
    let lists = [
        (OBSERVE, Effect::Observe),
        (CREATE, Effect::Create),
        (MODIFY, Effect::Modify),
        (DELETE, Effect::Delete),
        (EXECUTE, Effect::Execute),
        (SEND, Effect::Send),
        (SPEND, Effect::Spend),
    ];
    lists.into_iter().flat_map(|(list, effect)| list.split(' ').map(move |verb| (verb, effect))).collect()
});
static NOUNS: LazyLock<HashSet<&str>> = LazyLock::new(|| AMBIGUOUS.split(' ').collect());

/// A page is opened to be read, an account or a door to be another thing than before.
pub(super) fn opening(rest: &[String]) -> Effect {
    const TO_READ: &[&str] = &[
        "page",
        "pages",
        "webpage",
        "site",
        "website",
        "url",
        "link",
        "file",
        "files",
        "document",
        "documents",
        "node",
        "nodes",
        "tab",
        "folder",
        "message",
        "letter",
        "mail",
        "email",
        "note",
        "image",
        "record",
        "attachment",
        "article",
    ];
    let read = rest.iter().take(3).any(|word| TO_READ.contains(&word.as_str()));
    if read { Effect::Observe } else { Effect::Modify }
}

/// What a word does as a verb, inflected or not.
pub(crate) fn inflected(word: &str) -> Option<Effect> {
    bases(word).iter().find_map(|base| verb(base))
}

/// What a participle does: "sent", "marked", "deleted".
pub(crate) fn participle(word: &str) -> Option<Effect> {
    let irregular = match word {
        "sent" => Some("send"),
        "paid" => Some("pay"),
        "made" => Some("make"),
        "written" => Some("write"),
        "bought" => Some("buy"),
        "sold" => Some("sell"),
        "put" | "set" | "reset" => Some("set"),
        "given" => Some("give"),
        _ => None,
    };
    if let Some(base) = irregular {
        return verb(base);
    }
    let stem = word.strip_suffix("ed").filter(|stem| stem.is_ascii())?;
    [stem.to_owned(), format!("{stem}e"), stem.get(..stem.len().saturating_sub(1)).unwrap_or_default().to_owned()]
        .iter()
        .chain(stem.strip_suffix('i').map(|s| format!("{s}y")).as_ref())
        .find_map(|base| verb(base))
}

/// Whether a word is a noun as often as a verb.
pub(crate) fn ambiguous(word: &str) -> bool {
    NOUNS.contains(word)
}

/// Whether a word is about money.
pub(super) fn money(word: &str) -> bool {
    MONEY.split(' ').any(|noun| noun == word)
}

/// A word and all that it could be a form of: "declined", "declin", "decline".
pub(crate) fn forms(word: &str) -> Vec<String> {
    let mut found = bases(word);
    if let Some(stem) = word.strip_suffix("ed").filter(|stem| stem.is_ascii() && stem.len() >= 3) {
        found.push(stem.to_owned());
        found.push(format!("{stem}e"));
        found.push(stem[..stem.len() - 1].to_owned());
        found.extend(stem.strip_suffix('i').map(|stem| format!("{stem}y")));
    }
    found
}

fn bases(word: &str) -> Vec<String> {
    let mut found = vec![word.to_owned()];
    if let Some(stem) = word.strip_suffix("ies") {
        found.push(format!("{stem}y"));
    }
    if let Some(stem) = word.strip_suffix("es") {
        found.push(stem.to_owned());
    }
    if let Some(stem) = word.strip_suffix('s') {
        found.push(stem.to_owned());
    }
    if let Some(stem) = word.strip_suffix("ing") {
        found.push(stem.to_owned());
        found.push(format!("{stem}e"));
        let mut last = stem.chars().rev();
        if stem.len() > 2 && last.next() == last.next() {
            let mut single = stem.to_owned();
            single.pop();
            found.push(single);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_known_in_every_form() {
        for word in ["send", "sends", "sending"] {
            assert_eq!(inflected(word), Some(Effect::Send), "{word}");
        }
        for (word, effect) in [
            ("sent", Effect::Send),
            ("marked", Effect::Modify),
            ("deleted", Effect::Delete),
            ("paid", Effect::Spend),
            ("modified", Effect::Modify),
            ("dropped", Effect::Delete),
        ] {
            assert_eq!(participle(word), Some(effect), "{word}");
        }
        assert_eq!(inflected("copies"), Some(Effect::Create));
        assert_eq!((inflected("weather"), participle("red")), (None, None));
    }
}
