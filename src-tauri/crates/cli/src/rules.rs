//! Rules: what is offered for an action, making one of the offers, the list, revoking.

use crate::arguments::Rules;
use crate::out::{Style, words};
use crate::tasks::bad_usage;
use crate::{Answered, Desk, Ended, card, new_rule};
use assent_protocol::{ActionId, Rule, RuleOffer};
use serde_json::json;

impl Desk {
    pub(crate) fn rules(&self, what: Option<Rules>) -> Answered {
        match what {
            Some(Rules::Add(rule)) => return self.write_rule(&rule),
            Some(Rules::Revoke { id }) => {
                self.engine.revoke_rule(id)?;
                self.out.note("cli.rule.revoked", &[("rule", &id.to_string())]);
                return Ok(Ended::Done);
            }
            Some(Rules::Offers) => return self.trust_offers(),
            Some(Rules::Accept { id }) => return self.accept_trust(id),
            Some(Rules::Decline { id }) => return self.decline_trust(id),
            None => {}
        }
        let rules = self.engine.rules()?;
        rules.iter().for_each(|rule| self.show_rule(rule));
        if rules.is_empty() {
            self.out.say(Style::Plain, "cli.rules.empty", &[]);
        }
        self.show_trust_offers()?;
        Ok(Ended::Done)
    }

    pub(crate) fn rule(&self, id: ActionId, offer: Option<usize>, yes_again: bool) -> Answered {
        let offers = self.engine.rule_offers(id)?;
        let Some(number) = offer else {
            offers.iter().enumerate().for_each(|(at, offer)| self.show_offer(id, at + 1, offer));
            if offers.is_empty() {
                self.out.note("cli.offers.none", &[("id", &id.to_string())]);
            } else {
                self.out.say(Style::Dim, "cli.offers.next", &[("id", &id.to_string())]);
            }
            return Ok(Ended::Done);
        };
        let Some(chosen) = number.checked_sub(1).and_then(|at| offers.into_iter().nth(at)) else {
            return Err(bad_usage("cli.offers.number", &[("number", &number.to_string()), ("id", &id.to_string())]));
        };
        let rule = self.engine.add_rule(id, chosen.draft, yes_again)?;
        self.show_rule(&rule);
        self.out.say(Style::Dim, "cli.rule.made", &[("rule", &rule.id.to_string())]);
        Ok(Ended::Done)
    }

    fn show_offer(&self, id: ActionId, number: usize, offer: &RuleOffer) {
        self.out.object(&json!({
            "type": "offer", "action": id, "offer": number, "sentence": offer.sentence, "history": offer.history,
            "matched": offer.matched, "approved": offer.approved, "rejected": offer.rejected, "draft": offer.draft,
        }));
        let number = number.to_string();
        self.out.say(Style::Strong, "cli.offer", &[("number", &number), ("sentence", &offer.sentence)]);
        self.out.line(Style::Dim, &format!("     {}", offer.history));
    }

    pub(crate) fn show_rule(&self, rule: &Rule) {
        let until = rule.draft.until.and_then(card::rfc_3339);
        let last_used = rule.last_used.and_then(card::rfc_3339);
        self.out.object(&json!({
            "type": "rule", "id": rule.id, "sentence": rule.sentence, "on": rule.on, "off_because": rule.off_because,
            "used": rule.used, "used_today": rule.used_today, "last_used": last_used, "until": until,
            "uses_left": rule.draft.uses_left, "spent_today": rule.spent_today, "from": rule.from, "draft": rule.draft,
            "earned": rule.earned, "covered_by": rule.covered_by,
        }));
        let id = rule.id.to_string();
        let style = if rule.on { Style::Strong } else { Style::Dim };
        self.out.say(style, "cli.rule", &[("rule", &id), ("sentence", &rule.sentence)]);
        let mut about = Vec::new();
        match &last_used {
            Some(at) => about.push(words("cli.rule.used", &[("count", &rule.used.to_string()), ("at", at)])),
            None => about.push(words("cli.rule.never", &[])),
        }
        if let Some(left) = rule.draft.uses_left {
            about.push(words("cli.rule.left", &[("count", &left.to_string())]));
        }
        if let Some(most) = rule.draft.amount_per_day {
            let values = [("sum", &new_rule::sum(rule.spent_today)), ("most", &new_rule::sum(most))];
            about.push(words("cli.rule.spent", &values.map(|(name, value)| (name, value.as_str()))));
        }
        if let Some(until) = &until {
            about.push(words("cli.rule.until", &[("until", until)]));
        }
        if rule.earned.is_some() {
            about.push(words("cli.rule.earned", &[]));
        }
        if let Some(other) = rule.covered_by {
            about.push(words("cli.rule.covered", &[("rule", &other.to_string())]));
        }
        if let Some(because) = &rule.off_because {
            about.push(words("cli.rule.off", &[("because", because)]));
        }
        self.out.line(Style::Dim, &format!("     {}", about.join(" · ")));
    }
}
