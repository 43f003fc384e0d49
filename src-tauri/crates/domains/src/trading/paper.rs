//! The paper broker: money that is only written down. An order waits for the next day's price; within its limit it is
//! done at that price, else it lapses. Until then it can be cancelled.

use super::{
    broker::{Book, Broker, NewOrder, Order, Quote, Side, Standing},
    ledger::{Ledger, Line, NO_LINK},
    prices::{MOST, Prices},
};
use assent_agent::Place;
use assent_protocol::visible::visible;
use assent_tools::{
    web::{
        address::named_in,
        page::{Look, look},
        reader::{Reader, Version},
    },
    words::{say, shown_path},
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::OpenOptions,
    io::Read,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The account's terms, in its folder.
pub const TERMS: &str = "account.json";
/// Its ledger.
pub const LEDGER: &str = "ledger.jsonl";
/// Days that a price may be old where nothing is set: a long weekend.
const OLDEST: i64 = 4;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    broker: String,
    currency: String,
    cash: Decimal,
    prices: String,
    #[serde(default)]
    max_age_days: Option<i64>,
    #[serde(default)]
    escalate_above: Option<Decimal>,
}

/// An account on paper.
pub struct Paper {
    folder: PathBuf,
    terms: Terms,
    prices: Arc<Prices>,
    untrusted: Option<String>,
    today: Date,
}

impl Paper {
    /// The account in `folder`, with its prices up to the day of `place`.
    ///
    /// # Errors
    /// A sentence for terms or prices that cannot be read.
    pub fn open(folder: &Path, place: &Place) -> Result<Paper, String> {
        let at = folder.join(TERMS);
        let wrong = |because: &str| say("trading.account.wrong", &[("path", &shown_path(&at)), ("because", because)]);
        let text = read(&at).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => say("trading.account.missing", &[("folder", &shown_path(folder))]),
            _ => wrong(&error.to_string()),
        })?;
        let terms: Terms = serde_json::from_str(&text).map_err(|error| wrong(&error.to_string()))?;
        if terms.broker != "paper" {
            return Err(say("trading.account.broker", &[("broker", &visible(&terms.broker))]));
        }
        let currency = terms.currency.len() == 3 && terms.currency.chars().all(|c| c.is_ascii_uppercase());
        if !currency || terms.cash < Decimal::ZERO || terms.max_age_days.is_some_and(|days| days < 0) {
            return Err(wrong(&say("trading.account.terms", &[])));
        }
        let (text, untrusted) = if terms.prices.contains("://") {
            let (text, source) = feed(&terms.prices, place)?;
            (text, Some(source))
        } else {
            let name = Path::new(&terms.prices);
            if name.components().count() != 1 || name.file_name().is_none() {
                return Err(wrong(&say("trading.account.prices", &[])));
            }
            let file = folder.join(name);
            (
                read(&file).map_err(|error| {
                    say("tools.error.other", &[("path", &shown_path(&file)), ("because", &error.to_string())])
                })?,
                None,
            )
        };
        let prices = Prices::of(text)?;
        Ok(Paper { folder: folder.to_owned(), terms, prices, untrusted, today: super::today(place) })
    }

    fn ledger(&self) -> PathBuf {
        self.folder.join(LEDGER)
    }

    // What the prices say to the orders that are still open in the ledger, as lines.
    fn due(&self, orders: &BTreeMap<String, Order>) -> Vec<Line> {
        let open = orders.values().filter(|order| order.standing == Standing::Open);
        open.filter_map(|order| {
            let (day, price) = self.prices.next_after(&order.new.symbol, order.day, self.today)?;
            let within = match order.new.side {
                Side::Buy => price <= order.new.limit,
                Side::Sell => price >= order.new.limit,
            };
            Some(Line::Settled { order: order.new.id.clone(), day, price: within.then_some(price) })
        })
        .collect()
    }

    fn book_of(&self, lines: &[Line]) -> Book {
        let mut orders = BTreeMap::new();
        let mut sequence = Vec::new();
        apply(lines, &mut orders, &mut sequence);
        let due = self.due(&orders);
        apply(&due, &mut orders, &mut sequence);
        let mut book = Book {
            orders: sequence.iter().filter_map(|id| orders.get(id).cloned()).collect(),
            positions: BTreeMap::new(),
            cash: self.terms.cash,
            reserved: Decimal::ZERO,
            realised: Decimal::ZERO,
        };
        for order in book.orders.clone() {
            settle(&mut book, &order);
        }
        book.positions.retain(|_, position| position.quantity > 0);
        book
    }
}

fn apply(lines: &[Line], orders: &mut BTreeMap<String, Order>, sequence: &mut Vec<String>) {
    for line in lines {
        match line {
            Line::Placed { order, day, side, symbol, quantity, limit, .. } => {
                if orders.contains_key(order) {
                    continue;
                }
                let new = NewOrder {
                    id: order.clone(),
                    side: *side,
                    symbol: symbol.clone(),
                    quantity: *quantity,
                    limit: *limit,
                };
                sequence.push(order.clone());
                orders.insert(order.clone(), Order { new, day: *day, standing: Standing::Open });
            }
            Line::Cancelled { order, .. } => change(orders, order, Standing::Cancelled),
            Line::Settled { order, day, price } => {
                let standing = match price {
                    Some(price) => Standing::Filled { day: *day, price: *price },
                    None => Standing::Lapsed { day: *day },
                };
                change(orders, order, standing);
            }
        }
    }
}

// What is settled stays as it is.
fn change(orders: &mut BTreeMap<String, Order>, id: &str, standing: Standing) {
    if let Some(order) = orders.get_mut(id).filter(|order| order.standing == Standing::Open) {
        order.standing = standing;
    }
}

