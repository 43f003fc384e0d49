//! The trading sample as a picture: what the account was worth, the prices with every decision on them, and what is held in
//! the end. One file for light and dark; each decision says what it was where the mouse rests on it.

use super::market::Market;
use assent_domains::trading::broker::{Book, Side, Standing};
use assent_protocol::texts;
use std::fmt::Write;

const WIDTH: f64 = 900.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const DAY: i64 = 24 * 60 * 60 * 1000;

/// A decision on an order.
pub(super) struct Point {
    /// When it was proposed, in milliseconds since 1970 (UTC).
    pub(super) day: i64,
    pub(super) symbol: String,
    pub(super) buys: bool,
    /// rule, person, rejected, expired, undone, refused.
    pub(super) how: &'static str,
    pub(super) title: String,
}

/// What the account was worth on each day, in cents.
pub(super) fn worth(market: &Market, book: &Book, cash: &str) -> Vec<i64> {
    let start: i64 = cash.parse::<i64>().unwrap_or_default() * 100;
    let value = |n: usize, day: &jiff::civil::Date| {
        let mut total = start;
        for order in &book.orders {
            let Standing::Filled { day: done, price } = &order.standing else { continue };
            if done > day {
                continue;
            }
            let paid = cents(&price.to_string());
            let now = market.prices.iter().find(|(name, _)| *name == order.new.symbol).map_or(0, |(_, list)| list[n]);
            let sign = if order.new.side == Side::Buy { 1 } else { -1 };
            total += sign * i64::from(order.new.quantity) * (now - paid);
        }
        total
    };
    market.days.iter().enumerate().map(|(n, day)| value(n, day)).collect()
}

/// The picture.
pub(super) fn svg(market: &Market, worth: &[i64], points: &[Point], book: &Book) -> String {
    let height = 230.0 + 150.0 * market.prices.len() as f64 + 40.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n{STYLE}\n<rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n"
    );
    let _ = writeln!(out, "<text class=\"head\" x=\"20\" y=\"26\">{}</text>", text("sample.picture.title", &[]));
    legend(&mut out);
    panel(&mut out, &text("sample.picture.worth", &[]), 70.0, worth);
    for (n, (symbol, prices)) in market.prices.iter().enumerate() {
        let top = 220.0 + 150.0 * n as f64;
        let held = book.positions.get(*symbol).map_or(0, |position| position.quantity).to_string();
        let paid = book.positions.get(*symbol).map_or_else(|| "0".to_owned(), |p| p.paid.normalize().to_string());
        let title = text("sample.picture.price", &[("symbol", symbol), ("held", &held), ("paid", &paid)]);
        let scale = panel(&mut out, &title, top, prices);
        for point in points.iter().filter(|point| point.symbol == *symbol) {
            let at = market.days.iter().position(|day| millis(*day) == point.day.div_euclid(DAY) * DAY);
            let Some((at, price)) = at.and_then(|at| Some((at, *prices.get(at)?))) else { continue };
            mark(&mut out, x(at, prices.len()), scale.y(price), point);
        }
    }
    out.push_str("</svg>\n");
    out
}

const STYLE: &str = "<style>.ground{fill:#fff}.head{font-size:16px;font-weight:bold}text{fill:#1c1e21}.dim{fill:#5c6068}\
.line{fill:none;stroke:#2457c5;stroke-width:1.5}.axis{fill:none;stroke:#9aa0a8}.rule{fill:#1f7a45;stroke:#1f7a45}\
.person{fill:#2457c5;stroke:#2457c5}.rejected{fill:none;stroke:#b3261e;stroke-width:2}.expired{fill:none;stroke:#8a6100;stroke-width:2}\
.undone{fill:none;stroke:#6b3fa0;stroke-width:2}.refused{fill:none;stroke:#5c6068;stroke-width:2}\
@media(prefers-color-scheme:dark){.ground{fill:#16181c}text{fill:#e8eaed}.dim{fill:#a5abb4}.line{stroke:#8ab0ff}.axis{stroke:#5c6068}\
.rule{fill:#6fd39b;stroke:#6fd39b}.person{fill:#8ab0ff;stroke:#8ab0ff}.rejected{stroke:#ff8a80}.expired{stroke:#f0c060}\
.undone{stroke:#c9a6ff}.refused{stroke:#a5abb4}}</style>";

