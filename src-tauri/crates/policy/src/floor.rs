//! The floor of DESIGN 4.3: the classes of action that no rule and no mode lifts. The only way to an unasked yes leads
//! through [`Clear`], which is made here and only for facts that no class claims.

use assent_protocol::{
    Answer, Destination, Effect, Facts, Mode, Provenance, Reach, Reason, ReasonCode, Reversal, RuleId, Verdict, texts,
    visible::visible,
};

/// One thing that speaks against going on unasked.
pub(crate) struct Ground {
    pub(crate) answer: Answer,
    pub(crate) escalate: bool,
    pub(crate) floor: bool,
    pub(crate) reason: Reason,
    pub(crate) rule: Option<RuleId>,
}

impl Ground {
    pub(crate) fn asks(code: ReasonCode) -> Ground {
        Ground { answer: Answer::Ask, escalate: false, floor: false, reason: Reason::plain(code), rule: None }
    }

    pub(crate) fn denies(code: ReasonCode) -> Ground {
        Ground { answer: Answer::Deny, ..Ground::asks(code) }
    }

    pub(crate) fn about(self, detail: Option<String>) -> Ground {
        Ground { reason: Reason { detail, ..self.reason }, ..self }
    }

    pub(crate) fn escalated(self) -> Ground {
        Ground { escalate: true, ..self }
    }

    pub(crate) fn of_the_floor(self) -> Ground {
        Ground { floor: true, ..self }
    }

    pub(crate) fn by_rule(self, rule: RuleId) -> Ground {
        Ground { rule: Some(rule), ..self }
    }
}

/// Proof that no class of the floor claims these facts.
pub(crate) struct Clear<'a>(&'a Facts);

/// What the floor says to some facts.
pub(crate) enum Floor<'a> {
    /// Nothing.
    Clear(Clear<'a>),
    /// At least one class claims them.
    Holds(Vec<Ground>),
}

/// Asks every class of the floor.
pub(crate) fn floor(facts: &Facts) -> Floor<'_> {
    let grounds = classes(facts);
    if grounds.is_empty() { Floor::Clear(Clear(facts)) } else { Floor::Holds(grounds) }
}

fn classes(facts: &Facts) -> Vec<Ground> {
    use ReasonCode as Code;
    let escalation = |code| Ground::asks(code).escalated();
    let mut grounds = Vec::new();
    match facts.reach {
        Reach::OwnFiles => grounds.push(Ground::denies(Code::OwnFiles)),
        Reach::Protected => grounds.push(escalation(Code::Protected)),
        Reach::Inside | Reach::Outside => {}
    }
    if facts.effect == Effect::Configure {
        // Without drafts to keep it in, the only safe form of a proposed rule is none.
        grounds.push(Ground::denies(Code::Configure));
    }
    if !facts.inspectable {
        grounds.push(Ground::asks(Code::NotInspectable));
    }
    if facts.reversal == Reversal::None {
        match facts.effect {
            Effect::Delete => grounds.push(escalation(Code::NoCopy)),
            Effect::Send | Effect::Spend => grounds.push(escalation(Code::NoReversal).about(carried(facts))),
            Effect::Execute => grounds.push(escalation(Code::NoReversal)),
            Effect::Observe | Effect::Create | Effect::Modify | Effect::Configure => {}
        }
    }
    if leaves(facts) {
        if facts.targets == Provenance::Untrusted {
            grounds.push(escalation(Code::UntrustedTarget).about(origin(facts)));
        }
        if facts.payload == Provenance::Untrusted {
            grounds.push(escalation(Code::UntrustedPayload).about(origin(facts)));
        }
    }
    grounds.into_iter().map(Ground::of_the_floor).collect()
}

/// Whether the effect goes to somebody else: it leaves this computer, spends, or changes an account elsewhere.
pub(crate) fn leaves(facts: &Facts) -> bool {
    facts.destination != Destination::Here || matches!(facts.effect, Effect::Send | Effect::Spend)
}

