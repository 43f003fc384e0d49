//! Which model drives a run, what it used and cost, and the one that goes on where it cannot be reached.

use crate::{Answered, Engine, words};
use assent_agent::{Model, Reply};
use assent_journal::Used;
use assent_models::{Prices, Remote, Secret, local::USUAL};
use assent_planner::Planner;
use assent_protocol::{
    Run, RunId, texts,
    wire::{ErrorCode, LocalServer, ModelChoice, PriceRow, Spent, WireError},
};
use std::sync::Arc;

/// A model that can be asked, and where it is.
pub(crate) struct Chosen {
    pub(crate) model: Arc<dyn Model>,
    /// Empty for the planner and for tests.
    pub(crate) origin: String,
}

/// The programs on this computer that offer models.
pub(crate) async fn find() -> Vec<LocalServer> {
    assent_models::find_local(USUAL).await
}

impl Engine {
    /// The model of a run, and the one that takes its place.
    pub(crate) fn models_for(&self, run: &Run) -> Answered<Vec<Chosen>> {
        if let Some(model) = &self.0.stand_in {
            return Ok(vec![Chosen { model: model.clone(), origin: String::new() }]);
        }
        if run.model == "planner" {
            return Ok(vec![Chosen { model: Arc::new(Planner), origin: String::new() }]);
        }
        if let Some(model) = crate::sources::domains::model(&run.model) {
            return Ok(vec![Chosen { model, origin: String::new() }]);
        }
        let settings = self.settings()?;
        let first = ModelChoice {
            provider: settings.provider,
            model: run.model.clone(),
            base_url: settings.base_url,
            has_key: settings.has_key,
        };
        let mut list = vec![self.chosen(&first)?];
        if !settings.fallback.model.is_empty() {
            list.push(self.chosen(&settings.fallback)?);
        }
        Ok(list)
    }

    pub(crate) fn chosen(&self, choice: &ModelChoice) -> Answered<Chosen> {
        let address = crate::sources::settings::address_of(choice.provider, &choice.base_url);
        let origin = crate::sources::settings::host_of(&address);
        let key = self.0.keys.key(&origin).map(Secret::new);
        let model = Remote::new(choice.provider, &address, &choice.model, key)
            .map_err(|message| WireError { code: ErrorCode::Other, message })?;
        Ok(Chosen { model: Arc::new(model), origin })
    }

    /// What the journal keeps of a reply from elsewhere.
    pub(crate) fn reply_row(&self, chosen: &Chosen, reply: &Reply, instead: Option<String>) -> assent_journal::Reply {
        let prices = Prices::read(&self.0.config.data).unwrap_or_default();
        let name = chosen.model.name();
        assent_journal::Reply {
            cost: reply.tokens.as_ref().and_then(|tokens| prices.cost(&chosen.origin, &name, tokens)),
            model: name,
            tokens: reply.tokens.clone(),
            instead,
            kept: reply.kept.clone(),
        }
    }

    /// What the models elsewhere have used in a run; none where none was asked.
    pub(crate) fn spent(&self, run: RunId) -> Answered<Option<Spent>> {
        let used = self.0.journal.used(run)?;
        Ok((used.replies > 0).then(|| spent(used)))
    }

    /// Models on this computer, at the usual places of the usual programs. Only for a person who asks for it.
    pub async fn find_models(&self) -> Vec<LocalServer> {
        find().await
    }

    /// Every known price, with a sentence on where they are from.
    ///
    /// # Errors
    /// When the user's own file of prices cannot be read.
    pub fn prices(&self) -> Answered<(Vec<PriceRow>, String)> {
        let file = self.0.config.data.join(assent_models::prices::FILE).display().to_string();
        let prices = Prices::read(&self.0.config.data)
            .map_err(|error| words::bad_input("engine.prices.unreadable", &[("file", &file), ("error", &error)]))?;
        let note =
            texts::say("engine.prices.from", &[("date", &prices.date), ("source", &prices.source), ("file", &file)]);
        Ok((prices.rows(), note))
    }
}

fn spent(used: Used) -> Spent {
    let priced = used.replies > used.unpriced;
    let cost = priced.then_some(used.cost as f64 / 1e9);
    let money = match cost {
        None => texts::say("engine.spent.no_price", &[]),
        Some(cost) if cost < 0.0001 => texts::say("engine.spent.least", &[]),
        Some(cost) if cost < 1.0 => format!("${cost:.4}"),
        Some(cost) => format!("${cost:.2}"),
    };
    let values = [
        ("count", used.replies.to_string()),
        ("input", used.input.to_string()),
        ("output", used.output.to_string()),
        ("money", money),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut words = texts::say("engine.spent", &values);
    if priced && used.unpriced > 0 {
        words = format!("{words} {}", texts::say("engine.spent.partly", &[("count", &used.unpriced.to_string())]));
    }
    Spent { replies: used.replies, input: used.input, output: used.output, cost, unpriced: used.unpriced, words }
}
