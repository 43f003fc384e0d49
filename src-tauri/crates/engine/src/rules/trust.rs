//! Trust that is earned: what the user's own answers speak for is offered, never taken; and an earned rule that does not
//! hold any more suspends itself, from committed rows, before it could allow anything again.

use crate::{Answered, Engine, words};
use assent_policy::{self as policy, trust};
use assent_protocol::{Action, ActionId, Rule, RuleAnswer, RuleDraft, TrustOffer, canonical, texts, wire::Change};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Newest approved actions that offers are looked for on.
const NEWEST: u32 = 60;
/// What Assent did to its own permissions is told for a day.
const TOLD_MS: i64 = 24 * 60 * 60 * 1000;

impl Engine {
    /// The rules that the user's own answers speak for and that were not declined, newest evidence first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn trust_offers(&self) -> Answered<Vec<TrustOffer>> {
        let rules = self.rules()?;
        let mut offers: Vec<TrustOffer> = Vec::new();
        for id in self.0.journal.last_approved(NEWEST)? {
            let action = self.action_row(id)?;
            if !offers.iter().any(|offer| self.covered(&offer.draft, &action))
                && let Some(offer) = self.trust_offer(action, &rules)?
            {
                offers.push(offer);
            }
        }
        Ok(offers)
    }

    /// Makes the rule that is offered on this action: the user's own yes to it.
    ///
    /// # Errors
    /// When nothing is offered on it.
    pub fn accept_trust(&self, id: ActionId) -> Answered<Rule> {
        let offer = self.offer_on(id)?;
        let now = self.0.host.now();
        let rule = self.0.journal.add_earned_rule(&offer.draft, &offer.sentence, offer.action, &offer.evidence, now)?;
        self.0.host.changed(Change::Settings);
        self.rules()?.into_iter().find(|kept| kept.id == rule).ok_or_else(|| words::not_found(&rule.to_string()))
    }

    /// Remembers that the user does not want the rule that is offered on this action. It is offered again only when there
    /// are twice the approvals.
    ///
    /// # Errors
    /// When nothing is offered on it.
    pub fn decline_trust(&self, id: ActionId) -> Answered<()> {
        let offer = self.offer_on(id)?;
        let key = declined_key(&offer.draft.tool, &json!(offer.draft.conditions));
        self.0.journal.set_setting(&key, &offer.evidence.approved.to_string(), self.0.host.now())?;
        self.0.host.changed(Change::Settings);
        Ok(())
    }

    /// Every rule, newest last, after the earned ones that do not hold any more were suspended.
    pub(crate) fn rules_in_force(&self, now: i64) -> Answered<Vec<Rule>> {
        let rules = self.0.journal.rules(now)?;
        let mut suspended = false;
        for rule in rules.iter().filter(|rule| rule.on && rule.earned.is_some()) {
            let deeds = self.0.journal.deeds_since(&rule.draft.tool, rule.made_at)?;
            let definition = self.tool(&rule.draft.tool).map(|tool| tool.spec().definition());
            let paths = |args: &Value| self.spelled_paths(args);
            if let Some(because) = trust::suspends(rule, definition.as_deref(), &deeds, &paths, now) {
                self.0.journal.suspend_rule(rule.id, &because, now)?;
                self.tell_suspended(rule, &because);
                suspended = true;
            }
        }
        if suspended { self.0.journal.rules(now).map_err(words::other) } else { Ok(rules) }
    }

    /// After something that can shake trust was committed. What cannot be read now is looked at again before the next
    /// decision, which does not go on without it.
    pub(crate) fn watch_trust(&self) {
        let _ = self.rules_in_force(self.0.host.now());
    }

    /// What Assent did to rules within the last day, a sentence each: suspended by themselves, or not readable.
    pub(crate) fn notices_of_rules(&self) -> Answered<Vec<String>> {
        let now = self.0.host.now();
        let mut told = Vec::new();
        for rule in self.rules_in_force(now)? {
            let id = rule.id.to_string();
            let because = rule.off_because.clone().unwrap_or_default();
            let values = [("rule", id.as_str()), ("sentence", rule.sentence.as_str()), ("because", because.as_str())];
            let suspended = rule.earned.as_ref().and_then(|earned| earned.suspended_at);
            if suspended.is_some_and(|at| now - at < TOLD_MS) {
                told.push(texts::say("engine.trust.suspended", &values));
            } else if unreadable(&rule) {
                told.push(texts::say("engine.rule.unreadable", &values));
            }
        }
        Ok(told)
    }

    fn offer_on(&self, id: ActionId) -> Answered<TrustOffer> {
        let action = self.action_row(id)?;
        let found = self.trust_offers()?.into_iter().find(|offer| self.covered(&offer.draft, &action));
        found.ok_or_else(|| words::bad_input("engine.trust.none", &[("id", &id.to_string())]))
    }

    fn trust_offer(&self, action: Action, rules: &[Rule]) -> Answered<Option<TrustOffer>> {
        let allowed = |rule: &&Rule| rule.on && rule.draft.answer == RuleAnswer::Allow;
        if rules.iter().filter(allowed).any(|rule| self.covered(&rule.draft, &action)) {
            return Ok(None);
        }
        let Some(tool) = self.tool(&action.tool) else { return Ok(None) };
        let now = self.0.host.now();
        let paths = |args: &Value| self.spelled_paths(args);
        let drafts: Vec<_> = policy::offers(
            &action,
            &tool.spec().definition(),
            &self.places(&action),
            &[],
            &|other: &Action| paths(&other.args),
            now,
        )
        .into_iter()
        .map(|offer| offer.draft)
        .collect();
        let deeds = self.0.journal.deeds(&action.tool)?;
        let Some(earned) = trust::earning(&action, &drafts, &deeds, &paths, now) else { return Ok(None) };
        if let Some(before) = self.declined(&earned.draft.tool, &json!(earned.draft.conditions))?
            && !trust::grown(earned.evidence.approved, before)
        {
            return Ok(None);
        }
        let waiting = self.0.journal.waiting()?;
        let covers = waiting.iter().filter(|card| !card.verdict.floor && self.covered(&earned.draft, card));
        Ok(Some(TrustOffer {
            action: action.id,
            run: action.run,
            covers: covers.map(|card| card.id).collect(),
            sentence: earned.sentence,
            words: trust::words(&earned.evidence),
            evidence: earned.evidence,
            bound: per_cent(earned.bound),
            bar: per_cent(earned.bar),
            draft: earned.draft,
        }))
    }

    // Paths as they are spelled, which is all that is known of the past; recipients and ids as the tool names them.
    fn places(&self, action: &Action) -> BTreeMap<String, String> {
        let mut places = self.spelled_paths(&action.args);
        places.extend(self.resolved(action).into_iter().filter(|(_, shown)| !shown.starts_with('/')));
        places
    }

    fn covered(&self, draft: &RuleDraft, action: &Action) -> bool {
        policy::covers(draft, &action.tool, &action.args, &self.spelled_paths(&action.args))
    }

    fn declined(&self, tool: &str, conditions: &Value) -> Answered<Option<u32>> {
        let kept = self.0.journal.setting(&declined_key(tool, conditions))?;
        Ok(kept.and_then(|count| count.parse().ok()))
    }

    fn tell_suspended(&self, rule: &Rule, because: &str) {
        self.tell(crate::Notice {
            key: format!("rule {}", rule.id),
            title: texts::say("engine.trust.suspended.title", &[("rule", &rule.id.to_string())]),
            body: because.to_owned(),
            action: None,
            urgent: false,
        });
        self.0.host.changed(Change::Settings);
    }
}

// A setting of its own for each scope, so that a decline is sealed and in the history as any other choice is.
fn declined_key(tool: &str, conditions: &Value) -> String {
    format!("trust.declined.{}", canonical::digest(&[tool, &canonical::canonical(conditions)]))
}

// A rule that the journal could not read is one without a definition, which no rule that was made has.
fn unreadable(rule: &Rule) -> bool {
    !rule.on && rule.draft.definition.is_empty() && rule.draft.answer == RuleAnswer::Ask
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share between 0 and 1")]
fn per_cent(share: f64) -> u32 {
    (share * 100.0 + 1e-9) as u32
}