/// The same, where something that leaves was read and not typed.
pub(crate) fn carried(facts: &Facts) -> Option<String> {
    let read = |provenance| matches!(provenance, Provenance::OwnData | Provenance::Untrusted);
    (read(facts.targets) || read(facts.payload)).then(|| origin(facts)).flatten()
}

/// "Source: the page example.org.", or nothing when no origin is named.
pub(crate) fn origin(facts: &Facts) -> Option<String> {
    let worst = facts.origins.first()?;
    Some(texts::say("policy.detail.source", &[("source", &visible(&worst.source))]))
}

/// An unasked yes. Both ways to make one take a [`Clear`], so a floor class cannot be allowed by mistake.
pub(crate) struct AutoAllow {
    reason: Reason,
    rule: Option<RuleId>,
}

/// Items that one action may change unasked in each mode (DESIGN 4.4).
pub(crate) fn most_items(mode: Mode) -> u32 {
    match mode {
        Mode::Suggest | Mode::Ask => 0,
        Mode::Semi => 25,
        Mode::Auto => 1000,
    }
}

impl AutoAllow {
    /// Yes, because a rule of the user says so. Nothing with an effect runs in *suggest*, rule or not.
    pub(crate) fn by_rule(clear: &Clear<'_>, rule: RuleId, mode: Mode) -> Option<AutoAllow> {
        (mode != Mode::Suggest || clear.0.effect == Effect::Observe)
            .then(|| AutoAllow { reason: Reason::plain(ReasonCode::AllowRule), rule: Some(rule) })
    }

    /// Yes, because the mode does this by itself (the table of DESIGN 4.4).
    pub(crate) fn by_mode(clear: &Clear<'_>, mode: Mode) -> Option<AutoAllow> {
        let facts = clear.0;
        let code = if facts.reach != Reach::Inside {
            return None;
        } else if facts.effect == Effect::Observe {
            (facts.destination <= Destination::KnownParty).then_some(ReasonCode::Observes)
        } else if undoable_change(facts) {
            (mode >= Mode::Semi && facts.size.items <= most_items(mode)).then_some(ReasonCode::UndoableChange)
        } else {
            (mode == Mode::Auto && held_send(facts)).then_some(ReasonCode::HeldSend)
        };
        let detail = |code| match (code, facts.targets.max(facts.payload)) {
            (ReasonCode::HeldSend, Provenance::User) => Some(texts::say("policy.detail.typed", &[])),
            (ReasonCode::HeldSend, _) => Some(texts::say("policy.detail.linked", &[])),
            _ => None,
        };
        code.map(|code| AutoAllow { reason: Reason { detail: detail(code), ..Reason::plain(code) }, rule: None })
    }

    pub(crate) fn verdict(self) -> Verdict {
        Verdict { answer: Answer::Allow, escalate: false, floor: false, reasons: vec![self.reason], rule: self.rule }
    }
}

/// A change that is taken back by a recorded inverse, here or in the user's own account.
pub(crate) fn undoable_change(facts: &Facts) -> bool {
    matches!(facts.effect, Effect::Create | Effect::Modify | Effect::Delete)
        && facts.reversal == Reversal::Undoable
        && match facts.destination {
            Destination::Here => facts.targets != Provenance::Untrusted,
            Destination::KnownParty => account_change(facts),
            _ => false,
        }
}

// In an account, what others wrote must not decide what is changed nor into what. Once their content has been read, a
// target that the model made up cannot be told apart from one that they put into its mouth.
fn account_change(facts: &Facts) -> bool {
    let target = match facts.targets {
        Provenance::User | Provenance::Linked | Provenance::OwnData => true,
        Provenance::Model => !facts.influenced,
        Provenance::Untrusted => false,
    };
    target && facts.payload != Provenance::Untrusted
}

// Every target typed, reached by a name that was, or pinned by a rule; no address, link or number in the payload that the
// user did not type. What merely stands in the user's own data is not the user's word.
fn held_send(facts: &Facts) -> bool {
    facts.effect == Effect::Send
        && facts.reversal == Reversal::Recallable
        && facts.targets <= Provenance::Linked
        && facts.payload <= Provenance::Linked
        && !matches!(facts.destination, Destination::Public | Destination::Unknown)
}
