//! Every text the decision core can say is in the catalogue.

use assent_protocol::{Reason, ReasonCode, texts};

// A new code does not compile until it is in the list below.
fn listed(code: ReasonCode) -> ReasonCode {
    use ReasonCode::*;
    match code {
        OwnFiles | Configure | Protected | NoCopy | NotInspectable | UntrustedTarget | UntrustedPayload
        | NoReversal | Malformed | DenyRule | AskRule | RejectedBefore | LimitSpent | Breaker | AllowRule
        | Observes | ObservesOutside | UndoableChange | TooMany | OutsideGrants | Influenced | HeldSend | Leaves
        | Spends | ModeAsks | ModeSuggests | RuleUnread => code,
    }
}

#[test]
fn every_reason_has_a_sentence_with_and_without_its_detail() {
    use ReasonCode::*;
    let codes = [
        OwnFiles,
        Configure,
        Protected,
        NoCopy,
        NotInspectable,
        UntrustedTarget,
        UntrustedPayload,
        NoReversal,
        Malformed,
        DenyRule,
        AskRule,
        RuleUnread,
        RejectedBefore,
        LimitSpent,
        Breaker,
        AllowRule,
        Observes,
        ObservesOutside,
        UndoableChange,
        TooMany,
        OutsideGrants,
        Influenced,
        HeldSend,
        Leaves,
        Spends,
        ModeAsks,
        ModeSuggests,
    ];
    for code in codes {
        let bare = Reason::plain(listed(code)).sentence();
        assert!(!bare.starts_with("policy.") && !bare.contains('{'), "{code:?}: {bare}");
        assert!(bare.trim_end().ends_with('.'), "{code:?}: {bare}");
        let full = Reason { code, detail: Some("It is so.".into()) }.sentence();
        assert!(full.ends_with('.') && !full.contains('{'), "{code:?}: {full}");
    }
}

#[test]
fn every_tool_of_the_first_families_has_words_for_rules() {
    for tool in "files.list files.read files.search files.find_duplicates files.write files.edit files.make_folder \
                 files.move files.rename files.copy files.trash notes.add notes.edit notes.list notes.search todos.add \
                 todos.complete todos.edit todos.list reminders.set reminders.change reminders.cancel reminders.list"
        .split_whitespace()
    {
        assert!(texts::has(&format!("policy.tool.{tool}")), "{tool}");
    }
}
