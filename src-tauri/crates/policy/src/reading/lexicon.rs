//! The verbs and nouns that tools are called and described by. A verb counts in its base form, with -s and -ing, and as
//! a participle after "is", "are" or "be". Nothing here is a tool: these are the words of the trade.

use assent_protocol::Effect;

/// Verbs that only look. Those in the second list are nouns as well.
const OBSERVE: &[&str] = &[
    "access", "aggregate", "analyse", "analyze", "browse", "calculate", "compare", "compute", "convert", "count",
    "describe", "detect", "determine", "diff", "discover", "display", "echo", "enumerate", "estimate", "evaluate",
    "examine", "explain", "explore", "extract", "fetch", "filter", "find", "forecast", "geocode", "get", "identify",
    "inspect", "is", "list", "locate", "look", "lookup", "match", "measure", "monitor", "navigate", "observe", "parse",
    "predict", "preview", "print", "provide", "query", "rank", "read", "recommend", "resolve", "retrieve", "return",
    "scan", "search", "see", "show", "stat", "suggest", "summarise", "summarize", "tail", "tell", "think", "track",
    "transcribe", "translate", "validate", "verify", "view", "watch", "whois", "check", "compile", "simulate",
    "demonstrate", "receive", "visualize", "plot", "select", "peek", "head", "grep", "quote", "solve",
];
const CREATE: &[&str] = &[
    "add", "append", "build", "clone", "compose", "copy", "create", "download", "draft", "duplicate", "export",
    "generate", "import", "insert", "install", "log", "make", "new", "record", "register", "save", "scaffold",
    "file", "keep", "store", "upload", "write", "init", "initialize", "capture", "snapshot", "backup", "provision", "collect", "queue",
    "enqueue", "remember", "note", "bookmark", "draw", "render", "compress", "zip", "gzip", "archive",
];
const MODIFY: &[&str] = &[
    "accept", "ack", "acknowledge", "activate", "adjust", "allocate", "alter", "amend", "apply", "approve", "assign",
    "attach", "authorize", "block", "change", "claim", "click", "close", "commit", "complete", "configure", "confirm",
    "connect", "control", "correct", "customize", "deactivate", "decline", "decrease", "detach", "disable",
    "disconnect", "dismiss", "edit", "enable", "encrypt", "exchange", "extend", "fill", "finish", "fix", "follow",
    "format", "give", "grant", "handle", "increase", "input", "join", "label", "leave", "let", "like", "limit", "link",
    "load", "lock", "manage", "manipulate", "mark", "merge", "modify", "mount", "move", "mute", "organize",
    "override", "overwrite", "park", "patch", "pause", "pin", "place", "plan", "play", "plug", "position", "prioritize",
    "process", "promote", "press", "push", "put", "reassign", "reboot", "reconnect", "redirect", "refresh", "reject",
    "release", "rename", "reopen", "reorder", "replace", "reschedule", "reseat", "reset", "resize", "rest", "resolve", "restart",
    "restore", "resume", "return", "revert", "rotate", "schedule", "seal", "set", "setup", "shift", "sign", "skip",
    "snooze", "sort", "split", "stage", "star", "start", "stop", "subscribe", "suspend", "swap", "switch", "sync",
    "synchronize", "tag", "toggle", "transform", "trigger", "turn", "type", "unblock", "unlock", "unmute", "unpin",
    "unsubscribe", "unfollow", "update", "upgrade", "downgrade", "upsert", "use", "verify", "vote", "request", "hand", "go", "drive",
    "consult", "begin", "end", "heat", "cool", "raise", "lower", "dim", "arm", "disarm", "implement", "navigate", "hold", "pick", "grab",
    "scroll", "drag", "drop", "alert", "remind", "checkout", "rebase", "bump", "migrate", "seed", "train", "tune", "warm", "cancel", "enroll",
];
const DELETE: &[&str] = &[
    "cancel", "clean", "cleanup", "clear", "delete", "deprovision", "destroy", "discard", "drop", "empty", "erase",
    "expunge", "flush", "kill", "prune", "purge", "remove", "revoke", "rm", "shred", "terminate", "trash", "truncate",
    "uninstall", "unlink", "unregister", "unstage", "wipe", "abort", "evict", "retract", "withdrawn",
];
const EXECUTE: &[&str] = &["exec", "execute", "eval", "invoke", "run", "spawn", "launch", "shell", "perform", "dispatch", "call"];
const SEND: &[&str] = &[
    "alert", "announce", "ask", "book", "broadcast", "comment", "contact", "deliver", "disclose", "email", "forward", "hire",
    "invite", "mail", "message", "notify", "phone", "ping", "say", "speak", "post", "publish", "reply", "report", "reserve",
    "respond", "send", "share", "sms", "submit", "text", "transmit", "tweet", "dial", "relay", "expose",
];
const SPEND: &[&str] = &[
    "bid", "buy", "charge", "deposit", "donate", "invest", "order", "pay", "purchase", "refuel", "refund", "remit",
    "sell", "spend", "stake", "tip", "trade", "transfer", "wire", "withdraw", "topup", "reimburse", "repay", "checkout", "rebuy",
];
/// With a verb of change, these make it a matter of money.
const MONEY: &[&str] = &[
    "money", "payment", "payments", "transaction", "transactions", "transfer", "fund", "funds", "bill", "bills",
    "invoice", "invoices", "cash", "deposit", "withdrawal", "refund", "purchase", "donation", "wallet", "crypto",
    "cryptocurrency", "ether", "ethereum", "bitcoin", "stock", "stocks", "salary", "payroll",
    "loan", "debit", "remittance", "trade", "investment", "investments", "holdings", "contract", "subscription", "gift", "debt",
];
/// Nouns as often as verbs: in a name they count as a verb only where no plainer one does.
const AMBIGUOUS: &[&str] = &[
    "access", "alert", "archive", "backup", "bid", "book", "bookmark", "call", "change", "charge", "check", "checkout",
    "claim", "clean", "comment", "contact", "contract", "control", "copy", "count", "cool", "deposit", "display", "draft",
    "drive", "email", "end", "exchange", "export", "file", "filter", "gift", "hand", "head", "heat", "import", "invite", "input", "keep", "label", "like",
    "limit", "link", "list", "load", "lock", "log", "lookup", "mail", "mark", "match", "measure", "message", "monitor",
    "mount", "new", "note", "open", "order", "page", "park", "patch", "phone", "pin", "ping", "place", "plan", "play", "plot", "position",
    "post", "preview", "process", "queue", "quote", "rank", "record", "refund", "release", "reply", "report", "rest",
    "request", "return", "review", "schedule", "search", "set", "share", "shell", "shift", "sign", "sms", "snapshot",
    "sort", "stage", "star", "start", "stock", "store", "switch", "tag", "text", "tip", "token", "track", "trade", "transfer", "trash",
    "trigger", "turn", "type", "update", "use", "view", "vote", "watch", "wire", "write", "zip", "draw", "hold", "press", "stake", "seed", "train", "fix", "tail", "is",
];

