//! What a model costs, from one table that the user can edit. A model that is not in it has no price: none is invented.

use assent_agent::Tokens;
use assent_protocol::wire::PriceRow;
use serde::Deserialize;
use std::path::Path;

const BUILT_IN: &str = include_str!("prices.json");
/// The file in the data folder whose entries come first.
pub const FILE: &str = "prices.json";

/// The table.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Prices {
    /// Where the built-in prices are from.
    #[serde(default)]
    pub source: String,
    /// When they were looked up.
    #[serde(default)]
    pub date: String,
    /// Every price.
    #[serde(default)]
    pub models: Vec<Price>,
}

/// The price of one model at one provider, in US dollars for a million tokens.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The origin that the price holds for, as `https://api.openai.com`.
    pub host: String,
    /// The model's name, without a date at its end.
    pub model: String,
    input: f64,
    output: f64,
    cached: Option<f64>,
    stored: Option<f64>,
    long: Option<Long>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    over: u64,
    input: f64,
    output: f64,
    cached: Option<f64>,
    stored: Option<f64>,
}

impl Prices {
    /// The built-in table, with the entries of `prices.json` in `data` before it.
    ///
    /// # Errors
    /// What is wrong with that file; it is then as if there were no prices.
    pub fn read(data: &Path) -> Result<Prices, String> {
        let built_in: Prices = serde_json::from_str(BUILT_IN).map_err(|error| error.to_string())?;
        let mut prices = match std::fs::read_to_string(data.join(FILE)) {
            Ok(text) => serde_json::from_str::<Prices>(&text).map_err(|error| error.to_string())?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Prices::default(),
            Err(error) => return Err(error.to_string()),
        };
        prices.models.extend(built_in.models);
        (prices.source, prices.date) = (built_in.source, built_in.date);
        Ok(prices)
    }

    /// Every entry, for a person to read.
    pub fn rows(&self) -> Vec<PriceRow> {
        let row = |price: &Price| PriceRow {
            host: price.host.clone(),
            model: price.model.clone(),
            input: price.input,
            cached: price.cached.unwrap_or(price.input),
            output: price.output,
        };
        self.models.iter().map(row).collect()
    }

    /// What these tokens cost, in billionths of a dollar; none for a model without a price. `origin` is where it was
    /// asked: the same name elsewhere is another thing.
    pub fn cost(&self, origin: &str, model: &str, tokens: &Tokens) -> Option<i64> {
        let price = self.models.iter().find(|price| price.host == origin && is(&price.model, model))?;
        let long = price.long.as_ref().filter(|long| tokens.input > long.over);
        let (input, output, cached, stored) = match long {
            Some(long) => (long.input, long.output, long.cached, long.stored),
            None => (price.input, price.output, price.cached, price.stored),
        };
        let fresh = tokens.input.saturating_sub(tokens.cached).saturating_sub(tokens.stored);
        let parts = [
            (fresh, input),
            (tokens.cached, cached.unwrap_or(input)),
            (tokens.stored, stored.unwrap_or(input)),
            (tokens.output, output),
        ];
        // A dollar for a million tokens is a thousand billionths for one.
        let total: f64 = parts.iter().map(|(count, dollars)| *count as f64 * dollars * 1000.0).sum();
        (total.is_finite() && total >= 0.0).then_some(total.round() as i64)
    }
}

// Providers put a date behind a name: `gpt-6-sol-2026-09-22`, `claude-haiku-4-5-20251001`.
fn is(listed: &str, model: &str) -> bool {
    let model = model.strip_prefix("models/").unwrap_or(model);
    let Some(rest) = model.strip_prefix(listed) else { return false };
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    rest.is_empty() || (rest.starts_with('-') && digits == 8 && rest.chars().all(|c| c == '-' || c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENAI: &str = "https://api.openai.com";

    fn tokens(input: u64, cached: u64, stored: u64, output: u64) -> Tokens {
        Tokens { input, cached, stored, output, reasoning: 0 }
    }

    #[test]
    fn a_listed_model_is_priced_by_kind_of_token_and_by_length() {
        let prices = Prices::read(Path::new("/nonexistent")).unwrap();
        let cost = |model, t| prices.cost(OPENAI, model, &t);
        assert_eq!(cost("gpt-6-sol", tokens(1_000_000 / 4, 0, 0, 0)), Some(500_000_000));
        assert_eq!(
            cost("gpt-6-sol-2026-09-22", tokens(1_000, 400, 100, 10)),
            Some(1_000_000 + 80_000 + 250_000 + 100_000)
        );
        assert_eq!(cost("gpt-6-sol", tokens(300_000, 0, 0, 0)), Some(1_200_000_000));
        assert_eq!(prices.date.len(), 10);
    }

    #[test]
    fn a_model_that_is_not_listed_has_no_price() {
        let prices = Prices::read(Path::new("/nonexistent")).unwrap();
        for (origin, model) in [
            (OPENAI, "gpt-6-sol-mini"),
            (OPENAI, "gpt-6-solar"),
            (OPENAI, "gpt-7"),
            ("http://127.0.0.1:11434", "gpt-6-sol"),
            (OPENAI, ""),
        ] {
            assert_eq!(prices.cost(origin, model, &tokens(10, 0, 0, 10)), None, "{origin} {model}");
        }
    }

    #[test]
    fn the_users_own_prices_come_first_and_a_broken_file_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| std::fs::write(folder.path().join(FILE), text).unwrap();
        write(r#"{"models": [{"host": "https://api.openai.com", "model": "gpt-6-sol", "input": 1, "output": 1}]}"#);
        let prices = Prices::read(folder.path()).unwrap();
        assert_eq!(prices.cost(OPENAI, "gpt-6-sol", &tokens(2, 0, 0, 1)), Some(3_000));
        assert_eq!(prices.cost(OPENAI, "gpt-6-luna", &tokens(10, 0, 0, 0)), Some(1_000));
        write(r#"{"models": [{"host": "x", "model": "y", "inptu": 1}]}"#);
        assert!(Prices::read(folder.path()).unwrap_err().contains("inptu"));
    }
}
