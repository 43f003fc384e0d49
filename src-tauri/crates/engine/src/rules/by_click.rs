//! Rules by click and by hand: what a card offers, and making, listing and revoking them.

use crate::{Answered, Engine, action::facts, words};
use assent_policy as policy;
use assent_protocol::{
    Action, ActionId, Condition, Effect, Rule, RuleAnswer, RuleDraft, RuleId, RuleOffer, Scope, texts,
    visible::visible,
    wire::{Change, ErrorCode, WireError},
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::{Component, Path, PathBuf},
    sync::{Arc, atomic::AtomicBool},
};

/// Past actions that an offer is held against.
const LOOK_BACK: u32 = 200;

impl Engine {
    /// The rules this card could become, narrowest first, each with what it would have meant for the past.
    ///
    /// # Errors
    /// When there is no such action.
    pub fn rule_offers(&self, id: ActionId) -> Answered<Vec<RuleOffer>> {
        let action = self.action_row(id)?;
        let Some(tool) = self.tool(&action.tool) else { return Ok(Vec::new()) };
        let recent: Vec<Action> = self
            .0
            .journal
            .recent_actions(LOOK_BACK)?
            .into_iter()
            // A card that waits says nothing about itself yet; once it is settled it is a part of the past like any other.
            .filter(|other| other.facts.effect != Effect::Observe && (other.id != id || other.decision.is_some()))
            .collect();
        let resolved = self.resolved(&action);
        let definition = tool.spec().definition();
        let by_words = |other: &Action| self.spelled_paths(&other.args);
        let now = self.0.host.now();
        let mut offers = policy::offers(&action, &definition, &resolved, &recent, &by_words, now);
        // What a person allows an automation is allowed there and nowhere else.
        if let Some(automation) = self.run_row(action.run)?.automation {
            for offer in &mut offers {
                offer.draft.scope = Scope::Automation { automation };
                offer.sentence = policy::sentence(&offer.draft, now);
            }
        }
        Ok(offers)
    }

    /// Makes a rule from a card. A rule that matches something the user rejected before takes a second yes.
    ///
    /// # Errors
    /// When the core refuses such a rule, or a second yes is missing.
    pub fn add_rule(&self, from: ActionId, draft: RuleDraft, second_yes: bool) -> Answered<Rule> {
        let action = self.action_row(from)?;
        if let Some(why) = policy::refuse(&draft, &action) {
            return Err(WireError { code: ErrorCode::BadInput, message: why });
        }
        let offers = self.rule_offers(from)?;
        let Some(offer) = offers.iter().find(|offer| same_rule(&offer.draft, &draft)) else {
            return Err(words::bad_input("engine.rule.not_offered", &[]));
        };
        if offer.rejected > 0 && !second_yes {
            return Err(second_yes_missing(offer.rejected));
        }
        self.keep_rule(&draft, Some(from))
    }

    /// What a rule written by hand says as one sentence, and what it would have meant for the past.
    ///
    /// # Errors
    /// When the core refuses such a rule, or it names a tool or an argument that there is none of.
    pub fn preview_rule(&self, draft: RuleDraft) -> Answered<RuleOffer> {
        let recent = self.recent_changes()?;
        let draft = self.sound(draft, &recent)?;
        let by_words = |other: &Action| self.spelled_paths(&other.args);
        let now = self.0.host.now();
        let others: Vec<RuleDraft> =
            self.rules_in_force(now)?.into_iter().filter(|rule| rule.on).map(|rule| rule.draft).collect();
        Ok(policy::preview(draft, &others, &recent, &by_words, now))
    }

    /// Makes a rule written by hand. One that would allow something the user rejected before takes a second yes.
    ///
    /// # Errors
    /// As [`Engine::preview_rule`], and when a second yes is missing.
    pub fn make_rule(&self, draft: RuleDraft, second_yes: bool) -> Answered<Rule> {
        let offer = self.preview_rule(draft)?;
        if offer.draft.answer == RuleAnswer::Allow && offer.rejected > 0 && !second_yes {
            return Err(second_yes_missing(offer.rejected));
        }
        self.keep_rule(&offer.draft, None)
    }

    fn recent_changes(&self) -> Answered<Vec<Action>> {
        let recent = self.0.journal.recent_actions(LOOK_BACK)?;
        Ok(recent.into_iter().filter(|action| action.facts.effect != Effect::Observe).collect())
    }