/// What a verb in its base form does; of several senses the graver.
pub(super) fn verb(base: &str) -> Option<Effect> {
    let lists: [(&[&str], Effect); 7] = [
        (SPEND, Effect::Spend),
        (SEND, Effect::Send),
        (EXECUTE, Effect::Execute),
        (DELETE, Effect::Delete),
        (MODIFY, Effect::Modify),
        (CREATE, Effect::Create),
        (OBSERVE, Effect::Observe),
    ];
    // Verbs in two lists that mean the milder in a tool's own words.
    if matches!(base, "verify" | "resolve" | "return" | "navigate") {
        return Some(Effect::Observe);
    }
    lists.iter().find(|(list, _)| list.contains(&base)).map(|(_, effect)| *effect)
}

/// A page is opened to be read, an account or a door to be another thing than before.
pub(super) fn opening(rest: &[String]) -> Effect {
    const TO_READ: &[&str] = &[
        "page", "pages", "webpage", "site", "website", "url", "link", "file", "files", "document", "documents", "node", "nodes", "tab",
        "folder", "message", "letter", "mail", "email", "note", "image", "record", "attachment", "article",
    ];
    let read = rest.iter().take(3).any(|word| TO_READ.contains(&word.as_str()));
    if read { Effect::Observe } else { Effect::Modify }
}

/// What a word does as a verb, inflected or not.
pub(super) fn inflected(word: &str) -> Option<Effect> {
    bases(word).iter().find_map(|base| verb(base))
}

/// What a participle does: "sent", "marked", "deleted".
pub(super) fn participle(word: &str) -> Option<Effect> {
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
    let stem = word.strip_suffix("ed")?;
    [stem.to_owned(), format!("{stem}e"), stem.get(..stem.len().saturating_sub(1)).unwrap_or_default().to_owned()]
        .iter()
        .chain(stem.strip_suffix('i').map(|s| format!("{s}y")).as_ref())
        .find_map(|base| verb(base))
}

/// Whether a word is a noun as often as a verb.
pub(super) fn ambiguous(word: &str) -> bool {
    AMBIGUOUS.contains(&word)
}

/// Whether a word is about money.
pub(super) fn money(word: &str) -> bool {
    MONEY.contains(&word)
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
        if stem.len() > 2 && stem.as_bytes()[stem.len() - 1] == stem.as_bytes()[stem.len() - 2] {
            found.push(stem[..stem.len() - 1].to_owned());
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
        for (word, effect) in
            [("sent", Effect::Send), ("marked", Effect::Modify), ("deleted", Effect::Delete), ("paid", Effect::Spend), ("modified", Effect::Modify), ("dropped", Effect::Delete)]
        {
            assert_eq!(participle(word), Some(effect), "{word}");
        }
        assert_eq!(inflected("copies"), Some(Effect::Create));
        assert_eq!((inflected("weather"), participle("red")), (None, None));
    }
}