fn settle(book: &mut Book, order: &Order) {
    let count = Decimal::from(order.new.quantity);
    match (&order.standing, order.new.side) {
        (Standing::Open, Side::Buy) => book.reserved += order.new.total().unwrap_or(Decimal::MAX),
        (Standing::Filled { price, .. }, Side::Buy) => {
            book.cash -= price * count;
            let position = book.positions.entry(order.new.symbol.clone()).or_default();
            position.quantity += order.new.quantity;
            position.paid += price * count;
        }
        (Standing::Filled { price, .. }, Side::Sell) => {
            let position = book.positions.entry(order.new.symbol.clone()).or_default();
            let held = Decimal::from(position.quantity.max(1));
            let paid = (position.paid * count / held).round_dp(4);
            book.cash += price * count;
            book.realised += price * count - paid;
            position.paid -= paid;
            position.quantity = position.quantity.saturating_sub(order.new.quantity);
        }
        _ => {}
    }
}

impl Broker for Paper {
    fn currency(&self) -> &str {
        &self.terms.currency
    }

    fn untrusted(&self) -> Option<String> {
        self.untrusted.clone()
    }

    fn large(&self) -> Option<Decimal> {
        self.terms.escalate_above
    }

    fn oldest(&self) -> i64 {
        self.terms.max_age_days.unwrap_or(OLDEST)
    }

    fn symbols(&self) -> Vec<String> {
        let held = self.book().map(|book| book.positions.into_keys().collect::<Vec<_>>()).unwrap_or_default();
        self.prices.symbols().into_iter().chain(held).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn quote(&self, symbol: &str) -> Result<Quote, String> {
        self.prices.quote(symbol, self.today, self.oldest())
    }

    fn history(&self, symbol: &str, days: usize) -> Result<Vec<(Date, Decimal)>, String> {
        self.prices.history(symbol, days, self.today)
    }

    fn book(&self) -> Result<Book, String> {
        Ok(self.book_of(&Ledger::look(&self.ledger())?))
    }

    fn check(&self, order: &NewOrder) -> Result<(), String> {
        let book = self.book()?;
        if book.orders.iter().any(|kept| kept.new == *order) {
            return Ok(());
        }
        self.fits(order, &book)
    }

    fn place(&self, order: &NewOrder, now: i64) -> Result<(), String> {
        let (mut ledger, lines) = Ledger::hold(&self.ledger())?;
        let book = self.book_of(&lines);
        if book.orders.iter().any(|kept| kept.new == *order) {
            return Ok(());
        }
        self.fits(order, &book)?;
        let day = self.quote(&order.symbol)?.day;
        let mut orders = BTreeMap::new();
        apply(&lines, &mut orders, &mut Vec::new());
        let mut add = self.due(&orders);
        add.push(Line::Placed {
            order: order.id.clone(),
            at: now,
            day,
            side: order.side,
            symbol: order.symbol.clone(),
            quantity: order.quantity,
            limit: order.limit,
        });
        ledger.add(&add)
    }

    fn cancel(&self, id: &str, now: i64) -> Result<bool, String> {
        let (mut ledger, lines) = Ledger::hold(&self.ledger())?;
        let book = self.book_of(&lines);
        let Some(order) = book.orders.iter().find(|order| order.new.id == id) else { return Ok(false) };
        match &order.standing {
            Standing::Open => ledger.add(&[Line::Cancelled { order: id.to_owned(), at: now }]).map(|()| true),
            Standing::Cancelled => Ok(true),
            Standing::Filled { day, .. } => {
                Err(say("trading.cancel.filled", &[("order", &visible(id)), ("day", &day.to_string())]))
            }
            Standing::Lapsed { day } => {
                Err(say("trading.cancel.lapsed", &[("order", &visible(id)), ("day", &day.to_string())]))
            }
        }
    }
}

impl Paper {
    fn fits(&self, order: &NewOrder, book: &Book) -> Result<(), String> {
        if book.orders.iter().any(|kept| kept.new.id == order.id) {
            return Err(say("trading.order.taken", &[("order", &visible(&order.id))]));
        }
        self.quote(&order.symbol)?;
        let total = order.total().ok_or_else(|| say("trading.order.quantity", &[]))?;
        let free = book.cash - book.reserved;
        if order.side == Side::Buy && total > free {
            let free = format!("{free} {}", self.terms.currency);
            return Err(say("trading.order.no_cash", &[("total", &total.to_string()), ("free", &free)]));
        }
        let held = book.free(&order.symbol);
        if order.side == Side::Sell && order.quantity > held {
            return Err(say("trading.order.not_held", &[("symbol", &order.symbol), ("count", &held.to_string())]));
        }
        Ok(())
    }
}

fn read(path: &Path) -> std::io::Result<String> {
    let file = OpenOptions::new().read(true).custom_flags(NO_LINK).open(path)?;
    let mut text = String::new();
    let read = file.take(MOST + 1).read_to_string(&mut text)?;
    if read as u64 > MOST {
        return Err(std::io::Error::other(say("trading.ledger.big", &[])));
    }
    Ok(text)
}

// A feed is read before anybody is asked, so only from a host that the task was given.
fn feed(url: &str, place: &Place) -> Result<(String, String), String> {
    if !named_in(url).iter().any(|host| place.hosts.granted.contains(host)) {
        return Err(say("trading.feed.not_granted", &[("url", &visible(url))]));
    }
    match look(&Reader::default(), url, &place.hosts, &Version::default(), &place.stop)? {
        Look::Page(page) => Ok((page.text.clone(), page.source())),
        Look::Elsewhere(to) => Err(say("trading.feed.elsewhere", &[("url", &visible(url)), ("to", &visible(&to))])),
        Look::Same => Err(say("trading.feed.not_granted", &[("url", &visible(url))])),
    }
}
