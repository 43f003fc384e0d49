//! What a broker does, whoever it is: says prices, keeps orders, and tells what is held.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Buy or sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Pay for more of it.
    Buy,
    /// Give some of it away for money.
    Sell,
}

impl Side {
    /// The snake_case name.
    pub fn name(self) -> &'static str {
        match self {
            Side::Buy => "buy",
            Side::Sell => "sell",
        }
    }
}

/// A price of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Whose.
    pub symbol: String,
    /// Of which day.
    pub day: Date,
    /// In the account's currency.
    pub price: Decimal,
    /// Days between that day and today.
    pub age: i64,
}

/// An order before it is placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// The caller's own id: an order is placed once under it, whatever is tried again.
    pub id: String,
    /// Which way.
    pub side: Side,
    /// Of what.
    pub symbol: String,
    /// How many.
    pub quantity: u32,
    /// The most to pay, or the least to take, for one.
    pub limit: Decimal,
}

impl NewOrder {
    /// The most that it costs or brings at its limit.
    pub fn total(&self) -> Option<Decimal> {
        self.limit.checked_mul(Decimal::from(self.quantity))
    }
}

/// Where an order stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Waits for the next price.
    Open,
    /// Done.
    Filled {
        /// On this day.
        day: Date,
        /// At this price for one.
        price: Decimal,
    },
    /// The next price was outside of its limit.
    Lapsed {
        /// On this day.
        day: Date,
    },
    /// Taken back while it was open.
    Cancelled,
}

/// An order as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// What was asked for.
    pub new: NewOrder,
    /// The day of the price that it was placed on.
    pub day: Date,
    /// Where it stands.
    pub standing: Standing,
}

/// What is held of one thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Position {
    /// How many.
    pub quantity: u32,
    /// What was paid for them.
    pub paid: Decimal,
}

/// Everything that follows from the orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    /// Oldest first.
    pub orders: Vec<Order>,
    /// By symbol; what is not held is not in it.
    pub positions: BTreeMap<String, Position>,
    /// Money that is there.
    pub cash: Decimal,
    /// Of it, set aside for orders that are open.
    pub reserved: Decimal,
    /// Earned or lost by what was sold.
    pub realised: Decimal,
}

impl Book {
    /// How many of `symbol` can still be sold: what open orders sell already is not counted twice.
    pub fn free(&self, symbol: &str) -> u32 {
        let held = self.positions.get(symbol).map_or(0, |position| position.quantity);
        let promised = self
            .orders
            .iter()
            .filter(|o| o.standing == Standing::Open && o.new.side == Side::Sell && o.new.symbol == symbol)
            .map(|o| o.new.quantity)
            .fold(0u32, u32::saturating_add);
        held.saturating_sub(promised)
    }
}

/// A broker. Every error is a sentence.
pub trait Broker {
    /// The account's currency, as `EUR`.
    fn currency(&self) -> &str;

    /// Who else can write the prices, in words; none for the user's own file.
    fn untrusted(&self) -> Option<String>;

    /// Above this, an order is an escalation; none where nothing is set.
    fn large(&self) -> Option<Decimal>;

    /// Days that a price may be old.
    fn oldest(&self) -> i64;

    /// Everything that has a price.
    fn symbols(&self) -> Vec<String>;

    /// The last price, if it can be used.
    ///
    /// # Errors
    /// When it is missing, no number above zero, or too old.
    fn quote(&self, symbol: &str) -> Result<Quote, String>;

    /// The prices of the last `days` days that have one, oldest first.
    ///
    /// # Errors
    /// When there are fewer, or one of them cannot be used.
    fn history(&self, symbol: &str, days: usize) -> Result<Vec<(Date, Decimal)>, String>;

    /// Orders, positions and cash.
    ///
    /// # Errors
    /// When they cannot be read.
    fn book(&self) -> Result<Book, String>;

    /// Why this order cannot be placed now, if it cannot.
    ///
    /// # Errors
    /// The reason.
    fn check(&self, order: &NewOrder) -> Result<(), String>;

    /// Places it, unless an order with its id and the same terms is there already.
    ///
    /// # Errors
    /// As [`Broker::check`], or when it cannot be written.
    fn place(&self, order: &NewOrder, now: i64) -> Result<(), String>;

    /// Takes it back; false where there is no such order.
    ///
    /// # Errors
    /// When it is not open any more.
    fn cancel(&self, id: &str, now: i64) -> Result<bool, String>;
}
