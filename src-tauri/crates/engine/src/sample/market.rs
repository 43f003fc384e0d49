//! A year of daily prices, recorded for the sample: of invented things, the same for the same seed, and with the faults that
//! feeds have. One price in it is missing, one is negative, one is no number, and one thing had its last price long ago.

use super::dice::Dice;
use jiff::{ToSpan, civil::Date, civil::Weekday, civil::date};
use std::fmt::Write;

/// The first day on which anything is weighed.
const FIRST: Date = date(2025, 1, 6);
/// Days of prices before it, for the averages.
const BEFORE: usize = 25;
/// What is traded, and the price in cents that it is drawn back to.
const THINGS: [(&str, i64); 3] = [("ACME", 2_000), ("BOLT", 3_500), ("CORK", 8_000)];
/// What nobody quotes any more.
const STALE: &str = "DUST";

/// The prices of one sample.
pub(super) struct Market {
    /// The days on which something is weighed.
    pub(super) days: Vec<Date>,
    /// For each thing, the price in cents on each of those days, faults aside.
    pub(super) prices: Vec<(&'static str, Vec<i64>)>,
    /// Lines `day,symbol,price`, with the faults.
    pub(super) csv: String,
}

impl Market {
    pub(super) fn new(seed: u32, days: usize) -> Market {
        let mut dice = Dice::new(seed, "market");
        let all: Vec<Date> = weekdays(before(FIRST)).take(BEFORE + days).collect();
        let mut csv = format!("day,symbol,price\n{},{STALE},12.50\n", FIRST.saturating_sub(3.days()));
        let mut prices: Vec<(&'static str, Vec<i64>)> = THINGS.iter().map(|(name, _)| (*name, Vec::new())).collect();
        let mut now = THINGS.map(|(_, home)| home);
        let faults = THINGS.map(|_| BEFORE + 30 + dice.roll(days.saturating_sub(60).max(1)));
        for (n, day) in all.iter().enumerate() {
            for (thing, (symbol, home)) in THINGS.iter().enumerate() {
                // Up to 3 % a day either way, and drawn home, so that it neither dies nor runs away.
                let step = i64::try_from(dice.roll(601)).unwrap_or_default() - 300;
                now[thing] = (now[thing] + now[thing] * step / 10_000 + (home - now[thing]) / 30).max(100);
                let price = format!("{}.{:02}", now[thing] / 100, now[thing] % 100);
                let cell = match (n == faults[thing], thing) {
                    (false, _) => price,
                    (true, 0) => String::new(),
                    (true, 1) => format!("-{price}"),
                    (true, _) => "n/a".to_owned(),
                };
                let _ = writeln!(csv, "{day},{symbol},{cell}");
                if n >= BEFORE {
                    prices[thing].1.push(now[thing]);
                }
            }
        }
        Market { days: all[BEFORE.min(all.len())..].to_vec(), prices, csv }
    }
}

// The day from which BEFORE weekdays lead to `first`.
fn before(first: Date) -> Date {
    let mut day = first;
    let mut left = BEFORE;
    while left > 0 {
        day = day.saturating_sub(1.day());
        left -= usize::from(works(day));
    }
    day
}

fn weekdays(first: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| day.checked_add(1.day()).ok()).filter(|day| works(*day))
}

fn works(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_prices_is_the_same_for_the_same_seed_and_has_each_fault_once() {
        let year = Market::new(1, 260);
        assert_eq!((year.csv.clone(), year.days.len()), (Market::new(1, 260).csv, 260));
        assert_ne!(year.csv, Market::new(2, 260).csv);
        assert_eq!((year.days[0], year.csv.lines().count()), (FIRST, 2 + 3 * (260 + BEFORE)));
        let ends = |end: &str| year.csv.lines().filter(|line| line.ends_with(end)).count();
        assert_eq!((ends(","), ends("n/a"), year.csv.matches(",-").count()), (1, 1, 1));
        assert!(year.prices.iter().all(|(_, prices)| prices.iter().all(|price| *price > 500)));
    }
}
