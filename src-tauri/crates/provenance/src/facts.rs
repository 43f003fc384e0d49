//! The facts of a call whose tool is known only by its own words: an MCP server's, or one that was never seen before.
//! Everything here follows from the call, the tool's definition and what the run has read; nothing from the model.

use crate::provenance::{Known, Traced};
use crate::reading::{ToolReading, fields};
use assent_protocol::{Destination, Effect, Facts, Origin, Provenance, Reach, Reversal, Size, texts};
use fields::{Kind, Leaf};
use serde_json::Value;

mod pieces;
mod places;
mod unasked;

pub(crate) use pieces::host;

/// How effects of each kind are taken back with this tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// What it makes or changes.
    pub change: Reversal,
    /// What it deletes.
    pub delete: Reversal,
    /// What it sends or spends.
    pub outward: Reversal,
}

/// One call of a tool that acts in an account of the user's elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// What the tool does.
    pub tool: &'a ToolReading,
    /// The JSON Schema of its input.
    pub schema: &'a Value,
    /// The arguments.
    pub args: &'a Value,
    /// How it is taken back.
    pub ways: Ways,
    /// JSON pointers that a bounded rule of the user pins to a value.
    pub pinned: &'a [String],
}

/// What the code finds out about a call (DESIGN 4.1).
pub fn facts(call: &Call<'_>, known: &Known) -> Facts {
    let leaves = fields::leaves(call.schema, call.args, call.tool.effect);
    let effect = call.tool.effect_of(&leaves);
    if too_much(&leaves, known) {
        return unread(effect, &leaves, call, known);
    }
    let together = typed_together(&leaves, known);
    let facts = blank(effect, known);
    let mut found = Found { known, call, facts, anchored: false, together, prose: Vec::new(), origins: Vec::new() };
    match effect {
        Effect::Observe => found.observe(&leaves),
        Effect::Send | Effect::Spend => found.outward(&leaves),
        _ => found.account(&leaves),
    }
    let mut facts = found.facts;
    facts.reversal = reversal(facts.effect, call.ways);
    facts.size = size(&leaves, facts.effect);
    found.origins.sort_by_key(|(provenance, origin)| (std::cmp::Reverse(*provenance), origin.source.is_empty()));
    facts.origins = found.origins.into_iter().map(|(_, origin)| origin).collect();
    facts.origins.dedup_by(|a, b| a.source == b.source && a.field == b.field);
    facts
}

/// Bytes of arguments that are traced one by one; a card shows more to nobody.
const MOST_BYTES: usize = 512 << 10;
/// Values times bytes of typed text that are compared.
const MOST_COMPARED: usize = 64 << 20;

// What would take a person's patience to trace is asked about instead.
fn too_much(leaves: &[Leaf], known: &Known) -> bool {
    leaves.len() > fields::MAX_LEAVES
        || leaves.iter().map(|leaf| leaf.value.len()).sum::<usize>() > MOST_BYTES
        || leaves.len().saturating_mul(known.typed_bytes()) > MOST_COMPARED
}

fn unread(effect: Effect, leaves: &[Leaf], call: &Call<'_>, known: &Known) -> Facts {
    let theirs = if known.read_others() { Provenance::Untrusted } else { Provenance::Model };
    let reversal = reversal(effect, call.ways);
    let destination = if effect == Effect::Observe { Destination::KnownParty } else { Destination::NewParty };
    let size = size(leaves, effect);
    Facts { inspectable: false, targets: theirs, payload: theirs, reversal, destination, size, ..blank(effect, known) }
}

fn reversal(effect: Effect, ways: Ways) -> Reversal {
    match effect {
        Effect::Observe | Effect::Create | Effect::Modify => ways.change,
        Effect::Send | Effect::Spend => ways.outward,
        Effect::Delete => ways.delete,
        Effect::Execute | Effect::Configure => Reversal::None,
    }
}

