//! Orders: the account is looked at first, then the price; a strategy is weighed in whole numbers, never in floats.

use crate::{desk::Desk, request::Crossing};
use assent_protocol::{texts::say, visible::visible};
use serde_json::{Value, json};

/// A price is counted in ten-thousandths.
const UNIT: i128 = 10_000;

/// One order at a limit in the user's words.
pub struct Wanted<'a> {
    pub account: &'a str,
    pub buys: bool,
    pub symbol: &'a str,
    pub quantity: u32,
}

pub fn order(wanted: &Wanted, limit: &str, desk: &mut Desk) -> Option<()> {
    let account = positions(wanted.account, desk)?;
    match parsed(limit) {
        Some(price) => propose(wanted, limit, price, &account, &say("planner.says.order", &[]), desk),
        None => desk.note(say("planner.order.limit", &[("limit", &visible(limit))])),
    }
    Some(())
}

pub fn order_when(wanted: &Wanted, when: &Crossing, desk: &mut Desk) -> Option<()> {
    let account = positions(wanted.account, desk)?;
    let args = json!({"account": wanted.account, "symbol": wanted.symbol, "days": when.days});
    let says = say("planner.says.prices", &[("symbol", wanted.symbol)]);
    let output = desk.look_or_say("trading.prices", args, says, wanted.symbol)?;
    let row = &output["prices"][0];
    if let Some(problem) = row["problem"].as_str().or_else(|| row["average_problem"].as_str()) {
        desk.note(visible(problem));
        return None;
    }
    let (Some(price), Some(average)) = (number(&row["price"]), number(&row["average"])) else {
        desk.note(say("planner.order.no_price", &[("symbol", wanted.symbol)]));
        return None;
    };
    let share = if when.below { UNIT - i128::from(when.by) } else { UNIT + i128::from(when.by) };
    let line = average.checked_mul(share)? / UNIT;
    let values = [("symbol", wanted.symbol), ("price", &shown(price)), ("line", &shown(line))];
    if (when.below && price >= line) || (!when.below && price <= line) {
        desk.note(say("planner.order.not_yet", &values));
        return None;
    }
    let side = if wanted.buys { "buy" } else { "sell" };
    let orders = account["orders"].as_array().cloned().unwrap_or_default();
    let same = |order: &&Value| order["symbol"] == wanted.symbol && order["side"] == side;
    if orders.iter().filter(same).any(|order| order["status"] == "open") {
        desk.note(say("planner.order.waits", &[("symbol", wanted.symbol)]));
        return None;
    }
    let held = account["positions"].as_array().into_iter().flatten().find(|row| row["symbol"] == wanted.symbol);
    let held = held.and_then(|row| row["quantity"].as_u64()).unwrap_or_default();
    if !wanted.buys && held < u64::from(wanted.quantity) {
        desk.note(say("planner.order.not_held", &[("symbol", wanted.symbol), ("count", &held.to_string())]));
        return None;
    }
    // To the cent, away from what would be worse: a buyer pays at most the line, a seller takes at least it.
    let cent = UNIT / 100;
    let limit = if wanted.buys { line / cent * cent } else { (line + cent - 1) / cent * cent };
    if let Some(daily) = when.daily {
        let today = |order: &&Value| order["placed"] == row["day"] && order["status"] != "cancelled";
        let used: i128 = orders.iter().filter(today).filter_map(|order| number(&order["total"])).sum();
        if used + limit * i128::from(wanted.quantity) > i128::from(daily) * UNIT {
            desk.note(say("planner.order.daily", &[("symbol", wanted.symbol), ("daily", &daily.to_string())]));
            return None;
        }
    }
    propose(wanted, &shown(limit), limit, &account, &say("planner.says.order_when", &values), desk);
    Some(())
}

pub fn show(account: &str, desk: &mut Desk) -> Option<()> {
    let told = positions(account, desk)?;
    let text = |value: &Value| visible(value.as_str().unwrap_or("?"));
    let rows = told["positions"].as_array().into_iter().flatten().map(|row| {
        let quantity = row["quantity"].to_string();
        let profit = row["profit"].as_str().or_else(|| row["problem"].as_str()).unwrap_or("?");
        say(
            "planner.answer.position",
            &[("symbol", &text(&row["symbol"])), ("quantity", &quantity), ("profit", &visible(profit))],
        )
    });
    let rows: Vec<String> = rows.collect();
    let values = [
        ("cash", text(&told["cash"])),
        ("worth", text(&told["worth"])),
        ("currency", text(&told["currency"])),
        ("rows", rows.join("\n")),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    desk.note(say("planner.answer.account", &values));
    Some(())
}

fn positions(account: &str, desk: &mut Desk) -> Option<Value> {
    let says = say("planner.says.positions", &[]);
    desk.look_or_say("trading.positions", json!({ "account": account }), says, account)
}

fn propose(wanted: &Wanted, limit: &str, price: i128, account: &Value, says: &str, desk: &mut Desk) {
    let total = (price * i128::from(wanted.quantity) + UNIT - 1) / UNIT;
    let Some(id) = next(account, desk) else { return };
    let side = if wanted.buys { "buy" } else { "sell" };
    let args = json!({
        "account": wanted.account, "order": id, "side": side, "symbol": wanted.symbol, "quantity": wanted.quantity,
        "limit": limit, "total": i64::try_from(total).unwrap_or(i64::MAX),
    });
    desk.propose("trading.order", args, says);
}

// Two orders of one reply take two ids.
fn next(account: &Value, desk: &Desk) -> Option<String> {
    let first: usize = account["next_order"].as_str()?.strip_prefix('o')?.parse().ok()?;
    let before = desk.drafts.iter().filter(|draft| draft.tool == "trading.order").count();
    Some(format!("o{}", first.checked_add(before)?))
}

fn number(value: &Value) -> Option<i128> {
    parsed(value.as_str()?)
}

fn parsed(text: &str) -> Option<i128> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 4 || whole.len() > 10 || !text.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    Some(whole.parse::<i128>().ok()? * UNIT + format!("{part:0<4}").parse::<i128>().ok()?)
}

fn shown(number: i128) -> String {
    let text = format!("{}.{:04}", number / UNIT, number % UNIT);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
