//! Reading over the network: an address carries data out, so that a read of a place that the user did not name is a send.

use super::fields::{Kind, Leaf};
use super::{Found, pieces};
use crate::provenance::{Known, Traced};
use assent_protocol::{Destination, Effect, Provenance};

impl Found<'_> {
    pub(super) fn observe(&mut self, leaves: &[Leaf]) {
        for leaf in leaves.iter().filter(|leaf| leaf.kind != Kind::Prose || leaf.place) {
            let host = pieces::host(&leaf.value);
            // A page of a book is no place; whatever a tool of the network is given to go to is one, and so is whatever
            // is written as an address, and a host that others named or that is looked up by its name.
            let address = pieces::addressed(&leaf.value);
            let theirs =
                || host.as_deref().is_some_and(|host| self.known.trace(host, &[]).provenance == Provenance::Untrusted);
            let looked_up = || self.facts.influenced && !leaf.filed && pieces::full_name_of_a_host(&leaf.value);
            if !(address || (leaf.place && (host.is_some() || self.call.tool.network)) || theirs() || looked_up()) {
                continue;
            }
            let plain = !pieces::two_readings(&leaf.value) && led_elsewhere(&leaf.value, self.known).is_none();
            // A path and a question that others wrote, on a host that many share, carry out what they ask for.
            let asked = leaf.value.split_once('?').is_some_and(|(before, _)| {
                before.contains('/') && self.known.trace(before, &[]).provenance == Provenance::Untrusted
            });
            if let Some(host) = host.as_deref().filter(|host| plain && !asked && self.known.host_typed(host)) {
                // The host was named; what follows it in the address is what it is told.
                if let Some(told) = self.known.tells_host(host, &leaf.value) {
                    self.facts.effect = Effect::Send;
                    self.facts.destination = Destination::NewParty;
                    self.facts.payload = self.facts.payload.max(told.provenance);
                    self.origin(leaf, &told);
                }
                continue;
            }
            self.facts.effect = Effect::Send;
            self.facts.destination = Destination::NewParty;
            let traced = self.trace(leaf);
            self.target(leaf, traced);
        }
    }
}

/// Where an address leads beyond the host that the user named: along a path that others wrote, with something added to
/// it, or on to another host that stands in its question.
pub(super) fn led_elsewhere(address: &str, known: &Known) -> Option<Traced> {
    pieces::host(address)?;
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (place, question) = rest.split_once(['?', '#']).unwrap_or((rest, ""));
    // `u?to=evil.test` goes on to it.
    for value in question.split(['&', ';', '#']).map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value)) {
        let value = Known::percent_decoded(value);
        if let Some(next) = pieces::host(value.trim_start_matches('/')).filter(|next| !known.host_typed(next)) {
            let traced = known.trace(&next, &[]);
            return Some(Traced { provenance: traced.provenance.max(Provenance::Model), ..traced });
        }
    }
    if known.trace(address, &[]).provenance <= Provenance::OwnData {
        return None;
    }
    // What others wrote as a whole only leads back to them; what is added to it they are told.
    let whole = known.trace(rest, &[]).provenance == Provenance::Untrusted;
    let parts: Vec<&str> = place.split('/').collect();
    let lengths = (2..=parts.len()).filter(|many| !question.is_empty() || *many < parts.len() || !whole);
    let mut prefixes = lengths.map(|many| parts[..many].join("/"));
    prefixes.find_map(|prefix| {
        let traced = known.trace(&prefix, &[]);
        (traced.provenance == Provenance::Untrusted && !whole).then_some(traced)
    })
}
