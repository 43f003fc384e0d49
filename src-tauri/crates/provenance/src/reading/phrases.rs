//! Names in which the words say together what none says alone: "check in", "for sale", "share link".

use super::lexicon;
use assent_protocol::Effect;

/// What the name does by a phrase in it; none when its words mean what they mean alone.
pub(super) fn of_name(parts: &[String]) -> Option<Effect> {
    let part = |at: usize| parts.get(at).map(String::as_str).unwrap_or_default();
    let has = |words: &[&str]| parts.iter().any(|part| words.contains(&part.as_str()));
    // A word of one list with a word of the other behind it.
    let phrase = |first: &[&str], then: &[&str]| {
        let at = parts.iter().position(|part| first.contains(&part.as_str()));
        at.is_some_and(|at| parts[at + 1..].iter().any(|part| then.contains(&part.as_str())))
    };
    let next = |first: &[&str], then: &[&str]| {
        (0..parts.len()).any(|at| first.contains(&part(at)) && then.contains(&part(at + 1)))
    };
    let last = parts.last().map(String::as_str).unwrap_or_default();
    let tells = matches!(last, "status" | "state" | "info" | "details" | "history" | "count" | "time" | "times");
    if phrase(&["take", "capture", "grab"], &["screenshot", "screenshots", "snapshot"])
        || parts == ["browser", "snapshot"]
    {
        return Some(Effect::Observe);
    }
    if phrase(&["transfer", "hand", "handoff"], &["human", "agent", "agents", "operator", "representative", "support"])
    {
        return Some(Effect::Send);
    }
    if next(&["for"], &["sale", "rent", "hire", "auction"])
        || phrase(&["provide", "give", "leave"], &["feedback", "review", "rating", "comment"])
        || (phrase(&["get", "fetch", "obtain", "make", "share", "public"], &["link", "url"])
            && has(&["share", "shareable", "sharing", "public", "invite", "signature"]))
        || phrase(&["get", "request", "collect"], &["signature", "signatures"])
    {
        return Some(Effect::Send);
    }
    let apart = next(
        &["check", "sign", "log", "clock", "opt", "roll", "shut", "switch", "turn", "tear", "spin", "punch"],
        &["in", "out", "off", "on", "up", "down", "back"],
    );
    let settles = next(
        &["resolve"],
        &[
            "thread",
            "threads",
            "ticket",
            "issue",
            "conversation",
            "incident",
            "alert",
            "dispute",
            "case",
            "comment",
            "bug",
        ],
    );
    let gives_back = part(0) == "return"
        && has(&[
            "item", "items", "order", "product", "goods", "package", "book", "purchase", "car", "device", "parcel",
        ]);
    let decides = next(
        &["select", "choose"],
        &["plan", "seat", "option", "tier", "offer", "subscription", "shipping", "payment"],
    );
    let attends =
        next(&["watch", "follow"], &["repo", "repository", "thread", "issue", "topic", "channel", "price", "item"]);
    if !tells && (apart || settles || gives_back || decides || attends || has(&["aloud"])) {
        return Some(Effect::Modify);
    }
    if next(&["track"], &["event", "events", "conversion"]) || next(&["monitor"], &["url", "website", "site", "page"]) {
        return Some(Effect::Create);
    }
    // "read_write_file", "view_count_increment": a deed right behind the look, or at the end of the name.
    let deed =
        |at: usize| lexicon::verb(part(at)).filter(|effect| *effect > Effect::Observe && !lexicon::ambiguous(part(at)));
    if lexicon::verb(part(0)) == Some(Effect::Observe) && parts.len() > 2 {
        return (part(1) == "write").then_some(Effect::Modify).or_else(|| deed(1)).or_else(|| deed(parts.len() - 1));
    }
    None
}

/// Whether a description's first sentence only takes a picture of what is on a screen.
pub(super) fn pictures(words: &[String]) -> bool {
    let has = |list: &[&str]| words.iter().take(8).any(|word| list.contains(&word.as_str()));
    words.first().is_some_and(|word| matches!(word.trim_end_matches('s'), "take" | "capture" | "grab"))
        && has(&["screenshot", "screenshots", "snapshot"])
        && words.iter().any(|word| {
            matches!(
                word.as_str(),
                "page" | "screen" | "browser" | "window" | "website" | "viewport" | "accessibility" | "tab"
            )
        })
}
