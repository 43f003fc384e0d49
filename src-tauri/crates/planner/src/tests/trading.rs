//! Orders in plain words, and a strategy that is weighed by code.

use super::world::{lines, request, result, user};
use crate::*;
use assent_protocol::{Status, Turn};
use serde_json::{Value, json};

fn driven(goal: &str, price: Value, orders: Value) -> Reply {
    let mut turns = vec![user(goal)];
    for _ in 0..4 {
        let mut asked = request(turns.clone());
        asked.folders = vec!["/home/u/Trading".into()];
        let reply = super::plan(&asked).unwrap();
        turns.push(Turn::Model { text: reply.text.clone(), calls: reply.calls.clone() });
        if reply.calls.is_empty() || reply.calls[0].tool == "trading.order" {
            return reply;
        }
        for call in &reply.calls {
            let output = match call.tool.as_str() {
                "trading.positions" => json!({"orders": orders, "positions": [], "next_order": "o7"}),
                _ => json!({"prices": [price]}),
            };
            turns.push(result(call, Status::Succeeded, output, None));
        }
    }
    panic!("the planner goes on and on");
}

fn row(price: &str) -> Value {
    json!({"symbol": "ACME", "price": price, "average": "20", "day": "2026-03-02"})
}

const STRATEGY: &str = "buy 5 ACME when the price falls 3 % below its 20-day average, at most 500 a day";

#[test]
fn an_order_in_plain_words_takes_the_next_id_and_its_total_is_rounded_up() {
    let reply = driven("buy 10 ACME under 19.55", Value::Null, json!([]));
    assert_eq!(
        lines(&reply),
        [
            r#"trading.order {"account":"~/Trading","order":"o7","side":"buy","symbol":"ACME","quantity":10,"limit":"19.55","total":196}"#
        ]
    );
    let sells = driven("sell 3 ACME for at least 21", Value::Null, json!([]));
    assert!(lines(&sells)[0].contains(r#""side":"sell""#) && lines(&sells)[0].contains(r#""total":63"#));
}

#[test]
fn a_strategy_orders_past_its_line_and_says_why_not_before() {
    let reply = driven(STRATEGY, row("19.39"), json!([]));
    assert!(lines(&reply)[0].ends_with(r#""quantity":5,"limit":"19.4","total":97}"#), "{:?}", lines(&reply));
    let not_yet = driven(STRATEGY, row("19.4"), json!([]));
    assert!(not_yet.calls.is_empty() && not_yet.text.contains("19.4"), "{}", not_yet.text);
}

#[test]
fn a_strategy_keeps_within_its_day_waits_for_its_own_order_and_tells_a_bad_price() {
    let order = |status: &str, total: &str| json!([{"symbol": "ACME", "side": "buy", "status": status, "total": total, "placed": "2026-03-02"}]);
    for (price, orders, word) in [
        (row("19"), order("filled", "404"), "500 a day"),
        (row("19"), order("open", "1"), "waits already"),
        (json!({"problem": "The price of ACME is missing."}), json!([]), "missing"),
    ] {
        let reply = driven(STRATEGY, price, orders);
        assert!(reply.calls.is_empty() && reply.text.contains(word), "{}", reply.text);
    }
    assert_eq!(driven(STRATEGY, row("19"), order("filled", "403")).calls.len(), 1);
}