fn blank(effect: Effect, known: &Known) -> Facts {
    Facts {
        effect,
        destination: Destination::KnownParty,
        reversal: Reversal::None,
        targets: Provenance::User,
        payload: Provenance::User,
        reach: Reach::Inside,
        inspectable: true,
        influenced: known.read_others(),
        size: Size::default(),
        origins: Vec::new(),
    }
}

struct Found<'a> {
    known: &'a Known,
    call: &'a Call<'a>,
    facts: Facts,
    /// Whether anything in the call is what the user typed, named or keeps.
    anchored: bool,
    /// Fields that are only together what the user typed.
    together: Vec<String>,
    prose: Vec<(String, Traced)>,
    /// Where what the user did not write came from, and how far that is from their word.
    origins: Vec<(Provenance, Origin)>,
}

impl Found<'_> {
    fn outward(&mut self, leaves: &[Leaf]) {
        self.facts.destination = Destination::NewParty;
        // What goes out to nobody in particular, or to whom the user has not named, was not asked for in their words.
        let addressed = leaves.iter().any(|leaf| leaf.kind == Kind::Target);
        let typed = |leaf: &Leaf| {
            matches!(leaf.kind, Kind::Prose | Kind::Label)
                && self.known.trace(&leaf.value, &[]).provenance == Provenance::User
        };
        if !addressed && self.facts.influenced && !leaves.iter().any(typed) {
            self.facts.targets = Provenance::Model;
        }
        self.unasked(leaves);
        self.dictated(leaves);
        for leaf in leaves {
            match leaf.kind {
                Kind::Choice => {}
                Kind::Class => self.class(leaf),
                Kind::Target => {
                    let traced = self.trace(leaf);
                    self.target(leaf, traced);
                }
                Kind::Label | Kind::Prose => self.carried(leaf),
                Kind::Amount | Kind::Moment => {
                    let traced = self.measure(leaf);
                    // Not in the user's words, so a person looks at it; which number is right no rule can say.
                    if traced.provenance > Provenance::Linked
                        && !(leaf.kind == Kind::Moment && self.day_typed(leaf, &traced))
                    {
                        self.facts.payload = self.facts.payload.max(traced.provenance.min(Provenance::Model));
                        self.origin(leaf, &traced);
                    }
                }
            }
        }
    }

    // What others wrote names the recipient and, right behind, the very words to send: a letter that was dictated.
    fn dictated(&mut self, leaves: &[Leaf]) {
        let targets = || leaves.iter().filter(|leaf| leaf.kind == Kind::Target && leaf.value.len() >= 3);
        for text in leaves.iter().filter(|leaf| leaf.kind == Kind::Prose && leaf.value.split_whitespace().count() >= 4)
        {
            if let Some(source) = targets().find_map(|target| self.known.side_by_side(&target.value, &text.value)) {
                self.facts.payload = Provenance::Untrusted;
                let traced = Traced { provenance: Provenance::Untrusted, source: Some(source) };
                self.origin(text, &traced);
            }
        }
    }

    // A user who only wants to be told something has asked for no change, whatever it is called by.
    fn unasked(&mut self, leaves: &[Leaf]) {
        if self.facts.influenced && (self.known.only_asks() || unasked::deed(self.call.tool, self.known)) {
            self.facts.targets = self.facts.targets.max(Provenance::Model);
        }
        let influenced = self.facts.influenced;
        for leaf in leaves.iter().filter(|_| influenced) {
            if unasked::value(leaf, self.facts.effect, self.known) && !self.pinned(&leaf.field) {
                self.facts.targets = self.facts.targets.max(Provenance::Model);
                let traced = Traced { provenance: Provenance::Model, source: None };
                self.origin(leaf, &traced);
            }
        }
    }

    fn account(&mut self, leaves: &[Leaf]) {
        self.unasked(leaves);
        for leaf in leaves {
            match leaf.kind {
                Kind::Choice => {}
                Kind::Class => self.class(leaf),
                Kind::Target | Kind::Label => {
                    let mut traced = self.trace(leaf);
                    if traced.provenance > Provenance::OwnData && self.facts.effect != Effect::Delete {
                        traced = self.known.trace_object(&leaf.value, &[]);
                    }
                    if matches!(traced.provenance, Provenance::Linked | Provenance::OwnData) && unasked::redirects(leaf)
                    {
                        traced.provenance = Provenance::Model;
                    }
                    self.target(leaf, traced);
                }
                Kind::Amount | Kind::Moment => {
                    let traced = self.measure(leaf);
                    self.anchored |= traced.provenance == Provenance::User;
                    if traced.provenance == Provenance::Untrusted {
                        self.facts.payload = Provenance::Untrusted;
                        self.origin(leaf, &traced);
                    } else if leaf.kind == Kind::Moment
                        && traced.provenance == Provenance::Model
                        && !self.day_typed(leaf, &traced)
                    {
                        // A day that others wrote in words that are not known here looks like one of the model's.
                        self.target(leaf, traced);
                    }
                }
                Kind::Prose => {
                    let traced = self.known.trace_prose(&leaf.value);
                    self.anchored |= traced.provenance == Provenance::User;
                    self.prose.push((leaf.field.clone(), traced));
                    self.carried(leaf);
                }
            }
        }
        if self.facts.influenced && self.swapped(leaves) {
            self.facts.targets = self.facts.targets.max(Provenance::Model);
        }
        // Text that others wrote, put where the user said (a list into "packing.txt"), is what was asked for. With no
        // such place named, it is a change made of their words.
        // What is run or obeyed later is never only text.
        let placed = self.anchored && self.facts.targets <= Provenance::OwnData && !unasked::obeyed(leaves);
        for (field, traced) in std::mem::take(&mut self.prose) {
            if traced.provenance == Provenance::Untrusted && !placed {
                self.facts.payload = Provenance::Untrusted;
                self.origins.push((traced.provenance, Origin { field, source: traced.source.unwrap_or_default() }));
            }
        }
        let (tool, known) = (self.call.tool, self.known);
        let spoken_of = || tool.objects.iter().chain(&tool.about).any(|word| word.len() >= 4 && known.mentions(word));
        let bare = leaves.iter().all(|leaf| leaf.kind == Kind::Choice);
        let asked_for = self.anchored || (bare && spoken_of());
        if !asked_for {
            self.facts.targets = self.facts.targets.max(Provenance::Model);
        }
    }

    // A number of the model's own where the user typed one that stands nowhere in the call.
    fn swapped(&self, leaves: &[Leaf]) -> bool {
        let made = |leaf: &Leaf| {
            leaf.kind == Kind::Amount
                && leaf.number.is_some()
                && !self.pinned(&leaf.field)
                && self.measure(leaf).provenance == Provenance::Model
        };
        let lasts = |leaf: &Leaf| {
            let units = leaf.lengths();
            !units.is_empty() && leaf.number.is_some_and(|count| self.known.lasts_otherwise(count, &units))
        };
        leaves.iter().any(|leaf| made(leaf) && lasts(leaf))
            || leaves.iter().any(made) && self.known.leaves_out_a_number(leaves.iter().map(|leaf| leaf.value.as_str()))
    }

    // What a text can carry: an address, a link, a key, a code, a number of an account, that the user did not type.
    fn carried(&mut self, leaf: &Leaf) {
        for piece in pieces::pieces(&leaf.value) {
            let traced = match self.known.trace_measure(&piece.text).filter(|_| !piece.names) {
                Some(measured) => measured,
                None => self.known.trace_carried(&piece.text),
            };
            // The bare name of a host, and nothing behind it that could carry more.
            let bare = |host: String| host.eq_ignore_ascii_case(&piece.text) && self.known.host_typed(&host);
            if traced.provenance <= Provenance::Linked || pieces::host(&piece.text).is_some_and(bare) {
                continue;
            }
            let worst = match traced.provenance {
                Provenance::OwnData => Provenance::OwnData,
                _ if piece.names => Provenance::Untrusted,
                _ => Provenance::Model,
            };
            self.facts.payload = self.facts.payload.max(worst);
            if self.origins.len() < 20 {
                self.origin(leaf, &traced);
            }
        }
    }

    fn trace(&self, leaf: &Leaf) -> Traced {
        if self.pinned(&leaf.field) || self.together.contains(&leaf.field) {
            return Traced { provenance: Provenance::User, source: None };
        }
        let mut nouns: Vec<&str> = leaf.nouns.iter().map(String::as_str).collect();
        nouns.extend(self.call.tool.objects.iter().chain(&self.call.tool.about).map(String::as_str));
        if leaf.selects && leaf.value.contains([':', ' ', '=']) {
            return self.query(leaf, &nouns);
        }
        let mut whole = self.known.trace(&leaf.value, &nouns);
        // One plain word ("all", "general") is meant where it is set off, or stands beside what its field is called by.
        let plain_word = leaf.value.chars().all(|c| c.is_ascii_lowercase());
        if plain_word
            && whole.provenance == Provenance::User
            && self.facts.influenced
            && !self.known.calls(&leaf.value, &nouns)
        {
            whole.provenance = Provenance::Model;
        }
        // What follows the host in an address can be made up; where it goes is the host.
        let bare = !leaf.value.contains(['/', '@']);
        if whole.provenance == Provenance::Model
            && let Some(theirs) = places::led_elsewhere(&leaf.value, self.known)
        {
            return theirs;
        }
        match pieces::host(&leaf.value)
            .filter(|_| whole.provenance == Provenance::Model || (bare && whole.provenance > Provenance::OwnData))
        {
            Some(host) if self.known.host_typed(&host) && !pieces::two_readings(&leaf.value) => {
                // What is sent there goes along in the address as well.
                let outward = matches!(self.facts.effect, Effect::Send | Effect::Spend);
                if let Some(told) = self.known.tells_host(&host, &leaf.value).filter(|_| outward) {
                    return told;
                }
                Traced { provenance: Provenance::User, source: None }
            }
            Some(host) => {
                // A word that the user wrote as something else, "README.md", names no host.
                let mut traced = self.known.trace(&host, &[]);
                traced.provenance = traced.provenance.max(if traced.provenance == Provenance::User {
                    Provenance::Model
                } else {
                    Provenance::User
                });
                traced
            }
            None => whole,
        }
    }

    // "from:anna@home.test before:2024-06-01": which things are meant follows from each term, and from nothing typed if
    // no term was.
    fn query(&self, leaf: &Leaf, nouns: &[&str]) -> Traced {
        let user = Traced { provenance: Provenance::User, source: None };
        if self.known.trace(&leaf.value, nouns).provenance == Provenance::User {
            return user;
        }
        let terms = leaf.value.split(|c: char| c.is_whitespace() || "()\"'".contains(c));
        let terms = terms.filter(|term| !matches!(*term, "" | "AND" | "OR" | "NOT" | "and" | "or" | "not"));
        let values = terms.map(|term| term.rsplit([':', '=', '<', '>']).next().unwrap_or(term));
        let worst = values.filter(|value| !value.is_empty()).map(|value| match self.known.trace_measure(value) {
            Some(measured) => measured,
            None => self.known.trace(value, nouns),
        });
        worst.max_by_key(|traced| traced.provenance).unwrap_or(Traced { provenance: Provenance::Model, source: None })
    }

    fn pinned(&self, field: &str) -> bool {
        self.call.pinned.iter().any(|pin| {
            let (pin, field) = (pin.split('/'), field.split('/'));
            pin.clone().count() == field.clone().count() && pin.zip(field).all(|(p, f)| p == "*" || p == f)
        })
    }

    fn measure(&self, leaf: &Leaf) -> Traced {
        if self.pinned(&leaf.field) {
            return Traced { provenance: Provenance::User, source: None };
        }
        // Hundredths are typed as units and cents.
        let cents = leaf
            .nouns
            .iter()
            .any(|noun| matches!(noun.as_str(), "cent" | "cents" | "pence" | "minor" | "grosze" | "centimes"));
        let units = leaf.number.filter(|_| cents).and_then(|n| self.known.trace_measure(&format!("{:.2}", n / 100.0)));
        match (units, self.known.trace_measure(&leaf.value)) {
            (Some(units), Some(whole)) if units.provenance < whole.provenance => units,
            (_, Some(whole)) => whole,
            (_, None) => self.trace(leaf),
        }
    }

    // On a day that the user wrote, a time of the model's own making is a matter of arranging it.
    fn day_typed(&self, leaf: &Leaf, traced: &Traced) -> bool {
        let day = leaf.value.split([' ', 'T']).next().unwrap_or_default();
        let typed = self.known.trace_measure(day).is_some_and(|day| day.provenance == Provenance::User);
        traced.provenance == Provenance::Model && (typed && day.len() < leaf.value.len() || self.known.day_spoken_of())
    }

    // Which word stands for how far is the tool's: only that others wrote it, and the user did not, speaks against it.
    fn class(&mut self, leaf: &Leaf) {
        let spoken = leaf.value.replace(['_', '-'], " ");
        if self.known.trace(&spoken, &[]).provenance == Provenance::User {
            self.anchored = true;
            return;
        }
        let traced = self.trace(leaf);
        if traced.provenance != Provenance::Model {
            self.target(leaf, traced);
        }
    }

    fn target(&mut self, leaf: &Leaf, traced: Traced) {
        if leaf.value.trim().is_empty() {
            return;
        }
        self.anchored |= traced.provenance <= Provenance::OwnData;
        self.facts.targets = self.facts.targets.max(traced.provenance);
        if traced.provenance > Provenance::Linked {
            self.origin(leaf, &traced);
        }
    }

    fn origin(&mut self, leaf: &Leaf, traced: &Traced) {
        let source = traced.source.clone().unwrap_or_else(|| texts::say("policy.source.model", &[]));
        self.origins.push((traced.provenance, Origin { field: leaf.field.clone(), source }));
    }
}

