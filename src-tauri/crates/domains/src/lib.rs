//! The ready domains: paper trading, and the letters of a shop's customers. Each has tools of its own, which are in nobody's
//! list until the domain is switched on, and support has a model of plain rules, the clerk.

pub mod clerk;
pub mod letters;
pub mod orders;
pub mod trading;

#[cfg(test)]
mod check;

use assent_agent::{Model, Tool};
use std::sync::Arc;

/// A ready domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Domain {
    /// Refunds from the user's own list of orders, and the clerk.
    Support,
    /// Orders on paper.
    Trading,
}

impl Domain {
    /// Every one, in the order of their names.
    pub const ALL: [Domain; 2] = [Domain::Support, Domain::Trading];

    /// The name that it is switched on by.
    pub fn name(self) -> &'static str {
        match self {
            Domain::Support => "support",
            Domain::Trading => "trading",
        }
    }

    /// The domain of this name.
    pub fn named(name: &str) -> Option<Domain> {
        Domain::ALL.into_iter().find(|domain| domain.name() == name)
    }

    /// Its tools.
    pub fn tools(self) -> Vec<Arc<dyn Tool>> {
        match self {
            Domain::Support => vec![Arc::new(orders::Refund)],
            Domain::Trading => vec![
                Arc::new(trading::quote::Prices),
                Arc::new(trading::positions::Positions),
                Arc::new(trading::order::PlaceOrder),
                Arc::new(trading::cancel::Cancel),
            ],
        }
    }

    /// Its own model by its name, where it has one.
    pub fn model(self, name: &str) -> Option<Arc<dyn Model>> {
        match self {
            Domain::Support if name == clerk::NAME => Some(Arc::new(clerk::Clerk)),
            _ => None,
        }
    }

    /// Whether a tool of this name is one of its own.
    pub fn has_tool(self, tool: &str) -> bool {
        let family = match self {
            Domain::Support => "orders.",
            Domain::Trading => "trading.",
        };
        tool.starts_with(family)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_the_tools_of_its_family_and_no_other_domain_has_them() {
        for domain in Domain::ALL {
            assert_eq!(Domain::named(domain.name()), Some(domain));
            for tool in domain.tools() {
                let name = tool.spec().name;
                let owners: Vec<_> = Domain::ALL.into_iter().filter(|domain| domain.has_tool(&name)).collect();
                assert_eq!(owners, [domain], "{name}");
            }
        }
        assert!(Domain::Support.model(clerk::NAME).is_some() && Domain::Trading.model(clerk::NAME).is_none());
    }

    // Tools that change nothing; a ledger only grows, so that what is taken back is one more line in it.
    const LOOKS: [&str; 2] = ["trading.prices", "trading.positions"];
    const BOOKED: [&str; 2] = ["trading.order", "trading.cancel"];

    #[test]
    fn pol_12_no_tool_of_a_domain_is_taken_for_undoable_without_a_proof() {
        for tool in Domain::ALL.into_iter().flat_map(Domain::tools) {
            let name = tool.spec().name;
            let proven = include_str!("orders.rs")
                .lines()
                .any(|line| line.contains("check_do_undo(") && line.contains(&format!("\"{name}\"")));
            let proven = proven || BOOKED.contains(&name.as_str());
            assert!(proven != LOOKS.contains(&name.as_str()), "{name}: neither one that looks nor proven, or both");
        }
    }
}
