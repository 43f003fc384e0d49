//! Requests about a trading account: its folder is the one that is named, spoken of last, or the only one granted.

use crate::{
    cursor::Cursor,
    request::{Ask, Crossing, Place},
};

/// "buy 10 ACME under 20", "sell 5 ACME when its price rises 5 % above its 20-day average".
pub fn order(c: &mut Cursor) -> Option<Vec<Ask>> {
    let buys = c.eat(&["buy", "order"]);
    if !buys && !c.eat(&["sell"]) {
        return None;
    }
    let quantity = u32::try_from(c.number()?).ok().filter(|count| *count > 0)?;
    c.eat(&["shares of", "pieces of", "of"]);
    let symbol = c.take().map(|token| token.raw.clone()).filter(|raw| is_symbol(raw))?;
    let bound: &[&str] = if buys {
        &["under", "below", "at most", "for at most", "for under", "for less than", "at", "for"]
    } else {
        &["above", "over", "at least", "for at least", "for more than", "for over", "at", "for"]
    };
    if c.eat(bound) {
        let limit = price(c)?;
        c.eat(&["each", "a piece", "apiece"]);
        return Some(vec![Ask::Order { account: account(c)?, buys, symbol, quantity, limit }]);
    }
    if !c.eat(&["when", "whenever", "if"]) {
        return None;
    }
    c.eat(&["the price of it", "the price", "its price", "it"]);
    c.eat(&["falls", "drops", "rises", "climbs", "is", "goes"]);
    let by = hundredths(c)?;
    let below = c.eat(&["below", "under"]);
    if !below && !c.eat(&["above", "over"]) {
        return None;
    }
    c.eat(&["its", "the"]);
    let days = days(c)?;
    c.eat(&["average", "mean", "moving average"]);
    let save = c.at;
    c.eat(&[","]);
    let mut daily = None;
    if c.eat(&["at most", "for at most", "not more than", "up to"]) {
        daily = Some(c.number()?);
        c.take_currency();
        if !c.eat(&["a day", "per day", "each day", "daily"]) {
            return None;
        }
    } else {
        c.at = save;
    }
    let when = Crossing { below, by, days, daily };
    Some(vec![Ask::OrderWhen { account: account(c)?, buys, symbol, quantity, when }])
}

/// "show my positions", "show the trading account".
pub fn show(c: &mut Cursor) -> Option<Vec<Ask>> {
    if !c.eat(c.known.words.show) {
        return None;
    }
    c.skip(c.known.words.articles);
    if !c.eat(&["positions", "trading account", "portfolio", "orders"]) {
        return None;
    }
    Some(vec![Ask::ShowAccount { account: account(c)? }])
}

fn account(c: &mut Cursor) -> Option<Place> {
    if c.eat(&["in", "with", "from"]) { c.folder() } else { Some(Place::Last) }
}

fn is_symbol(raw: &str) -> bool {
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || ".-".contains(c);
    (1..=12).contains(&raw.len()) && raw.chars().all(fits) && raw.contains(|c: char| c.is_ascii_uppercase())
}

fn price(c: &mut Cursor) -> Option<String> {
    let raw = c.take()?.raw.clone();
    let plain = raw.trim_start_matches(['€', '$', '£']);
    let digits = plain.chars().all(|c| c.is_ascii_digit() || c == '.') && plain.matches('.').count() < 2;
    let price = (digits && plain.starts_with(|c: char| c.is_ascii_digit())).then(|| plain.to_owned())?;
    c.take_currency();
    Some(price)
}

// "3 %", "3%" and "2.5 percent" in hundredths of a percent.
fn hundredths(c: &mut Cursor) -> Option<i64> {
    let raw = c.take()?.raw.clone();
    let number = raw.strip_suffix('%');
    if number.is_none() && !c.eat(&["%", "percent", "per cent"]) {
        return None;
    }
    let number = number.unwrap_or(&raw);
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let part = format!("{part:0<2}");
    let value = whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part.get(..2)?.parse().ok()?)?;
    (part.len() == 2 && (0..10_000).contains(&value)).then_some(value)
}

// "20-day", "20 day".
fn days(c: &mut Cursor) -> Option<u32> {
    let raw = c.take()?.word.clone();
    let number = raw.strip_suffix("-day").or_else(|| raw.strip_suffix("-days"));
    if number.is_none() && !c.eat(&["day", "days"]) {
        return None;
    }
    number.unwrap_or(&raw).parse().ok().filter(|days| (2..=250).contains(days))
}

impl Cursor<'_> {
    fn take_currency(&mut self) {
        self.eat(&["eur", "euro", "euros", "€", "usd", "dollars", "$", "gbp", "pounds", "£"]);
    }
}
