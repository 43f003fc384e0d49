//! Trading on paper: prices from a file or a feed, orders with a limit price, and a ledger in the account's own folder.
//! A real broker would be one more [`broker::Broker`]; none that moves real money is in the box.

pub mod broker;
pub mod cancel;
pub mod ledger;
pub mod order;
pub mod paper;
pub mod positions;
pub mod prices;
pub mod quote;
#[cfg(test)]
mod tests;

use assent_agent::{Place, ToolError, ToolFacts};
use assent_protocol::{Effect, Preview, Provenance, Reach, Reversal};
use assent_tools::{
    paths::{Resolved, Resolver, text_of},
    protected::Use,
    words::say,
};
use broker::Broker;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use paper::Paper;

/// The day of `place` in the user's zone.
pub fn today(place: &Place) -> Date {
    let zone = TimeZone::get(&place.zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_millisecond(place.now).unwrap_or_default().to_zoned(zone).date()
}

// The account in the folder that an argument names.
fn open(account: &str, wanted: Use, place: &Place) -> Result<(Resolved, Box<dyn Broker>), ToolError> {
    let resolver = Resolver::new(place);
    let mut at = resolver.follow(account, wanted)?;
    // What an order changes is the ledger in the folder and not the folder itself, which may be what was granted.
    at.reach = resolver.reach(&at.path.join(paper::LEDGER), wanted);
    if at.reach == Reach::OwnFiles {
        return Err(ToolError::Refused(say("tools.path.own_files", &[])));
    }
    let broker = Paper::open(&at.path, place).map_err(ToolError::Failed)?;
    Ok((at, Box::new(broker)))
}

fn looking(title: String, at: &Resolved, place: &Place) -> ToolFacts {
    ToolFacts {
        title,
        effect: Effect::Observe,
        reversal: Reversal::None,
        inspectable: true,
        targets: vec![at.target("/account", "")],
        items: 0,
        bytes: 0,
        preview: Preview::Fields {
            rows: vec![(
                say("trading.row.account", &[]),
                assent_tools::words::folder_name(std::path::Path::new(&text_of(&at.path)), &place.home),
            )],
        },
        provenance: Some(Provenance::OwnData),
        account: None,
    }
}
