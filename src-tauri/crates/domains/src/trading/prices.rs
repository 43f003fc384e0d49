//! Daily prices: lines `day,symbol,price`. A price that cannot be used is kept with the reason, so that it is told and
//! never skipped over in silence.

use super::broker::Quote;
use assent_protocol::visible::visible;
use assent_tools::words::say;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, Mutex, PoisonError},
};

/// Bytes of a file or feed that are read.
pub const MOST: u64 = 8 * 1024 * 1024;
/// Above this, an amount could not be counted any more.
const HIGHEST: i64 = 1_000_000_000;

/// Prices by symbol and day.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    rows: BTreeMap<String, BTreeMap<Date, Result<Decimal, String>>>,
}

impl Prices {
    /// As [`Prices::read`], but a text that was read just before is not read again: one order is looked at several times
    /// before it is placed, each time from the file.
    ///
    /// # Errors
    /// As [`Prices::read`].
    pub fn of(text: String) -> Result<Arc<Prices>, String> {
        static LAST: Mutex<Option<(String, Arc<Prices>)>> = Mutex::new(None);
        let last = || LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, prices)) = last().as_ref().filter(|(known, _)| *known == text) {
            return Ok(prices.clone());
        }
        let prices = Arc::new(Prices::read(&text)?);
        *last() = Some((text, prices.clone()));
        Ok(prices)
    }

    /// Reads them.
    ///
    /// # Errors
    /// For a line whose day or symbol cannot be read, since nobody knows then what is missing.
    pub fn read(text: &str) -> Result<Prices, String> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| unreadable(1, &error.to_string()))?;
        if header.iter().map(str::to_ascii_lowercase).ne(["day", "symbol", "price"]) {
            return Err(say("trading.prices.header", &[]));
        }
        let mut prices = Prices::default();
        for (n, record) in reader.records().enumerate() {
            let line = n + 2;
            let record = record.map_err(|error| unreadable(line, &error.to_string()))?;
            let day = record.get(0).unwrap_or_default();
            let symbol = record.get(1).unwrap_or_default();
            let Ok(date) = day.parse::<Date>() else {
                return Err(unreadable(line, &say("trading.prices.day", &[("text", &visible(day))])));
            };
            if !is_symbol(symbol) {
                return Err(unreadable(line, &say("trading.prices.symbol", &[("text", &visible(symbol))])));
            }
            let price = price(symbol, date, record.get(2).unwrap_or_default());
            let days = prices.rows.entry(symbol.to_owned()).or_default();
            let twice = days.contains_key(&date);
            days.insert(date, if twice { Err(bad("trading.prices.twice", symbol, date, "")) } else { price });
        }
        Ok(prices)
    }

    /// Everything that has a line.
    pub fn symbols(&self) -> Vec<String> {
        self.rows.keys().cloned().collect()
    }

    /// The last price up to `today`, not older than `oldest` days.
    ///
    /// # Errors
    /// A sentence for a price that is missing, no number above zero, or too old.
    pub fn quote(&self, symbol: &str, today: Date, oldest: i64) -> Result<Quote, String> {
        let days = self.days(symbol)?;
        let Some((day, price)) = days.range(..=today).next_back() else {
            return Err(say("trading.prices.none", &[("symbol", &visible(symbol))]));
        };
        let price = price.clone()?;
        let age = i64::from((today - *day).get_days());
        if age > oldest {
            let values = [("symbol", visible(symbol)), ("day", day.to_string()), ("most", oldest.to_string())];
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return Err(say("trading.prices.old", &[&values[..], &[("count", &age.to_string())]].concat()));
        }
        Ok(Quote { symbol: symbol.to_owned(), day: *day, price, age })
    }

    /// The last `count` prices up to `today`, oldest first.
    ///
    /// # Errors
    /// When there are fewer, or one of them cannot be used.
    pub fn history(&self, symbol: &str, count: usize, today: Date) -> Result<Vec<(Date, Decimal)>, String> {
        let days = self.days(symbol)?;
        let mut found = Vec::new();
        for (day, price) in days.range(..=today).rev().take(count) {
            found.push((*day, price.clone()?));
        }
        if found.len() < count {
            let values =
                [("symbol", visible(symbol)), ("wanted", count.to_string()), ("count", found.len().to_string())];
            let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            return Err(say("trading.prices.few", &values));
        }
        found.reverse();
        Ok(found)
    }

    /// The first usable price after `day`, up to `today`.
    pub fn next_after(&self, symbol: &str, day: Date, today: Date) -> Option<(Date, Decimal)> {
        // A clock that was set back makes `today` the earlier of the two.
        let later = self.rows.get(symbol)?.range((Bound::Excluded(day), Bound::Unbounded));
        let later = later.take_while(|(at, _)| **at <= today);
        later.filter_map(|(at, price)| price.as_ref().ok().map(|price| (*at, *price))).next()
    }

    fn days(&self, symbol: &str) -> Result<&BTreeMap<Date, Result<Decimal, String>>, String> {
        self.rows.get(symbol).ok_or_else(|| say("trading.prices.none", &[("symbol", &visible(symbol))]))
    }
}

/// Letters, digits, dots and dashes, at most 12.
pub fn is_symbol(text: &str) -> bool {
    (1..=12).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || ".-".contains(c))
}

fn price(symbol: &str, day: Date, text: &str) -> Result<Decimal, String> {
    if text.is_empty() {
        return Err(bad("trading.prices.missing", symbol, day, text));
    }
    let price: Decimal = text.parse().map_err(|_| bad("trading.prices.no_number", symbol, day, text))?;
    if price <= Decimal::ZERO {
        return Err(bad("trading.prices.negative", symbol, day, text));
    }
    if price > Decimal::from(HIGHEST) || price.normalize().scale() > 4 {
        return Err(bad("trading.prices.no_number", symbol, day, text));
    }
    Ok(price)
}

fn bad(key: &str, symbol: &str, day: Date, text: &str) -> String {
    let text: String = visible(text).chars().take(40).collect();
    say(key, &[("symbol", &visible(symbol)), ("day", &day.to_string()), ("text", &text)])
}

fn unreadable(line: usize, because: &str) -> String {
    say("trading.prices.unreadable", &[("line", &line.to_string()), ("because", &visible(because))])
}
