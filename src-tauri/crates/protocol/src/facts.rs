//! What the code itself finds out about an action before anything happens. Every axis is ordered from mild to severe,
//! so that "more severe" is a comparison.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! axis {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $value:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $value),+ }

        impl $name {
            /// Every value, from mild to severe: the finite model is built from these.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];
        }
    };
}

axis!(
    /// What kind of thing the call does.
    Effect {
        /// Reads and changes nothing.
        Observe,
        /// Makes something new.
        Create,
        /// Changes what exists: edits, moves, renames, flags.
        Modify,
        /// Takes something away, to the trash or for good.
        Delete,
        /// Runs a program.
        Execute,
        /// Sends something to somebody, or reads a host the user did not name.
        Send,
        /// Pays or orders.
        Spend,
        /// Changes Assent's own rules, grants or connections.
        Configure,
    }
);
axis!(
    /// Where the effect goes.
    Destination {
        /// Stays on this computer.
        Here,
        /// A party that the user has dealt with before.
        KnownParty,
        /// A party met for the first time.
        NewParty,
        /// Anyone can see it.
        Public,
        /// The code cannot tell.
        Unknown,
    }
);
axis!(
    /// How the effect can be taken back.
    Reversal {
        /// An inverse is recorded before the effect.
        Undoable,
        /// Held before it starts; can be recalled until then.
        Recallable,
        /// Cannot be taken back.
        None,
    }
);
axis!(
    /// Who a value came from.
    Provenance {
        /// Typed by the user.
        User,
        /// A whole field of a record whose name the user typed: a contact that the user chose by name.
        Linked,
        /// From the user's own files or records. It may be read, moved and written here; it is not the user's word.
        OwnData,
        /// Made by the model.
        Model,
        /// Copied from content that others can write to.
        Untrusted,
    }
);
axis!(
    /// Whether the targets lie where the task may act.
    Reach {
        /// Inside the task's grants.
        Inside,
        /// Outside of them.
        Outside,
        /// A place where a change runs code or opens secrets: start-up files, keys, browser profiles.
        Protected,
        /// Assent's own data, rules and keys.
        OwnFiles,
    }
);

/// How much an action touches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Size {
    /// Things acted on.
    pub items: u32,
    /// Bytes in them.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Hundredths of the currency's unit and its ISO code, for payments and orders.
    #[ts(type = "[number, string] | null")]
    pub amount: Option<(i64, String)>,
    /// People or accounts addressed.
    pub recipients: u32,
}

/// Untrusted content that a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Origin {
    /// JSON pointer of the argument.
    pub field: String,
    /// What it came from, in words: "the page example.org", "the file invoice.pdf in Downloads".
    pub source: String,
}

/// The facts of one action (see the module).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Facts {
    /// What it does.
    pub effect: Effect,
    /// Where that goes.
    pub destination: Destination,
    /// How it is taken back.
    pub reversal: Reversal,
    /// The worst provenance among the targets.
    pub targets: Provenance,
    /// The worst provenance among the other values.
    pub payload: Provenance,
    /// The worst reach among the targets.
    pub reach: Reach,
    /// Whether the code can read what the call does. A tool that is not inspectable always asks.
    pub inspectable: bool,
    /// Whether content that others can write to had been read before: then what the model made up may be theirs.
    #[serde(default)]
    pub influenced: bool,
    /// How much.
    pub size: Size,
    /// Named untrusted origins, worst first.
    pub origins: Vec<Origin>,
}

impl Facts {
    /// Whether `self` is worse than `shown` on any axis, so that a yes given to `shown` does not cover it.
    /// Size counts items, amount and recipients; bytes do not.
    pub fn more_severe_than(&self, shown: &Facts) -> bool {
        let amount = |f: &Facts| f.size.amount.as_ref().map_or(0, |(n, _)| *n);
        self.effect > shown.effect
            || self.destination > shown.destination
            || self.reversal > shown.reversal
            || self.targets > shown.targets
            || self.payload > shown.payload
            || self.reach > shown.reach
            || (!self.inspectable && shown.inspectable)
            || (self.influenced && !shown.influenced)
            || self.size.items > shown.size.items
            || self.size.recipients > shown.size.recipients
            || amount(self) > amount(shown)
            || self.size.amount.as_ref().map(|a| &a.1) != shown.size.amount.as_ref().map(|a| &a.1)
    }
}
