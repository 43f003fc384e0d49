//! trading.positions: what is held, the cash, the profit, the orders, and the id for the next one.

use super::broker::{Order, Standing};
use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_tools::{
    input::{parse, spec},
    protected::Use,
    words::say,
};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Orders that are told, newest first.
const TOLD: usize = 50;

/// Look at a trading account: positions with their profit, cash, the last orders, and the id that the next order takes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The account's folder: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    account: String,
}

/// The tool.
pub struct Positions;

impl Tool for Positions {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("trading.positions")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let (at, _) = super::open(&input.account, Use::Look, place)?;
        Ok(super::looking(say("trading.positions.title", &[]), &at, place))
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        let (_, broker) = super::open(&input.account, Use::Look, place)?;
        let book = broker.book().map_err(ToolError::Failed)?;
        let text = |amount: Decimal| amount.normalize().to_string();
        let mut worth = Some(book.cash);
        let positions: Vec<Value> = book
            .positions
            .iter()
            .map(|(symbol, position)| {
                let mut row = json!({"symbol": symbol, "quantity": position.quantity, "paid": text(position.paid)});
                match broker.quote(symbol) {
                    Ok(quote) => {
                        let value = quote.price * Decimal::from(position.quantity);
                        worth = worth.map(|sum| sum + value);
                        row["worth"] = json!(text(value));
                        row["profit"] = json!(text(value - position.paid));
                    }
                    Err(problem) => {
                        worth = None;
                        row["problem"] = json!(problem);
                    }
                }
                row
            })
            .collect();
        let today = super::today(place).to_string();
        let orders: Vec<Value> = book.orders.iter().rev().take(TOLD).map(row).collect();
        let value = json!({
            "currency": broker.currency(), "today": today, "cash": text(book.cash), "reserved": text(book.reserved),
            "realised": text(book.realised), "worth": worth.map(text), "positions": positions, "orders": orders,
            "next_order": format!("o{}", book.orders.len() + 1),
        });
        Ok(Output { value, untrusted: broker.untrusted(), ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}

fn row(order: &Order) -> Value {
    let (status, day, price) = match &order.standing {
        Standing::Open => ("open", None, None),
        Standing::Filled { day, price } => ("filled", Some(day), Some(price)),
        Standing::Lapsed { day } => ("lapsed", Some(day), None),
        Standing::Cancelled => ("cancelled", None, None),
    };
    let total = order.new.total().unwrap_or_default();
    json!({
        "order": order.new.id, "side": order.new.side, "symbol": order.new.symbol, "quantity": order.new.quantity,
        "limit": order.new.limit.normalize().to_string(), "total": total.ceil().normalize().to_string(),
        "placed": order.day.to_string(), "status": status, "day": day.map(ToString::to_string),
        "price": price.map(|price| price.normalize().to_string()),
    })
}
