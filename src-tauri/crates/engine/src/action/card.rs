//! An action as a card: every word on it is made here from the journal's rows, so that no two front ends tell it differently.

use crate::{
    Answered, Engine,
    action::confirm::{confirmation, typed_in_the_window},
    base::{clock, words},
};
use assent_protocol::{Action, ActionId, Destination, Effect, Provenance, texts, visible::has_hidden, wire::Card};
use serde_json::Value;

impl Engine {
    /// One action as a card, whatever its status.
    ///
    /// # Errors
    /// When there is no such action.
    pub fn card(&self, id: ActionId) -> Answered<Card> {
        self.card_of(self.action_row(id)?)
    }

    pub(crate) fn card_of(&self, action: Action) -> Answered<Card> {
        let run = self.run_row(action.run)?;
        Ok(Card {
            chain: self.chain(&run)?,
            goal: run.goal,
            mode: run.mode,
            destination: destination(&action),
            reversal: self.reversal_words(&action),
            size: size(&action),
            why: action.verdict.reasons.iter().map(|reason| reason.sentence()).collect(),
            values_from: values_from(&action),
            expires: self.expires(&action),
            confirm: (action.verdict.escalate && typed_in_the_window(&action)).then(|| confirmation(&action)),
            hidden_characters: texts_hidden(&action.args),
            remarks: self.0.journal.remarks(action.id)?,
            schema: self.tool(&action.tool).map_or(Value::Null, |tool| tool.spec().schema),
            action,
        })
    }

    fn expires(&self, action: &Action) -> String {
        action.expires_at.map_or_else(String::new, |at| {
            let now = self.0.host.now();
            texts::say(
                "engine.expires",
                &[("span", &words::span(at - now)), ("at", &clock::absolute(at, &self.0.host.zone()))],
            )
        })
    }
}

fn destination(action: &Action) -> String {
    let key = match action.facts.destination {
        Destination::Here => "engine.destination.here",
        Destination::KnownParty => "engine.destination.known",
        Destination::NewParty => "engine.destination.new",
        Destination::Public => "engine.destination.public",
        Destination::Unknown => "engine.destination.unknown",
    };
    texts::say(key, &[])
}

fn size(action: &Action) -> String {
    let size = &action.facts.size;
    if size.items == 0 {
        return String::new();
    }
    let items = texts::say("engine.size.items", &[("count", &size.items.to_string())]);
    if size.bytes == 0 { items } else { format!("{items} · {}", words::bytes(size.bytes)) }
}

pub(crate) fn values_from(action: &Action) -> Vec<String> {
    let facts = &action.facts;
    let say = |what: &str, provenance: Provenance| {
        let who = match provenance {
            Provenance::User => "user",
            Provenance::Linked => "linked",
            Provenance::OwnData => "own",
            Provenance::Model => "model",
            Provenance::Untrusted => "untrusted",
        };
        texts::say(&format!("engine.values.{what}.{who}"), &[])
    };
    let mut lines = vec![say("targets", facts.targets)];
    if facts.effect != Effect::Observe && facts.payload != Provenance::User {
        lines.push(say("payload", facts.payload));
    }
    for origin in &facts.origins {
        lines.push(texts::say("engine.values.origin", &[("field", &origin.field), ("source", &origin.source)]));
    }
    lines
}

fn texts_hidden(value: &Value) -> bool {
    match value {
        Value::String(text) => text.split('\n').any(|line| has_hidden(line.trim_end_matches('\r'))),
        Value::Array(list) => list.iter().any(texts_hidden),
        Value::Object(map) => map.iter().any(|(key, value)| has_hidden(key) || texts_hidden(value)),
        _ => false,
    }
}
