//! trading.cancel: takes an order back while it is open.

use assent_agent::{Inverse, Output, Place, Tool, ToolError, ToolFacts, ToolSpec, Undone};
use assent_protocol::{Effect, ItemOutcome, Preview, Provenance, Reversal, Status, visible::visible};
use assent_tools::{
    input::{parse, spec},
    protected::Use,
    words::{folder_name, say},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Cancel an order of a trading account that is still open. It cannot be placed again under the same id.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Input {
    /// The account's folder: absolute, or starting with ~/.
    #[schemars(extend("format" = "path"))]
    account: String,
    /// The order's id.
    order: String,
}

/// The tool.
pub struct Cancel;

impl Tool for Cancel {
    fn spec(&self) -> ToolSpec {
        spec::<Input>("trading.cancel")
    }

    fn describe(&self, args: &Value, place: &Place) -> Result<ToolFacts, ToolError> {
        let input: Input = parse(args)?;
        let (at, broker) = super::open(&input.account, Use::Change, place)?;
        let book = broker.book().map_err(ToolError::Failed)?;
        let order = book.orders.iter().find(|order| order.new.id == input.order);
        let unknown = || ToolError::BadInput(say("trading.cancel.unknown", &[("order", &visible(&input.order))]));
        let order = order.ok_or_else(unknown)?;
        let what =
            say("trading.cancel.what", &[("quantity", &order.new.quantity.to_string()), ("symbol", &order.new.symbol)]);
        Ok(ToolFacts {
            title: say("trading.cancel.title", &[("order", &visible(&input.order)), ("what", &what)]),
            effect: Effect::Modify,
            reversal: Reversal::None,
            inspectable: true,
            targets: vec![at.target("/account", format!("{:?}", order.standing))],
            items: 1,
            bytes: 0,
            preview: Preview::Fields {
                rows: vec![
                    (say("trading.row.account", &[]), folder_name(&at.path, &place.home)),
                    (say("trading.row.order", &[]), visible(&input.order)),
                ],
            },
            provenance: Some(Provenance::OwnData),
            account: None,
        })
    }

    fn prepare(&self, _: &Value, _: &ToolFacts, _: &Place) -> Result<Vec<Inverse>, ToolError> {
        Ok(Vec::new())
    }

    fn run(&self, args: &Value, _: &ToolFacts, place: &Place) -> Result<Output, ToolError> {
        let input: Input = parse(args)?;
        let (_, broker) = super::open(&input.account, Use::Change, place)?;
        broker.cancel(&input.order, place.now).map_err(ToolError::Failed)?;
        let items = vec![ItemOutcome { item: 0, status: Status::Succeeded, note: None }];
        Ok(Output { value: json!({"order": input.order}), items, ..Output::default() })
    }

    fn undo(&self, _: &Inverse, _: &Place) -> Undone {
        Undone::NotNeeded
    }
}

/// Cancels the order that an inverse names.
pub(super) fn take_back(data: &Value, place: &Place) -> Undone {
    let (Some(account), Some(order)) = (data["account"].as_str(), data["order"].as_str()) else {
        return Undone::Conflict(say("tools.input.facts", &[]));
    };
    match super::paper::Paper::open(std::path::Path::new(account), place)
        .and_then(|broker| super::broker::Broker::cancel(&broker, order, place.now))
    {
        Ok(true) => Undone::Restored,
        Ok(false) => Undone::NotNeeded,
        Err(sentence) => Undone::Conflict(sentence),
    }
}