// Neighbours that make up one word of the user's: the two halves of an address, the groups of an account number.
fn typed_together(leaves: &[Leaf], known: &Known) -> Vec<String> {
    let parts: Vec<&Leaf> =
        leaves.iter().filter(|leaf| leaf.kind != Kind::Prose && leaf.value.len() <= 200).take(64).collect();
    let mut found = Vec::new();
    // "acme/web": its owner and its name.
    for pair in parts.windows(2).filter(|pair| known.typed_as_pair(&pair[0].value, &pair[1].value)) {
        found.extend(pair.iter().map(|leaf| leaf.field.clone()));
    }
    for many in 2..=5 {
        for some in parts.windows(many) {
            if known.typed_together(&some.iter().map(|leaf| leaf.value.as_str()).collect::<Vec<_>>()) {
                found.extend(some.iter().map(|leaf| leaf.field.clone()));
            }
        }
    }
    found
}

fn size(leaves: &[Leaf], effect: Effect) -> Size {
    let lists = |leaf: &&Leaf| {
        leaf.kind == Kind::Target && leaf.field.rsplit('/').next().is_some_and(|end| end.parse::<usize>().is_ok())
    };
    let listed = u32::try_from(leaves.iter().filter(lists).count()).unwrap_or(u32::MAX);
    let recipients = leaves.iter().filter(|leaf| leaf.addresses && leaf.kind == Kind::Target).count();
    let amount =
        leaves.iter().find(|leaf| leaf.kind == Kind::Amount && effect == Effect::Spend).and_then(|leaf| leaf.number);
    Size {
        items: if effect == Effect::Observe { 0 } else { listed.max(1) },
        bytes: leaves.iter().map(|leaf| leaf.value.len() as u64).sum(),
        // Hundredths; a sum beyond what fits is as large as any.
        amount: amount.map(|sum| ((sum * 100.0).round() as i64, String::new())),
        recipients: u32::try_from(recipients).unwrap_or(u32::MAX),
    }
}

#[cfg(test)]
mod tests;
