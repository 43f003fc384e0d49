//! trading.order: one order with a limit price.

use super::{
    broker::{Broker, NewOrder, Quote, Side},
    prices::is_symbol,
};
use assent_agent::{Inverse, Output, Place, Target, Tool, ToolError, ToolFacts, ToolSpec, Undone, Worth};
use assent_protocol::{Effect, ItemOutcome, Preview, Provenance, Reach, Reversal, Status, visible::visible};
use assent_tools::{
    input::{parse, spec},
    paths::{Resolved, text_of},
    protected::Use,
    words::{folder_name, say},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Place an order of a trading account. It waits for the next day's price: within the limit it is done at that price, else
/// it lapses; until then it can be cancelled. Look at trading.positions first: it tells the id that the order takes.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The account's folder: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    account: String,
    /// The id of this order, as trading.positions tells it. The same order is never placed twice under one id.
    order: String,
    /// buy or sell.
    side: Side,
    /// The symbol, as ACME.
    symbol: String,
    /// How many.
    #[schemars(range(min = 1, max = 1_000_000))]
    quantity: u32,
    /// The most to pay, or the least to take, for one: a decimal in quotes, as "19.50".
    limit: String,
    /// quantity times limit, rounded up to a whole number.
    total: i64,
}

/// The tool.
pub struct PlaceOrder;

struct Read {
    at: Resolved,
    broker: Box<dyn Broker>,
    order: NewOrder,
    quote: Quote,
    total: Decimal,
}

impl Tool for PlaceOrder {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("trading.order")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let read = read(args, place)?;
        read.broker.check(&read.order).map_err(ToolError::Refused)?;
        let currency = read.broker.currency();
        let price = say(
            "trading.order.price",
            &[
                ("price", &read.quote.price.normalize().to_string()),
                ("currency", currency),
                ("day", &read.quote.day.to_string()),
                ("count", &read.quote.age.to_string()),
            ],
        );
        let limit = read.order.limit.normalize().to_string();
        let count = read.order.quantity.to_string();
        let key = match read.order.side {
            Side::Buy => "trading.order.buy",
            Side::Sell => "trading.order.sell",
        };
        let title = say(
            key,
            &[("quantity", &count), ("symbol", &read.order.symbol), ("limit", &limit), ("currency", currency)],
        );
        let rows = vec![
            (say("trading.row.account", &[]), folder_name(&read.at.path, &place.home)),
            (say("trading.row.order", &[]), visible(&read.order.id)),
            (say("trading.row.price", &[]), price),
            (say("trading.row.total", &[]), format!("{} {currency}", read.total.normalize())),
        ];
        Ok(ToolFacts {
            title,
            effect: Effect::Spend,
            reversal: Reversal::Undoable,
            inspectable: true,
            // The price and its day are a part of what is approved: with another one it asks again.
            targets: vec![
                read.at.target("/account", ""),
                Target {
                    field: "/symbol".to_owned(),
                    shown: read.order.symbol.clone(),
                    state: format!("{} {}", read.quote.day, read.quote.price.normalize()),
                    reach: Reach::Inside,
                },
            ],
            items: 1,
            bytes: 0,
            preview: Preview::Fields { rows },
            provenance: Some(if read.broker.untrusted().is_some() {
                Provenance::Untrusted
            } else {
                Provenance::OwnData
            }),
            account: None,
        })
    }

    fn prepare(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Vec<Inverse>, ToolError> {
        let read = read(args, place)?;
        Ok(vec![Inverse { item: 0, data: json!({"account": text_of(&read.at.path), "order": read.order.id}) }])
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let read = read(args, place)?;
        read.broker.place(&read.order, place.now).map_err(ToolError::Failed)?;
        Ok(Output {
            value: json!({"order": read.order.id}),
            items: vec![ItemOutcome { item: 0, status: Status::Succeeded, note: None }],
            ..Output::default()
        })
    }

    fn undo(&self, inverse: &Inverse, place: &Place) -> Undone {
        super::cancel::take_back(&inverse.data, place)
    }

    fn undo_words(&self) -> String {
        say("trading.order.undo", &[])
    }

    fn worth(&self, args: &Value, place: &Place) -> Option<Worth> {
        let read = read(args, place).ok()?;
        let hundredths = (read.total * Decimal::ONE_HUNDRED).ceil().to_i64()?;
        let left = read.broker.oldest().saturating_sub(read.quote.age).saturating_add(1);
        Some(Worth {
            amount: hundredths,
            currency: read.broker.currency().to_owned(),
            large: read.broker.large().is_some_and(|most| read.total > most),
            until: Some(place.now.saturating_add(left.saturating_mul(DAY))),
        })
    }
}

fn read(args: &Value, place: &Place) -> Result<Read, ToolError> {
    let input: Input = parse(args)?;
    let bad = |key: &str, text: &str| ToolError::BadInput(say(key, &[("text", &visible(text))]));
    if input.quantity == 0 || input.quantity > 1_000_000 {
        return Err(bad("trading.order.quantity", ""));
    }
    if !is_symbol(&input.symbol) {
        return Err(bad("trading.prices.symbol", &input.symbol));
    }
    let id_fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    if input.order.is_empty() || input.order.len() > 40 || !input.order.chars().all(id_fits) {
        return Err(bad("trading.order.id", &input.order));
    }
    let limit: Decimal = input.limit.parse().map_err(|_| bad("trading.order.limit", &input.limit))?;
    if limit <= Decimal::ZERO || limit > Decimal::from(1_000_000_000) || limit.normalize().scale() > 4 {
        return Err(bad("trading.order.limit", &input.limit));
    }
    let order = NewOrder { id: input.order, side: input.side, symbol: input.symbol, quantity: input.quantity, limit };
    let total = order.total().ok_or_else(|| bad("trading.order.quantity", ""))?;
    if total.ceil() != Decimal::from(input.total) {
        return Err(ToolError::BadInput(say(
            "trading.order.total",
            &[("total", &total.ceil().normalize().to_string())],
        )));
    }
    let (at, broker) = super::open(&input.account, Use::Change, place)?;
    let quote = broker.quote(&order.symbol).map_err(ToolError::Refused)?;
    Ok(Read { at, broker, order, quote, total })
}