fn legend(out: &mut String) {
    for (n, how) in ["rule", "person", "rejected", "expired", "undone", "refused"].into_iter().enumerate() {
        let at = 30.0 + 145.0 * n as f64;
        shape(out, at, 44.0, true, how, "");
        let _ = writeln!(
            out,
            "<text x=\"{:.0}\" y=\"48\">{}</text>",
            at + 10.0,
            text(&format!("sample.picture.{how}"), &[])
        );
    }
}

struct Scale {
    top: f64,
    low: i64,
    high: i64,
}

impl Scale {
    fn y(&self, value: i64) -> f64 {
        self.top + 100.0 * (self.high - value) as f64 / (self.high - self.low).max(1) as f64
    }
}

// A line over all days, with its highest and lowest value at the side.
fn panel(out: &mut String, title: &str, top: f64, values: &[i64]) -> Scale {
    let top = top + 20.0;
    let (low, high) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(1));
    let scale = Scale { top, low, high };
    let _ = writeln!(out, "<text class=\"dim\" x=\"{LEFT}\" y=\"{:.0}\">{title}</text>", top - 6.0);
    let _ = writeln!(out, "<path class=\"axis\" d=\"M{LEFT} {top}V{:.0}H{:.0}\"/>", top + 100.0, WIDTH - RIGHT);
    for value in [high, low] {
        let shown = format!("{}.{:02}", value / 100, value.abs() % 100);
        let y = scale.y(value) + 4.0;
        let _ = writeln!(
            out,
            "<text class=\"dim\" text-anchor=\"end\" x=\"{:.0}\" y=\"{y:.0}\">{shown}</text>",
            LEFT - 6.0
        );
    }
    let mut path = String::new();
    for (n, value) in values.iter().enumerate() {
        let _ = write!(path, "{}{:.1} {:.1}", if n == 0 { 'M' } else { 'L' }, x(n, values.len()), scale.y(*value));
    }
    let _ = writeln!(out, "<path class=\"line\" d=\"{path}\"/>");
    scale
}

fn mark(out: &mut String, x: f64, y: f64, point: &Point) {
    let title = format!("{}: {}", point.title, texts::say(&format!("sample.picture.{}", point.how), &[]));
    shape(out, x, y, point.buys, point.how, &escaped(&title));
}

// Up for what buys, down for what sells.
fn shape(out: &mut String, x: f64, y: f64, buys: bool, how: &str, title: &str) {
    let up = if buys { -5.0 } else { 5.0 };
    let (left, right, base) = (x - 5.0, x + 5.0, y - up);
    let title = if title.is_empty() { String::new() } else { format!("<title>{title}</title>") };
    let _ = writeln!(
        out,
        "<path class=\"{how}\" d=\"M{left:.1} {base:.1}L{right:.1} {base:.1}L{x:.1} {:.1}Z\">{title}</path>",
        y + up
    );
}

fn x(n: usize, of: usize) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * n as f64 / (of.max(2) - 1) as f64
}

fn millis(day: jiff::civil::Date) -> i64 {
    day.to_zoned(jiff::tz::TimeZone::UTC).map_or(0, |at| at.timestamp().as_millisecond())
}

fn cents(text: &str) -> i64 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part: String = format!("{part}00").chars().take(2).collect();
    whole.parse::<i64>().unwrap_or_default() * 100 + part.parse::<i64>().unwrap_or_default()
}

fn text(key: &str, values: &[(&str, &str)]) -> String {
    escaped(&texts::say(key, values))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