    // The rule with the definition that the tool has now, if the core takes it.
    fn sound(&self, draft: RuleDraft, recent: &[Action]) -> Answered<RuleDraft> {
        let shown = visible(&draft.tool);
        let mut draft = draft;
        for condition in &mut draft.conditions {
            if let Condition::UnderFolder { folder, .. } = condition
                && let Some(rest) = folder.strip_prefix("~/")
            {
                *folder = self.0.config.home.join(rest).display().to_string();
            }
        }
        let Some(tool) = self.tool(&draft.tool) else {
            return Err(words::bad_input("engine.call.unknown_tool", &[("tool", &shown)]));
        };
        let spec = tool.spec();
        let names_programs = |condition: &Condition| {
            policy::conditions::pointer(condition).split('/').nth(1) == Some(crate::action::judge::PROGRAMS)
        };
        let programs = tool.programs(&Value::Null, &self.nowhere()).is_some();
        if programs && draft.conditions.iter().any(names_programs) {
            // What a program does follows from its arguments, so that its name alone allows nothing.
            if draft.answer == RuleAnswer::Allow {
                return Err(words::bad_input("engine.rule.programs", &[]));
            }
            draft.conditions.iter_mut().filter(|condition| names_programs(condition)).for_each(by_every_name);
        }
        if let Some(known) = spec.schema.get("properties").and_then(Value::as_object) {
            for condition in &draft.conditions {
                let path = policy::conditions::pointer(condition);
                let first = path.split('/').nth(1).unwrap_or_default();
                let there = known.contains_key(first) || (programs && first == crate::action::judge::PROGRAMS);
                if !path.is_empty() && !there {
                    let names = known.keys().map(|name| visible(name)).collect::<Vec<_>>().join(", ");
                    let values = [("tool", shown.as_str()), ("path", &visible(path)), ("names", &names)];
                    return Err(words::bad_input("engine.rule.no_argument", &values));
                }
            }
        }
        // The gravest that its own words say and that it ever did.
        let said = facts::reading(&spec);
        let did = recent.iter().filter(|action| action.tool == spec.name).map(|action| action.facts.effect).max();
        let effect = did.max(said.understood.then_some(said.effect));
        match policy::refuse_by_hand(&draft, effect) {
            Some(why) => Err(WireError { code: ErrorCode::BadInput, message: why }),
            None => Ok(RuleDraft { definition: spec.definition(), ..draft }),
        }
    }

    fn keep_rule(&self, draft: &RuleDraft, from: Option<ActionId>) -> Answered<Rule> {
        let now = self.0.host.now();
        self.wake_domains_by(draft)?;
        let id = self.0.journal.add_rule(draft, &policy::sentence(draft, now), from, now)?;
        self.0.host.changed(Change::Settings);
        self.rules()?.into_iter().find(|rule| rule.id == id).ok_or_else(|| words::not_found(&id.to_string()))
    }

    /// Every rule, newest first.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn rules(&self) -> Answered<Vec<Rule>> {
        let mut rules = self.rules_in_force(self.0.host.now())?;
        let covered: Vec<_> =
            rules.iter().map(|rule| if rule.on { policy::covered_by(rule, &rules) } else { None }).collect();
        rules.iter_mut().zip(covered).for_each(|(rule, by)| rule.covered_by = by);
        Ok(rules)
    }

    /// Switches a rule off for good.
    ///
    /// # Errors
    /// When there is no such rule.
    pub fn revoke_rule(&self, id: RuleId) -> Answered<()> {
        let because = texts::say("engine.rule.revoked", &[]);
        self.0.journal.revoke_rule(id, &because, self.0.host.now())?;
        self.0.host.changed(Change::Settings);
        Ok(())
    }

    // Where the card's paths lead now; as they are spelled, where the tool cannot say any more.
    pub(crate) fn resolved(&self, action: &Action) -> BTreeMap<String, String> {
        let spelled = self.spelled_paths(&action.args);
        let Ok(run) = self.run_row(action.run) else { return spelled };
        let place = self.place(&run, &[], Arc::new(AtomicBool::new(false)));
        let described = self.tool(&action.tool).map(|tool| tool.describe(&action.args, &place));
        match described {
            Some(Ok(facts)) => facts.targets.into_iter().map(|target| (target.field, target.shown)).collect(),
            _ => spelled,
        }
    }

    pub(crate) fn spelled_paths(&self, args: &Value) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        collect_paths(args, String::new(), &self.0.config.home, &mut found);
        found
    }
}

// A program that is given by its path is meant by what lies there, whatever links lead to it.
fn by_every_name(condition: &mut Condition) {
    let values = match &*condition {
        Condition::Equals { value, .. } => vec![value.clone()],
        Condition::OneOf { values, .. } => values.clone(),
        _ => return,
    };
    let path = policy::conditions::pointer(condition).to_owned();
    let mut all = values.clone();
    for text in values.iter().filter_map(Value::as_str).filter(|text| text.starts_with('/')) {
        let real = Path::new(text).canonicalize().ok().and_then(|real| real.to_str().map(Value::from));
        all.extend(real.filter(|real| !values.contains(real)));
    }
    if all != values {
        *condition = Condition::OneOf { path, values: all };
    }
}

fn second_yes_missing(rejected: u32) -> WireError {
    WireError {
        code: ErrorCode::NeedsConfirmation,
        message: texts::say("engine.rule.second_yes", &[("count", &rejected.to_string())]),
    }
}

// The end of a rule moves with the clock between the offer and the click; everything else must be as offered.
fn same_rule(offered: &RuleDraft, draft: &RuleDraft) -> bool {
    let no_longer = match (offered.until, draft.until) {
        (Some(offered), Some(asked)) => asked <= offered + 60_000,
        (Some(_), None) => false,
        (None, _) => true,
    };
    no_longer && RuleDraft { until: None, ..offered.clone() } == RuleDraft { until: None, ..draft.clone() }
}

fn collect_paths(value: &Value, field: String, home: &Path, found: &mut BTreeMap<String, String>) {
    match value {
        Value::String(text) if text.starts_with('/') => {
            found.insert(field, tidy(Path::new(text)).display().to_string());
        }
        Value::String(text) if text.starts_with("~/") => {
            found.insert(field, tidy(&home.join(&text[2..])).display().to_string());
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(n, inner)| collect_paths(inner, format!("{field}/{n}"), home, found));
        }
        Value::Object(map) => {
            map.iter().for_each(|(key, inner)| collect_paths(inner, format!("{field}/{key}"), home, found));
        }
        _ => {}
    }
}

fn tidy(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                out.pop();
            }
            Component::CurDir => {}
            other => out.push(other),
        }
    }
    out
}
