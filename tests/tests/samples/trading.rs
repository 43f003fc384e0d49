//! Trading on paper. What was ordered is read from the ledger, what was decided from the history, and the prices from their
//! file: nothing that the sample says of itself is believed.

use crate::{count, report, sample, says};
use assent_tests::{Home, text};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    time::Duration,
};

/// The bounds of the rule that the sample makes.
const MOST: f64 = 200.0;
const A_DAY: u32 = 2;
const OLDEST: i64 = 4;
const DAY: i64 = 86_400_000;

#[test]
fn a_year_of_trading_has_every_kind_of_decision_and_reads_the_same_for_the_same_seed() {
    let home = Home::new();
    let first = sample(&home, &["trading", "--days", "50"]).ended(0);
    let again = sample(&home, &["trading", "--days", "50"]).ended(0);
    assert_eq!(first.stdout, again.stdout);
    let other = sample(&home, &["trading", "--days", "10", "--seed", "2"]).ended(0);
    assert_ne!(first.stdout.lines().next_back(), other.stdout.lines().next_back());
    for name in ["noted", "proposed", "ran_by_rule", "escalated", "approved"] {
        assert!(count(&first, name) > 0, "{name}: {}", first.stdout);
    }
    for words in [
        "is missing",
        "not above zero",
        "days old",
        "no price with",
        "outside of the rule that ran without the person: 0",
    ] {
        assert!(says(&first, words), "{words}: {}", first.stdout);
    }
    let picture = fs::read_to_string(text(report(&first), "picture")).expect("a picture");
    assert!(picture.starts_with("<svg") && picture.contains("prefers-color-scheme:dark") && picture.contains("ACME"));
    assert!(!home.data().exists(), "nothing is opened of the user's own");
}

#[test]
fn no_order_outside_its_rules_starts_without_a_person_whatever_kills_come() {
    let mut left: u32 = std::env::var("ASSENT_DAYS").ok().and_then(|days| days.parse().ok()).unwrap_or(100);
    let (mut seed, mut kills, mut orders) = (7, 0, 0);
    while left > 0 {
        // A year each, so that prices and choices differ.
        let days = left.min(260);
        let home = Home::new();
        let folder = home.path().join("year");
        kills += play_with_kills(&home, &folder, seed, days);
        orders += look_at(&home, &folder);
        (left, seed) = (left - days, seed + 1);
        eprintln!("{left} days left, {kills} kills, {orders} orders");
    }
    assert!(kills > 0 && orders > 0);
}

// Kills it after some steps of its story and a moment more, over and over, until it comes to its end.
fn play_with_kills(home: &Home, folder: &Path, seed: u32, days: u32) -> u32 {
    let (seed_text, days_text, place) = (seed.to_string(), days.to_string(), folder.display().to_string());
    let args = ["sample", "trading", "--seed", &seed_text, "--days", &days_text, "--folder", &place];
    let mut dice = u64::from(seed) << 8 | 1;
    let mut roll = |below: u64| {
        dice ^= dice >> 12;
        dice ^= dice << 25;
        dice ^= dice >> 27;
        dice.wrapping_mul(0x2545_f491_4f6c_dd1d) % below
    };
    let done = || {
        let about = fs::read_to_string(folder.join("sample.json")).unwrap_or_default();
        let about: Value = serde_json::from_str(&about).unwrap_or_default();
        (about["done"].as_u64().unwrap_or_default(), about["ended"] == true)
    };
    let mut kills = 0;
    loop {
        let (until, moment) = (done().0 + 1 + roll(12), Duration::from_micros(roll(60_000)));
        let mut child = home.start(&args);
        while done().0 < until && child.try_wait().expect("look at the program").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(moment);
        if let Some(ended) = child.try_wait().expect("look at the program") {
            assert!(ended.success() && done().1, "{ended}");
            return kills;
        }
        let _ = child.kill();
        child.wait().expect("the end");
        kills += 1;
    }
}

// How many orders there are; each was decided once, within the rule or by the person, on a price that was good.
fn look_at(home: &Home, folder: &Path) -> u32 {
    let data = folder.join("assent").display().to_string();
    home.json(&["--data", &data, "verify"]).ended(0);
    let history = home.json(&["--data", &data, "history", "--tool", "trading.order", "--limit", "100000"]).ended(0);
    let actions = history.all("action");
    let prices = fs::read_to_string(folder.join("Account/prices.csv")).expect("prices");
    let ledger = fs::read_to_string(folder.join("Account/ledger.jsonl")).expect("a ledger");
    let (mut seen, mut by_rule) = (BTreeSet::new(), BTreeMap::new());
    let placed = ledger.lines().map(|line| serde_json::from_str::<Value>(line).expect("a line of the ledger"));
    for order in placed.filter(|line| line["line"] == "placed") {
        let id = text(&order, "order");
        let evening = order["at"].as_i64().expect("a time").div_euclid(DAY);
        assert!(seen.insert(id.clone()), "{id} is in the ledger twice");
        assert!(
            seen.insert(format!("{evening} {} {}", order["symbol"], order["side"])),
            "twice in an evening: {order}"
        );
        let started = ["succeeded", "undone", "unknown", "partly"];
        let mut of: Vec<_> = actions
            .iter()
            .filter(|action| {
                action["args"]["order"] == id.as_str() && started.contains(&text(action, "status").as_str())
            })
            .collect();
        // What was ended before it came to the ledger is unknown, and left its number free for the next order.
        of.sort_by_key(|action| action["status"] == "unknown");
        assert!(of.iter().skip(1).all(|action| action["status"] == "unknown"), "{id}: {of:?}");
        assert!(!of.is_empty(), "{id} was decided by nobody");
        let limit: f64 = text(&order, "limit").parse().expect("a limit");
        let total = limit * order["quantity"].as_f64().expect("a quantity");
        match of[0]["by"].as_str() {
            Some("user") => {}
            Some("rule") => {
                let count = by_rule.entry(evening).or_insert(0);
                *count += 1;
                assert!(total <= MOST && *count <= A_DAY, "{order}: {total}, {count} this evening");
            }
            by => panic!("{order} was decided by {by:?}"),
        }
        let day = text(&order, "day");
        let line = format!("{day},{},", text(&order, "symbol"));
        let price = prices.lines().find_map(|known| known.strip_prefix(line.as_str())).expect("its price");
        assert!(price.parse::<f64>().is_ok_and(|price| price > 0.0), "{order} on \"{price}\"");
        let age = evening - days_since_1970(&day);
        assert!((0..=OLDEST).contains(&age), "{order}: {age} days old");
    }
    u32::try_from(seen.len() / 2).expect("not that many")
}

// Civil days, by counting; there is no clock in this test.
fn days_since_1970(day: &str) -> i64 {
    let parts: Vec<i64> = day.split('-').map(|part| part.parse().expect("a day")).collect();
    let (year, month) = if parts[1] > 2 { (parts[0], parts[1] - 3) } else { (parts[0] - 1, parts[1] + 9) };
    365 * year + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + parts[2] - 1 - 719_468
}
