//! "Why?" for any action, asked or not: the reasons, who settled it and whose rule that was, and what would have changed
//! the answer.

use crate::{Answered, Engine, action::card::values_from, base::clock, base::words};
use assent_policy::{self as policy, CallView};
use assent_protocol::{Action, ActionId, Decider, Rule, RuleId, texts};

/// Counterfactuals that are told; the mildest come first.
const TOLD: usize = 6;

impl Engine {
    /// Why an action was asked, allowed or denied, who settled it, and what would have changed the answer, a sentence each.
    ///
    /// # Errors
    /// When there is no such action.
    pub fn why(&self, id: ActionId) -> Answered<Vec<String>> {
        let action = self.action_row(id)?;
        let rules = self.rules()?;
        let mut why: Vec<String> = action.verdict.reasons.iter().map(|reason| reason.sentence()).collect();
        // The rule that had a say, also where a person settled it in the end.
        if let Some(rule) = action.verdict.rule {
            why.extend(author(&rules, rule));
        }
        if let Some(decision) = &action.decision {
            let by = match &decision.by {
                Decider::Rule { rule } => named(&rules, *rule),
                _ => None,
            };
            let by = by.unwrap_or_else(|| texts::say(&format!("engine.by.{}", decision.by.name()), &[]));
            let status = texts::say(&format!("core.status.{}", action.status.name()), &[]);
            let at = clock::absolute(decision.at, &self.0.host.zone());
            why.push(texts::say("engine.why.decided", &[("by", &by), ("at", &at), ("status", &status)]));
            if let Some(reason) = &decision.reason {
                why.push(texts::say("engine.why.reason", &[("reason", reason)]));
            }
        }
        why.extend(values_from(&action));
        why.extend(self.otherwise(&action, &rules)?);
        if let Some(note) = &action.note {
            why.push(note.clone());
        }
        Ok(why)
    }

    fn otherwise(&self, action: &Action, rules: &[Rule]) -> Answered<Vec<String>> {
        let row = self.run_row(action.run)?;
        let mode = row.mode;
        let definition = self.tool(&action.tool).map(|tool| tool.spec().definition()).unwrap_or_default();
        let resolved = self.spelled_paths(&action.args);
        let view = CallView {
            tool: &action.tool,
            definition: &definition,
            args: &action.args,
            resolved: &resolved,
            run: action.run,
            automation: row.automation,
            amount: action.facts.size.amount.as_ref().map(|(sum, _)| *sum),
        };
        let matched = policy::matching(rules, &view, action.proposed_at.max(0));
        let Some(inputs) = policy::why::recalled(&action.facts, mode, &action.verdict, &matched) else {
            return Ok(Vec::new());
        };
        let others = policy::why::counterfactuals(&inputs);
        if others.is_empty() {
            return Ok(vec![texts::say("engine.why.nothing", &[])]);
        }
        Ok(others.iter().take(TOLD).map(policy::why::words).collect())
    }
}

fn named(rules: &[Rule], id: RuleId) -> Option<String> {
    let rule = rules.iter().find(|rule| rule.id == id)?;
    Some(texts::say("engine.by.rule_named", &[("rule", &id.to_string()), ("sentence", &rule.sentence)]))
}

// "Rule p3 (…) was made by you on the card a12", or earned, or by you where it has no card.
fn author(rules: &[Rule], id: RuleId) -> Option<String> {
    let rule = rules.iter().find(|rule| rule.id == id)?;
    let name = named(rules, id)?;
    let card = rule.from.map(|from| from.to_string()).unwrap_or_default();
    let key = match (&rule.earned, rule.from) {
        (Some(_), _) => "engine.why.author.earned",
        (None, Some(_)) => "engine.why.author.card",
        (None, None) => "engine.why.author.user",
    };
    let evidence = rule.earned.as_ref().map(|earned| policy::trust::words(&earned.evidence)).unwrap_or_default();
    Some(words::capital(&texts::say(key, &[("rule", &name), ("card", &card), ("evidence", &evidence)])))
}
