//! trading.prices: the last price, its age, and the average of some days.

use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::visible::visible;
use assent_tools::{
    input::{parse, spec},
    protected::Use,
    words::say,
};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Look up prices of a trading account: for each symbol the last price, its day and age, and the average of the last
/// days. A price that is missing, not above zero or too old is told as a problem and must not be traded on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The account's folder: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    account: String,
    /// One symbol; all where it is left out.
    #[serde(default)]
    symbol: Option<String>,
    /// Days of the average, 2 to 250; 20 where it is left out.
    #[serde(default)]
    #[schemars(range(min = 2, max = 250))]
    days: Option<usize>,
}

/// The tool.
pub struct Prices;

impl Tool for Prices {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("trading.prices")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        if input.days.is_some_and(|days| !(2..=250).contains(&days)) {
            return Err(ToolError::BadInput(say("trading.prices.days", &[])));
        }
        let (at, _) = super::open(&input.account, Use::Look, place)?;
        Ok(super::looking(say("trading.prices.title", &[]), &at, place))
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        let (_, broker) = super::open(&input.account, Use::Look, place)?;
        let days = input.days.unwrap_or(20);
        let symbols = input.symbol.map_or_else(|| broker.symbols(), |symbol| vec![symbol]);
        let rows: Vec<Value> = symbols
            .iter()
            .take(200)
            .map(|symbol| {
                let quote = match broker.quote(symbol) {
                    Ok(quote) => quote,
                    Err(problem) => return json!({"symbol": visible(symbol), "problem": problem}),
                };
                let mut row = json!({
                    "symbol": symbol, "price": quote.price.normalize().to_string(), "day": quote.day.to_string(), "age_days": quote.age,
                });
                match broker.history(symbol, days) {
                    Ok(history) => {
                        let sum: Decimal = history.iter().map(|(_, price)| *price).sum();
                        let average = (sum / Decimal::from(history.len())).round_dp(4);
                        row["average"] = json!(average.normalize().to_string());
                        row["average_days"] = json!(days);
                    }
                    Err(problem) => row["average_problem"] = json!(problem),
                }
                row
            })
            .collect();
        let value = json!({"currency": broker.currency(), "prices": rows});
        Ok(Output { value, untrusted: broker.untrusted(), ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}
