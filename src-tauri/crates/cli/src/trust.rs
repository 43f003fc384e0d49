//! Rules that the user's own answers speak for, and which mode fits a goal.

use crate::out::{Style, words};
use crate::{Answered, Desk, Ended};
use assent_protocol::{
    ActionId, Advice, Evidence, Mode, TrustOffer,
    wire::{NewTask, WireError},
};
use serde_json::json;

/// Marks that are drawn one by one; more are a number.
const MARKS: u32 = 40;

impl Desk {
    pub(crate) fn trust_offers(&self) -> Answered {
        if self.show_trust_offers()? == 0 {
            self.out.say(Style::Plain, "cli.trust.none", &[]);
        }
        Ok(Ended::Done)
    }

    /// Shows what is offered, and gives how many.
    pub(crate) fn show_trust_offers(&self) -> Result<usize, WireError> {
        let offers = self.engine.trust_offers()?;
        offers.iter().for_each(|offer| self.show_trust_offer(offer));
        Ok(offers.len())
    }

    pub(crate) fn accept_trust(&self, id: ActionId) -> Answered {
        let rule = self.engine.accept_trust(id)?;
        self.show_rule(&rule);
        self.out.say(Style::Dim, "cli.rule.made", &[("rule", &rule.id.to_string())]);
        Ok(Ended::Done)
    }

    pub(crate) fn decline_trust(&self, id: ActionId) -> Answered {
        self.engine.decline_trust(id)?;
        self.out.note("cli.trust.declined", &[]);
        Ok(Ended::Done)
    }

    pub(crate) fn advise(&self, goal: String, grants: Vec<String>, model: Option<String>) -> Answered {
        let advice = self.engine.advise(&NewTask { goal, mode: None, grants, model })?;
        self.out.object(&json!({
            "type": "advice", "mode": advice.mode, "sentence": advice.sentence, "why": advice.why,
            "asks": advice.asks, "budget": advice.budget,
        }));
        self.out.line(Style::Strong, &advice.sentence);
        advice.why.iter().for_each(|why| self.out.line(Style::Plain, &format!("  {why}")));
        self.out.line(Style::Plain, &format!("  {}", asks(&advice)));
        self.out.line(Style::Plain, &format!("  {}", advice.budget));
        self.out.say(Style::Dim, "cli.advice.next", &[("mode", flag(advice.mode))]);
        Ok(Ended::Done)
    }

    /// One line before a task that nobody chose a mode for.
    pub(crate) fn advise_in_a_line(&self, task: &NewTask) -> Result<(), WireError> {
        let advice = self.engine.advise(task)?;
        self.out.say(Style::Dim, "cli.advice.line", &[("sentence", &advice.sentence), ("mode", flag(advice.mode))]);
        Ok(())
    }

    fn show_trust_offer(&self, offer: &TrustOffer) {
        let id = offer.action.to_string();
        self.out.object(&json!({
            "type": "trust_offer", "action": offer.action, "sentence": offer.sentence, "evidence": offer.evidence,
            "words": offer.words, "bound": offer.bound, "bar": offer.bar, "covers": offer.covers, "draft": offer.draft,
        }));
        let (bound, bar) = (offer.bound.to_string(), offer.bar.to_string());
        self.out.say(Style::Strong, "cli.trust.offer", &[("sentence", &offer.sentence)]);
        let values =
            [("marks", marks(&offer.evidence)), ("words", offer.words.clone()), ("bound", bound), ("bar", bar)];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.out.say(Style::Plain, "cli.trust.evidence", &values);
        self.out.say(Style::Dim, "cli.trust.next", &[("id", &id)]);
    }
}

fn asks(advice: &Advice) -> String {
    if advice.asks.is_empty() {
        return words("cli.advice.no_asks", &[]);
    }
    words("cli.advice.asks", &[("asks", &advice.asks.join("; "))])
}

// A row of marks: what speaks for it, then what speaks against it.
fn marks(evidence: &Evidence) -> String {
    if evidence.total() > MARKS {
        return format!("✓ {} ✗ {}", evidence.approved, evidence.against());
    }
    let repeat = |mark: &str, count: u32| mark.repeat(usize::try_from(count).unwrap_or_default());
    format!("{}{}", repeat("✓", evidence.approved), repeat("✗", evidence.against()))
}

fn flag(mode: Mode) -> &'static str {
    match mode {
        Mode::Suggest => "suggest",
        Mode::Ask => "ask",
        Mode::Semi => "semi",
        Mode::Auto => "auto",
    }
}
